/*
 * The stationary distribution of an irreducible chain by the elimination of Grassmann, Taksar and Heyman.
 *
 * The last state is taken out of the chain: whoever would go there goes on at once to where it leads. What leads from i
 * to j grows by rate(i, n) rate(n, j) / exit(n), and exit(n) is summed from the rates that are left, never computed as
 * a difference. What remains is the chain watched while it is in the other states. One state is left at last; the
 * probabilities follow in the opposite order, each from those before.
 *
 * It is Gaussian elimination, but without a subtraction: every probability is right to about n ulps, relative to
 * itself, however small it is and however far apart the rates are (O'Cinneide).
 *
 * What leads from i to j through n is computed as rate(i, n) times a share of at most 1, so nothing overflows. What
 * would underflow is computed with a wider range, and if it is lost and may matter, that is said. The probabilities
 * themselves are computed with a range without end, for one that a double cannot hold may be the only way to one that
 * it can.
 *
 * Cost: n³/3 multiplications for a full matrix; for each state that is taken out, only states that lead to it and
 * states that it leads to are touched, so much less for a chain that is numbered breadth-first. Memory: the n² of the
 * matrix.
 *
 * W. K. Grassmann, M. I. Taksar, D. P. Heyman: Regenerative analysis and steady state distributions for Markov chains.
 * Operations Research 33, 1985. C. A. O'Cinneide: Entrywise perturbation theory and error analysis for Markov chains.
 * Numerische Mathematik 65, 1993.
 */
#include "exact/gth.h"

#include "base/memory.h"
#include "exact/wide.h"

#include <math.h>
#include <stdlib.h>

/* Where a state leads to, and in which shares. */
struct exits {
    uint32_t *to;
    double   *share, *sum; /* sum: of each state taken out, the rate at which it is left */
    uint32_t  n;
    double    least;       /* share */
    double    least_sum;
    bool      lost;        /* rates that a double cannot hold */
};

/* Lists the states below k that row k leads to. */
static bool find_exits(const double *row, uint32_t k, struct exits *exits)
{
    double sum = 0;
    exits->n = 0;
    for (uint32_t j = 0; j < k; j++)
        if (row[j] > 0) {
            exits->to[exits->n++] = j;
            sum += row[j];
        }
    exits->sum[k] = sum;
    exits->least_sum = fmin(exits->least_sum, sum);
    exits->least = 1;
    for (uint32_t j = 0; j < exits->n; j++) {
        exits->share[j] = row[exits->to[j]] / sum;
        exits->least = fmin(exits->least, exits->share[j]);
    }
    return sum > 0 && isfinite(sum);
}

/* Takes state k out. Fails if it is left for nowhere. */
static bool eliminate(uint32_t n, double *rates, uint32_t k, struct exits *exits)
{
    const double *row = &rates[(size_t)k * n];
    if (!find_exits(row, k, exits))
        return false;
    for (uint32_t i = 0; i < k; i++) {
        double *into = &rates[(size_t)i * n];
        const double in = into[k];
        if (in > 0 && !(exits->least >= DBL_MIN && in * exits->least >= DBL_MIN)) {
            for (uint32_t j = 0; j < exits->n; j++)
                if (exits->to[j] != i)
                    exits->lost |= !wide_add_product(&into[exits->to[j]], in, row[exits->to[j]], exits->sum[k]);
            continue;
        }
        for (uint32_t j = 0; in > 0 && j < exits->n; j++)
            into[exits->to[j]] += in * exits->share[j];
    }
    return true;
}

/* Each probability from those before, given what is left of the rates. Returns whether all are above 0. */
static bool substitute(uint32_t n, const double *rates, const double *exit, double *probability)
{
    struct wide *p = memory_new(n, sizeof *p), sum = {0};
    bool good = true;
    for (uint32_t k = 0; k < n; k++) {
        if (k == 0)
            p[0] = wide_scaled(1, 0);
        for (uint32_t i = 0; i < k; i++)
            if (rates[(size_t)i * n + k] > 0)
                p[k] = wide_plus(p[k], wide_times(p[i], rates[(size_t)i * n + k]));
        if (k > 0)
            p[k] = wide_over(p[k], exit[k]);
        sum = wide_plus(sum, p[k]);
        good &= p[k].part > 0;
    }
    for (uint32_t k = 0; k < n; k++)
        probability[k] = wide_share(p[k], sum);
    free(p);
    return good;
}

/*
 * How much each probability may be off beside its ulps, when the least rate at which a state was left is that one, and
 * rates below DBL_MIN were lost or not: at most n times each of n, each for as long as a state lasts.
 */
double gth_floor(uint32_t n, double least_exit, bool lost)
{
    return lost ? fmax(1, 1 / least_exit) * DBL_MIN * n * n : DBL_MIN;
}

/*
 * The stationary distribution of the irreducible chain of n states whose rate from i to j is rates[i n + j]; what
 * stands on the diagonal does not matter. The matrix is lost. *floor is what each probability may be off beside its
 * ulps, since doubles end at about 1e-308. Returns false, with nothing of use in `probability`, if rates are not finite
 * or too far apart for doubles.
 */
bool gth_solve(uint32_t n, double *rates, double *probability, double *floor)
{
    struct exits exits = {.to = memory_new(n, sizeof *exits.to), .least_sum = INFINITY};
    exits.share = memory_new(n, sizeof *exits.share);
    exits.sum = memory_new(n, sizeof *exits.sum);
    bool good = true;
    for (uint32_t k = n - 1; k > 0 && good; k--)
        good = eliminate(n, rates, k, &exits);
    *floor = gth_floor(n, exits.least_sum, exits.lost);
    good = good && *floor <= GTH_MOST_FLOOR && substitute(n, rates, exits.sum, probability);
    free(exits.to);
    free(exits.share);
    free(exits.sum);
    return good;
}
