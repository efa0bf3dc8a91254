/*
 * Controls: rewards of mean 0. A true outlook leaves nothing to chance, any other leaves the mean; and those of every
 * strategy of every scenario. Fixed seeds; |z| < 4, or 4.5 over the many comparisons of the scenarios.
 */
#include "test.h"

#include "chains.h"
#include "engine/interval.h"
#include "models/terms.h"
#include "parse.h"
#include "process/control.h"
#include "process/erlang.h"
#include "study/arms.h"
#include "study/estimate.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 2000, SEED = 1 };

/* Paths of a process from its initial values, or others; give the rewards to free(). */
static double *sample(const struct process *p, const int *initial, uint64_t first, int n_paths, double horizon)
{
    double *rewards = memory_new((size_t)n_paths * (size_t)p->n_rewards, sizeof *rewards);
    struct error error = {0};
    struct batch batch = {.seed = SEED, .first = first, .stride = 2, .n_paths = n_paths, .horizon = horizon,
                          .initial = initial, .rewards = rewards};
    void *run = engine_reference.open(p, SIMD_AUTO);
    bool good = engine_reference.run(run, &batch, &error);
    if (!good)
        printf("%s", error.text.data);
    CU_ASSERT_TRUE_FATAL(good);
    engine_reference.close(run);
    return rewards;
}

static struct moments moments_of(const struct process *p, const double *rewards, int reward, int n_paths)
{
    struct moments moments = {0};
    for (int i = 0; i < n_paths; i++)
        moments_add(&moments, rewards[i * p->n_rewards + reward]);
    return moments;
}

/* Whether the mean of such moments may be 0: where it rests on few paths, that cannot be told. */
static bool is_zero(const struct moments *m, double limit)
{
    return moments_effective(m) < INTERVAL_EFFECTIVE_LEAST || fabs(m->mean) <= limit * moments_error(m);
}

/*
 * A job: x = 0 waits for an exponential time of mean 2 and then, with probability 0.3, goes to 1, else to 2. At 1 it
 * takes a mean of 5, at 2 a fixed time of 3, and then a coin sends it to 3 or to 4, at once: 4 is the end, from 3 two
 * things compete, at mean times of 4 (to the end) and 12 (back to 0).
 */
static struct process *job(int *x)
{
    struct process *p = process_new("job");
    *x = process_add_variable(p, "x", 0, 5, 0);
    expr at = term_variable(p, *x), one = term_number(p, 1);
    process_add_command(p, "wait", term_is(p, at, 0), DELAY_EXPONENTIAL, term_number(p, 0.5));
    process_add_branch(p, term_number(p, 0.3));
    process_add_update(p, *x, one);
    process_add_branch(p, term_number(p, 0.7));
    process_add_update(p, *x, term_number(p, 2));
    chain_move(p, "slow", term_is(p, at, 1), DELAY_EXPONENTIAL, term_number(p, 0.2), *x, term_number(p, 5));
    chain_move(p, "sure", term_is(p, at, 2), DELAY_FIXED, term_number(p, 3), *x, term_number(p, 5));
    process_add_command(p, "coin", term_is(p, at, 5), DELAY_NOW, -1);
    process_add_branch(p, term_number(p, 0.25));
    process_add_update(p, *x, term_number(p, 3));
    process_add_branch(p, term_number(p, 0.75));
    process_add_update(p, *x, term_number(p, 4));
    chain_move(p, "end", term_is(p, at, 3), DELAY_EXPONENTIAL, term_number(p, 1.0 / 4), *x, term_number(p, 4));
    chain_move(p, "again", term_is(p, at, 3), DELAY_EXPONENTIAL, term_number(p, 1.0 / 12), *x, term_number(p, 0));
    process_add_reward(p, "time", term_not(p, term_is(p, at, 4)));
    return p;
}

