/* Reports of studies filled by hand: the table, CSV, JSON and plans. */
#include "test.h"

#include "base/quantity.h"
#include "base/utf8.h"
#include "report/report.h"
#include "report_study.h"
#include "study/conclude.h"
#include "tools.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *table_of(const struct sample_options *sample, struct table_options options)
{
    struct study *study = sample_study(sample);
    FILE *out = sample_begin();
    report_table(study, &options, out);
    sample_free(study);
    return sample_end(out);
}

static void check_table(const char *golden, struct sample_options sample, struct table_options options)
{
    char *text = table_of(&sample, options);
    golden_check(golden, text);
    free(text);
}

static void the_table_is_as_agreed(void)
{
    check_table("report-table.txt", (struct sample_options){0}, (struct table_options){100, false, false});
    check_table("report-table-color.txt", (struct sample_options){.troubled = true},
                (struct table_options){100, true, false});
    check_table("report-table-troubled.txt", (struct sample_options){.troubled = true},
                (struct table_options){80, false, false});
    check_table("report-table-topologies.txt", (struct sample_options){.topologies = 3},
                (struct table_options){100, false, false});
    check_table("report-table-verbose.txt", (struct sample_options){.strategies = 2},
                (struct table_options){100, false, true});
    check_table("report-table-zero.txt", (struct sample_options){.all_zero = true},
                (struct table_options){100, false, false});
}

/* All of a measure times a factor, in every outcome. */
static void scale(struct study *study, enum measure measure, double factor)
{
    for (int i = 0; i < study->n_outcomes; i++) {
        struct estimate *e = &study->outcomes[i].measures[measure];
        e->mean *= factor;
        e->low *= factor;
        e->high *= factor;
    }
}

/* The figure of the winner in the last sentence is that of its row, letter by letter. */
static void check_conclusion(enum measure measure, double factor)
{
    struct study *study = sample_study(&(struct sample_options){0});
    struct scenario *scenario = (struct scenario *)study->scenario;
    struct text table = {0};
    scenario->objective.minimize = measure;
    scale(study, measure, factor);
    FILE *out = sample_begin();
    report_table(study, &(struct table_options){120, false, false}, out);
    char *text = sample_end(out), *row = strstr(text, "\n* canary"), *said = strstr(text, "costs least: ");
    CU_ASSERT_TRUE_FATAL(row && said);
    row[strcspn(row + 1, "\n") + 1] = '\0';
    said += strlen("costs least: ");
    said[strcspn(said, " ")] = '\0'; /* the number, and then its unit */
    text_add(&table, " %s ", said);
    CU_ASSERT_PTR_NOT_NULL(strstr(row, table.data));
    if (!strstr(row, table.data))
        printf("    %s times %g: %s not in%s\n", measure_types[measure].name, factor, said, row);
    text_free(&table);
    free(text);
    sample_free(study);
}

static void the_conclusion_has_the_figures_of_the_table(void)
{
    static const enum measure measures[] = {MEASURE_LOST, MEASURE_DOWNTIME, MEASURE_ADDED_LOST, MEASURE_EXTRA,
                                            MEASURE_STUCK, MEASURE_DURATION};
    static const double factors[] = {0.001, 0.1, 1, 17, 70, 1000, 1e5};
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++)
        for (size_t f = 0; f < sizeof factors / sizeof *factors; f++)
            check_conclusion(measures[m], factors[f]);
}

/* Equal in the objective: the shorter wins, and of two as short the one with fewer extra instances. */
static void ties_are_broken(void)
{
    struct study *study = sample_study(&(struct sample_options){0});
    for (int i = 1; i < study->n_outcomes; i++)
        study->outcomes[i].measures[MEASURE_LOST].mean = 0;
    conclude_study(study);
    CU_ASSERT_STRING_EQUAL(study->outcomes[study->winner].name, "recreate"); /* 24 minutes */
    for (int i = 1; i < study->n_outcomes; i++)
        study->outcomes[i].measures[MEASURE_DURATION].mean = 600;
    study->outcomes[3].measures[MEASURE_EXTRA].mean = -1;
    conclude_study(study);
    CU_ASSERT_EQUAL(study->winner, 3);
    study->outcomes[2].measures[MEASURE_LOST].mean = -0.001;
    conclude_study(study);
    CU_ASSERT_EQUAL(study->winner, 2);
    sample_free(study);
}

