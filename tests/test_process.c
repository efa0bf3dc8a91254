/*
 * Expressions, processes, their checks, and how they are printed.
 *
 * Random expressions come from a generator with fixed seeds. Each is built twice: in the graph, which shares and
 * simplifies, and as a plain tree with a recursive evaluator; an engine computes the former (as a reward
 * over one second). The values must be equal to the last bit wherever the tree meets no infinity and no NaN on the
 * way: what simplification may change is 0 · infinity, 0 / 0 and the like.
 */
#include "test.h"

#include "chains.h"
#include "engine/random.h"
#include "models/terms.h"
#include "process/print.h"
#include "report_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- expressions ---- */

static void same_node_same_index(void)
{
    struct graph g = {0};
    expr x = expr_variable(&g, 0), y = expr_variable(&g, 1);
    expr sum = expr_binary(&g, OP_ADD, x, y);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_ADD, x, y), sum);
    CU_ASSERT_NOT_EQUAL(expr_binary(&g, OP_ADD, y, x), sum);
    CU_ASSERT_NOT_EQUAL(expr_binary(&g, OP_SUBTRACT, x, y), sum);
    CU_ASSERT_EQUAL(expr_constant(&g, 0.1), expr_constant(&g, 0.1));
    CU_ASSERT_EQUAL(expr_constant(&g, -0.0), expr_constant(&g, 0.0));
    CU_ASSERT_NOT_EQUAL(expr_constant(&g, 0.1), expr_constant(&g, nextafter(0.1, 1)));
    CU_ASSERT_EQUAL(expr_variable(&g, 1), y);
    int before = g.n_nodes;
    for (int i = 0; i < 10000; i++) /* through several growths of the graph */
        CU_ASSERT_EQUAL_FATAL(expr_constant(&g, i + 0.5), before + i);
    for (int i = 0; i < 10000; i++)
        CU_ASSERT_EQUAL_FATAL(expr_constant(&g, i + 0.5), before + i);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_ADD, x, y), sum);
    graph_free(&g);
}

static void operands_come_first(void)
{
    struct process *p = truths[0].chain();
    for (int i = 0; i < p->graph.n_nodes; i++) {
        int operand[3], n = graph_operands(&p->graph.nodes[i], operand);
        for (int k = 0; k < n; k++)
            CU_ASSERT_TRUE(operand[k] < i);
    }
    process_free(p);
}

static double constant_of(const struct graph *g, expr e)
{
    double value = NAN;
    CU_ASSERT_TRUE(expr_is_constant(g, e, &value));
    return value;
}

static void constants_are_computed_when_made(void)
{
    static const struct {
        enum op op;
        double a, b, value;
    } rows[] = {
        {OP_ADD, 2, 3, 5},        {OP_SUBTRACT, 2, 3, -1},  {OP_MULTIPLY, 2, 3, 6},  {OP_DIVIDE, 3, 2, 1.5},
        {OP_MIN, 2, 3, 2},        {OP_MAX, 2, 3, 3},        {OP_LESS, 2, 3, 1},      {OP_LESS, 3, 3, 0},
        {OP_LESS_EQUAL, 3, 3, 1}, {OP_LESS_EQUAL, 4, 3, 0}, {OP_EQUAL, 3, 3, 1},     {OP_EQUAL, 2, 3, 0},
        {OP_AND, 1, 0, 0},        {OP_AND, 1, 1, 1},        {OP_OR, 0, 0, 0},        {OP_OR, 1, 0, 1},
        {OP_DIVIDE, 1, 0, INFINITY},
    };
    struct graph g = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expr a = expr_constant(&g, rows[i].a), b = expr_constant(&g, rows[i].b);
        CU_ASSERT_EQUAL(constant_of(&g, expr_binary(&g, rows[i].op, a, b)), rows[i].value);
    }
    expr x = expr_variable(&g, 0), zero = expr_constant(&g, 0), one = expr_constant(&g, 1);
    CU_ASSERT_EQUAL(constant_of(&g, expr_unary(&g, OP_NOT, zero)), 1);
    CU_ASSERT_EQUAL(constant_of(&g, expr_unary(&g, OP_NOT, one)), 0);
    CU_ASSERT_EQUAL(expr_if(&g, one, x, zero), x);
    CU_ASSERT_EQUAL(expr_if(&g, zero, x, one), one);
    double value;
    CU_ASSERT_FALSE(expr_is_constant(&g, x, &value));
    graph_free(&g);
}

