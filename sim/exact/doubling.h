/* exact/doubling: transient probabilities of small chains over times however long. Includes exact/crew. */
#ifndef NINES_EXACT_DOUBLING_H
#define NINES_EXACT_DOUBLING_H

#include "exact/crew.h"

#include <stdint.h>

int doubling_times(double speed, double time);
void doubling_solve(uint32_t n, const double *rates, double time, struct crew *crew, double *probability,
                    double *spent);

#endif
