/* Conditions: "measure.statistic op limit", such as "duration.p95 <= 3h". */
#include "scenario/read.h"

#include "base/units.h"
#include "scenario/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One condition being read: its text in parts, and where complaints go. */
struct parse {
    struct reader *reader;
    struct node   *node;
};

/* Says what is wrong at a character of the condition, as far as the file shows it as it is. */
static bool refuse_at(struct parse *parse, size_t at, const char *hint, const char *why)
{
    struct node *node = parse->node;
    struct place place = node->place;
    if (node->exact)
        place.column += node->quoted + utf8_length(arena_format(&parse->reader->messages->arena, "%.*s", (int)at,
                                                                node->text));
    messages_add(parse->reader->messages, place, hint, "bad condition `%s`: %s",
                 messages_shown(parse->reader->messages, node->text), why);
    node->bad = true;
    return false;
}

static const char *part(struct parse *parse, size_t from, size_t length)
{
    return arena_format(&parse->reader->messages->arena, "%.*s", (int)length, parse->node->text + from);
}

static bool read_measure(struct parse *parse, size_t from, size_t length, struct condition *condition)
{
    const char *names[MEASURES_ALL], *name = part(parse, from, length);
    struct messages *messages = parse->reader->messages;
    int found = measure_find(name);
    condition->measure = found < 0 ? 0 : (enum measure)found;
    if (found >= 0)
        return true;
    for (int i = 0; i < MEASURES_ALL; i++)
        names[i] = measure_types[i].name;
    return refuse_at(parse, from, messages_hint(messages, name, names, MEASURES_ALL),
                     *name ? arena_format(&messages->arena, "there is no measure `%s`", messages_shown(messages, name))
                           : "expected a measure, a comparison and a limit, such as duration.p95 <= 3h");
}

/* "p95" or "p99.9" into 0.95 or 0.999. */
static bool quantile_parse(const char *name, double *quantile)
{
    char percent[16];
    size_t digits = strspn(name + (name[0] == 'p'), "0123456789.");
    if (name[0] != 'p' || digits == 0 || name[1 + digits] || digits > 8 || !isdigit((unsigned char)name[1]))
        return false;
    memcpy(percent, name + 1, digits);
    memcpy(percent + digits, "%", 2);
    return share_parse(percent, quantile, NULL) && *quantile > 0 && *quantile < 1;
}

static bool read_statistic(struct parse *parse, size_t from, size_t length, struct condition *condition)
{
    static const char *const names[] = {"mean", "p50", "p90", "p95", "p99", "max"};
    const char *name = part(parse, from, length);
    struct messages *messages = parse->reader->messages;
    const struct measure_type *measure = &measure_types[condition->measure];
    condition->statistic = STATISTIC_MEAN;
    if (!strcmp(name, "mean"))
        return true;
    condition->statistic = STATISTIC_MAX;
    bool known = !strcmp(name, "max");
    if (!known && quantile_parse(name, &condition->quantile)) {
        condition->statistic = STATISTIC_QUANTILE;
        known = true;
    }
    if (!known)
        return refuse_at(parse, from, messages_hint(messages, name, names, sizeof names / sizeof *names),
                         "expected a statistic: mean, max or a percentile, such as p95 or p99.9");
    const char *only_mean = measure_only_mean(condition->measure);
    if (only_mean)
        return refuse_at(parse, from, NULL, arena_format(&messages->arena, "`%s` %s", measure->name, only_mean));
    return true;
}

static size_t read_comparison(const char *text, enum compare *compare)
{
    bool equal = text[0] && text[1] == '=';
    if (text[0] == '<')
        *compare = equal ? COMPARE_LESS_EQUAL : COMPARE_LESS;
    else if (text[0] == '>')
        *compare = equal ? COMPARE_GREATER_EQUAL : COMPARE_GREATER;
    else
        return 0;
    return equal ? 2 : 1;
}

