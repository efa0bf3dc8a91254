/*
 * A process, cut by the places of its controller.
 *
 * A mode is one combination of values of the variables that only steer (process/specialise.c): one place of a
 * rollout's controller. In it, what is known is known beforehand: commands that cannot be enabled are left out, table
 * look-ups over the controller are numbers, and each branch leads to one mode that is known as well. What remains
 * stands as flat programs over rows of LANES doubles, one per path, so that a pass over a program serves a block of
 * paths. A process without such variables has one mode.
 *
 * Modes are made when a path first comes to them (engine/mode_store.c). Controllers have many more places than paths
 * come to.
 *
 * The programs of a mode follow one another on the same rows, as in process/program.h: guards (of commands that fire
 * at once or after a fixed delay), rates, and then, for the lanes concerned only, labels, a command's probabilities, a
 * branch's new values. What an earlier one has computed is not computed again.
 */
#include "engine/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Programs that what a node holds is still there in. */
enum { SCOPE_NONE, SCOPE_GUARDS, SCOPE_RATES, SCOPE_FIRST_OWN };

/* Nodes of the special graph. */
struct exprs {
    expr *list;
    int   n, capacity;
};

/* What a thread makes modes with. */
struct maker {
    const struct process *process;
    struct layout  layout;
    struct arena   kept;
    struct special special;
    const bool    *control;    /* per variable */
    const int     *controls;   /* their numbers */
    int            n_controls;
    int           *value;      /* per variable: that of the controls in the mode that is made */
    int           *next;       /* per control: its value after a branch that is made */
    int            most_scratch;

    /* The mode that is made: */
    struct arena  *arena;
    size_t         bytes;
    /* per node of the special graph: */
    struct place  *place;
    int           *scope;      /* the program that computes it */
    int           *readers;    /* operations of guards and rates that read it and do not stand in a program yet */
    bool          *lasting;    /* it is read by others too */
    bool          *needed;     /* guards and rates need it */
    int            node_capacity;
    struct exprs   results, others; /* what guards and rates are for; what other programs compute */
    int           *listed;     /* the mode's commands, in order */
    bool          *possible;   /* per command that was looked at */
    int           *spare, n_spare, spare_capacity; /* temporary rows that no one reads any more */
    int           *stack, stack_capacity;
    int            own_command, own_branch; /* scopes that count now, beside guards and rates */
    int            last_scope, n_scratch, rates_visible;
    struct instruction *room;
    int            n_room, room_capacity;
    double        *constants;
    int            n_constants, constant_capacity;
    struct mode_update *updates; /* of a branch that is made */
    struct mode_step *steps;
    bool          *row_used, *count_used;
};

/* ---- opening ---- */

/* All of them must stay as they are until maker_close(). */
struct maker *maker_open(const struct process *process, const struct layout *layout, const struct controls *controls)
{
    struct maker *m = memory_new(1, sizeof *m);
    m->process = process;
    m->layout = *layout;
    m->control = controls->is;
    m->controls = controls->list;
    m->n_controls = controls->n;
    m->value = arena_new(&m->kept, (size_t)process->n_variables, sizeof *m->value);
    m->next = arena_new(&m->kept, (size_t)process->n_variables, sizeof *m->next);
    m->row_used = arena_new(&m->kept, (size_t)m->layout.n_rows, sizeof *m->row_used);
    m->count_used = arena_new(&m->kept, (size_t)m->layout.n_counts, sizeof *m->count_used);
    m->updates = arena_new(&m->kept, (size_t)process->n_updates, sizeof *m->updates);
    m->steps = arena_new(&m->kept, (size_t)process->n_updates, sizeof *m->steps);
    m->listed = arena_new(&m->kept, (size_t)process->n_commands, sizeof *m->listed);
    m->possible = arena_new(&m->kept, (size_t)process->n_commands, sizeof *m->possible);
    special_open(&m->special, process, m->control);
    return m;
}

