/*
 * Fixed delays as Erlang delays: what the copy is, what it means, and that it comes near the fixed delay.
 *
 * Sampled tests have the seed SEED and |z| < 4.
 */
#include "test.h"

#include "chains.h"
#include "engine/moments.h"
#include "exact/space.h"
#include "exact/steady.h"
#include "models/rollout.h"
#include "models/terms.h"
#include "process/erlang.h"
#include "process/print.h"
#include "scenario/scenario.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

#define Z_LIMIT    4.0
#define EXACT      .99828457359048707 /* availability with fixed timers: German 2000 */

/* A component that fails; a repair of a time that depends on its kind, for kind 0 none at all. */
static struct process *repairs(void)
{
    static const double times[] = {0, 4};
    struct process *p = process_new("repairs");
    int failed = process_add_variable(p, "failed", 0, 1, 0), kind = process_add_variable(p, "kind", 0, 1, 0);
    expr at = term_variable(p, failed), one = term_number(p, 1);
    expr time = expr_table(&p->graph, expr_add_table(&p->graph, "times", times, 2), term_variable(p, kind));
    process_add_command(p, "fail", term_not(p, at), DELAY_EXPONENTIAL, term_number(p, 0.5));
    for (int k = 0; k < 2; k++) {
        process_add_branch(p, term_number(p, 0.5));
        process_add_update(p, failed, one);
        process_add_update(p, kind, term_number(p, k));
    }
    chain_move(p, "repair", at, DELAY_FIXED, time, failed, term_number(p, 0));
    process_add_impulse(p, 1, time);
    process_add_label(p, "down", at);
    process_add_reward(p, "down", at);
    process_add_reward(p, "repairs", term_number(p, 0));
    process_add_formula(p, "repair time", time);
    return p;
}

static void the_copy_is_what_it_should_be(void)
{
    static const char expected[] =
        "process repairs\n\n# variables: least..greatest = initial\n"
        "variable failed : 0..1 = 0\nvariable kind : 0..1 = 0\nvariable repair.phase : 0..2 = 0\n"
        "\n# tables: an index outside is moved to the nearest end\ntable times = [0, 4]\n"
        "\n# formulas: expressions that others use\nformula #12 = failed & !(times[kind] = 0)\n"
        "\n# commands: [name] guard -> delay (rates per second, delays in seconds), then the branches\n"
        "[repair.reset] !failed & 0 < repair.phase -> now\n    1 : repair.phase := 0\n"
        "[fail] !failed -> exponential(0.5)\n    0.5 : failed := 1, kind := 0\n    0.5 : failed := 1, kind := 1\n"
        "[repair.step] #12 & repair.phase < 2 -> exponential(3 / times[kind])\n"
        "    1 : repair.phase := repair.phase + 1\n"
        "[repair] #12 & repair.phase = 2 -> exponential(3 / times[kind])\n"
        "    1 : failed := 0, repair.phase := 0\n        earns repairs times[kind]\n"
        "[repair.at_once] failed & times[kind] = 0 -> now\n    1 : failed := 0, repair.phase := 0\n"
        "        earns repairs times[kind]\n"
        "\n# rewards: earned per second\nreward down = failed\nreward repairs = 0\n\n# labels\nlabel down = failed\n";
    struct process *p = repairs(), *copy = process_erlang(p, 3);
    struct text text = {0};
    struct error error = {0};
    process_print(copy, &text);
    CU_ASSERT_STRING_EQUAL(text.data, expected);
    if (strcmp(text.data, expected) != 0)
        puts(text.data);
    CU_ASSERT_TRUE(process_check(copy, &error));
    text_free(&text);
    process_free(copy);
    process_free(p);
}

static void one_phase_needs_no_variable(void)
{
    struct process *p = repairs(), *copy = process_erlang(p, 1);
    struct error error = {0};
    CU_ASSERT_EQUAL(copy->n_variables, p->n_variables);
    CU_ASSERT_EQUAL(copy->n_commands, p->n_commands + 1);
    CU_ASSERT_EQUAL(process_find_command(copy, "repair.reset"), -1);
    CU_ASSERT_EQUAL(process_find_command(copy, "repair.step"), -1);
    CU_ASSERT_TRUE(process_check(copy, &error));
    process_free(copy);
    process_free(p);
}

