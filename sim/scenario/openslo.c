/*
 * Files of OpenSLO, version 1, as far as they say how much may be lost: the target of an SLO's first objective and the
 * length of its time window. Indicators, alerts and whatever else they hold are passed over, and so are documents of
 * other kinds in the same file.
 *
 * OpenSLO leaves open how long a month is. Here M is 30 days, Q 90 and Y 365, whether the window is rolling or aligned
 * to a calendar: a budget is foreseen for a window to come, not for one month of the year. Its budgeting methods count
 * requests, or slices of time with too few good ones; the budget is the same share of the window with each.
 *
 * Reference: OpenSLO specification v1, https://github.com/OpenSLO/OpenSLO.
 */
#include "scenario/openslo.h"

#include "base/units.h"
#include "scenario/bytes.h"
#include "scenario/fields.h"
#include "scenario/tree.h"

#include <stdlib.h>
#include <string.h>

static const char what[] = "an OpenSLO file";
static const char version[] = "openslo/v1";

static bool is_text(const struct node *node, const char *text)
{
    return node && node->kind == NODE_TEXT && !strcmp(node->text, text);
}

/* `key` cannot be `…`: why */
static void refuse(struct messages *messages, struct node *node, const char *hint, const char *why)
{
    const char *shown = node_kind_name(node);
    if (node->kind == NODE_TEXT)
        shown = arena_format(&messages->arena, "`%s`", messages_shown(messages, node->text));
    if (!node->bad)
        messages_add(messages, node->place, hint, "`%s` cannot be %s: %s", node->key, shown, why);
    node->bad = true;
}

/* The entry of a map, which must be there and of that kind; else NULL with a message. */
static struct node *need(struct messages *messages, struct node *map, const char *key, enum node_kind kind,
                         const char *means)
{
    struct node *node = node_find(map, key);
    if (!node)
        messages_add(messages, map->place, NULL, "there is no `%s`: %s", key, means);
    else if (node->kind != kind)
        refuse(messages, node, NULL, means);
    return node && node->kind == kind && !node->bad ? node : NULL;
}

/* The first entry of a list of maps. */
static struct node *need_first(struct messages *messages, struct node *map, const char *key, const char *means)
{
    struct node *list = need(messages, map, key, NODE_LIST, means);
    if (list && list->first && list->first->kind == NODE_MAP)
        return list->first;
    if (list)
        messages_add(messages, list->first ? list->first->place : list->place, NULL,
                     "`%s` has no map as its first entry: %s", key, means);
    return NULL;
}

static bool in_bounds(const char *key, double value)
{
    const struct field *field = field_find(&section_slo, key);
    return value > field->least && value <= field->greatest;
}

/* 0.9995, or 99.95 where it is in percent. */
static void read_target(struct messages *messages, struct node *node, bool percent, double *target)
{
    const char *text = percent ? arena_format(&messages->arena, "%s%%", node->text) : node->text;
    bool parsed = node->kind == NODE_TEXT && (percent || !strchr(text, '%')) && share_parse(text, target, NULL);
    if (!parsed)
        refuse(messages, node, NULL,
               percent ? "expected a number, such as 99.95" : "expected a number, such as 0.9995");
    else if (!in_bounds("target", *target))
        refuse(messages, node, !percent && *target > 1 && *target < 100 ? "write `targetPercent` for percent" : NULL,
               arena_format(&messages->arena, "it must be above 0 and at most %.15g",
                            SLO_TARGET_MOST * (percent ? 100 : 1)));
}

static void read_objective(struct messages *messages, struct node *objective, struct slo *slo)
{
    struct node *target = node_find(objective, "target"), *percent = node_find(objective, "targetPercent");
    if (!target && !percent)
        messages_add(messages, objective->place, NULL,
                     "an objective needs `target`, such as 0.9995, or `targetPercent`, such as 99.95");
    else if (target && percent)
        messages_add(messages, percent->key_place, NULL, "`target` and `targetPercent` exclude each other");
    else
        read_target(messages, target ? target : percent, !target, &slo->target);
}

/* "28d": a whole number and one letter. */
static void read_duration(struct messages *messages, struct node *node, double *window)
{
    static const struct { char letter; double seconds; } units[] = {
        {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400.0},
        {'M', 30 * 86400.0}, {'Q', 90 * 86400.0}, {'Y', 365 * 86400.0}};
    size_t digits = strspn(node->text, "0123456789");
    double number = 0;
    *window = 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (node->text[digits] == units[i].letter && !node->text[digits + 1] &&
            number_parse(arena_format(&messages->arena, "%.*s", (int)digits, node->text), &number))
            *window = number * units[i].seconds;
    if (!in_bounds("window", *window))
        refuse(messages, node, NULL, "expected a whole number above 0 and one of m, h, d, w, M (30d), Q (90d) and Y "
               "(365d), such as 28d, up to 10000Y");
}

