/* exact/gth: the stationary distribution by elimination without subtraction. Includes nothing of ours. */
#ifndef NINES_EXACT_GTH_H
#define NINES_EXACT_GTH_H

#include <stdbool.h>
#include <stdint.h>

#define GTH_MOST_FLOOR 1e-200 /* where elimination gives up */

double gth_floor(uint32_t n, double least_exit, bool lost);
bool   gth_solve(uint32_t n, double *rates, double *probability, double *floor);

#endif
