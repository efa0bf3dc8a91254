/*
 * Histograms, moments, intervals and the allocation of paths.
 *
 * Random tests have fixed seeds. A coverage is the share of 2000 repetitions in which the interval held the truth; its
 * distance to the coverage expected, in standard errors, must be |z| < 4 unless the interval is meant to cover more.
 */
#include "test.h"

#include "engine/allocate.h"
#include "engine/histogram.h"
#include "engine/interval.h"
#include "engine/moments.h"
#include "engine/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z_LIMIT 4.0

enum { REPETITIONS = 2000 };

static gsl_rng *generator(unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(random_gsl_type());
    gsl_rng_set(rng, seed);
    return rng;
}

/* ---- histogram ---- */

enum { SAMPLE = 200000 };

enum sample_kind { EXPONENTIAL, LOGNORMAL, TWO_POINT, ALL_ZERO, MIXED, HUGE_AND_TINY, SAMPLE_KINDS };

static double draw(enum sample_kind kind, gsl_rng *rng)
{
    double u = gsl_rng_uniform(rng);
    switch (kind) {
    case EXPONENTIAL:
        return gsl_ran_exponential(rng, 300);
    case LOGNORMAL:
        return gsl_ran_lognormal(rng, 2, 2.5);
    case TWO_POINT:
        return u < 0.97 ? 12.5 : 3600;
    case MIXED:
        return u < 0.9 ? 0 : u < 0.92 ? 600 : gsl_ran_exponential(rng, 60);
    case HUGE_AND_TINY:
        return u < 0.5 ? 0x1p-50 * (1 + u) : 0x1p50 * u;
    default:
        return 0;
    }
}

/* A sorted sample, to be given to free(), and its histogram. */
static double *sample_new(enum sample_kind kind, unsigned long seed, struct histogram *histogram)
{
    double *sample = malloc(SAMPLE * sizeof *sample);
    gsl_rng *rng = generator(seed);
    *histogram = (struct histogram){0};
    for (int i = 0; i < SAMPLE; i++) {
        sample[i] = draw(kind, rng);
        histogram_add(histogram, sample[i]);
    }
    gsl_rng_free(rng);
    gsl_sort(sample, 1, SAMPLE);
    return sample;
}

static double relative_error(double value, double truth)
{
    return truth == 0 ? fabs(value) : fabs(value / truth - 1);
}

static const double quantiles[] = {0,   0.001, 0.01, 0.05, 0.1,   0.25,  0.5,    0.75,
                                   0.9, 0.91,  0.95, 0.97, 0.975, 0.99, 0.999, 0.9999, 1};
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

/* The least value of a sorted sample whose cumulative share is q or more. */
static double sorted_quantile(const double *sample, int n, double q)
{
    int rank = (int)ceil(q * n - 1e-6);
    return sample[rank < 1 ? 0 : rank - 1];
}

/* The greatest relative error over all quantiles. */
static double quantile_error(enum sample_kind kind, unsigned long seed)
{
    struct histogram histogram;
    double *sample = sample_new(kind, seed, &histogram), worst = 0;
    const struct histogram *const part = &histogram;
    for (int i = 0; i < QUANTILES; i++) {
        double truth = sorted_quantile(sample, SAMPLE, quantiles[i]);
        worst = fmax(worst, relative_error(histogram_quantile(&part, &(double){1}, 1, quantiles[i]), truth));
    }
    CU_ASSERT_EQUAL(histogram_count(&histogram), SAMPLE);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &(double){1}, 1, 0), sample[0]);
    CU_ASSERT_EQUAL(histogram_max(&part, &(double){1}, 1), sample[SAMPLE - 1]);
    CU_ASSERT_TRUE(histogram_bytes(&histogram) <= HISTOGRAM_BYTES_MOST);
    free(sample);
    histogram_free(&histogram);
    return worst;
}

static void histogram_finds_quantiles(void)
{
    for (unsigned long seed = 1; seed <= 3; seed++) {
        CU_ASSERT_TRUE(quantile_error(EXPONENTIAL, seed) < 0.005);
        CU_ASSERT_TRUE(quantile_error(LOGNORMAL, seed) < 0.005);
        CU_ASSERT_TRUE(quantile_error(MIXED, seed) < 0.005);
        CU_ASSERT_EQUAL(quantile_error(TWO_POINT, seed), 0);
        CU_ASSERT_EQUAL(quantile_error(ALL_ZERO, seed), 0);
    }
}

/* A value and the share of all that it stands for. */
struct heap {
    double value, share;
};

/* The least of the values, which rise, whose cumulative share is q or more. */
static double heaps_quantile(const struct heap *heaps, int n, double q)
{
    double reached = 0;
    for (int i = 0; i < n - 1; i++) {
        reached += heaps[i].share;
        if (reached >= q - 1e-12)
            return heaps[i].value;
    }
    return heaps[n - 1].value;
}

/*
 * The greatest relative error of any percentile of `low` of 100 values at the lower end of a bin, the rest at its upper
 * end, as 1 histogram, as 2 merged ones, or as 2 strata of weights 0.3 and 0.7.
 */
static double two_heaps_error(double lower, double upper, int low, int way)
{
    struct histogram part[2] = {{0}};
    const struct histogram *const parts[] = {&part[0], &part[1]};
    const double weights[] = {.3, .7};
    for (int i = 0; i < 100; i++)
        histogram_add(&part[way > 0 && i >= low], i < low ? lower : upper);
    if (way == 1)
        histogram_merge(&part[0], &part[1]);
    double share = way == 2 ? .3 : low / 100., worst = 0;
    const struct heap heaps[] = {{lower, share}, {upper, 1 - share}};
    for (int percent = 0; percent <= 100; percent++) {
        double q = percent / 100., value = histogram_quantile(parts, weights, way == 2 ? 2 : 1, q);
        worst = fmax(worst, relative_error(value, heaps_quantile(heaps, 2, q)));
    }
    histogram_free(&part[0]);
    histogram_free(&part[1]);
    return worst;
}