static void what_needs_no_node_gets_none(void)
{
    struct graph g = {0};
    expr x = expr_variable(&g, 0), zero = expr_constant(&g, 0), one = expr_constant(&g, 1);
    expr condition = expr_binary(&g, OP_LESS, x, one);
    const double equal[] = {4, 4, 4}, unequal[] = {4, 5, 4};
    int flat = expr_add_table(&g, "flat", equal, 3), uneven = expr_add_table(&g, "uneven", unequal, 3);
    int before = g.n_nodes;
    CU_ASSERT_EQUAL(expr_binary(&g, OP_ADD, x, zero), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_ADD, zero, x), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_SUBTRACT, x, zero), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_MULTIPLY, x, one), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_MULTIPLY, one, x), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_MULTIPLY, x, zero), zero);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_DIVIDE, x, one), x);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_DIVIDE, zero, x), zero);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_AND, condition, one), condition);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_AND, zero, condition), zero);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_OR, condition, zero), condition);
    CU_ASSERT_EQUAL(expr_binary(&g, OP_OR, one, condition), one);
    CU_ASSERT_EQUAL(expr_if(&g, condition, x, x), x);
    CU_ASSERT_EQUAL(g.n_nodes, before);
    CU_ASSERT_EQUAL(constant_of(&g, expr_table(&g, flat, x)), 4);
    CU_ASSERT_EQUAL(g.nodes[expr_table(&g, uneven, x)].op, OP_TABLE);
    graph_free(&g);
}

/* ---- random trees ---- */

enum { VARIABLES = 4, TREES = 400, STATES = 25, DEPTH = 6, TABLE = 5 };

/* A node of a plain tree; leaves are numbers and variables, `kind` is an operation of the graph's. */
struct tree {
    enum op op;
    double  constant;
    int     variable;
    const struct tree *operand[3];
};

static const double table_values[TABLE] = {7, -2, 0.5, 11, 3};

static double pick_constant(gsl_rng *rng)
{
    static const double some[] = {0, 0, 1, 1, -1, 2, 0.5, 3, 0.1};
    return some[gsl_rng_uniform_int(rng, sizeof some / sizeof *some)];
}

static struct tree *tree_new(struct arena *arena, gsl_rng *rng, int depth, bool condition)
{
    static const enum op numeric[] = {OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_MIN, OP_MAX, OP_IF, OP_TABLE};
    static const enum op logical[] = {OP_LESS, OP_LESS_EQUAL, OP_EQUAL, OP_AND, OP_OR, OP_NOT, OP_IF};
    struct tree *t = arena_new(arena, 1, sizeof *t);
    if (depth == 0 || gsl_rng_uniform(rng) < 0.1) {
        bool leaf_is_constant = condition || gsl_rng_uniform(rng) < 0.4;
        t->op = leaf_is_constant ? OP_CONSTANT : OP_VARIABLE;
        t->constant = condition ? (double)gsl_rng_uniform_int(rng, 2) : pick_constant(rng);
        t->variable = (int)gsl_rng_uniform_int(rng, VARIABLES);
        return t;
    }
    t->op = condition ? logical[gsl_rng_uniform_int(rng, 7)] : numeric[gsl_rng_uniform_int(rng, 8)];
    for (int k = 0; k < 3; k++) {
        bool of_conditions = t->op == OP_AND || t->op == OP_OR || t->op == OP_NOT || (t->op == OP_IF && k == 0) ||
                             (t->op == OP_IF && condition);
        t->operand[k] = tree_new(arena, rng, depth - 1, of_conditions);
    }
    return t;
}

