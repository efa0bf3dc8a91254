/*
 * The reachable states of a process, and the rates between them.
 *
 * Breadth-first from the initial state: a state is numbered when it is first seen, and expanded in the order of the
 * numbers. Neighbours in the chain are therefore near in memory, and states that are few events away from the start
 * come first.
 *
 * States in which a `now` command is enabled take no time; the chain does not have them. As in the reference engine
 * the enabled `now` command of lowest index fires, so each of these states leads by one command to a few others, and
 * at last to states in which time passes, with a probability each. That distribution is found depth-first, without
 * recursion: when all that a state leads to is known, its own is their mixture. It is kept for a while, so that a state
 * that is reached in many ways is resolved once. A `now` command that leads back to a state that is being resolved is
 * refused, even where there is some probability of a way out: such a loop takes no time however often it is run, which
 * is a mistake of the model in all cases that we know.
 *
 * A command that has no effect leaves no transition, since a self-loop changes nothing in continuous time. Transitions
 * to the same state are merged, and each row is sorted, so the chain does not depend on how it was found.
 *
 * Cost: a state is packed, hashed and looked up once for each transition; guards and rates are evaluated once a state,
 * what a command does only if it fires. Memory beside the rows: the packed words, 12 to 24 bytes of the table, 8 of the
 * row index; with states of one word 28 to 40 bytes a state, 56 for a moment when the table doubles.
 */
#include "exact/space.h"

#include "process/program.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_STATES = 1 << 16, LOOK_STATES = 1 << 10, MOST_RESOLVED = 1 << 20 };
enum { FEW_STATES = 1 << 16 }; /* that are done before another thread has begun */

#define PROBABILITY_TOLERANCE 1e-9

/* A share of something, and the state that it goes to. */
struct entry {
    uint32_t state;
    double   weight;
};

/* Things on a stack; moves also have their words. */
struct entries {
    struct entry *items;
    size_t n, capacity;
};

struct moves {
    double   *weight;
    uint64_t *hash, *words;
    size_t    n, capacity;
};

/* A state without time whose distribution is being found. */
struct frame {
    uint32_t state;        /* its number among those resolved */
    int      command;      /* which fires in it */
    size_t   first_move, next_move, end_move, first_entry;
};

/* The distributions of states without time, found so far. */
struct resolved {
    struct states  states;
    size_t        *first;    /* per state: where its distribution begins among the entries; IN_PROGRESS */
    size_t        *count;
    uint32_t       capacity;
    struct entries entries;
};

#define IN_PROGRESS SIZE_MAX

struct search {
    const struct process *process;
    const struct space_options *options;
    struct arena    arena;
    struct layout   layout;
    struct states   states;
    struct resolved resolved;
    struct program  guards;  /* of `now` commands */
    struct program  rates;   /* guards and rates of the others, evaluated without `guards` */
    struct program *fire;    /* per command: what it does, after the program above that belongs to it */
    int    *now, n_now, *exponential, n_exponential;
    int    *values, *next;   /* per variable */
    double *value;           /* per node */
    uint64_t     *words;     /* of one state */
    struct moves  moves;
    struct entries entries;  /* of the row being made, then of the frames */
    struct frame *frames;
    size_t        n_frames, frame_capacity;
    struct chain *chain;
    uint64_t      transition_capacity;
    uint64_t      looked;    /* states found or left, with and without time */
    struct error *error;
};

/* ---- preparing ---- */

static struct program program_of_commands(struct search *s, const int *commands, int n, bool *needed, bool *done)
{
    const struct process *p = s->process;
    for (int i = 0; i < n; i++) {
        const struct command *c = &p->commands[commands[i]];
        needed[c->guard] = true;
        if (c->delay != DELAY_NOW)
            needed[c->amount] = true;
    }
    return program_new(&p->graph, &s->arena, needed, done);
}

