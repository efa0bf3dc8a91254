/* exact/doubling: transient probabilities of small chains over times however long. Includes base/memory. */
#ifndef NINES_EXACT_DOUBLING_H
#define NINES_EXACT_DOUBLING_H

#include <stdint.h>

int doubling_times(double speed, double time);
void doubling_solve(uint32_t n, const double *rates, double time, int threads, double *probability, double *spent);

#endif
