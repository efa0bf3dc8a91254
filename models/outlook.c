/*
 * What is still to be lost, on average, from each point of a rollout on.
 *
 * The controller goes through its moves in a known order. As long as nothing fails by itself, all that chance decides
 * is how long instances take to start and people to act, what verdicts say, and when a defective release is found. So
 * the expected loss can be worked out from the last move backwards, for a sound and for a defective release. With L the
 * rate of loss at a move, h the rate of triggers (detection in proportion to the exposure, false alarms), C what is
 * expected after a trigger, and V' after the next move:
 *
 *     a fixed delay d           V = (L/h + C) (1 - exp(-h d)) + exp(-h d) V'
 *     an exponential one        V = (L + h C + V'/mean) / (h + 1/mean)
 *     j instances starting      the same with the rate j/start, from j to j - 1
 *     a verdict, a switch       the branches' mean
 *     after the last move       a fixed delay until the horizon, and then nothing
 *
 * and in the same way, without h, for the time until people react, for being stuck, and for each way back. A trigger
 * may come at any time of a delay, so there it is held against V as it is on average over the delay.
 *
 * L and the exposure are not written down a second time: the process's own expressions are evaluated in the state in
 * which everything that is in place and not starting is up.
 *
 * What is neglected (faults of instances, zones and ingress, deadlines, the horizon before the last move, a trigger's
 * way back from instances that are still starting) makes the outlook a guess. It is used only where a guess will do:
 * see process/control.c.
 *
 * Cost: an evaluation of the rates for each move and instance that starts, four times.
 */
#include "models/outlook.h"

#include "models/rollout.h"
#include "models/terms.h"
#include "process/program.h"

#include <math.h>
#include <string.h>

enum { SOUND, DEFECTIVE, RELEASES };
enum { BEFORE_BACK = TRIGGER_BACK }; /* values of `trigger` before environments go back */

/* Moves forward or of a way back; one at which instances are starting has a place for each number of them. */
struct places {
    const struct moves *moves;
    int *first, *starting; /* per move: its first place, and the most that are starting */
    int  n_places;
};

struct outlook {
    struct process          *p;
    const struct controller *c;
    const expr    *rate;        /* per environment: of loss */
    double         horizon;
    int            release;     /* that is being looked at: SOUND or DEFECTIVE */
    struct arena   arena;
    struct program program;     /* the rates and the exposure */
    double        *value;       /* per node */
    int           *state;       /* per variable */
    const struct placement ***at; /* per environment and forward move: what is in place */
    struct places  forward, *back; /* back: per environment */
    double        *ahead;       /* per release, value of `trigger` before the way back, and place forward */
    double       **going, **stuck;    /* per environment; per release and forward move: it is to go back; it is stuck */
    double       **way;               /* per environment; per release and place back */
    double        *begun, *elapsed;   /* per forward move: what is expected at its begin; the mean time until then */
};

static const struct environment *environment_of(const struct outlook *o, int e)
{
    return &o->c->topology->environments[e];
}

static int environments(const struct outlook *o)
{
    return o->c->topology->n_environments;
}

static int sum_of(const int *counts, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += counts[i];
    return sum;
}

static struct places places_new(struct outlook *o, const struct moves *moves)
{
    struct places places = {.moves = moves};
    places.first = arena_new(&o->arena, (size_t)moves->n_moves, sizeof *places.first);
    places.starting = arena_new(&o->arena, (size_t)moves->n_moves, sizeof *places.starting);
    for (int i = 0; i < moves->n_moves; i++) {
        const struct move *launch = &moves->moves[i > 0 ? i - 1 : 0];
        if (moves->moves[i].kind == MOVE_READY)
            places.starting[i] = sum_of(launch->by_zone, launch->before.zones);
        places.first[i] = places.n_places;
        places.n_places += places.starting[i] + 1;
    }
    return places;
}

/* What is in place in each environment at each move forward. */
static void find_placements(struct outlook *o)
{
    const struct moves *f = &o->c->script->forward;
    o->at = arena_new(&o->arena, (size_t)environments(o), sizeof *o->at);
    for (int e = 0; e < environments(o); e++) {
        const struct script_environment *part = &o->c->script->environments[e];
        const struct placement *now = &part->initial;
        o->at[e] = arena_new(&o->arena, (size_t)f->n_moves, sizeof *o->at[e]);
        for (int i = 0; i < f->n_moves; i++) {
            if (f->moves[i].environment == e)
                now = &f->moves[i].before;
            else if (i >= part->end)
                now = &part->last;
            o->at[e][i] = now;
        }
    }
}

