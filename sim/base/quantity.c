/*
 * Measured quantities as a person reads them: 26.0 s ± 0.5, 3 h 12 m, 0.31 %, < 0.003 %.
 *
 * A figure is known as well as its interval is narrow, and more digits than that are noise. So the half width of the
 * interval is rounded to one significant digit, or two where the first is a 1 (the custom of the Particle Data Group,
 * in short), and the value is given to the same place. An interval that leans to one side, as those of rare events do,
 * is given by its ends. Where nothing was seen the upper end says all that is known: "< 0.003 %", rounded up.
 * A value without an interval is given to three significant digits, without zeros at the end.
 *
 * References: Particle Data Group, Review of Particle Physics, section 5.3 "Rounding" (2020).
 */
#include "base/quantity.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, MOST_DECIMALS = 7, PLAIN_DIGITS = 3 };

#define CLOCK_END 1e12 /* seconds; beyond it days are no help */

/* How a quantity is written: times factor, with that many decimals, then the unit. */
struct scale {
    double factor;
    const char *name;   /* with its space before, "" where there is none */
    bool   clock;       /* 3 h 12 m: in hours and minutes, `step` seconds fine */
    double step;
    bool   whole;       /* parts of 0 at the end are written, since they are known */
    int    decimals;    /* -1: scientific, since decimals would hide it in zeros */
};

static int magnitude(double positive)
{
    return (int)floor(log10(positive) + 1e-9);
}

/* Decimals that show the first digit of the half width, two if it is a 1. */
static int decimals_for(double half)
{
    int power = magnitude(half);
    int decimals = -power + (half / pow(10, power) < 1.95);
    return decimals > MOST_DECIMALS ? -1 : decimals > 0 ? decimals : 0;
}

/* Decimals that show three significant digits. */
static int decimals_plain(double value)
{
    int decimals = value == 0 ? 0 : PLAIN_DIGITS - 1 - magnitude(fabs(value));
    return decimals > MOST_DECIMALS ? -1 : decimals > 0 ? decimals : 0;
}

static bool has_interval(struct quantity q)
{
    double least = 1e-9 * fmax(fabs(q.low), fabs(q.high));
    return isfinite(q.low) && isfinite(q.high) && q.high - q.low > least;
}

static double half_width(struct quantity q)
{
    return has_interval(q) ? (q.high - q.low) / 2 : 0;
}

/* Whether one side is much longer than the other, so that ± would mislead. */
static bool leans(struct quantity q)
{
    double below = q.value - q.low, above = q.high - q.value;
    return fmax(below, above) > 1.25 * fmin(below, above);
}

/* A value of 0 of which only the upper end is known, or a share of 1 of which only the lower end is. */
static int bound_only(struct quantity q)
{
    if (!has_interval(q))
        return 0;
    if (q.value == 0 && q.low >= 0)
        return -1;
    return q.unit == QUANTITY_SHARE && q.value == 1 && q.high <= 1;
}

static struct scale seconds_scale(double size, double half)
{
    if (size < 0.1 && size > 0)
        return (struct scale){1e3, " ms", false, 0, false, 0};
    if (size < MINUTE)
        return (struct scale){1, " s", false, 0, false, 0};
    if (size < HOUR)
        return (struct scale){1.0 / MINUTE, " min", false, 0, false, 0};
    double step = half >= HOUR / 2 ? HOUR : half >= MINUTE / 2.0 ? MINUTE : 1;
    if (half == 0)
        step = size < DAY ? MINUTE : HOUR;
    return (struct scale){1, "", true, step, half > 0, 0};
}

/* Whether the value would be rounded to 0, or to the end of its interval that is nearer, though it differs. */
static bool hides_an_end(struct quantity q, struct scale scale)
{
    double unit = scale.factor * pow(10, scale.decimals);
    double near = q.value - q.low < q.high - q.value ? q.low : q.high;
    double shown = round(q.value * unit);
    return (q.value != 0 && shown == 0) || (q.value != near && shown == round(near * unit));
}

static struct scale scale_of(struct quantity q)
{
    double half = half_width(q);
    double size = bound_only(q) < 0 ? q.high : fmax(fabs(q.value), half);
    struct scale scale;
    if (q.unit == QUANTITY_SECONDS)
        scale = seconds_scale(size, half);
    else if (q.unit == QUANTITY_SHARE)
        scale = (struct scale){100, " %", false, 0, false, 0};
    else if (q.unit == QUANTITY_ONLY_SECONDS)
        scale = (struct scale){1, " s", false, 0, false, 0};
    else
        scale = (struct scale){1, q.unit == QUANTITY_NUMBER ? "" : " instance-hours", false, 0, false, 0};
    if (half == 0) {
        scale.decimals = decimals_plain(q.value * scale.factor);
        return scale;
    }
    scale.decimals = decimals_for(half * scale.factor);
    if (leans(q) && scale.decimals >= 0 && hides_an_end(q, scale))
        scale.decimals++;
    return scale;
}

