/*
 * The table of fields for others: as a JSON Schema (draft-07), with which editors complete and check a scenario, and as
 * text for `nines help scenario`.
 */
#include "scenario/fields.h"

#include "base/json.h"
#include "base/units.h"
#include "models/measure.h"

#include <stdarg.h>
#include <string.h>

enum { HELP_COLUMNS = 100, NAME_COLUMNS = 21, KIND_COLUMNS = 11, SECTIONS_MOST = 32 };

/* What the limit of a condition is, by the unit of its measure. */
static const char *const limit_kinds[UNITS_OF_MEASURES] = {
    [UNIT_SECONDS] = "duration", [UNIT_PROBABILITY] = "share", [UNIT_INSTANCE_HOURS] = "number",
    [UNIT_SHARE] = "share",      [UNIT_COUNT] = "number"};

static void put_bounds(struct json *json, const struct field *field)
{
    json_number(json, field->flags & FIELD_POSITIVE ? "exclusiveMinimum" : "minimum", field->least);
    json_number(json, "maximum", field->greatest);
}

/* An object of one text. */
static void put_one(struct json *json, const char *key, const char *text)
{
    json_object(json, NULL);
    json_text(json, key, text);
    json_end(json);
}

static void put_reference(struct json *json, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* {"$ref": "#/definitions/..."} in an array. */
static void put_reference(struct json *json, const char *format, ...)
{
    struct text path = {0};
    va_list list;
    text_add(&path, "#/definitions/");
    va_start(list, format);
    text_add_list(&path, format, list);
    va_end(list);
    put_one(json, "$ref", path.data);
    text_free(&path);
}

static void put_types(struct json *json)
{
    json_array(json, "enum");
    for (int i = 0; strategy_types[i]; i++)
        json_text(json, NULL, strategy_types[i]->name);
    json_end(json);
}

static void put_measures(struct json *json)
{
    json_array(json, "enum");
    for (int i = 0; i < MEASURES; i++) {
        struct text mean = {0};
        text_add(&mean, "%s.mean", measure_types[i].name);
        json_text(json, NULL, measure_types[i].name);
        json_text(json, NULL, mean.data);
        text_free(&mean);
    }
    json_end(json);
}

/* "^ *(downtime|lost|…)…": some have a mean only, and each unit its kind of limit. */
static void add_condition_pattern(struct text *pattern, int unit)
{
    static const char *const limits[UNITS_OF_MEASURES] = {
        [UNIT_SECONDS] = "(0|(" DECIMAL_PATTERN "(ms|[ywdhms]))+)",
        [UNIT_PROBABILITY] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?%?",
        [UNIT_INSTANCE_HOURS] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?",
        [UNIT_SHARE] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?%?",
        [UNIT_COUNT] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?",
    };
    const char *statistic = "";
    text_add(pattern, "^ *(");
    for (int i = 0, n = 0; i < MEASURES_ALL; i++)
        if ((int)measure_types[i].unit == unit) {
            text_add(pattern, "%s%s", n++ ? "|" : "", measure_types[i].name);
            statistic = measure_only_mean((enum measure)i) ? "(\\.mean)?"
                                                           : "(\\.(mean|max|p[0-9]+(\\.[0-9]+)?))?";
        }
    text_add(pattern, ")%s *[<>]=? *%s *$", statistic, limits[unit]);
}

static void put_conditions(struct json *json)
{
    json_text(json, "type", "array");
    json_object(json, "items");
    json_text(json, "type", "string");
    json_array(json, "anyOf");
    for (int unit = 0; unit < UNITS_OF_MEASURES; unit++) {
        struct text pattern = {0};
        add_condition_pattern(&pattern, unit);
        put_one(json, "pattern", pattern.data);
        text_free(&pattern);
    }
    json_end(json);
    json_end(json);
}

/* Begins the ways in which a value may be written, the first of which is a text. */
static void begin_any_of(struct json *json, const char *pattern)
{
    json_array(json, "anyOf");
    json_object(json, NULL);
    json_text(json, "type", "string");
    json_text(json, "pattern", pattern);
    json_end(json);
}

static void put_duration(struct json *json, const struct field *field)
{
    begin_any_of(json, DURATION_PATTERN);
    if (!(field->flags & FIELD_POSITIVE)) {
        json_object(json, NULL);
        json_count(json, "const", 0);
        json_end(json);
        put_one(json, "const", "0");
    }
    json_end(json);
}

static void put_share(struct json *json, const struct field *field)
{
    begin_any_of(json, SHARE_PATTERN);
    json_object(json, NULL);
    json_text(json, "type", "number");
    put_bounds(json, field);
    json_end(json);
    json_end(json);
}

static void put_amount(struct json *json)
{
    static const struct { const char *type; int greatest; } numbers[] = {{"integer", FIELD_AMOUNT_MOST}, {"number", 1}};
    begin_any_of(json, SHARE_PATTERN);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_object(json, NULL);
        json_text(json, "type", numbers[i].type);
        json_number(json, "minimum", 0);
        json_number(json, "maximum", numbers[i].greatest);
        json_end(json);
    }
    json_end(json);
}