/* Names that are taken are left to those who have them; so are random streams. */
static void old_names_and_streams_are_kept(void)
{
    struct process *p = process_new("taken");
    int x = process_add_variable(p, "c.phase", 0, 1, 0);
    expr one = term_number(p, 1), yes = term_is(p, term_variable(p, x), 0);
    chain_move(p, "c", yes, DELAY_FIXED, term_number(p, 2), x, one);
    chain_move(p, "c.reset", yes, DELAY_EXPONENTIAL, one, x, one);
    chain_move(p, "c.step", yes, DELAY_EXPONENTIAL, one, x, one);
    chain_move(p, "none", yes, DELAY_FIXED, term_number(p, 0), x, one);
    struct process *copy = process_erlang(p, 4);
    struct error error = {0};
    CU_ASSERT_TRUE(process_check(copy, &error));
    for (int i = 0; i < p->n_variables; i++)
        CU_ASSERT_STRING_EQUAL(copy->variables[i].name, p->variables[i].name);
    for (int i = 0; i < p->n_commands; i++) {
        int found = process_find_command(copy, p->commands[i].name);
        CU_ASSERT_TRUE_FATAL(found >= 0);
        CU_ASSERT_EQUAL(copy->commands[found].stream, p->commands[i].stream);
    }
    CU_ASSERT_TRUE(process_find_variable(copy, "c.phase~2") >= 0);
    CU_ASSERT_TRUE(process_find_command(copy, "c.reset~2") >= 0);
    CU_ASSERT_TRUE(process_find_command(copy, "c.step~2") >= 0);
    CU_ASSERT_TRUE(process_find_command(copy, "none.at_once") >= 0);
    process_free(copy);
    process_free(p);
}

/* ---- the clock ---- */

/* What an observer sees of a clock that is disturbed. */
struct watch {
    const struct process *process;
    int  phase, disturb, last;
    int  disturbed, phases_lost;
    bool kept;  /* the phase was above 0 when time went on after a disturbance */
};

static void look(void *context, double time, int command, int branch, const int *state)
{
    struct watch *watch = context;
    (void)time;
    (void)branch;
    if (command == watch->disturb) {
        watch->disturbed++;
        watch->phases_lost += state[watch->phase] > 0;
    } else if (watch->process->commands[command].delay != DELAY_NOW && watch->last == watch->disturb) {
        watch->kept = watch->kept || state[watch->phase] > 1;
    }
    if (watch->process->commands[command].delay != DELAY_NOW)
        watch->last = command;
}

/* The guard is false only between two `now` commands: that is enough for the clock to be lost. */
static void an_instant_without_the_guard_loses_the_clock(void)
{
    struct process *p = process_new("blink");
    int off = process_add_variable(p, "off", 0, 1, 0), count = process_add_variable(p, "count", 0, 1, 0);
    expr one = term_number(p, 1), is_off = term_variable(p, off);
    chain_move(p, "disturb", one, DELAY_EXPONENTIAL, term_number(p, 0.2), off, one);
    chain_move(p, "back", is_off, DELAY_NOW, -1, off, term_number(p, 0));
    chain_move(p, "clock", term_not(p, is_off), DELAY_FIXED, term_number(p, 5), count,
               term_minus(p, one, term_variable(p, count)));
    struct process *copy = process_erlang(p, 20);
    struct watch watch = {.process = copy, .phase = process_find_variable(copy, "clock.phase"),
                          .disturb = process_find_command(copy, "disturb"), .last = -1};
    struct error error = {0};
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = 1, .horizon = 2000, .rewards = &(double){0},
                          .observe = look, .context = &watch};
    void *run = under_test.engine->open(copy, under_test.simd);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    CU_ASSERT_TRUE(watch.disturbed > 300 && watch.phases_lost > 100);
    CU_ASSERT_FALSE(watch.kept);
    under_test.engine->close(run);
    process_free(copy);
    process_free(p);
}

