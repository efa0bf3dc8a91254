/* tests/stat/problems: small scenarios whose answers are closed forms. Includes scenario/. */
#ifndef NINES_TESTS_STAT_PROBLEMS_H
#define NINES_TESTS_STAT_PROBLEMS_H

#include "scenario/scenario.h"

struct problem {
    const char  *name;
    enum measure measure;
    double       truth; /* its mean */
    const char  *text;  /* YAML; one strategy */
};

enum { PROBLEMS = 5 };

void problems_fill(struct problem problems[PROBLEMS]);
struct scenario *problem_parse(const char *text);
struct scenario *problem_parse_set(const char *text, const struct override *overrides, int n_overrides);

#endif
