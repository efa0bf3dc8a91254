/*
 * A trial: every plan of a scenario, and no release at all, on paths of the same numbers, with what each path gave.
 *
 * A study keeps moments and histograms of its paths. Two scenarios that differ in one figure are compared path by path,
 * so there the values themselves are kept: of the objective, of what the conditions are about, and of no release. That
 * is 8 bytes a path and value, so a trial is for thousands of paths and not for millions.
 *
 * Path i of a stratum has the number that it has in a study, and commands have the random stream of their name. So what
 * two scenarios have in common happens to both at the same time, or, where a mean time is another, at times in that
 * proportion.
 */
#include "study/trial.h"

#include "process/print.h"
#include "study/arms.h"
#include "study/none.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weights of paths are summed, and a quantile asked for exactly at a step must find it. */
static const double ROUNDING = 1e-9;

static bool is_kept(const struct scenario *scenario, enum measure measure)
{
    const struct objective *objective = &scenario->objective;
    bool kept = false;
    for (int i = -1; i < objective->n_subject_to; i++) {
        enum measure asked = i < 0 ? objective->minimize : objective->subject_to[i].measure;
        int absolute = asked >= MEASURES ? MEASURE_LOST : measure_absolute(asked); /* of a budget: what is lost of it */
        kept = kept || measure == (absolute < 0 ? asked : (enum measure)absolute);
    }
    return kept;
}

/* Room for what the rollout tells of the paths of a stratum. */
static struct draws make_room(const struct trial *trial, const struct rollout *rollout, int stratum,
                              struct arena *arena)
{
    struct draws draws = {0};
    size_t n = (size_t)trial->n_paths[stratum];
    int absolute = measure_absolute(trial->scenario->objective.minimize);
    for (int m = 0; m < MEASURES; m++)
        if (is_kept(trial->scenario, (enum measure)m) && (rollout->reward[m] >= 0 || rollout->label[m] >= 0))
            draws.value[m] = arena_new(arena, n, sizeof *draws.value[m]);
    if (absolute >= 0 && rollout->control[absolute] >= 0)
        draws.control = arena_new(arena, n, sizeof *draws.control);
    return draws;
}

static void keep(const struct trial *trial, const struct rollout *rollout, const struct batch *batch, int from,
                 struct draws *draws)
{
    int absolute = measure_absolute(trial->scenario->objective.minimize);
    for (int i = 0; i < batch->n_paths; i++) {
        const double *rewards = batch->rewards + (ptrdiff_t)i * rollout->process->n_rewards;
        const bool *labels = batch->at_end + (ptrdiff_t)i * rollout->process->n_labels;
        for (int m = 0; m < MEASURES; m++)
            if (draws->value[m])
                draws->value[m][from + i] =
                    rollout->reward[m] >= 0 ? rewards[rollout->reward[m]] : labels[rollout->label[m]];
        if (draws->control)
            draws->control[from + i] = rewards[rollout->control[absolute]];
    }
}

/* A run of an engine, and room for a block of its paths. */
struct lane {
    void   *run;
    double *rewards;
    bool   *labels;
    int    *initial;
};

/* Runs the paths of one stratum; false, with an error, if the process broke a rule, without one if it was stopped. */
static bool run_stratum(struct trial *trial, const struct arm *arm, const struct stratum *stratum, int s,
                        const struct trial_options *options, struct lane *lane, struct draws *draws,
                        struct error *error)
{
    const struct process *process = arm->rollout.process;
    for (int i = 0; i < process->n_variables; i++)
        lane->initial[i] = process->variables[i].initial;
    if (arm->rollout.release >= 0)
        lane->initial[arm->rollout.release] = stratum->release;
    for (int from = 0; from < trial->n_paths[s]; from += BLOCK_PATHS) {
        int left = trial->n_paths[s] - from;
        struct batch batch = {
            .seed = trial->scenario->simulation.seed,
            .first = stratum->first + (uint64_t)from * stratum->stride,
            .stride = stratum->stride,
            .n_paths = left < BLOCK_PATHS ? left : BLOCK_PATHS,
            .horizon = trial->scenario->horizon,
            .initial = lane->initial,
            .rewards = lane->rewards,
            .at_end = lane->labels,
            .stop = options->stop,
        };
        if (!options->engine->run(lane->run, &batch, error) || batch.unfinished)
            return false;
        keep(trial, &arm->rollout, &batch, from, draws);
        trial->drawn += (uint64_t)batch.n_paths;
    }
    return true;
}