static void read_method(struct messages *messages, struct node *method)
{
    static const char *const names[] = {"Occurrences", "Timeslices", "RatioTimeslices"};
    enum { NAMES = sizeof names / sizeof *names };
    for (int i = 0; i < NAMES; i++)
        if (!method || is_text(method, names[i]))
            return;
    refuse(messages, method, method->kind == NODE_TEXT ? messages_hint(messages, method->text, names, NAMES) : NULL,
           "expected Occurrences, Timeslices or RatioTimeslices");
}

static void read_spec(struct messages *messages, struct node *spec, struct slo *slo)
{
    struct node *objective = need_first(messages, spec, "objectives",
                                        "an SLO has a list of objectives, each with its target");
    struct node *window = need_first(messages, spec, "timeWindow",
                                     "an SLO has a list of the one window that its target is for");
    struct node *duration = window ? need(messages, window, "duration", NODE_TEXT,
                                          "a window has a length, such as 28d") : NULL;
    if (objective)
        read_objective(messages, objective, slo);
    if (duration)
        read_duration(messages, duration, &slo->window);
    if (window && window->next)
        messages_add(messages, window->next->place, NULL, "a second window: an SLO has one");
    read_method(messages, node_find(spec, "budgetingMethod"));
}

/* The first SLO among the documents; NULL with a message. */
static struct node *find_slo(struct messages *messages, struct node *documents)
{
    for (struct node *document = documents; document; document = document->next)
        if (is_text(node_find(document, "kind"), "SLO"))
            return document;
    struct node *kind = node_find(documents, "kind");
    if (documents->kind != NODE_MAP)
        messages_add(messages, documents->place, NULL, "expected an SLO as a map of keys and values, not %s",
                     node_kind_name(documents));
    else if (documents->next || !kind)
        messages_add(messages, documents->place, NULL, "there is no document with `kind: SLO`");
    else
        refuse(messages, kind, NULL, "expected SLO");
    return NULL;
}

static void read_slo(struct messages *messages, struct node *document, struct slo *slo)
{
    struct node *api = need(messages, document, "apiVersion", NODE_TEXT, "expected openslo/v1");
    struct node *spec = need(messages, document, "spec", NODE_MAP, "an SLO has its objectives and its window there");
    if (api && !is_text(api, version))
        refuse(messages, api, NULL, "expected openslo/v1");
    if (spec)
        read_spec(messages, spec, slo);
}

/* Other documents, and other objectives of the SLO. */
static void find_warnings(const struct messages *read, const struct node *documents, const struct node *slo,
                          struct openslo *openslo)
{
    struct messages doubts = {.file = read->file, .bytes = read->bytes, .length = read->length};
    const struct node *second = node_find(node_find(slo, "spec"), "objectives")->first->next;
    for (const struct node *other = documents; other; other = other->next)
        if (other != slo && other->n_children)
            messages_add(&doubts, other->place, NULL, "this document is left aside: the SLO of line %d is taken",
                         slo->place.line);
    if (second)
        messages_add(&doubts, second->place, NULL, "this objective is left aside: the first one is taken");
    openslo->n_warnings = messages_texts(&doubts, &openslo->arena, &openslo->warnings);
    messages_free(&doubts);
}

/*
 * Reads the first SLO from length bytes of YAML; file is the name for messages. False: error holds every message. End
 * with openslo_free in any case.
 */
bool openslo_parse(const char *bytes, size_t length, const char *file, struct openslo *openslo, struct error *error)
{
    struct messages messages = {.file = file, .bytes = bytes, .length = length};
    struct arena tree = {0};
    struct node *documents = NULL, *slo = NULL;
    *openslo = (struct openslo){.slo = {.given = true}};
    if (bytes_fit(&messages, what))
        documents = tree_read_all(&tree, messages.bytes, messages.length, what, &messages);
    if (documents)
        slo = find_slo(&messages, documents);
    else if (!messages.count)
        messages_add(&messages, (struct place){0}, NULL, "there is nothing in this file: expected an SLO of OpenSLO");
    if (slo)
        read_slo(&messages, slo, &openslo->slo);
    bool good = messages.count == 0;
    if (good)
        find_warnings(&messages, documents, slo, openslo);
    messages_report(&messages, error);
    messages_free(&messages);
    arena_free(&tree);
    return good;
}

/* Like openslo_parse, of a file; "-" is standard input. */
bool openslo_read(const char *file, struct openslo *openslo, struct error *error)
{
    size_t length = 0;
    char *bytes = bytes_read(file, what, &length, error);
    *openslo = (struct openslo){.n_warnings = 0};
    bool good = bytes && openslo_parse(bytes, length, bytes_name(file), openslo, error);
    free(bytes);
    return good;
}

/* What takes the place of a scenario's own `slo`, and counts in its hash. It lives as long as the SLO. */
struct override openslo_override(struct openslo *openslo)
{
    char window[48];
    duration_print(openslo->slo.window, window, sizeof window);
    return (struct override){
        "slo", arena_format(&openslo->arena, "{target: %.17g, window: %s}", openslo->slo.target, window)};
}

void openslo_free(struct openslo *openslo)
{
    arena_free(&openslo->arena);
}