static expr tree_build(const struct tree *t, struct graph *g, int table)
{
    if (t->op == OP_CONSTANT)
        return expr_constant(g, t->constant);
    if (t->op == OP_VARIABLE)
        return expr_variable(g, t->variable);
    expr a = tree_build(t->operand[0], g, table);
    if (t->op == OP_NOT)
        return expr_unary(g, OP_NOT, a);
    if (t->op == OP_TABLE)
        return expr_table(g, table, a);
    expr b = tree_build(t->operand[1], g, table);
    return t->op == OP_IF ? expr_if(g, a, b, tree_build(t->operand[2], g, table)) : expr_binary(g, t->op, a, b);
}

/* Conditions and look-ups, by their meaning. */
static double tree_condition(enum op op, double a, double b, double c)
{
    switch (op) {
    case OP_LESS: return a < b;
    case OP_LESS_EQUAL: return a <= b;
    case OP_EQUAL: return a == b;
    case OP_AND: return (a != 0) * (b != 0);
    case OP_OR: return (a != 0) + (b != 0) > 0;
    case OP_NOT: return !a;
    case OP_IF: return a ? b : c;
    default: return table_values[(int)fmin(fmax(a, 0), TABLE - 1)];
    }
}

/* The value by the meaning of the operations; *wild becomes true if an infinity or a NaN is met anywhere. */
static double tree_value(const struct tree *t, const int *state, bool *wild)
{
    if (t->op == OP_CONSTANT)
        return t->constant;
    if (t->op == OP_VARIABLE)
        return state[t->variable];
    double a = tree_value(t->operand[0], state, wild), b = 0, c = 0, value = 0;
    if (t->op != OP_NOT && t->op != OP_TABLE)
        b = tree_value(t->operand[1], state, wild);
    if (t->op == OP_IF)
        c = tree_value(t->operand[2], state, wild);
    switch (t->op) {
    case OP_ADD: value = a + b; break;
    case OP_SUBTRACT: value = a - b; break;
    case OP_MULTIPLY: value = a * b; break;
    case OP_DIVIDE: value = a / b; break;
    case OP_MIN: value = fmin(a, b); break;
    case OP_MAX: value = fmax(a, b); break;
    default: value = tree_condition(t->op, a, b, c); break;
    }
    *wild = *wild || !isfinite(value);
    return value;
}

/* The rewards of one second in the given state: the values of the process's reward expressions. */
static void rewards_in(const struct process *p, const int *state, double *rewards)
{
    struct error error = {0};
    struct batch batch = {.n_paths = 1, .stride = 1, .horizon = 1, .initial = state, .rewards = rewards};
    void *opened = under_test.engine->open(p, under_test.simd);
    CU_ASSERT_TRUE(under_test.engine->run(opened, &batch, &error));
    under_test.engine->close(opened);
    error_free(&error);
}

static struct process *process_of_variables(void)
{
    static const char *const names[VARIABLES] = {"a", "b", "c", "d"};
    struct process *p = process_new("expressions");
    for (int i = 0; i < VARIABLES; i++)
        process_add_variable(p, names[i], -3, 6, 0);
    return p;
}

