/* study/solution: the measures of one rollout without sampling. Includes models/rollout. */
#ifndef NINES_STUDY_SOLUTION_H
#define NINES_STUDY_SOLUTION_H

#include "models/rollout.h"

#include <stdint.h>

/* Limits, and who listens. */
struct solution_options {
    uint32_t            most_states; /* 0: 20 million */
    double              most_work;   /* products times transitions, to give up beforehand; 0: any */
    int                 threads;     /* 0: all */
    const volatile int *stop;        /* may be NULL */
    void (*on_states)(uint32_t states, void *context);             /* may be NULL */
    void (*on_step)(uint64_t steps, double left, void *context);   /* may be NULL; left: share of the horizon */
    void *context;
};

/* What came out, and what of. Figures that a rollout does not have are NAN. */
struct solution {
    uint64_t states, transitions, steps;
    int      phases;           /* of each fixed delay; 0: the process has none */
    double   value[MEASURES];  /* in the measures' units; added_* are NAN */
    double   bound[MEASURES];  /* how far off each may be, by the arithmetic of the solver */
    double   cause[CAUSES];    /* in seconds */
};

bool solution_find(const struct rollout *rollout, double horizon, int phases, const struct solution_options *options,
                   struct solution *solution, struct error *error);
struct solution solution_extrapolate(const struct solution *solutions, int n_solutions);

#endif
