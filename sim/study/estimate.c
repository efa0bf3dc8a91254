/*
 * From tallies to estimates.
 *
 * Defective and sound releases are two strata: a mean is the sum of the strata's means times their probabilities, and
 * the errors add up in squares (Cochran, Sampling Techniques, 1977, ch. 5). A measure that one stratum rules out (a
 * sound release cannot escape) is not estimated there.
 *
 * Downtime and lost are mostly the faults that happen anyway, and these are the same on the same path without a release
 * (common random numbers). So there are two ways to estimate them:
 *   off:  mean of the strategy's paths
 *   on:   mean of no release, from many cheap paths of its own, + mean of the difference on the same paths
 * The second is a control variate of coefficient 1 (Glasserman, Monte Carlo Methods in Financial Engineering, 2003,
 * sec. 4.1), whose mean is estimated as well, unless no release was solved: then it has no error. What is added is
 * likewise the mean of the differences (on), or the difference of the means (off). For each measure the narrower of
 * the two is taken.
 *
 * Of a strategy's downtime and lost it is also known what chance has added to them on each path, on average nothing:
 * the controls of process/control.c. In each stratum the measure less its control may be taken, where that is better
 * known. It has the same mean, but not the same distribution: percentiles are those of the measures themselves.
 *
 * Which of these is the narrowest counts with what no path has shown (engine/interval.c). An unseen value of a measure
 * may be all that is possible; an unseen difference is of the scale of the differences and the losses that were seen.
 * For it is what the release makes of a fault that comes anyway, and the fault's own loss has been taken off.
 *
 * A study that is interrupted early may have strata without a path. What rests on them is not a number (NAN), nor are
 * the ends of its interval.
 */
#include "study/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

static const double UNKNOWN = NAN;
enum { CURVE_POINTS = 256 };

static bool moments_are_zero(const struct moments *moments)
{
    return moments->least == 0 && moments->greatest == 0;
}

/* Whether a path of this stratum can have it at all. */
bool estimate_possible(const struct stratum *stratum, enum measure measure)
{
    if (measure == MEASURE_FALSE_ROLLBACK)
        return stratum->release != RELEASE_DEFECTIVE;
    if (measure == MEASURE_ESCAPED)
        return stratum->release != RELEASE_SOUND;
    return true;
}

/*
 * Of a measure with a mean in [least, most], less its control or a pair. Values need not be in that range: an unseen
 * path is taken to be outside by no more than the width of the range, nor further than `reach` from the mean.
 */
static struct interval of_difference(const struct moments *moments, double confidence, double least, double most,
                                     double reach)
{
    double width = most - least;
    struct interval interval = interval_of_mean(moments, confidence, fmax(least - width, moments->mean - reach),
                                                fmin(most + width, moments->mean + reach));
    interval.mean = fmin(fmax(interval.mean, least), most);
    interval.low = fmin(fmax(interval.low, least), interval.mean);
    interval.high = fmax(fmin(interval.high, most), interval.mean);
    return interval;
}

/*
 * How far an unseen path of the stratum may be from the mean difference to the same path without a release. The faults
 * that it would show are those of the measure itself, which many paths had: what is left of these when they are taken
 * off is no more than twice the greatest. More often the differences that were seen say it better.
 */
static double reach_of(const struct stratum *stratum, enum measure absolute, const struct moments *differences)
{
    const struct moments *raw = &stratum->tally.moments[absolute];
    double most = moments_effective(raw) < INTERVAL_EFFECTIVE_FEW ? INFINITY : 2 * raw->greatest;
    return fmin(most, interval_unseen_reach(differences));
}

/* The interval of a measure's mean in one stratum of an arm. */
struct interval estimate_stratum(const struct arm *arm, const struct stratum *stratum, enum measure measure,
                                 bool smoothed, double confidence, double horizon)
{
    if (!estimate_possible(stratum, measure))
        return (struct interval){.trusted = true, .effective = INFINITY};
    if (stratum->tally.paths == 0)
        return (struct interval){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, false};
    if (measure_types[measure].unit == UNIT_PROBABILITY)
        return interval_of_probability(stratum->tally.seen[measure], stratum->tally.paths, confidence);
    int absolute = measure_absolute(measure);
    bool added = measure_is_added(measure);
    const struct moments *raw = &stratum->tally.moments[measure];
    const struct moments *moments = smoothed ? tally_moments(&stratum->tally, measure) : raw;
    double most = arm->rollout.greatest[added ? absolute : (int)measure] * horizon;
    if (added)
        return of_difference(moments, confidence, -most, most, reach_of(stratum, (enum measure)absolute, moments));
    return moments == raw ? interval_of_mean(raw, confidence, 0, most)
                          : of_difference(moments, confidence, 0, most, INFINITY);
}

