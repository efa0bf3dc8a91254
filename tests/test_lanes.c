/*
 * Every engine against the reference engine: random processes (random_process.c), to the last bit (compare.c).
 *
 * `build/test/tests/run lanes` runs this alone. What differs is printed with the seed of the process, the trial and
 * the process itself. MORE=20 in the environment runs twenty times as many.
 */
#include "test.h"

#include "compare.h"
#include "process/print.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROCESSES = 300, TRIALS = 3, MOST_SHOWN = 2 };

static uint64_t how_many(void)
{
    const char *more = getenv("MORE");
    return (uint64_t)PROCESSES * (uint64_t)(more ? atoi(more) : 1);
}

static bool seed_same(uint64_t seed, int breaches, struct text *report)
{
    struct contender list[MOST_CONTENDERS];
    struct dice dice = dice_of_seed(seed);
    struct process *p = random_process(&dice, breaches);
    struct error error = {0};
    int n = contenders(list, true);
    bool good = process_check(p, &error), same = !good;
    if (good)
        same = compare_process(p, breaches & BREACH_CYCLE, list, n, TRIALS, &dice, report);
    else if (breaches == BREACH_NONE) {
        text_add(report, "  the generator is wrong: %s  ", error.text.data);
        process_print(p, report);
        same = false;
    }
    error_free(&error);
    process_free(p);
    return same;
}

/* Those of seeds from..from + n - 1. */
static void check_seeds(uint64_t from, uint64_t n, int breaches)
{
    int wrong = 0;
#pragma omp parallel for schedule(dynamic, 1)
    for (uint64_t seed = from; seed < from + n; seed++) {
        struct text report = {0};
        bool same = seed_same(seed, breaches, &report);
#pragma omp critical(shown)
        if (!same && wrong++ < MOST_SHOWN)
            printf("process of seed %llu, breaches %d:\n%s\n", (unsigned long long)seed, breaches, report.data);
        text_free(&report);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void random_processes_are_the_same(void)
{
    check_seeds(0, how_many(), BREACH_NONE);
}

static void infinities_on_the_way_are_the_same(void)
{
    check_seeds(1000000, how_many() / 4, BREACH_DIVISION);
}

static void the_last_update_of_a_variable_counts(void)
{
    check_seeds(6000000, how_many() / 4, BREACH_TWICE);
}

static void broken_rules_are_told_alike(void)
{
    check_seeds(2000000, how_many() / 8, BREACH_PROBABILITY);
    check_seeds(3000000, how_many() / 8, BREACH_RATE);
    check_seeds(4000000, how_many() / 8, BREACH_DELAY);
    check_seeds(5000000, how_many() / 8, BREACH_UPDATE);
}

static const struct test_case cases[] = {
    {"random processes are the same", random_processes_are_the_same},
    {"infinities on the way are the same", infinities_on_the_way_are_the_same},
    {"the last update of a variable counts", the_last_update_of_a_variable_counts},
    {"broken rules are told alike", broken_rules_are_told_alike},
    {0},
};

const struct test_suite suite_lanes = {"lanes", cases};
