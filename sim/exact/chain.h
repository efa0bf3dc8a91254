/* exact/chain: a continuous-time Markov chain, state by state. Includes base/. */
#ifndef NINES_EXACT_CHAIN_H
#define NINES_EXACT_CHAIN_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

#define CHAIN_NOWHERE UINT32_MAX

/* Rates are per unit of time; rows have no self-loops and no target twice, targets rise within a row. */
struct chain {
    uint32_t  n_states;
    uint64_t  n_transitions;
    uint64_t *row;      /* n_states + 1: where a state's transitions begin */
    uint32_t *target;
    double   *rate;     /* above 0 */
    uint32_t  n_initial; /* the states that it may begin in, and how likely each is */
    uint32_t *initial;
    double   *initial_probability;
};

/* What every solver is told, and what it tells. */
struct solver {
    int      threads;                 /* 0: all */
    double   precision;               /* the error that is asked for: see the solver; 0: its own choice */
    uint64_t most_steps;              /* sweeps or products before it gives up; 0: the solver's own bound */
    const volatile int *stop;         /* non-zero: give up with an error; may be NULL */
    void   (*on_step)(uint64_t steps, double error, void *context); /* may be NULL */
    void    *context;
    uint64_t steps;                   /* out: sweeps or products done, added up */
    double   error_bound;             /* out: of the last result, relative for steady states, absolute for others */
    double   cut, rounding;           /* out, of transients: parts of it, absolute, and relative to each value */
    double   floor;                   /* out: of a relative bound, what may be off beside it, absolute, of each value */
};

void     chain_free(struct chain *chain);
void     chain_transpose(const struct chain *chain, struct chain *transposed);
uint32_t chain_reach(const struct chain *chain, const bool *closed, uint32_t n_seeds, uint32_t *found,
                     uint32_t *place);
double  *chain_exit_rates(const struct chain *chain);
double   chain_weighted(uint32_t n_states, const double *weight, const double *value);
double   chain_sum_where(uint32_t n_states, const bool *in, const double *value);
int      chain_threads(const struct solver *solver);
bool     chain_stopped(const struct solver *solver, struct error *error);

#endif
