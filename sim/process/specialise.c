/*
 * What is left of the expressions of a process where the values of some of its variables are known: partial evaluation.
 *
 * A rollout has a controller: a few variables (`step`, `trigger`, the ways back) that say where it stands. They only
 * steer: they are looked up in tables and compared, never reckoned with. At one place of the controller most commands
 * are impossible, tables are numbers, and what remains is a small process of instances that fail and come back. An
 * engine that has many paths at the same place does the controller's work once for all of them.
 *
 * The result is the same to the last bit as that of the whole expression. So only those rules hold that IEEE arithmetic
 * obeys in every case: x · 1 = x; but x · 0 = 0 only for an x that is a number, not infinite, and not below 0 (or it is
 * -0), and x + 0 = x only for an x that is not -0. Ranges follow the expressions to know that: the least and the
 * greatest value, from the bounds of variables and the entries of tables. Rounding is monotonic, so a bound that is
 * computed like the value is a bound.
 *
 * N. D. Jones, C. K. Gomard, P. Sestoft: Partial Evaluation and Automatic Program Generation, Prentice Hall 1993.
 *
 * Nodes are made when they are asked for, with what they need: of an `and` that is false on one side no more than that
 * side, of an `if` whose condition is known no more than the branch it takes. Most of a rollout's commands are
 * impossible at a place, and what they would do is not looked at.
 *
 * Cost: a pass over the nodes that depend on known variables only, and the work for those that are asked for.
 */
#include "process/specialise.h"

#include "process/apply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct range anything = {-INFINITY, INFINITY, false};
static const struct range zero_or_one = {0, 1, true};

static bool is_bounded(struct range r)
{
    return r.least > -INFINITY && r.greatest < INFINITY;
}

static double least4(double a, double b, double c, double d)
{
    return fmin(fmin(a, b), fmin(c, d));
}

static double greatest4(double a, double b, double c, double d)
{
    return fmax(fmax(a, b), fmax(c, d));
}

static struct range range_of_table(const struct table *table)
{
    struct range r = {table->values[0], table->values[0], true};
    for (int i = 0; i < table->n_values; i++) {
        if (!isfinite(table->values[i]))
            return anything;
        r.least = fmin(r.least, table->values[i]);
        r.greatest = fmax(r.greatest, table->values[i]);
        r.unsigned_zero = r.unsigned_zero && !signbit(table->values[i]);
    }
    return r;
}

static struct range range_of_product(enum op op, struct range a, struct range b)
{
    bool positive = a.least >= 0 && b.least >= 0 && a.unsigned_zero && b.unsigned_zero;
    if (op == OP_MULTIPLY)
        return (struct range){
            least4(a.least * b.least, a.least * b.greatest, a.greatest * b.least, a.greatest * b.greatest),
            greatest4(a.least * b.least, a.least * b.greatest, a.greatest * b.least, a.greatest * b.greatest),
            positive};
    if (b.least <= 0 && b.greatest >= 0)
        return anything;
    return (struct range){
        least4(a.least / b.least, a.least / b.greatest, a.greatest / b.least, a.greatest / b.greatest),
        greatest4(a.least / b.least, a.least / b.greatest, a.greatest / b.least, a.greatest / b.greatest), positive};
}

/* Of an operation on bounded values a, b (and c). */
static struct range range_of(enum op op, struct range a, struct range b, struct range c)
{
    bool both = a.unsigned_zero && b.unsigned_zero;
    switch (op) {
    case OP_ADD: /* -0 only from two of them */
        return (struct range){a.least + b.least, a.greatest + b.greatest, a.unsigned_zero || b.unsigned_zero};
    case OP_SUBTRACT:
        return (struct range){a.least - b.greatest, a.greatest - b.least, a.unsigned_zero};
    case OP_MULTIPLY:
    case OP_DIVIDE:
        return range_of_product(op, a, b);
    case OP_MIN:
        return (struct range){fmin(a.least, b.least), fmin(a.greatest, b.greatest), both};
    case OP_MAX:
        return (struct range){fmax(a.least, b.least), fmax(a.greatest, b.greatest), both};
    case OP_IF:
        return (struct range){fmin(b.least, c.least), fmax(b.greatest, c.greatest),
                              b.unsigned_zero && c.unsigned_zero};
    default:
        return zero_or_one;
    }
}

static bool is_condition(enum op op)
{
    return op == OP_NOT || op == OP_LESS || op == OP_LESS_EQUAL || op == OP_EQUAL || op == OP_AND || op == OP_OR;
}

