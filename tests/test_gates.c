/*
 * What is told of a gate, in every format: as agreed, and as the tools for the format read it, whatever names hold.
 */
#include "test.h"

#include "base/utf8.h"
#include "report_gate.h"
#include "report_study.h"
#include "tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A test that is run on every sample. */
static void on_every_sample(const char *format, void (*check)(const struct gate_told *told, const char *text))
{
    for (int kind = 0; kind < SAMPLE_GATES; kind++)
        for (int undecided = 0; undecided_names[undecided]; undecided++) {
            struct gate_told *told = sample_gate(kind);
            told->undecided = undecided;
            char *text = gate_report(told, format);
            check(told, text);
            free(text);
            sample_gate_free(told);
        }
}

static void check_golden(enum sample_gate kind, const char *format)
{
    char golden[64];
    struct gate_told *told = sample_gate(kind);
    char *text = gate_report(told, format);
    snprintf(golden, sizeof golden, "gate-%s.%s", sample_gate_names[kind], format);
    golden_check(golden, text);
    free(text);
    sample_gate_free(told);
}

static void every_format_is_as_agreed(void)
{
    for (const struct gate_format *f = gate_formats; f->name; f++) {
        check_golden(GATE_FAILS, f->name);
        check_golden(GATE_HOSTILE, f->name);
        check_golden(GATE_MISSING, f->name);
    }
}

static void the_text_is_as_agreed(void)
{
    static const struct {
        const char *golden;
        enum sample_gate kind;
        int width;
        bool color;
    } texts[] = {
        {"gate-fails-80.txt", GATE_FAILS, 80, false},       {"gate-fails-140.txt", GATE_FAILS, 140, false},
        {"gate-fails-color.txt", GATE_FAILS, 80, true},     {"gate-passes.txt", GATE_PASSES, 80, false},
        {"gate-open.txt", GATE_OPEN, 80, false},            {"gate-hostile.txt", GATE_HOSTILE, 80, false},
        {"gate-planless.txt", GATE_PLANLESS, 80, false},    {"gate-missing.txt", GATE_MISSING, 80, false},
        {"gate-fails-narrow.txt", GATE_FAILS, 50, false},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gate_told *told = sample_gate(texts[i].kind);
        char *text = gate_text(told, texts[i].width, texts[i].color);
        golden_check(texts[i].golden, text);
        free(text);
        sample_gate_free(told);
    }
}

static void the_text_fits_its_width(void)
{
    for (int width = 60; width <= 140; width++)
        for (int kind = 0; kind < GATE_MISSING; kind++) {
            struct gate_told *told = sample_gate(kind);
            char *text = gate_text(told, width, false), *rest = text;
            for (char *line; (line = strsep(&rest, "\n"));)
                CU_ASSERT_TRUE(utf8_columns(line) <= width);
            free(text);
            sample_gate_free(told);
        }
}

static void the_text_says_what_an_undecided_gate_counts_as(void)
{
    struct gate_told *told = sample_gate(GATE_OPEN);
    static const char *const expected[] = {
        NULL, "This counts as passed, as asked.", "This counts as failed, as asked."};
    for (int i = 0; undecided_names[i]; i++) {
        told->undecided = i;
        char *text = gate_text(told, 200, false);
        CU_ASSERT_EQUAL(strstr(text, "This counts as") != NULL, expected[i] != NULL);
        CU_ASSERT_TRUE(!expected[i] || strstr(text, expected[i]));
        free(text);
    }
    sample_gate_free(told);
}

