/*
 * engine/philox: Philox4x32-10, random numbers as a function of a counter and a key. Includes nothing of ours.
 *
 * A counter-based generator has no state that runs on: block i of path j is one function call away, whichever thread
 * asks and in whatever order. That is what makes a result the same to the last bit for any number of threads.
 *
 * Ten rounds of two 32 × 32 → 64 bit multiplications and exclusive-ors: 20 multiplications for 128 bits. All is plain
 * integer arithmetic, so that a vector version gives the same words.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011. It passes
 * TestU01's BigCrush; seven rounds do as well, ten are the authors' margin.
 */
#ifndef NINES_ENGINE_PHILOX_H
#define NINES_ENGINE_PHILOX_H

#include <stdint.h>
#include <string.h>

#define PHILOX_MULTIPLIER_0 UINT32_C(0xD2511F53)
#define PHILOX_MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define PHILOX_WEYL_0       UINT32_C(0x9E3779B9) /* golden ratio */
#define PHILOX_WEYL_1       UINT32_C(0xBB67AE85) /* sqrt(3) - 1 */

enum { PHILOX_ROUNDS = 10 };

struct philox_block {
    uint32_t word[4];
};

/* The four words that belong to the counter under the key. Distinct counters give distinct blocks. */
static inline struct philox_block philox4x32(struct philox_block counter, const uint32_t key[2])
{
    uint32_t c0 = counter.word[0], c1 = counter.word[1], c2 = counter.word[2], c3 = counter.word[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)PHILOX_MULTIPLIER_0 * c0;
        uint64_t product1 = (uint64_t)PHILOX_MULTIPLIER_1 * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product1;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += PHILOX_WEYL_0;
        k1 += PHILOX_WEYL_1;
    }
    return (struct philox_block){{c0, c1, c2, c3}};
}

/*
 * A double strictly inside (0, 1) from 52 random bits: an odd multiple of 2^-53, each equally likely, so that neither
 * log(u) nor log(1 - u) can be infinite and u and 1 - u have the same distribution. Least 2^-53, greatest 1 - 2^-53.
 * The bits become the mantissa of a number in [1, 2), from which 1 - 2^-53 is taken; the difference is exact.
 */
static inline double uniform_open(uint32_t high, uint32_t low)
{
    uint64_t bits = ((uint64_t)high << 32 | low) >> 12 | UINT64_C(0x3FF0000000000000);
    double one_to_two;
    memcpy(&one_to_two, &bits, sizeof one_to_two);
    return one_to_two - (1 - 0x1p-53);
}

#endif