/* Runs one arm; no release has the strata, and the path numbers, of the plans. */
static bool run_arm(struct trial *trial, const struct sampler *sampler, int a, const struct trial_options *options,
                    struct error *error)
{
    const struct arm *arm = &sampler->arms[a], *plan = &sampler->arms[1];
    const struct process *process = arm->rollout.process;
    struct lane lane = {
        .run = options->engine->open(process, options->simd),
        .rewards = memory_new((size_t)process->n_rewards * BLOCK_PATHS, sizeof *lane.rewards),
        .labels = memory_new((size_t)process->n_labels * BLOCK_PATHS + 1, sizeof *lane.labels),
        .initial = memory_new((size_t)process->n_variables + 1, sizeof *lane.initial),
    };
    bool good = true;
    for (int s = 0; s < trial->n_strata && good; s++) {
        trial->draws[a][s] = make_room(trial, &arm->rollout, s, &trial->arena);
        good = run_stratum(trial, arm, &plan->strata[s], s, options, &lane, &trial->draws[a][s], error);
    }
    options->engine->close(lane.run);
    free(lane.rewards);
    free(lane.labels);
    free(lane.initial);
    return good;
}

/* The same number of paths in each stratum, since what tells in one and what tells in the other matter alike. */
static void set_strata(struct trial *trial, const struct arm *plan, uint64_t paths)
{
    trial->n_strata = plan->n_strata;
    for (int s = 0; s < plan->n_strata; s++) {
        trial->weight[s] = plan->strata[s].weight;
        trial->n_paths[s] = (int)fmax(2, (double)(paths / (uint64_t)plan->n_strata));
    }
}

/* No release by itself, where that is small: its means have no error then. */
static void solve_none(struct trial *trial, struct sampler *sampler)
{
    if (measure_absolute(trial->scenario->objective.minimize) >= 0)
        none_solve(trial->scenario, sampler, 0, &trial->arena);
    trial->is_solved = sampler->arms[0].solution != NULL;
    if (trial->is_solved)
        trial->none = *sampler->arms[0].solution;
}

/*
 * Whether the arm's process is that of the base, whose paths are then taken: a figure may matter to nothing at all. The
 * text has twelve digits of each number: what differs in less makes no difference either.
 */
static bool share(struct trial *trial, int a, const struct process *process, const struct trial *base)
{
    process_print(process, &trial->processes[a]);
    if (!base || strcmp(trial->processes[a].data, base->processes[a].data) != 0)
        return false;
    memcpy(trial->draws[a], base->draws[a], sizeof trial->draws[a]);
    if (a == 0) {
        trial->none = base->none;
        trial->is_solved = base->is_solved;
    }
    return true;
}

/*
 * Runs the plans of a scenario with one topology on one thread. What is the same in the base (NULL: there is none), run
 * with the same options, is taken from it, so that it must outlive the trial. Returns false with an error if a process
 * broke its own rules, without one if it was stopped; the trial is to be given to trial_free in either case.
 */
bool trial_run(const struct scenario *scenario, const struct trial_options *options, const struct trial *base,
               struct trial *trial, struct error *error)
{
    struct study study = {.scenario = scenario};
    struct sampler sampler = {.stop = options->stop, .threads = 1};
    *trial = (struct trial){.scenario = scenario, .n_plans = scenario->n_strategies};
    bool good = arms_build(&study, options->phases, options->estimator, &sampler, error) &&
                !engine_stopped(options->stop);
    if (good) {
        set_strata(trial, &sampler.arms[1], options->paths);
        trial->draws = arena_new(&trial->arena, (size_t)sampler.n_arms, sizeof *trial->draws);
        trial->processes = arena_new(&trial->arena, (size_t)sampler.n_arms, sizeof *trial->processes);
    }
    for (int a = 0; a < sampler.n_arms && good; a++) {
        if (share(trial, a, sampler.arms[a].rollout.process, base))
            continue;
        if (a == 0)
            solve_none(trial, &sampler);
        good = run_arm(trial, &sampler, a, options, error);
    }
    arms_free(&sampler);
    arena_free(&study.arena);
    return good;
}

