/* report/gate_common: what the formats of a gate share: words, figures, escapes. Internal to report/. */
#ifndef NINES_REPORT_GATE_COMMON_H
#define NINES_REPORT_GATE_COMMON_H

#include "report/common.h"
#include "report/gates.h"

extern const char *const ruling_marks[RULINGS];   /* ✓, ✗ or ? */
extern const char *const compare_signs[];         /* "<=", by enum compare */
extern const char *const trust_note;              /* what "?" behind a figure means; a sentence */

/* What stands for a character that a format takes for its own. */
struct escape {
    uint32_t    code;
    const char *as;
};

void        put_escaped(const char *bytes, const struct escape *escapes, FILE *out);

enum ruling gate_counts(const struct gate_told *told, enum ruling ruling);
int         gate_count(const struct gate *gate, enum ruling ruling);
bool        gate_doubts(const struct gate *gate);

struct quantity finding_quantity(const struct finding *finding);
double          finding_digits(double value);
bool            finding_is_bound(const struct finding *finding);
const char     *condition_statistic(const struct condition *condition, char out[QUANTITY_BYTES]);

void add_found(struct text *text, const struct finding *finding);
void add_limit(struct text *text, const struct finding *finding);
void add_finding(struct text *text, const struct finding *finding);
void add_plan(struct text *text, const struct gate *gate);
void add_verdict(struct text *text, const struct gate_told *told);
void add_effort(struct text *text, const struct gate *gate);
void add_fault(struct text *text, const struct gate_told *told);

/* The formats. */
void gate_junit(const struct gate_told *told, FILE *out);
void gate_markdown(const struct gate_told *told, FILE *out);
void gate_github(const struct gate_told *told, FILE *out);
void gate_prometheus(const struct gate_told *told, FILE *out);
void gate_json(const struct gate_told *told, FILE *out);
void gate_csv(const struct gate_told *told, FILE *out);

#endif
