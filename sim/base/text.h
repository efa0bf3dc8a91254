/* base/text: a text that grows. Includes base/memory only. */
#ifndef NINES_BASE_TEXT_H
#define NINES_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Start with {0}. data is NULL until something was added, and always ends with a zero byte afterwards. */
struct text {
    char  *data;
    size_t length, capacity;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *text, const char *format, va_list list);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_free(struct text *text);

#endif
