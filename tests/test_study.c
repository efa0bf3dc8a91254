/*
 * Studies: equal bits for any number of threads, when sampling ends, strata, pairs, and rollouts with known answers.
 *
 * Scenarios are small and stand here. Random tests have the seed of their scenario (1), and |z| < 4: the standard error
 * is half the width of the 95 % interval over 1.96, unless another is stated.
 */
#include "test.h"

#include "parse.h"

#include "scenario/scenario.h"
#include "study/estimate.h"
#include "study/sample.h"
#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z_LIMIT 4.0

/* A service that fails and is repaired, replaced at once: nothing but its own faults. */
static const char plain[] =
    "scenario: plain\n"
    "horizon: 6h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, mtbf: 5h, mttr: 30m, start: 0s, drain: 0s}]}\n"
    "release: {defective: 0%}\n"
    "strategies:\n"
    "  - {name: blue-green, type: blue-green}\n"
    "simulation: {precision: 5%, max_paths: 200000, seed: 1}\n";

static struct study *run(const struct scenario *scenario, uint64_t paths, int threads)
{
    struct error error = {0};
    struct study_options options = {.paths = paths, .threads = threads};
    struct study *study = study_run(scenario, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_EQUAL(error.count, 0);
    return study;
}

static double z_of(const struct estimate *e, double truth)
{
    return (e->mean - truth) / ((e->high - e->low) / (2 * 1.959964));
}

/* The estimate is that of the truth, and its interval is narrow beside it. */
static void check_estimate(const struct estimate *e, double truth)
{
    CU_ASSERT_TRUE(fabs(z_of(e, truth)) < Z_LIMIT);
    CU_ASSERT_TRUE(e->high - e->low < 0.2 * fabs(truth));
    if (!(fabs(z_of(e, truth)) < Z_LIMIT))
        printf("truth %g, got %g (%g to %g)\n", truth, e->mean, e->low, e->high);
}

/* ---- equal bits ---- */

static void write_estimate(const struct estimate *e, struct text *out)
{
    text_add(out, "%a %a %a %a %a %a %a %a %llu %d %s\n", e->mean, e->low, e->high, e->p50, e->p90, e->p95, e->p99,
             e->max, (unsigned long long)e->paths, e->trusted, e->note ? e->note : "");
}

/* All that a study says, to the last bit, its duration and threads aside. */
static void write_study(const struct study *study, struct text *out)
{
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct outcome *o = &study->outcomes[i];
        text_add(out, "%s %s %d %a %d %s %llu %llu\n", o->topology->name, o->name, o->stop, o->precision, o->feasible,
                 o->infeasible_because ? o->infeasible_because : "", (unsigned long long)o->paths,
                 (unsigned long long)o->events);
        for (int m = 0; m < MEASURES; m++)
            write_estimate(&o->measures[m], out);
        for (int c = 0; c < CAUSES; c++)
            text_add(out, "%a ", o->causes[c]);
        for (int c = 0; c < CURVES; c++)
            for (int k = 0; k < o->curves[c].n_points; k++)
                text_add(out, "%a %a\n", o->curves[c].value[k], o->curves[c].exceeded[k]);
    }
    for (int t = 0; t < study->scenario->n_topologies; t++)
        text_add(out, "best %d\n", study->best[t]);
    text_add(out, "winner %d %s %llu %llu %llu %d\n", study->winner, study->winner_note ? study->winner_note : "",
             (unsigned long long)study->seed, (unsigned long long)study->paths, (unsigned long long)study->events,
             study->partial);
}

static void check_threads(const struct scenario *scenario, uint64_t paths)
{
    static const int threads[] = {1, 2, 3, 7};
    struct text first = {0};
    for (int i = 0; i < 4; i++) {
        struct text this = {0};
        struct study *study = run(scenario, paths, threads[i]);
        CU_ASSERT_EQUAL(study->threads, threads[i]);
        write_study(study, i ? &this : &first);
        if (i)
            CU_ASSERT_STRING_EQUAL(this.data, first.data);
        study_free(study);
        text_free(&this);
    }
    CU_ASSERT_TRUE(first.length > 10000);
    text_free(&first);
}

static void results_do_not_depend_on_threads(void)
{
    struct scenario *s = parse(busy_scenario, NULL, 0);
    check_threads(s, 0);
    check_threads(s, 1501);
    scenario_free(s);
}

/* Another seed is another study. */
static void results_depend_on_the_seed(void)
{
    struct override seed = {"simulation.seed", "2"};
    struct scenario *s = parse(busy_scenario, NULL, 0), *other = parse(busy_scenario, &seed, 1);
    struct study *a = run(s, 2000, 2), *b = run(other, 2000, 2);
    CU_ASSERT_EQUAL(b->seed, 2);
    CU_ASSERT_NOT_EQUAL(a->outcomes[1].measures[MEASURE_LOST].mean, b->outcomes[1].measures[MEASURE_LOST].mean);
    study_free(a);
    study_free(b);
    scenario_free(s);
    scenario_free(other);
}

