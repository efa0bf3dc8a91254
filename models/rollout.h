/* models/rollout: plan + environments + release -> process. Includes models/ and process/. */
#ifndef NINES_MODELS_ROLLOUT_H
#define NINES_MODELS_ROLLOUT_H

#include "models/measure.h"
#include "models/strategy.h"
#include "process/process.h"

/* Values of the variable `release`: undecided only at time 0. */
enum release_state { RELEASE_UNDECIDED, RELEASE_SOUND, RELEASE_DEFECTIVE };

/* A process that simulates a rollout, and where to read the measures. -1: the process does not have it. */
struct rollout {
    struct process *process;
    int release;                 /* variable, -1: no release at all */
    int reward[MEASURES];        /* of a measure that is accumulated */
    int label[MEASURES];         /* of a measure that is the probability that a label holds at the horizon */
    int control[MEASURES];       /* reward of mean 0: what chance has added to downtime or lost */
    int cause[CAUSES];           /* rewards */
    double greatest[MEASURES];   /* bound of an accumulated measure per second of horizon */
};

bool rollout_build(const struct topology *topology, const struct release *release, const struct strategy *strategy,
                   double available_at, struct rollout *rollout, struct error *error);
bool rollout_build_controlled(const struct topology *topology, const struct release *release,
                              const struct strategy *strategy, double available_at, double horizon,
                              struct rollout *rollout, struct error *error);
void rollout_free(struct rollout *rollout);

#endif
