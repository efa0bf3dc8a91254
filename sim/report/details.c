/* The detailed view on a terminal: every measure of every strategy with its interval and percentiles. */
#include "report/terminal.h"

#include "base/utf8.h"
#include "models/strategy.h"

#include <math.h>
#include <string.h>

enum { GAP = 2, MEAN = 26, PERCENTILE = 9 };

/* The width of the longest name of a measure. */
static int name_width(const struct study *study)
{
    int width = 0;
    for (int m = 0; m < study_measures(study); m++) {
        int length = (int)strlen(measure_types[m].name);
        width = length > width ? length : width;
    }
    return width;
}

static void put_measure(const struct outcome *outcome, enum measure measure, enum quantity_unit unit, int width,
                        FILE *out)
{
    const struct estimate *e = &outcome->measures[measure];
    const double percentiles[] = {e->p50, e->p90, e->p95, e->p99, e->max};
    char text[QUANTITY_BYTES];
    fputs("    ", out);
    put_left(measure_types[measure].name, width, out);
    struct quantity q = estimate_quantity(measure, e);
    q.unit = unit;
    estimate_print(q, e->solved, text);
    put_spaces(GAP, out);
    struct text mean = {0};
    text_add(&mean, "%s%s", text, e->trusted ? "" : " ?");
    bool any = false;
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        any = any || isfinite(percentiles[i]);
    put_left(mean.data, any ? MEAN : 0, out);
    text_free(&mean);
    for (size_t i = 0; any && i < sizeof percentiles / sizeof *percentiles; i++) {
        /* Each percentile in the unit that suits it; that of extra is said once, with the mean. */
        unit = measure_quantity(measure);
        unit = unit == QUANTITY_INSTANCE_HOURS ? QUANTITY_NUMBER : unit;
        put_spaces(1, out);
        put_right(quantity_plain(unit, percentiles[i], text), PERCENTILE, out);
    }
    putc('\n', out);
}

static void put_causes(const struct outcome *outcome, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    char share[QUANTITY_BYTES];
    double lost = outcome_lost(outcome);
    for (int c = 0; c < CAUSES && lost > 0; c++)
        if (outcome->causes[c] > 0)
            text_add(&text, "%s%s %s", text.length ? ", " : "    lost to: ", cause_types[c].name,
                     quantity_plain(QUANTITY_SHARE, outcome->causes[c] / lost, share));
    if (text.length) {
        fputs("    ", out);
        put_wrapped(text.data + 4, width_of(options) - 4, out);
        putc('\n', out);
    }
    text_free(&text);
}

/* ": 20 000 paths, 123 456 events", or states and transitions; then the heading of the columns. */
static void put_effort(const struct study *study, const struct outcome *outcome, FILE *out)
{
    const struct solution *last = outcome->n_solutions ? &outcome->solutions[outcome->n_solutions - 1] : NULL;
    struct text effort = {0};
    add_grouped(&effort, study->solved ? last ? (double)last->states : 0 : (double)outcome->paths);
    text_add(&effort, study->solved ? " states, " : " paths, ");
    add_grouped(&effort, study->solved ? last ? (double)last->transitions : 0 : (double)outcome->events);
    fprintf(out, ": %s %s\n", effort.data, study->solved ? "transitions" : "events");
    text_free(&effort);
    if (study->solved)
        fprintf(out, "    %*s  mean\n", name_width(study), "");
    else
        fprintf(out, "    %*s  %-26s %9s %9s %9s %9s %9s\n", name_width(study), "", "mean", "p50", "p90", "p95", "p99",
                "max");
}

/* Prints all that is known of each outcome of a topology. */
void put_details(const struct study *study, const struct group *group, const struct table_options *options,
                        FILE *out)
{
    for (int i = group->first; i < group->end; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        struct text name = {0};
        struct paint paint = paint_of(options, "\033[1m");
        utf8_add_printable(&name, outcome->name);
        fprintf(out, "\n  %s%s%s", paint.on, name.data, paint.off);
        text_free(&name);
        if (outcome->strategy && strcmp(outcome->name, outcome->strategy->type->name))
            fprintf(out, " (%s)", outcome->strategy->type->name);
        put_effort(study, outcome, out);
        for (int m = 0; m < study_measures(study); m++)
            if (outcome_has(outcome, m))
                put_measure(outcome, m, measure_unit_among(study, group, m), name_width(study), out);
        put_causes(outcome, options, out);
    }
    putc('\n', out);
}
