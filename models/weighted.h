/* models/weighted: what strategies with a weight for the new version have in common. Includes models/strategy. */
#ifndef NINES_MODELS_WEIGHTED_H
#define NINES_MODELS_WEIGHTED_H

#include "models/strategy.h"

void weighted_back(const struct strategy *strategy, int replicas, struct in_place now, struct plan *plan);

#endif
