/* exact/envelope: elimination without subtraction where states lead to near ones only. Includes exact/chain. */
#ifndef NINES_EXACT_ENVELOPE_H
#define NINES_EXACT_ENVELOPE_H

#include "exact/chain.h"

bool envelope_fits(const struct chain *chain, double most_work, double most_bytes);
bool envelope_solve(const struct chain *chain, struct solver *solver, double *probability, bool *stopped);

#endif
