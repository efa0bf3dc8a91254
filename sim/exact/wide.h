/* exact/wide: numbers of 0 or more whose range has no end. Includes nothing of ours. */
#ifndef NINES_EXACT_WIDE_H
#define NINES_EXACT_WIDE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* part times 2 to the exponent; the part is from a half to 1, or 0. As exact as a double. */
struct wide {
    double  part;
    int64_t exponent;
};

static inline struct wide wide_scaled(double value, int64_t exponent)
{
    int by = 0;
    double part = frexp(value, &by);
    return (struct wide){part, exponent + by};
}

static inline struct wide wide_times(struct wide x, double factor)
{
    struct wide y = wide_scaled(factor, x.exponent);
    return wide_scaled(x.part * y.part, y.exponent);
}

static inline struct wide wide_over(struct wide x, double divisor)
{
    struct wide y = wide_scaled(divisor, 0);
    return wide_scaled(x.part / y.part, x.exponent - y.exponent);
}

static inline struct wide wide_plus(struct wide x, struct wide y)
{
    if (x.part == 0 || y.part == 0)
        return x.part == 0 ? y : x;
    if (x.exponent < y.exponent)
        return wide_plus(y, x);
    int64_t down = x.exponent - y.exponent;
    return down > 200 ? x : wide_scaled(x.part + ldexp(y.part, -(int)down), x.exponent);
}

/* x / y; 0 where a double cannot hold it. x is at most y, which is above 0. */
static inline double wide_share(struct wide x, struct wide y)
{
    int64_t down = y.exponent - x.exponent;
    return down > 2000 ? 0 : ldexp(x.part / y.part, -(int)down);
}

/* Adds in · out / exit. Returns whether nothing is lost because a double cannot hold the product. */
static inline bool wide_add_product(double *sum, double in, double out, double exit)
{
    struct wide product = wide_over(wide_times(wide_scaled(in, 0), out), exit);
    *sum += product.exponent < -1100 ? 0 : ldexp(product.part, (int)product.exponent);
    return product.exponent > DBL_MIN_EXP || *sum > DBL_MIN / DBL_EPSILON / DBL_EPSILON;
}

#endif
