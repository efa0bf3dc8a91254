/* Sweeps: figures that are lists, the plans they stand for, and what is said of these. */
#include "test.h"

#include "base/utf8.h"
#include "models/strategy.h"
#include "scenario/fields.h"
#include "scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

#define WEB "environments: [{name: prod, services: [{name: web, replicas: 4}]}]\nstrategies:\n"

static struct scenario *parse_with(const char *text, const struct override *overrides, int n)
{
    struct error error = {0};
    struct scenario *scenario = scenario_parse(text, strlen(text), "case.yaml", overrides, n, &error);
    if (!scenario)
        puts(error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    error_free(&error);
    return scenario;
}

/* The names of all plans are those, ended by NULL, in that order. */
static void check_names(const struct scenario *s, const char *const *names)
{
    for (int i = 0; i < s->n_strategies && names[i]; i++) {
        CU_ASSERT_STRING_EQUAL(s->strategies[i].name, names[i]);
        if (strcmp(s->strategies[i].name, names[i]) != 0)
            printf("got %s for %s\n", s->strategies[i].name, names[i]);
    }
    int n = 0;
    while (names[n])
        n++;
    CU_ASSERT_EQUAL(s->n_strategies, n);
}

static void every_combination_is_a_plan(void)
{
    static const char *const names[] = {
        "before", "rolling max_surge=10% max_unavailable=0", "rolling max_surge=10% max_unavailable=2",
        "rolling max_surge=50% max_unavailable=0", "rolling max_surge=50% max_unavailable=2", "after", NULL};
    struct scenario *s = parse_with(WEB "  - {name: before, type: recreate}\n"
                                    "  - {name: rolling, type: rolling, max_surge: [10%, 50%], min_ready: 1m, "
                                    "max_unavailable: [0, 2]}\n"
                                    "  - {name: after, type: rolling}\n", NULL, 0);
    check_names(s, names);
    for (int i = 1; i <= 4; i++) {
        const struct strategy *plan = &s->strategies[i];
        CU_ASSERT_STRING_EQUAL(plan->written, "rolling");
        CU_ASSERT_PTR_EQUAL(plan->type, &strategy_rolling);
        CU_ASSERT_EQUAL(plan->min_ready, 60);
        CU_ASSERT_TRUE(plan->max_surge.is_share);
        CU_ASSERT_EQUAL(plan->max_surge.value, i <= 2 ? 0.1 : 0.5);
        CU_ASSERT_FALSE(plan->max_unavailable.is_share);
        CU_ASSERT_EQUAL(plan->max_unavailable.value, i % 2 ? 0 : 2);
    }
    CU_ASSERT_PTR_NULL(s->strategies[0].written);
    CU_ASSERT_PTR_NULL(s->strategies[5].written);
    scenario_free(s);
}

static void figures_within_steps_and_checks_are_swept(void)
{
    static const char *const names[] = {
        "c analysis.power=50% steps.0.hold=5m", "c analysis.power=50% steps.0.hold=10m",
        "c analysis.power=80% steps.0.hold=5m", "c analysis.power=80% steps.0.hold=10m",
        "b verify.duration=1m", "b verify.duration=2m", "b verify.duration=0", NULL};
    struct scenario *s = parse_with(WEB "  - {name: c, type: canary, analysis: {power: [50%, 80%]},\n"
                                    "     steps: [{weight: 5%, hold: [5m, 10m]}, {weight: 50%}]}\n"
                                    "  - {name: b, type: blue-green, verify: {duration: [1m, 2m, 0], power: 50%}}\n",
                                    NULL, 0);
    check_names(s, names);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(s->strategies[i].n_steps, 2);
        CU_ASSERT_EQUAL(s->strategies[i].steps[0].hold, i % 2 ? 600 : 300);
        CU_ASSERT_EQUAL(s->strategies[i].steps[1].weight, 0.5);
        CU_ASSERT_EQUAL(s->strategies[i].analysis.power, i < 2 ? 0.5 : 0.8);
    }
    CU_ASSERT_EQUAL(s->strategies[5].verify.duration, 120);
    CU_ASSERT_EQUAL(s->strategies[6].verify.duration, 0);
    scenario_free(s);
}

