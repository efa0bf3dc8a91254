/*
 * One engine held to another: the same trials, and results that are the same to the last bit.
 *
 * Expected is what the reference engine says of a trial in one batch. An engine under test runs it in one batch too,
 * and again in parts, from the last to the first, by the same opened run: a part that writes more than is its own
 * spoils what is there already. Behind all results is a margin that must stay as it was.
 *
 * Where a process breaks its rules, the engines must say the same, to the letter; what results there are by then is
 * not looked at. What is no number has no sign and no payload: these are the processor's affair.
 */
#include "compare.h"

#include "process/print.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MARGIN = 128,
    PATTERN = 0x5A,
    EVENTS_BEFORE = 1000,
    PILOT_EVENTS = 50,       /* of a path of common length */
    FEW = 33,                /* paths, where many take too long */
    MANY = 2500,             /* paths: more than an engine has in flight */
    MOST_TRIES = 10,
};

/* ---- outcomes ---- */

static void *new_patterned(size_t count, size_t size)
{
    void *memory = memory_new(count + MARGIN, size);
    memset(memory, PATTERN, (count + MARGIN) * size);
    return memory;
}

static size_t count_rewards(const struct outcome *o)
{
    return (size_t)o->trial.n_paths * (size_t)o->process->n_rewards;
}

static size_t count_labels(const struct outcome *o)
{
    return (size_t)o->trial.n_paths * (size_t)o->process->n_labels;
}

/* Nothing has been run. */
struct outcome outcome_new(const struct process *process, const struct trial *trial)
{
    struct outcome o = {.process = process, .trial = *trial, .good = true, .events = EVENTS_BEFORE};
    o.rewards = new_patterned(count_rewards(&o), sizeof *o.rewards);
    o.first_time = new_patterned(count_labels(&o), sizeof *o.first_time);
    o.at_end = new_patterned(count_labels(&o), sizeof *o.at_end);
    return o;
}

void outcome_free(struct outcome *o)
{
    free(o->rewards);
    free(o->first_time);
    free(o->at_end);
    error_free(&o->error);
}

/* Counts events, and asks for an end when there are too many. */
static void count_event(void *context, double time, int command, int branch, const int *state)
{
    struct limit *limit = context;
    (void)command;
    (void)branch;
    (void)state;
    if (limit->left-- == 0) {
        limit->time = time;
        limit->stop = 1;
    }
}

/* Runs n paths of the trial from one of them on. */
void outcome_run(struct outcome *o, const struct engine *engine, void *run, int from, int n_paths)
{
    const struct trial *t = &o->trial;
    size_t rewards = (size_t)from * (size_t)o->process->n_rewards, labels = (size_t)from * (size_t)o->process->n_labels;
    struct batch batch = {
        .seed = t->seed,
        .first = t->first + (uint64_t)from * t->stride,
        .stride = t->stride,
        .n_paths = n_paths,
        .horizon = t->horizon,
        .initial = t->initial,
        .rewards = o->rewards + rewards,
        .first_time = t->without_first_time ? NULL : o->first_time + labels,
        .at_end = t->without_at_end ? NULL : o->at_end + labels,
        .events = o->events,
        .stop = o->limit ? &o->limit->stop : o->stop,
        .observe = o->limit ? count_event : NULL,
        .context = o->limit,
    };
    o->good &= engine->run(run, &batch, &o->error);
    o->unfinished |= batch.unfinished;
    o->events = batch.events;
}

