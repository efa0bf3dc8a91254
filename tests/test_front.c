/* The front of duration and lost, and what is shown of many plans. */
#include "test.h"

#include "base/utf8.h"
#include "report/pick.h"
#include "report/report.h"
#include "report/sheet.h"
#include "report_study.h"
#include "study/conclude.h"
#include "study/front.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sets duration and lost of the plans of one topology, from pairs. */
static void set_pairs(struct study *study, const double pairs[][2])
{
    for (int i = 1; i < study->n_outcomes; i++) {
        study->outcomes[i].measures[MEASURE_DURATION].mean = pairs[i - 1][0];
        study->outcomes[i].measures[MEASURE_LOST].mean = pairs[i - 1][1];
    }
}

/* The front is that, given as plans from 1, ended by 0. */
static void check_front(const struct study *study, const int *expected)
{
    int front[64], n = front_find(study, 0, study->n_outcomes, front), wanted = 0;
    while (expected[wanted])
        wanted++;
    CU_ASSERT_EQUAL(n, wanted);
    for (int i = 0; i < n && i < wanted; i++)
        CU_ASSERT_EQUAL(front[i], expected[i]);
}

static void nobody_on_the_front_is_beaten(void)
{
    static const double pairs[][2] = {{5, 5}, {1, 9}, {9, 1}, {5, 6}, {6, 5}, {4, 7}, {8, 8}};
    struct study *study = sample_study(&(struct sample_options){.strategies = 7});
    set_pairs(study, pairs);
    check_front(study, (const int[]){2, 6, 1, 3, 0});
    sample_free(study);
}

/* Equal in both: both are on it. Equal in one: who is worse in the other is beaten. */
static void ties_are_no_defeat(void)
{
    static const double pairs[][2] = {{5, 5}, {5, 5}, {5, 7}, {7, 5}, {1, 9}, {1, 9}};
    struct study *study = sample_study(&(struct sample_options){.strategies = 6});
    set_pairs(study, pairs);
    check_front(study, (const int[]){5, 6, 1, 2, 0});
    sample_free(study);
}

/* Neither who is not known nor who may not be chosen is on the front, or keeps another off it. */
static void the_unknown_and_the_infeasible_do_not_compete(void)
{
    static const double pairs[][2] = {{5, 5}, {1, 1}, {NAN, 1}, {1, NAN}, {INFINITY, 0}, {4, 8}};
    struct study *study = sample_study(&(struct sample_options){.strategies = 6});
    set_pairs(study, pairs);
    check_front(study, (const int[]){2, 0});
    study->outcomes[2].feasible = false;
    check_front(study, (const int[]){6, 1, 0});
    for (int i = 1; i < study->n_outcomes; i++)
        study->outcomes[i].feasible = false;
    check_front(study, (const int[]){0});
    sample_free(study);
}

/* Against the definition, of random points many of which are equal in one or both. */
static void the_front_is_as_defined(void)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 40});
    unsigned seed = 7;
    for (int round = 0; round < 200; round++) {
        struct arena arena = {0};
        for (int i = 1; i < study->n_outcomes; i++) {
            struct outcome *o = &study->outcomes[i];
            o->measures[MEASURE_DURATION].mean = (seed = seed * 1103515245 + 12345) >> 16 & 15;
            o->measures[MEASURE_LOST].mean = (seed = seed * 1103515245 + 12345) >> 16 & 15;
            o->feasible = ((seed = seed * 1103515245 + 12345) >> 16 & 7) != 0;
        }
        const bool *marks = front_marks(study, &arena);
        int wrong = marks[0];
        for (int i = 1; i < study->n_outcomes; i++) {
            const struct outcome *o = &study->outcomes[i];
            bool beaten = !o->feasible;
            for (int k = 1; k < study->n_outcomes; k++) {
                const struct outcome *p = &study->outcomes[k];
                double d = p->measures[MEASURE_DURATION].mean - o->measures[MEASURE_DURATION].mean;
                double l = p->measures[MEASURE_LOST].mean - o->measures[MEASURE_LOST].mean;
                beaten = beaten || (p->feasible && d <= 0 && l <= 0 && (d < 0 || l < 0));
            }
            wrong += marks[i] == beaten;
        }
        CU_ASSERT_EQUAL(wrong, 0);
        arena_free(&arena);
    }
    sample_free(study);
}

static char *summary_of(const struct study *study)
{
    FILE *out = sample_begin();
    report_summary_csv(study, out);
    return sample_end(out);
}