/* How many times a text stands in another. */
static int times(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

static void check_junit(const struct gate_told *told, const char *text)
{
    static const char *const arguments[] = {"xmllint", "--noout", "--nonet", "--schema", "tests/junit.xsd", "-", NULL};
    struct text said = {0};
    char counts[128];
    int expected[RULINGS] = {0};
    const struct gate *gate = told->gate;
    for (int i = 0; gate && i < gate->n_findings; i++)
        expected[gate->findings[i].ruling]++;
    int open = expected[RULING_UNDECIDED];
    int failures = expected[RULING_FAILED] + (gate && !gate->topology) + (told->undecided == UNDECIDED_FAIL ? open : 0);
    int skipped = told->undecided == UNDECIDED_REPORT ? open : 0;
    snprintf(counts, sizeof counts, " failures=\"%d\" errors=\"%d\" skipped=\"%d\" ", failures, !gate, skipped);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, counts));
    CU_ASSERT_EQUAL(times(text, "<failure "), failures);
    CU_ASSERT_EQUAL(times(text, "<skipped "), skipped);
    CU_ASSERT_EQUAL(times(text, "<error "), !gate);
    snprintf(counts, sizeof counts, " tests=\"%d\" ", times(text, "<testcase "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, counts));
    int status = tool_run(arguments, text, &said);
    CU_ASSERT_TRUE(status <= 0);
    if (status > 0)
        fputs(said.data, stdout);
    text_free(&said);
}

static void junit_keeps_to_its_schema(void)
{
    on_every_sample("junit", check_junit);
}

/* What an XPath of the XML is, as xmllint reads it; without the new line that it adds. */
static void check_xpath(const char *xml, const char *xpath, const char *expected)
{
    const char *const arguments[] = {"xmllint", "--nonet", "--xpath", xpath, "-", NULL};
    struct text said = {0};
    if (tool_run(arguments, xml, &said) >= 0) {
        if (said.length && said.data[said.length - 1] == '\n')
            said.data[said.length - 1] = '\0';
        CU_ASSERT_STRING_EQUAL(said.data, expected);
        if (strcmp(said.data, expected) != 0)
            printf("    %s: '%s' and not '%s'\n", xpath, said.data, expected);
    }
    text_free(&said);
}

static void hostile_names_come_back_from_junit(void)
{
    struct gate_told *told = sample_gate(GATE_HOSTILE);
    char *text = gate_report(told, "junit");
    check_xpath(text, "string(//testcase[1]/@name)", told->gate->findings[0].condition->text);
    check_xpath(text, "string(//property[@name='strategy']/@value)", "a\"b<c>,\n%0A");
    check_xpath(text, "string(//property[@name='topology']/@value)", told->gate->topology->name);
    check_xpath(text, "string(//testsuite/@name)", told->gate->scenario->name);
    check_xpath(text, "string(//testcase[1]/@file)", told->file);
    check_xpath(text, "string(//testcase[3]/@name)",
                "`<b>*bold* _it_ ]]> <!-- ~~gone~~ $x$ {a=\"1\"}\t\uFFFD\uFFFD[2J`");
    check_xpath(text, "string(//skipped)", "undecided: not known, limit 1 s. a|b\n*c* <d> `e` \"f\\\" % [g](h) $i$ @j");
    free(text);
    sample_gate_free(told);
}

/* Reads the Markdown as GitHub does, into XML. */
static char *rendered(const char *markdown)
{
    static const char *const arguments[] = {"cmark-gfm", "-t", "xml", "-e", "table", "-e", "strikethrough", "-e",
                                            "autolink", NULL};
    struct text said = {0};
    int status = tool_run(arguments, markdown, &said);
    CU_ASSERT_TRUE(status <= 0);
    if (status < 0)
        text_free(&said);
    return said.data;
}

#define ALL(name) "//*[local-name()='" name "']"

static void check_markdown(const struct gate_told *told, const char *text)
{
    char count[16], *xml = rendered(text);
    if (!xml)
        return;
    snprintf(count, sizeof count, "%d", told->gate ? told->gate->n_findings : 0);
    check_xpath(xml, "count(" ALL("table_row") ")", count);
    check_xpath(xml, "count(" ALL("table_row") "[count(*)=5])", count);
    check_xpath(xml, "count(" ALL("table_cell") "//*[local-name()='code'])", count);
    check_xpath(xml, "count(" ALL("heading") ")", "1");
    check_xpath(xml, "count(" ALL("html_inline") "[.!='<br>'])", "0");
    check_xpath(xml, "count(" ALL("link") "|" ALL("emph") "|" ALL("strong") "|" ALL("strikethrough") "|" ALL("image")
                "|" ALL("html_block") "|" ALL("list") "|" ALL("block_quote") ")", "0");
    free(xml);
}

static void markdown_means_nothing_else(void)
{
    on_every_sample("markdown", check_markdown);
}