/* What the command does, where `done` is known already. */
static struct program program_of_effect(struct search *s, int command, bool *needed, const bool *known)
{
    const struct process *p = s->process;
    const struct command *c = &p->commands[command];
    size_t n_nodes = (size_t)p->graph.n_nodes;
    bool *done = memcpy(memory_new(n_nodes, 1), known, n_nodes);
    for (int b = c->first_branch; b < c->first_branch + c->n_branches; b++) {
        const struct branch *branch = &p->branches[b];
        needed[branch->probability] = true;
        for (int u = 0; u < branch->n_updates; u++)
            needed[p->updates[branch->first_update + u].value] = true;
    }
    struct program program = program_new(&p->graph, &s->arena, needed, done);
    free(done);
    return program;
}

static void make_programs(struct search *s)
{
    const struct process *p = s->process;
    size_t n_nodes = (size_t)p->graph.n_nodes;
    bool *needed = memory_new(n_nodes, 1), *constants = memory_new(n_nodes, 1), *done = memory_new(n_nodes, 1);
    program_set_constants(&p->graph, constants, s->value);
    memcpy(done, constants, n_nodes);
    s->guards = program_of_commands(s, s->now, s->n_now, needed, done);
    for (int i = 0; i < s->n_now; i++)
        s->fire[s->now[i]] = program_of_effect(s, s->now[i], needed, done);
    memcpy(done, constants, n_nodes);
    s->rates = program_of_commands(s, s->exponential, s->n_exponential, needed, done);
    for (int i = 0; i < s->n_exponential; i++)
        s->fire[s->exponential[i]] = program_of_effect(s, s->exponential[i], needed, done);
    free(needed);
    free(constants);
    free(done);
}

static bool search_open(struct search *s)
{
    const struct process *p = s->process;
    s->now = arena_new(&s->arena, (size_t)p->n_commands, sizeof *s->now);
    s->exponential = arena_new(&s->arena, (size_t)p->n_commands, sizeof *s->exponential);
    for (int i = 0; i < p->n_commands; i++) {
        if (p->commands[i].delay == DELAY_FIXED)
            return error_add(s->error, FAULT_SYSTEM, "process %s: command %s has a fixed delay, which is to be "
                             "replaced by an Erlang delay before the process has a chain", p->name,
                             p->commands[i].name);
        if (p->commands[i].delay == DELAY_NOW)
            s->now[s->n_now++] = i;
        else
            s->exponential[s->n_exponential++] = i;
    }
    layout_new(&s->layout, p);
    states_new(&s->states, s->layout.n_words);
    states_new(&s->resolved.states, s->layout.n_words);
    s->fire = arena_new(&s->arena, (size_t)p->n_commands, sizeof *s->fire);
    s->values = arena_new(&s->arena, (size_t)p->n_variables, sizeof *s->values);
    s->next = arena_new(&s->arena, (size_t)p->n_variables, sizeof *s->next);
    s->value = arena_new(&s->arena, (size_t)p->graph.n_nodes, sizeof *s->value);
    s->words = arena_new(&s->arena, (size_t)s->layout.n_words, sizeof *s->words);
    make_programs(s);
    return true;
}

static void search_close(struct search *s)
{
    layout_free(&s->layout);
    states_free(&s->states);
    states_free(&s->resolved.states);
    free(s->resolved.first);
    free(s->resolved.count);
    free(s->resolved.entries.items);
    free(s->moves.weight);
    free(s->moves.hash);
    free(s->moves.words);
    free(s->entries.items);
    free(s->frames);
    arena_free(&s->arena);
}

/* ---- messages ---- */

/* Appends "name=value, …" of the present values. */
static const char *state_text(struct search *s)
{
    struct text text = {0};
    for (int i = 0; i < s->process->n_variables; i++)
        text_add(&text, "%s%s=%d", i ? ", " : "", s->process->variables[i].name, s->values[i]);
    const char *copy = arena_text(&s->arena, text.data ? text.data : "(no variables)");
    text_free(&text);
    return copy;
}

static bool fail_command(struct search *s, int command, const char *what, double value)
{
    return error_add(s->error, FAULT_SYSTEM, "process %s: command %s has the %s %g in the state %s", s->process->name,
                     s->process->commands[command].name, what, value, state_text(s));
}

