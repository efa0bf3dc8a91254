/* exact/states: states of a process in few words, each found by its words. Includes process/process. */
#ifndef NINES_EXACT_STATES_H
#define NINES_EXACT_STATES_H

#include "process/process.h"

/* Where a variable stands in a packed state. */
struct packed_field {
    int      word, shift, least;
    uint64_t mask;
};

struct layout {
    struct packed_field *fields; /* one a variable */
    int n_variables, n_words;
};

/* Packed states, numbered in the order in which they came. */
struct states {
    int       n_words;
    uint32_t  n, capacity;
    uint64_t *packed; /* n × n_words */
    uint64_t *slots;  /* the state's number + 1 and the high half of its hash; 0: free */
    uint64_t  n_slots;
};

#define STATES_NONE UINT32_MAX

void layout_new(struct layout *layout, const struct process *process);
void layout_free(struct layout *layout);
void layout_pack(const struct layout *layout, const int *values, uint64_t *words);
void layout_unpack(const struct layout *layout, const uint64_t *words, int *values);

void     states_new(struct states *states, int n_words);
void     states_free(struct states *states);
void     states_clear(struct states *states);
void     states_prefetch(const struct states *states, uint64_t hash);
uint64_t states_hash(const uint64_t *words, int n_words);
uint32_t states_find(const struct states *states, const uint64_t *words, uint64_t hash);
uint32_t states_add(struct states *states, const uint64_t *words, uint64_t hash);

#endif
