/*
 * Files of numbers, line by line.
 *
 * Explicit chains have millions of lines of a few numbers each, so a number costs a few nanoseconds a digit. Decimal
 * digits are collected in 64 bits; where they are at most 2^53 and the power of ten is at most 22, one multiplication
 * or division of two numbers that are exact gives the double that is nearest (W. D. Clinger, How to read floating
 * point numbers accurately, PLDI 1990). All others go to strtod in the C locale, so that a decimal comma elsewhere
 * changes nothing. Both give the nearest double, always.
 *
 * Nothing is believed of a file before it is seen: lines are read into a buffer that grows with them to MOST_LINE
 * bytes, whatever a header promises.
 */
#include "exact/scan.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    FIRST_BUFFER = 1 << 16,
    MOST_LINE = 1 << 24,
    MOST_SHOWN = 40,        /* bytes of a word that is not what it should be */
    EXACT_POWER = 22,       /* 10^22 is the greatest power of ten that is a double */
    SIXTY_FOUR_BITS = 19,   /* so many decimal digits always fit */
    MOST_EXPONENT = 100000, /* far beyond any double, and far from an overflow of int */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- messages ---- */

static void add_shown(struct text *out, const char *bytes, size_t length)
{
    char copy[MOST_SHOWN + 1];
    size_t n = length < MOST_SHOWN ? length : MOST_SHOWN;
    for (size_t i = 0; i < n; i++)
        copy[i] = bytes[i] ? bytes[i] : '\1'; /* shown as what cannot be printed, and not as the end */
    while (n < length && n > 0 && ((unsigned char)bytes[n] & 0xC0) == 0x80)
        n--; /* not within a character */
    copy[n] = '\0';
    utf8_add_printable(out, copy);
    text_add(out, "%s", n < length ? "…" : "");
}

static void add_name(struct text *out, const struct scan *scan)
{
    utf8_add_printable(out, scan->source.name);
}

/* Says what is wrong at a place of the present line, or with the file as far as that line (NULL). Returns false. */
static bool refuse(struct scan *scan, const char *at, const char *format, va_list list)
{
    struct text out = {0};
    add_name(&out, scan);
    text_add(&out, ":%llu:", (unsigned long long)(scan->line ? scan->line : 1));
    if (at)
        text_add(&out, "%zu:", (size_t)(at - scan->start) + 1);
    text_add(&out, " ");
    text_add_list(&out, format, list);
    scan->failed = true;
    error_add(scan->error, FAULT_INPUT, "%s", out.data);
    text_free(&out);
    return false;
}

/* Says what is wrong at a place of the present line: FILE:LINE:COLUMN, columns in bytes from 1. Returns false. */
bool scan_refuse(struct scan *scan, const char *at, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    refuse(scan, at, format, list);
    va_end(list);
    return false;
}

/* Says what is wrong with the file as far as the present line: FILE:LINE. Returns false. */
bool scan_refuse_file(struct scan *scan, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    refuse(scan, NULL, format, list);
    va_end(list);
    return false;
}

/* "expected …, not 'word'": the word at `at`, or the end of the line. */
static bool refuse_word(struct scan *scan, const char *at, const char *expected)
{
    struct text word = {0};
    size_t length = 0;
    while (at + length < scan->end && !is_blank(at[length]))
        length++;
    if (length) {
        text_add(&word, "'");
        add_shown(&word, at, length);
        text_add(&word, "'");
    } else {
        text_add(&word, "the end of the line");
    }
    scan_refuse(scan, at, "expected %s, not %s", expected, word.data);
    text_free(&word);
    return false;
}

/* ---- lines ---- */

/*
 * Opens a file to read; `what` names its kind in messages. One that cannot be opened is wrong usage (FAULT_INPUT). The
 * stream is to be given to fclose.
 */
bool scan_open(const char *path, const char *what, struct scan_source *source, struct error *error)
{
    struct stat status;
    struct text shown = {0};
    bool good = false;
    utf8_add_printable(&shown, path);
    *source = (struct scan_source){path, fopen(path, "rbe")};
    if (!source->stream)
        error_add(error, FAULT_INPUT, "%s: cannot open the %s: %s", shown.data, what, strerror(errno));
    else if (!fstat(fileno(source->stream), &status) && S_ISDIR(status.st_mode))
        error_add(error, FAULT_INPUT, "%s: this is a folder, not a file of %s", shown.data, what);
    else
        good = true;
    if (!good && source->stream) {
        fclose(source->stream);
        source->stream = NULL;
    }
    text_free(&shown);
    return good;
}

