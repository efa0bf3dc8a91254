/*
 * A chain, state by state, as a process of one variable, so that an engine can sample it.
 *
 * The variable is the state. The k-th command is the k-th transition of whatever state the chain is in; the beginning
 * of a state's row, its length, the rates and the targets are tables:
 *
 *     [k] k < length[state]  -> exponential(rate[row[state] + k])
 *         1 : state := target[row[state] + k]
 *
 * Two values more than the chain has states: n is no state at all, where a cycle ends and nothing is earned; n + 1 is
 * before the beginning, where a chain is that may begin in several states: a `now` command chooses one.
 *
 * Cost: an event looks at as many commands as the longest row has transitions; the tables take 16 bytes a transition
 * and 16 a state.
 */
#include "exact/files.h"

#include "base/memory.h"

#include <limits.h>
#include <stdlib.h>

/* The tables while they are made. */
struct tables {
    double  *row, *length; /* per state, and 0 for no state at all */
    double  *rate, *target;
    uint32_t longest;
};

static bool is_left(const struct files_walk *walk, uint32_t state)
{
    return !walk->absorbing || !walk->absorbing[state];
}

static struct tables tables_new(const struct chain *chain, const struct files_walk *walk)
{
    size_t n = chain->n_states, m = chain->n_transitions;
    struct tables t = {
        .row = memory_new(n + 1, sizeof *t.row),
        .length = memory_new(n + 1, sizeof *t.length),
        .rate = memory_new(m, sizeof *t.rate),
        .target = memory_new(m, sizeof *t.target),
    };
    for (uint32_t i = 0; i < n; i++) {
        uint64_t length = is_left(walk, i) ? chain->row[i + 1] - chain->row[i] : 0;
        t.row[i] = (double)chain->row[i];
        t.length[i] = (double)length;
        t.longest = length > t.longest ? (uint32_t)length : t.longest;
    }
    for (uint64_t k = 0; k < m; k++) {
        bool back = walk->is_cycle && chain->target[k] == walk->from;
        t.rate[k] = chain->rate[k];
        t.target[k] = back ? (double)n : chain->target[k];
    }
    return t;
}

static void tables_free(struct tables *tables)
{
    free(tables->row);
    free(tables->length);
    free(tables->rate);
    free(tables->target);
}

static bool check_size(const struct chain *chain, const struct tables *tables, struct error *error)
{
    if (chain->n_states > INT_MAX - 2 || chain->n_transitions > INT_MAX)
        return error_add(error, FAULT_INPUT, "a chain of %u states and %llu transitions is too large to be sampled",
                         chain->n_states, (unsigned long long)chain->n_transitions);
    if (tables->longest > FILES_MOST_COMMANDS)
        return error_add(error, FAULT_INPUT, "a state has %u transitions, and chains with more than %d cannot be "
                         "sampled", tables->longest, FILES_MOST_COMMANDS);
    return true;
}

static void add_commands(struct process *p, const struct chain *chain, const struct tables *t)
{
    struct graph *g = &p->graph;
    int states = (int)chain->n_states, transitions = (int)chain->n_transitions;
    expr state = expr_variable(g, 0);
    if (!t->longest)
        return;
    expr row = expr_table(g, expr_add_table(g, "row", t->row, states + 1), state);
    expr length = expr_table(g, expr_add_table(g, "length", t->length, states + 1), state);
    int rate = expr_add_table(g, "rate", t->rate, transitions);
    int target = expr_add_table(g, "target", t->target, transitions);
    for (uint32_t k = 0; k < t->longest; k++) {
        expr number = expr_constant(g, k), at = expr_binary(g, OP_ADD, row, number);
        char name[16];
        snprintf(name, sizeof name, "%u", k);
        process_add_command(p, name, expr_binary(g, OP_LESS, number, length), DELAY_EXPONENTIAL,
                            expr_table(g, rate, at));
        process_add_branch(p, expr_constant(g, 1));
        process_add_update(p, 0, expr_table(g, target, at));
    }
}

static void add_begin(struct process *p, const struct chain *chain, int before)
{
    struct graph *g = &p->graph;
    process_add_command(p, "begin", expr_binary(g, OP_EQUAL, expr_variable(g, 0), expr_constant(g, before)), DELAY_NOW,
                        -1);
    for (uint32_t i = 0; i < chain->n_initial; i++) {
        process_add_branch(p, expr_constant(g, chain->initial_probability[i]));
        process_add_update(p, 0, expr_constant(g, chain->initial[i]));
    }
}

/*
 * The chain as a process; NULL, with an error, if it is too large. Rewards and labels are for the caller to add, with
 * files_lookup. Time is in the unit of the chain. Give it to process_free.
 */
struct process *files_process(const struct chain *chain, const struct files_walk *walk, struct error *error)
{
    struct tables tables = tables_new(chain, walk);
    struct process *p = NULL;
    if (check_size(chain, &tables, error)) {
        int before = (int)chain->n_states + 1;
        bool chooses = !walk->is_cycle && chain->n_initial > 1;
        p = process_new("chain");
        process_add_variable(p, "state", 0, before,
                             (int)(chooses ? (uint32_t)before : walk->is_cycle ? walk->from : chain->initial[0]));
        if (chooses)
            add_begin(p, chain, before);
        add_commands(p, chain, &tables);
    }
    tables_free(&tables);
    return p;
}

/* A figure of the state the process is in, from one per state; 0 in no state at all. */
expr files_lookup(struct process *process, const char *name, const double *values, uint32_t n_states)
{
    double *table = memory_new((size_t)n_states + 1, sizeof *table);
    for (uint32_t i = 0; i < n_states; i++)
        table[i] = values[i];
    int number = expr_add_table(&process->graph, arena_text(&process->arena, name), table, (int)n_states + 1);
    free(table);
    return expr_table(&process->graph, number, expr_variable(&process->graph, 0));
}
