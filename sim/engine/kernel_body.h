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

#include <math.h>

/* Vectors of a row; those whose operations stand side by side, as far as there are registers. */
enum { VECTORS = LANES / WIDTH, TOGETHER = 4 };

/* Working rows of a pass. */
struct work {
    double  *base[BASES];
    int      from, to;          /* vectors that hold active lanes */
    num      fresh[VECTORS], uniform[VECTORS];
    whole    next[VECTORS];     /* the command of the mode that fires; -1: none */
    mask     active[VECTORS];
    mask     settled[VECTORS];  /* lanes that are active, and no `now` command is enabled */
    word     stream[VECTORS], number[VECTORS];
    mask     bad;
};

static inline const double *vector_at(const struct work *w, struct place place, int v)
{
    return w->base[place.base] + place.at + v * WIDTH * place.step;
}

static inline double *row_at(const struct work *w, int row, int v)
{
    return w->base[BASE_ROWS] + row * LANES + v * WIDTH;
}

/* ---- programs ---- */

/* apply_table(), in whose place the index is cut to the table. */
static inline num look_up(const struct table *table, num index)
{
    const double last = table->n_values - 1;
    double place[WIDTH];
    index = greater_of(index, ALL(num, 0.0)); /* and so for what is no number */
    index = choose(less(index, ALL(num, last)), index, ALL(num, last));
    memcpy(place, &index, sizeof place);
    for (int i = 0; i < WIDTH; i++)
        place[i] = table->values[(int)place[i]];
    return load_any(place);
}

/* Vectors that a program is run for at once: as many as there are registers for, or of a few lanes only. */
enum { MANY = 8, FEW = 2 };

#define EVALUATE evaluate_many
#define EACH(x, ...)                                                                                    \
    x(0, __VA_ARGS__) x(1, __VA_ARGS__) x(2, __VA_ARGS__) x(3, __VA_ARGS__)                             \
    x(4, __VA_ARGS__) x(5, __VA_ARGS__) x(6, __VA_ARGS__) x(7, __VA_ARGS__)
#include "engine/kernel_programs.h"

#define EVALUATE evaluate_few
#define EACH(x, ...) x(0, __VA_ARGS__) x(1, __VA_ARGS__)
#include "engine/kernel_programs.h"

/* Runs the program for the vectors from..to at least; that of others does no harm. */
static void evaluate(const struct code *code, const struct work *w, int from, int to)
{
    if (code->n == 0)
        return;
    for (int v = from / FEW * FEW; v < to;) {
        if (v % MANY == 0 && to - v > MANY / 2) {
            evaluate_many(code, w, v);
            v += MANY;
        } else {
            evaluate_few(code, w, v);
            v += FEW;
        }
    }
}

/* ---- lanes and bits ---- */

static inline int lowest(lane_set lanes)
{
    return __builtin_ctzll(lanes);
}

static inline int vectors_from(lane_set lanes)
{
    return lowest(lanes) / WIDTH;
}

static inline int vectors_to(lane_set lanes)
{
    return (LANES - 1 - __builtin_clzll(lanes)) / WIDTH + 1;
}

/* So few lanes are served one by one: scattered over a row, they would take most of its vectors. */
static inline bool are_few(lane_set lanes)
{
    lanes &= lanes - 1;
    lanes &= lanes - 1;
    lanes &= lanes - 1;
    lanes &= lanes - 1;
    return !lanes; /* four at most */
}

static inline uint32_t bits_at(lane_set lanes, int v)
{
    return (uint32_t)(lanes >> v * WIDTH) & ((1u << WIDTH) - 1);
}

static inline mask mask_at(lane_set lanes, int v)
{
    return mask_of(bits_at(lanes, v));
}

/* ---- random numbers ---- */

/*
 * philox4x32() (engine/philox.h) for TOGETHER vectors of counters, one word in the low half of each lane. What the high
 * halves come to hold is of no meaning.
 */