/* Names the commands from the frame in which the loop begins to the last. */
static bool fail_loop(struct search *s, uint32_t state)
{
    struct text names = {0};
    size_t first = s->n_frames;
    while (s->frames[first - 1].state != state)
        first--;
    layout_unpack(&s->layout, &s->resolved.states.packed[(size_t)state * (size_t)s->layout.n_words], s->values);
    for (size_t i = first - 1; i < s->n_frames; i++)
        text_add(&names, "%s%s", i >= first ? ", " : "", s->process->commands[s->frames[i].command].name);
    error_add(s->error, FAULT_SYSTEM, "process %s: a cycle of commands that take no time: %s, from the state %s",
              s->process->name, names.data, state_text(s));
    text_free(&names);
    return false;
}

/* The variables that take most values among the states found, most first: where there is something to be had. */
static bool fail_many(struct search *s, uint32_t most)
{
    const struct process *p = s->process;
    struct text text = {0};
    int *least = arena_new(&s->arena, (size_t)p->n_variables, sizeof *least);
    int *greatest = arena_new(&s->arena, (size_t)p->n_variables, sizeof *greatest);
    for (uint32_t i = 0; i < s->states.n; i++) {
        layout_unpack(&s->layout, &s->states.packed[(size_t)i * (size_t)s->layout.n_words], s->values);
        for (int v = 0; v < p->n_variables; v++) {
            least[v] = i == 0 || s->values[v] < least[v] ? s->values[v] : least[v];
            greatest[v] = i == 0 || s->values[v] > greatest[v] ? s->values[v] : greatest[v];
        }
    }
    for (int named = 0; named < 3; named++) {
        int widest = -1;
        for (int v = 0; v < p->n_variables; v++)
            if (widest < 0 || greatest[v] - least[v] > greatest[widest] - least[widest])
                widest = v;
        if (widest < 0 || greatest[widest] <= least[widest])
            break;
        text_add(&text, "%s%s (%d to %d)", named ? ", " : "", p->variables[widest].name, least[widest],
                 greatest[widest]);
        greatest[widest] = least[widest];
    }
    error_add(s->error, FAULT_INPUT, "process %s has more than %u states; allow more of them, or make smaller what its "
              "variables count: of those found the widest are %s", p->name, most, text.data ? text.data : "none");
    text_free(&text);
    return false;
}

/* ---- moves: what a command leads to, before `now` commands are looked at ---- */

static void moves_grow(struct search *s)
{
    struct moves *m = &s->moves;
    m->capacity = m->capacity ? 2 * m->capacity : 64;
    m->weight = memory_grow(m->weight, m->capacity, sizeof *m->weight);
    m->hash = memory_grow(m->hash, m->capacity, sizeof *m->hash);
    m->words = memory_grow(m->words, m->capacity, (size_t)s->layout.n_words * sizeof *m->words);
}

static void moves_add(struct search *s, double weight, const int *values)
{
    struct moves *m = &s->moves;
    if (m->n == m->capacity)
        moves_grow(s);
    uint64_t *words = &m->words[m->n * (size_t)s->layout.n_words];
    layout_pack(&s->layout, values, words);
    m->weight[m->n] = weight;
    m->hash[m->n] = states_hash(words, s->layout.n_words);
    states_prefetch(&s->states, m->hash[m->n]);
    m->n++;
}

/* The state after the branch, of the values at hand; put to `next`. */
static bool apply_branch(struct search *s, int command, const struct branch *branch)
{
    const struct process *p = s->process;
    memcpy(s->next, s->values, (size_t)p->n_variables * sizeof *s->next);
    for (int u = 0; u < branch->n_updates; u++) {
        const struct update *update = &p->updates[branch->first_update + u];
        const struct variable *variable = &p->variables[update->variable];
        double value = s->value[update->value];
        if (!(value >= variable->least && value <= variable->greatest))
            return error_add(s->error, FAULT_SYSTEM, "process %s: command %s sets %s to %g, outside %d..%d, in the "
                             "state %s", p->name, p->commands[command].name, variable->name, value, variable->least,
                             variable->greatest, state_text(s));
        s->next[update->variable] = (int)value;
    }
    return true;
}

