/*
 * study/gate: whether a plan keeps conditions, decided by sampling. Includes engine/, scenario/, study/study.
 */
#ifndef NINES_STUDY_GATE_H
#define NINES_STUDY_GATE_H

#include "study/study.h"

/* What samples say of a statement. */
enum ruling { RULING_UNDECIDED, RULING_PASSED, RULING_FAILED, RULINGS };

extern const char *const ruling_names[RULINGS]; /* "undecided", "passed", "failed" */

/* Why a gate ended. */
enum gate_end {
    GATE_DECIDED,    /* every condition is */
    GATE_MAX_PATHS,  /* the scenario's max_paths were drawn */
    GATE_TIME_LIMIT,
    GATE_SIGNAL,     /* interrupted */
    GATE_ENDS
};

extern const char *const gate_end_names[GATE_ENDS]; /* "decided", "max_paths", "time_limit", "signal" */

/* One condition, and what was found. Figures are in the unit of the measure; NAN: not known. */
struct finding {
    const struct condition *condition;
    enum ruling ruling;
    double      value, low, high; /* the figure that the condition is about, with its interval at the confidence */
    bool        trusted;          /* false: low and high are safe bounds, since too few paths carry the figure */
    uint64_t    paths;            /* that it rests on */
    const char *help;             /* undecided: what would help; a sentence, or NULL */
};

struct gate {
    struct arena           arena;
    const struct scenario *scenario;
    const struct topology *topology;   /* of the plan that is judged; NULL: no plan keeps subject_to */
    const struct strategy *strategy;
    bool                   named;      /* the strategy was named, not found to be the best, */
    bool                   best;       /* or it is known to be; else it leads, and others may be better */
    const char            *note;       /* what else is known of the plan, such as those level with it; or NULL */
    struct finding        *findings;   /* one per condition: the scenario's in order, then those required */
    int                    n_findings;
    enum ruling            verdict;    /* passed if all are, failed if one is */
    enum gate_end          end;
    double                 confidence; /* that no ruling is wrong */
    double                 seconds;
    uint64_t               paths, seed;
    int                    threads;
};

struct gate_options {
    const struct condition *required;   /* beside the scenario's own */
    int                     n_required;
    bool                    named;      /* the scenario has one strategy left, by name */
    double                  time_limit; /* seconds; 0: none */
    int                     threads;    /* 0: all */
    const struct engine    *engine;     /* NULL: the faster one */
    enum simd               simd;       /* one that simd_runs() */
    bool                    sample_all; /* do not solve no release, to check the sampling */
    const volatile int     *stop;       /* becomes non-zero to end at the next block; may be NULL */
    void                  (*on_progress)(const struct progress *progress, void *context); /* may be NULL */
    void                   *context;
};

struct gate *gate_run(const struct scenario *scenario, const struct gate_options *options, struct error *error);
void         gate_free(struct gate *gate);

#endif