/* NULL is allowed. */
void maker_close(struct maker *m)
{
    if (!m)
        return;
    special_close(&m->special);
    arena_free(&m->kept);
    free(m->place);
    free(m->scope);
    free(m->readers);
    free(m->lasting);
    free(m->needed);
    free(m->constants);
    free(m);
}

/* ---- programs ---- */

/* Memory that lives as long as the mode. */
static void *mode_memory(struct maker *m, int count, size_t size)
{
    m->bytes += (size_t)count * size;
    return arena_new(m->arena, (size_t)count, size);
}

/* A copy of the list in such memory. */
static void *mode_copy(struct maker *m, const void *list, int n, size_t size)
{
    void *copy = mode_memory(m, n, size);
    return n > 0 ? memcpy(copy, list, (size_t)n * size) : copy;
}

static struct place row_place(struct maker *m, int row)
{
    m->row_used[row] = true;
    return (struct place){row * LANES, BASE_ROWS, 1};
}

static struct place constant_place(struct maker *m, double value)
{
    if (m->n_constants + MOST_WIDTH > m->constant_capacity) {
        m->constant_capacity = m->constant_capacity ? 2 * m->constant_capacity : 64 * MOST_WIDTH;
        m->constants = memory_grow(m->constants, (size_t)m->constant_capacity, sizeof *m->constants);
    }
    struct place place = {m->n_constants, BASE_CONSTANTS, 0};
    for (int i = 0; i < MOST_WIDTH; i++)
        m->constants[m->n_constants++] = value;
    return place;
}

/* Whether the program that is made is that of the guards or of the rates, which make each value once. */
static bool is_common(const struct maker *m)
{
    return !m->own_command && !m->own_branch;
}

static struct place new_scratch(struct maker *m)
{
    if (is_common(m) && m->n_spare > 0)
        return (struct place){m->spare[--m->n_spare], BASE_SCRATCH, 1};
    return (struct place){LANES * m->n_scratch++, BASE_SCRATCH, 1};
}

/* Temporary rows from that one on are for others. */
static void give_back(struct maker *m, int scratch)
{
    m->most_scratch = m->n_scratch > m->most_scratch ? m->n_scratch : m->most_scratch;
    m->n_scratch = scratch;
}

/* One reader less; the row of what has none left is for others. */
static void release(struct maker *m, expr e)
{
    if (!is_common(m) || --m->readers[e] > 0 || m->lasting[e] || m->place[e].base != BASE_SCRATCH)
        return;
    m->spare = arena_room(&m->kept, m->spare, m->n_spare, &m->spare_capacity, sizeof *m->spare);
    m->spare[m->n_spare++] = m->place[e].at;
}

/* Whether what the node holds is there. Constants and variables are, once they have a place. */
static bool is_there(const struct maker *m, expr e)
{
    int scope = m->scope[e];
    return scope == SCOPE_GUARDS || (scope == SCOPE_RATES && m->rates_visible) ||
           (scope >= SCOPE_FIRST_OWN && (scope == m->own_command || scope == m->own_branch));
}

static int present_scope(const struct maker *m)
{
    return m->own_branch ? m->own_branch : m->own_command ? m->own_command
           : m->rates_visible ? SCOPE_RATES : SCOPE_GUARDS;
}

static struct instruction *new_instruction(struct maker *m)
{
    m->room = arena_room(&m->kept, m->room, m->n_room, &m->room_capacity, sizeof *m->room);
    return &m->room[m->n_room++];
}

/* Of an operation with n operands, if the operand `held` of them (-1: none) is held. */
static enum form form_of(const struct instruction *in, int n, int held)
{
    bool a = in->a.step == 0, b = n > 1 && in->b.step == 0;
    if (held > 0)
        return held == 1 ? FORM_HELD_B : FORM_HELD_C;
    if (held == 0)
        return n == 2 && b ? FORM_HELD_A_CONSTANT_B : FORM_HELD_A;
    return n != 2 || a ? FORM_ANY : b ? FORM_CONSTANT_B : FORM_ROWS;
}

