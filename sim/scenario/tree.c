/*
 * YAML as nodes that know their place.
 *
 * libyaml's events are used, not its documents: the document loader takes quadratic time on deep nesting and keeps
 * repeated keys. What a scenario does not need and a hostile file could use is refused: aliases and anchors (the
 * "billion laughs"), tags, several documents of a scenario, nesting deeper than 32, more than 1000 entries in one list
 * or map.
 * Costs time linear in the file, but for the search for repeated keys, quadratic in the 1000 entries of a map.
 *
 * Reference: YAML 1.1, https://yaml.org/spec/1.1/; libyaml 0.2.5.
 */
#include "scenario/tree.h"

#include "scenario/utf8.h"

#include <string.h>
#include <yaml.h>

struct builder {
    struct arena    *arena;
    struct messages *messages;
    struct place     origin;       /* of an override, else {0} */
    const char      *what;         /* the file is, for messages: "a scenario" */
    int              most_documents;
    yaml_parser_t    parser;
    yaml_event_t     event;
    struct node     *root, *last;  /* of the first document, and of the last one so far */
    struct node     *open[TREE_MOST_DEPTH]; /* the lists and maps around the place of reading */
    int              depth;
    struct node     *key;          /* read, its value not yet; a node without value */
    int              documents;
    bool             stopped;      /* reading on would make no sense */
};

/* The entry of that key, or NULL, also if map is NULL or no map. */
struct node *node_find(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (struct node *child = map->first; child; child = child->next)
        if (!strcmp(child->key, key))
            return child;
    return NULL;
}

/* The child of that index from 0, or NULL. */
struct node *node_at(const struct node *list, int index)
{
    struct node *child = list->first;
    while (child && index-- > 0)
        child = child->next;
    return child;
}

void node_append(struct node *parent, struct node *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n_children++;
}

/* There is an entry of that key, and nothing was wrong with it. */
bool node_usable(const struct node *map, const char *key)
{
    const struct node *child = node_find(map, key);
    return child && !child->bad;
}

const char *node_kind_name(const struct node *node)
{
    static const char *const names[] = {[NODE_TEXT] = "a single value", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};
    return names[node->kind];
}

static struct place place_of(const struct builder *builder, yaml_mark_t mark)
{
    struct place place = builder->origin;
    place.line = (int)mark.line + 1;
    place.column = (int)mark.column + 1;
    return place;
}

static void stop(struct builder *builder, struct place place, const char *why)
{
    messages_add(builder->messages, place, NULL, "%s", why);
    builder->stopped = true;
}

/* What is wrong with a character that was decoded from size bytes, or NULL. */
static const char *character_fault(uint32_t c, int size)
{
    if (!size)
        return "invalid UTF-8";
    if (!c)
        return "a zero byte";
    if (c == '\t' || c == '\n' || c == '\r' || c == 0x85)
        return NULL;
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF;
    return control ? "a control character" : NULL;
}

/* Refuses what could not be shown safely or is no text at all, before libyaml sees it. */
static bool check_bytes(struct messages *messages, const char *what, const char *bytes, size_t length,
                        struct place place)
{
    uint32_t before = 0;
    place.line = place.column = 1;
    for (size_t at = 0; at < length;) {
        uint32_t c = 0;
        int size = utf8_decode(bytes + at, length - at, &c);
        const char *wrong = character_fault(c, size);
        if (wrong) {
            messages_add(messages, place, NULL, "%s (0x%02X): %s is text in UTF-8", wrong, (unsigned char)bytes[at],
                         what);
            return false;
        }
        if (!(c == '\n' && before == '\r')) {
            bool ends = utf8_is_break(c);
            place.line += ends;
            place.column = ends ? 1 : place.column + 1;
        }
        before = c;
        at += (size_t)size;
    }
    return true;
}

/* A line of the file, counted from 0, without its end. */
static const char *line_text(struct builder *builder, const char *bytes, size_t length, size_t line)
{
    size_t at = 0, end;
    while (at < length && line > 0)
        line -= bytes[at++] == '\n';
    for (end = at; end < length && bytes[end] != '\n';)
        end++;
    return arena_format(builder->arena, "%.*s", (int)(end - at), bytes + at);
}

/*
 * "write `users: 100%`" where the line, counted from 0, holds "users:100%", or NULL: YAML takes such a line for a text
 * that may go on in the next one, and finds fault with that.
 */