static void simplification_keeps_values(void)
{
    gsl_rng *rng = gsl_rng_alloc(random_gsl_type());
    gsl_rng_set(rng, 20);
    struct arena arena = {0};
    struct process *p = process_of_variables();
    int table = expr_add_table(&p->graph, "table", table_values, TABLE), compared = 0, wrong = 0;
    const struct tree *trees[TREES];
    double rewards[TREES];
    for (int i = 0; i < TREES; i++) {
        trees[i] = tree_new(&arena, rng, DEPTH, i % 3 == 0);
        process_add_reward(p, "value", tree_build(trees[i], &p->graph, table));
    }
    for (int s = 0; s < STATES; s++) {
        int state[VARIABLES];
        for (int v = 0; v < VARIABLES; v++)
            state[v] = (int)gsl_rng_uniform_int(rng, 10) - 3;
        rewards_in(p, state, rewards);
        for (int i = 0; i < TREES; i++) {
            bool wild = false;
            double value = tree_value(trees[i], state, &wild);
            compared += !wild;
            wrong += !wild && rewards[i] != value;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(compared > TREES * STATES / 2);
    process_free(p);
    arena_free(&arena);
    gsl_rng_free(rng);
}

static void a_table_is_clamped(void)
{
    static const struct {
        int    a, b;   /* the index is a / b */
        double value;
    } rows[] = {{-3, 1, 7}, {0, 1, 7},  {1, 1, -2}, {3, 2, -2}, {4, 1, 3}, {5, 1, 3},
                {6, 1, 3},  {1, 0, 3}, {-1, 0, 7}, {0, 0, 7}};
    struct process *p = process_of_variables();
    int table = expr_add_table(&p->graph, "table", table_values, TABLE);
    expr index = term_over(p, term_variable(p, 0), term_variable(p, 1));
    process_add_reward(p, "value", expr_table(&p->graph, table, index));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int state[VARIABLES] = {rows[i].a, rows[i].b, 0, 0};
        double value = NAN;
        rewards_in(p, state, &value);
        CU_ASSERT_EQUAL(value, rows[i].value);
    }
    process_free(p);
}

static void division_by_zero_is_harmless_where_it_is_not_chosen(void)
{
    struct process *p = process_of_variables();
    int table = expr_add_table(&p->graph, "table", table_values, TABLE);
    expr a = term_variable(p, 0), b = term_variable(p, 1), ratio = term_over(p, a, b);
    expr is_zero = term_is(p, b, 0), five = term_number(p, 5);
    process_add_reward(p, "ratio", term_if(p, is_zero, five, ratio));
    process_add_reward(p, "in a table", term_if(p, is_zero, five, expr_table(&p->graph, table, ratio)));
    process_add_reward(p, "in arithmetic", term_if(p, is_zero, five, term_minus(p, ratio, ratio)));
    const int states[][VARIABLES] = {{0, 0}, {3, 0}, {-3, 0}, {3, 2}};
    const double values[][3] = {{5, 5, 5}, {5, 5, 5}, {5, 5, 5}, {1.5, -2, 0}};
    for (int i = 0; i < 4; i++) {
        double rewards[3];
        rewards_in(p, states[i], rewards);
        CU_ASSERT_TRUE(!memcmp(rewards, values[i], sizeof rewards));
    }
    process_free(p);
}

/* ---- processes ---- */

static void names_become_unique(void)
{
    struct process *p = process_new("names");
    expr one = term_number(p, 1);
    CU_ASSERT_EQUAL(process_add_variable(p, "x", 0, 1, 0), 0);
    CU_ASSERT_EQUAL(process_add_variable(p, "x", 0, 1, 0), 1);
    CU_ASSERT_EQUAL(process_add_variable(p, "x~2", 0, 1, 0), 2);
    CU_ASSERT_EQUAL(process_add_variable(p, "x", 0, 1, 0), 3);
    CU_ASSERT_STRING_EQUAL(p->variables[1].name, "x~2");
    CU_ASSERT_STRING_EQUAL(p->variables[2].name, "x~2~2");
    CU_ASSERT_STRING_EQUAL(p->variables[3].name, "x~3");
    CU_ASSERT_EQUAL(process_find_variable(p, "x~3"), 3);
    CU_ASSERT_EQUAL(process_find_variable(p, "y"), -1);
    CU_ASSERT_EQUAL(process_add_command(p, "go", one, DELAY_NOW, -1), 0);
    CU_ASSERT_EQUAL(process_add_command(p, "go", one, DELAY_NOW, -1), 1);
    CU_ASSERT_STRING_EQUAL(p->commands[1].name, "go~2");
    CU_ASSERT_NOT_EQUAL(p->commands[0].stream, p->commands[1].stream);
    process_free(p);
}

/* Names that the caller changes afterwards, and more of everything than fits the first allocation. */
static void processes_keep_what_they_are_given(void)
{
    struct process *p = process_new("many");
    char name[16];
    expr one = term_number(p, 1);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        process_add_variable(p, name, -i, i, i / 2);
        process_add_command(p, name, one, DELAY_EXPONENTIAL, one);
        for (int b = 0; b < i % 3 + 1; b++) {
            process_add_branch(p, term_number(p, 1.0 / (i % 3 + 1)));
            for (int u = 0; u < b; u++)
                process_add_update(p, i, one);
        }
        CU_ASSERT_EQUAL(process_add_reward(p, name, term_number(p, i)), i);
        CU_ASSERT_EQUAL(process_add_label(p, name, one), i);
        process_add_formula(p, name, one);
    }
    struct error error = {0};
    CU_ASSERT_TRUE(process_check(p, &error));
    CU_ASSERT_EQUAL(process_find_command(p, "n999"), 999);
    CU_ASSERT_EQUAL(process_find_reward(p, "n500"), 500);
    CU_ASSERT_EQUAL(process_find_label(p, "n0"), 0);
    CU_ASSERT_EQUAL(p->variables[640].greatest, 640);
    CU_ASSERT_EQUAL(p->commands[998].n_branches, 3);
    CU_ASSERT_EQUAL(p->branches[p->commands[998].first_branch + 2].n_updates, 2);
    process_free(p);
}