/* Adds the moves of a command that fires in the present state, of that weight altogether. */
static bool fire(struct search *s, int command, double weight)
{
    const struct process *p = s->process;
    const struct command *c = &p->commands[command];
    double sum = 0;
    program_run(&s->fire[command], &p->graph, s->values, s->value);
    for (int b = c->first_branch; b < c->first_branch + c->n_branches; b++) {
        double probability = s->value[p->branches[b].probability];
        if (!(probability >= 0))
            return fail_command(s, command, "branch probability", probability);
        sum += probability;
        if (probability == 0)
            continue;
        if (!apply_branch(s, command, &p->branches[b]))
            return false;
        moves_add(s, weight * probability, s->next);
    }
    return fabs(sum - 1) <= PROBABILITY_TOLERANCE || fail_command(s, command, "sum of branch probabilities", sum);
}

/* The first enabled `now` command in the state with these words, which becomes the present one; -1: time passes. */
static int first_now(struct search *s, const uint64_t *words)
{
    layout_unpack(&s->layout, words, s->values);
    program_run(&s->guards, &s->process->graph, s->values, s->value);
    for (int i = 0; i < s->n_now; i++)
        if (s->value[s->process->commands[s->now[i]].guard] != 0)
            return s->now[i];
    return -1;
}

/* ---- distributions of states without time ---- */

static void entries_add(struct entries *entries, uint32_t state, double weight)
{
    if (entries->n == entries->capacity) {
        entries->capacity = entries->capacity ? 2 * entries->capacity : 256;
        entries->items = memory_grow(entries->items, entries->capacity, sizeof *entries->items);
    }
    entries->items[entries->n++] = (struct entry){state, weight};
}

static int compare_entries(const void *one, const void *other)
{
    uint32_t x = ((const struct entry *)one)->state, y = ((const struct entry *)other)->state;
    return x < y ? -1 : x > y;
}

/* Sorts the entries from `first` on by state, stably where there are few of them, as there are nearly always. */
static void sort_entries(struct entry *items, size_t n)
{
    if (n > 64) {
        qsort(items, n, sizeof *items, compare_entries);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct entry moving = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].state > moving.state; at--)
            items[at] = items[at - 1];
        items[at] = moving;
    }
}

/* Sorts the entries from `first` on and merges those of one state. */
static void entries_merge(struct entries *entries, size_t first)
{
    struct entry *items = entries->items + first;
    size_t n = entries->n - first, kept = 0;
    if (n == 0)
        return;
    sort_entries(items, n);
    for (size_t i = 1; i < n; i++) {
        if (items[i].state == items[kept].state)
            items[kept].weight += items[i].weight;
        else
            items[++kept] = items[i];
    }
    entries->n = first + kept + 1;
}

static uint32_t most_states(const struct search *s)
{
    return s->options->most_states ? s->options->most_states : SPACE_MOST_STATES;
}

/* Once for each state that is found or left, with or without time: tells how far it is, and gives up if told to. */
static bool look(struct search *s)
{
    const struct space_options *o = s->options;
    const uint64_t n = s->looked++;
    if (n && n % REPORT_STATES == 0 && o->on_states)
        o->on_states(s->states.n, o->context);
    if (n % LOOK_STATES == 0 && o->stop && *o->stop)
        return error_add(s->error, FAULT_SYSTEM, "process %s: stopped after %u states", s->process->name, s->states.n);
    return true;
}

/* Those without time are kept for a while only, so that there are many is no matter if no state leads to them all. */
static bool has_room(struct search *s)
{
    const struct resolved *r = &s->resolved;
    if (r->entries.n + r->states.n <= (size_t)MOST_RESOLVED + most_states(s))
        return true;
    return error_add(s->error, FAULT_INPUT, "process %s passes through more than %u states that take no time, all from "
                     "one state; allow more of them, or make smaller what its variables count", s->process->name,
                     most_states(s));
}

