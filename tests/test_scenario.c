/* The scenario reader: what is read, what is derived, and every message to the letter. */
#include "test.h"

#include "slurp.h"

#include "base/units.h"
#include "scenario/fields.h"
#include "scenario/scenario.h"
#include "tests/fuzz/fuzz_scenario.c"

#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define PROD "environments: [{name: prod, services: [{name: web, replicas: 4}]}]\n"
#define ROLL "strategies: [{name: r, type: rolling}]\n"

static struct scenario *parse_with(const char *text, const struct override *overrides, int n, struct error *error)
{
    return scenario_parse(text, strlen(text), "folder/case.yaml", overrides, n, error);
}

/* A text that must be a scenario; the test ends if it is none. */
static struct scenario *parse(const char *text)
{
    struct error error = {0};
    struct scenario *scenario = parse_with(text, NULL, 0, &error);
    if (!scenario)
        puts(error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    CU_ASSERT_EQUAL(error.count, 0);
    error_free(&error);
    return scenario;
}

/* Pairs of a figure and what it must be. */
#define SAME(...)                                                                                                      \
    check_same(__LINE__, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void check_same(int line, const double *pairs, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        CU_ASSERT_EQUAL(pairs[i], pairs[i + 1]);
        if (pairs[i] != pairs[i + 1])
            printf("line %d, pair %zu: %.17g is not %.17g\n", line, i / 2 + 1, pairs[i], pairs[i + 1]);
    }
}

/* The warnings of a scenario, without the lines that show the place; each ends with a new line. */
static void expect_warnings(const char *text, const struct override *overrides, int n, const char *expected)
{
    struct error error = {0};
    struct text all = {0};
    struct scenario *scenario = parse_with(text, overrides, n, &error);
    if (!scenario)
        puts(error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    text_add(&all, "%s", "");
    for (int i = 0; i < scenario->n_warnings; i++) {
        const char *warning = scenario->warnings[i];
        text_add(&all, "%.*s\n", (int)strcspn(warning, "\n"), warning);
    }
    CU_ASSERT_STRING_EQUAL(all.data, expected);
    if (strcmp(all.data, expected) != 0)
        printf("got: %sfor %s\n", all.data, text);
    text_free(&all);
    scenario_free(scenario);
    error_free(&error);
}

#define WEB(keys)       "environments: [{name: prod, services: [{name: web, replicas: 4" keys "}]}]\n"
#define ROLLING(keys)   "strategies: [{name: r, type: rolling" keys "}]\n"
#define CANARY(steps)   "strategies: [{name: c, type: canary, steps: [" steps "]}]\n"

static void slips_are_warned_of(void)
{
    static const struct { const char *text, *warnings; } cases[] = {
        {WEB("") ROLLING(", max_surge: 25"), "folder/case.yaml:2:50: `max_surge` is 25 instances, more than the 4 that "
         "there are to replace\n"},
        {WEB("") ROLLING(", max_unavailable: 50"), "folder/case.yaml:2:56: `max_unavailable` is 50 instances, more "
         "than the 4 that there are to replace\n"},
        {WEB("") ROLLING(", max_surge: 0, max_unavailable: 0"), "folder/case.yaml:2:50: with `max_surge` and "
         "`max_unavailable` of 0 nothing could be replaced: one may be unavailable\n"},
        {WEB("") CANARY("{weight: 50%, replicas: 9}"), "folder/case.yaml:2:70: a step with 9 replicas: there are only "
         "4\n"},
        {WEB("") CANARY("{weight: 50%, replicas: 3}, {weight: 60%, replicas: 2}"), "folder/case.yaml:2:98: the step "
         "has 2 replicas, fewer than the 3 of a step before: none are stopped, so it has 3\n"},
        {WEB(", mttr: 5m") ROLLING(""), "folder/case.yaml:1:65: `mttr` without `mtbf`: an instance never fails, so "
         "this has no effect\n"},
        {WEB(", mtbf: 1h, mttr: 2d") ROLLING(""), "folder/case.yaml:1:81: `mttr` is longer than `mtbf`: an instance "
         "would be away for most of the time; were they swapped?\n"},
        {"environments: [{name: prod, users: 60%, services: [{name: web, replicas: 4}]}]\n" ROLLING(""),
         "folder/case.yaml:1:36: `users` add up to 60%: every downtime is weighted by that; write 100% if these are "
         "all\n"},
        {WEB("") ROLLING("") "releases_per_window: 12\n", "folder/case.yaml:3:1: `releases_per_window` without `slo`: "
         "there is no window, so this has no effect\n"},
        {"environments: [{name: prod, zones: {count: 2, mttr: 1h}, ingress: {mtbf: 1s, mttr: 2s},\n"
         "  services: [{name: web, replicas: 4}]}]\n" ROLLING(""),
         "folder/case.yaml:1:47: `mttr` without `mtbf`: a zone never fails, so this has no effect\n"
         "folder/case.yaml:1:84: `mttr` is longer than `mtbf`: the ingress would be away for most of the time; were "
         "they swapped?\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_warnings(cases[i].text, NULL, 0, cases[i].warnings);
    const struct override surge = {"strategies.r.max_surge", "30"};
    expect_warnings(WEB("") ROLLING(""), &surge, 1, "--set strategies.r.max_surge: `max_surge` is 30 instances, more "
                    "than the 4 that there are to replace\n");
}

/* What is usual, or said on purpose, is no slip. */
static void what_is_meant_is_not_warned_of(void)
{
    static const char *const texts[] = {
        WEB("") ROLLING(", max_surge: 4, max_unavailable: 0"),
        WEB("") ROLLING(", max_surge: 1000%, max_unavailable: 10%"),
        WEB("") ROLLING(", max_surge: 0, max_unavailable: 10%"),
        WEB(", mtbf: 0, mttr: 5m") ROLLING(""),
        WEB(", mttr: 5m") "release: {crash_mtbf: 1h}\n" ROLLING(""),
        WEB("") CANARY("{weight: 10%}, {weight: 50%, replicas: 2}, {weight: 60%, replicas: 2}"),
        "environments: [{name: a, users: 30%, services: [{name: web, replicas: 1}]},\n"
        "  {name: b, users: 70%, services: [{name: web, replicas: 8}]}]\n" ROLLING(", max_surge: 3"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_warnings(texts[i], NULL, 0, "");
}

/* The whole text of what is wrong with a text. */
static void expect(const char *text, const struct override *overrides, int n, const char *messages)
{
    struct error error = {0};
    struct scenario *scenario = parse_with(text, overrides, n, &error);
    CU_ASSERT_PTR_NULL(scenario);
    CU_ASSERT_EQUAL(error.fault, FAULT_INPUT);
    CU_ASSERT_STRING_EQUAL(error.text.data ? error.text.data : "", messages);
    if (error.text.data && strcmp(error.text.data, messages))
        printf("expected:\n%sgot:\n%s", messages, error.text.data);
    scenario_free(scenario);
    error_free(&error);
}

static void every_broken_file_gets_its_message(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("tests/broken/*.yaml", 0, NULL, &files), 0);
    CU_ASSERT_TRUE(files.gl_pathc >= 45);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char expected[512];
        size_t length = 0;
        struct error error = {0};
        snprintf(expected, sizeof expected, "%.*s.expected", (int)strlen(files.gl_pathv[i]) - 5, files.gl_pathv[i]);
        char *wanted = slurp(expected, &length);
        struct scenario *scenario = scenario_read(files.gl_pathv[i], NULL, 0, &error);
        CU_ASSERT_PTR_NULL(scenario);
        CU_ASSERT_EQUAL(error.fault, FAULT_INPUT);
        CU_ASSERT_STRING_EQUAL(error.text.data ? error.text.data : "", wanted ? wanted : "(no such file)");
        if (!wanted || !error.text.data || strcmp(wanted, error.text.data))
            printf("%s: got\n%s", files.gl_pathv[i], error.text.data ? error.text.data : "no message\n");
        error_free(&error);
        scenario_free(scenario);
        free(wanted);
    }
    globfree(&files);
}

static void messages_hold_no_control_characters(void)
{
    glob_t files;
    int raw = 0;
    CU_ASSERT_EQUAL_FATAL(glob("tests/broken/*.expected", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t length = 0;
        char *text = slurp(files.gl_pathv[i], &length);
        for (size_t j = 0; text && j < length; j++)
            raw += ((unsigned char)text[j] < 0x20 && text[j] != '\n' && text[j] != '\t') || text[j] == 0x7F;
        free(text);
    }
    CU_ASSERT_EQUAL(raw, 0);
    globfree(&files);
}

static void defaults_are_those_of_the_manual(void)
{
    struct scenario *s = parse(PROD ROLL);
    struct environment *e = &s->topologies[0].environments[0];
    struct service *w = &e->services[0];
    CU_ASSERT_STRING_EQUAL(s->name, "case");
    CU_ASSERT_STRING_EQUAL(s->file, "folder/case.yaml");
    CU_ASSERT_EQUAL(s->horizon, 86400);
    CU_ASSERT_EQUAL(s->available_at, 0.95);
    CU_ASSERT_EQUAL(s->n_topologies, 1);
    CU_ASSERT_STRING_EQUAL(s->topologies[0].name, "default");
    CU_ASSERT_EQUAL(s->topologies[0].n_environments, 1);
    SAME(e->users, 1, e->traffic, 1, e->zones, 1, e->zone_mtbf, 0, e->zone_mttr, 0);
    SAME(e->ingress_mtbf, 0, e->ingress_mttr, 0, e->approve, 0, e->soak, 0, e->test.given, 0);
    SAME(e->switch_time, 2, e->switch_loss, 0, e->switch_failure, 0, e->switch_repair, 300);
    SAME(e->n_services, 1, e->released, 0, w->released, 1);
    SAME(w->replicas, 4, w->demand, 4, w->mtbf, 0, w->mttr, 0, w->repair_crews, 0);
    SAME(w->start, 30, w->start_failure, 0, w->drain, 30);
    SAME(s->release.defective, 0.15, s->release.error_rate, 1, s->release.detect, 300);
    SAME(s->release.crash_mtbf, 0, s->release.start_failure, ABSENT);
    SAME(s->release.false_alarm_mtbf, 0, s->release.react, 0, s->release.rollback_failure, 0.02);
    SAME(s->release.manual_recovery, 2700, s->release.progress_deadline, 600);
    SAME(s->objective.minimize, MEASURE_LOST, s->objective.n_subject_to, 0, s->n_gate, 0);
    SAME(s->simulation.confidence, 0.95, s->simulation.precision, 0.02);
    SAME(s->simulation.max_paths, 10000000, s->simulation.seed, 1);
    scenario_free(s);
}

static void strategies_have_the_defaults_of_their_type(void)
{
    struct scenario *s = parse(PROD "strategies:\n"
                               "  - {name: r, type: rolling}\n"
                               "  - {name: c, type: canary, steps: [{weight: 5%}], analysis: {power: 90%}}\n"
                               "  - {name: b, type: blue-green, verify: {power: 50%}}\n"
                               "  - {name: x, type: recreate}\n");
    struct strategy *t = s->strategies;
    CU_ASSERT_EQUAL_FATAL(s->n_strategies, 4);
    SAME(t[0].max_surge.is_share, 1, t[0].max_surge.value, 0.25);
    SAME(t[0].max_unavailable.is_share, 1, t[0].max_unavailable.value, 0.25, t[0].min_ready, 0);
    SAME(t[1].n_steps, 1, t[1].steps[0].weight, 0.05, t[1].steps[0].hold, 0);
    SAME(t[1].steps[0].replicas, 0, t[1].analysis.given, 1, t[1].analysis.power, 0.9);
    SAME(t[1].analysis.false_positive, 0, t[1].analysis.duration, 0, t[1].verify.given, 0);
    SAME(t[2].verify.given, 1, t[2].verify.duration, 0, t[2].verify.power, 0.5, t[2].hold, 0);
    SAME(t[2].approve, 0, t[2].analysis.given, 0, t[2].max_surge.value, 0, t[2].n_steps, 0);
    SAME(t[3].max_surge.value, 0, t[3].max_unavailable.value, 0);
    CU_ASSERT_STRING_EQUAL(t[3].type->name, "recreate");
    scenario_free(s);
}

static const char CHECKOUT[] =
    "scenario: checkout\n"
    "horizon: 24h\n"
    "available_at: 95%\n"
    "environments:\n"
    "  - name: staging\n"
    "    users: 0%\n"
    "    traffic: 5%\n"
    "    services:\n"
    "      - {name: web, released: true, replicas: 2, demand: 1, mtbf: 30d, mttr: 2m, start: 40s}\n"
    "    test: {duration: 20m, power: 60%, false_positive: 1%}\n"
    "  - name: prod\n"
    "    users: 100%\n"
    "    zones: {count: 3, mtbf: 180d, mttr: 1h}\n"
    "    ingress: {mtbf: 365d, mttr: 5m}\n"
    "    switch: 2s\n"
    "    switch_loss: 10%\n"
    "    services:\n"
    "      - {name: web, released: true, replicas: 12, demand: 8, mtbf: 30d, mttr: 2m, start: 40s,"
    " start_failure: 2%, drain: 30s}\n"
    "      - {name: db, replicas: 2, demand: 1, mtbf: 90d, mttr: 15m}\n"
    "release: {defective: 12%, error_rate: 40%, detect: 4m, false_alarm_mtbf: 30d, react: 1m, rollback_failure: 2%,"
    " manual_recovery: 45m}\n"
    "strategies:\n"
    "  - {name: rolling, type: rolling, max_surge: 25%, max_unavailable: 25%, min_ready: 30s}\n"
    "  - name: canary\n"
    "    type: canary\n"
    "    steps: [{weight: 5%, hold: 10m}, {weight: 25%, hold: 10m}, {weight: 50%, hold: 10m}]\n"
    "    analysis: {power: 90%, false_positive: 2%}\n"
    "  - {name: blue-green, type: blue-green, verify: {duration: 5m, power: 50%, false_positive: 1%}, hold: 30m}\n"
    "  - {name: recreate, type: recreate}\n"
    "objective: {minimize: lost, subject_to: [\"duration.p95 <= 3h\"]}\n"
    "gate: [\"downtime.mean <= 30s\", \"rollback.mean <= 25%\"]\n"
    "simulation: {confidence: 95%, precision: 2%, max_paths: 10000000, seed: 1}\n";

static void a_whole_scenario_is_read(void)
{
    struct scenario *s = parse(CHECKOUT);
    struct environment *staging = &s->topologies[0].environments[0], *prod = staging + 1;
    CU_ASSERT_STRING_EQUAL(s->name, "checkout");
    SAME(s->topologies[0].n_environments, 2, s->n_strategies, 4);
    SAME(staging->users, 0, staging->traffic, 0.05, prod->users, 1, prod->traffic, 1);
    SAME(staging->test.given, 1, staging->test.duration, 1200, staging->test.power, 0.6,
         staging->test.false_positive, 0.01, prod->test.given, 0);
    SAME(prod->zones, 3, prod->zone_mtbf, 180 * 86400.0, prod->zone_mttr, 3600);
    SAME(prod->ingress_mtbf, 365 * 86400.0, prod->ingress_mttr, 300, prod->switch_loss, 0.1);
    SAME(prod->n_services, 2, prod->released, 0, prod->services[0].demand, 8, prod->services[0].start_failure, 0.02,
         prod->services[1].mttr, 900, prod->services[1].released, 0);
    SAME(s->release.defective, 0.12, s->release.react, 60, s->release.false_alarm_mtbf, 2592000);
    SAME(s->strategies[1].n_steps, 3, s->strategies[1].steps[2].weight, 0.5, s->strategies[1].steps[2].hold, 600,
         s->strategies[2].hold, 1800);
    SAME(s->objective.n_subject_to, 1, s->n_gate, 2);
    SAME(s->objective.subject_to[0].measure, MEASURE_DURATION,
         s->objective.subject_to[0].statistic, STATISTIC_QUANTILE, s->objective.subject_to[0].quantile, 0.95,
         s->objective.subject_to[0].compare, COMPARE_LESS_EQUAL, s->objective.subject_to[0].limit, 10800);
    CU_ASSERT_STRING_EQUAL(s->gate[1].text, "rollback.mean <= 25%");
    SAME(s->gate[1].measure, MEASURE_ROLLBACK, s->gate[1].statistic, STATISTIC_MEAN, s->gate[1].limit, 0.25);
    scenario_free(s);
}

static void an_slo_is_read(void)
{
    struct scenario *s = parse(PROD ROLL);
    SAME(s->slo.given, 0, s->releases_per_window, ABSENT);
    scenario_free(s);
    s = parse("slo: {target: 99.95%, window: 4w}\nreleases_per_window: 2.5\n"
              "gate: [budget_share <= 150%, budget_share.p99 < 0.1, releases_affordable >= 7.5]\n" PROD ROLL);
    SAME(s->slo.given, 1, s->slo.target, 0.9995, s->slo.window, 28 * 86400.0, s->releases_per_window, 2.5);
    SAME(s->gate[0].measure, MEASURE_BUDGET_SHARE, s->gate[0].statistic, STATISTIC_MEAN, s->gate[0].limit, 1.5);
    SAME(s->gate[1].statistic, STATISTIC_QUANTILE, s->gate[1].quantile, 0.99, s->gate[1].limit, 0.1);
    SAME(s->gate[2].measure, MEASURE_RELEASES_AFFORDABLE, s->gate[2].compare, COMPARE_GREATER_EQUAL,
         s->gate[2].limit, 7.5);
    scenario_free(s);
}

/* Given on the command line, a condition is checked like one of the file. */
static void a_budget_takes_an_slo(void)
{
    struct scenario *s = parse(PROD ROLL);
    struct condition condition;
    struct error error = {0};
    CU_ASSERT_FALSE(scenario_condition(s, "budget_share <= 1", "--require", &condition, &error));
    CU_ASSERT_STRING_EQUAL(error.text.data,
                           "--require:1:1: `budget_share` needs an error budget, and the scenario has no `slo`\n"
                           "    1 | budget_share <= 1\n"
                           "      | ^\n"
                           "        give the target and the window, such as `slo: {target: 99.95%, window: 30d}`, or "
                           "an OpenSLO file with --slo\n");
    error_free(&error);
    scenario_free(s);
    const struct override slo = {"slo", "{target: 99%, window: 1d}"};
    s = parse_with("gate: [budget_share <= 1]\n" PROD ROLL, &slo, 1, &error);
    CU_ASSERT_PTR_NOT_NULL(s);
    scenario_free(s);
    error_free(&error);
}

static void two_environments_share_the_users_as_given(void)
{
    struct scenario *s = parse("environments:\n"
                               "  - {name: west, users: 40%, approve: 15m, soak: 20m, switch_failure: 4%,\n"
                               "     services: [{name: api, replicas: 4, demand: 3}, {name: db, replicas: 3,"
                               " repair_crews: 1, released: true}]}\n"
                               "  - {name: east, users: 60%, traffic: 55%, zones: 2,\n"
                               "     services: [{name: api, replicas: 6, demand: 4.5}]}\n"
                               "  - {name: dev, services: [{name: api, replicas: 1}]}\n"
                               "release: {crash_mtbf: 0, start_failure: 20%, progress_deadline: 6m}\n"
                               "strategies:\n"
                               "  - {name: one-by-one, type: rolling, max_surge: 1, max_unavailable: 0}\n"
                               "  - {name: none-left, type: rolling, max_surge: 0, max_unavailable: 0%}\n");
    struct environment *e = s->topologies[0].environments;
    SAME(e[0].users, 0.4, e[0].traffic, 0.4, e[1].traffic, 0.55, e[2].users, 0, e[2].traffic, 0);
    SAME(e[0].released, 1, e[0].services[0].released, 0, e[0].services[1].repair_crews, 1);
    SAME(e[0].approve, 900, e[0].soak, 1200, e[0].switch_failure, 0.04);
    SAME(e[1].zones, 2, e[1].services[0].demand, 4.5);
    SAME(s->release.start_failure, 0.2, s->release.progress_deadline, 360);
    SAME(s->strategies[0].max_surge.is_share, 0, s->strategies[0].max_surge.value, 1);
    SAME(s->strategies[1].max_unavailable.is_share, 1, s->strategies[1].max_unavailable.value, 0);
    scenario_free(s);
}

/* The sum of these shares is 1 and a bit in floating point. */
static void what_is_just_within_bounds_is_taken(void)
{
    struct scenario *s = parse("environments:\n"
                               "  - {name: a, users: 33%, services: [{name: web, replicas: 4, demand: 4}]}\n"
                               "  - {name: b, users: 56%, services: [{name: web, replicas: 10000, mtbf: 0}]}\n"
                               "  - {name: c, users: 11%, services: [{name: w, replicas: 1, mtbf: 1y, mttr: 0}]}\n"
                               "release: {progress_deadline: 1ms}\n"
                               "strategies:\n"
                               "  - {name: c, type: canary, steps: [{weight: 0}, {weight: 50%}, {weight: 50%},"
                               " {weight: 1}]}\n"
                               "  - {name: r, type: rolling, max_surge: 1000%, max_unavailable: 100%}\n"
                               "gate: [\"rollback <= 100%\"]\n"
                               "simulation: {confidence: 99.99%, precision: 50%}\n");
    struct environment *e = s->topologies[0].environments;
    CU_ASSERT_TRUE(e[0].users + e[1].users + e[2].users > 1);
    SAME(e[0].services[0].demand, 4, s->strategies[0].n_steps, 4, s->gate[0].limit, 1);
    scenario_free(s);
}

static void topologies_are_read(void)
{
    struct scenario *s = parse("topologies:\n"
                               "  - name: one\n"
                               "    environments: [{name: prod, services: [{name: web, replicas: 4}]}]\n"
                               "  - name: two\n"
                               "    environments:\n"
                               "      - {name: prod, users: 50%, services: [{name: web, replicas: 2}]}\n"
                               "      - {name: rest, users: 50%, services: [{name: web, replicas: 2}]}\n" ROLL);
    CU_ASSERT_EQUAL_FATAL(s->n_topologies, 2);
    CU_ASSERT_STRING_EQUAL(s->topologies[1].name, "two");
    SAME(s->topologies[0].n_environments, 1, s->topologies[0].environments[0].users, 1);
    SAME(s->topologies[1].n_environments, 2, s->topologies[1].environments[1].traffic, 0.5);
    scenario_free(s);
}

static void names_may_be_anything_that_can_be_shown(void)
{
    struct scenario *s = parse("scenario: v1.2_rc-3\n"
                               "environments: [{name: \"caf\303\251 \\u65e5\", services: [{name: 7, replicas: 4}]}]\n"
                               "strategies: [{name: 'a\"b<c>', type: rolling}, {name: \"a =b\", type: recreate}]\n");
    CU_ASSERT_STRING_EQUAL(s->name, "v1.2_rc-3");
    CU_ASSERT_STRING_EQUAL(s->topologies[0].environments[0].name, "caf\303\251 \346\227\245");
    CU_ASSERT_STRING_EQUAL(s->topologies[0].environments[0].services[0].name, "7");
    CU_ASSERT_STRING_EQUAL(s->strategies[0].name, "a\"b<c>");
    scenario_free(s);
}

static void the_name_comes_from_the_file(void)
{
    static const struct {
        const char *file, *name;
    } cases[] = {{"a/b/checkout.yaml", "checkout"}, {"checkout", "checkout"}, {"v1.2.yml", "v1.2"}, {"/x.y/z", "z"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        struct scenario *s = scenario_parse(PROD ROLL, strlen(PROD ROLL), cases[i].file, NULL, 0, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        CU_ASSERT_STRING_EQUAL(s->name, cases[i].name);
        scenario_free(s);
    }
    struct error error = {0};
    CU_ASSERT_PTR_NULL(scenario_parse(PROD ROLL, strlen(PROD ROLL), "/tmp/.yaml", NULL, 0, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "`.yaml`, from the file's name, cannot name the scenario"));
    error_free(&error);
}

static void conditions_are_read(void)
{
    struct scenario *s = parse(PROD ROLL "gate:\n"
                               "  - lost<3h\n"
                               "  - ' rollback  >=  0.5 '\n"
                               "  - extra.p99.9 > 12.5\n"
                               "  - downtime.p5 <= 0\n"
                               "  - added_lost.max <= 1h30m\n"
                               "  - stuck.mean <= 1e-4\n"
                               "objective: {minimize: added_downtime.mean}\n");
    struct condition *c = s->gate;
    CU_ASSERT_EQUAL_FATAL(s->n_gate, 6);
    CU_ASSERT_EQUAL(s->objective.minimize, MEASURE_ADDED_DOWNTIME);
    SAME(c[0].measure, MEASURE_LOST, c[0].statistic, STATISTIC_MEAN, c[0].compare, COMPARE_LESS, c[0].limit, 10800);
    SAME(c[1].measure, MEASURE_ROLLBACK, c[1].compare, COMPARE_GREATER_EQUAL, c[1].limit, 0.5);
    SAME(c[2].measure, MEASURE_EXTRA, c[2].statistic, STATISTIC_QUANTILE, c[2].quantile, 0.999,
         c[2].compare, COMPARE_GREATER, c[2].limit, 12.5);
    SAME(c[3].quantile, 0.05, c[3].limit, 0);
    SAME(c[4].statistic, STATISTIC_MAX, c[4].limit, 5400, c[5].limit, 1e-4);
    scenario_free(s);
}

static void figures_of_the_simulation_are_exact(void)
{
    struct scenario *s = parse(PROD ROLL "simulation: {confidence: 99.9%, precision: 0.01%, max_paths: 1e7,"
                               " seed: 18446744073709551615}\n");
    SAME(s->simulation.confidence, 0.999, s->simulation.precision, 0.0001);
    CU_ASSERT_EQUAL(s->simulation.max_paths, 10000000);
    CU_ASSERT_EQUAL(s->simulation.seed, UINT64_MAX);
    scenario_free(s);
    expect(PROD ROLL "simulation: {seed: 18446744073709551616}\n", NULL, 0,
           "folder/case.yaml:3:20: `seed` cannot be `18446744073709551616`: expected a whole number, such as 3\n"
           "    3 | simulation: {seed: 18446744073709551616}\n"
           "      |                    ^\n");
}

static void overrides_change_any_figure(void)
{
    static const struct override overrides[] = {
        {"release.detect", "3m"},
        {"release.react", "2m"},
        {"environments.prod.zones.count", "5"},
        {"environments.0.switch", "4s"},
        {"environments.0.zones", "2"},
        {"environments.staging.zones.mtbf", "3d"},
        {"environments.staging.zones.mttr", "1h"},
        {"environments.prod.services.db.replicas", "3"},
        {"strategies.canary.steps.0.hold", "5m"},
        {"strategies.rolling.max_surge", "2"},
        {"strategies.3.name", "\"stop.all\""},
        {"strategies.blue-green.analysis", "{power: 30%}"},
        {"gate", "[\"lost.p90 <= 1m\", 'stuck <= 1%']"},
        {"simulation.seed", "7"},
        {"simulation.seed", "8"},
        {"scenario", "other"},
    };
    struct error error = {0};
    struct scenario *s = parse_with(CHECKOUT, overrides, sizeof overrides / sizeof *overrides, &error);
    if (!s)
        puts(error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    struct environment *e = s->topologies[0].environments;
    SAME(s->release.detect, 180, s->release.react, 120, s->simulation.seed, 8);
    SAME(e[1].zones, 5, e[1].zone_mttr, 3600, e[0].switch_time, 4, e[0].zones, 2);
    SAME(e[0].zone_mtbf, 3 * 86400.0, e[0].zone_mttr, 3600);
    SAME(e[1].services[1].replicas, 3, s->strategies[1].steps[0].hold, 300);
    SAME(s->strategies[0].max_surge.is_share, 0, s->strategies[0].max_surge.value, 2);
    SAME(s->strategies[2].analysis.given, 1, s->strategies[2].analysis.power, 0.3);
    SAME(s->n_gate, 2, s->gate[0].quantile, 0.9);
    CU_ASSERT_STRING_EQUAL(s->strategies[3].name, "stop.all");
    CU_ASSERT_STRING_EQUAL(s->name, "other");
    scenario_free(s);
}

static void overrides_reach_names_with_dots_and_topologies(void)
{
    static const struct override overrides[] = {
        {"topologies.two.environments.v1.2.services.web.replicas", "9"},
        {"topologies.two.environments.v1.services.0.replicas", "8"},
        {"release.start_failure", "5%"},
    };
    static const char text[] = "topologies:\n"
                               "  - name: two\n"
                               "    environments:\n"
                               "      - {name: v1, users: 50%, services: [{name: web, replicas: 2}]}\n"
                               "      - {name: v1.2, users: 50%, services: [{name: web, replicas: 2}]}\n" ROLL;
    struct error error = {0};
    struct scenario *s = parse_with(text, overrides, 3, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(s->topologies[0].environments[1].services[0].replicas, 9);
    CU_ASSERT_EQUAL(s->topologies[0].environments[0].services[0].replicas, 8);
    CU_ASSERT_EQUAL(s->release.start_failure, 0.05);
    scenario_free(s);
}

/* What is said of an override: the message, the column below which the caret stands, and the hint. */
struct told {
    struct override override;
    const char *message;
    int         caret;
    const char *hint;
};

static void expect_told(const char *text, const struct told *told, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct text expected = {0};
        const struct override *o = &told[i].override;
        text_add(&expected, "--set %s: %s\n      | %s=%s\n      | %*s\n", o->path, told[i].message, o->path, o->value,
                 told[i].caret, "^");
        if (told[i].hint)
            text_add(&expected, "        %s\n", told[i].hint);
        expect(text, o, 1, expected.data);
        text_free(&expected);
    }
}

static void bad_overrides_are_told_by_their_path(void)
{
    static const struct told cases[] = {
        {{"environments.prod.zonse", "3"}, "unknown key `zonse` in an environment", 19, "did you mean `zones`?"},
        {{"environments.prod.zonse.count", "3"}, "unknown key `zonse` in an environment", 19, "did you mean `zones`?"},
        {{"environments.prd.zones.count", "3"},
         "there is no entry `prd` in this list of 2: give a name, or an index from 0", 14, "did you mean `prod`?"},
        {{"environments.2.zones.count", "3"},
         "there is no entry `2` in this list of 2: give a name, or an index from 0", 14, NULL},
        {{"release.detect", "3"}, "`detect` cannot be `3`: a duration needs a unit, such as 30s", 16, NULL},
        {{"release.detect.mean", "3s"}, "a single value stands where `mean` is looked for", 16, NULL},
        {{"release.detect", ""}, "expected a value", 16, NULL},
        {{"release.detect", "[3m"},
         "not valid YAML: did not find expected ',' or ']', while parsing a flow sequence from line 1 on", 19, NULL},
        {{"release.detect", "*x"}, "aliases (`*name`) are not allowed in a scenario", 16, NULL},
        {{"", "3"}, "expected a path of keys with dots between, such as release.detect", 1, NULL},
        {{"release.", "3"}, "expected a path of keys with dots between, such as release.detect", 1, NULL},
        {{"release..detect", "3"}, "expected a path of keys with dots between, such as release.detect", 9, NULL},
        {{"gate", "[\"lost.p95 <= 3\"]"},
         "bad condition `lost.p95 <= 3`: `lost` is a time: a duration needs a unit, such as 30s", 20, NULL},
        {{"release", "{defective: 3}"},
         "`defective` cannot be `3`: it must be from 0% to 100%; write `%` for percent", 21, NULL},
        {{"strategies.canary.steps.0.replicas", "0"}, "`replicas` cannot be `0`: it must be from 1 to 10000", 36, NULL},
    };
    expect_told(CHECKOUT, cases, sizeof cases / sizeof *cases);
}

static void overrides_are_shown_safely_and_line_by_line(void)
{
    static const struct {
        struct override override;
        const char *messages;
    } cases[] = {
        {{"release.detect", "\33[31m"},
         "--set release.detect: a control character (0x1B): a scenario is text in UTF-8\n"
         "      | release.detect=\\x1B[31m\n"
         "      |                ^\n"},
        {{"\33[31m\377", "3"},
         "--set \\x1B[31m\\xFF: unknown key `\\x1B[31m\\xFF` in a scenario\n"
         "      | \\x1B[31m\\xFF=3\n"
         "      | ^\n"
         "        its keys are scenario, horizon,"
         " available_at, environments, topologies, release, strategies, objective, gate, slo,"
         " releases_per_window, simulation\n"},
        {{"release", "{detect: 3m,\n  react: 3}"},
         "--set release: `react` cannot be `3`: a duration needs a unit, such as 30s\n"
         "      |   react: 3}\n"
         "      |          ^\n"},
        {{"release", "{detect: 3m,\n  react: [3"},
         "--set release: not valid YAML: did not find expected ',' or ']', while parsing a flow sequence from line 2"
         " on\n"
         "      |   react: [3\n"
         "      |            ^\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(CHECKOUT, &cases[i].override, 1, cases[i].messages);
}

/* One override may break several things: the first of the messages is looked at, and that none is of the file. */
static void expect_first_told(const char *text, const struct told *told)
{
    struct error error = {0};
    struct text expected = {0};
    const struct override *o = &told->override;
    struct scenario *scenario = parse_with(text, o, 1, &error);
    text_add(&expected, "--set %s: %s\n      | %s=%s\n      | %*s\n", o->path, told->message, o->path, o->value,
             told->caret, "^");
    CU_ASSERT_PTR_NULL(scenario);
    CU_ASSERT_PTR_NULL(strstr(error.text.data ? error.text.data : "", "case.yaml"));
    bool same = error.text.data && !strncmp(error.text.data, expected.data, expected.length);
    CU_ASSERT_TRUE(same);
    if (!same)
        printf("expected:\n%sgot:\n%s", expected.data, error.text.data ? error.text.data : "");
    text_free(&expected);
    scenario_free(scenario);
    error_free(&error);
}

/* The file was right before the override, so it is not the file's line that is shown. */
static void what_an_override_breaks_is_told_of_the_override(void)
{
    static const struct told cases[] = {
        {{"environments.prod.services.db.demand", "3"}, "`demand` is 3, more than the 2 replicas can serve", 38, NULL},
        {{"environments.prod.services.web.replicas", "7"}, "`demand` is 8, more than the 7 replicas can serve", 41,
         NULL},
        {{"environments.prod.services.db.released", "true"},
         "a second service is released, `db`: one service of an environment is", 31, NULL},
        {{"environments.staging.users", "1%"}, "the `users` of all environments add up to 101%, above 100%", 28, NULL},
        {{"environments.prod.users", "0"},
         "no environment has users: give one its share of them, such as `users: 100%`", 25, NULL},
        {{"environments.prod.name", "staging"}, "two environments are called `staging`", 24, NULL},
        {{"environments.staging.name", "prod"}, "two environments are called `prod`", 27, NULL},
        {{"environments.staging.zones", "{count: 2, mtbf: 9d}"},
         "`mtbf` without `mttr`: how long does it take to repair a zone?", 39, NULL},
        {{"strategies.canary.steps.0.weight", "30%"},
         "the weight goes down, from 30% to 25%: each step has as much or more", 34, NULL},
        {{"strategies.blue-green.type", "recreate"},
         "`verify` has no use in a strategy of type `recreate`: it is for blue-green", 28, NULL},
        {{"strategies.recreate.type", "canary"}, "a strategy needs `steps`: the weights to go through", 26, NULL},
        {{"topologies", "[]"}, "`topologies` is empty: expected a list of at least one, each a topology", 12, NULL},
        {{"topologies", "[{name: a, environments: [{name: b, services: [{name: c, replicas: 1}]}]}]"},
         "`topologies` and `environments` exclude each other: the latter stands for one topology", 1, NULL},
    };
    static const struct told crash = {
        {"release.crash_mtbf", "1h"},
        "the released service `web` needs `mttr`: `release.crash_mtbf` lets its instances fail", 20, NULL};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_first_told(CHECKOUT, &cases[i]);
    expect_told(PROD ROLL, &crash, 1);
}

static void of_two_overrides_the_later_is_blamed(void)
{
    static const struct override overrides[] = {{"environments.prod.services.web.demand", "11"},
                                                {"environments.prod.services.web.replicas", "10"}};
    expect(CHECKOUT, overrides, 2,
           "--set environments.prod.services.web.replicas: `demand` is 11, more than the 10 replicas can serve\n"
           "      | environments.prod.services.web.replicas=10\n"
           "      |                                         ^\n");
}

static void messages_of_overrides_follow_those_of_the_file(void)
{
    static const struct override overrides[] = {{"release.detect", "soon"}, {"release.react", "now"}};
    expect(PROD ROLL "horizn: 3h\n", overrides, 2,
           "folder/case.yaml:3:1: unknown key `horizn` in a scenario\n"
           "    3 | horizn: 3h\n"
           "      | ^\n"
           "        did you mean `horizon`?\n"
           "--set release.detect: `detect` cannot be `soon`: expected a number and a unit, such as 30s, 5m or 1h30m\n"
           "      | release.detect=soon\n"
           "      |                ^\n"
           "--set release.react: `react` cannot be `now`: expected a number and a unit, such as 30s, 5m or 1h30m\n"
           "      | release.react=now\n"
           "      |               ^\n");
}

static uint64_t hash_of(const char *text, const struct override *overrides, int n)
{
    struct error error = {0};
    struct scenario *s = parse_with(text, overrides, n, &error);
    uint64_t hash = s ? s->hash : 0;
    scenario_free(s);
    error_free(&error);
    return hash;
}

/* The reference value is that of an FNV-1a written in another language, over the same bytes. */
static void the_hash_is_of_the_bytes_and_the_overrides(void)
{
    static const struct override one[] = {{"horizon", "3h"}}, other[] = {{"horizon", "4h"}};
    uint64_t hash = hash_of(PROD ROLL, NULL, 0);
    CU_ASSERT_EQUAL(hash, UINT64_C(0xC96331CE15B031C8));
    CU_ASSERT_NOT_EQUAL(hash_of(PROD ROLL "\n", NULL, 0), hash);
    CU_ASSERT_NOT_EQUAL(hash_of(PROD ROLL, one, 1), hash);
    CU_ASSERT_NOT_EQUAL(hash_of(PROD ROLL, one, 1), hash_of(PROD ROLL, other, 1));
    CU_ASSERT_EQUAL(hash_of(PROD ROLL, one, 1), hash_of(PROD ROLL, one, 1));
}

static void only_files_that_can_be_read_are(void)
{
    static const struct {
        const char *path, *message;
    } cases[] = {{"tests/broken/absent.yaml", "tests/broken/absent.yaml: cannot open the scenario: "
                                              "No such file or directory\n"},
                 {"tests/broken", "tests/broken: this is a folder, not a scenario\n"},
                 {"tests/\33[31m", "tests/\\x1B[31m: cannot open the scenario: No such file or directory\n"},
                 {"/dev/zero", "/dev/zero: too large: a scenario has at most 1 MiB\n"},
                 {"/dev/null", "/dev/null: the file is empty: a scenario has `environments` and `strategies`\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        CU_ASSERT_PTR_NULL(scenario_read(cases[i].path, NULL, 0, &error));
        CU_ASSERT_EQUAL(error.fault, strstr(cases[i].message, "cannot open") ? FAULT_SYSTEM : FAULT_INPUT);
        CU_ASSERT_STRING_EQUAL(error.text.data, cases[i].message);
        error_free(&error);
    }
}

/* The memory of a process begins with what is not there: reading it fails. */
static void a_file_that_breaks_off_is_no_fault_of_the_user(void)
{
    struct error error = {0};
    CU_ASSERT_PTR_NULL(scenario_read("/proc/self/mem", NULL, 0, &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_STRING_EQUAL(error.text.data, "/proc/self/mem: cannot read the scenario: Input/output error\n");
    error_free(&error);
}

/* A scenario of exactly length bytes: what is missing is a comment. */
static struct scenario *parse_of_size(size_t length, struct error *error)
{
    char *text = memory_new(length + 1, 1);
    memset(text, '#', length);
    memcpy(text, PROD ROLL, strlen(PROD ROLL));
    struct scenario *s = scenario_parse(text, length, "size.yaml", NULL, 0, error);
    free(text);
    return s;
}

static void a_file_has_at_most_a_mebibyte(void)
{
    struct error error = {0};
    struct scenario *s = parse_of_size(1 << 20, &error);
    CU_ASSERT_PTR_NOT_NULL(s);
    scenario_free(s);
    CU_ASSERT_PTR_NULL(parse_of_size((1 << 20) + 1, &error));
    CU_ASSERT_STRING_EQUAL(error.text.data, "size.yaml: too large: a scenario has at most 1 MiB\n");
    error_free(&error);
}

/* depth lists within the map of the top. */
static void nested(int depth, char *out)
{
    int n = sprintf(out, PROD ROLL "gate: ");
    memset(out + n, '[', (size_t)depth);
    memset(out + n + depth, ']', (size_t)depth);
    strcpy(out + n + 2 * depth, "\n");
}

static void nesting_ends_at_32(void)
{
    char text[256];
    struct error error = {0};
    nested(31, text);
    CU_ASSERT_PTR_NULL(parse_with(text, NULL, 0, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, ":3:8: a condition is a text"));
    error_free(&error);
    nested(32, text);
    CU_ASSERT_PTR_NULL(parse_with(text, NULL, 0, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, ":3:38: nested too deeply"));
    error_free(&error);
}

static void a_mebibyte_of_brackets_is_refused_at_once(void)
{
    size_t length = 1 << 20;
    char *text = memory_new(length, 1);
    struct error error = {0};
    memset(text, '[', length);
    CU_ASSERT_PTR_NULL(scenario_parse(text, length, "brackets.yaml", NULL, 0, &error));
    CU_ASSERT_EQUAL(error.count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "nested too deeply"));
    error_free(&error);
    free(text);
}

/* n entries "a0: 1" … at the top, each an unknown key. */
static char *many_keys(int n)
{
    struct text text = {0};
    text_add(&text, PROD ROLL);
    for (int i = 0; i < n; i++)
        text_add(&text, "a%d: 1\n", i);
    return text.data;
}

static void fifty_messages_are_shown_and_the_rest_counted(void)
{
    struct error error = {0};
    char *text = many_keys(50);
    CU_ASSERT_PTR_NULL(parse_with(text, NULL, 0, &error));
    CU_ASSERT_EQUAL(error.count, 50);
    CU_ASSERT_PTR_NULL(strstr(error.text.data, "more"));
    error_free(&error);
    free(text);
    text = many_keys(998);
    CU_ASSERT_PTR_NULL(parse_with(text, NULL, 0, &error));
    CU_ASSERT_EQUAL(error.count, 51);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "\nfolder/case.yaml: and 948 more\n"));
    error_free(&error);
    free(text);
    text = many_keys(999);
    CU_ASSERT_PTR_NULL(parse_with(text, NULL, 0, &error));
    CU_ASSERT_EQUAL(error.count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "too many entries"));
    error_free(&error);
    free(text);
}

/* Every message of a file with as many mistakes as fit is counted; memory stays bounded. */
static void a_mebibyte_of_mistakes_is_survived(void)
{
    struct text text = {0};
    struct error error = {0};
    text_add(&text, "environments:\n");
    while (text.length < (1 << 20) - 20000) {
        text_add(&text, " - ");
        for (int i = 0; i < 990; i++)
            text_add(&text, "%sa%d: 1\n", i ? "   " : "", i);
    }
    CU_ASSERT_PTR_NULL(parse_with(text.data, NULL, 0, &error));
    CU_ASSERT_EQUAL(error.count, 51);
    error_free(&error);
    text_free(&text);
}

/* The exit status of a program that reads from a stream, and whose output is thrown away. */
static int run(const char *const *arguments, FILE *input)
{
    pid_t child;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(input), STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return 127;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

/* Its shape, with jq: what is closed, described, bounded, enumerated; and no key of the table is missing. */
static void the_schema_is_json_of_the_right_shape(void)
{
    static const char shape[] =
        ".[\"$schema\"] == \"http://json-schema.org/draft-07/schema#\""
        " and ([.. | objects | select(.type? == \"object\") | .additionalProperties]"
        "      | length == 15 and all(. == false))"
        " and ([.. | .properties? // empty | .[] | select(type == \"object\" and has(\"if\") == false)"
        "      | select(has(\"const\") == false) | .description | length > 10] | length > 70 and all)"
        " and .required == [\"strategies\"] and (.oneOf | length == 2)"
        " and .definitions.strategy.properties.type.enum == [\"rolling\", \"canary\", \"blue-green\", \"recreate\"]"
        " and (.definitions.objective.properties.minimize.enum | index(\"lost\") and index(\"extra.mean\"))"
        " and ([.definitions.strategy.allOf[] | select(.if.properties.type.const == \"canary\") | .then"
        "      | .required == [\"steps\"] and .properties.max_surge == false] == [true])"
        " and ([.. | .\"$ref\"? // empty | ltrimstr(\"#/definitions/\") | split(\"/\")[0]]"
        "      - (.definitions | keys) == [])"
        " and .definitions.service.properties.replicas.minimum == 1"
        " and .properties.horizon.default == \"24h\"";
    FILE *schema = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
    scenario_print_schema(schema);
    CU_ASSERT_EQUAL(fflush(schema), 0);
    rewind(schema);
    const char *const arguments[] = {"jq", "-e", shape, NULL};
    CU_ASSERT_EQUAL(run(arguments, schema), 0);
    fclose(schema);
}

static void the_help_names_every_key_once_in_its_section(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    scenario_print_fields(out);
    fclose(out);
    static const char *const parts[] = {"at the top\n", "\nenvironments[]\n", "\nenvironments[].services[]\n",
                                        "\nstrategies[].steps[]\n", "\nrelease\n", "\nsimulation\n", "; default: 2s\n",
                                        "(canary blue-green)", "\ntopologies[]\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i]));
    CU_ASSERT_PTR_NULL(strstr(text, "topologies[].environments[]"));
    size_t longest = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        longest = strcspn(line, "\n") > longest ? strcspn(line, "\n") : longest;
    CU_ASSERT_TRUE(longest <= 100);
    free(text);
}

/* The harness of the fuzzer itself, which aborts where a promise is broken; its overrides are replayed, too. */
static void the_corpus_of_the_fuzzer_is_replayed(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("tests/fuzz/corpus/scenario/*", 0, NULL, &files), 0);
    CU_ASSERT_TRUE(files.gl_pathc > 100 && files.gl_pathc < 300);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t length = 0;
        char *bytes = slurp(files.gl_pathv[i], &length);
        CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
        CU_ASSERT_EQUAL(LLVMFuzzerTestOneInput((const uint8_t *)bytes, length), 0);
        free(bytes);
    }
    globfree(&files);
}

static const struct test_case cases[] = {
    {"slips are warned of", slips_are_warned_of},
    {"what is meant is not warned of", what_is_meant_is_not_warned_of},
    {"every broken file gets its message", every_broken_file_gets_its_message},
    {"messages hold no control characters", messages_hold_no_control_characters},
    {"defaults are those of the manual", defaults_are_those_of_the_manual},
    {"strategies have the defaults of their type", strategies_have_the_defaults_of_their_type},
    {"a whole scenario is read", a_whole_scenario_is_read},
    {"an slo is read", an_slo_is_read},
    {"a budget takes an slo", a_budget_takes_an_slo},
    {"two environments share the users as given", two_environments_share_the_users_as_given},
    {"what is just within bounds is taken", what_is_just_within_bounds_is_taken},
    {"topologies are read", topologies_are_read},
    {"names may be anything that can be shown", names_may_be_anything_that_can_be_shown},
    {"the name comes from the file", the_name_comes_from_the_file},
    {"conditions are read", conditions_are_read},
    {"figures of the simulation are exact", figures_of_the_simulation_are_exact},
    {"overrides change any figure", overrides_change_any_figure},
    {"overrides reach names with dots, and topologies", overrides_reach_names_with_dots_and_topologies},
    {"bad overrides are told by their path", bad_overrides_are_told_by_their_path},
    {"overrides are shown safely and line by line", overrides_are_shown_safely_and_line_by_line},
    {"what an override breaks is told of the override", what_an_override_breaks_is_told_of_the_override},
    {"of two overrides the later is blamed", of_two_overrides_the_later_is_blamed},
    {"messages of overrides follow those of the file", messages_of_overrides_follow_those_of_the_file},
    {"the hash is of the bytes and the overrides", the_hash_is_of_the_bytes_and_the_overrides},
    {"only files that can be read are", only_files_that_can_be_read_are},
    {"a file that breaks off is no fault of the user", a_file_that_breaks_off_is_no_fault_of_the_user},
    {"a file has at most a mebibyte", a_file_has_at_most_a_mebibyte},
    {"nesting ends at 32", nesting_ends_at_32},
    {"a mebibyte of brackets is refused at once", a_mebibyte_of_brackets_is_refused_at_once},
    {"fifty messages are shown and the rest counted", fifty_messages_are_shown_and_the_rest_counted},
    {"a mebibyte of mistakes is survived", a_mebibyte_of_mistakes_is_survived},
    {"the schema is JSON of the right shape", the_schema_is_json_of_the_right_shape},
    {"the help names every key once in its section", the_help_names_every_key_once_in_its_section},
    {"the corpus of the fuzzer is replayed", the_corpus_of_the_fuzzer_is_replayed},
    {NULL, NULL},
};

const struct test_suite suite_scenario = {"scenario", cases};
