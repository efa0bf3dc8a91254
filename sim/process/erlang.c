/*
 * Fixed delays replaced by Erlang delays of the same mean, so that a process becomes a Markov chain.
 *
 * An Erlang delay of k phases is the sum of k exponential ones of mean d/k each: its mean is d, its variance d²/k. As k
 * grows it comes near the fixed delay, and the error of an expected value has a series in 1/k (a fixed delay is the
 * limit of a law whose cumulants beyond the first are O(1/k)). So answers for k, 2k and 4k can be extrapolated:
 * eliminating 1/k and 1/k² (L. F. Richardson 1911) leaves an error of order 1/k³.
 *
 * For each command c with the guard g and the delay d there are
 *
 *     variable "c.phase" : 0..k-1 = 0
 *     [c.reset]  not g & 0 < phase            -> now                 phase := 0         before all others
 *     [c.step]   g & d != 0 & phase < k - 1   -> exponential(k/d)    phase := phase + 1
 *     [c]        g & d != 0 & phase = k - 1   -> exponential(k/d)    what c does, phase := 0
 *     [c.at_once] g & d = 0                   -> now                 what c does, phase := 0    after all others
 *
 * The clock is lost when the guard is false, even for an instant between two `now` commands: the reset comes before
 * any other of them. It starts anew when c has fired. A delay of 0 fires when no other `now` command is enabled, as
 * a fixed delay of 0 does; but no state in which it waits is then seen by a label.
 *
 * One thing differs. A fixed delay is read when its guard becomes true, the rate k/d in each state; so d must not
 * change while g stays true and c does not fire. The models keep to that.
 *
 * Cost: a variable, and three commands more, for each fixed delay; the number of states grows with the product of the
 * phases of those delays that run at the same time.
 */
#include "process/erlang.h"

#include <assert.h>
#include <string.h>

/* A copy in the making. */
struct copy {
    const struct process *from;
    struct process       *to;
    int  k;
    int *phase; /* per command of `from`: its variable, or -1 */
};

/* Every node gets the index that it had, since it was made by the same calls in the same order. */
static void copy_graph(const struct copy *copy)
{
    const struct graph *from = &copy->from->graph;
    struct graph *to = &copy->to->graph;
    for (int i = 0; i < from->n_tables; i++) {
        const struct table *table = &from->tables[i];
        expr_add_table(to, arena_text(&copy->to->arena, table->name), table->values, table->n_values);
    }
    for (int i = 0; i < from->n_nodes; i++) {
        int operand[3];
        graph_operands(&from->nodes[i], operand);
        expr new = expr_like(to, &from->nodes[i], operand);
        assert(new == i);
        (void)new;
    }
}

static bool is_taken(const struct copy *copy, const char *name,
                     int (*find)(const struct process *process, const char *name))
{
    return find(copy->from, name) >= 0 || find(copy->to, name) >= 0;
}

/* A name such as "c.phase" that neither process has, so that every name of the old one stays its own. */
static const char *free_name(const struct copy *copy, const char *of, const char *what,
                             int (*find)(const struct process *process, const char *name))
{
    struct arena *arena = &copy->to->arena;
    const char *name = arena_format(arena, "%s.%s", of, what);
    for (int i = 2; is_taken(copy, name, find); i++)
        name = arena_format(arena, "%s.%s~%d", of, what, i);
    return name;
}

/* The old variables keep their indices; the phases stand behind them. */
static void copy_variables(const struct copy *copy)
{
    const struct process *from = copy->from;
    for (int i = 0; i < from->n_variables; i++) {
        const struct variable *v = &from->variables[i];
        process_add_variable(copy->to, v->name, v->least, v->greatest, v->initial);
    }
    for (int i = 0; i < from->n_commands; i++) {
        copy->phase[i] = -1;
        if (from->commands[i].delay == DELAY_FIXED && copy->k > 1)
            copy->phase[i] = process_add_variable(
                copy->to, free_name(copy, from->commands[i].name, "phase", process_find_variable), 0, copy->k - 1, 0);
    }
}

/* What the command does, and its phase back to 0, for the command added last. */
static void copy_branches(const struct copy *copy, int command)
{
    const struct process *from = copy->from;
    const struct command *c = &from->commands[command];
    for (int b = c->first_branch; b < c->first_branch + c->n_branches; b++) {
        const struct branch *branch = &from->branches[b];
        process_add_branch(copy->to, branch->probability);
        for (int u = branch->first_update; u < branch->first_update + branch->n_updates; u++)
            process_add_update(copy->to, from->updates[u].variable, from->updates[u].value);
        for (int i = branch->first_impulse; i < branch->first_impulse + branch->n_impulses; i++)
            process_add_impulse(copy->to, from->impulses[i].reward, from->impulses[i].amount);
        if (copy->phase[command] >= 0)
            process_add_update(copy->to, copy->phase[command], expr_constant(&copy->to->graph, 0));
    }
}

/* A command of one branch that sets the phase. */
static void add_phase_command(const struct copy *copy, int command, const char *what, expr guard, enum delay delay,
                              expr amount, expr phase)
{
    process_add_command(copy->to, free_name(copy, copy->from->commands[command].name, what, process_find_command),
                        guard, delay, amount);
    process_add_branch(copy->to, expr_constant(&copy->to->graph, 1));
    process_add_update(copy->to, copy->phase[command], phase);
}

