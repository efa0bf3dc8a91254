/*
 * The fast engine: many paths at once, lane by lane.
 *
 * Some two thousand paths are in flight, in chunks of LANES whose state stands side by side. Each path is in one mode
 * (engine/modes.c): at one place of the process's controller. The mode with most paths goes on first: a chunk that has
 * many lanes in it where it stands, with the others masked; of the other chunks the lanes are gathered into a block,
 * which is run and put back. So vectors are well filled although every path goes its own way, and the work of a mode
 * is only what can happen in it. Lanes whose path has come to its end take the next one as soon as enough of a chunk
 * are free, or at once where they go on together with others.
 *
 * In which order paths go on changes nothing: each has its own state and its own random numbers, and all results are
 * stored under its number. Path i is the same trajectory as in the reference engine, to the last bit.
 *
 * What ends a run of the reference engine with an error is only noticed here (an update out of range, a rate that is
 * none, a cycle of commands that takes no time); the batch is then run again by the reference engine, which finds the
 * first path that fails and says why. It also runs the batches that somebody looks at event by event.
 *
 * Modes are found as paths come to them, and shared by all runs of the process (engine/mode_store.c); the paths, and
 * which of them wait in which mode, are a run's own. If there are too many modes for the paths, as in a chain whose one
 * variable is the number of its state, the controller is not told apart any more, and all paths are in one mode.
 *
 * Regrouping by what is to be done next is the event-based method of F. B. Brown, W. R. Martin, Monte Carlo methods for
 * radiation transport analysis on vector computers, Progress in Nuclear Energy 14 (1984) 269-299.
 */
#include "engine/lanes.h"

#include "engine/kernel.h"
#include "engine/mode_store.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    DENSE = 28,             /* so many lanes of a chunk in a mode run where they stand */
    FULL = 3,               /* a mode with 1/FULL of the lanes of the fullest goes on with it */
    REFILL = 40,            /* so many free lanes of a chunk are worth beginning paths in */
    SPARSE_RUNS = 8000,     /* so many runs of blocks tell whether modes pay, */
    SPARSE_LANES = 2,       /* which they do if more lanes a run take part */
};

static const struct lanes_limits usual_limits = {.kept_bytes = (size_t)128 << 20, .most_bytes = (size_t)192 << 20};

enum { MOST_CHUNKS = 32 }; /* of LANES paths that are in flight; no more than 64 */

struct chunk {
    struct block block;
    int          slot[LANES];   /* index of the path in the batch */
    lane_set     free;          /* lanes without a path */
};

/* The paths of a run that wait in a mode. */
struct queue {
    struct mode *mode;
    uint64_t     chunks;               /* a bit for each chunk with lanes in this mode */
    lane_set     waiting[MOST_CHUNKS]; /* these lanes */
    int          n_waiting;
};

/* What all runs of a process share. */
struct shared {
    const struct process *process;
    const struct kernel  *kernel;
    enum simd             simd;
    struct lanes_limits   limits;
    struct mode_store    *modes;
    pthread_mutex_t       lock;        /* of what follows */
    int                   n_runs;      /* the last one gives all this back */
    void                 *reference;   /* opened when first needed */
};

/* A run: what one thread has. */
struct pool {
    struct shared        *shared;
    const struct process *process;
    const struct kernel  *kernel;
    struct mode_finder   *finder;
    struct chunk          chunks[MOST_CHUNKS];
    int                   n_chunks;
    struct block          gathered;
    int                   home[LANES]; /* of the gathered lanes: chunk · LANES + lane */
    int                   n_gathered;
    struct queue        **queues;      /* in the first n_listed of n_queues paths wait, or did; the others are empty */
    int                   n_listed, n_queues, queue_capacity;
    struct queue        **queue_of;    /* per mode, by its number: if it is listed */
    int                   n_modes;
    struct visit          visit;
    int                   scratch_rows;
    int                  *initial;     /* the batch's, a value per variable */
    struct mode          *first;       /* the mode that it is in */
    struct batch         *batch;
    int                   n_begun, n_ended;
    uint64_t              runs, lanes_run; /* of blocks, in this batch */
    void                 *reference;   /* opened when first needed */
};

/* ---- memory ---- */

static void block_open(struct block *block, const struct layout *layout)
{
    block->rows = memory_lines((size_t)layout->n_rows * LANES, sizeof *block->rows);
    block->counts = memory_lines((size_t)layout->n_counts * LANES, sizeof *block->counts);
}

