/* The lanes' inner loop on AVX-512; the Makefile compiles it so. */
#ifdef __AVX512DQ__
#define KERNEL kernel_avx512
#include "engine/kernel_body.h"
#else
typedef int nothing; /* on other processors */
#endif