/* A strategy's figures do not depend on which others stand beside it: paths have the same numbers. */
static void strategies_do_not_depend_on_each_other(void)
{
    struct scenario *s = parse(busy_scenario, NULL, 0);
    struct study *all = run(s, 2000, 2);
    s->n_strategies = 1;
    struct study *alone = run(s, 2000, 2);
    struct text a = {0}, b = {0};
    for (int m = 0; m < MEASURES; m++) {
        write_estimate(&all->outcomes[1].measures[m], &a);
        write_estimate(&alone->outcomes[1].measures[m], &b);
    }
    CU_ASSERT_STRING_EQUAL(a.data, b.data);
    text_free(&a);
    text_free(&b);
    study_free(all);
    study_free(alone);
    scenario_free(s);
}

/* ---- when sampling ends ---- */

static void exactly_so_many_paths_are_drawn(void)
{
    static const uint64_t counts[] = {2, 3, 4, 5, 7, 8, 100, 2501};
    const struct override shares[] = {{"release.defective", "0%"}, {"release.defective", "20%"},
                                      {"release.defective", "100%"}};
    for (int k = 0; k < 3; k++) {
        struct scenario *s = parse(busy_scenario, &shares[k], 1);
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            struct study *study = run(s, counts[i], 2);
            uint64_t sum = 0;
            for (int o = 0; o < study->n_outcomes; o++) {
                CU_ASSERT_EQUAL(study->outcomes[o].paths, counts[i]);
                CU_ASSERT_EQUAL(study->outcomes[o].stop, STOP_PATHS);
                CU_ASSERT_EQUAL(study->outcomes[o].measures[MEASURE_LOST].paths, counts[i]);
                sum += study->outcomes[o].paths;
            }
            CU_ASSERT_EQUAL(study->paths, sum);
            CU_ASSERT_FALSE(study->partial);
            study_free(study);
        }
        scenario_free(s);
    }
}

/* One path is enough where all releases are alike; else each kind needs one. */
static void one_path_is_drawn_of_each_kind(void)
{
    const struct override shares[] = {{"release.defective", "0%"}, {"release.defective", "20%"}};
    for (int k = 0; k < 2; k++) {
        struct scenario *s = parse(busy_scenario, &shares[k], 1);
        struct study *study = run(s, 1, 2);
        CU_ASSERT_EQUAL(study->outcomes[0].paths, 1);
        CU_ASSERT_EQUAL(study->outcomes[1].paths, (uint64_t)(k + 1));
        CU_ASSERT_FALSE(study->outcomes[1].measures[MEASURE_LOST].trusted);
        study_free(study);
        scenario_free(s);
    }
}

static void sampling_ends_when_precise(void)
{
    static const char *const precisions[] = {"20%", "5%", "2%"};
    uint64_t before = 0;
    for (int i = 0; i < 3; i++) {
        const struct override precision[] = {{"simulation.precision", precisions[i]},
                                             {"simulation.max_paths", "2000000"}};
        struct scenario *s = parse(plain, precision, 2);
        struct study *study = run(s, 0, 2);
        const struct outcome *o = &study->outcomes[1];
        const struct estimate *lost = &o->measures[MEASURE_LOST];
        CU_ASSERT_EQUAL(o->stop, STOP_PRECISE);
        CU_ASSERT_TRUE(o->precision <= s->simulation.precision);
        CU_ASSERT_DOUBLE_EQUAL(o->precision, (lost->high - lost->low) / 2 / lost->mean, 1e-12);
        CU_ASSERT_TRUE(lost->trusted);
        CU_ASSERT_TRUE(study->paths >= before);
        before = study->paths;
        study_free(study);
        scenario_free(s);
    }
}

static void sampling_ends_when_all_is_the_same(void)
{
    const struct override most = {"simulation.max_paths", "2000000"};
    struct scenario *s = parse(plain, &most, 1);
    s->topologies[0].environments[0].services[0].mtbf = 0;
    struct study *study = run(s, 0, 2);
    const struct outcome *o = &study->outcomes[1];
    CU_ASSERT_EQUAL(o->stop, STOP_CONSTANT);
    CU_ASSERT_EQUAL(o->measures[MEASURE_LOST].mean, 0);
    CU_ASSERT_TRUE(o->paths < s->simulation.max_paths);
    CU_ASSERT_FALSE(o->measures[MEASURE_LOST].trusted); /* it is not known that it cannot happen */
    CU_ASSERT_TRUE(o->measures[MEASURE_LOST].high > 0);
    study_free(study);
    scenario_free(s);
}

