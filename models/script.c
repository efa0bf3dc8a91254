/*
 * A plan's steps taken apart into moves, forward through all environments and back within each.
 *
 * A step is what a person orders (stop 3 old ones); a move is what the controller of the process is at (moving traffic
 * away, then the instances vanish, then they drain). Forward there is one list through all environments, and its index
 * is the variable `step` of the process. What is in place in an environment follows from that index alone, so the way
 * back from every index can be written down beforehand as well: `back_entry` names the move to go back from.
 *
 * The ways back are shared. A way back is written up to the end of its first start step; what is in place then may be
 * what another way back begins from. So a plan that goes one instance at a time through n has O(n) moves back, not
 * O(n²).
 */
#include "models/script.h"

#include <assert.h>
#include <math.h>

/* Where moves are being written, and what is in place there. */
struct writer {
    const struct environment *environment;
    int               number;  /* of the environment */
    struct moves     *moves;
    struct placement  now;
    bool              back;
    int              *most;
    struct arena     *arena;
};

static struct move *add(struct writer *w, enum move_kind kind)
{
    struct moves *moves = w->moves;
    moves->moves = arena_room(w->arena, moves->moves, moves->n_moves, &moves->capacity, sizeof *moves->moves);
    struct move *move = &moves->moves[moves->n_moves++];
    *move = (struct move){.kind = kind, .environment = w->number, .next = moves->n_moves};
    move->before = placement_copy(&w->now, w->arena);
    return move;
}

static void add_delay(struct writer *w, double seconds, double loss)
{
    if (seconds <= 0)
        return;
    struct move *move = add(w, MOVE_DELAY);
    move->seconds = seconds;
    move->loss = loss;
}

static void add_start(struct writer *w, const struct step *step)
{
    struct move *launch = add(w, MOVE_LAUNCH);
    launch->version = step->version;
    launch->by_zone = arena_new(w->arena, (size_t)w->now.zones, sizeof *launch->by_zone);
    placement_launch(&w->now, step->version, step->count, launch->by_zone);
    for (int z = 0; z < w->now.zones; z++)
        if (w->now.count[step->version][z] > w->most[step->version])
            w->most[step->version] = w->now.count[step->version][z];
    add(w, MOVE_READY)->version = step->version;
}

static void add_stop(struct writer *w, const struct step *step, enum routing routing)
{
    const struct environment *e = w->environment;
    int all = placement_total(&w->now, OLD) + placement_total(&w->now, NEW);
    if (routing == ROUTING_POOLED && !step->at_once)
        add_delay(w, e->switch_time, e->switch_loss * step->count / all);
    struct move *vanish = add(w, MOVE_VANISH);
    vanish->version = step->version;
    vanish->by_zone = arena_new(w->arena, (size_t)w->now.zones, sizeof *vanish->by_zone);
    placement_vanish(&w->now, step->version, step->count, vanish->by_zone);
    if (!step->at_once)
        add_delay(w, e->services[e->released].drain, 0);
}

/* A repair that takes no time undoes the failure at once: then there is nothing to see. */
static void add_shift(struct writer *w, double weight)
{
    const struct environment *e = w->environment;
    if (weight == w->now.weight)
        return;
    add_delay(w, e->switch_time, e->switch_loss * fabs(weight - w->now.weight));
    if (e->switch_failure > 0 && e->switch_repair > 0) {
        struct move *route = add(w, MOVE_ROUTE);
        route->chance = e->switch_failure;
        route->next++; /* past the repair */
        add(w, MOVE_MISROUTED)->seconds = e->switch_repair;
    }
    w->now.weight = weight;
}

static void add_verdict(struct writer *w, double power, double false_positive)
{
    struct move *move = add(w, MOVE_VERDICT);
    move->power = power;
    move->false_positive = false_positive;
}

static void add_approve(struct writer *w, double mean)
{
    if (mean > 0)
        add(w, MOVE_APPROVE)->seconds = mean;
}

static void add_step(struct writer *w, const struct step *step, enum routing routing)
{
    switch (step->kind) {
    case STEP_START:
        add_start(w, step);
        break;
    case STEP_WAIT:
        add_delay(w, step->seconds, 0);
        break;
    case STEP_STOP:
        add_stop(w, step, routing);
        break;
    case STEP_SHIFT:
        add_shift(w, step->weight);
        break;
    case STEP_VERDICT:
        add_verdict(w, step->power, step->false_positive);
        break;
    default:
        add_approve(w, step->seconds);
    }
}

