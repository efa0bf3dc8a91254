/* engine/modes: what a process does at one place of its controller, as flat programs over rows of lanes. Includes
 * engine/engine, process/specialise. */
#ifndef NINES_ENGINE_MODES_H
#define NINES_ENGINE_MODES_H

#include "engine/engine.h"
#include "process/specialise.h"

#include <stdatomic.h>

enum { LANES = 64, MOST_WIDTH = 8 }; /* of a block; doubles of the widest vector */
enum { PLAIN_STEPS = 4 };       /* of a plain command at most */

typedef uint64_t lane_set; /* a bit for each lane of a block */

#define ALL_LANES UINT64_MAX
#define LANE(lane) (UINT64_C(1) << (lane))

/* Where a value of a block of lanes stands: in the rows of the block, among the temporary rows, or it is a constant. */
enum base { BASE_ROWS, BASE_SCRATCH, BASE_CONSTANTS, BASES };

struct place {
    int32_t  at;   /* of the first lane's double */
    uint16_t base;
    uint16_t step; /* from one lane to the next: 1, or 0: the same for all, which stands MOST_WIDTH times */
};

/*
 * Where an instruction finds its operands: all are rows, or b is a constant, or any is either; or one of them is what
 * the instruction before has given, which is held in registers (engine/kernel_programs.h).
 */
enum form {
    FORM_ANY,
    FORM_ROWS,
    FORM_CONSTANT_B,
    FORM_HELD_A,
    FORM_HELD_A_CONSTANT_B,
    FORM_HELD_B,
    FORM_HELD_C,
    FORMS
};

/* out = op(a, b, c) for all lanes; of OP_TABLE table[a]; of OP_VARIABLE a itself. */
struct instruction {
    uint32_t            kind; /* enum op · FORMS + enum form */
    int32_t             out;  /* a temporary row, or -1: only the next instruction needs it */
    struct place        a, b;
    union {
        struct place        c;
        const struct table *table;
    };
};

struct code {
    const struct instruction *instructions;
    int n;
};

/* Which row is which: each has a double for each lane. */
struct layout {
    int time, at_once;           /* at_once: commands fired at that time, less one */
    int variables, rewards, first_times, at_ends; /* first of their rows */
    int *timer;                  /* per command: what is left of its unit exponential, or when it is due; or -1 */
    int *fired;                  /* per command: of the rows of counts; or -1: it needs no random numbers */
    int n_rows, n_counts;
};

struct mode_update {
    int          row;
    struct place value;
    double       least, greatest;
};

/* x := keep · x + by, where keep is 1 or 0. */
struct mode_step {
    int    at;                   /* of the first lane's double */
    double keep, by, least, greatest;
};

/* Earned when the branch is taken. */
struct mode_impulse {
    int          row;
    struct place amount;
};

/* A control's new value; controls are counted as in struct mode. */
struct mode_change {
    int control, value;
};

struct mode_branch {
    struct place probability;
    struct code  code;           /* what it needs beyond its command's */
    const struct mode_update *updates;
    const struct mode_step   *steps; /* updates that need no program */
    const struct mode_impulse *impulses;
    int          n_updates, n_steps, n_impulses;
    bool         broken;         /* it would set a control to what it cannot be */
    const struct mode_change *changes; /* of the controls: it leads to another mode if there are any */
    int          n_changes;
    struct mode *_Atomic target; /* or NULL: not looked for yet; all else is as it was made */
};

struct mode_command {
    int          number;         /* in the process */
    uint32_t     stream;
    enum delay   delay;
    bool         certain;        /* its only branch needs no check */
    struct place guard;          /* of `now` and fixed ones */
    struct place amount;         /* the rate, 0 where the guard is false; the delay */
    bool         checked;        /* the rate or delay can be none, and is to be looked at */
    int          timer, fired;   /* rows, as in struct layout */
    struct code  code;           /* what firing needs: the branches' probabilities */
    struct mode_branch *branches;
    int          n_branches;
};

/*
 * An exponential command that does the same wherever it fires, a few steps, and stays in the mode: what of it is needed
 * to serve lanes one by one.
 */
struct mode_plain {
    bool     is_plain;           /* if not, the rest says nothing */
    uint32_t stream;
    int      timer, fired;       /* of the first lane */
    struct mode_step steps[PLAIN_STEPS]; /* as many as the mode's n_steps; those that it has not do nothing */
};

struct mode_rate {
    int          row;
    struct place rate;
};

/* Commands that cannot be enabled in the mode are not there. */
struct mode {
    int          number;         /* among those it was made with, from 0 */
    int         *controls;       /* the values of the controls, in order */
    struct mode *next_of_hash;
    struct code  guards, rates, labels;
    struct mode_command *commands; /* the `now` ones, the fixed ones, the exponential ones */
    int          n_now, n_fixed, n_commands;
    const struct mode_plain *plain; /* per command; NULL: lanes are better served command by command */
    int          n_steps;        /* of each plain command */
    bool         all_plain;
    bool         checked;        /* some rate is to be looked at */
    bool         at_once;        /* some `now` command is always enabled: no time passes here */
    const struct mode_rate *rewards; /* those that are not 0 here */
    int          n_rewards;
    const struct place *conditions; /* of the labels */
    const int   *idle_timers;    /* of the fixed commands that are not here: none of them runs */
    int          n_idle_timers;
    double      *constants;      /* MOST_WIDTH times each, at the beginning of a line */
    int          n_scratch;      /* temporary rows */
    const int   *rows, *counts;  /* those that the mode reads or writes */
    int          n_rows, n_counts;
};

/* The variables whose values tell modes apart. */
struct controls {
    const bool *is;   /* per variable */
    int        *list; /* their numbers */
    int         n;
};

struct maker;

struct maker *maker_open(const struct process *process, const struct layout *layout, const struct controls *controls);
void          maker_close(struct maker *maker);
struct mode  *maker_make(struct maker *maker, const int *values, struct arena *arena, size_t *bytes);

#endif