static void sampling_ends_at_the_most_paths(void)
{
    const struct override fine[] = {{"simulation.precision", "0.1%"}, {"simulation.max_paths", "5003"}};
    struct scenario *s = parse(busy_scenario, fine, 2);
    struct study *study = run(s, 0, 2);
    for (int i = 0; i < study->n_outcomes; i++) {
        CU_ASSERT_TRUE(study->outcomes[i].paths <= 5003);
        if (study->outcomes[i].strategy && study->outcomes[i].stop != STOP_WORSE) {
            CU_ASSERT_EQUAL(study->outcomes[i].stop, STOP_MAX_PATHS);
            CU_ASSERT_EQUAL(study->outcomes[i].paths, 5003);
            CU_ASSERT_TRUE(study->outcomes[i].precision > 0.001);
        }
    }
    CU_ASSERT_EQUAL(study->outcomes[study->winner].stop, STOP_MAX_PATHS);
    study_free(study);
    scenario_free(s);
}

/* The service is away for the drain of half a minute; a defective one loses all until the horizon. */
static const char constant[] =
    "scenario: constant\n"
    "horizon: 1h\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 2, start: 0s, drain: 30s}]}\n"
    "release: {defective: 30%, error_rate: 100%, detect: 10000y}\n"
    "strategies:\n"
    "  - {name: recreate, type: recreate}\n"
    "simulation: {seed: 1}\n";

/* Kinds of paths that are constant, each with a value of its own, are not all the same. */
static void constant_paths_are_told_by_their_kind(void)
{
    static const struct { const char *defective, *note; } cases[] = {
        {"30%", "all 250 paths with a sound release gave the same, and so did all 250 with a defective one; "
                "what others might show is only bounded"},
        {"0%", "all 500 paths gave the same; what others might show is only bounded"},
    };
    for (int i = 0; i < 2; i++) {
        const struct override defective = {"release.defective", cases[i].defective};
        struct scenario *s = parse(constant, &defective, 1);
        struct study *study = run(s, 500, 1);
        const struct estimate *lost = &study->outcomes[1].measures[MEASURE_LOST];
        CU_ASSERT_FALSE(lost->trusted);
        CU_ASSERT_PTR_NOT_NULL_FATAL(lost->note);
        CU_ASSERT_STRING_EQUAL(lost->note, cases[i].note);
        CU_ASSERT_PTR_NULL(study->outcomes[0].measures[MEASURE_LOST].note); /* solved: nothing can fail */
        CU_ASSERT_TRUE(study->outcomes[0].measures[MEASURE_LOST].trusted);
        study_free(study);
        scenario_free(s);
    }
}

/* Every measure can be minimized; of no release at all most are not known, nor how precise they are. */
static void every_measure_can_be_minimized(void)
{
    for (int m = 0; m < MEASURES; m++) {
        const struct override objective = {"objective.minimize", measure_types[m].name};
        struct scenario *s = parse(busy_scenario, &objective, 1);
        struct study *study = run(s, 200, 1);
        bool of_none = m == MEASURE_DOWNTIME || m == MEASURE_LOST;
        CU_ASSERT_EQUAL(isnan(study->outcomes[0].precision) != 0, !of_none);
        CU_ASSERT_TRUE(study->winner > 0);
        study_free(study);
        scenario_free(s);
    }
}

/* Sets the flag once so many paths are reported. */
struct stopper {
    volatile int flag;
    uint64_t     after, seen;
};

static void stop_after(const struct progress *progress, void *context)
{
    struct stopper *stopper = context;
    stopper->seen = progress->paths;
    if (progress->paths >= stopper->after)
        __atomic_store_n(&stopper->flag, 1, __ATOMIC_RELAXED);
}

