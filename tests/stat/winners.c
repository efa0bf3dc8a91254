/*
 * Is the best plan found as often as promised? Five hundred selections, seeds 1 to 500, among plans whose order is
 * known: the winner must be the best of those that keep the condition, or within the indifference of it, in 95 % or
 * more of the selections. The paths are compared with those that all plans would have drawn had none been dropped: as
 * many each as the one with most.
 *
 * Canaries of one instance that go on for the whole horizon of T = 600 s: a defective release is found at rate w/300,
 * so with the probability p of one a plan of weight w loses 300 p (1 - exp(-w T/300)) seconds and is rolled back with
 * probability p (1 - exp(-w T/300)). The mixed plans are those of a small process without fixed delays, whose means
 * the exact solver gives.
 */
#include "tests/stat/stat.h"

#include "study/study.h"
#include "tests/stat/problems.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SELECTIONS = 500 };

#define CANARY(name, weight) "  - {name: " name ", type: canary, steps: [{weight: " weight ", hold: 1h}]}\n"
#define CANARIES(objective)                                                                                            \
    "scenario: canaries\nhorizon: 10m\nenvironments:\n"                                                                \
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, mtbf: 10h, mttr: 1m, start: 0s, drain: 0s}]}\n"  \
    "release: {defective: 30%, error_rate: 100%, detect: 5m, rollback_failure: 0%}\n" \
    "objective: " objective "\nsimulation: {precision: 50%}\nstrategies:\n"                                           \
    CANARY("a", "30%") CANARY("b", "12%") CANARY("c", "10%") CANARY("d", "10.05%") CANARY("e", "11%")                  \
    CANARY("f", "15%") CANARY("g", "20%") CANARY("h", "60%")

static const double weights[] = {0.3, 0.12, 0.1, 0.1005, 0.11, 0.15, 0.2, 0.6};

static const char free_choice[] = CANARIES("{minimize: lost}");
static const char constrained[] = CANARIES("{minimize: lost, subject_to: [\"rollback >= 7%\"]}");

static const char mixed[] =
    "scenario: mixed\nhorizon: 12h\nenvironments:\n"
    "  - name: prod\n    switch: 0s\n    services:\n"
    "      - {name: web, replicas: 3, demand: 2, mtbf: 6h, mttr: 20m, start: 3m, drain: 0s}\n"
    "release: {defective: 20%, error_rate: 50%, detect: 20m, rollback_failure: 5%, progress_deadline: 30d}\n"
    "objective: {minimize: lost}\nsimulation: {precision: 50%}\nstrategies:\n"
    "  - {name: surge, type: rolling, max_surge: 1, max_unavailable: 0}\n"
    "  - {name: in-place, type: rolling, max_surge: 0, max_unavailable: 1}\n"
    "  - {name: both, type: rolling, max_surge: 1, max_unavailable: 1}\n"
    "  - {name: blue-green, type: blue-green}\n"
    "  - {name: recreate, type: recreate}\n";

/* What each plan costs, in order; infinite where it breaks the condition. */
struct order {
    const char *name, *text;
    double      cost[8];
    int         n;
};

static void fill_canaries(struct order *order, double least_rollback)
{
    order->n = sizeof weights / sizeof *weights;
    for (int i = 0; i < order->n; i++) {
        double found = -0.3 * expm1(-weights[i] * 600 / 300);
        order->cost[i] = found < least_rollback ? INFINITY : 300 * found;
    }
}

static void fill_exact(struct order *order)
{
    struct scenario *scenario = problem_parse(order->text);
    const int phases[] = {1};
    struct solve_options options = {.phases = phases, .n_phases = 1};
    struct error error = {0};
    struct study *study = study_solve(scenario, &options, &error);
    order->n = scenario->n_strategies;
    for (int i = 0; i < order->n && study; i++)
        order->cost[i] = study->outcomes[1 + i].measures[MEASURE_LOST].mean;
    if (!study)
        printf("%s", error.text.data);
    study_free(study);
    scenario_free(scenario);
}

static bool is_good(const struct order *order, int winner, double indifference)
{
    double least = INFINITY;
    for (int i = 0; i < order->n; i++)
        least = fmin(least, order->cost[i]);
    return winner > 0 && order->cost[winner - 1] <= least * (1 + indifference);
}

/* Paths had no plan been dropped. */
static double all_paths(const struct study *study)
{
    uint64_t most = 0;
    for (int i = 1; i < study->n_outcomes; i++)
        most = study->outcomes[i].paths > most ? study->outcomes[i].paths : most;
    return (double)most * (study->n_outcomes - 1);
}

static bool check(const struct order *order)
{
    int good = 0, best = 0, level = 0, failed = 0;
    double paths = 0, all = 0;
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : good, best, level, failed, paths, all)
    for (int seed = 1; seed <= SELECTIONS; seed++) {
        struct scenario *own = problem_parse(order->text);
        struct study_options options = {.threads = 1};
        struct error error = {0};
        own->simulation.seed = (uint64_t)seed;
        struct study *study = study_run(own, &options, &error);
        failed += !study;
        if (study) {
            good += is_good(order, study->winner, own->simulation.indifference);
            best += is_good(order, study->winner, 0);
            level += study->winner_note && strstr(study->winner_note, "level with it");
            paths += (double)(study->paths - study->outcomes[0].paths) / SELECTIONS;
            all += all_paths(study) / SELECTIONS;
        }
        study_free(study);
        scenario_free(own);
    }
    bool right = !failed && good >= SELECTIONS * 0.95;
    printf("%-24s %8.1f %% %8.1f %% %8.1f %% %10.0f %10.0f  %s\n", order->name, 100.0 * good / SELECTIONS,
           100.0 * best / SELECTIONS, 100.0 * level / SELECTIONS, paths, all, right ? "" : "TOO OFTEN WRONG");
    fflush(stdout);
    return right;
}

bool winners_are_best(void)
{
    struct order orders[] = {{.name = "8 canaries", .text = free_choice},
                             {.name = "8 canaries, a condition", .text = constrained},
                             {.name = "5 plans, solved", .text = mixed}};
    bool good = true;
    fill_canaries(&orders[0], 0);
    fill_canaries(&orders[1], 0.07);
    fill_exact(&orders[2]);
    printf("%d selections each at 95 %%, indifference 1 %%\n\n", SELECTIONS);
    printf("%-24s %10s %10s %10s %10s %10s\n", "plans", "good", "best", "level", "paths", "undropped");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        good &= check(&orders[i]);
    return good;
}
