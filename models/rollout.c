/*
 * A rollout as a process: the environments (models/environment.c), a controller that goes through the plan, what can
 * trigger a rollback, the way back of each environment, and the rewards and labels that are the measures.
 *
 * The controller is a program counter, `step`, over the moves of models/script.c. What a move does stands in tables
 * over it (`move[step]`, `seconds[step]`, `launch.0[step]`…), so that the number of commands does not grow with the
 * length of the plan. `trigger` is 0 until something triggers the rollback, 1 while people or machines react, 2 when
 * the environments go back. From the trigger on `step` stands still, but for the repair of a misrouted switch, which
 * completes it; so what is in place can be read from it, and each environment has a counter of its own, `back`, over
 * the moves of its way back.
 *
 * `release` is undecided at time 0 and decided at once. A run that samples defective and sound releases separately
 * begins with the decision made.
 */
#include "models/rollout.h"

#include "models/environment.h"
#include "models/outlook.h"
#include "models/script.h"
#include "models/served.h"
#include "models/terms.h"
#include "process/control.h"

#include <stdlib.h>

struct builder {
    struct process        *p;
    const struct topology *topology;
    const struct release  *release;
    const struct strategy *strategy;
    struct script          script;
    struct site           *sites;
    struct served         *served;
    int   step, trigger;    /* variables */
    int  *back;             /* variables, per environment */
    expr  at, kind, where;  /* step; table look-ups over it */
    expr  forward;          /* nothing has triggered */
    expr  defective, exposed;
};

typedef double move_value(const struct move *move, int zone);

static double value_kind(const struct move *m, int zone)
{
    (void)zone;
    return m->kind;
}

static double value_environment(const struct move *m, int zone)
{
    (void)zone;
    return m->environment;
}

static double value_seconds(const struct move *m, int zone)
{
    (void)zone;
    return m->seconds;
}

static double value_rate(const struct move *m, int zone)
{
    (void)zone;
    return m->seconds > 0 ? 1 / m->seconds : 0;
}

static double value_chance(const struct move *m, int zone)
{
    (void)zone;
    return m->chance;
}

static double value_power(const struct move *m, int zone)
{
    (void)zone;
    return m->power;
}

static double value_false_positive(const struct move *m, int zone)
{
    (void)zone;
    return m->false_positive;
}

static double value_next(const struct move *m, int zone)
{
    (void)zone;
    return m->next;
}

static double value_launch(const struct move *m, int zone)
{
    return m->kind == MOVE_LAUNCH ? m->by_zone[zone] : 0;
}

static double value_vanish(const struct move *m, int zone)
{
    return m->kind == MOVE_VANISH ? m->by_zone[zone] : 0;
}

/* A table over the moves, looked up at `index`. Zones are asked only of moves of the environment (-1: of all moves). */
static expr look_up(struct builder *b, const struct moves *moves, const char *name, expr index, int environment,
                    move_value *value, int zone)
{
    double *values = memory_new((size_t)moves->n_moves, sizeof *values);
    for (int i = 0; i < moves->n_moves; i++)
        if (environment < 0 || moves->moves[i].environment == environment)
            values[i] = value(&moves->moves[i], zone);
    int table = expr_add_table(&b->p->graph, arena_text(&b->p->arena, name), values, moves->n_moves);
    free(values);
    return expr_table(&b->p->graph, table, index);
}

static expr number(struct builder *b, double value)
{
    return term_number(b->p, value);
}

static expr at_move(struct builder *b, enum move_kind kind)
{
    return term_is(b->p, b->kind, kind);
}

static bool has_move(const struct moves *moves, enum move_kind kind, int environment)
{
    for (int i = 0; i < moves->n_moves; i++)
        if (moves->moves[i].kind == kind && (environment < 0 || moves->moves[i].environment == environment))
            return true;
    return false;
}

/* A branch of the command added last that sets `step` to the value, if the value is an expression. */
static void branch_to(struct builder *b, expr probability, int variable, expr value)
{
    process_add_branch(b->p, probability);
    process_add_update(b->p, variable, value);
}

static expr after(struct builder *b, int moves)
{
    return term_plus(b->p, b->at, number(b, moves));
}

