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

#include <assert.h>
#include <stdlib.h>

#define GREAT 1e250

/* Takes state k out; to lists the states below k that it leads to. Its own column keeps the shares of the exit. */
static void eliminate(uint32_t n, double *rates, uint32_t k, uint32_t *to)
{
    const double *row = &rates[(size_t)k * n];
    uint32_t n_to = 0;
    double exit = 0;
    for (uint32_t j = 0; j < k; j++)
        if (row[j] > 0) {
            to[n_to++] = j;
            exit += row[j];
        }
    assert(exit > 0);
    for (uint32_t i = 0; i < k; i++) {
        double *into = &rates[(size_t)i * n], share = into[k] / exit;
        into[k] = share;
        for (uint32_t j = 0; share > 0 && j < n_to; j++)
            into[to[j]] += share * row[to[j]];
    }
}

static void scale(uint32_t n, double factor, double *probability)
{
    for (uint32_t k = 0; k < n; k++)
        probability[k] *= factor;
}

/*
 * The stationary distribution of the irreducible chain of n states whose rate from i to j is rates[i n + j]; what
 * stands on the diagonal does not matter. The matrix is lost.
 */
void gth_solve(uint32_t n, double *rates, double *probability)
{
    uint32_t *to = memory_new(n, sizeof *to);
    for (uint32_t k = n - 1; k > 0; k--)
        eliminate(n, rates, k, to);
    probability[0] = 1;
    for (uint32_t k = 1; k < n; k++) {
        probability[k] = 0;
        for (uint32_t i = 0; i < k; i++)
            probability[k] += probability[i] * rates[(size_t)i * n + k];
        if (probability[k] > GREAT) /* the first state is very rare */
            scale(k + 1, 1 / GREAT, probability);
    }
    double sum = 0;
    for (uint32_t k = 0; k < n; k++)
        sum += probability[k];
    scale(n, 1 / sum, probability);
    free(to);
}