/* A process whose commands have the names of another's draws the same random numbers for them. */
static void streams_follow_from_names(void)
{
    struct process *p = process_new("one"), *q = process_new("other");
    process_add_command(p, "fail", term_number(p, 1), DELAY_NOW, -1);
    process_add_command(q, "repair", term_number(q, 1), DELAY_NOW, -1);
    process_add_command(q, "fail", term_number(q, 1), DELAY_NOW, -1);
    CU_ASSERT_EQUAL(p->commands[0].stream, q->commands[1].stream);
    CU_ASSERT_NOT_EQUAL(q->commands[0].stream, q->commands[1].stream);
    process_free(p);
    process_free(q);
}

/* ---- checks ---- */

/* A process without faults: one variable, one command of each delay. */
static struct process *sound(void)
{
    struct process *p = process_new("p");
    int x = process_add_variable(p, "x", 0, 3, 1);
    expr one = term_number(p, 1), value = term_variable(p, x);
    chain_move(p, "now", term_is(p, value, 2), DELAY_NOW, -1, x, one);
    chain_move(p, "exponential", one, DELAY_EXPONENTIAL, one, x, one);
    chain_move(p, "fixed", one, DELAY_FIXED, one, x, one);
    process_add_reward(p, "r", value);
    process_add_label(p, "l", term_is(p, value, 1));
    return p;
}

static void break_initial(struct process *p)
{
    p->variables[0].initial = 4;
}

static void break_range(struct process *p)
{
    p->variables[0].least = 5;
}

static void break_variable_names(struct process *p)
{
    process_add_variable(p, "y", 0, 1, 0);
    p->variables[1].name = "x";
}

static void break_branches(struct process *p)
{
    process_add_command(p, "none", term_number(p, 1), DELAY_NOW, -1);
}

static void break_sum(struct process *p)
{
    p->branches[0].probability = term_number(p, 0.75);
}

static void break_probability(struct process *p)
{
    p->branches[0].probability = term_number(p, 1.5);
    process_add_command(p, "other", term_number(p, 1), DELAY_NOW, -1);
    process_add_branch(p, term_number(p, -0.5));
    process_add_branch(p, term_number(p, 1.5));
}

static void break_rate(struct process *p)
{
    p->commands[1].amount = term_number(p, -2);
}

