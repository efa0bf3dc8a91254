/*
 * models/environment: instances, zones, ingress and dependencies, and what happens to them. Includes process/,
 * model.
 */
#ifndef NINES_MODELS_ENVIRONMENT_H
#define NINES_MODELS_ENVIRONMENT_H

#include "models/model.h"
#include "models/placement.h"
#include "process/process.h"

/*
 * Variables of the released service in one zone, by version; -1 where there is none (what cannot fail has no
 * `failed`).
 */
struct group {
    int starting, up, failed;
};

/* One environment within a process: its variables, and what others need to know of it. */
struct site {
    const struct environment *environment;
    const char    *name;
    int            zones;
    struct group  *group[VERSIONS]; /* per zone */
    int           *zone_up;         /* per zone, -1: zones do not fail */
    int            ingress_up;      /* -1: it does not fail */
    expr           serving[VERSIONS];  /* instances up and in an up zone */
    expr           starting[VERSIONS]; /* in all zones */
    expr           reachable;          /* the ingress is up */
    expr           dependencies;       /* share of the demand that the services depended on can take */
};

/* What may be in place at most, and how defective instances differ. `defective` is a condition. */
struct site_bounds {
    const struct placement *initial;    /* what is in place at the start */
    int  most[VERSIONS];                /* in one zone */
    bool back;                          /* old instances may be started again */
    expr defective;
    const struct release *release;      /* NULL: no release at all */
};

void site_add(struct process *process, const struct environment *environment, const struct site_bounds *bounds,
              struct site *site);
void site_launch(struct process *process, const struct site *site, enum version version, const expr *by_zone);
void site_vanish(struct process *process, const struct site *site, enum version version, const expr *by_zone);
int  process_add_mean(struct process *process, const char *name, expr guard, double mean);

#endif
