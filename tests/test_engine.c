/*
 * Every engine: what the words of a process mean, and chains with known answers.
 *
 * Meanings are shown on processes whose events have fixed times, by the trace of their events. Random tests have the
 * seed SEED, and |z| < 4 unless another limit is stated; tests/chains.c says how z is computed.
 */
#include "test.h"

#include "chains.h"
#include "engine/histogram.h"
#include "engine/moments.h"
#include "models/terms.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

#define Z_LIMIT 4.0

static void *open_run(const struct process *p)
{
    return under_test.engine->open(p, under_test.simd);
}

/* ---- known answers ---- */

static void known_answers_are_reproduced(void)
{
    double squares = 0, *scores = memory_new((size_t)n_truths, sizeof *scores);
    int n = 0;
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < n_truths; i++)
        scores[i] = truths[i].paths ? truth_sample(&truths[i], under_test, SEED) : 0;
    for (const struct truth *t = truths; t->chain; t++) {
        double z = scores[t - truths];
        if (t->paths == 0)
            continue;
        squares += z * z;
        n++;
        CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
        if (!(fabs(z) < Z_LIMIT)) {
            struct process *p = t->chain();
            printf("%s, %s, query %d at %g: z = %g (%s)\n", p->name, t->what, t->query, t->time, z, t->source);
            process_free(p);
        }
    }
    /* Standard errors that were too large would let all pass: the squares of z add up to about n. */
    CU_ASSERT_TRUE(squares > 0.5 * n && squares < 2 * n);
    free(scores);
}

/* Quantiles of downtime in [0, 100] (Takacs 1957) by histogram: between those 4 standard errors of the share away. */
static void quantiles_are_reproduced(void)
{
    enum { PATHS = 100000 };
    static const double rows[][2] = {{0.9, 5.5827017405842}, {0.99, 11.688332141792}};
    const struct truth *often = truths;
    while (often->query != QUERY_REWARD_BELOW)
        often++;
    struct process *p = often->chain();
    struct histogram histogram = {0};
    const struct histogram *part = &histogram;
    double *rewards = memory_new((size_t)PATHS * (size_t)p->n_rewards, sizeof *rewards);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = PATHS, .horizon = 100, .rewards = rewards};
    struct error error = {0};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    for (int i = 0; i < PATHS; i++)
        histogram_add(&histogram, rewards[i * p->n_rewards + process_find_reward(p, "down")]);
    for (int i = 0; i < 2; i++) {
        double q = rows[i][0], step = Z_LIMIT * sqrt(q * (1 - q) / PATHS);
        CU_ASSERT_TRUE(histogram_quantile(&part, &(double){1}, 1, q - step) < rows[i][1]);
        CU_ASSERT_TRUE(histogram_quantile(&part, &(double){1}, 1, q + step) > rows[i][1]);
        CU_ASSERT_DOUBLE_EQUAL(histogram_quantile(&part, &(double){1}, 1, q), rows[i][1], 0.03 * rows[i][1]);
    }
    under_test.engine->close(run);
    histogram_free(&histogram);
    free(rewards);
    process_free(p);
}

/* ---- traces ---- */

struct trace {
    const struct process *process;
    struct text text;
};

/* "4 go.1 x=2 y=0" for the second branch of the command go. */
static void write_event(void *context, double time, int command, int branch, const int *state)
{
    struct trace *trace = context;
    const struct process *p = trace->process;
    text_add(&trace->text, "%g %s", time, p->commands[command].name);
    if (p->commands[command].n_branches > 1)
        text_add(&trace->text, ".%d", branch);
    for (int i = 0; i < p->n_variables; i++)
        text_add(&trace->text, " %s=%d", p->variables[i].name, state[i]);
    text_add(&trace->text, "\n");
}

/* A reward for each variable: what it is, over time. */
static void reward_variables(struct process *p)
{
    for (int i = 0; i < p->n_variables; i++)
        process_add_reward(p, p->variables[i].name, term_variable(p, i));
}

/* Path 0 once more without anybody who looks, which an engine may run in another way. */
static void check_unseen(const struct process *p, void *run, struct batch batch, const struct error *seen)
{
    struct error error = {0};
    double *rewards = batch.rewards;
    batch.rewards = memory_new((size_t)p->n_rewards, sizeof *rewards);
    batch.observe = NULL;
    bool good = under_test.engine->run(run, &batch, &error), same = good == (seen->count == 0);
    if (same && good)
        same = !memcmp(batch.rewards, rewards, (size_t)p->n_rewards * sizeof *rewards);
    else if (same)
        same = !strcmp(error.text.data, seen->text.data);
    CU_ASSERT_TRUE(same);
    if (!same)
        printf("the command %s, unseen: %s\n", p->commands[0].name, good ? "no error" : error.text.data);
    error_free(&error);
    free(batch.rewards);
}

/* Runs path 0 and compares its events; with an error, its message is the last line. Frees the process. */
static void check_trace(struct process *p, double horizon, const char *expected)
{
    struct trace trace = {.process = p};
    struct error error = {0};
    reward_variables(p);
    double *rewards = memory_new((size_t)p->n_rewards, sizeof *rewards);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = horizon, .rewards = rewards,
                          .observe = write_event, .context = &trace};
    void *run = open_run(p);
    text_add(&trace.text, "%s", "");
    CU_ASSERT_TRUE(process_check(p, &error));
    bool good = under_test.engine->run(run, &batch, &error);
    CU_ASSERT_EQUAL(good, error.count == 0);
    if (!good)
        text_add(&trace.text, "%s", error.text.data);
    CU_ASSERT_STRING_EQUAL(trace.text.data, expected);
    if (strcmp(trace.text.data, expected))
        printf("expected\n%sgot\n%.400s", expected, trace.text.data);
    check_unseen(p, run, batch, &error);
    under_test.engine->close(run);
    error_free(&error);
    text_free(&trace.text);
    free(rewards);
    process_free(p);
}

/* A process with variables x and y in [0, 9], both 0. */
struct pair {
    struct process *p;
    int  x, y;
    expr is_x, is_y; /* their values */
};

static struct pair pair_new(void)
{
    struct pair s = {.p = process_new("p")};
    s.x = process_add_variable(s.p, "x", 0, 9, 0);
    s.y = process_add_variable(s.p, "y", 0, 9, 0);
    s.is_x = term_variable(s.p, s.x);
    s.is_y = term_variable(s.p, s.y);
    return s;
}

/* A command that fires while a variable has one value, and gives a variable another. */
static void when(struct pair *s, const char *name, int variable, int value, enum delay delay, double amount, int target,
                 int next)
{
    chain_move(s->p, name, term_is(s->p, term_variable(s->p, variable), value), delay,
               delay == DELAY_NOW ? -1 : term_number(s->p, amount), target, term_number(s->p, next));
}