static const char *colon_hint(struct builder *builder, const char *bytes, size_t length, size_t line)
{
    const char *text = line_text(builder, bytes, length, line);
    text += strspn(text, " -");
    size_t key = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
    const char *value = text + key + 1;
    if (!key || text[key] != ':' || strchr(" \r", *value)) /* or nothing after it */
        return NULL;
    const char *first = arena_format(builder->arena, "%.*s", (int)strcspn(value, " \r"), value);
    return arena_format(&builder->messages->arena, "write `%.*s: %s`, with a blank after the colon", (int)key, text,
                        messages_shown(builder->messages, first));
}

/* What may help against a problem of libyaml's at that byte, or NULL. */
static const char *yaml_hint(struct builder *builder, const char *problem, const char *bytes, size_t length, size_t at)
{
    const yaml_parser_t *parser = &builder->parser;
    if (at < length && bytes[at] == '\t')
        return "indent with spaces: YAML has no tabs there";
    if (at < length && strchr("%@`", bytes[at]) && strstr(problem, "cannot start"))
        return "put the text in quotes";
    if (strstr(problem, "expected ':'"))
        return colon_hint(builder, bytes, length, parser->context_mark.line);
    if (strstr(problem, "mapping values") && parser->problem_mark.line > 0)
        return colon_hint(builder, bytes, length, parser->problem_mark.line - 1);
    return NULL;
}

