/* OpenSLO files: what is taken from them, and every message to the letter. */
#include "test.h"

#include "slurp.h"

#include "scenario/openslo.h"

/* The program of the fuzzer, whose corpus is replayed. */
#define LLVMFuzzerTestOneInput fuzz_openslo_input
#include "tests/fuzz/fuzz_openslo.c"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void every_broken_slo_gets_its_message(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("tests/openslo/[0-9]*.yaml", 0, NULL, &files), 0);
    CU_ASSERT_TRUE(files.gl_pathc >= 20);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char expected[512];
        size_t length = 0;
        struct error error = {0};
        struct openslo openslo;
        snprintf(expected, sizeof expected, "%.*s.expected", (int)strlen(files.gl_pathv[i]) - 5, files.gl_pathv[i]);
        char *wanted = slurp(expected, &length);
        CU_ASSERT_PTR_NOT_NULL_FATAL(wanted);
        CU_ASSERT_FALSE(openslo_read(files.gl_pathv[i], &openslo, &error));
        CU_ASSERT_EQUAL(error.fault, FAULT_INPUT);
        const char *got = error.text.data ? error.text.data : "";
        CU_ASSERT_STRING_EQUAL(got, wanted);
        if (strcmp(got, wanted) != 0)
            printf("%s: got\n%s", files.gl_pathv[i], got);
        openslo_free(&openslo);
        error_free(&error);
        free(wanted);
    }
    globfree(&files);
}

static void check_slo(const char *text, double target, double window)
{
    struct error error = {0};
    struct openslo openslo;
    bool good = openslo_parse(text, strlen(text), "slo.yaml", &openslo, &error);
    CU_ASSERT_TRUE(good);
    CU_ASSERT_EQUAL(openslo.slo.target, target);
    CU_ASSERT_EQUAL(openslo.slo.window, window);
    CU_ASSERT_EQUAL(openslo.n_warnings, 0);
    if (!good || openslo.slo.window != window)
        printf("%s: %.17g, %.17g\n%s", text, openslo.slo.target, openslo.slo.window,
               error.text.data ? error.text.data : "");
    openslo_free(&openslo);
    error_free(&error);
}

#define SLO(window, objective)                                                                                         \
    "apiVersion: openslo/v1\nkind: SLO\nspec: {timeWindow: [{duration: " window "}], objectives: [{" objective "}]}\n"

static void figures_of_an_slo_are_read(void)
{
    check_slo(SLO("90m", "target: 0.9995"), 0.9995, 5400);
    check_slo(SLO("36h", "targetPercent: 99.95"), 0.9995, 36 * 3600);
    check_slo(SLO("28d", "targetPercent: \"99.9\""), 0.999, 28 * 86400);
    check_slo(SLO("4w", "target: .5"), 0.5, 28 * 86400);
    check_slo(SLO("1M", "target: 0.9"), 0.9, 30 * 86400);
    check_slo(SLO("1Q", "target: 9e-1"), 0.9, 90 * 86400);
    check_slo(SLO("2Y", "targetPercent: 90"), 0.9, 730 * 86400);
    check_slo("\xEF\xBB\xBF---\nkind: SLO\napiVersion: openslo/v1\nspec:\n  budgetingMethod: Timeslices\n"
              "  timeWindow:\n  - duration: 1w\n    calendar: {timeZone: Europe/Vienna}\n"
              "  objectives:\n  - {target: 0.99, timeSliceTarget: 0.9}\n", 0.99, 7 * 86400);
}

static void what_is_left_aside_is_told(void)
{
    struct error error = {0};
    struct openslo openslo;
    CU_ASSERT_TRUE(openslo_read("tests/openslo/good.yaml", &openslo, &error));
    CU_ASSERT_EQUAL(openslo.slo.target, 0.9995);
    CU_ASSERT_EQUAL(openslo.slo.window, 28 * 86400);
    CU_ASSERT_EQUAL_FATAL(openslo.n_warnings, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(openslo.warnings[0],
                                  "good.yaml:2:1: this document is left aside: the SLO of line 7 is taken\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(openslo.warnings[1],
                                  "good.yaml:18:7: this objective is left aside: the first one is taken\n"));
    openslo_free(&openslo);
    error_free(&error);
}

/* It takes the whole place of the scenario's own, but a figure that is set by itself. */
static void an_slo_overrides_that_of_the_scenario(void)
{
    static const char text[] = "slo: {target: 90%, window: 1d}\nreleases_per_window: 3\n"
                               "environments: [{name: prod, services: [{name: web, replicas: 1}]}]\n"
                               "strategies: [{name: r, type: recreate}]\n";
    struct error error = {0};
    struct openslo openslo;
    CU_ASSERT_TRUE(openslo_read("tests/openslo/good.yaml", &openslo, &error));
    struct override overrides[] = {openslo_override(&openslo), {"slo.window", "2w"}};
    uint64_t hash = 0;
    for (int n = 0; n < 3; n++) {
        struct scenario *scenario = scenario_parse(text, sizeof text - 1, "x.yaml", overrides, n, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        CU_ASSERT_EQUAL(scenario->slo.target, n ? 0.9995 : 0.9);
        CU_ASSERT_EQUAL(scenario->slo.window, (n ? n > 1 ? 14 : 28 : 1) * 86400.0);
        CU_ASSERT_EQUAL(scenario->releases_per_window, 3);
        CU_ASSERT_NOT_EQUAL(scenario->hash, hash);
        hash = scenario->hash;
        scenario_free(scenario);
    }
    openslo_free(&openslo);
    error_free(&error);
}

static void the_corpus_of_the_fuzzer_is_replayed(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("tests/fuzz/corpus/openslo/*", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t length = 0;
        char *bytes = slurp(files.gl_pathv[i], &length);
        CU_ASSERT_EQUAL(fuzz_openslo_input((const uint8_t *)bytes, length), 0);
        free(bytes);
    }
    globfree(&files);
}

static const struct test_case cases[] = {
    {"every broken SLO gets its message", every_broken_slo_gets_its_message},
    {"figures of an SLO are read", figures_of_an_slo_are_read},
    {"what is left aside is told", what_is_left_aside_is_told},
    {"an SLO overrides that of the scenario", an_slo_overrides_that_of_the_scenario},
    {"the corpus of the fuzzer is replayed", the_corpus_of_the_fuzzer_is_replayed},
    {NULL, NULL},
};

const struct test_suite suite_openslo = {"openslo", cases};