static struct study *run_interrupted(const struct scenario *s, int threads, struct stopper *stopper)
{
    struct error error = {0};
    struct study_options options = {.threads = threads, .paths = 0, .stop = &stopper->flag,
                                    .on_progress = stop_after, .context = stopper};
    struct study *study = study_run(s, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_EQUAL(error.count, 0);
    return study;
}

/* All paths that were reported are in the results, which are marked. */
static void an_interrupted_study_loses_nothing(void)
{
    const struct override fine[] = {{"simulation.precision", "0.01%"}, {"simulation.max_paths", "1000000000"}};
    struct scenario *s = parse(busy_scenario, fine, 2);
    for (int threads = 1; threads <= 3; threads++) {
        struct stopper stopper = {.after = 48 * BLOCK_PATHS};
        struct study *study = run_interrupted(s, threads, &stopper);
        CU_ASSERT_TRUE(study->partial);
        CU_ASSERT_TRUE(stopper.seen >= 48 * BLOCK_PATHS);
        CU_ASSERT_TRUE(study->paths >= stopper.seen);
        CU_ASSERT_TRUE(study->paths <= stopper.seen + (uint64_t)threads * BLOCK_PATHS);
        for (int i = 0; i < study->n_outcomes; i++) {
            CU_ASSERT_EQUAL(study->outcomes[i].stop, STOP_SIGNAL);
            CU_ASSERT_TRUE(study->outcomes[i].paths > 500);
            CU_ASSERT_TRUE(isfinite(study->outcomes[i].measures[MEASURE_LOST].mean));
        }
        CU_ASSERT_TRUE(study->winner > 0);
        study_free(study);
    }
    scenario_free(s);
}

/* What was foreseen while a study ran. */
struct forecast {
    uint64_t least, most, last; /* paths; least of those that were foreseen at all */
    int      n, unknown;
    double   widest;            /* of those that were claimed */
};

static void keep_forecast(const struct progress *progress, void *context)
{
    struct forecast *f = context;
    uint64_t expected = progress->paths_expected;
    f->n++;
    f->unknown += expected == 0;
    f->last = expected;
    if (expected && (!f->least || expected < f->least))
        f->least = expected;
    if (expected > f->most)
        f->most = expected;
    if (progress->widest_strategy && isfinite(progress->widest) && progress->widest > f->widest)
        f->widest = progress->widest;
    CU_ASSERT_TRUE(expected == 0 || expected >= progress->paths);
    CU_ASSERT_TRUE(progress->widest_strategy || progress->widest == 0);
    CU_ASSERT_TRUE(progress->share >= 0 && progress->share <= 1 && (progress->share > 0) == (expected > 0));
}

static struct forecast foreseen(const char *text, const struct override *overrides, int n, uint64_t paths,
                                uint64_t *drawn)
{
    struct forecast forecast = {0};
    struct error error = {0};
    struct study_options options = {.paths = paths, .threads = 1, .on_progress = keep_forecast, .context = &forecast};
    struct scenario *s = parse(text, overrides, n);
    struct study *study = study_run(s, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    *drawn = study->paths;
    study_free(study);
    scenario_free(s);
    return forecast;
}

/* Never more than max_paths a strategy; nothing before there are paths; at last about what it takes. */
static void what_is_foreseen_can_be(void)
{
    const struct override fine[] = {{"simulation.precision", "0.1%"}, {"simulation.max_paths", "40000"}};
    const struct override usual[] = {{"simulation.precision", "1%"}, {"simulation.max_paths", "2000000"}};
    uint64_t drawn;
    struct forecast f = foreseen(busy_scenario, fine, 2, 0, &drawn);
    CU_ASSERT_TRUE(f.unknown > 0 && f.unknown < f.n);
    CU_ASSERT_TRUE(f.most <= 6 * 40000); /* four strategies in their topologies, and no release twice */
    CU_ASSERT_EQUAL(f.last, drawn);
    f = foreseen(busy_scenario, usual, 2, 0, &drawn);
    CU_ASSERT_TRUE(f.unknown > 0 && f.unknown < f.n);
    CU_ASSERT_TRUE(f.widest < 1); /* the bound of what a handful of paths carry is no width */
    CU_ASSERT_TRUE(f.least >= drawn / 2 && f.most <= 2 * drawn);
    f = foreseen(busy_scenario, NULL, 0, 1501, &drawn);
    CU_ASSERT_EQUAL(f.unknown, 0);
    CU_ASSERT_TRUE(f.least == 6 * 1501 && f.most == 6 * 1501 && drawn == 6 * 1501);
}

/* What no path speaks for is not a number, is not trusted, and does not win. */
static void a_study_interrupted_at_once_claims_nothing(void)
{
    const struct override long_pilot[] = {{"simulation.max_paths", "1000000000"}};
    struct scenario *s = parse(busy_scenario, long_pilot, 1);
    for (int k = 0; k < 3; k++) {
        struct stopper stopper = {.flag = k == 0, .after = (uint64_t)k * BLOCK_PATHS};
        struct study *study = run_interrupted(s, 1, &stopper);
        CU_ASSERT_TRUE(study->partial);
        CU_ASSERT_EQUAL(study->paths, (uint64_t)k * BLOCK_PATHS);
        CU_ASSERT_EQUAL(study->winner, -1);
        for (int i = 0; i < study->n_outcomes; i++) {
            const struct outcome *o = &study->outcomes[i];
            const struct estimate *lost = &o->measures[MEASURE_LOST];
            CU_ASSERT_FALSE(o->feasible);
            CU_ASSERT_EQUAL(o->unjudged, o->strategy != NULL);
            CU_ASSERT_PTR_NULL(o->infeasible_because);
            CU_ASSERT_EQUAL(isnan(lost->mean) != 0, o->strategy || (o->paths == 0 && o->n_solutions == 0));
            CU_ASSERT_TRUE(!isnan(lost->mean) || (!lost->trusted && isnan(lost->high) && isnan(lost->p99)));
            CU_ASSERT_TRUE(!isnan(lost->mean) || !strncmp(lost->note, "interrupted", 11));
        }
        study_free(study);
    }
    scenario_free(s);
}

/* ---- known answers ---- */

/* Mean downtime of one service that is up at 0: (l/s) t - (l/s²)(1 - exp(-s t)) with s = l + m. */
static double two_state_downtime(double mtbf, double mttr, double t)
{
    double l = 1 / mtbf, s = l + 1 / mttr;
    return l / s * t + l / (s * s) * expm1(-s * t);
}

static void downtime_is_that_of_two_states(void)
{
    struct scenario *s = parse(plain, NULL, 0);
    struct study *study = run(s, 40000, 2);
    double truth = two_state_downtime(5 * 3600, 1800, 6 * 3600);
    check_estimate(&study->outcomes[0].measures[MEASURE_DOWNTIME], truth);
    check_estimate(&study->outcomes[0].measures[MEASURE_LOST], truth);
    check_estimate(&study->outcomes[1].measures[MEASURE_DOWNTIME], truth);
    CU_ASSERT_DOUBLE_EQUAL(study->outcomes[0].causes[CAUSE_CAPACITY], study->outcomes[0].measures[MEASURE_LOST].mean,
                           1e-9 * truth);
    study_free(study);
    scenario_free(s);
}

static const char canary[] =
    "scenario: canary\n"
    "horizon: 10m\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 10, start: 0s, drain: 0s}]}\n"
    "release: {defective: 100%, error_rate: 100%, detect: 5m, rollback_failure: 0%}\n"
    "strategies:\n"
    "  - {name: canary, type: canary, steps: [{weight: 20%, hold: 1h}]}\n"
    "simulation: {seed: 1}\n";

/* At the weight w from time 0: a trigger by t has the probability 1 - exp(-w t / detect). */
static void a_canary_is_caught_as_often_as_it_should(void)
{
    static const char *const shares[] = {"100%", "30%", "0%"};
    for (int i = 0; i < 3; i++) {
        const struct override share = {"release.defective", shares[i]};
        struct scenario *s = parse(canary, &share, 1);
        struct study *study = run(s, 20000, 2);
        const struct outcome *o = &study->outcomes[1];
        double defective = s->release.defective, caught = -expm1(-0.2 * 600 / 300);
        if (defective > 0) {
            check_estimate(&o->measures[MEASURE_ROLLBACK], defective * caught);
            check_estimate(&o->measures[MEASURE_ESCAPED], defective * (1 - caught));
        } else {
            CU_ASSERT_EQUAL(o->measures[MEASURE_ROLLBACK].mean, 0);
            CU_ASSERT_EQUAL(o->measures[MEASURE_ESCAPED].mean, 0);
            CU_ASSERT_EQUAL(o->measures[MEASURE_ESCAPED].high, 0); /* ruled out, not unseen */
        }
        if (defective == 1)
            CU_ASSERT_EQUAL(o->measures[MEASURE_FALSE_ROLLBACK].high, 0);
        study_free(study);
        scenario_free(s);
    }
}

static const char blue_green[] =
    "scenario: blue-green\n"
    "horizon: 4h\n"
    "environments:\n"
    "  - {name: prod, switch: 30s, services: [{name: web, replicas: 2, start: 1m, drain: 0s}]}\n"
    "release: {defective: 100%, error_rate: 100%, detect: 4m, react: 1m, rollback_failure: 0%}\n"
    "strategies:\n"
    "  - {name: blue-green, type: blue-green, hold: 3h}\n"
    "simulation: {seed: 1}\n";

/*
 * The weight is 1 from the end of the first shift to the end of the second: detect + react + switch, if defective. At
 * least half of the 20 000 paths are of defective releases, so the error of the mean is that of the sum of two
 * exponentials over their square root; the interval is wider, since sound releases lost nothing on any path.
 */
static void a_defective_blue_green_loses_until_it_is_back(void)
{
    static const char *const shares[] = {"100%", "25%"};
    for (int i = 0; i < 2; i++) {
        const struct override share = {"release.defective", shares[i]};
        struct scenario *s = parse(blue_green, &share, 1);
        struct study *study = run(s, 20000, 2);
        const struct outcome *o = &study->outcomes[1];
        double defective = s->release.defective, truth = defective * (240 + 60 + 30);
        static const enum measure measures[] = {MEASURE_LOST, MEASURE_ADDED_LOST, MEASURE_DOWNTIME};
        for (int k = 0; k < 3; k++) {
            const struct estimate *e = &o->measures[measures[k]];
            CU_ASSERT_TRUE(fabs(e->mean - truth) < Z_LIMIT * defective * hypot(240, 60) / sqrt(10000));
            CU_ASSERT_TRUE(e->low < truth && e->high > truth);
        }
        CU_ASSERT_DOUBLE_EQUAL(o->causes[CAUSE_ERRORS], o->measures[MEASURE_LOST].mean, 1e-9 * truth);
        CU_ASSERT_DOUBLE_EQUAL(o->measures[MEASURE_ROLLBACK].mean, s->release.defective, 1e-12);
        study_free(study);
        scenario_free(s);
    }
}

static const char recreate[] =
    "scenario: recreate\n"
    "horizon: 1d\n"
    "environments:\n"
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, start: 2m, drain: 30s}]}\n"
    "release: {defective: 0%, progress_deadline: 30d}\n"
    "strategies:\n"
    "  - {name: recreate, type: recreate}\n"
    "simulation: {seed: 1}\n";

