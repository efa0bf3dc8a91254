/*
 * Blocks of paths on all cores.
 *
 * Each stratum says how many paths it wants; what is missing is cut into blocks of at most BLOCK_PATHS, which threads
 * take as they are free. A path's result depends on its number alone, a block's tally on its paths, and tallies are
 * merged in the order of the blocks after all are done: the results are the same to the last bit for any number of
 * threads. Histograms are counts, which merge in any order, and are shared under a lock.
 *
 * Threads keep their engines from one round to the next, and those of the same process share what is made once for it.
 *
 * Cost: beside the paths, a tally a block (1.2 kB for 2048 paths) until it is merged. Blocks are cut and merged
 * MOST_BLOCKS at a time, so that memory does not grow with the number of paths; the order of merging is the same.
 */
#include "study/sample.h"

#include <omp.h>
#include <stdlib.h>

enum { MOST_BLOCKS = 512 };

/* Arms that draw paths at a time, and so many more a thread: their engines hold some megabytes each. */
enum { OPEN_LEAST = 8, OPEN_A_THREAD = 2 };

enum { THREADS_A_CORE = 4 }; /* more bring nothing, and each takes memory */

struct block {
    int          arm, stratum;
    uint64_t     first; /* index of its first path within the stratum */
    int          n_paths;
    bool         done;
    struct tally tally;
};

/* The paths of a rival that were run last: its plans come one after the other, and are compared on the same ones. */
struct rival_paths {
    const struct arm *arm;     /* NULL: none were */
    uint64_t          first;
    int               n_paths;
    double           *rewards; /* NULL: no room yet */
    bool             *labels;
};

/* A thread's engines, opened when first needed, and room for a block's results. */
struct worker {
    struct sampler *sampler;
    void  **runs;          /* of the engine, per arm */
    double *rewards, *none_rewards;
    bool   *labels;
    size_t  n_rewards, n_labels;       /* a path, at most */
    struct rival_paths rivals[STRATA];
    int    *initial;
    bool    stopped;       /* in the middle of a block, which is lost */
    struct error error;
};

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/*
 * How many threads there will be if so many are asked for; 0: as many as OpenMP would take. No more than it may take,
 * and no more than are of use: it would end the program where the system refuses one.
 */
int sampler_threads(int asked)
{
    int threads = asked > 0 ? asked : omp_get_max_threads();
    return least_of(threads, least_of(omp_get_thread_limit(), THREADS_A_CORE * omp_get_num_procs()));
}

/* How many blocks what the strata want makes; MOST_BLOCKS at most. */
static size_t blocks_wanted(const struct sampler *sampler)
{
    uint64_t n = 0;
    for (int a = 0; a < sampler->n_arms; a++)
        for (int s = 0; s < sampler->arms[a].n_strata; s++) {
            const struct stratum *stratum = &sampler->arms[a].strata[s];
            if (stratum->wanted > stratum->tally.paths)
                n += (stratum->wanted - stratum->tally.paths - 1) / BLOCK_PATHS + 1;
        }
    return n < MOST_BLOCKS ? (size_t)n : MOST_BLOCKS;
}

/* Paths that the arm has drawn. */
uint64_t arm_drawn(const struct arm *arm)
{
    uint64_t paths = 0;
    for (int s = 0; s < arm->n_strata; s++)
        paths += arm->strata[s].tally.paths;
    return paths;
}

static int most_open(const struct sampler *sampler)
{
    return OPEN_LEAST + OPEN_A_THREAD * sampler->threads;
}

static bool wants(const struct arm *arm)
{
    for (int s = 0; s < arm->n_strata; s++)
        if (arm->strata[s].wanted > arm->strata[s].tally.paths)
            return true;
    return false;
}

/* The first of the arms that need not be looked at, since as many before it want paths as may be open. */
static int end_of_open(const struct sampler *sampler)
{
    int end = 0;
    for (int open = 0; end < sampler->n_arms && open < most_open(sampler); end++)
        open += wants(&sampler->arms[end]);
    return end;
}

/*
 * The next blocks, MOST_BLOCKS at most, of all strata in turn, so that an interrupted run has something of each; where
 * there are too many arms, of the first of them.
 */
static size_t cut(const struct sampler *sampler, struct block *blocks)
{
    size_t n = 0, before;
    uint64_t turn = 0;
    int end = end_of_open(sampler);
    do {
        before = n;
        for (int a = 0; a < end; a++)
            for (int s = 0; s < sampler->arms[a].n_strata && n < MOST_BLOCKS; s++) {
                const struct stratum *stratum = &sampler->arms[a].strata[s];
                uint64_t i = stratum->tally.paths + turn, left = stratum->wanted - i;
                if (i < stratum->wanted)
                    blocks[n++] = (struct block){a, s, i, left < BLOCK_PATHS ? (int)left : BLOCK_PATHS, false, {0}};
            }
        turn += BLOCK_PATHS;
    } while (n > before && n < MOST_BLOCKS);
    return n;
}

