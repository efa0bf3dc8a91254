/* engine/histogram: a distribution in fixed memory that merges in any order. Includes base/memory only. */
#ifndef NINES_ENGINE_HISTOGRAM_H
#define NINES_ENGINE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_BIN_BITS = 8,                     /* of the mantissa */
    HISTOGRAM_OCTAVE_BINS = 1 << HISTOGRAM_BIN_BITS,
    HISTOGRAM_PAGE_BINS = 64,                   /* what is allocated at a time: a quarter of an octave */
    HISTOGRAM_LEAST_EXPONENT = -40,             /* bins cover [2^-40, 2^48) */
    HISTOGRAM_END_EXPONENT = 48,
    HISTOGRAM_OCTAVES = HISTOGRAM_END_EXPONENT - HISTOGRAM_LEAST_EXPONENT,
    HISTOGRAM_PAGES = HISTOGRAM_OCTAVES * (HISTOGRAM_OCTAVE_BINS / HISTOGRAM_PAGE_BINS),
};

/* least and greatest mean something where count is not 0. */
struct histogram_bin {
    uint64_t count;
    double   least, greatest;
};

/* Start with {0}; end with histogram_free. */
struct histogram {
    uint64_t             zeros;
    struct histogram_bin below, above;           /* values above 0 out of the bins' range */
    struct histogram_bin *pages[HISTOGRAM_PAGES]; /* HISTOGRAM_PAGE_BINS bins each, or NULL */
};

/* No histogram takes more memory than this: 543 544 bytes. */
#define HISTOGRAM_BYTES_MOST \
    (sizeof(struct histogram) + (size_t)HISTOGRAM_PAGES * HISTOGRAM_PAGE_BINS * sizeof(struct histogram_bin))

void     histogram_add(struct histogram *histogram, double value);
void     histogram_merge(struct histogram *into, const struct histogram *from);
void     histogram_free(struct histogram *histogram);
uint64_t histogram_count(const struct histogram *histogram);
size_t   histogram_bytes(const struct histogram *histogram);

double histogram_quantile(const struct histogram *const *parts, const double *weights, int n_parts, double q);
double histogram_max(const struct histogram *const *parts, const double *weights, int n_parts);
double histogram_exceeded(const struct histogram *const *parts, const double *weights, int n_parts, double value);
int    histogram_curve(const struct histogram *const *parts, const double *weights, int n_parts, int max_points,
                       double *value, double *exceeded);

#endif
