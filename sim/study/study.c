/*
 * A study: every strategy in every topology, and no release at all, sampled until the objective is precise.
 *
 * Sampling goes in rounds. After each round the error of each strategy's objective is compared with what was asked,
 * and the next round's paths are given to the strata where they cut that error most for their cost (Neyman allocation,
 * engine/allocate.c). No release is a stratum like the others where a strategy is estimated by its difference to it,
 * and its paths serve all strategies of the topology. A round takes at most eight times what was there before, since
 * the variances it relies on are estimates themselves; a stratum whose variance rests on too few paths gets four times
 * as many. No stratum of a strategy is left with less than a quarter of the paths that its probability would give it,
 * since the measures beside the objective rest on them too. The rule is sequential (Chow and Robbins 1965): the interval is looked at only between rounds, and rounds
 * grow geometrically, so that the bias of stopping early is small.
 *
 * Y. S. Chow, H. Robbins, On the asymptotic theory of fixed-width sequential confidence intervals, Ann. Math. Stat. 36
 * (1965) 457-462.
 */
#include "study/study.h"

#include "engine/allocate.h"
#include "study/estimate.h"
#include "study/sample.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

const enum measure curve_measures[CURVES] = {MEASURE_DOWNTIME, MEASURE_LOST, MEASURE_DURATION};

const char *const stop_names[STOPS] = {
    [STOP_PRECISE] = "precise",     [STOP_CONSTANT] = "constant", [STOP_PATHS] = "paths",
    [STOP_MAX_PATHS] = "max_paths", [STOP_SIGNAL] = "signal",
};

enum {
    PILOT_PATHS = 8192,       /* a stratum's first round: enough for a 99th percentile worth reading */
    CONSTANT_PATHS = 100000,  /* so many equal values are believed to be all there is */
    GROWTH = 8,
    GROWTH_UNTRUSTED = 4,
    NONE_PATHS = 4,           /* of no release, to a strategy's one */
};