/*
 * Which operand the program's last instruction gives, or -1. If nothing else reads it, it goes to no row. Readers have
 * been counted down.
 */
static int find_held(struct maker *m, const int *operand, int n)
{
    struct instruction *last = m->n_room > 0 ? &m->room[m->n_room - 1] : NULL;
    for (int k = 0; last && k < n; k++) {
        expr e = operand[k];
        if (m->place[e].base != BASE_SCRATCH || m->place[e].at != last->out)
            continue;
        bool twice = (k + 1 < n && operand[k + 1] == e) || (k + 2 < n && operand[k + 2] == e);
        if (is_common(m) && m->readers[e] <= 0 && !m->lasting[e] && !twice)
            last->out = -1;
        return k;
    }
    return -1;
}

/* Gives the node a place; its operands have theirs. */
static void place_node(struct maker *m, expr e)
{
    const struct node *node = &m->special.graph.nodes[e];
    int operand[3], n = graph_operands(node, operand);
    if (node->op == OP_CONSTANT || node->op == OP_VARIABLE) {
        m->place[e] = node->op == OP_CONSTANT ? constant_place(m, node->constant)
                                              : row_place(m, m->layout.variables + node->a);
        m->scope[e] = SCOPE_GUARDS;
        return;
    }
    struct instruction in = {.a = m->place[operand[0]]};
    in.b = n > 1 ? m->place[operand[1]] : in.a;
    in.c = n > 2 ? m->place[operand[2]] : in.a;
    for (int k = 0; k < n; k++)
        release(m, operand[k]);
    in.kind = (uint32_t)node->op * FORMS + form_of(&in, n, find_held(m, operand, n));
    if (node->op == OP_TABLE)
        in.table = &m->process->graph.tables[node->b];
    m->place[e] = new_scratch(m); /* may be that of an operand: each vector is read before it is written */
    in.out = m->place[e].at;
    *new_instruction(m) = in;
    m->scope[e] = present_scope(m);
}

static void push(struct maker *m, int *depth, expr e)
{
    m->stack = arena_room(&m->kept, m->stack, *depth, &m->stack_capacity, sizeof *m->stack);
    m->stack[(*depth)++] = e;
}

/* Adds to the program what computes the node of the special graph, operands first, and returns its place. */
static struct place compute(struct maker *m, expr root)
{
    int depth = 0;
    push(m, &depth, root);
    while (depth > 0) {
        expr e = m->stack[depth - 1];
        int operand[3], n = is_there(m, e) ? 0 : graph_operands(&m->special.graph.nodes[e], operand), before = depth;
        for (int k = n - 1; k >= 0; k--)
            if (!is_there(m, operand[k]))
                push(m, &depth, operand[k]);
        if (depth > before)
            continue;
        if (!is_there(m, e))
            place_node(m, e);
        depth--;
    }
    return m->place[root];
}

static expr node_of(struct maker *m, expr e)
{
    return special_node(&m->special, e);
}

static struct code take_code(struct maker *m)
{
    struct code code = {mode_copy(m, m->room, m->n_room, sizeof *m->room), m->n_room};
    m->n_room = 0;
    return code;
}

/* ---- the parts of a mode ---- */

static bool is_constant(const struct maker *m, expr e, double *value)
{
    return special_is_constant(&m->special, e, value);
}

/* The rate of an exponential command, 0 where it is not enabled. */
static expr rate_of(struct maker *m, const struct command *c)
{
    expr zero = special_number(&m->special, 0), guard = node_of(m, c->guard);
    double value;
    if (is_constant(m, guard, &value) && value == 0)
        return zero;
    return special_if(&m->special, guard, node_of(m, c->amount), zero);
}

/* What says whether the command is enabled: 0 where it is not. */
static expr decisive(struct maker *m, const struct command *c)
{
    return c->delay == DELAY_EXPONENTIAL ? rate_of(m, c) : node_of(m, c->guard);
}

