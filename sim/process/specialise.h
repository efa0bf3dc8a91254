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
    bool         *known; /* per variable */
    /* Per node of the process: */
    expr         *node;  /* what it became; -1: nobody has asked yet */
    bool         *closed; /* it depends on known variables and on no others */
    double       *value; /* of those that are closed */
    int          *order, n_order; /* those that are closed and no constants */
    int          *made, n_made; /* those that became something since special_make() */
    int          *stack;
    int           n_fixed; /* nodes of the graph that those became that depend on no known variable */
};

void special_open(struct special *special, const struct process *process, const bool *known);
void special_close(struct special *special);
void special_make(struct special *special, const int *value);
expr special_node(struct special *special, expr e);
expr special_number(struct special *special, double value);
expr special_if(struct special *special, expr condition, expr yes, expr no);
bool special_is_known(const struct special *special, expr e, double *value);
bool special_is_constant(const struct special *special, expr e, double *value);

void process_controls(const struct process *process, bool *control);

#endif