static struct range range_of_node(const struct special *s, const struct node *node)
{
    const struct process *p = s->process;
    if (node->op == OP_CONSTANT)
        return isfinite(node->constant) ? (struct range){node->constant, node->constant, !signbit(node->constant)}
                                        : anything;
    if (node->op == OP_VARIABLE)
        return (struct range){p->variables[node->a].least, p->variables[node->a].greatest, true};
    if (node->op == OP_TABLE)
        return s->table[node->b];
    if (is_condition(node->op))
        return zero_or_one;
    struct range a = s->range[node->a], b = s->range[node->b], c = node->op == OP_IF ? s->range[node->c] : b;
    bool good = is_bounded(b) && (node->op == OP_IF ? is_bounded(c) : is_bounded(a));
    struct range r = good ? range_of(node->op, a, b, c) : anything;
    return is_bounded(r) ? r : anything;
}

/* The node, with its range noted if there were so many nodes before and it is new. */
static expr ranged(struct special *s, int before, expr e)
{
    if (s->graph.n_nodes == before)
        return e;
    if (e >= s->range_capacity) {
        s->range_capacity = s->range_capacity ? 2 * s->range_capacity : 256;
        s->range = memory_grow(s->range, (size_t)s->range_capacity, sizeof *s->range);
    }
    s->range[e] = range_of_node(s, &s->graph.nodes[e]);
    return e;
}

static expr add(struct special *s, struct node node)
{
    int before = s->graph.n_nodes;
    return ranged(s, before, expr_node(&s->graph, node));
}

/* A constant, with the sign of a zero as it comes, unlike expr_constant(). */
expr special_number(struct special *s, double value)
{
    return add(s, (struct node){.op = OP_CONSTANT, .constant = value});
}

bool special_is_constant(const struct special *s, expr e, double *value)
{
    return expr_is_constant(&s->graph, e, value);
}

static bool is_number(const struct special *s, expr e, double value)
{
    double number;
    return special_is_constant(s, e, &number) && number == value && !signbit(number);
}

/* Whether 0 · e, or 0 / e, is 0 for certain. */
static bool takes_zero(const struct special *s, enum op op, expr e)
{
    struct range r = s->range[e];
    return is_bounded(r) && r.unsigned_zero && (op == OP_MULTIPLY ? r.least >= 0 : r.least > 0);
}

/* Rules of + and -; -1 if none holds. */
static expr simplify_sum(const struct special *s, enum op op, expr a, expr b)
{
    if (op == OP_ADD && is_number(s, a, 0) && s->range[b].unsigned_zero)
        return b;
    return is_number(s, b, 0) && (op == OP_SUBTRACT || s->range[a].unsigned_zero) ? a : -1;
}

/* Rules of * and /; -1 if none holds. */
static expr simplify_product(const struct special *s, enum op op, expr a, expr b)
{
    if (is_number(s, a, 0) && takes_zero(s, op, b))
        return a;
    if (op == OP_MULTIPLY && is_number(s, b, 0) && takes_zero(s, op, a))
        return b;
    if (op == OP_MULTIPLY && is_number(s, a, 1))
        return b;
    return is_number(s, b, 1) ? a : -1;
}

/* Rules of and, or; -1 if none holds. */
static expr simplify_condition(struct special *s, enum op op, expr a, expr b)
{
    double value = 0;
    bool left = special_is_constant(s, a, &value);
    if (!left && !special_is_constant(s, b, &value))
        return -1;
    expr other = left ? b : a;
    if (op == OP_AND ? value == 0 : value != 0)
        return special_number(s, op == OP_OR);
    return is_condition(s->graph.nodes[other].op) ? other : -1;
}

/* Rules of min, max and <; -1 if none holds: one is always less, or never. */
static expr simplify_order(struct special *s, enum op op, expr a, expr b)
{
    struct range x = s->range[a], y = s->range[b];
    if (!is_bounded(x) || !is_bounded(y))
        return -1;
    bool less = op == OP_MAX ? y.greatest < x.least : x.greatest < y.least;
    bool never = op == OP_MAX ? y.least >= x.greatest : x.least >= y.greatest;
    if (!less && !never)
        return -1;
    return op == OP_LESS ? special_number(s, less) : less ? a : b;
}

static expr simplify(struct special *s, enum op op, expr a, expr b)
{
    switch (op) {
    case OP_ADD:
    case OP_SUBTRACT:
        return simplify_sum(s, op, a, b);
    case OP_MULTIPLY:
    case OP_DIVIDE:
        return simplify_product(s, op, a, b);
    case OP_AND:
    case OP_OR:
        return simplify_condition(s, op, a, b);
    case OP_EQUAL:
    case OP_LESS_EQUAL:
        return -1;
    default:
        return simplify_order(s, op, a, b);
    }
}