static void make_program(struct outlook *o)
{
    const struct graph *graph = &o->p->graph;
    size_t nodes = (size_t)graph->n_nodes;
    bool *needed = arena_new(&o->arena, nodes, 1), *done = arena_new(&o->arena, nodes, 1);
    o->value = arena_new(&o->arena, nodes, sizeof *o->value);
    o->state = arena_new(&o->arena, (size_t)o->p->n_variables, sizeof *o->state);
    for (int e = 0; e < environments(o); e++)
        needed[o->rate[e]] = true;
    needed[o->c->exposed] = true;
    program_set_constants(graph, done, o->value);
    o->program = program_new(graph, &o->arena, needed, done);
}

/* All that is in place in an environment is up, but for those that are starting, of one version (launch->by_zone). */
static void set_instances(struct outlook *o, int e, const struct placement *in_place, const struct move *launch,
                          int starting)
{
    for (int v = 0; v < VERSIONS; v++)
        for (int z = 0; z < in_place->zones; z++) {
            const struct group *g = &o->c->sites[e].group[v][z];
            int most = launch && (int)launch->version == v ? launch->by_zone[z] : 0;
            int here = starting < most ? starting : most;
            starting -= here;
            if (g->up >= 0)
                o->state[g->up] = in_place->count[v][z] - here;
            if (g->starting >= 0)
                o->state[g->starting] = here;
        }
}

static void begin_state(struct outlook *o, int move, enum trigger_state trigger)
{
    for (int i = 0; i < o->p->n_variables; i++)
        o->state[i] = o->p->variables[i].initial;
    o->state[o->c->decided] = o->release == DEFECTIVE ? RELEASE_DEFECTIVE : RELEASE_SOUND;
    o->state[o->c->step] = move;
    o->state[o->c->trigger] = trigger;
}

/* Evaluates the rates at a move forward, with so many starting. Returns that of loss in all environments together. */
static double loss_ahead(struct outlook *o, int move, int starting, enum trigger_state trigger)
{
    const struct move *moves = o->c->script->forward.moves;
    double loss = 0;
    begin_state(o, move, trigger);
    for (int e = 0; e < environments(o); e++) {
        bool starts = moves[move].kind == MOVE_READY && moves[move].environment == e;
        set_instances(o, e, o->at[e][move], starts ? &moves[move - 1] : NULL, starting);
    }
    program_run(&o->program, &o->p->graph, o->state, o->value);
    for (int e = 0; e < environments(o); e++)
        loss += o->value[o->rate[e]];
    return loss;
}

/* The rate of loss in an environment at a move of its way back. */
static double loss_back(struct outlook *o, int e, int move, int starting)
{
    const struct move *at = &o->back[e].moves->moves[move];
    begin_state(o, o->c->script->forward.n_moves - 1, TRIGGER_BACK);
    o->state[o->c->back[e]] = move;
    set_instances(o, e, &at->before, at->kind == MOVE_READY ? at - 1 : NULL, starting);
    program_run(&o->program, &o->p->graph, o->state, o->value);
    return o->value[o->rate[e]];
}

/* How fast one starting instance becomes ready; INFINITY: at once. */
static double ready_rate(const struct outlook *o, int e, enum version version)
{
    const struct service *s = &environment_of(o, e)->services[environment_of(o, e)->released];
    double failure = s->start_failure;
    if (version == NEW && o->release == DEFECTIVE && o->c->release->start_failure >= 0)
        failure = o->c->release->start_failure;
    return (1 - failure) / s->start; /* start: 0 gives INFINITY */
}

/* What is expected before a race: a loss of that rate until the first of two clocks. A clock may have the rate 0. */
static double race(double loss, double rate1, double after1, double rate2, double after2)
{
    if (isinf(rate1) || isinf(rate2))
        return isinf(rate1) ? after1 : after2;
    double rate = rate1 + rate2;
    return rate > 0 ? (loss + rate1 * after1 + rate2 * after2) / rate : 0;
}

