/*
 * The measures of one rollout without sampling.
 *
 * Every measure is the expectation of a reward that is earned at a rate in each state over [0, horizon], or the
 * probability that a label holds at the horizon. So one transient solution gives all of them: the expected time spent
 * in each state until the horizon, times the rates, and the probabilities at the horizon, summed over where a label
 * holds. Fixed delays are first replaced by Erlang delays of so many phases (process/erlang.c); that is the one thing
 * that is not exact, and its error has a series in 1/phases, which solution_extrapolate() cuts short.
 *
 * Cost: that of exact/space.c and exact/transient.c, and one more pass over the states for each measure and cause.
 */
#include "study/solution.h"

#include "exact/space.h"
#include "exact/transient.h"
#include "process/erlang.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Of what is cut off, of all probability: below what the rounding of a million steps may add up to. */
static const double PRECISION = 1e-11;

/* What was solved, and the vectors that the answers come from. */
struct answers {
    struct process *process;
    struct space    space;
    double         *at_end, *spent, *wanted;
    double          cut, rounding; /* of the transient solution */
};

static double reward_of(const struct answers *a, int reward)
{
    if (reward < 0)
        return NAN;
    space_values(&a->space, &a->process->rewards[reward].rate, 1, &a->wanted);
    return chain_weighted(a->space.chain.n_states, a->spent, a->wanted);
}

static double label_of(const struct answers *a, int label)
{
    if (label < 0)
        return NAN;
    space_values(&a->space, &a->process->labels[label].condition, 1, &a->wanted);
    return chain_weighted(a->space.chain.n_states, a->at_end, a->wanted);
}

static bool has_fixed(const struct process *process)
{
    for (int i = 0; i < process->n_commands; i++)
        if (process->commands[i].delay == DELAY_FIXED)
            return true;
    return false;
}

/* Products that uniformisation may take at most, times the transitions. */
static double work_of(const struct chain *chain, double horizon)
{
    double greatest = 0, *exit = chain_exit_rates(chain);
    for (uint32_t s = 0; s < chain->n_states; s++)
        greatest = fmax(greatest, exit[s]);
    free(exit);
    return greatest * horizon * (double)(chain->n_transitions + chain->n_states);
}

static bool solve(struct answers *a, double horizon, const struct solution_options *options, uint64_t *steps,
                  struct error *error)
{
    uint32_t n = a->space.chain.n_states;
    struct solver solver = {
        .precision = PRECISION,
        .threads = options->threads,
        .stop = options->stop,
        .on_step = options->on_step,
        .context = options->context,
    };
    a->at_end = memory_new(n, sizeof *a->at_end);
    a->spent = memory_new(n, sizeof *a->spent);
    a->wanted = memory_new(n, sizeof *a->wanted);
    bool good = transient_solve(&a->space.chain, horizon, &solver, a->at_end, a->spent, error);
    *steps = solver.steps;
    a->cut = solver.cut;
    a->rounding = solver.rounding;
    return good;
}

static void read_answers(const struct answers *a, const struct rollout *rollout, double horizon,
                         struct solution *solution)
{
    for (int m = 0; m < MEASURES; m++) {
        bool is_label = rollout->label[m] >= 0;
        solution->value[m] = is_label ? label_of(a, rollout->label[m]) : reward_of(a, rollout->reward[m]);
        solution->bound[m] = a->cut * (is_label ? 1 : rollout->greatest[m] * horizon) +
                             a->rounding * solution->value[m];
    }
    for (int c = 0; c < CAUSES; c++)
        solution->cause[c] = reward_of(a, rollout->cause[c]);
}

/*
 * Solves the rollout over the horizon (seconds), with so many phases (1 or more) for each of its fixed delays. Returns
 * false with an error if the process breaks its rules, has too many states or means too much work, or is stopped.
 */
