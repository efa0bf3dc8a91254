/*
 * Count, mean and central moments up to the fourth, in one pass.
 *
 * Sums of powers lose everything when the mean is large beside the spread; these are sums of powers of the distance to
 * the running mean, updated value by value and merged block by block:
 *
 *     P. Pébay: Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
 *     moments. Sandia report SAND2008-6212, 2008.
 *
 * Values that are all equal give a variance of exactly 0, whatever the number of values and of merges, since every
 * distance is then exactly 0. Merging is not associative to the last bit: who wants equal bits for any number of
 * threads merges equal blocks in one order.
 *
 * Cost: one division and about 20 multiplications a value; 7 numbers of memory.
 */
#include "engine/moments.h"

#include <math.h>

/* A spread of less than this share of the values is none: sums over a path are rounded a thousand times. */
static const double ROUNDING = 1e-9;

/* Adds one finite value. */
void moments_add(struct moments *moments, double value)
{
    struct moments *m = moments;
    double before = (double)m->n, n = before + 1;
    double delta = value - m->mean, step = delta / n, step2 = step * step, spread = delta * step * before;

    m->least = m->n ? fmin(m->least, value) : value;
    m->greatest = m->n ? fmax(m->greatest, value) : value;
    m->n++;
    m->mean += step;
    m->m4 += spread * step2 * (n * n - 3 * n + 3) + 6 * step2 * m->m2 - 4 * step * m->m3;
    m->m3 += spread * step * (n - 2) - 3 * step * m->m2;
    m->m2 += spread;
}

/* Adds all values that `from` has seen. */
void moments_merge(struct moments *into, const struct moments *from)
{
    if (!from->n)
        return;
    if (!into->n) {
        *into = *from;
        return;
    }
    const struct moments a = *into, b = *from;
    double na = (double)a.n, nb = (double)b.n, n = na + nb;
    double delta = b.mean - a.mean, share_a = na / n, share_b = nb / n;
    double spread = delta * delta * na * share_b; /* of the two means about the common one */

    into->n = a.n + b.n;
    into->mean = a.mean + delta * share_b;
    into->m2 = a.m2 + b.m2 + spread;
    into->m3 = a.m3 + b.m3 + spread * delta * (share_a - share_b) + 3 * delta * (share_a * b.m2 - share_b * a.m2);
    into->m4 = a.m4 + b.m4 + spread * delta * delta * (share_a * share_a - share_a * share_b + share_b * share_b)
               + 6 * delta * delta * (share_a * share_a * b.m2 + share_b * share_b * a.m2)
               + 4 * delta * (share_a * b.m3 - share_b * a.m3);
    into->least = fmin(a.least, b.least);
    into->greatest = fmax(a.greatest, b.greatest);
}

/* The unbiased variance, in the square of the values' unit; 0 for fewer than two values. */
double moments_variance(const struct moments *moments)
{
    return moments->n < 2 ? 0 : fmax(0, moments->m2) / (double)(moments->n - 1);
}

/* The standard error of the mean, in the values' unit; 0 for fewer than two values. */
double moments_error(const struct moments *moments)
{
    return moments->n < 2 ? 0 : sqrt(moments_variance(moments) / (double)moments->n);
}

/*
 * How many paths in effect carry the variance: n over the kurtosis, n (m2/n)² / (m4/n). The variance's own relative
 * error is about 1/sqrt of it, so that a standard error that rests on few paths can be told from one that rests on
 * many. About n p for a 0/1 event of small probability p, n/3 for a normal variable; 0 where the variance is 0, or no
 * more than what rounding makes of values that are all the same.
 */
double moments_effective(const struct moments *moments)
{
    double largest = fmax(fabs(moments->least), fabs(moments->greatest)), rounding = ROUNDING * largest;
    if (!(moments->m2 > (double)moments->n * rounding * rounding) || !(moments->m4 > 0))
        return 0;
    return moments->m2 / moments->m4 * moments->m2;
}
