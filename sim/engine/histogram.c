/*
 * A distribution in fixed memory, from which quantiles and exceedance curves are read.
 *
 * A bin is what a double's exponent and the first 8 bits of its mantissa name: 256 bins an octave, each at most 1/256
 * of its lower end wide. (The idea is that of G. Tene's HdrHistogram and of Masson, Rim, Lee: DDSketch, VLDB 2019,
 * with bins that need no logarithm.) Zero has a counter of its own, since most paths of a good plan lose nothing at
 * all. Quarters of octaves are allocated when a value falls into them. Bins cover [2^-40, 2^48): in seconds, from a
 * picosecond to nine million years. Values out of that range share one bin on either side.
 *
 * Each bin knows the least and the greatest value that it saw. So a bin of one distinct value (a fixed delay, a
 * timeout) is read back exactly, as are the least and the greatest of all; between the two a bin's values are taken
 * as evenly spaced.
 *
 * Error: the shares below a bin are sums of counts and have no error, so the bin in which a quantile is looked for is
 * the one that the quantile is in, however many parts were merged or weighted. Both the quantile and what is read lie
 * between the bin's least and greatest value, so they differ by less than 1/256 = 0.39 % of the quantile, whatever the
 * distribution. Where its density does not jump within the bin, by far less (of 200 000 exponential or lognormal
 * values, by 0.2 % at worst and 0.01 % on average).
 *
 * Counts are integers, and least and greatest know no order: parts can be merged in any order with the same bits.
 *
 * Several histograms are read as one distribution: strata, each with its probability as weight. A part's counts
 * are scaled by weight / count of the part. Parts of weight 0 or without values do not take part, and the rest is
 * scaled to a whole. Every reader goes over the bins of the quarters that were met once, in the order of their values:
 * 22531 bins at most, times n_parts.
 */
#include "engine/histogram.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MANTISSA_BITS = 52,
    EXPONENT_BIAS = 1023,
    FIRST_BIN = (EXPONENT_BIAS + HISTOGRAM_LEAST_EXPONENT) * HISTOGRAM_OCTAVE_BINS,
    PAGED_BINS = HISTOGRAM_PAGES * HISTOGRAM_PAGE_BINS,
    /* Places in the order of values: zeros, below, the paged bins, above. */
    PLACE_ZERO = 0,
    PLACE_BELOW = 1,
    PLACE_PAGED = 2,
    PLACE_ABOVE = PLACE_PAGED + PAGED_BINS,
    PLACES,
};

/* Shares are sums of up to 22531 rounded terms; a quantile asked for exactly at a step must find that step. */
static const double share_slack = 1e-12;

static struct histogram_bin *page_of(struct histogram *histogram, int page)
{
    if (!histogram->pages[page])
        histogram->pages[page] = memory_new(HISTOGRAM_PAGE_BINS, sizeof(struct histogram_bin));
    return histogram->pages[page];
}

static struct histogram_bin *bin_of(struct histogram *histogram, double value)
{
    if (value < ldexp(1, HISTOGRAM_LEAST_EXPONENT))
        return &histogram->below;
    if (value >= ldexp(1, HISTOGRAM_END_EXPONENT))
        return &histogram->above;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int bin = (int)(bits >> (MANTISSA_BITS - HISTOGRAM_BIN_BITS)) - FIRST_BIN;
    return &page_of(histogram, bin / HISTOGRAM_PAGE_BINS)[bin % HISTOGRAM_PAGE_BINS];
}

static void bin_merge(struct histogram_bin *into, const struct histogram_bin *from)
{
    if (!from->count)
        return;
    into->least = into->count ? fmin(into->least, from->least) : from->least;
    into->greatest = into->count ? fmax(into->greatest, from->greatest) : from->greatest;
    into->count += from->count;
}

/* Adds one finite value of 0 or more. */
void histogram_add(struct histogram *histogram, double value)
{
    assert(value >= 0 && isfinite(value));
    if (value > 0)
        bin_merge(bin_of(histogram, value), &(struct histogram_bin){1, value, value});
    else
        histogram->zeros++;
}

/* Adds all values that `from` has seen. The result is the same to the last bit in whatever order parts are merged. */
void histogram_merge(struct histogram *into, const struct histogram *from)
{
    into->zeros += from->zeros;
    bin_merge(&into->below, &from->below);
    bin_merge(&into->above, &from->above);
    for (int page = 0; page < HISTOGRAM_PAGES; page++)
        for (int i = 0; from->pages[page] && i < HISTOGRAM_PAGE_BINS; i++)
            bin_merge(&page_of(into, page)[i], &from->pages[page][i]);
}

/* Gives the memory back; the histogram is empty afterwards and may be used anew. */
void histogram_free(struct histogram *histogram)
{
    for (int page = 0; page < HISTOGRAM_PAGES; page++)
        free(histogram->pages[page]);
    *histogram = (struct histogram){0};
}