/* Moments of a reward over the horizon. */
static struct moments sample(const struct process *p, int reward, int paths, double horizon)
{
    struct moments moments = {0};
    struct error error = {0};
    double *rewards = memory_new((size_t)paths * (size_t)p->n_rewards, sizeof *rewards);
    struct batch batch = {.seed = SEED, .stride = 1, .n_paths = paths, .horizon = horizon, .rewards = rewards};
    void *run = under_test.engine->open(p, under_test.simd);
    CU_ASSERT_TRUE(under_test.engine->run(run, &batch, &error));
    for (int i = 0; i < paths; i++)
        moments_add(&moments, rewards[i * p->n_rewards + reward]);
    under_test.engine->close(run);
    free(rewards);
    return moments;
}

/*
 * A cycle is up for a mean of 2 and down for a mean of 2, whatever the law of the repair: half of the failures take 0
 * and half take 4. So it is down half of the time in the long run, for every k; and so much is earned as well if each
 * repair earns its time at its end.
 */
static void a_delay_of_nothing_takes_no_time(void)
{
    static const int ks[] = {1, 2, 8};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        struct process *p = repairs(), *copy = process_erlang(p, ks[i]);
        for (int r = 0; r < 2; r++) {
            struct moments m = sample(copy, r, 400, 4000);
            double z = (m.mean / 4000 - 0.5) / (moments_error(&m) / 4000);
            CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
        }
        process_free(copy);
        process_free(p);
    }
}

/* ---- rollouts ---- */

/* Variables, rewards and labels are where they were, so that the rollout's measures are read from the copy as well. */
static void check_rollout(const struct process *p, int k)
{
    struct process *copy = process_erlang(p, k);
    struct error error = {0};
    CU_ASSERT_TRUE(process_check(copy, &error));
    CU_ASSERT_EQUAL_FATAL(copy->n_rewards, p->n_rewards);
    CU_ASSERT_EQUAL_FATAL(copy->n_labels, p->n_labels);
    for (int i = 0; i < p->n_variables; i++)
        CU_ASSERT_STRING_EQUAL(copy->variables[i].name, p->variables[i].name);
    for (int i = 0; i < p->n_rewards; i++)
        CU_ASSERT_TRUE(!strcmp(copy->rewards[i].name, p->rewards[i].name) &&
                       copy->rewards[i].rate == p->rewards[i].rate);
    for (int i = 0; i < p->n_labels; i++)
        CU_ASSERT_TRUE(!strcmp(copy->labels[i].name, p->labels[i].name) &&
                       copy->labels[i].condition == p->labels[i].condition);
    for (int i = 0; i < copy->n_commands; i++)
        CU_ASSERT_TRUE(copy->commands[i].delay != DELAY_FIXED);
    error_free(&error);
    process_free(copy);
}

static void check_scenario(const char *path)
{
    struct error error = {0};
    struct scenario *scenario = scenario_read(path, NULL, 0, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int i = 0; i < scenario->n_strategies; i++) {
            struct rollout rollout;
            CU_ASSERT_TRUE_FATAL(rollout_build(&scenario->topologies[t], &scenario->release, &scenario->strategies[i],
                                               scenario->available_at, &rollout, &error));
            check_rollout(rollout.process, 1);
            check_rollout(rollout.process, 16);
            rollout_free(&rollout);
        }
    scenario_free(scenario);
}