static inline void philox_vectors(word c[4][TOGETHER], const uint64_t keys[PHILOX_ROUNDS][2])
{
    const word multiplier0 = ALL(word, (uint64_t)PHILOX_MULTIPLIER_0);
    const word multiplier1 = ALL(word, (uint64_t)PHILOX_MULTIPLIER_1);
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX_ROUNDS; round++)
        for (int i = 0; i < TOGETHER; i++) {
            word product0 = multiply_low_halves(multiplier0, c[0][i]);
            word product1 = multiply_low_halves(multiplier1, c[2][i]);
            c[0][i] = exclusive_or(product1 >> 32, c[1][i], ALL(word, keys[round][0]));
            c[1][i] = product1;
            c[2][i] = exclusive_or(product0 >> 32, c[3][i], ALL(word, keys[round][1]));
            c[3][i] = product0;
        }
}

/* uniform_open(), likewise. */
static inline num uniform_vector(word high, word low)
{
    word bits = high << 32 | (low & ALL(word, (uint64_t)UINT32_MAX));
    return (num)(bits >> 12 | UINT64_C(0x3FF0000000000000)) - (1 - 0x1p-53);
}

#define EACH_OF_THEM for (int i = 0; i < TOGETHER; i++)

/* -log_of_uniform() (engine/logarithm.h), likewise: step by step side by side, since each is a long chain of them. */
static inline void exponential_vectors(const num u[TOGETHER], num *out)
{
    const word one = ALL(word, UINT64_C(0x3FF0000000000000));
    const word root_half = ALL(word, UINT64_C(0x3FE6A09E667F3BCD));
    num e[TOGETHER], f[TOGETHER], s[TOGETHER], z[TOGETHER], x[TOGETHER], odd[TOGETHER], even[TOGETHER];
    EACH_OF_THEM
    {
        word bits = (word)u[i], biased = (bits + (one - root_half)) >> 52;
        e[i] = (num)(UINT64_C(0x4330000000000000) | biased) - (0x1p52 + 1023);
        f[i] = (num)(bits - (biased << 52) + one) - 1;
        s[i] = f[i] / (2 + f[i]);
    }
    EACH_OF_THEM z[i] = s[i] * s[i];
    EACH_OF_THEM x[i] = z[i] * z[i];
    EACH_OF_THEM odd[i] = 2.0 / 15 + x[i] * (2.0 / 19), even[i] = 2.0 / 17 + x[i] * (2.0 / 21);
    EACH_OF_THEM odd[i] = 2.0 / 11 + x[i] * odd[i], even[i] = 2.0 / 13 + x[i] * even[i];
    EACH_OF_THEM odd[i] = 2.0 / 7 + x[i] * odd[i], even[i] = 2.0 / 9 + x[i] * even[i];
    EACH_OF_THEM odd[i] = 2.0 / 3 + x[i] * odd[i], even[i] = 2.0 / 5 + x[i] * even[i];
    EACH_OF_THEM odd[i] = z[i] * odd[i], even[i] = x[i] * even[i];
    EACH_OF_THEM
    {
        num half_square = 0.5 * f[i] * f[i];
        num correction = s[i] * (half_square + (odd[i] + even[i])) + e[i] * 0x1.a39ef35793c76p-33;
        out[i] = -(e[i] * 0x1.62e42feep-1 - ((half_square - correction) - f[i]));
    }
}

/* Unit exponential and, if asked for, uniform numbers: of the blocks of w->stream and w->number, from vector v on. */
static inline void draw_together(const struct visit *x, struct work *w, int v, bool uniform)
{
    word c[4][TOGETHER];
    num u[TOGETHER];
    for (int i = 0; i < TOGETHER; i++) {
        memcpy(&c[0][i], x->block->path + (v + i) * WIDTH, sizeof c[0][i]);
        c[1][i] = c[0][i] >> 32;
        c[2][i] = w->stream[v + i];
        c[3][i] = w->number[v + i];
    }
    philox_vectors(c, x->keys);
    for (int i = 0; i < TOGETHER; i++) {
        u[i] = uniform_vector(c[0][i], c[1][i]);
        if (uniform)
            w->uniform[v + i] = uniform_vector(c[2][i], c[3][i]);
    }
    exponential_vectors(u, &w->fresh[v]);
}

