/* The figures that a gate's conditions are about, and what would help where they do not decide. */
#include "study/hearing.h"

#include "study/estimate.h"

#include <math.h>

static struct interval interval_of(const struct estimate *e)
{
    return (struct interval){.mean = e->mean, .low = e->low, .high = e->high, .trusted = e->trusted};
}

/* The mean of a measure of the budget. */
static struct interval budget_mean(struct hearing *r, struct arm *arm, enum measure measure)
{
    struct outcome none = {.strategy = NULL}, outcome = {.strategy = r->scenario->strategies};
    double confidence = r->scenario->simulation.confidence, horizon = r->scenario->horizon;
    static const enum measure needed[] = {MEASURE_LOST, MEASURE_ADDED_LOST};
    for (int i = 0; i < 2; i++)
        estimate_fill(arm, needed[i], estimate_way(arm, needed[i], confidence, horizon), confidence, horizon,
                      &r->gate->arena, &outcome.measures[needed[i]]);
    estimate_fill(arm->none, MEASURE_LOST, (struct way){false, false}, confidence, horizon, &r->gate->arena,
                  &none.measures[MEASURE_LOST]);
    budget_fill(r->scenario, arm, &none, &outcome);
    return interval_of(&outcome.measures[measure]);
}

/* A percentile or a maximum, in the unit of the condition's measure. */
static struct interval extreme_of(const struct hearing *r, const struct arm *arm, const struct statement *statement)
{
    const struct budget_statement *says = &statement->says;
    const struct condition *c = statement->condition;
    double horizon = r->scenario->horizon;
    struct interval figure;
    if (says->statistic == STATISTIC_QUANTILE) {
        figure = estimate_quantile(arm, says->measure, says->quantile, r->scenario->simulation.confidence, horizon);
    } else {
        double seen = estimate_statistic(arm, &(struct condition){.measure = says->measure, .statistic = STATISTIC_MAX},
                                         NULL);
        figure = (struct interval){seen, NAN, NAN, 0, 0, false};
    }
    if (!figure.trusted) /* how far it may be is not known */
        figure.low = figure.high = NAN;
    if (!judge_needs_none(c))
        return figure;
    struct interval none = estimate_interval(arm->none, says->measure, (struct way){false, false},
                                             r->scenario->simulation.confidence, horizon);
    double scale = measure_of_budget(c->measure) ? 1 / budget_seconds(&r->scenario->slo) : 1;
    figure.mean = scale * (figure.mean - none.mean);
    figure.low = scale * (figure.low - none.mean);
    figure.high = scale * (figure.high - none.mean);
    return figure;
}

/* The figure that the condition is about, with its interval. */
static struct interval figure_of(struct hearing *r, struct arm *arm, const struct statement *statement)
{
    const struct condition *c = statement->condition;
    double confidence = r->scenario->simulation.confidence, horizon = r->scenario->horizon;
    if (c->statistic != STATISTIC_MEAN)
        return extreme_of(r, arm, statement);
    if (measure_of_budget(c->measure))
        return budget_mean(r, arm, c->measure);
    return estimate_interval(arm, c->measure, estimate_way(arm, c->measure, confidence, horizon), confidence, horizon);
}

/* How many times as many paths would decide, if the figure is what it seems to be. */
static double paths_needed(const struct interval *figure, double limit)
{
    double half = figure->mean > limit ? figure->mean - figure->low : figure->high - figure->mean;
    double far = fabs(figure->mean - limit), ratio = half / far;
    return far > 0 && half > 0 ? 2 * ratio * ratio : INFINITY;
}

static const char *help_for(struct hearing *r, const struct statement *statement, const struct finding *f,
                            const struct interval *figure)
{
    struct arena *arena = &r->gate->arena;
    if (statement->unknown)
        return "it is measured from the mean of no release, which is too large to be solved: ask for a mean";
    if (f->condition->statistic == STATISTIC_MAX)
        return "a maximum can be refuted by paths but never be confirmed: ask for a percentile, such as p99.9";
    double paths = paths_needed(figure, f->condition->limit) * (double)f->paths;
    if (paths >= 1e12)
        return "the figure is at the limit, as far as can be told";
    if (!(paths > (double)f->paths))
        return r->gate->end == GATE_MAX_PATHS ? "more paths: raise simulation.max_paths" : "more time";
    return arena_format(arena, "about %.0f thousand paths%s", ceil(paths / 1000),
                        r->gate->end == GATE_MAX_PATHS ? ": raise simulation.max_paths" : ", so more time");
}

/* Fills in what was found of condition i for the arm, which is judged; -1: for none. */
void gate_fill_finding(struct hearing *r, int a, int i, enum ruling ruling)
{
    struct finding *f = &r->gate->findings[i];
    f->condition = r->statements[i].condition;
    f->value = f->low = f->high = NAN;
    if (a < 0)
        return;
    struct interval figure = figure_of(r, &r->sampler.arms[a], &r->statements[i]);
    f->ruling = ruling;
    f->value = figure.mean;
    f->low = figure.low;
    f->high = figure.high;
    f->trusted = figure.trusted;
    f->paths = arm_drawn(&r->sampler.arms[a]);
    if (f->ruling == RULING_UNDECIDED)
        f->help = help_for(r, &r->statements[i], f, &figure);
}
