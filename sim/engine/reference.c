/*
 * The reference engine: one path at a time, plain and meant to be obviously right.
 *
 * What runs is a generalised semi-Markov process. In every state
 *   1. a fixed delay whose guard became true notes when it is due, one whose guard is false forgets it;
 *   2. if a `now` command is enabled, the first of them fires, and it begins again at 1;
 *   3. else time passes until the earliest of the enabled commands, rewards are earned, that command fires, and so on
 *      until the horizon.
 *
 * Exponential delays follow the random time change of Kurtz (1980): command k is a Poisson process of rate 1 of its
 * own, run at a speed that is its rate in the present state. `left` is what remains of its present unit exponential;
 * in dt seconds it falls by rate · dt. This is the next reaction method of Gibson and Bruck (2000) as Anderson (2007)
 * has it. It gives the same law as drawing afresh in every state, and two things more: one random number an event, and
 * coupling: processes that have a command in common (the same zone that fails, say) see it at the same times on the
 * path of the same number, so that their difference has little noise (common reaction paths: Rathinam, Sheppard and
 * Khammash 2010).
 *
 * Random numbers: draw f of command k on path i is Philox(key = seed, counter = (i, stream of k, f)). Its first two
 * words are the unit exponential that begins when the command fires for the f-th time, its last two choose the branch
 * of that firing. So a path is a function of (seed, path number) alone, whoever computes it, in whatever order.
 *
 * What only the states that are reached can show is checked as it comes: rates and delays are numbers from 0, the
 * probabilities of a command's branches add up to 1, updates are whole numbers within their variable's range, and time
 * goes on: a million events at one time are called a cycle. (10 000 instances replaced one by one in 20 environments,
 * with all delays 0, have fewer.)
 *
 * An impulse is earned between the choice of a branch and its updates, in the state that the command found.
 *
 * Cost: an event evaluates each node that guards, rates, rewards or labels need once, and those of the fired command.
 *
 * T. G. Kurtz, Representations of Markov processes as multiparameter time changes, Ann. Probab. 8 (1980) 682-715.
 * M. A. Gibson, J. Bruck, J. Phys. Chem. A 104 (2000) 1876-1889. D. F. Anderson, J. Chem. Phys. 127 (2007) 214107.
 * M. Rathinam, P. W. Sheppard, M. Khammash, J. Chem. Phys. 132 (2010) 034103.
 */
#include "engine/engine.h"

#include "engine/logarithm.h"
#include "engine/philox.h"
#include "process/program.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_NAMES = 8,         /* of a cycle's commands, in its message */
    STOP_EVENTS = 4096,     /* between two looks at whether to stop */
};

struct shared;

struct run {
    struct shared *shared;
    const struct process *process;
    struct arena   arena;     /* of what is its own, from `value` on */
    struct program guards;    /* guards of `now` and fixed commands, and the fixed delays */
    struct program rates;     /* the rest of what a state needs: exponential guards and rates, rewards, labels */
    struct program *fire;     /* per command: probabilities, updates and impulses, beyond the two above */
    int *now, n_now, *fixed, n_fixed, *exponential, n_exponential; /* commands by delay */
    bool     *certain;        /* per command: it has one branch, of probability 1 */
    double   *value;          /* per node; constants are there from the beginning */
    int      *state, *next;   /* per variable */
    double   *left;           /* per command: what remains of its unit exponential */
    double   *due;            /* per command: when the fixed delay ends; INFINITY: its guard is false */
    double   *rate;           /* per command, in the present state */
    uint32_t *fired;          /* per command */
    bool     *repeats;        /* per command: fired late among the events at one time */
    double    instant;        /* time of the last event */
    int       at_once;        /* events at that time, less one */
    uint64_t  path;           /* its number */
    uint64_t  events;
    struct batch *batch;
    double       *rewards;    /* of this path */
};

/* What all runs of a process share. */
struct shared {
    struct arena arena;
    struct run   made;        /* programs and lists; each run begins as a copy */
    atomic_int   n_runs;      /* the last one gives all this back */
};

