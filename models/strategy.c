/* The strategies. A new one is a file with a `struct strategy_type`, and a line in this table. */
#include "models/strategy.h"

#include <stddef.h>
#include <string.h>

const struct strategy_type *const strategy_types[] = {
    &strategy_rolling, &strategy_canary, &strategy_blue_green, &strategy_recreate, NULL,
};

/* The strategy type of that name, or NULL. */
const struct strategy_type *strategy_find(const char *name)
{
    for (int i = 0; strategy_types[i]; i++)
        if (!strcmp(strategy_types[i]->name, name))
            return strategy_types[i];
    return NULL;
}

/* What is in place after a step that was taken from `now`. */
struct in_place in_place_after(struct in_place now, const struct step *step)
{
    if (step->kind == STEP_START)
        now.count[step->version] += step->count;
    else if (step->kind == STEP_STOP)
        now.count[step->version] -= step->count;
    else if (step->kind == STEP_SHIFT)
        now.weight = step->weight;
    return now;
}

/* The steps of one environment with so many replicas; they live in the arena. */
struct plan strategy_plan(const struct strategy *strategy, int replicas, struct arena *arena)
{
    struct plan plan = {.arena = arena, .routing = strategy->type->routing};
    strategy->type->forward(strategy, replicas, &plan);
    return plan;
}

/* The steps back from what is in place now: n old instances, none new, weight 0. They have no deadline. */
struct plan strategy_plan_back(const struct strategy *strategy, int replicas, struct in_place now, struct arena *arena)
{
    struct plan plan = {.arena = arena, .routing = strategy->type->routing};
    strategy->type->back(strategy, replicas, now, &plan);
    return plan;
}