static void put_name(struct json *json, const struct field *field)
{
    json_array(json, "type");
    json_text(json, NULL, "string");
    json_text(json, NULL, "number");
    json_end(json);
    json_number(json, "minLength", field->least);
    json_number(json, "maxLength", field->greatest);
    json_text(json, "pattern", field->flags & FIELD_PLAIN_NAME ? PLAIN_NAME_PATTERN : NAME_PATTERN);
}

static void put_section_reference(struct json *json, const struct field *field)
{
    const struct section *section = field->section;
    if (field->kind == KIND_LIST) {
        struct text path = {0};
        text_add(&path, "#/definitions/%s", section->name);
        json_text(json, "type", "array");
        json_number(json, "minItems", 1);
        json_object(json, "items");
        json_text(json, "$ref", path.data);
        json_end(json);
        text_free(&path);
        return;
    }
    json_array(json, section->bare ? "anyOf" : "allOf");
    put_reference(json, "%s", section->name);
    if (section->bare)
        put_reference(json, "%s/properties/%s", section->name, section->bare);
    json_end(json);
}

static void put_number(struct json *json, const struct field *field, const char *type)
{
    json_text(json, "type", type);
    put_bounds(json, field);
}

/* The members that say what a value may be. */
static void put_kind(struct json *json, const struct field *field)
{
    switch (field->kind) {
    case KIND_NAME:
        put_name(json, field);
        break;
    case KIND_DURATION:
        put_duration(json, field);
        break;
    case KIND_SHARE:
        put_share(json, field);
        break;
    case KIND_AMOUNT:
        put_amount(json);
        break;
    case KIND_NUMBER:
        put_number(json, field, "number");
        break;
    case KIND_COUNT:
    case KIND_WHOLE:
        put_number(json, field, "integer");
        break;
    case KIND_FLAG:
        json_text(json, "type", "boolean");
        break;
    case KIND_TYPE:
        put_types(json);
        break;
    case KIND_MEASURE:
        put_measures(json);
        break;
    case KIND_CONDITIONS:
        put_conditions(json);
        break;
    default:
        put_section_reference(json, field);
        break;
    }
}

/* A figure that may be swept: a value, or a list of different ones. */
static void put_value_or_list(struct json *json, const struct field *field)
{
    json_array(json, "anyOf");
    json_object(json, NULL);
    put_kind(json, field);
    json_end(json);
    json_object(json, NULL);
    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_bool(json, "uniqueItems", true);
    json_object(json, "items");
    put_kind(json, field);
    json_end(json);
    json_end(json);
    json_end(json);
}

/* A default that is a sentence belongs to the description, one that is a value is a default. */
static void put_property(struct json *json, const struct section *section, const struct field *field)
{
    struct text description = {0};
    json_object(json, field->key);
    if (field_sweeps(section, field))
        put_value_or_list(json, field);
    else
        put_kind(json, field);
    text_add(&description, "%s", field->help);
    if (field->by_default && field->flags & FIELD_DERIVED)
        text_add(&description, "; default: %s", field->by_default);
    else if (field->by_default)
        json_text(json, "default", field->by_default);
    json_text(json, "description", description.data);
    json_end(json);
    text_free(&description);
}

static void put_required(struct json *json, const struct section *section, const char *type)
{
    json_array(json, "required");
    for (const struct field *field = section->fields; field->key; field++) {
        bool wanted = type ? field->types && field_belongs(field, type) : !field->types;
        if (field->flags & FIELD_REQUIRED && wanted)
            json_text(json, NULL, field->key);
    }
    json_end(json);
}

/* What one strategy type needs, and the fields that it has no use for. */
static void put_type_rule(struct json *json, const struct section *section, const char *type)
{
    json_object(json, NULL);
    json_object(json, "if");
    json_object(json, "properties");
    json_object(json, "type");
    json_text(json, "const", type);
    json_end(json);
    json_end(json);
    json_end(json);
    json_object(json, "then");
    put_required(json, section, type);
    json_object(json, "properties");
    for (const struct field *field = section->fields; field->key; field++)
        if (!field_belongs(field, type))
            json_bool(json, field->key, false);
    json_end(json);
    json_end(json);
    json_end(json);
}

static bool has_types(const struct section *section)
{
    for (const struct field *field = section->fields; field->key; field++)
        if (field->kind == KIND_TYPE)
            return true;
    return false;
}

