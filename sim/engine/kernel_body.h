/*
 * The lanes' inner loop: what each path of a block does next, for all of them at once.
 *
 * One pass is one event in each active lane, in the steps of the reference engine (engine/reference.c), each for all
 * lanes before the next: the guards of `now` and fixed commands; when these are due; rates; which exponential command
 * is first; rewards and timers over the time that passes; random numbers; then, for each command that fires somewhere,
 * its probabilities and updates in the vectors that hold such a lane. Values of lanes that take no part are computed
 * along and not kept. Each lane does the very operations of the reference engine, in its order: the same bits.
 *
 * Compiled several times, for different vectors, with KERNEL naming the result; see kernel_*.c and the Makefile.
 */
#include "engine/kernel.h"
#include "engine/logarithm.h"
#include "engine/philox.h"
#include "engine/vector.h"
#include "process/apply.h"

#include <math.h>

/* Working rows of a pass. */
struct work {
    double  *base[BASES];
    int      from, to;          /* vectors that hold active lanes */
    num      wait[VECTORS], fresh[VECTORS], uniform[VECTORS];
    whole    next[VECTORS];     /* the command of the mode that fires; -1: none */
    whole    settled[VECTORS];  /* active, and no `now` command is enabled */
    word     stream[VECTORS], number[VECTORS];
    whole    bad;
};

static inline const double *vector_at(const struct work *w, struct place place, int v)
{
    return w->base[place.base] + place.at + v * place.step;
}

static inline double *row_at(const struct work *w, int row, int v)
{
    return w->base[BASE_ROWS] + row * LANES + v * VECTOR;
}

/* ---- programs ---- */

typedef void instruct(const struct instruction *in, const struct work *w, int from, int to);

#define INSTRUCTION(name, value)                                                                  \
    static void name(const struct instruction *in, const struct work *w, int from, int to)        \
    {                                                                                             \
        for (int v = from; v < to; v++) {                                                         \
            num a = load(vector_at(w, in->a, v)), b = load(vector_at(w, in->b, v));               \
            num c = load(vector_at(w, in->c, v));                                                 \
            (void)b, (void)c;                                                                     \
            store(w->base[BASE_SCRATCH] + in->out + v * VECTOR, value);                           \
        }                                                                                         \
    }

INSTRUCTION(do_copy, a)
INSTRUCTION(do_not, condition(a == 0))
INSTRUCTION(do_add, a + b)
INSTRUCTION(do_subtract, a - b)
INSTRUCTION(do_multiply, a * b)
INSTRUCTION(do_divide, a / b)
INSTRUCTION(do_min, choose(a < b, a, b))
INSTRUCTION(do_max, choose(a > b, a, b))
INSTRUCTION(do_less, condition(a < b))
INSTRUCTION(do_less_equal, condition(a <= b))
INSTRUCTION(do_equal, condition(a == b))
INSTRUCTION(do_and, condition((a != 0) & (b != 0)))
INSTRUCTION(do_or, condition((a != 0) | (b != 0)))
INSTRUCTION(do_if, choose(a != 0, b, c))

static void do_table(const struct instruction *in, const struct work *w, int from, int to)
{
    for (int v = from; v < to; v++) {
        const double *a = vector_at(w, in->a, v);
        double *out = w->base[BASE_SCRATCH] + in->out + v * VECTOR;
        for (int i = 0; i < VECTOR; i++)
            out[i] = apply_table(in->table, a[i]);
    }
}

static instruct *const instructions[OPS] = {
    [OP_VARIABLE] = do_copy, [OP_TABLE] = do_table, [OP_NOT] = do_not, [OP_ADD] = do_add,
    [OP_SUBTRACT] = do_subtract, [OP_MULTIPLY] = do_multiply, [OP_DIVIDE] = do_divide, [OP_MIN] = do_min,
    [OP_MAX] = do_max, [OP_LESS] = do_less, [OP_LESS_EQUAL] = do_less_equal, [OP_EQUAL] = do_equal,
    [OP_AND] = do_and, [OP_OR] = do_or, [OP_IF] = do_if,
};

static void evaluate(const struct code *code, const struct work *w, int from, int to)
{
    for (const struct instruction *in = code->instructions, *end = in + code->n; in < end; in++)
        instructions[in->op](in, w, from, to);
}

