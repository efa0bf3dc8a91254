/* The formats in which a gate is told to a pipeline, and the files that they go into. */
#include "report/gates.h"

#include "base/file.h"
#include "report/gate_common.h"

#include <string.h>
#include <sys/stat.h>

const char *const undecided_names[] = {"report", "pass", "fail", NULL};

const struct gate_format gate_formats[] = {
    {"junit", "test cases in XML, as GitLab and Jenkins show them", gate_junit},
    {"markdown", "a table, for a summary or a comment", gate_markdown},
    {"github", "commands that make GitHub annotate the scenario's lines", gate_github},
    {"prometheus", "metrics for the textfile collector of the node exporter", gate_prometheus},
    {"json", "all that was found", gate_json},
    {"csv", "a row per condition", gate_csv},
    {.name = NULL},
};

/* The format of that name, which need not end with a zero byte; NULL: there is none. */
const struct gate_format *gate_format_find(const char *name, size_t length)
{
    for (const struct gate_format *f = gate_formats; f->name; f++)
        if (strlen(f->name) == length && !memcmp(f->name, name, length))
            return f;
    return NULL;
}

/*
 * Begins a report beside its name. What is no file, such as /dev/stdout or a link, is left alone: the rename would put
 * a file in its place.
 */
static bool begin(struct file_writer *writer, const char *path, struct error *error)
{
    struct stat there;
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return error_add(error, FAULT_SYSTEM, "%s: cannot write: a report would take its place, and it is no file",
                         path);
    return file_begin(writer, path, error);
}

/* Whether a report can be begun there, asked before the minutes of sampling and not after. Leaves nothing. */
bool report_gate_check(const char *path, struct error *error)
{
    struct file_writer writer = {0};
    bool good = begin(&writer, path, error);
    file_abandon(&writer);
    return good;
}

/* Writes the report beside its name, and renames it when it is whole. */
bool report_gate_write(const struct gate_told *told, const struct gate_format *format, const char *path,
                       struct error *error)
{
    struct file_writer writer = {0};
    if (!begin(&writer, path, error))
        return false;
    format->write(told, writer.stream);
    return file_finish(&writer, error);
}