static struct worker *worker_new(struct sampler *sampler)
{
    struct worker *worker = memory_new(1, sizeof *worker);
    size_t rewards = 1, labels = 1, variables = 1;
    for (int a = 0; a < sampler->n_arms; a++) {
        const struct process *p = sampler->arms[a].rollout.process;
        rewards = (size_t)p->n_rewards > rewards ? (size_t)p->n_rewards : rewards;
        labels = (size_t)p->n_labels > labels ? (size_t)p->n_labels : labels;
        variables = (size_t)p->n_variables > variables ? (size_t)p->n_variables : variables;
    }
    worker->sampler = sampler;
    worker->n_rewards = rewards;
    worker->n_labels = labels;
    worker->runs = memory_new((size_t)sampler->n_arms, sizeof *worker->runs);
    worker->rewards = memory_new(rewards * BLOCK_PATHS, sizeof *worker->rewards);
    worker->none_rewards = memory_new(rewards * BLOCK_PATHS, sizeof *worker->none_rewards);
    worker->labels = memory_new(labels * BLOCK_PATHS, sizeof *worker->labels);
    worker->initial = memory_new(variables, sizeof *worker->initial);
    return worker;
}

static void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    for (int a = 0; a < worker->sampler->n_arms; a++)
        if (worker->runs[a])
            worker->sampler->engine->close(worker->runs[a]);
    free(worker->runs);
    free(worker->rewards);
    free(worker->none_rewards);
    free(worker->labels);
    for (int s = 0; s < STRATA; s++) {
        free(worker->rivals[s].rewards);
        free(worker->rivals[s].labels);
    }
    free(worker->initial);
    error_free(&worker->error);
    free(worker);
}

/* The calling thread's. */
static struct worker *own_worker(struct sampler *sampler)
{
    struct worker **worker = &sampler->workers[omp_get_thread_num()];
    if (!*worker)
        *worker = worker_new(sampler);
    return *worker;
}

/* Runs the block's paths on one arm, its own or its partner; false if that failed or was stopped. */
static bool run_arm(struct worker *worker, const struct block *block, const struct arm *arm, double *rewards,
                    bool *labels, uint64_t *events)
{
    struct sampler *sampler = worker->sampler;
    const struct stratum *stratum = &sampler->arms[block->arm].strata[block->stratum];
    const struct process *process = arm->rollout.process;
    int number = (int)(arm - sampler->arms);
    if (!worker->runs[number])
        worker->runs[number] = engine_enter(sampler->engine, &sampler->opened[number], process, sampler->simd);
    for (int i = 0; i < process->n_variables; i++)
        worker->initial[i] = process->variables[i].initial;
    if (arm->rollout.release >= 0)
        worker->initial[arm->rollout.release] = stratum->release;
    struct batch batch = {
        .seed = sampler->seed,
        .first = stratum->first + block->first * stratum->stride,
        .stride = stratum->stride,
        .n_paths = block->n_paths,
        .horizon = sampler->horizon,
        .initial = worker->initial,
        .rewards = rewards,
        .at_end = labels,
        .stop = sampler->stop,
    };
    bool good = sampler->engine->run(worker->runs[number], &batch, &worker->error);
    *events += batch.events;
    worker->stopped = batch.unfinished;
    return good && !batch.unfinished;
}

/* The rival's paths of the block: those that are there, or run now; NULL if that failed or was stopped. */
static const struct rival_paths *run_rival(struct worker *worker, const struct block *block, const struct arm *rival)
{
    struct rival_paths *paths = &worker->rivals[block->stratum];
    uint64_t events = 0; /* which the arm does not answer for */
    if (paths->arm == rival && paths->first == block->first && paths->n_paths == block->n_paths)
        return paths;
    if (!paths->rewards) {
        paths->rewards = memory_new(worker->n_rewards * BLOCK_PATHS, sizeof *paths->rewards);
        paths->labels = memory_new(worker->n_labels * BLOCK_PATHS, sizeof *paths->labels);
    }
    paths->arm = NULL;
    if (!run_arm(worker, block, rival, paths->rewards, paths->labels, &events))
        return NULL;
    paths->arm = rival;
    paths->first = block->first;
    paths->n_paths = block->n_paths;
    return paths;
}

static bool run_block(struct worker *worker, struct block *block)
{
    const struct sampler *sampler = worker->sampler;
    struct arm *arm = &sampler->arms[block->arm];
    struct block_results results = {worker->rewards, worker->labels, NULL, NULL, NULL};
    struct block_rollouts rollouts = {.own = &arm->rollout};
    if (!run_arm(worker, block, arm, worker->rewards, worker->labels, &block->tally.events))
        return false;
    if (arm->none) {
        if (!run_arm(worker, block, arm->none, worker->none_rewards, NULL, &block->tally.events))
            return false;
        results.none_rewards = worker->none_rewards;
        rollouts.none = &arm->none->rollout;
    }
    if (arm->rival) {
        const struct rival_paths *rival = run_rival(worker, block, arm->rival);
        if (!rival)
            return false;
        results.rival_rewards = rival->rewards;
        results.rival_labels = rival->labels;
        rollouts.rival = &arm->rival->rollout;
    }
    tally_add_block(&block->tally, &rollouts, &sampler->watches, &results, block->n_paths);
#pragma omp critical(histograms)
    tally_add_histograms(arm->strata[block->stratum].histograms, &arm->rollout, &results, block->n_paths);
    block->done = true;
    return true;
}

