/* base/utf8: names of people on a terminal and in files. Includes base/text only. */
#ifndef NINES_BASE_UTF8_H
#define NINES_BASE_UTF8_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xFFFD };

int    utf8_decode(const char *bytes, size_t length, uint32_t *code);
size_t utf8_next(const char *bytes, size_t length, uint32_t *code);
int    utf8_width(uint32_t code);
int    utf8_columns(const char *text);
bool   utf8_is_unprintable(uint32_t code);
void   utf8_add(struct text *text, uint32_t code);
void   utf8_add_printable(struct text *text, const char *bytes);
void   utf8_add_lines(struct text *text, const char *bytes, size_t length);
void   utf8_add_shortened(struct text *text, const char *bytes, int columns);

#endif
