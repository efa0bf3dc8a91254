/* exact/absorb: where a chain ends up, and how long it takes. Includes exact/chain. */
#ifndef NINES_EXACT_ABSORB_H
#define NINES_EXACT_ABSORB_H

#include "exact/chain.h"

#define ABSORB_TRANSIENT UINT32_MAX

bool absorb_solve(const struct chain *chain, const uint32_t *class, uint32_t n_classes, struct solver *solver,
                  double *probability, double *mean_time, struct error *error);

#endif
