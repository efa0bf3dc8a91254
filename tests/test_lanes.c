/*
 * Every engine, on vectors of every width, against the reference engine: path i is the same trajectory to the last bit,
 * whatever the batch that it is in.
 *
 * Processes are made by dice (tests/random_process.c) from the seeds 1 to SEEDS, and are those of rollouts. Rewards,
 * first times, labels at the end and the number of events are compared as bytes; where the reference engine fails, the
 * other has to with the same message.
 */
#include "test.h"

#include "engine/engine.h"
#include "models/rollout.h"
#include "process/erlang.h"
#include "process/print.h"
#include "random_process.h"
#include "scenario/scenario.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 300, PATHS = 100, ROLLOUT_PATHS = 70 };

/* What a batch gives. */
struct outcome_of_batch {
    bool          good;
    double       *rewards, *first_time;
    bool         *at_end;
    uint64_t      events;
    struct error  error;
};

static struct outcome_of_batch run_batch(const struct engine *engine, enum simd simd, const struct process *p,
                                         struct batch batch, int piece)
{
    struct outcome_of_batch out = {.good = true};
    size_t n = (size_t)batch.n_paths, rewards = (size_t)p->n_rewards, labels = (size_t)p->n_labels;
    bool sees = batch.first_time != NULL;
    out.rewards = memory_new(n * rewards + 1, sizeof *out.rewards);
    out.first_time = memory_new(n * labels + 1, sizeof *out.first_time);
    out.at_end = memory_new(n * labels + 1, sizeof *out.at_end);
    void *run = engine->open(p, simd);
    for (size_t i = 0; i < n && out.good; i += (size_t)piece) {
        struct batch part = batch;
        part.first = batch.first + i * batch.stride;
        part.n_paths = n - i < (size_t)piece ? (int)(n - i) : piece;
        part.rewards = out.rewards + i * rewards;
        part.first_time = sees ? out.first_time + i * labels : NULL;
        part.at_end = out.at_end + i * labels;
        out.good = engine->run(run, &part, &out.error);
        out.events += part.events;
    }
    engine->close(run);
    return out;
}

static void outcome_free(struct outcome_of_batch *out)
{
    free(out->rewards);
    free(out->first_time);
    free(out->at_end);
    error_free(&out->error);
}

static bool same(const struct outcome_of_batch *a, const struct outcome_of_batch *b, const struct process *p, int n)
{
    size_t rewards = (size_t)n * (size_t)p->n_rewards, labels = (size_t)n * (size_t)p->n_labels;
    if (a->good != b->good)
        return false;
    if (!a->good)
        return !strcmp(a->error.text.data, b->error.text.data);
    return a->events == b->events && !memcmp(a->rewards, b->rewards, rewards * sizeof *a->rewards) &&
           !memcmp(a->first_time, b->first_time, labels * sizeof *a->first_time) &&
           !memcmp(a->at_end, b->at_end, labels * sizeof *a->at_end);
}

/* Says what there is to look into. */
static void report(const struct process *p, const struct engine *engine, enum simd simd, const char *what)
{
    struct text text = {0};
    process_print(p, &text);
    printf("%s, --engine %s --simd %s: other than the reference engine:\n%.3000s\n", what, engine->name,
           simd_names[simd], text.data);
    text_free(&text);
}

/* Every engine and width (narrow: the least only) against the reference engine, in batches of `piece` paths. */
static bool agrees(const struct process *p, const struct batch *batch, int piece, bool narrow, const char *what)
{
    struct outcome_of_batch expected = run_batch(&engine_reference, SIMD_AUTO, p, *batch, batch->n_paths);
    bool all = true;
    for (int e = 0; engines[e]; e++)
        for (enum simd simd = SIMD_BASELINE; simd < SIMDS; simd++) {
            if (!simd_runs(simd) || engines[e] == &engine_reference || (narrow && simd != SIMD_BASELINE))
                continue;
            struct outcome_of_batch got = run_batch(engines[e], simd, p, *batch, piece);
            bool good = same(&expected, &got, p, batch->n_paths);
            if (!good && all)
                report(p, engines[e], simd, what);
            all = all && good;
            outcome_free(&got);
        }
    outcome_free(&expected);
    return all;
}

