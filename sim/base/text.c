/* A text that grows at its end. */
#include "base/text.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct text *text, size_t more)
{
    if (text->length + more + 1 <= text->capacity)
        return;
    text->capacity = 2 * (text->length + more + 1);
    text->data = memory_grow(text->data, text->capacity, 1);
}

/* Adds bytes as they are; zero bytes may be among them. */
void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

/* Like text_add, for a function that has a va_list. */
void text_add_list(struct text *text, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, list);
    text->length += (size_t)length;
}

/* Adds what printf would write. */
void text_add(struct text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(text, format, list);
    va_end(list);
}

/* Gives the memory back; the text is empty afterwards. */
void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}
