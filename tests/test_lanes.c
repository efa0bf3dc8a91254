/*
 * Every engine against the reference engine: random processes (random_process.c), to the last bit (compare.c).
 *
 * `build/test/tests/run lanes` runs this alone. What differs is printed with the seed of the process, the trial and
 * the process itself. MORE=20 in the environment runs twenty times as many.
 */
#include "test.h"

#include "chains.h"
#include "compare.h"
#include "engine/lanes.h"
#include "engine/mode_store.h"
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

enum { PROCESSES = 160, MOST_SHOWN = 2, CYCLES = 2 };

static const struct effort usual = {.n_trials = 3, .most_paths = 2500, .events_per_path = 200, .longer = 100};
static const struct effort for_cycles = {.n_trials = 1, .most_paths = 2, .events_per_path = CYCLE_EVENTS, .longer = 1};

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
        same = compare_process(p, &usual, list, n, &dice, report);
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

/* ---- what is rare ---- */

/* Compares the trial with what every engine makes of it. Frees the process. */
static void check_trial(struct process *p, struct trial trial, bool every_simd)
{
    struct contender list[MOST_CONTENDERS];
    struct dice dice = dice_of_seed(1);
    struct text report = {0};
    bool same = compare_trial(p, &trial, list, contenders(list, every_simd), &dice, &report);
    CU_ASSERT_TRUE(same);
    if (!same)
        printf("%s\n%s\n", p->name, report.data);
    text_free(&report);
    process_free(p);
}

/* From a time on, so many commands fire at once. */
static struct process *row_new(double time, int length)
{
    struct process *p = process_new("row");
    int x = process_add_variable(p, "x", -1, length, time > 0 ? -1 : 0);
    expr value = term_variable(p, x);
    chain_move(p, "wait", term_is(p, value, -1), DELAY_FIXED, term_number(p, time), x, term_number(p, 0));
    chain_move(p, "on", term_and(p, term_less(p, term_number(p, -1), value),
                                 term_less(p, value, term_number(p, length))), DELAY_NOW, -1, x,
               term_plus(p, value, term_number(p, 1)));
    process_add_reward(p, "x", value);
    return p;
}

/* One command fewer than is called a cycle, and as many, from 0 and from later on. */
static void engines_agree_on_what_is_a_cycle(void)
{
    for (int i = 0; i < 4; i++)
        check_trial(row_new(i < 2 ? 0 : 3, MOST_AT_ONCE - 1 + i % 2),
                    (struct trial){.stride = 1, .n_paths = 1, .horizon = 5}, false);
}

/* Of random processes that may have cycles the first few that have one. */
static void cycles_are_told_alike(void)
{
    struct contender list[MOST_CONTENDERS];
    int n = contenders(list, false), found = 0;
    for (uint64_t seed = 8000000; found < CYCLES && seed < 8001000; seed++) {
        struct dice dice = dice_of_seed(seed);
        struct text report = {0};
        struct process *p = random_process(&dice, BREACH_CYCLE);
        bool cycles = compare_cycles(p), same = !cycles || compare_process(p, &for_cycles, list, n, &dice, &report);
        found += cycles;
        CU_ASSERT_TRUE(same);
        if (!same)
            printf("process of seed %llu, breaches %d:\n%s\n", (unsigned long long)seed, BREACH_CYCLE, report.data);
        text_free(&report);
        process_free(p);
    }
    CU_ASSERT_EQUAL(found, CYCLES);
}

/* A control of so many places, one after the other, and another variable. */
static struct process *maze_new(int places)
{
    struct process *p = process_new("maze");
    int at = process_add_variable(p, "at", 0, places - 1, 0), x = process_add_variable(p, "x", 0, 9, 0);
    double *next = memory_new((size_t)places, sizeof *next), *speed = memory_new((size_t)places, sizeof *speed);
    for (int i = 0; i < places; i++) {
        next[i] = (i + 1) % places;
        speed[i] = 1 + i % 7;
    }
    expr place = term_variable(p, at), value = term_variable(p, x), one = term_number(p, 1);
    expr rate = expr_table(&p->graph, expr_add_table(&p->graph, "speed", speed, places), place);
    chain_move(p, "go", one, DELAY_EXPONENTIAL, rate, at,
               expr_table(&p->graph, expr_add_table(&p->graph, "next", next, places), place));
    process_add_update(p, x, term_if(p, term_is(p, value, 9), term_number(p, 0), term_plus(p, value, one)));
    process_add_reward(p, "both", term_times(p, rate, value));
    process_add_label(p, "end", term_is(p, place, places - 1));
    free(next);
    free(speed);
    return p;
}