static void now_fires_the_lowest_index_first(void)
{
    struct pair s = pair_new();
    when(&s, "lowest", s.y, 2, DELAY_NOW, 0, s.y, 3);
    when(&s, "first", s.x, 1, DELAY_NOW, 0, s.x, 2);
    when(&s, "second", s.y, 0, DELAY_NOW, 0, s.y, 1);
    when(&s, "third", s.y, 1, DELAY_NOW, 0, s.y, 2);
    when(&s, "last", s.x, 0, DELAY_NOW, 0, s.x, 1);
    /* After each firing it begins again at the lowest: `lowest` comes before `last`, and `first` ends it. */
    check_trace(s.p, 1,
                "0 second x=0 y=1\n0 third x=0 y=2\n0 lowest x=0 y=3\n0 last x=1 y=3\n0 first x=2 y=3\n");
}

static void now_takes_no_time_after_other_commands(void)
{
    struct pair s = pair_new();
    when(&s, "timer", s.x, 0, DELAY_FIXED, 2, s.x, 1);
    when(&s, "now", s.x, 1, DELAY_NOW, 0, s.x, 2);
    when(&s, "again", s.x, 2, DELAY_FIXED, 0.5, s.x, 3);
    check_trace(s.p, 10, "2 timer x=1 y=0\n2 now x=2 y=0\n2.5 again x=3 y=0\n");
}

/* Runs path 0, without looking at its events, and compares its error; NULL: there is none. Frees the process. */
static void check_error(struct process *p, double horizon, const char *expected)
{
    struct error error = {0};
    double *rewards = memory_new((size_t)p->n_rewards, sizeof *rewards);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = horizon, .rewards = rewards};
    CU_ASSERT_TRUE(process_check(p, &error));
    void *run = open_run(p);
    CU_ASSERT_EQUAL(under_test.engine->run(run, &batch, &error), expected == NULL);
    if (expected) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(error.text.data);
        CU_ASSERT_STRING_EQUAL(error.text.data, expected);
        CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    }
    under_test.engine->close(run);
    error_free(&error);
    free(rewards);
    process_free(p);
}

/* At 3, x goes between 1 and 2 without end: after such delays. */
static struct process *ping_pong(enum delay ping, enum delay pong)
{
    struct pair s = pair_new();
    when(&s, "start", s.x, 0, DELAY_FIXED, 3, s.x, 1);
    when(&s, "ping", s.x, 1, ping, 0, s.x, 2);
    when(&s, "pong", s.x, 2, pong, 0, s.x, 1);
    when(&s, "outside", s.y, 1, DELAY_NOW, 0, s.y, 0);
    return s.p;
}

static void a_cycle_that_takes_no_time_is_an_error(void)
{
    const char *message = "process p: a cycle of commands takes no time, at 3 s: ping, pong\n";
    check_error(ping_pong(DELAY_NOW, DELAY_NOW), 10, message);
    check_error(ping_pong(DELAY_NOW, DELAY_FIXED), 10, message);
    check_error(ping_pong(DELAY_FIXED, DELAY_FIXED), 10, message);
    check_error(ping_pong(DELAY_FIXED, DELAY_FIXED), 2.9, NULL); /* before it begins there is nothing wrong */
}

static void a_command_that_fires_without_end_is_a_cycle(void)
{
    struct pair s = pair_new(); /* the delay shrinks to nothing: time goes on at 1 and at 1.5 only */
    chain_move(s.p, "tick", term_number(s.p, 1), DELAY_FIXED,
               term_if(s.p, term_is(s.p, s.is_x, 0), term_number(s.p, 1),
                       term_if(s.p, term_is(s.p, s.is_x, 1), term_number(s.p, .5), term_number(s.p, 0))),
               s.x, term(s.p, OP_MIN, term_plus(s.p, s.is_x, term_number(s.p, 1)), term_number(s.p, 9)));
    check_error(s.p, 10, "process p: a cycle of commands takes no time, at 1.5 s: tick\n");
    s = pair_new(); /* too short a delay for time to feel it */
    when(&s, "late", s.x, 0, DELAY_FIXED, 1e9, s.x, 1);
    chain_move(s.p, "tick", term_is(s.p, s.is_x, 1), DELAY_FIXED, term_number(s.p, 1e-9), s.y,
               term_minus(s.p, term_number(s.p, 1), s.is_y));
    check_error(s.p, 2e9, "process p: a cycle of commands takes no time, at 1000000000 s: tick\n");
    struct process *p = process_new("ring");
    int at = process_add_variable(p, "at", 0, 10, 0);
    for (int i = 0; i < 11; i++)
        chain_move(p, arena_format(&p->arena, "c%d", i), term_is(p, term_variable(p, at), i), DELAY_NOW, -1, at,
                   term_number(p, (i + 1) % 11));
    check_error(p, 1, "process ring: a cycle of commands takes no time, at 0 s: "
                      "c0, c1, c2, c3, c4, c5, c6, c7 and 3 more\n");
}

static void a_long_row_that_takes_no_time_is_none(void)
{
    struct process *p = process_new("row");
    int x = process_add_variable(p, "x", 0, 400000, 0);
    expr value = term_variable(p, x);
    chain_move(p, "on", term_less(p, value, term_number(p, 400000)), DELAY_NOW, -1, x,
               term_plus(p, value, term_number(p, 1)));
    struct error error = {0};
    bool at_end = false;
    double rewards;
    process_add_label(p, "there", term_is(p, value, 400000));
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = 1, .rewards = &rewards, .at_end = &at_end};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_TRUE(at_end);
    CU_ASSERT_EQUAL(batch.events, 400000);
    under_test.engine->close(run);
    process_free(p);
}

static void a_fixed_delay_is_lost_with_its_guard(void)
{
    struct pair s = pair_new();
    when(&s, "timer", s.x, 0, DELAY_FIXED, 10, s.x, 9);
    when(&s, "away", s.y, 0, DELAY_FIXED, 4, s.x, 1);
    process_add_update(s.p, s.y, term_number(s.p, 1));
    when(&s, "back", s.y, 1, DELAY_FIXED, 3, s.x, 0);
    process_add_update(s.p, s.y, term_number(s.p, 2));
    check_trace(s.p, 100, "4 away x=1 y=1\n7 back x=0 y=2\n17 timer x=9 y=2\n");
}

/* The guard is false only in a state in which no time passes. */
static void a_fixed_delay_is_lost_in_an_instant(void)
{
    struct pair s = pair_new();
    when(&s, "timer", s.x, 0, DELAY_FIXED, 10, s.x, 9);
    when(&s, "away", s.y, 0, DELAY_FIXED, 4, s.x, 1);
    process_add_update(s.p, s.y, term_number(s.p, 1));
    when(&s, "back", s.x, 1, DELAY_NOW, 0, s.x, 0);
    check_trace(s.p, 100, "4 away x=1 y=1\n4 back x=0 y=1\n14 timer x=9 y=1\n");
}

