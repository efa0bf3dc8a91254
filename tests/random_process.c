/*
 * Small processes made at random, of every kind of clause that a process can have, and in combinations that no scenario
 * has: to hold engines to one another.
 *
 * Variables are of two kinds. A control is a place in a program: it is compared with numbers and looked up in tables
 * only, as `step` and `trigger` of a rollout are, and gets constants and values of tables. All others are counts, which
 * enter sums and products. Values that go into a variable are whole by construction, and are brought into its range
 * by min and max or by a guard; rates, delays and probabilities likewise. With a breach that is left out here and
 * there.
 *
 * Commands that may take no time climb: the one variable that they raise is one of the first two, which have few
 * values, and what else they set comes behind it. So at one time there can be no more of them than those two variables
 * have pairs of values, and no cycle takes no time.
 *
 * Whatever dice are rolled, the first side is the simplest, so that bytes that run out make a small process.
 */
#include "random_process.h"

#include "models/terms.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { MOST_VARIABLES = 8, MOST_TABLES = 5, TABLE = 8, POOL = 24, CLIMBERS = 2 };

struct maker {
    struct dice    *dice;
    struct process *p;
    int             breaches;
    bool            control[MOST_VARIABLES];
    int             table[MOST_TABLES], n_tables;   /* of any numbers */
    int             whole[MOST_TABLES], n_whole;    /* of whole numbers */
    expr            pool[POOL];                     /* conditions that commands share */
    int             n_pool, n_rewards;
};

/* ---- dice ---- */

struct dice dice_of_seed(uint64_t seed)
{
    return (struct dice){.state = seed};
}

struct dice dice_of_bytes(const uint8_t *bytes, size_t n_bytes)
{
    return (struct dice){.bytes = bytes, .n_bytes = n_bytes};
}

static unsigned next_byte(struct dice *dice)
{
    if (dice->n_bytes == 0)
        return 0;
    dice->n_bytes--;
    return *dice->bytes++;
}

