/*
 * What runs hold of memory at most, each in a process of its own: ten times the paths must not take more, and a sweep
 * of 200 plans in 3 topologies less than 500 MB.
 */
#include "tests/stat/stat.h"

#include "base/clock.h"
#include "study/study.h"
#include "tests/stat/problems.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* 80 ways to roll, 80 canaries, 40 of blue and green. */
static const struct override sweep[] = {
    {"strategies.rolling.max_surge", "[1,2,3,4,6]"},
    {"strategies.rolling.max_unavailable", "[0,1,2,3]"},
    {"strategies.rolling.min_ready", "[0,30s,1m,2m]"},
    {"strategies.canary.steps.0.weight", "[2%,5%,10%,20%,50%]"},
    {"strategies.canary.steps.0.hold", "[5m,15m,30m,1h]"},
    {"strategies.canary.analysis.power", "[60%,80%,90%,95%]"},
    {"strategies.blue-green.hold", "[0,5m,10m,15m,30m,1h,2h,3h]"},
    {"strategies.blue-green.min_ready", "[0,30s,1m,2m,5m]"},
    {"simulation.precision", "2%"},
};

enum { SWEPT = 200 };

static bool run(const struct scenario *scenario, uint64_t paths)
{
    struct study_options options = {.paths = paths};
    struct error error = {0};
    struct study *study = study_run(scenario, &options, &error);
    return study && (!paths || study->outcomes[1].paths == paths);
}

static bool run_paths(uint64_t paths)
{
    struct problem problems[PROBLEMS];
    problems_fill(problems);
    return run(problem_parse(problems[0].text), paths);
}

static bool run_sweep(uint64_t paths)
{
    struct error error = {0};
    struct scenario *scenario =
        scenario_read("scenarios/topologies.yaml", sweep, sizeof sweep / sizeof *sweep, &error);
    return scenario && scenario->n_strategies == SWEPT && scenario->n_topologies == 3 && run(scenario, paths);
}

/* In MB; -1 if it failed. */
static double megabytes(bool (*what)(uint64_t paths), uint64_t paths)
{
    struct rusage usage;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(what(paths) ? EXIT_SUCCESS : EXIT_FAILURE);
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        return -1;
    return (double)usage.ru_maxrss / 1024;
}

bool memory_is_bounded(void)
{
    double few = megabytes(run_paths, 1000000), many = megabytes(run_paths, 10000000);
    bool good = few > 0 && many > 0 && many < 150 && many < 1.1 * few + 2;
    printf("memory: %.1f MB for 1 million paths, %.1f MB for 10 million (less than 150 MB, and no more): %s\n", few,
           many, good ? "good" : "TOO MUCH");
    double begin = clock_seconds(), swept = megabytes(run_sweep, 0), took = clock_seconds() - begin;
    bool small = swept > 0 && swept < 500;
    printf("memory: %.0f MB for a sweep of %d plans in 3 topologies (less than 500 MB), in %.0f s: %s\n", swept, SWEPT,
           took, small ? "good" : "TOO MUCH");
    return good && small;
}
