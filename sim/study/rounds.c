/*
 * Rounds of sampling, until the best strategy is known and its objective precise, or, where a number of paths is asked
 * for, until every strategy has drawn it. Which strategies draw no more on the way is decided in study/select.c.
 *
 * Sampling goes in rounds. After each round the error of each strategy's objective is compared with what was asked,
 * and the next round's paths are given to the strata where they cut that error most for their cost (Neyman allocation,
 * engine/allocate.c). No release is a stratum like the others where a strategy is estimated by its difference to it,
 * and its paths serve all strategies of the topology. A round takes at most eight times what was there before, since
 * the variances it relies on are estimates themselves; a stratum whose variance rests on too few paths gets up to four
 * times as many, until these suffice or the bound on what they have not shown is narrow beside the mean: a stratum
 * that cannot matter is left alone. No stratum of a strategy is left with less than a quarter of the paths that its
 * probability would give it, since the measures beside the objective rest on them too. The rule is sequential (Chow
 * and Robbins 1965): the interval is looked at only between rounds, and rounds grow geometrically, so that the bias of
 * stopping early is small.
 *
 * Y. S. Chow, H. Robbins, On the asymptotic theory of fixed-width sequential confidence intervals, Ann. Math. Stat. 36
 * (1965) 457-462.
 */
#include "study/rounds.h"

#include "engine/allocate.h"
#include "study/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PILOT_PATHS = 8192,       /* a stratum's first round: enough for a 99th percentile worth reading, */
    PILOT_ALL = 32 * PILOT_PATHS, /* unless there are many plans, most of which are told to be worse with much less: */
    PILOT_LEAST = 500,
    GROWTH = 8,
    GROWTH_UNTRUSTED = 4,
    NONE_PATHS = 4,           /* of no release, to a strategy's one */
    NONE_SOLVED_PATHS = 100000, /* where its mean is known: enough for its percentiles */
};

/* Every path of the arm had the same objective, and there were many. */
static bool is_constant(const struct rounds *r, const struct arm *arm)
{
    enum measure m = r->scenario->objective.minimize;
    if (measure_types[m].unit == UNIT_PROBABILITY || arm_drawn(arm) < CONSTANT_PATHS)
        return false;
    for (int s = 0; s < arm->n_strata; s++)
        if (arm->strata[s].tally.moments[m].m2 > 0)
            return false;
    return true;
}

/* The arm's objective is as precise as was asked, or will never be more so. */
static bool is_known(struct rounds *r, int a)
{
    const struct arm *arm = &r->sampler->arms[a];
    struct interval interval = estimate_objective(r->scenario, arm);
    bool precise = interval.trusted && estimate_precision(&interval) <= r->scenario->simulation.precision;
    r->stop[a] = precise ? STOP_PRECISE : STOP_CONSTANT;
    return precise || is_constant(r, arm);
}

/* Whether an arm needs no more paths, and why. */
static bool is_done(struct rounds *r, int a)
{
    static const enum stop dropped[] = {
        [STANDING_LEVEL] = STOP_BEHIND,
        [STANDING_BEHIND] = STOP_BEHIND,
        [STANDING_WORSE] = STOP_WORSE,
        [STANDING_INFEASIBLE] = STOP_INFEASIBLE,
    };
    const struct arm *arm = &r->sampler->arms[a];
    uint64_t most = r->exactly ? r->exactly : r->scenario->simulation.max_paths;
    if (!r->exactly && arm->none && select_is_settled(r->selection, a)) {
        if (is_known(r, a))
            return true;
        if (!select_is_leader(r->selection, a)) {
            r->stop[a] = dropped[r->selection->standing[a]];
            return true;
        }
    }
    r->stop[a] = r->exactly ? STOP_PATHS : STOP_MAX_PATHS;
    return arm_drawn(arm) >= most;
}

/* What the allocation needs to know of one stratum. */
struct share {
    struct stratum *stratum;
    double   weight, deviation, cost;
    double   untrusted; /* what it adds to the interval while too few paths carry its variance; 0: it is trusted */
    double   scaled;    /* what it will have added when just enough paths show their scale, times paths drawn by then */
    double   effective; /* paths that carry the variance */
    uint64_t drawn;
};

