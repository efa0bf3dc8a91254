/* exact/transient: where a chain is at a time, and where it was until then. Includes exact/chain. */
#ifndef NINES_EXACT_TRANSIENT_H
#define NINES_EXACT_TRANSIENT_H

#include "exact/chain.h"

/* Of each state: its probability at the time, and the expected time spent in it until then (either may be NULL). */
bool transient_solve(const struct chain *chain, double time, struct solver *solver, double *probability,
                     double *spent, struct error *error);

#endif