/* ---- lanes and bits ---- */

static inline int lowest(uint32_t lanes)
{
    return __builtin_ctz(lanes);
}

static inline int vectors_from(uint32_t lanes)
{
    return lowest(lanes) / VECTOR;
}

static inline int vectors_to(uint32_t lanes)
{
    return (LANES - 1 - __builtin_clz(lanes)) / VECTOR + 1;
}

static inline whole mask_at(uint32_t lanes, int v)
{
    return mask_of(lanes >> v * VECTOR & ((1u << VECTOR) - 1));
}

/* ---- random numbers ---- */

/* philox4x32() (engine/philox.h) for eight counters at once: each word in the low half of a lane. */
static inline void philox_vector(word c[4], uint64_t seed)
{
    const word low = ALL(word, (uint64_t)UINT32_MAX);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        word product0 = multiply_low_halves(ALL(word, (uint64_t)PHILOX_MULTIPLIER_0), c[0]);
        word product1 = multiply_low_halves(ALL(word, (uint64_t)PHILOX_MULTIPLIER_1), c[2]);
        c[0] = product1 >> 32 ^ c[1] ^ (uint64_t)k0;
        c[1] = product1 & low;
        c[2] = product0 >> 32 ^ c[3] ^ (uint64_t)k1;
        c[3] = product0 & low;
        k0 += PHILOX_WEYL_0;
        k1 += PHILOX_WEYL_1;
    }
}

/* uniform_open(), likewise. */
static inline num uniform_vector(word high, word low)
{
    return (num)((high << 32 | low) >> 12 | UINT64_C(0x3FF0000000000000)) - (1 - 0x1p-53);
}

/* Unit exponential and uniform numbers: of the blocks of w->stream and w->number. */
static void draw(const struct visit *x, struct work *w, int from, int to)
{
    const word low = ALL(word, (uint64_t)UINT32_MAX);
    for (int v = from; v < to; v++) {
        double u[VECTOR], e[VECTOR];
        word path;
        memcpy(&path, x->block->path + v * VECTOR, sizeof path);
        word c[4] = {path & low, path >> 32, w->stream[v], w->number[v]};
        philox_vector(c, x->seed);
        w->uniform[v] = uniform_vector(c[2], c[3]);
        num first = uniform_vector(c[0], c[1]);
        memcpy(u, &first, sizeof u);
#pragma omp simd
        for (int i = 0; i < VECTOR; i++)
            e[i] = -log_of_uniform(u[i]);
        memcpy(&w->fresh[v], e, sizeof e);
    }
}

/* ---- time ---- */

/* Which fixed delays run, and until when. */
static void note_due(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int k = m->n_now; k < m->n_now + m->n_fixed; k++) {
        const struct mode_command *c = &m->commands[k];
        for (int v = w->from; v < w->to; v++) {
            whole active = mask_at(x->active, v);
            num delay = load(vector_at(w, c->amount, v)), time = load(row_at(w, x->layout->time, v));
            whole enabled = load(vector_at(w, c->guard, v)) != 0;
            double *timer = row_at(w, c->timer, v);
            num due = load(timer);
            whole starts = enabled & (due == (double)INFINITY);
            w->bad |= active & starts & ~((delay >= 0) & (delay < (double)INFINITY));
            num then = choose(enabled, choose(starts, time + delay, due), ALL(num, (double)INFINITY));
            store(timer, choose(active, then, due));
        }
    }
}

/* The first `now` command that is enabled. */
static void first_now(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int v = w->from; v < w->to; v++) {
        whole next = ALL(whole, -1);
        for (int k = m->n_now - 1; k >= 0; k--)
            next = choose_whole(load(vector_at(w, m->commands[k].guard, v)) != 0, ALL(whole, (int64_t)k), next);
        w->next[v] = next;
        w->settled[v] = mask_at(x->active, v) & (next < 0);
    }
}

