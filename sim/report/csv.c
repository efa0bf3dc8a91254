/*
 * Tables for spreadsheets and scripts (RFC 4180, lines ended by LF).
 *
 * Texts go through libcsv, which quotes them; numbers do not, since a quoted number is a text to many a reader. A
 * figure that does not exist is an empty field.
 */
#include "report/pick.h"

#include <csv.h>
#include <math.h>
#include <string.h>

/* A text as a field. */
void csv_text(const char *text, FILE *out)
{
    csv_fwrite(out, text, strlen(text));
}

/* A number to so many digits as one more field; an empty one where there is none. */
void csv_number(double value, int digits, FILE *out)
{
    char text[QUANTITY_BYTES];
    putc(',', out);
    if (isfinite(value))
        fputs(quantity_exact(rounded_to(digits, value), text), out);
}

/* The fields that every row begins with. */
static void write_row_start(const struct outcome *outcome, const char *what, FILE *out)
{
    csv_text(outcome->topology->name, out);
    putc(',', out);
    csv_text(outcome->name, out);
    putc(',', out);
    csv_text(what, out);
}

/* `pareto` is said with every measure, so that rows can be chosen by it whatever measure they are of. */
static void write_summary_row(const struct outcome *outcome, enum measure measure, bool on_front, FILE *out)
{
    const struct estimate *e = &outcome->measures[measure];
    const double means[] = {e->mean, e->low, e->high}, percentiles[] = {e->p50, e->p90, e->p95, e->p99, e->max};
    write_row_start(outcome, measure_types[measure].name, out);
    putc(',', out);
    csv_text(measure_types[measure].unit_name, out);
    for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        csv_number(means[i], DIGITS_OF_MEAN, out);
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        csv_number(percentiles[i], DIGITS_OF_PERCENTILE, out);
    fprintf(out, ",%llu,%s\n", (unsigned long long)e->paths, !outcome->strategy ? "" : on_front ? "1" : "0");
}

/* "8 16 32", or "" where there are no fixed delays. */
static void write_phases(const struct outcome *outcome, FILE *out)
{
    putc(',', out);
    for (int i = 0; i < outcome->n_solutions; i++)
        if (outcome->solutions[i].phases)
            fprintf(out, "%s%d", i ? " " : "", outcome->solutions[i].phases);
}

static void write_solved_row(const struct outcome *outcome, enum measure measure, FILE *out)
{
    const struct estimate *e = &outcome->measures[measure];
    const struct solution *last = &outcome->solutions[outcome->n_solutions - 1];
    write_row_start(outcome, measure_types[measure].name, out);
    putc(',', out);
    csv_text(measure_types[measure].unit_name, out);
    csv_number(e->mean, DIGITS_SOLVED, out);
    fprintf(out, ",%llu", (unsigned long long)last->states);
    write_phases(outcome, out);
    csv_number((e->high - e->low) / 2, DIGITS_OF_BOUND, out);
    putc('\n', out);
}

/*
 * A row for each measure of each outcome that could be solved: what was done stands in place of the interval. Added
 * figures take the states of no release as well, which are fewer.
 */
static void write_solved(const struct study *study, FILE *out)
{
    fputs("topology,strategy,measure,unit,mean,states,phases,error_bound\n", out);
    for (int i = 0; i < study->n_outcomes; i++)
        for (int m = 0; m < study_measures(study); m++)
            if (study->outcomes[i].n_solutions && outcome_has(&study->outcomes[i], m))
                write_solved_row(&study->outcomes[i], m, out);
}

/* summary.csv: a row for each measure of each strategy; of no release at all downtime and lost. */
void report_summary_csv(const struct study *study, FILE *out)
{
    if (study->solved) {
        write_solved(study, out);
        return;
    }
    struct arena arena = {0};
    const bool *on_front = front_marks(study, &arena);
    fputs("topology,strategy,measure,unit,mean,ci_low,ci_high,p50,p90,p95,p99,max,paths,pareto\n", out);
    for (int i = 0; i < study->n_outcomes; i++)
        for (int m = 0; m < study_measures(study); m++)
            if (outcome_has(&study->outcomes[i], m))
                write_summary_row(&study->outcomes[i], m, on_front[i], out);
    arena_free(&arena);
}

/* distribution.csv: the share of paths above each value, for the measures that have a curve. */
void report_distribution_csv(const struct study *study, FILE *out)
{
    fputs("topology,strategy,measure,value,exceeded\n", out);
    for (int i = 0; i < study->n_outcomes; i++)
        for (int c = 0; c < CURVES; c++) {
            const struct curve *curve = &study->outcomes[i].curves[c];
            for (int p = 0; p < curve->n_points; p++) {
                write_row_start(&study->outcomes[i], measure_types[curve_measures[c]].name, out);
                csv_number(curve->value[p], DIGITS_OF_PERCENTILE, out);
                csv_number(curve->exceeded[p], DIGITS_OF_PERCENTILE, out);
                putc('\n', out);
            }
        }
}

/* causes.csv: what took the requests, in seconds of lost and as a share of it (empty where nothing was lost). */
void report_causes_csv(const struct study *study, FILE *out)
{
    fputs("topology,strategy,cause,seconds,share\n", out);
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        double lost = outcome_lost(outcome);
        for (int c = 0; c < CAUSES; c++) {
            write_row_start(outcome, cause_types[c].name, out);
            csv_number(outcome->causes[c], DIGITS_OF_MEAN, out);
            csv_number(lost > 0 ? outcome->causes[c] / lost : NAN, DIGITS_OF_MEAN, out);
            putc('\n', out);
        }
    }
}
