/* Files of at most 1 MiB, as bytes. `what` a file is stands in messages: "a scenario". */
#include "scenario/bytes.h"

#include "scenario/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MARK_BYTES = 3 }; /* of a byte order mark in UTF-8 */

const char bytes_of_input[] = "standard input";

/* What messages call the file: "-" is standard input. */
const char *bytes_name(const char *file)
{
    return strcmp(file, "-") ? file : bytes_of_input;
}

/* Without its article. */
static const char *bare(const char *what)
{
    return strchr(what, ' ') + 1;
}

/* All bytes of a stream up to one more than a file may have; NULL with errno set if it cannot be read. */
static char *read_stream(FILE *stream, size_t *length)
{
    size_t size = TREE_MOST_BYTES + 1 + MARK_BYTES;
    char *bytes = memory_new(size, 1);
    *length = fread(bytes, 1, size, stream);
    if (!ferror(stream))
        return bytes;
    free(bytes);
    return NULL;
}

/*
 * The bytes of the file, "-" for standard input, which are to be freed. NULL with an error if it cannot be read, a
 * fault of the system (FAULT_SYSTEM), or is a folder.
 */
char *bytes_read(const char *file, const char *what, size_t *length, struct error *error)
{
    struct messages name = {0}; /* for its arena */
    struct stat status;
    char *bytes = NULL;
    bool is_input = !strcmp(file, "-");
    const char *shown = messages_shown(&name, bytes_name(file));
    FILE *stream = is_input ? stdin : fopen(file, "rbe");
    if (!stream) {
        error_add(error, FAULT_SYSTEM, "%s: cannot open the %s: %s", shown, bare(what), strerror(errno));
    } else if (!fstat(fileno(stream), &status) && S_ISDIR(status.st_mode)) {
        error_add(error, FAULT_INPUT, "%s: this is a folder, not %s", shown, what);
    } else {
        bytes = read_stream(stream, length);
        if (!bytes)
            error_add(error, FAULT_SYSTEM, "%s: cannot read the %s: %s", shown, bare(what), strerror(errno));
    }
    if (stream && !is_input)
        fclose(stream);
    messages_free(&name);
    return bytes;
}

/* Passes over a byte order mark, and says if there are too many bytes for a tree. */
bool bytes_fit(struct messages *messages, const char *what)
{
    if (messages->length >= MARK_BYTES && !memcmp(messages->bytes, "\xEF\xBB\xBF", MARK_BYTES)) {
        messages->bytes += MARK_BYTES;
        messages->length -= MARK_BYTES;
    }
    if (messages->length <= TREE_MOST_BYTES)
        return true;
    messages_add(messages, (struct place){0}, NULL, "too large: %s has at most %d MiB", what, TREE_MOST_BYTES >> 20);
    return false;
}
