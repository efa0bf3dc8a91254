/* A tally is filled block by block; blocks merge in the order of their paths. */
#include "study/tally.h"

#include <stddef.h>

const enum measure histogram_measures[HISTOGRAMS] = {
    [HISTOGRAM_DOWNTIME] = MEASURE_DOWNTIME,
    [HISTOGRAM_LOST] = MEASURE_LOST,
    [HISTOGRAM_DURATION] = MEASURE_DURATION,
    [HISTOGRAM_EXTRA] = MEASURE_EXTRA,
};

static void add_path(struct tally *t, const struct rollout *rollout, const double *rewards, const bool *labels)
{
    for (int m = 0; m < MEASURES; m++) {
        if (rollout->reward[m] >= 0)
            moments_add(&t->moments[m], rewards[rollout->reward[m]]);
        if (rollout->label[m] >= 0)
            t->seen[m] += labels[rollout->label[m]];
    }
    for (int c = 0; c < CAUSES; c++)
        t->cause[c] += rewards[rollout->cause[c]];
}

/* The differences to the same path without a release. */
static void add_pair(struct tally *t, const struct rollout *rollout, const double *rewards, const struct rollout *none,
                     const double *none_rewards)
{
    moments_add(&t->moments[MEASURE_ADDED_DOWNTIME], rewards[rollout->reward[MEASURE_DOWNTIME]] -
                                                         none_rewards[none->reward[MEASURE_DOWNTIME]]);
    moments_add(&t->moments[MEASURE_ADDED_LOST],
                rewards[rollout->reward[MEASURE_LOST]] - none_rewards[none->reward[MEASURE_LOST]]);
    for (int c = 0; c < CAUSES; c++)
        t->added_cause[c] += rewards[rollout->cause[c]] - none_rewards[none->cause[c]];
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

/* Adds what another tally holds. The order of merging changes the last bits of the moments: keep it fixed. */
void tally_merge(struct tally *into, const struct tally *from)
{
    into->paths += from->paths;
    into->events += from->events;
    for (int m = 0; m < MEASURES; m++) {
        moments_merge(&into->moments[m], &from->moments[m]);
        into->seen[m] += from->seen[m];
    }
    for (int c = 0; c < CAUSES; c++) {
        into->cause[c] += from->cause[c];
        into->added_cause[c] += from->added_cause[c];
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
