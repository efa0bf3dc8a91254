/* report/back: the ways back of a plan, step by step. Internal to report/. */
#ifndef NINES_REPORT_BACK_H
#define NINES_REPORT_BACK_H

#include "models/strategy.h"

/* The way back once steps `from` to `to` of the plan, counted from 1, are done: the same for all of them. */
struct way {
    int          from, to;
    struct step *steps;
    int          n_steps;
};

/* Set strategy, replicas and plan (that of the way forward); the rest starts as {0}. */
struct ways {
    const struct strategy *strategy;
    int                    replicas;
    const struct plan     *plan;
    struct way             way;         /* the one at hand */
    struct way             ahead;
    struct in_place        now;         /* after the steps that were looked at */
    struct arena           arenas[2];   /* of the way at hand and of the one ahead */
    bool                   begun, swapped;
};

bool ways_next(struct ways *ways);
void ways_free(struct ways *ways);
int  steps_repeat(const struct step *steps, int n_steps);

#endif
