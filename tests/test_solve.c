/*
 * Scenarios without sampling: rollouts in closed form, beside sampled ones, and what is said where it does not do.
 *
 * Closed forms are held to the bound that the solution gives, which is asserted to be small. Sampled figures are held
 * to |z| < 4 with the seed of the scenario (1), fixed delays being Erlang delays in both.
 */
#include "test.h"

#include "parse.h"

#include "base/memory.h"
#include "study/study.h"

#include <math.h>
#include <string.h>

#define Z_LIMIT 4.0

static struct study *solve(const struct scenario *scenario, const int *phases, int n_phases, uint32_t most_states)
{
    struct error error = {0};
    struct solve_options options = {.phases = phases, .n_phases = n_phases, .most_states = most_states, .threads = 2};
    struct study *study = study_solve(scenario, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_EQUAL(error.count, 0);
    return study;
}

/* Within its own bound and a part in 1e10 of rounding, and the bound is below the tolerance. */
static void check_value(const struct estimate *e, double truth, double tolerance)
{
    double bound = (e->high - e->low) / 2;
    CU_ASSERT_TRUE(fabs(e->mean - truth) <= bound + 1e-10 * fabs(truth));
    CU_ASSERT_TRUE(bound <= tolerance);
    if (!(fabs(e->mean - truth) <= bound + 1e-10 * fabs(truth)) || !(bound <= tolerance))
        printf("truth %.12g, got %.12g within %g\n", truth, e->mean, bound);
}

/* ---- closed forms ---- */

static const char plain[] =
    "scenario: plain\n"
    "horizon: 6h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, mtbf: 5h, mttr: 30m, start: 0s, drain: 0s}]}\n"
    "release: {defective: 0%}\n"
    "strategies:\n"
    "  - {name: blue-green, type: blue-green}\n";

/* No fixed delay at all, and what is added is nothing: (l/s) t - (l/s²)(1 - exp(-s t)). */
static void downtime_is_that_of_two_states(void)
{
    struct scenario *s = parse(plain, NULL, 0);
    struct study *study = solve(s, (const int[]){4}, 1, 0);
    double l = 1.0 / 18000, m = l + 1.0 / 1800, t = 21600, truth = l / m * t + l / (m * m) * expm1(-m * t);
    CU_ASSERT_EQUAL(study->outcomes[0].n_solutions, 1);
    CU_ASSERT_EQUAL(study->outcomes[0].solutions[0].phases, 0);
    CU_ASSERT_EQUAL(study->outcomes[0].solutions[0].states, 2);
    check_value(&study->outcomes[0].measures[MEASURE_DOWNTIME], truth, 1e-4);
    check_value(&study->outcomes[0].measures[MEASURE_LOST], truth, 1e-4);
    check_value(&study->outcomes[1].measures[MEASURE_DOWNTIME], truth, 1e-3);
    check_value(&study->outcomes[1].measures[MEASURE_ADDED_LOST], 0, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(study->outcomes[0].causes[CAUSE_CAPACITY], truth, 1e-7 * truth);
    study_free(study);
    scenario_free(s);
}

static const char recreate[] =
    "scenario: recreate\n"
    "horizon: 2h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, start: 40s, drain: 30s}]}\n"
    "release: {defective: 0%, progress_deadline: 5h, rollback_failure: 0%}\n"
    "strategies:\n"
    "  - {name: recreate, type: recreate}\n";

/* The mean of an Erlang delay is that of the fixed one: drain + start at any number of phases, when all is over. */
static void recreate_is_down_for_drain_and_start(void)
{
    struct scenario *s = parse(recreate, NULL, 0);
    for (int phases = 1; phases <= 9; phases += 4) {
        struct study *study = solve(s, &phases, 1, 0);
        const struct outcome *o = &study->outcomes[1];
        CU_ASSERT_EQUAL(o->solutions[0].phases, phases);
        /* The deadline of five hours, with few phases, comes now and then within the start: 40 s of 18000 s. */
        CU_ASSERT_DOUBLE_EQUAL(o->measures[MEASURE_LOST].mean, 70, phases == 1 ? 1 : 1e-5);
        study_free(study);
    }
    scenario_free(s);
}

static const char canary[] =
    "scenario: canary\n"
    "horizon: 2h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 10, start: 0s, drain: 0s}]}\n"
    "release: {defective: 100%, error_rate: 100%, detect: 5m, rollback_failure: 0%, progress_deadline: 1000d}\n"
    "strategies:\n"
    "  - {name: canary, type: canary, steps: [{weight: 20%, hold: 10m}]}\n";

/*
 * All but the hold takes no time, so the rollout ends with the hold of d seconds, or goes back when the defect is found
 * before, after an exponential time of mean m = detect / weight: its mean duration is m (1 - exp(-d / m)). With k
 * phases it is m (1 - (1 + d / (k m))^-k), from which the extrapolation comes near the fixed hold.
 */
static void a_canary_lasts_until_it_is_caught(void)
{
    struct scenario *s = parse(canary, NULL, 0);
    const double m = 300 / 0.2, x = 600 / m;
    static const int phases[] = {8, 16, 32};
    struct study *study = solve(s, phases, 3, 0);
    const struct outcome *o = &study->outcomes[1];
    CU_ASSERT_EQUAL_FATAL(o->n_solutions, 3);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_DOUBLE_EQUAL(o->solutions[i].value[MEASURE_DURATION], m * (1 - pow(1 + x / phases[i], -phases[i])),
                               1e-5);
    CU_ASSERT_DOUBLE_EQUAL(o->measures[MEASURE_DURATION].mean, -m * expm1(-x), 5e-3); /* of 494.5 */
    check_value(&o->measures[MEASURE_DURATION], -m * expm1(-x), 0.1);
    study_free(study);
    scenario_free(s);
}

static const char blue_green[] =
    "scenario: blue-green\n"
    "horizon: 12h\n"
    "environments:\n"
    "  - {name: prod, switch: 30s, services: [{name: web, replicas: 2, start: 1m, drain: 0s}]}\n"
    "release: {defective: 100%, error_rate: 100%, detect: 4m, react: 1m, rollback_failure: 0%,\n"
    "          progress_deadline: 1000d}\n"
    "strategies:\n"
    "  - {name: blue-green, type: blue-green, hold: 11h}\n";

/* The weight is 1 from the end of the first shift to the end of the second: detect + react + switch. */
static void a_defective_blue_green_loses_until_it_is_back(void)
{
    struct scenario *s = parse(blue_green, NULL, 0);
    struct study *study = solve(s, (const int[]){16}, 1, 0);
    const struct outcome *o = &study->outcomes[1];
    CU_ASSERT_DOUBLE_EQUAL(o->measures[MEASURE_LOST].mean, 240 + 60 + 30, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(o->measures[MEASURE_ROLLBACK].mean, 1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(o->causes[CAUSE_ERRORS], 330, 1e-3);
    study_free(study);
    scenario_free(s);
}

/* ---- beside sampling ---- */

/* Faults, zones, an ingress, defects, verdicts, a stuck rollback: a little of all, small enough for a test. */
static const char busy[] =
    "scenario: busy\n"
    "horizon: 3h\n"
    "environments:\n"
    "  - name: prod\n"
    "    zones: {count: 2, mtbf: 1d, mttr: 20m}\n"
    "    ingress: {mtbf: 2d, mttr: 5m}\n"
    "    switch: 20s\n"
    "    switch_loss: 10%\n"
    "    switch_failure: 5%\n"
    "    test: {duration: 2m, power: 50%, false_positive: 5%}\n"
    "    services: [{name: web, replicas: 2, demand: 1, mtbf: 4h, mttr: 10m, start: 1m, drain: 30s}]\n"
    "release: {defective: 30%, error_rate: 40%, detect: 5m, false_alarm_mtbf: 8h, react: 1m, rollback_failure: 20%}\n"
    "strategies:\n"
    "  - {name: rolling, type: rolling}\n"
    "  - {name: blue-green, type: blue-green, hold: 5m, analysis: {power: 80%, false_positive: 5%}}\n"
    "simulation: {seed: 1}\n";

/* A probability is held by the error of the true one, since its interval may be that of a few. */
static double z_of(const struct estimate *sampled, enum measure m, double truth)
{
    double error = (sampled->high - sampled->low) / (2 * 1.959964);
    if (measure_types[m].unit == UNIT_PROBABILITY)
        error = fmax(error, sqrt(truth * (1 - truth) / (double)sampled->paths) / 2);
    return (sampled->mean - truth) / error;
}

static void solved_and_sampled_agree(void)
{
    struct scenario *s = parse(busy, NULL, 0);
    struct error error = {0};
    struct study_options options = {.paths = 40000, .threads = 2, .phases = 3};
    struct study *exact = solve(s, (const int[]){3}, 1, 0), *sampled = study_run(s, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sampled);
    int compared = 0;
    for (int i = 1; i < exact->n_outcomes; i++)
        for (int m = 0; m < MEASURES; m++) {
            double truth = exact->outcomes[i].measures[m].mean;
            double z = z_of(&sampled->outcomes[i].measures[m], (enum measure)m, truth);
            CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
            if (!(fabs(z) < Z_LIMIT))
                printf("%s %s: z %g\n", exact->outcomes[i].name, measure_types[m].name, z);
            compared++;
        }
    CU_ASSERT_EQUAL(compared, 2 * MEASURES);
    CU_ASSERT_EQUAL(exact->winner, sampled->winner);
    study_free(exact);
    study_free(sampled);
    scenario_free(s);
}

/* A run takes the means of no release from the solution, so they have no error, and the percentiles from paths. */
static void a_run_solves_no_release(void)
{
    struct scenario *s = parse(busy, NULL, 0);
    struct error error = {0};
    struct study_options options = {.paths = 2000, .threads = 1};
    struct study *sampled = study_run(s, &options, &error), *exact = solve(s, (const int[]){1}, 1, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sampled);
    const struct outcome *none = &sampled->outcomes[0], *truth = &exact->outcomes[0];
    CU_ASSERT_EQUAL(none->n_solutions, 1);
    CU_ASSERT_EQUAL(none->paths, 2000);
    CU_ASSERT_DOUBLE_EQUAL(none->measures[MEASURE_LOST].mean, truth->measures[MEASURE_LOST].mean, 1e-6);
    CU_ASSERT_TRUE(none->measures[MEASURE_LOST].high - none->measures[MEASURE_LOST].low < 1e-3);
    CU_ASSERT_TRUE(isfinite(none->measures[MEASURE_LOST].p99));
    for (int c = 0; c < CAUSES; c++)
        CU_ASSERT_DOUBLE_EQUAL(none->causes[c], truth->causes[c], 1e-6);
    study_free(exact);
    study_free(sampled);
    scenario_free(s);
}

/* ---- what cannot be solved ---- */

static void what_is_too_large_says_so(void)
{
    struct scenario *s = parse(busy, NULL, 0);
    struct study *study = solve(s, (const int[]){2}, 1, 1000);
    CU_ASSERT_EQUAL(study->outcomes[0].n_solutions, 1);
    for (int i = 1; i < study->n_outcomes; i++) {
        const struct outcome *o = &study->outcomes[i];
        CU_ASSERT_EQUAL(o->n_solutions, 0);
        CU_ASSERT_EQUAL(o->stop, STOP_UNSOLVED);
        CU_ASSERT_PTR_NOT_NULL_FATAL(o->unsolved);
        CU_ASSERT_PTR_NOT_NULL(strstr(o->unsolved, "more than 1000 states"));
        CU_ASSERT_TRUE(isnan(o->measures[MEASURE_LOST].mean) && !o->feasible);
    }
    CU_ASSERT_EQUAL(study->winner, -1);
    study_free(study);
    scenario_free(s);
}

/* Of two strategies one is too large: the other is the best of those solved, and the note says so. */
static void what_was_not_solved_may_be_the_winner(void)
{
    struct scenario *s = parse(busy, NULL, 0);
    struct study *all = solve(s, (const int[]){2}, 1, 0);
    uint64_t one = all->outcomes[1].solutions[0].states, other = all->outcomes[2].solutions[0].states;
    CU_ASSERT_NOT_EQUAL_FATAL(one, other);
    CU_ASSERT_PTR_NULL(all->outcomes[1].unsolved);
    CU_ASSERT_TRUE(!all->winner_note || !strstr(all->winner_note, "not solved"));
    int smaller = one < other ? 1 : 2;
    struct study *some = solve(s, (const int[]){2}, 1, (uint32_t)(one < other ? one : other));
    CU_ASSERT_EQUAL(some->winner, smaller);
    CU_ASSERT_PTR_NOT_NULL_FATAL(some->winner_note);
    CU_ASSERT_PTR_NOT_NULL(strstr(some->winner_note, "not solved, so it may be one of these: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(some->winner_note, some->outcomes[3 - smaller].name));
    study_free(all);
    study_free(some);
    scenario_free(s);
}

/* A condition on a percentile takes paths: it rules nobody out here. */
static void percentiles_are_not_judged(void)
{
    const struct override p99 = {"objective.subject_to", "[lost.p99 <= 1ms]"};
    const struct override mean = {"objective.subject_to", "[lost.mean <= 1ms]"};
    struct scenario *by_p99 = parse(recreate, &p99, 1), *by_mean = parse(recreate, &mean, 1);
    struct study *study = solve(by_p99, (const int[]){2}, 1, 0);
    CU_ASSERT_EQUAL(study->winner, 1);
    study_free(study);
    study = solve(by_mean, (const int[]){2}, 1, 0);
    CU_ASSERT_EQUAL(study->winner, -1);
    study_free(study);
    scenario_free(by_p99);
    scenario_free(by_mean);
}

static void a_stop_is_heard(void)
{
    volatile int stop = 1;
    struct scenario *s = parse(busy, NULL, 0);
    struct error error = {0};
    struct solve_options options = {.phases = (const int[]){2}, .n_phases = 1, .threads = 1, .stop = &stop};
    struct study *study = study_solve(s, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_TRUE(study->partial);
    CU_ASSERT_EQUAL(study->winner, -1);
    CU_ASSERT_TRUE(isnan(study->outcomes[1].measures[MEASURE_LOST].mean));
    study_free(study);
    scenario_free(s);
}

/* ---- extrapolation ---- */

/* Values a + b/k + c/k² are extrapolated to a by three solutions, whatever their phases; rounding aside. */
static void extrapolation_is_exact_for_a_parabola(void)
{
    static const int phases[] = {2, 5, 17};
    struct solution solutions[3] = {{0}};
    for (int i = 0; i < 3; i++) {
        double k = phases[i];
        solutions[i].phases = phases[i];
        solutions[i].value[MEASURE_LOST] = 7 + 3 / k - 20 / (k * k);
        solutions[i].value[MEASURE_DOWNTIME] = NAN;
        solutions[i].cause[CAUSE_ERRORS] = 2 + 1 / k;
        solutions[i].bound[MEASURE_LOST] = 1e-6;
    }
    struct solution all = solution_extrapolate(solutions, 3), two = solution_extrapolate(solutions + 1, 2);
    CU_ASSERT_DOUBLE_EQUAL(all.value[MEASURE_LOST], 7, 1e-13);
    CU_ASSERT_TRUE(isnan(all.value[MEASURE_DOWNTIME]));
    CU_ASSERT_DOUBLE_EQUAL(all.cause[CAUSE_ERRORS], 2, 1e-13);
    /* The bound covers how far the last two alone are off. */
    CU_ASSERT_TRUE(all.bound[MEASURE_LOST] >= fabs(two.value[MEASURE_LOST] - 7));
    CU_ASSERT_EQUAL(solution_extrapolate(solutions, 1).value[MEASURE_LOST], solutions[0].value[MEASURE_LOST]);
}

static const struct test_case cases[] = {
    {"downtime is that of two states", downtime_is_that_of_two_states},
    {"recreate is down for drain and start at any number of phases", recreate_is_down_for_drain_and_start},
    {"a canary lasts until it is caught", a_canary_lasts_until_it_is_caught},
    {"a defective blue-green loses until it is back", a_defective_blue_green_loses_until_it_is_back},
    {"solved and sampled agree", solved_and_sampled_agree},
    {"a run solves no release", a_run_solves_no_release},
    {"what is too large says so", what_is_too_large_says_so},
    {"what was not solved may be the winner", what_was_not_solved_may_be_the_winner},
    {"percentiles are not judged", percentiles_are_not_judged},
    {"a stop is heard", a_stop_is_heard},
    {"extrapolation is exact for a parabola", extrapolation_is_exact_for_a_parabola},
    {NULL, NULL},
};

const struct test_suite suite_solve = {"solve", cases};