static void the_table_fits_its_width(void)
{
    for (int width = 60; width <= 140; width += 5)
        for (int kind = 0; kind < 4; kind++) {
            struct sample_options sample = {.long_names = kind == 1, .hostile_names = kind == 2, .troubled = kind == 3,
                                            .strategies = kind == 2 ? 8 : 4};
            char *text = table_of(&sample, (struct table_options){width, false, false}), *rest = text;
            for (char *line; (line = strsep(&rest, "\n"));)
                CU_ASSERT_TRUE(utf8_columns(line) <= width);
            free(text);
        }
}

/* What a decision needs is there at any width, and names can be told apart. */
static void a_narrow_table_keeps_its_figures(void)
{
    static const int widths[] = {60, 72, 80, 100, 132};
    static const char *const headings[] = {"downtime", "lost", "duration", "rollback", "extra"};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (int kind = 0; kind < 2; kind++) {
            struct sample_options sample = {.long_names = kind, .troubled = !kind};
            char *text = table_of(&sample, (struct table_options){widths[w], false, false});
            char *end = strstr(text, " costs least");
            CU_ASSERT_PTR_NOT_NULL_FATAL(end);
            *end = '\0';
            for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
                CU_ASSERT_PTR_NOT_NULL(strstr(text, headings[i]));
            CU_ASSERT_PTR_NULL(strstr(text, "want of width: downtime"));
            CU_ASSERT_PTR_NULL(strstr(text, "want of width: duration"));
            CU_ASSERT_PTR_NOT_NULL(strstr(text, "23.0 % ± 0.2"));
            CU_ASSERT_PTR_NOT_NULL(strstr(text, "1.10 s ± 0.13"));
            for (int i = 0; i < 4 && kind; i++) {
                char name_end[] = "-00 ";
                name_end[2] = (char)('0' + i);
                CU_ASSERT_PTR_NOT_NULL(strstr(text, name_end));
            }
            free(text);
        }
}

static void the_table_names_no_winner_where_there_is_none(void)
{
    struct study *study = sample_study(&(struct sample_options){0});
    study->best[0] = study->winner = -1;
    FILE *out = sample_begin();
    report_table(study, &(struct table_options){0}, out);
    char *text = sample_end(out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "No strategy keeps every condition: there is no winner."));
    CU_ASSERT_PTR_NULL(strchr(text, '*'));
    free(text);
    sample_free(study);
}

/* What was not looked at breaks no condition. */
static void the_table_judges_nothing_that_was_not_simulated(void)
{
    for (int winner = 0; winner < 2; winner++) {
        struct study *study = sample_study(&(struct sample_options){.unsampled = true});
        if (!winner) {
            study->best[0] = study->winner = -1;
            study->outcomes[1].feasible = false;
            study->outcomes[1].infeasible_because = "duration.p95 <= 30m";
        }
        FILE *out = sample_begin();
        report_table(study, &(struct table_options){.width = 100}, out);
        char *text = sample_end(out);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "canary was not judged: the run was interrupted too early."));
        CU_ASSERT_PTR_NULL(strstr(text, "canary is ruled out"));
        CU_ASSERT_PTR_NULL(strstr(text, "No strategy keeps every condition"));
        CU_ASSERT_EQUAL(strstr(text, "rolling costs least") != NULL, winner);
        CU_ASSERT_EQUAL(strstr(text, "Interrupted before there was a winner.") != NULL, !winner);
        CU_ASSERT_EQUAL(strstr(text, "rolling is ruled out: it breaks duration.p95 <= 30m.") != NULL, !winner);
        free(text);
        out = sample_begin();
        report_result_json(study, "1", out);
        text = sample_end(out);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"feasible\": null,\n          \"infeasible_because\": null"));
        free(text);
        sample_free(study);
    }
}

static char *csv_of(const struct study *study, void (*write)(const struct study *, FILE *))
{
    FILE *out = sample_begin();
    write(study, out);
    return sample_end(out);
}

static void csv_is_as_agreed(void)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 2, .troubled = true});
    char *summary = csv_of(study, report_summary_csv), *causes = csv_of(study, report_causes_csv);
    golden_check("report-summary.csv", summary);
    golden_check("report-causes.csv", causes);
    free(summary);
    free(causes);
    char *distribution = csv_of(study, report_distribution_csv);
    struct fields fields = read_csv(distribution);
    CU_ASSERT_EQUAL(fields.per_row, 5);
    CU_ASSERT_EQUAL(fields.rows, 1 + 60 * (2 + 3 + 3));
    CU_ASSERT_STRING_EQUAL(fields.field[3], "value");
    fields_free(&fields);
    free(distribution);
    sample_free(study);
}

