/* exact/passage: whether and when a chain first enters a set of states. Includes exact/chain. */
#ifndef NINES_EXACT_PASSAGE_H
#define NINES_EXACT_PASSAGE_H

#include "exact/chain.h"

bool passage_by(const struct chain *chain, const bool *target, double time, struct solver *solver,
                double *probability, struct error *error);
bool passage_ever(const struct chain *chain, const bool *target, struct solver *solver, double *probability,
                  struct error *error);
bool passage_mean_time(const struct chain *chain, const bool *target, struct solver *solver, double *mean,
                       struct error *error);

#endif