static void frame_push(struct search *s, const uint64_t *words, uint64_t hash, int command)
{
    struct resolved *r = &s->resolved;
    if (s->n_frames == s->frame_capacity) {
        s->frame_capacity = s->frame_capacity ? 2 * s->frame_capacity : 64;
        s->frames = memory_grow(s->frames, s->frame_capacity, sizeof *s->frames);
    }
    uint32_t state = states_add(&r->states, words, hash);
    if (state >= r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 1024;
        r->first = memory_grow(r->first, r->capacity, sizeof *r->first);
        r->count = memory_grow(r->count, r->capacity, sizeof *r->count);
    }
    r->first[state] = IN_PROGRESS;
    s->frames[s->n_frames++] = (struct frame){state, command, s->moves.n, s->moves.n, s->moves.n, s->entries.n};
}

/* Keeps the distribution of the last frame and takes the frame away. */
static void frame_pop(struct search *s)
{
    struct resolved *r = &s->resolved;
    const struct frame *f = &s->frames[--s->n_frames];
    entries_merge(&s->entries, f->first_entry);
    r->first[f->state] = r->entries.n;
    r->count[f->state] = s->entries.n - f->first_entry;
    for (size_t i = f->first_entry; i < s->entries.n; i++)
        entries_add(&r->entries, s->entries.items[i].state, s->entries.items[i].weight);
    s->entries.n = f->first_entry;
    s->moves.n = f->first_move;
}

enum step { STEP_FAILED, STEP_DONE, STEP_DEEPER };

/* A new state in which time passes gets its number. */
static bool add_state(struct search *s, const uint64_t *words, uint64_t hash, uint32_t *state)
{
    if (s->states.n >= most_states(s))
        return fail_many(s, most_states(s));
    *state = states_add(&s->states, words, hash);
    return look(s);
}

/*
 * Adds what a move leads to to the entries, if that is known or can be known at once. Else a frame is pushed for the
 * state without time that it leads to, and the move is to be looked at again when that is resolved.
 */
static enum step follow(struct search *s, size_t move)
{
    const double weight = s->moves.weight[move];
    const uint64_t hash = s->moves.hash[move];
    struct resolved *r = &s->resolved;
    const size_t n_words = (size_t)s->layout.n_words;
    uint32_t state = states_find(&s->states, &s->moves.words[move * n_words], hash);
    if (state != STATES_NONE) {
        entries_add(&s->entries, state, weight);
        return STEP_DONE;
    }
    memcpy(s->words, &s->moves.words[move * n_words], n_words * sizeof *s->words);
    state = s->n_now ? states_find(&r->states, s->words, hash) : STATES_NONE;
    if (state != STATES_NONE) {
        if (r->first[state] == IN_PROGRESS)
            return fail_loop(s, state) ? STEP_DONE : STEP_FAILED;
        for (size_t i = 0; i < r->count[state]; i++) {
            const struct entry *e = &r->entries.items[r->first[state] + i];
            entries_add(&s->entries, e->state, weight * e->weight);
        }
        return STEP_DONE;
    }
    int command = s->n_now ? first_now(s, s->words) : -1;
    if (command < 0) {
        if (!add_state(s, s->words, hash, &state))
            return STEP_FAILED;
        entries_add(&s->entries, state, weight);
        return STEP_DONE;
    }
    if (!look(s) || !has_room(s))
        return STEP_FAILED;
    frame_push(s, s->words, hash, command);
    if (!fire(s, command, 1))
        return STEP_FAILED;
    s->frames[s->n_frames - 1].end_move = s->moves.n;
    return STEP_DEEPER;
}

