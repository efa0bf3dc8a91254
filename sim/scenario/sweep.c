/*
 * Sweeps: a figure of a strategy may be a list of values, and every combination of such values is a plan of its own.
 *
 * This is done to the tree, before it is read: a strategy becomes as many copies as there are combinations, each with
 * one value in the place of every list and a name that tells it apart. So the rest of the reader knows of no lists, and
 * as each value keeps its place, what is wrong with it is said where it stands. What cannot be made into plans becomes
 * one copy with the first value of each list, which is read for what else is wrong with it.
 */
#include "scenario/read.h"

#include "scenario/utf8.h"

#include <string.h>

enum {
    MOST_LISTS = 10,       /* that are looked at: ten lists of two values are above PLANS_MOST */
    MOST_NODES = 1 << 20,  /* a bound on memory: of all copies of one strategy */
};

/* How a figure is called in the name of a plan: "steps.0.hold"; where names would be too long "s.0.hold", "s.0.h". */
enum brevity { WHOLE_KEYS, LAST_KEYS, INITIALS };

/* A figure with several values. */
struct swept {
    const char        *path;    /* within the strategy: "steps.0.hold" */
    const struct node *list;
    const struct node *value;   /* the one that is chosen */
};

/* One strategy as written. */
struct sweep {
    struct reader *reader;
    struct arena  *arena;       /* of the tree */
    struct node   *entry;
    struct swept   lists[MOST_LISTS];
    int            n_lists;     /* kept in lists */
    double         plans;       /* the number of combinations, however large */
};

/* A list of one value stands for the value. */
static void become_first_value(struct node *list)
{
    struct node kept = *list;
    *list = *kept.first;
    list->key = kept.key;
    list->key_place = kept.key_place;
    list->next = kept.next;
}

static void refuse_repeated(struct reader *reader, const struct field *field, const struct node *list)
{
    for (struct node *value = list->first; value; value = value->next)
        for (const struct node *before = list->first; before != value && !value->bad; before = before->next)
            if (before->kind == NODE_TEXT && value->kind == NODE_TEXT && !strcmp(before->text, value->text)) {
                messages_add(reader->messages, value->place, NULL, "`%s` has `%s` twice", field->key,
                             messages_shown(reader->messages, value->text));
                value->bad = true;
            }
}

/* Takes a list in the place of a figure, and says what is wrong with its values. */
static void take_list(struct sweep *sweep, const struct field *field, struct node *list, const char *path)
{
    struct reader *reader = sweep->reader;
    if (!list->n_children) {
        messages_add(reader->messages, list->place, NULL,
                     "`%s` is an empty list: expected a single value (%s), or a list of such values", field->key,
                     kind_names[field->kind]);
        list->bad = true;
        return;
    }
    for (struct node *value = list->first; value; value = value->next)
        read_trial(reader, field, value);
    refuse_repeated(reader, field, list);
    sweep->plans *= list->n_children;
    if (list->n_children > 1 && sweep->n_lists < MOST_LISTS)
        sweep->lists[sweep->n_lists++] = (struct swept){path, list, list->first};
    else
        become_first_value(list);
}

static const char *inner_path(struct sweep *sweep, const char *path, const char *key)
{
    return arena_format(sweep->arena, "%s%s%s", path, *path ? "." : "", key);
}

static void find_lists(struct sweep *sweep, const struct section *section, const char *type, struct node *map,
                       const char *path);

/* The lists within a value of a strategy, in the order of the file. */
static void find_lists_in(struct sweep *sweep, const struct section *section, const struct field *field,
                          struct node *value, const char *path)
{
    int index = 0;
    if (field->kind == KIND_MAP && value->kind == NODE_MAP) {
        find_lists(sweep, field->section, NULL, value, path);
    } else if (field->kind == KIND_LIST && value->kind == NODE_LIST) {
        for (struct node *entry = value->first; entry; entry = entry->next)
            find_lists(sweep, field->section, NULL, entry,
                       arena_format(sweep->arena, "%s.%d", path, index++));
    } else if (field_sweeps(section, field) && value->kind == NODE_LIST && !value->bad) {
        take_list(sweep, field, value, path);
    }
}

static void find_lists(struct sweep *sweep, const struct section *section, const char *type, struct node *map,
                       const char *path)
{
    for (struct node *value = map->kind == NODE_MAP ? map->first : NULL; value; value = value->next) {
        const struct field *field = field_find(section, value->key);
        if (field && field_belongs(field, type))
            find_lists_in(sweep, section, field, value, inner_path(sweep, path, field->key));
    }
}

