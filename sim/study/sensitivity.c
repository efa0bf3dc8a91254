/*
 * Which figures matter most: each is moved by a factor, down and up, one at a time, and what that does to the best
 * plan's objective is estimated. (One-at-a-time analysis, shown as a tornado: T. G. Eschenbach, Spiderplots versus
 * tornado diagrams for sensitivity analysis, Interfaces 22, 1992, 40-46. It says nothing of two figures that are wrong
 * together.)
 *
 * The difference is taken path by path, on the same random numbers (study/trial.c). For strata s of probability w and
 * w', where the figure is moved,
 *
 *     D = sum over s of the mean over paths of  w'_s y'_i - w_s y_i
 *
 * whose terms are independent between paths. It serves the share of defective releases as well: there y'_i = y_i, and
 * what is left is that the strata weigh otherwise. If nothing is moved each term is 0, and so is D, exactly.
 *
 * As in study/estimate.c there are several y of the same mean: what the path gave; the same less its control; the
 * difference to no release on the same path, which goes with the difference of no release itself, if both are solved;
 * and both. The narrowest that can be trusted is taken. What is moved changes how often things fail, and hence when:
 * a mean time that is halved moves all its events, but by a factor, so that the two paths lose and gain alike.
 * (P. Glasserman, D. D. Yao, Some guidelines and guarantees for common random numbers, Management Science 38, 1992,
 * 884-908: monotone couplings of this kind never have more variance than independent paths.)
 *
 * Intervals are Student's, with the bound on what is unseen by the scale of the differences seen (engine/interval.c).
 * A stratum in which no path differs adds nothing else, not even a bound: that a figure is of no account is the usual
 * case, and any bound on it would say that all figures are. So what happens on fewer than one path in thousands is not
 * seen here; `differing` says on how many paths a figure made a difference.
 *
 * Where no release is solved, what is left to the paths is what the release makes of its faults, and that is seldom
 * seen: a rare fault would have to come during the rollout. So the paths are counted on which no release itself is
 * another. If the release were to change a share q of these, none of k would show it with probability (1 - q)^k; so q
 * is at most 1 - a^(1/k) at the confidence 1 - a, and what it changes is taken to be as much as what no release does
 * there: the solved difference times q is added to the interval, all of it where k is 0. (The bounds of the solver
 * itself are a millionth of that.)
 *
 * Where another plan would be best is told in the same way, from differences between plans on the same paths of the
 * moved scenario. Conditions are judged by the paths as well, but only as a change: a plan breaks one if it does so at
 * the moved value and not where nothing is moved; what the study has found there stands.
 */
#include "study/sensitivity.h"

#include "base/clock.h"
#include "study/conclude.h"
#include "study/trial.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* So few paths take less time one by one. */
enum { FEW_PATHS = 500 };

struct runner {
    struct study       *study;
    const struct sensitivity_options *options;
    struct scenario     alone;     /* the study's, with the winner's topology only */
    struct sensitivity *result;
    struct trial_options how;
    struct trial        base;
    enum rivalry       *rivalry;   /* by plan, from 1: the best plan's with that one where nothing is moved, */
    int                *broken;    /* and the condition that the plan breaks on the paths there; -1: none */
    double              started;
    uint64_t            drawn;     /* paths so far */
};

/* How a path's value is taken. */
struct form {
    bool paired;   /* less no release on the same path */
    bool smoothed; /* less its control */
};

static const struct form forms[] = {{false, false}, {false, true}, {true, false}, {true, true}};
enum { FORMS = sizeof forms / sizeof *forms };

/* What of a path the form takes. */
static double taken(const struct trial *trial, int arm, int stratum, struct form form, int path)
{
    enum measure m = trial->scenario->objective.minimize;
    int absolute = measure_absolute(m);
    enum measure kept = absolute < 0 ? m : form.paired ? measure_added((enum measure)absolute) : (enum measure)absolute;
    double value = trial_value(trial, arm, stratum, kept, path);
    return form.smoothed ? value - trial->draws[arm][stratum].control[path] : value;
}

/* Whether the trial's paths can be taken in that form. */
static bool can_take(const struct trial *trial, int arm, struct form form)
{
    int absolute = measure_absolute(trial->scenario->objective.minimize);
    return (!form.paired || absolute >= 0) && (!form.smoothed || trial->draws[arm][0].control);
}

