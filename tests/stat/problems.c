/* Small scenarios whose answers are closed forms. */
#include "tests/stat/problems.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mean downtime in [0, t] of one service that is up at 0. */
static double two_states(double mtbf, double mttr, double t)
{
    double l = 1 / mtbf, s = l + 1 / mttr;
    return l / s * t + l / (s * s) * expm1(-s * t);
}

/*
 * A service that drains for d seconds, starts for an exponential time of rate r, and then fails and is repaired like
 * any other: what that takes more than leaving it alone, in [0, t]. With h = t - d, l = 1/mtbf and s = l + 1/mttr,
 *     d + E[min(X, h)] + E[D(h - X); X < h] - D(t),   D(u) = (l/s) u - (l/s²)(1 - exp(-s u)).
 */
static double recreated(double mtbf, double mttr, double drain, double start, double t)
{
    double l = 1 / mtbf, s = l + 1 / mttr, r = 1 / start, h = t - drain;
    double begun = -expm1(-r * h), starting = begun / r, left = h - starting;
    double decayed = r * (exp(-r * h) - exp(-s * h)) / (s - r);
    return drain + starting + l / s * left - l / (s * s) * (begun - decayed) - two_states(mtbf, mttr, t);
}

#define SERVICE(rest)                                                                                                  \
    "environments:\n  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, " rest "}]}\n"
#define SIMULATION "simulation: {precision: 5%, max_paths: 10000000}\n"

static const char often[] =
    "scenario: often\nhorizon: 6h\n" SERVICE("mtbf: 5h, mttr: 30m, start: 0s, drain: 0s")
    "release: {defective: 0%}\nobjective: {minimize: downtime}\n"
    "strategies: [{name: blue-green, type: blue-green}]\n" SIMULATION;

static const char seldom[] =
    "scenario: seldom\nhorizon: 24h\n" SERVICE("mtbf: 20d, mttr: 30m, start: 0s, drain: 0s")
    "release: {defective: 0%}\nobjective: {minimize: downtime}\n"
    "strategies: [{name: blue-green, type: blue-green}]\n" SIMULATION;

#define CANARY(name, defective)                                                                                        \
    "scenario: " name "\nhorizon: 10m\n" SERVICE("start: 0s, drain: 0s")                                               \
    "release: {defective: " defective ", error_rate: 100%, detect: 5m, rollback_failure: 0%}\n"                       \
    "objective: {minimize: rollback}\n"                                                                                \
    "strategies: [{name: canary, type: canary, steps: [{weight: 20%, hold: 1h}]}]\n" SIMULATION

static const char defective[] = CANARY("defective", "100%");
static const char mixed[] = CANARY("mixed", "30%");

static const char recreate[] =
    "scenario: recreate\nhorizon: 24h\n" SERVICE("mtbf: 12h, mttr: 30m, start: 10m, drain: 1m")
    "release: {defective: 0%, progress_deadline: 30d}\nobjective: {minimize: added_downtime}\n"
    "strategies: [{name: recreate, type: recreate}]\n" SIMULATION;

void problems_fill(struct problem problems[PROBLEMS])
{
    const struct problem all[PROBLEMS] = {
        {"downtime, often", MEASURE_DOWNTIME, two_states(5 * 3600, 1800, 6 * 3600), often},
        {"downtime, seldom", MEASURE_DOWNTIME, two_states(20 * 86400, 1800, 86400), seldom},
        {"rollback, defective", MEASURE_ROLLBACK, -expm1(-0.2 * 600 / 300), defective},
        {"rollback, 30 % defective", MEASURE_ROLLBACK, -0.3 * expm1(-0.2 * 600 / 300), mixed},
        {"added_downtime, recreate", MEASURE_ADDED_DOWNTIME, recreated(12 * 3600, 1800, 60, 600, 86400), recreate},
    };
    memcpy(problems, all, sizeof all);
}

/* The scenario, with overrides; ends the program if there is none. */
struct scenario *problem_parse_set(const char *text, const struct override *overrides, int n_overrides)
{
    struct error error = {0};
    struct scenario *scenario = scenario_parse(text, strlen(text), "stat.yaml", overrides, n_overrides, &error);
    if (!scenario) {
        printf("%s", error.text.data);
        exit(EXIT_FAILURE);
    }
    return scenario;
}

struct scenario *problem_parse(const char *text)
{
    return problem_parse_set(text, NULL, 0);
}
