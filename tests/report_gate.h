/* tests/report_gate: gates filled by hand, for the tests of their reports. */
#ifndef NINES_TESTS_REPORT_GATE_H
#define NINES_TESTS_REPORT_GATE_H

#include "report/gates.h"

/* What is in the gate. */
enum sample_gate {
    GATE_FAILS,    /* a condition of each kind, in two topologies */
    GATE_PASSES,   /* one strategy, by name */
    GATE_OPEN,     /* undecided at the time limit */
    GATE_HOSTILE,  /* names that no scenario may have, too */
    GATE_PLANLESS, /* no plan keeps subject_to */
    GATE_MISSING,  /* it could not run */
    SAMPLE_GATES
};

extern const char *const sample_gate_names[SAMPLE_GATES];

/* What is told of such a gate; free with sample_gate_free. */
struct gate_told *sample_gate(enum sample_gate kind);
void              sample_gate_free(struct gate_told *told);

/* The report as a text; free() it. */
char *gate_report(const struct gate_told *told, const char *format);
char *gate_text(const struct gate_told *told, int width, bool color);

#endif