/* Days to seconds, down to the part that is `step`; parts of 0 before are left out, and those after unless `whole`. */
static void print_clock(double seconds, double step, bool whole, char *out, size_t size)
{
    static const struct { double seconds; char name; } parts[] = {{DAY, 'd'}, {HOUR, 'h'}, {MINUTE, 'm'}, {1, 's'}};
    double left = round(fabs(seconds) / step) * step;
    if (left >= CLOCK_END) {
        snprintf(out, size, "%.1e s", seconds);
        return;
    }
    size_t used = (size_t)snprintf(out, size, "%s", seconds < 0 && left > 0 ? "-" : "");
    bool any = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && (left > 0 || whole || !any); i++) {
        double count = floor(left / parts[i].seconds + 1e-9);
        bool last = parts[i].seconds <= step;
        if (count > 0 || any || last) {
            used += (size_t)snprintf(out + used, size - used, "%s%.0f %c", any ? " " : "", count, parts[i].name);
            any = true;
        }
        left -= count * parts[i].seconds;
        if (last)
            break;
    }
}

static void print_number(double value, int decimals, char *out, size_t size)
{
    if (decimals < 0 || fabs(value) >= 1e15) {
        snprintf(out, size, "%.1e", value);
        return;
    }
    snprintf(out, size, "%.*f", decimals, value);
    if (out[0] == '-' && strspn(out, "-0.") == strlen(out))
        memmove(out, out + 1, strlen(out));
}

static void trim_zeros(char *number)
{
    size_t length = strlen(number);
    if (!strchr(number, '.') || strchr(number, 'e'))
        return;
    while (number[length - 1] == '0')
        number[--length] = '\0';
    if (number[length - 1] == '.')
        number[length - 1] = '\0';
}

static void print_scaled(double value, struct scale scale, char *out, size_t size)
{
    if (scale.clock)
        print_clock(value, scale.step, scale.whole, out, size);
    else
        print_number(value * scale.factor, scale.decimals, out, size);
}

/* "< 0.003 %": the end to one significant digit, away from the value, so that it still holds. */
static void print_bound(struct quantity q, struct scale scale, char *out)
{
    char number[QUANTITY_BYTES / 2];
    bool above = bound_only(q) > 0;
    double distance = (above ? 1 - q.low : q.high) * scale.factor;
    double unit = pow(10, magnitude(distance));
    distance = ceil(distance / unit - 1e-9) * unit;
    if (scale.clock)
        print_clock(ceil(q.high / MINUTE) * MINUTE, MINUTE, false, number, sizeof number);
    else {
        int decimals = -magnitude(distance);
        decimals = decimals > MOST_DECIMALS ? -1 : decimals > 0 ? decimals : 0;
        print_number(above ? scale.factor - distance : distance, decimals, number, sizeof number);
    }
    snprintf(out, QUANTITY_BYTES, "%s %s%s", above ? ">" : "<", number, scale.name);
}

/* The value with its unit, to the digits that its interval leaves: "26.0 s". "-" for NAN. */
const char *quantity_value(struct quantity q, char out[QUANTITY_BYTES])
{
    char number[QUANTITY_BYTES / 2];
    if (!isfinite(q.value)) {
        snprintf(out, QUANTITY_BYTES, "%s", isnan(q.value) ? "-" : q.value > 0 ? "inf" : "-inf");
        return out;
    }
    struct scale scale = scale_of(q);
    if (bound_only(q)) {
        print_bound(q, scale, out);
        return out;
    }
    print_scaled(q.value, scale, number, sizeof number);
    if (!has_interval(q))
        trim_zeros(number);
    snprintf(out, QUANTITY_BYTES, "%s%s", number, scale.name);
    return out;
}

/* The interval in the same unit: "± 0.5", or "0.00 to 0.07" where it leans; "" where there is none. */
const char *quantity_interval(struct quantity q, char out[QUANTITY_BYTES])
{
    out[0] = '\0';
    if (!isfinite(q.value) || !has_interval(q) || bound_only(q))
        return out;
    struct scale scale = scale_of(q);
    char low[QUANTITY_BYTES / 3], high[QUANTITY_BYTES / 3];
    print_scaled(leans(q) ? q.low : half_width(q), scale, low, sizeof low);
    print_scaled(q.high, scale, high, sizeof high);
    if (leans(q))
        snprintf(out, QUANTITY_BYTES, "%s to %s", low, high);
    else
        snprintf(out, QUANTITY_BYTES, "± %s", low);
    return out;
}

/* Both: "26.0 s ± 0.5", "0.02 % (0.00 to 0.07)". */
const char *quantity_print(struct quantity q, char out[QUANTITY_BYTES])
{
    char value[QUANTITY_BYTES], interval[QUANTITY_BYTES];
    quantity_value(q, value);
    quantity_interval(q, interval);
    bool ends = *interval && strncmp(interval, "±", strlen("±")) != 0;
    /* Both fit by the bounds of their parts, which the compiler cannot see. */
    size_t used = 0;
    used += (size_t)snprintf(out, QUANTITY_BYTES, "%.60s", value);
    if (*interval)
        snprintf(out + used, QUANTITY_BYTES - used, ends ? " (%.60s)" : " %.60s", interval);
    return out;
}

/* A value without an interval, to three significant digits: "1.4 min". */
const char *quantity_plain(enum quantity_unit unit, double value, char out[QUANTITY_BYTES])
{
    return quantity_value((struct quantity){unit, value, NAN, NAN}, out);
}

/* As few digits as give the number back exactly, for files that machines read. Finite numbers only. */
const char *quantity_exact(double value, char out[QUANTITY_BYTES])
{
    assert(isfinite(value));
    if (value == floor(value) && fabs(value) < 1e15) {
        snprintf(out, QUANTITY_BYTES, "%.0f", value == 0 ? 0 : value);
        return out;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, QUANTITY_BYTES, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    return out;
}
