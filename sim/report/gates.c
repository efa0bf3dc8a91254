/* What a gate found: a line per condition for people, and the formats that pipelines read. */
#include "report/gates.h"

#include "base/file.h"
#include "report/common.h"

#include <string.h>

const char *const undecided_names[] = {"report", "pass", "fail", NULL};

static const char *const marks[RULINGS] = {[RULING_UNDECIDED] = "?", [RULING_PASSED] = "✓", [RULING_FAILED] = "✗"};

const struct gate_format gate_formats[] = {{.name = NULL}};

/* The format of that name, which need not end with a zero byte; NULL: there is none. */
const struct gate_format *gate_format_find(const char *name, size_t length)
{
    for (const struct gate_format *f = gate_formats; f->name; f++)
        if (strlen(f->name) == length && !memcmp(f->name, name, length))
            return f;
    return NULL;
}

/* Prints a line per condition, and one with the verdict. */
void report_gate_text(const struct gate_told *told, const struct table_options *options, FILE *out)
{
    (void)options;
    for (int i = 0; i < told->gate->n_findings; i++) {
        const struct finding *f = &told->gate->findings[i];
        fprintf(out, "%s %s\n", marks[f->ruling], f->condition->text);
    }
}

/* Writes the report beside its name and renames it when it is whole. */
bool report_gate_write(const struct gate_told *told, const struct gate_format *format, const char *path,
                       struct error *error)
{
    struct file_writer writer = {0};
    if (!file_begin(&writer, path, error))
        return false;
    format->write(told, writer.stream);
    return file_finish(&writer, error);
}