/*
 * The interval of the mean difference of the objective to the arm's rival, in one stratum, which has paths of both.
 * What is not seen is bounded as differences to no release are: by those seen, or by what the plans themselves lost.
 * CONSTANT_PATHS without any difference are believed to be all there is.
 */
struct interval estimate_rival(const struct arm *arm, const struct stratum *stratum, enum measure objective,
                               double confidence, double horizon)
{
    const struct tally *t = &stratum->tally, *other = &arm->rival->strata[stratum - arm->strata].tally;
    int absolute = measure_absolute(objective);
    enum measure m = absolute >= 0 ? (enum measure)absolute : objective;
    const struct interval nothing = {.trusted = true, .effective = INFINITY};
    if (!estimate_possible(stratum, objective) || (moments_are_zero(&t->rival) && t->rival.n >= CONSTANT_PATHS))
        return nothing;
    bool probability = measure_types[objective].unit == UNIT_PROBABILITY;
    double most = probability ? 1 : fmax(arm->rollout.greatest[m], arm->rival->rollout.greatest[m]) * horizon;
    double lost = probability ? INFINITY : 2 * fmax(t->moments[m].greatest, other->moments[m].greatest);
    double reach = moments_effective(&t->moments[m]) < INTERVAL_EFFECTIVE_FEW ? INFINITY : lost;
    struct interval raw =
        of_difference(&t->rival, confidence, -most, most, fmin(reach, interval_unseen_reach(&t->rival)));
    if (t->rival_smoothed.n == 0)
        return raw;
    struct interval smoothed = of_difference(&t->rival_smoothed, confidence, -most, most,
                                             fmin(reach, interval_unseen_reach(&t->rival_smoothed)));
    return smoothed.high - smoothed.low < raw.high - raw.low ? smoothed : raw;
}

/* Of no release itself: solved, or from its paths. */
static struct interval of_none(const struct arm *none, enum measure measure, double confidence, double horizon)
{
    const struct solution *solution = none->solution;
    if (!solution)
        return estimate_stratum(none, &none->strata[0], measure, false, confidence, horizon);
    double value = solution->value[measure], bound = solution->bound[measure];
    return (struct interval){value, fmax(value - bound, 0), value + bound, 0, INFINITY, true};
}

/* The strata of the arm, weighted, and then no release with the given weight (0: not at all). */
static struct interval combined(const struct arm *arm, enum measure own, bool smoothed, enum measure measure_of_none,
                                double none_weight, double confidence, double horizon)
{
    struct interval parts[STRATA + 1];
    double weights[STRATA + 1];
    int n = 0;
    for (int s = 0; s < arm->n_strata; s++, n++) {
        parts[n] = estimate_stratum(arm, &arm->strata[s], own, smoothed, confidence, horizon);
        weights[n] = arm->strata[s].weight;
    }
    if (none_weight != 0) {
        parts[n] = of_none(arm->none, measure_of_none, confidence, horizon);
        weights[n++] = none_weight;
    }
    return interval_combine(parts, weights, n);
}

/* The interval of a measure's mean. The way has a meaning for downtime, lost and what is added to them. */
struct interval estimate_interval(const struct arm *arm, enum measure measure, struct way way, double confidence,
                                  double horizon)
{
    int absolute = measure_absolute(measure);
    if (arm->solution && absolute == (int)measure)
        return of_none(arm, measure, confidence, horizon);
    if (absolute < 0 || !arm->none)
        return combined(arm, measure, way.smoothed, measure, 0, confidence, horizon);
    enum measure added = measure_added((enum measure)absolute);
    bool is_added = measure == added;
    enum measure own = way.paired ? added : (enum measure)absolute;
    double none_weight = way.paired ? !is_added : is_added ? -1 : 0;
    return combined(arm, own, way.smoothed, absolute, none_weight, confidence, horizon);
}

/*
 * The interval of added_lost, which is estimated in that way, plus so many times lost of no release: of one statement
 * on both means, whose errors are not independent where the way is not paired.
 */