/* Whether the command can be enabled in this mode, as far as is known. */
static bool is_possible(struct maker *m, const struct command *c)
{
    double value;
    return !is_constant(m, decisive(m, c), &value) || value != 0;
}

/* A value that an update sets: not the row of a variable itself, which another update may have written before. */
static struct place updated_value(struct maker *m, expr e)
{
    struct place place = compute(m, e);
    if (place.base != BASE_ROWS)
        return place;
    struct instruction in = {OP_VARIABLE * FORMS + FORM_ANY, .a = place, .b = place, .c = place};
    place = new_scratch(m);
    in.out = place.at;
    *new_instruction(m) = in;
    return place;
}

/* A control's new value, which is a constant of the mode. */
static void make_control_update(struct maker *m, const struct update *update, struct mode_branch *out)
{
    const struct variable *v = &m->process->variables[update->variable];
    double value = NAN;
    int at = 0;
    special_is_known(&m->special, update->value, &value);
    if (!(value >= v->least && value <= v->greatest) || value != floor(value)) {
        out->broken = true;
        return;
    }
    while (m->controls[at] != update->variable)
        at++;
    m->next[at] = (int)value;
}

/* Whether the update is a step: by a constant, or to one. */
static bool is_step(struct maker *m, const struct update *update, struct mode_step *step)
{
    const struct graph *graph = &m->special.graph;
    expr value = node_of(m, update->value);
    const struct node *node = &graph->nodes[value];
    const struct variable *v = &m->process->variables[update->variable];
    *step = (struct mode_step){(m->layout.variables + update->variable) * LANES, 0, 0, v->least, v->greatest};
    if (is_constant(m, value, &step->by)) {
        step->by += 0.0; /* not -0 */
        return step->by == floor(step->by);
    }
    step->keep = 1;
    if (node->op != OP_ADD && node->op != OP_SUBTRACT)
        return false;
    const struct node *a = &graph->nodes[node->a];
    if (a->op != OP_VARIABLE || a->a != update->variable || !is_constant(m, node->b, &step->by))
        return false;
    if (node->op == OP_SUBTRACT)
        step->by = -step->by;
    return step->by == floor(step->by);
}

/* Whether the branch sets the variable more than once; the last one counts, but none may be out of range. */
static bool is_set_again(const struct maker *m, const struct branch *branch, int variable)
{
    int times = 0;
    for (int u = 0; u < branch->n_updates; u++)
        times += m->process->updates[branch->first_update + u].variable == variable;
    return times > 1;
}

/* The updates of a branch: of controls, steps, and others, in this order of simplicity. */
static void make_updates(struct maker *m, const struct branch *branch, struct mode_branch *out)
{
    for (int u = 0; u < branch->n_updates; u++) {
        const struct update *update = &m->process->updates[branch->first_update + u];
        const struct variable *v = &m->process->variables[update->variable];
        int row = m->layout.variables + update->variable;
        if (m->control[update->variable]) {
            make_control_update(m, update, out);
            continue;
        }
        m->row_used[row] = true;
        if (!is_set_again(m, branch, update->variable) && is_step(m, update, &m->steps[out->n_steps]))
            out->n_steps++;
        else
            m->updates[out->n_updates++] = (struct mode_update){row, updated_value(m, node_of(m, update->value)),
                                                                v->least, v->greatest};
    }
    out->updates = mode_copy(m, m->updates, out->n_updates, sizeof *m->updates);
    out->steps = mode_copy(m, m->steps, out->n_steps, sizeof *m->steps);
}

static void make_impulses(struct maker *m, const struct branch *branch, struct mode_branch *out)
{
    struct mode_impulse *impulses = mode_memory(m, branch->n_impulses, sizeof *impulses);
    for (int i = 0; i < branch->n_impulses; i++) {
        const struct impulse *impulse = &m->process->impulses[branch->first_impulse + i];
        int row = m->layout.rewards + impulse->reward;
        double amount;
        if (is_constant(m, node_of(m, impulse->amount), &amount) && amount == 0)
            continue;
        m->row_used[row] = true;
        impulses[out->n_impulses++] = (struct mode_impulse){row, compute(m, node_of(m, impulse->amount))};
    }
    out->impulses = impulses;
}

