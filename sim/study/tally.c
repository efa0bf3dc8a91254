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
double tally_difference(double with, double without)
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
        double difference = tally_difference(rewards[rollout->reward[m]], none_rewards[none->reward[m]]);
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

static void add_watches(struct tally *t, const struct watches *watches, const struct rollout *rollout,
                        const double *rewards)
{
    for (int i = 0; i < watches->n; i++) {
        const struct watch *w = &watches->list[i];
        double value = rewards[rollout->reward[w->measure]];
        t->above[i] += w->or_equal ? value >= w->value : value > w->value;
    }
}

/* The objective less the rival's: where both are what a release adds, no release falls out of it. */
static void add_rival(struct tally *t, enum measure objective, const struct block_rollouts *of, const double *rewards,
                      const double *rival_rewards, const bool *labels, const bool *rival_labels)
{
    int absolute = measure_absolute(objective);
    enum measure m = absolute >= 0 ? (enum measure)absolute : objective;
    if (of->own->label[m] >= 0) {
        moments_add(&t->rival, (double)labels[of->own->label[m]] - (double)rival_labels[of->rival->label[m]]);
        return;
    }
    double difference = tally_difference(rewards[of->own->reward[m]], rival_rewards[of->rival->reward[m]]);
    moments_add(&t->rival, difference);
    if (of->own->control[m] >= 0 && of->rival->control[m] >= 0)
        moments_add(&t->rival_smoothed, difference - tally_difference(rewards[of->own->control[m]],
                                                                   rival_rewards[of->rival->control[m]]));
}

/* Adds the paths of a block, in order. */
void tally_add_block(struct tally *tally, const struct block_rollouts *of, const struct watches *watches,
                     const struct block_results *results, int n_paths)
{
    for (int i = 0; i < n_paths; i++) {
        const double *rewards = results->rewards + (ptrdiff_t)i * of->own->process->n_rewards;
        const bool *labels = results->labels + (ptrdiff_t)i * of->own->process->n_labels;
        add_path(tally, of->own, rewards, labels);
        if (results->none_rewards)
            add_pair(tally, of->own, rewards, of->none,
                     results->none_rewards + (ptrdiff_t)i * of->none->process->n_rewards);
        if (of->none) /* of no release only means are asked for */
            add_watches(tally, watches, of->own, rewards);
        if (results->rival_rewards)
            add_rival(tally, watches->objective, of, rewards,
                      results->rival_rewards + (ptrdiff_t)i * of->rival->process->n_rewards, labels,
                      results->rival_labels + (ptrdiff_t)i * of->rival->process->n_labels);
    }
    tally->paths += (uint64_t)n_paths;
}

/* There is another rival from now on. */
void tally_forget_rival(struct tally *tally)
{
    tally->rival = tally->rival_smoothed = (struct moments){0};
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
    for (int i = 0; i < MOST_WATCHES; i++)
        into->above[i] += from->above[i];
    moments_merge(&into->rival, &from->rival);
    moments_merge(&into->rival_smoothed, &from->rival_smoothed);
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