/* More places than an engine may want to tell apart, in one batch and in batches that follow one another. */
static void controls_of_many_places_are_the_same(void)
{
    check_trial(maze_new(6151), (struct trial){.stride = 1, .n_paths = 64, .horizon = 300}, false);
    check_trial(maze_new(40009), (struct trial){.stride = 1, .n_paths = 3, .horizon = 4000}, false);
}

/* Goes round from 9 to 0. */
static void add_round(struct process *p, const char *name, int variable)
{
    expr value = term_variable(p, variable), one = term_number(p, 1);
    chain_move(p, name, one, DELAY_EXPONENTIAL, one, variable,
               term_if(p, term_is(p, value, 9), term_number(p, 0), term_plus(p, value, one)));
}

/* Rates that are an excess under its guard, times and over what may be 0 or not, and one that is not quite. */
static void a_guard_of_an_excess_is_left_out(void)
{
    struct process *p = process_new("excess");
    int x = process_add_variable(p, "x", 0, 9, 0), y = process_add_variable(p, "y", 0, 9, 4);
    expr one = term_number(p, 1), more = term_variable(p, x), less = term_variable(p, y);
    expr excess = term_minus(p, more, less), lack = term_minus(p, less, more);
    expr has_excess = term_less(p, less, more), has_lack = term_less(p, more, less);
    add_round(p, "rise", x);
    add_round(p, "tide", y);
    chain_move(p, "flow", has_excess, DELAY_EXPONENTIAL, term_times(p, excess, term_number(p, 0.3)), x,
               term_minus(p, more, one));
    chain_move(p, "ebb", has_lack, DELAY_EXPONENTIAL,
               term_over(p, term_times(p, lack, more), term_plus(p, less, one)), y, term_minus(p, less, one));
    chain_move(p, "jump", has_lack, DELAY_EXPONENTIAL, term_plus(p, lack, one), x, less);
    process_add_reward(p, "excess", excess);
    process_add_label(p, "even", term_not(p, term_or(p, has_excess, has_lack)));
    check_trial(p, (struct trial){.seed = 3, .stride = 1, .n_paths = 300, .horizon = 50}, true);
}

static void chains_with_known_answers_are_the_same(void)
{
    for (int i = 0; i < n_truths; i++) {
        if (i > 0 && truths[i].chain == truths[i - 1].chain)
            continue;
        struct contender list[MOST_CONTENDERS];
        struct dice dice = dice_of_seed((uint64_t)i);
        struct text report = {0};
        struct process *p = truths[i].chain();
        bool same = compare_process(p, &usual, list, contenders(list, true), &dice, &report);
        CU_ASSERT_TRUE(same);
        if (!same)
            printf("%s\n", report.data);
        text_free(&report);
        process_free(p);
    }
}

/* ---- stops ---- */

static void *stop_soon(void *stop)
{
    usleep(20000);
    __atomic_store_n((int *)stop, 1, __ATOMIC_RELAXED);
    return NULL;
}

/* Runs many paths, or a long one, which would take seconds, until another thread stops it. */
static void stop_a_run(const struct process *p, const struct contender *c, void *run, int n_paths)
{
    int stop = 0;
    pthread_t thread;
    struct trial trial = {.stride = 1, .n_paths = n_paths, .horizon = 3e7 / n_paths};
    struct outcome o = outcome_new(p, &trial);
    o.stop = &stop;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, stop_soon, &stop), 0);
    outcome_run(&o, c->engine, run, 0, n_paths);
    pthread_join(thread, NULL);
    CU_ASSERT_TRUE(o.good && o.unfinished && o.error.count == 0);
    outcome_free(&o);
}