/* Begins at the start of the stream, which stays the caller's. */
void scan_begin(struct scan *scan, struct scan_source source, struct error *error)
{
    *scan = (struct scan){.source = source, .error = error, .capacity = FIRST_BUFFER};
    scan->buffer = memory_new(scan->capacity + 1, 1);
    scan->start = scan->at = scan->end = scan->buffer;
}

void scan_free(struct scan *scan)
{
    free(scan->buffer);
    *scan = (struct scan){0};
}

/* Reads more behind what is there, which moves to the front of the buffer. False: nothing more comes. */
static bool fill(struct scan *scan)
{
    size_t left = scan->filled - scan->next;
    memmove(scan->buffer, scan->buffer + scan->next, left);
    scan->next = 0;
    scan->filled = left;
    if (left == scan->capacity) {
        scan->capacity *= 2;
        scan->buffer = memory_grow(scan->buffer, scan->capacity + 1, 1);
    }
    size_t n = fread(scan->buffer + left, 1, scan->capacity - left, scan->source.stream);
    scan->filled += n;
    return n > 0;
}

static enum scan_end end_of_file(struct scan *scan)
{
    if (!ferror(scan->source.stream))
        return SCAN_END;
    struct text name = {0};
    add_name(&name, scan);
    scan->failed = true;
    error_add(scan->error, FAULT_SYSTEM, "%s: cannot be read: %s", name.data, strerror(errno));
    text_free(&name);
    return SCAN_FAULT;
}

/* The next line, whatever stands there. The last one may lack its end. */
static enum scan_end any_line(struct scan *scan)
{
    size_t seen = 0;
    char *newline;
    while (!(newline = memchr(scan->buffer + scan->next + seen, '\n', scan->filled - scan->next - seen))) {
        seen = scan->filled - scan->next;
        if (seen >= MOST_LINE) {
            scan->line++;
            scan_refuse_file(scan, "the line has more than %d bytes", MOST_LINE);
            return SCAN_FAULT;
        }
        if (!fill(scan))
            break;
    }
    if (!newline && scan->next == scan->filled)
        return end_of_file(scan);
    char *end = newline ? newline : scan->buffer + scan->filled;
    scan->start = scan->at = scan->buffer + scan->next;
    scan->end = end;
    *end = '\0';
    scan->next = (size_t)(end - scan->buffer) + (newline != NULL);
    scan->line++;
    return SCAN_LINE;
}

static void skip_blanks(struct scan *scan)
{
    while (is_blank(*scan->at))
        scan->at++;
}

/*
 * Goes to the next line that is not empty and does not begin with #, as lines of PRISM with a name or a comment do.
 * After a fault there is none.
 */
enum scan_end scan_line(struct scan *scan)
{
    enum scan_end end;
    if (scan->failed)
        return SCAN_FAULT;
    do {
        end = any_line(scan);
        if (end == SCAN_LINE)
            skip_blanks(scan);
    } while (end == SCAN_LINE && (*scan->at == '#' || scan->at == scan->end));
    return end;
}

/* ---- what stands in a line ---- */

/* Whether nothing more stands there. */
bool scan_is_end(struct scan *scan)
{
    skip_blanks(scan);
    return scan->at == scan->end;
}

/* Fails unless nothing more stands there; `after` says what that was. */
bool scan_line_end(struct scan *scan, const char *after)
{
    if (scan_is_end(scan))
        return true;
    char expected[128];
    snprintf(expected, sizeof expected, "the end of the line after %s", after);
    return refuse_word(scan, scan->at, expected);
}

/* Passes by that byte, if it is the next after blanks. */
bool scan_byte(struct scan *scan, char byte)
{
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != byte)
        return false;
    scan->at++;
    return true;
}

/* The next word: all up to a blank. */
void scan_word(struct scan *scan, const char **word, size_t *length)
{
    skip_blanks(scan);
    *word = scan->at;
    while (scan->at < scan->end && !is_blank(*scan->at))
        scan->at++;
    *length = (size_t)(scan->at - *word);
}

