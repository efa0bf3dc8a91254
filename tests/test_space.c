/* The state space of a process: which states there are, what `now` commands come to, and what is refused. */
#include "test.h"

#include "chains.h"
#include "exact/space.h"
#include "models/terms.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The rate between the states in which the first variable has these values; 0 if there is none. */
static double rate_between(const struct space *space, int from, int to)
{
    const struct chain *c = &space->chain;
    int *state = memory_new((size_t)space->process->n_variables, sizeof *state);
    double sum = 0;
    for (uint32_t i = 0; i < c->n_states; i++)
        for (uint64_t k = c->row[i]; k < c->row[i + 1]; k++) {
            space_state(space, i, state);
            int at = state[0];
            space_state(space, c->target[k], state);
            sum += at == from && state[0] == to ? c->rate[k] : 0;
        }
    free(state);
    return sum;
}

/* A command with two branches, each of which sets the variable. */
static void fork_to(struct process *p, const char *name, expr guard, enum delay delay, expr amount, int variable,
                    double probability, int one, int other)
{
    process_add_command(p, name, guard, delay, amount);
    process_add_branch(p, term_number(p, probability));
    process_add_update(p, variable, term_number(p, one));
    process_add_branch(p, term_number(p, 1 - probability));
    process_add_update(p, variable, term_number(p, other));
}

/*
 * 0 goes to 1 at rate 8; 1 takes no time and forks to 2 (1/4) and 3; 3 takes none and forks to 4 (1/2) and 2; the `now`
 * command of 1 that comes later never fires. So 0 goes to 2 at 8 (1/4 + 3/8) = 5 and to 4 at 3. 2 and 4 return to 1.
 */
static struct process *forks(int initial)
{
    struct process *p = process_new("forks");
    int at = process_add_variable(p, "at", 0, 9, initial);
    expr is = term_variable(p, at), one = term_number(p, 1);
    chain_move(p, "go", term_is(p, is, 0), DELAY_EXPONENTIAL, term_number(p, 8), at, one);
    fork_to(p, "fork", term_is(p, is, 1), DELAY_NOW, -1, at, 0.25, 2, 3);
    chain_move(p, "later", term_is(p, is, 1), DELAY_NOW, -1, at, term_number(p, 9));
    fork_to(p, "fork again", term_is(p, is, 3), DELAY_NOW, -1, at, 0.5, 4, 2);
    chain_move(p, "return", term_or(p, term_is(p, is, 2), term_is(p, is, 4)), DELAY_EXPONENTIAL, term_number(p, 16),
               at, one);
    chain_move(p, "never", term_is(p, is, 2), DELAY_EXPONENTIAL, term_number(p, 0), at, term_number(p, 7));
    return p;
}

static void now_commands_become_rates(void)
{
    struct process *p = forks(0);
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_states, 3);
    CU_ASSERT_EQUAL(rate_between(&space, 0, 2), 5);
    CU_ASSERT_EQUAL(rate_between(&space, 0, 4), 3);
    CU_ASSERT_EQUAL(rate_between(&space, 2, 4), 6);
    CU_ASSERT_EQUAL(rate_between(&space, 4, 2), 10);
    CU_ASSERT_EQUAL(space.chain.n_transitions, 4); /* 2 to 2 and 4 to 4 are none */
    space_free(&space);
    process_free(p);
}

static void the_start_may_take_no_time(void)
{
    struct process *p = forks(1);
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_states, 2);
    CU_ASSERT_EQUAL_FATAL(space.chain.n_initial, 2);
    int at;
    for (uint32_t i = 0; i < 2; i++) {
        space_state(&space, space.chain.initial[i], &at);
        CU_ASSERT_EQUAL(space.chain.initial_probability[i], at == 2 ? 0.625 : 0.375);
    }
    space_free(&space);
    int other = 4;
    struct space_options options = {.initial = &other};
    CU_ASSERT_TRUE_FATAL(space_build(p, &options, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_initial, 1);
    space_free(&space);
    process_free(p);
}

