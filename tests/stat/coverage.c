/*
 * Do the intervals hold what they promise? A thousand small studies of cases with known answers, seeds 1 to 1000: the
 * share of 95 % intervals that hold the truth must be from 93 % to 99 %. Its own standard error is 0.7 %, so a true
 * 95 % leaves this band in one case of 500, and 92 % stays in it in one of 13. Where ten to thirty paths carry the
 * variance, what is unseen is still allowed for, and intervals hold more often than asked: 98 % is no fault.
 *
 * No release is sampled like the rest: where it is solved, as a run does, there is no interval to check. Each case is
 * sampled until precise (5 %) and with exactly 2000 paths. The first rule looks at its interval between
 * rounds and stops when it happens to be narrow, which costs some coverage (Chow and Robbins 1965); the second does
 * not.
 *
 * Also: ten times the paths must not take more memory.
 */
#include "scenario/scenario.h"
#include "study/study.h"
#include "tests/stat/scenarios.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 1000, PATHS = 2000 };

static const double least = 0.93, most = 0.99;

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

struct problem {
    const char  *name;
    enum measure measure;
    double       truth;
    const char  *text;
};

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
    "release: {defective: " defective ", error_rate: 100%, detect: 5m}\nobjective: {minimize: rollback}\n"            \
    "strategies: [{name: canary, type: canary, steps: [{weight: 20%, hold: 1h}]}]\n" SIMULATION

static const char defective[] = CANARY("defective", "100%");
static const char mixed[] = CANARY("mixed", "30%");

static const char recreate[] =
    "scenario: recreate\nhorizon: 24h\n" SERVICE("mtbf: 12h, mttr: 30m, start: 10m, drain: 1m")
    "release: {defective: 0%, progress_deadline: 30d}\nobjective: {minimize: added_downtime}\n"
    "strategies: [{name: recreate, type: recreate}]\n" SIMULATION;

struct coverage {
    int    held, below, above, trusted, wrong; /* intervals that hold the truth, lie below it, above it … */
    double paths;
};

/* Counts the runs of a case, until precise or with exactly so many paths. */
static struct coverage cover(const struct problem *problem, const struct scenario *scenario, uint64_t paths)
{
    int held = 0, below = 0, above = 0, trusted = 0, wrong = 0;
    double total = 0;
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : held, below, above, trusted, wrong, total)
    for (int seed = 1; seed <= RUNS; seed++) {
        struct scenario own = *scenario;
        struct study_options options = {.paths = paths, .threads = 1, .sample_all = true};
        struct error error = {0};
        own.simulation.seed = (uint64_t)seed;
        struct study *study = study_run(&own, &options, &error);
        if (!study) {
            wrong++;
            continue;
        }
        const struct estimate *e = &study->outcomes[1].measures[problem->measure];
        held += e->low <= problem->truth && problem->truth <= e->high;
        below += e->high < problem->truth;
        above += e->low > problem->truth;
        trusted += e->trusted;
        wrong += study->outcomes[1].stop != (paths ? STOP_PATHS : STOP_PRECISE);
        total += (double)study->outcomes[1].paths;
        study_free(study);
    }
    return (struct coverage){held, below, above, trusted, wrong, total / RUNS};
}

static bool report(const struct problem *problem, const char *rule, const struct coverage *c)
{
    double share = (double)c->held / RUNS, error = sqrt(share * (1 - share) / RUNS);
    bool good = share >= least && share <= most && c->wrong == 0;
    printf("%-24s %-12s %8.1f %% ± %.1f %7.1f %% %7.1f %% %8.1f %% %10.0f  %s\n", problem->name, rule, 100 * share,
           100 * error, 100.0 * c->below / RUNS, 100.0 * c->above / RUNS, 100.0 * c->trusted / RUNS, c->paths,
           good ? "" : c->wrong ? "ENDED OTHERWISE" : "OUT OF THE BAND");
    fflush(stdout);
    return good;
}

static struct scenario *parse(const char *text)
{
    struct error error = {0};
    struct scenario *scenario = scenario_parse(text, strlen(text), "stat.yaml", NULL, 0, &error);
    if (!scenario) {
        printf("%s", error.text.data);
        exit(EXIT_FAILURE);
    }
    return scenario;
}

static bool intervals_cover(void)
{
    const struct problem problems[] = {
        {"downtime, often", MEASURE_DOWNTIME, two_states(5 * 3600, 1800, 6 * 3600), often},
        {"downtime, seldom", MEASURE_DOWNTIME, two_states(20 * 86400, 1800, 86400), seldom},
        {"rollback, defective", MEASURE_ROLLBACK, -expm1(-0.2 * 600 / 300), defective},
        {"rollback, 30 % defective", MEASURE_ROLLBACK, -0.3 * expm1(-0.2 * 600 / 300), mixed},
        {"added_downtime, recreate", MEASURE_ADDED_DOWNTIME, recreated(12 * 3600, 1800, 60, 600, 86400), recreate},
    };
    bool good = true;
    printf("%d studies each; 95 %% intervals must hold the truth in %.0f to %.0f %%\n\n", RUNS,
           100 * least, 100 * most);
    printf("%-24s %-12s %8s   ± s.e. %7s   %7s   %8s   %10s\n", "case", "rule", "held", "below", "above", "trusted",
           "paths");
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        struct scenario *scenario = parse(problems[i].text);
        struct coverage precise = cover(&problems[i], scenario, 0), fixed = cover(&problems[i], scenario, PATHS);
        good &= report(&problems[i], "5 %", &precise);
        good &= report(&problems[i], "2000 paths", &fixed);
        scenario_free(scenario);
    }
    return good;
}

/* The most memory that a run of so many paths held, in MB, measured in a process of its own; -1 if it failed. */
static double megabytes(uint64_t paths)
{
    struct rusage usage;
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct scenario *scenario = parse(often);
        struct study_options options = {.paths = paths};
        struct error error = {0};
        struct study *study = study_run(scenario, &options, &error);
        _exit(study && study->outcomes[1].paths == paths ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        return -1;
    return (double)usage.ru_maxrss / 1024;
}

static bool memory_does_not_grow(void)
{
    double few = megabytes(1000000), many = megabytes(10000000);
    bool good = few > 0 && many > 0 && many < 150 && many < 1.1 * few + 2;
    printf("\nmemory: %.1f MB for 1 million paths, %.1f MB for 10 million (less than 150 MB, and no more): %s\n",
           few, many,
           good ? "good" : "TOO MUCH");
    return good;
}

int main(void)
{
    bool good = memory_does_not_grow(); /* first: a child begins with the memory of its parent */
    printf("\n");
    good &= intervals_cover();
    good &= scenarios_hold();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
