/* Recreate: all old instances are stopped before the first new one is started. The yardstick for the others. */
#include "models/roll.h"

static void forward(const struct strategy *strategy, int replicas, struct plan *plan)
{
    (void)strategy;
    roll_towards(plan, NEW, (struct in_place){.count = {[OLD] = replicas}}, replicas, (struct pace){0, replicas}, 0);
}

static void back(const struct strategy *strategy, int replicas, struct in_place now, struct plan *plan)
{
    (void)strategy;
    roll_towards(plan, OLD, now, replicas, (struct pace){0, replicas}, 0);
}

const struct strategy_type strategy_recreate = {
    .name = "recreate",
    .meaning = "stops all old instances, then starts the new ones",
    .routing = ROUTING_POOLED,
    .forward = forward,
    .back = back,
};
