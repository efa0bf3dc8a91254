/* study/budget: what releases take of an error budget. Includes study/estimate. */
#ifndef NINES_STUDY_BUDGET_H
#define NINES_STUDY_BUDGET_H

#include "study/estimate.h"

/*
 * A condition on a measure of the budget as a statement on figures that paths show, in seconds:
 *
 *     statistic of the measure + none_weight · mean of lost of no release   compare   limit
 */
struct budget_statement {
    enum measure   measure; /* MEASURE_ADDED_LOST for means, MEASURE_LOST for percentiles and the maximum */
    enum statistic statistic;
    double         quantile;
    enum compare   compare;
    double         limit;
    double         none_weight;
};

double budget_seconds(const struct slo *slo);
struct budget_statement budget_statement(const struct scenario *scenario, const struct condition *condition);
struct condition budget_condition(const struct budget_statement *statement, const struct condition *condition,
                                  double none_mean);
double budget_statistic(const struct scenario *scenario, const struct arm *arm, const struct condition *condition,
                        const struct outcome *none, const struct outcome *outcome);
void budget_fill(const struct scenario *scenario, const struct arm *arm, const struct outcome *none,
                 struct outcome *outcome);

#endif
