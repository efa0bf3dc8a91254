/* exact/stationary: the stationary distribution of an irreducible chain. Includes exact/chain. */
#ifndef NINES_EXACT_STATIONARY_H
#define NINES_EXACT_STATIONARY_H

#include "exact/chain.h"

#define STATIONARY_PRECISION 1e-12

bool stationary_in_order(const struct chain *chain);
bool stationary_solve(const struct chain *chain, struct solver *solver, double *probability, struct error *error);

#endif
