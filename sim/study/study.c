/*
 * A study: every strategy in every topology, and no release at all, sampled in rounds (study/rounds.c) until the
 * objective is precise.
 */
#include "study/study.h"

#include "base/clock.h"
#include "study/arms.h"
#include "study/budget.h"
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
    [STOP_BEHIND] = "behind",   [STOP_WORSE] = "worse",       [STOP_INFEASIBLE] = "infeasible",
    [STOP_MAX_PATHS] = "max_paths", [STOP_SIGNAL] = "signal",     [STOP_SOLVED] = "solved",
    [STOP_UNSOLVED] = "unsolved",
};

const char *const standing_names[STANDINGS] = {
    [STANDING_OPEN] = "open",     [STANDING_BEST] = "best",   [STANDING_LEVEL] = "level",
    [STANDING_BEHIND] = "behind", [STANDING_WORSE] = "worse", [STANDING_INFEASIBLE] = "infeasible",
};

const char *const estimator_names[ESTIMATORS + 1] = {
    [ESTIMATOR_SMOOTHED] = "smoothed", [ESTIMATOR_PLAIN] = "plain"};

/* So few paths a strategy take less time than the fast engine takes to find out what it can do in each mode. */
enum { FEW_PATHS = 500 };
/* So many plans would take too much memory for that; most of them are dropped after a few paths. */
enum { MANY_ARMS = 64 };

struct runner {
    const struct scenario      *scenario;
    const struct study_options *options;
    struct study   *study;
    struct sampler  sampler;
    struct rounds   rounds;
    struct selection selection;
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
        if (!r->options->engine && r->options->paths == 0)
            sampler_use(&r->sampler, &engine_lanes); /* what is left after the first round is worth it */
    } while (rounds_more(&r->rounds));
    return true;
}

/* An arm whose outcome is judged. */
struct judged {
    const struct scenario *scenario;
    const struct arm      *arm;
    const struct outcome  *none, *outcome;
};

static double statistic_of(const struct condition *condition, const void *context)
{
    const struct judged *judged = context;
    if (measure_of_budget(condition->measure))
        return budget_statistic(judged->scenario, judged->arm, condition, judged->none, judged->outcome);
    if (judge_needs_none(condition)) {
        struct condition whole = *condition;
        whole.measure = (enum measure)measure_absolute(condition->measure);
        return estimate_statistic(judged->arm, &whole, &judged->outcome->measures[whole.measure]) -
               judged->none->measures[whole.measure].mean;
    }
    return estimate_statistic(judged->arm, condition, &judged->outcome->measures[condition->measure]);
}

static bool has_measure(const struct arm *arm, enum measure m)
{
    return arm->none || m == MEASURE_DOWNTIME || m == MEASURE_LOST;
}

/* What solving no release gave, for the reports. */
static void note_solved(struct runner *r)
{
    for (int a = 0; a < r->sampler.n_arms; a++) {
        const struct solution *solution = r->sampler.arms[a].solution;
        r->study->outcomes[a].solutions = solution;
        r->study->outcomes[a].n_solutions = solution ? 1 : 0;
    }
}

/* The measures, causes and curves that the arm's paths show. */
static void fill_outcome(const struct runner *r, const struct arm *arm, struct outcome *outcome)
{
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
}

static void conclude_arm(struct runner *r, int a)
{
    struct arm *arm = &r->sampler.arms[a];
    struct outcome *outcome = &r->study->outcomes[a];
    const struct outcome *none = arm->none ? &r->study->outcomes[arm->none - r->sampler.arms] : outcome;
    const struct scenario *s = r->scenario;
    fill_outcome(r, arm, outcome);
    if (s->slo.given)
        budget_fill(s, arm, none, outcome);
    outcome->precision = NAN;
    if (has_measure(arm, s->objective.minimize)) {
        struct interval objective = estimate_objective(r->scenario, arm);
        outcome->precision = estimate_precision(&objective);
    }
    outcome->stop = r->study->partial ? STOP_SIGNAL : r->rounds.stop[a];
    if (r->study->selected)
        outcome->standing = select_standing(&r->selection, a);
    for (int i = 0; i < arm->n_strata; i++) {
        outcome->paths += arm->strata[i].tally.paths;
        outcome->events += arm->strata[i].tally.events;
    }
    r->study->paths += outcome->paths;
    r->study->events += outcome->events;
    conclude_feasible(r->study, outcome, statistic_of, &(struct judged){s, arm, none, outcome});
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

/* What draws the first round. Each engine gives the same results. */
static const struct engine *first_engine(const struct runner *r)
{
    uint64_t paths = r->options->paths;
    if (r->options->engine)
        return r->options->engine;
    int arms = r->scenario->n_topologies * (r->scenario->n_strategies + 1);
    bool few = paths > 0 ? paths <= FEW_PATHS : arms > MANY_ARMS;
    return few ? &engine_reference : &engine_lanes;
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
        .engine = first_engine(&r),
        .simd = options->simd,
        .seed = study->seed,
        .horizon = scenario->horizon,
        .threads = study->threads,
        .stop = options->stop,
        .on_block = options->on_progress ? on_block : NULL,
        .context = &r,
    };
    bool good = arms_build(study, options->phases, options->estimator, &r.sampler, error);
    study->selected = options->paths == 0;
    if (good && !options->sample_all)
        none_solve(scenario, &r.sampler, options->paths, &study->arena);
    note_solved(&r);
    good = good && (!study->selected || select_open(&r.selection, scenario, &r.sampler,
                                                    1 - scenario->simulation.confidence, error));
    rounds_open(&r.rounds, scenario, &r.sampler, study->selected ? &r.selection : NULL, options->paths);
    good = good && run_rounds(&r, error);
    if (good)
        conclude(&r);
    rounds_close(&r.rounds);
    select_close(&r.selection);
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
