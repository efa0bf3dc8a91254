/* Durations, shares and numbers, read strictly: no sign, no hexadecimal, no "nan" or "inf", nothing left over. */
#include "base/units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum {
    NUMBER_BYTES = 64,  /* no figure that makes sense is longer */
    DECIMALS_MOST = 30, /* enough for each double from a nanosecond up */
};

/* The greatest first, as they stand in a duration. */
static const struct unit {
    const char *name;
    double seconds;
} units[] = {{"y", 365 * 86400.0}, {"w", 7 * 86400.0}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 0.001}};

enum { UNITS = sizeof units / sizeof *units, UNIT_MS = UNITS - 1 };

static const char DURATION[] = "expected a number and a unit, such as 30s, 5m or 1h30m";
static const char NO_UNIT[] = "a duration needs a unit, such as 30s";
static const char BAD_UNIT[] = "the units of a duration are y, w, d, h, m, s and ms, the greatest first, each once";
static const char NEGATIVE[] = "a duration cannot be negative";
static const char TOO_LONG[] = "the number has too many digits";
static const char SHARE[] = "expected a share, such as 25% or 0.25";

static bool fail(const char **expected, const char *why)
{
    if (expected)
        *expected = why;
    return false;
}

/* The length of the decimal number at the start of text, such as "12", "1.5" or ".5"; 0 if there is none. */
static size_t decimal_length(const char *text)
{
    size_t whole = strspn(text, DIGITS);
    if (text[whole] != '.')
        return whole;
    size_t part = strspn(text + whole + 1, DIGITS);
    return part ? whole + 1 + part : whole;
}

/* The value of the first length bytes of text, with suffix set after them. strtod alone would go on into "0x1p3". */
static bool decimal_value(const char *text, size_t length, const char *suffix, double *value)
{
    char copy[NUMBER_BYTES + 8];
    if (length == 0 || length >= NUMBER_BYTES)
        return false;
    snprintf(copy, sizeof copy, "%.*s%s", (int)length, text, suffix);
    *value = strtod(copy, NULL);
    return isfinite(*value);
}

static int unit_find(const char *text, size_t length)
{
    for (int i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == length && !memcmp(units[i].name, text, length))
            return i;
    return -1;
}

/*
 * Reads "500ms", "30s", "1.5h", "1h30m", "2w", "1y" (365 days) or a bare "0" into seconds, 0 or more. When it fails,
 * seconds is as it was and *expected, which may be NULL, is a sentence for people.
 */
bool duration_parse(const char *text, double *seconds, const char **expected)
{
    double total = 0, value;
    int last = -1;
    if (!strcmp(text, "0")) {
        *seconds = 0;
        return true;
    }
    if (text[0] == '-')
        return fail(expected, NEGATIVE);
    if (!*text)
        return fail(expected, DURATION);
    while (*text) {
        size_t digits = decimal_length(text);
        if (!decimal_value(text, digits, "", &value))
            return fail(expected, digits ? TOO_LONG : DURATION);
        text += digits;
        size_t letters = strspn(text, LETTERS);
        if (letters == 0)
            return fail(expected, *text ? DURATION : NO_UNIT);
        int unit = unit_find(text, letters);
        if (unit <= last)
            return fail(expected, BAD_UNIT);
        /* Not × 0.001, which is not a thousandth: 300ms shall be the double nearest to 0.3. */
        total += unit == UNIT_MS ? value / 1000 : value * units[unit].seconds;
        last = unit;
        text += letters;
    }
    *seconds = total;
    return true;
}

/* Reads "25%" or "0.25", 0 or more; above 1 too, the caller knows the bounds. Otherwise as duration_parse. */
bool share_parse(const char *text, double *share, const char **expected)
{
    size_t digits = decimal_length(text);
    if (digits && !strcmp(text + digits, "%")) {
        /* "e-2" rounds once, a division by 100 after strtod twice. */
        return decimal_value(text, digits, "e-2", share) || fail(expected, SHARE);
    }
    return number_parse(text, share) || fail(expected, SHARE);
}