/* The same with a clock of that rate and one of a fixed time. *mean: on average over that time, if it is not NULL. */
static double race_fixed(double loss, double rate, double after, double seconds, double next, double *mean)
{
    double x = rate * seconds, begun = next + loss * seconds, half = next + loss * seconds / 2;
    if (isinf(x)) {
        begun = half = after;
    } else if (x > 1e-9) {
        double limit = loss / rate + after;
        begun = limit + exp(-x) * (next - limit);
        half = limit - expm1(-x) / x * (next - limit);
    }
    if (mean)
        *mean = half;
    return begun;
}

/* ---- the way back ---- */

/* What a move of a way back loses itself, with so many starting. A fixed delay is half over, or about to begin. */
static double own_loss(struct outlook *o, int e, int move, int starting, bool half_over)
{
    const struct move *at = &o->back[e].moves->moves[move];
    double sum = 0;
    if (at->kind == MOVE_DELAY || at->kind == MOVE_MISROUTED)
        sum = loss_back(o, e, move, 0) * at->seconds;
    if (at->kind == MOVE_DELAY && half_over)
        sum /= 2;
    for (int j = 1; at->kind == MOVE_READY && j <= starting; j++)
        sum += race(loss_back(o, e, move, j), j * ready_rate(o, e, at->version), 0, 0, 0);
    return sum;
}

/* What is expected from the begin of a move on: it and those that come after it. `known`: NAN if not yet. */
static double way_from(struct outlook *o, int e, int move, double *known, int *row)
{
    const struct moves *moves = o->back[e].moves;
    int n = 0;
    for (int i = move; isnan(known[i]); i = moves->moves[i].next)
        row[n++] = i;
    while (n-- > 0) {
        const struct move *at = &moves->moves[row[n]];
        double repair = 0;
        if (at->kind == MOVE_ROUTE)
            repair = at->chance * own_loss(o, e, row[n] + 1, 0, false);
        known[row[n]] = known[at->next] + repair + own_loss(o, e, row[n], o->back[e].starting[row[n]], false);
    }
    return known[move];
}

/* The places of the way back of an environment. `known`: what is expected from the begin of its moves on. */
static void look_at_ways(struct outlook *o, int e, double *known)
{
    const struct places *places = &o->back[e];
    int n = places->moves->n_moves, *row = arena_new(&o->arena, (size_t)n, sizeof *row);
    double *way = o->way[e] + o->release * places->n_places;
    for (int i = 0; i < n; i++)
        known[i] = i < BACK_FIRST ? 0 : NAN;
    for (int i = BACK_FIRST; i < n; i++) {
        const struct move *at = &places->moves->moves[i];
        way_from(o, e, i, known, row);
        for (int j = 0; j <= places->starting[i]; j++)
            way[places->first[i] + j] =
                at->kind == MOVE_ROUTE ? known[i] : way_from(o, e, at->next, known, row) + own_loss(o, e, i, j, true);
    }
}

/* An environment that is to go back from each move forward, and one that is stuck there. */
static void look_back(struct outlook *o, int e)
{
    const struct script_environment *part = &o->c->script->environments[e];
    const struct moves *forward = &o->c->script->forward;
    double *known = arena_new(&o->arena, (size_t)part->back.n_moves, sizeof *known);
    look_at_ways(o, e, known);
    for (int i = forward->n_moves - 1; i >= 0; i--) {
        const struct move *at = &forward->moves[i];
        int place = o->release * forward->n_moves + i;
        double q = i >= part->begin ? o->c->release->rollback_failure : 0;
        loss_ahead(o, i, 0, TRIGGER_BACK);
        double loss = o->value[o->rate[e]];
        o->stuck[e][place] = loss * o->c->release->manual_recovery;
        o->going[e][place] = q * o->stuck[e][place] + (1 - q) * known[part->back_entry[i]];
        if (at->kind == MOVE_MISROUTED && at->environment == e) /* it waits for the repair, which is a step ahead */
            o->going[e][place] = loss * at->seconds + o->going[e][place + 1];
    }
}

/* ---- forward ---- */

/* Where the expectations at a move forward are, by what is starting. */
static double *ahead_at(const struct outlook *o, enum trigger_state trigger, int move)
{
    return o->ahead + (o->release * BEFORE_BACK + (int)trigger) * o->forward.n_places + o->forward.first[move];
}