static void make_programs(struct run *run, struct arena *arena)
{
    const struct process *p = run->process;
    const struct graph *graph = &p->graph;
    bool *needed = memory_new((size_t)graph->n_nodes, 1), *done = memory_new((size_t)graph->n_nodes, 1);
    bool *done_before = memory_new((size_t)graph->n_nodes, 1);
    program_set_constants(graph, done, run->value);
    for (int i = 0; i < p->n_commands; i++)
        if (p->commands[i].delay != DELAY_EXPONENTIAL) {
            needed[p->commands[i].guard] = true;
            if (p->commands[i].delay == DELAY_FIXED)
                needed[p->commands[i].amount] = true;
        }
    run->guards = program_new(graph, arena, needed, done);
    for (int i = 0; i < p->n_commands; i++)
        if (p->commands[i].delay == DELAY_EXPONENTIAL) {
            needed[p->commands[i].guard] = true;
            needed[p->commands[i].amount] = true;
        }
    for (int i = 0; i < p->n_rewards; i++)
        needed[p->rewards[i].rate] = true;
    for (int i = 0; i < p->n_labels; i++)
        needed[p->labels[i].condition] = true;
    memcpy(done_before, done, (size_t)graph->n_nodes);
    run->rates = program_new(graph, arena, needed, done);
    /* A `now` command fires before the rates of its state are known. */
    for (int i = 0; i < p->n_commands; i++) {
        bool *known = memory_new((size_t)graph->n_nodes, 1);
        memcpy(known, p->commands[i].delay == DELAY_NOW ? done_before : done, (size_t)graph->n_nodes);
        for (int b = 0; b < p->commands[i].n_branches; b++) {
            const struct branch *branch = &p->branches[p->commands[i].first_branch + b];
            needed[branch->probability] = true;
            for (int u = 0; u < branch->n_updates; u++)
                needed[p->updates[branch->first_update + u].value] = true;
            for (int k = 0; k < branch->n_impulses; k++)
                needed[p->impulses[branch->first_impulse + k].amount] = true;
        }
        run->fire[i] = program_new(graph, arena, needed, known);
        free(known);
    }
    free(needed);
    free(done);
    free(done_before);
}

/* Notes which commands have which delay, and which have one branch. */
static void list_commands(struct run *run, struct arena *arena)
{
    const struct process *p = run->process;
    size_t commands = (size_t)p->n_commands;
    run->certain = arena_new(arena, commands, sizeof *run->certain);
    run->now = arena_new(arena, commands, sizeof *run->now);
    run->fixed = arena_new(arena, commands, sizeof *run->fixed);
    run->exponential = arena_new(arena, commands, sizeof *run->exponential);
    for (int i = 0; i < p->n_commands; i++) {
        const struct command *c = &p->commands[i];
        double one;
        run->certain[i] =
            c->n_branches == 1 && expr_is_constant(&p->graph, p->branches[c->first_branch].probability, &one);
        if (c->delay == DELAY_NOW)
            run->now[run->n_now++] = i;
        else if (c->delay == DELAY_FIXED)
            run->fixed[run->n_fixed++] = i;
        else
            run->exponential[run->n_exponential++] = i;
    }
}

/* A run of what is shared, which stays as it is. */
static struct run *run_new(struct shared *shared)
{
    struct run *run = memory_new(1, sizeof *run);
    *run = shared->made;
    const struct process *p = run->process;
    size_t nodes = (size_t)p->graph.n_nodes, variables = (size_t)p->n_variables, commands = (size_t)p->n_commands;
    run->value = memcpy(arena_new(&run->arena, nodes, sizeof *run->value), run->value, nodes * sizeof *run->value);
    run->state = arena_new(&run->arena, variables, sizeof *run->state);
    run->next = arena_new(&run->arena, variables, sizeof *run->next);
    run->left = arena_new(&run->arena, commands, sizeof *run->left);
    run->due = arena_new(&run->arena, commands, sizeof *run->due);
    run->rate = arena_new(&run->arena, commands, sizeof *run->rate);
    run->fired = arena_new(&run->arena, commands, sizeof *run->fired);
    run->repeats = arena_new(&run->arena, commands, sizeof *run->repeats);
    atomic_fetch_add(&shared->n_runs, 1);
    return run;
}

