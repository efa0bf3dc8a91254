/*
 * engine/vector: as many doubles at once as the processor's vectors hold. Includes nothing of ours.
 *
 * The compiler's vector extensions do arithmetic and comparisons on every processor. WIDTH is what the flags of the
 * file allow: 8 doubles with AVX-512, 4 with AVX2, else 2 (SSE2, NEON); wider types than the processor has are
 * compiled badly. Each lane is computed by IEEE arithmetic on its own, so the bits do not depend on WIDTH. A few
 * operations that the extensions lack, or do not do well, are written for each kind.
 */
#ifndef NINES_ENGINE_VECTOR_H
#define NINES_ENGINE_VECTOR_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#if defined __AVX512DQ__
#define WIDTH 8
#elif defined __AVX2__
#define WIDTH 4
#else
#define WIDTH 2
#endif

typedef double   num __attribute__((vector_size(8 * WIDTH)));
typedef int64_t  whole __attribute__((vector_size(8 * WIDTH))); /* as a mask: -1 or 0 in each lane */
typedef uint64_t word __attribute__((vector_size(8 * WIDTH)));

/* The value in all lanes. */
#define ALL(type, value) ((value) - (type){0})

static inline num load(const double *at)
{
    return *(const num *)at;
}

static inline void store(double *at, num value)
{
    *(num *)at = value;
}

/* Lane by lane: where the mask is -1 yes, else no. */
static inline num choose(whole mask, num yes, num no)
{
#if WIDTH == 8
    return (num)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)mask), (__m512d)no, (__m512d)yes);
#elif WIDTH == 4
    return (num)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)mask);
#else
    return (num)((mask & (whole)yes) | (~mask & (whole)no));
#endif
}

static inline whole choose_whole(whole mask, whole yes, whole no)
{
    return (whole)choose(mask, (num)yes, (num)no);
}

/* 1.0 or 0.0. */
static inline num condition(whole mask)
{
    return (num)(mask & (whole)ALL(num, 1.0));
}

/* A bit for each lane. */
static inline uint32_t bits_of(whole mask)
{
#if WIDTH == 8
    return _mm512_movepi64_mask((__m512i)mask);
#elif WIDTH == 4
    return (uint32_t)_mm256_movemask_pd((__m256d)mask);
#elif defined __SSE2__
    return (uint32_t)_mm_movemask_pd((__m128d)mask);
#else
    return (uint32_t)(mask[0] & 1) | (uint32_t)(mask[1] & 2);
#endif
}

/* The mask of WIDTH bits. */
static inline whole mask_of(uint32_t bits)
{
#if WIDTH == 8
    return (whole)_mm512_movm_epi64((__mmask8)bits);
#elif WIDTH == 4
    const word bit = {1, 2, 4, 8};
    return (whole)((ALL(word, (uint64_t)bits) & bit) == bit);
#else
    return (whole){-(int64_t)(bits & 1), -(int64_t)(bits >> 1 & 1)};
#endif
}

/* The product of the low halves of the lanes. */
static inline word multiply_low_halves(word a, word b)
{
#if WIDTH == 8
    return (word)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif WIDTH == 4
    return (word)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined __SSE2__
    return (word)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

/* a ^ b ^ c */
static inline word exclusive_or(word a, word b, word c)
{
#if WIDTH == 8
    return (word)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
#else
    return a ^ b ^ c;
#endif
}

/* The value as it is, but computed by itself: not for those lanes only that a choice keeps, and then later. */
static inline num apart(num value)
{
#if defined __x86_64__
    __asm__("" : "+x"(value));
#endif
    return value;
}

#endif
