/*
 * A reward whose mean is 0, made of a guess of what is still to be expected.
 *
 * Let f be the rate of a reward and v(x) what is still to be earned of it from the state x on, on average. Then what
 * has been earned plus v(X) is a martingale: it moves only where chance says more or less than was expected, that is
 * when an exponential command fires, and when a command chooses among its branches. So
 *
 *     Z = sum over what has happened by chance of  v(after) - v(before) - its mean
 *
 * has the mean 0, and what is earned less Z is the same on every path: the mean itself. v is not known, or there would
 * be nothing to simulate. But Z has the mean 0 for any function g in the place of v, since it is the sum of what
 * happens less the same as it was to be expected just before:
 *
 *     exponential command k of rate r, branch b taken with probability p_b, d_b = g(after b) - g(before):
 *         impulse  d_b            when it fires by the branch b
 *         rate   - r sum p_b d_b  while it is enabled
 *     command of another delay, which may choose its branch but not its time:
 *         impulse  d_b - sum p_b d_b
 *
 * (Dynkin's formula; for a counting process of intensity r the compensator is the integral of r. A fixed delay has no
 * intensity: it fires when it must, so nothing is due to chance but its branch.) The better g, the less is left of the
 * variance of (earned - Z); a bad g makes it larger, but never shifts the mean. S. G. Henderson and P. W. Glynn call
 * this an approximating martingale and use it for steady states.
 *
 * g is an expression of the state, and g(after b) the same expression with the branch's updates in the place of the
 * variables. What a command does not touch is the same node of the graph, so most commands cost nothing.
 *
 * S. G. Henderson, P. W. Glynn, Approximating martingales for variance reduction in Markov process simulation, Math.
 * Oper. Res. 27 (2002) 253-271. P. Bremaud, Point Processes and Queues: Martingale Dynamics, Springer 1981, ch. II.
 */
#include "process/control.h"

#include <stdlib.h>

/*
 * An expression after a branch: that of a node, and a number added. Counts change by numbers, and a sum of counts then
 * has the same base whichever of them has changed: what a command does in one zone and in another is the same node.
 */
struct shifted {
    expr   base;
    double shift;
};

/* A control in the making. */
struct making {
    struct process *p;
    expr  outlook;
    int   reward;
    bool *used;            /* per node up to the outlook: it is part of it */
    struct shifted *after; /* per node up to the outlook: the same after a branch */
};

static void find_used(struct making *m)
{
    m->used[m->outlook] = true;
    for (expr e = m->outlook; e >= 0; e--) {
        int operand[3], n = graph_operands(&m->p->graph.nodes[e], operand);
        for (int k = 0; m->used[e] && k < n; k++)
            m->used[operand[k]] = true;
    }
}

static expr plain(struct making *m, struct shifted e)
{
    if (e.shift == 0)
        return e.base;
    return expr_binary(&m->p->graph, OP_ADD, e.base, expr_constant(&m->p->graph, e.shift));
}

/* What an update writes: x + 1 is x, shifted. */
static struct shifted written(const struct making *m, expr value)
{
    const struct node *node = &m->p->graph.nodes[value];
    double number;
    if ((node->op == OP_ADD || node->op == OP_SUBTRACT) && expr_is_constant(&m->p->graph, node->b, &number))
        return (struct shifted){node->a, node->op == OP_ADD ? number : -number};
    return (struct shifted){value, 0};
}

/* A variable after the branch. */
static struct shifted variable_after(const struct making *m, expr e, const struct branch *branch)
{
    struct shifted after = {e, 0};
    for (int u = branch->first_update; u < branch->first_update + branch->n_updates; u++)
        if (m->p->updates[u].variable == m->p->graph.nodes[e].a)
            after = written(m, m->p->updates[u].value);
    return after;
}

/* An operation after the branch, whose operands are known. */
static struct shifted operation_after(struct making *m, expr e)
{
    struct node node = m->p->graph.nodes[e]; /* a copy: the graph grows */
    int operand[3], n = graph_operands(&node, operand);
    bool same = true, adds = node.op == OP_ADD || node.op == OP_SUBTRACT;
    double shift = 0;
    for (int k = 0; k < n; k++) {
        struct shifted after = m->after[operand[k]];
        same = same && after.base == operand[k] && (adds || after.shift == 0);
        if (adds)
            shift += k == 1 && node.op == OP_SUBTRACT ? -after.shift : after.shift;
        operand[k] = adds ? after.base : plain(m, after);
    }
    return (struct shifted){same ? e : expr_like(&m->p->graph, &node, operand), shift};
}

