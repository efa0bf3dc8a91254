/* A plan is written step by step. What would do nothing (start 0, wait 0) is not written. */
#include "models/plan.h"

const char *const step_kind_names[STEP_KINDS] = {
    [STEP_START] = "start", [STEP_WAIT] = "wait",       [STEP_STOP] = "stop",
    [STEP_SHIFT] = "shift", [STEP_VERDICT] = "verdict", [STEP_APPROVE] = "approve",
};

const char *const version_names[VERSIONS] = {[OLD] = "old", [NEW] = "new"};

static void add(struct plan *plan, struct step step)
{
    plan->steps = arena_room(plan->arena, plan->steps, plan->n_steps, &plan->capacity, sizeof *plan->steps);
    plan->steps[plan->n_steps++] = step;
}

/* Launch instances and wait until none of that version is starting. */
void plan_start(struct plan *plan, enum version version, int count)
{
    if (count > 0)
        add(plan, (struct step){.kind = STEP_START, .version = version, .count = count});
}

/* Take instances out: traffic is moved away first where routing is pooled, and they drain afterwards. */
void plan_stop(struct plan *plan, enum version version, int count)
{
    if (count > 0)
        add(plan, (struct step){.kind = STEP_STOP, .version = version, .count = count});
}

/* Take instances out without ceremony. */
void plan_vanish(struct plan *plan, enum version version, int count)
{
    if (count > 0)
        add(plan, (struct step){.kind = STEP_STOP, .version = version, .count = count, .at_once = true});
}

/* Wait for a fixed time in seconds; `why` is for people. */
void plan_wait(struct plan *plan, double seconds, const char *why)
{
    if (seconds > 0)
        add(plan, (struct step){.kind = STEP_WAIT, .seconds = seconds, .why = why});
}

/* Give the new version this share of the traffic from now on. Nothing happens if it has it already. */
void plan_shift(struct plan *plan, double weight)
{
    add(plan, (struct step){.kind = STEP_SHIFT, .weight = weight});
}

/* Judge the release: fails with probability `power` if it is defective, `false_positive` if not. */
void plan_verdict(struct plan *plan, double power, double false_positive, const char *why)
{
    add(plan, (struct step){.kind = STEP_VERDICT, .power = power, .false_positive = false_positive, .why = why});
}

/* Wait until somebody lets the rollout go on: exponential, of that mean in seconds. */
void plan_approve(struct plan *plan, double mean)
{
    if (mean > 0)
        add(plan, (struct step){.kind = STEP_APPROVE, .seconds = mean});
}