static struct placement environment_write(struct writer *w, const struct strategy *strategy,
                                          struct script_environment *part)
{
    const struct environment *e = w->environment;
    struct plan plan = strategy_plan(strategy, e->services[e->released].replicas, w->arena);
    add_approve(w, e->approve);
    part->begin = w->moves->n_moves;
    for (int i = 0; i < plan.n_steps; i++)
        add_step(w, &plan.steps[i], plan.routing);
    part->end = w->moves->n_moves;
    if (e->test.given) {
        add_delay(w, e->test.duration, 0);
        add_verdict(w, e->test.power, e->test.false_positive);
    }
    add_delay(w, e->soak, 0);
    return w->now;
}

/* A way back that was begun from this placement already, or a new one. */
struct way {
    struct placement from;
    int              first;
    struct way      *before;
};

static int back_from(struct writer *w, const struct strategy *strategy, struct placement from, struct way **ways)
{
    for (struct way *way = *ways; way; way = way->before)
        if (placement_same(&way->from, &from))
            return way->first;
    int replicas = w->environment->services[w->environment->released].replicas;
    struct in_place in_place = {{placement_total(&from, OLD), placement_total(&from, NEW)}, from.weight};
    struct arena scratch = {0}; /* a whole plan for each way would be O(n²) of memory */
    struct plan plan = strategy_plan_back(strategy, replicas, in_place, &scratch);
    struct way *new = arena_new(w->arena, 1, sizeof *new);
    int first = w->moves->n_moves, i = 0;
    *new = (struct way){from, first, *ways};
    *ways = new;
    w->now = placement_copy(&from, w->arena);
    for (bool started = false; i < plan.n_steps && !started; i++) {
        add_step(w, &plan.steps[i], plan.routing);
        started = plan.steps[i].kind == STEP_START;
    }
    bool is_all = i == plan.n_steps;
    arena_free(&scratch);
    int last = w->moves->n_moves - 1;
    if (last < first) /* nothing to do */
        return new->first = BACK_DONE;
    int rest = !is_all ? back_from(w, strategy, placement_copy(&w->now, w->arena), ways) : BACK_DONE;
    w->moves->moves[last].next = rest;
    if (w->moves->moves[last].kind == MOVE_MISROUTED) /* a switch that succeeds goes past the repair */
        w->moves->moves[last - 1].next = rest;
    return first;
}

static void write_back(struct writer *w, const struct strategy *strategy, const struct script *script,
                       struct script_environment *part)
{
    struct way *ways = NULL;
    w->moves = &part->back;
    w->now = part->initial;
    for (int i = 0; i < BACK_FIRST; i++)
        add(w, MOVE_NONE)->next = i;
    part->back_entry = arena_new(w->arena, (size_t)script->forward.n_moves, sizeof *part->back_entry);
    struct placement now = part->initial;
    for (int i = 0; i < script->forward.n_moves; i++) {
        const struct move *move = &script->forward.moves[i];
        if (move->environment == w->number)
            now = move->before;
        else if (i >= part->end)
            now = part->last;
        part->back_entry[i] = i < part->begin ? BACK_DONE : back_from(w, strategy, now, &ways);
    }
}

/* The moves of a strategy in a topology. All memory is the arena's. */
struct script script_new(const struct topology *topology, const struct strategy *strategy, struct arena *arena)
{
    struct script script = {0};
    int n = topology->n_environments;
    script.environments = arena_new(arena, (size_t)n, sizeof *script.environments);
    struct writer w = {.moves = &script.forward, .arena = arena};
    for (int e = 0; e < n; e++) {
        struct script_environment *part = &script.environments[e];
        w.environment = &topology->environments[e];
        w.number = e;
        w.most = part->most;
        w.now = placement_new(w.environment->zones, arena);
        placement_spread(&w.now, OLD, w.environment->services[w.environment->released].replicas);
        part->initial = placement_copy(&w.now, arena);
        part->most[OLD] = w.now.count[OLD][0];
        part->last = environment_write(&w, strategy, part);
    }
    add(&w, MOVE_NONE)->environment = -1;
    for (int e = 0; e < n; e++) {
        w.environment = &topology->environments[e];
        w.number = e;
        w.most = script.environments[e].most;
        write_back(&w, strategy, &script, &script.environments[e]);
    }
    return script;
}
