/*
 * A study filled by hand. The figures of the first four strategies are those of the scenario "checkout" as an
 * independent simulation of the model gave them (150 000 paths a strategy); those of more strategies, of more
 * topologies and the curves are drawn from them by plain formulas.
 */
#include "report_study.h"

#include "slurp.h"
#include "test.h"

#include "base/file.h"
#include "models/strategy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct figures {
    const char *name;
    const struct strategy_type *type;
    double mean[MEASURES], standard_error[MEASURES];
    double causes[CAUSES]; /* shares */
};

static const struct figures none = {
    "none", NULL, {0.983, 0.966}, {0.0618, 0.0616}, {0.85, 0, 0.14, 0, 0, 0.01}};

static const struct figures of_strategies[] = {
    {"rolling", &strategy_rolling,
     {25.0926, 7.23566, 24.1097, 6.26929, 1736.12, 0.12984, 0.00919, 0.0933, 0.003087, 0, 0.247519},
     {0.441, 0.145, 0.445, 0.157, 0.686, 0.000868, 0.000246, 0.00075, 0.000143, 0, 0.000279},
     {0.12, 0, 0.04, 0.78, 0.05, 0.01}},
    {"canary", &strategy_canary,
     {0.9685, 1.10497, -0.01444, 0.1386, 4449.18, 0.230147, 0.108567, 0.181774, 0.005653, 0, 2.23262},
     {0.0654, 0.0649, 0.02, 0.0089, 4.25, 0.00109, 0.0008, 0.001, 0.000194, 0, 0.00255},
     {0.75, 0, 0.1, 0.04, 0.1, 0.01}},
    {"blue-green", &strategy_blue_green,
     {4.85651, 1.94461, 3.87358, 0.97824, 5090.57, 0.148353, 0.027927, 0.125947, 0.003307, 0, 7.5039},
     {0.177, 0.091, 0.18, 0.06, 3.84, 0.000918, 0.000425, 0.00086, 0.000148, 0, 0.00713},
     {0.44, 0, 0.05, 0.4, 0.1, 0.01}},
    {"recreate", &strategy_recreate,
     {82.6823, 53.4413, 81.6993, 52.4749, 1441.59, 0.129307, 0.00922, 0.092252, 0.003487, 0, 0},
     {0.389, 0.173, 0.395, 0.184, 0.63, 0.000866, 0.000246, 0.00075, 0.000152, 0, 0},
     {0.02, 0, 0.9, 0.07, 0, 0.01}},
};

enum { TYPES = sizeof of_strategies / sizeof *of_strategies, PATHS = 150000, POINTS = 60 };

static const char *const hostile[] = {"a\"b<c>&d", "`reboot`", "@x{/Symbol a}_2^3", "=cmd()|' /C calc'!A0",
                                      "100%d%s%n", "größer_日本\\n\\", "#x $y ;z", "'a' . \"b\""};

static const char *strategy_name(const struct sample_options *o, struct arena *arena, int i)
{
    if (o->hostile_names)
        return hostile[i % 8];
    if (o->long_names)
        return arena_format(arena, "%s-with-a-name-of-forty-characters-%02d", "abcdef", i);
    const char *name = of_strategies[i % TYPES].name;
    return i < TYPES ? name : arena_format(arena, "%s-%d", name, i / TYPES + 1);
}

static void fill_services(struct scenario *scenario, struct environment *environment, int replicas)
{
    environment->services = arena_new(&scenario->arena, 1, sizeof *environment->services);
    environment->n_services = 1;
    environment->zones = 1;
    environment->switch_time = 2;
    environment->services[0] = (struct service){.name = "web", .released = true, .replicas = replicas,
                                                .demand = 2.0 * replicas / 3, .start = 40, .drain = 30};
}

static void fill_topology(struct scenario *scenario, struct topology *topology, const char *name)
{
    topology->name = name;
    topology->environments = arena_new(&scenario->arena, 2, sizeof *topology->environments);
    topology->n_environments = 2;
    topology->environments[0] = (struct environment){
        .name = "staging", .traffic = 0.05, .test = {true, 1200, 0.6, 0.01}};
    topology->environments[1] = (struct environment){.name = "prod", .users = 1, .approve = 3600, .soak = 300};
    fill_services(scenario, &topology->environments[0], 2);
    fill_services(scenario, &topology->environments[1], 12);
}