/* One of two weighted arms that are compared, which have the same strata and paths. */
struct side {
    const struct trial *trial;
    int                 arm;
    const double       *weight;
};

/* The moments of one side less the other over the paths of a stratum; *differing counts those that differ. */
static struct moments moments_of(struct side one, struct side other, int stratum, struct form form,
                                 uint64_t *differing)
{
    struct moments moments = {0};
    for (int i = 0; i < one.trial->n_paths[stratum]; i++) {
        double difference = tally_difference(one.weight[stratum] * taken(one.trial, one.arm, stratum, form, i),
                                          other.weight[stratum] * taken(other.trial, other.arm, stratum, form, i));
        *differing += difference != 0;
        moments_add(&moments, difference);
    }
    return moments;
}

static struct interval interval_in(const struct moments *moments, double confidence)
{
    double reach = moments_effective(moments) > 0 ? interval_unseen_reach(moments) : 0;
    return interval_of_mean(moments, confidence, moments->mean - reach, moments->mean + reach);
}

/* The mean of one side less the other in that form, without what no release adds. */
static struct interval sampled(struct side one, struct side other, struct form form, double confidence,
                               uint64_t *differing)
{
    struct interval parts[STRATA];
    double ones[STRATA];
    *differing = 0;
    for (int s = 0; s < one.trial->n_strata; s++) {
        struct moments moments = moments_of(one, other, s, form, differing);
        parts[s] = interval_in(&moments, confidence);
        ones[s] = 1;
    }
    return interval_combine(parts, ones, one.trial->n_strata);
}

/* The paths on which no release itself is another. */
static uint64_t none_differing(const struct trial *one, const struct trial *other)
{
    int absolute = measure_absolute(one->scenario->objective.minimize);
    uint64_t n = 0;
    for (int s = 0; s < one->n_strata; s++)
        for (int i = 0; i < one->n_paths[s]; i++)
            n += tally_difference(one->draws[0][s].value[absolute][i], other->draws[0][s].value[absolute][i]) != 0;
    return n;
}

/* The greatest share of something that none of n showed. */
static double unseen(uint64_t n, double confidence)
{
    return n ? -expm1(log1p(-confidence) / (double)n) : 1;
}

/* Adds `times` the difference that is solved of no release itself, and what the release may do to it unseen. */
static void add_none(struct interval *interval, const struct trial *one, const struct trial *other, double times,
                     double confidence)
{
    int absolute = measure_absolute(one->scenario->objective.minimize);
    double difference = times * tally_difference(one->none.value[absolute], other->none.value[absolute]);
    if (difference == 0)
        return;
    uint64_t differing = none_differing(one, other);
    double bound = fabs(difference) * unseen(differing, confidence);
    double low = hypot(interval->mean - interval->low, bound), high = hypot(interval->high - interval->mean, bound);
    interval->mean += difference;
    interval->low = interval->mean - low;
    interval->high = interval->mean + high;
    interval->trusted = interval->trusted && ((double)differing >= INTERVAL_EFFECTIVE_LEAST ||
                                              bound < INTERVAL_NARROW * fabs(interval->mean));
}

/* How often no release itself is to be added to what the form gives, to have the objective: 0, 1 or -1. */
static int none_due(enum measure objective, struct form form)
{
    return measure_absolute(objective) < 0 ? 0 : (int)form.paired - (int)measure_is_added(objective);
}

static bool is_better(const struct interval *one, const struct interval *other)
{
    return one->trusted == other->trusted ? one->high - one->low < other->high - other->low : one->trusted;
}

/*
 * The objective of one side less that of the other, in the form that tells it best. Sides of one trial have no release
 * in common, which drops out. *differing: the paths on which the objective itself differs.
 */
static struct interval compare(struct side one, struct side other, double confidence, uint64_t *differing)
{
    struct interval best = {0};
    bool any = false, apart = one.trial != other.trial;
    enum measure objective = one.trial->scenario->objective.minimize;
    for (int f = 0; f < FORMS; f++) {
        uint64_t n;
        int due = apart ? none_due(objective, forms[f]) : 0;
        if (!can_take(one.trial, one.arm, forms[f]) || !can_take(other.trial, other.arm, forms[f]) ||
            (due && !(one.trial->is_solved && other.trial->is_solved)))
            continue;
        struct interval interval = sampled(one, other, forms[f], confidence, &n);
        if (due)
            add_none(&interval, one.trial, other.trial, due, confidence);
        if (forms[f].paired == measure_is_added(objective) && !forms[f].smoothed)
            *differing = n;
        if (!any || is_better(&interval, &best))
            best = interval;
        any = true;
    }
    return best;
}

