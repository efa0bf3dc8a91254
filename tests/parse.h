/* tests/parse: a scenario from a text in a test. Includes scenario/. */
#ifndef NINES_TESTS_PARSE_H
#define NINES_TESTS_PARSE_H

#include "scenario/scenario.h"

extern const char busy_scenario[];

struct scenario *parse(const char *text, const struct override *overrides, int n_overrides);

#endif
