/* study/estimate: from tallies to estimates. Includes study/sample, study/study, engine/. */
#ifndef NINES_STUDY_ESTIMATE_H
#define NINES_STUDY_ESTIMATE_H

#include "engine/interval.h"
#include "study/sample.h"
#include "study/study.h"

enum { CONSTANT_PATHS = 100000 }; /* so many equal values are believed to be all there is */

/* How downtime, lost, and what is added to them are put together. */
struct way {
    bool paired;   /* no release, plus the difference on the same paths; else from the strategy's own paths */
    bool smoothed; /* less their controls, in the strata in which these help */
};

bool estimate_possible(const struct stratum *stratum, enum measure measure);
struct way estimate_way(const struct arm *arm, enum measure measure, double confidence, double horizon);
struct interval estimate_stratum(const struct arm *arm, const struct stratum *stratum, enum measure measure,
                                 bool smoothed, double confidence, double horizon);
struct interval estimate_rival(const struct arm *arm, const struct stratum *stratum, enum measure objective,
                               double confidence, double horizon);
struct interval estimate_interval(const struct arm *arm, enum measure measure, struct way way, double confidence,
                                  double horizon);
struct interval estimate_objective(const struct scenario *scenario, const struct arm *arm);
struct interval estimate_quantile(const struct arm *arm, enum measure measure, double q, double confidence,
                                  double horizon);
double estimate_precision(const struct interval *interval);
double estimate_statistic(const struct arm *arm, const struct condition *condition, const struct estimate *estimate);
double estimate_cause(const struct arm *arm, enum cause cause, struct way way);
struct interval estimate_added_to(const struct arm *arm, struct way way, double none_weight, double confidence,
                                  double horizon);
void estimate_fill(const struct arm *arm, enum measure measure, struct way way, double confidence, double horizon,
                   struct arena *arena, struct estimate *estimate);
struct curve estimate_curve(const struct arm *arm, enum measure measure, struct arena *arena);

#endif