static void summary_marks_the_front_of_each_topology(void)
{
    struct study *study = sample_study(&(struct sample_options){.topologies = 2});
    study->outcomes[6].measures[MEASURE_DURATION].mean = 1; /* rolling in the second topology beats recreate there */
    study->outcomes[6].measures[MEASURE_LOST].mean = 9;
    char *text = summary_of(study), *rest = text;
    int marks[10] = {0}, rows = 0;
    strsep(&rest, "\n");
    for (char *line; (line = strsep(&rest, "\n")) && *line; rows++) {
        const char *mark = strrchr(line, ',') + 1;
        int outcome = rows < 2 ? 0 : rows < 46 ? 1 + (rows - 2) / MEASURES : rows < 48 ? 5 : 6 + (rows - 48) / MEASURES;
        CU_ASSERT_TRUE(outcome % 5 ? !strcmp(mark, "0") || !strcmp(mark, "1") : !*mark);
        marks[outcome] += *mark == '1';
    }
    CU_ASSERT_EQUAL(rows, 2 * (2 + 4 * MEASURES));
    static const bool expected[10] = {0, true, true, false, true, 0, true, true, false, false};
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(marks[i], expected[i] ? MEASURES : 0);
    free(text);
    sample_free(study);
}

/* Two hundred plans of which one is worth more haste than another. */
static struct study *sample_of_many(int topologies)
{
    struct study *study = sample_study(&(struct sample_options){.strategies = 200, .topologies = topologies});
    for (int i = 0; i < study->n_outcomes; i++) {
        struct outcome *o = &study->outcomes[i];
        int k = i % 201;
        if (!k) {
            o->feasible = false;
            continue;
        }
        struct estimate *d = &o->measures[MEASURE_DURATION], *l = &o->measures[MEASURE_LOST];
        d->mean = 600 + 40 * k + 3 * (k * 7 % 11);
        l->mean = 5 + 2000.0 / (10 + k) + k * 7 % 13;
        d->low = d->mean - 5;
        d->high = d->mean + 5;
        l->low = l->mean - 0.2;
        l->high = l->mean + 0.2;
        o->feasible = k % 10 != 0;
        o->infeasible_because = o->feasible ? NULL : "duration.p95 <= 3h";
        o->measures[MEASURE_DOWNTIME].trusted = k % 3 != 0;
    }
    conclude_study(study);
    return study;
}

static void a_table_of_many_plans_shows_those_that_may_be_chosen(void)
{
    struct study *study = sample_of_many(1);
    FILE *out = sample_begin();
    report_table(study, &(struct table_options){100, false, false}, out);
    char *text = sample_end(out);
    golden_check("report-table-many.txt", text);
    free(text);
    out = sample_begin();
    report_table(study, &(struct table_options){100, false, true}, out);
    text = sample_end(out);
    for (int i = 1; i < study->n_outcomes; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text, study->outcomes[i].name));
    CU_ASSERT_PTR_NULL(strstr(text, "left out"));
    free(text);
    sample_free(study);
}

