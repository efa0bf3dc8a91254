/*
 * study: a scenario run: every strategy in every topology, sampled until precise enough or solved. Includes engine/,
 * scenario/, study/solution.
 */
#ifndef NINES_STUDY_STUDY_H
#define NINES_STUDY_STUDY_H

#include "engine/engine.h"
#include "scenario/scenario.h"
#include "study/solution.h"

/* One measure of one strategy. Figures that do not exist (percentiles of a probability) are NAN. */
struct estimate {
    double      mean, low, high; /* at the scenario's confidence */
    double      p50, p90, p95, p99, max;
    uint64_t    paths;
    bool        trusted;         /* false: too few paths saw what the interval rests on; note says so */
    const char *note;            /* a sentence, or NULL */
    bool        solved;          /* the mean was not sampled: low and high are bounds of the arithmetic */
};

/* Probability of more than a value; values rise. */
struct curve {
    double *value, *exceeded;
    int     n_points;
    double  sure;       /* what is exceeded with less than this may rest on fewer than ten paths */
};

enum { CURVES = 3 };
extern const enum measure curve_measures[CURVES]; /* downtime, lost, duration */

/* Why sampling ended. */
enum stop {
    STOP_PRECISE,   /* the objective has the asked relative precision */
    STOP_CONSTANT,  /* every path gave the same objective */
    STOP_PATHS,     /* exactly the asked number of paths (--paths) */
    STOP_BEHIND,    /* it is no better than the best by more than the indifference */
    STOP_WORSE,     /* another plan is better */
    STOP_INFEASIBLE, /* it breaks a condition of subject_to */
    STOP_MAX_PATHS, /* max_paths was reached before the precision */
    STOP_SIGNAL,    /* interrupted: a partial result */
    STOP_SOLVED,    /* not sampled: solved */
    STOP_UNSOLVED,  /* not sampled, and could not be solved: no figures */
    STOPS
};

extern const char *const stop_names[STOPS];

/* Where a plan stands among those of its topology. */
enum standing {
    STANDING_OPEN,       /* it may be the best; or it leads, and that is not decided */
    STANDING_BEST,       /* it leads, keeps the conditions, and no other is better by more than the indifference */
    STANDING_LEVEL,      /* it differs from the leader by less than the indifference */
    STANDING_BEHIND,     /* it is not better than the leader by more than the indifference; more is not asked */
    STANDING_WORSE,      /* it costs more than another */
    STANDING_INFEASIBLE, /* it breaks a condition of subject_to */
    STANDINGS
};

extern const char *const standing_names[STANDINGS];

/* How means are estimated. */
enum estimator {
    ESTIMATOR_SMOOTHED, /* downtime and lost less what chance has added to them, where that is known */
    ESTIMATOR_PLAIN,    /* from what paths show */
    ESTIMATORS
};

extern const char *const estimator_names[ESTIMATORS + 1]; /* the last is NULL */

struct sensitivity;

/* One strategy in one topology, or no release at all. */
struct outcome {
    const struct topology *topology;
    const struct strategy *strategy; /* NULL: no release at all: only downtime, lost and causes are set */
    const char      *name;           /* the strategy's, or "none" */
    struct estimate  measures[MEASURES_ALL]; /* those of the budget only where the scenario has an slo */
    struct estimate  window;   /* share of the error budget that a window takes with the scenario's releases_per_window,
                                  if it has both, and with none by faults alone; its percentiles are NAN */
    double           causes[CAUSES]; /* means, in seconds; add up to lost */
    struct curve     curves[CURVES];
    enum stop        stop;
    double           precision;      /* reached: half the interval of the objective over its mean */
    enum standing    standing;       /* where there was a selection; else it is open */
    bool             unjudged;       /* a run interrupted too early to tell whether it is feasible */
    bool             feasible;       /* keeps every subject_to, by its estimate */
    const char      *infeasible_because; /* the text of the first condition that it breaks, or NULL */
    uint64_t         paths, events;
    const struct solution *solutions; /* what was solved, by rising phases; the estimates are what they tend to */
    int              n_solutions;     /* 0: sampled */
    const char      *unsolved;        /* why it could not be solved, a sentence, or NULL */
};

struct study {
    struct arena           arena;
    const struct scenario *scenario;
    struct outcome        *outcomes; /* topology by topology: none first, then the strategies in order */
    int                    n_outcomes;
    int                   *best;     /* per topology: index of the winning outcome, -1: none is feasible */
    int                    winner;   /* over all topologies, or -1 */
    bool                   selected; /* plans were dropped as soon as they were known not to win */
    const char            *winner_note; /* what stands level with it, or NULL */
    double                 seconds;
    int                    threads;
    uint64_t               seed, paths, events;
    bool                   partial;
    enum estimator         estimator; /* of means that were sampled */
    bool                   solved;   /* by study_solve(): nothing was sampled */
    const struct sensitivity *sensitivity; /* study/sensitivity: what its figures matter; NULL: not asked for */
};

/* What a caller may follow while a study runs. */
struct progress {
    uint64_t    paths, paths_expected; /* so far; in the end, as now foreseen: 0 if there is nothing to tell it from */
    double      share;                 /* of the work, which is done; 0: not foreseen */
    double      widest;                /* the widest relative interval of the objective; INFINITY: too few paths tell */
    const char *widest_strategy;       /* who has it; NULL in the first round */
    const char *widest_topology;       /* NULL: there is only one */
    double      seconds;
};

struct study_options {
    uint64_t paths;                 /* exactly so many a strategy; 0: until precise */
    int      threads;               /* 0: all */
    enum estimator estimator;
    int      phases;                /* fixed delays become Erlang delays of so many phases; 0: they are fixed */
    const struct engine *engine;    /* NULL: the faster one */
    enum simd simd;                 /* one that simd_runs() */
    bool     sample_all;            /* sample no release too where it could be solved, to check the sampling */
    const volatile int *stop;       /* becomes non-zero to end at the next block; may be NULL */
    void   (*on_progress)(const struct progress *progress, void *context); /* from the calling thread; may be NULL */
    void    *context;
};

enum { MOST_PHASES = 8 }; /* different numbers of phases in one study */

/* What a caller may follow while a study is solved. */
struct solving {
    const char *topology, *strategy;
    int         phases;
    uint32_t    states;  /* found so far */
    uint64_t    steps;   /* products done */
    double      left;    /* share of the horizon that is left; 1 while states are found */
};

struct solve_options {
    const int *phases;                /* rising, 1 or more each; several are extrapolated */
    int        n_phases;              /* 1 to MOST_PHASES */
    uint32_t   most_states;           /* 0: 20 million */
    int        threads;               /* 0: all */
    const volatile int *stop;         /* becomes non-zero to give up; may be NULL */
    void     (*on_progress)(const struct solving *solving, void *context); /* may be NULL */
    void      *context;
};

enum estimator estimator_find(const char *name);
struct study *study_run(const struct scenario *scenario, const struct study_options *options, struct error *error);
struct study *study_solve(const struct scenario *scenario, const struct solve_options *options, struct error *error);
void          study_free(struct study *study);

#endif
