/* models/roll: replacing instances some at a time, in either direction. Includes models/strategy. */
#ifndef NINES_MODELS_ROLL_H
#define NINES_MODELS_ROLL_H

#include "models/strategy.h"

struct pace {
    int surge, unavailable;
};

struct pace pace_resolve(struct amount surge, struct amount unavailable, int replicas);
void roll_towards(struct plan *plan, enum version version, struct in_place now, int replicas, struct pace pace,
                  double min_ready);

#endif