/* Words of a part, put together as a reader sees them. */
static void check_words(const char *xml, const char *part, const char *expected)
{
    char xpath[256];
    snprintf(xpath, sizeof xpath, "string(%s)", part);
    const char *const arguments[] = {"xmllint", "--nonet", "--xpath", xpath, "-", NULL};
    struct text said = {0}, words = {0};
    text_add(&words, "%s", "");
    if (tool_run(arguments, xml, &said) >= 0) {
        for (char *rest = said.data, *line; (line = strsep(&rest, "\n"));) /* each text node has a line, indented */
            text_add(&words, "%s", line + strspn(line, " "));
        CU_ASSERT_STRING_EQUAL(words.data, expected);
        if (strcmp(words.data, expected) != 0)
            printf("    %s: '%s' and not '%s'\n", part, words.data, expected);
    }
    text_free(&said);
    text_free(&words);
}

static void hostile_names_come_back_from_markdown(void)
{
    struct gate_told *told = sample_gate(GATE_HOSTILE);
    char *text = gate_report(told, "markdown"), *xml = rendered(text);
    if (xml) {
        check_xpath(xml, "string((" ALL("table_cell") "/*[local-name()='code'])[1])",
                    "lost < 1s | `x` ``y`` \"z\" & 'w'\u240A%0A::error::no\\");
        check_xpath(xml, "string((" ALL("table_cell") "/*[local-name()='code'])[3])",
                    "`<b>*bold* _it_ ]]> <!-- ~~gone~~ $x$ {a=\"1\"}\uFFFD\uFFFD\uFFFD[2J`");
        check_words(xml, "(" ALL("table_row") "[2]/*)[5]", "a|b<br>*c* <d> `e` \"f\\\" % [g](h) $i$ @j");
    }
    free(xml);
    free(text);
    sample_gate_free(told);
}

/* Takes back what GitHub's runner takes back: of data %25, %0D, %0A, of a property also %3A, %2C. */
static void unescape(struct text *out, const char *from, size_t length)
{
    static const struct { const char *escape, *of; } list[] = {
        {"%0A", "\n"}, {"%0D", "\r"}, {"%3A", ":"}, {"%2C", ","}, {"%25", "%"}};
    text_add(out, "%s", "");
    for (size_t i = 0; i < length;) {
        size_t k = 0;
        while (k < sizeof list / sizeof *list && strncmp(from + i, list[k].escape, 3) != 0)
            k++;
        if (k < sizeof list / sizeof *list) {
            text_add(out, "%s", list[k].of);
            i += 3;
        } else {
            text_add_bytes(out, from + i++, 1);
        }
    }
}

/* A property of a command as the runner reads it: parted by commas, up to the "::" before the message. */
static void check_property(const char *line, const char *name, const char *expected)
{
    const char *at = strchr(line, ' ') + 1, *end = strstr(line + 2, "::");
    struct text value = {0};
    while (at < end) {
        size_t length = strcspn(at, ",:");
        if (!strncmp(at, name, strlen(name)) && at[strlen(name)] == '=')
            unescape(&value, at + strlen(name) + 1, length - strlen(name) - 1);
        at += length + 1;
    }
    CU_ASSERT_EQUAL(value.data != NULL, expected != NULL);
    if (value.data && expected)
        CU_ASSERT_STRING_EQUAL(value.data, expected);
    text_free(&value);
}

/* One line a command, and nothing that the runner would take for another. */
static void check_github(const struct gate_told *told, const char *text)
{
    int lines = 0;
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1, lines++)
        CU_ASSERT_TRUE(!strncmp(at, "::error ", 8) || !strncmp(at, "::warning ", 10) || !strncmp(at, "::notice ", 9));
    CU_ASSERT_EQUAL(lines, told->gate ? 1 + told->gate->n_findings : 2);
    for (const char *at = text; (at = strchr(at, '%')); at++)
        CU_ASSERT_TRUE(!strncmp(at, "%25", 3) || !strncmp(at, "%0A", 3) || !strncmp(at, "%0D", 3) ||
                       !strncmp(at, "%3A", 3) || !strncmp(at, "%2C", 3));
    bool may_warn = told->gate && told->undecided == UNDECIDED_REPORT;
    CU_ASSERT_TRUE(may_warn || !strstr(text, "::warning "));
}

