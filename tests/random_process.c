/*
 * Small random processes.
 *
 * Some variables are places of a controller: they are only compared and looked up, and their next value follows from
 * such variables. The others count. Every command that fires at once takes one from a counter of its own, which only
 * commands that take time fill, so that no cycle of them can go on without end. Updates are cut to the range of their
 * variable, probabilities add up, rates are not negative; but for a lawless process, in which each of these rules may
 * be broken.
 */
#include "random_process.h"

#include "models/terms.h"

enum { MOST_VARIABLES = 12, MOST_CONTROLS = 3, MOST_COUNTS = 5, MOST_COMMANDS = 12 };

/* A process in the making. */
struct making {
    struct dice    *dice;
    struct process *p;
    int  controls[MOST_CONTROLS], n_controls;
    int  counts[MOST_COUNTS], n_counts;
    bool lawless;
};

/* A number from 0 to sides - 1. */
uint32_t dice_roll(struct dice *dice, uint32_t sides)
{
    if (dice->bytes) {
        if (dice->left == 0)
            return 0;
        dice->left--;
        return *dice->bytes++ % sides;
    }
    dice->state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
    uint64_t z = dice->state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ z >> 31) % sides);
}

static uint32_t roll(struct making *m, uint32_t sides)
{
    return dice_roll(m->dice, sides);
}

static expr number(struct making *m, double value)
{
    return term_number(m->p, value);
}

static int some(struct making *m, const int *variables, int n)
{
    return variables[roll(m, (uint32_t)n)];
}

static expr some_count(struct making *m)
{
    return term_variable(m->p, some(m, m->counts, m->n_counts));
}

/* A table of as many numbers as the variable has values, looked up there; sometimes of fewer. */
static expr look_up(struct making *m, int variable, const double *choices, uint32_t n_choices)
{
    double values[16];
    int n = m->p->variables[variable].greatest + 1;
    if (n > 1 && roll(m, 8) == 0)
        n--;
    for (int i = 0; i < n; i++)
        values[i] = choices[roll(m, n_choices)];
    int table = expr_add_table(&m->p->graph, arena_format(&m->p->arena, "table.%d", m->p->graph.n_tables), values, n);
    return expr_table(&m->p->graph, table, term_variable(m->p, variable));
}

static expr condition(struct making *m, int depth);

/* A whole number, not negative. */
static expr whole(struct making *m, int depth)
{
    static const double few[] = {0, 1, 2, 3};
    switch (depth > 0 ? roll(m, 8) : roll(m, 3)) {
    case 0:
        return number(m, roll(m, 4));
    case 1:
    case 2:
        return some_count(m);
    case 3:
        return look_up(m, m->n_controls && roll(m, 2) ? some(m, m->controls, m->n_controls)
                                                      : some(m, m->counts, m->n_counts), few, 4);
    case 4:
        return term(m->p, roll(m, 2) ? OP_MIN : OP_MAX, whole(m, depth - 1), whole(m, depth - 1));
    case 5:
        return expr_if(&m->p->graph, condition(m, depth - 1), whole(m, depth - 1), whole(m, depth - 1));
    case 6:
        return term_times(m->p, whole(m, depth - 1), condition(m, depth - 1));
    default:
        return term_plus(m->p, whole(m, depth - 1), whole(m, depth - 1));
    }
}

static expr condition(struct making *m, int depth)
{
    static const double truths[] = {0, 1};
    switch (depth > 0 ? roll(m, 8) : roll(m, 4)) {
    case 0:
        return term(m->p, OP_LESS, whole(m, 0), whole(m, 0));
    case 1:
        return term(m->p, OP_LESS_EQUAL, number(m, roll(m, 3)), some_count(m));
    case 2:
    case 3:
        if (m->n_controls) {
            int control = some(m, m->controls, m->n_controls);
            return roll(m, 2) ? term_is(m->p, term_variable(m->p, control), roll(m, 4))
                              : look_up(m, control, truths, 2);
        }
        return term_is(m->p, some_count(m), roll(m, 3));
    case 4:
        return term_and(m->p, condition(m, depth - 1), condition(m, depth - 1));
    case 5:
        return term_or(m->p, condition(m, depth - 1), condition(m, depth - 1));
    case 6:
        return term_not(m->p, condition(m, depth - 1));
    default:
        return number(m, roll(m, 4) > 0);
    }
}

/* A number, not negative, and of any size. */
static expr amount(struct making *m)
{
    static const double some_amounts[] = {0, 1, 0.1, 0.25, 3, 1e-3, 100};
    expr scale = number(m, some_amounts[roll(m, 7)]);
    if (m->lawless && roll(m, 8) == 0)
        return term_minus(m->p, whole(m, 1), scale);
    if (m->lawless && roll(m, 16) == 0)
        return term_over(m->p, scale, whole(m, 1));
    switch (roll(m, 5)) {
    case 0:
        return scale;
    case 1:
        return look_up(m, m->n_controls ? some(m, m->controls, m->n_controls) : m->counts[0], some_amounts, 7);
    case 2:
        return term_over(m->p, whole(m, 2), term_plus(m->p, whole(m, 1), number(m, 1)));
    default:
        return term_times(m->p, whole(m, 2), scale);
    }
}

static void add_update(struct making *m, int variable, expr value)
{
    const struct variable *v = &m->p->variables[variable];
    if (!m->lawless || roll(m, 8))
        value = term(m->p, OP_MIN, term(m->p, OP_MAX, value, number(m, v->least)), number(m, v->greatest));
    process_add_update(m->p, variable, value);
}

