/*
 * A gate as workflow commands, which make GitHub Actions annotate the lines of the scenario in a change. They are to be
 * printed by a step of the workflow. The verdict comes first, since GitHub shows ten of a kind a step.
 *
 * Reference: https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the escapes are those of
 * @actions/core, command.ts.
 */
#include "report/gate_common.h"

#include <stdlib.h>
#include <string.h>

static const struct escape escapes[] = {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {0, NULL}};

static const struct escape property_escapes[] = {
    {'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {':', "%3A"}, {',', "%2C"}, {0, NULL}};

static const char *const commands[RULINGS] = {
    [RULING_UNDECIDED] = "warning", [RULING_PASSED] = "notice", [RULING_FAILED] = "error"};

/* A place in the scenario; line 0: none. */
struct place {
    int    line, column;
    size_t length; /* of the text that names it, where it was read from one */
};

/* The file as GitHub has it, from the root of the repository on. */
static const char *file_of(const char *file)
{
    while (!strncmp(file, "./", 2))
        file += 2;
    return file;
}

/* A scenario on standard input is no file of the change. */
static void put_command(const char *command, const char *file, struct place place, const char *title,
                        const char *message, FILE *out)
{
    fprintf(out, "::%s ", command);
    if (strcmp(file, "-") != 0 && place.line > 0) {
        fputs("file=", out);
        put_escaped(file_of(file), property_escapes, out);
        fprintf(out, ",line=%d,col=%d,", place.line, place.column > 0 ? place.column : 1);
    }
    fputs("title=", out);
    put_escaped(title, property_escapes, out);
    fputs("::", out);
    put_escaped(message, escapes, out);
    putc('\n', out);
}

static void put_finding(const struct gate_told *told, const struct finding *f, FILE *out)
{
    struct text title = {0}, message = {0};
    text_add(&title, "%s: %s", ruling_names[f->ruling], f->condition->text);
    add_finding(&message, f);
    put_command(commands[gate_counts(told, f->ruling)], told->file,
                (struct place){f->condition->line, f->condition->column, 0}, title.data, message.data, out);
    text_free(&title);
    text_free(&message);
}

static void put_verdict(const struct gate_told *told, FILE *out)
{
    struct text title = {0}, message = {0};
    text_add(&title, "nines gate: %s", told->gate->scenario->name);
    add_verdict(&message, told);
    text_add(&message, " ");
    add_effort(&message, told->gate);
    put_command(commands[gate_counts(told, told->gate->verdict)], told->file, (struct place){0}, title.data,
                message.data, out);
    text_free(&title);
    text_free(&message);
}

/* The place that a line of the fault begins with, "FILE:LINE:COLUMN: ", if it begins with one. */
static struct place place_of(const char *line, const char *file)
{
    struct place place = {0};
    size_t length = strlen(file);
    char *after;
    if (strncmp(line, file, length) != 0 || line[length] != ':')
        return place;
    long row = strtol(line + length + 1, &after, 10);
    long column = *after == ':' ? strtol(after + 1, &after, 10) : 0;
    if (*after == ':' && row > 0 && row < 1 << 30 && column > 0 && column < 1 << 30)
        place = (struct place){(int)row, (int)column, (size_t)(after + 1 - line) + strspn(after + 1, " ")};
    return place;
}

/* Length of the message at `at`: the line, and those behind it that show more of it, which are indented. */
static size_t message_length(const char *at)
{
    size_t length = strcspn(at, "\n");
    while (at[length] && (at[length + 1] == ' ' || at[length + 1] == '\t'))
        length += 1 + strcspn(at + length + 1, "\n");
    return length;
}

/* A command per message, so that each stands at its line. */
static void put_faults(const struct gate_told *told, FILE *out)
{
    struct text fault = {0};
    add_fault(&fault, told);
    for (const char *at = fault.data; *at;) {
        struct text message = {0};
        size_t length = message_length(at);
        text_add_bytes(&message, at, length);
        struct place place = place_of(message.data, told->file);
        put_command("error", told->file, place, "nines gate: could not run", message.data + place.length, out);
        text_free(&message);
        at += length + (at[length] == '\n');
    }
    text_free(&fault);
}

/* The report. */
void gate_github(const struct gate_told *told, FILE *out)
{
    if (!told->gate) {
        put_faults(told, out);
        return;
    }
    put_verdict(told, out);
    for (int i = 0; i < told->gate->n_findings; i++)
        put_finding(told, &told->gate->findings[i], out);
}
