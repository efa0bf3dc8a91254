/* A tally is filled block by block; blocks merge in the order of their paths. */
#include "study/tally.h"

#include "engine/interval.h"

#include <math.h>
#include <stddef.h>

const enum measure histogram_measures[HISTOGRAMS] = {
    [HISTOGRAM_DOWNTIME] = MEASURE_DOWNTIME,
    [HISTOGRAM_LOST] = MEASURE_LOST,
    [HISTOGRAM_DURATION] = MEASURE_DURATION,
    [HISTOGRAM_EXTRA] = MEASURE_EXTRA,
};

/* Sums over a path are rounded a thousand times. */
static const double ROUNDING = 1e-9;

/* What chance has added to a measure on a path, as far as it is known. */
static double control_of(const struct rollout *rollout, enum measure measure, const double *rewards)
{
    return rollout->control[measure] >= 0 ? rewards[rollout->control[measure]] : 0;
}

static void add_path(struct tally *t, const struct rollout *rollout, const double *rewards, const bool *labels)
{
    double chance = control_of(rollout, MEASURE_LOST, rewards);
    for (int m = 0; m < MEASURES; m++) {
        if (rollout->reward[m] >= 0)
            moments_add(&t->moments[m], rewards[rollout->reward[m]]);
        if (rollout->control[m] >= 0)
            moments_add(&t->smoothed[m], rewards[rollout->reward[m]] - rewards[rollout->control[m]]);
        if (rollout->label[m] >= 0)
            t->seen[m] += labels[rollout->label[m]];
    }
    for (int c = 0; c < CAUSES; c++) {
        t->cause[c] += rewards[rollout->cause[c]];
        t->chance[c] += rewards[rollout->cause[c]] * chance;
    }
}

/* The difference of two sums over a path, which is nothing where it is no more than their rounding. */
static double difference_of(double with, double without)
{
    double difference = with - without;
    return fabs(difference) > ROUNDING * fmax(fabs(with), fabs(without)) ? difference : 0;
}

/* The differences to the same path without a release. */
static void add_pair(struct tally *t, const struct rollout *rollout, const double *rewards, const struct rollout *none,
                     const double *none_rewards)
{
    static const enum measure pairs[][2] = {{MEASURE_ADDED_DOWNTIME, MEASURE_DOWNTIME},
                                            {MEASURE_ADDED_LOST, MEASURE_LOST}};
    double chance = control_of(rollout, MEASURE_LOST, rewards);
    for (int i = 0; i < 2; i++) {
        enum measure added = pairs[i][0], m = pairs[i][1];
        double difference = difference_of(rewards[rollout->reward[m]], none_rewards[none->reward[m]]);
        moments_add(&t->moments[added], difference);
        if (rollout->control[m] >= 0)
            moments_add(&t->smoothed[added], difference - rewards[rollout->control[m]]);
    }
    for (int c = 0; c < CAUSES; c++) {
        double difference = rewards[rollout->cause[c]] - none_rewards[none->cause[c]];
        t->added_cause[c] += difference;
        t->added_chance[c] += difference * chance;
    }
}

/* Adds the paths of a block, in order. */
void tally_add_block(struct tally *tally, const struct rollout *rollout, const struct rollout *none,
                     const struct block_results *results, int n_paths)
{
    for (int i = 0; i < n_paths; i++) {
        const double *rewards = results->rewards + (ptrdiff_t)i * rollout->process->n_rewards;
        add_path(tally, rollout, rewards, results->labels + (ptrdiff_t)i * rollout->process->n_labels);
        if (results->none_rewards)
            add_pair(tally, rollout, rewards, none,
                     results->none_rewards + (ptrdiff_t)i * none->process->n_rewards);
    }
    tally->paths += (uint64_t)n_paths;
}

/* How wide the interval of the mean is, with what is not seen, to tell which is narrower. */
static double width_of(const struct moments *moments)
{
    double reach = interval_unseen_reach(moments);
    struct interval interval = interval_of_mean(moments, 0.95, moments->mean - reach, moments->mean + reach);
    return interval.high - interval.low;
}

/*
 * Whether the control makes the measure's mean better known. (What is left by the control may be a few rare paths,
 * where what it takes away was seen on many: then it is the bound on those not seen that decides.)
 */
bool tally_is_smoothed(const struct tally *tally, enum measure measure)
{
    const struct moments *raw = &tally->moments[measure], *smoothed = &tally->smoothed[measure];
    return smoothed->n > 0 && width_of(smoothed) < width_of(raw);
}

/* The moments to estimate the measure's mean from. */
const struct moments *tally_moments(const struct tally *tally, enum measure measure)
{
    return tally_is_smoothed(tally, measure) ? &tally->smoothed[measure] : &tally->moments[measure];
}

/* Adds what another tally holds. The order of merging changes the last bits of the moments: keep it fixed. */
void tally_merge(struct tally *into, const struct tally *from)
{
    into->paths += from->paths;
    into->events += from->events;
    for (int m = 0; m < MEASURES; m++) {
        moments_merge(&into->moments[m], &from->moments[m]);
        moments_merge(&into->smoothed[m], &from->smoothed[m]);
        into->seen[m] += from->seen[m];
    }
    for (int c = 0; c < CAUSES; c++) {
        into->cause[c] += from->cause[c];
        into->added_cause[c] += from->added_cause[c];
        into->chance[c] += from->chance[c];
        into->added_chance[c] += from->added_chance[c];
    }
}

/* Adds a block's values to the distributions. Any order gives the same histograms. */
void tally_add_histograms(struct histogram histograms[HISTOGRAMS], const struct rollout *rollout,
                          const struct block_results *results, int n_paths)
{
    for (int h = 0; h < HISTOGRAMS; h++) {
        int reward = rollout->reward[histogram_measures[h]];
        for (int i = 0; i < n_paths && reward >= 0; i++) {
            double value = results->rewards[(ptrdiff_t)i * rollout->process->n_rewards + reward];
            histogram_add(&histograms[h], value > 0 ? value : 0); /* rounding may leave a little less than nothing */
        }
    }
}