/* ---- differences ---- */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool same_number(double a, double b)
{
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

static bool same_numbers(const char *what, const double *expected, const double *got, size_t n, int per_path,
                         struct text *difference)
{
    for (size_t i = 0; i < n + MARGIN; i++) {
        if (same_number(expected[i], got[i]))
            continue;
        if (i >= n)
            text_add(difference, "%s: written beyond their end\n", what);
        else
            text_add(difference, "%s %zu of path %zu is %a (%.17g), not %a (%.17g)\n", what, i % (size_t)per_path,
                     i / (size_t)per_path, got[i], got[i], expected[i], expected[i]);
        return false;
    }
    return true;
}

static bool same_flags(const bool *expected, const bool *got, size_t n, int per_path, struct text *difference)
{
    const unsigned char *a = (const unsigned char *)expected, *b = (const unsigned char *)got; /* may be no flags */
    for (size_t i = 0; i < n + MARGIN; i++) {
        if (a[i] == b[i])
            continue;
        if (i >= n)
            text_add(difference, "at_end: written beyond its end\n");
        else
            text_add(difference, "at_end %zu of path %zu is %d, not %d\n", i % (size_t)per_path, i / (size_t)per_path,
                     b[i], a[i]);
        return false;
    }
    return true;
}

/* Without the signs of what is no number. */
static void add_message(struct text *out, const struct error *error)
{
    for (const char *c = error->text.data ? error->text.data : "(no message)\n"; *c; c++)
        if (strncmp(c, "-nan", 4) != 0)
            text_add(out, "%c", *c);
}

static bool same_message(const struct error *expected, const struct error *got, struct text *difference)
{
    struct text a = {0}, b = {0};
    add_message(&a, expected);
    add_message(&b, got);
    bool same = !strcmp(a.data, b.data) && expected->fault == got->fault && expected->count == got->count;
    if (!same)
        text_add(difference, "it says: %s  and not: %s", b.data, a.data);
    text_free(&a);
    text_free(&b);
    return same;
}

/* Whether both outcomes are the same; says where they first differ if not. */
bool outcome_same(const struct outcome *expected, const struct outcome *got, struct text *difference)
{
    const struct process *p = expected->process;
    if (!same_message(&expected->error, &got->error, difference))
        return false;
    if (expected->good != got->good || expected->unfinished != got->unfinished) {
        text_add(difference, "good %d, unfinished %d, and not %d and %d\n", got->good, got->unfinished, expected->good,
                 expected->unfinished);
        return false;
    }
    if (!expected->good || expected->unfinished)
        return true;
    if (expected->events != got->events) {
        text_add(difference, "%" PRIu64 " events, not %" PRIu64 "\n", got->events - EVENTS_BEFORE,
                 expected->events - EVENTS_BEFORE);
        return false;
    }
    return same_numbers("reward", expected->rewards, got->rewards, count_rewards(expected), p->n_rewards, difference) &&
           same_numbers("first_time", expected->first_time, got->first_time, count_labels(expected), p->n_labels,
                        difference) &&
           same_flags(expected->at_end, got->at_end, count_labels(expected), p->n_labels, difference);
}

/* ---- trials ---- */

static void describe(const struct trial *t, const struct process *p, struct text *out)
{
    text_add(out, "  %d paths from %" PRIu64 " by %" PRIu64 ", seed %" PRIu64 ", horizon %.17g%s%s", t->n_paths,
             t->first, t->stride, t->seed, t->horizon, t->without_first_time ? ", no first_time" : "",
             t->without_at_end ? ", no at_end" : "");
    for (int i = 0; t->initial && i < p->n_variables; i++)
        text_add(out, "%s%d", i == 0 ? ", from the state " : " ", t->initial[i]);
    text_add(out, "\n");
}

/* Lengths at the edges of what goes together in an engine, and any. */
static int part_length(struct dice *dice, int most)
{
    static const int lengths[] = {1, 2, 7, 31, 32, 33, 63, 64, 65, 128};
    int length = dice_roll(dice, 3) ? lengths[dice_roll(dice, 10)] : 1 + dice_roll(dice, most);
    return length < most ? length : most;
}

/* The whole trial again in parts. Where it breaks a rule, only as the last path and all before it. */
static bool same_in_parts(const struct outcome *expected, const struct contender *c, void *run, struct dice *dice,
                          struct text *difference)
{
    struct outcome got = outcome_new(expected->process, &expected->trial);
    for (int left = expected->trial.n_paths; left > 0;) {
        int n = part_length(dice, left);
        left -= n;
        outcome_run(&got, c->engine, run, left, n);
    }
    bool same = outcome_same(expected, &got, difference);
    outcome_free(&got);
    return same;
}

/* Each part fails or not as it does in the reference engine. Stops at the first that does. */
static bool fails_in_parts(const struct outcome *whole, const struct contender *c, void *run, struct dice *dice,
                           struct text *difference)
{
    void *reference = engine_reference.open(whole->process, SIMD_AUTO);
    bool same = true, good = true;
    for (int from = 0; from < whole->trial.n_paths && same && good;) {
        struct trial t = whole->trial;
        t.first += (uint64_t)from * t.stride;
        t.n_paths = part_length(dice, whole->trial.n_paths - from);
        from += t.n_paths;
        struct outcome expected = outcome_new(whole->process, &t), got = outcome_new(whole->process, &t);
        outcome_run(&expected, &engine_reference, reference, 0, t.n_paths);
        outcome_run(&got, c->engine, run, 0, t.n_paths);
        same = outcome_same(&expected, &got, difference);
        good = expected.good;
        outcome_free(&expected);
        outcome_free(&got);
    }
    engine_reference.close(reference);
    return same;
}

static bool contender_same(const struct outcome *expected, const struct contender *c, void *run, struct dice *dice,
                           struct text *difference)
{
    struct outcome got = outcome_new(expected->process, &expected->trial);
    outcome_run(&got, c->engine, run, 0, expected->trial.n_paths);
    bool same = outcome_same(expected, &got, difference);
    outcome_free(&got);
    if (!same)
        return false;
    same = expected->good ? same_in_parts(expected, c, run, dice, difference)
                          : fails_in_parts(expected, c, run, dice, difference);
    if (!same)
        text_add(difference, "  (in parts)\n");
    return same;
}

/* A trial by all contenders, by the runs that were opened. Stops at the first difference, which goes to the report. */
static bool trial_same(const struct outcome *expected, const struct contender *list, int n, void *const *runs,
                       struct dice *dice, struct text *report)
{
    for (int i = 0; i < n; i++) {
        struct text difference = {0};
        char name[64];
        bool same = contender_same(expected, &list[i], runs[i], dice, &difference);
        if (!same) {
            text_add(report, "  %s: %s", contender_name(list[i], name), difference.data);
            describe(&expected->trial, expected->process, report);
        }
        text_free(&difference);
        if (!same)
            return false;
    }
    return true;
}

static void open_all(const struct process *p, const struct contender *list, int n, void **runs)
{
    for (int i = 0; i < n; i++)
        runs[i] = list[i].engine->open(p, list[i].simd);
}

static void close_all(const struct contender *list, int n, void **runs)
{
    for (int i = 0; i < n; i++)
        list[i].engine->close(runs[i]);
}

static struct outcome expected_of(const struct process *p, const struct trial *trial, struct limit *limit)
{
    struct outcome expected = outcome_new(p, trial);
    void *reference = engine_reference.open(p, SIMD_AUTO);
    expected.limit = limit;
    outcome_run(&expected, &engine_reference, reference, 0, trial->n_paths);
    expected.limit = NULL;
    engine_reference.close(reference);
    return expected;
}

/* One trial by all contenders: whether each is the same as the reference engine. */
bool compare_trial(const struct process *p, const struct trial *trial, const struct contender *list, int n,
                   struct dice *dice, struct text *report)
{
    void *runs[MOST_CONTENDERS] = {NULL};
    struct outcome expected = expected_of(p, trial, NULL);
    open_all(p, list, n, runs);
    bool same = trial_same(&expected, list, n, runs, dice, report);
    close_all(list, n, runs);
    outcome_free(&expected);
    return same;
}

/* ---- processes ---- */

/* A horizon up to which a path of the reference engine has about so many events. */
static double pilot(const struct process *p, int n_events)
{
    double horizon = 1e6;
    void *run = engine_reference.open(p, SIMD_AUTO);
    for (int i = 0; i < 4; i++) {
        struct limit limit = {.left = n_events};
        struct trial trial = {.first = (uint64_t)i, .stride = 1, .n_paths = 1, .horizon = horizon};
        struct outcome o = outcome_new(p, &trial);
        o.limit = &limit;
        outcome_run(&o, &engine_reference, run, 0, 1);
        if (limit.left < 0)
            horizon = limit.time;
        outcome_free(&o);
    }
    engine_reference.close(run);
    return horizon;
}

/* Any paths of the process; now and then many, or long ones. */
static struct trial random_trial(struct dice *dice, const struct process *p, double horizon, int *state)
{
    static const uint64_t strides[] = {1, 2, 3, 1000003, UINT64_C(1) << 32, UINT64_MAX};
    static const uint64_t firsts[] = {0, 7, 1000, UINT32_MAX - 20, UINT64_MAX - 20};
    static const int counts[] = {1, 2, 31, 32, 33, 64, 65, 100, 129, 700};
    struct trial t = {.first = firsts[dice_roll(dice, 5)], .stride = strides[dice_roll(dice, 6)],
                      .n_paths = counts[dice_roll(dice, 10)]};
    if (dice_chance(dice, 4))
        t.n_paths = MANY;
    t.seed = dice_roll(dice, 2) ? dice_bits(dice) : 1;
    t.horizon = dice_roll(dice, 12) ? horizon / (1 + dice_roll(dice, 3)) : fmin(dice_roll(dice, 3), horizon);
    t.without_first_time = dice_chance(dice, 15);
    t.without_at_end = dice_chance(dice, 10);
    random_state(dice, p, state);
    t.initial = dice_chance(dice, 30) ? state : NULL;
    return t;
}

/*
 * What the reference engine says of the trial, which is made shorter until there are few enough events; false if that
 * does not help.
 */
static bool expect(const struct process *p, struct trial *trial, int64_t events_per_path, struct outcome *expected)
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        struct limit limit = {.left = events_per_path * trial->n_paths + 1000};
        *expected = expected_of(p, trial, &limit);
        if (!expected->unfinished)
            return true;
        outcome_free(expected);
        trial->horizon = tries + 2 < MOST_TRIES ? trial->horizon / 8 : 0;
        trial->n_paths = trial->n_paths < FEW ? trial->n_paths : FEW;
    }
    return false;
}

