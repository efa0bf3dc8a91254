/* models/outlook: what a rollout is still expected to lose. Includes models/served and process/. */
#ifndef NINES_MODELS_OUTLOOK_H
#define NINES_MODELS_OUTLOOK_H

#include "models/served.h"

/* Values of the variable `trigger`. */
enum trigger_state { TRIGGER_NONE, TRIGGER_REACT, TRIGGER_BACK };

/* The controller of a rollout within its process: its variables, and what it goes by. */
struct controller {
    const struct topology *topology;
    const struct release  *release;
    const struct script   *script;
    const struct site     *sites;
    int  decided, step, trigger; /* variables */
    const int *back;             /* variables, per environment */
    expr exposed;                /* share of the traffic by which a defective release is found */
};

expr outlook_add(struct process *process, const struct controller *controller, const char *name,
                 const expr *rate, double horizon);

#endif
