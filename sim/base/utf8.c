/*
 * Texts in UTF-8: what they are made of, how wide they stand on a terminal, and what may be shown of a hostile one.
 *
 * The C library's mbrtowc and wcwidth answer for the locale of the process, which in a pipeline is often "C". A report
 * must not differ with it, so the little that is needed is here. The tables of width are those of Unicode's East Asian
 * Width and of the combining marks, in whole blocks: enough for names, not for typesetting.
 */
#include "base/utf8.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static const struct range no_width[] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

/* Controls, and the marks that turn the direction of writing or are seen by nobody. */
static const struct range unprintable[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF},
};

#define IS_IN(ranges, code) is_in(ranges, sizeof(ranges) / sizeof *(ranges), code)

static bool is_in(const struct range *ranges, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/*
 * Reads the first code point of length > 0 bytes; the result is the number of bytes that it takes. 0: they begin no
 * valid sequence (cut off, overlong, a surrogate, above U+10FFFF).
 */
int utf8_decode(const char *bytes, size_t length, uint32_t *code)
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
    *code = value;
    return size;
}

/* Like utf8_decode, but a byte that begins no valid sequence gives UTF8_REPLACEMENT and is passed by alone. */
size_t utf8_next(const char *bytes, size_t length, uint32_t *code)
{
    int size = utf8_decode(bytes, length, code);
    if (size == 0)
        *code = UTF8_REPLACEMENT;
    return size ? (size_t)size : 1;
}

/* Columns of a terminal that a code point takes: 0, 1 or 2. */
int utf8_width(uint32_t code)
{
    return IS_IN(no_width, code) ? 0 : IS_IN(wide, code) ? 2 : 1;
}

/* Columns that the text takes on a terminal. */
int utf8_columns(const char *text)
{
    int width = 0;
    size_t left = strlen(text);
    while (left) {
        uint32_t code;
        size_t n = utf8_next(text, left, &code);
        width += utf8_width(code);
        text += n;
        left -= n;
    }
    return width;
}

/* Adds one code point. */
void utf8_add(struct text *text, uint32_t code)
{
    char bytes[4];
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(lead[n] | code);
    text_add_bytes(text, bytes, n);
}

/* Whether a terminal may obey the character, or shows nothing of it: none of these may be in a name. */
bool utf8_is_unprintable(uint32_t code)
{
    return IS_IN(unprintable, code);
}

static void add_printable(struct text *text, const char *bytes, size_t length, const char *kept)
{
    text_add_bytes(text, "", 0);
    while (length) {
        uint32_t code;
        size_t n = utf8_next(bytes, length, &code);
        bool keep = !utf8_is_unprintable(code) || (code && code < 0x80 && strchr(kept, (int)code));
        utf8_add(text, keep ? code : UTF8_REPLACEMENT);
        bytes += n;
        length -= n;
    }
}

/* Adds the bytes with U+FFFD for all that is no valid UTF-8, would move a terminal's cursor, or turns its direction. */
void utf8_add_printable(struct text *text, const char *bytes)
{
    add_printable(text, bytes, strlen(bytes), "");
}

/* The same for lines of a message, whose ends and tabs are kept. */
void utf8_add_lines(struct text *text, const char *bytes, size_t length)
{
    add_printable(text, bytes, length, "\n\t");
}

/* The longest start of a valid text that is at most so many columns wide, in bytes. */
static size_t start_within(const char *text, int columns)
{
    size_t used = 0, left = strlen(text);
    while (left) {
        uint32_t code;
        size_t n = utf8_next(text + used, left, &code);
        columns -= utf8_width(code);
        if (columns < 0)
            break;
        used += n;
        left -= n;
    }
    return used;
}

/*
 * Like utf8_add_printable, with … for the middle of what is wider than `columns`: names often differ at either
 * end.
 */
void utf8_add_shortened(struct text *text, const char *bytes, int columns)
{
    struct text whole = {0};
    utf8_add_printable(&whole, bytes);
    int width = utf8_columns(whole.data);
    if (width <= columns) {
        text_add_bytes(text, whole.data, whole.length);
    } else {
        size_t head = start_within(whole.data, columns / 2);
        size_t skip = start_within(whole.data, width - (columns - columns / 2 - 1));
        while (utf8_columns(whole.data + skip) > columns - columns / 2 - 1)
            skip += start_within(whole.data + skip, 2);
        text_add_bytes(text, whole.data, head);
        text_add(text, "…%s", whole.data + skip);
    }
    text_free(&whole);
}
