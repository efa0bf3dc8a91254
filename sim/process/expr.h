/* process/expr: expressions as a shared graph. Includes base/ only. */
#ifndef NINES_PROCESS_EXPR_H
#define NINES_PROCESS_EXPR_H

#include <stdbool.h>

/* An expression is the index of its node; operands always have lower indices than the node that uses them. */
typedef int expr;

enum op {
    OP_CONSTANT,
    OP_VARIABLE,
    OP_TABLE, /* a looks into table b; an index outside is moved to the nearest end */
    OP_NOT,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_MIN,
    OP_MAX,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_EQUAL,
    OP_AND,
    OP_OR,
    OP_IF, /* a ? b : c */
    OPS
};

struct node {
    enum op op;
    int     a, b, c;  /* operands; OP_VARIABLE: a is the variable; OP_TABLE: b is the table */
    double  constant;
};

struct table {
    const char *name;
    double     *values;
    int         n_values;
};

struct graph {
    struct node  *nodes;
    int           n_nodes, node_capacity;
    int          *buckets; /* hash of a node to the last node with it */
    int          *chain;   /* the one before it */
    int           n_buckets;
    struct table *tables;
    int           n_tables, table_capacity;
};

void graph_free(struct graph *graph);
void graph_cut(struct graph *graph, int n);
int  graph_operands(const struct node *node, int operands[3]);
double graph_apply(const struct node *node, double a, double b, double c);

expr expr_node(struct graph *graph, struct node node);
expr expr_constant(struct graph *graph, double value);
expr expr_variable(struct graph *graph, int variable);
int  expr_add_table(struct graph *graph, const char *name, const double *values, int n_values);
expr expr_table(struct graph *graph, int table, expr index);
expr expr_unary(struct graph *graph, enum op op, expr a);
expr expr_binary(struct graph *graph, enum op op, expr a, expr b);
expr expr_if(struct graph *graph, expr condition, expr yes, expr no);
expr expr_like(struct graph *graph, const struct node *node, const int operands[3]);
bool expr_is_constant(const struct graph *graph, expr e, double *value);

#endif