/* What the branch changes of the controls. */
static void make_changes(struct maker *m, struct mode_branch *out)
{
    int n = 0;
    for (int i = 0; i < m->n_controls; i++)
        n += m->next[i] != m->value[m->controls[i]];
    struct mode_change *changes = mode_memory(m, n, sizeof *changes);
    for (int i = 0; i < m->n_controls; i++)
        if (m->next[i] != m->value[m->controls[i]])
            changes[out->n_changes++] = (struct mode_change){i, m->next[i]};
    out->changes = changes;
}

static void make_branch(struct maker *m, const struct branch *branch, struct mode_branch *out)
{
    int scratch = m->n_scratch;
    m->own_branch = ++m->last_scope;
    for (int i = 0; i < m->n_controls; i++)
        m->next[i] = m->value[m->controls[i]];
    make_impulses(m, branch, out);
    make_updates(m, branch, out);
    make_changes(m, out);
    out->code = take_code(m);
    m->own_branch = 0;
    give_back(m, scratch);
}

static void make_firing(struct maker *m, const struct command *c, struct mode_command *out)
{
    double one;
    int scratch = m->n_scratch;
    m->rates_visible = c->delay != DELAY_NOW; /* a `now` command fires before the rates of its state are known */
    m->own_command = ++m->last_scope;
    out->certain = c->n_branches == 1 &&
                   expr_is_constant(&m->process->graph, m->process->branches[c->first_branch].probability, &one);
    out->branches = mode_memory(m, c->n_branches, sizeof *out->branches);
    out->n_branches = c->n_branches;
    for (int b = 0; b < c->n_branches && !out->certain; b++)
        out->branches[b].probability = compute(m, node_of(m, m->process->branches[c->first_branch + b].probability));
    out->code = take_code(m);
    for (int b = 0; b < c->n_branches; b++)
        make_branch(m, &m->process->branches[c->first_branch + b], &out->branches[b]);
    m->own_command = 0;
    give_back(m, scratch);
}

/* Guard, delay, rate: what says when it fires. */
static void make_timing(struct maker *m, const struct command *c, struct mode_command *out)
{
    struct range range = {0, 0, true};
    if (c->delay == DELAY_EXPONENTIAL) {
        expr rate = rate_of(m, c);
        range = m->special.range[rate];
        out->amount = compute(m, rate);
    } else {
        out->guard = compute(m, node_of(m, c->guard));
    }
    if (c->delay == DELAY_FIXED) {
        range = m->special.range[node_of(m, c->amount)];
        out->amount = compute(m, node_of(m, c->amount));
    }
    out->checked = c->delay != DELAY_NOW && !(range.least >= 0 && range.greatest < INFINITY);
}

/* Lists the commands of that delay that are possible; of `now` ones none after one that is always enabled. */
static void list_delay(struct maker *m, struct mode *mode, enum delay delay)
{
    const struct process *p = m->process;
    for (int i = 0; i < p->n_commands && !(delay == DELAY_NOW && mode->at_once); i++) {
        double value;
        if (p->commands[i].delay != delay)
            continue;
        m->possible[i] = is_possible(m, &p->commands[i]);
        if (!m->possible[i])
            continue;
        m->listed[mode->n_commands++] = i;
        if (delay == DELAY_NOW && is_constant(m, node_of(m, p->commands[i].guard), &value))
            mode->at_once = true;
    }
}

static void list_commands(struct maker *m, struct mode *mode)
{
    list_delay(m, mode, DELAY_NOW);
    mode->n_now = mode->n_commands;
    list_delay(m, mode, DELAY_FIXED);
    mode->n_fixed = mode->n_commands - mode->n_now;
    if (!mode->at_once)
        list_delay(m, mode, DELAY_EXPONENTIAL);
}

