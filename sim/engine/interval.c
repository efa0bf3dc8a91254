/*
 * Confidence intervals for means, for probabilities and for weighted sums of them, that say when they mean nothing.
 *
 * Downtime is a rare-event measure: most paths lose nothing, and a few lose a lot. A sample that holds none of those
 * few has a variance near 0, and Student's t then gives a narrow interval around a wrong mean. So each interval
 * carries how many paths in effect carry the variance (moments_effective). Below ten it is not trusted, and it is
 * widened by the rule of three: what n paths did not show has, at the confidence 1 - a, at most the probability
 * p = 1 - a^(1/n) (about 3/n at 95 %), since otherwise (1 - p)^n < a; and an unseen path may have had any possible
 * value. This is meant to be wide, not sharp: in all the tests it covers at least as often as asked.
 *
 * Of differences on the same paths, where what is large has been taken off, any possible value is far too much. There
 * the greatest deviation d from the mean shows the scale, the better the more paths are like it. Of k values that are
 * exponentially distributed, all d, the mean is at most 2 k d / chi²(2 k) at 95 %: 20 d, 5.6 d and 3.7 d for k = 1, 2,
 * 3. Here it is 18 d / k² with the effective paths as k, which is 18 d, 4.5 d and 2 d, and no less than 2 d: beyond the
 * greatest of many values that go on rising as they get rarer, like x^-a, the others have a mean of a / (a - 1) times
 * it, 2 for a = 2, the heaviest that has a variance. The count is bounded twice, by Student's end and by the rule of
 * three: for k = 3 equal values of d the exact upper end is 8.8 d, and this one 12 d. That values of one scale do not
 * hide those of another, larger one is an assumption, as it is for Student's interval; make stat looks at it.
 *
 * From ten effective paths on the same is added to every interval, times (10/k)². It must not end at once there:
 * samples in which the largest values are missing by chance have a small kurtosis, thus many effective paths, and it is
 * these that a rule of stopping prefers.
 *
 * - Means: Student's t (W. S. Gosset 1908), for skewed values of any kurtosis. The variance of a sample variance is
 *   (kurtosis - 1)/n, that of a chi-square of f degrees of freedom 2/f, relative to their squares: so it has
 *   f = 2 n / (kurtosis - 1) degrees (n for normal values), as F. E. Satterthwaite (Biometrics Bulletin 2, 1946)
 *   counts them. Where rare large values are missing by chance the mean is low and the variance as well, so an
 *   interval that is symmetric lies below the truth too often: both ends are moved by skewness (1 + 2 t²) / (6 sqrt n)
 *   standard errors, the inner one only as far as that rises more slowly than t. (N. J. Johnson, JASA 73, 1978,
 *   536-544; P. Hall, JRSS B 54, 1992, 221-228.)
 * - Probabilities: E. B. Wilson, JASA 22, 1927, where the event and its absence were both seen ten times or more; by
 *   exact sums over a fine grid it then covers 93.7 % or more at 95 % and n = 1000. Where either was seen less often,
 *   Wilson's single event that seldom comes claims too much (83.8 % at worst), so there it is the exact interval of
 *   C. J. Clopper and E. S. Pearson, Biometrika 26, 1934, which covers at least as often as asked, and for 0 of n and n
 *   of n its one-sided form, the rule of three (J. A. Hanley, A. Lippman-Hand, JAMA 249, 1983).
 * - Sums over strata: MOVER, the method of variance estimates recovery: the distances of the parts' ends add up in
 *   squares. It keeps each part's asymmetry, and for symmetric parts it is the textbook formula. (R. G. Newcombe,
 *   Statistics in Medicine 17, 1998, 873-890; G. Y. Zou, A. Donner, Statistics in Medicine 27, 2008, 1693-1702.)
 *
 * Cost: one inverse of Student's distribution or of the normal one each, or sixty values of the beta distribution;
 * MOVER is linear in the number of parts.
 */
#include "engine/interval.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* The greatest probability of something that n paths did not show: the exact bound at the confidence. */
static double unseen(uint64_t n, double confidence)
{
    return -expm1(log1p(-confidence) / (double)n);
}

/* The degrees of freedom that the variance has: of values of high kurtosis much less than there are paths. */
static double degrees_of_freedom(const struct moments *moments, double effective)
{
    double n = (double)moments->n, spare = effective > 0 ? 1 / effective - 1 / n : 0;
    return fmax(fmin(n - 1, spare > 0 ? 2 / spare : INFINITY), 1);
}