/* A counter that runs down in no time, from 40000, throwing a coin at each step: deep, and 2^40000 ways through. */
static void many_now_commands_in_a_row_are_followed(void)
{
    enum { DEEP = 40000 };
    struct process *p = process_new("coins");
    int left = process_add_variable(p, "left", 0, DEEP, 0), coin = process_add_variable(p, "coin", 0, 1, 0);
    expr n = term_variable(p, left), one = term_number(p, 1);
    chain_move(p, "again", term_is(p, n, 0), DELAY_EXPONENTIAL, one, left, term_number(p, DEEP));
    process_add_command(p, "throw", term_less(p, term_number(p, 0), n), DELAY_NOW, -1);
    for (int side = 0; side < 2; side++) {
        process_add_branch(p, term_number(p, 0.5));
        process_add_update(p, left, term_minus(p, n, one));
        process_add_update(p, coin, term_number(p, side));
    }
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_states, 2);
    CU_ASSERT_EQUAL(space.chain.n_transitions, 2);
    CU_ASSERT_EQUAL(space.chain.rate[0], 0.5);
    space_free(&space);
    process_free(p);
}

/* Ranges that need 32 bits, negative ones, and variables that cannot change; more than one word. */
static void all_ranges_are_packed(void)
{
    struct process *p = process_new("ranges");
    int a = process_add_variable(p, "a", INT_MIN, INT_MAX, INT_MIN), b = process_add_variable(p, "b", 7, 7, 7);
    process_add_variable(p, "c", -5, 60, -5);
    int d = process_add_variable(p, "d", INT_MIN, INT_MAX, INT_MAX), e = process_add_variable(p, "e", 0, 1, 1);
    expr one = term_number(p, 1), start = term_is(p, term_variable(p, a), INT_MIN);
    chain_move(p, "move", start, DELAY_EXPONENTIAL, one, a, term_number(p, INT_MAX));
    process_add_update(p, d, term_number(p, -1));
    process_add_update(p, e, term_number(p, 0));
    struct space space;
    struct error error = {0};
    int state[5];
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_states, 2);
    space_state(&space, 0, state);
    CU_ASSERT_TRUE(state[a] == INT_MIN && state[b] == 7 && state[2] == -5 && state[d] == INT_MAX && state[e] == 1);
    space_state(&space, 1, state);
    CU_ASSERT_TRUE(state[a] == INT_MAX && state[b] == 7 && state[2] == -5 && state[d] == -1 && state[e] == 0);
    space_free(&space);
    process_free(p);
}

static void values_are_those_of_every_state(void)
{
    struct process *p = chain_tandem(40);
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    const uint32_t n = space.chain.n_states;
    CU_ASSERT_EQUAL(n, 41 * 41);
    expr wanted[2] = {term_times(p, term_variable(p, 0), term_number(p, 3)), term_variable(p, 1)};
    double *values[2] = {memory_new(n, sizeof(double)), memory_new(n, sizeof(double))};
    space_values(&space, wanted, 2, values);
    for (uint32_t i = 0; i < n; i++) {
        int state[2];
        space_state(&space, i, state);
        CU_ASSERT_TRUE(values[0][i] == 3 * state[0] && values[1][i] == state[1]);
        for (uint64_t k = space.chain.row[i]; k + 1 < space.chain.row[i + 1]; k++)
            CU_ASSERT_TRUE(space.chain.target[k] < space.chain.target[k + 1]);
    }
    free(values[0]);
    free(values[1]);
    space_free(&space);
    process_free(p);
}

/* ---- what is refused ---- */

static void refuses(struct process *p, const struct space_options *options, const char *message)
{
    struct space space;
    struct error error = {0};
    CU_ASSERT_FALSE(space_build(p, options, &space, &error));
    CU_ASSERT_EQUAL(error.count, 1);
    CU_ASSERT_STRING_EQUAL(error.text.data ? error.text.data : "", message);
    CU_ASSERT_PTR_NULL(space.packed);
    error_free(&error);
    process_free(p);
}

/* A process of one variable `n` in 0..3 at 0 with one command. */
static struct process *one_command(enum delay delay, double amount, double to)
{
    struct process *p = process_new("one");
    int n = process_add_variable(p, "n", 0, 3, 0);
    expr zero = term_is(p, term_variable(p, n), 0);
    chain_move(p, "move", zero, delay, term_number(p, amount), n, term_number(p, to));
    return p;
}

static void broken_processes_are_refused(void)
{
    refuses(one_command(DELAY_FIXED, 5, 1), NULL, "process one: command move has a fixed delay, which is to be "
            "replaced by an Erlang delay before the process has a chain\n");
    refuses(one_command(DELAY_EXPONENTIAL, -2, 1), NULL,
            "process one: command move has the rate -2 in the state n=0\n");
    refuses(one_command(DELAY_EXPONENTIAL, INFINITY, 1), NULL,
            "process one: command move has the rate inf in the state n=0\n");
    refuses(one_command(DELAY_EXPONENTIAL, 1, 4), NULL,
            "process one: command move sets n to 4, outside 0..3, in the state n=0\n");
    struct process *p = one_command(DELAY_EXPONENTIAL, 1, 1);
    fork_to(p, "fork", term_number(p, 1), DELAY_EXPONENTIAL, term_number(p, 1), 0, 1.5, 1, 2);
    refuses(p, NULL, "process one: command fork has the branch probability -0.5 in the state n=0\n");
    p = one_command(DELAY_EXPONENTIAL, 1, 1);
    process_add_branch(p, term_number(p, 1e-6));
    refuses(p, NULL, "process one: command move has the sum of branch probabilities 1 in the state n=0\n");
}

