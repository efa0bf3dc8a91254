/*
 * What releases take of an error budget.
 *
 * The budget of a window is (1 - target) · window, in seconds of full downtime, the unit of lost. Faults without any
 * release take F of it, lost of no release times window/horizon; a release takes its share, added_lost; a window of R
 * releases takes F + R · share. So all figures of a budget are linear in means that are known, but for one: how many
 * releases a window can pay for is the R at which F + R · share is 1, a ratio of means.
 *
 * Its interval is Fieller's: R is in it unless the interval of F + R · share is wholly above or wholly below 1. The
 * ends are where one end of that interval passes 1. A ratio of ends would be wider, or wrong where the share is hardly
 * known; Fieller's interval is unbounded where the share may be nothing, as it must be. F and the share are put
 * together as all means are here, from independent parts (study/estimate.c), or, where they were solved, by bounds.
 *
 * Reference: Fieller, Some problems in interval estimation, J. R. Stat. Soc. B 16 (1954), 175-185.
 */
#include "study/budget.h"

#include <math.h>

#define MOST_RELEASES 1e15 /* more than any interval can tell from infinitely many */

/* What a window may lose, and what it does. */
struct window {
    const struct scenario *scenario;
    const struct arm      *arm;      /* NULL: solved, */
    struct way             way;
    const struct estimate *none;     /* lost without any release, */
    const struct estimate *added;    /* and what a release adds */
    double                 horizons; /* in a window */
    double                 budget;
};

/* What may be lost in a window, in seconds of full downtime. */
double budget_seconds(const struct slo *slo)
{
    return (1 - slo->target) * slo->window;
}

static double horizons_of(const struct scenario *scenario)
{
    return scenario->slo.window / scenario->horizon;
}

static struct interval faults_of(const struct window *w)
{
    return (struct interval){.mean = w->horizons * w->none->mean,
                             .low = w->horizons * w->none->low,
                             .high = w->horizons * w->none->high};
}

/* What a window of so many releases loses, in seconds, of which each end is used by itself. */
static struct interval loss_of(const struct window *w, double releases)
{
    struct interval loss = faults_of(w);
    if (releases <= 0)
        return loss;
    if (!w->arm) {
        loss.mean += releases * w->added->mean;
        loss.low += releases * w->added->low;
        loss.high += releases * w->added->high;
        return loss;
    }
    loss = estimate_added_to(w->arm, w->way, w->horizons / releases, w->scenario->simulation.confidence,
                             w->scenario->horizon);
    loss.mean *= releases;
    loss.low *= releases;
    loss.high *= releases;
    return loss;
}

static double low_end(struct interval interval)
{
    return interval.low;
}

static double high_end(struct interval interval)
{
    return interval.high;
}

/*
 * The most releases for which that end of the loss is within the budget: 0 if it is not without any, infinite if the
 * same end of what a release adds (`slope`) is no more than 0. Else the end passes the budget once: the low one is
 * concave and the high one convex in the number of releases, and both rise in the end.
 */
static double most_within(const struct window *w, double (*end)(struct interval), double slope)
{
    double least = 0, most = 1;
    if (end(loss_of(w, 0)) > w->budget)
        return 0;
    if (slope <= 0)
        return INFINITY;
    while (end(loss_of(w, most)) <= w->budget) {
        least = most;
        most *= 2;
        if (most > MOST_RELEASES)
            return INFINITY;
    }
    for (double middle = (least + most) / 2; middle > least && middle < most; middle = (least + most) / 2)
        if (end(loss_of(w, middle)) <= w->budget)
            least = middle;
        else
            most = middle;
    return least;
}

/* Where faults alone take more than there is, no release is affordable, whatever it adds. */
static double affordable(const struct window *w)
{
    double left = w->budget - faults_of(w).mean, added = w->added->mean;
    if (isnan(left) || isnan(added))
        return NAN;
    if (left < 0)
        return 0;
    return added > 0 ? left / added : INFINITY;
}

static struct estimate estimate_affordable(const struct window *w)
{
    struct estimate estimate = *w->added;
    double mean = affordable(w);
    estimate.mean = mean;
    estimate.low = isnan(mean) ? NAN : fmin(most_within(w, high_end, w->added->high), mean);
    estimate.high = isnan(mean) ? NAN : fmax(most_within(w, low_end, w->added->low), mean);
    estimate.p50 = estimate.p90 = estimate.p95 = estimate.p99 = estimate.max = NAN;
    if (!w->none->trusted) {
        estimate.trusted = false;
        estimate.note = estimate.note ? estimate.note : w->none->note;
    }
    return estimate;
}

/* The percentiles of added_lost are those of lost, less the mean of no release. */
static struct estimate estimate_share(const struct window *w, const struct estimate *lost)
{
    struct estimate share = *w->added;
    double budget = w->budget, none = w->none->mean;
    share.mean /= budget;
    share.low /= budget;
    share.high /= budget;
    share.p50 = (lost->p50 - none) / budget;
    share.p90 = (lost->p90 - none) / budget;
    share.p95 = (lost->p95 - none) / budget;
    share.p99 = (lost->p99 - none) / budget;
    share.max = (lost->max - none) / budget;
    return share;
}