static void github_gets_a_command_a_line(void)
{
    on_every_sample("github", check_github);
}

static void hostile_names_come_back_from_github(void)
{
    struct gate_told *told = sample_gate(GATE_HOSTILE);
    char *text = gate_report(told, "github"), *line = strchr(text, '\n') + 1;
    check_property(text, "file", NULL);
    check_property(text, "title", "nines gate: <s>&\"#\n*bold*");
    check_property(line, "file", told->file);
    check_property(line, "line", "7");
    check_property(line, "col", "3");
    check_property(line, "title", "failed: lost < 1s | `x` ``y`` \"z\" & 'w'\n%0A::error::no\\");
    free(text);
    sample_gate_free(told);
}

static void github_shows_a_fault_at_its_line(void)
{
    struct gate_told *told = sample_gate(GATE_MISSING);
    char *text = gate_report(told, "github"), *line = strchr(text, '\n') + 1;
    check_property(text, "file", "release.yaml");
    check_property(text, "line", "3");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "::unknown key `foo` in a scenario%0A    3 | foo"));
    check_property(line, "file", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "::--require:1:8: bad condition"));
    free(text);
    sample_gate_free(told);
}

static void check_prometheus(const struct gate_told *told, const char *text)
{
    static const char *const arguments[] = {"promtool", "check", "metrics", NULL};
    struct text said = {0};
    int status = tool_run(arguments, text, &said);
    CU_ASSERT_TRUE(status <= 0 && !said.length);
    if (status > 0)
        fputs(said.data, stdout);
    text_free(&said);
    bool passed = told->gate && (told->gate->verdict == RULING_PASSED || (told->gate->verdict == RULING_UNDECIDED &&
                                                                         told->undecided == UNDECIDED_PASS));
    const char *sample = strstr(text, "\nnines_gate_passed{");
    CU_ASSERT_EQUAL(sample != NULL, told->gate != NULL);
    CU_ASSERT_TRUE(!sample || strstr(sample, passed ? "} 1\n" : "} 0\n") == strstr(sample, "} "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, told->gate ? "\"} 1\n" : "\"} 0\n"));
}

static void promtool_finds_no_fault(void)
{
    on_every_sample("prometheus", check_prometheus);
}

static void hostile_names_are_whole_in_prometheus(void)
{
    struct gate_told *told = sample_gate(GATE_HOSTILE);
    char *text = gate_report(told, "prometheus");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",strategy=\"a\\\"b<c>,\\n%0A\","));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ",topology=\"x|y`z`\\\\\\n::warning::*t*\","));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "{file=\"dir/a,b:c%\\\"\\\\\\n.yaml\","));
    free(text);
    sample_gate_free(told);
}

static void check_json(const struct gate_told *told, const char *text)
{
    ask_jq(text, ".schema_version == 1 and .nines == \"1.2.3\" and has(\"verdict\") and has(\"fault\")");
    ask_jq(text, told->gate ? ".fault == null and (.conditions | length > 0 and all(has(\"value\") and .condition))"
                            : ".verdict == null and (.fault | startswith(\"release.yaml:3:5: \"))");
}

static void json_is_read_by_jq(void)
{
    on_every_sample("json", check_json);
    struct gate_told *told = sample_gate(GATE_HOSTILE);
    char *text = gate_report(told, "json");
    ask_jq(text, ".plan.strategy == \"a\\\"b<c>,\\n%0A\"");
    ask_jq(text, ".conditions[0].condition == \"lost < 1s | `x` ``y`` \\\"z\\\" & 'w'\\n%0A::error::no\\\\\"");
    ask_jq(text, "[.conditions[].ruling] == [\"failed\", \"undecided\", \"passed\"]");
    ask_jq(text, "[.conditions[].value] == [3, null, null]");
    free(text);
    sample_gate_free(told);
}