static void a_fixed_delay_goes_on_while_other_things_happen(void)
{
    struct pair s = pair_new();
    when(&s, "timer", s.x, 0, DELAY_FIXED, 10, s.x, 9);
    when(&s, "other", s.y, 0, DELAY_FIXED, 4, s.y, 1);
    check_trace(s.p, 100, "4 other x=0 y=1\n10 timer x=9 y=1\n");
}

static void a_fixed_delay_starts_anew_when_it_has_fired(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "tick", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 3), s.x,
               term_plus(s.p, s.is_x, term_number(s.p, 1)));
    check_trace(s.p, 10, "3 tick x=1 y=0\n6 tick x=2 y=0\n9 tick x=3 y=0\n");
}

/* The delay is that of the state in which its guard became true, whatever becomes of the expression. */
static void a_fixed_delay_is_read_when_it_begins(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "timer", term_number(s.p, 1), DELAY_FIXED, term_plus(s.p, s.is_y, term_number(s.p, 5)), s.x,
               term_plus(s.p, s.is_x, term_number(s.p, 1)));
    when(&s, "change", s.y, 0, DELAY_FIXED, 1, s.y, 2);
    check_trace(s.p, 13, "1 change x=0 y=2\n5 timer x=1 y=2\n12 timer x=2 y=2\n");
}

static void of_two_fixed_delays_at_once_the_lower_comes_first(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "low", term_and(s.p, term_is(s.p, s.is_x, 0), term_is(s.p, s.is_y, 1)), DELAY_FIXED,
               term_number(s.p, 1), s.x, term_number(s.p, 1));
    when(&s, "high", s.x, 0, DELAY_FIXED, 2, s.x, 2); /* begins earlier, and is due at the same time */
    when(&s, "middle", s.y, 0, DELAY_FIXED, 1, s.y, 1);
    /* At 2 both are due; `low` fires, and `high` is lost since its guard is false then. */
    check_trace(s.p, 10, "1 middle x=0 y=1\n2 low x=1 y=1\n");
}

static void two_fixed_delays_at_once_both_fire(void)
{
    struct pair s = pair_new();
    when(&s, "a", s.x, 0, DELAY_FIXED, 2, s.x, 1);
    when(&s, "b", s.y, 0, DELAY_FIXED, 2, s.y, 1);
    check_trace(s.p, 10, "2 a x=1 y=0\n2 b x=1 y=1\n");
}

static void updates_are_read_before_they_are_written(void)
{
    struct pair s = pair_new();
    s.p->variables[0].initial = 3;
    s.p->variables[1].initial = 7;
    chain_move(s.p, "swap", term_less(s.p, s.is_x, term_number(s.p, 7)), DELAY_FIXED, term_number(s.p, 1), s.x, s.is_y);
    process_add_update(s.p, s.y, s.is_x);
    check_trace(s.p, 5, "1 swap x=7 y=3\n");
}

static void of_two_updates_of_a_variable_the_last_counts(void)
{
    struct pair s = pair_new();
    expr next = term_plus(s.p, s.is_x, term_number(s.p, 1));
    chain_move(s.p, "twice", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.x, next);
    process_add_update(s.p, s.y, term_number(s.p, 7));
    process_add_update(s.p, s.x, next);
    process_add_update(s.p, s.y, s.is_x);
    check_trace(s.p, 3, "1 twice x=1 y=0\n2 twice x=2 y=1\n3 twice x=3 y=2\n");
}

static void an_update_out_of_range_is_an_error(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "tick", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.x,
               term_plus(s.p, s.is_x, term_number(s.p, 4)));
    check_trace(s.p, 10, "1 tick x=4 y=0\n2 tick x=8 y=0\nprocess p: command tick sets x to 12, outside 0..9\n");
    s = pair_new();
    chain_move(s.p, "down", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.y,
               term_minus(s.p, s.is_x, term_number(s.p, 0.5)));
    check_trace(s.p, 10, "process p: command down sets y to -0.5, outside 0..9\n");
}

static void an_update_that_is_no_whole_number_is_an_error(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "half", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.x,
               term_over(s.p, term_plus(s.p, s.is_x, term_number(s.p, 4)), term_number(s.p, 2)));
    check_trace(s.p, 10, "1 half x=2 y=0\n2 half x=3 y=0\n"
                         "process p: command half sets x to 3.5, which is not a whole number\n");
    s = pair_new(); /* likewise as a step, and below 0, where halves are whole to less careful arithmetic */
    chain_move(s.p, "step", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.x,
               term_plus(s.p, s.is_x, term_number(s.p, 0.5)));
    check_trace(s.p, 10, "process p: command step sets x to 0.5, which is not a whole number\n");
    s = pair_new();
    s.p->variables[s.x].least = -9;
    chain_move(s.p, "below", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.x,
               term_over(s.p, term_minus(s.p, s.is_y, term_number(s.p, 3)), term_number(s.p, 2)));
    check_trace(s.p, 10, "process p: command below sets x to -1.5, which is not a whole number\n");
    s = pair_new(); /* nearly is not enough, and the message shows by how much */
    chain_move(s.p, "thirds", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.y,
               term_plus(s.p, s.is_x, term_number(s.p, 2 + 1e-12)));
    check_trace(s.p, 10, "process p: command thirds sets y to 2.000000000001, which is not a whole number\n");
    s = pair_new();
    chain_move(s.p, "nothing", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1), s.y,
               term(s.p, OP_MAX, term_over(s.p, s.is_x, s.is_y), term_over(s.p, s.is_x, s.is_y)));
    struct error error = {0};
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = 10};
    void *run = open_run(s.p);
    CU_ASSERT_FALSE(under_test.engine->run(run, &batch, &error)); /* 0/0: its sign is the processor's affair */
    CU_ASSERT_PTR_NOT_NULL_FATAL(error.text.data);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "command nothing sets y to "));
    under_test.engine->close(run);
    error_free(&error);
    process_free(s.p);
}

/* A command of one or two branches after a delay, whose first probability is x / 2 and second rest - x / 2. */
static struct process *branches_new(enum delay delay, int x, int n, double rest)
{
    struct pair s = pair_new();
    expr share = term_over(s.p, s.is_x, term_number(s.p, 2));
    s.p->variables[s.x].initial = x;
    process_add_command(s.p, "part", term_is(s.p, s.is_y, 0), delay, delay == DELAY_NOW ? -1 : term_number(s.p, 1));
    process_add_branch(s.p, share);
    process_add_update(s.p, s.y, term_number(s.p, 1));
    for (int b = 1; b < n; b++) {
        process_add_branch(s.p, term_minus(s.p, term_number(s.p, rest), share));
        process_add_update(s.p, s.y, term_number(s.p, 2));
    }
    return s.p;
}

