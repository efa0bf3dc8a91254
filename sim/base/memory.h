/* base/memory: allocation that does not return without memory. Includes nothing of ours. */
#ifndef NINES_BASE_MEMORY_H
#define NINES_BASE_MEMORY_H

#include <stddef.h>

enum { MEMORY_LINE = 64 };

struct arena_block;

/* Memory that is given back in one call. Start with {0}; end with arena_free. */
struct arena {
    struct arena_block *first;
};

void  memory_on_failure(void (*handler)(void));
void *memory_new(size_t count, size_t size);
void *memory_lines(size_t count, size_t size);
void *memory_grow(void *old, size_t count, size_t size);
void *arena_new(struct arena *arena, size_t count, size_t size);
void *arena_room(struct arena *arena, void *list, int n, int *capacity, size_t size);
char *arena_text(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void  arena_free(struct arena *arena);

#endif
