/* result.json: all that a study found, with what is needed to run it again. */
#include "report/common.h"
#include "report/pick.h"
#include "report/sensitivity.h"

#include "base/json.h"
#include "models/strategy.h"
#include "study/budget.h"

#include <inttypes.h>
#include <math.h>

/* Of a sampled figure the digits beyond the twelfth are noise; a solved one keeps its own. */
static void write_figure(struct json *json, const char *key, double value, bool solved)
{
    json_number(json, key, rounded_to(solved ? DIGITS_SOLVED : DIGITS_OF_MEAN, value));
}

static void write_mean(struct json *json, const char *key, double value)
{
    json_number(json, key, rounded_to(DIGITS_OF_MEAN, value));
}

static void write_percentile(struct json *json, const char *key, double value)
{
    json_number(json, key, rounded_to(DIGITS_OF_PERCENTILE, value));
}

static void write_estimate(struct json *json, enum measure measure, const struct estimate *estimate)
{
    json_object(json, measure_types[measure].name);
    json_text(json, "unit", measure_types[measure].unit_name);
    bool solved = estimate->solved;
    write_figure(json, "mean", estimate->mean, solved);
    write_figure(json, "low", estimate->low, solved);
    write_figure(json, "high", estimate->high, solved);
    write_percentile(json, "p50", estimate->p50);
    write_percentile(json, "p90", estimate->p90);
    write_percentile(json, "p95", estimate->p95);
    write_percentile(json, "p99", estimate->p99);
    write_percentile(json, "max", estimate->max);
    json_count(json, "paths", estimate->paths);
    json_bool(json, "trusted", estimate->trusted);
    json_text(json, "note", estimate->note);
    if (measure == MEASURE_RELEASES_AFFORDABLE) /* JSON has no number for it: the mean, or its upper end, is null */
        json_bool(json, "unlimited", estimate->mean > 0 && isinf(estimate->mean));
    json_end(json);
}

static void write_causes(struct json *json, const struct outcome *outcome)
{
    double lost = outcome_lost(outcome);
    json_object(json, "causes");
    for (int c = 0; c < CAUSES; c++) {
        json_object(json, cause_types[c].name);
        write_mean(json, "seconds", outcome->causes[c]);
        write_mean(json, "share", lost > 0 ? outcome->causes[c] / lost : NAN);
        json_end(json);
    }
    json_end(json);
}