static void branches_of_a_state_must_add_up_to_1(void)
{
    static const enum delay delays[] = {DELAY_NOW, DELAY_FIXED, DELAY_EXPONENTIAL};
    for (int i = 0; i < 3; i++) {
        check_error(branches_new(delays[i], 1, 2, 1), 1e3, NULL);
        check_error(branches_new(delays[i], 0, 2, 1), 1e3, NULL);
        check_error(branches_new(delays[i], 2, 1, 1), 1e3, NULL);
        check_error(branches_new(delays[i], 2, 2, 1 - 1e-10), 1e3, NULL); /* rounding, even below 0 */
        check_error(branches_new(delays[i], 1, 2, 1 + 1e-10), 1e3, NULL);
        check_error(branches_new(delays[i], 1, 2, .75), 1e3,
                    "process p: the branches of command part have probability 0.75, not 1\n");
        check_error(branches_new(delays[i], 1, 2, 1 + 1e-8), 1e3,
                    "process p: the branches of command part have probability 1.00000001, not 1\n");
        check_error(branches_new(delays[i], 1, 1, 1), 1e3,
                    "process p: the branches of command part have probability 0.5, not 1\n");
        check_error(branches_new(delays[i], 0, 1, 1), 1e3,
                    "process p: the branches of command part have probability 0, not 1\n");
        check_error(branches_new(delays[i], 3, 2, 1), 1e3,
                    "process p: command part has a branch of probability -0.5\n");
        check_error(branches_new(delays[i], 2, 2, 1 - 0x1p-20), 1e3,
                    "process p: command part has a branch of probability -9.5367431640625e-07\n");
    }
}

/* A process that at 1 comes into a state where the command `c` has the amount first / y, for y = 0 or another. */
static void check_amount(enum delay delay, double first, int y, const char *message)
{
    struct pair s = pair_new();
    struct error error = {0};
    double rewards;
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = 10, .rewards = &rewards};
    s.p->variables[s.y].initial = y;
    when(&s, "wait", s.x, 0, DELAY_FIXED, 1, s.x, 1);
    expr amount = term_over(s.p, term_minus(s.p, term_number(s.p, first + 1), s.is_x), s.is_y);
    chain_move(s.p, "c", term_is(s.p, s.is_x, 1), delay, amount, s.x, term_number(s.p, 2));
    void *run = open_run(s.p);
    CU_ASSERT_EQUAL(under_test.engine->run(run, &batch, &error), message == NULL);
    if (message) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(error.text.data);
        CU_ASSERT_STRING_EQUAL(error.text.data, message);
    }
    under_test.engine->close(run);
    error_free(&error);
    process_free(s.p);
}

static void rates_and_delays_must_be_numbers_from_0(void)
{
    check_amount(DELAY_EXPONENTIAL, 4, 2, NULL);
    check_amount(DELAY_EXPONENTIAL, 0, 2, NULL);
    check_amount(DELAY_EXPONENTIAL, -3, 2, "process p: command c has the rate -1.5\n");
    check_amount(DELAY_EXPONENTIAL, 1, 0, "process p: command c has the rate inf\n");
    check_amount(DELAY_EXPONENTIAL, 0, 0, "process p: command c has the rate nan\n");
    check_amount(DELAY_FIXED, 4, 2, NULL);
    check_amount(DELAY_FIXED, 0, 2, NULL);
    check_amount(DELAY_FIXED, -3, 2, "process p: command c has the delay -1.5\n");
    check_amount(DELAY_FIXED, 1, 0, "process p: command c has the delay inf\n");
    check_amount(DELAY_FIXED, 0, 0, "process p: command c has the delay nan\n");
}

/* ---- labels, rewards, horizon ---- */

/* x is 1 from 2, 2 from 5, 3 for an instant at 7, and 4 from then on. */
static struct process *steps(void)
{
    struct pair s = pair_new();
    when(&s, "a", s.x, 0, DELAY_FIXED, 2, s.x, 1);
    when(&s, "b", s.x, 1, DELAY_FIXED, 3, s.x, 2);
    when(&s, "c", s.x, 2, DELAY_FIXED, 2, s.x, 3);
    when(&s, "d", s.x, 3, DELAY_NOW, 0, s.x, 4);
    for (int i = 0; i < 6; i++)
        process_add_label(s.p, arena_format(&s.p->arena, "%d", i), term_is(s.p, s.is_x, i));
    process_add_label(s.p, "always", term_number(s.p, 1));
    process_add_reward(s.p, "time", term_number(s.p, 1));
    process_add_reward(s.p, "x", s.is_x);
    process_add_reward(s.p, "2", term_times(s.p, term_is(s.p, s.is_x, 2), term_number(s.p, 0.25)));
    process_add_reward(s.p, "3", term_is(s.p, s.is_x, 3));
    return s.p;
}

static void check_steps(double horizon, const double rewards[4], const double first_time[7], const bool at_end[7],
                        uint64_t events)
{
    struct process *p = steps();
    struct error error = {0};
    double got[4], first[7];
    bool end[7];
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = horizon, .rewards = got, .first_time = first,
                          .at_end = end, .events = 10};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_TRUE(!memcmp(got, rewards, sizeof got));
    CU_ASSERT_TRUE(!memcmp(first, first_time, sizeof first));
    CU_ASSERT_TRUE(!memcmp(end, at_end, sizeof end));
    CU_ASSERT_EQUAL(batch.events, 10 + events);
    under_test.engine->close(run);
    process_free(p);
}

/* A state in which no time passes earns nothing and shows no label. */
static void labels_and_rewards_are_those_of_the_path(void)
{
    check_steps(9, (double[]){9, 3 + 2 * 2 + 2 * 4, 0.5, 0}, (double[]){0, 2, 5, INFINITY, 7, INFINITY, 0},
                (bool[]){false, false, false, false, true, false, true}, 4);
    check_steps(4, (double[]){4, 2, 0, 0}, (double[]){0, 2, INFINITY, INFINITY, INFINITY, INFINITY, 0},
                (bool[]){false, true, false, false, false, false, true}, 1);
}

/* What happens at the horizon has happened, what takes no time after it included. */
static void events_at_the_horizon_happen(void)
{
    check_steps(5, (double[]){5, 3, 0, 0}, (double[]){0, 2, 5, INFINITY, INFINITY, INFINITY, 0},
                (bool[]){false, false, true, false, false, false, true}, 2);
    check_steps(7, (double[]){7, 7, 0.5, 0}, (double[]){0, 2, 5, INFINITY, 7, INFINITY, 0},
                (bool[]){false, false, false, false, true, false, true}, 4);
    check_steps(nextafter(5, 0), (double[]){nextafter(5, 0), nextafter(5, 0) - 2, 0, 0},
                (double[]){0, 2, INFINITY, INFINITY, INFINITY, INFINITY, 0},
                (bool[]){false, true, false, false, false, false, true}, 1);
    check_steps(0, (double[]){0, 0, 0, 0}, (double[]){0, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, 0},
                (bool[]){true, false, false, false, false, false, true}, 0);
}

