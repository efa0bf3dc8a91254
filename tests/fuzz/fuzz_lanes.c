/*
 * Engines under libFuzzer: the input drives the dice that make a process (tests/random_process.c), and every engine, at
 * every width of its vectors, is held to the reference engine (tests/compare.c) on a trial of it, which follows from
 * the input as well. The first byte says which rules the process may break; endless cycles are left out, since
 * each takes a million events.
 *
 * What differs is printed with the process before it aborts.
 */
#include "tests/compare.h"

#include <stdio.h>
#include <stdlib.h>

static const struct effort effort = {.n_trials = 1, .most_paths = 65, .events_per_path = 100, .longer = 10};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* FNV-1a. */
static uint64_t hash(const uint8_t *data, size_t size)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < size; i++)
        h = (h ^ data[i]) * UINT64_C(0x100000001B3);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct contender list[MOST_CONTENDERS];
    struct dice make = dice_of_bytes(data, size), try = dice_of_seed(hash(data, size));
    struct error error = {0};
    struct text report = {0};
    int breaches = dice_roll(&make, 256) & ~BREACH_CYCLE;
    struct process *p = random_process(&make, breaches);
    bool good = process_check(p, &error);
    if (good && !compare_process(p, &effort, list, contenders(list, true), &try, &report)) {
        fprintf(stderr, "%s\n", report.data);
        abort();
    }
    error_free(&error);
    text_free(&report);
    process_free(p);
    return 0;
}
