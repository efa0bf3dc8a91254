/*
 * The table of fields for others: as a JSON Schema (draft-07), with which editors complete and check a scenario, and as
 * text for `nines help scenario`.
 */
#include "scenario/fields.h"

#include "base/units.h"
#include "models/measure.h"

#include <string.h>

enum { HELP_COLUMNS = 100, NAME_COLUMNS = 18, KIND_COLUMNS = 11, SECTIONS_MOST = 32 };

/* What the limit of a condition is, by the unit of its measure. */
static const char *const limit_kinds[] = {
    [UNIT_SECONDS] = "duration", [UNIT_PROBABILITY] = "share", [UNIT_INSTANCE_HOURS] = "number"};

/* Prints a text as a JSON string; the texts are the table's own. */
static void print_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_member(FILE *out, const char *key, const char *text)
{
    fprintf(out, ", \"%s\": ", key);
    print_string(out, text);
}

static void print_bounds(FILE *out, const struct field *field)
{
    fprintf(out, ", \"%s\": %.17g, \"maximum\": %.17g", field->flags & FIELD_POSITIVE ? "exclusiveMinimum" : "minimum",
            field->least, field->greatest);
}

static void print_types(FILE *out)
{
    fprintf(out, "\"enum\": [");
    for (int i = 0; strategy_types[i]; i++) {
        fprintf(out, "%s", i ? ", " : "");
        print_string(out, strategy_types[i]->name);
    }
    fprintf(out, "]");
}

static void print_measures(FILE *out)
{
    fprintf(out, "\"enum\": [");
    for (int i = 0; i < MEASURES; i++)
        fprintf(out, "%s\"%s\", \"%s.mean\"", i ? ", " : "", measure_types[i].name, measure_types[i].name);
    fprintf(out, "]");
}

/* "^ *(downtime|lost|…)…": probabilities have a mean only, and each unit its kind of limit. */
static void print_conditions(FILE *out)
{
    static const char *const limits[] = {
        [UNIT_SECONDS] = "(0|(" DECIMAL_PATTERN "(ms|[ywdhms]))+)",
        [UNIT_PROBABILITY] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?%?",
        [UNIT_INSTANCE_HOURS] = DECIMAL_PATTERN "([eE][+-]?[0-9]+)?",
    };
    struct text pattern = {0};
    fprintf(out, "\"type\": \"array\", \"items\": {\"type\": \"string\", \"anyOf\": [");
    for (int unit = UNIT_SECONDS; unit <= UNIT_INSTANCE_HOURS; unit++) {
        const char *statistic = unit == UNIT_PROBABILITY ? "(\\.mean)?" : "(\\.(mean|max|p[0-9]+(\\.[0-9]+)?))?";
        pattern.length = 0;
        text_add(&pattern, "^ *(");
        for (int i = 0, n = 0; i < MEASURES; i++)
            if ((int)measure_types[i].unit == unit)
                text_add(&pattern, "%s%s", n++ ? "|" : "", measure_types[i].name);
        text_add(&pattern, ")%s *[<>]=? *%s *$", statistic, limits[unit]);
        fprintf(out, "%s{\"pattern\": ", unit ? ", " : "");
        print_string(out, pattern.data);
        fprintf(out, "}");
    }
    fprintf(out, "]}");
    text_free(&pattern);
}

static void print_duration(FILE *out, const struct field *field)
{
    fprintf(out, "\"anyOf\": [{\"type\": \"string\", \"pattern\": ");
    print_string(out, DURATION_PATTERN);
    if (!(field->flags & FIELD_POSITIVE))
        fprintf(out, "}, {\"const\": 0}, {\"const\": \"0\"");
    fprintf(out, "}]");
}

static void print_shares(FILE *out, const struct field *field, const char *number)
{
    fprintf(out, "\"anyOf\": [{\"type\": \"string\", \"pattern\": ");
    print_string(out, SHARE_PATTERN);
    fprintf(out, "}, {\"type\": \"%s\"", number);
    if (field->kind == KIND_SHARE)
        print_bounds(out, field);
    else
        fprintf(out, ", \"minimum\": 0, \"maximum\": %d}, {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1",
                FIELD_AMOUNT_MOST);
    fprintf(out, "}]");
}

static void print_name(FILE *out, const struct field *field)
{
    fprintf(out, "\"type\": [\"string\", \"number\"], \"minLength\": %.0f, \"maxLength\": %.0f", field->least,
            field->greatest);
    print_member(out, "pattern", field->flags & FIELD_PLAIN_NAME ? PLAIN_NAME_PATTERN : NAME_PATTERN);
}

static void print_reference(FILE *out, const struct field *field)
{
    const struct section *section = field->section;
    if (field->kind == KIND_LIST)
        fprintf(out, "\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/definitions/%s\"}",
                section->name);
    else if (section->bare)
        fprintf(out, "\"anyOf\": [{\"$ref\": \"#/definitions/%s\"}, "
                "{\"$ref\": \"#/definitions/%s/properties/%s\"}]", section->name, section->name, section->bare);
    else
        fprintf(out, "\"allOf\": [{\"$ref\": \"#/definitions/%s\"}]", section->name);
}

