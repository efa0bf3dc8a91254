/*
 * Runs every suite, or those named as arguments; prints what failed and a closing line; exit status 1 if any did. A
 * suite that is run by several engines has the engine in its name: "engine (lanes, avx2)".
 */
#include "test.h"

#include "engines.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct test_suite suite_base;
extern const struct test_suite suite_random;
extern const struct test_suite suite_statistics;
extern const struct test_suite suite_quantity;
extern const struct test_suite suite_file;
extern const struct test_suite suite_report;
extern const struct test_suite suite_gates;
extern const struct test_suite suite_pipelines;
extern const struct test_suite suite_plan;
extern const struct test_suite suite_contract;
extern const struct test_suite suite_path;
extern const struct test_suite suite_rollout;
extern const struct test_suite suite_cli;
extern const struct test_suite suite_transcripts;
extern const struct test_suite suite_units;
extern const struct test_suite suite_scenario;
extern const struct test_suite suite_openslo;
extern const struct test_suite suite_budget;
extern const struct test_suite suite_plots;
extern const struct test_suite suite_sweep;
extern const struct test_suite suite_front;
extern const struct test_suite suite_process;
extern const struct test_suite suite_control;
extern const struct test_suite suite_engine;
extern const struct test_suite suite_truths;
extern const struct test_suite suite_lanes;
extern const struct test_suite suite_study;
extern const struct test_suite suite_sensitivity;
extern const struct test_suite suite_gate;
extern const struct test_suite suite_solve;
extern const struct test_suite suite_erlang;
extern const struct test_suite suite_files;
extern const struct test_suite suite_space;
extern const struct test_suite suite_exact;
extern const struct test_suite suite_transient;

/* How often a suite is run: with each engine under test (tests/engines.h), or even at each width of its vectors. */
enum repeat { ONCE, EACH_ENGINE, EACH_WIDTH };

struct entry {
    const struct test_suite *suite;
    enum repeat repeat;
};

/* That of the command line first, since it forks: a process that has had threads does so with less certainty. */
static const struct entry suites[] = {
    {&suite_cli, ONCE},
    {&suite_base, ONCE},
    {&suite_random, ONCE},
    {&suite_statistics, ONCE},
    {&suite_quantity, ONCE},
    {&suite_file, ONCE},
    {&suite_report, ONCE},
    {&suite_gates, ONCE},
    {&suite_pipelines, ONCE},
    {&suite_plan, ONCE},
    {&suite_contract, EACH_ENGINE},
    {&suite_path, EACH_ENGINE},
    {&suite_rollout, ONCE},
    {&suite_transcripts, ONCE},
    {&suite_units, ONCE},
    {&suite_scenario, ONCE},
    {&suite_openslo, ONCE},
    {&suite_budget, ONCE},
    {&suite_plots, ONCE},
    {&suite_sweep, ONCE},
    {&suite_front, ONCE},
    {&suite_process, EACH_WIDTH},
    {&suite_control, ONCE},
    {&suite_engine, EACH_WIDTH},
    {&suite_truths, EACH_ENGINE},
    {&suite_lanes, ONCE},
    {&suite_study, ONCE},
    {&suite_sensitivity, ONCE},
    {&suite_gate, ONCE},
    {&suite_solve, ONCE},
    {&suite_erlang, EACH_ENGINE},
    {&suite_files, ONCE},
    {&suite_space, ONCE},
    {&suite_exact, ONCE},
    {&suite_transient, ONCE},
};

/* A suite as it is run once: with which engine. */
struct round {
    CU_pSuite suite;
    struct contender contender;
};

enum { MOST_ROUNDS = 256 };

static struct round rounds[MOST_ROUNDS];
static int n_rounds;

static void on_start(const CU_pSuite suite)
{
    for (int i = 0; i < n_rounds; i++)
        if (rounds[i].suite == suite)
            under_test = rounds[i].contender;
}

static void on_complete(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    if (!failure)
        return;
    printf("FAILED %s: %s\n", suite->pName, test->pName);
    for (const CU_FailureRecord *f = failure; f; f = f->pNext)
        printf("    %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
}

static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return 1;
    return argc < 2;
}

static void add_round(const struct test_suite *suite, const char *name, struct contender contender)
{
    CU_pSuite new = CU_add_suite(name, NULL, NULL);
    for (const struct test_case *c = suite->cases; c->name; c++)
        if (!new || n_rounds == MOST_ROUNDS || !CU_add_test(new, c->name, c->run)) {
            printf("cannot add %s: %s\n", name, c->name);
            exit(EXIT_FAILURE);
        }
    rounds[n_rounds++] = (struct round){new, contender};
}

static void add(const struct entry *entry)
{
    const struct test_suite *suite = entry->suite;
    struct contender list[MOST_CONTENDERS];
    char name[128], of[64];
    if (entry->repeat == ONCE)
        add_round(suite, suite->name, (struct contender){engines[0], SIMD_AUTO});
    for (int i = 0, n = entry->repeat == ONCE ? 0 : contenders(list, entry->repeat == EACH_WIDTH); i < n; i++) {
        snprintf(name, sizeof name, "%s (%s)", suite->name, contender_name(list[i], of));
        add_round(suite, name, list[i]);
    }
}

static void refuse_unknown(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool known = false;
        for (size_t s = 0; s < sizeof suites / sizeof *suites; s++)
            known = known || !strcmp(suites[s].suite->name, argv[i]);
        if (!known) {
            printf("there is no suite %s\n", argv[i]);
            exit(EXIT_FAILURE);
        }
    }
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    refuse_unknown(argc, argv);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (wanted(suites[i].suite->name, argc, argv))
            add(&suites[i]);
    CU_set_suite_start_handler(on_start);
    CU_set_test_complete_handler(on_complete);
    CU_run_all_tests();
    unsigned run = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    unsigned bad = CU_get_number_of_failures();
    printf("%u assertions\n%u passed, %u failed\n", CU_get_number_of_asserts(), run - failed, failed);
    CU_cleanup_registry();
    return run == 0 || bad != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