static void add_variables(struct builder *b, struct rollout *rollout)
{
    struct process *p = b->p;
    int n = b->topology->n_environments;
    rollout->release = process_add_variable(p, "release", RELEASE_UNDECIDED, RELEASE_DEFECTIVE, RELEASE_UNDECIDED);
    b->step = process_add_variable(p, "step", 0, b->script.forward.n_moves - 1, 0);
    b->trigger = process_add_variable(p, "trigger", TRIGGER_NONE, TRIGGER_BACK, TRIGGER_NONE);
    b->back = arena_new(&p->arena, (size_t)n, sizeof *b->back);
    for (int e = 0; e < n; e++)
        b->back[e] = process_add_variable(p, arena_format(&p->arena, "%s.back", b->topology->environments[e].name), 0,
                                          b->script.environments[e].back.n_moves - 1, BACK_IDLE);
    expr state = term_variable(p, rollout->release);
    b->defective = term_is(p, state, RELEASE_DEFECTIVE);
    b->at = term_variable(p, b->step);
    b->forward = term_is(p, term_variable(p, b->trigger), TRIGGER_NONE);
    b->kind = look_up(b, &b->script.forward, "move", b->at, -1, value_kind, 0);
    b->where = look_up(b, &b->script.forward, "environment", b->at, -1, value_environment, 0);
    process_add_formula(p, "defective", b->defective);
    process_add_command(p, "decide", term_is(p, state, RELEASE_UNDECIDED), DELAY_NOW, -1);
    branch_to(b, number(b, b->release->defective), rollout->release, number(b, RELEASE_DEFECTIVE));
    branch_to(b, number(b, 1 - b->release->defective), rollout->release, number(b, RELEASE_SOUND));
}

static void add_sites(struct builder *b)
{
    int n = b->topology->n_environments;
    b->sites = arena_new(&b->p->arena, (size_t)n, sizeof *b->sites);
    for (int e = 0; e < n; e++) {
        const struct script_environment *part = &b->script.environments[e];
        struct site_bounds bounds = {
            .initial = &part->initial,
            .most = {part->most[OLD], part->most[NEW]},
            .back = has_move(&part->back, MOVE_LAUNCH, -1),
            .defective = b->defective,
            .release = b->release,
        };
        site_add(b->p, &b->topology->environments[e], &bounds, &b->sites[e]);
    }
}

/* Moves that are the same in every environment: fixed waits, approvals, verdicts, routing, its repair, the deadline. */
static void add_forward(struct builder *b)
{
    struct process *p = b->p;
    const struct moves *f = &b->script.forward;
    expr one = number(b, 1), react = number(b, TRIGGER_REACT);
    expr rate = look_up(b, f, "rate", b->at, -1, value_rate, 0);
    process_add_command(p, "wait", term_and(p, b->forward, at_move(b, MOVE_DELAY)), DELAY_FIXED,
                        look_up(b, f, "seconds", b->at, -1, value_seconds, 0));
    branch_to(b, one, b->step, after(b, 1));
    process_add_command(p, "approve", term_and(p, b->forward, at_move(b, MOVE_APPROVE)), DELAY_EXPONENTIAL, rate);
    branch_to(b, one, b->step, after(b, 1));
    if (has_move(f, MOVE_ROUTE, -1)) {
        expr chance = look_up(b, f, "switch_failure", b->at, -1, value_chance, 0);
        process_add_command(p, "route", term_and(p, b->forward, at_move(b, MOVE_ROUTE)), DELAY_NOW, -1);
        branch_to(b, chance, b->step, after(b, 1));
        branch_to(b, term_minus(p, one, chance), b->step, after(b, 2));
        process_add_command(p, "repair_switch", at_move(b, MOVE_MISROUTED), DELAY_EXPONENTIAL, rate);
        branch_to(b, one, b->step, after(b, 1));
    }
    if (has_move(f, MOVE_VERDICT, -1)) {
        expr fails = term_if(p, b->defective, look_up(b, f, "power", b->at, -1, value_power, 0),
                             look_up(b, f, "false_positive", b->at, -1, value_false_positive, 0));
        process_add_command(p, "judge", term_and(p, b->forward, at_move(b, MOVE_VERDICT)), DELAY_NOW, -1);
        branch_to(b, fails, b->trigger, react);
        branch_to(b, term_minus(p, one, fails), b->step, after(b, 1));
    }
    process_add_command(p, "deadline", term_and(p, b->forward, at_move(b, MOVE_READY)), DELAY_FIXED,
                        number(b, b->release->progress_deadline));
    branch_to(b, one, b->trigger, react);
}

