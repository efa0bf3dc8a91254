/* tests/random_process: processes made by dice, to hold engines against each other. Includes process/process. */
#ifndef NINES_TESTS_RANDOM_PROCESS_H
#define NINES_TESTS_RANDOM_PROCESS_H

#include "process/process.h"

#include <stddef.h>

/* Numbers from a seed, or from bytes as long as there are any, and then 0. */
struct dice {
    uint64_t       state;
    const uint8_t *bytes;
    size_t         left;
};

uint32_t dice_roll(struct dice *dice, uint32_t sides);

/* `lawless`: it may break the rules of processes. Give to process_free. */
struct process *random_process(struct dice *dice, bool lawless);

#endif
