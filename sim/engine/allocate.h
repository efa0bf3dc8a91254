/* engine/allocate: how many paths each stratum gets. Includes nothing of ours. */
#ifndef NINES_ENGINE_ALLOCATE_H
#define NINES_ENGINE_ALLOCATE_H

#include <stdint.h>

/* No stratum is given more than this, however small the target. */
#define ALLOCATE_MOST (UINT64_C(1) << 62)

void allocate_paths(int k, const double *weight, const double *deviation, const double *cost, const uint64_t *drawn,
                    double target_error, uint64_t *total);

#endif