static void block_close(struct block *block)
{
    free(block->rows);
    free(block->counts);
}

static const struct kernel *kernel_for(enum simd simd)
{
#ifdef __x86_64__
    if (simd == SIMD_AVX512 || (simd == SIMD_AUTO && simd_runs(SIMD_AVX512)))
        return &kernel_avx512;
    if (simd == SIMD_AVX2 || (simd == SIMD_AUTO && simd_runs(SIMD_AVX2)))
        return &kernel_avx2;
#endif
    (void)simd;
    return &kernel_baseline;
}

/* A run of what is shared, which must be locked, or new. */
static struct pool *pool_new(struct shared *shared)
{
    struct pool *pool = memory_new(1, sizeof *pool);
    const struct layout *layout = mode_store_layout(shared->modes);
    const struct process *process = shared->process;
    pool->shared = shared;
    pool->process = process;
    pool->kernel = shared->kernel;
    pool->finder = mode_finder_open(shared->modes);
    block_open(&pool->gathered, layout);
    pool->initial = memory_new((size_t)process->n_variables + 1, sizeof *pool->initial);
    pool->visit = (struct visit){.layout = layout, .process = process};
    pool->visit.firing = memory_new((size_t)process->n_commands + 1, sizeof *pool->visit.firing);
    pool->visit.sorted = memory_new((size_t)process->n_commands + 1, sizeof *pool->visit.sorted);
    shared->n_runs++;
    return pool;
}

/* As the engine's open(), with other limits than the usual ones. */
void *lanes_open_within(const struct process *process, enum simd simd, struct lanes_limits limits)
{
    struct shared *shared = memory_new(1, sizeof *shared);
    shared->process = process;
    shared->simd = simd;
    shared->kernel = kernel_for(simd);
    shared->limits = limits;
    shared->modes = mode_store_open(process, limits.kept_bytes);
    pthread_mutex_init(&shared->lock, NULL);
    return pool_new(shared);
}

static void *lanes_open(const struct process *process, enum simd simd)
{
    return lanes_open_within(process, simd, usual_limits);
}

static void *lanes_join(void *opened)
{
    struct shared *shared = ((struct pool *)opened)->shared;
    pthread_mutex_lock(&shared->lock);
    struct pool *pool = pool_new(shared);
    pthread_mutex_unlock(&shared->lock);
    return pool;
}

static void leave_shared(struct shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    bool last = --shared->n_runs == 0;
    pthread_mutex_unlock(&shared->lock);
    if (!last)
        return;
    if (shared->reference)
        engine_reference.close(shared->reference);
    mode_store_close(shared->modes);
    pthread_mutex_destroy(&shared->lock);
    free(shared);
}

static void lanes_close(void *opened)
{
    struct pool *pool = opened;
    for (int c = 0; c < pool->n_chunks; c++)
        block_close(&pool->chunks[c].block);
    block_close(&pool->gathered);
    for (int i = 0; i < pool->n_queues; i++)
        free(pool->queues[i]);
    mode_finder_close(pool->finder);
    if (pool->reference)
        engine_reference.close(pool->reference);
    leave_shared(pool->shared);
    free(pool->visit.scratch);
    free(pool->visit.firing);
    free(pool->visit.sorted);
    free(pool->queues);
    free(pool->queue_of);
    free(pool->initial);
    free(pool);
}

/* ---- modes of lanes ---- */