/* Whether e is 0 for certain where x is, as far as a few operations show. */
static bool vanishes(const struct special *s, expr e, expr x, int depth)
{
    const struct node *node = &s->graph.nodes[e];
    if (e == x)
        return true;
    if (depth == 0 || (node->op != OP_MULTIPLY && node->op != OP_DIVIDE && node->op != OP_MIN))
        return false;
    enum op op = node->op == OP_MIN ? OP_MULTIPLY : node->op; /* min(0, b), too, asks for a b from 0 */
    return (takes_zero(s, op, node->b) && vanishes(s, node->a, x, depth - 1)) ||
           (op != OP_DIVIDE && takes_zero(s, op, node->a) && vanishes(s, node->b, x, depth - 1));
}

/* Whether the condition is 0 < x, and e is 0 for certain where it is false. */
static bool is_needless(const struct special *s, expr condition, expr e)
{
    enum { DEEP = 6 };
    const struct node *node = &s->graph.nodes[condition];
    if (node->op != OP_LESS || !is_number(s, node->a, 0))
        return false;
    struct range x = s->range[node->b];
    return is_bounded(x) && x.least >= 0 && x.unsigned_zero && vanishes(s, e, node->b, DEEP);
}

/* Whether the condition is x < y, and e is y - x, times or over what is never below 0: e is above 0 nowhere else. */
static bool is_excess(const struct special *s, expr condition, expr e)
{
    const struct node *node = &s->graph.nodes[condition], *excess = &s->graph.nodes[e];
    if (node->op != OP_LESS || !is_bounded(s->range[e]))
        return false;
    while ((excess->op == OP_MULTIPLY || excess->op == OP_DIVIDE) && takes_zero(s, excess->op, excess->b))
        excess = &s->graph.nodes[excess->a];
    return excess->op == OP_SUBTRACT && excess->a == node->b && excess->b == node->a;
}

/* condition ? yes : no, of nodes of the special graph. */
expr special_if(struct special *s, expr condition, expr yes, expr no)
{
    int before = s->graph.n_nodes;
    if (is_number(s, no, 0) && is_needless(s, condition, yes))
        return yes; /* the guard of "as many as there are" */
    if (is_number(s, no, 0) && is_excess(s, condition, yes))
        return add(s, (struct node){.op = OP_MAX, .a = yes, .b = no}); /* which is 0, and not -0, if both are */
    return ranged(s, before, expr_if(&s->graph, condition, yes, no));
}

/* An operation, from nodes of the special graph. */
static expr apply(struct special *s, struct node node)
{
    double x, y = 0;
    bool known = special_is_constant(s, node.a, &x);
    if (node.op == OP_TABLE)
        return known ? special_number(s, apply_table(&s->process->graph.tables[node.b], x)) : add(s, node);
    if (node.op == OP_IF)
        return special_if(s, node.a, node.b, node.c);
    if (node.op != OP_NOT)
        known = special_is_constant(s, node.b, &y) && known;
    if (known)
        return special_number(s, graph_apply(&node, x, y, 0));
    expr simple = node.op == OP_NOT ? -1 : simplify(s, node.op, node.a, node.b);
    return simple >= 0 ? simple : add(s, node);
}

/* ---- nodes of the process ---- */

static void note_node(struct special *s, expr e, expr became)
{
    s->node[e] = became;
    s->made[s->n_made++] = e;
}

/* What an operand became, which is there. */
static expr operand_node(struct special *s, expr e)
{
    if (s->node[e] < 0)
        note_node(s, e, special_number(s, s->value[e]));
    return s->node[e];
}

static bool is_there(const struct special *s, expr e)
{
    return s->node[e] >= 0 || s->closed[e];
}

/* Whether the node of the process is a number here, as far as has been asked; without making it. */
bool special_is_known(const struct special *s, expr e, double *value)
{
    if (s->closed[e])
        *value = s->value[e];
    return s->closed[e] || (s->node[e] >= 0 && special_is_constant(s, s->node[e], value));
}

/* Whether one side of an `and`, `or` says what comes of it. */
static bool is_decided(const struct special *s, const struct node *node)
{
    double a, b;
    bool end = node->op == OP_OR;
    if (!end && node->op != OP_AND)
        return false;
    return (special_is_known(s, node->a, &a) && (a != 0) == end) ||
           (special_is_known(s, node->b, &b) && (b != 0) == end);
}

