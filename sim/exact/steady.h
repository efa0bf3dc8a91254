/* exact/steady: the long-run share of time that a chain spends in each state. Includes exact/chain. */
#ifndef NINES_EXACT_STEADY_H
#define NINES_EXACT_STEADY_H

#include "exact/chain.h"

bool steady_solve(const struct chain *chain, struct solver *solver, double *probability, struct error *error);

#endif