/* What is worst for it: all values at the two ends of a bin, so that none is where it is taken to be. */
static void histogram_errs_by_half_a_percent_at_most(void)
{
    static const int lows[] = {1, 50, 99};
    double worst = 0;
    for (int exponent = HISTOGRAM_LEAST_EXPONENT; exponent < HISTOGRAM_END_EXPONENT; exponent++)
        for (int bin = 0; bin < 256; bin += 51) /* 0 and 255 among them */
            for (int low = 0; low < 3; low++)
                for (int way = 0; way < 3; way++) {
                    double lower = ldexp(1 + bin / 256., exponent);
                    double upper = nextafter(ldexp(1 + (bin + 1) / 256., exponent), 0);
                    worst = fmax(worst, two_heaps_error(lower, upper, lows[low], way));
                }
    CU_ASSERT_TRUE(worst <= 0.005);
    CU_ASSERT_TRUE(worst > 0.0038); /* it is as bad as can be: 1/256 but for one step of 99 */
}

/* The places where rounding decides: a quantile asked for exactly at a step is the value at its foot. */
static void histogram_is_exact_at_steps(void)
{
    struct histogram histogram = {0};
    const struct histogram *const part = &histogram;
    for (int i = 0; i < 100; i++)
        histogram_add(&histogram, i < 95 ? 0 : i < 99 ? 30 : 7200.25);
    const double one = 1;
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.95), 0);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.9501), 30);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.99), 30);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.9901), 7200.25);
    CU_ASSERT_DOUBLE_EQUAL(histogram_exceeded(&part, &one, 1, 0), 0.05, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(histogram_exceeded(&part, &one, 1, 29.9999), 0.05, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(histogram_exceeded(&part, &one, 1, 30), 0.01, 1e-15);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 7200.25), 0);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 1e300), 0);
    histogram_free(&histogram);
}

/* Two values in one bin are told apart, though between them it can only be guessed. */
static void histogram_keeps_the_ends_of_a_bin(void)
{
    struct histogram histogram = {0};
    const struct histogram *const part = &histogram;
    const double one = 1;
    histogram_add(&histogram, 1000.25);
    histogram_add(&histogram, 1001.75);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.5), 1000.25);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0.51), 1001.75);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 1000), 1);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 1000.25), 0.5);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 1001.75), 0);
    histogram_free(&histogram);
}

/* Values that have no bin of their own. */
static void histogram_takes_any_magnitude(void)
{
    struct histogram histogram;
    double *sample = sample_new(HUGE_AND_TINY, 1, &histogram);
    const struct histogram *const part = &histogram;
    const double one = 1;
    CU_ASSERT_EQUAL(histogram_bytes(&histogram), sizeof histogram);
    CU_ASSERT_EQUAL(histogram_count(&histogram), SAMPLE);
    CU_ASSERT_EQUAL(histogram_quantile(&part, &one, 1, 0), sample[0]);
    CU_ASSERT_EQUAL(histogram_max(&part, &one, 1), sample[SAMPLE - 1]);
    CU_ASSERT_EQUAL(histogram_exceeded(&part, &one, 1, 1), (double)histogram.above.count / SAMPLE);
    histogram_add(&histogram, 0x1p-40);
    histogram_add(&histogram, nextafter(0x1p48, 0));
    CU_ASSERT_EQUAL(histogram.pages[0][0].count, 1);
    CU_ASSERT_EQUAL(histogram.pages[HISTOGRAM_PAGES - 1][HISTOGRAM_PAGE_BINS - 1].count, 1);
    free(sample);
    histogram_free(&histogram);
    CU_ASSERT_EQUAL(histogram_count(&histogram), 0);
}

static void histogram_stays_within_its_memory(void)
{
    struct histogram histogram = {0};
    for (double value = 0x1p-45; value < 0x1p53; value *= 1.0005)
        histogram_add(&histogram, value);
    CU_ASSERT_EQUAL(histogram_bytes(&histogram), HISTOGRAM_BYTES_MOST);
    CU_ASSERT_EQUAL(HISTOGRAM_BYTES_MOST, 543544);
    uint64_t least = UINT64_MAX;
    for (int page = 0; page < HISTOGRAM_PAGES; page++)
        for (int i = 0; i < HISTOGRAM_PAGE_BINS; i++)
            least = histogram.pages[page][i].count < least ? histogram.pages[page][i].count : least;
    CU_ASSERT_TRUE(least >= 3);
    histogram_free(&histogram);
}

static int same_histogram(const struct histogram *a, const struct histogram *b)
{
    const size_t page_bytes = HISTOGRAM_PAGE_BINS * sizeof(struct histogram_bin);
    int same = a->zeros == b->zeros && !memcmp(&a->below, &b->below, sizeof a->below)
               && !memcmp(&a->above, &b->above, sizeof a->above);
    for (int page = 0; page < HISTOGRAM_PAGES && same; page++) {
        same = !a->pages[page] == !b->pages[page];
        if (same && a->pages[page])
            same = !memcmp(a->pages[page], b->pages[page], page_bytes);
    }
    return same;
}

static void histogram_merges_in_any_order(void)
{
    enum { PARTS = 6 };
    static const int orders[][PARTS] = {{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {3, 0, 5, 1, 4, 2}};
    struct histogram parts[PARTS], merged[3] = {{0}}, all = {0}, pairs[3] = {{0}};
    for (int i = 0; i < PARTS; i++) {
        double *sample = sample_new((enum sample_kind)(i % SAMPLE_KINDS), (unsigned long)i, &parts[i]);
        for (int j = 0; j < SAMPLE; j++)
            histogram_add(&all, sample[j]);
        free(sample);
    }
    for (int order = 0; order < 3; order++)
        for (int i = 0; i < PARTS; i++)
            histogram_merge(&merged[order], &parts[orders[order][i]]);
    for (int i = 0; i < PARTS; i++)
        histogram_merge(&pairs[i / 2], &parts[i]);
    histogram_merge(&pairs[2], &pairs[0]);
    histogram_merge(&pairs[2], &pairs[1]);
    CU_ASSERT_TRUE(same_histogram(&merged[0], &all));
    CU_ASSERT_TRUE(same_histogram(&merged[1], &all));
    CU_ASSERT_TRUE(same_histogram(&merged[2], &all));
    CU_ASSERT_TRUE(same_histogram(&pairs[2], &all));
    for (int i = 0; i < PARTS; i++)
        histogram_free(&parts[i]);
    for (int i = 0; i < 3; i++) {
        histogram_free(&merged[i]);
        histogram_free(&pairs[i]);
    }
    histogram_free(&all);
}

static void free_all(double **samples, struct histogram *histograms, int n)
{
    for (int i = 0; i < n; i++) {
        free(samples[i]);
        histogram_free(&histograms[i]);
    }
}

/* The share of a sorted sample that is above value. */
static double sorted_exceeded(const double *sample, int n, double value)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (sample[middle] > value)
            high = middle;
        else
            low = middle + 1;
    }
    return (double)(n - low) / n;
}