/* v0 = 2 + 0.3 · 5 + 0.7 · 3 + v5, v5 = v3 / 4, v3 = 3 + v0 / 4 (two clocks of rate 1/4 and 1/12: a mean of 3). */
static void a_true_outlook_leaves_nothing_to_chance(void)
{
    const double v0 = (5.6 + 0.75) / (1 - 1.0 / 16), v3 = 3 + v0 / 4, v5 = v3 / 4;
    const double values[] = {v0, 5 + v5, 3 + v5, v3, 0, v5};
    int x;
    struct process *p = job(&x);
    struct error error = {0};
    expr outlook = expr_table(&p->graph, expr_add_table(&p->graph, "v", values, 6), term_variable(p, x));
    int control = process_add_control(p, "chance", outlook);
    CU_ASSERT_TRUE(process_check(p, &error));
    double *rewards = sample(p, NULL, 0, PATHS, 1e6);
    struct moments raw = moments_of(p, rewards, 0, PATHS);
    CU_ASSERT_TRUE(moments_error(&raw) > 0.05);
    CU_ASSERT_TRUE(fabs(raw.mean - v0) < 4 * moments_error(&raw));
    for (int i = 0; i < PATHS; i++)
        CU_ASSERT_DOUBLE_EQUAL(rewards[i * p->n_rewards] - rewards[i * p->n_rewards + control], v0, 1e-9);
    free(rewards);
    process_free(p);
}

/* Whatever the outlook and the horizon: on a job, and on chains of many states. */
static void a_wrong_outlook_leaves_the_mean(void)
{
    const double values[] = {3, -7, 11, 0.5, 20, -2};
    int x;
    struct process *chains[] = {job(&x), chain_cluster(2), chain_tandem(5)};
    for (int i = 0; i < 3; i++) {
        struct process *p = chains[i];
        struct error error = {0};
        int table = expr_add_table(&p->graph, "anything", values, 6);
        expr all = term_number(p, 1);
        for (int v = 0; v < p->n_variables; v++)
            all = term_plus(p, all, term_times(p, all, expr_table(&p->graph, table, term_variable(p, v))));
        int control = process_add_control(p, "chance", all);
        CU_ASSERT_TRUE(process_check(p, &error));
        struct process *chain = process_erlang(p, 3); /* it stays one when fixed delays become phases */
        double *rewards = sample(p, NULL, 0, PATHS, 20), *phased = sample(chain, NULL, 0, PATHS, 20);
        struct moments m = moments_of(p, rewards, control, PATHS), k = moments_of(chain, phased, control, PATHS);
        CU_ASSERT_TRUE(is_zero(&m, 4));
        CU_ASSERT_TRUE(is_zero(&k, 4));
        free(rewards);
        free(phased);
        process_free(chain);
        process_free(p);
    }
}

/* The same change in another zone is the same node, so the command's rate is not written out for each. */
static void what_is_the_same_in_any_zone_is_written_once(void)
{
    struct process *p = process_new("zones");
    expr sum = term_number(p, 0), rate[3];
    int zone[3];
    for (int z = 0; z < 3; z++) {
        zone[z] = process_add_variable(p, arena_format(&p->arena, "zone.%d", z), 0, 4, 4);
        rate[z] = term_variable(p, zone[z]);
        sum = term_plus(p, sum, rate[z]);
    }
    process_add_command(p, "fail", term_number(p, 1), DELAY_EXPONENTIAL, sum);
    for (int z = 0; z < 3; z++) {
        process_add_branch(p, term_over(p, rate[z], sum));
        process_add_update(p, zone[z], term_minus(p, rate[z], term_number(p, 1)));
    }
    process_add_control(p, "chance", term_times(p, sum, sum));
    CU_ASSERT_EQUAL_FATAL(p->n_impulses, 3);
    CU_ASSERT_EQUAL(p->impulses[0].amount, p->impulses[1].amount);
    CU_ASSERT_EQUAL(p->impulses[0].amount, p->impulses[2].amount);
    process_free(p);
}

/* ---- rollouts ---- */

/* A study's arms, to be sampled below its surface. */
struct bench {
    struct study   study;
    struct sampler sampler;
};