/*
 * Student's ends, moved towards the longer tail, but never past the mean. Where too few paths tell the skewness, only
 * outwards.
 */
static void student(struct interval *interval, const struct moments *moments, double confidence)
{
    double t = gsl_cdf_tdist_Pinv(0.5 + confidence / 2, degrees_of_freedom(moments, interval->effective));
    double skewness = moments->m3 / (moments->m2 * sqrt(moments->m2)); /* over sqrt n */
    double inner = fmin(t, 1.5 / fabs(skewness)); /* beyond it the end would turn round, and confidence narrow it */
    double outwards = fmin(fmax(skewness * (1 + 2 * t * t) / 6, -t), t);
    double inwards = fmin(fmax(skewness * (1 + 2 * inner * inner) / 6, -t), t);
    bool few = interval->effective < INTERVAL_EFFECTIVE_LEAST;
    interval->low += interval->error * ((outwards < 0 ? outwards : few ? 0 : inwards) - t);
    interval->high += interval->error * ((outwards > 0 ? outwards : few ? 0 : inwards) + t);
}

/*
 * How far from the mean an unseen difference is taken to be, by the scale of those seen; INFINITY where these are all
 * equal and have none.
 */
double interval_unseen_reach(const struct moments *moments)
{
    double effective = moments_effective(moments), share = INTERVAL_EFFECTIVE_FEW / effective;
    double most = fmax(moments->greatest - moments->mean, moments->mean - moments->least);
    return effective > 0 ? 2 * most * fmax(share * share, 1) : INFINITY;
}

/* The same of any values: as far as is possible, until enough paths tell more and more surely. */
static double reach_of(const struct moments *moments, double effective)
{
    double few = INTERVAL_EFFECTIVE_LEAST / effective;
    return effective < INTERVAL_EFFECTIVE_LEAST ? INFINITY : few * few * interval_unseen_reach(moments);
}

/*
 * The mean of values in [least_possible, greatest_possible] (infinite if not known), with Student's interval at the
 * confidence (in (0, 1), 0.95 usual), clipped to that range. Needs one value or more. Widened by the rule of three: by
 * all that is possible, and not trusted, if fewer than INTERVAL_EFFECTIVE_LEAST paths carry the variance (where all
 * values are equal the rule is the whole interval), else by the scale of what was seen, the less the more there are. A
 * range of no width is known for certain, and trusted.
 */
struct interval interval_of_mean(const struct moments *moments, double confidence, double least_possible,
                                 double greatest_possible)
{
    assert(moments->n > 0 && confidence > 0 && confidence < 1 && least_possible <= greatest_possible);
    double mean = fmin(fmax(moments->mean, least_possible), greatest_possible);
    struct interval interval = {
        .mean = mean,
        .low = mean,
        .high = mean,
        .error = moments_error(moments),
        .effective = moments_effective(moments),
    };
    if (interval.error > 0)
        student(&interval, moments, confidence);
    interval.trusted = interval.effective >= INTERVAL_EFFECTIVE_LEAST || !(least_possible < greatest_possible);
    double share = unseen(moments->n, confidence), reach = reach_of(moments, interval.effective);
    interval.low -= share * fmin(mean - least_possible, reach);
    interval.high += share * fmin(greatest_possible - mean, reach);
    interval.low = fmax(interval.low, least_possible);
    interval.high = fmin(interval.high, greatest_possible);
    return interval;
}

/* The ends of Wilson's interval for the share p of n, at the confidence. */
static void wilson(struct interval *interval, double n, double confidence)
{
    double z = gsl_cdf_ugaussian_Pinv(0.5 + confidence / 2), p = interval->mean, z2 = z * z;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    interval->low = fmax(middle - half, 0);
    interval->high = fmin(middle + half, 1);
}

/*
 * The p at which at most `seen` of n show the event with probability `tail`, by bisection of log p. (GSL's inverse of
 * the beta distribution does not converge for such n; its distribution function is right.) At n p = 100 the tail of
 * fewer than ten is below 1e-25.
 */
static double exact_high(double seen, double n, double tail)
{
    double low = -log(n), high = fmin(log(100 + 2 * seen) - log(n), 0);
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (gsl_cdf_beta_Q(exp(middle), seen + 1, n - seen) > tail)
            low = middle;
        else
            high = middle;
    }
    return exp(high);
}