static struct share share_of(const struct rounds *r, const struct arm *arm, struct stratum *stratum,
                             enum measure measure, bool smoothed, double weight)
{
    const struct simulation *sim = &r->scenario->simulation;
    const struct tally *t = &stratum->tally;
    double n = (double)t->paths, p = (double)t->seen[measure] / fmax(n, 1);
    struct share share = {.stratum = stratum, .weight = weight, .cost = fmax((double)t->events / fmax(n, 1), 1),
                          .drawn = t->paths};
    struct interval interval = estimate_stratum(arm, stratum, measure, smoothed, sim->confidence, r->scenario->horizon);
    if (measure_types[measure].unit == UNIT_PROBABILITY) {
        share.deviation = sqrt(fmax(p * (1 - p), 1 / fmax(n, 1)));
        share.effective = n * p;
    } else {
        const struct moments *moments = smoothed ? tally_moments(t, measure) : &t->moments[measure];
        share.deviation = sqrt(moments_variance(moments));
        share.effective = moments_effective(moments);
        double few = fmin(share.effective / INTERVAL_EFFECTIVE_FEW, 1);
        if (few > 0 && measure_is_added(measure))
            share.scaled = weight * few * few * interval_unseen_reach(moments) * -log1p(-sim->confidence);
    }
    if (!interval.trusted)
        share.untrusted = weight * hypot(interval.high - interval.mean, interval.mean - interval.low);
    return share;
}

