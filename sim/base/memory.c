/*
 * Memory for structures that live and die together.
 *
 * A scenario, a process and a result each own an arena: what belongs to it is taken from there and one call gives all
 * of it back, so that no error path has a list of things to free.
 *
 * Running out of memory is not an error that travels up: nothing sensible can be said half way, and every result is
 * written beside its name and renamed when whole. A handler, set once by the command line, says so and ends the
 * program.
 */
#include "base/memory.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

enum { BLOCK_BYTES = 16 * 1024 };

static void (*on_failure)(void) = abort;

/* Sets what is called when memory runs out. The handler must not return; without one the program aborts. */
void memory_on_failure(void (*handler)(void))
{
    on_failure = handler;
}

/* Zeroed memory for count × size bytes, to be given to free(). Never NULL. */
void *memory_new(size_t count, size_t size)
{
    void *new = calloc(count ? count : 1, size ? size : 1);
    if (!new)
        on_failure();
    return new;
}

/* Like memory_new, beginning where a line of the cache does: at a multiple of MEMORY_LINE. */
void *memory_lines(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - MEMORY_LINE) / size)
        on_failure();
    size_t bytes = (count * size / MEMORY_LINE + 1) * MEMORY_LINE;
    void *new = aligned_alloc(MEMORY_LINE, bytes);
    if (!new)
        on_failure();
    return memset(new, 0, bytes);
}

/* Like realloc for count × size bytes; what is new is not zeroed. Never NULL. */
void *memory_grow(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        on_failure();
    size_t bytes = count * size;
    void *new = realloc(old, bytes ? bytes : 1);
    if (!new)
        on_failure();
    return new;
}

static struct arena_block *block_new(struct arena *arena, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
    struct arena_block *block = memory_new(1, sizeof *block + size);
    block->size = size;
    block->next = arena->first;
    arena->first = block;
    return block;
}

/* Zeroed memory for count × size bytes that lives as long as the arena. Never NULL. */
void *arena_new(struct arena *arena, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size && count > (SIZE_MAX / 2) / size)
        on_failure();
    size_t bytes = (count * size + align - 1) / align * align;
    struct arena_block *block = arena->first;
    if (!block || block->size - block->used < bytes)
        block = block_new(arena, bytes);
    void *new = block->bytes + block->used;
    block->used += bytes;
    return new;
}

/*
 * Room for one more behind the n elements of a list in the arena: the list itself, or a copy of twice the capacity (at
 * least 16). The old one stays in the arena until its end.
 */
void *arena_room(struct arena *arena, void *list, int n, int *capacity, size_t size)
{
    if (n < *capacity)
        return list;
    *capacity = *capacity ? 2 * *capacity : 16;
    void *new = arena_new(arena, (size_t)*capacity, size);
    return n > 0 ? memcpy(new, list, (size_t)n * size) : new;
}

/* A copy of text that lives as long as the arena. */
char *arena_text(struct arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(arena_new(arena, bytes, 1), text, bytes);
}

/* Like arena_text, of a text written as printf writes it. */
char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *new = arena_new(arena, (size_t)length + 1, 1);
    vsnprintf(new, (size_t)length + 1, format, again);
    va_end(again);
    return new;
}

/* Gives back all that was taken from the arena, which may then be used anew. */
void arena_free(struct arena *arena)
{
    while (arena->first) {
        struct arena_block *next = arena->first->next;
        free(arena->first);
        arena->first = next;
    }
}
