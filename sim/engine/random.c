/*
 * Philox4x32-10 as a gsl_rng_type, so that GSL's distributions run on the engine's own generator.
 *
 * The seed is the key and the counter starts at 0, so that different seeds are different permutations of 128 bits and
 * never overlap within one stream. The period is 2^130 words. See engine/philox.h for the generator itself.
 */
#include "engine/random.h"

#include "engine/philox.h"

#include <stdbool.h>

struct random_state {
    uint32_t            key[2];
    struct philox_block counter; /* of the next block; word 0 is the lowest */
    struct philox_block block;
    unsigned            used; /* words of the block that were given out */
};

enum { BLOCK_WORDS = 4 };

static void random_set(void *void_state, unsigned long seed)
{
    struct random_state *state = void_state;
    *state = (struct random_state){
        .key = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)},
        .used = BLOCK_WORDS,
    };
}

static uint32_t next_word(struct random_state *state)
{
    if (state->used == BLOCK_WORDS) {
        state->block = philox4x32(state->counter, state->key);
        state->used = 0;
        bool carry = true;
        for (int i = 0; i < BLOCK_WORDS && carry; i++)
            carry = ++state->counter.word[i] == 0;
    }
    return state->block.word[state->used++];
}

static unsigned long random_get(void *state)
{
    return next_word(state);
}

/* In [0, 1), a multiple of 2^-53: two words, since the 32 bits of one leave visible steps in an exponential's tail. */
static double random_get_double(void *state)
{
    uint64_t high = next_word(state), low = next_word(state);
    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

static const gsl_rng_type philox_type = {
    .name = "philox4x32-10",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct random_state),
    .set = random_set,
    .get = random_get,
    .get_double = random_get_double,
};

/*
 * The generator's type, for gsl_rng_alloc. All 64 bits of a seed count. Like every generator of GSL's,
 * gsl_rng_uniform can return 0: use gsl_rng_uniform_pos, or 1 - u, under a logarithm.
 */
const gsl_rng_type *random_gsl_type(void)
{
    return &philox_type;
}
