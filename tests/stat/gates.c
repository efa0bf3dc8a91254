/*
 * Are the verdicts of a gate right as often as they promise? Two thousand gates, seeds 1 to 2000, of each of some
 * conditions whose right verdict is known: the limit is the true figure times 1 + d, so `<=` is kept where d is above 0
 * and broken where it is below. At 95 % no more than 5 % of the verdicts may be wrong. What is undecided at max_paths
 * is not wrong, but counted.
 *
 * One scenario is a file: of a machine that is restarted, where faults are so rare that early looks may not have seen
 * any; its figure is that of the solver (nines solve --phases 8,16,32).
 *
 * The table says as well how many paths a verdict takes, by its distance from the limit. It is in README.md.
 */
#include "tests/stat/stat.h"

#include "study/gate.h"
#include "tests/stat/problems.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GATES = 2000, DISTANCES = 10 };

static const double distances[DISTANCES] = {-0.5, -0.2, -0.1, -0.05, -0.02, 0.02, 0.05, 0.1, 0.2, 1};

/* A condition on a figure that is known. */
struct known {
    const char *name;
    const char *scenario; /* its text, or its file, of which the first strategy is judged */
    const char *figure; /* "downtime.mean" */
    const char *format; /* of the limit */
    double      truth;
    double      nearest; /* the least distance that is tried: what is nearer takes more paths than there is time */
};

struct counts {
    int    wrong, undecided, failed;
    double paths, least_paths, most_paths;
};

static struct scenario *open_scenario(const char *text)
{
    struct error error = {0};
    size_t length = strlen(text);
    if (length < 5 || strcmp(text + length - 5, ".yaml") != 0)
        return problem_parse(text);
    struct scenario *scenario = scenario_read(text, NULL, 0, &error);
    if (!scenario) {
        printf("%s", error.text.data);
        exit(EXIT_FAILURE);
    }
    scenario->n_strategies = 1;
    return scenario;
}

static struct counts count(const struct known *known, double distance)
{
    int wrong = 0, undecided = 0, failed = 0;
    double paths = 0, most = 0;
    char text[128], limit[64];
    snprintf(limit, sizeof limit, known->format, known->truth * (1 + distance));
    snprintf(text, sizeof text, "%s <= %s", known->figure, limit);
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : wrong, undecided, failed, paths) reduction(max : most)
    for (int seed = 1; seed <= GATES; seed++) {
        struct scenario *own = open_scenario(known->scenario);
        struct error error = {0};
        struct condition condition;
        struct gate_options options = {.required = &condition, .n_required = 1, .named = true, .threads = 1,
                                       .sample_all = true};
        own->simulation.seed = (uint64_t)seed;
        struct gate *gate = NULL;
        if (scenario_condition(own, text, "stat", &condition, &error))
            gate = gate_run(own, &options, &error);
        failed += !gate;
        if (gate) {
            wrong += gate->verdict == (distance > 0 ? RULING_FAILED : RULING_PASSED);
            undecided += gate->verdict == RULING_UNDECIDED;
            paths += (double)gate->paths;
            most = fmax(most, (double)gate->paths);
        }
        gate_free(gate);
        scenario_free(own);
    }
    return (struct counts){.wrong = wrong, .undecided = undecided, .failed = failed, .paths = paths / GATES,
                           .most_paths = most};
}

static bool check(const struct known *known)
{
    bool good = true;
    for (int i = 0; i < DISTANCES; i++) {
        if (fabs(distances[i]) < known->nearest)
            continue;
        struct counts c = count(known, distances[i]);
        bool right = !c.failed && c.wrong <= GATES * 0.05;
        good = good && right;
        printf("%-34s %+5.0f %% %8.2f %% %9.1f %% %10.0f %10.0f  %s\n", known->name, 100 * distances[i],
               100.0 * c.wrong / GATES, 100.0 * c.undecided / GATES, c.paths, c.most_paths,
               right ? "" : c.failed ? "COULD NOT RUN" : "TOO OFTEN WRONG");
        fflush(stdout);
    }
    return good;
}

bool gates_decide(void)
{
    struct problem p[PROBLEMS];
    problems_fill(p);
    /* Detection after an exponential time of mean 300 s / 0.2 ends the rollout at once. */
    const double found = -1500 * log(1 - 0.2);
    const struct known all[] = {
        {"20th percentile of duration", p[2].text, "duration.p20", "%.9fs", found, 0.02},
        {"mean of downtime, often some", p[0].text, "downtime.mean", "%.9fs", p[0].truth, 0.02},
        {"mean of downtime, seldom any", p[1].text, "downtime.mean", "%.9fs", p[1].truth, 0.2},
        {"probability of 33 %", p[2].text, "rollback.mean", "%.9f", p[2].truth, 0.02},
        {"probability of 9.9 %, two strata", p[3].text, "rollback.mean", "%.9f", p[3].truth, 0.02},
        {"mean of added_downtime", p[4].text, "added_downtime.mean", "%.9fs", p[4].truth, 0.05},
        {"lost, with rare faults", "scenarios/one-machine.yaml", "lost.mean", "%.9fs", 138.881, 0.05},
    };
    bool good = true;
    printf("%d gates each at 95 %%: at most 5 %% may be wrong; limit: the truth and so much more\n\n", GATES);
    printf("%-34s %7s %10s %11s %10s %10s\n", "condition", "limit", "wrong", "undecided", "paths", "at most");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        good &= check(&all[i]);
    return good;
}