/* Says what libyaml found; its own words are fixed texts without anything of the file. */
static void add_yaml_error(struct builder *builder, const char *bytes, size_t length)
{
    const yaml_parser_t *parser = &builder->parser;
    struct place place = place_of(builder, parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "out of memory";
    size_t at = 0;
    if (parser->error == YAML_READER_ERROR || parser->error == YAML_MEMORY_ERROR)
        place = place_of(builder, parser->mark);
    for (size_t i = 0; i < parser->problem_mark.index && at < length; i++) {
        uint32_t c;
        at += (size_t)utf8_decode(bytes + at, length - at, &c);
    }
    const char *hint = yaml_hint(builder, problem, bytes, length, at);
    if (parser->context && *parser->context)
        messages_add(builder->messages, place, hint, "not valid YAML: %s, %s from line %d on", problem, parser->context,
                     (int)parser->context_mark.line + 1);
    else
        messages_add(builder->messages, place, hint, "not valid YAML: %s", problem);
    builder->stopped = true;
}

static struct node *node_new(struct builder *builder, enum node_kind kind)
{
    struct node *node = arena_new(builder->arena, 1, sizeof *node);
    node->kind = kind;
    node->place = place_of(builder, builder->event.start_mark);
    return node;
}

static void refuse_anchor_and_tag(struct builder *builder, struct node *node, const void *anchor, const void *tag)
{
    if (anchor)
        messages_add(builder->messages, node->place, NULL, "anchors (`&name`) are not allowed in %s", builder->what);
    if (tag)
        messages_add(builder->messages, node->place, NULL, "tags (`!name`) are not allowed in %s", builder->what);
    if (anchor || tag)
        node->bad = true;
}

static void take_key(struct builder *builder, struct node *node)
{
    struct node *map = builder->open[builder->depth - 1], *first = node_find(map, node->text);
    node->key = node->text;
    node->key_place = node->place;
    node->text = NULL;
    builder->key = node;
    if (first)
        messages_add(builder->messages, node->place, NULL, "repeated key `%s`: it stands on line %d already",
                     messages_shown(builder->messages, node->key), first->key_place.line);
    node->bad |= first != NULL;
}

/* Puts a node where it belongs: a root, an entry of the open list, a key or the value of the last key. */
static void place_node(struct builder *builder, struct node *node)
{
    struct node *parent = builder->depth ? builder->open[builder->depth - 1] : NULL;
    if (!parent) {
        if (builder->last)
            builder->last->next = node;
        else
            builder->root = node;
        builder->last = node;
        return;
    }
    if (parent->kind == NODE_MAP && !builder->key) {
        if (node->kind == NODE_TEXT)
            take_key(builder, node);
        else
            stop(builder, node->place, "a key must be a single value, not a list or a map");
        return;
    }
    bool repeated = false;
    if (parent->kind == NODE_MAP) {
        node->key = builder->key->key;
        node->key_place = builder->key->key_place;
        repeated = node_find(parent, node->key) != NULL;
        builder->key = NULL;
    }
    if (!repeated)
        node_append(parent, node);
    if (parent->n_children > TREE_MOST_ENTRIES) {
        messages_add(builder->messages, node->place, NULL, "too many entries: at most %d in a list or map",
                     TREE_MOST_ENTRIES);
        builder->stopped = true;
    }
}

static void open_node(struct builder *builder, enum node_kind kind, const void *anchor, const void *tag)
{
    struct node *node = node_new(builder, kind);
    refuse_anchor_and_tag(builder, node, anchor, tag);
    if (builder->depth == TREE_MOST_DEPTH) {
        messages_add(builder->messages, node->place, NULL,
                     "nested too deeply: at most %d lists and maps within each other", TREE_MOST_DEPTH);
        builder->stopped = true;
        return;
    }
    place_node(builder, node);
    builder->open[builder->depth++] = node;
}

static void take_scalar(struct builder *builder)
{
    const yaml_event_t *event = &builder->event;
    struct node *node = node_new(builder, NODE_TEXT);
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    refuse_anchor_and_tag(builder, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (memchr(value, 0, length)) {
        messages_add(builder->messages, node->place, NULL, "a zero character within a text");
        node->bad = true;
    }
    node->text = arena_text(builder->arena, value);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    size_t written = event->end_mark.column - event->start_mark.column - (node->quoted ? 2 : 0);
    node->exact = event->start_mark.line == event->end_mark.line && written == (size_t)utf8_length(node->text);
    place_node(builder, node);
}

static void take_alias(struct builder *builder)
{
    struct node *node = node_new(builder, NODE_TEXT);
    messages_add(builder->messages, node->place, NULL, "aliases (`*name`) are not allowed in %s", builder->what);
    node->text = "";
    node->bad = true;
    place_node(builder, node);
}

static void take_event(struct builder *builder)
{
    const yaml_event_t *event = &builder->event;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++builder->documents > builder->most_documents)
            stop(builder, place_of(builder, event->start_mark), builder->most_documents == 1
                     ? "a second document: a file is one scenario" : "too many documents");
        break;
    case YAML_MAPPING_START_EVENT:
        open_node(builder, NODE_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_node(builder, NODE_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        builder->depth--;
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(builder);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(builder);
        break;
    default:
        break;
    }
}

/* Reads all documents; NULL if that could not be done to the end, or there are none. */
static struct node *build(struct builder *builder, const char *bytes, size_t length)
{
    bool ended = false;
    if (!check_bytes(builder->messages, builder->what, bytes, length, builder->origin))
        return NULL;
    if (!yaml_parser_initialize(&builder->parser))
        memory_new(SIZE_MAX, 1); /* libyaml fails for want of memory only: let the one handler say so */
    yaml_parser_set_encoding(&builder->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder->parser, (const unsigned char *)bytes, length);
    while (!ended && !builder->stopped) {
        if (!yaml_parser_parse(&builder->parser, &builder->event)) {
            add_yaml_error(builder, bytes, length);
            break;
        }
        ended = builder->event.type == YAML_STREAM_END_EVENT;
        take_event(builder);
        yaml_event_delete(&builder->event);
    }
    yaml_parser_delete(&builder->parser);
    return builder->stopped ? NULL : builder->root;
}

/*
 * The tree of one YAML document, owned by the arena. NULL if it could not be read to its end (messages say why) or
 * there is nothing in it (no message). A tree with messages is fit for being looked at further: what is wrong is
 * marked bad. origin is {0} for a file; for an override it is what every place of the tree shall say.
 */
struct node *tree_read(struct arena *arena, const char *bytes, size_t length, struct place origin,
                       struct messages *messages)
{
    struct builder builder = {
        .arena = arena, .messages = messages, .origin = origin, .what = "a scenario", .most_documents = 1};
    return build(&builder, bytes, length);
}

/* Like tree_read, of a file of one document or more: the first, with the others as its `next`. */
struct node *tree_read_all(struct arena *arena, const char *bytes, size_t length, const char *what,
                           struct messages *messages)
{
    struct builder builder = {
        .arena = arena, .messages = messages, .what = what, .most_documents = TREE_MOST_ENTRIES};
    return build(&builder, bytes, length);
}
