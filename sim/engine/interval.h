/* engine/interval: confidence intervals that say when they mean nothing. Includes engine/moments only. */
#ifndef NINES_ENGINE_INTERVAL_H
#define NINES_ENGINE_INTERVAL_H

#include "engine/moments.h"

#include <stdbool.h>

struct interval {
    double mean, low, high;
    double error;     /* standard error of the mean */
    double effective; /* how many paths carry the variance; see moments_effective */
    bool   trusted;   /* false: too few do, and the width is a bound by the rule of three rather than an estimate */
};

/* Fewer paths than this that carry the variance are too few. */
#define INTERVAL_EFFECTIVE_LEAST 10.0
/* From so many on, the greatest difference seen tells the scale of those that are not. */
#define INTERVAL_EFFECTIVE_FEW 3.0
/* A bound that adds less than this share of a mean, the usual precision, does not harm the trust in it. */
#define INTERVAL_NARROW 0.02

struct interval interval_of_mean(const struct moments *moments, double confidence, double least_possible,
                                 double greatest_possible);
double interval_unseen_reach(const struct moments *moments);
struct interval interval_of_probability(uint64_t seen, uint64_t n, double confidence);
struct interval interval_exact(uint64_t seen, uint64_t n, double risk);
struct interval interval_combine(const struct interval *parts, const double *weights, int n_parts);

#endif
