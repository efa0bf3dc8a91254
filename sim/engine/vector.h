/*
 * engine/vector: eight doubles at once, on every processor. Includes nothing of ours.
 *
 * The compiler's vector extensions lay 64 bytes over whatever vectors the processor has: one of AVX-512, two of AVX2,
 * four of SSE2 or NEON. Each lane is computed by IEEE arithmetic on its own, so the bits do not depend on it. A few
 * operations that the extensions lack, or do not do well, are written for each kind.
 */
#ifndef NINES_ENGINE_VECTOR_H
#define NINES_ENGINE_VECTOR_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef double   num __attribute__((vector_size(64)));
typedef int64_t  whole __attribute__((vector_size(64)));  /* as a mask: -1 or 0 in each lane */
typedef uint64_t word __attribute__((vector_size(64)));

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
#ifdef __AVX512DQ__
    return (num)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)mask), (__m512d)no, (__m512d)yes);
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
#if defined __AVX512DQ__
    return _mm512_movepi64_mask((__m512i)mask);
#elif defined __AVX__
    union { whole all; __m256d part[2]; } u = {mask};
    return (uint32_t)_mm256_movemask_pd(u.part[0]) | (uint32_t)_mm256_movemask_pd(u.part[1]) << 4;
#elif defined __SSE2__
    union { whole all; __m128d part[4]; } u = {mask};
    return (uint32_t)_mm_movemask_pd(u.part[0]) | (uint32_t)_mm_movemask_pd(u.part[1]) << 2 |
           (uint32_t)_mm_movemask_pd(u.part[2]) << 4 | (uint32_t)_mm_movemask_pd(u.part[3]) << 6;
#else
    uint32_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits |= (uint32_t)(mask[i] != 0) << i;
    return bits;
#endif
}

/* The mask of the eight bits. */
static inline whole mask_of(uint32_t bits)
{
#ifdef __AVX512DQ__
    return (whole)_mm512_movm_epi64((__mmask8)bits);
#endif
    return (whole)(((ALL(word, (uint64_t)bits) >> (word){0, 1, 2, 3, 4, 5, 6, 7}) & 1) == 1);
}

/* The product of the low halves of the lanes. */
static inline word multiply_low_halves(word a, word b)
{
#if defined __AVX512F__
    return (word)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined __AVX2__
    union { word all; __m256i part[2]; } u = {a}, w = {b};
    for (int i = 0; i < 2; i++)
        u.part[i] = _mm256_mul_epu32(u.part[i], w.part[i]);
    return u.all;
#elif defined __SSE2__
    union { word all; __m128i part[4]; } u = {a}, w = {b};
    for (int i = 0; i < 4; i++)
        u.part[i] = _mm_mul_epu32(u.part[i], w.part[i]);
    return u.all;
#else
    return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

#endif
