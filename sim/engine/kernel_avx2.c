/* The lanes' inner loop on AVX2; the Makefile compiles it so. */
#ifdef __AVX2__
#define KERNEL kernel_avx2
#include "engine/kernel_body.h"
#else
typedef int nothing; /* on other processors */
#endif