/* Follows all moves, through as many states without time as there are, and merges where they end. */
static bool follow_all(struct search *s)
{
    const size_t n_moves = s->moves.n;
    for (size_t move = 0; move < n_moves || s->n_frames > 0;) {
        struct frame *f = s->n_frames > 0 ? &s->frames[s->n_frames - 1] : NULL;
        if (f && f->next_move == f->end_move) {
            frame_pop(s);
            continue;
        }
        enum step step = follow(s, f ? f->next_move : move);
        if (step == STEP_FAILED)
            return false;
        if (step == STEP_DONE && f)
            f->next_move++;
        else if (step == STEP_DONE)
            move++;
    }
    entries_merge(&s->entries, 0);
    if (s->resolved.entries.n + s->resolved.states.n > MOST_RESOLVED) {
        states_clear(&s->resolved.states);
        s->resolved.entries.n = 0;
    }
    return true;
}

/* ---- the chain ---- */

/* The moves of all commands in that state, which becomes the present one. */
static bool leave(struct search *s, uint32_t state)
{
    const struct process *p = s->process;
    s->moves.n = s->entries.n = 0;
    layout_unpack(&s->layout, &s->states.packed[(size_t)state * (size_t)s->layout.n_words], s->values);
    program_run(&s->rates, &p->graph, s->values, s->value);
    for (int i = 0; i < s->n_exponential; i++) {
        const struct command *c = &p->commands[s->exponential[i]];
        double rate = s->value[c->guard] != 0 ? s->value[c->amount] : 0;
        if (!(rate >= 0 && rate < INFINITY))
            return fail_command(s, s->exponential[i], "rate", rate);
        if (rate > 0 && !fire(s, s->exponential[i], rate))
            return false;
    }
    return true;
}

static void add_row(struct search *s, uint32_t state)
{
    struct chain *chain = s->chain;
    if (chain->n_transitions + s->entries.n > s->transition_capacity) {
        s->transition_capacity = 3 * (s->transition_capacity + s->entries.n) / 2;
        chain->target = memory_grow(chain->target, s->transition_capacity, sizeof *chain->target);
        chain->rate = memory_grow(chain->rate, s->transition_capacity, sizeof *chain->rate);
    }
    for (size_t i = 0; i < s->entries.n; i++) {
        const struct entry *e = &s->entries.items[i];
        if (e->state == state || e->weight == 0) /* a product of tiny factors may have become 0 */
            continue;
        chain->target[chain->n_transitions] = e->state;
        chain->rate[chain->n_transitions++] = e->weight;
    }
    chain->row[state + 1] = chain->n_transitions;
}

static bool add_initial(struct search *s)
{
    const struct process *p = s->process;
    for (int i = 0; i < p->n_variables; i++) {
        const struct variable *v = &p->variables[i];
        s->values[i] = s->options->initial ? s->options->initial[i] : v->initial;
        if (s->values[i] < v->least || s->values[i] > v->greatest)
            return error_add(s->error, FAULT_SYSTEM, "process %s: variable %s begins at %d, outside %d..%d", p->name,
                             v->name, s->values[i], v->least, v->greatest);
    }
    moves_add(s, 1, s->values);
    if (!follow_all(s))
        return false;
    s->chain->n_initial = (uint32_t)s->entries.n;
    s->chain->initial = memory_new(s->entries.n, sizeof *s->chain->initial);
    s->chain->initial_probability = memory_new(s->entries.n, sizeof *s->chain->initial_probability);
    for (size_t i = 0; i < s->entries.n; i++) {
        s->chain->initial[i] = s->entries.items[i].state;
        s->chain->initial_probability[i] = s->entries.items[i].weight;
    }
    return true;
}

static bool explore(struct search *s)
{
    size_t capacity = 0;
    if (!add_initial(s))
        return false;
    for (uint32_t state = 0; state < s->states.n; state++) {
        if (state + (size_t)2 > capacity) {
            capacity = capacity ? capacity + capacity / 2 : 1024;
            s->chain->row = memory_grow(s->chain->row, capacity, sizeof *s->chain->row);
            s->chain->row[0] = 0;
        }
        if (!look(s) || !leave(s, state) || !follow_all(s))
            return false;
        add_row(s, state);
    }
    return true;
}

