/* models/strategy: the table of strategies; each is a function that writes a plan. Includes models/plan and model. */
#ifndef NINES_MODELS_STRATEGY_H
#define NINES_MODELS_STRATEGY_H

#include "models/model.h"
#include "models/plan.h"

/* What is in place when a rollback begins. */
struct in_place {
    int    count[VERSIONS];
    double weight;
};

struct strategy_type {
    const char  *name;     /* "rolling" */
    const char  *meaning;  /* one sentence for help */
    enum routing routing;
    void (*forward)(const struct strategy *strategy, int replicas, struct plan *plan);
    void (*back)(const struct strategy *strategy, int replicas, struct in_place now, struct plan *plan);
};

extern const struct strategy_type strategy_rolling, strategy_canary, strategy_blue_green, strategy_recreate;
extern const struct strategy_type *const strategy_types[]; /* ended by NULL */

const struct strategy_type *strategy_find(const char *name);
struct in_place in_place_after(struct in_place now, const struct step *step);
struct plan strategy_plan(const struct strategy *strategy, int replicas, struct arena *arena);
struct plan strategy_plan_back(const struct strategy *strategy, int replicas, struct in_place now, struct arena *arena);

#endif