static void a_path_begins_where_it_is_told(void)
{
    struct process *p = steps();
    struct error error = {0};
    double rewards[4];
    const int initial[] = {2, 0}, instant[] = {3, 0};
    double first[7];
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = 4, .rewards = rewards, .first_time = first,
                          .initial = initial};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_EQUAL(rewards[1], 2 * 2 + 2 * 4);
    CU_ASSERT_EQUAL(first[4], 2);
    batch.initial = instant;
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_EQUAL(rewards[1], 4 * 4);
    CU_ASSERT_EQUAL(first[4], 0);
    under_test.engine->close(run);
    process_free(p);
}

static void what_is_not_asked_for_may_be_null(void)
{
    struct process *p = steps();
    struct error error = {0};
    double rewards[4];
    struct batch batch = {.stride = 1, .n_paths = 1, .horizon = 9, .rewards = rewards};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_EQUAL(rewards[0], 9);
    under_test.engine->close(run);
    process_free(p);
}

/* ---- branches ---- */

enum { BRANCHES = 5 };

static void count_branch(void *context, double time, int command, int branch, const int *state)
{
    (void)time;
    (void)command;
    (void)state;
    ((uint64_t *)context)[branch]++;
}

/* Counts the branches that a command takes; their probabilities are written such that they depend on the state. */
static double branch_score(enum delay delay, uint64_t counts[BRANCHES])
{
    static const double weight[BRANCHES] = {0.1, 0, 0.2, 0.3, 0.4};
    struct process *p = process_new("branches");
    int x = process_add_variable(p, "x", 0, BRANCHES, 0);
    expr one = term_number(p, 1), value = term_variable(p, x);
    process_add_command(p, "go", one, delay, one);
    for (int b = 0; b < BRANCHES; b++) {
        expr sum = term_plus(p, value, one);
        process_add_branch(p, term_over(p, term_times(p, sum, term_number(p, weight[b])), sum));
        process_add_update(p, x, term_number(p, b));
    }
    struct error error = {0};
    double rewards[100], square = 0;
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 100, .horizon = 1000.5, .rewards = rewards,
                          .observe = count_branch, .context = counts};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    under_test.engine->close(run);
    process_free(p);
    for (int b = 0; b < BRANCHES; b++) {
        double expected = weight[b] * (double)batch.events;
        square += expected > 0 ? ((double)counts[b] - expected) * ((double)counts[b] - expected) / expected : 0;
    }
    return gsl_cdf_chisq_Q(square, BRANCHES - 2);
}

/* About 100 000 events each; the probability of so large a chi-square must be above 1e-4. */
static void branches_are_taken_as_often_as_they_say(void)
{
    static const enum delay delays[] = {DELAY_EXPONENTIAL, DELAY_FIXED};
    for (int i = 0; i < 2; i++) {
        uint64_t counts[BRANCHES] = {0};
        CU_ASSERT_TRUE(branch_score(delays[i], counts) > 1e-4);
        CU_ASSERT_EQUAL(counts[1], 0);
        CU_ASSERT_TRUE(counts[0] + counts[2] + counts[3] + counts[4] > 99000);
    }
}

/* Successive branches, and a branch and the delay before it, are independent: correlations of 100 000, |z| < 4. */
struct follower {
    double last_time, sum_before_after, sum_wait, sum_wait_branch;
    int    last, n;
};

static void follow(void *context, double time, int command, int branch, const int *state)
{
    (void)command;
    (void)state;
    struct follower *f = context;
    double b = branch ? 1 : -1, wait = time - f->last_time - 1;
    f->sum_before_after += b * f->last;
    f->sum_wait_branch += b * wait;
    f->sum_wait += f->last * wait; /* the branch before */
    f->last_time = time;
    f->last = (int)b;
    f->n++;
}

static void branches_and_delays_are_independent(void)
{
    struct process *p = process_new("coin");
    expr one = term_number(p, 1), half = term_number(p, 0.5);
    process_add_command(p, "toss", one, DELAY_EXPONENTIAL, one);
    process_add_branch(p, half);
    process_add_branch(p, half);
    struct follower f = {0};
    struct error error = {0};
    double rewards;
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = 100000, .rewards = &rewards,
                          .observe = follow, .context = &f};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    under_test.engine->close(run);
    process_free(p);
    CU_ASSERT_TRUE(f.n > 98000);
    CU_ASSERT_TRUE(fabs(f.sum_before_after) < Z_LIMIT * sqrt(f.n));
    CU_ASSERT_TRUE(fabs(f.sum_wait_branch) < Z_LIMIT * sqrt(f.n));
    CU_ASSERT_TRUE(fabs(f.sum_wait) < Z_LIMIT * sqrt(f.n));
}

/* ---- paths ---- */

enum { PATHS = 300 };

/* All results of some paths: rewards, first times and labels at the end, path by path. */
struct results {
    double  horizon;
    double *rewards, *first_time;
    bool   *at_end;
};

static struct results results_new(const struct process *p, double horizon)
{
    struct results r = {.horizon = horizon};
    r.rewards = memory_new(PATHS * (size_t)p->n_rewards, sizeof *r.rewards);
    r.first_time = memory_new(PATHS * (size_t)p->n_labels, sizeof *r.first_time);
    r.at_end = memory_new(PATHS * (size_t)p->n_labels, sizeof *r.at_end);
    return r;
}

static void results_free(struct results *r)
{
    free(r->rewards);
    free(r->first_time);
    free(r->at_end);
}

static bool results_same(const struct process *p, const struct results *a, const struct results *b)
{
    size_t labels = PATHS * (size_t)p->n_labels;
    return !memcmp(a->rewards, b->rewards, PATHS * (size_t)p->n_rewards * sizeof *a->rewards) &&
           !memcmp(a->first_time, b->first_time, labels * sizeof *a->first_time) &&
           !memcmp(a->at_end, b->at_end, labels * sizeof *a->at_end);
}

static void run_some(void *run, uint64_t seed, uint64_t first, uint64_t stride, int n,
                     struct results *r)
{
    struct error error = {0};
    struct batch batch = {.seed = seed, .first = first, .stride = stride, .n_paths = n, .horizon = r->horizon,
                          .rewards = r->rewards, .first_time = r->first_time, .at_end = r->at_end};
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
}