static void check_csv(const struct gate_told *told, const char *text)
{
    struct fields fields = read_csv(text);
    CU_ASSERT_EQUAL_FATAL(fields.rows, told->gate ? 1 + (size_t)told->gate->n_findings : 2);
    for (size_t i = 1; told->gate && i < fields.rows; i++) {
        const struct finding *f = &told->gate->findings[i - 1];
        char **row = &fields.field[i * fields.per_row];
        CU_ASSERT_STRING_EQUAL(row[0], f->condition->text);
        CU_ASSERT_STRING_EQUAL(row[1], ruling_names[f->ruling]);
        CU_ASSERT_TRUE(isfinite(f->value) ? fabs(strtod(row[7], NULL) - f->value) < 1e-9 : !*row[7]);
        CU_ASSERT_STRING_EQUAL(row[13], told->gate->strategy ? told->gate->strategy->name : "");
        CU_ASSERT_STRING_EQUAL(row[14], f->help ? f->help : "");
    }
    fields_free(&fields);
}

static void csv_comes_back(void)
{
    on_every_sample("csv", check_csv);
}

/* A limit that is rounded would be another one. */
static void limits_are_shown_in_full(void)
{
    static const struct { enum measure measure; double limit; const char *shown; } limits[] = {
        {MEASURE_LOST, 2, ", limit 2 s\n"},        {MEASURE_LOST, 1.004, ", limit 1.004 s\n"},
        {MEASURE_LOST, 100, ", limit 100 s\n"},    {MEASURE_LOST, 90, ", limit 1.5 min\n"},
        {MEASURE_LOST, 3661, ", limit 3661 s\n"},  {MEASURE_LOST, 5400, ", limit 1 h 30 m\n"},
        {MEASURE_STUCK, 0.00125, ", limit 0.125 %\n"}, {MEASURE_STUCK, 0.001234, ", limit 0.1234 %\n"},
        {MEASURE_EXTRA, 12.345, ", limit 12.345 instance-hours\n"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct condition condition = {.measure = limits[i].measure, .limit = limits[i].limit, .text = "?"};
        struct finding finding = {.condition = &condition, .value = NAN, .low = NAN, .high = NAN};
        struct gate_told *told = sample_gate(GATE_PASSES);
        struct gate *gate = (struct gate *)told->gate;
        gate->findings = &finding;
        char *text = gate_text(told, 100, false);
        for (char *c = text; (c = strstr(c, "  limit ")); c++)
            *c = ','; /* the columns of the text */
        CU_ASSERT_PTR_NOT_NULL(strstr(text, limits[i].shown));
        if (!strstr(text, limits[i].shown))
            printf("    %g: %s", limits[i].limit, text);
        free(text);
        sample_gate_free(told);
    }
}

static void formats_are_found_by_their_names(void)
{
    CU_ASSERT_PTR_EQUAL(gate_format_find("junit=x", 5), &gate_formats[0]);
    CU_ASSERT_PTR_NULL(gate_format_find("junit", 4));
    CU_ASSERT_PTR_NULL(gate_format_find("", 0));
}

static const struct test_case cases[] = {
    {"every format is as agreed", every_format_is_as_agreed},
    {"the text is as agreed", the_text_is_as_agreed},
    {"the text fits its width", the_text_fits_its_width},
    {"the text says what an undecided gate counts as", the_text_says_what_an_undecided_gate_counts_as},
    {"JUnit keeps to its schema", junit_keeps_to_its_schema},
    {"hostile names come back from JUnit", hostile_names_come_back_from_junit},
    {"Markdown means nothing else", markdown_means_nothing_else},
    {"hostile names come back from Markdown", hostile_names_come_back_from_markdown},
    {"GitHub gets a command a line", github_gets_a_command_a_line},
    {"hostile names come back from GitHub", hostile_names_come_back_from_github},
    {"GitHub shows a fault at its line", github_shows_a_fault_at_its_line},
    {"promtool finds no fault", promtool_finds_no_fault},
    {"hostile names are whole in Prometheus", hostile_names_are_whole_in_prometheus},
    {"JSON is read by jq", json_is_read_by_jq},
    {"CSV comes back", csv_comes_back},
    {"limits are shown in full", limits_are_shown_in_full},
    {"formats are found by their names", formats_are_found_by_their_names},
    {NULL, NULL},
};

const struct test_suite suite_gates = {"gates", cases};
