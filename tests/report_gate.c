/* Gates filled by hand, for the tests of their reports: each way in which a condition can end, and hostile names. */
#include "report_gate.h"

#include "test.h"

#include "report_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const sample_gate_names[SAMPLE_GATES] = {"fails", "passes", "open", "hostile", "planless", "missing"};

static const struct condition conditions[] = {
    {MEASURE_DOWNTIME, STATISTIC_QUANTILE, 0.99, COMPARE_LESS_EQUAL, 300, "downtime.p99 <= 5m", 12, 5},
    {MEASURE_LOST, STATISTIC_MEAN, 0, COMPARE_LESS_EQUAL, 2, "lost <= 2s", 13, 5},
    {MEASURE_ROLLBACK, STATISTIC_MEAN, 0, COMPARE_LESS, 0.2, "rollback.mean < 20%", 14, 5},
    {MEASURE_DURATION, STATISTIC_QUANTILE, 0.999, COMPARE_GREATER_EQUAL, 3600, "duration.p99.9 >= 1h", 15, 5},
    {MEASURE_STUCK, STATISTIC_MEAN, 0, COMPARE_LESS_EQUAL, 0.001, "stuck <= 0.1%", 0, 0},
    {MEASURE_ADDED_LOST, STATISTIC_MAX, 0, COMPARE_LESS_EQUAL, 60, "added_lost.max <= 1m", 0, 0},
};

enum { CONDITIONS = sizeof conditions / sizeof *conditions };

static const struct finding findings[CONDITIONS] = {
    {&conditions[0], RULING_PASSED, 186, 174, 200, true, 120000, NULL},
    {&conditions[1], RULING_FAILED, 24.8123, 24.41, 25.2146, true, 120000, NULL},
    {&conditions[2], RULING_UNDECIDED, 0.199, 0.193, 0.205, true, 120000,
     "About 40 000 more paths would decide it: raise simulation.max_paths."},
    {&conditions[3], RULING_PASSED, 5400, 5390, 5415, true, 120000, NULL},
    {&conditions[4], RULING_PASSED, 0, 0, 0.000031, false, 120000, NULL},
    {&conditions[5], RULING_UNDECIDED, 20.5, 20.5, INFINITY, false, 3,
     "What is the most has no upper bound: ask for a percentile, such as p99.9."},
};

/* What no name may hold and, with the rest, what means something to one of the formats. */
static const struct condition hostile_conditions[] = {
    {MEASURE_LOST, STATISTIC_MEAN, 0, COMPARE_LESS, 1, "lost < 1s | `x` ``y`` \"z\" & 'w'\n%0A::error::no\\", 7, 3},
    {MEASURE_LOST, STATISTIC_MEAN, 0, COMPARE_LESS, 1, "lost < 1s | `x` ``y`` \"z\" & 'w'\n%0A::error::no\\", 8, 3},
    {MEASURE_EXTRA, STATISTIC_MEAN, 0, COMPARE_LESS, 1, "`<b>*bold* _it_ ]]> <!-- ~~gone~~ $x$ {a=\"1\"}\t\xff\033[2J`",
     9, 3},
};

static const struct finding hostile_findings[] = {
    {&hostile_conditions[0], RULING_FAILED, 3, 2.9, 3.1, true, 500, NULL},
    {&hostile_conditions[1], RULING_UNDECIDED, NAN, NAN, NAN, false, 0, "a|b\n*c* <d> `e` \"f\\\" % [g](h) $i$ @j"},
    {&hostile_conditions[2], RULING_PASSED, NAN, 0.1, 0.2, true, 500, NULL},
};

enum { HOSTILE = sizeof hostile_findings / sizeof *hostile_findings };

static const char hostile_strategy[] = "a\"b<c>,\n%0A", hostile_topology[] = "x|y`z`\\\n::warning::*t*",
                  hostile_scenario[] = "<s>&\"#\n*bold*", hostile_file[] = "dir/a,b:c%\"\\\n.yaml";

static const char fault[] = "release.yaml:3:5: unknown key `foo` in a scenario\n    3 | foo: | ```1\n      | ^\n"
                            "--require:1:8: bad condition `lost < 3`\n";