/* The outlook in the state after the branch: operands come before those who use them. */
static expr outlook_after(struct making *m, const struct branch *branch)
{
    for (expr e = 0; e <= m->outlook; e++) {
        if (!m->used[e])
            continue;
        if (m->p->graph.nodes[e].op == OP_VARIABLE)
            m->after[e] = variable_after(m, e, branch);
        else
            m->after[e] = operation_after(m, e);
    }
    return plain(m, m->after[m->outlook]);
}

static expr times(struct making *m, expr a, expr b)
{
    return expr_binary(&m->p->graph, OP_MULTIPLY, a, b);
}

static expr plus(struct making *m, expr a, expr b)
{
    return expr_binary(&m->p->graph, OP_ADD, a, b);
}

static expr minus(struct making *m, expr a, expr b)
{
    return a == b ? expr_constant(&m->p->graph, 0) : expr_binary(&m->p->graph, OP_SUBTRACT, a, b);
}

static void earn(struct making *m, int branch, expr amount)
{
    double value;
    if (!expr_is_constant(&m->p->graph, amount, &value) || value != 0)
        process_insert_impulse(m->p, branch, m->reward, amount);
}

/* The mean change: branches that change the same are taken together, and all of them are certain. */
static expr mean_of(struct making *m, const struct command *c, const expr *change)
{
    expr zero = expr_constant(&m->p->graph, 0), mean = zero;
    for (int b = 0; b < c->n_branches; b++) {
        expr probability = zero;
        int first = 0, n = 0;
        while (change[first] != change[b])
            first++;
        for (int k = b; first == b && k < c->n_branches; k++)
            if (change[k] == change[b] && ++n)
                probability = plus(m, probability, m->p->branches[c->first_branch + k].probability);
        if (first == b)
            mean = n == c->n_branches ? change[b] : plus(m, mean, times(m, probability, change[b]));
    }
    return mean;
}

/*
 * The impulses of a command. Returns the rate that they have on average, 0 where it is not enabled; of a command that
 * chooses nothing but its branch they have none.
 */
static expr add_command(struct making *m, int number)
{
    struct graph *graph = &m->p->graph;
    const struct command c = m->p->commands[number];
    expr zero = expr_constant(graph, 0), *change = memory_new((size_t)c.n_branches, sizeof *change);
    for (int b = 0; b < c.n_branches; b++)
        change[b] = minus(m, outlook_after(m, &m->p->branches[c.first_branch + b]), m->outlook);
    expr mean = mean_of(m, &c, change);
    bool timed = c.delay == DELAY_EXPONENTIAL;
    for (int b = 0; b < c.n_branches && (timed || c.n_branches > 1); b++)
        earn(m, c.first_branch + b, timed ? change[b] : minus(m, change[b], mean));
    free(change);
    if (!timed || mean == zero)
        return zero;
    /* Where nothing can happen the branches' probabilities may be no numbers. */
    expr enabled = expr_binary(graph, OP_AND, c.guard, expr_binary(graph, OP_LESS, zero, c.amount));
    return expr_if(graph, enabled, times(m, c.amount, mean), zero);
}

/*
 * Adds a reward of mean 0 over [0, t], for every t. `outlook`: what is still to be earned of the reward that it is for,
 * as an expression of the state, as well as it is known. Takes the commands that are there by now. Returns its index.
 *
 * Cost: branches × nodes of the outlook; for each branch that changes it about so many nodes as it has.
 */
int process_add_control(struct process *process, const char *name, expr outlook)
{
    struct making m = {.p = process, .outlook = outlook, .reward = process->n_rewards};
    m.used = memory_new((size_t)outlook + 1, sizeof *m.used);
    m.after = memory_new((size_t)outlook + 1, sizeof *m.after);
    find_used(&m);
    expr zero = expr_constant(&process->graph, 0), expected = zero;
    for (int i = 0; i < process->n_commands; i++)
        expected = plus(&m, expected, add_command(&m, i));
    free(m.used);
    free(m.after);
    return process_add_reward(process, name, minus(&m, zero, expected));
}
