/* process/apply: what an operation does to its operands. Includes process/expr only. */
#ifndef NINES_PROCESS_APPLY_H
#define NINES_PROCESS_APPLY_H

#include "process/expr.h"

#include <assert.h>

/* Conditions: comparison, and, or, not, if. */
static inline double apply_condition(enum op op, double a, double b, double c)
{
    switch (op) {
    case OP_NOT:
        return a == 0;
    case OP_LESS:
        return a < b;
    case OP_LESS_EQUAL:
        return a <= b;
    case OP_EQUAL:
        return a == b;
    case OP_AND:
        return (a != 0) & (b != 0);
    case OP_OR:
        return (a != 0) | (b != 0);
    default:
        assert(op == OP_IF);
        return a != 0 ? b : c;
    }
}

/* Written such that no number at all (0/0 in a branch that is not chosen) looks at the first entry. */
static inline double apply_table(const struct table *table, double index)
{
    return table->values[!(index > 0) ? 0 : index >= table->n_values ? table->n_values - 1 : (int)index];
}

/* The value of an operation. Not for constants, variables and tables. */
static inline double apply_operation(enum op op, double a, double b, double c)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUBTRACT:
        return a - b;
    case OP_MULTIPLY:
        return a * b;
    case OP_DIVIDE:
        return a / b;
    case OP_MIN:
        return a < b ? a : b;
    case OP_MAX:
        return a > b ? a : b;
    default:
        return apply_condition(op, a, b, c);
    }
}

#endif