/* At values inside of bins, too: there the share is interpolated. A bin holds up to 0.3 % of these values. */
static void histogram_finds_the_share_above_a_value(void)
{
    struct histogram histogram;
    double *sample = sample_new(EXPONENTIAL, 5, &histogram), worst = 0;
    const struct histogram *const part = &histogram;
    for (double value = 0.01; value < 5000; value *= 1.001) {
        double share = histogram_exceeded(&part, &(double){1}, 1, value);
        worst = fmax(worst, fabs(share - sorted_exceeded(sample, SAMPLE, value)));
    }
    CU_ASSERT_TRUE(worst < 0.0003);
    free(sample);
    histogram_free(&histogram);
}

/* Strata: shares of all add up by weight, whatever the numbers of values, and a part without weight is not there. */
static void histogram_reads_strata_by_weight(void)
{
    enum { PARTS = 4 };
    struct histogram histograms[PARTS], empty = {0};
    double *samples[PARTS];
    const enum sample_kind kinds[PARTS] = {MIXED, EXPONENTIAL, ALL_ZERO, HUGE_AND_TINY};
    for (int i = 0; i < PARTS; i++)
        samples[i] = sample_new(kinds[i], 10 + (unsigned long)i, &histograms[i]);
    for (int i = 0; i < 10000; i++)
        histogram_add(&histograms[2], 0); /* more values must not be more weight */
    const struct histogram *const parts[] = {&histograms[0], &histograms[1], &histograms[2], &histograms[3], &empty};
    const double weights[] = {0.3, 0.06, 0.24, 0, 0.4}; /* in effect 0.5, 0.1, 0.4 */
    for (double value = 0; value < 4000; value = value * 1.3 + 1) {
        double truth = 0.5 * sorted_exceeded(samples[0], SAMPLE, value)
                       + 0.1 * sorted_exceeded(samples[1], SAMPLE, value);
        CU_ASSERT_DOUBLE_EQUAL(histogram_exceeded(parts, weights, 5, value), truth, 2e-4);
    }
    for (int i = 0; i < QUANTILES; i++) {
        double value = histogram_quantile(parts, weights, 5, quantiles[i]);
        double above = 0.5 * sorted_exceeded(samples[0], SAMPLE, value * 1.005)
                       + 0.1 * sorted_exceeded(samples[1], SAMPLE, value * 1.005);
        double from = 0.5 * sorted_exceeded(samples[0], SAMPLE, value * 0.995 - 1e-300)
                      + 0.1 * sorted_exceeded(samples[1], SAMPLE, value * 0.995 - 1e-300);
        CU_ASSERT_TRUE(above <= 1 - quantiles[i] + 1e-9);
        CU_ASSERT_TRUE(value == 0 || from >= 1 - quantiles[i] - 1e-9);
    }
    CU_ASSERT_EQUAL(histogram_max(parts, weights, 5), fmax(samples[0][SAMPLE - 1], samples[1][SAMPLE - 1]));
    free_all(samples, histograms, PARTS);
}

static void histogram_without_values_says_so(void)
{
    struct histogram empty = {0};
    const struct histogram *const part = &empty;
    const double one = 1;
    double value[4], exceeded[4];
    CU_ASSERT_TRUE(isnan(histogram_quantile(&part, &one, 1, 0.5)));
    CU_ASSERT_TRUE(isnan(histogram_max(&part, &one, 1)));
    CU_ASSERT_TRUE(isnan(histogram_exceeded(&part, &one, 1, 1)));
    CU_ASSERT_EQUAL(histogram_curve(&part, &one, 1, 4, value, exceeded), 0);
    histogram_add(&empty, 3);
    CU_ASSERT_TRUE(isnan(histogram_quantile(&part, &(double){0}, 1, 0.5)));
    CU_ASSERT_EQUAL(histogram_curve(&part, &one, 1, 4, value, exceeded), 1);
    CU_ASSERT_TRUE(value[0] == 3 && exceeded[0] == 0);
    histogram_free(&empty);
}

/* Thinning leaves exact points that rise, with both ends, the tail, and no gap of more than `gap` in share. */
static void check_curve(enum sample_kind kind, int points, double gap)
{
    enum { FULL = 30000 };
    static double value[FULL], exceeded[FULL], full_value[FULL], full_exceeded[FULL];
    struct histogram histogram;
    double *sample = sample_new(kind, 4, &histogram), widest = 0;
    const struct histogram *const part = &histogram;
    int full = histogram_curve(&part, &(double){1}, 1, FULL, full_value, full_exceeded);
    int n = histogram_curve(&part, &(double){1}, 1, points, value, exceeded), exact = 1, rising = 1;
    for (int i = 0; i < n; i++) {
        exact = exact && fabs(exceeded[i] - sorted_exceeded(sample, SAMPLE, value[i])) < 1e-12;
        rising = rising && (i == 0 || (value[i] > value[i - 1] && exceeded[i] < exceeded[i - 1]));
        widest = i ? fmax(widest, exceeded[i - 1] - exceeded[i]) : 0;
    }
    CU_ASSERT_TRUE(n >= 1 && n <= points && n == (full < points ? full : n));
    CU_ASSERT_TRUE(exact && rising && widest <= gap);
    CU_ASSERT_TRUE(sample[0] != 0 || value[0] == 0);
    CU_ASSERT_EQUAL(value[n - 1], sample[SAMPLE - 1]);
    CU_ASSERT_EQUAL(exceeded[n - 1], 0);
    for (int i = 1; i <= points / 8 && i <= full; i++)
        CU_ASSERT_EQUAL(value[n - i], full_value[full - i]);
    free(sample);
    histogram_free(&histogram);
}

static void histogram_curve_is_exact_and_keeps_its_tail(void)
{
    check_curve(EXPONENTIAL, 256, 0.015);
    check_curve(LOGNORMAL, 256, 0.015);
    check_curve(MIXED, 256, 0.025); /* the step at 600 is 0.02 */
    check_curve(EXPONENTIAL, 40, 0.1);
    check_curve(LOGNORMAL, 4, 1);
    check_curve(TWO_POINT, 256, 1);
    check_curve(ALL_ZERO, 256, 1);
    check_curve(HUGE_AND_TINY, 256, 1);
}