void trial_free(struct trial *trial)
{
    for (int a = 0; trial->processes && a <= trial->n_plans; a++)
        text_free(&trial->processes[a]);
    arena_free(&trial->arena);
}

/* What a path gave; of what is added, the difference to the same path without a release. */
double trial_value(const struct trial *trial, int arm, int stratum, enum measure measure, int path)
{
    const struct draws *draws = &trial->draws[arm][stratum];
    if (!measure_is_added(measure))
        return draws->value[measure][path];
    int absolute = measure_absolute(measure);
    double with = draws->value[absolute][path], without = trial->draws[0][stratum].value[absolute][path];
    return tally_difference(with, without);
}

struct weighted_value {
    double value, weight;
};

static int by_value(const void *one, const void *other)
{
    double a = ((const struct weighted_value *)one)->value, b = ((const struct weighted_value *)other)->value;
    return (a > b) - (a < b);
}

/* The least value that no more than 1 - q of all paths are above. */
static double quantile(const struct trial *trial, int arm, enum measure measure, double q)
{
    size_t n = 0;
    double below = 0, found = NAN;
    for (int s = 0; s < trial->n_strata; s++)
        n += (size_t)trial->n_paths[s];
    struct weighted_value *all = memory_new(n, sizeof *all);
    n = 0;
    for (int s = 0; s < trial->n_strata; s++)
        for (int i = 0; i < trial->n_paths[s]; i++)
            all[n++] = (struct weighted_value){trial_value(trial, arm, s, measure, i),
                                               trial->weight[s] / trial->n_paths[s]};
    qsort(all, n, sizeof *all, by_value);
    for (size_t i = 0; i < n && (i == 0 || q >= 1 || below < q * (1 - ROUNDING)); i++) {
        below += all[i].weight;
        found = all[i].value;
    }
    free(all);
    return found;
}

static double mean(const struct trial *trial, int arm, enum measure measure)
{
    double sum = 0;
    for (int s = 0; s < trial->n_strata; s++) {
        double of_stratum = 0;
        for (int i = 0; i < trial->n_paths[s]; i++)
            of_stratum += trial_value(trial, arm, s, measure, i);
        sum += trial->weight[s] * of_stratum / trial->n_paths[s];
    }
    return sum;
}

static double statistic(const struct trial *trial, int arm, const struct condition *condition, enum measure measure)
{
    switch (condition->statistic) {
    case STATISTIC_QUANTILE:
        return quantile(trial, arm, measure, condition->quantile);
    case STATISTIC_MAX:
        return quantile(trial, arm, measure, 1);
    default:
        return mean(trial, arm, measure);
    }
}

static double mean_of_none(const struct trial *trial, enum measure absolute)
{
    return trial->is_solved ? trial->none.value[absolute] : mean(trial, 0, absolute);
}

/* Shares of an error budget, and how many releases it can pay for: as study/budget.c has them. */
static double of_budget(const struct trial *trial, int arm, const struct condition *condition)
{
    const struct slo *slo = &trial->scenario->slo;
    double budget = (1 - slo->target) * slo->window, none = mean_of_none(trial, MEASURE_LOST);
    double share = (statistic(trial, arm, condition, MEASURE_LOST) - none) / budget;
    double left = 1 - none / trial->scenario->horizon * slo->window / budget;
    if (condition->measure == MEASURE_BUDGET_SHARE)
        return share;
    return left <= 0 ? 0 : share <= 0 ? INFINITY : left / share;
}

/*
 * The figure that a condition asks for, of the paths of one plan. Percentiles of what is added are those of the whole
 * less the mean of no release.
 */
double trial_statistic(const struct trial *trial, int arm, const struct condition *condition)
{
    enum measure m = condition->measure;
    if (m >= MEASURES)
        return of_budget(trial, arm, condition);
    if (!measure_is_added(m) || condition->statistic == STATISTIC_MEAN)
        return statistic(trial, arm, condition, m);
    enum measure absolute = (enum measure)measure_absolute(m);
    return statistic(trial, arm, condition, absolute) - mean_of_none(trial, absolute);
}