static double confidence_of(const struct runner *r)
{
    return r->study->scenario->simulation.confidence;
}

/* The first outcome of the winner's topology, which is no release at all; plan p of a trial is the one p after it. */
static int first_outcome(const struct runner *r)
{
    int per_topology = r->study->scenario->n_strategies + 1;
    return r->study->winner / per_topology * per_topology;
}

/* ---- where another plan would be best ---- */

/* A plan whose conditions are judged. */
struct judged {
    const struct trial *trial;
    int                 arm;
};

static double statistic_of(const struct condition *condition, const void *context)
{
    const struct judged *judged = context;
    return trial_statistic(judged->trial, judged->arm, condition);
}

/* The index of the first condition that the plan breaks on the trial's paths; -1: none. */
static int broken_by(const struct trial *trial, int arm)
{
    const struct objective *objective = &trial->scenario->objective;
    const struct study study = {.scenario = trial->scenario};
    struct outcome outcome = {.strategy = &trial->scenario->strategies[arm - 1]};
    conclude_feasible(&study, &outcome, statistic_of, &(struct judged){trial, arm});
    for (int i = 0; i < objective->n_subject_to; i++)
        if (!outcome.feasible && objective->subject_to[i].text == outcome.infeasible_because)
            return i;
    return -1;
}

/* The condition that the plan breaks there; -1: none. What holds where nothing is moved is for the study to say. */
static int breaks(const struct runner *r, const struct trial *moved, int arm)
{
    const struct outcome *outcome = &r->study->outcomes[first_outcome(r) + arm];
    int there = broken_by(moved, arm);
    if ((there < 0) != (r->broken[arm] < 0))
        return there;
    for (int i = 0; !outcome->feasible && i < r->alone.objective.n_subject_to; i++)
        if (r->alone.objective.subject_to[i].text == outcome->infeasible_because)
            return i;
    return -1;
}

static enum rivalry rivalry_of(const struct interval *gap)
{
    return gap->low > 0 ? RIVALRY_WORSE : gap->high < 0 ? RIVALRY_BEST : RIVALRY_LEVEL;
}

/* Whether a plan says more of the best one than what is noted already. */
static bool is_worse(const struct variation *noted, enum rivalry rivalry, double gap)
{
    return noted->rival < 0 || rivalry > noted->rivalry || (rivalry == noted->rivalry && gap > noted->gap.mean);
}

/* Notes which plan is best on the moved paths, or level with the study's best where it was not. */
static void find_rival(struct runner *r, const struct trial *moved, struct variation *v)
{
    int first = first_outcome(r), winner = r->study->winner - first, condition = breaks(r, moved, winner);
    v->rivalry = condition < 0 ? RIVALRY_BEST : RIVALRY_NONE;
    v->rival = -1;
    v->broken = condition < 0 ? NULL : r->alone.objective.subject_to[condition].text;
    for (int p = 1; p <= moved->n_plans; p++) {
        uint64_t ignored;
        if (p == winner || breaks(r, moved, p) >= 0)
            continue;
        struct side best = {moved, winner, moved->weight}, other = {moved, p, moved->weight};
        struct interval gap = compare(best, other, confidence_of(r), &ignored);
        enum rivalry rivalry = condition < 0 ? rivalry_of(&gap) : RIVALRY_INFEASIBLE;
        if (rivalry == RIVALRY_BEST || (rivalry == RIVALRY_LEVEL && r->rivalry[p] == RIVALRY_LEVEL) ||
            !is_worse(v, rivalry, gap.mean))
            continue;
        v->rivalry = rivalry;
        v->rival = first + p;
        v->gap = gap;
    }
}