static void break_infinite_rate(struct process *p)
{
    p->commands[1].amount = term_number(p, INFINITY);
}

static void break_delay(struct process *p)
{
    p->commands[2].amount = term_number(p, -1);
}

static void break_stream(struct process *p)
{
    p->commands[2].stream = p->commands[0].stream;
}

static void break_update(struct process *p)
{
    p->updates[1].variable = 1;
    p->updates[2].variable = -1;
}

static void break_node(struct process *p)
{
    expr_variable(&p->graph, 7);
}

static void break_order(struct process *p)
{
    expr e = term_plus(p, term_variable(p, 0), term_number(p, 8));
    p->graph.nodes[e].b = e;
}

static void break_nan(struct process *p)
{
    p->graph.nodes[term_number(p, 17)].constant = NAN;
}

static void break_table(struct process *p)
{
    const double values[] = {1, 2};
    expr e = expr_table(&p->graph, expr_add_table(&p->graph, "t", values, 2), term_variable(p, 0));
    p->graph.nodes[e].b = 1;
}

static void break_expressions(struct process *p)
{
    p->commands[0].guard = -1;
    p->commands[1].amount = -1;
    p->branches[1].probability = 1000;
    p->updates[2].value = -1;
    p->rewards[0].rate = -1;
    p->labels[0].condition = -1;
}

/* The branch added last is that of `fixed`. */
static void break_impulse(struct process *p)
{
    process_add_impulse(p, 0, -1);
}

static void break_impulses(struct process *p)
{
    process_add_impulse(p, 1, term_number(p, 1));
    process_add_impulse(p, -1, term_number(p, 1));
    process_add_impulse(p, 0, term_number(p, INFINITY));
}

static void break_much(struct process *p)
{
    break_sum(p);
    break_rate(p);
    break_delay(p);
}

static const struct {
    const char *message;
    void (*break_it)(struct process *p);
} faults[] = {
    {"process p: variable x begins at 4, outside 0..3\n", break_initial},
    {"process p: variable x begins at 1, outside 5..3\n", break_range},
    {"process p: two variables are called x\n", break_variable_names},
    {"process p: the branches of command none have probability 0, not 1\n", break_branches},
    {"process p: the branches of command now have probability 0.75, not 1\n", break_sum},
    {"process p: command now has a branch of probability 1.5\n"
     "process p: the branches of command now have probability 1.5, not 1\n"
     "process p: command other has a branch of probability -0.5\n"
     "process p: command other has a branch of probability 1.5\n", break_probability},
    {"process p: command exponential has the rate -2\n", break_rate},
    {"process p: command exponential has the rate inf\n", break_infinite_rate},
    {"process p: command fixed has the delay -1\n", break_delay},
    {"process p: an impulse of fixed is no expression\n", break_impulse},
    {"process p: impulse 0 earns no reward\nprocess p: impulse 1 earns no reward\n"
     "process p: an impulse to r is inf\n", break_impulses},
    {"process p: commands now and fixed share a random stream\n", break_stream},
    {"process p: update 1 writes no variable\nprocess p: update 2 writes no variable\n", break_update},
    {"process p: node 5 of the expressions is broken\n", break_node},
    {"process p: node 6 of the expressions is broken\n", break_order},
    {"process p: node 5 of the expressions is broken\n", break_nan},
    {"process p: node 5 of the expressions is broken\n", break_table},
    {"process p: the guard of now is no expression\n"
     "process p: the delay of exponential is no expression\n"
     "process p: a probability of exponential is no expression\n"
     "process p: an update of fixed is no expression\n"
     "process p: the rate of r is no expression\n"
     "process p: the condition of l is no expression\n", break_expressions},
    {"process p: the branches of command now have probability 0.75, not 1\n"
     "process p: command exponential has the rate -2\n"
     "process p: command fixed has the delay -1\n", break_much},
};

