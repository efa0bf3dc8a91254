/* What the figures of a scenario matter, for programs: sensitivity.csv and its part of result.json. */
#include "report/sensitivity.h"

#include <math.h>

static const char *const rivalry_names[] = {
    [RIVALRY_BEST] = "best", [RIVALRY_LEVEL] = "level", [RIVALRY_WORSE] = "worse", [RIVALRY_INFEASIBLE] = "infeasible",
    [RIVALRY_NONE] = "none",
};

static const char *unit_name(const struct figure *figure)
{
    return figure->field->kind == KIND_DURATION ? "s" : figure->field->kind == KIND_SHARE ? "share" : "number";
}

/* The fields that every row begins with. */
static void write_start(const struct study *study, const struct figure *figure, FILE *out)
{
    const struct outcome *winner = &study->outcomes[study->sensitivity->winner];
    const char *measure = measure_types[study->scenario->objective.minimize].name;
    const char *const texts[] = {winner->topology->name, winner->name, measure, figure->path, unit_name(figure)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (i)
            putc(',', out);
        csv_text(texts[i], out);
    }
    csv_number(figure->value, DIGITS_OF_MEAN, out);
}

static void write_variation(const struct study *study, const struct sensitive *sensitive, int way, FILE *out)
{
    const struct variation *v = &sensitive->ways[way];
    const struct interval *d = &v->difference, *gap = &v->gap;
    bool is_gap = v->rival >= 0;
    write_start(study, &sensitive->figure, out);
    fputs(way == DOWN ? ",down" : ",up", out);
    csv_number(v->value, DIGITS_OF_MEAN, out);
    csv_number(d->mean, DIGITS_OF_MEAN, out);
    csv_number(d->low, DIGITS_OF_MEAN, out);
    csv_number(d->high, DIGITS_OF_MEAN, out);
    fprintf(out, ",%s,%s,%llu,%s,", v->told ? "yes" : "no", d->trusted ? "yes" : "no",
            (unsigned long long)v->differing, rivalry_names[v->rivalry]);
    csv_text(is_gap ? study->outcomes[v->rival].name : "", out);
    csv_number(is_gap ? gap->mean : NAN, DIGITS_OF_MEAN, out);
    csv_number(is_gap ? gap->low : NAN, DIGITS_OF_MEAN, out);
    csv_number(is_gap ? gap->high : NAN, DIGITS_OF_MEAN, out);
    putc(',', out);
    csv_text(v->clipped ? "moved as far as the checks allow" : "", out);
    putc('\n', out);
}

/* sensitivity.csv: a row for each figure and way, the greatest effects first, then those that were not moved. */
void report_sensitivity_csv(const struct study *study, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    fputs("topology,strategy,measure,figure,unit,value,way,moved,difference,ci_low,ci_high,told,trusted,differing,"
          "rivalry,rival,gap,gap_low,gap_high,note\n", out);
    for (int i = 0; i < s->n; i++)
        for (int w = 0; w < WAYS; w++)
            if (s->list[i].ways[w].is_there)
                write_variation(study, &s->list[i], w, out);
    for (int why = MOBILE + 1; why < MOBILITIES; why++)
        for (int i = 0; i < s->left_out[why].n; i++) {
            write_start(study, &s->left_out[why].list[i], out);
            fputs(",,,,,,,,,,,,,,", out);
            csv_text(why_left_out[why], out);
            putc('\n', out);
        }
}

/* ---- result.json ---- */

static void json_interval(struct json *json, const char *key, const struct interval *interval)
{
    json_object(json, key);
    json_number(json, "mean", rounded_to(DIGITS_OF_MEAN, interval->mean));
    json_number(json, "low", rounded_to(DIGITS_OF_MEAN, interval->low));
    json_number(json, "high", rounded_to(DIGITS_OF_MEAN, interval->high));
    json_bool(json, "trusted", interval->trusted);
    json_end(json);
}

static void json_variation(struct json *json, const struct study *study, const struct variation *v)
{
    json_object(json, NULL);
    json_number(json, "value", rounded_to(DIGITS_OF_MEAN, v->value));
    json_bool(json, "clipped", v->clipped);
    json_interval(json, "difference", &v->difference);
    json_bool(json, "told", v->told);
    json_count(json, "differing", v->differing);
    json_text(json, "rivalry", rivalry_names[v->rivalry]);
    json_text(json, "breaks", v->broken);
    json_text(json, "rival", v->rival < 0 ? NULL : study->outcomes[v->rival].name);
    if (v->rival >= 0)
        json_interval(json, "gap", &v->gap);
    json_end(json);
}

/* The same for programs: the figures that were moved, each with what came of it one way and the other. */
void sensitivity_json(struct json *json, const struct study *study)
{
    const struct sensitivity *s = study->sensitivity;
    json_object(json, "sensitivity");
    json_number(json, "factor", s->factor);
    json_count(json, "paths", s->paths);
    json_array(json, "figures");
    for (int i = 0; i < s->n; i++) {
        json_object(json, NULL);
        json_text(json, "path", s->list[i].figure.path);
        json_text(json, "unit", unit_name(&s->list[i].figure));
        json_number(json, "value", rounded_to(DIGITS_OF_MEAN, s->list[i].figure.value));
        json_array(json, "moved");
        for (int w = 0; w < WAYS; w++)
            if (s->list[i].ways[w].is_there)
                json_variation(json, study, &s->list[i].ways[w]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}
