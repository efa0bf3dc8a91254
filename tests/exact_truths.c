/*
 * The table of truths put to the exact solver: the other half of tests/chains.c, which samples.
 *
 * What the solver gives is compared with the truth relative to it. A process with fixed delays has no chain, and a
 * truth of tolerance 0 (a variance, a distribution of a reward) is none that a mean or a probability answers.
 */
#include "chains.h"

#include "exact/passage.h"
#include "exact/space.h"
#include "exact/steady.h"
#include "exact/transient.h"

#include <math.h>
#include <stdlib.h>

/* What a truth asks for, of a chain whose reward or label has that value in each state. */
static bool answer(const struct truth *truth, const struct space *space, const double *value, struct solver *solver,
                   double *result, struct error *error)
{
    const struct chain *chain = &space->chain;
    double *weight = memory_new(chain->n_states, sizeof *weight);
    bool *holds = memory_new(chain->n_states, sizeof *holds), good = false;
    for (uint32_t i = 0; i < chain->n_states; i++)
        holds[i] = value[i] != 0;
    switch (truth->query) {
    case QUERY_REWARD_MEAN:
        good = transient_solve(chain, truth->time, solver, NULL, weight, error);
        *result = chain_weighted(chain->n_states, weight, value);
        break;
    case QUERY_RATE_AT:
    case QUERY_LABEL_AT:
        good = transient_solve(chain, truth->time, solver, weight, NULL, error);
        *result = chain_weighted(chain->n_states, weight, value);
        break;
    case QUERY_STEADY_RATE:
        good = steady_solve(chain, solver, weight, error);
        *result = chain_weighted(chain->n_states, weight, value);
        break;
    case QUERY_LABEL_BY:
        good = passage_by(chain, holds, truth->time, solver, result, error);
        break;
    case QUERY_LABEL_EVER:
        good = passage_ever(chain, holds, solver, result, error);
        break;
    case QUERY_FIRST_MEAN:
        good = passage_mean_time(chain, holds, solver, result, error);
        break;
    default:
        error_add(error, FAULT_SYSTEM, "no mean and no probability answers this");
    }
    free(weight);
    free(holds);
    return good;
}

/*
 * The relative distance of what the exact solver gives to the truth, which must have a tolerance; NAN if it fails. Sets
 * the solver's counts and bounds.
 */
double truth_exact(const struct truth *truth, struct solver *solver)
{
    struct process *p = truth->chain();
    struct error error = {0};
    struct space space = {0};
    int reward = process_find_reward(p, truth->what), label = process_find_label(p, truth->what);
    bool of_label = truth->query >= QUERY_LABEL_AT;
    double result = NAN, *value = NULL;
    bool good = (of_label ? label : reward) >= 0 && space_build(p, NULL, &space, &error);
    if (good) {
        const expr wanted = of_label ? p->labels[label].condition : p->rewards[reward].rate;
        value = memory_new(space.chain.n_states, sizeof *value);
        space_values(&space, &wanted, 1, &value);
        good = answer(truth, &space, value, solver, &result, &error);
    }
    space_free(&space);
    process_free(p);
    free(value);
    error_free(&error);
    return good ? fabs(result - truth->value) / fabs(truth->value) : NAN;
}
