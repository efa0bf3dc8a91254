/*
 * Whether a plan keeps a condition, decided from its paths at a given risk to be wrong.
 *
 * Paths are looked at again and again while they are drawn, and sampling ends at the first look that decides. Each look
 * may err, so the risk is spent over them: look k gets the share 1/(k (k + 1)), which add up to 1 however many looks
 * there are. By Bonferroni's inequality the risk to be wrong at any look is then at most the whole, whatever the looks
 * have to do with each other. The number of paths grows by a factor from look to look, so that there are some twenty of
 * them at most, and the price is small: the twentieth interval is 1.8 times as wide as one that stood alone (at 5 %).
 * (Spending a risk over looks: K. K. G. Lan, D. L. DeMets, Biometrika 70, 1983, 659-663; this sequence is that of
 * D. A. Darling, H. Robbins, PNAS 58, 1967, 66-68, whose confidence sequences have the same property.)
 *
 * Of a mean or a probability, the whole interval must lie on one side of the limit. A ruling is wrong on one side only,
 * so each end of the interval may be wrong at the whole risk of the look.
 *
 * Of a percentile, it is decided through the probability to exceed the limit, for the quantile q is at most L if and
 * only if P(X > L) <= 1 - q. (Its interval is exact or Wilson's, where a percentile's own has to trust a density.) The
 * quantile is below L if P(X >= L) <= 1 - q; the other two comparisons are the opposites. That a maximum stays below a
 * limit can be refuted by a path, but never be confirmed.
 *
 * An interval that may not be trusted is a bound (engine/interval.c), and a bound may decide.
 */
#include "study/judge.h"

#include "study/estimate.h"

#include <math.h>

/* The share of the risk that the look, counted from 1, may spend. */
double judge_spend(int look)
{
    return 1 / ((double)look * (look + 1));
}

/* A value of the measure that is already watched so, or a new one; -1: there are too many. */
static int watch(struct watches *watches, enum measure measure, double value, bool or_equal)
{
    for (int i = 0; i < watches->n; i++) {
        const struct watch *w = &watches->list[i];
        if (w->measure == measure && w->value == value && w->or_equal == or_equal)
            return i;
    }
    if (watches->n == MOST_WATCHES)
        return -1;
    watches->list[watches->n] = (struct watch){measure, value, or_equal};
    return watches->n++;
}

/*
 * Makes ready to judge the condition: what its paths must be counted by is added to the watches, before any path is
 * drawn. Fails with an error if there are too many different ones.
 */
bool judge_state(const struct condition *condition, struct watches *watches, struct statement *statement,
                 struct error *error)
{
    bool or_equal = condition->compare == COMPARE_LESS || condition->compare == COMPARE_GREATER_EQUAL;
    *statement = (struct statement){condition, -1};
    if (condition->statistic == STATISTIC_MEAN)
        return true;
    statement->watch = watch(watches, condition->measure, condition->limit, or_equal);
    return statement->watch >= 0 ||
           error_add(error, FAULT_INPUT, "too many conditions: there may be %d on percentiles and maxima", MOST_WATCHES);
}

/* The probability that a path is above a watched value. */
struct interval judge_above(const struct arm *arm, int watch, double confidence)
{
    struct interval parts[STRATA];
    double weights[STRATA];
    for (int s = 0; s < arm->n_strata; s++) {
        const struct tally *t = &arm->strata[s].tally;
        if (t->paths == 0)
            return (struct interval){NAN, NAN, NAN, NAN, 0, false};
        parts[s] = interval_of_probability(t->above[watch], t->paths, confidence);
        weights[s] = arm->strata[s].weight;
    }
    struct interval sum = interval_combine(parts, weights, arm->n_strata);
    sum.low = fmax(sum.low, 0);
    sum.high = fmin(sum.high, 1);
    return sum;
}

/*
 * What the stratum does to the width of the interval that decides the statement: its weight times what its interval
 * would be as wide as with one path. A stratum without a path counts for nothing.
 */
double judge_part(const struct arm *arm, int stratum, const struct statement *statement, double horizon)
{
    const double usual = 0.95; /* parts hardly depend on it */
    const struct condition *c = statement->condition;
    const struct stratum *s = &arm->strata[stratum];
    struct interval interval;
    if (s->tally.paths == 0)
        return 0;
    if (statement->watch >= 0) {
        interval = interval_of_probability(s->tally.above[statement->watch], s->tally.paths, usual);
    } else {
        struct way way = estimate_way(arm, c->measure, usual, horizon);
        int absolute = measure_absolute(c->measure);
        enum measure own = way.paired && absolute >= 0 ? measure_added((enum measure)absolute) : c->measure;
        interval = estimate_stratum(arm, s, own, way.smoothed, usual, horizon);
    }
    return s->weight * (interval.high - interval.low) * sqrt((double)s->tally.paths);
}

/* Whether the whole interval keeps `value <= limit`, or breaks it; the same for <, where that makes a difference. */
static enum ruling at_most(const struct interval *interval, double limit, bool or_equal)
{
    if (interval->high < limit || (or_equal && interval->high == limit))
        return RULING_PASSED;
    if (interval->low > limit || (!or_equal && interval->low == limit))
        return RULING_FAILED;
    return RULING_UNDECIDED;
}

static enum ruling opposite(enum ruling ruling)
{
    return ruling == RULING_PASSED ? RULING_FAILED : ruling == RULING_FAILED ? RULING_PASSED : RULING_UNDECIDED;
}

/*
 * What the arm's paths say of the statement, with a probability of at most `risk` (in (0, 0.5)) to be wrong at this
 * look. No path in some stratum: undecided.
 */
enum ruling judge(const struct arm *arm, const struct statement *statement, double risk, double horizon)
{
    const struct condition *c = statement->condition;
    bool less = c->compare == COMPARE_LESS || c->compare == COMPARE_LESS_EQUAL;
    double confidence = 1 - 2 * risk, limit = c->limit;
    bool or_equal = c->compare == COMPARE_LESS_EQUAL || c->compare == COMPARE_GREATER;
    struct interval interval;
    if (statement->watch >= 0) {
        interval = judge_above(arm, statement->watch, confidence);
        limit = c->statistic == STATISTIC_MAX ? 0 : 1 - c->quantile;
        or_equal = true;
    } else {
        struct way way = estimate_way(arm, c->measure, confidence, horizon);
        interval = estimate_interval(arm, c->measure, way, confidence, horizon);
    }
    if (isnan(interval.mean))
        return RULING_UNDECIDED;
    enum ruling ruling = at_most(&interval, limit, or_equal);
    return less ? ruling : opposite(ruling);
}