/* The number of a limit; *expected becomes what it should have been. */
static bool parse_limit(enum measure_unit unit, const char *text, double *limit, const char **expected)
{
    switch (unit) {
    case UNIT_SECONDS:
        return duration_parse(text, limit, expected);
    case UNIT_PROBABILITY:
        if (!share_parse(text, limit, expected))
            return false;
        *expected = "a share is at most 100%";
        return *limit <= 1;
    case UNIT_SHARE: /* of a budget; `10` is more likely to mean 10% than ten budgets */
        if (!share_parse(text, limit, expected))
            return false;
        *expected = "write one above 1 with %, such as 150%";
        return *limit <= 1 || strchr(text, '%');
    case UNIT_COUNT:
        *expected = "expected a number above 0, such as 12";
        return number_parse(text, limit) && *limit > 0;
    default:
        *expected = "expected a number, such as 12";
        return number_parse(text, limit);
    }
}

static bool read_limit(struct parse *parse, size_t from, size_t length, struct condition *condition)
{
    static const char *const kinds[UNITS_OF_MEASURES] = {
        [UNIT_SECONDS] = "a time",
        [UNIT_PROBABILITY] = "a probability",
        [UNIT_INSTANCE_HOURS] = "in instance-hours",
        [UNIT_SHARE] = "a share",
        [UNIT_COUNT] = "a number of releases",
    };
    const struct measure_type *measure = &measure_types[condition->measure];
    const char *expected = NULL;
    if (parse_limit(measure->unit, part(parse, from, length), &condition->limit, &expected))
        return true;
    return refuse_at(parse, from, NULL, arena_format(&parse->reader->messages->arena, "`%s` is %s: %s", measure->name,
                                                     kinds[measure->unit], expected));
}

static size_t spaces(const char *text)
{
    return strspn(text, " ");
}

/*
 * Fills a condition from its text. A measure alone stands for its mean; the limit is in the unit of the measure: a
 * duration, a share, a number.
 */
void read_condition(struct reader *reader, struct node *node, struct condition *condition)
{
    struct parse parse = {reader, node};
    if (node->bad)
        return;
    if (node->kind != NODE_TEXT) {
        messages_add(reader->messages, node->place, NULL,
                     "a condition is a text, such as \"duration.p95 <= 3h\", not %s", node_kind_name(node));
        node->bad = true;
        return;
    }
    const char *text = node->text;
    condition->text = arena_text(reader->arena, text);
    condition->line = node->place.set ? 0 : node->place.line;
    condition->column = node->place.set ? 0 : node->place.column;
    size_t at = spaces(text), length = strcspn(text + at, ". <>=");
    if (!read_measure(&parse, at, length, condition))
        return;
    at += length;
    if (text[at] == '.') {
        length = strcspn(text + at + 1, " <>=");
        if (!read_statistic(&parse, at + 1, length, condition))
            return;
        at += 1 + length;
    }
    at += spaces(text + at);
    length = read_comparison(text + at, &condition->compare);
    if (!length) {
        refuse_at(&parse, at, NULL, "expected a comparison: <=, <, >= or >");
        return;
    }
    at += length;
    at += spaces(text + at);
    for (length = strlen(text + at); length && text[at + length - 1] == ' ';)
        length--;
    read_limit(&parse, at, length, condition);
}

/* Says that a condition on the error budget has no meaning where there is none. */
void check_condition(struct reader *reader, struct node *node, const struct condition *condition,
                     const struct slo *slo)
{
    if (node->bad || slo->given || !measure_of_budget(condition->measure))
        return;
    messages_add(reader->messages, node->place, "give the target and the window, such as `slo: {target: 99.95%, "
                 "window: 30d}`, or an OpenSLO file with --slo",
                 "`%s` needs an error budget, and the scenario has no `slo`",
                 measure_types[condition->measure].name);
    node->bad = true;
}