struct runner {
    const struct scenario      *scenario;
    const struct study_options *options;
    struct study   *study;
    struct sampler  sampler;
    bool           *done;       /* per arm */
    enum stop      *stop;       /* per arm */
    double          z;          /* quantile of the normal distribution for the confidence */
    double          started;
    uint64_t        paths;      /* drawn in earlier rounds */
    struct progress progress;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static uint64_t drawn(const struct arm *arm)
{
    uint64_t paths = 0;
    for (int s = 0; s < arm->n_strata; s++)
        paths += arm->strata[s].tally.paths;
    return paths;
}

/* Path numbers: strategies share them, 2 i for sound and 2 i + 1 for defective releases; no release has its own. */
static void add_strata(struct arm *arm, double defective)
{
    const double weight[STRATA] = {1 - defective, defective};
    const int release[STRATA] = {RELEASE_SOUND, RELEASE_DEFECTIVE};
    if (arm->rollout.release < 0) {
        arm->strata[arm->n_strata++] = (struct stratum){.weight = 1, .first = UINT64_C(1) << 63, .stride = 1};
        return;
    }
    for (int s = 0; s < STRATA; s++)
        if (weight[s] > 0)
            arm->strata[arm->n_strata++] =
                (struct stratum){.weight = weight[s], .release = release[s], .first = (uint64_t)s, .stride = STRATA};
}

static bool build_arms(struct runner *r, struct error *error)
{
    const struct scenario *scenario = r->scenario;
    int per_topology = scenario->n_strategies + 1;
    struct study *study = r->study;
    study->n_outcomes = scenario->n_topologies * per_topology;
    study->outcomes = arena_new(&study->arena, (size_t)study->n_outcomes, sizeof *study->outcomes);
    r->sampler.arms = memory_new((size_t)study->n_outcomes, sizeof *r->sampler.arms);
    for (int i = 0; i < study->n_outcomes; i++) {
        struct outcome *outcome = &study->outcomes[i];
        struct arm *arm = &r->sampler.arms[i];
        int s = i % per_topology;
        outcome->topology = &scenario->topologies[i / per_topology];
        outcome->strategy = s > 0 ? &scenario->strategies[s - 1] : NULL;
        outcome->name = s > 0 ? scenario->strategies[s - 1].name : "none";
        if (!rollout_build(outcome->topology, &scenario->release, outcome->strategy, scenario->available_at,
                           &arm->rollout, error))
            return false;
        r->sampler.n_arms = i + 1;
        arm->none = s > 0 ? &r->sampler.arms[i - s] : NULL;
        add_strata(arm, scenario->release.defective);
    }
    return true;
}

static void free_arms(struct sampler *sampler)
{
    for (int a = 0; a < sampler->n_arms; a++) {
        struct arm *arm = &sampler->arms[a];
        for (int s = 0; s < arm->n_strata; s++)
            for (int h = 0; h < HISTOGRAMS; h++)
                histogram_free(&arm->strata[s].histograms[h]);
        rollout_free(&arm->rollout);
    }
    free(sampler->arms);
}

static struct interval objective_of(const struct runner *r, const struct arm *arm)
{
    const struct scenario *s = r->scenario;
    enum measure m = s->objective.minimize;
    enum pairing pairing = estimate_pairing(arm, m, s->simulation.confidence, s->horizon);
    return estimate_interval(arm, m, pairing, s->simulation.confidence, s->horizon);
}

/* Half the interval over the mean; INFINITY for a mean of 0 with an interval. */
static double relative_width(const struct interval *interval)
{
    double half = (interval->high - interval->low) / 2;
    return half == 0 ? 0 : half / fabs(interval->mean);
}

/* Every path of the arm had the same objective, and there were many. */
static bool is_constant(const struct runner *r, const struct arm *arm)
{
    enum measure m = r->scenario->objective.minimize;
    if (measure_types[m].unit == UNIT_PROBABILITY || drawn(arm) < CONSTANT_PATHS)
        return false;
    for (int s = 0; s < arm->n_strata; s++)
        if (arm->strata[s].tally.moments[m].m2 > 0)
            return false;
    return true;
}

/* Whether an arm needs no more paths, and why. */
static bool is_done(struct runner *r, int a)
{
    const struct arm *arm = &r->sampler.arms[a];
    const struct simulation *sim = &r->scenario->simulation;
    uint64_t most = r->options->paths ? r->options->paths : sim->max_paths;
    if (!r->options->paths && arm->none) {
        struct interval interval = objective_of(r, arm);
        if (interval.trusted && relative_width(&interval) <= sim->precision) {
            r->stop[a] = STOP_PRECISE;
            return true;
        }
        if (is_constant(r, arm)) {
            r->stop[a] = STOP_CONSTANT;
            return true;
        }
    }
    r->stop[a] = r->options->paths ? STOP_PATHS : STOP_MAX_PATHS;
    return drawn(arm) >= most;
}

/* What the allocation needs to know of one stratum. */
struct share {
    struct stratum *stratum;
    double   weight, deviation, cost;
    uint64_t drawn;
    bool     trusted;
};

static struct share share_of(struct stratum *stratum, enum measure measure, double weight)
{
    const struct tally *t = &stratum->tally;
    double n = (double)t->paths, p = (double)t->seen[measure] / fmax(n, 1);
    struct share share = {stratum, weight, 0, fmax((double)t->events / fmax(n, 1), 1), t->paths, true};
    if (measure_types[measure].unit == UNIT_PROBABILITY) {
        share.deviation = sqrt(fmax(p * (1 - p), 1 / fmax(n, 1)));
        share.trusted = n * p >= INTERVAL_EFFECTIVE_LEAST;
    } else {
        share.deviation = sqrt(moments_variance(&t->moments[measure]));
        share.trusted = moments_effective(&t->moments[measure]) >= INTERVAL_EFFECTIVE_LEAST;
    }
    return share;
}

/* The strata that the arm's objective is put together from. */
static int shares_of(struct arm *arm, enum measure m, enum pairing pairing, struct share *shares)
{
    enum measure own = m, of_none = m;
    bool on = pairing == PAIRING_ON, added = m == MEASURE_ADDED_DOWNTIME || m == MEASURE_ADDED_LOST;
    if (m == MEASURE_DOWNTIME || m == MEASURE_ADDED_DOWNTIME) {
        own = on ? MEASURE_ADDED_DOWNTIME : MEASURE_DOWNTIME;
        of_none = MEASURE_DOWNTIME;
    } else if (m == MEASURE_LOST || m == MEASURE_ADDED_LOST) {
        own = on ? MEASURE_ADDED_LOST : MEASURE_LOST;
        of_none = MEASURE_LOST;
    }
    int n = 0;
    for (int i = 0; i < arm->n_strata; i++)
        shares[n++] = share_of(&arm->strata[i], own, arm->strata[i].weight);
    if (arm->none && on != added)
        shares[n++] = share_of(&arm->none->strata[0], of_none, 1);
    return n;
}

/* What a given error would cost, but for a factor: the least of Σ cost · paths (Cochran 1977, sec. 5.5). */
static double cost_of(const struct share *shares, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += fabs(shares[i].weight) * shares[i].deviation * sqrt(shares[i].cost);
    return sum * sum;
}

/* The strata of the pairing that reaches a given error at less cost. */
static int cheaper_shares(const struct runner *r, struct arm *arm, struct share *shares)
{
    struct share on[STRATA + 1];
    enum measure m = r->scenario->objective.minimize;
    int n = shares_of(arm, m, PAIRING_OFF, shares), n_on = shares_of(arm, m, PAIRING_ON, on);
    if (cost_of(on, n_on) >= cost_of(shares, n))
        return n;
    for (int i = 0; i < n_on; i++)
        shares[i] = on[i];
    return n_on;
}

static void want(struct stratum *stratum, uint64_t paths)
{
    if (paths > stratum->wanted)
        stratum->wanted = paths;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/*
 * Totals that bring the error of the weighted sum down to the target. No release may be capped: what it cannot bring
 * is then asked of the others.
 */
static void totals_for(const struct share *shares, int n, int n_own, double target, uint64_t most_of_none,
                       uint64_t *total)
{
    double weight[STRATA + 1], deviation[STRATA + 1], cost[STRATA + 1];
    uint64_t had[STRATA + 1];
    for (int i = 0; i < n; i++) {
        weight[i] = shares[i].weight;
        deviation[i] = shares[i].deviation;
        cost[i] = shares[i].cost;
        had[i] = shares[i].drawn;
    }
    allocate_paths(n, weight, deviation, cost, had, target, total);
    if (n == n_own || total[n_own] <= most_of_none)
        return;
    double rest = target * target - deviation[n_own] * deviation[n_own] / (double)most_of_none;
    allocate_paths(n_own, weight, deviation, cost, had, rest > 0 ? sqrt(rest) : 1e-300, total);
    total[n_own] = most_of_none;
}

/* How far a stratum goes in the next round: towards the total, but at most so far as its variance is to be believed. */
static uint64_t next_of(const struct share *share, uint64_t total, bool need_trust)
{
    uint64_t next = least_of(total, GROWTH * share->drawn);
    if (need_trust && !share->trusted && next < GROWTH_UNTRUSTED * share->drawn)
        next = GROWTH_UNTRUSTED * share->drawn;
    return next > share->drawn ? next : share->drawn;
}

/* The least share of an arm's paths that a stratum gets, whatever the objective asks for. */
static double least_share(const struct stratum *stratum)
{
    return stratum->weight / 4;
}

/* Gives the arm's own strata their least shares of what they have together. */
static void keep_least_shares(const struct share *shares, int n_own, uint64_t *total)
{
    double sum = 0;
    for (int i = 0; i < n_own; i++)
        sum += (double)total[i];
    for (int i = 0; i < n_own; i++) {
        double least = least_share(shares[i].stratum), others = sum - (double)total[i];
        total[i] = (uint64_t)fmax((double)total[i], least / (1 - least) * others);
    }
}

/* Paths for the next round of an arm that is sampled until precise. */
static void want_precise(struct runner *r, struct arm *arm)
{
    const struct simulation *sim = &r->scenario->simulation;
    struct share shares[STRATA + 1];
    uint64_t total[STRATA + 1], left = sim->max_paths - least_of(sim->max_paths, drawn(arm)), growth = 0;
    int n = cheaper_shares(r, arm, shares), n_own = arm->n_strata;
    struct interval interval = objective_of(r, arm);
    double target = 0.97 * sim->precision * fabs(interval.mean) / r->z; /* a little more than needed saves a round */
    totals_for(shares, n, n_own, target > 0 ? target : 1e-300, sim->max_paths, total);
    keep_least_shares(shares, n_own, total);
    for (int i = 0; i < n; i++) {
        total[i] = next_of(&shares[i], total[i], !interval.trusted);
        growth += total[i] - shares[i].drawn;
    }
    for (int i = 0; i < n; i++) {
        uint64_t more = total[i] - shares[i].drawn;
        if (growth == 0) /* never stand still */
            more = shares[i].drawn / 8 + 1;
        if (i < n_own)
            left -= more = least_of(more, left);
        want(shares[i].stratum, i < n_own ? shares[i].drawn + more : least_of(shares[i].drawn + more, sim->max_paths));
    }
}

/* Exactly the asked number of paths: a pilot of a quarter, the rest by variance. */
static void want_exactly(struct runner *r, struct arm *arm)
{
    uint64_t asked = r->options->paths, left = asked - drawn(arm);
    struct share shares[STRATA + 1];
    double sum = 0, part[STRATA];
    if (arm->n_strata == 1) {
        want(&arm->strata[0], asked);
        return;
    }
    cheaper_shares(r, arm, shares);
    for (int s = 0; s < STRATA; s++)
        sum += part[s] = shares[s].weight * shares[s].deviation / sqrt(shares[s].cost);
    /* Each stratum gets its part of all paths, its least share, and what it has. */
    double share = sum > 0 ? part[0] / sum : 0.5;
    share = fmin(fmax(share, least_share(&arm->strata[0])), 1 - least_share(&arm->strata[1]));
    uint64_t first = (uint64_t)(share * (double)asked), had = arm->strata[0].tally.paths;
    uint64_t more = first > had ? least_of(first - had, left) : 0;
    want(&arm->strata[0], had + more);
    want(&arm->strata[1], arm->strata[1].tally.paths + left - more);
}

static void want_pilot(struct runner *r)
{
    for (int a = 0; a < r->sampler.n_arms; a++) {
        struct arm *arm = &r->sampler.arms[a];
        uint64_t most = r->options->paths ? r->options->paths : r->scenario->simulation.max_paths;
        uint64_t least = most < 2 * (uint64_t)arm->n_strata ? 1 : 2, quarter = most / 4;
        for (int s = 0; s < arm->n_strata; s++)
            want(&arm->strata[s], quarter < PILOT_PATHS ? (quarter > least ? quarter : least) : PILOT_PATHS);
    }
}

/* True if there is more to draw. */
static bool want_more(struct runner *r)
{
    bool any = false;
    for (int a = 0; a < r->sampler.n_arms; a++) {
        struct arm *arm = &r->sampler.arms[a];
        r->done[a] = is_done(r, a);
        if (!arm->none && !r->options->paths)
            continue; /* no release gets what its strategies ask for */
        any = any || !r->done[a];
        if (!r->done[a] && r->options->paths)
            want_exactly(r, arm);
        else if (!r->done[a])
            want_precise(r, arm);
        if (!r->done[a] && !r->options->paths) /* its paths cost little, and tell whether pairing pays */
            want(&arm->none->strata[0], least_of(NONE_PATHS * drawn(arm), r->scenario->simulation.max_paths));
    }
    return any;
}

/* The arm furthest from its target, for the progress line. */
static void find_widest(struct runner *r)
{
    r->progress.widest = 0;
    for (int a = 0; a < r->sampler.n_arms; a++) {
        if (!r->sampler.arms[a].none || r->done[a])
            continue;
        struct interval interval = objective_of(r, &r->sampler.arms[a]);
        double width = relative_width(&interval);
        if (width < r->progress.widest)
            continue;
        r->progress.widest = width;
        r->progress.widest_topology = r->study->outcomes[a].topology->name;
        r->progress.widest_strategy = r->study->outcomes[a].name;
    }
}

static void on_block(uint64_t paths, void *context)
{
    struct runner *r = context;
    r->progress.paths = r->paths + paths;
    r->progress.seconds = now() - r->started;
    r->options->on_progress(&r->progress, r->options->context);
}

/* What is foreseen in all: this round, and what a width still too large will take. */
static void foresee(struct runner *r)
{
    uint64_t round = 0, so_far = 0;
    double precision = r->scenario->simulation.precision;
    for (int a = 0; a < r->sampler.n_arms; a++)
        for (int s = 0; s < r->sampler.arms[a].n_strata; s++) {
            const struct stratum *stratum = &r->sampler.arms[a].strata[s];
            so_far += stratum->tally.paths;
            if (stratum->wanted > stratum->tally.paths)
                round += stratum->wanted - stratum->tally.paths;
        }
    r->paths = so_far;
    r->progress.paths_expected = so_far + round;
    double more = r->progress.widest / precision;
    if (!r->options->paths && isfinite(more) && more > 1)
        r->progress.paths_expected += (uint64_t)fmin((more * more - 1) * (double)so_far, 1e15);
}

static bool run_rounds(struct runner *r, struct error *error)
{
    want_pilot(r);
    do {
        foresee(r);
        if (!sampler_run(&r->sampler, error)) {
            r->study->partial = error->count == 0;
            return error->count == 0;
        }
        find_widest(r);
    } while (want_more(r));
    return true;
}

static bool holds(enum compare compare, double value, double limit)
{
    switch (compare) {
    case COMPARE_LESS:
        return value < limit;
    case COMPARE_LESS_EQUAL:
        return value <= limit;
    case COMPARE_GREATER:
        return value > limit;
    default:
        return value >= limit;
    }
}

static void judge(const struct runner *r, const struct arm *arm, struct outcome *outcome)
{
    const struct objective *objective = &r->scenario->objective;
    outcome->feasible = outcome->strategy != NULL;
    if (outcome->feasible && isnan(outcome->measures[objective->minimize].mean)) {
        outcome->feasible = false;
        outcome->infeasible_because = "interrupted before it could be judged";
    }
    for (int i = 0; i < objective->n_subject_to && outcome->feasible; i++) {
        const struct condition *c = &objective->subject_to[i];
        outcome->feasible = holds(c->compare, estimate_statistic(arm, c, &outcome->measures[c->measure]), c->limit);
        if (!outcome->feasible)
            outcome->infeasible_because = c->text;
    }
}

static bool has_measure(const struct arm *arm, enum measure m)
{
    return arm->none || m == MEASURE_DOWNTIME || m == MEASURE_LOST;
}

static void conclude_arm(struct runner *r, int a)
{
    struct arm *arm = &r->sampler.arms[a];
    struct outcome *outcome = &r->study->outcomes[a];
    const struct scenario *s = r->scenario;
    double confidence = s->simulation.confidence;
    for (int m = 0; m < MEASURES; m++) {
        enum pairing pairing = estimate_pairing(arm, (enum measure)m, confidence, s->horizon);
        if (has_measure(arm, (enum measure)m))
            estimate_fill(arm, (enum measure)m, pairing, confidence, s->horizon, &r->study->arena,
                          &outcome->measures[m]);
    }
    for (int c = 0; c < CAUSES; c++)
        outcome->causes[c] =
            estimate_cause(arm, (enum cause)c, estimate_pairing(arm, MEASURE_LOST, confidence, s->horizon));
    for (int c = 0; c < CURVES; c++)
        if (arm->none || curve_measures[c] != MEASURE_DURATION)
            outcome->curves[c] = estimate_curve(arm, curve_measures[c], &r->study->arena);
    struct interval objective = objective_of(r, arm);
    outcome->precision = relative_width(&objective);
    outcome->stop = r->study->partial ? STOP_SIGNAL : r->stop[a];
    for (int i = 0; i < arm->n_strata; i++) {
        outcome->paths += arm->strata[i].tally.paths;
        outcome->events += arm->strata[i].tally.events;
    }
    r->study->paths += outcome->paths;
    r->study->events += outcome->events;
    judge(r, arm, outcome);
}

/* The feasible outcome with the least objective among [from, to), or -1. */
static int best_of(const struct study *study, int from, int to)
{
    enum measure m = study->scenario->objective.minimize;
    int best = -1;
    for (int i = from; i < to; i++)
        if (study->outcomes[i].feasible &&
            (best < 0 || study->outcomes[i].measures[m].mean < study->outcomes[best].measures[m].mean))
            best = i;
    return best;
}

/* Feasible outcomes whose intervals reach into the winner's, as a sentence. */
static const char *level_with(struct study *study)
{
    enum measure m = study->scenario->objective.minimize;
    const char *names = NULL;
    for (int i = 0; study->winner >= 0 && i < study->n_outcomes; i++) {
        const struct outcome *o = &study->outcomes[i], *w = &study->outcomes[study->winner];
        if (i == study->winner || !o->feasible || o->measures[m].low > w->measures[m].high)
            continue;
        const char *name = study->scenario->n_topologies > 1
                               ? arena_format(&study->arena, "%s in %s", o->name, o->topology->name)
                               : o->name;
        names = names ? arena_format(&study->arena, "%s, %s", names, name) : name;
    }
    return names ? arena_format(&study->arena, "level with it, as far as the paths tell: %s", names) : NULL;
}

static void conclude(struct runner *r)
{
    struct study *study = r->study;
    int per_topology = r->scenario->n_strategies + 1;
    for (int a = 0; a < r->sampler.n_arms; a++)
        conclude_arm(r, a);
    study->best = arena_new(&study->arena, (size_t)r->scenario->n_topologies, sizeof *study->best);
    for (int t = 0; t < r->scenario->n_topologies; t++)
        study->best[t] = best_of(study, t * per_topology, (t + 1) * per_topology);
    study->winner = best_of(study, 0, study->n_outcomes);
    study->winner_note = level_with(study);
    study->seconds = now() - r->started;
}

/*
 * Runs the scenario. Estimates are at simulation.confidence; sampling ends per strategy as enum stop says. The scenario
 * must outlive the study. Returns NULL with an error only if a process broke its own rules.
 */
struct study *study_run(const struct scenario *scenario, const struct study_options *options, struct error *error)
{
    struct study *study = memory_new(1, sizeof *study);
    struct runner r = {.scenario = scenario, .options = options, .study = study, .started = now()};
    gsl_set_error_handler_off();
    study->scenario = scenario;
    study->seed = scenario->simulation.seed;
    study->threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    r.sampler = (struct sampler){
        .engine = &engine_reference,
        .seed = study->seed,
        .horizon = scenario->horizon,
        .threads = study->threads,
        .stop = options->stop,
        .on_block = options->on_progress ? on_block : NULL,
        .context = &r,
    };
    r.z = gsl_cdf_ugaussian_Pinv((1 + scenario->simulation.confidence) / 2);
    bool good = build_arms(&r, error);
    r.done = memory_new((size_t)study->n_outcomes, sizeof *r.done);
    r.stop = memory_new((size_t)study->n_outcomes, sizeof *r.stop);
    good = good && run_rounds(&r, error);
    if (good)
        conclude(&r);
    free_arms(&r.sampler);
    free(r.done);
    free(r.stop);
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
