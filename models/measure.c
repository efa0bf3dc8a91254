/* The measures and the causes of loss: the one table that reader, engines, reports and help share. */
#include "models/measure.h"

#include <string.h>

const struct measure_type measure_types[MEASURES_ALL] = {
    [MEASURE_DOWNTIME] = {"downtime", UNIT_SECONDS, "s",
        "time during which an environment serves less than available_at, weighted by its share of users"},
    [MEASURE_LOST] = {"lost", UNIT_SECONDS, "s",
        "the integral over time of the share of requests that is lost, weighted by users: as many seconds of full "
        "downtime lose as much"},
    [MEASURE_ADDED_DOWNTIME] = {"added_downtime", UNIT_SECONDS, "s", "downtime less that of no release at all"},
    [MEASURE_ADDED_LOST] = {"added_lost", UNIT_SECONDS, "s", "lost less that of no release at all"},
    [MEASURE_DURATION] = {"duration", UNIT_SECONDS, "s",
        "time until the rollout has finished or is rolled back, at most the horizon"},
    [MEASURE_ROLLBACK] = {"rollback", UNIT_PROBABILITY, "probability", "a rollback was triggered"},
    [MEASURE_FALSE_ROLLBACK] = {"false_rollback", UNIT_PROBABILITY, "probability",
        "a rollback of a release that was not defective was triggered"},
    [MEASURE_CAUGHT_EARLY] = {"caught_early", UNIT_PROBABILITY, "probability",
        "the rollback was triggered before users were reached"},
    [MEASURE_STUCK] = {"stuck", UNIT_PROBABILITY, "probability", "a rollback failed and waited for people"},
    [MEASURE_ESCAPED] = {"escaped", UNIT_PROBABILITY, "probability",
        "the release was defective and nothing triggered a rollback"},
    [MEASURE_EXTRA] = {"extra", UNIT_INSTANCE_HOURS, "instance-hours", "instance-hours in place above the replicas"},
    [MEASURE_BUDGET_SHARE] = {"budget_share", UNIT_SHARE, "share",
        "added_lost as a share of the error budget of the slo's window"},
    [MEASURE_RELEASES_AFFORDABLE] = {"releases_affordable", UNIT_COUNT, "releases",
        "how many releases a window can pay for with what faults leave of its error budget"},
};

const struct cause_type cause_types[CAUSES] = {
    [CAUSE_INGRESS] = {"ingress", "the ingress was down"},
    [CAUSE_MISROUTED] = {"misrouted", "a switch of traffic went wrong"},
    [CAUSE_CAPACITY] = {"capacity", "too few instances were up"},
    [CAUSE_ERRORS] = {"errors", "the defective version answered with errors"},
    [CAUSE_SWITCHING] = {"switching", "requests were lost while traffic was moved"},
    [CAUSE_DEPENDENCIES] = {"dependencies", "a service depended on was short of instances"},
};

/* downtime for downtime and added_downtime; lost for lost and added_lost; else -1. */
int measure_absolute(enum measure measure)
{
    if (measure == MEASURE_DOWNTIME || measure == MEASURE_ADDED_DOWNTIME)
        return MEASURE_DOWNTIME;
    return measure == MEASURE_LOST || measure == MEASURE_ADDED_LOST ? MEASURE_LOST : -1;
}

/* What a release adds to downtime, or to lost. */
enum measure measure_added(enum measure absolute)
{
    return absolute == MEASURE_LOST ? MEASURE_ADDED_LOST : MEASURE_ADDED_DOWNTIME;
}

bool measure_is_added(enum measure measure)
{
    int absolute = measure_absolute(measure);
    return absolute >= 0 && absolute != (int)measure;
}

/* Whether the measure is one of the error budget, which only a scenario with an slo has. */
bool measure_of_budget(enum measure measure)
{
    return measure >= MEASURES;
}

/* Why the measure has a mean and neither percentiles nor a maximum, as the end of a sentence; NULL: it has these. */
const char *measure_only_mean(enum measure measure)
{
    if (measure_types[measure].unit == UNIT_PROBABILITY)
        return "is a probability and has only a mean";
    return measure_types[measure].unit == UNIT_COUNT ? "follows from means and has no other statistic" : NULL;
}

/* The measure of that name, or -1. */
int measure_find(const char *name)
{
    for (int i = 0; i < MEASURES_ALL; i++)
        if (!strcmp(measure_types[i].name, name))
            return i;
    return -1;
}
