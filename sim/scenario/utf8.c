/* Characters of UTF-8: reading them, how wide a terminal shows them, and showing them so that nothing is obeyed. */
#include "scenario/utf8.h"

#include <string.h>

enum { SHOWN_CHARACTERS = 64 };

/*
 * Reads the first character of length > 0 bytes; the result is the number of bytes that it takes. 0: it is not valid
 * UTF-8 (cut off, overlong, a surrogate, above U+10FFFF).
 */
int utf8_decode(const char *bytes, size_t length, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)bytes[0];
    int size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (size == 0 || (size_t)size > length)
        return 0;
    uint32_t value = size == 1 ? first : first & (0xFFu >> (size + 1));
    for (int i = 1; i < size; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3F);
    }
    if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *character = value;
    return size;
}

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

/* Columns of a terminal that a character takes: 0, 1 or 2. The main blocks only: a caret may err, nothing else does. */
int utf8_width(uint32_t c)
{
    static const uint32_t none[][2] = {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};
    static const uint32_t wide[][2] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (within(none, sizeof none / sizeof *none, c))
        return 0;
    return within(wide, sizeof wide / sizeof *wide, c) ? 2 : 1;
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
    char bytes[4];
    int size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = size - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(size == 1 ? c : (0xF00u >> size & 0xFF) | c);
    text_add_bytes(out, bytes, (size_t)size);
    utf8_decode(bytes, (size_t)size, &c);
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
