/* tests/engines: the engines that tests are run on. Includes engine/. */
#ifndef NINES_TESTS_ENGINES_H
#define NINES_TESTS_ENGINES_H

#include "engine/engine.h"

/* An engine at one width of its vectors. */
struct contender {
    const struct engine *engine;
    enum simd simd;
};

enum { MOST_CONTENDERS = 16 };

extern struct contender under_test; /* by the suite that runs; the usual engine where it is run once */

int contenders(struct contender list[MOST_CONTENDERS], bool every_simd);
const char *contender_name(struct contender contender, char name[64]);

#endif
