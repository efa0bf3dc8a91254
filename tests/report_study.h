/* tests/report_study: studies filled by hand, for the tests of reports. */
#ifndef NINES_TESTS_REPORT_STUDY_H
#define NINES_TESTS_REPORT_STUDY_H

#include "study/study.h"

#include <stdio.h>

struct sample_options {
    int  topologies, strategies; /* 0: 1 and 4 */
    bool long_names, hostile_names;
    bool all_zero;               /* nothing was lost anywhere */
    bool unsampled;              /* interrupted before any path of the strategies after the first */
    bool troubled;               /* infeasible, untrusted, stopped early, partial */
};

/* A study with the figures of the scenario "checkout"; free with sample_free. */
struct study *sample_study(const struct sample_options *options);
void          sample_free(struct study *study);

/* Text that a function writes to a stream: begin, write, end. */
FILE *sample_begin(void);
char *sample_end(FILE *stream); /* free() it */

/* Compares with tests/golden/<name>; what differs is left in build/golden/<name>. */
void golden_check(const char *name, const char *text);

#endif
