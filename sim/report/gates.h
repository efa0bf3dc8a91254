/* report/gates: what a gate found, for people and for pipelines. Includes study/gate and below. */
#ifndef NINES_REPORT_GATES_H
#define NINES_REPORT_GATES_H

#include "base/error.h"
#include "report/report.h"
#include "study/gate.h"

enum { GATE_SCHEMA_VERSION = 1 }; /* of the JSON */

/* What an undecided gate counts as. */
enum undecided { UNDECIDED_REPORT, UNDECIDED_PASS, UNDECIDED_FAIL };

extern const char *const undecided_names[]; /* "report", "pass", "fail", NULL */

/* What is told of a gate. */
struct gate_told {
    const struct gate *gate;      /* NULL: it could not run */
    const char        *file;      /* the scenario's */
    const char        *fault;     /* why it could not run, a line each; NULL where it did */
    enum undecided     undecided;
    const char        *version;   /* of the program */
};

/* A format of --report. */
struct gate_format {
    const char *name;
    const char *meaning; /* for help, a few words */
    void      (*write)(const struct gate_told *told, FILE *out);
};

extern const struct gate_format gate_formats[]; /* ended by a NULL name */

const struct gate_format *gate_format_find(const char *name, size_t length);
void report_gate_text(const struct gate_told *told, const struct table_options *options, FILE *out);
bool report_gate_check(const char *path, struct error *error);
bool report_gate_write(const struct gate_told *told, const struct gate_format *format, const char *path,
                       struct error *error);

#endif
