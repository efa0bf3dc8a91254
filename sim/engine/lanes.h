/* engine/lanes: what the lanes can do beyond any engine. Includes engine/engine. */
#ifndef NINES_ENGINE_LANES_H
#define NINES_ENGINE_LANES_H

#include "engine/engine.h"

/* Memory that modes may take: what is kept from one batch to the next, and what a batch may add. */
struct lanes_limits {
    size_t kept_bytes, most_bytes;
};

void *lanes_open_within(const struct process *process, enum simd simd, struct lanes_limits limits);

#endif
