/* tests/random_process: small processes made at random, and the dice that make them. Includes process/process. */
#ifndef NINES_TESTS_RANDOM_PROCESS_H
#define NINES_TESTS_RANDOM_PROCESS_H

#include "process/process.h"

/* Rolls from a seed; or from bytes while there are any, and then always the lowest number. */
struct dice {
    uint64_t       state;
    const uint8_t *bytes; /* NULL: from the seed */
    size_t         n_bytes;
};

/* What a process may do that processes must not, here and there. Flags. */
enum breach {
    BREACH_NONE = 0,
    BREACH_CYCLE = 1,       /* endless cycles of commands that take no time */
    BREACH_PROBABILITY = 2, /* branches that do not add up to 1, or are negative */
    BREACH_RATE = 4,        /* rates below 0, infinite or no number */
    BREACH_DELAY = 8,       /* such delays */
    BREACH_UPDATE = 16,     /* values out of range, or not whole */
    BREACH_IMPULSE = 32,    /* impulses that are infinite, or no number */
    /* No breach of a rule, but unusual: */
    BREACH_DIVISION = 64,   /* infinities, and what is no number, on the way */
    BREACH_TWICE = 128,     /* a branch sets a variable twice: the last value counts */
};

struct dice dice_of_seed(uint64_t seed);
struct dice dice_of_bytes(const uint8_t *bytes, size_t n_bytes);
uint64_t dice_bits(struct dice *dice);
int      dice_roll(struct dice *dice, int sides);
bool     dice_chance(struct dice *dice, int of_100);

struct process *random_process(struct dice *dice, int breaches);
void random_state(struct dice *dice, const struct process *process, int *state);

#endif
