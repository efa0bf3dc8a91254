/* bench: models to measure engines on, and simulations written by hand to measure them against. Includes sim/. */
#ifndef NINES_BENCH_H
#define NINES_BENCH_H

#include "engine/engine.h"
#include "models/rollout.h"
#include "scenario/scenario.h"
#include "scripts/bench/textbook.h"

enum { BENCH_STRATA = 2, BLOCK_PATHS = 512 };

/* A process to measure on. A round is `blocks` blocks of BLOCK_PATHS paths of each stratum. */
struct model {
    const char      *name;
    struct process  *process;
    double           horizon;
    int              n_strata;
    const char      *stratum[BENCH_STRATA];
    int             *initial[BENCH_STRATA]; /* NULL: the process's own */
    int              blocks[BENCH_STRATA];
    int              n_watched;
    const char      *watched[WATCHED];      /* rewards, in the order of the textbook's tally */
    textbook_run    *textbook;              /* NULL: there is none */
    bool             solvable;              /* a small chain: its means can be computed */
    struct scenario *scenario;              /* NULL: not of one */
    struct rollout   rollout;
};

void model_repair(struct model *model);
void model_pools(struct model *model);
bool model_checkout(struct model *model, struct error *error);
void model_free(struct model *model);

/* Of a block: as in struct batch; events are added up. */
struct results {
    double  *rewards;
    bool    *at_end;
    uint64_t events;
};

void results_open(struct results *results, const struct model *model);
void results_close(struct results *results);
bool model_run(const struct model *model, const struct engine *engine, void *opened, int stratum, uint64_t block,
               struct results *results, struct error *error);

bool agree(const struct model *model, struct error *error);

#endif
