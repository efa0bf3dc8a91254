/* study/sample: blocks of paths run on all cores. Includes study/solution, study/tally, engine/. */
#ifndef NINES_STUDY_SAMPLE_H
#define NINES_STUDY_SAMPLE_H

#include "base/error.h"
#include "engine/engine.h"
#include "study/solution.h"
#include "study/tally.h"

/*
 * Paths that are drawn alike: of one process, begun in one state of the release, numbered first, first + stride, …
 * Strata have path numbers of their own, so they are independent; strategies share them, so that their differences have
 * little noise.
 */
struct stratum {
    double           weight;    /* its probability */
    int              release;   /* enum release_state the paths begin with */
    uint64_t         first, stride;
    struct tally     tally;
    struct histogram histograms[HISTOGRAMS];
    uint64_t         wanted;    /* paths to have drawn by the end of this round; tally.paths are there */
};

enum { STRATA = 2 };
enum { BLOCK_PATHS = 2048 }; /* that are drawn and tallied together: enough that lanes are full for most of the time */

/* One process that is sampled: a strategy in a topology, or no release at all. */
struct arm {
    struct rollout rollout;
    struct arm    *none;        /* its partner on the same paths; NULL for no release itself */
    struct arm    *rival;       /* the plan that it is compared with on the same paths, or NULL */
    const struct solution *solution; /* of no release itself, where it was solved: its means have no error */
    struct stratum strata[STRATA];
    int            n_strata;
};

struct worker;

struct sampler {
    const struct engine *engine;
    enum simd   simd;
    struct arm *arms;
    int         n_arms;
    struct watches watches;
    uint64_t    seed;
    double      horizon;
    int         threads;              /* 1 or more */
    const volatile int *stop;         /* may be NULL */
    void      (*on_block)(uint64_t paths, void *context); /* from the calling thread: paths drawn in this call */
    void       *context;
    struct worker **workers; /* per thread; NULL: none is there yet */
    void      **opened;      /* a run of the engine for each arm, which others join; NULL: none needed one yet */
};

uint64_t arm_drawn(const struct arm *arm);
int  sampler_threads(int asked);
bool sampler_run(struct sampler *sampler, struct error *error);
void sampler_use(struct sampler *sampler, const struct engine *engine);
void sampler_leave(struct sampler *sampler, int arm);
void sampler_set_rival(struct arm *arm, struct arm *rival);
void sampler_close(struct sampler *sampler);

#endif
