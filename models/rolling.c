/* Rolling: the pool is replaced in waves. */
#include "models/roll.h"

static void forward(const struct strategy *strategy, int replicas, struct plan *plan)
{
    struct pace pace = pace_resolve(strategy->max_surge, strategy->max_unavailable, replicas);
    roll_towards(plan, NEW, (struct in_place){.count = {[OLD] = replicas}}, replicas, pace, strategy->min_ready);
}

static void back(const struct strategy *strategy, int replicas, struct in_place now, struct plan *plan)
{
    struct pace pace = pace_resolve(strategy->max_surge, strategy->max_unavailable, replicas);
    roll_towards(plan, OLD, now, replicas, pace, 0);
}

const struct strategy_type strategy_rolling = {
    .name = "rolling",
    .meaning = "replaces the instances in waves, with a surge above and a number unavailable below the replicas",
    .routing = ROUTING_POOLED,
    .forward = forward,
    .back = back,
};
