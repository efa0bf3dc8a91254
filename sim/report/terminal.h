/* report/terminal: words and columns on a terminal. Internal to report/. */
#ifndef NINES_REPORT_TERMINAL_H
#define NINES_REPORT_TERMINAL_H

#include "report/pick.h"

/* What turns a color on and off; empty texts where none is asked for. */
struct paint {
    const char *on, *off;
};

struct paint paint_of(const struct table_options *options, const char *code);
int          width_of(const struct table_options *options);
void         put_spaces(int n, FILE *out);
void         put_right(const char *text, int width, FILE *out);
void         put_left(const char *text, int width, FILE *out);
void         put_wrapped(const char *text, int width, FILE *out);
void         put_painted(struct text *text, struct paint paint, const struct table_options *options, FILE *out);
void         put_sentence(struct text *text, const struct table_options *options, FILE *out);
void         add_grouped(struct text *text, double count);

/* In report/table. */
void         add_stop_reason(struct text *text, enum stop stop, double precision);

/* What is said of many plans at once, in report/many. */
void         put_left_out(const struct study *study, const struct pick *pick, const struct table_options *options,
                          FILE *out);
void         put_infeasible_counts(const struct study *study, const struct group *group,
                                   const struct table_options *options, FILE *out);
void         put_untrusted_count(int n, const struct table_options *options, FILE *out);
void         put_stop_counts(const struct study *study, const struct group *group,
                             const struct table_options *options, FILE *out);

/* The detailed view of a topology, in report/details. */
void         put_details(const struct study *study, const struct group *group, const struct table_options *options,
                         FILE *out);

/* What releases take of the error budget, in report/budget. */
void         put_budget(const struct study *study, const struct group *group, const struct table_options *options,
                        FILE *out);

#endif
