/* exact/poisson: the probabilities of a Poisson number, with a bound on what is left out. Includes base/. */
#ifndef NINES_EXACT_POISSON_H
#define NINES_EXACT_POISSON_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

#define POISSON_MOST_MEAN 1e10

/* Of the numbers first … last; together at least 1 - cut before they were scaled to add up to 1. */
struct poisson {
    uint64_t first, last;
    double  *probability; /* of first + i */
    double  *above;       /* that the number is above first + i */
    double   cut;         /* the probability of all other numbers is at most this */
    double   rounding;    /* the errors of all probabilities that rounding makes add up to at most this */
};

bool poisson_new(double mean, double cut, struct poisson *poisson, struct error *error);
void poisson_free(struct poisson *poisson);

#endif