static void take(struct gate *gate, const struct finding *list, int n)
{
    gate->n_findings = n;
    gate->findings = arena_new(&gate->arena, (size_t)n, sizeof *list);
    memcpy(gate->findings, list, (size_t)n * sizeof *list);
}

static void make_open(struct gate_told *told, struct gate *gate)
{
    take(gate, &findings[2], 2);
    gate->verdict = RULING_UNDECIDED;
    gate->end = GATE_TIME_LIMIT;
    told->file = "-";
}

static void make_hostile(struct gate_told *told, struct gate *gate)
{
    struct scenario *scenario = (struct scenario *)gate->scenario;
    scenario->name = hostile_scenario;
    scenario->topologies[0].name = hostile_topology;
    scenario->strategies[1].name = hostile_strategy;
    gate->note = "level with it, as far as the paths tell: | `q` <r>\n&";
    take(gate, hostile_findings, HOSTILE);
    told->file = hostile_file;
}

/* No condition is ruled, and no figure known. */
static void make_planless(struct gate *gate)
{
    take(gate, &findings[0], 1);
    gate->findings[0] = (struct finding){&conditions[0], RULING_UNDECIDED, NAN, NAN, NAN, false, 0, NULL};
    gate->topology = NULL;
    gate->strategy = NULL;
    gate->note = "canary breaks duration.p95 <= 1h";
    gate->end = GATE_DECIDED;
}

static struct gate *new_gate(enum sample_gate kind)
{
    struct gate *gate = memory_new(1, sizeof *gate);
    struct study *study = sample_study(&(struct sample_options){.topologies = kind == GATE_PASSES ? 1 : 2});
    gate->scenario = study->scenario;
    study->scenario = memory_new(1, sizeof *study->scenario);
    sample_free(study);
    gate->topology = &gate->scenario->topologies[0];
    gate->strategy = &gate->scenario->strategies[1];
    gate->best = true;
    gate->verdict = RULING_FAILED;
    gate->end = GATE_MAX_PATHS;
    gate->confidence = 0.95;
    gate->seconds = 1.93456;
    gate->paths = 120000;
    gate->seed = 7;
    gate->threads = 2;
    return gate;
}

static void fill(struct gate_told *told, struct gate *gate, enum sample_gate kind)
{
    gate->note = "level with it, as far as the paths tell: blue-green";
    take(gate, findings, CONDITIONS);
    if (kind == GATE_PASSES) {
        take(gate, findings, 1);
        gate->named = true;
        gate->best = false;
        gate->note = NULL;
        gate->verdict = RULING_PASSED;
        gate->end = GATE_DECIDED;
    } else if (kind == GATE_OPEN) {
        make_open(told, gate);
    } else if (kind == GATE_HOSTILE) {
        make_hostile(told, gate);
    } else if (kind == GATE_PLANLESS) {
        make_planless(gate);
    }
}

struct gate_told *sample_gate(enum sample_gate kind)
{
    struct gate_told *told = memory_new(1, sizeof *told);
    struct gate *gate = kind == GATE_MISSING ? NULL : new_gate(kind);
    *told = (struct gate_told){gate, "release.yaml", gate ? NULL : fault, UNDECIDED_REPORT, "1.2.3"};
    if (gate)
        fill(told, gate, kind);
    return told;
}

void sample_gate_free(struct gate_told *told)
{
    struct gate *gate = (struct gate *)told->gate;
    if (gate) {
        struct scenario *scenario = (struct scenario *)gate->scenario;
        arena_free(&scenario->arena);
        free(scenario);
    }
    gate_free(gate);
    free(told);
}

char *gate_report(const struct gate_told *told, const char *format)
{
    const struct gate_format *found = gate_format_find(format, strlen(format));
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    FILE *out = sample_begin();
    found->write(told, out);
    return sample_end(out);
}

char *gate_text(const struct gate_told *told, int width, bool color)
{
    FILE *out = sample_begin();
    report_gate_text(told, &(struct table_options){.width = width, .color = color}, out);
    return sample_end(out);
}
