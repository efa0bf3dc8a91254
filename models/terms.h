/* models/terms: short names for writing expressions of a process. Includes process/. */
#ifndef NINES_MODELS_TERMS_H
#define NINES_MODELS_TERMS_H

#include "process/process.h"

static inline expr term_number(struct process *p, double value)
{
    return expr_constant(&p->graph, value);
}

static inline expr term_variable(struct process *p, int variable)
{
    return variable < 0 ? expr_constant(&p->graph, 0) : expr_variable(&p->graph, variable);
}

static inline expr term(struct process *p, enum op op, expr a, expr b)
{
    return expr_binary(&p->graph, op, a, b);
}

static inline expr term_plus(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_ADD, a, b);
}

static inline expr term_minus(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_SUBTRACT, a, b);
}

static inline expr term_times(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_MULTIPLY, a, b);
}

static inline expr term_over(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_DIVIDE, a, b);
}

static inline expr term_and(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_AND, a, b);
}

static inline expr term_or(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_OR, a, b);
}

static inline expr term_not(struct process *p, expr a)
{
    return expr_unary(&p->graph, OP_NOT, a);
}

static inline expr term_is(struct process *p, expr a, double value)
{
    return expr_binary(&p->graph, OP_EQUAL, a, expr_constant(&p->graph, value));
}

static inline expr term_less(struct process *p, expr a, expr b)
{
    return expr_binary(&p->graph, OP_LESS, a, b);
}

static inline expr term_if(struct process *p, expr condition, expr yes, expr no)
{
    return expr_if(&p->graph, condition, yes, no);
}

#endif