static void make_commands(struct maker *m, struct mode *mode)
{
    const struct process *p = m->process;
    mode->commands = mode_memory(m, mode->n_commands, sizeof *mode->commands);
    for (int i = 0; i < mode->n_commands; i++) {
        int number = m->listed[i];
        const struct command *c = &p->commands[number];
        struct mode_command *out = &mode->commands[i];
        *out = (struct mode_command){.number = number, .stream = c->stream, .delay = c->delay,
                                     .timer = m->layout.timer[number], .fired = m->layout.fired[number]};
        if (i == mode->n_now + mode->n_fixed) {
            mode->guards = take_code(m);
            m->rates_visible = true;
        }
        make_timing(m, c, out);
        mode->checked = mode->checked || (c->delay == DELAY_EXPONENTIAL && out->checked);
        if (out->timer >= 0)
            m->row_used[out->timer] = true;
        if (out->fired >= 0)
            m->count_used[out->fired] = true;
    }
    if (!m->rates_visible)
        mode->guards = take_code(m);
    m->rates_visible = true;
}

static void make_rewards(struct maker *m, struct mode *mode)
{
    const struct process *p = m->process;
    struct mode_rate *rewards = mode_memory(m, p->n_rewards, sizeof *rewards);
    for (int i = 0; i < p->n_rewards && !mode->at_once; i++) {
        double value;
        expr rate = node_of(m, p->rewards[i].rate);
        if (is_constant(m, rate, &value) && value == 0)
            continue;
        m->row_used[m->layout.rewards + i] = true;
        rewards[mode->n_rewards++] = (struct mode_rate){m->layout.rewards + i, compute(m, rate)};
    }
    mode->rewards = rewards;
    mode->rates = take_code(m);
}

static void make_labels(struct maker *m, struct mode *mode)
{
    const struct process *p = m->process;
    int scratch = m->n_scratch;
    struct place *conditions = mode_memory(m, p->n_labels, sizeof *conditions);
    m->own_command = ++m->last_scope;
    for (int i = 0; i < p->n_labels && !mode->at_once; i++) {
        conditions[i] = compute(m, node_of(m, p->labels[i].condition));
        m->row_used[m->layout.first_times + i] = m->row_used[m->layout.at_ends + i] = true;
    }
    mode->conditions = conditions;
    mode->labels = take_code(m);
    m->own_command = 0;
    give_back(m, scratch);
}

static bool is_plain(const struct mode_command *c)
{
    const struct mode_branch *branch = &c->branches[0];
    return c->delay == DELAY_EXPONENTIAL && c->certain && branch->n_steps <= PLAIN_STEPS && !branch->n_updates &&
           !branch->n_impulses && !branch->n_changes && !branch->broken;
}

static void make_plain_command(const struct maker *m, const struct mode_command *c, struct mode_plain *plain)
{
    const struct mode_branch *branch = &c->branches[0];
    plain->is_plain = true;
    plain->stream = c->stream;
    plain->timer = c->timer * LANES;
    plain->fired = c->fired * LANES;
    const struct mode_step nothing = {m->layout.time * LANES, 1, 0, 0, INFINITY}; /* the time stays what it is */
    for (int i = 0; i < PLAIN_STEPS; i++)
        plain->steps[i] = i < branch->n_steps ? branch->steps[i] : nothing;
}

/* Where there are many commands each fires in a few lanes only, and these are better served lane by lane. */
static void make_plain(struct maker *m, struct mode *mode)
{
    enum { MANY = 6 };
    int n = 0;
    for (int i = 0; i < mode->n_commands && mode->n_commands >= MANY; i++)
        n += is_plain(&mode->commands[i]);
    if (n == 0)
        return;
    struct mode_plain *plain = mode_memory(m, mode->n_commands, sizeof *plain);
    for (int i = 0; i < mode->n_commands; i++) {
        const struct mode_command *c = &mode->commands[i];
        if (!is_plain(c))
            continue;
        make_plain_command(m, c, &plain[i]);
        mode->n_steps = c->branches[0].n_steps > mode->n_steps ? c->branches[0].n_steps : mode->n_steps;
    }
    mode->all_plain = n == mode->n_commands;
    mode->plain = plain;
}

