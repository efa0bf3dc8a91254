/*
 * Nodes into structs, by the table of fields. What a single value may be is decided here, what fits together in
 * check.c.
 */
#include "scenario/read.h"

#include "base/nearest.h"
#include "base/units.h"
#include "scenario/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 64 };

static const struct place NOWHERE;

/* The unit that a word such as "days" stands for, or NULL. */
static const char *unit_of_word(const char *word, size_t length)
{
    static const char *const words[][2] = {{"years", "y"}, {"weeks", "w"}, {"days", "d"}, {"hours", "h"}, {"hrs", "h"},
                                           {"minutes", "m"}, {"mins", "m"}, {"seconds", "s"}, {"secs", "s"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t whole = strlen(words[i][0]);
        if ((length == whole || length == whole - 1) && !memcmp(word, words[i][0], length))
            return words[i][1];
    }
    return NULL;
}

static bool figure_parses(enum field_kind kind, const char *text)
{
    double figure;
    if (kind == KIND_DURATION)
        return duration_parse(text, &figure, NULL);
    if (kind == KIND_SHARE || kind == KIND_AMOUNT)
        return share_parse(text, &figure, NULL);
    return (kind == KIND_NUMBER || kind == KIND_COUNT || kind == KIND_WHOLE) && number_parse(text, &figure);
}

/* "write `1h30m`" for "1h 30m", "write `30d`" for "30 days"; NULL if that is not what is wrong. */
static const char *figure_hint(struct reader *reader, const struct field *field, const char *text)
{
    struct text plain = {0};
    const char *hint = NULL;
    bool word = false;
    if (strlen(text) > MOST_NAMES)
        return NULL;
    for (const char *at = text; *at;) {
        size_t letters = strspn(at, "abcdefghijklmnopqrstuvwxyz"), length = letters ? letters : 1;
        const char *unit = field->kind == KIND_DURATION ? unit_of_word(at, letters) : NULL;
        word = word || unit;
        if (unit)
            text_add(&plain, "%s", unit);
        else if (*at != ' ')
            text_add_bytes(&plain, at, length);
        at += length;
    }
    if (plain.length && strcmp(plain.data, text) && figure_parses(field->kind, plain.data))
        hint = arena_format(&reader->messages->arena, "write `%s`%s", plain.data, word ? "" : " without the blank");
    text_free(&plain);
    return hint;
}

/* Says that a value will not do; "expected …" or another sentence tells why. */
static bool refuse(struct reader *reader, const struct field *field, struct node *node, const char *why)
{
    const char *what = node_kind_name(node);
    if (node->kind == NODE_TEXT)
        what = arena_format(&reader->messages->arena, "`%s`", messages_shown(reader->messages, node->text));
    const char *hint = node->kind == NODE_TEXT ? figure_hint(reader, field, node->text) : NULL;
    messages_add(reader->messages, node->place, hint, "`%s` cannot be %s: %s", field->key, what, why);
    node->bad = true;
    return false;
}

static bool is_nothing(const struct node *node)
{
    return node->kind == NODE_TEXT && !node->quoted &&
           (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

/* One of some names, with the nearest as a hint. */
static void refuse_name(struct reader *reader, const struct field *field, struct node *node, const char *const *names,
                        int n_names)
{
    struct text all = {0};
    for (int i = 0; i < n_names; i++)
        text_add(&all, "%s%s", i ? ", " : "", names[i]);
    messages_add(reader->messages, node->place, messages_hint(reader->messages, node->text, names, n_names),
                 "`%s` cannot be `%s`: expected one of %s", field->key, messages_shown(reader->messages, node->text),
                 all.data);
    text_free(&all);
    node->bad = true;
}

static const char *bound_print(struct arena *arena, const struct field *field, double value)
{
    char duration[48];
    if (field->kind == KIND_SHARE || field->kind == KIND_AMOUNT)
        return arena_format(arena, "%.15g%%", value * 100);
    if (field->kind != KIND_DURATION)
        return arena_format(arena, "%.15g", value);
    duration_print(value, duration, sizeof duration);
    return arena_text(arena, duration);
}

static bool in_bounds(struct reader *reader, const struct field *field, struct node *node, double value)
{
    struct arena *arena = &reader->messages->arena;
    bool above = field->flags & FIELD_POSITIVE ? value > field->least : value >= field->least;
    if (above && value <= field->greatest)
        return true;
    const char *least = bound_print(arena, field, field->least);
    const char *greatest = bound_print(arena, field, field->greatest);
    bool percent = field->kind == KIND_SHARE && value > 1 && value <= 100 * field->greatest && !strchr(node->text, '%');
    const char *why = field->flags & FIELD_POSITIVE
                          ? arena_format(arena, "it must be above %s and at most %s", least, greatest)
                          : arena_format(arena, "it must be from %s to %s", least, greatest);
    return refuse(reader, field, node, percent ? arena_format(arena, "%s; write `%%` for percent", why) : why);
}

static bool read_figure(struct reader *reader, const struct field *field, struct node *node, double *value)
{
    const char *expected = "expected a number, such as 3 or 4.5";
    double figure = 0;
    bool parsed = field->kind == KIND_DURATION ? duration_parse(node->text, &figure, &expected)
                  : field->kind == KIND_SHARE  ? share_parse(node->text, &figure, &expected)
                                               : !node->quoted && number_parse(node->text, &figure);
    if (!parsed)
        return refuse(reader, field, node, expected);
    if (!in_bounds(reader, field, node, figure))
        return false;
    *value = figure;
    return true;
}

static bool read_whole(struct reader *reader, const struct field *field, struct node *node, uint64_t *value)
{
    uint64_t whole;
    if (!node->quoted && node->text[0] == '-' && whole_parse(node->text + 1, &whole))
        return refuse(reader, field, node, "it must not be negative");
    if (node->quoted || !whole_parse(node->text, &whole))
        return refuse(reader, field, node, "expected a whole number, such as 3");
    if (!in_bounds(reader, field, node, (double)whole))
        return false;
    *value = whole;
    return true;
}

static void read_amount(struct reader *reader, const struct field *field, struct node *node, struct amount *amount)
{
    uint64_t whole;
    struct amount share = {.is_share = true};
    bool parsed = share_parse(node->text, &share.value, NULL);
    if (strchr(node->text, '%') || (parsed && share.value > 0 && share.value < 1)) { /* 0 and 1 are counts */
        if (!parsed)
            refuse(reader, field, node, "expected a count or a share, such as 2 or 25%");
        else if (in_bounds(reader, field, node, share.value))
            *amount = share;
    } else if (node->quoted || !whole_parse(node->text, &whole)) {
        refuse(reader, field, node, "expected a count or a share, such as 2 or 25%");
    } else if (whole > FIELD_AMOUNT_MOST) {
        refuse(reader, field, node, arena_format(&reader->messages->arena, "a count is at most %d", FIELD_AMOUNT_MOST));
    } else {
        *amount = (struct amount){false, (double)whole};
    }
}

static void read_flag(struct reader *reader, const struct field *field, struct node *node, bool *flag)
{
    bool yes = !strcmp(node->text, "true");
    if (node->quoted || (!yes && strcmp(node->text, "false")))
        refuse(reader, field, node, "expected true or false");
    else
        *flag = yes;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* What is wrong with the characters of a name, or NULL. */
static const char *characters_fault(const char *name)
{
    size_t left = strlen(name);
    uint32_t first = 0;
    while (left) {
        uint32_t c = 0;
        size_t size = (size_t)utf8_decode(name, left, &c);
        if (utf8_is_unprintable(c))
            return "a name has no characters that cannot be seen";
        if (!first && !is_blank(c))
            first = c;
        name += size;
        left -= size;
    }
    if (!first)
        return "a name is more than blanks";
    if (first < 0x80 && strchr(NAME_NEVER_FIRST, (int)first))
        return "it begins like a formula of a spreadsheet: none of `=`, `+`, `-` and `@` comes first";
    return NULL;
}

static const char *name_fault(struct arena *arena, const struct field *field, const struct node *node)
{
    int length = utf8_length(node->text);
    if (node->written) /* which was looked at before the plan's was made of it */
        return NULL;
    if (length < field->least || length > field->greatest)
        return arena_format(arena, "a name has %.0f to %.0f characters", field->least, field->greatest);
    const char *fault = characters_fault(node->text);
    if (fault)
        return fault;
    if (field->flags & FIELD_PLAIN_NAME && node->text[0] == '.')
        return "it names a folder and must not begin with a dot";
    if (field->flags & FIELD_PLAIN_NAME && node->text[strspn(node->text, PLAIN_NAME_CHARACTERS)])
        return "it names a folder: only letters, digits, `-`, `_` and `.` are allowed";
    if (!strcmp(node->text, ".") || !strcmp(node->text, ".."))
        return "this name stands for a folder";
    return NULL;
}

static void read_name(struct reader *reader, const struct field *field, struct node *node, const char **name)
{
    const char *fault = name_fault(&reader->messages->arena, field, node);
    if (fault)
        refuse(reader, field, node, fault);
    *name = arena_text(reader->arena, node->text);
}

static void read_type(struct reader *reader, const struct field *field, struct node *node,
                      const struct strategy_type **type)
{
    const char *names[MOST_NAMES];
    int n = 0;
    *type = strategy_find(node->text);
    if (*type)
        return;
    for (; strategy_types[n]; n++)
        names[n] = strategy_types[n]->name;
    refuse_name(reader, field, node, names, n);
}

/* "lost" or "lost.mean": what is minimized is a mean. */
static void read_measure(struct reader *reader, const struct field *field, struct node *node, enum measure *measure)
{
    const char *names[MEASURES], *dot = strchr(node->text, '.');
    size_t length = strcspn(node->text, ".");
    for (int i = 0; i < MEASURES; i++) {
        names[i] = measure_types[i].name;
        if (strlen(names[i]) != length || memcmp(names[i], node->text, length))
            continue;
        *measure = (enum measure)i;
        if (dot && strcmp(dot, ".mean"))
            refuse(reader, field, node, "it is the mean of a measure that is minimized; others may be in `subject_to`");
        return;
    }
    int found = measure_find(arena_format(&reader->messages->arena, "%.*s", (int)length, node->text));
    if (found >= 0)
        refuse(reader, field, node, "it follows from `added_lost`: minimize that");
    else
        refuse_name(reader, field, node, names, MEASURES);
}

static void read_conditions(struct reader *reader, const struct field *field, struct node *node, char *base)
{
    struct condition *conditions;
    int i = 0;
    if (node->kind != NODE_LIST) {
        refuse(reader, field, node, "expected a list of conditions, such as [\"duration.p95 <= 3h\"]");
        return;
    }
    conditions = arena_new(reader->arena, (size_t)node->n_children, sizeof *conditions);
    for (struct node *child = node->first; child; child = child->next)
        read_condition(reader, child, &conditions[i++]);
    *(struct condition **)(base + field->offset) = conditions;
    *(int *)(base + field->n_offset) = node->n_children;
}

static void read_list(struct reader *reader, const struct field *field, struct node *node, char *base)
{
    const struct section *section = field->section;
    if (node->kind != NODE_LIST || !node->n_children) {
        const char *why = arena_format(&reader->messages->arena, "expected a list of at least one, each %s",
                                       section->called);
        if (node->kind == NODE_LIST)
            messages_add(reader->messages, node->place, NULL, "`%s` is empty: %s", field->key, why);
        else
            refuse(reader, field, node, why);
        node->bad = true;
        return;
    }
    char *entries = arena_new(reader->arena, (size_t)node->n_children, section->size);
    *(char **)(base + field->offset) = entries;
    *(int *)(base + field->n_offset) = node->n_children;
    for (struct node *child = node->first; child; child = child->next, entries += section->size)
        read_section(reader, section, child, entries);
}

static void read_text(struct reader *reader, const struct field *field, struct node *node, void *at)
{
    uint64_t whole;
    switch (field->kind) {
    case KIND_NAME:
        read_name(reader, field, node, at);
        break;
    case KIND_DURATION:
    case KIND_SHARE:
    case KIND_NUMBER:
        read_figure(reader, field, node, at);
        break;
    case KIND_COUNT:
        if (read_whole(reader, field, node, &whole))
            *(int *)at = (int)whole;
        break;
    case KIND_WHOLE:
        read_whole(reader, field, node, at);
        break;
    case KIND_AMOUNT:
        read_amount(reader, field, node, at);
        break;
    case KIND_FLAG:
        read_flag(reader, field, node, at);
        break;
    case KIND_TYPE:
        read_type(reader, field, node, at);
        break;
    default:
        read_measure(reader, field, node, at);
        break;
    }
}

static void read_field(struct reader *reader, const struct field *field, struct node *node, char *base)
{
    if (node->bad)
        return;
    if (is_nothing(node)) {
        messages_add(reader->messages, node->key_place.line ? node->key_place : node->place, NULL,
                     "`%s` has no value", field->key);
        node->bad = true;
    } else if (field->kind == KIND_MAP) {
        read_section(reader, field->section, node, base + field->offset);
    } else if (field->kind == KIND_LIST) {
        read_list(reader, field, node, base);
    } else if (field->kind == KIND_CONDITIONS) {
        read_conditions(reader, field, node, base);
    } else if (node->kind != NODE_TEXT) {
        refuse(reader, field, node, arena_format(&reader->messages->arena, "expected a single value (%s)",
                                                 kind_names[field->kind]));
    } else {
        read_text(reader, field, node, base + field->offset);
    }
}

/* Says what is wrong with a single value, and marks it; what it stands for goes nowhere. */
void read_trial(struct reader *reader, const struct field *field, struct node *node)
{
    union {
        double        figure;
        uint64_t      whole;
        struct amount amount;
        const void   *text;
    } at = {0};
    struct field alone = *field;
    alone.offset = 0;
    read_field(reader, &alone, node, (char *)&at);
}

/* What an absent field stands for. A default is read as if it were written. */
static void read_default(struct reader *reader, const struct field *field, char *base)
{
    char *at = base + field->offset;
    if (field->kind == KIND_MAP) {
        read_section(reader, field->section, NULL, at);
    } else if (field->flags & FIELD_DERIVED) {
        if (field->kind == KIND_SHARE || field->kind == KIND_NUMBER)
            *(double *)(void *)at = ABSENT;
    } else if (field->by_default) {
        struct node node = {.kind = NODE_TEXT, .text = field->by_default, .place = NOWHERE};
        read_text(reader, field, &node, at);
    }
}

/* The section, other than the given one, that has such a key. */
static const struct section *section_of_key(const struct section *in, const struct section *not, const char *key)
{
    if (in != not && field_find(in, key))
        return in;
    for (const struct field *field = in->fields; field->key; field++) {
        const struct section *found = field->section ? section_of_key(field->section, not, key) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

/* The keys that a section may have; returns how many. */
static int keys_of(const struct section *section, const char *type, const char *names[MOST_NAMES])
{
    int n = 0;
    for (const struct field *field = section->fields; field->key; field++)
        if (field_belongs(field, type))
            names[n++] = field->key;
    return n;
}

/*
 * Whether a key of the map that the section does not know is most like the one given. Then that one was misspelt, is
 * told as an unknown key, and is not to be called missing as well.
 */
bool read_is_misspelt(struct reader *reader, const struct section *section, const char *type, const struct node *map,
                      const char *key)
{
    const char *names[MOST_NAMES];
    int n = keys_of(section, type, names);
    for (const struct node *child = map->first; child; child = child->next) {
        const char *meant = field_find(section, child->key) ? NULL
                                                            : messages_nearest(reader->messages, child->key, names, n);
        if (meant && !strcmp(meant, key))
            return true;
    }
    return false;
}

/* "write `start: 30s`" for "start 30s" and "start:30s", where the section has such a key; else NULL. */
static const char *colon_hint(struct reader *reader, const struct section *section, const char *text)
{
    size_t length = strcspn(text, " :");
    const char *rest = text + length + strspn(text + length, " :");
    for (const struct field *field = section->fields; field->key && text[length]; field++)
        if (strlen(field->key) == length && !memcmp(field->key, text, length))
            return arena_format(&reader->messages->arena, "write `%s: %.*s`, with a colon and a blank", field->key,
                                (int)strcspn(messages_shown(reader->messages, rest), " "),
                                messages_shown(reader->messages, rest));
    return NULL;
}

static void refuse_key(struct reader *reader, const struct section *section, const char *type, const struct node *child)
{
    struct messages *messages = reader->messages;
    const char *names[MOST_NAMES];
    int n = keys_of(section, type, names);
    const char *hint = colon_hint(reader, section, child->key), *key = messages_shown(messages, child->key);
    const struct section *other = section_of_key(&section_scenario, section, child->key);
    if (!hint)
        hint = messages_hint(messages, child->key, names, n);
    if (!hint && other)
        hint = arena_format(&messages->arena, "`%s` is a key of %s", key, other->called);
    if (!hint) {
        struct text all = {0};
        for (int i = 0; i < n; i++)
            text_add(&all, "%s%s", i ? ", " : "its keys are ", names[i]);
        hint = arena_text(&messages->arena, all.data);
        text_free(&all);
    }
    messages_add(messages, child->key_place, hint, "unknown key `%s` in %s", key, section->called);
}

static void refuse_foreign(struct reader *reader, const struct field *field, const struct node *type,
                           const struct node *child)
{
    struct messages *messages = reader->messages;
    struct text users = {0};
    for (const char *c = field->types; *c; c++)
        text_add(&users, *c == ' ' ? " and " : "%c", *c);
    messages_add(messages, place_of_cause(child->key_place, type->place), NULL,
                 "`%s` has no use in a strategy of type `%s`: it is for %s", field->key, type->text, users.data);
    text_free(&users);
}

/* The strategy type that a map gives itself, or NULL: none, or not known. */
static const struct node *type_of(const struct section *section, const struct node *node)
{
    for (const struct field *field = section->fields; field->key; field++) {
        const struct node *child = field->kind == KIND_TYPE ? node_find(node, field->key) : NULL;
        if (child && child->kind == NODE_TEXT && strategy_find(child->text))
            return child;
    }
    return NULL;
}

static const char *type_name(const struct node *type)
{
    return type ? type->text : NULL;
}

/* The name of the strategy type that a map gives itself, or NULL: none, or not known. */
const char *read_type_name(const struct section *section, const struct node *map)
{
    return type_name(type_of(section, map));
}

static bool section_is_map(struct reader *reader, const struct section *section, struct node *node)
{
    if (node->kind == NODE_MAP)
        return true;
    if (!node->bad)
        messages_add(reader->messages, node->place,
                     node->kind == NODE_TEXT ? colon_hint(reader, section, node->text) : NULL,
                     "expected %s as a map of keys and values, not %s", section->called, node_kind_name(node));
    node->bad = true;
    return false;
}

/* Says which keys of a map are not known, or of no use to the strategy's type. */
static void check_keys(struct reader *reader, const struct section *section, const struct node *type,
                       const struct node *map)
{
    for (const struct node *child = map->first; child; child = child->next) {
        const struct field *field = field_find(section, child->key);
        if (!field)
            refuse_key(reader, section, type_name(type), child);
        else if (!field_belongs(field, type_name(type)))
            refuse_foreign(reader, field, type, child);
    }
}

/* One field from its value, from its default, or, if map is given and needs the field, not at all. */
static void read_member(struct reader *reader, const struct section *section, const struct field *field,
                        const struct node *type, const struct node *map, struct node *value, char *base)
{
    read_default(reader, field, base);
    if (value)
        read_field(reader, field, value, base);
    else if (map && field->flags & FIELD_REQUIRED && (type || !field->types) &&
             !read_is_misspelt(reader, section, type_name(type), map, field->key))
        messages_add(reader->messages, field->types ? place_of_cause(map->place, type->place) : map->place, NULL,
                     "%s needs `%s`: %s", section->called, field->key, field->help);
}

/*
 * Fills the struct at base, which is zeroed, from a map; NULL: from the defaults alone. All that is wrong is said, and
 * what could not be read keeps its default.
 */
void read_section(struct reader *reader, const struct section *section, struct node *node, void *base)
{
    const struct node *type = type_of(section, node);
    bool bare = node && node->kind == NODE_TEXT && section->bare && !is_nothing(node);
    const struct node *map = node && !bare && section_is_map(reader, section, node) ? node : NULL;
    if (node && section->given >= 0)
        *(bool *)((char *)base + section->given) = true;
    if (map)
        check_keys(reader, section, type, map);
    for (const struct field *field = section->fields; field->key; field++) {
        struct node *value = bare && !strcmp(section->bare, field->key) ? node : node_find(map, field->key);
        if (field_belongs(field, type_name(type)))
            read_member(reader, section, field, type, map, value, base);
    }
}
