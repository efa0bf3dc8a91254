/*
 * What figures matter: which figures there are and how they are moved, differences with known answers, against separate
 * runs, equal bits, where another plan wins; and how it is told.
 *
 * Random tests have fixed seeds, and |z| < 4; each prints what it got if it fails.
 */
#include "test.h"

#include "parse.h"
#include "report_study.h"

#include "report/report.h"
#include "report/sheet.h"
#include "scenario/figures.h"
#include "study/sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define Z_LIMIT 4.0

/* What is lost is what a defect takes until it is found, acted on and switched away from: 240 + 60 + 2 s. */
static const char defects[] =
    "scenario: defects\n"
    "horizon: 1d\n"
    "environments:\n"
    "  - {name: prod, switch: 2s, services: [{name: app, replicas: 2, start: 40s}]}\n"
    "release: {defective: 50%, detect: 4m, react: 1m, rollback_failure: 0%}\n"
    "strategies: [{name: blue-green, type: blue-green, hold: 12h}]\n"
    "simulation: {precision: 10%, max_paths: 4000, seed: 1}\n";

/* One machine that fails and is repaired, replaced at once: nothing but its own faults. */
static const char machine[] =
    "scenario: machine\n"
    "horizon: 6h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, mtbf: 5h, mttr: 30m, start: 0s, drain: 0s}]}\n"
    "release: {defective: 0%}\n"
    "strategies: [{name: blue-green, type: blue-green}]\n"
    "objective: {minimize: downtime}\n"
    "simulation: {precision: 5%, max_paths: 20000, seed: 1}\n";

/* One switch that may fail, or two of which the first shows the defect before it costs much. */
static const char rivals[] =
    "scenario: rivals\n"
    "horizon: 6h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, switch_failure: 5%, switch_repair: 1m,\n"
    "     services: [{name: app, replicas: 2, start: 30s}]}\n"
    "release: {defective: 2%, detect: 2m, rollback_failure: 0%}\n"
    "strategies:\n"
    "  - {name: once, type: blue-green}\n"
    "  - {name: twice, type: canary, steps: [{weight: 10%, hold: 10s}], analysis: {power: 100%}}\n"
    "simulation: {precision: 2%, max_paths: 100000, seed: 1}\n";

/* ---- figures ---- */

static const struct figure *find(const struct figures *figures, const char *path)
{
    for (int i = 0; i < figures->n; i++)
        if (!strcmp(figures->list[i].path, path))
            return &figures->list[i];
    CU_FAIL_FATAL("no such figure");
    return NULL;
}

static void check_figure(const struct figures *figures, const char *path, double value, enum mobility mobility)
{
    const struct figure *figure = find(figures, path);
    CU_ASSERT_DOUBLE_EQUAL(figure->value, value, 1e-12 * fabs(value));
    CU_ASSERT_EQUAL(figure->mobility, mobility);
}

static void figures_are_found_by_their_paths(void)
{
    struct arena arena = {0};
    struct scenario *s = parse(busy_scenario, NULL, 0);
    struct figures two = figures_of(s, &s->topologies[1], &arena);
    check_figure(&two, "topologies.two.regions.environments.prod.services.web.mtbf", 86400, MOBILE);
    check_figure(&two, "topologies.two.regions.environments.prod.zones.mttr", 1800, MOBILE);
    check_figure(&two, "topologies.two.regions.environments.prod.users", 1, MOBILE_CERTAIN);
    check_figure(&two, "topologies.two.regions.environments.prod.test.power", 0, MOBILE_NONE);
    check_figure(&two, "topologies.two.regions.environments.stage.test.power", 0.5, MOBILE);
    check_figure(&two, "topologies.two.regions.environments.stage.users", 0, MOBILE_NONE);
    check_figure(&two, "release.detect", 300, MOBILE);
    check_figure(&two, "release.start_failure", ABSENT, MOBILE_NONE);
    check_figure(&two, "release.manual_recovery", 2700, MOBILE); /* a default is a figure as well */
    for (int i = 0; i < two.n; i++)
        CU_ASSERT_FALSE(strstr(two.list[i].path, "replicas") || strstr(two.list[i].path, "strategies") ||
                        strstr(two.list[i].path, "topologies.one"));
    scenario_free(s);
    arena_free(&arena);
}