struct interval estimate_added_to(const struct arm *arm, struct way way, double none_weight, double confidence,
                                  double horizon)
{
    enum measure own = way.paired ? MEASURE_ADDED_LOST : MEASURE_LOST;
    return combined(arm, own, way.smoothed, MEASURE_LOST, way.paired ? none_weight : none_weight - 1, confidence,
                    horizon);
}

/* The narrower interval of downtime, lost or what is added to them, smoothed or not, with pairs or without. */
static struct interval narrower(const struct arm *arm, enum measure measure, bool smoothed, double confidence,
                                double horizon, struct way *way)
{
    struct way off_way = {false, smoothed}, on_way = {true, smoothed};
    struct interval off = estimate_interval(arm, measure, off_way, confidence, horizon);
    struct interval on = estimate_interval(arm, measure, on_way, confidence, horizon);
    bool is_on = on.high - on.low < off.high - off.low || isnan(off.mean);
    *way = is_on ? on_way : off_way;
    return is_on ? on : off;
}

/*
 * Which way gives the narrower interval of downtime, lost, or what is added to them; without a meaning for others. What
 * may not be trusted is taken smoothed only if it may not be trusted otherwise either: where controls leave a few rare
 * paths, all else is seen well enough before these are.
 */
struct way estimate_way(const struct arm *arm, enum measure measure, double confidence, double horizon)
{
    struct way plain_way = {false, false}, smoothed_way;
    int absolute = measure_absolute(measure);
    if (absolute < 0 || !arm->none)
        return plain_way;
    struct interval plain = narrower(arm, measure, false, confidence, horizon, &plain_way);
    struct interval smoothed = narrower(arm, measure, true, confidence, horizon, &smoothed_way);
    bool better = plain.trusted == smoothed.trusted ? smoothed.high - smoothed.low < plain.high - plain.low
                                                    : smoothed.trusted;
    return better ? smoothed_way : plain_way;
}

/* The interval of the objective's mean, the narrowest of all ways. */
struct interval estimate_objective(const struct scenario *scenario, const struct arm *arm)
{
    enum measure m = scenario->objective.minimize;
    double confidence = scenario->simulation.confidence;
    struct way way = estimate_way(arm, m, confidence, scenario->horizon);
    return estimate_interval(arm, m, way, confidence, scenario->horizon);
}

/* Half the interval over the mean; INFINITY for a mean of 0 with an interval. */
double estimate_precision(const struct interval *interval)
{
    double half = (interval->high - interval->low) / 2;
    return half == 0 ? 0 : half / fabs(interval->mean);
}

static int histogram_of(enum measure measure)
{
    for (int h = 0; h < HISTOGRAMS; h++)
        if (histogram_measures[h] == measure)
            return h;
    return -1;
}

/* The strata's histograms of a measure, with the strata's probabilities. Returns how many; 0 if one has no paths. */
static int distribution(const struct arm *arm, int histogram, const struct histogram **parts, double *weights)
{
    for (int s = 0; s < arm->n_strata; s++) {
        if (arm->strata[s].tally.paths == 0)
            return 0;
        parts[s] = &arm->strata[s].histograms[histogram];
        weights[s] = arm->strata[s].weight;
    }
    return arm->n_strata;
}

static double quantile(const struct arm *arm, enum measure measure, double q)
{
    const struct histogram *parts[STRATA];
    double weights[STRATA];
    int histogram = histogram_of(measure);
    return histogram < 0 ? UNKNOWN
                         : histogram_quantile(parts, weights, distribution(arm, histogram, parts, weights), q);
}

/* Paths of the arm above the value, and the variance of the share of them, as estimated from its strata. */
static double variance_above(const struct arm *arm, int histogram, double value, double *paths)
{
    double variance = 0, one = 1;
    *paths = 0;
    for (int s = 0; s < arm->n_strata; s++) {
        const struct stratum *stratum = &arm->strata[s];
        const struct histogram *part = &stratum->histograms[histogram];
        double n = (double)stratum->tally.paths, p = histogram_exceeded(&part, &one, 1, value);
        variance += stratum->weight * stratum->weight * p * (1 - p) / n;
        *paths += n * p;
    }
    return variance;
}