/* The first of the fixed and exponential commands, and how long until then, in the lanes that are settled. */
static void earliest(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int v = w->from; v < w->to; v++) {
        num wait = ALL(num, (double)INFINITY), time = load(row_at(w, x->layout->time, v));
        whole next = ALL(whole, -1);
        int k = m->n_now;
        for (; k < m->n_now + m->n_fixed; k++) {
            num until = load(row_at(w, m->commands[k].timer, v)) - time;
            whole sooner = until < wait;
            next = choose_whole(sooner, ALL(whole, (int64_t)k), next);
            wait = choose(sooner, choose(until > 0, until, ALL(num, 0.0)), wait);
        }
        for (; k < m->n_commands; k++) {
            const struct mode_command *c = &m->commands[k];
            num rate = load(vector_at(w, c->amount, v)), left = load(row_at(w, c->timer, v));
            if (c->checked)
                w->bad |= w->settled[v] & ~((rate >= 0) & (rate < (double)INFINITY));
            whole sooner = left < wait * rate; /* never where the rate is 0 */
            next = choose_whole(sooner, ALL(whole, (int64_t)k), next);
            wait = choose(sooner, left / rate, wait);
        }
        w->next[v] = choose_whole(w->settled[v], next, w->next[v]);
        w->wait[v] = wait;
    }
}

/* Lets the time pass in the lanes that are settled: to the next event, or to the horizon, where `next` becomes -1. */
static void pass(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int v = w->from; v < w->to; v++) {
        whole settled = w->settled[v];
        num time = load(row_at(w, x->layout->time, v)), at_once = load(row_at(w, x->layout->at_once, v));
        num then = time + w->wait[v];
        whole ends = settled & ((w->next[v] < 0) | (then > x->horizon));
        num wait = choose(ends, x->horizon - time, w->wait[v]);
        for (int i = 0; i < m->n_rewards; i++) {
            double *row = row_at(w, m->rewards[i].row, v);
            num had = load(row), more = load(vector_at(w, m->rewards[i].rate, v)) * wait;
            store(row, choose(settled, had + more, had));
        }
        for (int k = m->n_now + m->n_fixed; k < m->n_commands; k++) {
            double *row = row_at(w, m->commands[k].timer, v);
            num left = load(row), rest = left - load(vector_at(w, m->commands[k].amount, v)) * wait;
            store(row, choose(settled, choose(rest > 0, rest, ALL(num, 0.0)), left));
        }
        at_once = choose(settled & (then > time), ALL(num, 0.0), at_once + 1);
        store(row_at(w, x->layout->at_once, v), at_once);
        store(row_at(w, x->layout->time, v), choose(settled & ~ends, then, time));
        w->next[v] = choose_whole(ends, ALL(whole, -1), w->next[v]);
        w->bad |= mask_at(x->active, v) & ~ends & (at_once >= MOST_AT_ONCE);
    }
}

/* As much as has to be noted where no time can pass. */
static void pass_no_time(const struct visit *x, struct work *w)
{
    for (int v = w->from; v < w->to; v++) {
        num at_once = load(row_at(w, x->layout->at_once, v)) + 1;
        store(row_at(w, x->layout->at_once, v), at_once);
        w->bad |= mask_at(x->active, v) & (at_once >= MOST_AT_ONCE);
    }
}

/* ---- labels ---- */

/* Notes when labels hold first. */
static void see_labels(const struct visit *x, struct work *w)
{
    evaluate(&x->mode->labels, w, w->from, w->to);
    for (int i = 0; i < x->process->n_labels; i++)
        for (int v = w->from; v < w->to; v++) {
            double *row = row_at(w, x->layout->first_times + i, v);
            num first = load(row);
            whole now = w->settled[v] & (first == (double)INFINITY) & (load(vector_at(w, x->mode->conditions[i], v)) != 0);
            store(row, choose(now, load(row_at(w, x->layout->time, v)), first));
        }
}

/* Notes which labels hold in lanes that have come to the horizon. */
static void note_end(const struct visit *x, const struct work *w, uint32_t lanes)
{
    int from = vectors_from(lanes), to = vectors_to(lanes);
    if (!x->sees_labels)
        evaluate(&x->mode->labels, w, from, to);
    for (int i = 0; i < x->process->n_labels; i++)
        for (int v = from; v < to; v++) {
            double *row = row_at(w, x->layout->at_ends + i, v);
            num holds = condition(load(vector_at(w, x->mode->conditions[i], v)) != 0);
            store(row, choose(mask_at(lanes, v), holds, load(row)));
        }
}

