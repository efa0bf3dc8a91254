/*
 * Error budgets: figures against hand calculations, against the exact solver and against Fieller's own formula, and
 * the coverage of the interval of how many releases a window can pay for.
 *
 * Random tests have a fixed seed, and |z| < 4.
 */
#include "test.h"

#include "parse.h"
#include "report_study.h"

#include "report/report.h"
#include "study/budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z_LIMIT 4.0

/* A start takes no time and nothing fails: a release loses the 30 s of its drain, whatever happens. */
static const char certain[] =
    "scenario: certain\n"
    "horizon: 6h\n"
    "slo: {target: 99.9%, window: 10h}\n" /* a budget of 36 s */
    "releases_per_window: 3\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, start: 0s, drain: 30s}]}\n"
    "release: {defective: 0%}\n"
    "strategies: [{name: recreate, type: recreate}]\n";

/* The same with faults and defects. */
static const char uncertain[] =
    "scenario: uncertain\n"
    "horizon: 12h\n"
    "slo: {target: 99%, window: 30d}\n" /* a budget of 25 920 s */
    "releases_per_window: 8\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, mtbf: 5d, mttr: 20m, start: 40s, drain: 30s}]}\n"
    "release: {defective: 20%, error_rate: 50%, detect: 5m, react: 2m, rollback_failure: 0%}\n"
    "strategies: [{name: recreate, type: recreate}]\n"
    "simulation: {precision: 2%, seed: 1}\n";

