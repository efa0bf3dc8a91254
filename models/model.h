/*
 * models/model: what a user describes: environments, a release, strategies. Data only; includes nothing of ours.
 *
 * Durations are in seconds, shares and probabilities from 0 to 1. A mean time of 0 in mtbf stands for "never", in every
 * other place for "at once". ABSENT marks the optional figures whose absence differs from 0.
 */
#ifndef NINES_MODELS_MODEL_H
#define NINES_MODELS_MODEL_H

#include <stdbool.h>

#define ABSENT (-1.0)

/* A check that ends a phase: after `duration` it fails with probability `power` if the release is defective, with
 * `false_positive` if it is not. */
struct verdict {
    bool   given;
    double duration, power, false_positive;
};

struct service {
    const char *name;
    bool   released;      /* exactly one service of an environment is */
    int    replicas;      /* n, 1 or more */
    double demand;        /* D: instances' worth of traffic, above 0, at most n */
    double mtbf, mttr;    /* of one instance */
    int    repair_crews;  /* 0: as many as there are failures */
    double start;         /* mean time until a launched instance is ready */
    double start_failure; /* probability that an attempt fails and begins again */
    double drain;
};

struct environment {
    const char *name;
    double users;         /* share of all users who feel its downtime */
    double traffic;       /* monitored traffic relative to all of production: drives detection */
    int    zones;         /* 1 or more */
    double zone_mtbf, zone_mttr;
    double ingress_mtbf, ingress_mttr;
    double approve;       /* mean time until somebody lets the rollout go on into this environment */
    struct verdict test;  /* after the plan */
    double soak;          /* fixed wait after the test */
    double switch_time, switch_loss, switch_failure, switch_repair;
    struct service *services;
    int    n_services;
    int    released;      /* index of the released service */
};

struct topology {
    const char *name;     /* "default" where the scenario has one only */
    struct environment *environments; /* in the order of promotion */
    int    n_environments;
};

struct release {
    double defective, error_rate;
    double detect;            /* mean time to detection with all production traffic on the new version */
    double crash_mtbf;        /* extra failures of defective instances; 0: none */
    double start_failure;     /* of a defective version, or ABSENT: the service's */
    double false_alarm_mtbf;  /* 0: never */
    double react;             /* mean time from the trigger to the rollback */
    double rollback_failure;
    double manual_recovery;   /* mean */
    double progress_deadline; /* of a forward start step, above 0 */
};

/* A number of instances, or a share of the replicas. */
struct amount {
    bool   is_share;
    double value;
};

struct canary_step {
    double weight, hold;
    int    replicas;          /* 0: as the weight asks */
};

struct strategy_type;         /* models/strategy.h */

struct strategy {
    const char *name;
    const char *written;      /* the name of the strategy whose lists of figures this is a plan of; else NULL */
    const struct strategy_type *type;
    struct amount max_surge, max_unavailable; /* rolling */
    double min_ready;                         /* rolling, canary, blue-green */
    struct canary_step *steps;                /* canary */
    int    n_steps;
    double approve, hold;                     /* blue-green */
    struct verdict verify;                    /* blue-green */
    struct verdict analysis;                  /* canary, blue-green; no duration of its own */
};

#endif
