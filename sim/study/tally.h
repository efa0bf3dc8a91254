/* study/tally: what is kept of many paths: moments, counts and histograms. Includes engine/ and models/measure. */
#ifndef NINES_STUDY_TALLY_H
#define NINES_STUDY_TALLY_H

#include "engine/histogram.h"
#include "engine/moments.h"
#include "models/rollout.h"

#include <stdbool.h>

/* The measures whose distribution is kept. */
enum { HISTOGRAM_DOWNTIME, HISTOGRAM_LOST, HISTOGRAM_DURATION, HISTOGRAM_EXTRA, HISTOGRAMS };

extern const enum measure histogram_measures[HISTOGRAMS];

/* A value of a measure, on either side of which paths are counted: they tell of percentiles. */
struct watch {
    enum measure measure;    /* one that is accumulated */
    double       value;
    bool         or_equal;   /* paths at the value count as above it */
};

enum { MOST_WATCHES = 32 };

/* What is counted of each path beyond the measures; none of it where it is all 0. */
struct watches {
    struct watch list[MOST_WATCHES];
    int          n;
    enum measure objective;  /* which is compared with that of a rival on the same path */
};

/* One stratum's paths. Sums merge in a fixed order, so that results do not depend on who computed which block. */
struct tally {
    uint64_t       paths, events;
    struct moments moments[MEASURES];         /* of accumulated measures; added_*: paired with no release at all */
    struct moments smoothed[MEASURES];        /* the same less their controls, where there are any */
    uint64_t       seen[MEASURES];            /* of probabilities: paths on which it came about */
    uint64_t       above[MOST_WATCHES];       /* paths above each watched value */
    struct moments rival, rival_smoothed;     /* of the objective less the rival's; the same less their controls */
    double         cause[CAUSES];             /* sums */
    double         added_cause[CAUSES];       /* sums, less those of no release on the same path */
    double         chance[CAUSES], added_chance[CAUSES]; /* sums of these two times the control of lost */
};

/* Results of a block of paths as an engine leaves them. */
struct block_results {
    const double *rewards;      /* paths × rewards of the rollout's process */
    const bool   *labels;       /* paths × labels, at the horizon */
    const double *none_rewards; /* the same paths without a release, or NULL */
    const double *rival_rewards; /* the same paths of another plan, or NULL */
    const bool   *rival_labels;
};

/* The rollouts that the results are of; NULL where there are none. */
struct block_rollouts {
    const struct rollout *own, *none, *rival;
};

void tally_add_block(struct tally *tally, const struct block_rollouts *rollouts, const struct watches *watches,
                     const struct block_results *results, int n_paths);
double tally_difference(double with, double without);
void tally_forget_rival(struct tally *tally);
bool tally_is_smoothed(const struct tally *tally, enum measure measure);
const struct moments *tally_moments(const struct tally *tally, enum measure measure);
void tally_merge(struct tally *into, const struct tally *from);
void tally_add_histograms(struct histogram histograms[HISTOGRAMS], const struct rollout *rollout,
                          const struct block_results *results, int n_paths);

#endif