/* Gives what was found to the space, less the memory that was held for more. */
static void hand_over(struct search *s, struct space *space)
{
    struct chain *chain = s->chain;
    chain->n_states = s->states.n;
    chain->row = memory_grow(chain->row, (size_t)chain->n_states + 1, sizeof *chain->row);
    chain->target = memory_grow(chain->target, chain->n_transitions, sizeof *chain->target);
    chain->rate = memory_grow(chain->rate, chain->n_transitions, sizeof *chain->rate);
    space->packed = memory_grow(s->states.packed, s->states.n, (size_t)s->layout.n_words * sizeof *space->packed);
    s->states.packed = NULL;
    space->layout = s->layout;
    s->layout = (struct layout){0};
}

/*
 * Finds the reachable states of the process, which must live as long as the space. Fails where the process has fixed
 * delays or impulses (a reward's rate in a state would not be all of it), breaks its own rules (a negative rate, an
 * update out of range, branches that do not add up to 1, a cycle of `now` commands), has more states than are allowed,
 * with time or in a row without, or is told to stop. Give the space to space_free in any case.
 */
bool space_build(const struct process *process, const struct space_options *options, struct space *space,
                 struct error *error)
{
    static const struct space_options none = {0};
    struct search s = {.process = process, .options = options ? options : &none, .chain = &space->chain,
                       .error = error};
    *space = (struct space){.process = process};
    bool good = process->n_impulses == 0 ||
                error_add(error, FAULT_SYSTEM, "process %s: rewards earned by impulses cannot be solved",
                          process->name);
    good = good && search_open(&s) && explore(&s);
    if (good)
        hand_over(&s, space);
    search_close(&s);
    if (!good)
        space_free(space);
    return good;
}

/* Gives back the space's memory. */
void space_free(struct space *space)
{
    chain_free(&space->chain);
    layout_free(&space->layout);
    free(space->packed);
    *space = (struct space){0};
}

/* The values of the process's variables in a state of the space. */
void space_state(const struct space *space, uint32_t state, int *values)
{
    assert(state < space->chain.n_states);
    layout_unpack(&space->layout, &space->packed[(size_t)state * (size_t)space->layout.n_words], values);
}

static void values_of_range(const struct space *space, const struct program *program, uint32_t first, uint32_t end,
                            double *value, const expr *wanted, int n_wanted, double *const *values)
{
    int *state = memory_new((size_t)space->process->n_variables, sizeof *state);
    for (uint32_t i = first; i < end; i++) {
        space_state(space, i, state);
        program_run(program, &space->process->graph, state, value);
        for (int k = 0; k < n_wanted; k++)
            values[k][i] = value[wanted[k]];
    }
    free(state);
}

/* Evaluates expressions of the process in every state: values[k][state] is that of wanted[k]. On all cores. */
void space_values(const struct space *space, const expr *wanted, int n_wanted, double *const *values)
{
    const struct graph *graph = &space->process->graph;
    const size_t n_nodes = (size_t)graph->n_nodes;
    const uint32_t n = space->chain.n_states;
    struct arena arena = {0};
    bool *needed = memory_new(n_nodes, 1), *done = memory_new(n_nodes, 1);
    double *constants = memory_new(n_nodes, sizeof *constants);
    program_set_constants(graph, done, constants);
    for (int k = 0; k < n_wanted; k++)
        needed[wanted[k]] = true;
    struct program program = program_new(graph, &arena, needed, done);
#pragma omp parallel if (n > FEW_STATES)
    {
        uint64_t rank = (uint64_t)omp_get_thread_num(), threads = (uint64_t)omp_get_num_threads();
        double *value = memcpy(memory_new(n_nodes, sizeof *value), constants, n_nodes * sizeof *value);
        values_of_range(space, &program, (uint32_t)(n * rank / threads), (uint32_t)(n * (rank + 1) / threads), value,
                        wanted, n_wanted, values);
        free(value);
    }
    free(needed);
    free(done);
    free(constants);
    arena_free(&arena);
}