static void fill_strategy(struct scenario *scenario, struct strategy *strategy, const char *name, int i)
{
    *strategy = (struct strategy){.name = name, .type = of_strategies[i % TYPES].type, .max_surge = {true, 0.25},
                                  .max_unavailable = {true, 0.25}, .min_ready = 30};
    if (strategy->type == &strategy_canary) {
        strategy->steps = arena_new(&scenario->arena, 3, sizeof *strategy->steps);
        strategy->n_steps = 3;
        strategy->steps[0] = (struct canary_step){0.05, 600, 0};
        strategy->steps[1] = (struct canary_step){0.25, 600, 0};
        strategy->steps[2] = (struct canary_step){0.5, 600, 0};
        strategy->analysis = (struct verdict){true, 0, 0.9, 0.02};
    }
    if (strategy->type == &strategy_blue_green) {
        strategy->verify = (struct verdict){true, 300, 0.5, 0.01};
        strategy->hold = 1800;
    }
}

static struct scenario *sample_scenario(const struct sample_options *o, int topologies, int strategies)
{
    static const char *const names[] = {"one zone", "three zones", "two regions"};
    static struct condition condition = {.measure = MEASURE_DURATION, .statistic = STATISTIC_QUANTILE,
                                         .quantile = 0.95, .compare = COMPARE_LESS_EQUAL, .limit = 10800,
                                         .text = "duration.p95 <= 3h"};
    struct scenario *s = memory_new(1, sizeof *s);
    s->name = o->hostile_names ? "a\"b<c> `reboot` @x {/Symbol a} %d" : "checkout";
    s->file = "scenarios/checkout.yaml";
    s->hash = 0x0123456789abcdefu;
    s->horizon = 86400;
    s->available_at = 0.95;
    s->release = (struct release){.defective = 0.12, .react = 60, .progress_deadline = 600};
    s->objective = (struct objective){MEASURE_LOST, &condition, 1};
    s->simulation = (struct simulation){
        .confidence = 0.95, .precision = 0.02, .indifference = 0.01, .max_paths = 10000000, .seed = 1};
    s->n_topologies = topologies;
    s->n_strategies = strategies;
    s->topologies = arena_new(&s->arena, (size_t)topologies, sizeof *s->topologies);
    s->strategies = arena_new(&s->arena, (size_t)strategies, sizeof *s->strategies);
    for (int t = 0; t < topologies; t++)
        fill_topology(s, &s->topologies[t], topologies == 1 ? "default" : o->hostile_names ? hostile[t] : names[t % 3]);
    for (int i = 0; i < strategies; i++)
        fill_strategy(s, &s->strategies[i], strategy_name(o, &s->arena, i), i);
    return s;
}

/* An exponential tail above the share of paths that lost anything; the duration spreads around its mean. */
static void fill_curve(struct study *study, struct curve *curve, enum measure measure, double mean, bool zero)
{
    curve->n_points = zero ? 1 : POINTS;
    curve->value = arena_new(&study->arena, POINTS, sizeof(double));
    curve->exceeded = arena_new(&study->arena, POINTS, sizeof(double));
    curve->sure = 10.0 / PATHS;
    for (int i = 0; i < curve->n_points; i++) {
        double u = (double)i / (POINTS - 1);
        if (measure == MEASURE_DURATION) {
            curve->value[i] = mean * (0.4 + 1.2 * u);
            curve->exceeded[i] = i == POINTS - 1 ? 0 : 1 / (1 + exp(25 * (u - 0.5)));
        } else {
            curve->value[i] = 300 * mean * u * u * u;
            curve->exceeded[i] = zero ? 0 : 0.2 * exp(-curve->value[i] / (30 * mean));
        }
    }
}

static void fill_estimate(struct estimate *e, enum measure m, double mean, double error)
{
    double half = 1.96 * error;
    bool probability = measure_types[m].unit == UNIT_PROBABILITY;
    bool added = m == MEASURE_ADDED_DOWNTIME || m == MEASURE_ADDED_LOST;
    *e = (struct estimate){mean, mean - half, mean + half, NAN, NAN, NAN, NAN, NAN, PATHS, true, NULL, false};
    if (probability && mean == 0)
        e->high = 3.0 / PATHS;
    if (probability || added)
        return;
    bool spread = m == MEASURE_DURATION || m == MEASURE_EXTRA;
    e->p50 = spread ? mean : 0;
    e->p90 = mean * 1.3;
    e->p95 = mean * 1.5;
    e->p99 = mean * (spread ? 1.7 : 20);
    e->max = mean * (spread ? 3 : 300);
}

static void fill_outcome(struct study *study, struct outcome *outcome, const struct figures *f, double scale, bool zero)
{
    for (int m = 0; m < MEASURES; m++) {
        bool loss = m <= MEASURE_ADDED_LOST;
        double factor = loss ? zero ? 0 : scale : 1;
        fill_estimate(&outcome->measures[m], m, f->mean[m] * factor, f->standard_error[m] * factor);
    }
    for (int c = 0; c < CAUSES; c++)
        outcome->causes[c] = f->causes[c] * outcome->measures[MEASURE_LOST].mean;
    for (int c = 0; c < CURVES; c++)
        if (f->type || curve_measures[c] != MEASURE_DURATION)
            fill_curve(study, &outcome->curves[c], curve_measures[c], outcome->measures[curve_measures[c]].mean,
                       zero && curve_measures[c] != MEASURE_DURATION);
    outcome->stop = zero ? STOP_CONSTANT : STOP_PRECISE;
    outcome->precision = zero ? 0 : 0.019;
    outcome->feasible = true;
    outcome->paths = PATHS;
    outcome->events = 40ull * PATHS;
}

