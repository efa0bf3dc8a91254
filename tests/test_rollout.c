/*
 * Whole rollouts against figures that are known beforehand: closed forms, and two scenarios of which an independent
 * simulation of the model left every measure (scenarios/reference). Fixed seeds; |z| below 4, or 4.5 where there are
 * more than a hundred comparisons.
 */
#include "world.h"

#include "study/study.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 10000 };

static const double FOREVER = 1e7;

static struct world *world_format(const char *strategy, const char *release, const char *environments, ...)
{
    struct text text = {0};
    va_list list;
    va_start(list, environments);
    text_add_list(&text, environments, list);
    va_end(list);
    struct world *w = world_new(text.data, release, strategy);
    text_free(&text);
    return w;
}

/* Lost is all traffic from the end of the shift to the end of the shift back. */
static void blue_green_loses_until_it_is_detected_and_switched_back(void)
{
    static const struct {
        int detect, react, switch_time, replicas, start;
    } sets[] = {{300, 60, 2, 4, 30}, {120, 0, 10, 1, 0}, {30, 600, 0, 3, 100}, {1000, 1000, 60, 2, 30}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        char release[256];
        snprintf(release, sizeof release, "defective: 100%%, detect: %ds, react: %ds, rollback_failure: 0%%, "
                 "progress_deadline: 10d", sets[i].detect, sets[i].react);
        struct world *w = world_format("type: blue-green, hold: 1000h", release, "[{name: p, switch: %ds, "
                                       "services: [{name: web, replicas: %d, start: %ds}]}]", sets[i].switch_time,
                                       sets[i].replicas, sets[i].start);
        world_sample(w, 1, PATHS, FOREVER);
        EXPECT_MEAN(world_mean(w, "lost"), sets[i].detect + sets[i].react + sets[i].switch_time, 4);
        EXPECT_MEAN(world_mean(w, "lost to errors"), sets[i].detect + sets[i].react + sets[i].switch_time, 4);
        EXPECT_NEAR(world_share(w, "rollback").mean, 1, 0);
        EXPECT_NEAR(world_share(w, "escaped").mean, 0, 0);
        EXPECT_NEAR(world_share(w, "rolled_back").mean, 1, 0);
        world_free(w);
    }
}

static void a_canary_is_caught_during_the_hold_as_often_as_its_weight_says(void)
{
    static const struct {
        int weight, hold, detect, replicas, given; /* given: instances, 0: as the weight asks */
        double carried;
    } sets[] = {{10, 600, 240, 10, 0, .1}, {5, 3600, 300, 20, 0, .05}, {50, 60, 120, 4, 0, .5},
                {50, 600, 300, 10, 1, .1}, {25, 1200, 600, 10, 2, .2}}; /* the last two carry less than their weight */
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        char release[256], strategy[256], replicas[64] = "";
        snprintf(release, sizeof release, "defective: 100%%, detect: %ds", sets[i].detect);
        if (sets[i].given)
            snprintf(replicas, sizeof replicas, ", replicas: %d", sets[i].given);
        snprintf(strategy, sizeof strategy, "type: canary, min_ready: 7s, steps: [{weight: %d%%, hold: %ds%s}]",
                 sets[i].weight, sets[i].hold, replicas);
        struct world *w = world_format(strategy, release, "[{name: p, switch: 3s, services: [{name: web, "
                                       "replicas: %d, start: 0}]}]", sets[i].replicas);
        world_sample(w, 1, PATHS, FOREVER);
        EXPECT_NEAR(world_share_by(w, "rollback", 9.999).mean, 0, 0); /* the hold is from 10 s on */
        EXPECT_MEAN(world_share_by(w, "rollback", 10 + sets[i].hold),
                    1 - exp(-sets[i].carried * sets[i].hold / sets[i].detect), 4);
        world_free(w);
    }
}