/* Three `now` commands around, two of them with a way out, and one that leads there and is not part of it. */
static void cycles_of_now_commands_are_named(void)
{
    struct process *p = process_new("round");
    int n = process_add_variable(p, "n", 0, 9, 0);
    expr at = term_variable(p, n);
    chain_move(p, "start", term_is(p, at, 0), DELAY_EXPONENTIAL, term_number(p, 1), n, term_number(p, 1));
    chain_move(p, "in", term_is(p, at, 1), DELAY_NOW, -1, n, term_number(p, 2));
    fork_to(p, "one", term_is(p, at, 2), DELAY_NOW, -1, n, 0.5, 3, 9);
    fork_to(p, "two", term_is(p, at, 3), DELAY_NOW, -1, n, 0.5, 9, 4);
    chain_move(p, "three", term_is(p, at, 4), DELAY_NOW, -1, n, term_number(p, 2));
    refuses(p, NULL, "process round: a cycle of commands that take no time: one, two, three, from the state n=2\n");
}

static void impulses_are_refused(void)
{
    struct process *p = one_command(DELAY_EXPONENTIAL, 1, 1);
    process_add_impulse(p, process_add_reward(p, "moves", term_number(p, 0)), term_number(p, 1));
    refuses(p, NULL, "process one: rewards earned by impulses cannot be solved\n");
}

static void too_many_states_are_refused(void)
{
    struct space_options options = {.most_states = 1000};
    refuses(chain_cluster(64), &options, "process workstation cluster has more than 1000 states; allow more of them, "
            "or make smaller what its variables count: of those found the widest are left (55 to 64), "
            "right (56 to 64), unit (0 to 5)\n");
}

/* Two millions of states without time behind one state with time. */
static struct process *countdown(void)
{
    enum { DEEP = 2000000 };
    struct process *p = process_new("countdown");
    int left = process_add_variable(p, "left", 0, DEEP, 0);
    expr n = term_variable(p, left), one = term_number(p, 1), none = term_number(p, 0);
    chain_move(p, "again", term_is(p, n, 0), DELAY_EXPONENTIAL, one, left, term_number(p, DEEP));
    chain_move(p, "down", term_less(p, none, n), DELAY_NOW, -1, left, term_minus(p, n, one));
    return p;
}

static void too_many_states_without_time_are_refused(void)
{
    struct space_options options = {.most_states = 10};
    refuses(countdown(), &options, "process countdown passes through more than 10 states that take no time, all from "
            "one state; allow more of them, or make smaller what its variables count\n");
}

static void stop_when_told(uint32_t states, void *context)
{
    (void)states;
    *(volatile int *)context = 1;
}

/* Also before the first states are found, where no more are found, and in the midst of those that take no time. */
static void it_can_be_stopped_anywhere(void)
{
    volatile int stop = 1, later = 0;
    struct space_options at_once = {.stop = &stop};
    struct space_options on_the_way = {.stop = &later, .on_states = stop_when_told, .context = (void *)&later};
    refuses(one_command(DELAY_EXPONENTIAL, 1, 1), &at_once, "process one: stopped after 1 states\n");
    refuses(countdown(), &on_the_way, "process countdown: stopped after 1 states\n");
}

const struct test_suite suite_space = {
    "space",
    (const struct test_case[]){
        {"now commands become rates", now_commands_become_rates},
        {"the start may take no time", the_start_may_take_no_time},
        {"many now commands in a row are followed", many_now_commands_in_a_row_are_followed},
        {"all ranges are packed", all_ranges_are_packed},
        {"values are those of every state", values_are_those_of_every_state},
        {"broken processes are refused", broken_processes_are_refused},
        {"cycles of now commands are named", cycles_of_now_commands_are_named},
        {"impulses are refused", impulses_are_refused},
        {"too many states are refused", too_many_states_are_refused},
        {"too many states without time are refused", too_many_states_without_time_are_refused},
        {"it can be stopped anywhere", it_can_be_stopped_anywhere},
        {NULL, NULL},
    },
};