static void trouble(struct study *study)
{
    struct outcome *canary = &study->outcomes[2], *rolling = &study->outcomes[1];
    rolling->feasible = false;
    rolling->infeasible_because = "duration.p95 <= 30m";
    rolling->stop = STOP_MAX_PATHS;
    rolling->precision = 0.0312;
    canary->measures[MEASURE_DOWNTIME].trusted = false;
    canary->measures[MEASURE_DOWNTIME].note =
        "rests on about 8 of 150000 paths: the interval is a bound, not an estimate";
    canary->measures[MEASURE_LOST].trusted = false;
    canary->measures[MEASURE_LOST].note = canary->measures[MEASURE_DOWNTIME].note;
    canary->stop = STOP_SIGNAL;
    canary->precision = 2089.64;
    study->partial = true;
    study->winner_note = "level with it, as far as the paths tell: blue-green";
}

static void unsample(struct study *study)
{
    for (int i = 2; i < study->n_outcomes; i++) {
        struct outcome *o = &study->outcomes[i];
        for (int m = 0; m < MEASURES; m++)
            o->measures[m] = (struct estimate){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, false, "interrupted", false};
        for (int c = 0; c < CAUSES; c++)
            o->causes[c] = NAN;
        for (int c = 0; c < CURVES; c++)
            o->curves[c].n_points = 0;
        o->unjudged = true;
        o->feasible = false;
        o->stop = STOP_SIGNAL;
        o->precision = NAN;
        o->paths = o->events = 0;
    }
    study->partial = true;
    study->winner = study->best[0] = 1;
    study->outcomes[1].stop = STOP_SIGNAL;
}

struct study *sample_study(const struct sample_options *o)
{
    int topologies = o->topologies ? o->topologies : 1, strategies = o->strategies ? o->strategies : TYPES;
    struct study *study = memory_new(1, sizeof *study);
    struct scenario *scenario = sample_scenario(o, topologies, strategies);
    study->scenario = scenario;
    study->n_outcomes = topologies * (strategies + 1);
    study->outcomes = arena_new(&study->arena, (size_t)study->n_outcomes, sizeof *study->outcomes);
    study->best = arena_new(&study->arena, (size_t)topologies, sizeof *study->best);
    struct outcome *outcome = study->outcomes;
    for (int t = 0; t < topologies; t++)
        for (int i = -1; i < strategies; i++, outcome++) {
            double scale = (1 + 0.6 * t) * (i < 0 ? 1 : 1 + 0.15 * (i / TYPES));
            outcome->topology = &scenario->topologies[t];
            outcome->strategy = i < 0 ? NULL : &scenario->strategies[i];
            outcome->name = i < 0 ? "none" : scenario->strategies[i].name;
            fill_outcome(study, outcome, i < 0 ? &none : &of_strategies[i % TYPES], scale, o->all_zero);
        }
    for (int t = 0; t < topologies; t++)
        study->best[t] = t * (strategies + 1) + (strategies > 1 ? 2 : 1);
    study->winner = study->best[0];
    study->seconds = 1.9;
    study->threads = 2;
    study->seed = 1;
    study->paths = (uint64_t)study->n_outcomes * PATHS;
    study->events = 40 * study->paths;
    if (o->troubled)
        trouble(study);
    if (o->unsampled)
        unsample(study);
    return study;
}

void sample_free(struct study *study)
{
    struct scenario *scenario = (struct scenario *)study->scenario;
    arena_free(&scenario->arena);
    free(scenario);
    arena_free(&study->arena);
    free(study);
}

static char *stream_text;
static size_t stream_length;

FILE *sample_begin(void)
{
    return open_memstream(&stream_text, &stream_length);
}

char *sample_end(FILE *stream)
{
    fclose(stream);
    return stream_text;
}

void golden_check(const char *name, const char *text)
{
    struct error error = {0};
    char path[256];
    snprintf(path, sizeof path, "tests/golden/%s", name);
    size_t length;
    char *golden = slurp(path, &length);
    bool same = golden && !strcmp(golden, text);
    CU_ASSERT_TRUE(same);
    if (!same) {
        snprintf(path, sizeof path, "build/golden/%s", name);
        CU_ASSERT_TRUE(file_make_folder("build/golden", &error) && file_write(path, text, strlen(text), &error));
        printf("differs: diff tests/golden/%s build/golden/%s\n", name, name);
    }
    error_free(&error);
    free(golden);
}
