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
typedef int64_t  whole __attribute__((vector_size(8 * WIDTH)));
typedef uint64_t word __attribute__((vector_size(8 * WIDTH)));

/* The value in all lanes. */
#define ALL(type, value) ((value) - (type){0})

static inline num load(const double *at)
{
    return *(const num *)at;
}

/* From an address that need not be a multiple of the vector's size. */
static inline num load_any(const double *at)
{
    num value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline void store(double *at, num value)
{
    *(num *)at = value;
}

/*
 * A yes or no for each lane: what a comparison gives. &, | and ~ combine masks.
 * AVX-512 has registers for them; elsewhere they are vectors of -1 and 0.
 */
#if WIDTH == 8

typedef __mmask8 mask;

static inline mask less(num a, num b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OS);
}

static inline mask less_equal(num a, num b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OS);
}

static inline mask equal(num a, num b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ);
}

static inline mask equal_whole(whole a, whole b)
{
    return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b);
}

/* Lane by lane: where the mask is on yes, else no. */
static inline num choose(mask on, num yes, num no)
{
    return (num)_mm512_mask_blend_pd(on, (__m512d)no, (__m512d)yes);
}

static inline whole choose_whole(mask on, whole yes, whole no)
{
    return (whole)_mm512_mask_blend_epi64(on, (__m512i)no, (__m512i)yes);
}

/* 1.0 or 0.0. */
static inline num condition(mask on)
{
    return (num)_mm512_maskz_mov_pd(on, (__m512d)ALL(num, 1.0));
}

/* A bit for each lane. */
static inline uint32_t bits_of(mask on)
{
    return on;
}

/* The mask of WIDTH bits. */
static inline mask mask_of(uint32_t bits)
{
    return (mask)bits;
}

/* The greater of the two; b where one of them is no number. */
static inline num greater_of(num a, num b)
{
    return (num)_mm512_max_pd((__m512d)a, (__m512d)b);
}

#else

typedef whole mask;

static inline mask less(num a, num b)
{
    return a < b;
}

static inline mask less_equal(num a, num b)
{
    return a <= b;
}

static inline mask equal(num a, num b)
{
    return a == b;
}

static inline mask equal_whole(whole a, whole b)
{
    return a == b;
}

static inline num choose(mask on, num yes, num no)
{
#if WIDTH == 4
    return (num)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)on);
#else
    return (num)((on & (whole)yes) | (~on & (whole)no));
#endif
}

static inline whole choose_whole(mask on, whole yes, whole no)
{
    return (whole)choose(on, (num)yes, (num)no);
}

static inline num condition(mask on)
{
    return (num)(on & (whole)ALL(num, 1.0));
}

static inline uint32_t bits_of(mask on)
{
#if WIDTH == 4
    return (uint32_t)_mm256_movemask_pd((__m256d)on);
#elif defined __SSE2__
    return (uint32_t)_mm_movemask_pd((__m128d)on);
#else
    return (uint32_t)(on[0] & 1) | (uint32_t)(on[1] & 2);
#endif
}

static inline mask mask_of(uint32_t bits)
{
#if WIDTH == 4
    const word bit = {1, 2, 4, 8};
    return (mask)((ALL(word, (uint64_t)bits) & bit) == bit);
#else
    return (mask){-(int64_t)(bits & 1), -(int64_t)(bits >> 1 & 1)};
#endif
}

static inline num greater_of(num a, num b)
{
    return choose(less(b, a), a, b);
}

#endif

/* Conditions are numbers: 0 is false. */
static inline mask holds(num a)
{
    return ~equal(a, ALL(num, 0.0));
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

#endif