/* All vectors from..to. Where no branch is to be chosen a part of the work falls away. */
static void draw(const struct visit *x, struct work *w, int from, int to, bool uniform)
{
    if (uniform)
        for (int v = from / TOGETHER * TOGETHER; v < to; v += TOGETHER)
            draw_together(x, w, v, true);
    else
        for (int v = from / TOGETHER * TOGETHER; v < to; v += TOGETHER)
            draw_together(x, w, v, false);
}

/* ---- time ---- */

/* Which fixed delays run, and until when. */
static void note_due(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    const num never = ALL(num, (double)INFINITY);
    for (int k = m->n_now; k < m->n_now + m->n_fixed; k++) {
        const struct mode_command *c = &m->commands[k];
        for (int v = w->from; v < w->to; v++) {
            num delay = load(vector_at(w, c->amount, v)), time = load(row_at(w, x->layout->time, v));
            mask enabled = holds(load(vector_at(w, c->guard, v)));
            double *timer = row_at(w, c->timer, v);
            num due = load(timer);
            mask starts = enabled & equal(due, never);
            w->bad |= w->active[v] & starts & ~(less_equal(ALL(num, 0.0), delay) & less(delay, never));
            num then = choose(enabled, choose(starts, time + delay, due), never);
            store(timer, choose(w->active[v], then, due));
        }
    }
}

/* The first `now` command that is enabled. */
static void first_now(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int v = 0; v < VECTORS; v++)
        w->settled[v] = mask_of(0);
    for (int v = w->from; v < w->to; v++) {
        whole next = ALL(whole, -1);
        mask any = mask_of(0);
        for (int k = m->n_now - 1; k >= 0; k--) {
            mask enabled = holds(load(vector_at(w, m->commands[k].guard, v)));
            next = choose_whole(enabled, ALL(whole, (int64_t)k), next);
            any |= enabled;
        }
        w->next[v] = next;
        w->settled[v] = w->active[v] & ~any;
    }
}

/*
 * What is known of TOGETHER vectors while they wait for their next event: it comes when what is left of a unit
 * exponential has passed at that rate.
 */
struct waiting {
    num   left[TOGETHER], rate[TOGETHER];
    num   wait[TOGETHER];
    whole next[TOGETHER];
};

/* The first of the fixed commands, and how long until then, in TOGETHER vectors from v on. */
static inline void earliest_fixed(const struct visit *x, const struct work *w, int v, struct waiting *all)
{
    const struct mode *m = x->mode;
    const double *times = row_at(w, x->layout->time, v);
    for (int i = 0; i < TOGETHER; i++) {
        all->left[i] = ALL(num, (double)INFINITY);
        all->rate[i] = ALL(num, 1.0);
        all->next[i] = ALL(whole, -1);
    }
    for (int k = m->n_now; k < m->n_now + m->n_fixed; k++) {
        const double *timers = row_at(w, m->commands[k].timer, v);
        for (int i = 0; i < TOGETHER; i++) {
            num until = load(timers + i * WIDTH) - load(times + i * WIDTH);
            mask sooner = less(until, all->left[i]);
            all->next[i] = choose_whole(sooner, ALL(whole, (int64_t)k), all->next[i]);
            all->left[i] = choose(sooner, greater_of(until, ALL(num, 0.0)), all->left[i]);
        }
    }
}

/* Likewise of the exponential ones, where they are sooner. */
static inline void earliest_exponential(const struct visit *x, const struct work *w, int v, struct waiting *all)
{
    const struct mode *m = x->mode;
    struct waiting best = *all;
    for (int k = m->n_now + m->n_fixed; k < m->n_commands; k++) {
        const struct mode_command *c = &m->commands[k];
        const double *rates = vector_at(w, c->amount, v), *timers = row_at(w, c->timer, v);
        int step = c->amount.step * WIDTH;
        for (int i = 0; i < TOGETHER; i++) {
            num rate = load(rates + i * step), left = load(timers + i * WIDTH);
            mask sooner = less(left * best.rate[i], best.left[i] * rate); /* never where the rate is 0 */
            best.next[i] = choose_whole(sooner, ALL(whole, (int64_t)k), best.next[i]);
            best.left[i] = choose(sooner, left, best.left[i]);
            best.rate[i] = choose(sooner, rate, best.rate[i]);
        }
    }
    *all = best;
}

