/*
 * How many paths each stratum gets, so that a weighted sum of the strata's means reaches a standard error at least
 * cost.
 *
 * The sum's variance is V = sum of v_j / N_j, v_j = weight_j² deviation_j². The cost, sum of cost_j N_j, is least
 * under
 * V <= e² where the variance that one more unit of cost removes, v_j / (cost_j N_j²), is the same everywhere:
 *
 *     N_j = scale sqrt(v_j / cost_j),   scale = sum of sqrt(v_j cost_j) / e².
 *
 * Paths that were drawn already cannot be given back. A stratum that has more than its N_j keeps what it has,
 * v_j / drawn_j is taken from e², and the rest is solved again. This cannot fail: what the stratum keeps removes more
 * variance than it was asked for, so the scale only falls, none that was set aside comes back, and after at most k
 * rounds it is the exact solution (the Karush-Kuhn-Tucker conditions of a convex problem). Rounding up adds less than
 * one path each.
 *
 * J. Neyman: On the two different aspects of the representative method. J. Royal Statistical Society 97, 1934.
 * W. G. Cochran: Sampling Techniques, 3rd ed., 1977, section 5.5 (optimum allocation with costs).
 *
 * Cost: k² at most.
 */
#include "engine/allocate.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

/* The paths that stratum j gets at that scale. */
static double wanted(double scale, double weight, double deviation, double cost)
{
    return scale * fabs(weight) * deviation / sqrt(cost);
}

/* The scale at which the strata whose total is not kept fill what the others leave of the squared error. */
static double solve_scale(int k, const double *weight, const double *deviation, const double *cost,
                          const uint64_t *drawn, const bool *kept, double squared_error)
{
    double sum = 0;
    for (int j = 0; j < k; j++) {
        double part = weight[j] * deviation[j];
        if (!kept[j])
            sum += fabs(part) * sqrt(cost[j]);
        else if (part != 0)
            squared_error -= part * part / (double)drawn[j];
    }
    return sum > 0 ? sum / fmax(squared_error, 0) : 0;
}

static uint64_t round_up(double paths)
{
    return paths < (double)ALLOCATE_MOST ? (uint64_t)ceil(paths) : ALLOCATE_MOST;
}

/*
 * Sets total[j] >= drawn[j] for k strata: weights (of any sign), standard deviations (0 or more), costs of one path
 * (above 0, in any unit), paths already drawn, and the standard error (above 0) that the weighted sum of the means is
 * to reach. A stratum of deviation or weight 0 gets nothing more. No total is above ALLOCATE_MOST unless drawn is.
 */
void allocate_paths(int k, const double *weight, const double *deviation, const double *cost, const uint64_t *drawn,
                    double target_error, uint64_t *total)
{
    bool kept[k > 0 ? k : 1], changed = true;
    double scale = INFINITY;
    assert(target_error > 0);
    for (int j = 0; j < k; j++) {
        assert(deviation[j] >= 0 && cost[j] > 0);
        kept[j] = false;
    }
    while (changed) {
        changed = false;
        /* It only falls; the least guards against what is left of e² being lost in rounding. */
        scale = fmin(scale, solve_scale(k, weight, deviation, cost, drawn, kept, target_error * target_error));
        for (int j = 0; j < k; j++) {
            if (kept[j] || wanted(scale, weight[j], deviation[j], cost[j]) >= (double)drawn[j])
                continue;
            kept[j] = changed = true;
        }
    }
    for (int j = 0; j < k; j++) {
        uint64_t paths = kept[j] ? drawn[j] : round_up(wanted(scale, weight[j], deviation[j], cost[j]));
        total[j] = paths > drawn[j] ? paths : drawn[j];
    }
}