/* Moves that change the instances of environment e. */
static void add_forward_in(struct builder *b, int e)
{
    struct process *p = b->p;
    const struct site *site = &b->sites[e];
    const struct moves *f = &b->script.forward;
    expr *by_zone = memory_new((size_t)site->zones, sizeof *by_zone), one = number(b, 1);
    expr here = term_and(p, b->forward, term_is(p, b->where, e));
    for (int z = 0; z < site->zones; z++)
        by_zone[z] = look_up(b, f, arena_format(&p->arena, "%s.launch.%d", site->name, z), b->at, e, value_launch, z);
    process_add_command(p, arena_format(&p->arena, "%s.launch", site->name),
                        term_and(p, here, at_move(b, MOVE_LAUNCH)), DELAY_NOW, -1);
    branch_to(b, one, b->step, after(b, 1));
    site_launch(p, site, NEW, by_zone);
    process_add_command(p, arena_format(&p->arena, "%s.started", site->name),
                        term_and(p, term_and(p, here, at_move(b, MOVE_READY)), term_is(p, site->starting[NEW], 0)),
                        DELAY_NOW, -1);
    branch_to(b, one, b->step, after(b, 1));
    for (int z = 0; z < site->zones; z++)
        by_zone[z] = look_up(b, f, arena_format(&p->arena, "%s.vanish.%d", site->name, z), b->at, e, value_vanish, z);
    process_add_command(p, arena_format(&p->arena, "%s.vanish", site->name),
                        term_and(p, here, at_move(b, MOVE_VANISH)), DELAY_NOW, -1);
    branch_to(b, one, b->step, after(b, 1));
    site_vanish(p, site, OLD, by_zone);
    free(by_zone);
}

/* What ends the rollout: detection and false alarms. Verdicts and the deadline are moves. */
static void add_triggers(struct builder *b)
{
    struct process *p = b->p;
    const struct release *r = b->release;
    expr exposed = number(b, 0), finished = number(b, b->script.forward.n_moves - 1);
    for (int e = 0; e < b->topology->n_environments; e++)
        exposed = term_plus(p, exposed,
                            term_times(p, number(b, b->topology->environments[e].traffic), b->served[e].by_new));
    process_add_formula(p, "exposed", exposed);
    b->exposed = exposed;
    expr open = term_and(p, b->forward, b->defective), seen = term_less(p, number(b, 0), exposed);
    if (r->detect > 0)
        process_add_command(p, "detect", open, DELAY_EXPONENTIAL, term_times(p, exposed, number(b, 1 / r->detect)));
    else
        process_add_command(p, "detect", term_and(p, open, seen), DELAY_NOW, -1);
    branch_to(b, number(b, 1), b->trigger, number(b, TRIGGER_REACT));
    if (r->false_alarm_mtbf > 0) {
        process_add_mean(p, "false_alarm", term_and(p, b->forward, term_less(p, b->at, finished)),
                         r->false_alarm_mtbf);
        branch_to(b, number(b, 1), b->trigger, number(b, TRIGGER_REACT));
    }
    process_add_mean(p, "react", term_is(p, term_variable(p, b->trigger), TRIGGER_REACT), r->react);
    branch_to(b, number(b, 1), b->trigger, number(b, TRIGGER_BACK));
}

/*
 * An environment begins to go back, once a misrouted switch is repaired. One whose plan has not begun has nothing
 * to do.
 */
static void add_back_entry(struct builder *b, int e)
{
    struct process *p = b->p;
    const struct script_environment *part = &b->script.environments[e];
    int n = b->script.forward.n_moves;
    double *entry = memory_new((size_t)n, sizeof *entry), *stuck = memory_new((size_t)n, sizeof *stuck);
    for (int i = 0; i < n; i++) {
        entry[i] = part->back_entry[i];
        stuck[i] = i >= part->begin ? b->release->rollback_failure : 0;
    }
    const char *name = b->sites[e].name;
    int entries = expr_add_table(&p->graph, arena_format(&p->arena, "%s.way_back", name), entry, n);
    int failures = expr_add_table(&p->graph, arena_format(&p->arena, "%s.rollback_failure", name), stuck, n);
    expr misrouted = term_and(p, at_move(b, MOVE_MISROUTED), term_is(p, b->where, e));
    expr going = term_is(p, term_variable(p, b->trigger), TRIGGER_BACK);
    expr idle = term_is(p, term_variable(p, b->back[e]), BACK_IDLE);
    expr fails = expr_table(&p->graph, failures, b->at);
    process_add_command(p, arena_format(&p->arena, "%s.go_back", name),
                        term_and(p, term_and(p, going, idle), term_not(p, misrouted)), DELAY_NOW, -1);
    branch_to(b, fails, b->back[e], number(b, BACK_STUCK));
    branch_to(b, term_minus(p, number(b, 1), fails), b->back[e], expr_table(&p->graph, entries, b->at));
    free(entry);
    free(stuck);
}