/* ---- moments ---- */

/* Two passes in long double. */
static void check_moments(const struct moments *moments, const double *value, int n, double tolerance)
{
    long double mean = 0, power[5] = {0};
    for (int i = 0; i < n; i++)
        mean += value[i];
    mean /= n;
    for (int i = 0; i < n; i++) {
        long double d = value[i] - mean;
        power[2] += d * d;
        power[3] += d * d * d;
        power[4] += d * d * d * d;
    }
    CU_ASSERT_EQUAL(moments->n, (uint64_t)n);
    CU_ASSERT_DOUBLE_EQUAL(moments->mean, (double)mean, tolerance * fabs((double)mean));
    CU_ASSERT_DOUBLE_EQUAL(moments->m2, (double)power[2], tolerance * (double)power[2]);
    CU_ASSERT_DOUBLE_EQUAL(moments->m3, (double)power[3], tolerance * (double)fabsl(power[3]));
    CU_ASSERT_DOUBLE_EQUAL(moments->m4, (double)power[4], tolerance * (double)power[4]);
    double variance = (double)power[2] / (n - 1);
    CU_ASSERT_DOUBLE_EQUAL(moments_variance(moments), variance, tolerance * variance);
    CU_ASSERT_DOUBLE_EQUAL(moments_error(moments), sqrt(variance / n), tolerance * sqrt(variance));
}

/* Values one by one, and in blocks of unequal size merged, against two passes. */
static void check_moments_of(double (*value_of)(gsl_rng *), double tolerance)
{
    enum { N = 100000 };
    double *value = malloc(N * sizeof *value);
    gsl_rng *rng = generator(21);
    struct moments one_by_one = {0}, merged = {0}, block = {0};
    for (int i = 0, size = 1; i < N; i++) {
        value[i] = value_of(rng);
        moments_add(&one_by_one, value[i]);
        moments_add(&block, value[i]);
        if ((int)block.n == size || i == N - 1) {
            moments_merge(&merged, &block);
            block = (struct moments){0};
            size = size * 3 % 4999 + 1;
        }
    }
    check_moments(&one_by_one, value, N, tolerance);
    check_moments(&merged, value, N, tolerance);
    gsl_sort(value, 1, N);
    CU_ASSERT_TRUE(one_by_one.least == value[0] && merged.least == value[0]);
    CU_ASSERT_TRUE(one_by_one.greatest == value[N - 1] && merged.greatest == value[N - 1]);
    gsl_rng_free(rng);
    free(value);
}

static double exponential_value(gsl_rng *rng)
{
    return gsl_ran_exponential(rng, 60);
}

static double far_from_zero(gsl_rng *rng)
{
    return 1e9 + gsl_ran_exponential(rng, 1);
}

static double rare_and_huge(gsl_rng *rng)
{
    return gsl_rng_uniform(rng) < 1e-4 ? 1e9 * (1 + gsl_rng_uniform(rng)) : 0.125;
}

static void moments_agree_with_two_passes(void)
{
    check_moments_of(exponential_value, 1e-11);
    check_moments_of(rare_and_huge, 1e-11);
    check_moments_of(far_from_zero, 1e-6); /* a sum of squares would have no digit right */
}

static void moments_of_equal_values_have_no_variance(void)
{
    struct moments all = {0}, block = {0}, empty = {0};
    for (int i = 0; i < 1000; i++)
        moments_add(&block, 0.1);
    for (int i = 0; i < 1000; i++)
        moments_merge(&all, &block);
    moments_merge(&all, &empty);
    CU_ASSERT_EQUAL(all.n, 1000000);
    CU_ASSERT_EQUAL(all.mean, 0.1);
    CU_ASSERT_EQUAL(moments_variance(&all), 0);
    CU_ASSERT_EQUAL(moments_error(&all), 0);
    CU_ASSERT_EQUAL(moments_effective(&all), 0);
    CU_ASSERT_EQUAL(moments_variance(&empty), 0);
    CU_ASSERT_EQUAL(moments_effective(&empty), 0);
}

