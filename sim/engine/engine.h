/* engine/engine: what every engine does: run paths of a process. Includes base/ and process/. */
#ifndef NINES_ENGINE_ENGINE_H
#define NINES_ENGINE_ENGINE_H

#include "process/process.h"

/* What a process is held to: commands fired at one time before they are called a cycle, sums of probabilities. */
enum { MOST_AT_ONCE = 1000000 };
#define PROBABILITY_ROUNDING 1e-9 /* that rounded ones may be off by */

/* Called for each event of a path, for tests and for looking closer; branch is counted from 0 within the command. */
typedef void observe_event(void *context, double time, int command, int branch, const int *state);

/* A block of paths to run, and where the results go. Path i of the block has the number first + i · stride. */
struct batch {
    uint64_t   seed, first, stride;
    int        n_paths;
    double     horizon;   /* seconds, finite */
    const int *initial;   /* a value per variable, or NULL: the process's own */
    double    *rewards;   /* n_paths × rewards: accumulated over [0, horizon]; those of a path together */
    double    *first_time;/* n_paths × labels: first time that the label held, INFINITY: never; may be NULL */
    bool      *at_end;    /* n_paths × labels: whether it holds at the horizon */
    uint64_t   events;    /* commands fired, added up */
    const volatile int *stop; /* becomes non-zero to end before all paths are done; may be NULL */
    bool       unfinished;    /* it did, and the results are of no use */
    observe_event *observe; /* NULL: nobody looks */
    void      *context;
};

/* How wide the vectors are that an engine may use; its results do not depend on it. */
enum simd { SIMD_AUTO, SIMD_BASELINE, SIMD_AVX2, SIMD_AVX512, SIMDS };

/*
 * An engine. A run of it belongs to one thread, and reads the process until it is closed. What is made once for a
 * process is shared by the run that was opened and all that have joined it, and goes with the last of them.
 */
struct engine {
    const char *name;
    void *(*open)(const struct process *process, enum simd simd);
    void *(*join)(void *run); /* a run for one more thread, whether that one is running or not */
    bool  (*run)(void *run, struct batch *batch, struct error *error);
    void  (*close)(void *run);
};

extern const struct engine engine_lanes, engine_reference;
extern const struct engine *const engines[]; /* the usual one first, then NULL */
extern const char *const simd_names[SIMDS + 1]; /* the last is NULL */

const struct engine *engine_find(const char *name);
enum simd simd_find(const char *name);
bool simd_runs(enum simd simd);
void *engine_enter(const struct engine *engine, void **first, const struct process *process, enum simd simd);
bool engine_stopped(const volatile int *stop);

#endif
