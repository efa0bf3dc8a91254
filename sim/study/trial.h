/* study/trial: all plans of one topology on the same paths, kept path by path. Includes study/sample, study/study. */
#ifndef NINES_STUDY_TRIAL_H
#define NINES_STUDY_TRIAL_H

#include "study/sample.h"
#include "study/study.h"

/* How a trial is run: equal for all that are to be compared. */
struct trial_options {
    uint64_t paths;                 /* of each plan, in all strata together */
    enum estimator estimator;
    int      phases;                /* fixed delays become Erlang delays of so many phases; 0: they are fixed */
    const struct engine *engine;
    enum simd simd;
    const volatile int *stop;       /* may be NULL */
};

/* What is kept of the paths of one plan, or of no release, in one stratum. */
struct draws {
    double *value[MEASURES]; /* by path; NULL: not kept */
    double *control;         /* of the objective: what chance has added to it; NULL: nothing is known */
};

struct trial {
    struct arena     arena;
    const struct scenario *scenario; /* with one topology */
    int              n_plans;        /* arms 1 … n_plans; arm 0 is no release at all, on the same paths */
    int              n_strata;
    double           weight[STRATA];
    int              n_paths[STRATA];
    struct draws   (*draws)[STRATA]; /* by arm */
    struct solution  none;           /* no release at all, where it is solved */
    bool             is_solved;
    struct text     *processes;      /* by arm, in words: to tell whether another is the same */
    uint64_t         drawn;          /* paths, those of no release as well */
};

bool   trial_run(const struct scenario *scenario, const struct trial_options *options, const struct trial *base,
                 struct trial *trial, struct error *error);
void   trial_free(struct trial *trial);
double trial_value(const struct trial *trial, int arm, int stratum, enum measure measure, int path);
double trial_statistic(const struct trial *trial, int arm, const struct condition *condition);

#endif
