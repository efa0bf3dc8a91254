/* exact/poisson: the probabilities of a Poisson number, with a bound on what is left out. Includes base/memory. */
#ifndef NINES_EXACT_POISSON_H
#define NINES_EXACT_POISSON_H

#include "base/memory.h"

#include <stdint.h>

/* Of the numbers first … last; together at least 1 - cut before they were scaled to add up to 1. */
struct poisson {
    uint64_t first, last;
    double  *probability; /* of first + i */
    double  *above;       /* that the number is above first + i */
    double   cut;         /* the probability of all other numbers is at most this */
};

void poisson_new(double mean, double cut, struct poisson *poisson);
void poisson_free(struct poisson *poisson);

#endif
