/*
 * A study without sampling: every strategy in every topology, and no release at all, as Markov chains.
 *
 * Each rollout is solved for each number of phases in turn (study/solution.c), and what they tend to is the estimate.
 * A rollout that is too large, or breaks a rule of its process, has no figures, but the reason; the others have theirs.
 */
#include "study/study.h"

#include "base/clock.h"
#include "study/arms.h"
#include "study/budget.h"
#include "study/conclude.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char interrupted[] = "interrupted before it was solved";

struct solver_run {
    const struct solve_options *options;
    struct study   *study;
    struct sampler  sampler;  /* the rollouts; nothing is drawn */
    struct solving  progress;
};

static void on_states(uint32_t states, void *context)
{
    struct solver_run *run = context;
    run->progress.states = states;
    if (run->options->on_progress)
        run->options->on_progress(&run->progress, run->options->context);
}

static void on_step(uint64_t steps, double left, void *context)
{
    struct solver_run *run = context;
    run->progress.steps = steps;
    run->progress.left = left;
    if (run->options->on_progress)
        run->options->on_progress(&run->progress, run->options->context);
}

static bool is_stopped(const struct solver_run *run)
{
    return engine_stopped(run->options->stop);
}

/* The message without its newline, as a sentence of the study. */
static const char *reason(struct solver_run *run, const struct error *error)
{
    if (is_stopped(run))
        return interrupted;
    return arena_format(&run->study->arena, "%.*s", (int)strcspn(error->text.data, "\n"), error->text.data);
}

/* Solves the rollout for each number of phases; once is enough where it has no fixed delays. */
static void solve_outcome(struct solver_run *run, int i)
{
    const struct solve_options *options = run->options;
    struct outcome *outcome = &run->study->outcomes[i];
    struct solution_options limits = {.most_states = options->most_states, .threads = options->threads,
                                      .stop = options->stop, .on_states = on_states, .on_step = on_step,
                                      .context = run};
    struct solution *solutions = arena_new(&run->study->arena, (size_t)options->n_phases, sizeof *solutions);
    outcome->solutions = solutions;
    for (int k = 0; k < options->n_phases; k++) {
        struct error error = {0};
        run->progress = (struct solving){outcome->topology->name, outcome->name, options->phases[k], 0, 0, 1};
        if (!solution_find(&run->sampler.arms[i].rollout, run->study->scenario->horizon, options->phases[k], &limits,
                           &solutions[k], &error)) {
            outcome->unsolved = reason(run, &error);
            outcome->n_solutions = 0;
            error_free(&error);
            return;
        }
        outcome->n_solutions = k + 1;
        if (solutions[k].phases == 0)
            return;
    }
}

static struct estimate solved_estimate(double value, double bound)
{
    return (struct estimate){
        .mean = value,
        .low = value - bound,
        .high = value + bound,
        .p50 = NAN,
        .p90 = NAN,
        .p95 = NAN,
        .p99 = NAN,
        .max = NAN,
        .solved = true,
        .trusted = true,
    };
}

/* What is added to no release: the difference; the bounds add up. */
static void add_differences(struct outcome *outcome, const struct outcome *none)
{
    static const enum measure pairs[][2] = {{MEASURE_ADDED_DOWNTIME, MEASURE_DOWNTIME},
                                            {MEASURE_ADDED_LOST, MEASURE_LOST}};
    for (int i = 0; i < 2; i++) {
        const struct estimate *own = &outcome->measures[pairs[i][1]], *other = &none->measures[pairs[i][1]];
        outcome->measures[pairs[i][0]] =
            solved_estimate(own->mean - other->mean, (own->high - own->low + other->high - other->low) / 2);
    }
}

static void fill(struct outcome *outcome, const struct outcome *none)
{
    struct solution all = {0};
    outcome->stop = outcome->n_solutions ? STOP_SOLVED : STOP_UNSOLVED;
    if (outcome->n_solutions)
        all = solution_extrapolate(outcome->solutions, outcome->n_solutions);
    for (int m = 0; m < MEASURES; m++)
        outcome->measures[m] = outcome->n_solutions ? solved_estimate(all.value[m], all.bound[m])
                                                    : solved_estimate(NAN, NAN);
    for (int c = 0; c < CAUSES; c++)
        outcome->causes[c] = outcome->n_solutions ? all.cause[c] : NAN;
    if (outcome->strategy)
        add_differences(outcome, none);
}

static double mean_of(const struct condition *condition, const void *context)
{
    const struct outcome *outcome = context;
    return outcome->measures[condition->measure].mean;
}

static void conclude(struct solver_run *run)
{
    struct study *study = run->study;
    const struct outcome *none = NULL;
    enum measure m = study->scenario->objective.minimize;
    for (int i = 0; i < study->n_outcomes; i++) {
        struct outcome *outcome = &study->outcomes[i];
        none = outcome->strategy ? none : outcome;
        fill(outcome, none);
        if (study->scenario->slo.given)
            budget_fill(study->scenario, NULL, none, outcome);
        const struct estimate *e = &outcome->measures[m];
        outcome->precision = (e->high - e->low) / 2 / fabs(e->mean);
        conclude_feasible(study, outcome, mean_of, outcome);
    }
    conclude_study(study);
}

/*
 * Solves the scenario: means and probabilities of every strategy in every topology, without percentiles, causes
 * included. An outcome that could not be solved says why, and has NAN for figures. The scenario must outlive the study.
 * Returns NULL with an error only if a rollout cannot be built.
 */
struct study *study_solve(const struct scenario *scenario, const struct solve_options *options, struct error *error)
{
    struct study *study = memory_new(1, sizeof *study);
    struct solver_run run = {.options = options, .study = study};
    double started = clock_seconds();
    assert(options->n_phases >= 1 && options->n_phases <= MOST_PHASES);
    study->scenario = scenario;
    study->seed = scenario->simulation.seed;
    study->threads = sampler_threads(options->threads);
    study->solved = true;
    bool good = arms_build(study, 0, ESTIMATOR_PLAIN, &run.sampler, error);
    for (int i = 0; i < study->n_outcomes && good; i++)
        if (is_stopped(&run))
            study->outcomes[i].unsolved = interrupted;
        else
            solve_outcome(&run, i);
    arms_free(&run.sampler);
    study->partial = is_stopped(&run);
    if (!good) {
        study_free(study);
        return NULL;
    }
    conclude(&run);
    study->seconds = clock_seconds() - started;
    return study;
}