/* The p at which `seen` or more (1 or more) of n show the event with probability `tail`. */
static double exact_low(double seen, double n, double tail)
{
    double low = log(tail / n) - 1, high = log(seen / n);
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (gsl_cdf_beta_P(exp(middle), seen, n - seen + 1) < tail)
            low = middle;
        else
            high = middle;
    }
    return exp(low);
}

/* The ends of Clopper's and Pearson's interval, found for the rarer of the event and its absence. */
static void clopper_pearson(struct interval *interval, double seen, double n, double tail)
{
    if (2 * seen <= n) {
        interval->low = exact_low(seen, n, tail);
        interval->high = exact_high(seen, n, tail);
    } else {
        interval->low = 1 - exact_high(n - seen, n, tail);
        interval->high = 1 - exact_low(n - seen, n, tail);
    }
}

/*
 * A probability of which `seen` of n paths (1 or more) showed the event, with an interval at the confidence: Wilson's
 * for ten paths or more of each kind, else the exact one. `error` is sqrt(p (1 - p) / n), and `effective` what
 * moments_effective says of the 0/1 values. Trusted if ten paths or more showed it: what is all but certain is known
 * well, what is rare is only bounded.
 */
struct interval interval_of_probability(uint64_t seen, uint64_t n, double confidence)
{
    assert(n > 0 && seen <= n && confidence > 0 && confidence < 1);
    double count = (double)n, p = (double)seen / count, rest = (double)(n - seen) / count;
    bool many = (double)seen >= INTERVAL_EFFECTIVE_LEAST, many_without = (double)(n - seen) >= INTERVAL_EFFECTIVE_LEAST;
    struct interval interval = {
        .mean = p,
        .error = sqrt(p * rest / count),
        .effective = count * p * rest / (p * p * p + rest * rest * rest),
        .trusted = many,
    };
    if (seen == 0) {
        interval.high = unseen(n, confidence);
    } else if (seen == n) {
        interval.low = 1 - unseen(n, confidence);
        interval.high = 1;
    } else if (many && many_without) {
        wilson(&interval, count, confidence);
    } else {
        clopper_pearson(&interval, (double)seen, count, (1 - confidence) / 2);
    }
    return interval;
}

/*
 * The same, of which each end is wrong with at most the probability `risk`, whatever n and p are: for decisions at
 * risks that are so small that Wilson's ends, which are approximations, are wrong several times as often.
 */
struct interval interval_exact(uint64_t seen, uint64_t n, double risk)
{
    struct interval interval = interval_of_probability(seen, n, 1 - risk);
    if (seen > 0 && seen < n)
        clopper_pearson(&interval, (double)seen, (double)n, risk);
    return interval;
}

static double square(double x)
{
    return x * x;
}

/* What a part adds to the squared distances of both ends. */
static double squared_width(const struct interval *part, double weight)
{
    return weight == 0 ? 0 : square(weight * (part->mean - part->low)) + square(weight * (part->high - part->mean));
}

/*
 * The sum of weight × part over independent parts that have intervals at one confidence, by MOVER. Weights may be
 * negative (a difference); parts of weight 0 do not count. Trusted if what the untrusted parts add is less than 10 % of
 * the squared width, or less than INTERVAL_NARROW of the mean: their bounds are wide, but hold. `effective` is the
 * least of the parts that matter: those that add 10 % / n_parts of the squared width or more, so that all that is
 * passed over adds up to less than 10 %.
 */
struct interval interval_combine(const struct interval *parts, const double *weights, int n_parts)
{
    double mean = 0, below = 0, above = 0, error = 0, untrusted = 0, width = 0, effective = INFINITY;
    for (int i = 0; i < n_parts; i++)
        width += squared_width(&parts[i], weights[i]);
    for (int i = 0; i < n_parts; i++) {
        const struct interval *part = &parts[i];
        double w = weights[i], added = squared_width(part, w);
        if (w == 0)
            continue;
        mean += w * part->mean;
        below += square(w * (w > 0 ? part->mean - part->low : part->high - part->mean));
        above += square(w * (w > 0 ? part->high - part->mean : part->mean - part->low));
        error += square(w * part->error);
        untrusted += part->trusted ? 0 : added;
        if (added >= 0.1 / n_parts * width)
            effective = fmin(effective, part->effective);
    }
    return (struct interval){
        .mean = mean,
        .low = mean - sqrt(below),
        .high = mean + sqrt(above),
        .error = sqrt(error),
        .effective = isfinite(effective) ? effective : 0,
        .trusted = untrusted == 0 || untrusted < 0.1 * width || untrusted < square(INTERVAL_NARROW * mean),
    };
}
