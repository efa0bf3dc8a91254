/* engine/kernel: one visit of a block of paths in a mode, compiled for each kind of vectors. Includes engine/modes. */
#ifndef NINES_ENGINE_KERNEL_H
#define NINES_ENGINE_KERNEL_H

#include "engine/modes.h"
#include "engine/philox.h"

/* Paths side by side: rows of LANES values. */
struct block {
    double   *rows;
    uint64_t *counts;      /* rows too: how often a command has fired, which numbers its random numbers */
    uint64_t  path[LANES];
};

/* A command, and the lanes in which it fires. */
struct firing {
    const struct mode_command *command;
    lane_set lanes;
};

struct visit {
    const struct layout *layout;
    const struct process *process;
    uint64_t      keys[PHILOX_ROUNDS][2]; /* of the rounds, from the seed; 32 bits each */
    double        horizon;
    bool          sees_labels; /* first times are asked for */
    double       *scratch;     /* temporary rows */
    struct firing *firing;     /* room for as many as there are commands */
    lane_set     *sorted;      /* likewise */
    struct mode  *mode;
    struct block *block;
    lane_set      active;      /* lanes that take part; in the end: those that are still in the mode */
    lane_set      ended, moved; /* lanes that came to the horizon, or to another mode */
    struct mode_branch *exit[LANES]; /* by which those that moved did */
    uint64_t      events;      /* commands fired, added up */
    bool          bad;         /* some path broke the rules of processes */
};

struct kernel {
    void (*run)(struct visit *visit, int enough);
    void (*begin)(struct visit *visit, const int *initial, lane_set lanes);
};

extern const struct kernel kernel_baseline;
#ifdef __x86_64__
extern const struct kernel kernel_avx2, kernel_avx512;
#endif

#endif
