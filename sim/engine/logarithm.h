/*
 * engine/logarithm: the natural logarithm of a uniform number, the same bits everywhere. Includes nothing of ours.
 *
 * glibc's log differs by one ulp between processors with and without fused multiply-add, has a table and branches,
 * and therefore does not vectorise the same way everywhere. Exponential delays need one logarithm each, of a number
 * in (0, 1]. This one is plain arithmetic, the same for each lane of a vector; with -ffp-contract=off its bits are
 * fixed by IEEE 754.
 *
 * u = m 2^e with m in [sqrt(1/2), sqrt(2)), f = m - 1 (exact) and s = f/(2 + f), |s| <= 0.1716. Then
 *
 *     log m = 2 atanh s = 2 s + s R,   R = 2/3 s^2 + 2/5 s^4 + 2/7 s^6 + …
 *           = f - (f²/2 - s (f²/2 + R)),
 *
 * since 2 s = f - s f. The second form adds a small correction to f, which is exact, so that the rounding of s does not
 * matter (the arrangement is that of log in Sun's fdlibm, 1993). The series is Taylor's, with ten terms: the first one
 * left out is 2/23 s^22 of R, at most 2^-60 of the result. e ln 2 is added in two parts, the high one with 21
 * trailing zero bits, so that its product with e (10 bits) is exact.
 *
 * The error is below 1 ulp: 0.89 at most among 240 million numbers just below sqrt(1/2), where it is greatest, since
 * e ln 2 and log m have opposite signs there; the tests hold it under 0.9. Cost: one division, 17 multiplications, no
 * branch.
 */
#ifndef NINES_ENGINE_LOGARITHM_H
#define NINES_ENGINE_LOGARITHM_H

#include <stdint.h>
#include <string.h>

/*
 * log(u) for a normal double u in (0, 1]: 0 exactly for 1, below 0 otherwise. Not defined for other arguments.
 * The exponent becomes a double through the mantissa of 2^52, which needs no conversion from 64-bit integers.
 */
static inline double log_of_uniform(double u)
{
    const uint64_t one = UINT64_C(0x3FF0000000000000), root_half = UINT64_C(0x3FE6A09E667F3BCD);
    const uint64_t two_to_52 = UINT64_C(0x4330000000000000);
    uint64_t bits, m_bits, e_bits;
    double m, e;

    memcpy(&bits, &u, sizeof bits);
    uint64_t biased = (bits + (one - root_half)) >> 52; /* e + 1023 */
    m_bits = bits - (biased << 52) + one;
    e_bits = two_to_52 | biased;
    memcpy(&m, &m_bits, sizeof m);
    memcpy(&e, &e_bits, sizeof e);
    e -= 0x1p52 + 1023;

    double f = m - 1, s = f / (2 + f), z = s * s, w = z * z;
    /* Even and odd terms apart: two shorter chains of dependent operations. */
    double odd = z * (2.0 / 3 + w * (2.0 / 7 + w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19)))));
    double even = w * (2.0 / 5 + w * (2.0 / 9 + w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21)))));
    double half_square = 0.5 * f * f;
    double correction = s * (half_square + (odd + even)) + e * 0x1.a39ef35793c76p-33;
    return e * 0x1.62e42feep-1 - ((half_square - correction) - f);
}

#endif