/* Down while the old instance drains and the new one starts. Its percentiles are those of drain + an exponential. */
static void a_recreated_service_is_down_for_drain_and_start(void)
{
    struct scenario *s = parse(recreate, NULL, 0);
    struct study *study = run(s, 40000, 2);
    const struct outcome *o = &study->outcomes[1];
    const struct estimate *lost = &o->measures[MEASURE_LOST];
    check_estimate(lost, 30 + 120);
    check_estimate(&o->measures[MEASURE_ADDED_DOWNTIME], 30 + 120);
    check_estimate(&o->measures[MEASURE_DURATION], 30 + 120);
    const double percentile[][2] = {{0.5, lost->p50}, {0.9, lost->p90}, {0.95, lost->p95}, {0.99, lost->p99}};
    for (int i = 0; i < 4; i++) {
        double q = percentile[i][0], truth = 30 - 120 * log(1 - q), density = (1 - q) / 120;
        double error = sqrt(q * (1 - q) / 40000) / density + 0.002 * truth; /* the histogram's bins are that wide */
        CU_ASSERT_TRUE(fabs(percentile[i][1] - truth) < Z_LIMIT * error);
    }
    CU_ASSERT_EQUAL(study->outcomes[0].measures[MEASURE_LOST].mean, 0);
    study_free(study);
    scenario_free(s);
}