/* Every path by itself, last one first, in another run of the engine each time if `reopen`. */
static void run_one_by_one(void *run, const struct process *p, bool reopen, struct results *all)
{
    struct results one = results_new(p, all->horizon);
    for (int i = PATHS - 1; i >= 0; i--) {
        void *own = reopen ? open_run(p) : run;
        run_some(own, SEED, (uint64_t)i, 1, 1, &one);
        memcpy(all->rewards + i * p->n_rewards, one.rewards, (size_t)p->n_rewards * sizeof *one.rewards);
        memcpy(all->first_time + i * p->n_labels, one.first_time, (size_t)p->n_labels * sizeof *one.first_time);
        memcpy(all->at_end + i * p->n_labels, one.at_end, (size_t)p->n_labels * sizeof *one.at_end);
        if (reopen)
            under_test.engine->close(own);
    }
    results_free(&one);
}

static void run_by_stride(void *run, const struct process *p, int stride, struct results *all)
{
    struct results part = results_new(p, all->horizon);
    for (int first = 0; first < stride; first++) {
        int n = (PATHS - first + stride - 1) / stride;
        run_some(run, SEED, (uint64_t)first, (uint64_t)stride, n, &part);
        for (int k = 0; k < n; k++) {
            int i = first + k * stride;
            memcpy(all->rewards + i * p->n_rewards, part.rewards + k * p->n_rewards,
                   (size_t)p->n_rewards * sizeof *part.rewards);
            memcpy(all->first_time + i * p->n_labels, part.first_time + k * p->n_labels,
                   (size_t)p->n_labels * sizeof *part.first_time);
            memcpy(all->at_end + i * p->n_labels, part.at_end + k * p->n_labels,
                   (size_t)p->n_labels * sizeof *part.at_end);
        }
    }
    results_free(&part);
}

static void check_paths(struct process *p, double horizon)
{
    struct results whole = results_new(p, horizon), other = results_new(p, horizon);
    static const int strides[] = {2, 3, 7, 64};
    void *run = open_run(p);
    run_some(run, SEED, 0, 1, PATHS, &whole);
    for (int i = 0; i < 4; i++) {
        run_by_stride(run, p, strides[i], &other);
        CU_ASSERT_TRUE(results_same(p, &whole, &other));
    }
    for (int reopen = 0; reopen < 2; reopen++) {
        memset(other.rewards, 0, PATHS * (size_t)p->n_rewards * sizeof *other.rewards);
        run_one_by_one(run, p, reopen, &other);
        CU_ASSERT_TRUE(results_same(p, &whole, &other));
    }
    static const uint64_t seeds[] = {SEED + 1, SEED + (UINT64_C(1) << 32)};
    for (int i = 0; i < 2; i++) {
        run_some(run, seeds[i], 0, 1, PATHS, &other);
        CU_ASSERT_FALSE(results_same(p, &whole, &other));
    }
    run_some(run, SEED, UINT64_C(1) << 32, 1, PATHS, &other);
    CU_ASSERT_FALSE(results_same(p, &whole, &other));
    under_test.engine->close(run);
    results_free(&whole);
    results_free(&other);
    process_free(p);
}

static struct process *chain_named(const char *name)
{
    for (const struct truth *t = truths; t->chain; t++) {
        struct process *p = t->chain();
        if (!strcmp(p->name, name))
            return p;
        process_free(p);
    }
    return NULL;
}

static void a_path_depends_on_seed_and_number_alone(void)
{
    check_paths(chain_named("workstation cluster"), 3000);
    check_paths(chain_named("three_of_five_two_crews"), 1000);
    check_paths(chain_named("rejuvenation"), 100000);
}

/* An error on one path leaves nothing behind that shows on the next. */
static void a_failed_path_leaves_no_trace(void)
{
    struct pair s = pair_new();
    chain_move(s.p, "tick", term_number(s.p, 1), DELAY_EXPONENTIAL, term_number(s.p, 1), s.x,
               term_plus(s.p, s.is_x, term_number(s.p, 1)));
    process_add_reward(s.p, "x", s.is_x);
    struct error error = {0};
    double before, after, other;
    struct batch batch = {.seed = SEED, .first = 5, .stride = 1, .n_paths = 1, .horizon = 3, .rewards = &before};
    void *run = open_run(s.p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    batch.first = 6;
    batch.horizon = 1000;
    batch.rewards = &other;
    CU_ASSERT_FALSE(under_test.engine->run(run, &batch, &error));
    batch.first = 5;
    batch.horizon = 3;
    batch.rewards = &after;
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_EQUAL(before, after);
    error_free(&error);
    under_test.engine->close(run);
    process_free(s.p);
}

/* ---- the exponential law ---- */

enum { LIVES = 50000, TIMES = 6 };

/* The share of paths alive at each time must be exp(-hazard), hazard being the integral of the rate. */
static void check_survival(struct process *p, const double times[TIMES], const double hazard[TIMES])
{
    struct error error = {0};
    double *first_time = memory_new(LIVES, sizeof *first_time), *rewards = memory_new(LIVES, sizeof *rewards);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = LIVES, .horizon = 1e6, .rewards = rewards,
                          .first_time = first_time};
    void *run = open_run(p);
    CU_ASSERT_EQUAL(p->n_labels, 1);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    for (int k = 0; k < TIMES; k++) {
        double alive = 0, expected = exp(-hazard[k]);
        for (int i = 0; i < LIVES; i++)
            alive += first_time[i] > times[k];
        CU_ASSERT_TRUE(fabs(alive - LIVES * expected) < Z_LIMIT * sqrt(LIVES * expected * (1 - expected)));
    }
    under_test.engine->close(run);
    free(first_time);
    free(rewards);
    process_free(p);
}

/* x goes 0, 1, 2 at 5 and 8, and stays. The rate is 0.2, 0 and 0.05; with `guarded` it is the guard that is false. */
static struct process *changing(bool guarded)
{
    struct pair s = pair_new();
    struct process *p = s.p;
    when(&s, "first", s.x, 0, DELAY_FIXED, 5, s.x, 1);
    when(&s, "second", s.x, 1, DELAY_FIXED, 3, s.x, 2);
    expr alive = term_is(p, s.is_y, 0), pause = term_is(p, s.is_x, 1);
    expr rate = term_if(p, term_is(p, s.is_x, 0), term_number(p, 0.2),
                        guarded ? term_number(p, 0.05) : term_if(p, pause, term_number(p, 0), term_number(p, 0.05)));
    chain_move(p, "fail", guarded ? term_and(p, alive, term_not(p, pause)) : alive, DELAY_EXPONENTIAL, rate, s.y,
               term_number(p, 1));
    process_add_label(p, "failed", term_is(p, s.is_y, 1));
    return p;
}

