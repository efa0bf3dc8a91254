/*
 * Every engine against the reference engine: random processes (random_process.c), to the last bit (compare.c).
 *
 * `build/test/tests/run lanes` runs this alone. What differs is printed with the seed of the process, the trial and
 * the process itself. MORE=20 in the environment runs twenty times as many.
 */
#include "test.h"

#include "chains.h"
#include "compare.h"
#include "models/rollout.h"
#include "models/terms.h"
#include "process/erlang.h"
#include "process/print.h"
#include "scenario/scenario.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROCESSES = 300, TRIALS = 3, MOST_SHOWN = 2 };

static uint64_t how_many(void)
{
    const char *more = getenv("MORE");
    return (uint64_t)PROCESSES * (uint64_t)(more ? atoi(more) : 1);
}

static bool seed_same(uint64_t seed, int breaches, struct text *report)
{
    struct contender list[MOST_CONTENDERS];
    struct dice dice = dice_of_seed(seed);
    struct process *p = random_process(&dice, breaches);
    struct error error = {0};
    int n = contenders(list, true);
    bool good = process_check(p, &error), same = !good;
    if (good)
        same = compare_process(p, breaches & BREACH_CYCLE, list, n, TRIALS, &dice, report);
    else if (breaches == BREACH_NONE) {
        text_add(report, "  the generator is wrong: %s  ", error.text.data);
        process_print(p, report);
        same = false;
    }
    error_free(&error);
    process_free(p);
    return same;
}

/* Those of seeds from..from + n - 1. */
static void check_seeds(uint64_t from, uint64_t n, int breaches)
{
    int wrong = 0;
#pragma omp parallel for schedule(dynamic, 1)
    for (uint64_t seed = from; seed < from + n; seed++) {
        struct text report = {0};
        bool same = seed_same(seed, breaches, &report);
#pragma omp critical(shown)
        if (!same && wrong++ < MOST_SHOWN)
            printf("process of seed %llu, breaches %d:\n%s\n", (unsigned long long)seed, breaches, report.data);
        text_free(&report);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void random_processes_are_the_same(void)
{
    check_seeds(0, how_many(), BREACH_NONE);
}

static void infinities_on_the_way_are_the_same(void)
{
    check_seeds(1000000, how_many() / 4, BREACH_DIVISION);
}

static void the_last_update_of_a_variable_counts(void)
{
    check_seeds(6000000, how_many() / 4, BREACH_TWICE);
}

static void broken_rules_are_told_alike(void)
{
    check_seeds(2000000, how_many() / 8, BREACH_PROBABILITY);
    check_seeds(3000000, how_many() / 8, BREACH_RATE);
    check_seeds(4000000, how_many() / 8, BREACH_DELAY);
    check_seeds(5000000, how_many() / 8, BREACH_UPDATE);
    check_seeds(7000000, how_many() / 8, BREACH_IMPULSE);
}

/* ---- rollouts ---- */

enum { ROLLOUT_PATHS = 300, RELEASE_PATHS = 65, PHASES = 3, MOST_EVENTS = 2000000000 };

enum variant { VARIANT_FIXED, VARIANT_CONTROLLED, VARIANT_ERLANG, VARIANTS };

static const char *const variant_names[VARIANTS] = {"as it is", "with controls", "with Erlang delays"};

/* A process of a scenario that is to be compared. */
struct job {
    struct process *process;
    int    release; /* its variable, or -1 */
    double horizon;
    char   what[200];
};

struct jobs {
    struct arena arena;
    struct job  *list;
    int n, capacity;
};

/* The process of a strategy, or of no release at all; whose it is then. */
static struct process *build_variant(const struct scenario *s, const struct topology *topology,
                                     const struct strategy *strategy, enum variant variant, int *release)
{
    struct error error = {0};
    struct rollout rollout;
    bool good = variant == VARIANT_CONTROLLED
                    ? rollout_build_controlled(topology, &s->release, strategy, s->available_at, s->horizon, &rollout,
                                               &error)
                    : rollout_build(topology, &s->release, strategy, s->available_at, &rollout, &error);
    CU_ASSERT_TRUE_FATAL(good);
    *release = rollout.release;
    if (variant != VARIANT_ERLANG)
        return rollout.process;
    struct process *copy = process_erlang(rollout.process, PHASES);
    rollout_free(&rollout);
    return copy;
}

static void add_strategy(struct jobs *jobs, const struct scenario *s, int topology, const struct strategy *strategy,
                         const char *file)
{
    for (enum variant v = 0; v < VARIANTS; v++) {
        jobs->list = arena_room(&jobs->arena, jobs->list, jobs->n, &jobs->capacity, sizeof *jobs->list);
        struct job *job = &jobs->list[jobs->n++];
        *job = (struct job){.horizon = s->horizon};
        job->process = build_variant(s, &s->topologies[topology], strategy, v, &job->release);
        snprintf(job->what, sizeof job->what, "%s, topology %d, strategy %s, %s", file, topology,
                 strategy ? strategy->name : "none", variant_names[v]);
    }
}

static void add_scenarios(struct jobs *jobs, const char *pattern)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &files), 0);
    for (size_t f = 0; f < files.gl_pathc; f++) {
        struct error error = {0};
        struct scenario *s = scenario_read(files.gl_pathv[f], NULL, 0, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        for (int t = 0; t < s->n_topologies; t++)
            for (int i = -1; i < s->n_strategies; i++)
                add_strategy(jobs, s, t, i < 0 ? NULL : &s->strategies[i], files.gl_pathv[f]);
        scenario_free(s);
    }
    globfree(&files);
}