/* 0/1 values have closed forms: m2 = n p q and m4 = n p q (p³ + q³). */
static void moments_count_the_paths_that_carry_the_variance(void)
{
    struct moments event = {0}, normal = {0};
    for (int i = 0; i < 100000; i++)
        moments_add(&event, i % 5000 == 0);
    double p = 1.0 / 5000, q = 1 - p;
    CU_ASSERT_DOUBLE_EQUAL(moments_effective(&event), 100000 * p * q / (p * p * p + q * q * q), 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(moments_effective(&event), 20, 0.02);
    gsl_rng *rng = generator(22);
    for (int i = 0; i < 30000; i++)
        moments_add(&normal, 1000 + gsl_ran_gaussian(rng, 1));
    CU_ASSERT_DOUBLE_EQUAL(moments_effective(&normal), 10000, 4 * 10000 * sqrt(24.0 / 30000) / 3);
    gsl_rng_free(rng);
}

/* ---- intervals ---- */

static struct moments count_up(int n)
{
    struct moments moments = {0};
    for (int i = 1; i <= n; i++)
        moments_add(&moments, i);
    return moments;
}

/*
 * t.test(1:100) of R gives 44.74349 to 56.25651, t.test(1:10) 3.334149 to 7.665851. To the first comes what is still
 * added at 55 effective paths, twice the greatest deviation of 49.5 times (10/55.56)² as an unseen value.
 */
static void interval_of_a_mean_is_students(void)
{
    struct moments hundred = count_up(100), ten = count_up(10);
    struct interval interval = interval_of_mean(&hundred, 0.95, 0, INFINITY);
    double fading = 10 / moments_effective(&hundred), more = (1 - pow(0.05, 0.01)) * fmin(50.5, 99 * fading * fading);
    CU_ASSERT_EQUAL(interval.mean, 50.5);
    CU_ASSERT_DOUBLE_EQUAL(moments_effective(&hundred), 55.56, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(interval.low, 44.74349 - more, 5e-6);
    CU_ASSERT_DOUBLE_EQUAL(interval.high, 56.25651 + more, 5e-6);
    CU_ASSERT_DOUBLE_EQUAL(interval.error, 2.901149, 1e-6);
    CU_ASSERT_TRUE(interval.trusted && interval.effective > 50);
    CU_ASSERT_EQUAL(interval_of_mean(&hundred, 0.95, 48, 52).low, 48);
    CU_ASSERT_EQUAL(interval_of_mean(&hundred, 0.95, 48, 52).high, 52);
    interval = interval_of_mean(&ten, 0.95, 0, 20);
    double p = 1 - pow(0.05, 0.1);
    CU_ASSERT_FALSE(interval.trusted);
    CU_ASSERT_DOUBLE_EQUAL(interval.low, 3.334149 - p * 5.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(interval.high, 7.665851 + p * 14.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(interval_of_mean(&ten, 0.95, 5, 6).low, 5, 0);
    CU_ASSERT_TRUE(isinf(interval_of_mean(&ten, 0.95, 0, INFINITY).high));
}

/* Large numbers of paths, where Student's quantile is the normal one: GSL must find it. */
static void interval_of_a_mean_is_normal_for_many_paths(void)
{
    for (uint64_t n = 1000000; n < UINT64_C(1000000000000); n *= 10) {
        struct moments moments = {n, 5, (double)(n - 1), 0, 3 * (double)n, 0, 10};
        struct interval interval = interval_of_mean(&moments, 0.95, 0, 10);
        CU_ASSERT_DOUBLE_EQUAL((interval.high - 5) * sqrt((double)n), 1.959963984540054, 1e-5);
    }
}

static void interval_follows_the_rule_of_three(void)
{
    struct moments zeros = {0};
    for (int i = 0; i < 3000; i++)
        moments_add(&zeros, 0);
    struct interval interval = interval_of_mean(&zeros, 0.95, 0, 86400);
    CU_ASSERT_FALSE(interval.trusted);
    CU_ASSERT_TRUE(interval.mean == 0 && interval.low == 0 && interval.error == 0 && interval.effective == 0);
    CU_ASSERT_DOUBLE_EQUAL(interval.high / 86400, 3.0 / 3000, 2e-6);
    CU_ASSERT_DOUBLE_EQUAL(pow(1 - interval.high / 86400, 3000), 0.05, 1e-12);
    interval = interval_of_mean(&zeros, 0.95, 0, 0);
    CU_ASSERT_TRUE(interval.trusted && interval.low == 0 && interval.high == 0);
    struct moments single = count_up(1);
    interval = interval_of_mean(&single, 0.95, 0, 10);
    CU_ASSERT_DOUBLE_EQUAL(interval.low, 0.05, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(interval.high, 1 + 0.95 * 9, 1e-12);
}

/*
 * R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872, table I: Wilson's method without continuity correction, and
 * the last row, which has fewer than ten, by Clopper's and Pearson's. The row of 28 is its mirror image.
 */
static void interval_of_a_probability_is_wilsons_or_exact(void)
{
    static const struct {
        uint64_t seen, n;
        double low, high;
    } known[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {1, 29, 0.0009, 0.1776},
                 {28, 29, 0.8224, 0.9991}};
    for (int i = 0; i < 4; i++) {
        struct interval interval = interval_of_probability(known[i].seen, known[i].n, 0.95);
        CU_ASSERT_DOUBLE_EQUAL(interval.low, known[i].low, 5e-5);
        CU_ASSERT_DOUBLE_EQUAL(interval.high, known[i].high, 5e-5);
        CU_ASSERT_EQUAL(interval.trusted, known[i].seen >= 10);
    }
    struct interval none = interval_of_probability(0, 20, 0.95), all = interval_of_probability(20, 20, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(none.high, 1 - pow(0.05, 1.0 / 20), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(all.low, pow(0.05, 1.0 / 20), 1e-14);
    CU_ASSERT_TRUE(none.low == 0 && none.mean == 0 && all.high == 1 && all.mean == 1);
    CU_ASSERT_TRUE(!none.trusted && all.trusted);
    CU_ASSERT_TRUE(interval_of_probability(10, 20, 0.95).trusted);
    CU_ASSERT_FALSE(interval_of_probability(9, 1000, 0.95).trusted);
    CU_ASSERT_TRUE(interval_of_probability(991, 1000, 0.95).trusted);
    struct moments event = {0};
    for (int i = 0; i < 1000; i++)
        moments_add(&event, i < 300);
    CU_ASSERT_DOUBLE_EQUAL(interval_of_probability(300, 1000, 0.95).effective, moments_effective(&event), 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(interval_of_probability(300, 1000, 0.95).error, sqrt(0.3 * 0.7 / 1000), 1e-15);
}

/* The exact interval at counts and numbers of paths as studies have them: each end leaves 2.5 % in its tail. */
static void interval_of_a_rare_probability_is_exact_for_many_paths(void)
{
    for (unsigned n = 1000; n <= 1000000000; n *= 1000)
        for (unsigned seen = 1; seen < 10; seen += 4) {
            struct interval rare = interval_of_probability(seen, n, 0.95);
            struct interval usual = interval_of_probability(n - seen, n, 0.95);
            CU_ASSERT_DOUBLE_EQUAL(gsl_cdf_binomial_Q(seen - 1, rare.low, n) / 0.025, 1, 1e-6);
            CU_ASSERT_DOUBLE_EQUAL(gsl_cdf_binomial_P(seen, rare.high, n) / 0.025, 1, 1e-6);
            CU_ASSERT_DOUBLE_EQUAL(usual.low, 1 - rare.high, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(usual.high, 1 - rare.low, 1e-12);
        }
}

/* R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890, table II, method 10: a difference of two of Wilson's. */
static void interval_of_a_difference_is_newcombes(void)
{
    const struct interval parts[] = {interval_of_probability(56, 70, 0.95), interval_of_probability(48, 80, 0.95)};
    struct interval difference = interval_combine(parts, (const double[]){1, -1}, 2);
    CU_ASSERT_DOUBLE_EQUAL(difference.low, 0.0524, 5e-5);
    CU_ASSERT_DOUBLE_EQUAL(difference.high, 0.3339, 5e-5);
    CU_ASSERT_TRUE(difference.trusted);
}

static void interval_of_symmetric_strata_is_the_textbooks(void)
{
    const double weights[] = {0.5, 0.3, 0.2}, equal[] = {0.25, 0.25, 0.25, 0.25};
    const struct interval part = {10, 8, 12, 1.02, 40, true};
    const struct interval parts[] = {part, part, part, part};
    struct interval sum = interval_combine(parts, equal, 4);
    CU_ASSERT_DOUBLE_EQUAL(sum.mean, 10, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(sum.low, 9, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(sum.high, 11, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(sum.error, 0.51, 1e-15);
    CU_ASSERT_TRUE(sum.trusted && sum.effective == 40);
    sum = interval_combine(parts, weights, 3);
    CU_ASSERT_DOUBLE_EQUAL(sum.high - sum.mean, 2 * sqrt(0.25 + 0.09 + 0.04), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(sum.error, 1.02 * sqrt(0.25 + 0.09 + 0.04), 1e-14);
}

/* A negative weight turns a part round; what counts little may be untrusted, and what weighs nothing does not count. */
static void interval_combines_trust_and_asymmetry(void)
{
    struct interval a = {10, 9, 14, 1, 50, true}, b = {5, 4.9, 5.3, 0.1, 3, false};
    const struct interval certain = {7, 7, 7, 0, 0, true}, endless = {1, 0, INFINITY, 1, 2, false};
    struct interval sum = interval_combine((const struct interval[]){a, b, endless}, (const double[]){1, -1, 0}, 3);
    CU_ASSERT_DOUBLE_EQUAL(sum.mean, 5, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(sum.low, 5 - sqrt(1 + 0.09), 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(sum.high, 5 + sqrt(16 + 0.01), 1e-14);
    CU_ASSERT_TRUE(sum.trusted && sum.effective == 50);
    b.low = 3;
    sum = interval_combine((const struct interval[]){a, b}, (const double[]){1, 1}, 2);
    CU_ASSERT_FALSE(sum.trusted);
    CU_ASSERT_EQUAL(sum.effective, 3);
    sum = interval_combine((const struct interval[]){a, endless}, (const double[]){1, 1e-9}, 2);
    CU_ASSERT_TRUE(!sum.trusted && isinf(sum.high));
    sum = interval_combine((const struct interval[]){certain, certain}, (const double[]){0.5, 0.5}, 2);
    CU_ASSERT_TRUE(sum.trusted && sum.low == 7 && sum.high == 7);
    const struct interval unseen = {0, 0, 3e-4, 0, 0, false}, sure = {1, 1, 1, 0, INFINITY, true};
    sum = interval_combine((const struct interval[]){unseen, sure}, (const double[]){0.9, 0.1}, 2);
    CU_ASSERT_TRUE(sum.trusted);
    CU_ASSERT_DOUBLE_EQUAL(sum.high, 0.1 + 0.9 * 3e-4, 1e-15);
    sum = interval_combine((const struct interval[]){unseen, sure}, (const double[]){0.99, 0.01}, 2);
    CU_ASSERT_FALSE(sum.trusted);
}

/* ---- coverage ---- */

static double coverage_z(int covered, double expected)
{
    return (covered - REPETITIONS * expected) / sqrt(REPETITIONS * expected * (1 - expected));
}

static int holds(struct interval interval, double truth)
{
    return interval.low <= truth && truth <= interval.high;
}

static void coverage_of_a_normal_mean_is_nominal(void)
{
    gsl_rng *rng = generator(31);
    int covered[2] = {0};
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        struct moments moments = {0};
        for (int i = 0; i < 100; i++)
            moments_add(&moments, 50 + gsl_ran_gaussian(rng, 7));
        covered[0] += holds(interval_of_mean(&moments, 0.95, 0, 100), 50);
        covered[1] += holds(interval_of_mean(&moments, 0.8, 0, 100), 50);
    }
    CU_ASSERT_TRUE(fabs(coverage_z(covered[0], 0.95)) < Z_LIMIT);
    CU_ASSERT_TRUE(fabs(coverage_z(covered[1], 0.8)) < Z_LIMIT);
    gsl_rng_free(rng);
}

/* The coverage of Wilson's interval is known exactly: the probability of the counts whose interval holds the truth. */
static void check_probability_coverage(double p, unsigned n, double least, double most)
{
    double expected = 0;
    for (unsigned seen = 0; seen <= n; seen++)
        if (holds(interval_of_probability(seen, n, 0.95), p))
            expected += gsl_ran_binomial_pdf(seen, p, n);
    CU_ASSERT_TRUE(expected >= least && expected <= most);
    gsl_rng *rng = generator(32);
    int covered = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++)
        covered += holds(interval_of_probability(gsl_ran_binomial(rng, p, n), n, 0.95), p);
    CU_ASSERT_TRUE(fabs(coverage_z(covered, expected)) < Z_LIMIT);
    gsl_rng_free(rng);
}

static void coverage_of_a_probability_is_near_nominal(void)
{
    check_probability_coverage(0.3, 100, 0.93, 0.97);
    check_probability_coverage(0.3, 1000, 0.94, 0.96);
    check_probability_coverage(0.01, 200, 0.93, 0.99);
    check_probability_coverage(0.01, 2000, 0.94, 0.97);
    check_probability_coverage(0.001, 100, 0.95, 1); /* a tenth of an event: Wilson's would cover 90.5 % */
}

/* The mean of a rare loss, at numbers of paths that see it seldom: must cover at least as often as asked. */
static void coverage_of_a_rare_loss_is_conservative(void)
{
    const double p = 0.01, loss = 3600, horizon = 86400;
    gsl_rng *rng = generator(33);
    for (unsigned n = 30; n <= 500; n = n * 2 + 1) {
        int covered = 0;
        for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            struct moments moments = {0};
            for (unsigned i = 0; i < n; i++)
                moments_add(&moments, gsl_rng_uniform(rng) < p ? loss : 0);
            covered += holds(interval_of_mean(&moments, 0.95, 0, horizon), p * loss);
        }
        CU_ASSERT_TRUE(covered >= 0.95 * REPETITIONS);
    }
    gsl_rng_free(rng);
}

/*
 * Most paths lose nothing or little, a seventh belongs to a stratum of heavy loss; skewed, so a band and no z. Some
 * twenty effective paths in the first leave some of the rule of three, and the band lies above 95 %.
 */
static void coverage_of_strata_is_near_nominal(void)
{
    const double weights[] = {0.86, 0.14}, truth = 0.86 * 0.3 * 60 + 0.14 * 500;
    gsl_rng *rng = generator(34);
    int covered = 0, trusted = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        struct moments light = {0}, heavy = {0};
        for (int i = 0; i < 400; i++)
            moments_add(&light, gsl_rng_uniform(rng) < 0.3 ? gsl_ran_exponential(rng, 60) : 0);
        for (int i = 0; i < 200; i++)
            moments_add(&heavy, 300 + gsl_ran_exponential(rng, 200));
        const struct interval parts[] = {interval_of_mean(&light, 0.95, 0, 1e5),
                                         interval_of_mean(&heavy, 0.95, 0, 1e5)};
        struct interval sum = interval_combine(parts, weights, 2);
        covered += holds(sum, truth);
        trusted += sum.trusted;
    }
    CU_ASSERT_TRUE(covered >= 0.94 * REPETITIONS && covered <= 0.98 * REPETITIONS);
    CU_ASSERT_TRUE(trusted >= 0.95 * REPETITIONS);
    gsl_rng_free(rng);
}

/* Strata whose event is seen once or never: the combination is not trusted and covers more than asked. */
static void coverage_of_strata_with_unseen_events_is_conservative(void)
{
    const double weights[] = {0.9, 0.1}, truth = 0.9 * 0.002 * 600 + 0.1 * 50;
    gsl_rng *rng = generator(35);
    int covered = 0, trusted = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        struct moments rare = {0}, usual = {0};
        for (int i = 0; i < 500; i++)
            moments_add(&rare, gsl_rng_uniform(rng) < 0.002 ? 600 : 0);
        for (int i = 0; i < 100; i++)
            moments_add(&usual, gsl_ran_flat(rng, 0, 100));
        const struct interval parts[] = {interval_of_mean(&rare, 0.95, 0, 600),
                                         interval_of_mean(&usual, 0.95, 0, 100)};
        struct interval sum = interval_combine(parts, weights, 2);
        covered += holds(sum, truth);
        trusted += sum.trusted;
    }
    CU_ASSERT_TRUE(covered >= 0.95 * REPETITIONS);
    CU_ASSERT_EQUAL(trusted, 0);
    gsl_rng_free(rng);
}

/* Losses that 40 to 400 of 2000 paths have. Student's interval alone covers 93.3 to 94.5 % of the exponential ones. */
static void coverage_of_skewed_means_is_nominal_or_more(void)
{
    const double expected[] = {40, 100, 400};
    gsl_rng *rng = generator(36);
    for (int i = 0; i < 3; i++)
        for (int fixed = 0; fixed < 2; fixed++) {
            int covered = 0;
            for (int repetition = 0; repetition < REPETITIONS; repetition++) {
                struct moments moments = {0};
                for (int path = 0; path < 2000; path++) {
                    double loss = fixed ? 600 : gsl_ran_exponential(rng, 600);
                    moments_add(&moments, gsl_rng_uniform(rng) < expected[i] / 2000 ? loss : 0);
                }
                covered += holds(interval_of_mean(&moments, 0.95, 0, 86400), 600 * expected[i] / 2000);
            }
            CU_ASSERT_TRUE(covered >= 0.94 * REPETITIONS);
        }
    gsl_rng_free(rng);
}

/* The scale of unseen differences: 18 d / k² for one or two paths that differ by d, twice the greatest for many. */
static void unseen_differences_are_of_the_scale_of_those_seen(void)
{
    struct moments moments = {0};
    for (int i = 0; i < 1000; i++)
        moments_add(&moments, 5);
    CU_ASSERT_TRUE(isinf(interval_unseen_reach(&moments)));
    moments_add(&moments, 6);
    CU_ASSERT_DOUBLE_EQUAL(interval_unseen_reach(&moments), 18, 0.1);
    moments_add(&moments, 6);
    CU_ASSERT_DOUBLE_EQUAL(interval_unseen_reach(&moments), 4.5, 0.1);
    for (int i = 0; i < 5; i++)
        moments_add(&moments, 6);
    CU_ASSERT_DOUBLE_EQUAL(interval_unseen_reach(&moments), 2, 0.1);
}

/* ---- allocation ---- */

enum { STRATA = 3, SEARCH = 80 };

struct strata {
    double   weight[STRATA], deviation[STRATA], cost[STRATA], target;
    uint64_t drawn[STRATA], total[STRATA];
};

static double squared_error(const struct strata *s, const uint64_t *total)
{
    double sum = 0;
    for (int j = 0; j < STRATA; j++)
        sum += pow(s->weight[j] * s->deviation[j], 2) / (double)total[j]; /* the drawn are 1 or more */
    return sum;
}

static double cost_of(const struct strata *s, const uint64_t *total)
{
    double sum = 0;
    for (int j = 0; j < STRATA; j++)
        sum += s->cost[j] * (double)total[j];
    return sum;
}

/* The least cost of all whole numbers of paths up to SEARCH that reach the target; INFINITY if none does. */
static double search_least_cost(const struct strata *s)
{
    double least = INFINITY, squared_target = s->target * s->target * (1 + 1e-12);
    uint64_t n[STRATA];
    for (n[0] = s->drawn[0]; n[0] <= SEARCH; n[0]++)
        for (n[1] = s->drawn[1]; n[1] <= SEARCH; n[1]++)
            for (n[2] = s->drawn[2]; n[2] <= SEARCH; n[2]++)
                if (squared_error(s, n) <= squared_target) {
                    least = fmin(least, cost_of(s, n));
                    break; /* more of the last stratum only costs more */
                }
    return least;
}

/* A target that about 15 to 30 paths a stratum reach, and paths drawn that are sometimes more than a stratum needs. */
static struct strata random_strata(gsl_rng *rng)
{
    struct strata s;
    for (int j = 0; j < STRATA; j++) {
        s.weight[j] = gsl_ran_flat(rng, 0.1, 1) * (gsl_rng_uniform_int(rng, 5) ? 1 : -1);
        s.deviation[j] = gsl_rng_uniform_int(rng, 8) ? gsl_ran_flat(rng, 0.1, 2) : 0;
        s.cost[j] = gsl_ran_flat(rng, 0.5, 4);
        s.drawn[j] = gsl_rng_uniform_int(rng, 30) + 1;
    }
    const uint64_t some[STRATA] = {20, 20, 20};
    s.target = sqrt(squared_error(&s, some)) + 1e-3;
    return s;
}

static void allocation_is_the_cheapest(void)
{
    gsl_rng *rng = generator(41);
    int solved = 0, kept = 0;
    for (int i = 0; i < 400; i++) {
        struct strata s = random_strata(rng);
        allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
        double least = search_least_cost(&s), rounding = s.cost[0] + s.cost[1] + s.cost[2];
        CU_ASSERT_TRUE(squared_error(&s, s.total) <= s.target * s.target * (1 + 1e-12));
        for (int j = 0; j < STRATA; j++) {
            CU_ASSERT_TRUE(s.total[j] >= s.drawn[j]);
            kept += s.total[j] == s.drawn[j] && s.deviation[j] > 0;
        }
        if (!isfinite(least))
            continue;
        solved++;
        CU_ASSERT_TRUE(cost_of(&s, s.total) <= least + rounding);
    }
    CU_ASSERT_TRUE(solved > 350 && kept > 100); /* the cases are worth having */
    gsl_rng_free(rng);
}

/* Two strata in closed form: N_j = |a_j| s_j (sum of |a| s sqrt(c)) / (sqrt(c_j) e²). */
static void allocation_is_neymans(void)
{
    struct strata s = {{0.8, -0.2, 0}, {1, 9, 5}, {1, 4, 1}, 0.01, {0, 0, 7}, {0}};
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    double sum = 0.8 * 1 * 1 + 0.2 * 9 * 2;
    CU_ASSERT_DOUBLE_EQUAL((double)s.total[0], 0.8 * sum / 1e-4, 1);
    CU_ASSERT_DOUBLE_EQUAL((double)s.total[1], 0.2 * 9 / 2 * sum / 1e-4, 1);
    CU_ASSERT_EQUAL(s.total[2], 7);
    s.drawn[0] = 1000000; /* far more than it needs: keeps it, and the other has nearly all the error to itself */
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    CU_ASSERT_EQUAL(s.total[0], 1000000);
    CU_ASSERT_DOUBLE_EQUAL((double)s.total[1], 0.04 * 81 / (1e-4 - 0.64 / 1e6), 1);
    s.drawn[1] = 1000000; /* both have enough */
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    CU_ASSERT_TRUE(s.total[0] == 1000000 && s.total[1] == 1000000 && s.total[2] == 7);
}

/* Hopeless targets and strata at their exact optimum must neither overflow nor run away. */
static void allocation_is_bounded(void)
{
    struct strata s = {{0.5, 0.5, 0}, {1, 1, 0}, {1, 1, 1}, 1e-30, {10, 10, 0}, {0}};
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    CU_ASSERT_TRUE(s.total[0] == ALLOCATE_MOST && s.total[1] == ALLOCATE_MOST && s.total[2] == 0);
    s = (struct strata){{1, 1e-9, 0}, {1, 1e-9, 0}, {1, 1, 1}, 0.01, {10001, 1, 0}, {0}};
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    CU_ASSERT_TRUE(s.total[0] == 10001 && s.total[1] == 1 && s.total[2] == 0);
    /* The first reaches the target by itself, and in rounded figures leaves exactly nothing of it for the second. */
    s = (struct strata){{1.125, 1e-17, 0}, {1, 1, 0}, {1, 1, 1}, 0.258092700604382, {19, 0, 0}, {0}};
    allocate_paths(STRATA, s.weight, s.deviation, s.cost, s.drawn, s.target, s.total);
    CU_ASSERT_TRUE(s.total[0] == 19 && s.total[1] == 1 && s.total[2] == 0);
}

static const struct test_case cases[] = {
    {"a histogram finds quantiles within 0.5 %", histogram_finds_quantiles},
    {"a histogram errs by 0.5 % at most", histogram_errs_by_half_a_percent_at_most},
    {"a histogram is exact at steps", histogram_is_exact_at_steps},
    {"a histogram keeps the ends of a bin", histogram_keeps_the_ends_of_a_bin},
    {"a histogram takes values of any magnitude", histogram_takes_any_magnitude},
    {"a histogram stays within its memory", histogram_stays_within_its_memory},
    {"histograms merge in any order with the same bits", histogram_merges_in_any_order},
    {"a histogram finds the share above a value", histogram_finds_the_share_above_a_value},
    {"histograms of strata are read by weight", histogram_reads_strata_by_weight},
    {"a histogram without values says so", histogram_without_values_says_so},
    {"an exceedance curve is exact and keeps its tail", histogram_curve_is_exact_and_keeps_its_tail},
    {"moments agree with two passes", moments_agree_with_two_passes},
    {"moments of equal values have no variance", moments_of_equal_values_have_no_variance},
    {"moments count the paths that carry the variance", moments_count_the_paths_that_carry_the_variance},
    {"the interval of a mean is Student's", interval_of_a_mean_is_students},
    {"the interval of a mean is normal for many paths", interval_of_a_mean_is_normal_for_many_paths},
    {"the interval follows the rule of three", interval_follows_the_rule_of_three},
    {"the interval of a probability is Wilson's or exact", interval_of_a_probability_is_wilsons_or_exact},
    {"the interval of a rare probability is exact for many paths",
     interval_of_a_rare_probability_is_exact_for_many_paths},
    {"the interval of a difference is Newcombe's", interval_of_a_difference_is_newcombes},
    {"the interval of symmetric strata is the textbook's", interval_of_symmetric_strata_is_the_textbooks},
    {"intervals combine trust and asymmetry", interval_combines_trust_and_asymmetry},
    {"the coverage of a normal mean is nominal", coverage_of_a_normal_mean_is_nominal},
    {"the coverage of a probability is near nominal", coverage_of_a_probability_is_near_nominal},
    {"the coverage of a rare loss is conservative", coverage_of_a_rare_loss_is_conservative},
    {"the coverage of strata is near nominal", coverage_of_strata_is_near_nominal},
    {"the coverage of skewed means is nominal or more", coverage_of_skewed_means_is_nominal_or_more},
    {"unseen differences are of the scale of those seen", unseen_differences_are_of_the_scale_of_those_seen},
    {"the coverage of strata with unseen events is conservative",
     coverage_of_strata_with_unseen_events_is_conservative},
    {"the allocation is the cheapest", allocation_is_the_cheapest},
    {"the allocation is Neyman's", allocation_is_neymans},
    {"the allocation is bounded", allocation_is_bounded},
    {NULL, NULL},
};

const struct test_suite suite_statistics = {"statistics", cases};