/* An operand that the node needs and that is not there yet; -1: none. */
static expr missing_operand(const struct special *s, const struct node *node)
{
    int operand[3], n = graph_operands(node, operand);
    double condition;
    if (is_decided(s, node))
        return -1;
    if (node->op == OP_IF && special_is_known(s, node->a, &condition)) {
        operand[0] = condition != 0 ? node->b : node->c;
        n = 1;
    }
    for (int k = 0; k < n; k++)
        if (!is_there(s, operand[k]))
            return operand[k];
    return -1;
}

/* What the node of the process becomes, from what its operands have become. */
static expr specialise(struct special *s, struct node node)
{
    int operand[3], n = graph_operands(&node, operand);
    double condition;
    if (is_decided(s, &node))
        return special_number(s, node.op == OP_OR);
    if (node.op == OP_IF && special_is_known(s, node.a, &condition))
        return operand_node(s, condition != 0 ? node.b : node.c);
    if (n == 0)
        return add(s, node);
    node.a = operand_node(s, node.a);
    if (n > 1)
        node.b = operand_node(s, node.b);
    if (n > 2)
        node.c = operand_node(s, node.c);
    return apply(s, node);
}

/* What the node of the process is where the known variables have their values. */
expr special_node(struct special *s, expr root)
{
    const struct node *nodes = s->process->graph.nodes;
    int depth = 0;
    if (is_there(s, root))
        return operand_node(s, root);
    s->stack[depth++] = root;
    while (depth > 0) {
        expr e = s->stack[depth - 1], missing = missing_operand(s, &nodes[e]);
        if (missing >= 0) {
            s->stack[depth++] = missing;
            continue;
        }
        note_node(s, e, specialise(s, nodes[e]));
        depth--;
    }
    return s->node[root];
}

/* The value of a node that is closed, from those of its operands. */
static double closed_value(const struct special *s, const struct node *node, const int *value)
{
    if (node->op == OP_VARIABLE)
        return value[node->a];
    if (node->op == OP_TABLE)
        return apply_table(&s->process->graph.tables[node->b], s->value[node->a]);
    double b = node->op == OP_NOT ? 0 : s->value[node->b];
    return graph_apply(node, s->value[node->a], b, node->op == OP_IF ? s->value[node->c] : 0);
}

/* Notes which nodes are closed, and makes those that depend on no known variable. */
static void sort_nodes(struct special *s)
{
    const struct graph *graph = &s->process->graph;
    bool *is_open = memory_new((size_t)graph->n_nodes, sizeof *is_open);
    for (int i = 0; i < graph->n_nodes; i++) {
        const struct node *node = &graph->nodes[i];
        int operand[3], n = graph_operands(node, operand);
        bool constant = node->op == OP_CONSTANT;
        is_open[i] = node->op == OP_VARIABLE && s->known[node->a];
        s->closed[i] = constant || is_open[i] || n > 0;
        s->value[i] = node->constant;
        for (int k = 0; k < n; k++) {
            is_open[i] = is_open[i] || is_open[operand[k]];
            s->closed[i] = s->closed[i] && s->closed[operand[k]];
        }
        s->node[i] = -1;
        if (is_open[i] && s->closed[i])
            s->order[s->n_order++] = i;
        else if (s->closed[i] && n > 0)
            s->value[i] = closed_value(s, node, NULL);
        if (!is_open[i])
            special_node(s, i);
    }
    free(is_open);
}

/*
 * Prepares for special_make(), any number of times, for the variables that are known (a flag per variable). The process
 * must stay as it is.
 */
void special_open(struct special *s, const struct process *process, const bool *known)
{
    size_t nodes = (size_t)process->graph.n_nodes, variables = (size_t)process->n_variables;
    *s = (struct special){.process = process};
    s->node = memory_new(nodes, sizeof *s->node);
    s->closed = memory_new(nodes, sizeof *s->closed);
    s->value = memory_new(nodes, sizeof *s->value);
    s->order = memory_new(nodes, sizeof *s->order);
    s->made = memory_new(nodes, sizeof *s->made);
    s->stack = memory_new(nodes, sizeof *s->stack);
    s->known = memory_new(variables, sizeof *s->known);
    s->table = memory_new((size_t)process->graph.n_tables, sizeof *s->table);
    for (int i = 0; i < process->graph.n_tables; i++)
        s->table[i] = range_of_table(&process->graph.tables[i]);
    for (size_t v = 0; v < variables; v++)
        s->known[v] = known[v];
    sort_nodes(s);
    s->n_made = 0; /* these stay */
    s->n_fixed = s->graph.n_nodes;
}