/* How many there are; compilers call a function where they cannot count on an instruction. */
static int count(lane_set lanes)
{
    lanes -= lanes >> 1 & UINT64_C(0x5555555555555555);
    lanes = (lanes & UINT64_C(0x3333333333333333)) + (lanes >> 2 & UINT64_C(0x3333333333333333));
    lanes = (lanes + (lanes >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (int)(lanes * UINT64_C(0x0101010101010101) >> 56);
}

/* Room for what runs in the mode, and for its number. */
static void make_room_for(struct pool *pool, const struct mode *mode)
{
    if (mode->number >= pool->n_modes) {
        int n = 2 * mode->number + 64;
        pool->queue_of = memory_grow(pool->queue_of, (size_t)n, sizeof *pool->queue_of);
        memset(pool->queue_of + pool->n_modes, 0, (size_t)(n - pool->n_modes) * sizeof *pool->queue_of);
        pool->n_modes = n;
    }
    if (mode->n_scratch > pool->scratch_rows) {
        pool->scratch_rows = 2 * mode->n_scratch;
        free(pool->visit.scratch);
        pool->visit.scratch = memory_lines((size_t)pool->scratch_rows * LANES, sizeof *pool->visit.scratch);
    }
}

/* The mode's queue; the mode is listed when the first path comes to it. */
static struct queue *queue_at(struct pool *pool, struct mode *mode)
{
    if (mode->number < pool->n_modes && pool->queue_of[mode->number])
        return pool->queue_of[mode->number];
    make_room_for(pool, mode);
    if (pool->n_listed == pool->n_queues) {
        if (pool->n_queues == pool->queue_capacity) {
            pool->queue_capacity = pool->queue_capacity ? 2 * pool->queue_capacity : 64;
            pool->queues = memory_grow(pool->queues, (size_t)pool->queue_capacity, sizeof *pool->queues);
        }
        pool->queues[pool->n_queues++] = memory_new(1, sizeof *pool->queues[0]);
    }
    struct queue *queue = pool->queues[pool->n_listed++];
    queue->mode = mode;
    return pool->queue_of[mode->number] = queue;
}

/* The lanes of the chunk wait in the queue. */
static void wait_in(struct queue *queue, int chunk, lane_set lanes)
{
    queue->n_waiting += count(lanes);
    queue->waiting[chunk] |= lanes;
    queue->chunks |= UINT64_C(1) << chunk;
}

/* One of them does not any more. */
static void leave(struct queue *queue, int chunk, int lane)
{
    queue->waiting[chunk] &= ~LANE(lane);
    queue->n_waiting--;
    if (!queue->waiting[chunk])
        queue->chunks &= ~(UINT64_C(1) << chunk);
}

/* One of the chunk that goes from the queue's mode to the next by the branch. */
static void move(struct pool *pool, struct queue *queue, struct mode_branch *branch, int chunk, int lane)
{
    struct mode *target = mode_finder_target(pool->finder, queue->mode, branch);
    double *rows = pool->chunks[chunk].block.rows;
    leave(queue, chunk, lane);
    wait_in(queue_at(pool, target), chunk, LANE(lane));
    for (int i = 0; i < target->n_idle_timers; i++)
        rows[target->idle_timers[i] * LANES + lane] = (double)INFINITY;
}

/* Stores the results of the path in the lane, which has come to its end. */
static void end(struct pool *pool, struct queue *queue, int chunk, int lane)
{
    const struct layout *l = pool->visit.layout;
    const struct process *p = pool->process;
    struct batch *batch = pool->batch;
    struct chunk *c = &pool->chunks[chunk];
    const double *rows = c->block.rows + lane;
    size_t slot = (size_t)c->slot[lane], rewards = slot * (size_t)p->n_rewards, labels = slot * (size_t)p->n_labels;
    for (int i = 0; i < p->n_rewards; i++)
        batch->rewards[rewards + (size_t)i] = rows[(l->rewards + i) * LANES];
    for (int i = 0; batch->first_time && i < p->n_labels; i++)
        batch->first_time[labels + (size_t)i] = rows[(l->first_times + i) * LANES];
    for (int i = 0; batch->at_end && i < p->n_labels; i++)
        batch->at_end[labels + (size_t)i] = rows[(l->at_ends + i) * LANES] != 0;
    leave(queue, chunk, lane);
    c->free |= LANE(lane);
    pool->n_ended++;
}

/* ---- runs of blocks ---- */

static void run(struct pool *pool, struct mode *mode, struct block *block, lane_set active)
{
    struct visit *x = &pool->visit;
    int n = count(active);
    x->mode = mode;
    x->block = block;
    x->active = active;
    pool->runs++;
    pool->lanes_run += (uint64_t)n;
    pool->kernel->run(x, n - n / 8);
}

static void run_where_it_stands(struct pool *pool, struct queue *queue, int chunk)
{
    struct visit *x = &pool->visit;
    run(pool, queue->mode, &pool->chunks[chunk].block, queue->waiting[chunk]);
    for (lane_set rest = x->ended; rest; rest &= rest - 1)
        end(pool, queue, chunk, __builtin_ctzll(rest));
    for (lane_set rest = x->moved; rest; rest &= rest - 1)
        move(pool, queue, x->exit[__builtin_ctzll(rest)], chunk, __builtin_ctzll(rest));
}

/* Copies the mode's rows of one lane. */
static void copy_lane(const struct mode *mode, struct block *to, int to_lane, const struct block *from, int from_lane)
{
    for (int i = 0; i < mode->n_rows; i++)
        to->rows[mode->rows[i] * LANES + to_lane] = from->rows[mode->rows[i] * LANES + from_lane];
    for (int i = 0; i < mode->n_counts; i++)
        to->counts[mode->counts[i] * LANES + to_lane] = from->counts[mode->counts[i] * LANES + from_lane];
    to->path[to_lane] = from->path[from_lane];
}

/* Runs the lanes that were gathered, and puts them back. */
static void run_gathered(struct pool *pool, struct queue *queue)
{
    struct visit *x = &pool->visit;
    int n = pool->n_gathered;
    pool->n_gathered = 0;
    if (n == 0)
        return;
    run(pool, queue->mode, &pool->gathered, n == LANES ? ALL_LANES : LANE(n) - 1);
    for (int i = 0; i < n; i++) {
        int chunk = pool->home[i] / LANES, lane = pool->home[i] % LANES;
        copy_lane(queue->mode, &pool->chunks[chunk].block, lane, &pool->gathered, i);
        if (x->ended >> i & 1)
            end(pool, queue, chunk, lane);
        else if (x->moved >> i & 1)
            move(pool, queue, x->exit[i], chunk, lane);
    }
}

static void gather(struct pool *pool, struct queue *queue, int chunk, lane_set lanes)
{
    for (lane_set rest = lanes; rest; rest &= rest - 1) {
        int lane = __builtin_ctzll(rest);
        copy_lane(queue->mode, &pool->gathered, pool->n_gathered, &pool->chunks[chunk].block, lane);
        pool->home[pool->n_gathered++] = chunk * LANES + lane;
        if (pool->n_gathered == LANES)
            run_gathered(pool, queue);
    }
}

/* Lets the paths of the queue go on. */
static void visit(struct pool *pool, struct queue *queue)
{
    for (uint64_t rest = queue->chunks; rest && !pool->visit.bad; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        lane_set lanes = queue->waiting[c];
        if (count(lanes) >= DENSE)
            run_where_it_stands(pool, queue, c);
        else
            gather(pool, queue, c, lanes);
    }
    if (!pool->visit.bad)
        run_gathered(pool, queue);
}

/* ---- paths ---- */

/* Begins paths in the free lanes of the chunk, as far as there are any. */
static void refill(struct pool *pool, int chunk)
{
    struct chunk *c = &pool->chunks[chunk];
    struct batch *batch = pool->batch;
    lane_set lanes = 0;
    for (lane_set rest = c->free; rest && pool->n_begun < batch->n_paths; rest &= rest - 1) {
        int lane = __builtin_ctzll(rest);
        c->slot[lane] = pool->n_begun;
        c->block.path[lane] = batch->first + (uint64_t)pool->n_begun++ * batch->stride;
        lanes |= LANE(lane);
    }
    if (!lanes)
        return;
    c->free &= ~lanes;
    pool->visit.block = &c->block;
    pool->kernel->begin(&pool->visit, pool->initial, lanes);
    wait_in(queue_at(pool, pool->first), chunk, lanes);
}

/* Whether to begin paths in the chunk now: always where no path waits in any, since then all its lanes are free. */
static bool is_worth_refilling(struct pool *pool, int chunk)
{
    lane_set free = pool->chunks[chunk].free;
    return free && (count(free) >= REFILL || queue_at(pool, pool->first)->waiting[chunk]);
}

/* The mode of the queue is listed no more, and another queue stands in its place. */
static void strike_off(struct pool *pool, int i)
{
    struct queue *queue = pool->queues[i];
    pool->queue_of[queue->mode->number] = NULL;
    pool->queues[i] = pool->queues[--pool->n_listed];
    pool->queues[pool->n_listed] = queue;
}

/* Lanes of the mode that has most; modes that no path is in any more are struck off. */
static int most_waiting(struct pool *pool)
{
    int most = 0;
    for (int i = 0; i < pool->n_listed; i++) {
        if (pool->queues[i]->n_waiting > most)
            most = pool->queues[i]->n_waiting;
        if (pool->queues[i]->n_waiting == 0)
            strike_off(pool, i--);
    }
    return most;
}

/* Whether there are too many modes for the paths, or for the memory. */
static bool modes_do_not_pay(const struct pool *pool)
{
    bool sparse = pool->runs > SPARSE_RUNS && pool->lanes_run < SPARSE_LANES * pool->runs;
    bool large = mode_finder_bytes(pool->finder) > pool->shared->limits.most_bytes;
    return mode_finder_tells_apart(pool->finder) && (sparse || large);
}

/* Runs all paths of the batch. False if it was stopped, or a path broke the rules. */
static bool run_paths(struct pool *pool)
{
    while (pool->n_ended < pool->batch->n_paths) {
        for (int c = 0; c < pool->n_chunks; c++)
            if (is_worth_refilling(pool, c))
                refill(pool, c);
        int most = most_waiting(pool), n = pool->n_listed;
        for (int i = 0; i < n && !pool->visit.bad && !modes_do_not_pay(pool); i++) /* the full ones */
            if (FULL * pool->queues[i]->n_waiting >= most)
                visit(pool, pool->queues[i]);
        if (pool->visit.bad || modes_do_not_pay(pool))
            return false;
        if (engine_stopped(pool->batch->stop)) {
            pool->batch->unfinished = true;
            return false;
        }
    }
    return true;
}

/* ---- batches ---- */

static void open_chunks(struct pool *pool, int n_paths)
{
    while (pool->n_chunks < MOST_CHUNKS && pool->n_chunks * LANES < n_paths)
        block_open(&pool->chunks[pool->n_chunks++].block, pool->visit.layout);
    for (int c = 0; c < pool->n_chunks; c++)
        pool->chunks[c].free = ALL_LANES;
}

/* The keys of Philox's rounds. */
static void make_keys(uint64_t keys[PHILOX_ROUNDS][2], uint64_t seed)
{
    for (uint32_t round = 0; round < PHILOX_ROUNDS; round++) {
        keys[round][0] = (uint32_t)(seed + round * PHILOX_WEYL_0);
        keys[round][1] = (uint32_t)((seed >> 32) + round * PHILOX_WEYL_1);
    }
}

/* Forgets what a batch left that did not come to its end. */
static void empty_queues(struct pool *pool)
{
    while (pool->n_listed > 0) {
        struct queue *queue = pool->queues[pool->n_listed - 1];
        strike_off(pool, pool->n_listed - 1);
        *queue = (struct queue){0};
    }
}

static void begin_batch(struct pool *pool, struct batch *batch)
{
    const struct process *p = pool->process;
    mode_finder_begin(pool->finder);
    pool->batch = batch;
    pool->n_begun = pool->n_ended = pool->n_gathered = 0;
    pool->runs = pool->lanes_run = 0;
    for (int i = 0; i < p->n_variables; i++)
        pool->initial[i] = batch->initial ? batch->initial[i] : p->variables[i].initial;
    pool->first = mode_finder_initial(pool->finder, pool->initial);
    open_chunks(pool, batch->n_paths);
    make_keys(pool->visit.keys, batch->seed);
    pool->visit.horizon = batch->horizon;
    pool->visit.sees_labels = batch->first_time != NULL;
    pool->visit.bad = false;
    pool->visit.events = 0;
}

static bool run_by_reference(struct pool *pool, struct batch *batch, struct error *error)
{
    struct shared *shared = pool->shared;
    if (!pool->reference) {
        pthread_mutex_lock(&shared->lock);
        if (!shared->reference)
            shared->reference = engine_reference.open(shared->process, shared->simd);
        pool->reference = engine_reference.join(shared->reference);
        pthread_mutex_unlock(&shared->lock);
    }
    return engine_reference.run(pool->reference, batch, error);
}

/* Runs the paths in modes. False if it was stopped, a path broke the rules, or modes do not pay. */
static bool run_in_modes(struct pool *pool, struct batch *batch)
{
    begin_batch(pool, batch);
    bool good = run_paths(pool);
    empty_queues(pool);
    mode_finder_end(pool->finder);
    return good;
}

/*
 * Runs the paths of a batch. Fails where the process breaks its own rules, with the message of the reference engine;
 * where it is stopped it does not fail, but marks the batch as unfinished.
 */
static bool lanes_run(void *opened, struct batch *batch, struct error *error)
{
    struct pool *pool = opened;
    if (batch->observe)
        return run_by_reference(pool, batch, error);
    bool good = run_in_modes(pool, batch);
    if (!good && !batch->unfinished && !pool->visit.bad) { /* too many modes: once more, with one */
        mode_store_forgo_controls(pool->shared->modes);
        good = run_in_modes(pool, batch);
    }
    if (good)
        batch->events += pool->visit.events;
    return good || batch->unfinished || run_by_reference(pool, batch, error);
}

const struct engine engine_lanes = {
    .name = "lanes",
    .open = lanes_open,
    .join = lanes_join,
    .run = lanes_run,
    .close = lanes_close,
};
