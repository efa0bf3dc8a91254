/* exact/multilevel: sweeps and aggregation for the stationary distribution of a large chain. Includes exact/chain. */
#ifndef NINES_EXACT_MULTILEVEL_H
#define NINES_EXACT_MULTILEVEL_H

#include "exact/chain.h"

#define MULTILEVEL_LEAST 1e-50 /* states below this are not looked at when changes are measured */

struct multilevel;

struct multilevel *multilevel_new(const struct chain *chain, double *probability, int threads);
void   multilevel_free(struct multilevel *m);
double multilevel_sweeps(struct multilevel *m, int count);
double multilevel_cycle(struct multilevel *m);

#endif
