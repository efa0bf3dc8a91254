/*
 * States of a process, packed, and a table to find them again.
 *
 * A variable takes as many bits as its range needs (one that cannot change takes none) and never crosses a word, so
 * that reading it is a shift and a mask. The table is open addressing with linear probing, at most two thirds full. A
 * slot holds the number of the state and half of its hash: a probe that meets another state nearly always knows so
 * without looking at the state itself, and doubling the table needs no state either, as long as the half that is kept
 * chooses the slot (up to 2^32 slots).
 *
 * Memory: the words and 12 to 24 bytes of slots a state; while the table doubles, 36.
 */
#include "exact/states.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int bits_of(uint64_t greatest)
{
    int bits = 0;
    for (; greatest; greatest >>= 1)
        bits++;
    return bits;
}

/* Lays out the variables of a process, in their order. */
void layout_new(struct layout *layout, const struct process *process)
{
    int word = 0, used = 0;
    layout->n_variables = process->n_variables;
    layout->fields = memory_new((size_t)process->n_variables, sizeof *layout->fields);
    for (int i = 0; i < process->n_variables; i++) {
        const struct variable *v = &process->variables[i];
        int bits = bits_of((uint64_t)((int64_t)v->greatest - v->least));
        if (used + bits > 64) {
            word++;
            used = 0;
        }
        uint64_t mask = (UINT64_C(1) << bits) - 1;
        layout->fields[i] = (struct packed_field){word, bits ? used : 0, v->least, mask};
        used += bits;
    }
    layout->n_words = word + 1;
}

/* Gives back the layout's memory. */
void layout_free(struct layout *layout)
{
    free(layout->fields);
    *layout = (struct layout){0};
}

/* Packs the values, each of which must be in the range of its variable. */
void layout_pack(const struct layout *layout, const int *values, uint64_t *words)
{
    for (int w = 0; w < layout->n_words; w++)
        words[w] = 0;
    for (int i = 0; i < layout->n_variables; i++) {
        const struct packed_field *f = &layout->fields[i];
        words[f->word] |= (uint64_t)((int64_t)values[i] - f->least) << f->shift;
    }
}

/* The values of a packed state. */
void layout_unpack(const struct layout *layout, const uint64_t *words, int *values)
{
    for (int i = 0; i < layout->n_variables; i++) {
        const struct packed_field *f = &layout->fields[i];
        values[i] = (int)((int64_t)(words[f->word] >> f->shift & f->mask) + f->least);
    }
}

/* An empty table of states of so many words. */
void states_new(struct states *states, int n_words)
{
    *states = (struct states){.n_words = n_words, .capacity = 1024, .n_slots = 2048};
    states->packed = memory_new((size_t)states->capacity * (size_t)n_words, sizeof *states->packed);
    states->slots = memory_new(states->n_slots, sizeof *states->slots);
}

/* Gives back the table's memory. */
void states_free(struct states *states)
{
    free(states->packed);
    free(states->slots);
    *states = (struct states){0};
}

/* Forgets all states; keeps the memory. */
void states_clear(struct states *states)
{
    states->n = 0;
    memset(states->slots, 0, states->n_slots * sizeof *states->slots);
}

/* The hash of a packed state: multiply and fold each word (as splitmix64 ends). */
uint64_t states_hash(const uint64_t *words, int n_words)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);
    for (int w = 0; w < n_words; w++) {
        hash = (hash ^ words[w]) * UINT64_C(0xBF58476D1CE4E5B9);
        hash ^= hash >> 31;
        hash *= UINT64_C(0x94D049BB133111EB);
        hash ^= hash >> 29;
    }
    return hash;
}

static uint64_t first_slot(const struct states *states, uint64_t hash)
{
    return hash >> 32 & (states->n_slots - 1);
}

/* Asks the processor for the slot that a state with that hash would be in. */
void states_prefetch(const struct states *states, uint64_t hash)
{
    __builtin_prefetch(&states->slots[first_slot(states, hash)]);
}

static bool same(const uint64_t *one, const uint64_t *other, int n_words)
{
    for (int w = 0; w < n_words; w++)
        if (one[w] != other[w])
            return false;
    return true;
}

/* The number of the state with these words and their hash, or STATES_NONE. */
uint32_t states_find(const struct states *states, const uint64_t *words, uint64_t hash)
{
    const uint64_t high = hash >> 32;
    for (uint64_t i = first_slot(states, hash);; i = (i + 1) & (states->n_slots - 1)) {
        uint64_t slot = states->slots[i];
        if (slot == 0)
            return STATES_NONE;
        uint32_t state = (uint32_t)slot - 1;
        if (slot >> 32 == high && same(&states->packed[(size_t)state * (size_t)states->n_words], words,
                                       states->n_words))
            return state;
    }
}

static void insert(struct states *states, uint64_t slot)
{
    uint64_t i = first_slot(states, slot);
    while (states->slots[i] != 0)
        i = (i + 1) & (states->n_slots - 1);
    states->slots[i] = slot;
}

static void double_slots(struct states *states)
{
    uint64_t *old = states->slots, n_old = states->n_slots;
    states->n_slots = 2 * n_old;
    states->slots = memory_new(states->n_slots, sizeof *states->slots);
    for (uint64_t i = 0; i < n_old; i++)
        if (old[i] != 0)
            insert(states, old[i]);
    free(old);
}

/* Adds a state that is not there yet. Returns its number. */
uint32_t states_add(struct states *states, const uint64_t *words, uint64_t hash)
{
    const size_t n_words = (size_t)states->n_words;
    assert(states->n < STATES_NONE - 1);
    if (states->n == states->capacity) {
        states->capacity = states->capacity > UINT32_MAX / 2 ? UINT32_MAX : states->capacity + states->capacity / 2;
        states->packed = memory_grow(states->packed, states->capacity, n_words * sizeof *states->packed);
    }
    if (3 * ((uint64_t)states->n + 1) > 2 * states->n_slots)
        double_slots(states);
    memcpy(&states->packed[states->n * n_words], words, n_words * sizeof *words);
    insert(states, (hash >> 32) << 32 | (states->n + 1));
    return states->n++;
}
