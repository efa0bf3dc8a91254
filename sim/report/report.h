/* report: what a study found, for people and for machines. Includes base/, models/, scenario/ and study/. */
#ifndef NINES_REPORT_REPORT_H
#define NINES_REPORT_REPORT_H

#include "base/error.h"
#include "study/study.h"

#include <stdbool.h>
#include <stdio.h>

enum { REPORT_SCHEMA_VERSION = 1 };

struct table_options {
    int  width;   /* columns of the terminal; 0: 100 */
    bool color;
    bool verbose; /* every measure with its percentiles as well */
};

struct report_options {
    const char  *version;    /* of the program, for result.json and plan.json */
    bool         no_plots;
    const char  *gnuplot;    /* NULL: "gnuplot", looked for in PATH */
    double       plot_limit; /* seconds until a gnuplot that hangs is killed; 0: 30 */
    const volatile int *stop; /* becomes non-zero to end the drawing; may be NULL */
    struct text *warnings;   /* what could not be done and costs no result, a line each; may be NULL */
};

void report_table(const struct study *study, const struct table_options *options, FILE *out);

void report_sensitivity(const struct study *study, const struct table_options *options, FILE *out);
void report_sensitivity_csv(const struct study *study, FILE *out);

void report_summary_csv(const struct study *study, FILE *out);
void report_distribution_csv(const struct study *study, FILE *out);
void report_causes_csv(const struct study *study, FILE *out);
void report_result_json(const struct study *study, const char *version, FILE *out);

void report_plan_text(const struct scenario *scenario, const struct strategy *strategy,
                      const struct topology *topology, FILE *out);
void report_plan_json(const struct scenario *scenario, const struct strategy *strategy,
                      const struct topology *topology, const char *version, FILE *out);

bool report_plots(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error);
bool report_plots_remove(const char *folder, struct error *error);
bool report_write(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error);

#endif
