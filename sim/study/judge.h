/* study/judge: what paths say of a condition, at a given risk to be wrong. Includes study/sample, study/gate. */
#ifndef NINES_STUDY_JUDGE_H
#define NINES_STUDY_JUDGE_H

#include "engine/interval.h"
#include "study/gate.h"
#include "study/sample.h"

/* A condition that is judged, and how its paths are counted. */
struct statement {
    const struct condition *condition;
    int watch; /* of the sampler, where it is about a percentile or a maximum; else -1 */
};

bool judge_state(const struct condition *condition, struct watches *watches, struct statement *statement,
                 struct error *error);
double judge_spend(int look);
struct interval judge_above(const struct arm *arm, int watch, double confidence);
double judge_part(const struct arm *arm, int stratum, const struct statement *statement, double horizon);
enum ruling judge(const struct arm *arm, const struct statement *statement, double risk, double horizon);

#endif