static struct study *run(const struct scenario *scenario, uint64_t paths)
{
    struct error error = {0};
    struct study_options options = {.paths = paths, .threads = 2, .phases = 4};
    struct study *study = study_run(scenario, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    return study;
}

static struct study *solve(const struct scenario *scenario)
{
    struct error error = {0};
    struct solve_options options = {.phases = (const int[]){4}, .n_phases = 1, .threads = 2};
    struct study *study = study_solve(scenario, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    return study;
}

static void check_near(const char *what, double value, double expected, double tolerance)
{
    bool near = isinf(expected) ? value >= expected : fabs(value - expected) <= tolerance;
    CU_ASSERT_TRUE(near);
    if (!near)
        printf("%s: %.17g is not %.17g\n", what, value, expected);
}

/* ---- by hand ---- */

static void a_certain_loss_takes_a_certain_share(void)
{
    struct scenario *s = parse(certain, NULL, 0);
    struct study *study = run(s, 2000);
    const struct outcome *none = &study->outcomes[0], *recreate = &study->outcomes[1];
    const struct estimate *share = &recreate->measures[MEASURE_BUDGET_SHARE];
    const struct estimate *affordable = &recreate->measures[MEASURE_RELEASES_AFFORDABLE];
    check_near("budget", budget_seconds(&s->slo), 36, 1e-9);
    check_near("share", share->mean, 30 / 36.0, 0.02); /* phases: the drain is an Erlang delay here */
    check_near("max", share->max, recreate->measures[MEASURE_LOST].max / 36, 1e-9);
    check_near("p95", share->p95, recreate->measures[MEASURE_LOST].p95 / 36, 1e-9);
    check_near("affordable", affordable->mean, 1 / share->mean, 1e-9);
    CU_ASSERT_TRUE(affordable->low <= affordable->mean && affordable->mean <= affordable->high);
    CU_ASSERT_TRUE(isnan(affordable->p95) && isnan(affordable->max));
    check_near("faults", none->window.mean, 0, 1e-12);
    check_near("window", recreate->window.mean, 3 * share->mean, 1e-9);
    study_free(study);
    scenario_free(s);
}

/* Of an instance that is up at first, the mean time away until t: a = 1/mtbf, b = 1/mttr. */
static double time_away(double a, double b, double t)
{
    double sum = a + b;
    return a / sum * (t - (1 - exp(-sum * t)) / sum);
}

static void the_solver_gives_the_figures_of_the_formulas(void)
{
    struct scenario *s = parse(uncertain, NULL, 0);
    struct study *study = solve(s);
    const struct outcome *none = &study->outcomes[0], *recreate = &study->outcomes[1];
    double budget = 25920, away = time_away(1 / (5 * 86400.0), 1 / 1200.0, 12 * 3600);
    double faults = away * 60 / budget; /* 60 horizons are a window */
    double added = recreate->measures[MEASURE_LOST].mean - away;
    check_near("faults", none->window.mean, faults, 1e-9);
    check_near("share", recreate->measures[MEASURE_BUDGET_SHARE].mean, added / budget, 1e-9);
    check_near("window", recreate->window.mean, faults + 8 * added / budget, 1e-9);
    check_near("affordable", recreate->measures[MEASURE_RELEASES_AFFORDABLE].mean, (budget - away * 60) / added, 1e-6);
    CU_ASSERT_TRUE(recreate->measures[MEASURE_RELEASES_AFFORDABLE].low <=
                   recreate->measures[MEASURE_RELEASES_AFFORDABLE].mean);
    CU_ASSERT_TRUE(recreate->measures[MEASURE_BUDGET_SHARE].solved && recreate->window.solved);
    CU_ASSERT_TRUE(isnan(recreate->measures[MEASURE_BUDGET_SHARE].p95));
    study_free(study);
    scenario_free(s);
}

static void solved_and_sampled_budgets_agree(void)
{
    static const enum measure measures[] = {MEASURE_BUDGET_SHARE, MEASURE_RELEASES_AFFORDABLE};
    struct scenario *s = parse(uncertain, NULL, 0);
    struct study *exact = solve(s), *sampled = run(s, 100000);
    for (int i = 0; i < 2; i++) {
        const struct estimate *e = &sampled->outcomes[1].measures[measures[i]];
        double truth = exact->outcomes[1].measures[measures[i]].mean;
        CU_ASSERT_TRUE(fabs(e->mean - truth) < Z_LIMIT * (e->high - e->low) / (2 * 1.959964));
        CU_ASSERT_TRUE(e->high - e->low < 0.1 * truth);
        CU_ASSERT_TRUE(e->low <= e->mean && e->mean <= e->high);
    }
    const struct estimate *window = &sampled->outcomes[1].window;
    CU_ASSERT_TRUE(fabs(window->mean - exact->outcomes[1].window.mean) <
                   Z_LIMIT * (window->high - window->low) / (2 * 1.959964));
    study_free(exact);
    study_free(sampled);
    scenario_free(s);
}

/* ---- figures from means that are given ---- */

enum { WINDOWS = 5 }; /* of a horizon, in the window of a made scenario */

static struct scenario *made_scenario(double budget)
{
    struct scenario *s = memory_new(1, sizeof *s);
    s->horizon = 1000;
    s->slo = (struct slo){true, 1 - budget / (WINDOWS * s->horizon), WINDOWS * s->horizon};
    s->releases_per_window = 2;
    s->simulation.confidence = 0.95;
    return s;
}

static struct estimate bounded(double mean, double half)
{
    return (struct estimate){.mean = mean, .low = mean - half, .high = mean + half, .trusted = true, .solved = true};
}

/* Of solved means: by their bounds, which add up. */
static void check_affordable(double none_mean, double none_half, double added_mean, double added_half,
                             const double expected[3])
{
    static const struct strategy strategy = {.name = "s"};
    struct scenario *s = made_scenario(100);
    struct outcome none = {.name = "none"}, outcome = {.name = "s", .strategy = &strategy};
    none.measures[MEASURE_LOST] = bounded(none_mean, none_half);
    outcome.measures[MEASURE_ADDED_LOST] = bounded(added_mean, added_half);
    budget_fill(s, NULL, &none, &outcome);
    const struct estimate *e = &outcome.measures[MEASURE_RELEASES_AFFORDABLE];
    check_near("low", e->low, expected[0], 1e-9 * fabs(expected[0]));
    check_near("mean", e->mean, expected[1], 1e-9 * fabs(expected[1]));
    check_near("high", e->high, expected[2], 1e-9 * fabs(expected[2]));
    free(s);
}

static void releases_are_affordable_by_what_faults_leave(void)
{
    /* A budget of 100 s; faults take five times lost of no release. */
    check_affordable(4, 0, 10, 0, (const double[]){8, 8, 8});
    check_affordable(4, 1, 10, 2, (const double[]){75 / 12.0, 8, 85 / 8.0});
    check_affordable(0, 0, 400, 0, (const double[]){0.25, 0.25, 0.25});
    /* What adds nothing can be had without end, and what may add nothing, perhaps. */
    check_affordable(4, 0, 0, 0, (const double[]){INFINITY, INFINITY, INFINITY});
    check_affordable(4, 0, -1, 0, (const double[]){INFINITY, INFINITY, INFINITY});
    check_affordable(4, 0, 1, 1, (const double[]){40, 80, INFINITY});
    check_affordable(4, 0, -1, 2, (const double[]){80, INFINITY, INFINITY});
    /* Nothing is left by faults that take all, not even for what gives some of it back. */
    check_affordable(21, 0, 10, 0, (const double[]){0, 0, 0});
    check_affordable(21, 0, -10, 0, (const double[]){0, 0, 0});
    check_affordable(21, 2, 10, 0, (const double[]){0, 0, 0.5});
}

static void what_is_not_known_is_no_number(void)
{
    static const struct strategy strategy = {.name = "s"};
    struct scenario *s = made_scenario(100);
    struct outcome none = {.name = "none"}, outcome = {.name = "s", .strategy = &strategy};
    none.measures[MEASURE_LOST] = bounded(NAN, NAN);
    outcome.measures[MEASURE_ADDED_LOST] = bounded(NAN, NAN);
    budget_fill(s, NULL, &none, &outcome);
    const struct estimate *e = &outcome.measures[MEASURE_RELEASES_AFFORDABLE];
    CU_ASSERT_TRUE(isnan(e->mean) && isnan(e->low) && isnan(e->high));
    CU_ASSERT_TRUE(isnan(outcome.measures[MEASURE_BUDGET_SHARE].mean) && isnan(outcome.window.mean));
    free(s);
}

/* ---- Fieller's interval ---- */

/* Arms whose tallies are filled by hand: n paths of what no release loses, and of what a release adds to it. */
struct made {
    struct arm none, own;
    struct outcome of_none, outcome;
};

/* Normal, by Box and Muller. */
static double normal(unsigned short state[3])
{
    double radius = sqrt(-2 * log(1 - erand48(state)));
    return radius * cos(2 * 3.14159265358979 * erand48(state));
}

static void make(struct made *made, int n, double none_mean, double none_sd, double added_mean, double added_sd,
                 unsigned short state[3])
{
    static const struct strategy strategy = {.name = "s"};
    *made = (struct made){.none = {.n_strata = 1}, .own = {.n_strata = 1, .none = NULL}};
    made->own.none = &made->none;
    made->own.strata[0].weight = made->none.strata[0].weight = 1;
    made->own.strata[0].tally.paths = made->none.strata[0].tally.paths = (uint64_t)n;
    made->own.rollout.greatest[MEASURE_LOST] = made->none.rollout.greatest[MEASURE_LOST] = 1;
    made->outcome.strategy = &strategy;
    for (int i = 0; i < n; i++) {
        double lost = none_mean + none_sd * normal(state), added = added_mean + added_sd * normal(state);
        moments_add(&made->none.strata[0].tally.moments[MEASURE_LOST], lost);
        moments_add(&made->own.strata[0].tally.moments[MEASURE_ADDED_LOST], added);
        /* Of its own paths alone the strategy would be known worse. */
        moments_add(&made->own.strata[0].tally.moments[MEASURE_LOST], 500 + 300 * normal(state));
    }
}

static void fill_made(struct made *made, const struct scenario *s)
{
    double confidence = s->simulation.confidence;
    struct way way = estimate_way(&made->own, MEASURE_ADDED_LOST, confidence, s->horizon), plain = {false, false};
    struct interval none = estimate_interval(&made->none, MEASURE_LOST, plain, confidence, s->horizon);
    struct interval added = estimate_interval(&made->own, MEASURE_ADDED_LOST, way, confidence, s->horizon);
    CU_ASSERT_TRUE(way.paired);
    made->of_none.measures[MEASURE_LOST] =
        (struct estimate){.mean = none.mean, .low = none.low, .high = none.high, .trusted = true};
    made->outcome.measures[MEASURE_ADDED_LOST] =
        (struct estimate){.mean = added.mean, .low = added.low, .high = added.high, .trusted = true};
    budget_fill(s, &made->own, &made->of_none, &made->outcome);
}

/* The roots of (left - R a)² = z² (f² se_l² + R² se_a²), from the half widths of both intervals. */
static void fieller(const struct made *made, double budget, double roots[2])
{
    const struct estimate *l = &made->of_none.measures[MEASURE_LOST];
    const struct estimate *a = &made->outcome.measures[MEASURE_ADDED_LOST];
    double left = budget - WINDOWS * l->mean, hl = WINDOWS * (l->high - l->low) / 2, ha = (a->high - a->low) / 2;
    double two = a->mean * a->mean - ha * ha, one = left * a->mean, zero = left * left - hl * hl;
    double root = sqrt(one * one - two * zero);
    roots[0] = (one - root) / two;
    roots[1] = (one + root) / two;
}

static void the_interval_is_that_of_fieller(void)
{
    unsigned short state[3] = {1, 2, 3};
    struct scenario *s = made_scenario(1000);
    for (int i = 0; i < 20; i++) {
        struct made made;
        double roots[2];
        make(&made, 2000, 40 + i, 60, 30 - i, 40, state);
        fill_made(&made, s);
        fieller(&made, 1000, roots);
        const struct estimate *e = &made.outcome.measures[MEASURE_RELEASES_AFFORDABLE];
        /* The intervals of the means lean a little, which the formula does not know. */
        check_near("low", e->low, roots[0], 0.02 * (roots[1] - roots[0]));
        check_near("high", e->high, roots[1], 0.02 * (roots[1] - roots[0]));
    }
    free(s);
}

/* Where the share may be nothing, Fieller's interval has no upper end. */
static void the_interval_is_unbounded_where_nothing_may_be_added(void)
{
    unsigned short state[3] = {1, 2, 4};
    struct scenario *s = made_scenario(1000);
    struct made made;
    make(&made, 2000, 40, 60, 0.5, 40, state);
    fill_made(&made, s);
    const struct estimate *e = &made.outcome.measures[MEASURE_RELEASES_AFFORDABLE];
    CU_ASSERT_TRUE(made.outcome.measures[MEASURE_ADDED_LOST].low < 0);
    CU_ASSERT_TRUE(isinf(e->high));
    CU_ASSERT_TRUE(e->low > 100 && isfinite(e->low));
    free(s);
}

/* 95 % of the intervals hold the truth; of 1000, from 92 % to 98 % are within four standard errors. */
static void the_interval_covers(void)
{
    enum { TIMES = 1000 };
    unsigned short state[3] = {5, 6, 7};
    struct scenario *s = made_scenario(1000);
    double truth = (1000 - WINDOWS * 100) / 20.0;
    int held = 0;
    for (int i = 0; i < TIMES; i++) {
        struct made made;
        make(&made, 400, 100, 200, 20, 60, state);
        fill_made(&made, s);
        const struct estimate *e = &made.outcome.measures[MEASURE_RELEASES_AFFORDABLE];
        held += e->low <= truth && truth <= e->high;
    }
    CU_ASSERT_TRUE(held >= 0.92 * TIMES && held <= 0.98 * TIMES);
    if (held < 0.92 * TIMES || held > 0.98 * TIMES)
        printf("%d of %d\n", held, TIMES);
    free(s);
}

/* ---- conditions ---- */

static void conditions_become_statements(void)
{
    static const struct {
        const char *text;
        enum measure measure;
        enum statistic statistic;
        enum compare compare;
        double quantile, limit, none_weight;
    } cases[] = { /* a budget of 36 s, and 10/6 of a horizon in a window */
        {"budget_share <= 10%", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_LESS_EQUAL, 0, 3.6, 0},
        {"budget_share > 250%", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_GREATER, 0, 90, 0},
        {"budget_share.p95 < 50%", MEASURE_LOST, STATISTIC_QUANTILE, COMPARE_LESS, 0.95, 18, -1},
        {"budget_share.max >= 1", MEASURE_LOST, STATISTIC_MAX, COMPARE_GREATER_EQUAL, 0, 36, -1},
        {"releases_affordable >= 12", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_LESS_EQUAL, 0, 3, 10 / 72.0},
        {"releases_affordable > 12", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_LESS, 0, 3, 10 / 72.0},
        {"releases_affordable.mean < 0.5", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_GREATER, 0, 72, 10 / 3.0},
        {"releases_affordable <= 1", MEASURE_ADDED_LOST, STATISTIC_MEAN, COMPARE_GREATER_EQUAL, 0, 36, 10 / 6.0},
    };
    struct scenario *s = parse(certain, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct condition condition;
        struct error error = {0};
        CU_ASSERT_TRUE_FATAL(scenario_condition(s, cases[i].text, "test", &condition, &error));
        struct budget_statement is = budget_statement(s, &condition);
        CU_ASSERT_EQUAL(is.measure, cases[i].measure);
        CU_ASSERT_EQUAL(is.statistic, cases[i].statistic);
        CU_ASSERT_EQUAL(is.compare, cases[i].compare);
        check_near(cases[i].text, is.quantile, cases[i].quantile, 1e-12);
        check_near(cases[i].text, is.limit, cases[i].limit, 1e-9);
        check_near(cases[i].text, is.none_weight, cases[i].none_weight, 1e-12);
        struct condition same = budget_condition(&is, &condition, 2);
        CU_ASSERT_EQUAL(same.measure, is.measure);
        CU_ASSERT_EQUAL(same.compare, is.compare);
        CU_ASSERT_STRING_EQUAL(same.text, cases[i].text);
        check_near(cases[i].text, same.limit, cases[i].limit - 2 * cases[i].none_weight, 1e-9);
    }
    scenario_free(s);
}

/* What a statement says of the figures of an outcome is what the condition says. */
static void a_run_keeps_conditions_on_the_budget(void)
{
    static const struct { const char *condition; bool kept; } cases[] = {
        {"[budget_share <= 50%]", false},         {"[budget_share <= 200%]", true},
        {"[releases_affordable >= 1]", true},     {"[releases_affordable >= 1.5]", false},
        {"[budget_share.p95 <= 10%]", false},     {"[budget_share.p95 <= 1000%]", true},
        {"[budget_share.max < 1]", false},        {"[budget_share.p50 >= 1%, releases_affordable < 100]", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct override override = {"objective", cases[i].condition};
        struct text value = {0};
        text_add(&value, "{subject_to: %s}", cases[i].condition);
        struct scenario *s = parse(certain, &(struct override){override.path, value.data}, 1);
        struct study *study = run(s, 2000);
        CU_ASSERT_EQUAL(study->outcomes[1].feasible, cases[i].kept);
        if (study->outcomes[1].feasible != cases[i].kept)
            printf("%s\n", cases[i].condition);
        study_free(study);
        scenario_free(s);
        text_free(&value);
    }
}

/* Of a solved study only means are judged. */
static void a_solved_study_judges_means(void)
{
    static const struct { const char *objective; bool kept; } cases[] = {
        {"{subject_to: [budget_share <= 50%]}", false},
        {"{subject_to: [releases_affordable >= 1, budget_share.p95 <= 1%]}", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scenario *s = parse(certain, &(struct override){"objective", cases[i].objective}, 1);
        struct study *study = solve(s);
        CU_ASSERT_EQUAL(study->outcomes[1].feasible, cases[i].kept);
        study_free(study);
        scenario_free(s);
    }
}

/* ---- reports ---- */

static struct study *budget_study(double target, double releases)
{
    struct study *study = sample_study(&(struct sample_options){0});
    struct scenario *scenario = (struct scenario *)study->scenario;
    scenario->slo = (struct slo){true, target, 30 * 86400};
    scenario->releases_per_window = releases;
    for (int i = 0; i < study->n_outcomes; i++)
        budget_fill(scenario, NULL, &study->outcomes[0], &study->outcomes[i]);
    return study;
}

static void the_budget_is_told_as_agreed(void)
{
    struct study *study = budget_study(0.9995, 12);
    FILE *out = sample_begin();
    report_table(study, &(struct table_options){.width = 100}, out);
    report_table(study, &(struct table_options){.width = 120, .verbose = true}, out);
    sample_free(study);
    study = budget_study(0.999999, ABSENT); /* faults alone take more than there is */
    report_table(study, &(struct table_options){.width = 100}, out);
    study->outcomes[0].measures[MEASURE_LOST] = (struct estimate){.trusted = true};
    study->outcomes[2].measures[MEASURE_ADDED_LOST] = (struct estimate){.low = -1, .high = 1};
    for (int i = 0; i < 3; i++)
        budget_fill(study->scenario, NULL, &study->outcomes[0], &study->outcomes[i]);
    report_table(study, &(struct table_options){.width = 100}, out);
    char *text = sample_end(out);
    golden_check("report-budget.txt", text);
    free(text);
    sample_free(study);
}

static void files_hold_the_budget_where_there_is_one(void)
{
    struct study *study = budget_study(0.9995, 12);
    FILE *out = sample_begin();
    report_summary_csv(study, out);
    char *text = sample_end(out);
    golden_check("report-budget.csv", text);
    free(text);
    out = sample_begin();
    report_result_json(study, "1.2.3", out);
    text = sample_end(out);
    golden_check("report-budget.json", text);
    free(text);
    sample_free(study);
}

static const struct test_case cases[] = {
    {"a certain loss takes a certain share", a_certain_loss_takes_a_certain_share},
    {"the solver gives the figures of the formulas", the_solver_gives_the_figures_of_the_formulas},
    {"solved and sampled budgets agree", solved_and_sampled_budgets_agree},
    {"releases are affordable by what faults leave", releases_are_affordable_by_what_faults_leave},
    {"what is not known is no number", what_is_not_known_is_no_number},
    {"the interval is that of Fieller", the_interval_is_that_of_fieller},
    {"the interval is unbounded where nothing may be added", the_interval_is_unbounded_where_nothing_may_be_added},
    {"the interval covers", the_interval_covers},
    {"conditions become statements", conditions_become_statements},
    {"a run keeps conditions on the budget", a_run_keeps_conditions_on_the_budget},
    {"a solved study judges means", a_solved_study_judges_means},
    {"the budget is told as agreed", the_budget_is_told_as_agreed},
    {"files hold the budget where there is one", files_hold_the_budget_where_there_is_one},
    {NULL, NULL},
};

const struct test_suite suite_budget = {"budget", cases};
