/* Canary: a growing share of the traffic, judged after each step. */
#include "models/weighted.h"

#include <math.h>

static int wanted(const struct canary_step *step, int replicas)
{
    double count = step->replicas > 0 ? step->replicas : fmax(1, ceil(step->weight * replicas - 1e-9));
    return count < replicas ? (int)count : replicas;
}

static void start_up_to(const struct strategy *strategy, int *running, int count, struct plan *plan)
{
    if (count <= *running)
        return;
    plan_start(plan, NEW, count - *running);
    plan_wait(plan, strategy->min_ready, "min_ready");
    *running = count;
}

static void forward(const struct strategy *strategy, int replicas, struct plan *plan)
{
    int running = 0;
    for (int i = 0; i < strategy->n_steps; i++) {
        const struct canary_step *step = &strategy->steps[i];
        start_up_to(strategy, &running, wanted(step, replicas), plan);
        plan_shift(plan, step->weight);
        plan_wait(plan, step->hold, "hold");
        if (strategy->analysis.given)
            plan_verdict(plan, strategy->analysis.power, strategy->analysis.false_positive, "analysis");
    }
    start_up_to(strategy, &running, replicas, plan);
    plan_shift(plan, 1);
    plan_stop(plan, OLD, replicas);
}

const struct strategy_type strategy_canary = {
    .name = "canary",
    .meaning = "gives the new version a growing share of the traffic, and judges it after each step",
    .routing = ROUTING_WEIGHTED,
    .forward = forward,
    .back = weighted_back,
};