/* ---- strata and pairs, below the surface ---- */

static const struct way off_way = {false, false}, on_way = {true, false};

/* A strategy and no release in the first topology of a scenario, as arms to be sampled. */
struct bench {
    struct scenario *scenario;
    struct arm arms[2]; /* none, the strategy */
};

static void bench_open(struct bench *b, const char *text, int strategy)
{
    struct error error = {0};
    *b = (struct bench){.scenario = parse(text, NULL, 0)};
    struct scenario *s = b->scenario;
    const struct topology *topology = &s->topologies[s->n_topologies - 1];
    for (int i = 0; i < 2; i++)
        CU_ASSERT_TRUE_FATAL(rollout_build_controlled(topology, &s->release, i ? &s->strategies[strategy] : NULL,
                                                      s->available_at, s->horizon, &b->arms[i].rollout, &error));
    b->arms[1].none = &b->arms[0];
    b->arms[0].n_strata = 1;
    b->arms[0].strata[0] = (struct stratum){.weight = 1, .first = UINT64_C(1) << 63, .stride = 1};
}

static void bench_close(struct bench *b)
{
    for (int a = 0; a < 2; a++) {
        for (int s = 0; s < STRATA; s++)
            for (int h = 0; h < HISTOGRAMS; h++)
                histogram_free(&b->arms[a].strata[s].histograms[h]);
        rollout_free(&b->arms[a].rollout);
    }
    scenario_free(b->scenario);
}

static void bench_run(struct bench *b)
{
    struct error error = {0};
    struct sampler sampler = {.engine = engines[0], .arms = b->arms, .n_arms = 2, .seed = 1,
                              .horizon = b->scenario->horizon, .threads = 2};
    CU_ASSERT_TRUE(sampler_run(&sampler, &error));
    sampler_close(&sampler);
}

static void add_two_strata(struct bench *b, uint64_t paths)
{
    double defective = b->scenario->release.defective;
    b->arms[1].n_strata = 2;
    b->arms[1].strata[0] = (struct stratum){
        .weight = 1 - defective, .release = RELEASE_SOUND, .first = 0, .stride = 2, .wanted = paths};
    b->arms[1].strata[1] = (struct stratum){
        .weight = defective, .release = RELEASE_DEFECTIVE, .first = 1, .stride = 2, .wanted = paths};
}

/*
 * `on` less `off` is the mean of no release on its own paths less that on the strategy's paths, which are independent:
 * its variance is v / n of no release plus Σ weight² v / n of the strata, v being the variance of no release.
 */
static void pairing_changes_nothing_but_the_error(void)
{
    struct bench b;
    bench_open(&b, busy_scenario, 0);
    b.arms[0].strata[0].wanted = 20000;
    add_two_strata(&b, 10000);
    bench_run(&b);
    static const enum measure measures[] = {MEASURE_DOWNTIME, MEASURE_LOST, MEASURE_ADDED_DOWNTIME, MEASURE_ADDED_LOST};
    for (int i = 0; i < 4; i++) {
        enum measure of_none = i % 2 ? MEASURE_LOST : MEASURE_DOWNTIME;
        struct interval on = estimate_interval(&b.arms[1], measures[i], on_way, 0.95, b.scenario->horizon);
        struct interval off = estimate_interval(&b.arms[1], measures[i], off_way, 0.95, b.scenario->horizon);
        double v = moments_variance(&b.arms[0].strata[0].tally.moments[of_none]), variance = v / 20000;
        for (int s = 0; s < 2; s++)
            variance += pow(b.arms[1].strata[s].weight, 2) * v / 10000;
        CU_ASSERT_TRUE(v > 0);
        CU_ASSERT_NOT_EQUAL(on.mean, off.mean);
        CU_ASSERT_TRUE(fabs(on.mean - off.mean) / sqrt(variance) < Z_LIMIT);
        CU_ASSERT_EQUAL(estimate_way(&b.arms[1], measures[i], 0.95, b.scenario->horizon).paired,
                        on.high - on.low < off.high - off.low);
        if (i >= 2) /* what is added has little noise as a difference on the same paths */
            CU_ASSERT_TRUE(on.error < 0.9 * off.error);
    }
    CU_ASSERT_FALSE(estimate_way(&b.arms[1], MEASURE_ROLLBACK, 0.95, b.scenario->horizon).paired);
    bench_close(&b);
}

