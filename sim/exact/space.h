/* exact/space: the reachable states of a process and the chain between them. Includes exact/chain, process/. */
#ifndef NINES_EXACT_SPACE_H
#define NINES_EXACT_SPACE_H

#include "exact/chain.h"
#include "exact/states.h"
#include "process/process.h"

enum { SPACE_MOST_STATES = 20000000 };

struct space_options {
    uint32_t            most_states;  /* 0: SPACE_MOST_STATES */
    const int          *initial;      /* a value per variable, or NULL: the process's own */
    const volatile int *stop;         /* non-zero: give up with an error; may be NULL */
    void              (*on_states)(uint32_t states, void *context); /* may be NULL */
    void               *context;
};

/* Only states in which time passes; what `now` commands do in between is in the rates. */
struct space {
    const struct process *process;
    struct chain          chain;
    struct layout         layout;
    uint64_t             *packed;      /* n_states × layout.n_words */
};

bool space_build(const struct process *process, const struct space_options *options, struct space *space,
                 struct error *error);
void space_free(struct space *space);
void space_state(const struct space *space, uint32_t state, int *values);
void space_values(const struct space *space, const expr *wanted, int n_wanted, double *const *values);

#endif