static void recreate_loses_while_it_drains_and_starts(void)
{
    static const struct {
        int start, drain, failure;
    } sets[] = {{60, 30, 0}, {300, 0, 0}, {20, 120, 0}, {60, 30, 40}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct world *w = world_format("type: recreate", "defective: 0%, progress_deadline: 100d",
                                       "[{name: p, switch: 0, services: [{name: web, replicas: 1, start: %ds, "
                                       "start_failure: %d%%, drain: %ds}]}]", sets[i].start, sets[i].failure,
                                       sets[i].drain);
        double start = sets[i].start / (1 - sets[i].failure / 100.); /* attempts are a geometric number */
        world_sample(w, 1, PATHS, FOREVER);
        EXPECT_MEAN(world_mean(w, "lost"), sets[i].drain + start, 4);
        EXPECT_MEAN(world_mean(w, "downtime"), sets[i].drain + start, 4);
        EXPECT_MEAN(world_mean(w, "duration"), sets[i].drain + start, 4);
        EXPECT_NEAR(world_share(w, "finished").mean, 1, 0);
        world_free(w);
    }
}

static void k_instances_are_ready_when_the_last_one_is(void)
{
    for (int k = 1; k <= 12; k = 2 * k + 1) { /* 1, 3, 7 */
        double harmonic = 0;
        for (int i = 1; i <= k; i++)
            harmonic += 1. / i;
        struct world *w = world_format("type: blue-green", "defective: 0%, progress_deadline: 100d",
                                       "[{name: p, switch: 0, services: [{name: web, replicas: %d, start: 40s, "
                                       "drain: 0}]}]", k);
        world_sample(w, 1, PATHS, FOREVER);
        EXPECT_MEAN(world_mean(w, "duration"), 40 * harmonic, 4);
        EXPECT_MEAN(world_share_by(w, "finished", 60), pow(1 - exp(-60 / 40.), k), 4);
        world_free(w);
    }
}

/*
 * (λ/s) t - (λ/s²)(1 - exp(-s t)), s = λ + μ: what an instance that begins up is down in t, whatever is
 * released.
 */
static double down_time(double mtbf, double mttr, double t)
{
    double fail = 1 / mtbf, s = fail + 1 / mttr;
    return fail / s * t - fail / s / s * (1 - exp(-s * t));
}

static void faults_alone_cost_what_the_closed_form_says(void)
{
    /* A rollout that takes no time replaces what is up; so its faults start anew at time 0. */
    struct world *w = world_new("[{name: p, switch: 0, ingress: {mtbf: 10h, mttr: 20m}, services: [{name: web, "
                                "replicas: 1, mtbf: 5h, mttr: 10m, start: 0, drain: 0}]}]", "defective: 0%",
                                "type: recreate");
    world_sample(w, 1, PATHS, 86400);
    double ingress = down_time(36000, 1200, 86400), instance = down_time(18000, 600, 86400);
    EXPECT_MEAN(world_mean(w, "lost to ingress"), ingress, 4);
    struct mean lost = world_mean(w, "lost");
    CU_ASSERT(lost.mean > ingress && lost.mean < ingress + instance);
    EXPECT_NEAR(world_mean(w, "downtime").mean, lost.mean, 1e-6); /* one instance serves all or nothing */
    world_free(w);
    w = world_new("[{name: p, switch: 0, services: [{name: web, replicas: 1, mtbf: 5h, mttr: 10m, start: 0, drain: 0}, "
                  "{name: db, replicas: 1}]}]", "defective: 0%", "type: recreate");
    world_sample(w, 1, PATHS, 86400);
    EXPECT_MEAN(world_mean(w, "lost"), instance, 4);
    world_free(w);
}

static const char *const QUIET = /* nothing fails by itself */
    "environments: [{name: p, services: [{name: web, replicas: 2, start: 20s}]}]\n"
    "release: {defective: 40%}\n"
    "strategies: [{name: all, type: recreate}, {name: blue-green, type: blue-green, hold: 5m}]\n";