static void bench_open(struct bench *b, const struct scenario *scenario, enum estimator estimator, uint64_t seed)
{
    struct error error = {0};
    *b = (struct bench){.study = {.scenario = scenario},
                        .sampler = {.engine = &engine_reference, .seed = seed, .horizon = scenario->horizon,
                                    .threads = 2}};
    bool good = arms_build(&b->study, 0, estimator, &b->sampler, &error);
    if (!good)
        printf("%s", error.text.data);
    CU_ASSERT_TRUE_FATAL(good);
}

static void bench_run(struct bench *b, uint64_t paths)
{
    struct error error = {0};
    for (int a = 0; a < b->sampler.n_arms; a++)
        for (int s = 0; s < b->sampler.arms[a].n_strata; s++)
            b->sampler.arms[a].strata[s].wanted = paths;
    CU_ASSERT_TRUE(sampler_run(&b->sampler, &error));
}

static void bench_close(struct bench *b)
{
    sampler_close(&b->sampler);
    arms_free(&b->sampler);
    arena_free(&b->study.arena);
}

static void check_zero(const struct bench *b, int arm, int stratum, int n_paths, int *compared)
{
    static const enum measure measures[] = {MEASURE_DOWNTIME, MEASURE_LOST};
    const struct arm *a = &b->sampler.arms[arm];
    const struct process *p = a->rollout.process;
    int *initial = memory_new((size_t)p->n_variables, sizeof *initial);
    for (int i = 0; i < p->n_variables; i++)
        initial[i] = p->variables[i].initial;
    initial[a->rollout.release] = a->strata[stratum].release;
    double *rewards = sample(p, initial, a->strata[stratum].first, n_paths, b->sampler.horizon);
    for (int i = 0; i < 2; i++) {
        struct moments m = moments_of(p, rewards, a->rollout.control[measures[i]], n_paths);
        CU_ASSERT_TRUE(is_zero(&m, 4.5));
        if (!is_zero(&m, 4.5))
            printf("%s, %s, stratum %d: %s: z %g\n", b->study.scenario->name, b->study.outcomes[arm].name, stratum,
                   measure_types[measures[i]].name, m.mean / moments_error(&m));
        *compared += moments_effective(&m) >= INTERVAL_EFFECTIVE_LEAST;
    }
    free(rewards);
    free(initial);
}

static int check_controls(const struct scenario *scenario, int n_paths)
{
    struct bench b;
    int compared = 0;
    bench_open(&b, scenario, ESTIMATOR_SMOOTHED, SEED);
    for (int a = 0; a < b.sampler.n_arms; a++)
        for (int s = 0; b.sampler.arms[a].none && s < b.sampler.arms[a].n_strata; s++)
            check_zero(&b, a, s, n_paths, &compared);
    bench_close(&b);
    return compared;
}