static void run_seed(uint64_t seed, bool lawless)
{
    struct dice dice = {.state = seed};
    struct process *p = random_process(&dice, lawless);
    double labels;
    static const double horizons[] = {0, 1, 10, 40};
    static const int pieces[] = {1, 7, 63, 64, 65, PATHS};
    struct batch batch = {
        .seed = seed << 32 | dice_roll(&dice, 100),
        .first = dice_roll(&dice, 2) ? UINT64_C(1) << 63 : seed,
        .stride = 1 + dice_roll(&dice, 3),
        .n_paths = PATHS,
        .horizon = horizons[dice_roll(&dice, 4)],
        .first_time = dice_roll(&dice, 2) ? &labels : NULL, /* only whether they are wanted */
    };
    char what[32];
    snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
    CU_ASSERT_TRUE(agrees(p, &batch, pieces[dice_roll(&dice, 6)], false, what));
    process_free(p);
}

static void random_processes_take_the_same_paths(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(seed, false);
}

static void random_faults_are_told_alike(void)
{
    for (uint64_t seed = 1; seed <= SEEDS / 2; seed++)
        run_seed(seed, true);
}

/* One process of a rollout, begun in each state of the release. */
static void run_rollout(const struct scenario *scenario, const struct process *p, int release, const char *what)
{
    int *initial = memory_new((size_t)p->n_variables, sizeof *initial);
    for (int state = 0; state <= (release < 0 ? 0 : RELEASE_DEFECTIVE); state++) {
        for (int i = 0; i < p->n_variables; i++)
            initial[i] = i == release ? state : p->variables[i].initial;
        struct batch batch = {.seed = 1, .first = (uint64_t)state, .stride = 3, .n_paths = ROLLOUT_PATHS,
                              .horizon = scenario->horizon, .initial = initial};
        CU_ASSERT_TRUE(agrees(p, &batch, 45, state == RELEASE_UNDECIDED && release >= 0, what));
    }
    free(initial);
}

static void run_strategy(const struct scenario *scenario, const struct topology *topology,
                         const struct strategy *strategy, const char *file)
{
    struct error error = {0};
    struct rollout rollout;
    char what[256];
    snprintf(what, sizeof what, "%s, %s", file, strategy ? strategy->name : "none");
    bool built = rollout_build(topology, &scenario->release, strategy, scenario->available_at, &rollout, &error);
    CU_ASSERT_TRUE_FATAL(built);
    run_rollout(scenario, rollout.process, rollout.release, what);
    rollout_free(&rollout);
}

static void rollouts_take_the_same_paths(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("scenarios/*.yaml", 0, NULL, &files), 0);
    CU_ASSERT_TRUE(files.gl_pathc > 0);
    for (size_t f = 0; f < files.gl_pathc; f++) {
        struct error error = {0};
        struct scenario *scenario = scenario_read(files.gl_pathv[f], NULL, 0, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        for (int t = 0; t < scenario->n_topologies; t++)
            for (int s = -1; s < scenario->n_strategies; s++)
                run_strategy(scenario, &scenario->topologies[t], s < 0 ? NULL : &scenario->strategies[s],
                             files.gl_pathv[f]);
        scenario_free(scenario);
    }
    globfree(&files);
}

/* A batch that is stopped is unfinished, and the next one is as if nothing had been. */
static void a_stopped_batch_leaves_nothing(void)
{
    struct dice dice = {.state = 5};
    struct process *p = random_process(&dice, false);
    for (int e = 0; engines[e]; e++) {
        struct error error = {0};
        int stop = 1;
        double *rewards = memory_new((size_t)p->n_rewards * PATHS, sizeof *rewards);
        double *again = memory_new((size_t)p->n_rewards * PATHS, sizeof *again);
        void *run = engines[e]->open(p, SIMD_AUTO);
        struct batch batch = {.seed = 1, .stride = 1, .n_paths = PATHS, .horizon = 1e5, .rewards = rewards,
                              .stop = &stop};
        CU_ASSERT_TRUE(engines[e]->run(run, &batch, &error));
        CU_ASSERT_TRUE(batch.unfinished);
        batch.stop = NULL;
        batch.unfinished = false;
        batch.horizon = 10;
        CU_ASSERT_TRUE(engines[e]->run(run, &batch, &error));
        engines[e]->close(run);
        run = engines[e]->open(p, SIMD_AUTO);
        batch.rewards = again;
        CU_ASSERT_TRUE(engines[e]->run(run, &batch, &error));
        CU_ASSERT_EQUAL(memcmp(rewards, again, (size_t)p->n_rewards * PATHS * sizeof *again), 0);
        engines[e]->close(run);
        free(rewards);
        free(again);
    }
    process_free(p);
}

static const struct test_case cases[] = {
    {"random processes take the same paths", random_processes_take_the_same_paths},
    {"random faults are told alike", random_faults_are_told_alike},
    {"rollouts take the same paths", rollouts_take_the_same_paths},
    {"a stopped batch leaves nothing", a_stopped_batch_leaves_nothing},
    {NULL, NULL},
};

const struct test_suite suite_lanes = {"lanes", cases};