static void list_idle_timers(struct maker *m, struct mode *mode)
{
    const struct process *p = m->process;
    int *idle = mode_memory(m, p->n_commands, sizeof *idle);
    for (int i = 0; i < p->n_commands; i++)
        if (p->commands[i].delay == DELAY_FIXED && !m->possible[i])
            idle[mode->n_idle_timers++] = m->layout.timer[i];
    mode->idle_timers = idle;
}

/* The numbers of those that are marked, whose marks go. */
static const int *list_marked(struct maker *m, bool *marked, int n, int *count)
{
    int n_marked = 0;
    for (int i = 0; i < n; i++)
        n_marked += marked[i];
    int *list = mode_memory(m, n_marked, sizeof *list);
    for (int i = 0; i < n; i++) {
        if (marked[i])
            list[(*count)++] = i;
        marked[i] = false;
    }
    return list;
}

static void ask_for(struct maker *m, struct exprs *exprs, expr e)
{
    exprs->list = arena_room(&m->kept, exprs->list, exprs->n, &exprs->capacity, sizeof *exprs->list);
    exprs->list[exprs->n++] = e;
}

/* Asks for what firing the command takes. */
static void ask_for_branches(struct maker *m, const struct command *c)
{
    const struct process *p = m->process;
    for (int b = c->first_branch; b < c->first_branch + c->n_branches; b++) {
        const struct branch *branch = &p->branches[b];
        ask_for(m, &m->others, node_of(m, branch->probability));
        for (int u = branch->first_update; u < branch->first_update + branch->n_updates; u++)
            if (!m->control[p->updates[u].variable])
                ask_for(m, &m->others, node_of(m, p->updates[u].value));
        for (int i = branch->first_impulse; i < branch->first_impulse + branch->n_impulses; i++)
            ask_for(m, &m->others, node_of(m, p->impulses[i].amount));
    }
}

/* Asks for all nodes that the mode is made from, whose commands are listed. */
static void ask_for_nodes(struct maker *m, const struct mode *mode)
{
    const struct process *p = m->process;
    m->results.n = m->others.n = 0;
    for (int i = 0; i < p->n_rewards && !mode->at_once; i++)
        ask_for(m, &m->results, node_of(m, p->rewards[i].rate));
    for (int i = 0; i < p->n_labels && !mode->at_once; i++)
        ask_for(m, &m->others, node_of(m, p->labels[i].condition));
    for (int i = 0; i < mode->n_commands; i++) {
        const struct command *c = &p->commands[m->listed[i]];
        ask_for(m, &m->results, decisive(m, c));
        if (c->delay == DELAY_FIXED)
            ask_for(m, &m->results, node_of(m, c->amount));
        ask_for_branches(m, c);
    }
}

static void mark(const struct exprs *exprs, bool *marked)
{
    for (int i = 0; i < exprs->n; i++)
        marked[exprs->list[i]] = true;
}

/* Marks what a marked node is made from, by a pass from the last node to the first. */
static void mark_operands(const struct maker *m, bool *marked)
{
    for (int i = m->special.graph.n_nodes - 1; i >= 0; i--) {
        if (!marked[i])
            continue;
        int operand[3], n = graph_operands(&m->special.graph.nodes[i], operand);
        for (int k = 0; k < n; k++)
            marked[operand[k]] = true;
    }
}

/*
 * How many operations of guards and rates read each node, and which nodes others read: those that a place of the mode
 * names, and all that labels, probabilities, updates and impulses are made from.
 */