static void controls_of_all_scenarios_have_the_mean_0(void)
{
    glob_t found;
    int compared = 0;
    CU_ASSERT_EQUAL_FATAL(glob("scenarios/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct error error = {0};
        struct scenario *scenario = scenario_read(found.gl_pathv[i], NULL, 0, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        compared += check_controls(scenario, 500);
        scenario_free(scenario);
    }
    CU_ASSERT_TRUE(compared > 60);
    globfree(&found);
}

/* What is at once, never, certain, or out of the ordinary, in two environments. */
static const char odd[] =
    "horizon: 3h\n"
    "environments:\n"
    "  - {name: first, users: 40%%, approve: 5m, soak: 10m, switch: %s, switch_loss: 50%%, switch_failure: 30%%,\n"
    "     switch_repair: 4m, zones: {count: 2, mtbf: 5h, mttr: 10m}, test: {duration: %s, power: 50%%},\n"
    "     services: [{name: web, replicas: 3, demand: 2, mtbf: 3h, mttr: 5m, start: %s, drain: 20s}]}\n"
    "  - {name: second, users: 60%%, switch: 3s, switch_failure: 20%%, ingress: {mtbf: 4h, mttr: 5m},\n"
    "     services: [{name: web, released: true, replicas: 2, demand: 2, mttr: 3m, start: 1m,\n"
    "                 start_failure: 20%%},\n"
    "                {name: db, replicas: 1, mtbf: 5h, mttr: 10m}]}\n"
    "release: {defective: 50%%, error_rate: 60%%, detect: %s, react: %s, false_alarm_mtbf: 5h, crash_mtbf: 30m,\n"
    "          start_failure: 50%%, rollback_failure: 40%%, manual_recovery: %s, progress_deadline: 4m}\n"
    "strategies:\n"
    "  - {name: rolling, type: rolling, max_surge: 1, max_unavailable: 1, min_ready: 30s}\n"
    "  - {name: recreate, type: recreate}\n"
    "  - {name: canary, type: canary, steps: [{weight: 20%%, hold: 10m}, {weight: 50%%, replicas: 1, hold: 5m}],\n"
    "     analysis: {power: 30%%, false_positive: 20%%}}\n"
    "  - {name: blue-green, type: blue-green, approve: 5m, hold: 30m,\n"
    "     verify: {duration: 1m, power: 20%%, false_positive: 10%%}}\n";

static struct scenario *odd_scenario(int i)
{
    static const char *const figures[][6] = {
        {"2s", "5m", "40s", "10m", "2m", "20m"}, {"0", "5m", "0", "10m", "0", "0"}, {"1m", "0", "3m", "0", "5m", "2h"}};
    struct text text = {0};
    const char *const *f = figures[i];
    text_add(&text, odd, f[0], f[1], f[2], f[3], f[4], f[5]);
    struct scenario *scenario = parse(text.data, NULL, 0);
    text_free(&text);
    return scenario;
}

static void controls_of_odd_rollouts_have_the_mean_0(void)
{
    int compared = 0;
    for (int i = 0; i < 3; i++) {
        struct scenario *scenario = odd_scenario(i);
        compared += check_controls(scenario, 1000);
        scenario_free(scenario);
    }
    CU_ASSERT_TRUE(compared >= 40);
}

/* Two means from independent paths; `error` of what is compared, if it is not theirs. */
static void check_means(const char *name, const char *what, double a, double b, double error)
{
    CU_ASSERT_TRUE(fabs(a - b) <= 4 * error);
    if (!(fabs(a - b) <= 4 * error))
        printf("%s: %s: %g and %g, error %g\n", name, what, a, b, error);
}

/*
 * Plain and smoothed means of independent paths: of lost and downtime, by their errors, and of the causes, which have
 * none of their own, by that of lost.
 */
static void check_estimators(const struct scenario *scenario)
{
    static const struct way off = {false, false}, smooth = {false, true};
    struct bench plain, smoothed;
    bench_open(&plain, scenario, ESTIMATOR_PLAIN, 1);
    bench_open(&smoothed, scenario, ESTIMATOR_SMOOTHED, 2);
    bench_run(&plain, 2000);
    bench_run(&smoothed, 2000);
    for (int a = 0; a < plain.sampler.n_arms; a++) {
        const struct arm *x = &plain.sampler.arms[a], *y = &smoothed.sampler.arms[a];
        const char *name = plain.study.outcomes[a].name;
        double error = 0, sum = 0, mean = 0;
        for (enum measure m = MEASURE_DOWNTIME; x->none && m <= MEASURE_LOST; m++) {
            struct interval p = estimate_interval(x, m, off, 0.95, scenario->horizon);
            struct interval s = estimate_interval(y, m, smooth, 0.95, scenario->horizon);
            error = hypot(p.error, s.error);
            mean = s.mean;
            check_means(name, measure_types[m].name, p.mean, s.mean, error);
        }
        for (int c = 0; x->none && c < CAUSES; c++) {
            double p = estimate_cause(x, (enum cause)c, off), s = estimate_cause(y, (enum cause)c, smooth);
            check_means(name, cause_types[c].name, p, s, error);
            sum += s;
        }
        CU_ASSERT_DOUBLE_EQUAL(sum, mean, 1e-9 * mean);
    }
    bench_close(&plain);
    bench_close(&smoothed);
}

static void smoothed_means_are_those_of_the_paths(void)
{
    for (int i = 0; i < 3; i++) {
        struct scenario *scenario = odd_scenario(i);
        check_estimators(scenario);
        scenario_free(scenario);
    }
}

/*
 * Against the solver, both with two phases: one machine, whose lost and downtime chance makes vary by more than their
 * mean. Smoothed, 20 000 paths leave less than 1 % of error, and the truth is within four of it.
 */
static void smoothed_means_are_those_of_the_solver(void)
{
    struct error error = {0};
    const int phases[] = {2};
    struct scenario *s = scenario_read("scenarios/one-machine.yaml", NULL, 0, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    struct study *exact = study_solve(s, &(struct solve_options){.phases = phases, .n_phases = 1}, &error);
    struct study_options how = {.paths = 20000, .threads = 2, .phases = 2};
    struct study *sampled = study_run(s, &how, &error);
    CU_ASSERT_TRUE_FATAL(exact && sampled);
    for (int i = 1; i < exact->n_outcomes; i++)
        for (int m = MEASURE_DOWNTIME; m <= MEASURE_ADDED_LOST; m++) {
            const struct estimate *e = &sampled->outcomes[i].measures[m];
            double truth = exact->outcomes[i].measures[m].mean, standard = (e->high - e->low) / (2 * 1.959964);
            check_means(exact->outcomes[i].name, measure_types[m].name, e->mean, truth, standard);
            CU_ASSERT_TRUE(standard < 0.01 * truth);
        }
    study_free(exact);
    study_free(sampled);
    scenario_free(s);
}

/* What it is for: with as many paths, the interval of what a defect costs is a tenth as wide and less. */
static void intervals_become_narrower(void)
{
    struct error error = {0};
    const struct override defective = {"release.defective", "100%"};
    struct scenario *s = scenario_read("scenarios/checkout.yaml", &defective, 1, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    struct study *study[ESTIMATORS];
    for (int e = 0; e < ESTIMATORS; e++) {
        struct study_options how = {.paths = 8000, .threads = 2, .estimator = (enum estimator)e};
        study[e] = study_run(s, &how, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(study[e]);
    }
    for (int m = MEASURE_DOWNTIME; m <= MEASURE_ADDED_LOST; m++) {
        const struct estimate *smoothed = &study[ESTIMATOR_SMOOTHED]->outcomes[1].measures[m];
        const struct estimate *plain = &study[ESTIMATOR_PLAIN]->outcomes[1].measures[m];
        CU_ASSERT_TRUE(smoothed->high - smoothed->low < (plain->high - plain->low) / 10);
        if (m <= MEASURE_LOST) /* the distribution is that of the paths, either way */
            CU_ASSERT_TRUE(smoothed->p50 == plain->p50 && smoothed->p99 == plain->p99);
    }
    for (int e = 0; e < ESTIMATORS; e++)
        study_free(study[e]);
    scenario_free(s);
}

static const struct test_case cases[] = {
    {"a true outlook leaves nothing to chance", a_true_outlook_leaves_nothing_to_chance},
    {"a wrong outlook leaves the mean", a_wrong_outlook_leaves_the_mean},
    {"what is the same in any zone is written once", what_is_the_same_in_any_zone_is_written_once},
    {"controls of all scenarios have the mean 0", controls_of_all_scenarios_have_the_mean_0},
    {"controls of odd rollouts have the mean 0", controls_of_odd_rollouts_have_the_mean_0},
    {"smoothed means are those of the paths", smoothed_means_are_those_of_the_paths},
    {"smoothed means are those of the solver", smoothed_means_are_those_of_the_solver},
    {"intervals become narrower", intervals_become_narrower},
    {NULL, NULL},
};

const struct test_suite suite_control = {"control", cases};