static bool merge(struct sampler *sampler, const struct block *blocks, size_t n_blocks)
{
    bool all = true;
    for (size_t i = 0; i < n_blocks; i++) {
        if (blocks[i].done)
            tally_merge(&sampler->arms[blocks[i].arm].strata[blocks[i].stratum].tally, &blocks[i].tally);
        all = all && blocks[i].done;
    }
    return all;
}

/* Runs the blocks on all threads. `paths` counts those drawn. */
static void run_blocks(struct sampler *sampler, struct block *blocks, size_t n_blocks, uint64_t *paths,
                       struct error *error)
{
    bool failed = false;
#pragma omp parallel num_threads(sampler->threads)
    {
        struct worker *worker = own_worker(sampler);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < n_blocks; i++) {
            bool skip;
            uint64_t so_far;
#pragma omp atomic read
            skip = failed;
            if (skip || engine_stopped(sampler->stop))
                continue;
            if (!run_block(worker, &blocks[i])) {
                if (worker->stopped)
                    continue;
#pragma omp atomic write
                failed = true;
#pragma omp critical(errors)
                if (error->count == 0)
                    error_add(error, worker->error.fault, "%.*s", (int)worker->error.text.length - 1,
                              worker->error.text.data);
                continue;
            }
#pragma omp atomic capture
            so_far = *paths += (uint64_t)blocks[i].n_paths;
            if (sampler->on_block && omp_get_thread_num() == 0)
                sampler->on_block(so_far, sampler->context);
        }
    }
}

/* Gives back the arm's engines, which hold much memory. They are opened anew if it draws paths again. */
void sampler_leave(struct sampler *sampler, int arm)
{
    for (int i = 0; sampler->workers && i < sampler->threads; i++) {
        struct worker *worker = sampler->workers[i];
        if (worker && worker->runs[arm])
            sampler->engine->close(worker->runs[arm]);
        if (worker)
            worker->runs[arm] = NULL;
    }
    if (sampler->opened)
        sampler->opened[arm] = NULL;
}

/*
 * Gives back the engines of arms that have what they want, where there are many arms; not those that others need: of no
 * release, and of plans without a rival, which may be one.
 */
static void leave_done(struct sampler *sampler)
{
    for (int a = 0; a < sampler->n_arms && sampler->n_arms > most_open(sampler); a++)
        if (sampler->arms[a].rival && !wants(&sampler->arms[a]))
            sampler_leave(sampler, a);
}

/*
 * Draws the paths that the strata want. Returns false with an error if a process broke its rules, and false without one
 * if it was stopped: the tallies then hold the blocks that were done. Arms and threads stay the same from the first
 * call to sampler_close().
 */
bool sampler_run(struct sampler *sampler, struct error *error)
{
    struct block *blocks = memory_new(blocks_wanted(sampler), sizeof *blocks);
    if (!sampler->workers) {
        sampler->workers = memory_new((size_t)sampler->threads, sizeof *sampler->workers);
        sampler->opened = memory_new((size_t)sampler->n_arms, sizeof *sampler->opened);
    }
    uint64_t paths = 0;
    size_t n_blocks;
    bool all = !engine_stopped(sampler->stop);
    while (all && (n_blocks = cut(sampler, blocks)) > 0) {
        run_blocks(sampler, blocks, n_blocks, &paths, error);
        all = merge(sampler, blocks, n_blocks);
        leave_done(sampler);
    }
    free(blocks);
    return all;
}

/* The arm is compared with the rival on all paths that it draws from now on. */
void sampler_set_rival(struct arm *arm, struct arm *rival)
{
    if (arm->rival == rival)
        return;
    arm->rival = rival;
    for (int s = 0; s < arm->n_strata; s++)
        tally_forget_rival(&arm->strata[s].tally);
}

/* Gives back what threads have; the arms stay. */
void sampler_close(struct sampler *sampler)
{
    for (int i = 0; sampler->workers && i < sampler->threads; i++)
        worker_free(sampler->workers[i]);
    free(sampler->workers);
    free(sampler->opened);
    sampler->workers = NULL;
    sampler->opened = NULL;
}

/* Goes on with another engine, which gives the same paths. */
void sampler_use(struct sampler *sampler, const struct engine *engine)
{
    if (sampler->engine == engine)
        return;
    sampler_close(sampler);
    sampler->engine = engine;
}
