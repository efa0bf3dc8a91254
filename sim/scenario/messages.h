/* scenario/messages: all that is wrong with a file, shown in the order of its lines. Includes base/, scenario/utf8. */
#ifndef NINES_SCENARIO_MESSAGES_H
#define NINES_SCENARIO_MESSAGES_H

#include "base/error.h"
#include "base/memory.h"

struct override;

/* Where something stands, counted from 1, columns in characters: in the file, in an override's value, or, where the
 * line is 0, in its path. */
struct place {
    int line, column;
    const struct override *set; /* one of an array of overrides; NULL: the file */
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
const char *messages_nearest(struct messages *messages, const char *text, const char *const *names, int n_names);
const char *messages_hint(struct messages *messages, const char *text, const char *const *names, int n_names);
struct place place_of_cause(struct place place, struct place other);
void        messages_report(struct messages *messages, struct error *error);
int         messages_texts(struct messages *messages, struct arena *arena, const char ***texts);
void        messages_free(struct messages *messages);

#endif
