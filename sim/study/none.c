/* No release at all, solved: a small chain without fixed delays, more often than not. */
#include "study/none.h"

/* One more environment's figures. */
static void add_solution(struct solution *sum, const struct solution *one)
{
    static const enum measure solved[] = {MEASURE_DOWNTIME, MEASURE_LOST};
    sum->states += one->states;
    sum->transitions += one->transitions;
    sum->steps += one->steps;
    for (int i = 0; i < 2; i++) {
        sum->value[solved[i]] += one->value[solved[i]];
        sum->bound[solved[i]] += one->bound[solved[i]];
    }
    for (int c = 0; c < CAUSES; c++)
        sum->cause[c] += one->cause[c];
}

/*
 * The means of no release in a topology, within the limits; false, with an error, if these do not do. *sum is {0} at
 * first. Its environments have nothing to do with each other, so each is solved by itself.
 */
bool none_solve(const struct scenario *scenario, const struct topology *topology,
                const struct solution_options *limits, struct solution *sum, struct error *error)
{
    bool good = true;
    for (int e = 0; e < topology->n_environments && good; e++) {
        const struct topology alone = {topology->name, &topology->environments[e], 1};
        struct rollout rollout;
        struct solution one;
        if (alone.environments->users <= 0)
            continue;
        good = rollout_build(&alone, &scenario->release, NULL, scenario->available_at, &rollout, error);
        if (!good)
            break;
        good = solution_find(&rollout, scenario->horizon, 1, limits, &one, error);
        if (good)
            add_solution(sum, &one);
        rollout_free(&rollout);
    }
    return good;
}