/* An exponential clock keeps what has passed of it while its rate changes, is 0, or its guard is false. */
static void the_exponential_law_holds_under_changing_rates(void)
{
    const double times[TIMES] = {1, 4, 5.001, 7.9, 12, 30}, hazard[TIMES] = {0.2, 0.8, 1, 1, 1.2, 2.1};
    check_survival(changing(false), times, hazard);
    check_survival(changing(true), times, hazard);
}

/* A rate that follows from the state of the path: each of x gives birth at the rate 1 (Yule 1924). */
static void a_birth_process_has_its_law(void)
{
    enum { MOST = 400 };
    struct process *p = process_new("birth");
    int x = process_add_variable(p, "x", 1, MOST, 1);
    expr n = term_variable(p, x), one = term_number(p, 1);
    chain_move(p, "birth", term_less(p, n, term_number(p, MOST)), DELAY_EXPONENTIAL, n, x, term_plus(p, n, one));
    for (int k = 1; k <= TIMES; k++)
        process_add_label(p, arena_format(&p->arena, "above %d", k), term_less(p, term_number(p, k), n));
    struct error error = {0};
    double *rewards = memory_new(1, sizeof *rewards), t = 1.5, stays = exp(-t);
    bool *at_end = memory_new(LIVES * TIMES, 1);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = LIVES, .horizon = t, .rewards = rewards,
                          .at_end = at_end};
    void *run = open_run(p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    for (int k = 1; k <= TIMES; k++) { /* geometric: P(x > k) = (1 - exp(-t))^k */
        double above = 0, expected = pow(1 - stays, k);
        for (int i = 0; i < LIVES; i++)
            above += at_end[i * TIMES + k - 1];
        CU_ASSERT_TRUE(fabs(above - LIVES * expected) < Z_LIMIT * sqrt(LIVES * expected * (1 - expected)));
    }
    under_test.engine->close(run);
    free(rewards);
    free(at_end);
    process_free(p);
}

/* Processes that share a command see it at the same times on the path of the same number, whatever else they do. */
static void common_commands_fire_at_common_times(void)
{
    static const char *const names[] = {"alone", "in company"};
    struct error error = {0};
    double first[2][100];
    for (int i = 0; i < 2; i++) {
        struct pair s = pair_new();
        s.p->name = names[i];
        if (i == 1)
            chain_move(s.p, "other", term_less(s.p, s.is_y, term_number(s.p, 9)), DELAY_EXPONENTIAL,
                       term_number(s.p, 3), s.y, term_plus(s.p, s.is_y, term_number(s.p, 1)));
        when(&s, "shared", s.x, 0, DELAY_EXPONENTIAL, 0.125, s.x, 1);
        process_add_label(s.p, "happened", term_is(s.p, s.is_x, 1));
        double none[100];
        struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 100, .horizon = 1000, .rewards = none,
                              .first_time = first[i]};
        void *run = open_run(s.p);
        CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
        under_test.engine->close(run);
        process_free(s.p);
    }
    for (int i = 0; i < 100; i++)
        CU_ASSERT_DOUBLE_EQUAL(first[0][i], first[1][i], 1e-12 * first[0][i]);
}

/* ---- impulses ---- */

enum { IMPULSE_PATHS = 20000 };

/* An impulse to the reward of that number, for the branch added last. */
static void earn(struct pair *s, int reward, expr amount)
{
    process_add_impulse(s->p, reward, amount);
}

/*
 * x counts to 9, by steps that come at once, after an exponential and after a fixed time in turn. Each earns x, as it
 * was before: 0 + 1 + … + 8; every second time half of it is earned twice, and the other reward has a rate as well.
 */
static void impulses_are_earned_before_the_updates(void)
{
    static const enum delay delays[] = {DELAY_NOW, DELAY_EXPONENTIAL, DELAY_FIXED};
    struct pair s = pair_new();
    expr next = term_plus(s.p, s.is_x, term_number(s.p, 1)), half = term_over(s.p, s.is_x, term_number(s.p, 2));
    for (int i = 0; i < 9; i++) {
        chain_move(s.p, arena_format(&s.p->arena, "%d", i), term_is(s.p, s.is_x, i), delays[i % 3],
                   i % 3 ? term_number(s.p, 5) : -1, s.x, next);
        for (int k = 0; k <= i % 2; k++)
            earn(&s, 1, i % 2 ? half : s.is_x);
        earn(&s, 0, term_minus(s.p, term_number(s.p, 1), s.is_x));
    }
    process_add_reward(s.p, "time and steps", term_number(s.p, 2));
    process_add_reward(s.p, "sum", term_number(s.p, 0));
    double rewards[2];
    struct error error = {0};
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = 100, .rewards = rewards};
    CU_ASSERT_TRUE(process_check(s.p, &error));
    void *run = open_run(s.p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_DOUBLE_EQUAL(rewards[0], 200 + 9 - 36, 1e-12);
    CU_ASSERT_EQUAL(rewards[1], 36);
    under_test.engine->close(run);
    process_free(s.p);
}

/* Only the branch that is taken earns: rewards count its firings, and two that earn opposite amounts come to 0. */
static void only_the_branch_taken_earns(void)
{
    struct pair s = pair_new();
    expr one = term_number(s.p, 1);
    process_add_command(s.p, "toss", one, DELAY_FIXED, one);
    for (int b = 0; b < 2; b++) {
        process_add_branch(s.p, term_number(s.p, b ? 0.75 : 0.25));
        process_add_update(s.p, b ? s.x : s.y, term(s.p, OP_MIN, term_number(s.p, 9),
                                                    term_plus(s.p, b ? s.is_x : s.is_y, one)));
        earn(&s, b, one);
    }
    process_add_reward(s.p, "first", term_number(s.p, 0));
    process_add_reward(s.p, "second", term_number(s.p, 0));
    static double rewards[2 * IMPULSE_PATHS];
    struct error error = {0};
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = IMPULSE_PATHS, .horizon = 5.5, .rewards = rewards};
    void *run = open_run(s.p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    double sum = 0;
    for (int i = 0; i < IMPULSE_PATHS; i++) {
        CU_ASSERT_EQUAL(rewards[2 * i] + rewards[2 * i + 1], 5);
        sum += rewards[2 * i];
    }
    /* binomial: 5 tosses a path of probability 1/4 */
    CU_ASSERT_TRUE(fabs(sum / IMPULSE_PATHS - 1.25) < 4 * sqrt(5 * 0.25 * 0.75 / IMPULSE_PATHS));
    under_test.engine->close(run);
    process_free(s.p);
}

/*
 * A component that fails at rate a and is repaired at rate b is down for a/(a+b) (t - (1 - exp(-(a+b) t))/(a+b)) of t
 * seconds. So much is earned at rate 1 while it is down; by 1/b at each repair; and by 1/b at rate a while it is up,
 * less (1 - exp(-(a+b) t)) a/(a+b) / b, the repair that is still to come at t. The three are the same mean and have
 * different laws. (The compensator of a counting process; the essay in sim/process/control.c.)
 */
