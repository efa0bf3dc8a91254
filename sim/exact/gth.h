/* exact/gth: the stationary distribution by elimination without subtraction. Includes nothing of ours. */
#ifndef NINES_EXACT_GTH_H
#define NINES_EXACT_GTH_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#define GTH_FLOOR DBL_MIN /* probabilities below are not known */

bool gth_solve(uint32_t n, double *rates, double *probability);

#endif