/* From a trigger on: people react, while instances go on starting and a misrouted switch may be repaired. */
static void look_after_trigger(struct outlook *o, int move)
{
    const struct move *at = &o->c->script->forward.moves[move];
    const struct places *f = &o->forward;
    double *values = ahead_at(o, TRIGGER_REACT, move), back = 0;
    double react = 1 / o->c->release->react; /* 0 gives INFINITY */
    for (int e = 0; e < environments(o); e++)
        back += o->going[e][o->release * f->moves->n_moves + move];
    for (int j = 0; j <= f->starting[move]; j++) {
        double loss = loss_ahead(o, move, j, TRIGGER_REACT), rate = 0, after = 0;
        if (at->kind == MOVE_MISROUTED) {
            rate = 1 / at->seconds;
            after = ahead_at(o, TRIGGER_REACT, move + 1)[0];
        } else if (j > 0) {
            rate = j * ready_rate(o, at->environment, NEW);
            after = values[j - 1];
        }
        values[j] = race(loss, react, back, rate, after);
    }
}

/* The rate of triggers in the state that was evaluated last. */
static double trigger_rate(const struct outlook *o, int move)
{
    const struct release *r = o->c->release;
    double rate = 0, exposed = o->value[o->c->exposed];
    if (o->release == DEFECTIVE && exposed > 0)
        rate = exposed / r->detect; /* 0 gives INFINITY */
    if (r->false_alarm_mtbf > 0 && move < o->c->script->forward.n_moves - 1)
        rate += 1 / r->false_alarm_mtbf;
    return rate;
}

/* At a move with so many starting. *begun: when the move begins. */
static double look_ahead_at(struct outlook *o, int move, int starting, double *begun)
{
    const struct move *at = &o->c->script->forward.moves[move];
    const struct places *f = &o->forward;
    double caught = ahead_at(o, TRIGGER_REACT, move)[starting], *ahead = ahead_at(o, TRIGGER_NONE, move), mean;
    double loss = loss_ahead(o, move, starting, TRIGGER_NONE), rate = trigger_rate(o, move);
    if (move == f->moves->n_moves - 1)
        return *begun = race_fixed(loss, rate, caught, fmax(o->horizon - o->elapsed[move], 0), 0, NULL);
    double next = o->begun[move + 1], fails = o->release == DEFECTIVE ? at->power : at->false_positive;
    switch (at->kind) {
    case MOVE_DELAY:
        *begun = race_fixed(loss, rate, caught, at->seconds, next, &mean);
        return mean;
    case MOVE_APPROVE:
    case MOVE_MISROUTED:
        return *begun = race(loss, 1 / at->seconds, next, rate, caught);
    case MOVE_READY:
        if (starting == 0)
            return *begun = next;
        return *begun = race(loss, starting * ready_rate(o, at->environment, NEW), ahead[starting - 1], rate, caught);
    case MOVE_VERDICT:
        return *begun = fails * caught + (1 - fails) * next;
    case MOVE_ROUTE:
        return *begun = at->chance * next + (1 - at->chance) * o->begun[move + 2];
    default:
        return *begun = next;
    }
}

/* When the moves begin, if nothing triggers. */
static void find_times(struct outlook *o)
{
    const struct moves *f = &o->c->script->forward;
    double time = 0;
    for (int i = 0; i < f->n_moves; i++) {
        const struct move *at = &f->moves[i];
        o->elapsed[i] = time;
        time += at->kind == MOVE_MISROUTED ? 0 : at->seconds;
        for (int j = 1; j <= o->forward.starting[i]; j++)
            time += race(1, j * ready_rate(o, at->environment, NEW), 0, 0, 0);
    }
}

static void look_at_release(struct outlook *o, int release)
{
    o->release = release;
    for (int e = 0; e < environments(o); e++)
        look_back(o, e);
    find_times(o);
    for (int i = o->forward.moves->n_moves - 1; i >= 0; i--) {
        look_after_trigger(o, i);
        for (int j = 0; j <= o->forward.starting[i]; j++)
            ahead_at(o, TRIGGER_NONE, i)[j] = look_ahead_at(o, i, j, &o->begun[i]);
    }
}

static double *values_new(struct outlook *o, int n)
{
    return arena_new(&o->arena, (size_t)n, sizeof(double));
}

