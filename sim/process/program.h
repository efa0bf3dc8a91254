/* process/program: what is to be evaluated, as a flat list of operations. Includes process/process. */
#ifndef NINES_PROCESS_PROGRAM_H
#define NINES_PROCESS_PROGRAM_H

#include "process/process.h"

/* Computes value[out] from value[a], value[b], value[c]; for variables and tables as in struct node. */
struct operation {
    enum op op;
    int     out, a, b, c;
};

struct program {
    const struct operation *operations;
    int n_operations;
};

struct program program_new(const struct graph *graph, struct arena *arena, bool *needed, bool *done);
void program_set_constants(const struct graph *graph, bool *done, double *value);
void program_run(const struct program *program, const struct graph *graph, const int *state, double *value);

#endif