/* How long the state lasts in lanes that are settled: to the next event, or to the horizon; then `next` is -1. */
static inline void end_waiting(const struct visit *x, struct work *w, int v, struct waiting *all)
{
    double *times = row_at(w, x->layout->time, v), *at_onces = row_at(w, x->layout->at_once, v);
    const num horizon = ALL(num, x->horizon);
    for (int i = 0; i < TOGETHER; i++) {
        mask settled = w->settled[v + i], active = w->active[v + i];
        num time = load(times + i * WIDTH), at_once = load(at_onces + i * WIDTH);
        num wait = all->left[i] / all->rate[i], then = time + wait;
        mask ends = settled & less(horizon, then), passes = settled & less(time, then);
        all->wait[i] = choose(ends, horizon - time, wait);
        all->next[i] = choose_whole(ends, ALL(whole, -1), all->next[i]);
        num again = choose(passes, ALL(num, 0.0), at_once + 1);
        store(at_onces + i * WIDTH, choose(active, again, at_once));
        store(times + i * WIDTH, choose(settled & ~ends, then, time));
        w->next[v + i] = choose_whole(settled, all->next[i], w->next[v + i]);
        w->bad |= active & ~ends & less_equal(ALL(num, (double)MOST_AT_ONCE), again);
    }
}

/* Earns rewards and lets timers run over that time. */
static inline void pass(const struct visit *x, const struct work *w, int v, const struct waiting *all)
{
    const struct mode *m = x->mode;
    mask on[TOGETHER];
    for (int i = 0; i < TOGETHER; i++)
        on[i] = w->settled[v + i];
    for (int r = 0; r < m->n_rewards; r++) {
        double *row = row_at(w, m->rewards[r].row, v);
        const double *rate = vector_at(w, m->rewards[r].rate, v);
        int step = m->rewards[r].rate.step * WIDTH;
        for (int i = 0; i < TOGETHER; i++) {
            num had = load(row + i * WIDTH);
            store(row + i * WIDTH, choose(on[i], had + load(rate + i * step) * all->wait[i], had));
        }
    }
    for (int k = m->n_now + m->n_fixed; k < m->n_commands; k++) {
        const struct mode_command *c = &m->commands[k];
        double *row = row_at(w, c->timer, v);
        const double *rate = vector_at(w, c->amount, v);
        int step = c->amount.step * WIDTH;
        for (int i = 0; i < TOGETHER; i++) {
            num left = load(row + i * WIDTH), rest = left - load(rate + i * step) * all->wait[i];
            store(row + i * WIDTH, choose(on[i], greater_of(rest, ALL(num, 0.0)), left));
        }
    }
}

/* Looks at the rates that may be none. */
static void check_rates(const struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    for (int k = m->n_now + m->n_fixed; k < m->n_commands; k++)
        for (int v = w->from; m->commands[k].checked && v < w->to; v++) {
            num rate = load(vector_at(w, m->commands[k].amount, v));
            mask good = less_equal(ALL(num, 0.0), rate) & less(rate, ALL(num, (double)INFINITY));
            w->bad |= w->settled[v] & ~good;
        }
}

/* Finds what fires next in the lanes that are settled, and lets the time until then pass. */
static void wait_for_next(const struct visit *x, struct work *w)
{
    if (x->mode->checked)
        check_rates(x, w);
    for (int v = w->from / TOGETHER * TOGETHER; v < w->to; v += TOGETHER) {
        struct waiting all;
        earliest_fixed(x, w, v, &all);
        earliest_exponential(x, w, v, &all);
        end_waiting(x, w, v, &all);
        pass(x, w, v, &all);
    }
}