/* Reads "12", "4.5" or "1e7": 0 or more and finite. When it fails, number is as it was. */
bool number_parse(const char *text, double *number)
{
    double value;
    size_t length = decimal_length(text);
    if (length && (text[length] == 'e' || text[length] == 'E')) {
        size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
        size_t digits = strspn(text + length + 1 + sign, DIGITS);
        length = digits ? length + 1 + sign + digits : 0;
    }
    if (!length || text[length] || !decimal_value(text, length, "", &value))
        return false;
    *number = value;
    return true;
}

/*
 * Reads a whole number of up to 64 bits: digits are taken exactly, 1e7 as the number that it is. When it fails, whole
 * is as it was.
 */
bool whole_parse(const char *text, uint64_t *whole)
{
    double number;
    size_t digits = strspn(text, DIGITS);
    if (text[0] == '0' && digits > 1) /* octal in one YAML, decimal in the next */
        return false;
    if (digits && !text[digits]) {
        errno = 0;
        uint64_t exact = strtoull(text, NULL, 10);
        if (errno)
            return false;
        *whole = exact;
        return true;
    }
    if (!number_parse(text, &number) || number != floor(number) || number >= 18446744073709551616.0)
        return false;
    *whole = (uint64_t)number;
    return true;
}

/*
 * Adds value with the fewest decimals such that whole + value / divisor is exactly seconds, and its unit. False, and
 * nothing added, if there are none: x × 1000 / 1000 is not always x.
 */
static bool add_decimals(char *out, size_t size, double value, double divisor, double whole, double seconds,
                         const char *unit)
{
    char digits[NUMBER_BYTES];
    size_t used = strlen(out);
    for (int decimals = 0; decimals <= DECIMALS_MOST; decimals++) {
        snprintf(digits, sizeof digits, "%.*f", decimals, value);
        if (whole + strtod(digits, NULL) / divisor != seconds)
            continue;
        snprintf(out + used, size - used, "%s%s", digits, unit);
        return true;
    }
    return false;
}

static void add_seconds(char *out, size_t size, double seconds)
{
    double whole = 0;
    if (fmod(seconds, units[0].seconds) == 0) {
        snprintf(out, size, "%.0f%s", seconds / units[0].seconds, units[0].name);
        return;
    }
    for (int i = unit_find("d", 1); units[i].seconds > 1; i++) {
        double count = floor((seconds - whole) / units[i].seconds);
        size_t used = strlen(out);
        if (count > 0)
            snprintf(out + used, size - used, "%.0f%s", count, units[i].name);
        whole += count * units[i].seconds;
    }
    if (seconds > whole)
        add_decimals(out, size, seconds - whole, 1, whole, seconds, "s");
}

/*
 * Writes seconds as people would: "1h30m", "500ms", "2.5s", "1y", "0". Below 1e15 and from a nanosecond up,
 * duration_parse reads exactly the same number from it. size of 48 is enough for these; out always ends with a zero.
 */
void duration_print(double seconds, char *out, size_t size)
{
    if (size == 0)
        return;
    out[0] = '\0';
    if (seconds < 0 && size > 1) {
        snprintf(out, size, "-");
        duration_print(-seconds, out + 1, size - 1);
    } else if (!(seconds < 1e15)) {
        snprintf(out, size, isfinite(seconds) ? "%.17gs" : "%f", seconds);
    } else if (seconds == 0) {
        snprintf(out, size, "0");
    } else if (seconds < 1) {
        if (!add_decimals(out, size, seconds * 1000, 1000, 0, seconds, units[UNIT_MS].name) &&
            !add_decimals(out, size, seconds, 1, 0, seconds, "s"))
            snprintf(out, size, "%.17gs", seconds);
    } else {
        add_seconds(out, size, seconds);
    }
}
