/*
 * The ways back of a plan. What has to be done to go back follows from what is in place, and that from the last step
 * that was done; steps that change nothing there (a wait, a verdict) share the way of the step before them.
 *
 * A plan of n waves has n ways of up to n waves each, so only two are kept in memory at a time, and a printer is told
 * where waves repeat.
 */
#include "report/back.h"

#include <assert.h>

static bool same_step(const struct step *a, const struct step *b)
{
    return a->kind == b->kind && a->version == b->version && a->count == b->count && a->weight == b->weight;
}

static bool same_way(const struct way *a, const struct way *b)
{
    bool same = a->n_steps == b->n_steps;
    for (int i = 0; same && i < a->n_steps; i++)
        same = same_step(&a->steps[i], &b->steps[i]);
    return same;
}

/* Takes the next step of the plan and writes the way back from there: ways->ahead. */
static void look_ahead(struct ways *ways)
{
    int step = ways->ahead.to;
    struct arena *arena = &ways->arenas[!ways->swapped];
    arena_free(arena);
    ways->ahead = (struct way){.from = step + 1, .to = step + 1};
    if (step >= ways->plan->n_steps)
        return;
    ways->now = in_place_after(ways->now, &ways->plan->steps[step]);
    struct plan back = strategy_plan_back(ways->strategy, ways->replicas, ways->now, arena);
    struct in_place then = ways->now;
    ways->ahead.steps = back.steps;
    for (int i = 0; i < back.n_steps; i++) {
        bool idle = back.steps[i].kind == STEP_SHIFT && back.steps[i].weight == then.weight;
        then = in_place_after(then, &back.steps[i]);
        if (!idle)
            back.steps[ways->ahead.n_steps++] = back.steps[i];
    }
    assert(then.count[OLD] == ways->replicas && then.count[NEW] == 0 && then.weight == 0);
}

/* Steps to the next way, in the order of the plan; false after the last. */
bool ways_next(struct ways *ways)
{
    if (!ways->begun) {
        ways->now = (struct in_place){.count = {[OLD] = ways->replicas}};
        ways->begun = true;
        look_ahead(ways);
    }
    if (ways->ahead.from > ways->plan->n_steps)
        return false;
    ways->way = ways->ahead;
    ways->swapped = !ways->swapped;
    look_ahead(ways);
    while (ways->ahead.from <= ways->plan->n_steps && same_way(&ways->way, &ways->ahead)) {
        ways->way.to = ways->ahead.to;
        look_ahead(ways);
    }
    return true;
}

void ways_free(struct ways *ways)
{
    arena_free(&ways->arenas[0]);
    arena_free(&ways->arenas[1]);
}

/* How often the first two steps stand there one after the other: 1 if they do not repeat. */
int steps_repeat(const struct step *steps, int n_steps)
{
    int times = 1;
    while (2 * times + 1 < n_steps && same_step(&steps[0], &steps[2 * times]) &&
           same_step(&steps[1], &steps[2 * times + 1]))
        times++;
    return times;
}