/* And the next batch of the same run is as if nothing had been. */
static void a_run_can_be_stopped_and_used_again(void)
{
    struct contender list[MOST_CONTENDERS];
    struct process *p = maze_new(50);
    struct trial trial = {.stride = 1, .n_paths = 300, .horizon = 30};
    struct outcome expected = outcome_new(p, &trial);
    void *reference = engine_reference.open(p, SIMD_AUTO);
    outcome_run(&expected, &engine_reference, reference, 0, trial.n_paths);
    for (int i = 0, n = contenders(list, true); i < n; i++) {
        struct text difference = {0};
        void *run = list[i].engine->open(p, list[i].simd);
        stop_a_run(p, &list[i], run, 1);
        stop_a_run(p, &list[i], run, 3000);
        struct outcome got = outcome_new(p, &trial);
        outcome_run(&got, list[i].engine, run, 0, trial.n_paths);
        CU_ASSERT_TRUE(outcome_same(&expected, &got, &difference));
        list[i].engine->close(run);
        outcome_free(&got);
        text_free(&difference);
    }
    engine_reference.close(reference);
    outcome_free(&expected);
    process_free(p);
}

/* ---- threads ---- */

enum { SHARERS = 4, SHARED_PATHS = 320, SHARED_PART = 40 };

/* A thread with a run of its own, which runs all paths of the trial part by part. */
struct sharer {
    pthread_t thread;
    const struct engine *engine;
    void *run;
    struct outcome got;
};

static void *run_parts(void *context)
{
    struct sharer *s = context;
    for (int from = 0; from < SHARED_PATHS; from += SHARED_PART)
        outcome_run(&s->got, s->engine, s->run, from, SHARED_PART);
    return NULL;
}

/* Threads whose runs have joined the one that is given, which is closed before those that joined it. */
static void check_sharers(const struct outcome *expected, const struct engine *engine, void *opened)
{
    struct sharer sharers[SHARERS];
    for (int i = 0; i < SHARERS; i++)
        sharers[i] = (struct sharer){.engine = engine, .run = i == 0 ? opened : engine->join(opened),
                                     .got = outcome_new(expected->process, &expected->trial)};
    for (int i = 0; i < SHARERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&sharers[i].thread, NULL, run_parts, &sharers[i]), 0);
    for (int i = 0; i < SHARERS; i++) {
        struct text difference = {0};
        pthread_join(sharers[i].thread, NULL);
        CU_ASSERT_TRUE(outcome_same(expected, &sharers[i].got, &difference));
        if (difference.length)
            printf("%s\n", difference.data);
        text_free(&difference);
        outcome_free(&sharers[i].got);
        engine->close(sharers[i].run);
    }
}

/* Modes are made by one thread for all, thrown away at any begin of a batch, and given up in the middle of one. */
static void threads_share_modes(void)
{
    static const struct lanes_limits limits[] = {
        {.kept_bytes = SIZE_MAX, .most_bytes = SIZE_MAX},
        {.kept_bytes = 0, .most_bytes = SIZE_MAX},
        {.kept_bytes = 200000, .most_bytes = SIZE_MAX},
        {.kept_bytes = SIZE_MAX, .most_bytes = 100000},
        {.kept_bytes = 0, .most_bytes = 0},
    };
    struct process *p = maze_new(500);
    struct outcome expected = outcome_new(p, &(struct trial){.stride = 1, .n_paths = SHARED_PATHS, .horizon = 60});
    void *reference = engine_reference.open(p, SIMD_AUTO);
    outcome_run(&expected, &engine_reference, reference, 0, SHARED_PATHS);
    check_sharers(&expected, &engine_reference, reference);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        check_sharers(&expected, &engine_lanes, lanes_open_within(p, SIMD_AUTO, limits[i]));
    outcome_free(&expected);
    process_free(p);
}

/* A table of modes begins anew where it has grown beyond what is kept, and not before. */
static void modes_are_kept_or_thrown_away(void)
{
    struct process *p = maze_new(300);
    for (size_t kept = 0; kept <= 1000000; kept += 1000000) {
        struct mode_store *store = mode_store_open(p, kept);
        struct mode_finder *mine = mode_finder_open(store), *other = mode_finder_open(store);
        int state[2] = {0, 0};
        mode_finder_begin(mine);
        mode_finder_begin(other);
        const struct mode *first = mode_finder_initial(mine, state);
        CU_ASSERT_PTR_EQUAL(mode_finder_initial(other, state), first);
        CU_ASSERT_TRUE(mode_finder_bytes(mine) > 0 && mode_finder_bytes(other) == 0);
        mode_finder_end(other);
        mode_finder_begin(other);
        CU_ASSERT_EQUAL(mode_finder_initial(other, state) == first, kept > 0);
        CU_ASSERT_PTR_EQUAL(mode_finder_initial(mine, state), first); /* nobody takes away what is in use */
        CU_ASSERT_TRUE(mode_finder_tells_apart(other));
        mode_store_forgo_controls(store);
        mode_finder_begin(other);
        const struct mode *only = mode_finder_initial(other, state);
        state[0] = 1;
        CU_ASSERT_PTR_EQUAL(mode_finder_initial(other, state), only);
        CU_ASSERT_PTR_NOT_EQUAL(mode_finder_initial(mine, state), first);
        CU_ASSERT_FALSE(mode_finder_tells_apart(other));
        mode_finder_close(other);
        mode_finder_close(mine);
        mode_store_close(store);
    }
    process_free(p);
}