/* People bring back what is stuck: n old instances up, none new. */
static void add_recovery(struct builder *b, int e)
{
    struct process *p = b->p;
    const struct site *site = &b->sites[e];
    const struct placement *initial = &b->script.environments[e].initial;
    process_add_mean(p, arena_format(&p->arena, "%s.recover", site->name),
                     term_is(p, term_variable(p, b->back[e]), BACK_STUCK), b->release->manual_recovery);
    branch_to(b, number(b, 1), b->back[e], number(b, BACK_RECOVERED));
    for (int v = 0; v < VERSIONS; v++)
        for (int z = 0; z < site->zones; z++) {
            const struct group *g = &site->group[v][z];
            const int clear[] = {g->starting, g->failed};
            for (int i = 0; i < 2; i++)
                if (clear[i] >= 0)
                    process_add_update(p, clear[i], number(b, 0));
            if (g->up >= 0)
                process_add_update(p, g->up, number(b, v == OLD ? initial->count[OLD][z] : 0));
        }
}

/* A command of the way back of environment e at moves of that kind; it goes on to `next`. */
static void add_back_move(struct builder *b, int e, const char *name, expr guard, enum delay delay, expr amount,
                          expr next)
{
    process_add_command(b->p, arena_format(&b->p->arena, "%s.back.%s", b->sites[e].name, name), guard, delay, amount);
    if (next >= 0)
        branch_to(b, number(b, 1), b->back[e], next);
}

/* The way back of environment e: the same moves as forward, over its own counter. */
static void add_back(struct builder *b, int e)
{
    struct process *p = b->p;
    const struct site *site = &b->sites[e];
    const struct moves *moves = &b->script.environments[e].back;
    expr at = term_variable(p, b->back[e]), *by_zone = memory_new((size_t)site->zones, sizeof *by_zone);
#define LOOK_UP(what, value, zone)                                                                                     \
    look_up(b, moves, arena_format(&p->arena, "%s.back." what, site->name, zone), at, -1, value, zone)
    expr kind = LOOK_UP("move%.0d", value_kind, 0), next = LOOK_UP("next%.0d", value_next, 0);
    if (has_move(moves, MOVE_DELAY, -1))
        add_back_move(b, e, "wait", term_is(p, kind, MOVE_DELAY), DELAY_FIXED, LOOK_UP("seconds%.0d", value_seconds, 0),
                      next);
    if (has_move(moves, MOVE_LAUNCH, -1)) {
        for (int z = 0; z < site->zones; z++)
            by_zone[z] = LOOK_UP("launch.%d", value_launch, z);
        add_back_move(b, e, "launch", term_is(p, kind, MOVE_LAUNCH), DELAY_NOW, -1, next);
        site_launch(p, site, OLD, by_zone);
        add_back_move(b, e, "started",
                      term_and(p, term_is(p, kind, MOVE_READY), term_is(p, site->starting[OLD], 0)), DELAY_NOW, -1,
                      next);
    }
    if (has_move(moves, MOVE_VANISH, -1)) {
        for (int z = 0; z < site->zones; z++)
            by_zone[z] = LOOK_UP("vanish.%d", value_vanish, z);
        add_back_move(b, e, "vanish", term_is(p, kind, MOVE_VANISH), DELAY_NOW, -1, next);
        site_vanish(p, site, NEW, by_zone);
    }
    if (has_move(moves, MOVE_ROUTE, -1)) {
        expr chance = LOOK_UP("switch_failure%.0d", value_chance, 0);
        add_back_move(b, e, "route", term_is(p, kind, MOVE_ROUTE), DELAY_NOW, -1, -1);
        branch_to(b, chance, b->back[e], term_plus(p, at, number(b, 1)));
        branch_to(b, term_minus(p, number(b, 1), chance), b->back[e], next);
        add_back_move(b, e, "repair_switch", term_is(p, kind, MOVE_MISROUTED), DELAY_EXPONENTIAL,
                      LOOK_UP("rate%.0d", value_rate, 0), next);
    }
#undef LOOK_UP
    free(by_zone);
}

