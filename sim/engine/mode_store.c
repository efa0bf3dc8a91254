/*
 * The modes of a process (engine/modes.c), found by the values of its controls and made once for all threads.
 *
 * A mode does not change once it is made, so threads read it without a lock: they come to it through a branch's target
 * or a bucket of the table, both of which are written when it is whole (release) and read so (acquire). What is not
 * there is made under the lock of its bucket's shelf: a thread that needs the same mode waits for it instead of making
 * it again, and others make theirs on other shelves meanwhile. Each thread makes with a maker of its own.
 *
 * Modes are thrown away by the table. A thread uses one table from the begin of a batch to its end. Where that of the
 * store has grown too large, the thread that begins a batch puts an empty one in its place; the old one goes with the
 * last thread that uses it. So nobody waits for anybody, and no mode goes while a path is in it.
 *
 * A store that has forgone controls goes on with tables that tell none apart.
 */
#include "engine/mode_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1 << 13, SHELVES = 16 };

struct shelf {
    pthread_mutex_t lock;  /* held while a mode is made for it */
    struct arena    arena; /* of its modes */
};

struct mode_table {
    const struct controls *controls;
    struct mode *_Atomic   buckets[BUCKETS]; /* bucket b belongs to shelf b % SHELVES */
    struct shelf           shelves[SHELVES];
    atomic_size_t          bytes;
    atomic_int             n_modes;
    int                    users;   /* threads in a batch, and the store while the table is its present one */
};

struct mode_store {
    const struct process *process;
    struct arena          arena;
    struct layout         layout;
    struct controls       told_apart, none;
    size_t                kept_bytes;
    pthread_mutex_t       lock;     /* of what follows, and of all users */
    struct mode_table    *present;
    const struct controls *controls; /* of tables from now on */
};

struct mode_finder {
    struct mode_store *store;
    struct mode_table *table;       /* in a batch */
    struct maker      *maker;       /* for the table's controls; opened when first needed */
    const struct controls *maker_controls;
    int               *sought;      /* per control */
    size_t             bytes;       /* made in this batch */
};

/* ---- tables ---- */

static struct mode_table *table_new(const struct controls *controls)
{
    struct mode_table *table = memory_new(1, sizeof *table);
    table->controls = controls;
    table->users = 1;
    for (int i = 0; i < SHELVES; i++)
        pthread_mutex_init(&table->shelves[i].lock, NULL);
    return table;
}

/* One user less; the last one takes the table away. The store is locked, or closed. */
static void table_leave(struct mode_table *table)
{
    if (--table->users > 0)
        return;
    for (int i = 0; i < SHELVES; i++) {
        arena_free(&table->shelves[i].arena);
        pthread_mutex_destroy(&table->shelves[i].lock);
    }
    free(table);
}

/* ---- the store ---- */

static void lay_out(struct mode_store *store)
{
    const struct process *p = store->process;
    struct layout *l = &store->layout;
    l->time = 0;
    l->at_once = 1;
    l->variables = 2;
    l->rewards = l->variables + p->n_variables;
    l->first_times = l->rewards + p->n_rewards;
    l->at_ends = l->first_times + p->n_labels;
    l->n_rows = l->at_ends + p->n_labels;
    l->timer = arena_new(&store->arena, (size_t)p->n_commands, sizeof *l->timer);
    l->fired = arena_new(&store->arena, (size_t)p->n_commands, sizeof *l->fired);
    for (int i = 0; i < p->n_commands; i++) {
        const struct command *c = &p->commands[i];
        l->timer[i] = c->delay == DELAY_NOW ? -1 : l->n_rows++;
        l->fired[i] = c->delay == DELAY_EXPONENTIAL || c->n_branches > 1 ? l->n_counts++ : -1;
    }
}

static void list_controls(struct mode_store *store)
{
    size_t variables = (size_t)store->process->n_variables;
    struct controls *c = &store->told_apart;
    bool *is = arena_new(&store->arena, variables, sizeof *is);
    c->is = is;
    c->list = arena_new(&store->arena, variables, sizeof *c->list);
    store->none.is = arena_new(&store->arena, variables, sizeof *store->none.is);
    process_controls(store->process, is);
    for (int v = 0; v < store->process->n_variables; v++)
        if (is[v])
            c->list[c->n++] = v;
}

/* The process must stay as it is until mode_store_close(). A table of more than kept_bytes is begun anew. */
struct mode_store *mode_store_open(const struct process *process, size_t kept_bytes)
{
    struct mode_store *store = memory_new(1, sizeof *store);
    store->process = process;
    store->kept_bytes = kept_bytes;
    pthread_mutex_init(&store->lock, NULL);
    lay_out(store);
    list_controls(store);
    store->controls = &store->told_apart;
    store->present = table_new(store->controls);
    return store;
}

/* No finder is open any more. */
void mode_store_close(struct mode_store *store)
{
    table_leave(store->present);
    pthread_mutex_destroy(&store->lock);
    arena_free(&store->arena);
    free(store);
}

static void renew(struct mode_store *store)
{
    table_leave(store->present);
    store->present = table_new(store->controls);
}

/* One mode for all in the batches that begin from now on. */
void mode_store_forgo_controls(struct mode_store *store)
{
    pthread_mutex_lock(&store->lock);
    if (store->controls != &store->none) {
        store->controls = &store->none;
        renew(store);
    }
    pthread_mutex_unlock(&store->lock);
}

