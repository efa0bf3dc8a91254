/*
 * A sweep has hundreds of plans, more than a table or a figure can show so that somebody reads it. What is shown then
 * are the plans that may be chosen: those that cost least, and some from all along the front.
 */
#include "report/pick.h"

#include "study/front.h"

#include <math.h>
#include <stdlib.h>

/* A plan, and what it is ranked by. */
struct ranked {
    bool   feasible;
    double cost[3]; /* objective, duration, extra; INFINITY: not known */
    int    outcome;
};

static struct ranked rank(const struct study *study, int i)
{
    const enum measure measures[] = {study->scenario->objective.minimize, MEASURE_DURATION, MEASURE_EXTRA};
    struct ranked ranked = {.feasible = study->outcomes[i].feasible, .outcome = i};
    for (int k = 0; k < 3; k++) {
        double mean = study->outcomes[i].measures[measures[k]].mean;
        ranked.cost[k] = isnan(mean) ? INFINITY : mean;
    }
    return ranked;
}

/* As the best of all is chosen; what breaks a condition comes after what does not. */
static int by_cost(const void *one, const void *other)
{
    const struct ranked *a = one, *b = other;
    if (a->feasible != b->feasible)
        return a->feasible ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (a->cost[k] < b->cost[k] || a->cost[k] > b->cost[k])
            return a->cost[k] < b->cost[k] ? -1 : 1;
    return a->outcome - b->outcome;
}

static bool same_mean(const struct study *study, int a, int b, enum measure measure)
{
    double one = study->outcomes[a].measures[measure].mean, other = study->outcomes[b].measures[measure].mean;
    return !(one < other || one > other);
}

/* Of plans of a front that are equal in both figures, as one plan under two names is, the first. Returns how many. */
int pick_distinct(const struct study *study, const int *front, int n_front, int *kept)
{
    int n = 0;
    for (int i = 0; i < n_front; i++)
        if (!i || !same_mean(study, front[i], front[i - 1], MEASURE_DURATION) ||
            !same_mean(study, front[i], front[i - 1], MEASURE_LOST))
            kept[n++] = front[i];
    return n;
}

/* Of a front as many as `most`, evenly, with both ends. Returns how many. */
static int pick_along(const int *front, int n_front, int most, int *kept)
{
    int n = n_front < most ? n_front : most;
    for (int i = 0; i < n; i++)
        kept[i] = front[n > 1 ? i * (n_front - 1) / (n - 1) : 0];
    return n;
}

bool pick_on_front(const struct pick *pick, int outcome)
{
    return pick->on_front[outcome - pick->first];
}

/* What of many plans a figure shows, for its title. */
void pick_caption(struct text *text, const struct pick *pick, struct pick_limits limits)
{
    if (pick->many)
        text_add(text, "; shown of %d plans: the %d best, and up to %d that no other beats in duration and lost",
                 pick->n_plans, limits.best, limits.front);
}

/* For each outcome of a study whether it is on the front of its topology. */
bool *front_marks(const struct study *study, struct arena *arena)
{
    bool *marks = arena_new(arena, (size_t)study->n_outcomes + 1, sizeof *marks);
    int *front = arena_new(arena, (size_t)study->n_outcomes + 1, sizeof *front);
    for (struct group group = {0}; group_next(study, &group);)
        for (int i = front_find(study, group.first, group.end, front); i > 0; i--)
            marks[front[i - 1]] = true;
    return marks;
}

static void choose(const struct study *study, const struct group *group, struct pick_limits limits, struct pick *pick,
                   struct arena *arena)
{
    struct ranked *ranked = arena_new(arena, (size_t)pick->n_plans + 1, sizeof *ranked);
    bool *chosen = arena_new(arena, (size_t)pick->n_plans + 1, sizeof *chosen);
    int *along = arena_new(arena, (size_t)limits.front + 1, sizeof *along);
    int *distinct = arena_new(arena, (size_t)pick->n_front + 1, sizeof *distinct);
    int n_distinct = pick_distinct(study, pick->front, pick->n_front, distinct);
    for (int i = pick_along(distinct, n_distinct, limits.front, along); i > 0; i--)
        chosen[along[i - 1] - group->first - 1] = true;
    for (int i = 0; i < pick->n_plans; i++)
        ranked[i] = rank(study, group->first + 1 + i);
    qsort(ranked, (size_t)pick->n_plans, sizeof *ranked, by_cost);
    for (int i = 0; i < pick->n_plans; i++)
        if (i < limits.best || chosen[ranked[i].outcome - group->first - 1])
            pick->shown[pick->n_shown++] = ranked[i].outcome;
}

/* Chooses what is shown of a topology, and finds its front. All memory is the arena's. */
struct pick pick_plans(const struct study *study, const struct group *group, struct pick_limits limits,
                       struct arena *arena)
{
    size_t n = (size_t)(group->end - group->first);
    struct pick pick = {.n_plans = group->end - group->first - 1, .first = group->first};
    pick.shown = arena_new(arena, n, sizeof *pick.shown);
    pick.front = arena_new(arena, n, sizeof *pick.front);
    pick.on_front = arena_new(arena, n, sizeof *pick.on_front);
    pick.n_front = front_find(study, group->first, group->end, pick.front);
    for (int i = 0; i < pick.n_front; i++)
        pick.on_front[pick.front[i] - group->first] = true;
    pick.many = pick.n_plans > limits.all;
    pick.shown[pick.n_shown++] = group->first;
    if (pick.many)
        choose(study, group, limits, &pick, arena);
    for (int i = group->first + 1; i < group->end && !pick.many; i++)
        pick.shown[pick.n_shown++] = i;
    return pick;
}