/* The value that is chosen where the node is a list of values, else the node. */
static const struct node *chosen(const struct sweep *sweep, const struct node *node)
{
    for (int i = 0; i < sweep->n_lists && node->kind == NODE_LIST; i++)
        if (sweep->lists[i].list == node)
            return sweep->lists[i].value;
    return node;
}

/* A copy of a node and all below, with the chosen values in the place of their lists. */
static struct node *copy(const struct sweep *sweep, const struct node *node)
{
    struct node *new = arena_new(sweep->arena, 1, sizeof *new);
    *new = *chosen(sweep, node);
    new->key = node->key;
    new->key_place = node->key_place;
    new->next = new->first = new->last = NULL;
    new->n_children = 0;
    for (const struct node *child = node == chosen(sweep, node) ? node->first : NULL; child; child = child->next)
        node_append(new, copy(sweep, child));
    return new;
}

static double count_nodes(const struct node *node)
{
    double n = 1;
    for (const struct node *child = node->first; child; child = child->next)
        n += count_nodes(child);
    return n;
}

/* The next combination, the last list fastest; false after the last one. */
static bool choose_next(struct sweep *sweep)
{
    for (int i = sweep->n_lists - 1; i >= 0; i--) {
        struct swept *swept = &sweep->lists[i];
        swept->value = swept->value->next;
        if (swept->value)
            return true;
        swept->value = swept->list->first;
    }
    return false;
}

/* "steps.0.hold", "s.0.hold" or "s.0.h". */
static void add_key(struct text *name, const char *path, enum brevity brevity)
{
    const char *last = strrchr(path, '.');
    for (const char *c = path; *c; c++) {
        bool initial = c == path || strchr("._", c[-1]) || strchr(".0123456789", *c);
        if (initial || brevity == WHOLE_KEYS || (brevity == LAST_KEYS && (!last || c > last)))
            text_add(name, "%c", *c);
    }
}

/* "rolling max_surge=10% min_ready=1m": what tells a plan of the sweep from the others. */
static const char *plan_name(const struct sweep *sweep, enum brevity brevity)
{
    struct text name = {0};
    text_add(&name, "%s", node_find(sweep->entry, "name")->text);
    for (int i = 0; i < sweep->n_lists; i++) {
        text_add(&name, " ");
        add_key(&name, sweep->lists[i].path, brevity);
        text_add(&name, "=%s", sweep->lists[i].value->text);
    }
    const char *kept = arena_text(sweep->arena, name.data);
    text_free(&name);
    return kept;
}

/* The length of the longest name that a plan would have. */
static int longest_name(struct sweep *sweep, enum brevity brevity)
{
    int longest = 0;
    do {
        int length = utf8_length(plan_name(sweep, brevity));
        longest = length > longest ? length : longest;
    } while (choose_next(sweep));
    return longest;
}

/* Of the lists, the place to blame: an override that made one, or the first. */
static struct place place_of_lists(const struct sweep *sweep)
{
    struct place place = sweep->lists[0].list->place;
    for (int i = 1; i < sweep->n_lists; i++)
        place = place_of_cause(place, sweep->lists[i].list->place);
    return place;
}

static const char *shown_name(const struct sweep *sweep)
{
    return messages_shown(sweep->reader->messages, node_find(sweep->entry, "name")->text);
}

/* Says so where there would be more plans than a scenario may have; `before`: those of the strategies before. */
static bool plans_fit(const struct sweep *sweep, double before)
{
    struct messages *messages = sweep->reader->messages;
    struct text product = {0};
    if (before + sweep->plans <= PLANS_MOST)
        return true;
    for (int i = 0; i < sweep->n_lists; i++)
        text_add(&product, "%s%d of `%s`", i ? " × " : "", sweep->lists[i].list->n_children, sweep->lists[i].path);
    if (sweep->plans > PLANS_MOST)
        messages_add(messages, place_of_lists(sweep), "sweep fewer figures, or fewer values of each",
                     "too many plans: `%s` stands for %.15g (%s%s), above %d", shown_name(sweep), sweep->plans,
                     product.data, sweep->n_lists == MOST_LISTS ? " × …" : "", PLANS_MOST);
    else
        messages_add(messages, place_of_lists(sweep), "sweep fewer figures, or fewer values of each",
                     "too many plans: `%s` stands for %.15g (%s), with the %.15g before it above %d",
                     shown_name(sweep), sweep->plans, product.data, before, PLANS_MOST);
    text_free(&product);
    return false;
}