const struct layout *mode_store_layout(const struct mode_store *store)
{
    return &store->layout;
}

/* ---- a thread's finder ---- */

struct mode_finder *mode_finder_open(struct mode_store *store)
{
    struct mode_finder *finder = memory_new(1, sizeof *finder);
    finder->store = store;
    finder->sought = memory_new((size_t)store->told_apart.n, sizeof *finder->sought);
    return finder;
}

void mode_finder_close(struct mode_finder *finder)
{
    mode_finder_end(finder);
    maker_close(finder->maker);
    free(finder->sought);
    free(finder);
}

/* Begins a batch. Modes that are found hold until it ends. */
void mode_finder_begin(struct mode_finder *finder)
{
    struct mode_store *store = finder->store;
    mode_finder_end(finder);
    pthread_mutex_lock(&store->lock);
    if (atomic_load_explicit(&store->present->bytes, memory_order_relaxed) > store->kept_bytes)
        renew(store);
    finder->table = store->present;
    finder->table->users++;
    pthread_mutex_unlock(&store->lock);
    finder->bytes = 0;
}

void mode_finder_end(struct mode_finder *finder)
{
    if (!finder->table)
        return;
    pthread_mutex_lock(&finder->store->lock);
    table_leave(finder->table);
    pthread_mutex_unlock(&finder->store->lock);
    finder->table = NULL;
}

/* The memory of the modes that the thread made in this batch. */
size_t mode_finder_bytes(const struct mode_finder *finder)
{
    return finder->bytes;
}

/* Whether there is more than one mode, as far as is known. */
bool mode_finder_tells_apart(const struct mode_finder *finder)
{
    return finder->table->controls->n > 0;
}

static struct maker *maker_of(struct mode_finder *finder)
{
    const struct controls *controls = finder->table->controls;
    if (finder->maker_controls != controls) {
        maker_close(finder->maker);
        finder->maker = maker_open(finder->store->process, &finder->store->layout, controls);
        finder->maker_controls = controls;
    }
    return finder->maker;
}

static uint64_t hash_of(const int *values, int n)
{
    uint64_t hash = 0;
    for (int i = 0; i < n; i++)
        hash = (hash ^ (uint64_t)(unsigned)values[i]) * UINT64_C(0x9E3779B97F4A7C15) ^ hash >> 29;
    return hash >> 32;
}

/* The mode with the values sought, if it is in the bucket. */
static struct mode *look_up(const struct mode_finder *finder, struct mode *_Atomic *bucket)
{
    struct mode *mode = atomic_load_explicit(bucket, memory_order_acquire);
    size_t bytes = (size_t)finder->table->controls->n * sizeof *finder->sought;
    while (mode && memcmp(mode->controls, finder->sought, bytes) != 0)
        mode = mode->next_of_hash;
    return mode;
}

/* Makes the mode with the values sought; the shelf is locked. */
static struct mode *make(struct mode_finder *finder, struct shelf *shelf, struct mode *_Atomic *bucket)
{
    struct mode_table *table = finder->table;
    size_t bytes = 0;
    struct mode *mode = maker_make(maker_of(finder), finder->sought, &shelf->arena, &bytes);
    mode->number = atomic_fetch_add_explicit(&table->n_modes, 1, memory_order_relaxed);
    mode->next_of_hash = atomic_load_explicit(bucket, memory_order_relaxed);
    atomic_store_explicit(bucket, mode, memory_order_release);
    atomic_fetch_add_explicit(&table->bytes, bytes, memory_order_relaxed);
    finder->bytes += bytes;
    return mode;
}

/* The mode with the values sought. */
static struct mode *find_or_make(struct mode_finder *finder)
{
    struct mode_table *table = finder->table;
    uint64_t b = hash_of(finder->sought, table->controls->n) % BUCKETS;
    struct mode *mode = look_up(finder, &table->buckets[b]);
    if (mode)
        return mode;
    struct shelf *shelf = &table->shelves[b % SHELVES];
    pthread_mutex_lock(&shelf->lock);
    mode = look_up(finder, &table->buckets[b]); /* another thread may have made it meanwhile */
    if (!mode)
        mode = make(finder, shelf, &table->buckets[b]);
    pthread_mutex_unlock(&shelf->lock);
    return mode;
}

/* The mode of the state, which has a value per variable. */
struct mode *mode_finder_initial(struct mode_finder *finder, const int *state)
{
    const struct controls *controls = finder->table->controls;
    for (int i = 0; i < controls->n; i++)
        finder->sought[i] = state[controls->list[i]];
    return find_or_make(finder);
}

/* Finds the mode that the branch of that mode leads to, and notes it there. */
struct mode *mode_finder_find(struct mode_finder *finder, const struct mode *mode, struct mode_branch *branch)
{
    const struct controls *controls = finder->table->controls;
    if (controls->n > 0)
        memcpy(finder->sought, mode->controls, (size_t)controls->n * sizeof *finder->sought);
    for (int i = 0; i < branch->n_changes; i++)
        finder->sought[branch->changes[i].control] = branch->changes[i].value;
    struct mode *target = find_or_make(finder);
    atomic_store_explicit(&branch->target, target, memory_order_release);
    return target;
}