/* It has no vectors to choose. */
static void *reference_open(const struct process *process, enum simd simd)
{
    (void)simd;
    struct shared *shared = memory_new(1, sizeof *shared);
    struct run *made = &shared->made;
    made->shared = shared;
    made->process = process;
    made->value = arena_new(&shared->arena, (size_t)process->graph.n_nodes, sizeof *made->value);
    made->fire = arena_new(&shared->arena, (size_t)process->n_commands, sizeof *made->fire);
    list_commands(made, &shared->arena);
    make_programs(made, &shared->arena);
    return run_new(shared);
}

static void *reference_join(void *opened)
{
    return run_new(((struct run *)opened)->shared);
}

static void reference_close(void *opened)
{
    struct run *run = opened;
    struct shared *shared = run->shared;
    arena_free(&run->arena);
    free(run);
    if (atomic_fetch_sub(&shared->n_runs, 1) > 1)
        return;
    arena_free(&shared->arena);
    free(shared);
}

static void evaluate(struct run *run, const struct program *program)
{
    program_run(program, &run->process->graph, run->state, run->value);
}

static struct philox_block draw(const struct run *run, int command, uint32_t number)
{
    const uint32_t key[2] = {(uint32_t)run->batch->seed, (uint32_t)(run->batch->seed >> 32)};
    struct philox_block counter = {{(uint32_t)run->path, (uint32_t)(run->path >> 32),
                                    run->process->commands[command].stream, number}};
    return philox4x32(counter, key);
}

static double unit_exponential(struct philox_block block)
{
    return -log_of_uniform(uniform_open(block.word[0], block.word[1]));
}

static void begin(struct run *run, uint64_t path)
{
    const struct process *p = run->process;
    run->path = path;
    run->instant = 0;
    run->at_once = 0;
    for (int i = 0; i < p->n_variables; i++)
        run->state[i] = run->batch->initial ? run->batch->initial[i] : p->variables[i].initial;
    memset(run->fired, 0, (size_t)p->n_commands * sizeof *run->fired);
    for (int i = 0; i < run->n_exponential; i++)
        run->left[run->exponential[i]] = unit_exponential(draw(run, run->exponential[i], 0));
    for (int i = 0; i < run->n_fixed; i++)
        run->due[run->fixed[i]] = INFINITY;
}

/*
 * The branch that the uniform number falls into; the last possible one if rounding leaves a gap at 1. -1 if the
 * probabilities are none.
 */
static int choose(const struct run *run, int number, double uniform, struct error *error)
{
    const struct process *p = run->process;
    const struct command *command = &p->commands[number];
    double sum = 0, least = 0;
    int chosen = 0;
    if (run->certain[number])
        return 0;
    for (int b = 0; b < command->n_branches; b++) {
        double probability = run->value[p->branches[command->first_branch + b].probability];
        if (probability > 0 && uniform >= sum)
            chosen = b;
        if (probability < least)
            least = probability;
        sum += probability;
    }
    if (least >= -PROBABILITY_ROUNDING && fabs(sum - 1) <= PROBABILITY_ROUNDING)
        return chosen;
    if (least < -PROBABILITY_ROUNDING)
        error_add(error, FAULT_SYSTEM, "process %s: command %s has a branch of probability %.15g", p->name,
                  command->name, least);
    else
        error_add(error, FAULT_SYSTEM, "process %s: the branches of command %s have probability %.15g, not 1", p->name,
                  command->name, sum);
    return -1;
}

/* The sign of what is no number is the processor's affair. */
static double without_sign(double value)
{
    return isnan(value) ? NAN : value;
}

/* The impulses of a branch that is taken. */
static bool earn(struct run *run, int command, const struct branch *branch, struct error *error)
{
    const struct process *p = run->process;
    for (int i = 0; i < branch->n_impulses; i++) {
        const struct impulse *impulse = &p->impulses[branch->first_impulse + i];
        double amount = run->value[impulse->amount];
        if (!isfinite(amount))
            return error_add(error, FAULT_SYSTEM, "process %s: command %s earns %s the impulse %.15g", p->name,
                             p->commands[command].name, p->rewards[impulse->reward].name, without_sign(amount));
        run->rewards[impulse->reward] += amount;
    }
    return true;
}

