/* Runs every suite, or those named as arguments; prints what failed and a closing line; exit status 1 if any did. */
#include "test.h"

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
extern const struct test_suite suite_plan;
extern const struct test_suite suite_contract;
extern const struct test_suite suite_path;
extern const struct test_suite suite_rollout;
extern const struct test_suite suite_cli;
extern const struct test_suite suite_transcripts;
extern const struct test_suite suite_units;
extern const struct test_suite suite_scenario;
extern const struct test_suite suite_plots;
extern const struct test_suite suite_process;
extern const struct test_suite suite_control;
extern const struct test_suite suite_engine;
extern const struct test_suite suite_lanes;
extern const struct test_suite suite_study;
extern const struct test_suite suite_solve;
extern const struct test_suite suite_erlang;
extern const struct test_suite suite_files;
extern const struct test_suite suite_space;
extern const struct test_suite suite_exact;
extern const struct test_suite suite_transient;

/* That of the command line first, since it forks: a process that has had threads does so with less certainty. */
static const struct test_suite *const suites[] = {
    &suite_cli,
    &suite_base,
    &suite_random,
    &suite_statistics,
    &suite_quantity,
    &suite_file,
    &suite_report,
    &suite_plan,
    &suite_contract,
    &suite_path,
    &suite_rollout,
    &suite_transcripts,
    &suite_units,
    &suite_scenario,
    &suite_plots,
    &suite_process,
    &suite_control,
    &suite_engine,
    &suite_lanes,
    &suite_study,
    &suite_solve,
    &suite_erlang,
    &suite_files,
    &suite_space,
    &suite_exact,
    &suite_transient,
};

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

static void add(const struct test_suite *suite)
{
    CU_pSuite new = CU_add_suite(suite->name, NULL, NULL);
    for (const struct test_case *c = suite->cases; c->name; c++)
        if (!new || !CU_add_test(new, c->name, c->run)) {
            printf("cannot add %s: %s\n", suite->name, c->name);
            exit(EXIT_FAILURE);
        }
}

static void refuse_unknown(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool known = false;
        for (size_t s = 0; s < sizeof suites / sizeof *suites; s++)
            known = known || !strcmp(suites[s]->name, argv[i]);
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
        if (wanted(suites[i]->name, argc, argv))
            add(suites[i]);
    CU_set_test_complete_handler(on_complete);
    CU_run_all_tests();
    unsigned run = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    unsigned bad = CU_get_number_of_failures();
    printf("%u assertions\n%u passed, %u failed\n", CU_get_number_of_asserts(), run - failed, failed);
    CU_cleanup_registry();
    return run == 0 || bad != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