/* Causes add up to what is lost, either way. */
static void causes_add_up(void)
{
    struct bench b;
    bench_open(&b, busy_scenario, 1);
    b.arms[0].strata[0].wanted = 3000;
    add_two_strata(&b, 3000);
    bench_run(&b);
    for (int i = 0; i < 4; i++) {
        struct way way = {i & 1, i & 2};
        double sum = 0;
        for (int c = 0; c < CAUSES; c++)
            sum += estimate_cause(&b.arms[1], (enum cause)c, way);
        struct interval lost =
            estimate_interval(&b.arms[1], MEASURE_LOST, way, 0.95, b.scenario->horizon);
        CU_ASSERT_DOUBLE_EQUAL(sum, lost.mean, 1e-9 * lost.mean);
    }
    bench_close(&b);
}

/* One stratum in which each path decides by itself whether its release is defective, on path numbers of its own. */
static void check_strata(const char *text, int strategy)
{
    struct bench two, one;
    bench_open(&two, text, strategy);
    bench_open(&one, text, strategy);
    two.arms[0].strata[0].wanted = one.arms[0].strata[0].wanted = 1;
    add_two_strata(&two, 5000);
    one.arms[1].n_strata = 1;
    one.arms[1].strata[0] = (struct stratum){
        .weight = 1, .release = RELEASE_UNDECIDED, .first = UINT64_C(1) << 40, .stride = 1, .wanted = 20000};
    bench_run(&two);
    bench_run(&one);
    for (int m = 0; m < MEASURES; m++) {
        if (m == MEASURE_ADDED_DOWNTIME || m == MEASURE_ADDED_LOST)
            continue; /* they are these less a constant */
        struct interval a = estimate_interval(&two.arms[1], (enum measure)m, off_way, 0.95, two.scenario->horizon);
        struct interval b = estimate_interval(&one.arms[1], (enum measure)m, off_way, 0.95, one.scenario->horizon);
        double error = hypot(a.error, b.error);
        CU_ASSERT_TRUE(fabs(a.mean - b.mean) <= Z_LIMIT * error);
        if (!(fabs(a.mean - b.mean) <= Z_LIMIT * error))
            printf("%s: %g and %g, error %g\n", measure_types[m].name, a.mean, b.mean, error);
    }
    bench_close(&two);
    bench_close(&one);
}

static void strata_change_nothing_but_the_error(void)
{
    check_strata(busy_scenario, 0);
    check_strata(busy_scenario, 1);
    check_strata(blue_green, 0);
}

/* Sampling in several rounds gives what one round gives: the same paths, merged in the same order. */
static void rounds_draw_the_same_paths(void)
{
    struct bench once, often;
    bench_open(&once, busy_scenario, 0);
    bench_open(&often, busy_scenario, 0);
    once.arms[0].strata[0].wanted = 3 * BLOCK_PATHS;
    add_two_strata(&once, 4 * BLOCK_PATHS);
    bench_run(&once);
    add_two_strata(&often, BLOCK_PATHS);
    for (uint64_t n = BLOCK_PATHS; n <= 4 * BLOCK_PATHS; n += BLOCK_PATHS) {
        often.arms[0].strata[0].wanted = n < 3 * BLOCK_PATHS ? n : 3 * BLOCK_PATHS;
        often.arms[1].strata[0].wanted = often.arms[1].strata[1].wanted = n;
        bench_run(&often);
    }
    for (int a = 0; a < 2; a++)
        for (int s = 0; s < once.arms[a].n_strata; s++) {
            const struct tally *x = &once.arms[a].strata[s].tally, *y = &often.arms[a].strata[s].tally;
            CU_ASSERT_EQUAL(x->paths, y->paths);
            CU_ASSERT_EQUAL(x->events, y->events);
            CU_ASSERT_TRUE(!memcmp(x->seen, y->seen, sizeof x->seen));
            CU_ASSERT_TRUE(!memcmp(x->moments, y->moments, sizeof x->moments));
            CU_ASSERT_TRUE(!memcmp(x->cause, y->cause, sizeof x->cause));
        }
    bench_close(&once);
    bench_close(&often);
}

