/* Every engine of the table in engine/engine, at every width of vectors that this processor has. */
#include "engines.h"

#include <stdio.h>

struct contender under_test = {&engine_reference, SIMD_AUTO};

/*
 * How many there are. Each once, at the width that it chooses; or at every width, if it has any, which the reference
 * engine has not.
 */
int contenders(struct contender list[MOST_CONTENDERS], bool every_simd)
{
    int n = 0;
    for (int i = 0; engines[i]; i++)
        for (int simd = 0; simd < SIMDS; simd++) {
            bool wanted = every_simd && engines[i] != &engine_reference ? simd != SIMD_AUTO : simd == SIMD_AUTO;
            if (wanted && simd_runs((enum simd)simd) && n < MOST_CONTENDERS)
                list[n++] = (struct contender){engines[i], (enum simd)simd};
        }
    return n;
}

/* "lanes, avx2". */
const char *contender_name(struct contender contender, char name[64])
{
    snprintf(name, 64, "%s, %s", contender.engine->name, simd_names[contender.simd]);
    return name;
}
