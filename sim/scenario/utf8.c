/* Characters of a scenario in messages: how many there are, and showing them so that nothing is obeyed. */
#include "scenario/utf8.h"

#include <string.h>

enum { SHOWN_CHARACTERS = 64 };

static bool within(const uint32_t (*ranges)[2], size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

/* Characters that a terminal may obey instead of showing: C0, DEL, C1, ends of lines, changes of writing direction. */
bool utf8_is_control(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200E, 0x200F},
                                         {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                                         {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};
    return within(ranges, sizeof ranges / sizeof *ranges, c);
}

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
    if (utf8_is_control(c)) {
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
