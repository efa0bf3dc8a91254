/* A gate as JSON: all that is known of it, with what is needed to run it again. */
#include "report/gate_common.h"

#include "base/json.h"

#include <inttypes.h>
#include <math.h>

static void put_finding(struct json *json, const struct finding *f)
{
    const struct condition *c = f->condition;
    char statistic[QUANTITY_BYTES];
    json_object(json, NULL);
    json_text(json, "condition", c->text);
    json_number(json, "line", c->line > 0 ? c->line : NAN);
    json_number(json, "column", c->line > 0 ? c->column : NAN);
    json_text(json, "measure", measure_types[c->measure].name);
    json_text(json, "statistic", condition_statistic(c, statistic));
    json_text(json, "compare", compare_signs[c->compare]);
    json_number(json, "limit", finding_digits(c->limit));
    json_text(json, "unit", measure_types[c->measure].unit_name);
    json_text(json, "ruling", ruling_names[f->ruling]);
    json_number(json, "value", finding_digits(f->value));
    json_number(json, "low", finding_digits(f->low));
    json_number(json, "high", finding_digits(f->high));
    json_bool(json, "trusted", f->trusted);
    json_count(json, "paths", f->paths);
    json_text(json, "help", f->help);
    json_end(json);
}

static void put_plan(struct json *json, const struct gate *gate)
{
    if (!gate->topology || !gate->strategy) {
        json_text(json, "plan", NULL);
        return;
    }
    json_object(json, "plan");
    json_text(json, "topology", gate->topology->name);
    json_text(json, "strategy", gate->strategy->name);
    json_bool(json, "named", gate->named);
    json_bool(json, "best", gate->best);
    json_end(json);
}

static void put_gate(struct json *json, const struct gate *gate)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, gate->scenario->hash);
    json_text(json, "end", gate_end_names[gate->end]);
    json_text(json, "scenario", gate->scenario->name);
    json_text(json, "hash", hash);
    put_plan(json, gate);
    json_text(json, "note", gate->note);
    json_number(json, "confidence", finding_digits(gate->confidence));
    json_count(json, "seed", gate->seed);
    json_number(json, "threads", gate->threads);
    json_number(json, "seconds", finding_digits(gate->seconds));
    json_count(json, "paths", gate->paths);
    json_array(json, "conditions");
    for (int i = 0; i < gate->n_findings; i++)
        put_finding(json, &gate->findings[i]);
    json_end(json);
}

/* The report. Of a gate that could not run there is no verdict, and the fault. */
void gate_json(const struct gate_told *told, FILE *out)
{
    struct json json = {.out = out};
    struct text fault = {0};
    const struct gate *gate = told->gate;
    json_object(&json, NULL);
    json_count(&json, "schema_version", GATE_SCHEMA_VERSION);
    json_text(&json, "nines", told->version);
    json_text(&json, "file", told->file);
    json_text(&json, "verdict", gate ? ruling_names[gate->verdict] : NULL);
    json_text(&json, "counts_as", gate ? ruling_names[gate_counts(told, gate->verdict)] : NULL);
    if (!gate)
        add_fault(&fault, told);
    json_text(&json, "fault", fault.data);
    if (gate)
        put_gate(&json, gate);
    json_end(&json);
    text_free(&fault);
}