static void add_reset(const struct copy *copy, int command)
{
    struct graph *g = &copy->to->graph;
    expr zero = expr_constant(g, 0), phase = expr_variable(g, copy->phase[command]);
    expr idle = expr_unary(g, OP_NOT, copy->from->commands[command].guard);
    expr guard = expr_binary(g, OP_AND, idle, expr_binary(g, OP_LESS, zero, phase));
    double never;
    if (!expr_is_constant(g, guard, &never) || never != 0)
        add_phase_command(copy, command, "reset", guard, DELAY_NOW, -1, zero);
}

/* The command's guard, where the delay is 0 or where it is not; a negative one is a rate that engines refuse. */
static expr guard_of(const struct copy *copy, int command, bool takes_time)
{
    struct graph *g = &copy->to->graph;
    const struct command *c = &copy->from->commands[command];
    expr none = expr_binary(g, OP_EQUAL, c->amount, expr_constant(g, 0));
    return expr_binary(g, OP_AND, c->guard, takes_time ? expr_unary(g, OP_NOT, none) : none);
}

static bool can_hold(const struct copy *copy, expr guard)
{
    double value;
    return !expr_is_constant(&copy->to->graph, guard, &value) || value != 0;
}

/*
 * The last phase, which is the command itself, and the phases before it. Where the delay is always 0 the command keeps
 * its name, but never fires: the rate is not needed then, and 1 / 0 would be none.
 */
static void add_phases(const struct copy *copy, int command)
{
    struct graph *g = &copy->to->graph;
    const struct command *c = &copy->from->commands[command];
    expr guard = guard_of(copy, command, true), last = guard, rate = expr_constant(g, 0);
    if (can_hold(copy, guard))
        rate = expr_binary(g, OP_DIVIDE, expr_constant(g, copy->k), c->amount);
    if (copy->k > 1) {
        expr phase = expr_variable(g, copy->phase[command]), end = expr_constant(g, copy->k - 1);
        expr before = expr_binary(g, OP_AND, guard, expr_binary(g, OP_LESS, phase, end));
        last = expr_binary(g, OP_AND, guard, expr_binary(g, OP_EQUAL, phase, end));
        if (can_hold(copy, guard))
            add_phase_command(copy, command, "step", before, DELAY_EXPONENTIAL, rate,
                              expr_binary(g, OP_ADD, phase, expr_constant(g, 1)));
    }
    process_add_command(copy->to, c->name, last, DELAY_EXPONENTIAL, rate);
    copy_branches(copy, command);
}

static void copy_commands(const struct copy *copy)
{
    const struct process *from = copy->from;
    for (int i = 0; i < from->n_commands; i++)
        if (copy->phase[i] >= 0)
            add_reset(copy, i);
    for (int i = 0; i < from->n_commands; i++) {
        const struct command *c = &from->commands[i];
        if (c->delay == DELAY_FIXED) {
            add_phases(copy, i);
        } else {
            process_add_command(copy->to, c->name, c->guard, c->delay, c->amount);
            copy_branches(copy, i);
        }
    }
    for (int i = 0; i < from->n_commands; i++) {
        const struct command *c = &from->commands[i];
        if (c->delay != DELAY_FIXED || !can_hold(copy, guard_of(copy, i, false)))
            continue;
        process_add_command(copy->to, free_name(copy, c->name, "at_once", process_find_command),
                            guard_of(copy, i, false), DELAY_NOW, -1);
        copy_branches(copy, i);
    }
}

static bool stream_is_taken(const struct process *process, uint32_t stream, int but)
{
    for (int i = 0; i < process->n_commands; i++)
        if (i != but && process->commands[i].stream == stream)
            return true;
    return false;
}

/* Old commands keep their streams of random numbers; a new one that fell on one of these moves on. */
static void copy_streams(const struct copy *copy)
{
    struct process *to = copy->to;
    for (int i = 0; i < to->n_commands; i++) {
        int old = process_find_command(copy->from, to->commands[i].name);
        if (old >= 0)
            to->commands[i].stream = copy->from->commands[old].stream;
    }
    for (int i = 0; i < to->n_commands; i++)
        while (process_find_command(copy->from, to->commands[i].name) < 0 &&
               stream_is_taken(to, to->commands[i].stream, i))
            to->commands[i].stream++;
}

static void copy_names(const struct copy *copy)
{
    const struct process *from = copy->from;
    for (int i = 0; i < from->n_rewards; i++)
        process_add_reward(copy->to, from->rewards[i].name, from->rewards[i].rate);
    for (int i = 0; i < from->n_labels; i++)
        process_add_label(copy->to, from->labels[i].name, from->labels[i].condition);
    for (int i = 0; i < from->n_formulas; i++)
        process_add_formula(copy->to, from->formulas[i].name, from->formulas[i].value);
}

/*
 * A copy of the process in which every fixed delay is an Erlang delay of `phases` (1 or more) phases of the same mean.
 * Variables, rewards and labels keep their indices and names, commands their names and random streams; the phases are
 * new variables behind the old ones, which begin at 0. Give it to process_free.
 */
struct process *process_erlang(const struct process *process, int phases)
{
    assert(phases >= 1);
    struct copy copy = {.from = process, .to = process_new(process->name), .k = phases};
    copy.phase = arena_new(&copy.to->arena, (size_t)process->n_commands, sizeof *copy.phase);
    copy_graph(&copy);
    copy_variables(&copy);
    copy_commands(&copy);
    copy_streams(&copy);
    copy_names(&copy);
    return copy.to;
}