static bool one_trial(const struct process *p, const struct effort *effort, double horizon, int *state,
                      const struct contender *list, int n, void *const *runs, struct dice *dice, struct text *report)
{
    struct trial trial = random_trial(dice, p, horizon, state);
    struct outcome expected;
    int64_t events = effort->events_per_path;
    trial.n_paths = trial.n_paths < effort->most_paths ? trial.n_paths : effort->most_paths;
    if (trial.n_paths <= 2 && dice_chance(dice, 20)) {
        trial.horizon *= effort->longer;
        events *= effort->longer;
    }
    if (!expect(p, &trial, events, &expected))
        return true;
    bool same = trial_same(&expected, list, n, runs, dice, report);
    outcome_free(&expected);
    return same;
}

/* Some trials of a process, each contender by one run that stays open. What differs is reported with the process. */
bool compare_process(const struct process *p, const struct effort *effort, const struct contender *list, int n,
                     struct dice *dice, struct text *report)
{
    int *state = memory_new((size_t)p->n_variables, sizeof *state);
    void *runs[MOST_CONTENDERS] = {NULL};
    double horizon = pilot(p, PILOT_EVENTS);
    bool same = true;
    open_all(p, list, n, runs);
    for (int i = 0; i < effort->n_trials && same; i++)
        same = one_trial(p, effort, horizon, state, list, n, runs, dice, report);
    close_all(list, n, runs);
    free(state);
    if (!same) {
        text_add(report, "  ");
        process_print(p, report);
    }
    return same;
}

/* Whether the reference engine finds an endless cycle of commands that take no time, on its first two paths. */
bool compare_cycles(const struct process *p)
{
    void *run = engine_reference.open(p, SIMD_AUTO);
    struct limit limit = {.left = 2 * CYCLE_EVENTS};
    struct trial trial = {.stride = 1, .n_paths = 2, .horizon = pilot(p, PILOT_EVENTS)};
    struct outcome o = outcome_new(p, &trial);
    o.limit = &limit;
    outcome_run(&o, &engine_reference, run, 0, trial.n_paths);
    bool cycles = o.error.count > 0 && strstr(o.error.text.data, "takes no time");
    engine_reference.close(run);
    outcome_free(&o);
    return cycles;
}