static void outlook_open(struct outlook *o)
{
    const struct script *script = o->c->script;
    int n = script->forward.n_moves, n_environments = environments(o);
    find_placements(o);
    make_program(o);
    o->forward = places_new(o, &script->forward);
    o->back = arena_new(&o->arena, (size_t)n_environments, sizeof *o->back);
    o->going = arena_new(&o->arena, (size_t)n_environments, sizeof *o->going);
    o->stuck = arena_new(&o->arena, (size_t)n_environments, sizeof *o->stuck);
    o->way = arena_new(&o->arena, (size_t)n_environments, sizeof *o->way);
    for (int e = 0; e < n_environments; e++) {
        o->back[e] = places_new(o, &script->environments[e].back);
        o->going[e] = values_new(o, RELEASES * n);
        o->stuck[e] = values_new(o, RELEASES * n);
        o->way[e] = values_new(o, RELEASES * o->back[e].n_places);
    }
    o->ahead = values_new(o, RELEASES * BEFORE_BACK * o->forward.n_places);
    o->begun = values_new(o, n);
    o->elapsed = values_new(o, n);
}

/* ---- as an expression ---- */

/* A table over the two releases, at the index or, if defective, n further. */
static expr by_release(struct outlook *o, const char *name, const double *values, int n, expr index)
{
    struct process *p = o->p;
    expr defective = term_is(p, term_variable(p, o->c->decided), RELEASE_DEFECTIVE);
    int table = expr_add_table(&p->graph, arena_text(&p->arena, name), values, RELEASES * n);
    return expr_table(&p->graph, table, term_plus(p, index, term_times(p, defective, term_number(p, n))));
}

/* The table of that name, which all outlooks share. */
static int first_places(struct outlook *o, const char *name, const struct places *places)
{
    struct graph *graph = &o->p->graph;
    for (int t = 0; t < graph->n_tables; t++)
        if (!strcmp(graph->tables[t].name, name))
            return t;
    double *first = values_new(o, places->moves->n_moves);
    for (int i = 0; i < places->moves->n_moves; i++)
        first[i] = places->first[i];
    return expr_add_table(graph, arena_text(&o->p->arena, name), first, places->moves->n_moves);
}

/* The place of a move, with what is starting. */
static expr place_of(struct outlook *o, const char *name, const struct places *places, expr move, expr starting)
{
    return term_plus(o->p, expr_table(&o->p->graph, first_places(o, name, places), move), starting);
}

static expr expression_back(struct outlook *o, const char *name, int e)
{
    struct process *p = o->p;
    const char *prefix = arena_format(&p->arena, "%s.%s", name, environment_of(o, e)->name);
    expr at = term_variable(p, o->c->step), back = term_variable(p, o->c->back[e]);
    int n = o->forward.moves->n_moves;
    expr place = place_of(o, arena_format(&p->arena, "place back.%s", environment_of(o, e)->name), &o->back[e], back,
                          o->c->sites[e].starting[OLD]);
    expr way = by_release(o, arena_format(&p->arena, "%s.back", prefix), o->way[e], o->back[e].n_places, place);
    expr going = by_release(o, arena_format(&p->arena, "%s.going", prefix), o->going[e], n, at);
    expr stuck = by_release(o, arena_format(&p->arena, "%s.stuck", prefix), o->stuck[e], n, at);
    return term_if(p, term_is(p, back, BACK_IDLE), going, term_if(p, term_is(p, back, BACK_STUCK), stuck, way));
}

static expr expression(struct outlook *o, const char *name)
{
    struct process *p = o->p;
    expr starting = term_number(p, 0), back = starting, trigger = term_variable(p, o->c->trigger);
    int n = o->forward.n_places;
    for (int e = 0; e < environments(o); e++) {
        starting = term_plus(p, starting, o->c->sites[e].starting[NEW]);
        back = term_plus(p, back, expression_back(o, name, e));
    }
    expr place = place_of(o, "place", &o->forward, term_variable(p, o->c->step), starting);
    expr index = term_plus(p, place, term_times(p, trigger, term_number(p, n)));
    expr ahead = by_release(o, arena_format(&p->arena, "%s.ahead", name), o->ahead, BEFORE_BACK * n, index);
    return term_if(p, term_is(p, trigger, TRIGGER_BACK), back, ahead);
}

/*
 * What is still to be earned, about, of a reward of that rate (per environment) until the horizon, as an expression of
 * the controller's state and of what is starting. `name` is that of its tables.
 */
expr outlook_add(struct process *process, const struct controller *controller, const char *name, const expr *rate,
                 double horizon)
{
    struct outlook o = {.p = process, .c = controller, .rate = rate, .horizon = horizon};
    outlook_open(&o);
    for (int r = 0; r < RELEASES; r++)
        look_at_release(&o, r);
    expr result = expression(&o, name);
    arena_free(&o.arena);
    return result;
}