static void every_fault_is_found(void)
{
    struct error error = {0};
    struct process *p = sound();
    CU_ASSERT_TRUE(process_check(p, &error));
    CU_ASSERT_EQUAL(error.count, 0);
    process_free(p);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        p = sound();
        faults[i].break_it(p);
        CU_ASSERT_FALSE(process_check(p, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error.text.data);
        CU_ASSERT_STRING_EQUAL(error.text.data, faults[i].message);
        if (strcmp(error.text.data, faults[i].message))
            printf("expected %sgot %s", faults[i].message, error.text.data);
        CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
        error_free(&error);
        process_free(p);
    }
}

static void all_chains_pass_the_check(void)
{
    struct error error = {0};
    for (const struct truth *t = truths; t->chain; t++) {
        struct process *p = t->chain();
        CU_ASSERT_TRUE(process_check(p, &error));
        process_free(p);
    }
    error_free(&error);
}

/* ---- printing ---- */

static void check_print(const char *golden, struct process *p)
{
    struct text out = {0};
    process_print(p, &out);
    golden_check(golden, out.data);
    text_free(&out);
    process_free(p);
}

/* Every operation, with and without the parentheses that it needs. */
static struct process *all_operations(void)
{
    struct process *p = process_new("operations");
    const double values[] = {1, 2.5, 1e-9};
    int x = process_add_variable(p, "x", -2, 9, 1), y = process_add_variable(p, "y", 0, 1, 0);
    int table = expr_add_table(&p->graph, "mtbf", values, 3);
    expr a = term_variable(p, x), b = term_variable(p, y), two = term_number(p, 2);
    expr sum = term_plus(p, a, b), less = term_less(p, a, two), same = term_is(p, b, 1);
    const expr shown[] = {
        term_times(p, sum, two), term_plus(p, term_times(p, a, two), b), term_minus(p, a, term_minus(p, b, two)),
        term_minus(p, term_minus(p, a, b), two), term_over(p, a, term_times(p, b, two)), term(p, OP_MIN, sum, two),
        term(p, OP_MAX, a, term(p, OP_MIN, b, two)), term_and(p, term_or(p, less, same), same),
        term_or(p, term_and(p, less, same), same), term_not(p, term_and(p, less, same)), term_not(p, same),
        term(p, OP_LESS_EQUAL, a, b), term_if(p, less, a, term_if(p, same, b, two)),
        term_plus(p, term_if(p, less, a, b), two), expr_table(&p->graph, table, sum),
        expr_binary(&p->graph, OP_LESS, less, same),
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        process_add_reward(p, arena_format(&p->arena, "r%zu", i), shown[i]);
    process_add_command(p, "nothing", same, DELAY_FIXED, expr_table(&p->graph, table, a));
    process_add_branch(p, term_number(p, 0.25));
    process_add_update(p, x, a);
    process_add_update(p, y, term_number(p, 0));
    process_add_branch(p, term_number(p, 0.75));
    return p;
}

/* Names that would be read as something else, or do something to a terminal. */
static struct process *hostile(void)
{
    static const char *const names[] = {"", " ", "a b", "1 + 1", "\x1b[31mred", "a\nvariable b : 0..1", "\"quoted\" \\",
                                        "größe", "%s%n", "3", "-", "#4", "min", "_a-1.b", "\xc2\x9b" "31mred", "\xff"};
    struct process *p = process_new("a\tb");
    expr sum = term_number(p, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        sum = term_plus(p, sum, term_variable(p, process_add_variable(p, names[i], 0, 1, 0)));
    const double values[] = {1, 2};
    expr one = term_number(p, 1);
    expr looked_up = expr_table(&p->graph, expr_add_table(&p->graph, "t]", values, 2), term_variable(p, 0));
    chain_move(p, "go\n[stop] 1 -> now", one, DELAY_EXPONENTIAL, looked_up, 0, one);
    process_add_reward(p, "r = 1", sum);
    process_add_label(p, "l\x7f", term_is(p, sum, 2));
    process_add_formula(p, "all of them", sum);
    return p;
}

/* What is used more than once and is not small gets a line of its own. */
static struct process *shared(void)
{
    struct process *p = process_new("shared");
    int x = process_add_variable(p, "x", 0, 9, 0), y = process_add_variable(p, "y", 0, 9, 0);
    expr a = term_variable(p, x), b = term_variable(p, y), sum = term_plus(p, a, b);
    expr small = term_times(p, sum, a), large = term_plus(p, term_times(p, small, b), term_number(p, 1));
    expr named = term_over(p, a, b), least = term(p, OP_MIN, sum, b);
    process_add_formula(p, "ratio", named);
    process_add_formula(p, "least", least);
    process_add_formula(p, "not a line", a);
    process_add_reward(p, "r1", term_times(p, large, large));
    process_add_reward(p, "r2", term_plus(p, large, named));
    process_add_reward(p, "r3", term_plus(p, small, small));
    process_add_reward(p, "r4", term_not(p, term_less(p, least, a)));
    expr row = a;
    for (int i = 0; i < 100; i++)
        row = term_plus(p, row, term(p, OP_MIN, b, term_number(p, i)));
    process_add_reward(p, "long", row);
    chain_move(p, "go", term_less(p, large, term_number(p, 5)), DELAY_EXPONENTIAL, named, x, large);
    return p;
}

static void printing_is_as_agreed(void)
{
    check_print("process-operations.txt", all_operations());
    check_print("process-hostile.txt", hostile());
    check_print("process-shared.txt", shared());
    check_print("process-chain.txt", truths[0].chain());
    struct process *empty = process_new("empty");
    check_print("process-empty.txt", empty);
}

static void expressions_are_written_out(void)
{
    struct process *p = process_of_variables();
    struct text out = {0};
    expr a = term_variable(p, 0), b = term_variable(p, 1), twice = term_plus(p, a, b);
    process_add_formula(p, "twice", twice);
    process_print_expr(p, term_times(p, twice, twice), &out);
    CU_ASSERT_STRING_EQUAL(out.data, "(a + b) * (a + b)");
    text_free(&out);
    process_free(p);
}

/* x, x + x, (x + x) + (x + x)…: as a tree 2^60 leaves. */
static void a_graph_that_doubles_is_printed_short(void)
{
    struct process *p = process_new("doubling");
    struct text out = {0};
    expr e = term_variable(p, process_add_variable(p, "x", 0, 1, 1));
    for (int i = 0; i < 60; i++)
        e = term_plus(p, e, e);
    process_add_reward(p, "all", e);
    process_print(p, &out);
    CU_ASSERT_TRUE(out.length < 4000);
    double rewards;
    const int state[] = {1};
    rewards_in(p, state, &rewards);
    CU_ASSERT_EQUAL(rewards, 0x1p60);
    text_free(&out);
    process_free(p);
}

static const struct test_case cases[] = {
    {"the same node has the same index", same_node_same_index},
    {"operands come before those that use them", operands_come_first},
    {"constants are computed when they are made", constants_are_computed_when_made},
    {"what needs no node gets none", what_needs_no_node_gets_none},
    {"simplification keeps the values of random expressions", simplification_keeps_values},
    {"a table's index is moved to the nearest end", a_table_is_clamped},
    {"a division by zero is harmless where it is not chosen", division_by_zero_is_harmless_where_it_is_not_chosen},
    {"names become unique", names_become_unique},
    {"processes keep what they are given", processes_keep_what_they_are_given},
    {"streams of random numbers follow from names", streams_follow_from_names},
    {"every fault of a process is found", every_fault_is_found},
    {"all chains with known answers pass the check", all_chains_pass_the_check},
    {"processes are printed as agreed", printing_is_as_agreed},
    {"expressions are written out", expressions_are_written_out},
    {"a graph that doubles is printed short", a_graph_that_doubles_is_printed_short},
    {NULL, NULL},
};

const struct test_suite suite_process = {"process", cases};
