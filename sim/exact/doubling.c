/*
 * Transient probabilities of a small chain over a long time, by doubling the time.
 *
 * Let P(h) be the matrix of transition probabilities over a time h so short that the fastest state jumps at most half
 * a time on the mean. It is a short sum of uniformisation, of positive terms. Then
 *
 *     P(2 h) = P(h) P(h),   S(2 h) = S(h) + P(h) S(h),
 *
 * where S(h) is the matrix of expected times spent in each state over h, up to the time asked for: 30 doublings reach
 * a billion h, where uniformisation would take a billion steps.
 *
 * The catch of repeated squaring is that errors double as well. They do so only in one direction: rows would no longer
 * add up to 1 (to h). That is known, so after each doubling each row is divided by its sum. What rounding is left
 * amounts to changing the rates of the chain by some ulps relative to themselves, since there is no subtraction; and
 * such a change does not grow with time, as with the elimination of gth.c. So stiff chains, with rates over 15 orders
 * of magnitude, keep about 14 digits.
 *
 * Cost: one product of n × n matrices a doubling, two with times spent. Memory: five matrices.
 *
 * C. Moler, C. Van Loan: Nineteen dubious ways to compute the exponential of a matrix, twenty-five years later. SIAM
 * Review 45, 2003 (scaling and squaring). J. Xue, Q. Ye: Computing exponentials of essentially non-negative matrices
 * entrywise to high relative accuracy. Mathematics of Computation 82, 2013 (no subtraction).
 */
#include "exact/doubling.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TERMS = 40, /* of the sum for P(h): the next one is below 0.5^41 / 41! = 1e-62 */
    ROWS = 32,  /* of a product that one thread does */
};

struct product {
    uint32_t n;
    const double *a, *b;
    double *out;
};

static void multiply_rows(void *context, int part)
{
    const struct product *product = context;
    const uint32_t n = product->n, begin = (uint32_t)part * ROWS;
    for (uint32_t i = begin; i < n && i < begin + ROWS; i++) {
        double *row = &product->out[(size_t)i * n];
        memset(row, 0, n * sizeof *row);
        for (uint32_t k = 0; k < n; k++) {
            const double factor = product->a[(size_t)i * n + k], *other = &product->b[(size_t)k * n];
            for (uint32_t j = 0; factor > 0 && j < n; j++)
                row[j] += factor * other[j];
        }
    }
}

/* out = a b, of n × n; not in place. Rows are independent, so the bits do not depend on the threads. */
static void multiply(uint32_t n, const double *a, const double *b, struct crew *crew, double *out)
{
    struct product product = {n, a, b, out};
    crew_run(crew, multiply_rows, &product, (int)((n + ROWS - 1) / ROWS));
}

/* Makes each row add up to `sum`. */
static void normalise(uint32_t n, double *matrix, double sum)
{
    for (uint32_t i = 0; i < n; i++) {
        double *row = &matrix[(size_t)i * n], is = 0;
        for (uint32_t j = 0; j < n; j++)
            is += row[j];
        for (uint32_t j = 0; j < n; j++)
            row[j] *= sum / is;
    }
}

/* The matrix I + Q/q, whose rows are probabilities. */
static void uniformise(uint32_t n, const double *rates, double q, double *step)
{
    for (uint32_t i = 0; i < n; i++) {
        const size_t row = (size_t)i * n;
        double exit = 0;
        for (uint32_t j = 0; j < n; j++) {
            step[row + j] = j == i ? 0 : rates[row + j] / q;
            exit += j == i ? 0 : rates[row + j];
        }
        step[row + i] = fmax(1 - exit / q, 0);
    }
}

static double fastest(uint32_t n, const double *rates)
{
    double most = 0;
    for (uint32_t i = 0; i < n; i++) {
        double exit = 0;
        for (uint32_t j = 0; j < n; j++)
            exit += j == i ? 0 : rates[(size_t)i * n + j];
        most = exit > most ? exit : most;
    }
    return most;
}

/* P and S over a time h in which the fastest state, of exit rate q, jumps at most half a time on the mean. */
static void begin(uint32_t n, const double *step, double q, double h, struct crew *crew, double *probability,
                  double *spent)
{
    const size_t all = (size_t)n * n;
    double *power = memory_new(all, sizeof *power), *next = memory_new(all, sizeof *next);
    double term = exp(-q * h), terms[TERMS + 1], above[TERMS + 1], sum = 0;
    for (int k = 0; k <= TERMS; k++) {
        terms[k] = term;
        term *= q * h / (k + 1);
    }
    for (int k = TERMS; k >= 0; k--) {
        above[k] = sum;
        sum += terms[k];
    }
    for (uint32_t i = 0; i < n; i++)
        power[(size_t)i * n + i] = 1;
    for (int k = 0; k <= TERMS; k++) {
        for (size_t i = 0; i < all; i++) {
            probability[i] += terms[k] * power[i];
            if (spent)
                spent[i] += above[k] / q * power[i];
        }
        multiply(n, power, step, crew, next);
        double *old = power;
        power = next;
        next = old;
    }
    free(power);
    free(next);
}

/* vector = vector · matrix */
static void apply(uint32_t n, const double *matrix, double *vector)
{
    double *result = memory_new(n, sizeof *result);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; vector[i] > 0 && j < n; j++)
            result[j] += vector[i] * matrix[(size_t)i * n + j];
    memcpy(vector, result, n * sizeof *vector);
    free(result);
}

/* How often a step must be doubled to reach the time, where the fastest exit rate is `speed`. */
int doubling_times(double speed, double time)
{
    int times = 0;
    for (double h = time; speed * h > 0.5; h /= 2)
        times++;
    return times;
}

/*
 * Moves `probability` (of each of the n states, at time 0) on by the time (above 0), and adds to `spent` (may be NULL)
 * the expected time spent in each. rates[i n + j] leads from i to j; at least one is above 0, and those on the diagonal
 * do not matter.
 */
void doubling_solve(uint32_t n, const double *rates, double time, struct crew *crew, double *probability,
                    double *spent)
{
    const size_t all = (size_t)n * n;
    const double q = fastest(n, rates);
    const int times = doubling_times(q, time);
    double h = ldexp(time, -times);
    double *step = memory_new(all, sizeof *step), *p = memory_new(all, sizeof *p), *next = memory_new(all, sizeof *p);
    double *s = spent ? memory_new(all, sizeof *s) : NULL;
    uniformise(n, rates, q, step);
    begin(n, step, q, h, crew, p, s);
    for (int k = 0;; k++, h *= 2) {
        normalise(n, p, 1);
        if (s)
            normalise(n, s, h);
        if (k == times)
            break;
        if (s) {
            multiply(n, p, s, crew, next);
            for (size_t i = 0; i < all; i++)
                s[i] += next[i];
        }
        multiply(n, p, p, crew, next);
        double *old = p;
        p = next;
        next = old;
    }
    if (s) {
        double *whole = memcpy(memory_new(n, sizeof *whole), probability, n * sizeof *whole);
        apply(n, s, whole);
        for (uint32_t i = 0; i < n; i++)
            spent[i] += whole[i];
        free(whole);
    }
    apply(n, p, probability);
    free(step);
    free(p);
    free(next);
    free(s);
}