static void hostile_names_come_back_from_csv(void)
{
    struct study *study = sample_study(&(struct sample_options){.hostile_names = true, .strategies = 8});
    char *text = csv_of(study, report_summary_csv);
    struct fields fields = read_csv(text);
    size_t row = 1;
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        for (int m = 0; m < (outcome->strategy ? MEASURES : 2); m++, row++) {
            char **field = &fields.field[row * fields.per_row];
            CU_ASSERT_STRING_EQUAL(field[0], outcome->topology->name);
            CU_ASSERT_STRING_EQUAL(field[1], outcome->name);
            CU_ASSERT_STRING_EQUAL(field[2], measure_types[m].name);
            double mean = outcome->measures[m].mean;
            CU_ASSERT_TRUE(fabs(strtod(field[4], NULL) - mean) <= 1e-11 * fabs(mean));
        }
    }
    CU_ASSERT_EQUAL(row, fields.rows);
    fields_free(&fields);
    free(text);
    sample_free(study);
}

/* Rounding noise looks like knowledge; what was read off a histogram has ten digits at most. */
static void files_show_no_rounding_noise(void)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 1});
    struct outcome *rolling = &study->outcomes[1];
    rolling->measures[MEASURE_LOST].mean = 7.2356600000000001;
    rolling->measures[MEASURE_LOST].low = 7.0000000000000009;
    rolling->measures[MEASURE_LOST].high = 1 / 3.0;
    rolling->measures[MEASURE_LOST].p95 = 0.19999999999999495;
    rolling->measures[MEASURE_LOST].p99 = 123456.00000000001;
    rolling->measures[MEASURE_LOST].max = 200 / 3.0;
    rolling->curves[0].value[1] = 0.30000000000000004;
    rolling->curves[0].exceeded[1] = 2 / 3.0;
    char *summary = csv_of(study, report_summary_csv), *distribution = csv_of(study, report_distribution_csv);
    CU_ASSERT_PTR_NOT_NULL(strstr(summary, ",7.23566,7,0.333333333333,0,9.406358,0.2,123456,66.66666667,150000,1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(distribution, "\"downtime\",0.3,0.6666666667\n"));
    free(summary);
    free(distribution);
    FILE *out = sample_begin();
    report_result_json(study, "1.2.3", out);
    char *text = sample_end(out);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"p95\": 0.2,\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"high\": 0.333333333333,\n"));
    free(text);
    sample_free(study);
}

static void result_json_is_as_agreed(void)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 2, .troubled = true});
    FILE *out = sample_begin();
    report_result_json(study, "1.2.3", out);
    char *text = sample_end(out);
    golden_check("report-result.json", text);
    ask_jq(text, ".partial and .schema_version == 1 and .hash == \"0123456789abcdef\"");
    ask_jq(text, ".winner.topology == \"default\" and .winner.strategy == \"canary\"");
    ask_jq(text, "[.topologies[0].outcomes[] | .measures | length] == [2, 11, 11]");
    ask_jq(text, "[.topologies[0].outcomes[].causes | map(.share) | add] | all(. > 0.999999 and . < 1.000001)");
    free(text);
    sample_free(study);
}

static void result_json_says_where_there_is_no_winner(void)
{
    struct study *study = sample_study(&(struct sample_options){.hostile_names = true, .all_zero = true});
    study->best[0] = study->winner = -1;
    FILE *out = sample_begin();
    report_result_json(study, "1.2.3", out);
    char *text = sample_end(out);
    ask_jq(text, ".winner == null and .topologies[0].best == null");
    ask_jq(text, ".topologies[0].outcomes[1].strategy == \"a\\\"b<c>&d\"");
    ask_jq(text, ".topologies[0].outcomes[1].causes.capacity.share == null");
    free(text);
    sample_free(study);
}