/* One to three updates: of a controller, of counts; they may read each other's variables. */
static void add_updates(struct making *m)
{
    if (m->n_controls && roll(m, 2)) {
        int control = some(m, m->controls, m->n_controls);
        static const double places[] = {0, 1, 2, 3, 4};
        expr next = term_plus(m->p, term_variable(m->p, control), number(m, 1));
        switch (roll(m, 3)) {
        case 0:
            next = number(m, roll(m, 3));
            break;
        case 1:
            next = look_up(m, some(m, m->controls, m->n_controls), places, 5);
            break;
        }
        add_update(m, control, next);
    }
    for (uint32_t n = roll(m, 3), first = roll(m, (uint32_t)m->n_counts), i = 0; i < n && (int)i < m->n_counts; i++) {
        int count = m->counts[(first + i) % (uint32_t)m->n_counts];
        expr own = term_variable(m->p, count);
        switch (roll(m, 4)) {
        case 0:
            add_update(m, count, whole(m, 1));
            break;
        case 1:
            add_update(m, count, term_plus(m->p, own, number(m, 1)));
            break;
        default:
            add_update(m, count, term_minus(m->p, own, number(m, 1)));
        }
    }
}

static void add_impulse(struct making *m)
{
    if (roll(m, 3) == 0)
        process_add_impulse(m->p, (int)roll(m, 2), term_minus(m->p, whole(m, 1), amount(m)));
}

/* One to three branches. `pending`: a counter that the command empties or fills, by `step`. */
static void add_branches(struct making *m, int pending, double step)
{
    uint32_t n = 1 + roll(m, 3);
    expr first = number(m, 0.3);
    if (roll(m, 2)) { /* x / (x + y + 1) */
        expr x = whole(m, 1);
        first = term_over(m->p, x, term_plus(m->p, term_plus(m->p, x, whole(m, 0)), number(m, 1)));
    }
    if (m->lawless && roll(m, 16) == 0)
        first = whole(m, 1);
    expr rest = term_minus(m->p, number(m, 1), first);
    const expr one[] = {number(m, 1)}, two[] = {first, rest};
    const expr three[] = {first, term_times(m->p, rest, number(m, 0.25)), term_times(m->p, rest, number(m, 0.75))};
    const expr *probability = n == 1 ? one : n == 2 ? two : three;
    for (uint32_t b = 0; b < n; b++) {
        process_add_branch(m->p, probability[b]);
        if (pending >= 0)
            add_update(m, pending, term_plus(m->p, term_variable(m->p, pending), number(m, step)));
        add_updates(m);
        add_impulse(m);
    }
}

static void add_command(struct making *m, int i)
{
    const char *name = arena_format(&m->p->arena, "command.%d", i);
    expr guard = condition(m, 2);
    uint32_t kind = roll(m, 8);
    if (kind == 0) {
        int pending = process_add_variable(m->p, arena_format(&m->p->arena, "pending.%d", i), 0, 2, (int)roll(m, 3));
        expr waits = term(m->p, OP_LESS, number(m, 0), term_variable(m->p, pending));
        bool free_of_it = m->lawless && roll(m, 8) == 0; /* it may go on and on */
        process_add_command(m->p, name, free_of_it ? guard : waits, DELAY_NOW, number(m, 0));
        add_branches(m, pending, -1);
        process_add_command(m->p, arena_format(&m->p->arena, "fill.%d", i), guard, DELAY_EXPONENTIAL, number(m, 0.5));
        add_branches(m, pending, 1);
    } else if (kind <= 2) {
        static const double delays[] = {1, 0.5, 2, 5};
        expr delay = roll(m, 2) ? number(m, delays[roll(m, 4)])
                                : term_plus(m->p, whole(m, 1), number(m, delays[roll(m, 4)]));
        process_add_command(m->p, name, guard, DELAY_FIXED, m->lawless && roll(m, 8) == 0 ? amount(m) : delay);
        add_branches(m, -1, 0);
    } else {
        process_add_command(m->p, name, guard, DELAY_EXPONENTIAL, amount(m));
        add_branches(m, -1, 0);
    }
}

struct process *random_process(struct dice *dice, bool lawless)
{
    struct making m = {.dice = dice, .p = process_new("random"), .lawless = lawless};
    m.n_controls = (int)roll(&m, MOST_CONTROLS + 1);
    m.n_counts = 1 + (int)roll(&m, MOST_COUNTS);
    for (int i = 0; i < m.n_controls; i++)
        m.controls[i] = process_add_variable(m.p, arena_format(&m.p->arena, "control.%d", i), 0, 1 + (int)roll(&m, 9),
                                             0);
    for (int i = 0; i < m.n_counts; i++) {
        int greatest = 1 + (int)roll(&m, 6);
        m.counts[i] = process_add_variable(m.p, arena_format(&m.p->arena, "count.%d", i), 0, greatest,
                                           (int)roll(&m, (uint32_t)greatest + 1));
    }
    for (int i = 0, n = 1 + (int)roll(&m, MOST_COMMANDS); i < n; i++)
        add_command(&m, i);
    process_add_reward(m.p, "whole", whole(&m, 3));
    process_add_reward(m.p, "amount", amount(&m));
    process_add_reward(m.p, "share", condition(&m, 2));
    process_add_label(m.p, "first", condition(&m, 2));
    process_add_label(m.p, "second", condition(&m, 3));
    return m.p;
}
