/* exact/components: strongly connected components of a chain, and which are never left. Includes exact/chain. */
#ifndef NINES_EXACT_COMPONENTS_H
#define NINES_EXACT_COMPONENTS_H

#include "exact/chain.h"

struct components {
    uint32_t *of;     /* per state: its component; numbered in reverse topological order */
    uint32_t  n;
    bool     *bottom; /* per component */
};

void components_find(const struct chain *chain, struct components *components);
void components_free(struct components *components);

#endif