/* How the traffic of each environment is routed at this moment, and from it what is served. */
static void add_served(struct builder *b, double available_at)
{
    int n = b->topology->n_environments;
    b->served = arena_new(&b->p->arena, (size_t)n, sizeof *b->served);
    for (int e = 0; e < n; e++) {
        struct traffic traffic = {
            .step = b->at,
            .back = term_variable(b->p, b->back[e]),
            .forward = b->forward,
            .script = &b->script,
            .environment = e,
            .routing = b->strategy->type->routing,
            .errors = term_times(b->p, b->defective, number(b, b->release->error_rate)),
        };
        served_add(b->p, &b->sites[e], &traffic, available_at, &b->served[e]);
    }
}

static void add_label(struct builder *b, struct rollout *rollout, enum measure measure, expr condition)
{
    rollout->label[measure] = process_add_label(b->p, measure_types[measure].name, condition);
}

static void add_labels(struct builder *b, struct rollout *rollout)
{
    struct process *p = b->p;
    int first = b->script.forward.n_moves;
    expr rolled_back = term_is(p, term_variable(p, b->trigger), TRIGGER_BACK), stuck = number(b, 0);
    for (int e = b->topology->n_environments - 1; e >= 0; e--) {
        expr back = term_variable(p, b->back[e]), recovered = term_is(p, back, BACK_RECOVERED);
        if (b->topology->environments[e].users > 0)
            first = b->script.environments[e].begin;
        rolled_back = term_and(p, rolled_back, term_or(p, term_is(p, back, BACK_DONE), recovered));
        stuck = term_or(p, stuck, term_or(p, term_is(p, back, BACK_STUCK), recovered));
    }
    expr finished = term_is(p, b->at, b->script.forward.n_moves - 1), triggered = term_not(p, b->forward);
    add_label(b, rollout, MEASURE_ROLLBACK, triggered);
    add_label(b, rollout, MEASURE_FALSE_ROLLBACK, term_and(p, triggered, term_not(p, b->defective)));
    add_label(b, rollout, MEASURE_CAUGHT_EARLY, term_and(p, triggered, term_less(p, b->at, number(b, first))));
    add_label(b, rollout, MEASURE_STUCK, stuck);
    add_label(b, rollout, MEASURE_ESCAPED, term_and(p, b->defective, b->forward));
    process_add_label(p, "finished", finished);
    process_add_label(p, "rolled_back", rolled_back);
    rollout->reward[MEASURE_DURATION] =
        process_add_reward(p, "duration", term_not(p, term_or(p, finished, rolled_back)));
    rollout->greatest[MEASURE_DURATION] = 1;
}

static void rewards_of_served(struct process *p, const struct topology *topology, const struct served *served,
                              struct rollout *rollout)
{
    expr down = term_number(p, 0), lost = down, cause[CAUSES];
    double users = 0;
    for (int c = 0; c < CAUSES; c++)
        cause[c] = term_number(p, 0);
    for (int e = 0; e < topology->n_environments; e++) {
        expr share = term_number(p, topology->environments[e].users);
        if (topology->environments[e].users <= 0)
            continue;
        users += topology->environments[e].users;
        down = term_plus(p, down, term_times(p, share, served[e].down));
        lost = term_plus(p, lost, term_times(p, share, served[e].lost));
        for (int c = 0; c < CAUSES; c++)
            cause[c] = term_plus(p, cause[c], term_times(p, share, served[e].cause[c]));
    }
    rollout->reward[MEASURE_DOWNTIME] = process_add_reward(p, measure_types[MEASURE_DOWNTIME].name, down);
    rollout->reward[MEASURE_LOST] = process_add_reward(p, measure_types[MEASURE_LOST].name, lost);
    rollout->greatest[MEASURE_DOWNTIME] = rollout->greatest[MEASURE_LOST] = users;
    for (int c = 0; c < CAUSES; c++)
        rollout->cause[c] = process_add_reward(p, arena_format(&p->arena, "lost to %s", cause_types[c].name), cause[c]);
}

static void add_extra(struct builder *b, struct rollout *rollout)
{
    expr extra = number(b, 0);
    double greatest = 0;
    for (int e = 0; e < b->topology->n_environments; e++) {
        extra = term_plus(b->p, extra, b->served[e].extra);
        greatest += b->served[e].greatest_extra;
    }
    rollout->reward[MEASURE_EXTRA] =
        process_add_reward(b->p, measure_types[MEASURE_EXTRA].name, term_times(b->p, extra, number(b, 1.0 / 3600)));
    rollout->greatest[MEASURE_EXTRA] = greatest / 3600;
}

