/* report/gnuplot: runs gnuplot without a shell. Internal to report/. */
#ifndef NINES_REPORT_GNUPLOT_H
#define NINES_REPORT_GNUPLOT_H

#include "base/text.h"

#include <stdbool.h>

enum gnuplot_end { GNUPLOT_DONE, GNUPLOT_MISSING, GNUPLOT_FAILED, GNUPLOT_HUNG, GNUPLOT_STOPPED };

/* A file of scripts/plots, line by line; the Makefile makes them C. */
struct plot_script {
    const char *name;
    const char *const *lines; /* ended by NULL */
};

extern const struct plot_script plot_scripts[]; /* ended by a NULL name */

extern const char *const gnuplot_leaves[];

bool             gnuplot_has_font(const char *folder, double limit, const volatile int *stop);
enum gnuplot_end gnuplot_run(const char *program, const char *folder, const char *script, double limit,
                             const volatile int *stop, struct text *message);

#endif
