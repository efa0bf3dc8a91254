/*
 * Whether and when a chain first enters a set of states, as what happens if it stays there: by a time from the
 * transient probabilities (transient.c), ever and on the mean from where it is absorbed (absorb.c). States from which
 * the target cannot be reached are found first, so that "never" and "for ever" are known and not approached.
 */
#include "exact/passage.h"

#include "exact/absorb.h"
#include "exact/transient.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* The probability of having been in a target state by the time (0 or more). Errors and bound: see transient_solve. */
bool passage_by(const struct chain *chain, const bool *target, double time, struct solver *solver,
                double *probability, struct error *error)
{
    double *at_end = memory_new(chain->n_states, sizeof *at_end);
    bool good = transient_solve_until(chain, target, time, solver, at_end, NULL, error);
    *probability = fmin(chain_sum_where(chain->n_states, target, at_end), 1);
    solver->error_bound = solver->cut + (solver->rounding + 2 * DBL_EPSILON) * *probability;
    free(at_end);
    return good;
}

enum { TARGET, LOST, CLASSES };

/* Classes of states: in the target, lost for it, or before either. */
static void classify(const struct chain *chain, const bool *target, uint32_t *class)
{
    const uint32_t n = chain->n_states;
    struct chain into;
    uint32_t *found = memory_new(n, sizeof *found), *place = memory_new(n, sizeof *place), n_target = 0;
    chain_transpose(chain, &into);
    for (uint32_t i = 0; i < n; i++)
        if (target[i])
            found[n_target++] = i;
    chain_reach(&into, NULL, n_target, found, place);
    for (uint32_t i = 0; i < n; i++)
        class[i] = target[i] ? TARGET : place[i] == CHAIN_NOWHERE ? LOST : ABSORB_TRANSIENT;
    chain_free(&into);
    free(found);
    free(place);
}

/* Whether a lost state can be entered before the target. */
static bool can_be_lost(const struct chain *chain, const bool *target, const uint32_t *class)
{
    uint32_t *found = memory_new(chain->n_states, sizeof *found), *place = memory_new(chain->n_states, sizeof *place);
    uint32_t n_seeds = 0;
    for (uint32_t i = 0; i < chain->n_initial; i++)
        if (chain->initial_probability[i] > 0 && !target[chain->initial[i]])
            found[n_seeds++] = chain->initial[i];
    uint32_t n = chain_reach(chain, target, n_seeds, found, place);
    bool lost = false;
    for (uint32_t i = 0; i < n; i++)
        lost = lost || class[found[i]] == LOST;
    free(found);
    free(place);
    return lost;
}

static bool solve(const struct chain *chain, const bool *target, struct solver *solver, double *probability,
                  double *mean, struct error *error)
{
    uint32_t *class = memory_new(chain->n_states, sizeof *class);
    double share[CLASSES] = {1, 0}, time = INFINITY;
    bool good = true;
    classify(chain, target, class);
    bool lost = can_be_lost(chain, target, class);
    solver->error_bound = 0;
    solver->floor = 0;
    if (lost ? probability != NULL : mean != NULL)
        good = absorb_solve(chain, class, CLASSES, solver, share, &time, error);
    if (good && mean && !lost && !isfinite(time))
        good = error_add(error, FAULT_SYSTEM, "the mean time is beyond what a number can be, since rates are too small "
                         "or too far apart");
    if (probability)
        *probability = share[TARGET];
    if (mean)
        *mean = lost ? INFINITY : time;
    free(class);
    return good;
}

/*
 * The probability of ever being in a target state: exactly 0 or 1 where that is certain. Its relative error is at most
 * solver->error_bound, and solver->floor, an absolute one, beside. Fails as absorb_solve does.
 */
bool passage_ever(const struct chain *chain, const bool *target, struct solver *solver, double *probability,
                  struct error *error)
{
    return solve(chain, target, solver, probability, NULL, error);
}

/*
 * The mean time until a target state is first entered; INFINITY where it may never be, as the graph of the chain tells.
 * One that is beyond what a number can be is an error. Otherwise as passage_ever.
 */
bool passage_mean_time(const struct chain *chain, const bool *target, struct solver *solver, double *mean,
                       struct error *error)
{
    return solve(chain, target, solver, NULL, mean, error);
}
