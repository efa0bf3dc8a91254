/* study/judge: what paths say of a condition, at a given risk to be wrong. Includes study/budget, study/gate. */
#ifndef NINES_STUDY_JUDGE_H
#define NINES_STUDY_JUDGE_H

#include "engine/interval.h"
#include "study/budget.h"
#include "study/gate.h"
#include "study/sample.h"

/*
 * A condition that is judged, as a statement on figures that paths show:
 *
 *     statistic of the measure + none_weight · mean of no release   compare   limit
 */
struct statement {
    const struct condition *condition;
    struct budget_statement says;
    int  watch;   /* of the sampler, where it is about a percentile or a maximum; else -1 */
    bool unknown; /* it is, less the mean of no release, which is not known: it cannot be decided */
};

bool judge_needs_none(const struct condition *condition);
bool judge_state(const struct scenario *scenario, const struct condition *condition, const struct arm *none,
                 struct watches *watches, struct statement *statement, struct error *error);
bool judge_rests_on_none(const struct statement *statement);
double judge_spend(int look);
bool judge_only_refutes(const struct statement *statement);
double judge_part(const struct arm *arm, int stratum, const struct statement *statement, double horizon);
enum ruling judge(const struct arm *arm, const struct statement *statement, double risk, double horizon);

#endif