/* As much as has to be noted where no time can pass. */
static void pass_no_time(const struct visit *x, struct work *w)
{
    for (int v = w->from; v < w->to; v++) {
        double *row = row_at(w, x->layout->at_once, v);
        num at_once = load(row) + 1;
        store(row, choose(w->active[v], at_once, load(row)));
        w->bad |= w->active[v] & less_equal(ALL(num, (double)MOST_AT_ONCE), at_once);
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
            num first = load(row), condition = load(vector_at(w, x->mode->conditions[i], v));
            mask now = w->settled[v] & equal(first, ALL(num, (double)INFINITY)) & holds(condition);
            store(row, choose(now, load(row_at(w, x->layout->time, v)), first));
        }
}

/* Notes which labels hold in lanes that have come to the horizon. */
static void note_end(const struct visit *x, const struct work *w, lane_set lanes)
{
    int from = vectors_from(lanes), to = vectors_to(lanes);
    if (!x->sees_labels)
        evaluate(&x->mode->labels, w, from, to);
    for (int i = 0; i < x->process->n_labels; i++)
        for (int v = from; v < to; v++) {
            double *row = row_at(w, x->layout->at_ends + i, v);
            num at_end = condition(holds(load(vector_at(w, x->mode->conditions[i], v))));
            store(row, choose(mask_at(lanes, v), at_end, load(row)));
        }
}

/* ---- firing ---- */

/* Sets a variable where the mask is on. Returns where it may not. */
static inline mask set(double *row, mask on, num value, double least, double greatest)
{
    store(row, choose(on, value, load(row)));
    return on & ~(less_equal(ALL(num, least), value) & less_equal(value, ALL(num, greatest)));
}

/* Earns the branch's impulses and sets its variables in these lanes. */
static void take_updates(struct work *w, const struct mode_branch *branch, lane_set lanes, int from, int to)
{
    mask bad = mask_of(0);
    for (int i = 0; i < branch->n_impulses; i++)
        for (int v = from; v < to; v++) {
            double *row = row_at(w, branch->impulses[i].row, v);
            num had = load(row), amount = load(vector_at(w, branch->impulses[i].amount, v));
            mask on = mask_at(lanes, v);
            bad |= on & ~(less(ALL(num, -(double)INFINITY), amount) & less(amount, ALL(num, (double)INFINITY)));
            store(row, choose(on, had + amount, had));
        }
    for (int u = 0; u < branch->n_updates; u++) {
        const struct mode_update update = branch->updates[u];
        for (int v = from; v < to; v++) {
            num value = load(vector_at(w, update.value, v)), rounded = (value + 0x1.8p52) - 0x1.8p52; /* no -0 */
            mask on = mask_at(lanes, v);
            bad |= on & ~equal(value, rounded);
            bad |= set(row_at(w, update.row, v), on, rounded, update.least, update.greatest);
        }
    }
    w->bad |= bad;
}

/* Takes n steps in these lanes. */
static void take_steps_together(struct work *w, const struct mode_step *steps, int n, lane_set lanes, int from, int to)
{
    mask bad = mask_of(0);
    for (int i = 0; i < n; i++) {
        const struct mode_step step = steps[i];
        double *row = w->base[BASE_ROWS] + step.at;
        for (int v = from; v < to; v++) {
            num value = ALL(num, step.keep) * load(row + v * WIDTH) + ALL(num, step.by);
            bad |= set(row + v * WIDTH, mask_at(lanes, v), value, step.least, step.greatest);
        }
    }
    w->bad |= bad;
}

/* Takes n steps in one lane. Returns whether they may be taken. */
static inline bool take_steps(const struct work *w, const struct mode_step *steps, int n, int lane)
{
    bool good = true;
    for (int i = 0; i < n; i++) {
        double *at = w->base[BASE_ROWS] + steps[i].at + lane, value = steps[i].keep * *at + steps[i].by;
        good &= (value >= steps[i].least) & (value <= steps[i].greatest);
        *at = value;
    }
    return good;
}