static void print_kind(FILE *out, const struct field *field)
{
    switch (field->kind) {
    case KIND_NAME:
        print_name(out, field);
        break;
    case KIND_DURATION:
        print_duration(out, field);
        break;
    case KIND_SHARE:
        print_shares(out, field, "number");
        break;
    case KIND_AMOUNT:
        print_shares(out, field, "integer");
        break;
    case KIND_NUMBER:
        fprintf(out, "\"type\": \"number\"");
        print_bounds(out, field);
        break;
    case KIND_COUNT:
    case KIND_WHOLE:
        fprintf(out, "\"type\": \"integer\"");
        print_bounds(out, field);
        break;
    case KIND_FLAG:
        fprintf(out, "\"type\": \"boolean\"");
        break;
    case KIND_TYPE:
        print_types(out);
        break;
    case KIND_MEASURE:
        print_measures(out);
        break;
    case KIND_CONDITIONS:
        print_conditions(out);
        break;
    default:
        print_reference(out, field);
        break;
    }
}

/* A default that is a sentence belongs to the description, one that is a value is a default. */
static void print_property(FILE *out, const struct field *field, const char *margin)
{
    fprintf(out, "%s", margin);
    print_string(out, field->key);
    fprintf(out, ": {");
    print_kind(out, field);
    struct text description = {0};
    text_add(&description, "%s", field->help);
    if (field->by_default && field->flags & FIELD_DERIVED)
        text_add(&description, "; default: %s", field->by_default);
    else if (field->by_default)
        print_member(out, "default", field->by_default);
    print_member(out, "description", description.data);
    fprintf(out, "}");
    text_free(&description);
}

static void print_required(FILE *out, const struct section *section, const char *type)
{
    const char *comma = "";
    fprintf(out, "\"required\": [");
    for (const struct field *field = section->fields; field->key; field++) {
        bool wanted = type ? field->types && field_belongs(field, type) : !field->types;
        if (!(field->flags & FIELD_REQUIRED) || !wanted)
            continue;
        fprintf(out, "%s\"%s\"", comma, field->key);
        comma = ", ";
    }
    fprintf(out, "]");
}

/* What one strategy type needs, and the fields that it has no use for. */
static void print_type_rule(FILE *out, const struct section *section, const char *type, const char *margin)
{
    const char *comma = "";
    fprintf(out, "%s{\"if\": {\"properties\": {\"type\": {\"const\": \"%s\"}}},%s \"then\": {", margin, type, margin);
    print_required(out, section, type);
    fprintf(out, ", \"properties\": {");
    for (const struct field *field = section->fields; field->key; field++) {
        if (field_belongs(field, type))
            continue;
        fprintf(out, "%s\"%s\": false", comma, field->key);
        comma = ", ";
    }
    fprintf(out, "}}}");
}

static bool has_types(const struct section *section)
{
    for (const struct field *field = section->fields; field->key; field++)
        if (field->kind == KIND_TYPE)
            return true;
    return false;
}

static void print_section(FILE *out, const struct section *section, const char *margin)
{
    fprintf(out, "%s\"type\": \"object\",%s\"additionalProperties\": false,%s", margin, margin, margin);
    print_required(out, section, NULL);
    if (section == &section_scenario)
        fprintf(out, ",%s\"oneOf\": [{\"required\": [\"environments\"]}, {\"required\": [\"topologies\"]}]", margin);
    fprintf(out, ",%s\"properties\": {", margin);
    for (const struct field *field = section->fields; field->key; field++) {
        struct text inner = {0};
        text_add(&inner, "%s%s  ", field == section->fields ? "" : ",", margin);
        print_property(out, field, inner.data);
        text_free(&inner);
    }
    fprintf(out, "%s}", margin);
    if (!has_types(section))
        return;
    fprintf(out, ",%s\"allOf\": [", margin);
    for (int i = 0; strategy_types[i]; i++) {
        fprintf(out, "%s", i ? "," : "");
        print_type_rule(out, section, strategy_types[i]->name, margin);
    }
    fprintf(out, "]");
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
    fprintf(out, "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
            "  \"title\": \"A scenario of nines\",");
    print_section(out, &section_scenario, "\n  ");
    fprintf(out, ",\n  \"definitions\": {");
    for (int i = 0; i < n; i++) {
        fprintf(out, "%s\n    \"%s\": {", i ? "," : "", sections[i]->name);
        print_section(out, sections[i], "\n      ");
        fprintf(out, "\n    }");
    }
    fprintf(out, "\n  }\n}\n");
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

static void print_field_help(FILE *out, const struct field *field)
{
    struct text meaning = {0};
    text_add(&meaning, "%s", field->help);
    if (field->types)
        text_add(&meaning, " (%s)", field->types);
    if (field->flags & FIELD_REQUIRED)
        text_add(&meaning, "; required");
    else if (field->by_default)
        text_add(&meaning, "; default: %s", field->by_default);
    print_row(out, field->key, kind_names[field->kind], meaning.data);
    text_free(&meaning);
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
        print_field_help(out, field);
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
            "p50 or any other percentile, and max; op is <=, <, >= or >; a probability has only a mean.\n"
            "\nstrategy types\n");
    for (int i = 0; strategy_types[i]; i++)
        print_row(out, strategy_types[i]->name, "", strategy_types[i]->meaning);
    fprintf(out, "\nmeasures\n");
    for (int i = 0; i < MEASURES; i++)
        print_row(out, measure_types[i].name, limit_kinds[measure_types[i].unit], measure_types[i].meaning);
}