void special_close(struct special *special)
{
    graph_free(&special->graph);
    free(special->range);
    free(special->table);
    free(special->node);
    free(special->closed);
    free(special->value);
    free(special->order);
    free(special->made);
    free(special->stack);
    free(special->known);
}

/*
 * Begins the special graph anew, for these values of the variables that are known (a value per variable):
 * special_node() of it has the same value, to the last bit, as the node of the process in every state with these
 * values.
 */
void special_make(struct special *s, const int *value)
{
    graph_cut(&s->graph, s->n_fixed);
    for (int i = 0; i < s->n_made; i++)
        s->node[s->made[i]] = -1;
    s->n_made = 0;
    for (int i = 0; i < s->n_order; i++)
        s->value[s->order[i]] = closed_value(s, &s->process->graph.nodes[s->order[i]], value);
}

/* ---- which variables only steer ---- */

/* Marks the nodes that reckon with the variable: its value reaches them other than by a comparison or a table. */
static void mark_reckoning(const struct graph *graph, int variable, bool *marked)
{
    for (int i = 0; i < graph->n_nodes; i++) {
        const struct node *node = &graph->nodes[i];
        int operand[3], n = graph_operands(node, operand);
        marked[i] = node->op == OP_VARIABLE && node->a == variable;
        if (is_condition(node->op) || node->op == OP_TABLE)
            continue;
        for (int k = node->op == OP_IF ? 1 : 0; k < n; k++)
            marked[i] = marked[i] || marked[operand[k]];
    }
}

/* Marks the nodes that depend on a variable that is no control. */
static void mark_data(const struct graph *graph, const bool *control, bool *marked)
{
    for (int i = 0; i < graph->n_nodes; i++) {
        const struct node *node = &graph->nodes[i];
        int operand[3], n = graph_operands(node, operand);
        marked[i] = node->op == OP_VARIABLE && !control[node->a];
        for (int k = 0; k < n; k++)
            marked[i] = marked[i] || marked[operand[k]];
    }
}

/* Whether a command's guard or amount is marked, or anything of its branches but the updates of controls. */
static bool command_is_marked(const struct process *p, const struct command *c, const bool *marked,
                              const bool *control)
{
    bool any = marked[c->guard] || (c->delay != DELAY_NOW && marked[c->amount]);
    for (int b = c->first_branch; b < c->first_branch + c->n_branches; b++) {
        const struct branch *branch = &p->branches[b];
        any = any || marked[branch->probability];
        for (int u = branch->first_update; u < branch->first_update + branch->n_updates; u++)
            any = any || (!control[p->updates[u].variable] && marked[p->updates[u].value]);
        for (int i = branch->first_impulse; i < branch->first_impulse + branch->n_impulses; i++)
            any = any || marked[p->impulses[i].amount];
    }
    return any;
}

static bool is_reckoned_with(const struct process *p, const bool *marked, const bool *control)
{
    bool any = false;
    for (int i = 0; i < p->n_commands; i++)
        any = any || command_is_marked(p, &p->commands[i], marked, control);
    for (int i = 0; i < p->n_rewards; i++)
        any = any || marked[p->rewards[i].rate];
    for (int i = 0; i < p->n_labels; i++)
        any = any || marked[p->labels[i].condition];
    return any;
}

/* Takes from the controls those that are not, if the others are. Returns whether there were any. */
static bool reduce(const struct process *p, bool *control, bool *marked)
{
    bool any = false;
    mark_data(&p->graph, control, marked);
    for (int i = 0; i < p->n_updates; i++)
        if (control[p->updates[i].variable] && marked[p->updates[i].value]) {
            control[p->updates[i].variable] = false;
            any = true;
        }
    for (int v = 0; v < p->n_variables; v++) {
        if (!control[v])
            continue;
        mark_reckoning(&p->graph, v, marked);
        control[v] = !is_reckoned_with(p, marked, control);
        any = any || !control[v];
    }
    return any;
}

/*
 * Marks the variables that only steer: they are compared and looked up, never reckoned with, and their next values
 * depend on such variables only. Cost: variables × nodes, a few times.
 */
void process_controls(const struct process *p, bool *control)
{
    bool *marked = memory_new((size_t)p->graph.n_nodes + 1, sizeof *marked);
    for (int v = 0; v < p->n_variables; v++)
        control[v] = true;
    while (reduce(p, control, marked))
        continue;
    free(marked);
}
