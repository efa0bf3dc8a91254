/* exact/scan: files of numbers, line by line, with a place for every error. Includes base/. */
#ifndef NINES_EXACT_SCAN_H
#define NINES_EXACT_SCAN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A stream and its name in messages. */
struct scan_source {
    const char *name;
    FILE       *stream;
};

/* A file while it is read. at moves through the present line, which ends at end with a zero byte. */
struct scan {
    struct scan_source source;
    struct error *error;
    uint64_t      line;              /* from 1; 0 before the first */
    const char   *start, *at, *end;
    char         *buffer;
    size_t        next, filled, capacity;
    bool          failed;            /* a fault was said; nothing more is read */
};

enum scan_end { SCAN_LINE, SCAN_END, SCAN_FAULT };

bool          scan_open(const char *path, const char *what, struct scan_source *source, struct error *error);
void          scan_begin(struct scan *scan, struct scan_source source, struct error *error);
void          scan_free(struct scan *scan);
enum scan_end scan_line(struct scan *scan);
bool          scan_count(struct scan *scan, const char *what, uint64_t least, uint64_t most, uint64_t *count);
bool          scan_number(struct scan *scan, const char *what, double *number);
bool          scan_byte(struct scan *scan, char byte);
bool          scan_is_end(struct scan *scan);
bool          scan_line_end(struct scan *scan, const char *after);
void          scan_word(struct scan *scan, const char **word, size_t *length);
bool          scan_refuse(struct scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool          scan_refuse_file(struct scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool          number_exact(const char *text, size_t *length, double *number);

#endif
