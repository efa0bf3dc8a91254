/* engine/moments: count, mean and central moments of values that come one by one. Includes nothing of ours. */
#ifndef NINES_ENGINE_MOMENTS_H
#define NINES_ENGINE_MOMENTS_H

#include <stdint.h>

/* Start with {0}. m2, m3, m4: sums of the powers of the distances to the mean. */
struct moments {
    uint64_t n;
    double   mean, m2, m3, m4;
    double   least, greatest; /* mean something where n is not 0 */
};

void   moments_add(struct moments *moments, double value);
void   moments_merge(struct moments *into, const struct moments *from);
double moments_variance(const struct moments *moments);
double moments_error(const struct moments *moments);
double moments_effective(const struct moments *moments);

#endif