/* What may stand behind a number: a blank, the end, or the colon and the equals sign of labels. */
static bool ends_number(const struct scan *scan, const char *at)
{
    return at == scan->end || is_blank(*at) || *at == ':' || *at == '=';
}

/* A whole number from `least` to `most`; `what` says what is counted, for messages. */
bool scan_count(struct scan *scan, const char *what, uint64_t least, uint64_t most, uint64_t *count)
{
    uint64_t value = 0;
    bool fits = true;
    skip_blanks(scan);
    const char *at = scan->at;
    for (; is_digit(*at); at++) {
        fits = fits && value <= (UINT64_MAX - 9) / 10;
        value = fits ? value * 10 + (uint64_t)(*at - '0') : value;
    }
    if (at == scan->at || !ends_number(scan, at))
        return refuse_word(scan, scan->at, what);
    if (!fits || value > most || value < least) {
        struct text shown = {0};
        add_shown(&shown, scan->at, (size_t)(at - scan->at));
        scan_refuse(scan, scan->at, "expected %s from %llu to %llu, not %s", what, (unsigned long long)least,
                    (unsigned long long)most, shown.data);
        text_free(&shown);
        return false;
    }
    scan->at = at;
    *count = value;
    return true;
}

/* Digits into a whole number as long as they fit; the others count as powers of ten, and make it inexact. */
static const char *collect(const char *at, uint64_t *digits, int *n_digits, int *power, bool fraction, bool *exact)
{
    for (; is_digit(*at); at++) {
        if (*n_digits == 0 && *at == '0') {
            *power -= fraction && *power > -MOST_EXPONENT;
        } else if (*n_digits < SIXTY_FOUR_BITS) {
            *digits = *digits * 10 + (uint64_t)(*at - '0');
            ++*n_digits;
            *power -= fraction;
        } else {
            *exact = *exact && *at == '0';
            *power += !fraction && *power < MOST_EXPONENT;
        }
    }
    return at;
}

static const char *collect_exponent(const char *at, int *power)
{
    int exponent = 0;
    if (*at != 'e' && *at != 'E')
        return at;
    const char *digit = at + 1 + (at[1] == '-' || at[1] == '+');
    if (!is_digit(*digit))
        return at;
    for (; is_digit(*digit); digit++)
        exponent = exponent < MOST_EXPONENT ? exponent * 10 + (*digit - '0') : exponent;
    *power += at[1] == '-' ? -exponent : exponent;
    return digit;
}

static double by_library(const char *text)
{
    static locale_t c_locale;
    locale_t here = __atomic_load_n(&c_locale, __ATOMIC_ACQUIRE);
    if (!here) {
        locale_t none = (locale_t)0;
        here = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (!__atomic_compare_exchange_n(&c_locale, &none, here, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            freelocale(here);
            here = none;
        }
    }
    return strtod_l(text, NULL, here);
}

/*
 * The double that is nearest to the decimal number at the start of the text: a sign, digits with a point among them, an
 * exponent; no hexadecimal, infinity or NaN. *length is what it takes. False: there is none. Too large a number is
 * infinite, too small a one 0.
 */
bool number_exact(const char *text, size_t *length, double *number)
{
    static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t digits = 0;
    int n_digits = 0, power = 0;
    bool exact = true, negative = *text == '-';
    const char *first = text + (*text == '-' || *text == '+');
    const char *point = collect(first, &digits, &n_digits, &power, false, &exact), *at = point;
    if (*point == '.')
        at = collect(point + 1, &digits, &n_digits, &power, true, &exact);
    if (at == first || (at == first + 1 && *first == '.'))
        return false;
    at = collect_exponent(at, &power);
    *length = (size_t)(at - text);
    if (digits == 0)
        *number = 0;
    else if (exact && digits <= UINT64_C(1) << 53 && power >= -EXACT_POWER && power <= EXACT_POWER)
        *number = power < 0 ? (double)digits / powers[-power] : (double)digits * powers[power];
    else
        *number = fabs(by_library(text));
    *number = negative ? -*number : *number;
    return true;
}

/* A finite number; `what` says what is expected, for messages. */
bool scan_number(struct scan *scan, const char *what, double *number)
{
    size_t length = 0;
    skip_blanks(scan);
    if (!number_exact(scan->at, &length, number) || !ends_number(scan, scan->at + length) || !isfinite(*number))
        return refuse_word(scan, scan->at, what);
    scan->at += length;
    return true;
}
