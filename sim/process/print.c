/*
 * A process as text for people, close to the language of PRISM:
 *
 *     variable "prod.web.new.up.0" : 0..4 = 0
 *     [prod.launch] step_kind[step] = 3 & trigger = 0 -> now
 *         1 : prod.web.new.starting.0 := prod.web.new.starting.0 + launch[step]
 *
 * An expression is a graph, and would be exponentially long as a tree: a node that is used more than once and is not
 * small gets a line of its own under `formulas`, by the name it was given or as #index.
 */
#include "process/print.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN, NAMED };

static const char numbered[] = "";

struct printer {
    const struct process *process;
    struct text          *out;
    const char          **name;   /* of a node, if it has a line of its own; `numbered` for #index */
    struct arena          arena;
};

static const char *const symbols[OPS] = {
    [OP_ADD] = " + ",         [OP_SUBTRACT] = " - ", [OP_MULTIPLY] = " * ", [OP_DIVIDE] = " / ", [OP_LESS] = " < ",
    [OP_LESS_EQUAL] = " <= ", [OP_EQUAL] = " = ",    [OP_AND] = " & ",      [OP_OR] = " | ",
};

/* How tightly an operation binds; operands that bind less get parentheses. */
static const int binding[OPS] = {
    [OP_IF] = 1,  [OP_OR] = 2,       [OP_AND] = 3,      [OP_NOT] = 4,    [OP_LESS] = 5,  [OP_LESS_EQUAL] = 5,
    [OP_EQUAL] = 5, [OP_ADD] = 6,    [OP_SUBTRACT] = 6, [OP_MULTIPLY] = 7, [OP_DIVIDE] = 7, [OP_CONSTANT] = 9,
    [OP_VARIABLE] = 9, [OP_TABLE] = 9, [OP_MIN] = 9,    [OP_MAX] = 9,
};