static bool update(struct run *run, int command, int chosen, struct error *error)
{
    const struct process *p = run->process;
    const struct branch *branch = &p->branches[p->commands[command].first_branch + chosen];
    for (int u = 0; u < branch->n_updates; u++) {
        const struct update *update = &p->updates[branch->first_update + u];
        const struct variable *variable = &p->variables[update->variable];
        double value = run->value[update->value];
        if (!(value >= variable->least && value <= variable->greatest))
            return error_add(error, FAULT_SYSTEM, "process %s: command %s sets %s to %.15g, outside %d..%d", p->name,
                             p->commands[command].name, variable->name, value, variable->least, variable->greatest);
        run->next[u] = (int)value;
        if (run->next[u] != value)
            return error_add(error, FAULT_SYSTEM, "process %s: command %s sets %s to %.15g, which is not a whole "
                             "number", p->name, p->commands[command].name, variable->name, value);
    }
    if (!earn(run, command, branch, error))
        return false;
    for (int u = 0; u < branch->n_updates; u++)
        run->state[p->updates[branch->first_update + u].variable] = run->next[u];
    return true;
}

/* Names the commands that went on firing while no time passed. Returns false. */
static bool refuse_cycle(const struct run *run, struct error *error)
{
    const struct process *p = run->process;
    struct text names = {0};
    int n = 0;
    for (int i = 0; i < p->n_commands; i++)
        if (run->repeats[i] && n++ < MOST_NAMES)
            text_add(&names, "%s%s", n > 1 ? ", " : "", p->commands[i].name);
    if (n > MOST_NAMES)
        text_add(&names, " and %d more", n - MOST_NAMES);
    error_add(error, FAULT_SYSTEM, "process %s: a cycle of commands takes no time, at %.15g s: %s", p->name,
              run->instant, names.data);
    text_free(&names);
    return false;
}

/* Notes that a command fires. False if so many fired at this time that the path would not come to its end. */
static bool time_goes_on(struct run *run, int number, double time, struct error *error)
{
    if (time > run->instant) {
        run->instant = time;
        run->at_once = 0;
        return true;
    }
    if (++run->at_once <= MOST_AT_ONCE / 2)
        return true;
    if (run->at_once == MOST_AT_ONCE / 2 + 1) /* whatever led to the cycle is over by now */
        memset(run->repeats, 0, (size_t)run->process->n_commands * sizeof *run->repeats);
    run->repeats[number] = true;
    return run->at_once < MOST_AT_ONCE || refuse_cycle(run, error);
}

static bool fire(struct run *run, int number, double time, struct error *error)
{
    const struct command *command = &run->process->commands[number];
    double uniform = 0;
    if (!time_goes_on(run, number, time, error))
        return false;
    evaluate(run, &run->fire[number]);
    if (command->n_branches > 1 || command->delay == DELAY_EXPONENTIAL) {
        struct philox_block block = draw(run, number, ++run->fired[number]);
        run->left[number] = unit_exponential(block);
        uniform = uniform_open(block.word[2], block.word[3]);
    }
    run->due[number] = INFINITY;
    if (++run->events % STOP_EVENTS == 0 && engine_stopped(run->batch->stop)) {
        run->batch->unfinished = true;
        return false;
    }
    int chosen = choose(run, number, uniform, error);
    if (chosen < 0 || !update(run, number, chosen, error))
        return false;
    if (run->batch->observe)
        run->batch->observe(run->batch->context, time, number, chosen, run->state);
    return true;
}

/* Step 1: which fixed delays run, and until when. */
static bool note_due(struct run *run, double time, struct error *error)
{
    for (int i = 0; i < run->n_fixed; i++) {
        int k = run->fixed[i];
        const struct command *c = &run->process->commands[k];
        double delay = run->value[c->amount];
        if (run->value[c->guard] == 0) {
            run->due[k] = INFINITY;
        } else if (run->due[k] == INFINITY) {
            if (!(delay >= 0 && delay < INFINITY))
                return error_add(error, FAULT_SYSTEM, "process %s: command %s has the delay %.15g", run->process->name,
                                 c->name, without_sign(delay));
            run->due[k] = time + delay;
        }
    }
    return true;
}