/* The share that a window takes, of so many releases. */
static struct estimate estimate_window(const struct window *w, double releases)
{
    struct interval loss = loss_of(w, releases);
    const struct estimate *least = releases > 0 && !w->added->trusted ? w->added : w->none;
    return (struct estimate){
        .mean = loss.mean / w->budget,
        .low = loss.low / w->budget,
        .high = loss.high / w->budget,
        .p50 = NAN,
        .p90 = NAN,
        .p95 = NAN,
        .p99 = NAN,
        .max = NAN,
        .paths = releases > 0 ? w->added->paths : w->none->paths,
        .trusted = least->trusted,
        .note = least->note,
        .solved = w->none->solved && (releases <= 0 || w->added->solved),
    };
}

/*
 * Fills in what an outcome takes of the error budget, from its other measures and those of no release in its topology,
 * which may be the outcome itself. arm is its arm; NULL: it was solved. The scenario has an slo.
 */
void budget_fill(const struct scenario *scenario, const struct arm *arm, const struct outcome *none,
                 struct outcome *outcome)
{
    struct window w = {
        .scenario = scenario,
        .arm = arm,
        .none = &none->measures[MEASURE_LOST],
        .added = &outcome->measures[MEASURE_ADDED_LOST],
        .horizons = horizons_of(scenario),
        .budget = budget_seconds(&scenario->slo),
    };
    if (!outcome->strategy) {
        outcome->window = estimate_window(&w, 0);
        return;
    }
    if (arm)
        w.way = estimate_way(arm, MEASURE_ADDED_LOST, scenario->simulation.confidence, scenario->horizon);
    outcome->measures[MEASURE_BUDGET_SHARE] = estimate_share(&w, &outcome->measures[MEASURE_LOST]);
    outcome->measures[MEASURE_RELEASES_AFFORDABLE] = estimate_affordable(&w);
    if (scenario->releases_per_window > 0)
        outcome->window = estimate_window(&w, scenario->releases_per_window);
}

/* The other side of a comparison, for the budget that is left and not taken. */
static enum compare mirrored(enum compare compare)
{
    static const enum compare others[] = {
        [COMPARE_LESS] = COMPARE_GREATER,
        [COMPARE_LESS_EQUAL] = COMPARE_GREATER_EQUAL,
        [COMPARE_GREATER] = COMPARE_LESS,
        [COMPARE_GREATER_EQUAL] = COMPARE_LESS_EQUAL,
    };
    return others[compare];
}

/*
 * The statement that a condition on a measure of the budget comes to. `budget_share <= s` bounds added_lost by s times
 * the budget; of percentiles and the maximum, lost, which exceeds it by the mean of no release. `releases_affordable >=
 * R` holds if a window of R releases stays within its budget, which is said of one release here, by division by R. That
 * differs from the figure only where faults alone take more than the budget and a release gives some of it back: then R
 * of them may keep the window within it, though the figure is 0.
 */
struct budget_statement budget_statement(const struct scenario *scenario, const struct condition *condition)
{
    double budget = budget_seconds(&scenario->slo), releases = condition->limit;
    bool mean = condition->statistic == STATISTIC_MEAN;
    if (condition->measure == MEASURE_RELEASES_AFFORDABLE)
        return (struct budget_statement){
            .measure = MEASURE_ADDED_LOST,
            .statistic = STATISTIC_MEAN,
            .compare = mirrored(condition->compare),
            .limit = budget / releases,
            .none_weight = horizons_of(scenario) / releases,
        };
    return (struct budget_statement){
        .measure = mean ? MEASURE_ADDED_LOST : MEASURE_LOST,
        .statistic = condition->statistic,
        .quantile = condition->quantile,
        .compare = condition->compare,
        .limit = condition->limit * budget,
        .none_weight = mean ? 0 : -1,
    };
}

/*
 * The statement as a condition on one measure, for where the mean of lost of no release is known: it goes into the
 * limit, which may be negative. The text and the place are those of the condition on the budget.
 */
struct condition budget_condition(const struct budget_statement *statement, const struct condition *condition,
                                  double none_mean)
{
    struct condition same = *condition;
    same.measure = statement->measure;
    same.statistic = statement->statistic;
    same.quantile = statement->quantile;
    same.compare = statement->compare;
    same.limit = statement->limit - statement->none_weight * none_mean;
    return same;
}

/* The figure that a condition on a measure of the budget is about, in its unit, of an outcome that is filled in. */
double budget_statistic(const struct scenario *scenario, const struct arm *arm, const struct condition *condition,
                        const struct outcome *none, const struct outcome *outcome)
{
    struct condition lost = {.measure = MEASURE_LOST, .statistic = condition->statistic,
                             .quantile = condition->quantile};
    if (condition->statistic == STATISTIC_MEAN)
        return outcome->measures[condition->measure].mean;
    return (estimate_statistic(arm, &lost, &outcome->measures[MEASURE_LOST]) - none->measures[MEASURE_LOST].mean) /
           budget_seconds(&scenario->slo);
}
