/*
 * The figures of the environments and the release, found through the table of fields, and moved one at a time.
 *
 * What can be any number is a figure: durations, shares and numbers. Counts (replicas, zones, crews) are decisions as
 * much as facts, and half a replica is none; what belongs to a strategy is what is to be decided. A duration or a
 * number is moved by a factor f. A share p is moved on the odds, p / (1 - p) times f, so that it stays between 0 and 1,
 * and 1 - p is moved by 1 / f: whether a scenario speaks of failures or of successes makes no difference. (D. R. Cox,
 * Analysis of Binary Data, 1970, ch. 2, on why the logit is the scale of shares.) Of a small share this is a factor as
 * well.
 *
 * A moved scenario is the same file read once more with one override more: what is derived from the figure follows it
 * (a demand that is not given is the replicas), and bounds and all that must fit together are checked by those who
 * check every scenario. Where they refuse, the figure goes as far as they let it, found by bisection down to
 * neighbouring numbers: what is allowed is an interval around what stands there. No check is written twice, and none
 * of a field to come is missed.
 */
#include "scenario/figures.h"

#include "base/quantity.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

/* What has moved by less has not: sums of shares are checked with a little slack. */
static const double STUCK = 1e-6;

enum { BISECTIONS = 64, VALUE_BYTES = 400 };

struct list {
    struct arena  *arena;
    struct figure *figures;
    int            n, capacity;
};

static void walk(struct list *list, const struct section *section, const char *base, bool given, const char *prefix);

/* What an entry of a list is called in a path: its name, or its index where it has none. */
static const char *entry_step(const struct section *section, const char *entry, int index, struct arena *arena)
{
    const struct field *name = field_find(section, "name");
    const char *text = name ? *(const char *const *)(const void *)(entry + name->offset) : NULL;
    return text ? text : arena_format(arena, "%d", index);
}

static const char *joined(const char *prefix, const char *step, struct arena *arena)
{
    return *prefix ? arena_format(arena, "%s.%s", prefix, step) : step;
}

static void walk_list(struct list *list, const struct field *field, const char *base, const char *path)
{
    const char *entries = *(const char *const *)(const void *)(base + field->offset);
    int n = *(const int *)(const void *)(base + field->n_offset);
    for (int i = 0; i < n; i++, entries += field->section->size)
        walk(list, field->section, entries, true,
             joined(path, entry_step(field->section, entries, i, list->arena), list->arena));
}

static enum mobility mobility_of(const struct field *field, double value, bool given)
{
    if (!given || !(value > 0))
        return MOBILE_NONE;
    return field->kind == KIND_SHARE && value >= 1 ? MOBILE_CERTAIN : MOBILE;
}

static void add(struct list *list, const struct field *field, double value, bool given, const char *path)
{
    list->figures = arena_room(list->arena, list->figures, list->n, &list->capacity, sizeof *list->figures);
    list->figures[list->n++] = (struct figure){path, field, value, mobility_of(field, value, given)};
}

/* Adds all figures below a section; given: false for those of one that the scenario does not have. */
static void walk(struct list *list, const struct section *section, const char *base, bool given, const char *prefix)
{
    if (section->given >= 0)
        given = given && *(const bool *)(const void *)(base + section->given);
    for (const struct field *field = section->fields; field->key; field++) {
        const char *path = joined(prefix, field->key, list->arena);
        if (field->kind == KIND_DURATION || field->kind == KIND_SHARE || field->kind == KIND_NUMBER)
            add(list, field, *(const double *)(const void *)(base + field->offset), given, path);
        else if (field->kind == KIND_MAP)
            walk(list, field->section, base + field->offset, given, path);
        else if (field->kind == KIND_LIST)
            walk_list(list, field, base, path);
    }
}

/* All figures of the topology's environments and of the release, those that cannot be moved as well, in order. */
struct figures figures_of(const struct scenario *scenario, const struct topology *topology, struct arena *arena)
{
    struct list list = {.arena = arena};
    const struct draft *draft = (const struct draft *)scenario;
    const struct field *topologies = field_find(&section_scenario, "topologies");
    const struct field *release = field_find(&section_scenario, "release");
    const char *prefix = topology == &draft->single ? "" : joined(topologies->key, topology->name, arena);
    walk(&list, topologies->section, (const char *)topology, true, prefix);
    walk(&list, release->section, (const char *)scenario + release->offset, true, release->key);
    return (struct figures){list.figures, list.n};
}

/* The figure's value times the factor; of a share, that of its odds. */
double figure_times(const struct figure *figure, double factor)
{
    double p = figure->value;
    return figure->field->kind == KIND_SHARE ? factor * p / (1 - p + factor * p) : factor * p;
}

/* The value as it may stand in a scenario: without an exponent, and exact, as far as it has the digits. */
static void print_value(enum field_kind kind, double value, char out[VALUE_BYTES])
{
    char exact[QUANTITY_BYTES];
    if (kind == KIND_DURATION)
        duration_print(value, out, VALUE_BYTES);
    else if (strchr(quantity_exact(value, exact), 'e'))
        snprintf(out, VALUE_BYTES, "%.30f", value);
    else
        snprintf(out, VALUE_BYTES, "%s", exact);
}

/* The scenario with that value of the figure, or NULL: it is not allowed. */
static struct scenario *with_value(const struct scenario *scenario, const struct figure *figure, double value)
{
    char text[VALUE_BYTES];
    struct error refused = {0};
    print_value(figure->field->kind, value, text);
    struct scenario *with = scenario_again(scenario, &(struct override){figure->path, text}, &refused);
    error_free(&refused);
    return with;
}

/* The value nearest to one that is refused, between it and the present one, that is allowed. */
static double furthest(const struct scenario *scenario, const struct figure *figure, double refused)
{
    double allowed = figure->value;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = allowed + (refused - allowed) / 2;
        if (middle == allowed || middle == refused)
            break;
        struct scenario *with = with_value(scenario, figure, middle);
        if (with)
            allowed = middle;
        else
            refused = middle;
        scenario_free(with);
    }
    return allowed;
}

/* The scenario with the figure moved by the factor, or as far in that direction as the checks allow. */
struct moved figure_move(const struct scenario *scenario, const struct figure *figure, double factor)
{
    struct moved moved = {.value = figure_times(figure, factor)};
    moved.scenario = with_value(scenario, figure, moved.value);
    if (moved.scenario)
        return moved;
    moved.clipped = true;
    moved.value = furthest(scenario, figure, moved.value);
    if (fabs(moved.value - figure->value) > STUCK * figure->value)
        moved.scenario = with_value(scenario, figure, moved.value);
    return moved;
}