static void rollout_clear(struct rollout *rollout, const char *name)
{
    *rollout = (struct rollout){.process = process_new(name), .release = -1};
    for (int m = 0; m < MEASURES; m++)
        rollout->reward[m] = rollout->label[m] = rollout->control[m] = -1;
}

/* No release at all: the environments that have users, and what happens there by itself. */
static void build_none(const struct topology *topology, double available_at, struct rollout *rollout)
{
    struct process *p = rollout->process;
    struct served *served = arena_new(&p->arena, (size_t)topology->n_environments, sizeof *served);
    for (int e = 0; e < topology->n_environments; e++) {
        const struct environment *environment = &topology->environments[e];
        struct placement initial = placement_new(environment->zones, &p->arena);
        placement_spread(&initial, OLD, environment->services[environment->released].replicas);
        struct site_bounds bounds = {
            .initial = &initial, .most = {initial.count[OLD][0], 0}, .defective = term_number(p, 0)};
        struct site site;
        if (environment->users <= 0)
            continue;
        site_add(p, environment, &bounds, &site);
        served_add(p, &site, NULL, available_at, &served[e]);
    }
    rewards_of_served(p, topology, served, rollout);
}

static void build_strategy(struct builder *b, double available_at, struct rollout *rollout)
{
    b->script = script_new(b->topology, b->strategy, &b->p->arena);
    add_variables(b, rollout);
    add_sites(b);
    add_forward(b);
    for (int e = 0; e < b->topology->n_environments; e++)
        add_forward_in(b, e);
    add_served(b, available_at);
    add_triggers(b);
    for (int e = 0; e < b->topology->n_environments; e++) {
        add_back_entry(b, e);
        add_recovery(b, e);
        add_back(b, e);
    }
    rewards_of_served(b->p, b->topology, b->served, rollout);
    add_labels(b, rollout);
    add_extra(b, rollout);
}

/* The controls of downtime and lost. */
static void add_controls(struct builder *b, double horizon, struct rollout *rollout)
{
    static const enum measure controlled[] = {MEASURE_LOST, MEASURE_DOWNTIME};
    const struct controller controller = {
        .topology = b->topology, .release = b->release, .script = &b->script, .sites = b->sites,
        .decided = rollout->release, .step = b->step, .trigger = b->trigger, .back = b->back, .exposed = b->exposed};
    int n = b->topology->n_environments;
    expr outlook[2], *rate = arena_new(&b->p->arena, (size_t)n, sizeof *rate);
    for (int k = 0; k < 2; k++) {
        for (int e = 0; e < n; e++)
            rate[e] = term_times(b->p, number(b, b->topology->environments[e].users),
                                 controlled[k] == MEASURE_LOST ? b->served[e].lost : b->served[e].down);
        const char *name = arena_format(&b->p->arena, "expected %s", measure_types[controlled[k]].name);
        outlook[k] = outlook_add(b->p, &controller, name, rate, horizon);
    }
    for (int k = 0; k < 2; k++)
        rollout->control[controlled[k]] = process_add_control(
            b->p, arena_format(&b->p->arena, "chance in %s", measure_types[controlled[k]].name), outlook[k]);
}

/*
 * Builds the process of a strategy in a topology, or with strategy NULL that of no release at all (downtime, lost and
 * causes only). A strategy has controls for downtime and lost over [0, horizon], unless horizon is 0: rewards of mean 0
 * that are earned by impulses, so that the process can be sampled only. Fails if the process breaks a rule of
 * process_check, which would be a fault of this program.
 */
bool rollout_build_controlled(const struct topology *topology, const struct release *release,
                              const struct strategy *strategy, double available_at, double horizon,
                              struct rollout *rollout, struct error *error)
{
    rollout_clear(rollout, strategy ? strategy->name : "none");
    struct builder b = {rollout->process, .topology = topology, .release = release, .strategy = strategy};
    if (!strategy)
        build_none(topology, available_at, rollout);
    else
        build_strategy(&b, available_at, rollout);
    if (strategy && horizon > 0)
        add_controls(&b, horizon, rollout);
    if (process_check(rollout->process, error))
        return true;
    rollout_free(rollout);
    return false;
}

/* The same without controls. */
bool rollout_build(const struct topology *topology, const struct release *release, const struct strategy *strategy,
                   double available_at, struct rollout *rollout, struct error *error)
{
    return rollout_build_controlled(topology, release, strategy, available_at, 0, rollout, error);
}

/* Gives back the process. */
void rollout_free(struct rollout *rollout)
{
    process_free(rollout->process);
    rollout->process = NULL;
}