/* 64 random bits: SplitMix64 (Steele, Lea and Flood 2014), or eight bytes. */
uint64_t dice_bits(struct dice *dice)
{
    uint64_t bits = 0;
    for (int i = 0; dice->bytes && i < 8; i++)
        bits = bits << 8 | next_byte(dice);
    if (dice->bytes)
        return bits;
    dice->state += UINT64_C(0x9E3779B97F4A7C15);
    bits = (dice->state ^ dice->state >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
    return bits ^ bits >> 31;
}

/* A number in [0, sides). */
int dice_roll(struct dice *dice, int sides)
{
    if (sides < 2)
        return 0;
    if (!dice->bytes)
        return (int)(dice_bits(dice) >> 33) % sides;
    unsigned number = next_byte(dice);
    if (sides > 256)
        number = number << 16 | next_byte(dice) << 8 | next_byte(dice);
    return (int)(number % (unsigned)sides);
}

/* True so often; 0 % and bytes that ran out: never. */
bool dice_chance(struct dice *dice, int of_100)
{
    return dice_roll(dice, 100) >= 100 - of_100;
}

static int roll(struct maker *m, int sides)
{
    return dice_roll(m->dice, sides);
}

static bool chance(struct maker *m, int of_100)
{
    return dice_chance(m->dice, of_100);
}

/* Whether the rule is broken here. */
static bool breaks(struct maker *m, enum breach breach)
{
    return (m->breaches & breach) && chance(m, 25);
}

/* ---- expressions ---- */

static expr number(struct maker *m, double value)
{
    return term_number(m->p, value);
}

static expr value_of(struct maker *m, int variable)
{
    return term_variable(m->p, variable);
}

static expr limited(struct maker *m, expr e, double least, double greatest)
{
    /* The order decides what becomes of no number at all: the least. */
    return term(m->p, OP_MIN, term(m->p, OP_MAX, e, number(m, least)), number(m, greatest));
}

static expr any(struct maker *m, int depth);
static expr condition(struct maker *m, int depth);

static double some_number(struct maker *m)
{
    static const double some[] = {1, 0, 2, 3, 0.5, -1, 0.1, 1.0 / 3, 10, 1e-3, 7, 1e6, -2.5, 0x1p-40};
    return some[roll(m, sizeof some / sizeof *some)];
}

/* A value of the variable, most often one that is near its ends. */
static int some_value(struct maker *m, int variable)
{
    const struct variable *v = &m->p->variables[variable];
    int64_t values = (int64_t)v->greatest - v->least + 1, step = roll(m, values > 10 ? 10 : (int)values);
    return (int)(values > 10 && roll(m, 2) ? v->greatest - step : v->least + step);
}

static expr look_up(struct maker *m, const int *tables, int n, expr index)
{
    return expr_table(&m->p->graph, tables[roll(m, n)], index);
}

/* A variable as a number: a control is looked up, or compared. */
static expr leaf(struct maker *m)
{
    int v = roll(m, m->p->n_variables);
    if (!m->control[v])
        return value_of(m, v);
    return roll(m, 3) ? look_up(m, m->table, m->n_tables, value_of(m, v))
                      : term_is(m->p, value_of(m, v), some_value(m, v));
}

static expr quotient(struct maker *m, int depth)
{
    expr above = any(m, depth - 1), below = any(m, depth - 1);
    double value;
    bool raw = (m->breaches & (BREACH_DIVISION | BREACH_IMPULSE)) && !expr_is_constant(&m->p->graph, below, &value);
    return term_over(m->p, above, raw ? below : term(m->p, OP_MAX, below, number(m, 0.5)));
}

typedef expr part(struct maker *m, int depth);

enum { WAY_IF = 5 }; /* of a combination; those below stand in its table */

/* Two parts of a kind, put together in the way of that number. */
static expr combination(struct maker *m, int way, part *a_part, int depth)
{
    static const enum op ops[] = {OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_MIN, OP_MAX};
    expr second = a_part(m, depth), first = a_part(m, depth);
    return way == WAY_IF ? term_if(m->p, condition(m, depth), first, second)
                         : term(m->p, ops[way], first, second);
}

/* Any number. */
static expr any(struct maker *m, int depth)
{
    if (depth <= 0 || chance(m, 15))
        return roll(m, 3) ? leaf(m) : number(m, some_number(m));
    int kind = roll(m, 9);
    switch (kind) {
    case 6: return look_up(m, m->table, m->n_tables, any(m, depth - 1));
    case 7: return quotient(m, depth);
    case 8: return condition(m, depth - 1);
    default: return combination(m, kind, any, depth - 1);
    }
}

/* Any whole number. */
static expr whole(struct maker *m, int depth)
{
    int v = roll(m, m->p->n_variables);
    if (depth <= 0 || chance(m, 25)) {
        if (m->control[v] || !roll(m, 4))
            return look_up(m, m->whole, m->n_whole, value_of(m, v));
        return roll(m, 4) ? value_of(m, v) : number(m, roll(m, 12) - 4);
    }
    int kind = roll(m, 8);
    switch (kind) {
    case 6: return look_up(m, m->whole, m->n_whole, any(m, depth - 1));
    case 7: return condition(m, depth - 1);
    default: return combination(m, kind, whole, depth - 1);
    }
}

/* A variable compared with one of its values. */
static expr comparison(struct maker *m)
{
    int v = roll(m, m->p->n_variables);
    expr value = value_of(m, v), other = number(m, some_value(m, v));
    switch (roll(m, 4)) {
    case 0: return term(m->p, OP_LESS, value, other);
    case 1: return term(m->p, OP_LESS_EQUAL, other, value);
    case 2: return term(m->p, OP_EQUAL, value, other);
    default: return term_not(m->p, term(m->p, OP_EQUAL, other, value));
    }
}

static expr new_condition(struct maker *m, int depth)
{
    static const enum op compare[] = {OP_LESS, OP_LESS_EQUAL, OP_EQUAL};
    if (depth <= 0 || chance(m, 30))
        return comparison(m);
    switch (roll(m, 6)) {
    case 0: return term_and(m->p, condition(m, depth - 1), condition(m, depth - 1));
    case 1: return term_or(m->p, condition(m, depth - 1), condition(m, depth - 1));
    case 2: return term_not(m->p, condition(m, depth - 1));
    case 3: return term_if(m->p, condition(m, depth - 1), condition(m, depth - 1), condition(m, depth - 1));
    case 4: return term(m->p, OP_LESS, number(m, 0.5), look_up(m, m->table, m->n_tables, leaf(m)));
    default: return term(m->p, compare[roll(m, 3)], any(m, depth - 1), any(m, depth - 1));
    }
}

/* 0 or 1; now and then one that there is already. */
static expr condition(struct maker *m, int depth)
{
    if (m->n_pool > 0 && chance(m, 20))
        return m->pool[roll(m, m->n_pool)];
    expr e = new_condition(m, depth);
    if (m->n_pool < POOL)
        m->pool[m->n_pool++] = e;
    return e;
}

/* ---- variables and tables ---- */

/* The first two have few values. */
static void add_variable(struct maker *m, int i)
{
    static const int ranges[][2] = {{0, 1}, {0, 5}, {-3, 4}, {0, 100}, {2, 2}, {-1000000, 1000000}, {INT_MIN, INT_MAX},
                                    {0, 9000}};
    int few = 1 + roll(m, 9), row = roll(m, 20);
    row = row < 8 ? row : row % 3;
    m->control[i] = chance(m, 40);
    bool small = m->control[i] || i < CLIMBERS;
    int least = small ? 0 : ranges[row][0], greatest = small ? few : ranges[row][1];
    process_add_variable(m->p, arena_format(&m->p->arena, m->control[i] ? "pc%d" : "x%d", i), least, greatest, least);
    m->p->variables[i].initial = some_value(m, i);
}

static int add_table(struct maker *m, const char *kind, int i, bool is_whole)
{
    double values[TABLE];
    int n = 1 + roll(m, TABLE);
    for (int k = 0; k < n; k++)
        values[k] = is_whole ? roll(m, 9) - 2 : some_number(m);
    return expr_add_table(&m->p->graph, arena_format(&m->p->arena, "%s%d", kind, i), values, n);
}

static void add_variables_and_tables(struct maker *m)
{
    int n_variables = 1 + roll(m, MOST_VARIABLES);
    for (int i = 0; i < n_variables; i++)
        add_variable(m, i);
    m->n_tables = 1 + roll(m, MOST_TABLES);
    m->n_whole = 1 + roll(m, MOST_TABLES);
    for (int i = 0; i < m->n_tables; i++)
        m->table[i] = add_table(m, "t", i, false);
    for (int i = 0; i < m->n_whole; i++)
        m->whole[i] = add_table(m, "w", i, true);
}

/* ---- commands ---- */

/* What comes next at each place of a control, by a table. */
static expr next_place(struct maker *m, int v)
{
    double values[16];
    int n = m->p->variables[v].greatest + 1; /* they begin at 0 */
    for (int k = 0; k < n; k++)
        values[k] = roll(m, 3) ? roll(m, n) : (k + 1) % n;
    int table = expr_add_table(&m->p->graph, arena_format(&m->p->arena, "next%d", m->p->graph.n_tables), values, n);
    return expr_table(&m->p->graph, table, value_of(m, v));
}

static expr control_update(struct maker *m, int v)
{
    int greatest = m->p->variables[v].greatest;
    expr value = value_of(m, v), yes = number(m, some_value(m, v)), no = number(m, some_value(m, v));
    switch (roll(m, 6)) {
    case 0:
    case 1: return yes;
    case 2: return next_place(m, v);
    case 3: return term_if(m->p, condition(m, 2), yes, no);
    case 4: return term_if(m->p, condition(m, 1), yes, value);
    default: return term_if(m->p, term_is(m->p, value, greatest), number(m, 0), term_plus(m->p, value, number(m, 1)));
    }
}

/* What the variable is set to. Its guard may have to make it fit: *guard. */
static expr new_value(struct maker *m, int v, expr *guard)
{
    const struct variable *variable = &m->p->variables[v];
    expr value = value_of(m, v);
    if (breaks(m, BREACH_UPDATE))
        return roll(m, 2) ? any(m, 2) : term_plus(m->p, value, number(m, some_number(m)));
    if (m->control[v])
        return control_update(m, v);
    switch (roll(m, 4)) {
    case 0: return number(m, some_value(m, v));
    case 1:
        *guard = term_and(m->p, *guard, term_less(m->p, value, number(m, variable->greatest)));
        return term_plus(m->p, value, number(m, 1));
    case 2:
        *guard = term_and(m->p, *guard, term_less(m->p, number(m, variable->least), value));
        return term_minus(m->p, value, number(m, 1));
    default: return limited(m, whole(m, 3), variable->least, variable->greatest);
    }
}

enum { MOST_BRANCHES = 3, MOST_UPDATES = 3, MOST_IMPULSES = 2 };

/* A command before it is added: guards come first, but follow from the updates. */
struct plan {
    expr guard, amount, probability[MOST_BRANCHES];
    enum delay delay;
    int  n_branches, n_updates[MOST_BRANCHES];
    struct update updates[MOST_BRANCHES][MOST_UPDATES + 1];
    int  n_impulses[MOST_BRANCHES];
    struct impulse impulses[MOST_BRANCHES][MOST_IMPULSES];
};

static void plan_update(struct plan *c, int branch, int variable, expr value)
{
    c->updates[branch][c->n_updates[branch]++] = (struct update){variable, value};
}

static bool is_planned(const struct plan *c, int branch, int variable)
{
    for (int u = 0; u < c->n_updates[branch]; u++)
        if (c->updates[branch][u].variable == variable)
            return true;
    return false;
}

/* Updates of variables from the first one on. */
static void plan_updates(struct maker *m, struct plan *c, int branch, int first)
{
    int behind = m->p->n_variables - first, n = behind > 0 ? roll(m, MOST_UPDATES + 1) : 0;
    for (int u = 0; u < n; u++) {
        int v = first + roll(m, behind);
        if (!is_planned(c, branch, v) || breaks(m, BREACH_TWICE))
            plan_update(c, branch, v, new_value(m, v, &c->guard));
    }
}

/* Most often none; they may be earned by the same reward. */
static void plan_impulses(struct maker *m, struct plan *c, int branch)
{
    for (int n = roll(m, 2 * MOST_IMPULSES + 1) - MOST_IMPULSES, i = 0; m->n_rewards > 0 && i < n; i++) {
        expr amount = breaks(m, BREACH_IMPULSE) ? quotient(m, 2) : limited(m, any(m, 2), -1e9, 1e9);
        c->impulses[branch][c->n_impulses[branch]++] = (struct impulse){roll(m, m->n_rewards), amount};
    }
}

/* Two variables change places, if the ranges allow. */
static void plan_swap(struct maker *m, struct plan *c, int first)
{
    int a = first + roll(m, m->p->n_variables - first), b = first + roll(m, m->p->n_variables - first);
    const struct variable *va = &m->p->variables[a], *vb = &m->p->variables[b];
    c->n_updates[0] = 0;
    plan_update(c, 0, a, limited(m, value_of(m, b), va->least, va->greatest));
    if (a != b)
        plan_update(c, 0, b, limited(m, value_of(m, a), vb->least, vb->greatest));
}

/* Every branch raises a variable, and sets what comes behind it. Returns the first variable that is not settled. */
static int plan_climb(struct maker *m, struct plan *c)
{
    int v = roll(m, m->p->n_variables < CLIMBERS ? m->p->n_variables : CLIMBERS);
    int greatest = m->p->variables[v].greatest, from = roll(m, greatest);
    expr value = value_of(m, v);
    bool by_place = m->control[v] || roll(m, 2);
    expr here = by_place ? term_is(m->p, value, from) : term_less(m->p, value, number(m, greatest));
    c->guard = roll(m, 3) ? term_and(m->p, here, c->guard) : here;
    for (int b = 0; b < c->n_branches; b++)
        plan_update(c, b, v, by_place ? number(m, from + 1 + roll(m, greatest - from))
                                      : term_plus(m->p, value, number(m, 1)));
    return v + 1;
}

static void plan_constant_branches(struct maker *m, struct plan *c)
{
    static const double rows[][MOST_BRANCHES] = {{0.5, 0.5}, {0.25, 0.75}, {0, 1}, {1, 0}, {0.9, 0.1},
                                                 {1.0 / 3, 1.0 / 3, 1.0 / 3}, {0.2, 0, 0.8}, {0.1, 0.2, 0.7}};
    int row = roll(m, 8);
    c->n_branches = row < 5 ? 2 : 3;
    for (int b = 0; b < c->n_branches; b++)
        c->probability[b] = number(m, rows[row][b]);
}

/* p and 1 - p; or p, (1 - p) q and what is left. */
static void plan_branches_of_state(struct maker *m, struct plan *c)
{
    expr p = limited(m, any(m, 2), 0, 1), one = number(m, 1);
    if (breaks(m, BREACH_PROBABILITY))
        p = roll(m, 2) ? any(m, 2) : term_times(m->p, p, number(m, 1 + 1e-8));
    c->probability[0] = p;
    if (breaks(m, BREACH_PROBABILITY))
        p = limited(m, any(m, 2), 0, 1);
    expr rest = term_minus(m->p, one, p);
    c->n_branches = 1 + roll(m, 3);
    if (c->n_branches == 1)
        c->probability[0] = term_plus(m->p, c->probability[0], rest);
    c->probability[1] = rest;
    if (c->n_branches == 3) {
        expr q = limited(m, any(m, 1), 0, 1);
        c->probability[1] = term_times(m->p, rest, q);
        c->probability[2] = term_times(m->p, rest, term_minus(m->p, one, q));
    }
}

static void plan_branches(struct maker *m, struct plan *c)
{
    c->n_branches = 1;
    c->probability[0] = number(m, 1);
    int kind = roll(m, 4);
    if (kind == 2)
        plan_constant_branches(m, c);
    else if (kind == 3)
        plan_branches_of_state(m, c);
}

static expr rate(struct maker *m)
{
    static const double some[] = {1, 0.1, 3, 100, 1e-4, 0.7, 1e6};
    if (breaks(m, BREACH_RATE))
        return any(m, 2);
    switch (roll(m, 4)) {
    case 0: return number(m, some[roll(m, 7)]);
    case 1: return limited(m, any(m, 3), 0, 1000);
    case 2: return term_times(m->p, number(m, some[roll(m, 6)]), limited(m, leaf(m), 0, 20));
    default: return term_if(m->p, condition(m, 2), number(m, some[roll(m, 6)]), number(m, roll(m, 2)));
    }
}

/* With few different values, so that delays of different commands end together. */
static expr delay(struct maker *m, double least)
{
    static const double some[] = {1, 2, 0.5, 3, 0.1, 10};
    if (breaks(m, BREACH_DELAY))
        return any(m, 2);
    switch (roll(m, 3)) {
    case 0: return number(m, least == 0 && !roll(m, 3) ? 0 : some[roll(m, 6)]);
    case 1: return limited(m, any(m, 2), least, 20);
    default: return term_if(m->p, condition(m, 2), number(m, some[roll(m, 6)]), number(m, least));
    }
}

static void add_command(struct maker *m, const struct plan *c, int i)
{
    static const char *const names[] = {"now", "random", "fixed"};
    process_add_command(m->p, arena_format(&m->p->arena, "%s%d", names[c->delay], i), c->guard, c->delay, c->amount);
    for (int b = 0; b < c->n_branches; b++) {
        process_add_branch(m->p, c->probability[b]);
        for (int u = 0; u < c->n_updates[b]; u++)
            process_add_update(m->p, c->updates[b][u].variable, c->updates[b][u].value);
        for (int k = 0; k < c->n_impulses[b]; k++)
            process_add_impulse(m->p, c->impulses[b][k].reward, c->impulses[b][k].amount);
    }
}

static void make_command(struct maker *m, int i)
{
    static const enum delay delays[] = {DELAY_EXPONENTIAL, DELAY_FIXED, DELAY_NOW, DELAY_EXPONENTIAL, DELAY_FIXED};
    struct plan c = {.guard = roll(m, 5) ? condition(m, 2) : number(m, 1), .delay = delays[roll(m, 5)], .amount = -1};
    bool climbs = c.delay == DELAY_NOW || (c.delay == DELAY_FIXED && roll(m, 2));
    if (breaks(m, BREACH_CYCLE))
        climbs = false;
    plan_branches(m, &c);
    int first = climbs ? plan_climb(m, &c) : 0;
    for (int b = 0; b < c.n_branches; b++) {
        plan_updates(m, &c, b, first);
        plan_impulses(m, &c, b);
    }
    if (!climbs && chance(m, 10))
        plan_swap(m, &c, first);
    if (c.delay != DELAY_NOW)
        c.amount = c.delay == DELAY_EXPONENTIAL ? rate(m) : delay(m, climbs ? 0 : 0.25);
    add_command(m, &c, i);
}

/* A process that keeps all rules but those that are named. Give it to process_free. */
struct process *random_process(struct dice *dice, int breaches)
{
    struct maker m = {.dice = dice, .p = process_new("random"), .breaches = breaches};
    add_variables_and_tables(&m);
    m.n_rewards = roll(&m, 5);
    for (int i = 0, n = 1 + roll(&m, 12); i < n; i++)
        make_command(&m, i);
    for (int i = 0; i < m.n_rewards; i++)
        process_add_reward(m.p, arena_format(&m.p->arena, "r%d", i), any(&m, 3));
    for (int i = 0, n = roll(&m, 5); i < n; i++)
        process_add_label(m.p, arena_format(&m.p->arena, "l%d", i), condition(&m, 3));
    return m.p;
}

/* A value for each variable. */
void random_state(struct dice *dice, const struct process *process, int *state)
{
    for (int i = 0; i < process->n_variables; i++) {
        const struct variable *v = &process->variables[i];
        int64_t values = (int64_t)v->greatest - v->least + 1;
        state[i] = (int)(v->least + (int64_t)(dice_bits(dice) % (uint64_t)values));
    }
}
