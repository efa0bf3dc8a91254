/* exact/transient: where a chain is at a time, and where it was until then. Includes exact/chain. */
#ifndef NINES_EXACT_TRANSIENT_H
#define NINES_EXACT_TRANSIENT_H

#include "exact/chain.h"

#define TRANSIENT_PRECISION 1e-24

bool transient_solve(const struct chain *chain, double time, struct solver *solver, double *probability,
                     double *spent, struct error *error);
bool transient_solve_until(const struct chain *chain, const bool *absorbing, double time, struct solver *solver,
                           double *probability, double *spent, struct error *error);

#endif
