/* The engines that there are, and the vectors that this processor has. */
#include "engine/engine.h"

#include <string.h>

const struct engine *const engines[] = {&engine_lanes, &engine_reference, NULL};

const char *const simd_names[SIMDS + 1] = {"auto", "baseline", "avx2", "avx512", NULL};

/* The engine of that name; NULL for NULL, and for a name that none has: who samples takes what suits. */
const struct engine *engine_find(const char *name)
{
    for (int i = 0; name && engines[i]; i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i];
    return NULL;
}

/* The vectors of that name; SIMD_AUTO for NULL, and for a name that there is not. */
enum simd simd_find(const char *name)
{
    for (int i = 0; name && simd_names[i]; i++)
        if (!strcmp(simd_names[i], name))
            return (enum simd)i;
    return SIMD_AUTO;
}

/* Whether this processor has them. Baseline is what the compiler takes for granted: SSE2 on x86-64, NEON on arm64. */
bool simd_runs(enum simd simd)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (simd == SIMD_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    if (simd == SIMD_AVX2)
        return __builtin_cpu_supports("avx2");
#endif
    return simd == SIMD_AUTO || simd == SIMD_BASELINE;
}

/* A run for the calling thread: opens *first where it is NULL, and joins it otherwise. */
void *engine_enter(const struct engine *engine, void **first, const struct process *process, enum simd simd)
{
    void *run;
#pragma omp critical(engine_enter)
    {
        run = *first ? engine->join(*first) : engine->open(process, simd);
        if (!*first)
            *first = run;
    }
    return run;
}

/* Whether an end before time is asked for, by a signal or another thread; NULL: it never is. */
bool engine_stopped(const volatile int *stop)
{
    return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}