/* ---- firing ---- */

/* Sets the branch's variables in these lanes. */
static void take_branch(struct visit *x, struct work *w, struct mode_branch *branch, uint32_t lanes)
{
    int from = vectors_from(lanes), to = vectors_to(lanes);
    evaluate(&branch->code, w, from, to);
    for (int u = 0; u < branch->n_updates; u++) {
        const struct mode_update *update = &branch->updates[u];
        for (int v = from; v < to; v++) {
            whole on = mask_at(lanes, v);
            double *row = row_at(w, update->row, v);
            num value = load(vector_at(w, update->value, v)), rounded = (value + 0x1p52) - 0x1p52; /* -0 becomes 0 */
            w->bad |= on & ~((value >= update->least) & (value <= update->greatest) & (value == rounded));
            store(row, choose(on, rounded, load(row)));
        }
    }
    x->bad = x->bad || branch->broken;
    if (!branch->moves)
        return;
    x->moved |= lanes;
    for (uint32_t rest = lanes; rest; rest &= rest - 1)
        x->exit[lowest(rest)] = branch;
}

/* The branch that the uniform number falls into, as in the reference engine, for the vectors given. */
static void choose_branch(const struct mode_command *c, struct work *w, uint32_t lanes, whole *chosen)
{
    int from = vectors_from(lanes), to = vectors_to(lanes);
    for (int v = from; v < to; v++) {
        num sum = ALL(num, 0.0), least = ALL(num, 0.0);
        whole last = ALL(whole, 0);
        for (int b = 0; b < c->n_branches; b++) {
            num probability = load(vector_at(w, c->branches[b].probability, v));
            last = choose_whole((probability > 0) & (w->uniform[v] >= sum), ALL(whole, (int64_t)b), last);
            least = choose(probability < least, probability, least);
            sum += probability;
        }
        num off = sum - 1;
        whole good = (least >= -PROBABILITY_ROUNDING) & (off <= PROBABILITY_ROUNDING) & (off >= -PROBABILITY_ROUNDING);
        w->bad |= mask_at(lanes, v) & ~good;
        chosen[v] = last;
    }
}

/* Fires the command in these lanes. */
static void fire(struct visit *x, struct work *w, const struct mode_command *c, uint32_t lanes)
{
    whole chosen[VECTORS];
    double *timer = c->timer < 0 ? NULL : row_at(w, c->timer, 0);
    int from = vectors_from(lanes), to = vectors_to(lanes);
    for (int v = from; timer && v < to; v++) {
        num fresh = c->delay == DELAY_EXPONENTIAL ? w->fresh[v] : ALL(num, (double)INFINITY);
        store(timer + v * VECTOR, choose(mask_at(lanes, v), fresh, load(timer + v * VECTOR)));
    }
    evaluate(&c->code, w, from, to);
    if (c->certain) {
        take_branch(x, w, &c->branches[0], lanes);
        return;
    }
    choose_branch(c, w, lanes, chosen);
    for (int b = 0; b < c->n_branches; b++) {
        uint32_t on = 0;
        for (int v = from; v < to; v++)
            on |= bits_of(chosen[v] == b) << v * VECTOR;
        if (on & lanes)
            take_branch(x, w, &c->branches[b], on & lanes);
    }
}

/* Sorts the lanes by the command that fires, counts random numbers; returns how many commands fire. */
static int sort_lanes(struct visit *x, struct work *w, uint32_t *random)
{
    const struct mode *m = x->mode;
    const int64_t *next = (const int64_t *)w->next;
    uint64_t *stream = (uint64_t *)w->stream, *number = (uint64_t *)w->number;
    int n = 0;
    for (uint32_t rest = x->active; rest; rest &= rest - 1) {
        int lane = lowest(rest);
        uint32_t bit = UINT32_C(1) << lane;
        if (next[lane] < 0) {
            x->ended |= bit;
            continue;
        }
        const struct mode_command *c = &m->commands[next[lane]];
        if (!x->firing[next[lane]])
            x->fired[n++] = (int)next[lane];
        x->firing[next[lane]] |= bit;
        stream[lane] = c->stream;
        if (c->random) {
            number[lane] = ++x->block->counts[c->fired * LANES + lane];
            *random |= bit;
        }
    }
    return n;
}