/* Takes the branch in these lanes: earns, sets variables, and says where it leads. */
static void take_branch(struct visit *x, struct work *w, struct mode_branch *branch, lane_set lanes)
{
    bool good = !branch->broken;
    if (!branch->n_updates && !branch->n_impulses && are_few(lanes)) {
        for (lane_set rest = lanes; rest; rest &= rest - 1)
            good &= take_steps(w, branch->steps, branch->n_steps, lowest(rest));
    } else {
        int from = vectors_from(lanes), to = vectors_to(lanes);
        evaluate(&branch->code, w, from, to);
        take_updates(w, branch, lanes, from, to);
        take_steps_together(w, branch->steps, branch->n_steps, lanes, from, to);
    }
    x->bad |= !good;
    if (!branch->n_changes)
        return;
    x->moved |= lanes;
    for (lane_set rest = lanes; rest; rest &= rest - 1)
        x->exit[lowest(rest)] = branch;
}

/* The branch that the uniform number falls into, as in the reference engine, for the vectors given. */
static void choose_branch(const struct mode_command *c, struct work *w, lane_set lanes, whole *chosen)
{
    int from = vectors_from(lanes), to = vectors_to(lanes);
    for (int v = from; v < to; v++) {
        num sum = ALL(num, 0.0), least = ALL(num, 0.0);
        whole last = ALL(whole, 0);
        for (int b = 0; b < c->n_branches; b++) {
            num probability = load(vector_at(w, c->branches[b].probability, v));
            mask reached = less(ALL(num, 0.0), probability) & less_equal(sum, w->uniform[v]);
            last = choose_whole(reached, ALL(whole, (int64_t)b), last);
            least = choose(less(probability, least), probability, least);
            sum += probability;
        }
        const num rounding = ALL(num, PROBABILITY_ROUNDING);
        num off = sum - 1;
        mask good = less_equal(-rounding, least) & less_equal(off, rounding) & less_equal(-rounding, off);
        w->bad |= mask_at(lanes, v) & ~good;
        chosen[v] = last;
    }
}

/* Sets the command's timer anew in these lanes. */
static void set_timer(const struct work *w, const struct mode_command *c, lane_set lanes)
{
    bool draws = c->delay == DELAY_EXPONENTIAL;
    double *timers = row_at(w, c->timer, 0);
    const double *fresh = (const double *)w->fresh;
    if (are_few(lanes)) {
        for (lane_set rest = lanes; rest; rest &= rest - 1)
            timers[lowest(rest)] = draws ? fresh[lowest(rest)] : (double)INFINITY;
        return;
    }
    for (int v = vectors_from(lanes), to = vectors_to(lanes); v < to; v++) {
        num next = draws ? w->fresh[v] : ALL(num, (double)INFINITY);
        store(timers + v * WIDTH, choose(mask_at(lanes, v), next, load(timers + v * WIDTH)));
    }
}

/* Takes in each of these lanes the branch that falls to it. */
static void take_branches(struct visit *x, struct work *w, const struct mode_command *c, lane_set lanes)
{
    whole chosen[VECTORS];
    choose_branch(c, w, lanes, chosen);
    for (int b = 0; b < c->n_branches; b++) {
        lane_set on = 0;
        for (int v = vectors_from(lanes), to = vectors_to(lanes); v < to; v++)
            on |= (lane_set)bits_of(equal_whole(chosen[v], ALL(whole, (int64_t)b))) << v * WIDTH;
        if (on & lanes)
            take_branch(x, w, &c->branches[b], on & lanes);
    }
}

/* Fires the command in these lanes. */
static void fire(struct visit *x, struct work *w, const struct mode_command *c, lane_set lanes)
{
    if (c->timer >= 0)
        set_timer(w, c, lanes);
    evaluate(&c->code, w, vectors_from(lanes), vectors_to(lanes));
    if (c->certain)
        take_branch(x, w, &c->branches[0], lanes);
    else
        take_branches(x, w, c, lanes);
}

/* Sorts the lanes by the command that fires. Returns how many commands do. */
static int sort_by_command(struct visit *x, const struct work *w)
{
    int n = 0;
    lane_set rest = x->active;
    for (int k = 0; rest; k++) {
        lane_set lanes = 0;
        for (int v = w->from; v < w->to; v++)
            lanes |= (lane_set)bits_of(equal_whole(w->next[v], ALL(whole, (int64_t)k))) << v * WIDTH;
        lanes &= rest;
        rest &= ~lanes;
        x->firing[n] = (struct firing){&x->mode->commands[k], lanes};
        n += lanes != 0;
    }
    return n;
}