/* Either `environments` or `topologies`. */
static void put_either(struct json *json)
{
    static const char *const keys[] = {"environments", "topologies"};
    json_array(json, "oneOf");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_object(json, NULL);
        json_array(json, "required");
        json_text(json, NULL, keys[i]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

/* The members that describe a section. */
static void put_section(struct json *json, const struct section *section)
{
    json_text(json, "type", "object");
    json_bool(json, "additionalProperties", false);
    put_required(json, section, NULL);
    if (section == &section_scenario)
        put_either(json);
    json_object(json, "properties");
    for (const struct field *field = section->fields; field->key; field++)
        put_property(json, section, field);
    json_end(json);
    if (!has_types(section))
        return;
    json_array(json, "allOf");
    for (int i = 0; strategy_types[i]; i++)
        put_type_rule(json, section, strategy_types[i]->name);
    json_end(json);
}

/* Adds the sections under one, each once, itself left out; the result is their number. */
static int sections_under(const struct section *section, const struct section **all, int n)
{
    for (const struct field *field = section->fields; field->key; field++) {
        bool known = !field->section;
        for (int i = 0; i < n && !known; i++)
            known = all[i] == field->section;
        if (known || n == SECTIONS_MOST)
            continue;
        all[n++] = field->section;
        n = sections_under(field->section, all, n);
    }
    return n;
}

/* Prints the schema of a scenario: JSON Schema, draft-07. */
void scenario_print_schema(FILE *out)
{
    const struct section *sections[SECTIONS_MOST];
    int n = sections_under(&section_scenario, sections, 0);
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_text(&json, "$schema", "http://json-schema.org/draft-07/schema#");
    json_text(&json, "title", "A scenario of nines");
    put_section(&json, &section_scenario);
    json_object(&json, "definitions");
    for (int i = 0; i < n; i++) {
        json_object(&json, sections[i]->name);
        put_section(&json, sections[i]);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}

/* Prints a text in lines of the width that is left beside a margin. */
static void print_wrapped(FILE *out, const char *text, int margin)
{
    int column = margin;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column > margin && column + 1 + length > HELP_COLUMNS) {
            fprintf(out, "\n%*s", margin, "");
            column = margin;
        }
        column += fprintf(out, "%s%.*s", column > margin ? " " : "", length, text);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const char *name, const char *kind, const char *meaning)
{
    fprintf(out, "  %-*s%-*s", NAME_COLUMNS, name, KIND_COLUMNS, kind);
    print_wrapped(out, meaning, 2 + NAME_COLUMNS + KIND_COLUMNS);
}

static void print_field_help(FILE *out, const struct section *section, const struct field *field)
{
    struct text meaning = {0}, kind = {0};
    text_add(&kind, "%s%s", kind_names[field->kind], field_sweeps(section, field) ? "[]" : "");
    text_add(&meaning, "%s", field->help);
    if (field->types)
        text_add(&meaning, " (%s)", field->types);
    if (field->flags & FIELD_REQUIRED)
        text_add(&meaning, "; required");
    else if (field->by_default)
        text_add(&meaning, "; default: %s", field->by_default);
    print_row(out, field->key, kind.data, meaning.data);
    text_free(&meaning);
    text_free(&kind);
}

/* One section and those under it; one that was printed already is not printed again. */
static void print_section_help(FILE *out, const struct section *section, const char *path,
                               const struct section **printed, int *n)
{
    for (int i = 0; i < *n; i++)
        if (printed[i] == section)
            return;
    printed[(*n)++] = section;
    fprintf(out, "%s%s\n", *n > 1 ? "\n" : "", *path ? path : "at the top");
    for (const struct field *field = section->fields; field->key; field++)
        print_field_help(out, section, field);
    for (const struct field *field = section->fields; field->key; field++) {
        struct text inner = {0};
        text_add(&inner, "%s%s%s%s", path, *path ? "." : "", field->key, field->kind == KIND_LIST ? "[]" : "");
        if (field->section)
            print_section_help(out, field->section, inner.data, printed, n);
        text_free(&inner);
    }
}

/* Prints every key of a scenario by section: its kind, what it means, its default. */
void scenario_print_fields(FILE *out)
{
    const struct section *printed[SECTIONS_MOST] = {0};
    int n = 0;
    print_section_help(out, &section_scenario, "", printed, &n);
    fprintf(out, "\nA duration is 500ms, 30s, 5m, 1h30m, 30d, 2w or 1y (365 days); 0 needs no unit.\n"
            "A share is 25%% or 0.25, an amount a count or a share below 1: 3, 25%% or 0.25.\n"
            "A condition is \"measure.statistic op limit\", such as \"duration.p95 <= 3h\": statistics are mean,\n"
            "p50 or any other percentile, and max; op is <=, <, >= or >; a probability and releases_affordable\n"
            "have only a mean. budget_share and releases_affordable need an slo.\n"
            "\nWhere [] follows the kind, the figure may be a list: max_surge: [10%%, 25%%]. Every combination of\n"
            "such values is a plan of its own, named after them (rolling max_surge=10%%); a scenario has at most\n"
            "%d plans.\n"
            "\nstrategy types\n", PLANS_MOST);
    for (int i = 0; strategy_types[i]; i++)
        print_row(out, strategy_types[i]->name, "", strategy_types[i]->meaning);
    fprintf(out, "\nmeasures\n");
    for (int i = 0; i < MEASURES_ALL; i++)
        print_row(out, measure_types[i].name, limit_kinds[measure_types[i].unit], measure_types[i].meaning);
}
