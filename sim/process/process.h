/* process/process: bounded integer variables and guarded commands. Includes base/ and process/expr. */
#ifndef NINES_PROCESS_PROCESS_H
#define NINES_PROCESS_PROCESS_H

#include "base/error.h"
#include "base/memory.h"
#include "process/expr.h"

#include <stdint.h>

struct variable {
    const char *name;
    int         least, greatest, initial;
};

enum delay {
    DELAY_NOW,         /* at once, lowest command first */
    DELAY_EXPONENTIAL, /* amount is the rate, per second */
    DELAY_FIXED,       /* amount is the time in seconds, read when the guard becomes true */
};

struct update {
    int  variable;
    expr value;
};

/* Earned when the branch is taken, in full and at once: `amount` in the state before the branch's updates. */
struct impulse {
    int  reward;
    expr amount;
};

struct branch {
    expr probability;
    int  first_update, n_updates;
    int  first_impulse, n_impulses;
};

struct command {
    const char *name;
    expr        guard;
    enum delay  delay;
    expr        amount; /* not for DELAY_NOW */
    int         first_branch, n_branches;
    uint32_t    stream; /* of its random numbers: from its name, so that processes share what they have in common */
};

/* Earned at `rate` per second over [0, horizon], and by the impulses of branches. */
struct reward {
    const char *name;
    expr        rate;
};

struct label {
    const char *name;
    expr        condition;
};

/* A name for a node, for readers of the printed process. */
struct formula {
    const char *name;
    expr        value;
};

struct process {
    struct arena     arena; /* names */
    const char      *name;
    struct graph     graph;
    struct variable *variables;
    struct command  *commands;
    struct branch   *branches;
    struct update   *updates;
    struct impulse  *impulses;
    struct reward   *rewards;
    struct label    *labels;
    struct formula  *formulas;
    int n_variables, n_commands, n_branches, n_updates, n_impulses, n_rewards, n_labels, n_formulas;
};

struct process *process_new(const char *name);
void process_free(struct process *process);

int  process_add_variable(struct process *process, const char *name, int least, int greatest, int initial);
int  process_add_command(struct process *process, const char *name, expr guard, enum delay delay, expr amount);
void process_add_branch(struct process *process, expr probability);
void process_add_update(struct process *process, int variable, expr value);
void process_add_impulse(struct process *process, int reward, expr amount);
void process_insert_impulse(struct process *process, int branch, int reward, expr amount);
int  process_add_reward(struct process *process, const char *name, expr rate);
int  process_add_label(struct process *process, const char *name, expr condition);
void process_add_formula(struct process *process, const char *name, expr value);

int  process_find_variable(const struct process *process, const char *name);
int  process_find_command(const struct process *process, const char *name);
int  process_find_reward(const struct process *process, const char *name);
int  process_find_label(const struct process *process, const char *name);

bool process_check(const struct process *process, struct error *error);

#endif
