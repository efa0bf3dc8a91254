/* models/placement: which zone instances are put into and taken from. Includes models/plan. */
#ifndef NINES_MODELS_PLACEMENT_H
#define NINES_MODELS_PLACEMENT_H

#include "models/plan.h"

#include <stdbool.h>

/* Instances in place, in whatever state, by version and zone, and the weight of the new version. */
struct placement {
    int    zones;
    int   *count[VERSIONS];
    double weight;
};

struct placement placement_new(int zones, struct arena *arena);
struct placement placement_copy(const struct placement *placement, struct arena *arena);
bool placement_same(const struct placement *a, const struct placement *b);
int  placement_total(const struct placement *placement, enum version version);
void placement_spread(struct placement *placement, enum version version, int instances);
void placement_launch(struct placement *placement, enum version version, int instances, int *by_zone);
void placement_vanish(struct placement *placement, enum version version, int instances, int *by_zone);

#endif