static void every_rollout_has_a_copy(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("scenarios/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_scenario(files.gl_pathv[i]);
    CU_ASSERT_TRUE(files.gl_pathc > 5);
    globfree(&files);
}

/* One instance, nothing fails: away for the drain, whose law does not matter, and a mean of the start: 30 s + 40 s. */
static void a_mean_that_adds_up_is_not_changed(void)
{
    static const char text[] =
        "environments: [{name: prod, switch: 0, services: [{name: app, replicas: 1, start: 40s, drain: 30s}]}]\n"
        "release: {defective: 0%}\nstrategies: [{name: recreate, type: recreate}]\n";
    struct error error = {0};
    struct rollout rollout;
    struct scenario *s = scenario_parse(text, strlen(text), "one.yaml", NULL, 0, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_TRUE_FATAL(rollout_build(s->topologies, &s->release, s->strategies, s->available_at, &rollout, &error));
    struct process *copy = process_erlang(rollout.process, 4);
    struct moments m = sample(copy, rollout.reward[MEASURE_LOST], 20000, 86400);
    double z = (m.mean - 70) / moments_error(&m);
    CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
    /* 30²/4 of the drain and 40² of the start; the spread says that the delay is Erlang, and neither fixed nor less. */
    CU_ASSERT_DOUBLE_EQUAL(moments_variance(&m), 30.0 * 30 / 4 + 40 * 40, 4 * 40 * 40 * sqrt(8.0 / 20000));
    process_free(copy);
    rollout_free(&rollout);
    scenario_free(s);
}

/* ---- rejuvenation ---- */

/* The chain with fixed timers of the table of truths. */
static struct process *rejuvenation(void)
{
    for (const struct truth *t = truths; t->chain; t++) {
        struct process *p = t->chain();
        if (t->value == EXACT)
            return p;
        process_free(p);
    }
    return NULL;
}

static void timers_are_sampled_as_published(void)
{
    static const struct { int k, paths; double value; } rows[] = {{1, 200, .997986292324}, {10, 40, .998244069516}};
    struct process *p = rejuvenation();
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct process *copy = process_erlang(p, rows[i].k);
        struct moments m = sample(copy, 0, rows[i].paths, 1e7);
        /* From the start, up, to the long run: what that adds is less than 1e-4 standard errors over 1e7 minutes. */
        double z = (m.mean / 1e7 - rows[i].value) / (moments_error(&m) / 1e7);
        CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
        process_free(copy);
    }
    process_free(p);
}

/* The long-run availability with timers of k phases. */
static double availability(const struct process *p, int k)
{
    struct process *copy = process_erlang(p, k);
    struct space space;
    struct solver solver = {.threads = 2};
    struct error error = {0};
    double sum = 0;
    CU_ASSERT_TRUE_FATAL(space_build(copy, &(struct space_options){0}, &space, &error));
    uint32_t n = space.chain.n_states;
    double *probability = memory_new(n, sizeof *probability), *up = memory_new(n, sizeof *up);
    CU_ASSERT_TRUE(steady_solve(&space.chain, &solver, probability, &error));
    space_values(&space, &copy->rewards[process_find_reward(copy, "up")].rate, 1, &up);
    for (uint32_t i = 0; i < n; i++)
        sum += probability[i] * up[i];
    free(probability);
    free(up);
    space_free(&space);
    process_free(copy);
    return sum;
}

static void timers_are_solved_as_published(void)
{
    static const struct { int k; double value; } rows[] = {
        {1, .997986292324}, {10, .998244069516}, {50, .998276186348}, {200, .998282462673}};
    struct process *p = rejuvenation();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_DOUBLE_EQUAL(availability(p, rows[i].k), rows[i].value, 1e-12);
    process_free(p);
}

static void extrapolation_comes_near_fixed_timers(void)
{
    struct process *p = rejuvenation();
    double a8 = availability(p, 8), a16 = availability(p, 16), a32 = availability(p, 32);
    double first = 2 * a16 - a8, second = 2 * a32 - a16, value = (4 * second - first) / 3;
    CU_ASSERT_TRUE(fabs(value - EXACT) < 1e-6);
    CU_ASSERT_TRUE(fabs(value - EXACT) < 0.2 * fabs(second - EXACT));
    process_free(p);
}

static const struct test_case cases[] = {
    {"the copy is what it should be", the_copy_is_what_it_should_be},
    {"one phase needs no variable", one_phase_needs_no_variable},
    {"old names and streams are kept", old_names_and_streams_are_kept},
    {"an instant without the guard loses the clock", an_instant_without_the_guard_loses_the_clock},
    {"a delay of nothing takes no time", a_delay_of_nothing_takes_no_time},
    {"every rollout has a copy", every_rollout_has_a_copy},
    {"a mean that adds up is not changed", a_mean_that_adds_up_is_not_changed},
    {"timers are sampled as published", timers_are_sampled_as_published},
    {"timers are solved as published", timers_are_solved_as_published},
    {"extrapolation comes near fixed timers", extrapolation_comes_near_fixed_timers},
    {NULL, NULL},
};

const struct test_suite suite_erlang = {"erlang", cases};
