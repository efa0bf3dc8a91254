/*
 * The way back where the versions have weights: the missing old instances first, then the traffic, then the new
 * ones go.
 */
#include "models/weighted.h"

/* Writes the steps back to n old instances, weight 0 and no new instance. */
void weighted_back(const struct strategy *strategy, int replicas, struct in_place now, struct plan *plan)
{
    (void)strategy;
    plan_start(plan, OLD, replicas - now.count[OLD]);
    plan_shift(plan, 0);
    plan_vanish(plan, NEW, now.count[NEW]);
}