static void count_readers(struct maker *m)
{
    size_t n_nodes = (size_t)m->special.graph.n_nodes;
    memset(m->lasting, 0, n_nodes * sizeof *m->lasting);
    memset(m->needed, 0, n_nodes * sizeof *m->needed);
    memset(m->readers, 0, n_nodes * sizeof *m->readers);
    mark(&m->others, m->lasting);
    mark_operands(m, m->lasting);
    mark(&m->results, m->lasting);
    mark(&m->results, m->needed);
    mark_operands(m, m->needed);
    for (size_t i = 0; i < n_nodes; i++) {
        if (!m->needed[i])
            continue;
        int operand[3], n = graph_operands(&m->special.graph.nodes[i], operand);
        for (int k = 0; k < n; k++)
            m->readers[operand[k]]++;
    }
}

static void make_room_for_nodes(struct maker *m)
{
    if (m->special.graph.n_nodes < m->node_capacity)
        return;
    m->node_capacity = 2 * m->special.graph.n_nodes + 1;
    m->place = memory_grow(m->place, (size_t)m->node_capacity, sizeof *m->place);
    m->readers = memory_grow(m->readers, (size_t)m->node_capacity, sizeof *m->readers);
    m->lasting = memory_grow(m->lasting, (size_t)m->node_capacity, sizeof *m->lasting);
    m->needed = memory_grow(m->needed, (size_t)m->node_capacity, sizeof *m->needed);
    m->scope = memory_grow(m->scope, (size_t)m->node_capacity, sizeof *m->scope);
}

/* Lists the mode's commands and makes the nodes of its programs. */
static void prepare(struct maker *m, struct mode *mode)
{
    special_make(&m->special, m->value);
    list_commands(m, mode);
    ask_for_nodes(m, mode);
    make_room_for_nodes(m);
    memset(m->scope, 0, (size_t)m->special.graph.n_nodes * sizeof *m->scope);
    m->n_spare = 0;
    count_readers(m);
    m->own_command = m->own_branch = m->rates_visible = 0;
    m->last_scope = SCOPE_FIRST_OWN;
    m->n_scratch = m->most_scratch = m->n_constants = 0;
    m->row_used[m->layout.time] = m->row_used[m->layout.at_once] = true;
}

static double *copy_constants(struct maker *m)
{
    char *room = mode_memory(m, m->n_constants * (int)sizeof *m->constants + MEMORY_LINE, 1);
    double *copy = (double *)(void *)(room + (MEMORY_LINE - (uintptr_t)room % MEMORY_LINE) % MEMORY_LINE);
    if (m->n_constants > 0)
        memcpy(copy, m->constants, (size_t)m->n_constants * sizeof *copy);
    return copy;
}

/*
 * The mode where the controls have these values, in memory of the arena, whose bytes are added up. It has no number yet
 * and belongs to no table.
 */
struct mode *maker_make(struct maker *m, const int *values, struct arena *arena, size_t *bytes)
{
    m->arena = arena;
    m->bytes = 0;
    struct mode *mode = mode_memory(m, 1, sizeof *mode);
    mode->controls = mode_memory(m, m->n_controls, sizeof *mode->controls);
    for (int i = 0; i < m->n_controls; i++)
        mode->controls[i] = m->value[m->controls[i]] = values[i];
    prepare(m, mode);
    make_commands(m, mode);
    make_rewards(m, mode);
    make_labels(m, mode);
    for (int i = 0; i < mode->n_commands; i++)
        make_firing(m, &m->process->commands[mode->commands[i].number], &mode->commands[i]);
    make_plain(m, mode);
    list_idle_timers(m, mode);
    mode->constants = copy_constants(m);
    mode->n_scratch = m->most_scratch;
    mode->rows = list_marked(m, m->row_used, m->layout.n_rows, &mode->n_rows);
    mode->counts = list_marked(m, m->count_used, m->layout.n_counts, &mode->n_counts);
    *bytes += m->bytes;
    return mode;
}