/* How many values were added. */
uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = histogram->zeros + histogram->below.count + histogram->above.count;
    for (int page = 0; page < HISTOGRAM_PAGES; page++)
        for (int i = 0; histogram->pages[page] && i < HISTOGRAM_PAGE_BINS; i++)
            count += histogram->pages[page][i].count;
    return count;
}

/* Bytes that it takes now, its struct included; never above HISTOGRAM_BYTES_MOST. */
size_t histogram_bytes(const struct histogram *histogram)
{
    size_t bytes = sizeof *histogram;
    for (int page = 0; page < HISTOGRAM_PAGES; page++)
        if (histogram->pages[page])
            bytes += HISTOGRAM_PAGE_BINS * sizeof(struct histogram_bin);
    return bytes;
}

/* ---- reading ---- */

/* The parts as one distribution. */
struct reader {
    const struct histogram *const *parts;
    int    n_parts;
    double *scale; /* share of all that one value of a part stands for */
    bool   pages[HISTOGRAM_PAGES]; /* some part has it */
};

/* What all parts together have at one place. */
struct mass {
    struct histogram_bin bin;
    double share;
};

/* Returns false, with nothing to free, if no part has a value and a weight. */
static bool reader_open(struct reader *reader, const struct histogram *const *parts, const double *weights, int n_parts)
{
    double whole = 0;
    *reader = (struct reader){parts, n_parts, memory_new((size_t)n_parts, sizeof(double)), {false}};
    for (int i = 0; i < n_parts; i++) {
        uint64_t count = histogram_count(parts[i]);
        assert(weights[i] >= 0);
        if (count && weights[i] > 0) {
            reader->scale[i] = weights[i] / (double)count;
            whole += weights[i];
        }
        for (int page = 0; page < HISTOGRAM_PAGES; page++)
            reader->pages[page] = reader->pages[page] || parts[i]->pages[page];
    }
    for (int i = 0; whole > 0 && i < n_parts; i++)
        reader->scale[i] /= whole;
    if (!(whole > 0))
        free(reader->scale);
    return whole > 0;
}

static struct histogram_bin bin_at(const struct histogram *histogram, int place)
{
    if (place == PLACE_ZERO)
        return (struct histogram_bin){histogram->zeros, 0, 0};
    if (place == PLACE_BELOW)
        return histogram->below;
    if (place == PLACE_ABOVE)
        return histogram->above;
    const struct histogram_bin *page = histogram->pages[(place - PLACE_PAGED) / HISTOGRAM_PAGE_BINS];
    return page ? page[(place - PLACE_PAGED) % HISTOGRAM_PAGE_BINS] : (struct histogram_bin){0};
}

static struct mass mass_at(const struct reader *reader, int place)
{
    struct mass mass = {0};
    for (int i = 0; i < reader->n_parts; i++) {
        if (!(reader->scale[i] > 0))
            continue;
        struct histogram_bin bin = bin_at(reader->parts[i], place);
        mass.share += reader->scale[i] * (double)bin.count;
        bin_merge(&mass.bin, &bin);
    }
    return mass;
}

/* The place after this one (direction 1) or before it (-1), past the pages that no part has. */
static int place_next(const struct reader *reader, int place, int direction)
{
    place += direction;
    while (place >= PLACE_PAGED && place < PLACE_ABOVE && !reader->pages[(place - PLACE_PAGED) / HISTOGRAM_PAGE_BINS])
        place += direction * HISTOGRAM_PAGE_BINS;
    return place;
}

/* The value that a share of the mass, in (0, 1], reaches: its count of values evenly spaced from least to greatest. */
static double mass_quantile(const struct mass *mass, double share)
{
    const struct histogram_bin *bin = &mass->bin;
    if (bin->count < 2)
        return bin->greatest;
    double rank = ceil(share * (double)bin->count - 1e-6), last = (double)bin->count - 1;
    double along = fmin(fmax((rank - 1) / last, 0), 1);
    return along < 1 ? fmin(bin->least + along * (bin->greatest - bin->least), bin->greatest) : bin->greatest;
}

/* The share of the mass's values that are above value; the counterpart of mass_quantile. */
static double mass_exceeded(const struct mass *mass, double value)
{
    const struct histogram_bin *bin = &mass->bin;
    if (value < bin->least)
        return 1;
    if (value >= bin->greatest)
        return 0;
    double last = (double)bin->count - 1, along = (value - bin->least) / (bin->greatest - bin->least);
    return fmin(fmax(last - floor(along * last), 1), last) / (double)bin->count;
}

/*
 * The least value whose cumulative share is q or more, 0 <= q <= 1; q = 0 gives the least value of all and q = 1 the
 * greatest. NAN if no part has a value and a weight.
 */
double histogram_quantile(const struct histogram *const *parts, const double *weights, int n_parts, double q)
{
    assert(q >= 0 && q <= 1);
    struct reader reader;
    if (!reader_open(&reader, parts, weights, n_parts))
        return NAN;
    double reached = 0, result = NAN, target = q < 1 ? q - share_slack : 2;
    for (int place = 0; place < PLACES; place = place_next(&reader, place, 1)) {
        struct mass mass = mass_at(&reader, place);
        if (!mass.bin.count)
            continue;
        result = mass.bin.greatest; /* of the last bin: what q = 1 asks for */
        if (reached + mass.share >= target) {
            result = mass_quantile(&mass, (target - reached) / mass.share);
            break;
        }
        reached += mass.share;
    }
    free(reader.scale);
    return result;
}