/* Steps 1 and 2: until no `now` command is enabled. */
static bool settle(struct run *run, double time, struct error *error)
{
    for (;;) {
        int first = -1;
        evaluate(run, &run->guards);
        if (!note_due(run, time, error))
            return false;
        for (int i = 0; i < run->n_now && first < 0; i++)
            if (run->value[run->process->commands[run->now[i]].guard] != 0)
                first = run->now[i];
        if (first < 0)
            return true;
        if (!fire(run, first, time, error))
            return false;
    }
}

/*
 * The rates of the exponential commands; the earliest command and how long until then. Which is sooner, a/b or c/d, is
 * told by products: one division is enough for all.
 */
static int earliest(struct run *run, double time, double *wait, struct error *error)
{
    int next = -1;
    double least = INFINITY, speed = 1; /* the wait so far is their quotient */
    for (int i = 0; i < run->n_fixed; i++)
        if (run->due[run->fixed[i]] - time < least) {
            next = run->fixed[i];
            least = fmax(run->due[next] - time, 0); /* the sum of earlier waits may be off by a rounding */
        }
    for (int i = 0; i < run->n_exponential; i++) {
        int k = run->exponential[i];
        const struct command *c = &run->process->commands[k];
        double rate = run->value[c->guard] != 0 ? run->value[c->amount] : 0;
        if (!(rate >= 0 && rate < INFINITY)) {
            error_add(error, FAULT_SYSTEM, "process %s: command %s has the rate %g", run->process->name, c->name,
                      without_sign(rate));
            return -2;
        }
        run->rate[k] = rate;
        if (rate > 0 && run->left[k] * speed < least * rate) {
            next = k;
            least = run->left[k];
            speed = rate;
        }
    }
    *wait = least / speed;
    return next;
}

static void pass(struct run *run, double seconds)
{
    const struct process *p = run->process;
    for (int i = 0; i < p->n_rewards; i++)
        run->rewards[i] += run->value[p->rewards[i].rate] * seconds;
    for (int i = 0; i < run->n_exponential; i++) {
        int k = run->exponential[i];
        double left = run->left[k] - run->rate[k] * seconds;
        run->left[k] = left > 0 ? left : 0;
    }
}

static void see_labels(struct run *run, double time, double *first_time)
{
    for (int i = 0; first_time && i < run->process->n_labels; i++)
        if (first_time[i] == INFINITY && run->value[run->process->labels[i].condition] != 0)
            first_time[i] = time;
}

static bool run_path(struct run *run, double *rewards, double *first_time, bool *at_end, struct error *error)
{
    const struct process *p = run->process;
    double time = 0, horizon = run->batch->horizon;
    run->rewards = rewards;
    for (int i = 0; i < p->n_rewards; i++)
        rewards[i] = 0;
    for (int i = 0; first_time && i < p->n_labels; i++)
        first_time[i] = INFINITY;
    for (;;) {
        double wait;
        if (!settle(run, time, error))
            return false;
        evaluate(run, &run->rates);
        see_labels(run, time, first_time);
        int next = earliest(run, time, &wait, error);
        if (next == -2)
            return false;
        if (next < 0 || time + wait > horizon)
            break;
        pass(run, wait);
        time += wait;
        if (!fire(run, next, time, error))
            return false;
    }
    pass(run, horizon - time);
    for (int i = 0; at_end && i < p->n_labels; i++)
        at_end[i] = run->value[p->labels[i].condition] != 0;
    return true;
}

/*
 * Runs the paths of a batch. Fails where the process breaks its own rules (see process/check.c). Where it is stopped it
 * does not fail, but marks the batch as unfinished.
 */
static bool reference_run(void *opened, struct batch *batch, struct error *error)
{
    struct run *run = opened;
    const struct process *p = run->process;
    run->batch = batch;
    run->events = 0;
    for (int i = 0; i < batch->n_paths; i++) {
        size_t labels = (size_t)i * (size_t)p->n_labels;
        begin(run, batch->first + (uint64_t)i * batch->stride);
        if (!run_path(run, batch->rewards + (size_t)i * (size_t)p->n_rewards,
                      batch->first_time ? batch->first_time + labels : NULL,
                      batch->at_end ? batch->at_end + labels : NULL, error))
            return batch->unfinished;
    }
    batch->events += run->events;
    return true;
}

const struct engine engine_reference = {
    .name = "reference",
    .open = reference_open,
    .join = reference_join,
    .run = reference_run,
    .close = reference_close,
};
