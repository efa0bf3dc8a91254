/* scenario/tree: YAML as nodes that know their place. Includes base/, scenario/messages. */
#ifndef NINES_SCENARIO_TREE_H
#define NINES_SCENARIO_TREE_H

#include "base/memory.h"
#include "scenario/messages.h"

#include <stdbool.h>

enum { TREE_MOST_DEPTH = 32, TREE_MOST_ENTRIES = 1000, TREE_MOST_BYTES = 1 << 20 };

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct place   place;     /* of the value */
    const char    *key;       /* in a map, else NULL */
    struct place   key_place;
    const char    *text;      /* NODE_TEXT, else NULL */
    bool           quoted;    /* written in quotes or as a block: a text whatever it looks like */
    bool           exact;     /* one character of text is one character of the file */
    bool           bad;       /* something was said about it already: say no more */
    const char    *written;   /* of a name that was made for a plan: that of the strategy, as written; else NULL */
    struct node   *first, *last, *next;
    int            n_children;
};

struct node *tree_read(struct arena *arena, const char *bytes, size_t length, struct place origin,
                       struct messages *messages);
struct node *tree_read_all(struct arena *arena, const char *bytes, size_t length, const char *what,
                           struct messages *messages);
struct node *node_find(const struct node *map, const char *key);
struct node *node_at(const struct node *list, int index);
void         node_append(struct node *parent, struct node *child);
bool         node_usable(const struct node *map, const char *key);
const char  *node_kind_name(const struct node *node);

#endif