static int count(const struct text *text, const char *what)
{
    int n = 0;
    for (const char *at = text->data; at && (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void figures_of_many_plans_show_a_dozen_or_two(void)
{
    for (int topologies = 1; topologies <= 3; topologies++) {
        struct study *study = sample_of_many(topologies);
        struct sheet downtime = {0}, causes = {0}, curves = {0};
        sheet_downtime(study, &downtime);
        sheet_causes(study, &causes);
        sheet_exceedance(study, &curves);
        int rows = count(&downtime.texts[TEXT_RIGHT], "\n");
        CU_ASSERT_TRUE(rows >= 13 * topologies && rows <= 25 * topologies);
        CU_ASSERT_EQUAL(count(&causes.texts[TEXT_RIGHT], "\n"), rows);
        CU_ASSERT_TRUE(count(&curves.texts[TEXT_LEFT], "\n") <= 13);
        CU_ASSERT_PTR_NOT_NULL(strstr(downtime.texts[TEXT_NOTE].data, "shown of 200 plans: the 12 best"));
        CU_ASSERT_PTR_NOT_NULL(strstr(causes.texts[TEXT_NOTE].data, "shown of 200 plans: the 12 best"));
        CU_ASSERT_PTR_NOT_NULL(strstr(curves.texts[TEXT_NOTE].data, "shown of 200 plans: "));
        sheet_free(&downtime);
        sheet_free(&causes);
        sheet_free(&curves);
        sample_free(study);
    }
}

/* A text as it stands: its left and right end. */
struct placed {
    double left, right, y;
};

static int add_placed(const struct text *texts, bool right, struct placed *placed, int n)
{
    char *copy = strdup(texts->data ? texts->data : ""), *rest = copy;
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        double x, y;
        char text[256];
        if (sscanf(line, "%lf %lf \"%255[^\"]\"", &x, &y, text) != 3)
            continue;
        double width = text_pixels(text);
        placed[n++] = (struct placed){right ? x - width : x, right ? x : x + width, y};
    }
    free(copy);
    return n;
}

static void check_apart(const struct sheet *sheet)
{
    static struct placed placed[200];
    int n = add_placed(&sheet->texts[TEXT_LEFT], false, placed, 0), overlaps = 0;
    n = add_placed(&sheet->texts[TEXT_RIGHT], true, placed, n);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            overlaps += placed[i].left < placed[k].right && placed[k].left < placed[i].right &&
                        fabs(placed[i].y - placed[k].y) < 12;
    CU_ASSERT_TRUE(n > 0);
    CU_ASSERT_EQUAL(overlaps, 0);
}

/* Beside the points as long as they fit, as numbers with a key where they do not. */
static void names_of_points_do_not_overlap(void)
{
    static const struct sample_options samples[] = {{0}, {.strategies = 12}, {.strategies = 12, .long_names = true},
                                                    {.topologies = 3, .strategies = 12, .long_names = true}};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct study *study = sample_study(&samples[i]);
        struct sheet sheet = {0};
        sheet_tradeoff(study, &sheet);
        check_apart(&sheet);
        CU_ASSERT_PTR_EQUAL(sheet.texts[TEXT_NOTE].data ? strstr(sheet.texts[TEXT_NOTE].data, "grey:") : NULL, NULL);
        sheet_free(&sheet);
        sample_free(study);
    }
    struct study *study = sample_of_many(3);
    struct sheet sheet = {0};
    sheet_tradeoff(study, &sheet);
    check_apart(&sheet);
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_NOTE].data, "grey: the other plans, 200 in all"));
    CU_ASSERT_TRUE(count(&sheet.others, "\n") > 300);
    sheet_free(&sheet);
    sample_free(study);
}

/* Each plan of the front is a corner of the line, and the line goes right and then down. */
static void the_line_goes_from_plan_to_plan(void)
{
    static const double pairs[][2] = {{300, 5}, {60, 9}, {540, 1}, {600, 10}};
    struct study *study = sample_study(&(struct sample_options){0});
    struct sheet sheet = {0};
    set_pairs(study, pairs);
    for (int i = 1; i < study->n_outcomes; i++) {
        study->outcomes[i].measures[MEASURE_DURATION].high = pairs[i - 1][0];
        study->outcomes[i].measures[MEASURE_LOST].high = pairs[i - 1][1];
    }
    sheet_tradeoff(study, &sheet);
    CU_ASSERT_STRING_EQUAL(sheet.front.data, "-1 -1\n\n1 9\n5 9\n5 5\n9 5\n9 1\n\n\n");
    CU_ASSERT_STRING_EQUAL(sheet.others.data, "-1 -1 1\n\n\n");
    sheet_free(&sheet);
    sample_free(study);
}

/* Of equal plans of the front one stands for all. */
static void equal_plans_have_one_row(void)
{
    static const double pairs[][2] = {{1, 9}, {1, 9}, {1, 9}, {5, 5}, {9, 1}, {9, 1}};
    struct study *study = sample_study(&(struct sample_options){.strategies = 6});
    int front[8], kept[8];
    set_pairs(study, pairs);
    int n = front_find(study, 0, study->n_outcomes, front);
    CU_ASSERT_EQUAL(n, 6);
    CU_ASSERT_EQUAL(pick_distinct(study, front, n, kept), 3);
    CU_ASSERT_EQUAL(kept[0], 1);
    CU_ASSERT_EQUAL(kept[1], 4);
    CU_ASSERT_EQUAL(kept[2], 5);
    sample_free(study);
}

static const struct test_case cases[] = {
    {"nobody on the front is beaten", nobody_on_the_front_is_beaten},
    {"ties are no defeat", ties_are_no_defeat},
    {"the unknown and the infeasible do not compete", the_unknown_and_the_infeasible_do_not_compete},
    {"the front is as defined", the_front_is_as_defined},
    {"summary.csv marks the front of each topology", summary_marks_the_front_of_each_topology},
    {"a table of many plans shows those that may be chosen", a_table_of_many_plans_shows_those_that_may_be_chosen},
    {"figures of many plans show a dozen or two", figures_of_many_plans_show_a_dozen_or_two},
    {"names of points do not overlap", names_of_points_do_not_overlap},
    {"the line goes from plan to plan", the_line_goes_from_plan_to_plan},
    {"equal plans have one row", equal_plans_have_one_row},
    {NULL, NULL},
};

const struct test_suite suite_front = {"front", cases};