static void added_loss_is_the_loss_less_that_of_no_release(void)
{
    struct error error = {0};
    struct scenario *scenario = scenario_parse(QUIET, strlen(QUIET), "quiet.yaml", NULL, 0, &error);
    struct study *study = study_run(scenario, &(struct study_options){.paths = 2000, .threads = 1}, &error);
    const struct estimate *none = study->outcomes[0].measures;
    EXPECT_NEAR(none[MEASURE_LOST].mean, 0, 0);
    EXPECT_NEAR(none[MEASURE_DOWNTIME].mean, 0, 0);
    for (int i = 1; i <= 2; i++) {
        const struct estimate *m = study->outcomes[i].measures;
        CU_ASSERT(m[MEASURE_LOST].mean > 10);
        EXPECT_NEAR(m[MEASURE_ADDED_LOST].mean, m[MEASURE_LOST].mean, 1e-9);
        EXPECT_NEAR(m[MEASURE_ADDED_DOWNTIME].mean, m[MEASURE_DOWNTIME].mean, 1e-9);
    }
    study_free(study);
    scenario_free(scenario);
}

/* A row of a reference file. */
struct reference {
    char   strategy[64], measure[64];
    double mean, error, quantile[4];
};

static const double quantiles[] = {.5, .9, .95, .99};

struct references {
    struct reference rows[256];
    int n_rows, column;
    bool header;
};

static void on_field(void *bytes, size_t length, void *context)
{
    struct references *r = context;
    struct reference *row = &r->rows[r->n_rows];
    char text[64] = "";
    memcpy(text, bytes, length < sizeof text ? length : sizeof text - 1);
    switch (r->column++) {
    case 0:
        break;
    case 1:
        memcpy(row->strategy, text, sizeof text);
        break;
    case 2:
        memcpy(row->measure, text, sizeof text);
        break;
    case 3:
        row->mean = strtod(text, NULL);
        break;
    case 4:
        row->error = strtod(text, NULL);
        break;
    default:
        row->quantile[r->column - 6] = strtod(text, NULL);
    }
}

static void on_row(int end, void *context)
{
    struct references *r = context;
    (void)end;
    r->n_rows += r->header && r->column == 9 && r->n_rows < 255;
    r->header = true;
    r->column = 0;
}

