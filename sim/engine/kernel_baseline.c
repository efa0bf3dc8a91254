/* The lanes' inner loop on what the compiler takes for granted: SSE2 on x86-64, NEON on arm64. */
#define KERNEL kernel_baseline
#include "engine/kernel_body.h"
