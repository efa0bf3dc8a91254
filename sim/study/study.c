/*
 * A study: every strategy in every topology, and no release at all, sampled in rounds (study/rounds.c) until the
 * objective is precise.
 */
#include "study/study.h"

#include "base/clock.h"
#include "study/arms.h"
#include "study/conclude.h"
#include "study/estimate.h"
#include "study/none.h"
#include "study/rounds.h"
#include "study/sample.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

const enum measure curve_measures[CURVES] = {MEASURE_DOWNTIME, MEASURE_LOST, MEASURE_DURATION};

const char *const stop_names[STOPS] = {
    [STOP_PRECISE] = "precise",     [STOP_CONSTANT] = "constant", [STOP_PATHS] = "paths",
    [STOP_MAX_PATHS] = "max_paths", [STOP_SIGNAL] = "signal",     [STOP_SOLVED] = "solved",
    [STOP_UNSOLVED] = "unsolved",
};

const char *const estimator_names[ESTIMATORS + 1] = {
    [ESTIMATOR_SMOOTHED] = "smoothed", [ESTIMATOR_PLAIN] = "plain"};

/* What solving no release may take at most: 200 000 states, and some two seconds on one core. */
enum { NONE_STATES = 200000 };
static const double NONE_WORK = 2e9;
/*
 * The same for each path that is asked for, where their number is given: some hundred times what a path takes, since
 * the faults of a day are better solved than sampled unless there are next to no paths.
 */
enum { NONE_STATES_A_PATH = 8 };
static const double NONE_WORK_A_PATH = 1e6;

/* So few paths a strategy take less time than the fast engine takes to find out what it can do in each mode. */
enum { FEW_PATHS = 500 };

struct runner {
    const struct scenario      *scenario;
    const struct study_options *options;
    struct study   *study;
    struct sampler  sampler;
    struct rounds   rounds;
    double          started;
    uint64_t        paths;      /* drawn in earlier rounds, */
    double          events;     /* and their events */
    double          per_path;   /* events of this round's paths, about; 0: not known */
    double          all_events; /* foreseen; 0: not known */
    struct progress progress;
};

/* The arm furthest from its target, for the progress line. One whose paths do not tell yet is further than all. */
static void find_widest(struct runner *r)
{
    r->progress.widest = 0;
    for (int a = 0; a < r->sampler.n_arms; a++) {
        if (!r->sampler.arms[a].none || r->rounds.done[a])
            continue;
        struct interval interval = estimate_objective(r->scenario, &r->sampler.arms[a]);
        double width = interval.trusted ? estimate_precision(&interval) : INFINITY;
        if (!(width > r->progress.widest))
            continue;
        r->progress.widest = width;
        r->progress.widest_topology = r->scenario->n_topologies > 1 ? r->study->outcomes[a].topology->name : NULL;
        r->progress.widest_strategy = r->study->outcomes[a].name;
    }
}

static void on_block(uint64_t paths, void *context)
{
    struct runner *r = context;
    r->progress.paths = r->paths + paths;
    r->progress.seconds = clock_seconds() - r->started;
    r->progress.share = 0;
    if (r->all_events > 0)
        r->progress.share = fmin((r->events + (double)paths * r->per_path) / r->all_events, 1);
    else if (r->progress.paths_expected)
        r->progress.share = fmin((double)r->progress.paths / (double)r->progress.paths_expected, 1);
    r->options->on_progress(&r->progress, r->options->context);
}

/* Where the study stands at the start of a round, and what is foreseen: this round at least. */
static void foresee(struct runner *r)
{
    struct foreseen foreseen = rounds_foresee(&r->rounds);
    uint64_t round = 0;
    double round_events = 0;
    r->paths = 0;
    r->events = 0;
    for (int a = 0; a < r->sampler.n_arms; a++)
        for (int s = 0; s < r->sampler.arms[a].n_strata; s++) {
            const struct stratum *stratum = &r->sampler.arms[a].strata[s];
            uint64_t drawn = stratum->tally.paths, more = stratum->wanted > drawn ? stratum->wanted - drawn : 0;
            r->paths += drawn;
            r->events += (double)stratum->tally.events;
            round += more;
            round_events += drawn ? (double)stratum->tally.events / (double)drawn * (double)more : 0;
        }
    r->per_path = round ? round_events / (double)round : 0;
    round += r->paths;
    r->progress.paths_expected = !foreseen.paths ? 0 : foreseen.paths > round ? foreseen.paths : round;
    r->all_events = foreseen.events > 0 ? fmax(foreseen.events, r->events + round_events) : 0;
    if (r->paths)
        find_widest(r);
}

static bool run_rounds(struct runner *r, struct error *error)
{
    rounds_pilot(&r->rounds);
    do {
        foresee(r);
        if (!sampler_run(&r->sampler, error)) {
            r->study->partial = error->count == 0;
            return error->count == 0;
        }
    } while (rounds_more(&r->rounds));
    return true;
}

/* An arm whose outcome is judged. */
struct judged {
    const struct arm     *arm;
    const struct outcome *outcome;
};

static double statistic_of(const struct condition *condition, const void *context)
{
    const struct judged *judged = context;
    return estimate_statistic(judged->arm, condition, &judged->outcome->measures[condition->measure]);
}

static bool has_measure(const struct arm *arm, enum measure m)
{
    return arm->none || m == MEASURE_DOWNTIME || m == MEASURE_LOST;
}

