/*
 * Expressions over the variables of a process, as a shared graph.
 *
 * All values are doubles; a condition is 0 or 1. A node is made once: asking for the same node again gives the same
 * index (hash consing), and what has constant operands is computed when it is made. Since operands come before their
 * users, one pass over the nodes in the order of their indices evaluates everything: no recursion, no stack, and the
 * same pass serves one path or a block of paths side by side.
 *
 * Nothing is skipped by a condition: both branches of an `if` are evaluated and one is chosen. A division by zero in
 * the branch that is not chosen is therefore harmless (IEEE arithmetic, no traps).
 */
#include "process/expr.h"

#include "base/memory.h"
#include "process/apply.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Gives back the graph's memory. */
void graph_free(struct graph *graph)
{
    free(graph->nodes);
    free(graph->buckets);
    free(graph->chain);
    for (int i = 0; i < graph->n_tables; i++)
        free(graph->tables[i].values);
    free(graph->tables);
    *graph = (struct graph){0};
}

/* The nodes that a node reads, and how many. */
int graph_operands(const struct node *node, int operands[3])
{
    operands[0] = node->a;
    operands[1] = node->b;
    operands[2] = node->c;
    switch (node->op) {
    case OP_CONSTANT:
    case OP_VARIABLE:
        return 0;
    case OP_TABLE:
    case OP_NOT:
        return 1;
    case OP_IF:
        return 3;
    default:
        return 2;
    }
}