/* The strata that the arm's objective is put together from. */
static int shares_of(const struct rounds *r, struct arm *arm, struct way way, struct share *shares)
{
    enum measure m = r->scenario->objective.minimize, own = m, of_none = m;
    int absolute = measure_absolute(m);
    if (absolute >= 0) {
        of_none = (enum measure)absolute;
        own = way.paired ? measure_added(of_none) : of_none;
    }
    int n = 0;
    for (int i = 0; i < arm->n_strata; i++)
        shares[n++] = share_of(r, arm, &arm->strata[i], own, way.smoothed, arm->strata[i].weight);
    if (arm->none && !arm->none->solution && way.paired != measure_is_added(m))
        shares[n++] = share_of(r, arm->none, &arm->none->strata[0], of_none, false, 1);
    return n;
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

/*
 * How many times as many paths a stratum needs until it does no harm to the trust in the whole, as far as its paths
 * tell: until enough of them carry the variance, or until the bound, which falls like 1/paths, is narrow beside the
 * mean, be it the present one or that by the scale which a few more will show. 1 or less: it does none.
 */
static double growth_for_trust(const struct share *share, double mean)
{
    double effective = fmax(share->effective, 1), narrow = INTERVAL_NARROW * fabs(mean);
    double carry = 1.25 * INTERVAL_EFFECTIVE_LEAST / effective, few = 1.25 * INTERVAL_EFFECTIVE_FEW / effective;
    double bound = 1.1 * share->untrusted / narrow;
    double scaled = 1.1 * sqrt(2) * share->scaled / (narrow * (double)share->drawn);
    if (share->scaled > 0)
        bound = fmin(bound, fmax(few, scaled));
    return fmin(carry, bound);
}

/* How far a stratum goes in the next round: towards the total, but at most so far as its variance is to be believed. */
static uint64_t next_of(const struct share *share, uint64_t total, const struct interval *interval)
{
    uint64_t next = least_of(total, GROWTH * share->drawn);
    double growth = growth_for_trust(share, interval->mean);
    if (!interval->trusted && growth > 1) {
        double trusted = fmin(fmax(growth, 1.25), GROWTH_UNTRUSTED) * (double)share->drawn;
        next = (double)next < trusted ? (uint64_t)trusted : next;
    }
    return next > share->drawn ? next : share->drawn;
}

/* What the totals cost, or what it takes to trust the strata where that is more. */
static double cost_of(const struct share *shares, int n, double mean, const uint64_t *total)
{
    double cost = 0;
    for (int i = 0; i < n; i++) {
        double trust = growth_for_trust(&shares[i], mean) * (double)shares[i].drawn;
        cost += shares[i].cost * fmax(trust, (double)total[i]);
    }
    return cost;
}

/* The strata of the way that brings the error down to the target at least cost, and their totals. */
static int cheapest(const struct rounds *r, struct arm *arm, double mean, double target, struct share *shares,
                    uint64_t *total)
{
    static const struct way ways[] = {{false, false}, {true, false}, {false, true}, {true, true}};
    double least = INFINITY;
    int n = 0;
    for (int i = 0; i < 4; i++) {
        struct share found[STRATA + 1];
        uint64_t found_total[STRATA + 1];
        int found_n = shares_of(r, arm, ways[i], found);
        totals_for(found, found_n, arm->n_strata, target, r->scenario->simulation.max_paths, found_total);
        double cost = cost_of(found, found_n, mean, found_total);
        if (!(cost < least) && n > 0)
            continue;
        least = cost;
        n = found_n;
        memcpy(shares, found, (size_t)n * sizeof *found);
        memcpy(total, found_total, (size_t)n * sizeof *found_total);
    }
    return n;
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

/* The totals that bring the arm's objective to the precision, as far as is known. Returns how many shares. */
static int precise_totals(const struct rounds *r, struct arm *arm, const struct interval *interval,
                          struct share *shares, uint64_t *total)
{
    const struct simulation *sim = &r->scenario->simulation;
    double target = 0.97 * sim->precision * fabs(interval->mean) / r->z; /* a little more than needed saves a round */
    int n = cheapest(r, arm, interval->mean, target > 0 ? target : 1e-300, shares, total);
    keep_least_shares(shares, arm->n_strata, total);
    return n;
}

/* Paths more to narrow a bound, which falls like 1/paths, to the precision; at most as many as there are. */
static uint64_t beyond(const struct interval *interval, double precision, uint64_t drawn)
{
    double wide = 1.05 * estimate_precision(interval) / precision - 1;
    return (uint64_t)(fmin(fmax(wide, 0.05), 1) * (double)drawn) + 1;
}

/* Paths for the next round of an arm that is sampled until precise. */
static void want_precise(struct rounds *r, struct arm *arm)
{
    const struct simulation *sim = &r->scenario->simulation;
    struct share shares[STRATA + 1];
    uint64_t total[STRATA + 1], left = sim->max_paths - least_of(sim->max_paths, arm_drawn(arm)), growth = 0;
    struct interval interval = estimate_objective(r->scenario, arm);
    int n = precise_totals(r, arm, &interval, shares, total), n_own = arm->n_strata;
    bool any_untrusted = false;
    for (int i = 0; i < n; i++) {
        total[i] = next_of(&shares[i], total[i], &interval);
        growth += total[i] - shares[i].drawn;
        any_untrusted = any_untrusted || shares[i].untrusted > 0;
    }
    for (int i = 0; i < n; i++) {
        uint64_t more = total[i] - shares[i].drawn;
        if (growth == 0 && any_untrusted) /* only what they may not have shown holds the interval wide */
            more = shares[i].untrusted > 0 ? beyond(&interval, sim->precision, shares[i].drawn) : 0;
        else if (growth == 0) /* never stand still */
            more = shares[i].drawn / 8 + 1;
        if (i < n_own)
            left -= more = least_of(more, left);
        want(shares[i].stratum, i < n_own ? shares[i].drawn + more : least_of(shares[i].drawn + more, sim->max_paths));
    }
}

/* Paths for the next round of an arm that is not told from its leader yet, or not known to keep the conditions. */
static void want_told(struct rounds *r, int a)
{
    struct arm *arm = &r->sampler->arms[a];
    double growth = select_growth(r->selection, a);
    uint64_t left = r->scenario->simulation.max_paths - least_of(r->scenario->simulation.max_paths, arm_drawn(arm));
    for (int s = 0; s < arm->n_strata; s++) {
        uint64_t had = arm->strata[s].tally.paths, more = least_of((uint64_t)((growth - 1) * (double)had) + 1, left);
        left -= more;
        want(&arm->strata[s], had + more);
    }
}

/* Exactly the asked number of paths: a pilot of a quarter, the rest by variance. */
static void want_exactly(struct rounds *r, struct arm *arm)
{
    uint64_t asked = r->exactly, left = asked - arm_drawn(arm), total[STRATA + 1];
    struct share shares[STRATA + 1];
    double sum = 0, part[STRATA];
    if (arm->n_strata == 1) {
        want(&arm->strata[0], asked);
        return;
    }
    cheapest(r, arm, estimate_objective(r->scenario, arm).mean, 1e-300, shares, total);
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

/* Paths for the next round of an arm that needs more. */
static void want_more(struct rounds *r, int a)
{
    struct arm *arm = &r->sampler->arms[a];
    if (r->exactly)
        want_exactly(r, arm);
    else if (select_is_settled(r->selection, a))
        want_precise(r, arm);
    else
        want_told(r, a);
}

/* How many paths a stratum draws first. */
static uint64_t pilot_of(const struct rounds *r)
{
    int strata = 0;
    for (int a = 0; a < r->sampler->n_arms; a++)
        strata += r->sampler->arms[a].none ? r->sampler->arms[a].n_strata : 0;
    uint64_t each = PILOT_ALL / (uint64_t)(strata ? strata : 1);
    return each > PILOT_PATHS ? PILOT_PATHS : each < PILOT_LEAST ? PILOT_LEAST : each;
}

/* What the first round draws. */
void rounds_pilot(struct rounds *r)
{
    uint64_t pilot = pilot_of(r);
    for (int a = 0; a < r->sampler->n_arms; a++) {
        struct arm *arm = &r->sampler->arms[a];
        uint64_t most = r->exactly ? r->exactly : r->scenario->simulation.max_paths;
        uint64_t least = most < 2 * (uint64_t)arm->n_strata ? 1 : 2, quarter = most / 4;
        for (int s = 0; s < arm->n_strata; s++)
            want(&arm->strata[s], quarter < pilot ? (quarter > least ? quarter : least) : pilot);
    }
}

/* What the next round draws; false if there is no more to draw. */
bool rounds_more(struct rounds *r)
{
    bool any = false;
    if (!r->exactly)
        select_look(r->selection);
    for (int a = 0; a < r->sampler->n_arms; a++) {
        struct arm *arm = &r->sampler->arms[a];
        r->done[a] = is_done(r, a);
        if (!arm->none && !r->exactly)
            continue; /* no release gets what its strategies ask for */
        any = any || !r->done[a];
        if (r->done[a]) {
            sampler_leave(r->sampler, a);
            continue;
        }
        want_more(r, a);
        if (!r->exactly) /* its paths cost little, and tell whether pairing pays */
            want(&arm->none->strata[0],
                 least_of(least_of(NONE_PATHS * arm_drawn(arm), r->scenario->simulation.max_paths),
                          arm->none->solution ? NONE_SOLVED_PATHS : UINT64_MAX));
    }
    return any;
}

static double events_of(const struct arm *arm, uint64_t paths)
{
    double events = 0;
    for (int s = 0; s < arm->n_strata; s++)
        events += (double)arm->strata[s].tally.events;
    return arm_drawn(arm) ? events / (double)arm_drawn(arm) * (double)paths : 0;
}

/*
 * Paths that the arm will have drawn in the end, max_paths at most; *of_none: those that it asks of no release. Where
 * deviations ask for no more, the interval is as wide as the bound on what no path has shown, which falls like 1/paths.
 */
static uint64_t foresee_arm(const struct rounds *r, int a, uint64_t *of_none)
{
    struct arm *arm = &r->sampler->arms[a];
    uint64_t most = r->scenario->simulation.max_paths, total[STRATA + 1], own = 0;
    struct share shares[STRATA + 1];
    struct interval interval = estimate_objective(r->scenario, arm);
    int n = precise_totals(r, arm, &interval, shares, total);
    for (int i = 0; i < arm->n_strata; i++)
        own += least_of(total[i] > shares[i].drawn ? total[i] : shares[i].drawn, most);
    if (own == arm_drawn(arm))
        own = (uint64_t)fmin((double)own * estimate_precision(&interval) / r->scenario->simulation.precision, 1e18);
    uint64_t asked = least_of(NONE_PATHS * arm_drawn(arm), most);
    if (n > arm->n_strata && total[n - 1] > asked)
        asked = least_of(total[n - 1], most);
    if (arm->none && arm->none->solution)
        asked = least_of(asked, NONE_SOLVED_PATHS);
    if (asked > *of_none)
        *of_none = asked;
    if (!select_is_leader(r->selection, a))
        own = least_of(own, (uint64_t)(select_growth(r->selection, a) * (double)arm_drawn(arm)));
    return least_of(own > arm_drawn(arm) ? own : arm_drawn(arm), most);
}

/* Whether the arm's paths say how many more it takes. */
static bool is_foreseeable(const struct rounds *r, int a)
{
    const struct arm *arm = &r->sampler->arms[a];
    return r->exactly || !arm->none || r->done[a] ||
           (arm_drawn(arm) && estimate_objective(r->scenario, arm).trusted);
}

/*
 * What there will be in the end, as far as the paths of earlier rounds tell: nothing if those of a strategy are too few
 * to tell. An arm never counts for more than its max_paths.
 */
struct foreseen rounds_foresee(const struct rounds *r)
{
    struct foreseen all = {0, 0};
    uint64_t of_none = 0;
    for (int a = r->sampler->n_arms - 1; a >= 0; a--) { /* the strategies of a topology, then its no release */
        struct arm *arm = &r->sampler->arms[a];
        uint64_t paths = arm_drawn(arm);
        if (!is_foreseeable(r, a))
            return (struct foreseen){0, 0};
        if (r->exactly) {
            paths = r->exactly;
        } else if (!arm->none) {
            paths = paths > of_none ? paths : of_none;
            of_none = 0;
        } else if (!r->done[a]) {
            paths = foresee_arm(r, a, &of_none);
        }
        all.paths += paths;
        all.events += events_of(arm, paths);
    }
    return all;
}

/*
 * Everything is to be drawn. `exactly`: paths a strategy, or 0: until the selection is settled and the best plan
 * precise.
 */
void rounds_open(struct rounds *r, const struct scenario *scenario, struct sampler *sampler,
                 struct selection *selection, uint64_t exactly)
{
    *r = (struct rounds){.scenario = scenario, .sampler = sampler, .selection = selection, .exactly = exactly};
    r->z = gsl_cdf_ugaussian_Pinv((1 + scenario->simulation.confidence) / 2);
    r->done = memory_new((size_t)sampler->n_arms, sizeof *r->done);
    r->stop = memory_new((size_t)sampler->n_arms, sizeof *r->stop);
}

void rounds_close(struct rounds *r)
{
    free(r->done);
    free(r->stop);
}