/* Likewise, lane by lane. Sets the lanes of plain commands, which are not sorted. */
static int sort_by_lane(struct visit *x, const struct work *w, lane_set *plain)
{
    const struct mode *m = x->mode;
    const int64_t *next = (const int64_t *)w->next;
    int n = 0;
    for (lane_set rest = x->active; rest; rest &= rest - 1)
        x->sorted[next[lowest(rest)]] |= LANE(lowest(rest));
    for (int k = 0; k < m->n_commands; k++) {
        lane_set lanes = x->sorted[k];
        x->sorted[k] = 0;
        *plain |= m->plain[k].is_plain ? lanes : 0;
        x->firing[n] = (struct firing){&m->commands[k], lanes};
        n += lanes && !m->plain[k].is_plain;
    }
    return n;
}

/* ---- plain commands ---- */

/* Takes the steps of plain commands in these lanes, and names their random numbers. */
static void take_plain(struct visit *x, struct work *w, lane_set lanes)
{
    const struct mode *m = x->mode;
    const int64_t *next = (const int64_t *)w->next;
    bool good = true;
    for (lane_set rest = lanes; rest; rest &= rest - 1) {
        int lane = lowest(rest);
        const struct mode_plain *c = &m->plain[next[lane]];
        ((uint64_t *)w->number)[lane] = ++x->block->counts[c->fired + lane];
        ((uint64_t *)w->stream)[lane] = c->stream;
        good &= take_steps(w, c->steps, m->n_steps, lane);
    }
    x->bad |= !good;
}

/* Sets the timers of plain commands in these lanes anew. */
static void set_plain_timers(const struct visit *x, const struct work *w, lane_set lanes)
{
    const int64_t *next = (const int64_t *)w->next;
    const double *fresh = (const double *)w->fresh;
    for (lane_set rest = lanes; rest; rest &= rest - 1) {
        int lane = lowest(rest);
        w->base[BASE_ROWS][x->mode->plain[next[lane]].timer + lane] = fresh[lane];
    }
}

/* Names the random numbers that the command needs in these lanes. */
static void name_draws(const struct visit *x, struct work *w, const struct mode_command *c, lane_set lanes)
{
    uint64_t *counts = x->block->counts + c->fired * LANES;
    if (are_few(lanes)) {
        for (lane_set rest = lanes; rest; rest &= rest - 1) {
            ((uint64_t *)w->number)[lowest(rest)] = ++counts[lowest(rest)];
            ((uint64_t *)w->stream)[lowest(rest)] = c->stream;
        }
        return;
    }
    for (int v = vectors_from(lanes), to = vectors_to(lanes); v < to; v++) {
        mask on = mask_at(lanes, v);
        whole *count = (whole *)(counts + v * WIDTH), then = choose_whole(on, *count + 1, *count);
        *count = then;
        w->number[v] = (word)choose_whole(on, then, (whole)w->number[v]);
        w->stream[v] = (word)choose_whole(on, ALL(whole, (int64_t)c->stream), (whole)w->stream[v]);
    }
}

/* Draws the random numbers of the n commands that fire, and of the lanes `random`. */
static void draw_all(const struct visit *x, struct work *w, int n, lane_set random)
{
    bool uniform = false;
    for (int i = 0; i < n; i++) {
        if (x->firing[i].command->fired < 0)
            continue;
        uniform = uniform || !x->firing[i].command->certain;
        name_draws(x, w, x->firing[i].command, x->firing[i].lanes);
        random |= x->firing[i].lanes;
    }
    if (random)
        draw(x, w, vectors_from(random), vectors_to(random), uniform);
}

/* Fires in each active lane the command that is next. */
static void fire_all(struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    lane_set plain = m->plain && m->all_plain ? x->active : 0;
    int n = plain ? 0 : m->plain ? sort_by_lane(x, w, &plain) : sort_by_command(x, w);
    take_plain(x, w, plain);
    draw_all(x, w, n, plain);
    set_plain_timers(x, w, plain);
    for (int i = 0; i < n; i++)
        fire(x, w, x->firing[i].command, x->firing[i].lanes);
}

