/*
 * What can be known of a process before it runs. The rest (an update outside its variable's range, a negative rate or
 * delay, probabilities that do not add up to 1, a cycle of commands that take no time) depends on the states that are
 * reached and is checked by the engines.
 */
#include "process/process.h"

#include <math.h>
#include <string.h>

static bool check_variables(const struct process *process, struct error *error)
{
    bool good = true;
    for (int i = 0; i < process->n_variables; i++) {
        const struct variable *v = &process->variables[i];
        if (v->least > v->greatest || v->initial < v->least || v->initial > v->greatest)
            good = error_add(error, FAULT_SYSTEM, "process %s: variable %s begins at %d, outside %d..%d", process->name,
                             v->name, v->initial, v->least, v->greatest);
        if (process_find_variable(process, v->name) != i)
            good = error_add(error, FAULT_SYSTEM, "process %s: two variables are called %s", process->name, v->name);
    }
    return good;
}

static bool check_branches(const struct process *process, const struct command *command, struct error *error)
{
    double sum = 0;
    bool constant = true, good = true;
    for (int b = 0; b < command->n_branches; b++) {
        const struct branch *branch = &process->branches[command->first_branch + b];
        double p = 0;
        if (!expr_is_constant(&process->graph, branch->probability, &p))
            constant = false;
        else if (!(p >= 0 && p <= 1))
            good = error_add(error, FAULT_SYSTEM, "process %s: command %s has a branch of probability %g",
                             process->name, command->name, p);
        sum += p;
    }
    if (command->n_branches == 0 || (constant && fabs(sum - 1) > 1e-9))
        good = error_add(error, FAULT_SYSTEM, "process %s: the branches of command %s have probability %g, not 1",
                         process->name, command->name, sum);
    return good;
}

static bool check_commands(const struct process *process, struct error *error)
{
    bool good = true;
    for (int i = 0; i < process->n_commands; i++) {
        const struct command *c = &process->commands[i];
        double amount;
        good &= check_branches(process, c, error);
        if (c->delay != DELAY_NOW && expr_is_constant(&process->graph, c->amount, &amount) &&
            !(amount >= 0 && isfinite(amount)))
            good = error_add(error, FAULT_SYSTEM, "process %s: command %s has the %s %g", process->name, c->name,
                             c->delay == DELAY_FIXED ? "delay" : "rate", amount);
        for (int j = 0; j < i; j++)
            if (process->commands[j].stream == c->stream)
                good = error_add(error, FAULT_SYSTEM, "process %s: commands %s and %s share a random stream",
                                 process->name, process->commands[j].name, c->name);
    }
    return good;
}

static bool check_graph(const struct process *process, struct error *error)
{
    bool good = true;
    const struct graph *graph = &process->graph;
    for (int i = 0; i < graph->n_nodes; i++) {
        int operand[3], n = graph_operands(&graph->nodes[i], operand);
        const struct node *node = &graph->nodes[i];
        bool fits = node->op != OP_VARIABLE || (node->a >= 0 && node->a < process->n_variables);
        fits = fits && (node->op != OP_TABLE || (node->b >= 0 && node->b < graph->n_tables));
        fits = fits && (node->op != OP_CONSTANT || !isnan(node->constant));
        for (int k = 0; k < n; k++)
            fits = fits && operand[k] >= 0 && operand[k] < i;
        if (!fits)
            good = error_add(error, FAULT_SYSTEM, "process %s: node %d of the expressions is broken", process->name, i);
    }
    return good;
}

static bool has_node(const struct process *process, expr e, const char *what, const char *of, struct error *error)
{
    return (e >= 0 && e < process->graph.n_nodes) ||
           error_add(error, FAULT_SYSTEM, "process %s: %s of %s is no expression", process->name, what, of);
}

static bool check_branch_expressions(const struct process *process, const struct command *command, struct error *error)
{
    bool good = true;
    for (int b = command->first_branch; b < command->first_branch + command->n_branches; b++) {
        const struct branch *branch = &process->branches[b];
        good &= has_node(process, branch->probability, "a probability", command->name, error);
        for (int u = branch->first_update; u < branch->first_update + branch->n_updates; u++)
            good &= has_node(process, process->updates[u].value, "an update", command->name, error);
        for (int i = branch->first_impulse; i < branch->first_impulse + branch->n_impulses; i++)
            good &= has_node(process, process->impulses[i].amount, "an impulse", command->name, error);
    }
    return good;
}

/* Whether all that the process refers to is there. */
static bool check_expressions(const struct process *process, struct error *error)
{
    bool good = true;
    for (int i = 0; i < process->n_commands; i++) {
        const struct command *c = &process->commands[i];
        good &= has_node(process, c->guard, "the guard", c->name, error);
        good &= c->delay == DELAY_NOW || has_node(process, c->amount, "the delay", c->name, error);
        good &= check_branch_expressions(process, c, error);
    }
    for (int i = 0; i < process->n_rewards; i++)
        good &= has_node(process, process->rewards[i].rate, "the rate", process->rewards[i].name, error);
    for (int i = 0; i < process->n_labels; i++)
        good &= has_node(process, process->labels[i].condition, "the condition", process->labels[i].name, error);
    return good;
}

static bool check_impulse(const struct process *process, int number, struct error *error)
{
    const struct impulse *impulse = &process->impulses[number];
    double amount;
    if (impulse->reward < 0 || impulse->reward >= process->n_rewards)
        return error_add(error, FAULT_SYSTEM, "process %s: impulse %d earns no reward", process->name, number);
    return !expr_is_constant(&process->graph, impulse->amount, &amount) || isfinite(amount) ||
           error_add(error, FAULT_SYSTEM, "process %s: an impulse to %s is %g", process->name,
                     process->rewards[impulse->reward].name, amount);
}

/*
 * Checks what must hold of every process. All faults found are added to the error; where expressions are missing or
 * broken, what they say is not looked at.
 */
bool process_check(const struct process *process, struct error *error)
{
    bool good = check_graph(process, error);
    good &= check_expressions(process, error);
    good &= check_variables(process, error);
    if (!good)
        return false;
    good = check_commands(process, error);
    for (int i = 0; i < process->n_updates; i++)
        if (process->updates[i].variable < 0 || process->updates[i].variable >= process->n_variables)
            good = error_add(error, FAULT_SYSTEM, "process %s: update %d writes no variable", process->name, i);
    for (int i = 0; i < process->n_impulses; i++)
        good &= check_impulse(process, i, error);
    return good;
}
