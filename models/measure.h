/* models/measure: what is asked of a rollout. Includes nothing of ours. */
#ifndef NINES_MODELS_MEASURE_H
#define NINES_MODELS_MEASURE_H

#include <stdbool.h>

enum measure {
    MEASURE_DOWNTIME,
    MEASURE_LOST,
    MEASURE_ADDED_DOWNTIME,
    MEASURE_ADDED_LOST,
    MEASURE_DURATION,
    MEASURE_ROLLBACK,
    MEASURE_FALSE_ROLLBACK,
    MEASURE_CAUGHT_EARLY,
    MEASURE_STUCK,
    MEASURE_ESCAPED,
    MEASURE_EXTRA,
    MEASURES,                        /* so many have figures of their own, by sampling or solving; */
    MEASURE_BUDGET_SHARE = MEASURES, /* those behind follow from them, where there is an error budget */
    MEASURE_RELEASES_AFFORDABLE,
    MEASURES_ALL
};

enum measure_unit {
    UNIT_SECONDS,
    UNIT_PROBABILITY,
    UNIT_INSTANCE_HOURS,
    UNIT_SHARE, /* of a budget: may be above 1, or negative */
    UNIT_COUNT, /* of releases: need not be whole */
    UNITS_OF_MEASURES
};

struct measure_type {
    const char *name;
    enum measure_unit unit;
    const char *unit_name; /* as in summary.csv: "s", "probability", "instance-hours", "share", "releases" */
    const char *meaning;   /* one sentence for help and reports */
};

extern const struct measure_type measure_types[MEASURES_ALL];

/* What took the users' requests; the parts of `lost`, which they add up to. */
enum cause {
    CAUSE_INGRESS,      /* the ingress was down */
    CAUSE_MISROUTED,    /* a switch went wrong and traffic went nowhere */
    CAUSE_CAPACITY,     /* too few instances: faults, starts, stops */
    CAUSE_ERRORS,       /* errors of the defective version */
    CAUSE_SWITCHING,    /* traffic lost while being moved */
    CAUSE_DEPENDENCIES, /* a service depended on was short of instances */
    CAUSES
};

struct cause_type {
    const char *name;
    const char *meaning;
};

extern const struct cause_type cause_types[CAUSES];

int measure_find(const char *name);
int measure_absolute(enum measure measure);
enum measure measure_added(enum measure absolute);
bool measure_is_added(enum measure measure);
bool measure_of_budget(enum measure measure);
const char *measure_only_mean(enum measure measure);

#endif
