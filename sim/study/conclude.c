/* What the figures say: which strategies keep the conditions, and which of these costs least. */
#include "study/conclude.h"

#include <math.h>

static bool holds(enum compare compare, double value, double limit)
{
    switch (compare) {
    case COMPARE_LESS:
        return value < limit;
    case COMPARE_LESS_EQUAL:
        return value <= limit;
    case COMPARE_GREATER:
        return value > limit;
    default:
        return value >= limit;
    }
}

/*
 * Whether the outcome keeps every condition, unless there was nothing to judge it by. `statistic` gives the figure that
 * a condition is about, NAN if it is not known: such a condition is not kept, but for figures of paths where there are
 * none: these are not judged.
 */
void conclude_feasible(const struct study *study, struct outcome *outcome,
                       double (*statistic)(const struct condition *condition, const void *context), const void *context)
{
    const struct objective *objective = &study->scenario->objective;
    outcome->unjudged = outcome->strategy && isnan(outcome->measures[objective->minimize].mean);
    outcome->feasible = outcome->strategy && !outcome->unjudged;
    for (int i = 0; i < objective->n_subject_to && outcome->feasible; i++) {
        const struct condition *c = &objective->subject_to[i];
        if (study->solved && c->statistic != STATISTIC_MEAN)
            continue;
        outcome->feasible = holds(c->compare, statistic(c, context), c->limit);
        if (!outcome->feasible)
            outcome->infeasible_because = c->text;
    }
    if (outcome->standing == STANDING_INFEASIBLE)
        outcome->feasible = false;
}

/* Whether one costs less: by the objective, of equals by duration, and then by extra instances. */
static bool is_better(const struct outcome *one, const struct outcome *other, enum measure objective)
{
    const enum measure order[] = {objective, MEASURE_DURATION, MEASURE_EXTRA};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        double a = one->measures[order[i]].mean, b = other->measures[order[i]].mean;
        if (a < b || a > b)
            return a < b;
    }
    return false;
}

/* Where a selection was made and came to its end in the outcome's topology, it is the plan that was found, or none. */
static bool may_be_best(const struct study *study, int i)
{
    const struct outcome *o = &study->outcomes[i];
    bool decided = false;
    for (int k = 0; k < study->n_outcomes; k++)
        decided = decided || (study->outcomes[k].topology == o->topology &&
                              study->outcomes[k].standing == STANDING_BEST);
    return decided ? o->standing == STANDING_BEST : o->feasible && o->standing < STANDING_WORSE;
}

/* The best of the outcomes among [from, to), or -1. */
static int best_of(const struct study *study, int from, int to)
{
    enum measure m = study->scenario->objective.minimize;
    int best = -1;
    for (int i = from; i < to; i++)
        if (may_be_best(study, i) &&
            (best < 0 || is_better(&study->outcomes[i], &study->outcomes[best], m)))
            best = i;
    return best;
}

/*
 * It may be as good as the winner. Of its own topology the selection says so, where there was one; else the winner's
 * interval reaches to the outcome's.
 */
static bool is_level(const struct study *study, int i)
{
    enum measure m = study->scenario->objective.minimize;
    const struct outcome *o = &study->outcomes[i], *w = &study->outcomes[study->winner];
    if (i == study->winner || !o->feasible)
        return false;
    if (study->selected && o->topology == w->topology)
        return o->standing == STANDING_LEVEL;
    return (!study->selected || o->standing == STANDING_BEST) && o->measures[m].low <= w->measures[m].high;
}

/* It was not told from the winner before sampling ended. */
static bool is_open(const struct study *study, int i)
{
    const struct outcome *o = &study->outcomes[i], *w = &study->outcomes[study->winner];
    return i != study->winner && study->selected && o->strategy && o->topology == w->topology &&
           o->standing == STANDING_OPEN;
}

static bool is_behind(const struct study *study, int i)
{
    return study->outcomes[i].standing == STANDING_BEHIND || study->outcomes[i].standing == STANDING_LEVEL;
}

static bool is_unsolved(const struct study *study, int i)
{
    return study->outcomes[i].strategy && study->outcomes[i].unsolved;
}

/* The outcomes that are so, "canary, rolling"; NULL: there are none. */
static const char *names_of(struct study *study, bool (*is_so)(const struct study *study, int i))
{
    const char *names = NULL;
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct outcome *o = &study->outcomes[i];
        if (!is_so(study, i))
            continue;
        const char *name = study->scenario->n_topologies > 1
                               ? arena_format(&study->arena, "%s in %s", o->name, o->topology->name)
                               : o->name;
        names = names ? arena_format(&study->arena, "%s, %s", names, name) : name;
    }
    return names;
}

/* What the selection says of the winner with the asked confidence; NULL: nothing. */
static const char *sureness(struct study *study)
{
    const struct scenario *s = study->scenario;
    if (study->outcomes[study->winner].standing != STANDING_BEST || s->n_strategies < 2)
        return NULL;
    const char *others = s->objective.n_subject_to ? "that keeps the conditions " : "";
    const char *costs = "costs as little";
    if (names_of(study, is_behind))
        costs = arena_format(&study->arena, "costs less by more than %g %%", 100 * s->simulation.indifference);
    return arena_format(&study->arena, "With %g %% confidence no other plan %s%s%s", 100 * s->simulation.confidence,
                        s->n_topologies > 1 ? "there " : "", others, costs);
}

/* What may cost as little as the winner, as a sentence; NULL: nothing. */
static const char *note_on_winner(struct study *study)
{
    if (study->winner < 0)
        return NULL;
    const char *level = names_of(study, is_level), *unsolved = names_of(study, is_unsolved), *note = NULL;
    const char *open = names_of(study, is_open);
    if (study->selected)
        note = sureness(study);
    if (level && study->selected)
        note = arena_format(&study->arena, "%s%slevel with it, within %g %%: %s", note ? note : "", note ? "; " : "",
                            100 * study->scenario->simulation.indifference, level);
    else if (level)
        note = arena_format(&study->arena, "level with it, as far as the %s tell: %s",
                            study->solved ? "bounds" : "paths", level);
    if (open)
        note = arena_format(&study->arena, "%s%snot told from it before sampling ended: %s", note ? note : "",
                            note ? "; " : "", open);
    if (unsolved)
        note = arena_format(&study->arena, "%s%snot solved, so it may be one of these: %s", note ? note : "",
                            note ? "; " : "", unsolved);
    return note;
}

/* Sets the best of each topology, the winner over all and what stands level with it, from the outcomes' figures. */
void conclude_study(struct study *study)
{
    const struct scenario *scenario = study->scenario;
    int per_topology = scenario->n_strategies + 1;
    study->best = arena_new(&study->arena, (size_t)scenario->n_topologies, sizeof *study->best);
    for (int t = 0; t < scenario->n_topologies; t++)
        study->best[t] = best_of(study, t * per_topology, (t + 1) * per_topology);
    study->winner = best_of(study, 0, study->n_outcomes);
    study->winner_note = note_on_winner(study);
}
