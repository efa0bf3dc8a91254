/*
 * The Pareto front of haste and loss: of the plans that keep every condition, those for which no other takes as little
 * time and loses as little, and less in one of the two.
 *
 * It goes by the means as they are estimated: what stands on it by a hair may be off it with another seed. A plan of
 * which a mean is not known is not on it, one that breaks a condition neither, and neither beats another: who may not
 * be chosen is no reason not to choose somebody else. Plans that are equal in both do not beat each other.
 */
#include "study/front.h"

#include <math.h>
#include <stdlib.h>

struct candidate {
    double duration, lost;
    int    outcome;
};

static int by_duration(const void *one, const void *other)
{
    const struct candidate *a = one, *b = other;
    if (a->duration < b->duration || a->duration > b->duration)
        return a->duration < b->duration ? -1 : 1;
    if (a->lost < b->lost || a->lost > b->lost)
        return a->lost < b->lost ? -1 : 1;
    return a->outcome - b->outcome;
}

static bool is_candidate(const struct outcome *outcome)
{
    return outcome->strategy && outcome->feasible && isfinite(outcome->measures[MEASURE_DURATION].mean) &&
           isfinite(outcome->measures[MEASURE_LOST].mean);
}

/*
 * Fills `front`, which has room for all, with the outcomes from `first` to before `end` that are on the front: rising
 * in duration, falling in lost. Returns how many. Costs n log n.
 */
int front_find(const struct study *study, int first, int end, int *front)
{
    struct arena arena = {0};
    struct candidate *candidates = arena_new(&arena, (size_t)(end - first) + 1, sizeof *candidates);
    const struct candidate *last = NULL;
    int n = 0, kept = 0;
    for (int i = first; i < end; i++) {
        const struct estimate *of = study->outcomes[i].measures;
        if (is_candidate(&study->outcomes[i]))
            candidates[n++] = (struct candidate){of[MEASURE_DURATION].mean, of[MEASURE_LOST].mean, i};
    }
    qsort(candidates, (size_t)n, sizeof *candidates, by_duration);
    for (int i = 0; i < n; i++) {
        const struct candidate *c = &candidates[i];
        bool level = last && c->duration <= last->duration && c->lost <= last->lost;
        if (last && c->lost >= last->lost && !level)
            continue;
        front[kept++] = c->outcome;
        last = c;
    }
    arena_free(&arena);
    return kept;
}