/* Whatever the table of fields holds: each figure goes to its own value through --set, and is read back as it was. */
static void each_path_is_one_of_set(void)
{
    struct arena arena = {0};
    struct scenario *s = parse(busy_scenario, NULL, 0);
    for (int t = 0; t < s->n_topologies; t++) {
        struct figures figures = figures_of(s, &s->topologies[t], &arena);
        for (int i = 0; i < figures.n; i++) {
            if (figures.list[i].mobility != MOBILE)
                continue;
            struct moved moved = figure_move(s, &figures.list[i], 0.9);
            CU_ASSERT_PTR_NOT_NULL_FATAL(moved.scenario);
            struct figures again = figures_of(moved.scenario, &moved.scenario->topologies[t], &arena);
            CU_ASSERT_EQUAL(find(&again, figures.list[i].path)->value, moved.value);
            CU_ASSERT_EQUAL(again.n, figures.n);
            scenario_free(moved.scenario);
        }
    }
    scenario_free(s);
    arena_free(&arena);
}

static void shares_are_moved_on_the_odds(void)
{
    const struct field share = {.kind = KIND_SHARE}, duration = {.kind = KIND_DURATION};
    const struct figure p = {"p", &share, 0.8, MOBILE}, t = {"t", &duration, 90, MOBILE};
    CU_ASSERT_DOUBLE_EQUAL(figure_times(&p, 2), 8.0 / 9, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(figure_times(&p, 0.5), 2.0 / 3, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(figure_times(&t, 2), 180, 0);
    for (double factor = 1; factor < 1e6; factor *= 10) {
        double up = figure_times(&p, factor);
        double back = figure_times(&(struct figure){"p", &share, up, MOBILE}, 1 / factor);
        CU_ASSERT_TRUE(up < 1);
        CU_ASSERT_DOUBLE_EQUAL(back, 0.8, 1e-9);
    }
}

static void figures_go_as_far_as_the_checks_allow(void)
{
    static const char two[] =
        "environments:\n"
        "  - {name: a, users: 60%, services: [{name: web, replicas: 3, demand: 2, mtbf: 9000y, mttr: 1m}]}\n"
        "  - {name: b, users: 40%, services: [{name: web, replicas: 3}]}\n"
        "strategies: [{name: rolling, type: rolling}]\n";
    struct arena arena = {0};
    struct scenario *s = parse(two, NULL, 0);
    struct figures figures = figures_of(s, s->topologies, &arena);
    static const struct { const char *path; double most; } bounds[] = {
        {"environments.a.services.web.demand", 3}, {"environments.a.services.web.mtbf", 10000 * 365 * 86400.0}};
    for (int i = 0; i < 2; i++) {
        struct moved moved = figure_move(s, find(&figures, bounds[i].path), 2);
        CU_ASSERT_TRUE(moved.clipped);
        CU_ASSERT_EQUAL(moved.value, bounds[i].most);
        CU_ASSERT_PTR_NOT_NULL(moved.scenario);
        scenario_free(moved.scenario);
    }
    /* No more than all users there are: up it cannot go at all. */
    CU_ASSERT_PTR_NULL(figure_move(s, find(&figures, "environments.a.users"), 2).scenario);
    /* Traffic that is not given is that of the users, also of those that are moved. */
    struct moved fewer = figure_move(s, find(&figures, "environments.a.users"), 0.5);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fewer.scenario);
    CU_ASSERT_EQUAL(fewer.scenario->topologies->environments[0].traffic, fewer.value);
    scenario_free(fewer.scenario);
    scenario_free(s);
    arena_free(&arena);
}

/* ---- differences ---- */

/* A study, and what its figures matter, by so many paths; to be freed by end(). */
static struct study *begin(const char *text, uint64_t paths, struct sensitivity_options options)
{
    struct error error = {0};
    struct study_options how = {.threads = 2, .estimator = options.estimator};
    struct study *study = study_run(parse(text, NULL, 0), &how, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    options.factor = options.factor > 0 ? options.factor : 2;
    options.paths = paths;
    CU_ASSERT_TRUE_FATAL(study->winner >= 0 && sensitivity_run(study, &options, &error));
    CU_ASSERT_EQUAL(error.count, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study->sensitivity);
    return study;
}

static void end(struct study *study)
{
    scenario_free((struct scenario *)study->scenario);
    study_free(study);
}

static const struct variation *moved_of(const struct study *study, const char *path, int way)
{
    for (int i = 0; i < study->sensitivity->n; i++)
        if (!strcmp(study->sensitivity->list[i].figure.path, path))
            return &study->sensitivity->list[i].ways[way];
    CU_FAIL_FATAL("not moved");
    return NULL;
}

static double error_of(const struct interval *interval)
{
    return (interval->high - interval->low) / (2 * 1.959964);
}

/* The difference is the truth, within 4 of its standard errors (and of `other`, that of what is called the truth). */
static void check_difference(const struct study *study, const char *path, int way, double truth, double other)
{
    const struct interval *d = &moved_of(study, path, way)->difference;
    double z = (d->mean - truth) / fmax(hypot(error_of(d), other), 1e-9 * fabs(truth) + 1e-12);
    CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
    if (!(fabs(z) < Z_LIMIT))
        printf("%s: %g, got %g (%g to %g), z %.2f\n", path, truth, d->mean, d->low, d->high, z);
}

static void check_defects(enum estimator estimator, double narrow)
{
    struct study *study = begin(defects, 8000, (struct sensitivity_options){.estimator = estimator});
    /* 302 s on half of all paths: a hold of 12 h is long enough for all of them. */
    check_difference(study, "release.detect", UP, 0.5 * 240, 0);
    check_difference(study, "release.detect", DOWN, 0.5 * -120, 0);
    check_difference(study, "release.react", UP, 0.5 * 60, 0);
    check_difference(study, "environments.prod.switch", UP, 0.5 * 2, 0);
    check_difference(study, "release.defective", UP, (2.0 / 3 - 0.5) * 302, 0);
    check_difference(study, "release.defective", DOWN, (1.0 / 3 - 0.5) * 302, 0);
    for (int w = 0; w < WAYS; w++) {
        CU_ASSERT_TRUE(moved_of(study, "release.detect", w)->told);
        CU_ASSERT_TRUE(error_of(&moved_of(study, "release.detect", w)->difference) < narrow);
    }
    end(study);
}

static void defects_cost_what_they_should(void)
{
    check_defects(ESTIMATOR_SMOOTHED, 0.01);
    check_defects(ESTIMATOR_PLAIN, 2.5);
}

/* Mean time down in [0, t] of a machine that is up at 0: q t - q/s (1 - exp(-s t)), s the sum of the rates, q = l/s. */
static double down(double mtbf, double mttr, double t)
{
    double sum = 1 / mtbf + 1 / mttr, share = 1 / mtbf / sum;
    return share * t - share / sum * -expm1(-sum * t);
}

static void a_machine_is_down_as_the_formula_says(void)
{
    struct study *study = begin(machine, 4000, (struct sensitivity_options){0});
    double t = 6 * 3600, mtbf = 5 * 3600, mttr = 1800, base = down(mtbf, mttr, t);
    check_difference(study, "environments.prod.services.web.mtbf", UP, down(2 * mtbf, mttr, t) - base, 0.01);
    check_difference(study, "environments.prod.services.web.mtbf", DOWN, down(mtbf / 2, mttr, t) - base, 0.01);
    check_difference(study, "environments.prod.services.web.mttr", UP, down(mtbf, 2 * mttr, t) - base, 0.01);
    check_difference(study, "environments.prod.services.web.mttr", DOWN, down(mtbf, mttr / 2, t) - base, 0.01);
    CU_ASSERT_TRUE(error_of(&moved_of(study, "environments.prod.services.web.mtbf", UP)->difference) < 1);
    end(study);
}

/* The objective of one strategy of a study of its own, on other paths, and its standard error. */
static struct interval run_with(const char *path, double value, const char *topology, const char *strategy)
{
    char text[64];
    struct error error = {0};
    snprintf(text, sizeof text, strstr(path, "demand") ? "%.17g" : strstr(path, "mt") || strstr(path, "detect")
             || strstr(path, "react") || strstr(path, "duration") ? "%.17gs" : "%.17g", value);
    struct scenario *s = parse(busy_scenario, &(struct override){path, text}, path[0] ? 1 : 0);
    while (strcmp(s->topologies->name, topology) != 0)
        s->topologies++;
    while (strcmp(s->strategies->name, strategy) != 0)
        s->strategies++;
    s->n_topologies = s->n_strategies = 1;
    s->simulation.seed = 2;
    struct study_options how = {.paths = 20000, .threads = 2};
    struct study *study = study_run(s, &how, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    const struct estimate e = study->outcomes[1].measures[MEASURE_LOST];
    study_free(study);
    scenario_free(s);
    return (struct interval){.mean = e.mean, .low = e.low, .high = e.high};
}

static void differences_are_those_of_separate_runs(void)
{
    static const char *const paths[] = {"services.web.mtbf", "services.web.mttr", "services.web.demand"};
    static const char *const of_release[] = {"release.defective", "release.error_rate", "release.detect",
                                             "release.false_alarm_mtbf"};
    struct study *study = begin(busy_scenario, 6000, (struct sensitivity_options){0});
    const struct outcome *winner = &study->outcomes[study->winner];
    struct interval base = run_with("", 0, winner->topology->name, winner->name);
    for (int i = 0; i < 7; i++)
        for (int w = 0; w < WAYS; w++) {
            char path[128];
            snprintf(path, sizeof path, "topologies.%s.environments.prod.%s", winner->topology->name, paths[i % 3]);
            const char *moved = i < 3 ? path : of_release[i - 3];
            struct interval there = run_with(moved, moved_of(study, moved, w)->value, winner->topology->name,
                                             winner->name);
            check_difference(study, moved, w, there.mean - base.mean, hypot(error_of(&base), error_of(&there)));
        }
    end(study);
}

/* By a factor of 1 nothing is moved, and there is no difference, not even of rounding. */
static void nothing_moved_makes_no_difference(void)
{
    struct study *study = begin(busy_scenario, 2000, (struct sensitivity_options){.factor = 1});
    for (int i = 0; i < study->sensitivity->n; i++)
        for (int w = 0; w < WAYS; w++) {
            const struct variation *v = &study->sensitivity->list[i].ways[w];
            CU_ASSERT_TRUE(v->is_there && !v->told && !v->clipped && v->differing == 0);
            CU_ASSERT_TRUE(v->difference.mean == 0 && v->difference.low == 0 && v->difference.high == 0);
            CU_ASSERT_EQUAL(v->rivalry, RIVALRY_BEST);
        }
    end(study);
}

/* On the same random numbers less than a quarter of the error of two runs on others, without controls in either. */
static void common_random_numbers_tell_more(void)
{
    struct study *study = begin(busy_scenario, 4000, (struct sensitivity_options){.estimator = ESTIMATOR_PLAIN});
    const struct estimate *e = &study->outcomes[study->winner].measures[MEASURE_LOST];
    double apart = (e->high - e->low) / 2 * sqrt(2 * (double)e->paths / 4000);
    const struct interval *react = &moved_of(study, "release.react", UP)->difference;
    CU_ASSERT_TRUE((react->high - react->low) / 2 < apart / 4);
    end(study);
}

/* ---- equal bits ---- */

static void write_all(const struct sensitivity *s, struct text *out)
{
    for (int i = 0; i < s->n; i++)
        for (int w = 0; w < WAYS; w++) {
            const struct variation *v = &s->list[i].ways[w];
            text_add(out, "%s %d %a %a %a %a %llu %d %d %a\n", s->list[i].figure.path, v->is_there, v->value,
                     v->difference.mean, v->difference.low, v->difference.high, (unsigned long long)v->differing,
                     v->rivalry, v->rival, v->gap.mean);
        }
}

static char *bits_of(int threads, const struct engine *engine)
{
    struct error error = {0};
    struct text out = {0};
    struct scenario *scenario = parse(busy_scenario, NULL, 0);
    struct study *study = study_run(scenario, &(struct study_options){.threads = threads}, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_TRUE(sensitivity_run(study, &(struct sensitivity_options){.factor = 3, .paths = 600, .engine = engine},
                                   &error));
    write_all(study->sensitivity, &out);
    end(study);
    return out.data;
}

static void bits_do_not_depend_on_threads_or_engines(void)
{
    char *one = bits_of(1, &engine_lanes), *three = bits_of(3, &engine_lanes), *plain = bits_of(2, &engine_reference);
    CU_ASSERT_TRUE(strlen(one) > 1000);
    CU_ASSERT_STRING_EQUAL(one, three);
    CU_ASSERT_STRING_EQUAL(one, plain);
    free(one);
    free(three);
    free(plain);
}

/* ---- where another plan wins ---- */

/* A second switch costs 5 % of the repair, on the 98 % of releases that go on after the first. */
static void another_plan_wins_where_it_costs_less(void)
{
    struct study *study = begin(rivals, 4000, (struct sensitivity_options){0});
    const struct estimate *once = &study->outcomes[1].measures[MEASURE_LOST];
    const struct estimate *twice = &study->outcomes[2].measures[MEASURE_LOST];
    const struct variation *up = moved_of(study, "environments.prod.switch_repair", UP);
    CU_ASSERT_STRING_EQUAL(study->outcomes[study->winner].name, "twice");
    CU_ASSERT_EQUAL(up->rivalry, RIVALRY_WORSE);
    CU_ASSERT_EQUAL(up->rival, 1);
    double truth = twice->mean - once->mean + 0.98 * 0.05 * 60;
    double error = hypot((twice->high - twice->low) / 3.92, (once->high - once->low) / 3.92);
    CU_ASSERT_TRUE(fabs(up->gap.mean - truth) < Z_LIMIT * hypot(error, error_of(&up->gap)));
    CU_ASSERT_TRUE(up->gap.low > 0);
    const struct variation *down = moved_of(study, "environments.prod.switch_repair", DOWN);
    CU_ASSERT_TRUE(down->rivalry == RIVALRY_BEST && down->rival == -1);
    CU_ASSERT_EQUAL(moved_of(study, "release.defective", UP)->rivalry, RIVALRY_BEST);
    CU_ASSERT_EQUAL(moved_of(study, "release.defective", DOWN)->rivalry, RIVALRY_WORSE);
    end(study);
}

/* The 95th percentiles are 2.5 and 3.3 min; starts that take longer by a quarter carry one of them over the limit. */
static void a_plan_that_breaks_a_condition_does_not_win(void)
{
    struct text text = {0};
    text_add(&text, "%sobjective: {minimize: lost, subject_to: [\"duration.p95 <= 3.6m\"]}\n", rivals);
    struct study *study = begin(text.data, 4000, (struct sensitivity_options){.factor = 1.25});
    const struct variation *v = moved_of(study, "environments.prod.services.app.start", UP);
    CU_ASSERT_EQUAL(v->rivalry, RIVALRY_INFEASIBLE);
    CU_ASSERT_EQUAL(v->rival, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v->broken);
    CU_ASSERT_STRING_EQUAL(v->broken, "duration.p95 <= 3.6m");
    CU_ASSERT_EQUAL(moved_of(study, "environments.prod.services.app.start", DOWN)->rivalry, RIVALRY_BEST);
    end(study);
    text_free(&text);
}

static void a_stopped_run_is_partial(void)
{
    struct error error = {0};
    volatile int stop = 0;
    struct study *study = study_run(parse(busy_scenario, NULL, 0), &(struct study_options){0}, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    stop = 1;
    CU_ASSERT_TRUE(sensitivity_run(study, &(struct sensitivity_options){.factor = 2, .stop = &stop}, &error));
    CU_ASSERT_TRUE(study->partial);
    CU_ASSERT_EQUAL(study->sensitivity->n, 0);
    end(study);
}

/* ---- how it is told ---- */

static const struct field of_duration = {.kind = KIND_DURATION}, of_share = {.kind = KIND_SHARE},
                          of_number = {.kind = KIND_NUMBER};

static struct interval known(double mean, double half, bool trusted)
{
    return (struct interval){.mean = mean, .low = mean - half, .high = mean + half, .trusted = trusted};
}

/* Fills by hand what a study's figures matter: one of each kind. */
static void fill(struct study *study)
{
    struct sensitivity *s = arena_new(&study->arena, 1, sizeof *s);
    const struct sensitive rows[] = {
        {{"environments.prod.services.web.demand", &of_number, 8, MOBILE},
         {{.is_there = true, .value = 4, .difference = known(0, 0, true), .rival = -1},
          {.is_there = true, .value = 12, .clipped = true, .difference = known(23.4, 2.2, true), .told = true,
           .differing = 3000, .rivalry = RIVALRY_LEVEL, .rival = 3, .gap = known(0.1, 0.3, true)}}},
        {{"release.detect", &of_duration, 240, MOBILE},
         {{.is_there = true, .value = 120, .difference = known(-0.25, 0.04, true), .told = true, .differing = 500,
           .rival = -1},
          {.is_there = true, .value = 480, .difference = known(0.5013, 0.0004, true), .told = true, .differing = 500,
           .rivalry = RIVALRY_WORSE, .rival = 3, .gap = known(0.31, 0.05, false)}}},
        {{"environments.prod.services.a-service-with-a-long-name.start_failure", &of_share, 0.02, MOBILE},
         {{.is_there = true, .value = 0.0101010101010101, .difference = known(0.2, 0.1, false), .told = true,
           .differing = 4, .rivalry = RIVALRY_INFEASIBLE, .rival = 1, .gap = known(-6, 1, true),
           .broken = "duration.p95 <= 3h"},
          {.is_there = true, .value = 0.0392156862745098, .difference = known(0.1, 0.05, true), .told = true,
           .differing = 40, .rivalry = RIVALRY_NONE, .rival = -1, .broken = "duration.p95 <= 3h"}}},
        {{"environments.prod.users", &of_share, 0.6, MOBILE},
         {{.is_there = true, .value = 0.428571428571429, .difference = known(0.003, 0.02, false), .differing = 3,
           .rival = -1}}},
    };
    static struct figure left_out[] = {{"release.crash_mtbf", &of_duration, 0, MOBILE_NONE},
                                       {"environments.prod.traffic", &of_share, 1, MOBILE_CERTAIN}};
    *s = (struct sensitivity){.factor = 2, .winner = study->winner, .n = 4, .paths = 4096, .seconds = 3.25};
    s->list = arena_new(&study->arena, 4, sizeof *s->list);
    memcpy(s->list, rows, sizeof rows);
    s->left_out[MOBILE_NONE] = (struct figures){&left_out[0], 1};
    s->left_out[MOBILE_CERTAIN] = (struct figures){&left_out[1], 1};
    study->sensitivity = s;
}

static void check_table(const char *golden, struct sample_options sample, struct table_options options)
{
    struct study *study = sample_study(&sample);
    FILE *out = sample_begin();
    fill(study);
    report_sensitivity(study, &options, out);
    char *text = sample_end(out);
    golden_check(golden, text);
    free(text);
    sample_free(study);
}

static void the_table_is_as_agreed(void)
{
    check_table("report-sensitivity.txt", (struct sample_options){0}, (struct table_options){80, false, false});
    check_table("report-sensitivity-wide.txt", (struct sample_options){.topologies = 3},
                (struct table_options){160, true, true});
}

static void the_file_is_as_agreed(void)
{
    struct study *study = sample_study(&(struct sample_options){0});
    FILE *out = sample_begin();
    fill(study);
    report_sensitivity_csv(study, out);
    char *text = sample_end(out);
    golden_check("report-sensitivity.csv", text);
    free(text);
    sample_free(study);
}

/* Bars on one side of the line have half the height each; a figure without an effect stands opposite the other one. */
static void bars_do_not_hide_each_other(void)
{
    struct study *study = sample_study(&(struct sample_options){0});
    struct sheet sheet = {0};
    fill(study);
    sheet_sensitivity(study, &sheet);
    int halves = 0;
    for (const char *at = sheet.data.data; (at = strstr(at, " 4.5 ")); at++)
        halves++;
    CU_ASSERT_EQUAL(halves, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_RIGHT].data, "\"4\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"12\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_CENTER].data, "\"as it is: 1.10 s\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_CENTER].data, "\"mean lost of canary (s)\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_NOTE].data, "? too few paths"));
    CU_ASSERT_PTR_NULL(strstr(sheet.texts[TEXT_RIGHT].data, "environments.prod.users"));
    sheet_free(&sheet);
    sample_free(study);
}

static bool is_in(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"summary.csv", "distribution.csv", "causes.csv", "sensitivity.csv",
                                        "result.json", "plan.json"};
    struct error error = {0};
    char path[256];
    CU_ASSERT_TRUE(report_plots_remove(folder, &error));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* The file and the figure are written where they were asked for, and gone after a run that has none. */
static void what_was_not_asked_for_is_not_there(void)
{
    char folder[] = "/tmp/nines-test-XXXXXX";
    struct error error = {0};
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){.hostile_names = true});
    struct report_options options = {.version = "1.2.3", .warnings = &warnings};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    fill(study);
    CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
    CU_ASSERT_TRUE(is_in(folder, "sensitivity.csv"));
    bool drawn = is_in(folder, "plots/sensitivity.svg") && is_in(folder, "plots/sensitivity.png");
    CU_ASSERT_TRUE(warnings.length || drawn);
    study->sensitivity = NULL;
    CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
    CU_ASSERT_FALSE(is_in(folder, "sensitivity.csv") || is_in(folder, "plots/sensitivity.svg") ||
                    is_in(folder, "plots/source/sensitivity-data.dat"));
    CU_ASSERT_EQUAL(error.count, 0);
    remove_folder(folder);
    text_free(&warnings);
    sample_free(study);
}

static const struct test_case cases[] = {
    {"figures are found by their paths", figures_are_found_by_their_paths},
    {"each path is one of --set", each_path_is_one_of_set},
    {"shares are moved on the odds", shares_are_moved_on_the_odds},
    {"figures go as far as the checks allow", figures_go_as_far_as_the_checks_allow},
    {"defects cost what they should", defects_cost_what_they_should},
    {"a machine is down as the formula says", a_machine_is_down_as_the_formula_says},
    {"differences are those of separate runs", differences_are_those_of_separate_runs},
    {"nothing moved makes no difference", nothing_moved_makes_no_difference},
    {"common random numbers tell more", common_random_numbers_tell_more},
    {"bits do not depend on threads or engines", bits_do_not_depend_on_threads_or_engines},
    {"another plan wins where it costs less", another_plan_wins_where_it_costs_less},
    {"a plan that breaks a condition does not win", a_plan_that_breaks_a_condition_does_not_win},
    {"a stopped run is partial", a_stopped_run_is_partial},
    {"the table is as agreed", the_table_is_as_agreed},
    {"the file is as agreed", the_file_is_as_agreed},
    {"bars do not hide each other", bars_do_not_hide_each_other},
    {"what was not asked for is not there", what_was_not_asked_for_is_not_there},
    {.name = NULL},
};

const struct test_suite suite_sensitivity = {"sensitivity", cases};
