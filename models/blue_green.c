/* Blue-green: a second full set is started and verified, then all traffic is moved at once. */
#include "models/weighted.h"

static void forward(const struct strategy *strategy, int replicas, struct plan *plan)
{
    plan_start(plan, NEW, replicas);
    plan_wait(plan, strategy->min_ready, "min_ready");
    if (strategy->verify.given) {
        plan_wait(plan, strategy->verify.duration, "verify");
        plan_verdict(plan, strategy->verify.power, strategy->verify.false_positive, "verify");
    }
    plan_approve(plan, strategy->approve);
    plan_shift(plan, 1);
    plan_wait(plan, strategy->hold, "hold");
    if (strategy->analysis.given)
        plan_verdict(plan, strategy->analysis.power, strategy->analysis.false_positive, "analysis");
    plan_stop(plan, OLD, replicas);
}

const struct strategy_type strategy_blue_green = {
    .name = "blue-green",
    .meaning = "starts and verifies a second full set, then moves all traffic at once",
    .routing = ROUTING_WEIGHTED,
    .forward = forward,
    .back = weighted_back,
};