/* Names that are not plain, or could be read as a number or #index, are quoted; what disturbs a terminal is escaped. */
static void print_name(struct text *out, const char *name)
{
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    if (name[plain] == '\0' && (isalpha((unsigned char)name[0]) || name[0] == '_')) {
        text_add(out, "%s", name);
        return;
    }
    struct text escaped = {0};
    for (const char *c = name; *c; c++) {
        if (iscntrl((unsigned char)*c))
            text_add(&escaped, "\\x%02x", (unsigned char)*c);
        else
            text_add(&escaped, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    text_add(out, "\"");
    utf8_add_printable(out, escaped.data ? escaped.data : "");
    text_add(out, "\"");
    text_free(&escaped);
}

/* The name under which a node has a line of its own. */
static void print_line_name(struct printer *p, expr e)
{
    if (p->name[e] == numbered)
        text_add(p->out, "#%d", e);
    else
        print_name(p->out, p->name[e]);
}

static void print_node(struct printer *p, expr e, int how, int outer);

static void print_call(struct printer *p, const char *function, const struct node *node)
{
    text_add(p->out, "%s(", function);
    print_node(p, node->a, NAMED, 0);
    text_add(p->out, ", ");
    print_node(p, node->b, NAMED, 0);
    text_add(p->out, ")");
}

static void print_operation(struct printer *p, const struct node *node)
{
    int own = binding[node->op];
    switch (node->op) {
    case OP_NOT:
        text_add(p->out, "!");
        print_node(p, node->a, NAMED, binding[OP_VARIABLE]); /* C and PRISM differ in !a < b */
        break;
    case OP_MIN:
    case OP_MAX:
        print_call(p, node->op == OP_MIN ? "min" : "max", node);
        break;
    case OP_IF:
        print_node(p, node->a, NAMED, own + 1);
        text_add(p->out, " ? ");
        print_node(p, node->b, NAMED, own + 1);
        text_add(p->out, " : ");
        print_node(p, node->c, NAMED, own);
        break;
    default:
        print_node(p, node->a, NAMED, own);
        text_add(p->out, "%s", symbols[node->op]);
        print_node(p, node->b, NAMED, own + 1);
    }
}

static void print_node(struct printer *p, expr e, int how, int outer)
{
    const struct node *node = &p->process->graph.nodes[e];
    if (how == NAMED && p->name && p->name[e]) {
        print_line_name(p, e);
        return;
    }
    if (node->op == OP_CONSTANT) {
        text_add(p->out, "%.12g", node->constant);
        return;
    }
    if (node->op == OP_VARIABLE) {
        print_name(p->out, p->process->variables[node->a].name);
        return;
    }
    if (node->op == OP_TABLE) {
        print_name(p->out, p->process->graph.tables[node->b].name);
        text_add(p->out, "[");
        print_node(p, node->a, NAMED, 0);
        text_add(p->out, "]");
        return;
    }
    if (binding[node->op] < outer)
        text_add(p->out, "(");
    print_operation(p, node);
    if (binding[node->op] < outer)
        text_add(p->out, ")");
}

/* Adds the expression as text, written out in full. */
void process_print_expr(const struct process *process, expr e, struct text *out)
{
    struct printer p = {.process = process, .out = out};
    print_node(&p, e, PLAIN, 0);
}

static void count_uses(const struct process *process, int *uses)
{
    const struct graph *graph = &process->graph;
    for (int i = 0; i < graph->n_nodes; i++) {
        int operand[3], n = graph_operands(&graph->nodes[i], operand);
        for (int k = 0; k < n; k++)
            uses[operand[k]]++;
    }
    for (int i = 0; i < process->n_commands; i++)
        uses[process->commands[i].guard]++;
    for (int i = 0; i < process->n_branches; i++)
        uses[process->branches[i].probability]++;
    for (int i = 0; i < process->n_updates; i++)
        uses[process->updates[i].value]++;
}

/*
 * Names for the nodes that get a line of their own: those with a name, and those shared and larger than two
 * operations.
 */
static void choose_names(struct printer *p)
{
    const struct graph *graph = &p->process->graph;
    int *uses = arena_new(&p->arena, (size_t)graph->n_nodes + 1, sizeof *uses);
    int *size = arena_new(&p->arena, (size_t)graph->n_nodes + 1, sizeof *size);
    p->name = arena_new(&p->arena, (size_t)graph->n_nodes + 1, sizeof *p->name);
    count_uses(p->process, uses);
    for (int i = 0; i < p->process->n_formulas; i++) {
        expr value = p->process->formulas[i].value;
        enum op op = graph->nodes[value].op;
        if (op != OP_CONSTANT && op != OP_VARIABLE && op != OP_TABLE)
            p->name[value] = p->process->formulas[i].name;
    }
    for (int i = 0; i < graph->n_nodes; i++) {
        int operand[3], n = graph_operands(&graph->nodes[i], operand);
        for (int k = 0; k < n; k++)
            size[i] += p->name[operand[k]] ? 0 : size[operand[k]];
        size[i] += n > 0;
        if (!p->name[i] && ((uses[i] > 1 && size[i] > 2) || size[i] > 40))
            p->name[i] = numbered;
    }
}

static void print_tables(struct printer *p)
{
    for (int i = 0; i < p->process->graph.n_tables; i++) {
        const struct table *table = &p->process->graph.tables[i];
        text_add(p->out, "table ");
        print_name(p->out, table->name);
        text_add(p->out, " = [");
        for (int k = 0; k < table->n_values; k++)
            text_add(p->out, "%s%.10g", k ? ", " : "", table->values[k]);
        text_add(p->out, "]\n");
    }
}

static void print_formulas(struct printer *p)
{
    for (int i = 0; i < p->process->graph.n_nodes; i++) {
        if (!p->name[i])
            continue;
        text_add(p->out, "formula ");
        print_line_name(p, i);
        text_add(p->out, " = ");
        print_node(p, i, PLAIN, 0);
        text_add(p->out, "\n");
    }
}

static void print_branch(struct printer *p, const struct branch *branch)
{
    text_add(p->out, "    ");
    print_node(p, branch->probability, NAMED, 0);
    text_add(p->out, " : ");
    for (int u = 0; u < branch->n_updates; u++) {
        const struct update *update = &p->process->updates[branch->first_update + u];
        text_add(p->out, u ? ", " : "");
        print_name(p->out, p->process->variables[update->variable].name);
        text_add(p->out, " := ");
        print_node(p, update->value, NAMED, 0);
    }
    text_add(p->out, branch->n_updates ? "\n" : "nothing\n");
    for (int i = 0; i < branch->n_impulses; i++) {
        const struct impulse *impulse = &p->process->impulses[branch->first_impulse + i];
        text_add(p->out, "        earns ");
        print_name(p->out, p->process->rewards[impulse->reward].name);
        text_add(p->out, " ");
        print_node(p, impulse->amount, NAMED, 0);
        text_add(p->out, "\n");
    }
}

static void print_command(struct printer *p, const struct command *command)
{
    static const char *const delays[] = {"now", "exponential", "fixed"};
    text_add(p->out, "[");
    print_name(p->out, command->name);
    text_add(p->out, "] ");
    print_node(p, command->guard, NAMED, 0);
    text_add(p->out, " -> %s", delays[command->delay]);
    if (command->delay != DELAY_NOW) {
        text_add(p->out, "(");
        print_node(p, command->amount, NAMED, 0);
        text_add(p->out, ")");
    }
    text_add(p->out, "\n");
    for (int b = 0; b < command->n_branches; b++)
        print_branch(p, &p->process->branches[command->first_branch + b]);
}

static void print_named(struct printer *p, const char *what, const char *name, expr value)
{
    text_add(p->out, "%s ", what);
    print_name(p->out, name);
    text_add(p->out, " = ");
    print_node(p, value, NAMED, 0);
    text_add(p->out, "\n");
}

/* Adds the whole process as text: variables, tables, formulas, commands, rewards, labels. */
void process_print(const struct process *process, struct text *out)
{
    struct printer p = {.process = process, .out = out};
    choose_names(&p);
    text_add(out, "process ");
    print_name(out, process->name);
    text_add(out, "\n\n# variables: least..greatest = initial\n");
    for (int i = 0; i < process->n_variables; i++) {
        const struct variable *v = &process->variables[i];
        text_add(out, "variable ");
        print_name(out, v->name);
        text_add(out, " : %d..%d = %d\n", v->least, v->greatest, v->initial);
    }
    text_add(out, "\n# tables: an index outside is moved to the nearest end\n");
    print_tables(&p);
    text_add(out, "\n# formulas: expressions that others use\n");
    print_formulas(&p);
    text_add(out, "\n# commands: [name] guard -> delay (rates per second, delays in seconds), then the branches\n");
    for (int i = 0; i < process->n_commands; i++)
        print_command(&p, &process->commands[i]);
    text_add(out, "\n# rewards: earned per second\n");
    for (int i = 0; i < process->n_rewards; i++)
        print_named(&p, "reward", process->rewards[i].name, process->rewards[i].rate);
    text_add(out, "\n# labels\n");
    for (int i = 0; i < process->n_labels; i++)
        print_named(&p, "label", process->labels[i].name, process->labels[i].condition);
    arena_free(&p.arena);
}