/* The greatest value seen in any part that has a weight; NAN if there is none. */
double histogram_max(const struct histogram *const *parts, const double *weights, int n_parts)
{
    return histogram_quantile(parts, weights, n_parts, 1);
}

/* The share of all that is strictly above value; NAN if no part has a value and a weight. */
double histogram_exceeded(const struct histogram *const *parts, const double *weights, int n_parts, double value)
{
    struct reader reader;
    if (!reader_open(&reader, parts, weights, n_parts))
        return NAN;
    double above = 0;
    for (int place = PLACES - 1; place >= 0; place = place_next(&reader, place, -1)) {
        struct mass mass = mass_at(&reader, place);
        if (!mass.bin.count)
            continue;
        double share = mass_exceeded(&mass, value);
        above += share * mass.share;
        if (share < 1)
            break;
    }
    free(reader.scale);
    return fmin(above, 1);
}

/*
 * All bins that are not empty, each by its greatest value and the share strictly above it: both are exact. The share is
 * summed from the tail, so that small ones are not differences of large ones. Returns their number, at most PLACES.
 */
static int full_curve(const struct reader *reader, double *value, double *exceeded)
{
    int n = 0;
    double above = 0;
    for (int place = PLACES - 1; place >= 0; place = place_next(reader, place, -1)) {
        struct mass mass = mass_at(reader, place);
        if (!mass.bin.count)
            continue;
        n++;
        value[PLACES - n] = mass.bin.greatest;
        exceeded[PLACES - n] = fmin(above, 1);
        above += mass.share;
    }
    memmove(value, value + PLACES - n, (size_t)n * sizeof *value);
    memmove(exceeded, exceeded + PLACES - n, (size_t)n * sizeof *exceeded);
    return n;
}

struct point {
    double value, exceeded;
};

/* How far apart two neighbours look, on plots with and without logarithmic axes. */
static double apart(struct point from, struct point to, double least_share)
{
    double fall = from.exceeded - to.exceeded;
    double log_fall = log(from.exceeded / fmax(to.exceeded, least_share)) / -log(least_share);
    double log_rise = from.value > 0 ? log2(to.value / from.value) / HISTOGRAM_OCTAVES : 0;
    return fall + fmax(log_fall, 0) + log_rise;
}

/* Keeps n_keep points of n, the first and the last among them, about equally far apart; returns how many. */
static int thin(double *value, double *exceeded, int n, int n_keep)
{
    double least_share = fmin(exceeded[n - 1] > 0 ? exceeded[n - 1] : exceeded[n - 2], 0.5), length = 0, along = 0;
    for (int i = 1; i < n; i++)
        length += apart((struct point){value[i - 1], exceeded[i - 1]}, (struct point){value[i], exceeded[i]},
                        least_share);
    int kept = 1;
    struct point before = {value[0], exceeded[0]};
    for (int i = 1; i < n; i++) {
        struct point now = {value[i], exceeded[i]};
        along += apart(before, now, least_share);
        before = now;
        if (i < n - 1 && (along < length * kept / (n_keep - 1) || kept == n_keep - 1))
            continue;
        value[kept] = now.value;
        exceeded[kept++] = now.exceeded;
    }
    return kept;
}

/*
 * A thinned exceedance curve: rising values, and for each the share of all that is strictly above it. Each point is
 * exact; the first is value 0 if zeros were seen, the last is the greatest value, with 0. Where bins are more than
 * max_points (4 or more; value and exceeded have room for so many), the points of the last max_points/8 bins stay as
 * they are, and of the others those are kept that lie about equally far apart in share, in the share's logarithm and in
 * the value's. Returns the number of points; 0 if no part has a value and a weight.
 */
int histogram_curve(const struct histogram *const *parts, const double *weights, int n_parts, int max_points,
                    double *value, double *exceeded)
{
    assert(max_points >= 4);
    struct reader reader;
    if (!reader_open(&reader, parts, weights, n_parts))
        return 0;
    double *values = memory_new(PLACES, sizeof *values), *shares = memory_new(PLACES, sizeof *shares);
    int n = full_curve(&reader, values, shares), tail = 0;
    if (n > max_points) {
        tail = max_points / 8;
        int body = thin(values, shares, n - tail, max_points - tail);
        memmove(values + body, values + n - tail, (size_t)tail * sizeof *values);
        memmove(shares + body, shares + n - tail, (size_t)tail * sizeof *shares);
        n = body + tail;
    }
    memcpy(value, values, (size_t)n * sizeof *value);
    memcpy(exceeded, shares, (size_t)n * sizeof *exceeded);
    free(values);
    free(shares);
    free(reader.scale);
    return n;
}
