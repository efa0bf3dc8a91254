/* A file into a scenario: bytes, tree, overrides, structs, checks; or all that is wrong, in one go. */
#include "scenario/scenario.h"

#include "scenario/bytes.h"
#include "scenario/read.h"

#include <stdlib.h>
#include <string.h>

static const char what[] = "a scenario";

/* FNV-1a of 64 bits. Reference: Fowler, Noll, Vo, Eastlake, RFC 9923. */
static uint64_t hash_add(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

/* Of the file, and of each override's path and value with the zero bytes that end them. */
static uint64_t hash_of(const char *bytes, size_t length, const struct override *overrides, int n_overrides)
{
    uint64_t hash = hash_add(UINT64_C(0xCBF29CE484222325), bytes, length);
    for (int i = 0; i < n_overrides; i++) {
        hash = hash_add(hash, overrides[i].path, strlen(overrides[i].path) + 1);
        hash = hash_add(hash, overrides[i].value, strlen(overrides[i].value) + 1);
    }
    return hash;
}

/* The scenario's name if it gives none: the file's, without folders and extension, if it is fit for a folder. */
static void name_after_file(struct reader *reader, struct scenario *scenario)
{
    const char *slash = strrchr(scenario->file, '/');
    char *name = arena_text(reader->arena, slash ? slash + 1 : scenario->file), *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    size_t length = strlen(name);
    if (!strcmp(scenario->file, bytes_of_input))
        messages_add(reader->messages, (struct place){0}, NULL,
                     "there is no file's name to name the scenario after: give it one with `scenario:`");
    else if (length < 1 || length > NAME_MOST || name[0] == '.' || name[strspn(name, PLAIN_NAME_CHARACTERS)])
        messages_add(reader->messages, (struct place){0}, NULL,
                     "`%s`, from the file's name, cannot name the scenario: give it one of letters, digits, `-`, `_` "
                     "and `.` with `scenario:`", messages_shown(reader->messages, name));
    scenario->name = name;
}

static void read_tree(struct reader *reader, struct node *root, struct draft *draft)
{
    reader->root = root;
    read_section(reader, &section_scenario, root, draft);
    if (!draft->scenario.name)
        name_after_file(reader, &draft->scenario);
    check_scenario(reader, draft);
}

/* Applies the overrides to the tree and reads it. */
static void read_root(struct reader *reader, struct arena *tree, struct node *root, const struct override *overrides,
                      int n_overrides, struct draft *draft)
{
    if (root->kind == NODE_MAP) {
        set_apply(tree, root, overrides, n_overrides, reader->messages);
        sweep_apply(reader, tree, root);
        read_tree(reader, root, draft);
    } else if (!root->bad) {
        messages_add(reader->messages, root->place, NULL, "expected a scenario as a map of keys and values, not %s",
                     node_kind_name(root));
    }
}

/* What is allowed but looks like a slip becomes the scenario's warnings. Nothing may be wrong with it. */
static void find_warnings(const struct reader *reader, struct draft *draft)
{
    const struct messages *read = reader->messages;
    struct messages doubts = {.file = read->file, .bytes = read->bytes, .length = read->length};
    struct reader doubter = {&doubts, reader->arena, reader->root};
    doubt_scenario(&doubter, draft);
    draft->scenario.n_warnings = messages_texts(&doubts, reader->arena, &draft->scenario.warnings);
    messages_free(&doubts);
}

static void refuse_empty(struct messages *messages)
{
    messages_add(messages, (struct place){0}, NULL, "%s", messages->length
                 ? "there is nothing in this file: a scenario has `environments` and `strategies`"
                 : "the file is empty: a scenario has `environments` and `strategies`");
}

/* Copies of what the scenario is read from, which may go before it does. */
static struct source source_of(const char *bytes, size_t length, const struct override *overrides, int n_overrides,
                               struct arena *arena)
{
    char *copy = arena_new(arena, length + 1, 1);
    struct override *list = arena_new(arena, (size_t)n_overrides + 1, sizeof *list);
    memcpy(copy, bytes, length);
    for (int i = 0; i < n_overrides; i++)
        list[i] = (struct override){arena_text(arena, overrides[i].path), arena_text(arena, overrides[i].value)};
    return (struct source){copy, length, list, n_overrides};
}

/*
 * Reads a scenario from length bytes of YAML, of at most 1 MiB; file is the name for messages. Values of overrides
 * take the place of those in the file. NULL: error holds every message. End with scenario_free.
 */
struct scenario *scenario_parse(const char *bytes, size_t length, const char *file, const struct override *overrides,
                                int n_overrides, struct error *error)
{
    struct messages messages = {.file = file, .bytes = bytes, .length = length};
    struct arena tree = {0};
    struct draft *draft = memory_new(1, sizeof *draft);
    struct scenario *scenario = &draft->scenario;
    struct reader reader = {&messages, &scenario->arena, NULL};
    scenario->hash = hash_of(bytes, length, overrides, n_overrides);
    scenario->file = arena_text(&scenario->arena, file);
    if (bytes_fit(&messages, what)) {
        struct node *root = tree_read(&tree, messages.bytes, messages.length, (struct place){0}, &messages);
        if (root)
            read_root(&reader, &tree, root, overrides, n_overrides, draft);
        else if (!messages.count)
            refuse_empty(&messages);
    }
    bool failed = messages.count > 0;
    if (!failed) {
        find_warnings(&reader, draft);
        scenario->source = source_of(bytes, length, overrides, n_overrides, &scenario->arena);
    }
    messages_report(&messages, error);
    messages_free(&messages);
    arena_free(&tree);
    if (!failed)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

/*
 * The scenario as it was read, with one override more, so that what is derived from the value follows it and all is
 * checked as ever. NULL: error holds what does not fit.
 */
struct scenario *scenario_again(const struct scenario *scenario, const struct override *last, struct error *error)
{
    const struct source *source = &scenario->source;
    struct override *overrides = memory_new((size_t)source->n_overrides + 1, sizeof *overrides);
    if (source->n_overrides)
        memcpy(overrides, source->overrides, (size_t)source->n_overrides * sizeof *overrides);
    overrides[source->n_overrides] = *last;
    struct scenario *again = scenario_parse(source->bytes, source->length, scenario->file, overrides,
                                            source->n_overrides + 1, error);
    free(overrides);
    return again;
}

/*
 * Fills a condition from a text that stands in no file; source is what messages call its place. The condition lives as
 * long as the scenario. Returns false with an error if it is none.
 */
bool scenario_condition(struct scenario *scenario, const char *text, const char *source, struct condition *condition,
                        struct error *error)
{
    struct messages messages = {.file = source, .bytes = text, .length = strlen(text)};
    struct reader reader = {&messages, &scenario->arena, NULL};
    struct node node = {.kind = NODE_TEXT, .place = {1, 1, NULL}, .text = text, .exact = true};
    *condition = (struct condition){0};
    read_condition(&reader, &node, condition);
    check_condition(&reader, &node, condition, &scenario->slo);
    condition->line = condition->column = 0;
    bool good = messages.count == 0;
    messages_report(&messages, error);
    messages_free(&messages);
    return good;
}

/*
 * Like scenario_parse, of a file; "-" is standard input. One that cannot be read is a fault of the system
 * (FAULT_SYSTEM), what is in it one of the input (FAULT_INPUT).
 */
struct scenario *scenario_read(const char *file, const struct override *overrides, int n_overrides, struct error *error)
{
    struct scenario *scenario = NULL;
    size_t length = 0;
    char *bytes = bytes_read(file, what, &length, error);
    if (bytes)
        scenario = scenario_parse(bytes, length, bytes_name(file), overrides, n_overrides, error);
    free(bytes);
    return scenario;
}

/* Gives a scenario back, with all that belongs to it. NULL is allowed. */
void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    arena_free(&scenario->arena);
    free(scenario); /* the draft that it is the first member of */
}
