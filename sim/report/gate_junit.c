/*
 * A gate as test cases in the XML of JUnit, as far as the readers of GitLab, Jenkins and others agree on it.
 *
 * A condition that failed is a failure; that there is no gate is an error. An undecided one is skipped, with the
 * reason, unless the user says what it counts as: readers show failure and error alike in red, and nothing was found
 * to be wrong; what it means for the release is left to the exit status. The names of the cases do not tell of the
 * plan, which may be another one the next time, so that their history goes on.
 *
 * References: https://github.com/testmoapp/junitxml; XML 1.0, section 2.2 "Characters", 3.3.3 "Attribute-Value
 * Normalization".
 */
#include "report/gate_common.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* New lines and tabs as references, since a reader makes those of an attribute blanks. */
static const struct escape escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"},  {'>', "&gt;"},   {'"', "&quot;"},
    {'\n', "&#10;"}, {'\t', "&#9;"}, {'\r', "&#13;"}, {0, NULL},
};

/* Within an element the new lines of a text are kept. */
static const struct escape text_escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\n', "\n"}, {'\t', "\t"}, {0, NULL}};

static void put_attribute(const char *name, const char *value, FILE *out)
{
    fprintf(out, " %s=\"", name);
    put_escaped(value, escapes, out);
    putc('"', out);
}

static void put_property(const char *name, const char *value, FILE *out)
{
    fputs("      <property", out);
    put_attribute("name", name, out);
    put_attribute("value", value, out);
    fputs("/>\n", out);
}

static void put_property_of(const char *name, FILE *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put_property_of(const char *name, FILE *out, const char *format, ...)
{
    char value[QUANTITY_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(value, sizeof value, format, list);
    va_end(list);
    put_property(name, value, out);
}

static void put_properties(const struct gate_told *told, FILE *out)
{
    const struct gate *gate = told->gate;
    char number[QUANTITY_BYTES];
    fputs("    <properties>\n", out);
    put_property("nines", told->version, out);
    if (gate->topology && gate->strategy) {
        put_property("strategy", gate->strategy->name, out);
        put_property("topology", gate->topology->name, out);
    }
    put_property("verdict", ruling_names[gate->verdict], out);
    put_property("end", gate_end_names[gate->end], out);
    put_property("confidence", quantity_exact(gate->confidence, number), out);
    put_property_of("paths", out, "%" PRIu64, gate->paths);
    put_property_of("seed", out, "%" PRIu64, gate->seed);
    fputs("    </properties>\n", out);
}

/* What the suite is called: a scenario that cannot be read has no name yet. */
static const char *suite_name(const struct gate_told *told)
{
    return told->gate ? told->gate->scenario->name : told->file;
}

/* The class tells the gates of a pipeline apart, which may ask the same of several scenarios. */
static void begin_case(const char *name, const struct gate_told *told, int line, FILE *out)
{
    struct text class = {0};
    text_add(&class, "nines.%s", suite_name(told));
    fputs("    <testcase", out);
    put_attribute("classname", class.data, out);
    put_attribute("name", name, out);
    text_free(&class);
    if (line) {
        put_attribute("file", told->file, out);
        fprintf(out, " line=\"%d\"", line);
    }
    fputs(">\n", out);
}

static void end_case(FILE *out)
{
    fputs("    </testcase>\n", out);
}

/* <failure message="its first line">all of it</failure>: some readers show the one, some the other. */
static void put_result(const char *element, const char *message, FILE *out)
{
    struct text first = {0};
    text_add_bytes(&first, message, strcspn(message, "\n"));
    fprintf(out, "      <%s", element);
    put_attribute("message", first.data, out);
    putc('>', out);
    put_escaped(message, text_escapes, out);
    fprintf(out, "</%s>\n", element);
    text_free(&first);
}

/* What a reader shows of a case that passed, if asked. */
static void put_output(const char *text, FILE *out)
{
    fputs("      <system-out>", out);
    put_escaped(text, text_escapes, out);
    fputs("</system-out>\n", out);
}

static void put_finding(const struct gate_told *told, const struct finding *f, FILE *out)
{
    struct text text = {0};
    enum ruling counts = gate_counts(told, f->ruling);
    text_add(&text, f->ruling == RULING_UNDECIDED ? "undecided: " : "");
    add_finding(&text, f);
    begin_case(f->condition->text, told, f->condition->line, out);
    if (counts == RULING_FAILED)
        put_result("failure", text.data, out);
    else if (counts == RULING_UNDECIDED)
        put_result("skipped", text.data, out);
    else
        put_output(text.data, out);
    end_case(out);
    text_free(&text);
}

/* Where there is no plan, conditions are not ruled; what failed is that there be one. */
static bool lacks_plan(const struct gate *gate)
{
    return gate->verdict == RULING_FAILED && (!gate->topology || !gate->strategy);
}

static void put_lack(const struct gate_told *told, FILE *out)
{
    struct text text = {0};
    add_verdict(&text, told);
    begin_case("there is a plan", told, 0, out);
    put_result("failure", text.data, out);
    end_case(out);
    text_free(&text);
}

static void begin_suite(const struct gate_told *told, FILE *out)
{
    const struct gate *gate = told->gate;
    char seconds[QUANTITY_BYTES];
    int counts[RULINGS] = {0};
    for (int i = 0; gate && i < gate->n_findings; i++)
        counts[gate_counts(told, gate->findings[i].ruling)]++;
    counts[RULING_FAILED] += gate && lacks_plan(gate);
    fputs("  <testsuite", out);
    put_attribute("name", suite_name(told), out);
    fprintf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%s\">\n",
            gate ? counts[RULING_PASSED] + counts[RULING_FAILED] + counts[RULING_UNDECIDED] : 1,
            counts[RULING_FAILED], !gate, counts[RULING_UNDECIDED],
            quantity_exact(gate ? rounded_to(4, gate->seconds) : 0, seconds));
}

/* The report. */
void gate_junit(const struct gate_told *told, FILE *out)
{
    struct text fault = {0};
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    begin_suite(told, out);
    if (told->gate) {
        put_properties(told, out);
        for (int i = 0; i < told->gate->n_findings; i++)
            put_finding(told, &told->gate->findings[i], out);
        if (lacks_plan(told->gate))
            put_lack(told, out);
    } else {
        add_fault(&fault, told);
        begin_case("the gate runs", told, 0, out);
        put_result("error", fault.data, out);
        end_case(out);
        text_free(&fault);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