static void a_mean_is_the_same_by_rate_and_by_impulse(void)
{
    const double a = 0.2, b = 0.5, t = 12, c = a + b, down_at_end = a / c * (1 - exp(-c * t));
    const double mean = a / c * (t - (1 - exp(-c * t)) / c);
    struct pair s = pair_new();
    when(&s, "fail", s.x, 0, DELAY_EXPONENTIAL, a, s.x, 1);
    earn(&s, 2, term_number(s.p, 1 / b));
    when(&s, "repair", s.x, 1, DELAY_EXPONENTIAL, b, s.x, 0);
    earn(&s, 1, term_number(s.p, 1 / b));
    process_add_reward(s.p, "by rate", s.is_x);
    process_add_reward(s.p, "at repairs", term_number(s.p, 0));
    process_add_reward(s.p, "at failures", term_number(s.p, 0));
    static double rewards[3 * IMPULSE_PATHS];
    struct error error = {0};
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = IMPULSE_PATHS, .horizon = t, .rewards = rewards};
    void *run = open_run(s.p);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    for (int r = 0; r < 3; r++) {
        struct moments moments = {0};
        for (int i = 0; i < IMPULSE_PATHS; i++)
            moments_add(&moments, rewards[3 * i + r]);
        double expected = r == 2 ? mean + down_at_end / b : mean;
        CU_ASSERT_TRUE(fabs(moments.mean - expected) < 4 * moments_error(&moments));
    }
    under_test.engine->close(run);
    process_free(s.p);
}

static void impulses_must_be_finite(void)
{
    static const char *const messages[] = {NULL, "process p: command go earns r the impulse inf\n",
                                           "process p: command go earns r the impulse nan\n"};
    for (int i = 0; i < 3; i++) { /* 1/1, 1/0, 0/0; what the branch not taken would earn does not matter */
        struct pair s = pair_new();
        s.p->variables[s.x].initial = i < 2;
        s.p->variables[s.y].initial = i < 1;
        process_add_command(s.p, "go", term_number(s.p, 1), DELAY_FIXED, term_number(s.p, 1));
        process_add_branch(s.p, term_number(s.p, 1));
        earn(&s, 0, term_over(s.p, s.is_x, s.is_y));
        process_add_branch(s.p, term_number(s.p, 0));
        earn(&s, 0, term_over(s.p, s.is_x, term_minus(s.p, s.is_y, s.is_y)));
        process_add_reward(s.p, "r", term_number(s.p, 0));
        check_error(s.p, 1.5, messages[i]);
    }
}

/* Within a path: one of a million years must not be waited for. Without a wish to stop it ends as always. */
static void a_path_can_be_stopped(void)
{
    const struct truth *often = truths;
    while (often->query != QUERY_REWARD_BELOW)
        often++;
    struct process *p = often->chain();
    double *rewards = memory_new((size_t)p->n_rewards, sizeof *rewards);
    struct error error = {0};
    void *run = open_run(p);
    for (int stop = 0; stop < 2; stop++) {
        const volatile int flag = stop;
        struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = stop ? 1e15 : 1e6,
                              .rewards = rewards, .stop = &flag};
        CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
        CU_ASSERT_EQUAL(batch.unfinished, stop);
        CU_ASSERT_TRUE(stop || batch.events > 10000);
    }
    CU_ASSERT_EQUAL(error.count, 0);
    under_test.engine->close(run);
    free(rewards);
    process_free(p);
}

static const struct test_case cases[] = {
    {"a path can be stopped", a_path_can_be_stopped},
    {"impulses are earned before the updates", impulses_are_earned_before_the_updates},
    {"impulses: only the branch taken earns", only_the_branch_taken_earns},
    {"a mean is the same by rate and by impulse", a_mean_is_the_same_by_rate_and_by_impulse},
    {"impulses must be finite", impulses_must_be_finite},
    {"now: the lowest index fires first", now_fires_the_lowest_index_first},
    {"now: no time passes after other commands", now_takes_no_time_after_other_commands},
    {"a cycle that takes no time is an error that names its commands", a_cycle_that_takes_no_time_is_an_error},
    {"a command that fires without end is a cycle", a_command_that_fires_without_end_is_a_cycle},
    {"now: a long row is no cycle", a_long_row_that_takes_no_time_is_none},
    {"fixed: lost with its guard", a_fixed_delay_is_lost_with_its_guard},
    {"fixed: lost even for an instant", a_fixed_delay_is_lost_in_an_instant},
    {"fixed: goes on while other things happen", a_fixed_delay_goes_on_while_other_things_happen},
    {"fixed: starts anew when it has fired", a_fixed_delay_starts_anew_when_it_has_fired},
    {"fixed: is read when it begins", a_fixed_delay_is_read_when_it_begins},
    {"fixed: of two at once the lower index comes first", of_two_fixed_delays_at_once_the_lower_comes_first},
    {"fixed: two at once both fire", two_fixed_delays_at_once_both_fire},
    {"updates are read before they are written", updates_are_read_before_they_are_written},
    {"of two updates of a variable the last counts", of_two_updates_of_a_variable_the_last_counts},
    {"an update out of range is an error", an_update_out_of_range_is_an_error},
    {"an update that is no whole number is an error", an_update_that_is_no_whole_number_is_an_error},
    {"branches of a state must add up to 1", branches_of_a_state_must_add_up_to_1},
    {"rates and delays must be numbers from 0", rates_and_delays_must_be_numbers_from_0},
    {"labels and rewards are those of the path", labels_and_rewards_are_those_of_the_path},
    {"events at the horizon happen", events_at_the_horizon_happen},
    {"a path begins where it is told", a_path_begins_where_it_is_told},
    {"what is not asked for may be null", what_is_not_asked_for_may_be_null},
    {"branches are taken as often as they say", branches_are_taken_as_often_as_they_say},
    {"branches and delays are independent", branches_and_delays_are_independent},
    {"a path depends on seed and number alone", a_path_depends_on_seed_and_number_alone},
    {"a failed path leaves no trace", a_failed_path_leaves_no_trace},
    {"the exponential law holds under changing rates", the_exponential_law_holds_under_changing_rates},
    {"a birth process has its law", a_birth_process_has_its_law},
    {"common commands fire at common times", common_commands_fire_at_common_times},
    {NULL, NULL},
};

/* These need many paths. That paths are the same at each width of the vectors is for tests/test_lanes.c to show. */
static const struct test_case cases_of_truths[] = {
    {"known answers are reproduced", known_answers_are_reproduced},
    {"quantiles are reproduced", quantiles_are_reproduced},
    {0},
};

const struct test_suite suite_engine = {"engine", cases};
const struct test_suite suite_truths = {"truths", cases_of_truths};
