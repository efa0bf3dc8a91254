/*
 * Values given on the command line: `--set environments.prod.zones.count=3` changes the tree before it is read, so that
 * a value is checked the same wherever it comes from.
 *
 * A step of a path is a key in a map; in a list it is the name of an entry, or its index from 0. Names may hold dots:
 * the longest name that fits is taken. A map that is missing on the way is made.
 */
#include "scenario/read.h"

#include "scenario/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PATH_BYTES = 4096 };

struct walk {
    struct arena    *arena;
    struct messages *messages;
    struct place     place;   /* of the step of the path that was taken last */
    const char      *rest;    /* of the path */
};

static bool refuse(struct walk *walk, const char *hint, const char *why)
{
    messages_add(walk->messages, walk->place, hint, "%s", why);
    return false;
}

/* Takes a step of length bytes off the path. */
static const char *take(struct walk *walk, size_t length)
{
    const char *path = walk->place.set->path;
    const char *step = arena_format(walk->arena, "%.*s", (int)length, walk->rest);
    walk->place.column = 1 + utf8_length(arena_format(walk->arena, "%.*s", (int)(walk->rest - path), path));
    walk->rest += length;
    if (*walk->rest == '.')
        walk->rest++;
    return step;
}

static const char *entry_name(const struct node *entry)
{
    const struct node *name = node_find(entry, "name");
    return name && name->kind == NODE_TEXT && *name->text ? name->text : NULL;
}

static struct node *refuse_entry(struct walk *walk, const struct node *list)
{
    const char *names[TREE_MOST_ENTRIES];
    int n = 0;
    struct arena *arena = &walk->messages->arena;
    const char *step = take(walk, strcspn(walk->rest, "."));
    for (struct node *entry = list->first; entry; entry = entry->next)
        if (entry_name(entry) && n < TREE_MOST_ENTRIES)
            names[n++] = entry_name(entry);
    refuse(walk, messages_hint(walk->messages, step, names, n),
           arena_format(arena, "there is no entry `%s` in this list of %d: give a name, or an index from 0",
                        messages_shown(walk->messages, step), list->n_children));
    return NULL;
}

static struct node *find_entry(struct walk *walk, const struct node *list)
{
    struct node *best = NULL;
    size_t longest = 0;
    for (struct node *entry = list->first; entry; entry = entry->next) {
        const char *name = entry_name(entry);
        size_t length = name ? strlen(name) : 0;
        if (length > longest && !strncmp(walk->rest, name, length) && strchr(".", walk->rest[length])) {
            best = entry;
            longest = length;
        }
    }
    size_t digits = strspn(walk->rest, "0123456789");
    if (!best && digits && digits < 6 && strchr(".", walk->rest[digits])) {
        best = node_at(list, atoi(walk->rest));
        longest = digits;
    }
    if (!best)
        return refuse_entry(walk, list);
    take(walk, longest);
    return best;
}

/* A map in the place of a node that is none: `zones: 3` becomes {count: 3} when zones.mtbf is set. */
static void become_map(struct node *node, const char *bare, struct arena *arena)
{
    struct node *entry = arena_new(arena, 1, sizeof *entry);
    *entry = *node;
    entry->key = bare;
    entry->next = NULL;
    node->kind = NODE_MAP;
    node->text = NULL;
    node->first = node->last = NULL;
    node->n_children = 0;
    node_append(node, entry);
}

static struct node *find_value(struct walk *walk, struct node *map, const char *key)
{
    struct node *value = node_find(map, key);
    if (value)
        return value;
    value = arena_new(walk->arena, 1, sizeof *value);
    value->kind = NODE_MAP;
    value->key = key;
    value->key_place = value->place = walk->place;
    node_append(map, value);
    return value;
}

static struct node *refuse_step(struct walk *walk, const char *key)
{
    const char *why = "expected a path of keys with dots between, such as release.detect";
    if (*key)
        why = arena_format(&walk->messages->arena, "a single value stands where `%s` is looked for",
                           messages_shown(walk->messages, key));
    refuse(walk, NULL, why);
    return NULL;
}

/* The node that the path leads to, made if it is missing; NULL if the path leads nowhere. */
static struct node *follow(struct walk *walk, struct node *node)
{
    const struct section *section = &section_scenario;
    while (*walk->rest) {
        if (node->kind == NODE_LIST) {
            node = find_entry(walk, node);
            if (!node)
                return NULL;
            continue;
        }
        if (node->kind == NODE_TEXT && section && section->bare)
            become_map(node, section->bare, walk->arena);
        const char *key = take(walk, strcspn(walk->rest, "."));
        if (!*key || node->kind == NODE_TEXT)
            return refuse_step(walk, key);
        const struct field *field = section ? field_find(section, key) : NULL;
        section = field ? field->section : NULL;
        node = find_value(walk, node, key);
    }
    return node;
}

static void apply(struct walk *walk, struct node *root, const struct override *override)
{
    size_t length = strlen(override->path);
    if (!length || length > MOST_PATH_BYTES || override->path[length - 1] == '.') {
        refuse_step(walk, "");
        return;
    }
    const struct place place = {1, 1, override};
    int before = walk->messages->count;
    struct node *value = NULL;
    if (strlen(override->value) <= TREE_MOST_BYTES)
        value = tree_read(walk->arena, override->value, strlen(override->value), place, walk->messages);
    if (!value) {
        if (walk->messages->count == before)
            messages_add(walk->messages, place, NULL, "expected a value");
        return;
    }
    struct node *node = follow(walk, root);
    if (!node)
        return;
    struct node kept = *node;
    *node = *value;
    node->key = kept.key;
    node->key_place = kept.key ? walk->place : kept.key_place;
    node->next = kept.next;
}

/* Applies overrides to a scenario's tree, in order. root is a map. Names and texts live in the arena. */
void set_apply(struct arena *arena, struct node *root, const struct override *overrides, int n_overrides,
               struct messages *messages)
{
    for (int i = 0; i < n_overrides; i++) {
        struct walk walk = {arena, messages, {.set = &overrides[i]}, overrides[i].path};
        apply(&walk, root, &overrides[i]);
    }
}