/* The lanes whose path has come to the horizon. */
static lane_set find_ended(const struct work *w)
{
    lane_set ended = 0;
    for (int v = w->from; v < w->to; v++)
        ended |= (lane_set)bits_of(w->active[v] & equal_whole(w->next[v], ALL(whole, -1))) << v * WIDTH;
    return ended;
}

/* ---- passes ---- */

/* One event in each active lane. */
static void pass_once(struct visit *x, struct work *w)
{
    const struct mode *m = x->mode;
    evaluate(&m->guards, w, w->from, w->to);
    note_due(x, w);
    first_now(x, w);
    if (m->at_once) {
        pass_no_time(x, w);
    } else {
        evaluate(&m->rates, w, w->from, w->to);
        if (x->sees_labels)
            see_labels(x, w);
        wait_for_next(x, w);
    }
    lane_set ended = find_ended(w);
    if (ended)
        note_end(x, w, ended);
    x->ended |= ended;
    x->active &= ~ended;
    x->events += (uint64_t)__builtin_popcountll(x->active);
    fire_all(x, w);
    x->active &= ~x->moved;
}

static struct work work_of(const struct visit *x, double *constants)
{
    struct work w = {.base = {x->block->rows, x->scratch, constants}};
    return w;
}

/*
 * Lets the active lanes of x->block go on in x->mode, event by event, until fewer than `enough` are left of them, or
 * for MOST_PASSES.
 */
static void run(struct visit *x, int enough)
{
    enum { MOST_PASSES = 64 };
    struct work w = work_of(x, x->mode->constants);
    x->ended = x->moved = 0;
    for (int i = 0; i < MOST_PASSES && x->active && __builtin_popcountll(x->active) >= enough && !x->bad; i++) {
        w.from = vectors_from(x->active);
        w.to = vectors_to(x->active);
        for (int v = 0; v < VECTORS; v++)
            w.active[v] = mask_at(x->active, v);
        pass_once(x, &w);
        x->bad = x->bad || bits_of(w.bad);
    }
}

static void fill(const struct work *w, int row, double value, lane_set lanes)
{
    for (int v = vectors_from(lanes); v < vectors_to(lanes); v++)
        store(row_at(w, row, v), choose(mask_at(lanes, v), ALL(num, value), load(row_at(w, row, v))));
}

/* Begins the paths x->block->path[lane] in these lanes; initial: a value per variable. */
static void begin(struct visit *x, const int *initial, lane_set lanes)
{
    const struct process *p = x->process;
    const struct layout *l = x->layout;
    struct work w = work_of(x, NULL);
    fill(&w, l->time, 0, lanes);
    fill(&w, l->at_once, 0, lanes);
    for (int i = 0; i < p->n_variables; i++)
        fill(&w, l->variables + i, initial[i], lanes);
    for (int i = 0; i < p->n_rewards; i++)
        fill(&w, l->rewards + i, 0, lanes);
    for (int i = 0; i < p->n_labels; i++)
        fill(&w, l->first_times + i, (double)INFINITY, lanes);
    for (int i = 0; i < l->n_counts; i++)
        for (lane_set rest = lanes; rest; rest &= rest - 1)
            x->block->counts[i * LANES + lowest(rest)] = 0;
    for (int k = 0; k < p->n_commands; k++) {
        if (p->commands[k].delay == DELAY_FIXED)
            fill(&w, l->timer[k], (double)INFINITY, lanes);
        if (p->commands[k].delay != DELAY_EXPONENTIAL)
            continue;
        for (int v = 0; v < VECTORS; v++) {
            w.stream[v] = ALL(word, (uint64_t)p->commands[k].stream);
            w.number[v] = ALL(word, 0);
        }
        draw(x, &w, vectors_from(lanes), vectors_to(lanes), false);
        for (int v = vectors_from(lanes); v < vectors_to(lanes); v++) {
            double *timer = row_at(&w, l->timer[k], v);
            store(timer, choose(mask_at(lanes, v), w.fresh[v], load(timer)));
        }
    }
}

const struct kernel KERNEL = {run, begin};