/* How the plans stand on the paths where nothing is moved. */
static void note_base(struct runner *r)
{
    int winner = r->study->winner - first_outcome(r);
    r->rivalry = arena_new(&r->base.arena, (size_t)r->base.n_plans + 1, sizeof *r->rivalry);
    r->broken = arena_new(&r->base.arena, (size_t)r->base.n_plans + 1, sizeof *r->broken);
    for (int p = 1; p <= r->base.n_plans; p++) {
        uint64_t ignored;
        struct interval gap = compare((struct side){&r->base, winner, r->base.weight},
                                      (struct side){&r->base, p, r->base.weight}, confidence_of(r), &ignored);
        r->rivalry[p] = rivalry_of(&gap);
        r->broken[p] = broken_by(&r->base, p);
    }
}

/* ---- one figure, moved ---- */

/* Leaves in a scenario that was read anew what is left of the study's: a topology, strategies, seed and precision. */
static void narrow(struct scenario *scenario, const struct scenario *like)
{
    while (strcmp(scenario->topologies->name, like->topologies->name) != 0)
        scenario->topologies++;
    while (strcmp(scenario->strategies->name, like->strategies->name) != 0)
        scenario->strategies++;
    scenario->n_topologies = 1;
    scenario->n_strategies = like->n_strategies;
    scenario->simulation = like->simulation;
}

static void conclude(struct runner *r, const struct trial *moved, struct variation *v)
{
    int winner = r->study->winner - first_outcome(r);
    v->difference = compare((struct side){moved, winner, moved->weight},
                            (struct side){&r->base, winner, r->base.weight}, confidence_of(r), &v->differing);
    v->told = v->difference.low > 0 || v->difference.high < 0;
    v->is_there = true;
    find_rival(r, moved, v);
}

/* Moves one figure one way. Sets *drawn to the paths that took; false, with an error, if a process broke its rules. */
static bool vary(struct runner *r, const struct figure *figure, int way, struct variation *v, uint64_t *drawn,
                 struct error *error)
{
    double factor = way == UP ? r->options->factor : 1 / r->options->factor;
    struct moved moved = figure_move(&r->alone, figure, factor);
    struct trial trial = {0};
    *drawn = 0;
    v->rival = -1;
    v->value = moved.value;
    v->clipped = moved.clipped;
    if (!moved.scenario)
        return true;
    narrow(moved.scenario, &r->alone);
    bool good = trial_run(moved.scenario, &r->how, &r->base, &trial, error);
    if (good)
        conclude(r, &trial, v);
    *drawn = trial.drawn;
    trial_free(&trial);
    scenario_free(moved.scenario);
    return good || error->count == 0;
}

/* ---- all figures ---- */

static void show(struct runner *r, uint64_t done, uint64_t all)
{
    struct progress progress = {
        .paths = r->drawn,
        .paths_expected = done ? r->drawn / done * all : 0,
        .share = (double)done / (double)all,
        .seconds = clock_seconds() - r->started,
    };
    r->options->on_progress(&progress, r->options->context);
}

/* Moves every figure both ways, on all threads: each variation is computed by one, so their number changes no bit. */
static bool vary_all(struct runner *r, struct error *error)
{
    struct sensitivity *result = r->result;
    int all = WAYS * result->n, done = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(r->study->threads)
    for (int i = 0; i < all; i++) {
        struct sensitive *sensitive = &result->list[i / WAYS];
        struct error own = {0};
        uint64_t drawn;
        int so_far;
        if (engine_stopped(r->options->stop))
            continue;
        if (!vary(r, &sensitive->figure, i % WAYS, &sensitive->ways[i % WAYS], &drawn, &own))
#pragma omp critical(errors)
            error_add(error, own.fault, "%.*s", (int)own.text.length - 1, own.text.data);
        error_free(&own);
#pragma omp atomic
        r->drawn += drawn;
#pragma omp atomic capture
        so_far = ++done;
        if (r->options->on_progress && omp_get_thread_num() == 0)
            show(r, (uint64_t)so_far, (uint64_t)all);
    }
    return error->count == 0;
}

/* The greatest effect of a figure on the objective, one way or the other, as far as it can be told from none. */
double sensitive_effect(const struct sensitive *sensitive)
{
    double effect = 0;
    for (int w = 0; w < WAYS; w++)
        if (sensitive->ways[w].told)
            effect = fmax(effect, fabs(sensitive->ways[w].difference.mean));
    return effect;
}