static void references_read(const char *file, struct references *references)
{
    struct csv_parser parser;
    char bytes[1 << 16];
    FILE *stream = fopen(file, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    size_t length = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    csv_init(&parser, 0);
    csv_parse(&parser, bytes, length, on_field, on_row, references);
    csv_fini(&parser, on_field, on_row, references);
    csv_free(&parser);
}

static const struct outcome *outcome_of(const struct study *study, const char *strategy)
{
    const char *name = strcmp(strategy, "baseline") ? strategy : "none";
    for (int i = 0; i < study->n_outcomes; i++)
        if (!strcmp(study->outcomes[i].name, name))
            return &study->outcomes[i];
    return NULL;
}

/* A sample's standard error from its 95 % interval, but for a probability never less than that of one path. */
static double error_of(const struct estimate *estimate, enum measure measure)
{
    double error = (estimate->high - estimate->low) / 2 / 1.96;
    return measure_types[measure].unit == UNIT_PROBABILITY ? fmax(error, 1. / (double)estimate->paths) : error;
}

/*
 * The reference's quantile q has at least 1 - q of the paths at or above it and at most so many above it, but for the
 * noise of both (z = 4.5; strata may be drawn at an eighth of their share) and for the width of the histogram's bins.
 */
static void expect_quantile(const struct curve *curve, const struct estimate *estimate, double value, double q,
                            const char *what)
{
    char text[320];
    double above = 0, below = 1, noise = 4.5 * sqrt(q * (1 - q) / ((double)estimate->paths / 8));
    for (int i = curve->n_points - 1; i >= 0 && curve->value[i] >= value * 1.01; i--)
        above = curve->exceeded[i];
    for (int i = 0; i < curve->n_points && curve->value[i] <= value * .99; i++)
        below = curve->exceeded[i];
    snprintf(text, sizeof text, "%s: share of paths above the reference's quantile %g of %g", what, q, value);
    expect_near(text, above, fmin(above, 1 - q + noise), 1e-12, __FILE__, __LINE__);
    if (value > 0)
        expect_near(text, below, fmax(below, 1 - q - noise), 1e-12, __FILE__, __LINE__);
}

static void compare_row(const struct outcome *outcome, const struct reference *row)
{
    int measure = measure_find(row->measure);
    char what[160];
    CU_ASSERT_FATAL(measure >= 0);
    const struct estimate *estimate = &outcome->measures[measure];
    double error = hypot(error_of(estimate, (enum measure)measure), row->error);
    snprintf(what, sizeof what, "%s of %s", row->measure, row->strategy);
    expect_mean(what, (struct mean){estimate->mean, error}, row->mean, 4.5, __FILE__, __LINE__);
    for (int c = 0; c < CURVES; c++)
        for (int q = 0; q < 4 && curve_measures[c] == (enum measure)measure; q++)
            expect_quantile(&outcome->curves[c], estimate, row->quantile[q], quantiles[q], what);
    for (int q = 0; q < 4 && measure == MEASURE_EXTRA; q++) {
        const double found[] = {estimate->p50, estimate->p90, estimate->p95, estimate->p99};
        expect_near(what, found[q], row->quantile[q], .06 * row->quantile[q], __FILE__, __LINE__);
    }
}

/* Every measure of every strategy. */
static void compare_with_reference(const char *name, uint64_t paths, int n_rows)
{
    struct references *references = memory_new(1, sizeof *references);
    struct error error = {0};
    char file[256];
    snprintf(file, sizeof file, "scenarios/reference/%s.csv", name);
    references_read(file, references);
    EXPECT_COUNT(references->n_rows, n_rows);
    snprintf(file, sizeof file, "scenarios/reference/%s.yaml", name);
    struct scenario *scenario = scenario_read(file, NULL, 0, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    struct study *study = study_run(scenario, &(struct study_options){.paths = paths, .threads = 2}, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    for (int i = 0; i < references->n_rows; i++) {
        const struct outcome *outcome = outcome_of(study, references->rows[i].strategy);
        CU_ASSERT_PTR_NOT_NULL_FATAL(outcome);
        compare_row(outcome, &references->rows[i]);
    }
    study_free(study);
    scenario_free(scenario);
    free(references);
}

static void checkout_is_as_the_reference_has_it(void)
{
    compare_with_reference("checkout", 20000, 2 + 4 * 9);
}

static void waves_is_as_the_reference_has_it(void)
{
    compare_with_reference("waves", 20000, 2 + 5 * 9);
}

static const struct test_case cases[] = {
    {"blue-green loses until it is detected and switched back",
     blue_green_loses_until_it_is_detected_and_switched_back},
    {"a canary is caught during the hold as often as its weight says",
     a_canary_is_caught_during_the_hold_as_often_as_its_weight_says},
    {"recreate loses while it drains and starts", recreate_loses_while_it_drains_and_starts},
    {"k instances are ready when the last one is", k_instances_are_ready_when_the_last_one_is},
    {"faults alone cost what the closed form says", faults_alone_cost_what_the_closed_form_says},
    {"added loss is the loss less that of no release", added_loss_is_the_loss_less_that_of_no_release},
    {"the scenario checkout is as the reference has it", checkout_is_as_the_reference_has_it},
    {"the scenario waves, every clause at once, is as the reference has it", waves_is_as_the_reference_has_it},
    {NULL, NULL},
};

const struct test_suite suite_rollout = {"rollout", cases};