/* After every step there is one way, and it leads from what is in place then to the old instances alone. */
static const char ways_lead_back[] =
    "def repeat_all: [.[] | if .action == \"repeat\" then . as $r | range($r.times) | $r.steps[] else . end];"
    "def after($steps): reduce $steps[] as $s (.;"
    " if $s.action == \"start\" then .[$s.version] += $s.count"
    " elif $s.action == \"stop\" then .[$s.version] -= $s.count"
    " elif $s.action == \"shift\" then .weight = $s.weight else . end);"
    "all(.environments[]; . as $e | {old: .replicas, new: 0, weight: 0} as $home"
    " | [.back.ways[] | range(.from_step; .to_step + 1)] == [range(1; (.steps | length) + 1)]"
    " and all(.back.ways[]; . as $w | all(range(.from_step; .to_step + 1);"
    " . as $n | ($home | after($e.steps[:$n]) | after($w.steps | repeat_all)) == $home)))";

static void long_plans_have_short_ways_back(void)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 1});
    struct scenario *scenario = (struct scenario *)study->scenario;
    struct environment *prod = &scenario->topologies[0].environments[1];
    prod->services[0].replicas = 500;
    scenario->strategies[0].max_surge = (struct amount){false, 1};
    scenario->strategies[0].max_unavailable = (struct amount){false, 0};
    FILE *out = sample_begin();
    report_plan_text(scenario, &scenario->strategies[0], &scenario->topologies[0], out);
    char *text = sample_end(out), *back = strstr(text, "  way back after step\n");
    back = back ? strstr(back + 1, "  way back after step\n") : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(back);
    CU_ASSERT_PTR_NOT_NULL(strstr(back, "\n      1-2  stop 1 new\n        3  start 1 old, stop 1 new\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(back, "\n      ...  and so on: --format json has all 1000 ways\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(back, "\n  1500 on  500 x (start 1 old, stop 1 new)\n"));
    CU_ASSERT_TRUE(strlen(back) < 1200);
    free(text);
    out = sample_begin();
    report_plan_json(scenario, &scenario->strategies[0], &scenario->topologies[0], "1.2.3", out);
    text = sample_end(out);
    CU_ASSERT_TRUE(strlen(text) < 1000 * 1000);
    ask_jq(text, ways_lead_back);
    free(text);
    sample_free(study);
}

static void plans_are_as_agreed(void)
{
    static const char *const names[] = {"rolling", "canary", "blue-green", "recreate"};
    struct study *study = sample_study(&(struct sample_options){0});
    const struct scenario *scenario = study->scenario;
    for (int i = 0; i < scenario->n_strategies; i++) {
        char golden[64];
        FILE *out = sample_begin();
        report_plan_text(scenario, &scenario->strategies[i], &scenario->topologies[0], out);
        char *text = sample_end(out);
        snprintf(golden, sizeof golden, "report-plan-%s.txt", names[i]);
        golden_check(golden, text);
        free(text);
        out = sample_begin();
        report_plan_json(scenario, &scenario->strategies[i], &scenario->topologies[0], "1.2.3", out);
        text = sample_end(out);
        ask_jq(text, "all(.environments[].steps; [.[].number] == [range(1; length + 1)])");
        ask_jq(text, "all(.environments[]; ([.steps[] | select(.action == \"start\") | .count] | add) == .replicas)");
        ask_jq(text, "all(.environments[]; ([.steps[] | select(.action == \"stop\") | .count] | add) == .replicas)");
        ask_jq(text, ways_lead_back);
        if (i < 2) {
            snprintf(golden, sizeof golden, "report-plan-%s.json", names[i]);
            golden_check(golden, text);
        }
        free(text);
    }
    sample_free(study);
}

static const struct test_case cases[] = {
    {"the conclusion has the figures of the table", the_conclusion_has_the_figures_of_the_table},
    {"ties are broken by duration, then by extra instances", ties_are_broken},
    {"the table is as agreed", the_table_is_as_agreed},
    {"the table fits its width", the_table_fits_its_width},
    {"a narrow table keeps its figures", a_narrow_table_keeps_its_figures},
    {"the table judges nothing that was not simulated", the_table_judges_nothing_that_was_not_simulated},
    {"the table names no winner where there is none", the_table_names_no_winner_where_there_is_none},
    {"CSV is as agreed", csv_is_as_agreed},
    {"hostile names come back from CSV", hostile_names_come_back_from_csv},
    {"files show no rounding noise", files_show_no_rounding_noise},
    {"result.json is as agreed", result_json_is_as_agreed},
    {"result.json says where there is no winner", result_json_says_where_there_is_no_winner},
    {"plans are as agreed", plans_are_as_agreed},
    {"long plans have short ways back", long_plans_have_short_ways_back},
    {NULL, NULL},
};

const struct test_suite suite_report = {"report", cases};