/* What may be spent on no release: where a number of paths is asked for, no more than fits it. */
static struct solution_options limits_of_none(const struct runner *r)
{
    struct solution_options limits = {
        .most_states = NONE_STATES, .most_work = NONE_WORK, .threads = r->study->threads, .stop = r->options->stop};
    double paths = (double)r->options->paths * r->scenario->n_strategies;
    if (paths > 0) {
        limits.most_states = (uint32_t)fmin(limits.most_states, paths * NONE_STATES_A_PATH);
        limits.most_work = fmin(limits.most_work, paths * NONE_WORK_A_PATH);
    }
    return limits;
}

/*
 * No release is a small chain without fixed delays, more often than not: then its means are solved, in much less time
 * than its paths take. Where that is too much, or fails, they are sampled: the error is not the user's.
 */
static void solve_none(struct runner *r)
{
    struct solution_options limits = limits_of_none(r);
    for (int a = 0; a < r->sampler.n_arms; a++) {
        struct arm *arm = &r->sampler.arms[a];
        struct outcome *outcome = &r->study->outcomes[a];
        struct error error = {0};
        struct solution solution = {0};
        if (arm->none || !arm->rollout.process)
            continue;
        if (none_solve(r->scenario, outcome->topology, &limits, &solution, &error)) {
            struct solution *kept = arena_new(&r->study->arena, 1, sizeof *kept);
            *kept = solution;
            arm->solution = outcome->solutions = kept;
            outcome->n_solutions = 1;
        }
        error_free(&error);
    }
}

static void conclude_arm(struct runner *r, int a)
{
    struct arm *arm = &r->sampler.arms[a];
    struct outcome *outcome = &r->study->outcomes[a];
    const struct scenario *s = r->scenario;
    double confidence = s->simulation.confidence;
    for (int m = 0; m < MEASURES; m++) {
        struct way way = estimate_way(arm, (enum measure)m, confidence, s->horizon);
        if (has_measure(arm, (enum measure)m))
            estimate_fill(arm, (enum measure)m, way, confidence, s->horizon, &r->study->arena,
                          &outcome->measures[m]);
    }
    for (int c = 0; c < CAUSES; c++)
        outcome->causes[c] =
            estimate_cause(arm, (enum cause)c, estimate_way(arm, MEASURE_LOST, confidence, s->horizon));
    for (int c = 0; c < CURVES; c++)
        if (arm->none || curve_measures[c] != MEASURE_DURATION)
            outcome->curves[c] = estimate_curve(arm, curve_measures[c], &r->study->arena);
    outcome->precision = NAN;
    if (has_measure(arm, s->objective.minimize)) {
        struct interval objective = estimate_objective(r->scenario, arm);
        outcome->precision = estimate_precision(&objective);
    }
    outcome->stop = r->study->partial ? STOP_SIGNAL : r->rounds.stop[a];
    for (int i = 0; i < arm->n_strata; i++) {
        outcome->paths += arm->strata[i].tally.paths;
        outcome->events += arm->strata[i].tally.events;
    }
    r->study->paths += outcome->paths;
    r->study->events += outcome->events;
    conclude_feasible(r->study, outcome, statistic_of, &(struct judged){arm, outcome});
}

static void conclude(struct runner *r)
{
    for (int a = 0; a < r->sampler.n_arms; a++)
        conclude_arm(r, a);
    conclude_study(r->study);
    r->study->seconds = clock_seconds() - r->started;
}

/* The estimator of that name, which there must be; NULL: the usual one. */
enum estimator estimator_find(const char *name)
{
    int e = 0;
    while (name && strcmp(estimator_names[e], name) != 0)
        e++;
    return (enum estimator)e;
}

/* The faster one; each gives the same results. paths: how many a strategy, 0: not known. */
static const struct engine *usual_engine(uint64_t paths)
{
    return paths > 0 && paths <= FEW_PATHS ? &engine_reference : &engine_lanes;
}

/*
 * Runs the scenario. Estimates are at simulation.confidence; sampling ends per strategy as enum stop says. The scenario
 * must outlive the study. Returns NULL with an error only if a process broke its own rules.
 */
struct study *study_run(const struct scenario *scenario, const struct study_options *options, struct error *error)
{
    struct study *study = memory_new(1, sizeof *study);
    struct runner r = {.scenario = scenario, .options = options, .study = study, .started = clock_seconds()};
    gsl_set_error_handler_off();
    study->scenario = scenario;
    study->seed = scenario->simulation.seed;
    study->threads = sampler_threads(options->threads);
    study->estimator = options->estimator;
    r.sampler = (struct sampler){
        .engine = options->engine ? options->engine : usual_engine(options->paths),
        .simd = options->simd,
        .seed = study->seed,
        .horizon = scenario->horizon,
        .threads = study->threads,
        .stop = options->stop,
        .on_block = options->on_progress ? on_block : NULL,
        .context = &r,
    };
    bool good = arms_build(study, options->phases, options->estimator, &r.sampler, error);
    rounds_open(&r.rounds, scenario, &r.sampler, options->paths);
    if (good && !options->sample_all)
        solve_none(&r);
    good = good && run_rounds(&r, error);
    if (good)
        conclude(&r);
    rounds_close(&r.rounds);
    sampler_close(&r.sampler);
    arms_free(&r.sampler);
    if (good)
        return study;
    study_free(study);
    return NULL;
}

/* Gives back the study; NULL is allowed. */
void study_free(struct study *study)
{
    if (!study)
        return;
    arena_free(&study->arena);
    free(study);
}
