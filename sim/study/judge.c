/*
 * Whether a plan keeps a condition, decided from its paths at a given risk to be wrong.
 *
 * Paths are looked at again and again while they are drawn, and sampling ends at the first look that decides. Each look
 * may err, so the risk is spent over them: look k gets the share 1/(k (k + 1)), which add up to 1 however many looks
 * there are. By Bonferroni's inequality the risk to be wrong at any look is then at most the whole, whatever the looks
 * have to do with each other. The number of paths grows by a factor from look to look, so that there are some twenty of
 * them at most, and the price is small: the twentieth interval is 2.2 times as wide as one that stood alone (at 5 %).
 * (Spending a risk over looks: K. K. G. Lan, D. L. DeMets, Biometrika 70, 1983, 659-663; this sequence is that of
 * D. A. Darling, H. Robbins, PNAS 58, 1967, 66-68, whose confidence sequences have the same property.)
 *
 * Of a mean or a probability, the whole interval must lie on one side of the limit. A ruling is wrong on one side only,
 * so each end may be wrong at the whole risk of the look: of probabilities, whose ends are exact. Of means, whose ends
 * are made of two bounds (what was seen, and what no path has shown), at half of it each, or less.
 *
 * Of a percentile, it is decided through the probability to exceed the limit, for the quantile q is at most L if and
 * only if P(X > L) <= 1 - q. (Its interval is exact, where a percentile's own has to trust a density.) The
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
 * The percentiles of what a release adds are those of the measure itself less the mean of no release: which faults of a
 * path would have come without a release is not defined, path by path.
 */
static struct budget_statement statement_of(const struct scenario *scenario, const struct condition *c)
{
    if (measure_of_budget(c->measure))
        return budget_statement(scenario, c);
    bool less_none = measure_is_added(c->measure) && c->statistic != STATISTIC_MEAN;
    return (struct budget_statement){
        .measure = less_none ? (enum measure)measure_absolute(c->measure) : c->measure,
        .statistic = c->statistic,
        .quantile = c->quantile,
        .compare = c->compare,
        .limit = c->limit,
        .none_weight = less_none ? -1 : 0,
    };
}

/* Whether no release must be solved before the condition can be stated. */
bool judge_needs_none(const struct condition *condition)
{
    bool less_none = measure_is_added(condition->measure) || measure_of_budget(condition->measure);
    return less_none && condition->statistic != STATISTIC_MEAN;
}

/*
 * Makes ready to judge the condition in the topology of `none`: what its paths must be counted by is added to the
 * watches, before any path is drawn. Fails with an error if there are too many different ones.
 */
bool judge_state(const struct scenario *scenario, const struct condition *condition, const struct arm *none,
                 struct watches *watches, struct statement *statement, struct error *error)
{
    *statement = (struct statement){condition, statement_of(scenario, condition), -1, false};
    struct budget_statement *says = &statement->says;
    if (says->statistic == STATISTIC_MEAN)
        return true;
    if (judge_needs_none(condition)) {
        statement->unknown = !none->solution;
        if (none->solution)
            says->limit = budget_condition(says, condition, none->solution->value[says->measure]).limit;
    }
    bool or_equal = says->compare == COMPARE_LESS || says->compare == COMPARE_GREATER_EQUAL;
    statement->watch = watch(watches, says->measure, says->limit, or_equal);
    return statement->watch >= 0 ||
           error_add(error, FAULT_INPUT, "too many conditions: there may be %d on percentiles and maxima",
                     MOST_WATCHES);
}

/* Whether no release, and how well it is known, is a part of what is judged. */
bool judge_rests_on_none(const struct statement *statement)
{
    const struct budget_statement *says = &statement->says;
    bool absolute = measure_absolute(says->measure) == (int)says->measure, is_sum = says->none_weight != 0;
    return says->statistic == STATISTIC_MEAN && (absolute || is_sum);
}

/* Whether no number of paths can make it pass. */
bool judge_only_refutes(const struct statement *statement)
{
    const struct budget_statement *says = &statement->says;
    bool less = says->compare == COMPARE_LESS || says->compare == COMPARE_LESS_EQUAL;
    return statement->unknown || (says->statistic == STATISTIC_MAX && less);
}

