/* study/sensitivity: which figures of a scenario matter most. Includes study/study, scenario/figures, engine/. */
#ifndef NINES_STUDY_SENSITIVITY_H
#define NINES_STUDY_SENSITIVITY_H

#include "engine/interval.h"
#include "scenario/figures.h"
#include "study/study.h"

#define SENSITIVITY_FACTOR 2.0 /* unless told otherwise */

enum {
    SENSITIVITY_PATHS = 4096,        /* of each plan at each value, unless told otherwise */
    SENSITIVITY_PATHS_MOST = 400000, /* they are kept one by one */
};

/* How the best plan compares with the others where a figure is moved. */
enum rivalry {
    RIVALRY_BEST,       /* it is the best there as well */
    RIVALRY_LEVEL,      /* the paths do not tell it from another plan, though they do where nothing is moved */
    RIVALRY_WORSE,      /* another plan costs less */
    RIVALRY_INFEASIBLE, /* it breaks a condition there, and another plan does not */
    RIVALRY_NONE,       /* no plan keeps every condition */
};

/* A figure moved one way. */
struct variation {
    bool            is_there;   /* the checks let the figure go that way, and it was not interrupted */
    double          value;      /* of the figure */
    bool            clipped;    /* less far than asked, as far as the checks let it go */
    struct interval difference; /* of the objective of the best plan to what it is where nothing is moved */
    bool            told;       /* the interval does not reach 0 */
    uint64_t        differing;  /* paths on which the objective is another */
    enum rivalry    rivalry;
    int             rival;      /* outcome of the study that it is about; -1: none */
    struct interval gap;        /* what the best plan of the study costs more than that one */
    const char     *broken;     /* the condition that it breaks, or NULL */
};

enum { DOWN, UP, WAYS };

/* A figure moved both ways. */
struct sensitive {
    struct figure    figure;
    struct variation ways[WAYS];
};

struct sensitivity {
    double            factor;
    int               winner;  /* outcome of the study whose objective is followed */
    struct sensitive *list;    /* what moves it most comes first */
    int               n;
    struct figures    left_out[MOBILITIES]; /* by why */
    uint64_t          paths;   /* of each plan at each value */
    double            seconds;
};

struct sensitivity_options {
    double   factor;                /* above 1 */
    uint64_t paths;                 /* 0: SENSITIVITY_PATHS */
    enum estimator estimator;
    int      phases;                /* fixed delays become Erlang delays of so many phases; 0: they are fixed */
    const struct engine *engine;    /* NULL: the faster one */
    enum simd simd;
    const volatile int *stop;       /* becomes non-zero to end; may be NULL */
    void   (*on_progress)(const struct progress *progress, void *context); /* from the calling thread; may be NULL */
    void    *context;
};

bool   sensitivity_run(struct study *study, const struct sensitivity_options *options, struct error *error);
double sensitive_effect(const struct sensitive *sensitive);

#endif
