/* report/common: what the formats of a report share. Internal to report/. */
#ifndef NINES_REPORT_COMMON_H
#define NINES_REPORT_COMMON_H

#include "base/quantity.h"
#include "report/report.h"

/* The outcomes of one topology: none first, then its strategies. */
struct group {
    int index;       /* of the topology */
    int first, end;  /* outcomes first … end - 1 */
    const struct topology *topology;
};

/* Significant digits in files: what is more of a mean is rounding; percentiles and shares are read off a histogram. */
enum { DIGITS_OF_MEAN = 12, DIGITS_OF_PERCENTILE = 10, DIGITS_SOLVED = 16, DIGITS_OF_BOUND = 3 };

bool               group_next(const struct study *study, struct group *group);
struct group       group_of(const struct study *study, int outcome);
int                group_count(const struct study *study);
bool               outcome_has(const struct outcome *outcome, enum measure measure);
int                study_measures(const struct study *study);
bool               all_judged(const struct study *study, int first, int end);
double             rounded_to(int digits, double value);
double             outcome_lost(const struct outcome *outcome);
enum quantity_unit measure_quantity(enum measure measure);
enum quantity_unit measure_unit_among(const struct study *study, const struct group *group, enum measure measure);
struct quantity    estimate_quantity(enum measure measure, const struct estimate *estimate);
const char        *estimate_print(struct quantity quantity, bool solved, char out[QUANTITY_BYTES]);

#endif