/* ---- passes ---- */

/* One event in each active lane. */
static void pass_once(struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    uint32_t random = 0, ended_before = x->ended;
    evaluate(&m->guards, w, w->from, w->to);
    note_due(x, w);
    first_now(x, w);
    if (m->at_once) {
        pass_no_time(x, w);
    } else {
        evaluate(&m->rates, w, w->from, w->to);
        if (x->sees_labels)
            see_labels(x, w);
        earliest(x, w);
        pass(x, w);
    }
    int n = sort_lanes(x, w, &random);
    if (random)
        draw(x, w, vectors_from(random), vectors_to(random));
    if (x->ended != ended_before)
        note_end(x, w, x->ended & ~ended_before);
    x->active &= ~x->ended;
    x->events += (uint64_t)__builtin_popcount(x->active);
    for (int i = 0; i < n; i++) {
        uint32_t lanes = x->firing[x->fired[i]];
        x->firing[x->fired[i]] = 0;
        fire(x, w, &m->commands[x->fired[i]], lanes);
    }
    x->active &= ~x->moved;
}

static struct work work_of(const struct visit *x, const struct block *block, double *constants)
{
    struct work w = {.base = {block->rows, x->scratch, constants}};
    return w;
}

/*
 * Lets the active lanes of x->block go on in x->mode, event by event, until fewer than `enough` are left of them, or
 * for MOST_PASSES.
 */
static void run(struct visit *x, uint32_t enough)
{
    enum { MOST_PASSES = 64 };
    struct work w = work_of(x, x->block, x->mode->constants);
    x->ended = x->moved = 0;
    for (int i = 0; i < MOST_PASSES && x->active && (uint32_t)__builtin_popcount(x->active) >= enough && !x->bad; i++) {
        w.from = vectors_from(x->active);
        w.to = vectors_to(x->active);
        pass_once(x, &w);
        for (int v = 0; v < VECTORS; v++)
            x->bad = x->bad || bits_of(w.bad);
    }
}

static void fill(const struct work *w, int row, double value, uint32_t lanes)
{
    for (int v = vectors_from(lanes); v < vectors_to(lanes); v++)
        store(row_at(w, row, v), choose(mask_at(lanes, v), ALL(num, value), load(row_at(w, row, v))));
}

/* Begins the paths x->block->path[lane] in these lanes; initial: a value per variable. */
static void begin(struct visit *x, const int *initial, uint32_t lanes)
{
    const struct process *p = x->process;
    const struct layout *l = x->layout;
    struct work w = work_of(x, x->block, NULL);
    fill(&w, l->time, 0, lanes);
    fill(&w, l->at_once, 0, lanes);
    for (int i = 0; i < p->n_variables; i++)
        fill(&w, l->variables + i, initial[i], lanes);
    for (int i = 0; i < p->n_rewards; i++)
        fill(&w, l->rewards + i, 0, lanes);
    for (int i = 0; i < p->n_labels; i++)
        fill(&w, l->first_times + i, (double)INFINITY, lanes);
    for (int i = 0; i < l->n_counts; i++)
        for (uint32_t rest = lanes; rest; rest &= rest - 1)
            x->block->counts[i * LANES + lowest(rest)] = 0;
    for (int k = 0; k < p->n_commands; k++) {
        if (p->commands[k].delay == DELAY_FIXED)
            fill(&w, l->timer[k], (double)INFINITY, lanes);
        if (p->commands[k].delay != DELAY_EXPONENTIAL)
            continue;
        for (int v = vectors_from(lanes); v < vectors_to(lanes); v++) {
            w.stream[v] = ALL(word, (uint64_t)p->commands[k].stream);
            w.number[v] = ALL(word, 0);
            draw(x, &w, v, v + 1);
            double *timer = row_at(&w, l->timer[k], v);
            store(timer, choose(mask_at(lanes, v), w.fresh[v], load(timer)));
        }
    }
}

const struct kernel KERNEL = {run, begin};
