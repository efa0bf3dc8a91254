/* scenario/messages: all that is wrong with a file, shown in the order of its lines. Includes base/, scenario/utf8. */
#ifndef NINES_SCENARIO_MESSAGES_H
#define NINES_SCENARIO_MESSAGES_H

#include "base/error.h"
#include "base/memory.h"

/* Where something stands: a place of the file, counted from 1, columns in characters; or an override. */
struct place {
    int         line, column;
    const char *set; /* the override's path, or NULL */
    int         set_index;
};

struct message {
    struct place place;
    int          order;
    const char  *text, *hint;
};

/* Set file, bytes and length; the rest starts as {0}. The texts live in the arena. */
struct messages {
    const char     *file, *bytes;
    size_t          length;
    struct arena    arena;
    struct message *list;
    int             count, kept, capacity;
};

void messages_add(struct messages *messages, struct place place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
const char *messages_shown(struct messages *messages, const char *text);
const char *messages_hint(struct messages *messages, const char *text, const char *const *names, int n_names);
void        messages_report(struct messages *messages, struct error *error);
void        messages_free(struct messages *messages);

#endif