/* A list of one value tells nothing apart. */
static void one_value_is_no_sweep(void)
{
    static const char *const names[] = {"r", NULL};
    struct scenario *s = parse_with(WEB "  - {name: r, type: rolling, max_surge: [3], min_ready: [10s]}\n", NULL, 0);
    check_names(s, names);
    CU_ASSERT_EQUAL(s->strategies[0].max_surge.value, 3);
    CU_ASSERT_EQUAL(s->strategies[0].min_ready, 10);
    CU_ASSERT_PTR_NULL(s->strategies[0].written);
    scenario_free(s);
}

static void lists_come_from_the_command_line_as_well(void)
{
    static const struct override set[] = {{"strategies.r.max_surge", "[10%, 25%]"}, {"strategies.1.steps.0.hold",
                                           "[5m,10m]"}, {"strategies.r.max_surge.1", "40%"}};
    static const char *const names[] = {"r max_surge=10%", "r max_surge=40%", "c steps.0.hold=5m", "c steps.0.hold=10m",
                                        NULL};
    struct scenario *s = parse_with(WEB "  - {name: r, type: rolling, max_surge: [1, 2, 3]}\n"
                                    "  - {name: c, type: canary, steps: [{weight: 5%}]}\n", set, 3);
    check_names(s, names);
    CU_ASSERT_EQUAL(s->strategies[1].max_surge.value, 0.4);
    scenario_free(s);
}

static void errors_of_the_command_line_point_at_the_value(void)
{
    static const char text[] = WEB "  - {name: r, type: rolling}\n";
    static const struct override set = {"strategies.r.max_surge", "[10%, 5m, 25%]"};
    struct error error = {0};
    CU_ASSERT_PTR_NULL(scenario_parse(text, strlen(text), "case.yaml", &set, 1, &error));
    CU_ASSERT_STRING_EQUAL(error.text.data,
                           "--set strategies.r.max_surge: `max_surge` cannot be `5m`: expected a count or a share, "
                           "such as 2 or 25%\n"
                           "      | strategies.r.max_surge=[10%, 5m, 25%]\n"
                           "      |                              ^\n");
    error_free(&error);
}

