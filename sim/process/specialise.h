/* process/specialise: a process's expressions where some variables are known. Includes process/process. */
#ifndef NINES_PROCESS_SPECIALISE_H
#define NINES_PROCESS_SPECIALISE_H

#include "process/process.h"

/* What is known of a value: INFINITY where it may be anything, no number included. */
struct range {
    double least, greatest;
    bool   unsigned_zero; /* it is never -0 */
};

struct special {
    const struct process *process;
    struct graph  graph; /* what is left; its tables are those of the process, by their numbers */
    struct range *range; /* per node of it */
    struct range *table; /* per table */
    int           range_capacity;
    expr         *node;  /* per node of the process: what it became */
    bool         *known; /* per variable */
    int          *open, n_open; /* nodes of the process that depend on a known variable: all that differs */
    int           n_fixed; /* nodes of the graph that the others became */
};

void special_open(struct special *special, const struct process *process, const bool *known);
void special_close(struct special *special);
void special_make(struct special *special, const int *value);
expr special_number(struct special *special, double value);
expr special_if(struct special *special, expr condition, expr yes, expr no);
bool special_is_constant(const struct special *special, expr e, double *value);

void process_controls(const struct process *process, bool *control);

#endif