/*
 * A percentile of a measure (q in (0, 1)), with the values between which it is at the confidence: those whose shares of
 * paths above are as far from 1 - q as that share may be off. With fewer than INTERVAL_EFFECTIVE_LEAST paths above it
 * there is no telling how high it is: then the end is all that is possible. Not a number where no distribution is kept.
 */
struct interval estimate_quantile(const struct arm *arm, enum measure measure, double q, double confidence,
                                  double horizon)
{
    int histogram = histogram_of(measure);
    struct interval interval = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, false};
    const struct histogram *parts[STRATA];
    double weights[STRATA];
    if (histogram < 0 || distribution(arm, histogram, parts, weights) == 0)
        return interval;
    interval.mean = quantile(arm, measure, q);
    double off = gsl_cdf_ugaussian_Pinv(0.5 + confidence / 2) *
                 sqrt(variance_above(arm, histogram, interval.mean, &interval.effective));
    interval.trusted = interval.effective >= INTERVAL_EFFECTIVE_LEAST && q + off < 1;
    interval.low = q > off ? quantile(arm, measure, q - off) : 0;
    interval.high = interval.trusted ? quantile(arm, measure, q + off) : arm->rollout.greatest[measure] * horizon;
    return interval;
}

static double greatest(const struct arm *arm, enum measure measure)
{
    const struct histogram *parts[STRATA];
    double weights[STRATA];
    int histogram = histogram_of(measure);
    return histogram < 0 ? UNKNOWN : histogram_max(parts, weights, distribution(arm, histogram, parts, weights));
}

/* The figure that a condition asks for: the mean of the estimate, any quantile, or the maximum. */
double estimate_statistic(const struct arm *arm, const struct condition *condition, const struct estimate *estimate)
{
    switch (condition->statistic) {
    case STATISTIC_QUANTILE:
        return quantile(arm, condition->measure, condition->quantile);
    case STATISTIC_MAX:
        return greatest(arm, condition->measure);
    default:
        return estimate->mean;
    }
}

/*
 * What of a stratum's lost is due to a cause. Where lost is taken less its control Z, each cause is taken less its own
 * share of Z, by regression: Cov(cause, Z) / Cov(lost, Z). The shares add up to 1, since the causes add up to lost, and
 * a share is known by O(1/sqrt(n)) where the mean of Z is as small, so that what it adds to the error is O(1/n).
 */
static double cause_in(const struct stratum *stratum, enum cause cause, struct way way)
{
    const struct tally *t = &stratum->tally;
    bool on = way.paired;
    enum measure m = on ? MEASURE_ADDED_LOST : MEASURE_LOST;
    const double *sums = on ? t->added_cause : t->cause, *products = on ? t->added_chance : t->chance;
    double n = (double)t->paths, chance = t->moments[m].mean - t->smoothed[m].mean, all = 0;
    if (t->paths == 0)
        return UNKNOWN;
    if (!way.smoothed || !tally_is_smoothed(t, m))
        return sums[cause] / n;
    for (int c = 0; c < CAUSES; c++)
        all += products[c] - sums[c] * chance;
    double share = all > 0 ? (products[cause] - sums[cause] * chance) / all : sums[cause] / (n * t->moments[m].mean);
    return sums[cause] / n - share * chance;
}

/* Mean loss to a cause, put together as `lost` is, so that the causes add up to it. */
double estimate_cause(const struct arm *arm, enum cause cause, struct way way)
{
    double mean = 0;
    if (arm->solution)
        return arm->solution->cause[cause];
    for (int s = 0; s < arm->n_strata; s++)
        mean += arm->strata[s].weight * cause_in(&arm->strata[s], cause, way);
    return way.paired ? mean + estimate_cause(arm->none, cause, (struct way){false, false}) : mean;
}

/* "seen on 0 of 8192 paths with a sound release and on 3 of 9000 with a defective one": strata have unequal weights. */
static const char *seen_on(const struct arm *arm, enum measure measure, struct arena *arena)
{
    const char *text = NULL;
    for (int s = 0; s < arm->n_strata; s++) {
        const struct stratum *stratum = &arm->strata[s];
        unsigned long long seen = stratum->tally.seen[measure], paths = stratum->tally.paths;
        const char *release = stratum->release == RELEASE_DEFECTIVE ? "defective" : "sound";
        if (!estimate_possible(stratum, measure))
            continue;
        text = text ? arena_format(arena, "%s and on %llu of %llu with a %s one", text, seen, paths, release)
                    : arena_format(arena, "seen on %llu of %llu paths with a %s release", seen, paths, release);
    }
    return text;
}