/* From the beginning, and from where the release is decided, as studies begin. */
static bool job_same(const struct job *job, const struct contender *list, int n, struct text *report)
{
    int *initial = memory_new((size_t)job->process->n_variables, sizeof *initial);
    struct dice dice = dice_of_seed(1);
    bool same = true;
    for (int decided = RELEASE_UNDECIDED; same && decided <= (job->release < 0 ? 0 : RELEASE_DEFECTIVE); decided++) {
        for (int i = 0; i < job->process->n_variables; i++)
            initial[i] = i == job->release ? decided : job->process->variables[i].initial;
        struct trial trial = {.seed = 1, .first = (uint64_t)decided, .stride = 3, .horizon = job->horizon,
                              .n_paths = decided ? RELEASE_PATHS : ROLLOUT_PATHS, .initial = decided ? initial : NULL};
        same = compare_trial(job->process, trial, MOST_EVENTS, list, n, &dice, report);
    }
    free(initial);
    return same;
}

static void rollouts_are_the_same(void)
{
    struct contender list[MOST_CONTENDERS];
    struct jobs jobs = {.n = 0};
    int wrong = 0, n = contenders(list, true);
    add_scenarios(&jobs, "scenarios/*.yaml");
    add_scenarios(&jobs, "scenarios/reference/*.yaml");
    CU_ASSERT_TRUE(jobs.n > 100);
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < jobs.n; i++) {
        struct text report = {0};
        bool same = job_same(&jobs.list[i], list, n, &report);
#pragma omp critical(shown)
        if (!same && wrong++ < MOST_SHOWN)
            printf("%s:\n%s\n", jobs.list[i].what, report.data);
        text_free(&report);
        process_free(jobs.list[i].process);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    arena_free(&jobs.arena);
}

static const struct test_case cases[] = {
    {"random processes are the same", random_processes_are_the_same},
    {"infinities on the way are the same", infinities_on_the_way_are_the_same},
    {"the last update of a variable counts", the_last_update_of_a_variable_counts},
    {"broken rules are told alike", broken_rules_are_told_alike},
    {"rollouts are the same", rollouts_are_the_same},
    {0},
};

const struct test_suite suite_lanes = {"lanes", cases};