bool solution_find(const struct rollout *rollout, double horizon, int phases, const struct solution_options *options,
                   struct solution *solution, struct error *error)
{
    assert(phases >= 1 && horizon > 0);
    bool fixed = has_fixed(rollout->process);
    struct answers a = {.process = fixed ? process_erlang(rollout->process, phases) : rollout->process};
    struct space_options limits = {
        .most_states = options->most_states,
        .stop = options->stop,
        .on_states = options->on_states,
        .context = options->context,
    };
    *solution = (struct solution){.phases = fixed ? phases : 0};
    bool good = space_build(a.process, &limits, &a.space, error);
    if (good && options->on_states)
        options->on_states(a.space.chain.n_states, options->context);
    if (good && options->most_work > 0 && work_of(&a.space.chain, horizon) > options->most_work)
        good = error_add(error, FAULT_SYSTEM, "process %s takes too long to solve", rollout->process->name);
    good = good && solve(&a, horizon, options, &solution->steps, error);
    if (good) {
        solution->states = a.space.chain.n_states;
        solution->transitions = a.space.chain.n_transitions;
        read_answers(&a, rollout, horizon, solution);
    }
    free(a.at_end);
    free(a.spent);
    free(a.wanted);
    space_free(&a.space);
    if (fixed)
        process_free(a.process);
    return good;
}

/*
 * The value at 1/phases = 0 of the polynomial through the points, by Lagrange's formula; *factor becomes by how much it
 * magnifies errors of the values.
 */
static double extrapolate(const struct solution *solutions, int n, const double *values, double *factor)
{
    double sum = 0;
    *factor = 0;
    for (int i = 0; i < n; i++) {
        double weight = 1, x = 1.0 / solutions[i].phases;
        for (int j = 0; j < n; j++)
            if (j != i)
                weight *= (1.0 / solutions[j].phases) / (1.0 / solutions[j].phases - x);
        sum += weight * values[i];
        *factor += fabs(weight);
    }
    return sum;
}

/* One figure from all the solutions, from 0 to `greatest`; *bound is the greatest of theirs on entry. */
static double extrapolated(const struct solution *solutions, int n, const double *values, double greatest,
                           double *bound)
{
    double factor, ignored;
    double all = extrapolate(solutions, n, values, &factor);
    double fewer = extrapolate(solutions + 1, n - 1, values + 1, &ignored);
    *bound = *bound * factor + fabs(all - fewer);
    return fmin(fmax(all, 0), greatest);
}

/*
 * What the solutions of one rollout at rising phases (two or more) tend to as the phases grow, by Richardson's
 * extrapolation. The bound of a figure is that of its parts and the distance to the extrapolation without the fewest
 * phases, which is an estimate and on the safe side while the series falls. Steps are added up; states and
 * transitions are those of the most phases.
 * A process without fixed delays, or a single solution, is returned as it is.
 */
struct solution solution_extrapolate(const struct solution *solutions, int n_solutions)
{
    double values[n_solutions];
    struct solution last = solutions[n_solutions - 1];
    if (n_solutions == 1 || last.phases == 0)
        return last;
    for (int m = 0; m < MEASURES; m++) {
        for (int i = 0; i < n_solutions; i++) {
            values[i] = solutions[i].value[m];
            last.bound[m] = fmax(last.bound[m], solutions[i].bound[m]);
        }
        double greatest = measure_types[m].unit == UNIT_PROBABILITY ? 1 : INFINITY;
        if (!isnan(last.value[m]))
            last.value[m] = extrapolated(solutions, n_solutions, values, greatest, &last.bound[m]);
    }
    for (int c = 0; c < CAUSES; c++) {
        double ignored = 0;
        for (int i = 0; i < n_solutions; i++)
            values[i] = solutions[i].cause[c];
        last.cause[c] = extrapolated(solutions, n_solutions, values, INFINITY, &ignored);
    }
    for (int i = 0; i < n_solutions - 1; i++)
        last.steps += solutions[i].steps;
    return last;
}