/* What was solved, by rising phases; the measures are what these values tend to. */
static void write_solutions(struct json *json, const struct outcome *outcome)
{
    json_array(json, "solutions");
    for (int i = 0; i < outcome->n_solutions; i++) {
        const struct solution *s = &outcome->solutions[i];
        json_object(json, NULL);
        json_count(json, "phases", (uint64_t)s->phases);
        json_count(json, "states", s->states);
        json_count(json, "transitions", s->transitions);
        json_count(json, "steps", s->steps);
        json_object(json, "values");
        for (int m = 0; m < MEASURES; m++)
            if (outcome_has(outcome, m) && isfinite(s->value[m]))
                json_number(json, measure_types[m].name, s->value[m]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

/* What a window takes of the error budget: of no release faults alone, else with the releases that it has. */
static void write_window(struct json *json, const struct study *study, const struct outcome *outcome)
{
    const struct estimate *e = &outcome->window;
    double releases = study->scenario->releases_per_window;
    if (!study->scenario->slo.given || (outcome->strategy && releases <= 0))
        return;
    json_object(json, "window");
    json_number(json, "releases", outcome->strategy ? releases : 0);
    write_figure(json, "budget_share", e->mean, e->solved);
    write_figure(json, "low", e->low, e->solved);
    write_figure(json, "high", e->high, e->solved);
    json_bool(json, "trusted", e->trusted);
    json_text(json, "note", e->note);
    json_end(json);
}

/* No release is no candidate, and gets the paths that its strategies ask for: what does not apply is null. */
static void write_outcome(struct json *json, const struct study *study, const struct outcome *outcome,
                          bool on_front)
{
    json_object(json, NULL);
    json_text(json, "strategy", outcome->name);
    json_text(json, "type", outcome->strategy ? outcome->strategy->type->name : NULL);
    json_count(json, "paths", outcome->paths);
    json_count(json, "events", outcome->events);
    bool follows = !outcome->strategy && outcome->stop == STOP_MAX_PATHS;
    json_text(json, "stop", follows ? NULL : stop_names[outcome->stop]);
    write_mean(json, "precision", outcome->precision);
    if (outcome->strategy && !outcome->unjudged)
        json_bool(json, "feasible", outcome->feasible);
    else
        json_text(json, "feasible", NULL);
    json_text(json, "infeasible_because", outcome->infeasible_because);
    json_text(json, "standing", study->selected && outcome->strategy ? standing_names[outcome->standing] : NULL);
    if (outcome->strategy)
        json_bool(json, "pareto", on_front);
    else
        json_text(json, "pareto", NULL);
    json_object(json, "measures");
    for (int m = 0; m < study_measures(study); m++)
        if (outcome_has(outcome, m))
            write_estimate(json, m, &outcome->measures[m]);
    json_end(json);
    write_window(json, study, outcome);
    write_causes(json, outcome);
    json_text(json, "unsolved", outcome->unsolved);
    write_solutions(json, outcome);
    json_end(json);
}

static void write_topologies(struct json *json, const struct study *study)
{
    struct group group = {0};
    struct arena arena = {0};
    const bool *on_front = front_marks(study, &arena);
    json_array(json, "topologies");
    while (group_next(study, &group)) {
        int best = study->best[group.index];
        json_object(json, NULL);
        json_text(json, "name", group.topology->name);
        json_text(json, "best", best < 0 ? NULL : study->outcomes[best].name);
        json_array(json, "outcomes");
        for (int i = group.first; i < group.end; i++)
            write_outcome(json, study, &study->outcomes[i], on_front[i]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
    arena_free(&arena);
}

static void write_budget(struct json *json, const struct scenario *scenario)
{
    json_object(json, "error_budget");
    json_number(json, "target", scenario->slo.target);
    json_number(json, "window", scenario->slo.window);
    write_mean(json, "seconds", budget_seconds(&scenario->slo));
    json_number(json, "releases_per_window", scenario->releases_per_window > 0 ? scenario->releases_per_window : NAN);
    json_end(json);
}

static void write_scenario(struct json *json, const struct scenario *scenario)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, scenario->hash);
    json_text(json, "scenario", scenario->name);
    json_text(json, "file", scenario->file);
    json_text(json, "hash", hash);
    json_number(json, "horizon", scenario->horizon);
    json_number(json, "available_at", scenario->available_at);
    json_number(json, "confidence", scenario->simulation.confidence);
    json_number(json, "precision", scenario->simulation.precision);
    json_object(json, "objective");
    json_text(json, "minimize", measure_types[scenario->objective.minimize].name);
    json_array(json, "subject_to");
    for (int i = 0; i < scenario->objective.n_subject_to; i++)
        json_text(json, NULL, scenario->objective.subject_to[i].text);
    json_end(json);
    json_end(json);
}

static void write_winner(struct json *json, const struct study *study)
{
    if (study->winner < 0) {
        json_text(json, "winner", NULL);
        return;
    }
    json_object(json, "winner");
    json_text(json, "topology", study->outcomes[study->winner].topology->name);
    json_text(json, "strategy", study->outcomes[study->winner].name);
    json_text(json, "note", study->winner_note);
    json_end(json);
}

/* All of it. `version` is the program's. Percentiles that do not exist are null, the hash is a text of 16 digits. */
void report_result_json(const struct study *study, const char *version, FILE *out)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_count(&json, "schema_version", REPORT_SCHEMA_VERSION);
    json_text(&json, "nines", version);
    write_scenario(&json, study->scenario);
    json_count(&json, "seed", study->seed);
    json_text(&json, "estimator", study->solved ? NULL : estimator_names[study->estimator]);
    json_number(&json, "threads", study->threads);
    write_mean(&json, "seconds", study->seconds);
    json_count(&json, "paths", study->paths);
    json_count(&json, "events", study->events);
    json_bool(&json, "partial", study->partial);
    if (study->scenario->slo.given)
        write_budget(&json, study->scenario);
    write_winner(&json, study);
    write_topologies(&json, study);
    if (study->sensitivity)
        sensitivity_json(&json, study);
    json_end(&json);
}
