/*
 * A gate as a table for spreadsheets and scripts (RFC 4180, lines ended by LF), a row per condition, as in report/csv.
 * A gate that could not run has one row, whose ruling is "error": a table without rows would look as if nothing were
 * wrong.
 */
#include "report/gate_common.h"

#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void put_text(const char *text, const char *after, FILE *out)
{
    if (text)
        csv_fwrite(out, text, strlen(text));
    fputs(after, out);
}

static void put_number(double value, FILE *out)
{
    char text[QUANTITY_BYTES];
    fprintf(out, "%s,", isfinite(value) ? quantity_exact(finding_digits(value), text) : "");
}

static void put_finding(const struct gate *gate, const struct finding *f, FILE *out)
{
    const struct condition *c = f->condition;
    const double figures[] = {c->limit, f->value, f->low, f->high};
    char statistic[QUANTITY_BYTES];
    put_text(c->text, ",", out);
    put_text(ruling_names[f->ruling], ",", out);
    put_text(measure_types[c->measure].name, ",", out);
    put_text(condition_statistic(c, statistic), ",", out);
    put_text(measure_types[c->measure].unit_name, ",", out);
    put_text(compare_signs[c->compare], ",", out);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        put_number(figures[i], out);
    fprintf(out, "%s,%" PRIu64 ",", f->trusted ? "true" : "false", f->paths);
    put_text(gate->topology ? gate->topology->name : NULL, ",", out);
    put_text(gate->strategy ? gate->strategy->name : NULL, ",", out);
    put_text(f->help, "\n", out);
}

/* The report. */
void gate_csv(const struct gate_told *told, FILE *out)
{
    fputs("condition,ruling,measure,statistic,unit,compare,limit,value,low,high,trusted,paths,topology,strategy,help\n",
          out);
    for (int i = 0; told->gate && i < told->gate->n_findings; i++)
        put_finding(told->gate, &told->gate->findings[i], out);
    if (told->gate)
        return;
    struct text fault = {0};
    add_fault(&fault, told);
    put_text(NULL, ",", out);
    put_text("error", ",,,,,,,,,,,,,", out);
    put_text(fault.data, "\n", out);
    text_free(&fault);
}
