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
 * Modes are found as paths come to them. If there are too many for the paths, as in a chain whose one variable is the
 * number of its state, the controller is not told apart any more, and all paths are in one mode.
 *
 * Regrouping by what is to be done next is the event-based method of F. B. Brown, W. R. Martin, Monte Carlo methods for
 * radiation transport analysis on vector computers, Progress in Nuclear Energy 14 (1984) 269-299.
 */
#include "engine/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DENSE = 28,             /* so many lanes of a chunk in a mode run where they stand */
    FULL = 3,               /* a mode with 1/FULL of the lanes of the fullest goes on with it */
    REFILL = 40,            /* so many free lanes of a chunk are worth beginning paths in */
    SPARSE_RUNS = 8000,     /* so many runs of blocks tell whether modes pay, */
    SPARSE_LANES = 2,       /* which they do if more lanes a run take part */
};

/* What modes may take: at the begin of a batch, and in the middle of one. */
static const size_t KEPT_BYTES = (size_t)64 << 20, MOST_BYTES = (size_t)256 << 20;

struct chunk {
    struct block block;
    int          slot[LANES];   /* index of the path in the batch */
    lane_set     free;          /* lanes without a path */
};

struct pool {
    const struct process *process;
    const struct kernel  *kernel;
    enum simd             simd;
    struct modes         *modes;
    struct chunk          chunks[MOST_CHUNKS];
    int                   n_chunks;
    struct block          gathered;
    int                   home[LANES]; /* of the gathered lanes: chunk · LANES + lane */
    int                   n_gathered;
    struct mode         **listed;      /* modes that paths are in, or were */
    int                   n_listed, listed_capacity;
    struct visit          visit;
    int                   scratch_rows;
    int                  *initial;     /* the batch's, a value per variable */
    struct mode          *first;       /* the mode that it is in */
    struct batch         *batch;
    int                   n_begun, n_ended;
    uint64_t              runs, lanes_run; /* of blocks, in this batch */
    bool                  one_mode;    /* controls are told apart no more */
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

static void *lanes_open(const struct process *process, enum simd simd)
{
    struct pool *pool = memory_new(1, sizeof *pool);
    pool->process = process;
    pool->simd = simd;
    pool->kernel = kernel_for(simd);
    pool->modes = modes_open(process);
    const struct layout *layout = modes_layout(pool->modes);
    block_open(&pool->gathered, layout);
    pool->initial = memory_new((size_t)process->n_variables + 1, sizeof *pool->initial);
    pool->visit = (struct visit){.layout = layout, .process = process};
    pool->visit.firing = memory_new((size_t)process->n_commands + 1, sizeof *pool->visit.firing);
    pool->visit.sorted = memory_new((size_t)process->n_commands + 1, sizeof *pool->visit.sorted);
    return pool;
}

static void lanes_close(void *opened)
{
    struct pool *pool = opened;
    for (int c = 0; c < pool->n_chunks; c++)
        block_close(&pool->chunks[c].block);
    block_close(&pool->gathered);
    modes_close(pool->modes);
    if (pool->reference)
        engine_reference.close(pool->reference);
    free(pool->visit.scratch);
    free(pool->visit.firing);
    free(pool->visit.sorted);
    free(pool->listed);
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

/* Lists a mode when the first path comes to it. */
static void list(struct pool *pool, struct mode *mode)
{
    if (mode->listed)
        return;
    if (pool->n_listed == pool->listed_capacity) {
        pool->listed_capacity = pool->listed_capacity ? 2 * pool->listed_capacity : 64;
        pool->listed = memory_grow(pool->listed, (size_t)pool->listed_capacity, sizeof *pool->listed);
    }
    pool->listed[pool->n_listed++] = mode;
    mode->listed = true;
    if (mode->n_scratch > pool->scratch_rows) {
        pool->scratch_rows = 2 * mode->n_scratch;
        free(pool->visit.scratch);
        pool->visit.scratch = memory_lines((size_t)pool->scratch_rows * LANES, sizeof *pool->visit.scratch);
    }
}

/* The lanes of the chunk wait in the mode. */
static void wait_in(struct pool *pool, struct mode *mode, int chunk, lane_set lanes)
{
    list(pool, mode);
    mode->n_waiting += count(lanes);
    mode->waiting[chunk] |= lanes;
    mode->chunks |= UINT64_C(1) << chunk;
}

/* One of them does not any more. */
static void leave(struct mode *mode, int chunk, int lane)
{
    mode->waiting[chunk] &= ~LANE(lane);
    mode->n_waiting--;
    if (!mode->waiting[chunk])
        mode->chunks &= ~(UINT64_C(1) << chunk);
}

/* Those of the chunk that go from one mode to the next by the branch. */
static void move(struct pool *pool, struct mode *mode, struct mode_branch *branch, int chunk, int lane)
{
    struct mode *target = modes_target(pool->modes, mode, branch);
    double *rows = pool->chunks[chunk].block.rows;
    leave(mode, chunk, lane);
    wait_in(pool, target, chunk, LANE(lane));
    for (int i = 0; i < target->n_idle_timers; i++)
        rows[target->idle_timers[i] * LANES + lane] = (double)INFINITY;
}

/* Stores the results of the path in the lane, which has come to its end. */
static void end(struct pool *pool, struct mode *mode, int chunk, int lane)
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
    leave(mode, chunk, lane);
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

static void run_where_it_stands(struct pool *pool, struct mode *mode, int chunk)
{
    struct visit *x = &pool->visit;
    run(pool, mode, &pool->chunks[chunk].block, mode->waiting[chunk]);
    for (lane_set rest = x->ended; rest; rest &= rest - 1)
        end(pool, mode, chunk, __builtin_ctzll(rest));
    for (lane_set rest = x->moved; rest; rest &= rest - 1)
        move(pool, mode, x->exit[__builtin_ctzll(rest)], chunk, __builtin_ctzll(rest));
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
static void run_gathered(struct pool *pool, struct mode *mode)
{
    struct visit *x = &pool->visit;
    int n = pool->n_gathered;
    pool->n_gathered = 0;
    if (n == 0)
        return;
    run(pool, mode, &pool->gathered, n == LANES ? ALL_LANES : LANE(n) - 1);
    for (int i = 0; i < n; i++) {
        int chunk = pool->home[i] / LANES, lane = pool->home[i] % LANES;
        copy_lane(mode, &pool->chunks[chunk].block, lane, &pool->gathered, i);
        if (x->ended >> i & 1)
            end(pool, mode, chunk, lane);
        else if (x->moved >> i & 1)
            move(pool, mode, x->exit[i], chunk, lane);
    }
}

static void gather(struct pool *pool, struct mode *mode, int chunk, lane_set lanes)
{
    for (lane_set rest = lanes; rest; rest &= rest - 1) {
        int lane = __builtin_ctzll(rest);
        copy_lane(mode, &pool->gathered, pool->n_gathered, &pool->chunks[chunk].block, lane);
        pool->home[pool->n_gathered++] = chunk * LANES + lane;
        if (pool->n_gathered == LANES)
            run_gathered(pool, mode);
    }
}

/* Lets the paths that are in the mode go on. */
static void visit(struct pool *pool, struct mode *mode)
{
    for (uint64_t rest = mode->chunks; rest && !pool->visit.bad; rest &= rest - 1) {
        int c = __builtin_ctzll(rest);
        lane_set lanes = mode->waiting[c];
        if (count(lanes) >= DENSE)
            run_where_it_stands(pool, mode, c);
        else
            gather(pool, mode, c, lanes);
    }
    if (!pool->visit.bad)
        run_gathered(pool, mode);
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
    wait_in(pool, pool->first, chunk, lanes);
}

/* Whether to begin paths in the chunk now: always where no path waits in any, since then all its lanes are free. */
static bool is_worth_refilling(const struct pool *pool, int chunk)
{
    lane_set free = pool->chunks[chunk].free;
    return free && (count(free) >= REFILL || pool->first->waiting[chunk]);
}

/* Lanes of the mode that has most; modes that no path is in any more are struck off. */
static int most_waiting(struct pool *pool)
{
    int most = 0;
    for (int i = 0; i < pool->n_listed; i++) {
        struct mode *mode = pool->listed[i];
        if (mode->n_waiting > most)
            most = mode->n_waiting;
        if (mode->n_waiting > 0)
            continue;
        mode->listed = false;
        pool->listed[i--] = pool->listed[--pool->n_listed];
    }
    return most;
}

/* Whether there are too many modes for the paths, or for the memory. */
static bool modes_do_not_pay(const struct pool *pool)
{
    bool sparse = pool->runs > SPARSE_RUNS && pool->lanes_run < SPARSE_LANES * pool->runs;
    return !pool->one_mode && (sparse || modes_bytes(pool->modes) > MOST_BYTES);
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
            if (FULL * pool->listed[i]->n_waiting >= most)
                visit(pool, pool->listed[i]);
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

/* Forgets what the last batch left, and modes where there are too many. */
static void begin_batch(struct pool *pool, struct batch *batch)
{
    const struct process *p = pool->process;
    if (modes_bytes(pool->modes) > KEPT_BYTES) {
        modes_empty(pool->modes);
        pool->n_listed = 0;
    }
    for (int i = 0; i < pool->n_listed; i++) {
        pool->listed[i]->n_waiting = 0;
        pool->listed[i]->chunks = 0;
        memset(pool->listed[i]->waiting, 0, sizeof pool->listed[i]->waiting);
    }
    pool->batch = batch;
    pool->n_begun = pool->n_ended = pool->n_gathered = 0;
    pool->runs = pool->lanes_run = 0;
    for (int i = 0; i < p->n_variables; i++)
        pool->initial[i] = batch->initial ? batch->initial[i] : p->variables[i].initial;
    pool->first = modes_initial(pool->modes, pool->initial);
    open_chunks(pool, batch->n_paths);
    make_keys(pool->visit.keys, batch->seed);
    pool->visit.horizon = batch->horizon;
    pool->visit.sees_labels = batch->first_time != NULL;
    pool->visit.bad = false;
    pool->visit.events = 0;
}

static bool run_by_reference(struct pool *pool, struct batch *batch, struct error *error)
{
    if (!pool->reference)
        pool->reference = engine_reference.open(pool->process, pool->simd);
    return engine_reference.run(pool->reference, batch, error);
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
    begin_batch(pool, batch);
    bool good = run_paths(pool);
    if (!good && !batch->unfinished && !pool->visit.bad) { /* too many modes: once more, with one */
        modes_forgo_controls(pool->modes);
        pool->one_mode = true;
        pool->n_listed = 0;
        begin_batch(pool, batch);
        good = run_paths(pool);
    }
    if (good)
        batch->events += pool->visit.events;
    return good || batch->unfinished || run_by_reference(pool, batch, error);
}

const struct engine engine_lanes = {
    .name = "lanes",
    .open = lanes_open,
    .run = lanes_run,
    .close = lanes_close,
};
