/*
 * A gate as metrics, in a file for the textfile collector of Prometheus's node exporter. The file takes its name when
 * it is whole, as the collector demands.
 *
 * Every sample has the label file, by which scenarios are told apart; what may change from one time to the next, such
 * as the plan, is in nines_gate_info alone, so that the series go on. Conditions are numbered, since two may be
 * written alike and no two samples may have the same labels.
 *
 * Reference: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include "report/gate_common.h"

#include <math.h>

static const struct escape escapes[] = {{'\\', "\\\\"}, {'"', "\\\""}, {'\n', "\\n"}, {0, NULL}};

static void begin_metric(const char *name, const char *help, FILE *out)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_label(const char *before, const char *name, const char *value, FILE *out)
{
    fprintf(out, "%s%s=\"", before, name);
    put_escaped(value, escapes, out);
    putc('"', out);
}

static void put_value(double value, FILE *out)
{
    char number[QUANTITY_BYTES];
    fprintf(out, "} %s\n", isfinite(value) ? quantity_exact(finding_digits(value), number)
                           : isnan(value)  ? "NaN"
                           : value > 0     ? "+Inf"
                                           : "-Inf");
}

/* A metric with one sample. */
static void put_metric(const struct gate_told *told, const char *name, const char *help, double value, FILE *out)
{
    begin_metric(name, help, out);
    fputs(name, out);
    put_label("{", "file", told->file, out);
    put_value(value, out);
}

static double passed(const struct gate_told *told, const struct finding *f)
{
    return gate_counts(told, f->ruling) == RULING_PASSED;
}

static double undecided(const struct gate_told *told, const struct finding *f)
{
    (void)told;
    return f->ruling == RULING_UNDECIDED;
}

static double value(const struct gate_told *told, const struct finding *f)
{
    (void)told;
    return f->value;
}

static double low(const struct gate_told *told, const struct finding *f)
{
    (void)told;
    return f->low;
}

static double high(const struct gate_told *told, const struct finding *f)
{
    (void)told;
    return f->high;
}

static double limit(const struct gate_told *told, const struct finding *f)
{
    (void)told;
    return f->condition->limit;
}

static const struct {
    const char *name, *help;
    double    (*of)(const struct gate_told *told, const struct finding *finding);
} metrics[] = {
    {"nines_gate_condition_passed", "1 if the condition is kept, or counts as such", passed},
    {"nines_gate_condition_undecided", "1 if the condition is not decided", undecided},
    {"nines_gate_condition_value", "The figure that the condition is about, in the unit of its label", value},
    {"nines_gate_condition_low", "The lower end of its interval", low},
    {"nines_gate_condition_high", "The upper end of its interval", high},
    {"nines_gate_condition_limit", "The limit of the condition", limit},
};

/* A sample per condition; what is not known has none. */
static void put_conditions(const struct gate_told *told, size_t metric, FILE *out)
{
    begin_metric(metrics[metric].name, metrics[metric].help, out);
    for (int i = 0; i < told->gate->n_findings; i++) {
        const struct finding *f = &told->gate->findings[i];
        double sample = metrics[metric].of(told, f);
        if (isnan(sample))
            continue;
        fputs(metrics[metric].name, out);
        put_label("{", "file", told->file, out);
        fprintf(out, ",number=\"%d\"", i + 1);
        put_label(",", "condition", f->condition->text, out);
        put_label(",", "unit", measure_types[f->condition->measure].unit_name, out);
        put_value(sample, out);
    }
}

static void put_info(const struct gate_told *told, FILE *out)
{
    const struct gate *gate = told->gate;
    begin_metric("nines_gate_info", "The plan that was judged, and how it was", out);
    fputs("nines_gate_info", out);
    put_label("{", "file", told->file, out);
    put_label(",", "scenario", gate->scenario->name, out);
    put_label(",", "strategy", gate->strategy ? gate->strategy->name : "", out);
    put_label(",", "topology", gate->topology ? gate->topology->name : "", out);
    put_label(",", "end", gate_end_names[gate->end], out);
    put_label(",", "version", told->version, out);
    put_value(1, out);
}

/* The report. */
void gate_prometheus(const struct gate_told *told, FILE *out)
{
    const struct gate *gate = told->gate;
    put_metric(told, "nines_gate_ran", "1 if the gate could run; without it there is nothing else", gate != NULL, out);
    if (!gate)
        return;
    put_metric(told, "nines_gate_passed", "1 if the release may go, or an undecided gate counts as if it may",
               gate_counts(told, gate->verdict) == RULING_PASSED, out);
    put_metric(told, "nines_gate_undecided", "1 if the gate is not decided", gate->verdict == RULING_UNDECIDED, out);
    put_metric(told, "nines_gate_paths", "Rollouts that were sampled", (double)gate->paths, out);
    put_metric(told, "nines_gate_duration_seconds", "What the gate took", gate->seconds, out);
    put_metric(told, "nines_gate_confidence_ratio", "The confidence that no ruling is wrong", gate->confidence, out);
    put_info(told, out);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        put_conditions(told, i, out);
}