/* A process that breaks its rules ends the study with its message, once, whatever the threads. */
static void a_broken_process_ends_the_sampling(void)
{
    struct bench b;
    struct error error = {0};
    bench_open(&b, recreate, 0);
    struct process *p = b.arms[1].rollout.process;
    p->variables[process_find_variable(p, "prod.web.new.starting.0")].greatest = 0;
    b.arms[0].strata[0].wanted = 1000;
    b.arms[1].n_strata = 1;
    b.arms[1].strata[0] = (struct stratum){.weight = 1, .release = RELEASE_SOUND, .stride = 1, .wanted = 100000};
    struct sampler sampler = {.engine = engines[0], .arms = b.arms, .n_arms = 2, .seed = 1,
                              .horizon = b.scenario->horizon, .threads = 3};
    CU_ASSERT_FALSE(sampler_run(&sampler, &error));
    CU_ASSERT_EQUAL(error.count, 1);
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_STRING_EQUAL(error.text.data, "process recreate: command prod.launch sets prod.web.new.starting.0 to 1, "
                                            "outside 0..0\n");
    error_free(&error);
    sampler_close(&sampler);
    bench_close(&b);
}

/*
 * Nearly all that is lost is lost by the few defective releases, so the objective asks for their paths alone; false
 * rollbacks are those of the sound ones. Their error stays near twice that of as many paths drawn plainly, |z| < 4 for
 * the truth: the probability of the false alarm. What nobody saw is counted by the kind of release.
 */
static void measures_beside_the_objective_are_served(void)
{
    static const char text[] =
        "scenario: served\n"
        "horizon: 6h\n"
        "environments:\n"
        "  - {name: prod, switch: 2s, switch_loss: 10%, services: [{name: web, replicas: 2, start: 10s, drain: 0s}]}\n"
        "release: {defective: 5%, error_rate: 100%, detect: 5m, rollback_failure: 0%}\n"
        "strategies:\n"
        "  - {name: canary, type: canary, steps: [{weight: 50%, hold: 1m}],\n"
        "     analysis: {power: 0%, false_positive: 10%}}\n"
        "simulation: {precision: 1%, max_paths: 400000, seed: 1}\n";
    struct scenario *s = parse(text, NULL, 0);
    struct study *study = run(s, 0, 2);
    const struct outcome *o = &study->outcomes[1];
    const struct estimate *early = &o->measures[MEASURE_FALSE_ROLLBACK];
    double truth = 0.95 * 0.1, plain_error = 1.96 * sqrt(truth * (1 - truth) / (double)o->paths);
    CU_ASSERT_EQUAL(o->stop, STOP_PRECISE);
    CU_ASSERT_TRUE(fabs(z_of(early, truth)) < Z_LIMIT);
    CU_ASSERT_TRUE((early->high - early->low) / 2 < 2.1 * plain_error);
    CU_ASSERT_TRUE(early->trusted && o->measures[MEASURE_ROLLBACK].trusted);
    const struct estimate *stuck = &o->measures[MEASURE_STUCK];
    CU_ASSERT_FALSE(stuck->trusted);
    CU_ASSERT_PTR_NOT_NULL_FATAL(stuck->note);
    CU_ASSERT_PTR_NOT_NULL(strstr(stuck->note, "with a sound release and on 0 of "));
    study_free(study);
    scenario_free(s);
}

static const struct test_case cases[] = {
    {"results do not depend on the number of threads", results_do_not_depend_on_threads},
    {"results depend on the seed", results_depend_on_the_seed},
    {"strategies do not depend on each other", strategies_do_not_depend_on_each_other},
    {"exactly so many paths are drawn as asked", exactly_so_many_paths_are_drawn},
    {"one path is drawn of each kind at least", one_path_is_drawn_of_each_kind},
    {"sampling ends when it is precise", sampling_ends_when_precise},
    {"sampling ends when every path is the same", sampling_ends_when_all_is_the_same},
    {"sampling ends at the most paths", sampling_ends_at_the_most_paths},
    {"constant paths are told by their kind", constant_paths_are_told_by_their_kind},
    {"what is foreseen can be", what_is_foreseen_can_be},
    {"an interrupted study loses nothing", an_interrupted_study_loses_nothing},
    {"a study interrupted at once claims nothing", a_study_interrupted_at_once_claims_nothing},
    {"downtime is that of two states", downtime_is_that_of_two_states},
    {"a canary is caught as often as it should", a_canary_is_caught_as_often_as_it_should},
    {"a defective blue-green loses until it is back", a_defective_blue_green_loses_until_it_is_back},
    {"a recreated service is down for drain and start", a_recreated_service_is_down_for_drain_and_start},
    {"pairing changes nothing but the error", pairing_changes_nothing_but_the_error},
    {"causes add up to what is lost", causes_add_up},
    {"strata change nothing but the error", strata_change_nothing_but_the_error},
    {"measures beside the objective are served as well", measures_beside_the_objective_are_served},
    {"every measure can be minimized", every_measure_can_be_minimized},
    {"rounds draw the same paths", rounds_draw_the_same_paths},
    {"a broken process ends the sampling with its message", a_broken_process_ends_the_sampling},
    {NULL, NULL},
};

const struct test_suite suite_study = {"study", cases};
