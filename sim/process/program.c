/*
 * Expressions made ready for being evaluated again and again.
 *
 * A program holds the operations that a few expressions need, operands first, in one block of memory. Programs follow
 * one another on the same array of values, one per node of the graph: what an earlier program has computed for the
 * same state is not computed again. An engine has one program for each point at which it wants to know more (which
 * guards hold, which rates they have, what a command does), and so evaluates only what is needed.
 *
 * Cost: one pass over the operations; no branch but the one that finds the operation.
 */
#include "process/program.h"

#include "process/apply.h"

/*
 * The operations that the needed nodes need, less those that are done already; these are added to `done`. Both hold one
 * flag a node; `needed` is all false afterwards. The program lives as long as the arena.
 */
struct program program_new(const struct graph *graph, struct arena *arena, bool *needed, bool *done)
{
    int count = 0;
    for (int i = graph->n_nodes - 1; i >= 0; i--) {
        int operand[3], n = graph_operands(&graph->nodes[i], operand);
        needed[i] = needed[i] && !done[i];
        for (int k = 0; needed[i] && k < n; k++)
            needed[operand[k]] = true;
        count += needed[i];
    }
    struct operation *operations = arena_new(arena, (size_t)count, sizeof *operations);
    int n = 0;
    for (int i = 0; i < graph->n_nodes; i++) {
        const struct node *node = &graph->nodes[i];
        if (needed[i])
            operations[n++] = (struct operation){node->op, i, node->a, node->b, node->c};
        done[i] = done[i] || needed[i];
        needed[i] = false;
    }
    return (struct program){operations, n};
}

/* Writes the constants of the graph to their places, once and for all, and marks them as done. */
void program_set_constants(const struct graph *graph, bool *done, double *value)
{
    for (int i = 0; i < graph->n_nodes; i++)
        if (graph->nodes[i].op == OP_CONSTANT) {
            value[i] = graph->nodes[i].constant;
            done[i] = true;
        }
}

/* Evaluates the program in that state (a value per variable of the process). */
void program_run(const struct program *program, const struct graph *graph, const int *state, double *value)
{
    for (const struct operation *o = program->operations, *end = o + program->n_operations; o < end; o++) {
        if (o->op == OP_VARIABLE)
            value[o->out] = state[o->a];
        else if (o->op == OP_TABLE)
            value[o->out] = apply_table(&graph->tables[o->b], value[o->a]);
        else
            value[o->out] = apply_operation(o->op, value[o->a], value[o->b], value[o->c]);
    }
}