static bool nodes_fit(const struct sweep *sweep)
{
    if (sweep->plans * count_nodes(sweep->entry) <= MOST_NODES)
        return true;
    messages_add(sweep->reader->messages, sweep->entry->place, NULL,
                 "too large: the %.15g plans of `%s` would take more than %d values", sweep->plans, shown_name(sweep),
                 MOST_NODES);
    return false;
}

/* As much of the keys as fits into names of the usual length; all plans of a strategy are called in one way. */
static bool choose_names(struct sweep *sweep, enum brevity *brevity)
{
    int longest = 0;
    for (*brevity = WHOLE_KEYS; *brevity <= INITIALS; ++*brevity) {
        longest = longest_name(sweep, *brevity);
        if (longest <= NAME_MOST)
            return true;
    }
    *brevity = INITIALS;
    if (longest <= PLAN_NAME_MOST)
        return true;
    messages_add(sweep->reader->messages, node_find(sweep->entry, "name")->place,
                 "sweep fewer figures, or give the strategy a shorter name",
                 "the names of the plans of `%s` would have up to %d characters, above %d", shown_name(sweep), longest,
                 PLAN_NAME_MOST);
    return false;
}

/* Whether something is wrong with the strategy besides the lists; it is not said yet. */
static bool is_faulty(struct sweep *sweep)
{
    struct messages unsaid = {.file = sweep->reader->messages->file};
    struct arena scratch = {0};
    struct reader trial = {&unsaid, &scratch, NULL};
    read_section(&trial, &section_strategy, copy(sweep, sweep->entry),
                 arena_new(&scratch, 1, sizeof(struct strategy)));
    bool faulty = unsaid.count > 0;
    messages_free(&unsaid);
    arena_free(&scratch);
    return faulty;
}

/* Adds one copy for each plan, in the order of the lists. */
static void add_plans(struct sweep *sweep, enum brevity brevity, struct node *strategies)
{
    do {
        struct node *plan = copy(sweep, sweep->entry), *name = node_find(plan, "name");
        name->written = name->text;
        name->text = plan_name(sweep, brevity);
        node_append(strategies, plan);
    } while (choose_next(sweep));
}

/* Whether no other strategy has the name: of two that share it, one message says enough. */
static bool is_only_one(const struct node *entry, const struct node *strategies)
{
    const struct node *name = node_find(entry, "name");
    if (!name || name->bad || name->kind != NODE_TEXT)
        return false;
    for (const struct node *other = strategies->first; other; other = other->next) {
        const struct node *its = node_find(other, "name");
        if (other != entry && its && its->kind == NODE_TEXT && !strcmp(its->text, name->text))
            return false;
    }
    return true;
}

/*
 * Adds what a strategy stands for: itself, its plans, or, if something is wrong, a copy without lists. Returns how many
 * plans it is.
 */
static int sweep_entry(struct sweep *sweep, const struct node *written, double before, struct node *strategies)
{
    struct messages *messages = sweep->reader->messages;
    int said = messages->count;
    find_lists(sweep, &section_strategy, read_type_name(&section_strategy, sweep->entry), sweep->entry, "");
    if (!sweep->n_lists) {
        node_append(strategies, copy(sweep, sweep->entry));
        return 1;
    }
    bool good = messages->count == said && is_only_one(sweep->entry, written) && plans_fit(sweep, before) &&
                nodes_fit(sweep) && !is_faulty(sweep);
    enum brevity brevity = WHOLE_KEYS;
    good = good && choose_names(sweep, &brevity);
    if (good)
        add_plans(sweep, brevity, strategies);
    else
        node_append(strategies, copy(sweep, sweep->entry));
    return good ? (int)sweep->plans : 1;
}

/*
 * Makes a plan of each combination of values that the strategies of a scenario have for a figure. Copies live in the
 * arena of the tree; root is a map.
 */
void sweep_apply(struct reader *reader, struct arena *tree, struct node *root)
{
    struct node *written = node_find(root, "strategies");
    double plans = 0;
    if (!written || written->kind != NODE_LIST || written->bad)
        return;
    struct node all = *written;
    all.first = all.last = NULL;
    all.n_children = 0;
    for (struct node *entry = written->first; entry; entry = entry->next) {
        struct sweep sweep = {.reader = reader, .arena = tree, .entry = entry, .plans = 1};
        plans += sweep_entry(&sweep, written, plans, &all);
    }
    *written = all;
}
