/*
 * No release at all, solved.
 *
 * It is a small chain without fixed delays, more often than not: then its means are solved, in much less time than its
 * paths take. Environments have nothing to do with each other then, so each is solved by itself.
 */
#include "study/none.h"

#include <math.h>

/* What solving no release may take at most: 200 000 states, and some two seconds on one core. */
enum { NONE_STATES = 200000 };
static const double NONE_WORK = 2e9;
/*
 * The same for each path that is asked for, where their number is given: some hundred times what a path takes, since
 * the faults of a day are better solved than sampled unless there are next to no paths.
 */
enum { NONE_STATES_A_PATH = 8 };
static const double NONE_WORK_A_PATH = 1e6;

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

/* No release in a topology. Its environments have nothing to do with each other, so each is solved by itself. */
static bool solve_environments(const struct scenario *scenario, const struct topology *topology,
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

/* What may be spent: where a number of paths is asked for (else 0), no more than fits it. */
static struct solution_options limits_for(const struct scenario *scenario, const struct sampler *sampler,
                                          uint64_t paths)
{
    struct solution_options limits = {
        .most_states = NONE_STATES, .most_work = NONE_WORK, .threads = sampler->threads, .stop = sampler->stop};
    double all = (double)paths * scenario->n_strategies;
    if (paths > 0) {
        limits.most_states = (uint32_t)fmin(limits.most_states, all * NONE_STATES_A_PATH);
        limits.most_work = fmin(limits.most_work, all * NONE_WORK_A_PATH);
    }
    return limits;
}

/*
 * Solves no release in each topology, for at most what so many paths a strategy are worth (0: what any study is).
 * Where that is too much, or fails, it is left to be sampled: the error is not the user's.
 */
void none_solve(const struct scenario *scenario, struct sampler *sampler, uint64_t paths, struct arena *arena)
{
    struct solution_options limits = limits_for(scenario, sampler, paths);
    int per_topology = scenario->n_strategies + 1;
    for (int a = 0; a < sampler->n_arms; a += per_topology) {
        struct arm *arm = &sampler->arms[a];
        struct error error = {0};
        struct solution solution = {0};
        if (arm->rollout.process &&
            solve_environments(scenario, &scenario->topologies[a / per_topology], &limits, &solution, &error)) {
            struct solution *kept = arena_new(arena, 1, sizeof *kept);
            *kept = solution;
            arm->solution = kept;
        }
        error_free(&error);
    }
}
