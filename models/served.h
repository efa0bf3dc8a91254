/* models/served: the share of requests that is served, and what takes the rest. Includes models/environment, script. */
#ifndef NINES_MODELS_SERVED_H
#define NINES_MODELS_SERVED_H

#include "models/environment.h"
#include "models/measure.h"
#include "models/script.h"

/* How traffic is routed in one environment, as expressions of the controller. */
struct traffic {
    expr step, back;             /* the controller's counters */
    expr forward;                /* nothing has triggered a rollback */
    const struct script *script;
    int          environment;
    enum routing routing;
    expr errors;                 /* share of the new version's requests that fail */
};

struct served {
    expr by_new;         /* share of the traffic that the new version answers */
    expr down;           /* 1 while the environment is down */
    expr lost;           /* 1 - served */
    expr cause[CAUSES];  /* parts of lost */
    expr extra;          /* instances in place above the replicas */
    double greatest_extra;
};

void served_add(struct process *process, const struct site *site, const struct traffic *traffic, double available_at,
                struct served *served);

#endif