/* The value of a node from the values of its operands. Not for constants, variables and tables. */
double graph_apply(const struct node *node, double a, double b, double c)
{
    return apply_operation(node->op, a, b, c);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value;
    hash *= 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static uint64_t node_hash(const struct node *node)
{
    uint64_t bits;
    memcpy(&bits, &node->constant, sizeof bits);
    uint64_t hash = mix((uint64_t)node->op + 1, bits);
    hash = mix(hash, (uint64_t)(unsigned)node->a);
    hash = mix(hash, (uint64_t)(unsigned)node->b);
    return mix(hash, (uint64_t)(unsigned)node->c);
}

static bool node_same(const struct node *x, const struct node *y)
{
    return x->op == y->op && x->a == y->a && x->b == y->b && x->c == y->c &&
           !memcmp(&x->constant, &y->constant, sizeof x->constant);
}

/* Forgets all nodes but the first n, and keeps the memory for others. */
void graph_cut(struct graph *graph, int n)
{
    while (graph->n_nodes > n) {
        int last = --graph->n_nodes; /* the last of its chain, which begins with it */
        graph->buckets[node_hash(&graph->nodes[last]) % (uint64_t)graph->n_buckets] = graph->chain[last];
    }
}

/* Twice the buckets, and the chains anew. */
static void grow(struct graph *graph)
{
    graph->node_capacity = graph->node_capacity ? 2 * graph->node_capacity : 256;
    graph->nodes = memory_grow(graph->nodes, (size_t)graph->node_capacity, sizeof *graph->nodes);
    graph->chain = memory_grow(graph->chain, (size_t)graph->node_capacity, sizeof *graph->chain);
    graph->n_buckets = 2 * graph->node_capacity;
    graph->buckets = memory_grow(graph->buckets, (size_t)graph->n_buckets, sizeof *graph->buckets);
    for (int i = 0; i < graph->n_buckets; i++)
        graph->buckets[i] = -1;
    for (int i = 0; i < graph->n_nodes; i++) {
        int bucket = (int)(node_hash(&graph->nodes[i]) % (uint64_t)graph->n_buckets);
        graph->chain[i] = graph->buckets[bucket];
        graph->buckets[bucket] = i;
    }
}

/* That very node, not simplified: the one that is there, or a new one. */
expr expr_node(struct graph *graph, struct node node)
{
    if (graph->n_nodes == graph->node_capacity)
        grow(graph);
    int bucket = (int)(node_hash(&node) % (uint64_t)graph->n_buckets);
    for (int i = graph->buckets[bucket]; i >= 0; i = graph->chain[i])
        if (node_same(&graph->nodes[i], &node))
            return i;
    int new = graph->n_nodes++;
    graph->nodes[new] = node;
    graph->chain[new] = graph->buckets[bucket];
    graph->buckets[bucket] = new;
    return new;
}

/* A number. */
expr expr_constant(struct graph *graph, double value)
{
    if (value == 0)
        value = 0; /* one zero, not two */
    return expr_node(graph, (struct node){.op = OP_CONSTANT, .constant = value});
}

/* The value of a variable of the process. */
expr expr_variable(struct graph *graph, int variable)
{
    return expr_node(graph, (struct node){.op = OP_VARIABLE, .a = variable});
}

/* True if the expression does not depend on the state; its value is stored then. */
bool expr_is_constant(const struct graph *graph, expr e, double *value)
{
    if (graph->nodes[e].op != OP_CONSTANT)
        return false;
    *value = graph->nodes[e].constant;
    return true;
}

/* Adds a table of 1 or more numbers (copied; the name is not). Returns its index. */
int expr_add_table(struct graph *graph, const char *name, const double *values, int n_values)
{
    assert(n_values > 0);
    if (graph->n_tables == graph->table_capacity) {
        graph->table_capacity = graph->table_capacity ? 2 * graph->table_capacity : 16;
        graph->tables = memory_grow(graph->tables, (size_t)graph->table_capacity, sizeof *graph->tables);
    }
    struct table *table = &graph->tables[graph->n_tables];
    *table = (struct table){.name = name, .n_values = n_values};
    table->values = memory_new((size_t)n_values, sizeof *values);
    memcpy(table->values, values, (size_t)n_values * sizeof *values);
    return graph->n_tables++;
}

/* The table's value at the index, which is moved to the nearest end if it is outside. Equal entries make a constant. */
expr expr_table(struct graph *graph, int table, expr index)
{
    const struct table *t = &graph->tables[table];
    bool same = true;
    for (int i = 1; i < t->n_values; i++)
        same = same && t->values[i] == t->values[0];
    if (same)
        return expr_constant(graph, t->values[0]);
    return expr_node(graph, (struct node){.op = OP_TABLE, .a = index, .b = table});
}

/* OP_NOT. */
expr expr_unary(struct graph *graph, enum op op, expr a)
{
    struct node node = {.op = op, .a = a};
    double x;
    if (expr_is_constant(graph, a, &x))
        return expr_constant(graph, graph_apply(&node, x, 0, 0));
    return expr_node(graph, node);
}

static bool is_number(const struct graph *graph, expr e, double number)
{
    double value;
    return expr_is_constant(graph, e, &value) && value == number;
}

/* Rules of +, -, *, and /; -1 if none holds. */
static expr simplify_arithmetic(struct graph *graph, enum op op, expr a, expr b)
{
    bool scales = op == OP_MULTIPLY || op == OP_DIVIDE;
    if (op == OP_ADD && is_number(graph, a, 0))
        return b;
    if ((op == OP_ADD || op == OP_SUBTRACT) && is_number(graph, b, 0))
        return a;
    if (scales && is_number(graph, a, 0))
        return a;
    if (op == OP_MULTIPLY && is_number(graph, b, 0))
        return b;
    if (op == OP_MULTIPLY && is_number(graph, a, 1))
        return b;
    return scales && is_number(graph, b, 1) ? a : -1;
}

/* Rules of and, or: one operand is known, and decides or leaves it to the other; -1 if none is known. */
static expr simplify_condition(struct graph *graph, enum op op, expr a, expr b)
{
    double value = 0;
    bool left = expr_is_constant(graph, a, &value);
    if (!left && !expr_is_constant(graph, b, &value))
        return -1;
    bool decides = op == OP_AND ? value == 0 : value != 0;
    return decides ? expr_constant(graph, op == OP_OR) : left ? b : a;
}

/* What needs no node of its own: x + 0, x · 1, x · 0, x / 1, true and x …; -1 if there is no such rule. */
static expr simplify(struct graph *graph, enum op op, expr a, expr b)
{
    return op == OP_AND || op == OP_OR ? simplify_condition(graph, op, a, b) : simplify_arithmetic(graph, op, a, b);
}

/* Arithmetic, comparison, and, or. A logical operand must be a condition (0 or 1). */
expr expr_binary(struct graph *graph, enum op op, expr a, expr b)
{
    struct node node = {.op = op, .a = a, .b = b};
    double x, y;
    if (expr_is_constant(graph, a, &x) && expr_is_constant(graph, b, &y))
        return expr_constant(graph, graph_apply(&node, x, y, 0));
    expr simple = simplify(graph, op, a, b);
    return simple >= 0 ? simple : expr_node(graph, node);
}

/* condition ? yes : no */
expr expr_if(struct graph *graph, expr condition, expr yes, expr no)
{
    double x;
    if (yes == no)
        return yes;
    if (expr_is_constant(graph, condition, &x))
        return x != 0 ? yes : no;
    return expr_node(graph, (struct node){.op = OP_IF, .a = condition, .b = yes, .c = no});
}

/* The operation of the node on other operands, as many as graph_operands() names. The node must not be the graph's. */
expr expr_like(struct graph *graph, const struct node *node, const int operands[3])
{
    switch (node->op) {
    case OP_CONSTANT:
        return expr_constant(graph, node->constant);
    case OP_VARIABLE:
        return expr_variable(graph, node->a);
    case OP_TABLE:
        return expr_table(graph, node->b, operands[0]);
    case OP_NOT:
        return expr_unary(graph, node->op, operands[0]);
    case OP_IF:
        return expr_if(graph, operands[0], operands[1], operands[2]);
    default:
        return expr_binary(graph, node->op, operands[0], operands[1]);
    }
}