/* "all 8192 paths with a sound release gave the same": the strata without any variance; those of no release are one. */
static const char *constant_on(const struct arm *arm, enum measure own, const char *same, struct arena *arena)
{
    const char *text = NULL;
    for (int s = 0; s < arm->n_strata; s++) {
        const struct stratum *stratum = &arm->strata[s];
        unsigned long long paths = stratum->tally.paths;
        const char *release = stratum->release == RELEASE_DEFECTIVE ? "defective" : "sound";
        if (stratum->tally.moments[own].m2 > 0)
            continue;
        if (arm->n_strata == 1)
            text = arena_format(arena, "all %llu paths %s", paths, same);
        else
            text = text ? arena_format(arena, "%s, and so did all %llu with a %s one", text, paths, release)
                        : arena_format(arena, "all %llu paths with a %s release %s", paths, release, same);
    }
    if (text || !arm->none)
        return text ? text : "all but a few paths gave the same";
    unsigned long long paths = arm->none->strata[0].tally.paths;
    return arena_format(arena, "all %llu paths without a release gave the same", paths);
}

static const char *note_of(const struct interval *interval, const struct arm *arm, enum measure measure,
                           struct way way, struct arena *arena, uint64_t paths)
{
    if (interval->trusted)
        return NULL;
    if (isnan(interval->mean))
        return "interrupted before there was anything to estimate it from";
    if (measure_types[measure].unit == UNIT_PROBABILITY)
        return seen_on(arm, measure, arena);
    if (interval->effective < 0.5) {
        int absolute = measure_absolute(measure);
        bool on = way.paired && absolute >= 0;
        enum measure own = absolute >= 0 ? (enum measure)absolute : measure;
        own = on ? measure_added(own) : own;
        const char *same = on ? "differed by the same from no release" : "gave the same";
        return arena_format(arena, "%s; what others might show is only bounded", constant_on(arm, own, same, arena));
    }
    return arena_format(arena, "rests on about %.0f of %llu paths: the interval is a bound, not an estimate",
                        fmax(floor(interval->effective), 1), (unsigned long long)paths);
}

/* All figures of a measure: mean, interval and, where there is a distribution, percentiles. */
void estimate_fill(const struct arm *arm, enum measure measure, struct way way, double confidence, double horizon,
                   struct arena *arena, struct estimate *estimate)
{
    struct interval interval = estimate_interval(arm, measure, way, confidence, horizon);
    uint64_t paths = 0;
    for (int s = 0; s < arm->n_strata; s++)
        paths += arm->strata[s].tally.paths;
    *estimate = (struct estimate){
        .mean = interval.mean,
        .low = interval.low,
        .high = interval.high,
        .p50 = quantile(arm, measure, 0.50),
        .p90 = quantile(arm, measure, 0.90),
        .p95 = quantile(arm, measure, 0.95),
        .p99 = quantile(arm, measure, 0.99),
        .max = greatest(arm, measure),
        .paths = paths,
        .solved = arm->solution && measure_absolute(measure) == (int)measure,
        .trusted = interval.trusted,
        .note = note_of(&interval, arm, measure, way, arena, paths),
    };
}

/* The exceedance curve of a measure that has a distribution. */
struct curve estimate_curve(const struct arm *arm, enum measure measure, struct arena *arena)
{
    const struct histogram *parts[STRATA];
    double weights[STRATA], value[CURVE_POINTS], exceeded[CURVE_POINTS];
    struct curve curve = {0};
    int n = distribution(arm, histogram_of(measure), parts, weights);
    if (n == 0)
        return curve;
    for (int s = 0; s < n; s++)
        curve.sure = fmax(curve.sure, INTERVAL_EFFECTIVE_LEAST * weights[s] / (double)arm->strata[s].tally.paths);
    curve.n_points = histogram_curve(parts, weights, n, CURVE_POINTS, value, exceeded);
    size_t bytes = (size_t)curve.n_points * sizeof *value;
    curve.value = memcpy(arena_new(arena, (size_t)curve.n_points, sizeof *value), value, bytes);
    curve.exceeded = memcpy(arena_new(arena, (size_t)curve.n_points, sizeof *value), exceeded, bytes);
    return curve;
}