/*
 * The probability of what so many paths of each stratum showed, each of whose ends is wrong with at most that
 * probability; NULL: no path of the stratum can. Strata are put together as by interval_combine.
 */
static struct interval probability_of(const struct arm *arm, const uint64_t *const *shown, double risk)
{
    struct interval parts[STRATA];
    double weights[STRATA];
    for (int s = 0; s < arm->n_strata; s++) {
        uint64_t paths = arm->strata[s].tally.paths;
        if (paths == 0)
            return (struct interval){NAN, NAN, NAN, NAN, 0, false};
        parts[s] = shown[s] ? interval_exact(*shown[s], paths, risk)
                            : (struct interval){.trusted = true, .effective = INFINITY};
        weights[s] = arm->strata[s].weight;
    }
    struct interval sum = interval_combine(parts, weights, arm->n_strata);
    sum.low = fmax(sum.low, 0);
    sum.high = fmin(sum.high, 1);
    return sum;
}

/* The probability that a path is above a watched value. */
static struct interval above(const struct arm *arm, int watch, double risk)
{
    const uint64_t *shown[STRATA];
    for (int s = 0; s < arm->n_strata; s++)
        shown[s] = &arm->strata[s].tally.above[watch];
    return probability_of(arm, shown, risk);
}

/* A measure that is a probability. */
static struct interval probability(const struct arm *arm, enum measure measure, double risk)
{
    const uint64_t *shown[STRATA];
    for (int s = 0; s < arm->n_strata; s++)
        shown[s] = estimate_possible(&arm->strata[s], measure) ? &arm->strata[s].tally.seen[measure] : NULL;
    return probability_of(arm, shown, risk);
}

/*
 * What the stratum does to the width of the interval that decides the statement: its weight times what its interval
 * would be as wide as with one path. A stratum without a path counts for nothing.
 */
double judge_part(const struct arm *arm, int stratum, const struct statement *statement, double horizon)
{
    const double usual = 0.95; /* parts hardly depend on it */
    const struct budget_statement *c = &statement->says;
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
 * The interval of the mean that the statement is about. What no path has shown is bounded at the whole risk as well.
 *
 * Downtime and lost are those of no release and what the release adds, whatever is narrower: few paths that happen not
 * to have seen a rare fault have a narrow interval, and those who look for the narrowest find them. No release has many
 * more paths, or was solved, and nothing that hides what they have not seen.
 */
static struct interval mean_of(const struct arm *arm, const struct budget_statement *says, double risk, double horizon)
{
    double confidence = 1 - risk;
    if (measure_types[says->measure].unit == UNIT_PROBABILITY)
        return probability(arm, says->measure, risk);
    struct way way = estimate_way(arm, says->measure, confidence, horizon);
    way.paired = way.paired || measure_absolute(says->measure) == (int)says->measure;
    if (says->none_weight != 0)
        return estimate_added_to(arm, way, says->none_weight, confidence, horizon);
    return estimate_interval(arm, says->measure, way, confidence, horizon);
}

/*
 * What the arm's paths say of the statement, with a probability of at most `risk` (in (0, 0.5)) to be wrong at this
 * look. No path in some stratum: undecided.
 */
enum ruling judge(const struct arm *arm, const struct statement *statement, double risk, double horizon)
{
    const struct budget_statement *says = &statement->says;
    bool less = says->compare == COMPARE_LESS || says->compare == COMPARE_LESS_EQUAL;
    bool or_equal = says->compare == COMPARE_LESS_EQUAL || says->compare == COMPARE_GREATER;
    double limit = says->limit;
    struct interval interval;
    if (statement->unknown)
        return RULING_UNDECIDED;
    if (statement->watch >= 0 && limit >= arm->rollout.greatest[says->measure] * horizon && or_equal)
        return less ? RULING_PASSED : RULING_FAILED; /* it cannot be more */
    if (statement->watch >= 0) {
        interval = above(arm, statement->watch, risk);
        limit = says->statistic == STATISTIC_MAX ? 0 : 1 - says->quantile;
        or_equal = true;
    } else {
        interval = mean_of(arm, says, risk, horizon);
    }
    if (isnan(interval.mean))
        return RULING_UNDECIDED;
    enum ruling ruling = at_most(&interval, limit, or_equal);
    return less ? ruling : opposite(ruling);
}
