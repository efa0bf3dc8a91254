/* Characters of a scenario in messages: how many there are, and showing them so that nothing is obeyed. */
#include "scenario/utf8.h"

#include <string.h>

enum { SHOWN_CHARACTERS = 64 };

/* The ends of lines of YAML 1.1; a carriage return and a newline together are one. */
bool utf8_is_break(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* The number of characters of a text; of invalid UTF-8 each byte counts one. */
int utf8_length(const char *text)
{
    int count = 0;
    for (size_t left = strlen(text); left; count++) {
        uint32_t c;
        int size = utf8_decode(text, left, &c);
        text += size ? size : 1;
        left -= size ? (size_t)size : 1;
    }
    return count;
}

/* Adds a character as it is, or written out if it is one that a terminal may obey. The result is its width. */
int utf8_add_shown(struct text *out, uint32_t c)
{
    size_t before = out->length;
    if (utf8_is_unprintable(c)) {
        text_add(out, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
        return (int)(out->length - before);
    }
    utf8_add(out, c);
    return utf8_width(c);
}

/* A text of somebody else for a message: written out where a terminal would obey it, and cut if it is long. */
const char *utf8_shown(struct arena *arena, const char *text)
{
    struct text out = {0};
    size_t left = strlen(text);
    for (int count = 0; left; count++) {
        uint32_t c;
        int size = utf8_decode(text, left, &c);
        if (count == SHOWN_CHARACTERS) {
            text_add(&out, "…");
            break;
        }
        if (size)
            utf8_add_shown(&out, c);
        else
            text_add(&out, "\\x%02X", (unsigned char)*text);
        text += size ? size : 1;
        left -= size ? (size_t)size : 1;
    }
    const char *shown = arena_text(arena, out.data ? out.data : "");
    text_free(&out);
    return shown;
}