/* ---- rollouts ---- */

enum { ROLLOUT_PATHS = 300, OTHER_PATHS = 100, PHASES = 3 };

enum variant { VARIANT_FIXED, VARIANT_CONTROLLED, VARIANT_ERLANG, VARIANTS };

static const char *const variant_names[VARIANTS] = {"as it is", "with controls", "with Erlang delays"};

/* A process of a scenario that is to be compared. */
struct job {
    struct process *process;
    enum variant variant;
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
        *job = (struct job){.variant = v, .horizon = s->horizon};
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

/* Every engine once, at one of the widths that it has. */
static int one_width(struct contender list[MOST_CONTENDERS], int number)
{
    struct contender all[MOST_CONTENDERS];
    int n_all = contenders(all, true), n = 0;
    for (int first = 0, behind; first < n_all; first = behind) {
        for (behind = first; behind < n_all && all[behind].engine == all[first].engine;)
            behind++;
        list[n++] = all[first + number % (behind - first)];
    }
    return n;
}

/*
 * From the beginning; as studies sample it, with controls and from where the release is decided. Every engine at some
 * width of its vectors: another for the next number.
 */
static bool job_same(const struct job *job, int number, struct text *report)
{
    struct contender list[MOST_CONTENDERS];
    struct dice dice = dice_of_seed(1);
    bool studied = job->variant == VARIANT_CONTROLLED, same = true;
    int *initial = memory_new((size_t)job->process->n_variables, sizeof *initial);
    int n = one_width(list, number), first = studied && job->release >= 0 ? RELEASE_SOUND : RELEASE_UNDECIDED;
    int last = studied && job->release >= 0 ? RELEASE_DEFECTIVE : RELEASE_UNDECIDED;
    for (int decided = first; same && decided <= last; decided++) {
        for (int i = 0; i < job->process->n_variables; i++)
            initial[i] = i == job->release ? decided : job->process->variables[i].initial;
        struct trial trial = {.seed = 1, .first = (uint64_t)decided, .stride = 3, .horizon = job->horizon,
                              .n_paths = job->variant == VARIANT_FIXED ? ROLLOUT_PATHS : OTHER_PATHS,
                              .initial = studied ? initial : NULL};
        same = compare_trial(job->process, &trial, list, n, &dice, report);
    }
    free(initial);
    return same;
}

static void rollouts_are_the_same(void)
{
    struct jobs jobs = {.n = 0};
    int wrong = 0;
    add_scenarios(&jobs, "scenarios/*.yaml");
    add_scenarios(&jobs, "scenarios/reference/*.yaml");
    CU_ASSERT_TRUE(jobs.n > 100);
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < jobs.n; i++) {
        struct text report = {0};
        bool same = job_same(&jobs.list[i], i, &report);
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
    {"engines agree on what is a cycle", engines_agree_on_what_is_a_cycle},
    {"cycles are told alike", cycles_are_told_alike},
    {"controls of many places are the same", controls_of_many_places_are_the_same},
    {"a guard of an excess is left out", a_guard_of_an_excess_is_left_out},
    {"chains with known answers are the same", chains_with_known_answers_are_the_same},
    {"a run can be stopped and used again", a_run_can_be_stopped_and_used_again},
    {"threads share modes", threads_share_modes},
    {"modes are kept or thrown away", modes_are_kept_or_thrown_away},
    {"rollouts are the same", rollouts_are_the_same},
    {0},
};

const struct test_suite suite_lanes = {"lanes", cases};
