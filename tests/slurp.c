/* Files as texts, for tests. */
#include "slurp.h"

#include "base/memory.h"

#include <stdio.h>

/* All of a file, with a zero byte behind it; NULL if it cannot be opened. To be freed. */
char *slurp(const char *path, size_t *length)
{
    FILE *stream = fopen(path, "rb");
    char *bytes = NULL;
    size_t capacity = 0;
    if (!stream)
        return NULL;
    *length = 0;
    do {
        capacity += 65536;
        bytes = memory_grow(bytes, capacity + 1, 1);
        *length += fread(bytes + *length, 1, capacity - *length, stream);
    } while (*length == capacity);
    bytes[*length] = '\0';
    fclose(stream);
    return bytes;
}