/* By effect; those that have none in the order of the scenario, in which the entries lie at first. */
static int by_effect(const void *one, const void *other)
{
    const struct sensitive *const *a = one, *const *b = other;
    double effect = sensitive_effect(*a), than = sensitive_effect(*b);
    return effect != than ? (effect < than) - (effect > than) : (*a > *b) - (*a < *b);
}

static void sort(struct sensitivity *result, struct arena *arena)
{
    struct sensitive *sorted = arena_new(arena, (size_t)result->n + 1, sizeof *sorted);
    struct sensitive **order = arena_new(arena, (size_t)result->n + 1, sizeof *order);
    for (int i = 0; i < result->n; i++)
        order[i] = &result->list[i];
    qsort(order, (size_t)result->n, sizeof *order, by_effect);
    for (int i = 0; i < result->n; i++)
        sorted[i] = *order[i];
    result->list = sorted;
}

static void leave_out(struct figures *figures, const struct figure *figure, int most, struct arena *arena)
{
    if (!figures->list)
        figures->list = arena_new(arena, (size_t)most, sizeof *figures->list);
    figures->list[figures->n++] = *figure;
}

/* The figures that can be moved; the others are left out. */
static void list_figures(struct runner *r)
{
    struct arena *arena = &r->study->arena;
    struct sensitivity *result = r->result;
    struct figures figures = figures_of(r->study->scenario, r->alone.topologies, arena);
    result->list = arena_new(arena, (size_t)figures.n + 1, sizeof *result->list);
    for (int i = 0; i < figures.n; i++)
        if (figures.list[i].mobility == MOBILE)
            result->list[result->n++].figure = figures.list[i];
        else
            leave_out(&result->left_out[figures.list[i].mobility], &figures.list[i], figures.n, arena);
}

/* Leaves out what the checks let go neither way, or what an interrupted run did not come to. */
static void leave_out_stuck(struct runner *r)
{
    struct sensitivity *result = r->result;
    bool stopped = engine_stopped(r->options->stop);
    int n = 0;
    for (int i = 0; i < result->n; i++)
        if (result->list[i].ways[DOWN].is_there || result->list[i].ways[UP].is_there)
            result->list[n++] = result->list[i];
        else if (!stopped)
            leave_out(&result->left_out[MOBILE_STUCK], &result->list[i].figure, result->n, &r->study->arena);
    result->n = n;
}

static bool run_all(struct runner *r, struct error *error)
{
    bool good = trial_run(&r->alone, &r->how, NULL, &r->base, error);
    if (!good) {
        r->result->n = 0;
        return error->count == 0;
    }
    note_base(r);
    good = vary_all(r, error);
    leave_out_stuck(r);
    sort(r->result, &r->study->arena);
    return good;
}

static const struct engine *engine_for(const struct sensitivity_options *options, uint64_t paths)
{
    if (options->engine)
        return options->engine;
    return paths <= FEW_PATHS ? &engine_reference : &engine_lanes;
}

/*
 * Moves the figures of a study that has a winner, in the winner's topology, and leaves what came out in
 * study->sensitivity. If it is stopped the study becomes a partial one, and what was not reached is not there. Returns
 * false with an error only if a process broke its own rules. The scenario is that of a file, perhaps with fewer
 * strategies and topologies.
 */
bool sensitivity_run(struct study *study, const struct sensitivity_options *options, struct error *error)
{
    struct runner r = {.study = study, .options = options, .alone = *study->scenario, .started = clock_seconds()};
    uint64_t paths = options->paths ? options->paths : SENSITIVITY_PATHS;
    paths = paths < SENSITIVITY_PATHS_MOST ? paths : SENSITIVITY_PATHS_MOST;
    r.alone.topologies = (struct topology *)study->outcomes[study->winner].topology;
    r.alone.n_topologies = 1;
    r.how = (struct trial_options){paths, options->estimator, options->phases, engine_for(options, paths),
                                   options->simd, options->stop};
    r.result = arena_new(&study->arena, 1, sizeof *r.result);
    *r.result = (struct sensitivity){.factor = options->factor, .winner = study->winner, .paths = paths};
    list_figures(&r);
    bool good = run_all(&r, error);
    r.result->seconds = clock_seconds() - r.started;
    study->partial = study->partial || engine_stopped(options->stop);
    study->sensitivity = r.result;
    trial_free(&r.base);
    return good;
}
