/* engine/mode_store: the modes of a process, made once for all threads. Includes engine/modes. */
#ifndef NINES_ENGINE_MODE_STORE_H
#define NINES_ENGINE_MODE_STORE_H

#include "engine/modes.h"

struct mode_store;  /* of a process: for all threads */
struct mode_finder; /* a thread's own way to it */

struct mode_store *mode_store_open(const struct process *process, size_t kept_bytes);
void               mode_store_close(struct mode_store *store);
void               mode_store_forgo_controls(struct mode_store *store);
const struct layout *mode_store_layout(const struct mode_store *store);

struct mode_finder *mode_finder_open(struct mode_store *store);
void                mode_finder_close(struct mode_finder *finder);
void                mode_finder_begin(struct mode_finder *finder);
void                mode_finder_end(struct mode_finder *finder);
struct mode        *mode_finder_initial(struct mode_finder *finder, const int *state);
struct mode        *mode_finder_find(struct mode_finder *finder, const struct mode *mode, struct mode_branch *branch);
size_t              mode_finder_bytes(const struct mode_finder *finder);
bool                mode_finder_tells_apart(const struct mode_finder *finder);

/* The mode that the branch of that mode leads to. */
static inline struct mode *mode_finder_target(struct mode_finder *finder, const struct mode *mode,
                                              struct mode_branch *branch)
{
    struct mode *target = atomic_load_explicit(&branch->target, memory_order_acquire);
    return target ? target : mode_finder_find(finder, mode, branch);
}

#endif
