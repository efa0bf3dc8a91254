/*
 * Probabilities of a Poisson number N of mean m, as uniformisation needs them: those that matter, to full relative
 * accuracy, for m up to 1e10, without overflow and underflow.
 *
 * As Fox and Glynn have it, they are computed from the mode outwards, where the weight is set to 1, by
 *
 *     w(k + 1) = w(k) m / (k + 1),   w(k - 1) = w(k) k / m,
 *
 * and divided by their sum at the end, which is taken from both ends inwards, small ones first. What is left out is
 * bounded by geometric series, so that nothing need be known of the normal approximation: ratios of neighbours fall
 * away from the mode, hence
 *
 *     sum of w(k), k > R,  <=  w(R) r / (1 - r),  r = m / (R + 1)  (R + 1 > m),
 *     sum of w(k), k < L,  <=  w(L) r / (1 - r),  r = L / m        (L < m).
 *
 * A side ends where its bound is at most half the cut times the sum of the weights so far, which is at most that of
 * all weights. So at most `cut` of all probability is left out.
 *
 * The weights are monotone away from the mode, and it takes about sqrt(2 m log(1 / cut)) of them on each side.
 * Rounding: a weight that is k from the mode has a relative error of at most k 2^-52, and each partial sum on the way
 * to the sum of all adds 2^-53 of itself. Both come to sums of w(k) times the distance from the mode.
 *
 * B. L. Fox, P. W. Glynn: Computing Poisson probabilities. Comm. ACM 31, 1988.
 */
#include "exact/poisson.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Weights on one side of the mode, the mode's own not among them. */
struct side {
    double  *weight;
    uint64_t n, capacity;
    double   sum, left_out;
};

static void side_add(struct side *side, double weight)
{
    if (side->n == side->capacity) {
        side->capacity = side->capacity ? 2 * side->capacity : 64;
        side->weight = memory_grow(side->weight, side->capacity, sizeof *side->weight);
    }
    side->weight[side->n++] = weight;
    side->sum += weight;
}

/* What follows the weight in a geometric series. */
static double series(double weight, double ratio)
{
    return ratio < 1 ? weight * ratio / (1 - ratio) : INFINITY;
}

static void go_up(struct side *side, uint64_t mode, double mean, double cut)
{
    double weight = 1;
    for (uint64_t k = mode;; k++) {
        side->left_out = series(weight, mean / ((double)k + 1));
        if (side->left_out <= cut / 2 * (1 + side->sum))
            return;
        side_add(side, weight *= mean / ((double)k + 1));
    }
}

static void go_down(struct side *side, uint64_t mode, double mean, double cut)
{
    double weight = 1;
    for (uint64_t k = mode; k > 0; k--) {
        side->left_out = series(weight, (double)k / mean);
        if (side->left_out <= cut / 2 * (1 + side->sum))
            return;
        side_add(side, weight *= (double)k / mean);
    }
    side->left_out = 0;
}

/*
 * The probabilities of a Poisson number of that mean (0 or more), less those that together are at most `cut` (above 0).
 * They are scaled to add up to 1. Give them to poisson_free. Fails if the mean is no number or above POISSON_MOST_MEAN,
 * for which they would fill the memory.
 */
bool poisson_new(double mean, double cut, struct poisson *poisson, struct error *error)
{
    struct side up = {0}, down = {0};
    assert(cut > 0);
    *poisson = (struct poisson){0};
    if (!(mean >= 0 && mean <= POISSON_MOST_MEAN))
        return error_add(error, FAULT_SYSTEM, "a Poisson number of the mean %g has too many values", mean);
    uint64_t mode = (uint64_t)mean;
    go_up(&up, mode, mean, cut);
    go_down(&down, mode, mean, cut);
    uint64_t n = down.n + 1 + up.n;
    *poisson = (struct poisson){.first = mode - down.n, .last = mode + up.n};
    poisson->probability = memory_new(n, sizeof *poisson->probability);
    poisson->above = memory_new(n, sizeof *poisson->above);
    double below = 0, above = 0, spread = 0;
    for (uint64_t i = 0; i < down.n; i++) {
        poisson->probability[i] = down.weight[down.n - 1 - i];
        below += poisson->probability[i];
        spread += below;
    }
    poisson->probability[down.n] = 1;
    for (uint64_t i = 0; i < up.n; i++)
        poisson->probability[down.n + 1 + i] = up.weight[i];
    for (uint64_t i = n - 1; i > down.n; i--) {
        above += poisson->probability[i];
        spread += above;
    }
    double sum = below + above + 1;
    poisson->cut = (up.left_out + down.left_out) / sum;
    poisson->rounding = 2 * DBL_EPSILON * (spread / sum + 1);
    above = 0;
    for (uint64_t i = n; i-- > 0;) {
        poisson->above[i] = above;
        poisson->probability[i] /= sum;
        above += poisson->probability[i];
    }
    free(up.weight);
    free(down.weight);
    return true;
}

/* Gives back their memory. */
void poisson_free(struct poisson *poisson)
{
    free(poisson->probability);
    free(poisson->above);
    *poisson = (struct poisson){0};
}
