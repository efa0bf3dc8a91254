/* exact/gth: the stationary distribution by elimination without subtraction. Includes nothing of ours. */
#ifndef NINES_EXACT_GTH_H
#define NINES_EXACT_GTH_H

#include <stdint.h>

void gth_solve(uint32_t n, double *rates, double *probability);

#endif
