/* What the formats of a report share: the order of the outcomes, and the units of the measures. */
#include "report/common.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_SECONDS = 1000 };

/*
 * Steps to the next topology; start with an all-zero group. Returns false after the last one.
 *
 *     struct group group = {0};
 *     while (group_next(study, &group)) …
 */
bool group_next(const struct study *study, struct group *group)
{
    group->index += group->topology != NULL;
    group->first = group->end;
    if (group->first >= study->n_outcomes)
        return false;
    group->topology = study->outcomes[group->first].topology;
    while (group->end < study->n_outcomes && study->outcomes[group->end].topology == group->topology)
        group->end++;
    return true;
}

/* The topology of that outcome. */
struct group group_of(const struct study *study, int outcome)
{
    struct group group = {0};
    while (group_next(study, &group) && group.end <= outcome)
        ;
    return group;
}

/* Whether there was enough to judge all outcomes from first to before end. */
bool all_judged(const struct study *study, int first, int end)
{
    for (int i = first; i < end; i++)
        if (study->outcomes[i].unjudged)
            return false;
    return true;
}

/* How many topologies were studied. */
int group_count(const struct study *study)
{
    int n = 0;
    for (struct group group = {0}; group_next(study, &group);)
        n++;
    return n;
}

/* Of no release at all only downtime and lost are known. */
bool outcome_has(const struct outcome *outcome, enum measure measure)
{
    return outcome->strategy || measure == MEASURE_DOWNTIME || measure == MEASURE_LOST;
}

/* The measures that the study tells of are those below: the ones of the error budget only where there is one. */
int study_measures(const struct study *study)
{
    return study->scenario->slo.given ? MEASURES_ALL : MEASURES;
}

/*
 * The value to so many significant digits, as printing and reading it again gives it, so that its shortest exact text
 * has no more of them: 0.19999999999999495 is 0.2. What is not finite stays as it is.
 */
double rounded_to(int digits, double value)
{
    char text[QUANTITY_BYTES];
    if (!isfinite(value))
        return value;
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    return strtod(text, NULL);
}

/* The sum of the causes, in seconds. */
double outcome_lost(const struct outcome *outcome)
{
    double sum = 0;
    for (int i = 0; i < CAUSES; i++)
        sum += outcome->causes[i];
    return sum;
}

enum quantity_unit measure_quantity(enum measure measure)
{
    switch (measure_types[measure].unit) {
    case UNIT_SECONDS:
        return QUANTITY_SECONDS;
    case UNIT_PROBABILITY:
        return QUANTITY_SHARE;
    case UNIT_INSTANCE_HOURS:
        return QUANTITY_INSTANCE_HOURS;
    case UNIT_SHARE:
        return QUANTITY_SHARE;
    case UNIT_COUNT:
    case UNITS_OF_MEASURES:
        break;
    }
    return QUANTITY_NUMBER;
}

/*
 * The unit for all figures of a measure in a topology: they are compared, so it is one, unless seconds would be hard to
 * read.
 */
enum quantity_unit measure_unit_among(const struct study *study, const struct group *group, enum measure measure)
{
    enum quantity_unit unit = measure_quantity(measure);
    for (int i = group->first; i < group->end && unit == QUANTITY_SECONDS; i++)
        if (fabs(study->outcomes[i].measures[measure].mean) >= MOST_SECONDS)
            return QUANTITY_SECONDS;
    return unit == QUANTITY_SECONDS ? QUANTITY_ONLY_SECONDS : unit;
}

struct quantity estimate_quantity(enum measure measure, const struct estimate *estimate)
{
    return (struct quantity){measure_quantity(measure), estimate->mean, estimate->low, estimate->high};
}

/*
 * The estimate as quantity_print() writes it. A solved one has no interval, and five digits: "26.018 s". Where fewer
 * than that are sure, the bound is shown: "26.0 s ± 0.2".
 */
const char *estimate_print(struct quantity q, bool solved, char out[QUANTITY_BYTES])
{
    double least = 2e-5 * fabs(q.value);
    if (!solved || !isfinite(q.value) || q.high - q.value > least)
        return quantity_print(q, out);
    q.low = q.value - least;
    q.high = q.value + least;
    return quantity_value(q, out);
}