/* Of a canary with so long a name, and what its plans are called. */
static void check_brevity(const char *name, const char *first)
{
    struct text text = {0};
    text_add(&text, WEB "  - name: %s\n    type: canary\n    analysis: {power: 80%%, false_positive: [1%%, 2%%]}\n"
             "    steps: [{weight: [5%%, 6%%], hold: [5m, 10m]}, {weight: 50%%, hold: [5m, 10m]}]\n", name);
    struct scenario *s = parse_with(text.data, NULL, 0);
    CU_ASSERT_EQUAL(s->n_strategies, 16);
    CU_ASSERT_STRING_EQUAL(s->strategies[0].name, first);
    for (int i = 0; i < s->n_strategies; i++) {
        CU_ASSERT_TRUE(utf8_columns(s->strategies[i].name) <= PLAN_NAME_MOST);
        CU_ASSERT_STRING_EQUAL(s->strategies[i].written, name);
        for (int k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(s->strategies[i].name, s->strategies[k].name);
    }
    scenario_free(s);
    text_free(&text);
}

static void long_names_are_abbreviated_alike(void)
{
    check_brevity("c", "c a.false_positive=1% s.0.weight=5% s.0.hold=5m s.1.hold=5m");
    check_brevity("canary", "canary a.fp=1% s.0.w=5% s.0.h=5m s.1.h=5m");
    check_brevity("a name that is nearly as long as a name may be, with no blanks",
                  "a name that is nearly as long as a name may be, with no blanks a.fp=1% s.0.w=5% s.0.h=5m s.1.h=5m");
}

/* Steps of ten and more keep their numbers in the shortest names. */
static void numbers_of_steps_are_kept_whole(void)
{
    struct text text = {0};
    text_add(&text, WEB "  - name: a canary with a name that is fairly long by itself\n    type: canary\n    steps:\n");
    for (int i = 0; i < 12; i++)
        text_add(&text, "      - {weight: 50%%, hold: %s}\n", i == 1 || i == 11 ? "[1m, 2m]" : "5m");
    struct scenario *s = parse_with(text.data, NULL, 0);
    CU_ASSERT_EQUAL(s->n_strategies, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(s->strategies[1].name, " s.1.h=1m s.11.h=2m"));
    scenario_free(s);
    text_free(&text);
}

static void a_thousand_plans_are_read(void)
{
    struct text text = {0};
    text_add(&text, WEB "  - {name: r, type: rolling, max_surge: [");
    for (int i = 0; i < 40; i++)
        text_add(&text, "%s%d%%", i ? ", " : "", i + 1);
    text_add(&text, "], min_ready: [");
    for (int i = 0; i < 25; i++)
        text_add(&text, "%s%ds", i ? ", " : "", i);
    text_add(&text, "]}\n");
    struct scenario *s = parse_with(text.data, NULL, 0);
    CU_ASSERT_EQUAL(s->n_strategies, PLANS_MOST);
    CU_ASSERT_STRING_EQUAL(s->strategies[999].name, "r max_surge=40% min_ready=24s");
    CU_ASSERT_EQUAL(s->strategies[999].min_ready, 24);
    scenario_free(s);
    text_free(&text);
}

static void plans_that_are_the_same_are_told(void)
{
    struct scenario *s = parse_with(WEB "  - {name: r, type: rolling, max_surge: [25%, 20%, 26%]}\n", NULL, 0);
    CU_ASSERT_EQUAL(s->n_strategies, 3);
    CU_ASSERT_EQUAL_FATAL(s->n_warnings, 1);
    CU_ASSERT_PTR_EQUAL(strstr(s->warnings[0], "case.yaml:3:5: of the 3 plans of `r` 1 is the same as another in every "
                               "environment: `r max_surge=20%` as `r max_surge=25%`\n"), s->warnings[0]);
    scenario_free(s);
    s = parse_with("environments:\n  - {name: a, users: 50%, services: [{name: web, replicas: 4}]}\n"
                   "  - {name: b, users: 50%, services: [{name: web, replicas: 10}]}\n"
                   "strategies: [{name: r, type: rolling, max_surge: [25%, 20%]}]\n", NULL, 0);
    CU_ASSERT_EQUAL(s->n_warnings, 0); /* of ten replicas it is 3 and 2 */
    scenario_free(s);
    s = parse_with(WEB "  - {name: r, type: rolling, max_surge: [1%, 2%, 3%, 4%, 5%, 6%, 7%]}\n", NULL, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(s->warnings[0], "of the 7 plans of `r` 6 are the same"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s->warnings[0], "`r max_surge=4%` as `r max_surge=1%`, and 3 more\n"));
    CU_ASSERT_PTR_NULL(strstr(s->warnings[0], "max_surge=5%"));
    scenario_free(s);
}

/* What all plans of a strategy have in common is said once. */
static void warnings_are_not_repeated(void)
{
    struct scenario *s = parse_with(WEB "  - {name: r, type: rolling, max_surge: 25, min_ready: [1m, 2m, 3m]}\n",
                                    NULL, 0);
    CU_ASSERT_EQUAL(s->n_warnings, 1);
    scenario_free(s);
}

/* A thousand copies of a large strategy would take a gigabyte. */
static void a_large_strategy_is_not_copied_a_thousand_times(void)
{
    struct error error = {0};
    struct text text = {0};
    text_add(&text, WEB "  - name: c\n    type: canary\n    min_ready: [");
    for (int i = 0; i < 900; i++)
        text_add(&text, "%s%ds", i ? ", " : "", i + 1);
    text_add(&text, "]\n    steps:\n");
    for (int i = 0; i < 900; i++)
        text_add(&text, "      - {weight: 5%%, hold: 1m}\n");
    CU_ASSERT_PTR_NULL(scenario_parse(text.data, text.length, "case.yaml", NULL, 0, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "case.yaml:3:5: too large: the 900 plans of `c` would take more "
                                  "than 1048576 values\n"));
    CU_ASSERT_EQUAL(error.count, 1);
    error_free(&error);
    text_free(&text);
}

static const struct test_case cases[] = {
    {"every combination is a plan", every_combination_is_a_plan},
    {"figures within steps and checks are swept", figures_within_steps_and_checks_are_swept},
    {"one value is no sweep", one_value_is_no_sweep},
    {"lists come from the command line as well", lists_come_from_the_command_line_as_well},
    {"errors of the command line point at the value", errors_of_the_command_line_point_at_the_value},
    {"long names are abbreviated alike", long_names_are_abbreviated_alike},
    {"numbers of steps are kept whole", numbers_of_steps_are_kept_whole},
    {"a thousand plans are read", a_thousand_plans_are_read},
    {"plans that are the same are told", plans_that_are_the_same_are_told},
    {"warnings are not repeated", warnings_are_not_repeated},
    {"a large strategy is not copied a thousand times", a_large_strategy_is_not_copied_a_thousand_times},
    {NULL, NULL},
};

const struct test_suite suite_sweep = {"sweep", cases};
