/*
 * Transient probabilities by uniformisation.
 *
 * With q at least every exit rate, P = I + Q/q is a matrix of probabilities, and the chain is the chain in discrete
 * time P, stepped at the events of a Poisson process of rate q (Jensen). With x(k) = x(0) P^k and N Poisson of mean q t
 *
 *     probability at t           = sum over k of P(N = k) x(k),
 *     time spent in each by t    = sum over k of P(N > k) / q x(k).
 *
 * Nothing is ever subtracted, so that small probabilities are right relative to themselves. Five things make it fast:
 *
 * Segments. [0, t] is cut in segments of some thousand steps. Between them, states that hold next to nothing are
 * emptied, and the chain is restricted to what the others can still reach. A rollout that is over has no more of the
 * fast steps of its beginning, so q falls and with it the number of steps: this is adaptive uniformisation (van Moorsel
 * and Sanders), with segments for its jumps.
 *
 * A window. States are numbered breadth-first, so after k steps only a first part of them can have been reached. A
 * state at the end of this part that holds next to nothing is emptied again, and so what is computed grows no further
 * than the probability does.
 *
 * Rest. When nothing moves any more, the rest of the time is known. Let d be the sum of |x(k + 1) - x(k)|: P cannot
 * increase it, so m steps later x has moved by at most m d. It is done when that is below the precision for all the
 * steps that are left, and a segment is when it is for those of the segment. Changes by a few units of rounding are
 * left out of that, since they never end; for the error bound, d is taken from the flows in and out of each state,
 * where being slow is not mistaken for rest, however small the flow is beside what the state holds.
 *
 * Doubling. What is left of a small chain over a long time is done by doubling.c in some dozens of products.
 *
 * The product with P is taken row by row over what leads into a state, on all cores. Each sum has its own order, so
 * the bits do not depend on the number of threads.
 *
 * Error bound: what is emptied, plus twice what the Poisson weights leave out of each segment (it is missing, and the
 * others are scaled up by as much) and their rounding, plus m d where it rests, plus rounding: each step that is done
 * at most (d + 4) 2^-53 of all probability, for d transitions into a state (this is the worst case, and mostly by far
 * the largest part). It bounds the sum of the errors of all probabilities, and of all times spent relative to t. A
 * bound above MOST_ERROR says nothing: that is an error and no answer.
 *
 * Cost: q t steps (until rest), each two operations per transition of the restricted chain. Memory: the transitions
 * once more, and 40 bytes a state.
 *
 * A. Jensen: Markoff chains as an aid in the study of Markoff processes. Skandinavisk Aktuarietidskrift 36, 1953.
 * A. van Moorsel, W. Sanders: Adaptive uniformization. Stochastic Models 10, 1994.
 * W. K. Grassmann: Transient solutions in Markovian queueing systems. Computers and Operations Research 4, 1977.
 */
#include "exact/transient.h"

#include "exact/crew.h"
#include "exact/doubling.h"
#include "exact/poisson.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_SEGMENT = 4096, /* steps; each segment that changes nothing doubles them, up to */
    LAST_SEGMENT = 1 << 17,
    CALM_SEGMENT = 1 << 24, /* steps after a segment that came to rest, of which few are done */
    CHECK_STEPS = 32,     /* between two looks whether it rests */
    PART = 16384,         /* states of a step that one thread does */
    DECADES = 40,         /* of probabilities below 1 that are told apart */
    MOST_DOUBLED = 400,   /* states of a chain that is small */
};

#define STAY_ULPS 160 /* what a step may be off beside its sum: 1 - exit / q is 0.02 or more, exit known to 2 ulps */
#define HEADROOM 1.02          /* of q above the greatest exit rate: each state then has some chance to stay */
#define NOISE (4 * DBL_EPSILON) /* a relative change that is no more than rounding */
#define MOST_ERROR 1e-3
#define LEAST_SPEED 1e-290     /* of q, and of 1 / (q t): beyond, a rate may no longer be a number */
#define EMPTIED_SHARE 1e-3     /* of the precision: what may be emptied between two segments */
#define WINDOW_SHARE 1e-7      /* of the precision: what a state at the end of the window must hold */

struct walk {
    const struct chain *chain;
    const bool    *absorbing; /* NULL: none but those without transitions */
    struct solver *solver;
    double    precision;
    uint32_t  n;              /* states of the restricted chain */
    uint32_t *state;          /* their numbers in the whole chain */
    struct chain into;        /* the restricted chain, transposed */
    uint32_t *reach;          /* the last state that one of the first i + 1 leads to in a step */
    double   *exit, *stay;
    double    q;
    uint32_t  window;         /* states from here on have probability 0 */
    double   *x, *y, *sum, *spent;
    double   *whole, *whole_spent; /* of the whole chain; the second may be NULL */
    double    moved;          /* part of the error bound: emptied, cut, and changes that were left out */
    double    steps;          /* for the rounding: done */
    uint32_t  most_in;        /* transitions into a state */
    bool      calm;           /* the last segment came to rest */
    bool      rests;          /* for all the time that is left */
    struct crew *crew;
    double    weight, time;   /* what the present x counts for, in a step */
};

/* ---- the restricted chain ---- */

static bool is_absorbing(const struct walk *w, uint32_t state)
{
    return w->absorbing && w->absorbing[state];
}

/* The greatest power of ten such that all states that hold no more have no more than their share of the precision. */
static double least_kept(const struct walk *w)
{
    double below[DECADES] = {0}, sum = 0;
    int decade = 0;
    for (uint32_t i = 0; i < w->chain->n_states; i++)
        if (w->whole[i] > 0) {
            int at = DECADES + (int)ceil(log10(w->whole[i]));
            below[at < 0 ? 0 : at >= DECADES ? DECADES - 1 : at] += w->whole[i];
        }
    while (decade < DECADES && sum + below[decade] <= w->precision * EMPTIED_SHARE)
        sum += below[decade++];
    return pow(10, decade - 1 - DECADES);
}

/* Empties states that hold next to nothing, then marks what can be reached from the others. Returns how many. */
static uint32_t mark_reachable(struct walk *w, bool *seen)
{
    const struct chain *chain = w->chain;
    const double least = least_kept(w);
    uint32_t *found = memory_grow(NULL, chain->n_states, sizeof *found), n = 0;
    for (uint32_t i = 0; i < chain->n_states; i++) {
        seen[i] = w->whole[i] > least;
        if (seen[i]) {
            found[n++] = i;
        } else {
            w->moved += w->whole[i];
            w->whole[i] = 0;
        }
    }
    for (uint32_t at = 0; at < n; at++) {
        uint32_t i = found[at];
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1] && !is_absorbing(w, i); k++)
            if (!seen[chain->target[k]]) {
                seen[chain->target[k]] = true;
                found[n++] = chain->target[k];
            }
    }
    free(found);
    return n;
}

static void walk_free(struct walk *w)
{
    chain_free(&w->into);
    free(w->state);
    free(w->reach);
    free(w->exit);
    free(w->stay);
    free(w->x);
    free(w->y);
    free(w->sum);
    free(w->spent);
    w->state = w->reach = NULL;
    w->exit = w->stay = w->x = w->y = w->sum = w->spent = NULL;
}

/* Rows of the restricted chain by what leads into a state; `local` is the number of a state in it. */
static void restrict_rows(struct walk *w, const uint32_t *local)
{
    const struct chain *chain = w->chain;
    struct chain part = {.n_states = w->n};
    part.row = memory_new((size_t)w->n + 1, sizeof *part.row);
    for (uint32_t i = 0; i < w->n; i++) {
        uint64_t n = chain->row[w->state[i] + 1] - chain->row[w->state[i]];
        part.row[i + 1] = part.row[i] + (is_absorbing(w, w->state[i]) ? 0 : n);
    }
    part.n_transitions = part.row[w->n];
    part.target = memory_grow(NULL, part.n_transitions, sizeof *part.target);
    part.rate = memory_grow(NULL, part.n_transitions, sizeof *part.rate);
    for (uint32_t i = 0; i < w->n; i++)
        for (uint64_t k = part.row[i], from = chain->row[w->state[i]]; k < part.row[i + 1]; k++, from++) {
            part.target[k] = local[chain->target[from]];
            part.rate[k] = chain->rate[from];
        }
    w->exit = chain_exit_rates(&part);
    w->reach = memory_new(w->n, sizeof *w->reach);
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t last = part.row[i + 1] > part.row[i] ? part.target[part.row[i + 1] - 1] : 0;
        uint32_t before = i > 0 ? w->reach[i - 1] : 0;
        last = last > i ? last : i;
        w->reach[i] = last > before ? last : before;
    }
    chain_transpose(&part, &w->into);
    chain_free(&part);
}

/* Sets q, and what each state keeps in a step. */
static void set_speed(struct walk *w)
{
    w->q = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        uint64_t in = w->into.row[i + 1] - w->into.row[i];
        w->q = w->exit[i] > w->q ? w->exit[i] : w->q;
        w->most_in = in > w->most_in ? (uint32_t)in : w->most_in;
    }
    w->q *= HEADROOM;
    for (uint32_t i = 0; i < w->n; i++)
        w->stay[i] = w->q > 0 ? 1 - w->exit[i] / w->q : 1;
}

static void build(struct walk *w, const bool *seen, uint32_t n)
{
    const uint32_t whole = w->chain->n_states;
    uint32_t *local = memory_grow(NULL, whole, sizeof *local), at = 0;
    walk_free(w);
    w->n = n;
    w->state = memory_new(n, sizeof *w->state);
    w->x = memory_new(n, sizeof *w->x);
    w->y = memory_new(n, sizeof *w->y);
    w->sum = memory_new(n, sizeof *w->sum);
    w->stay = memory_new(n, sizeof *w->stay);
    w->spent = w->whole_spent ? memory_new(n, sizeof *w->spent) : NULL;
    for (uint32_t i = 0; i < whole; i++)
        if (seen[i]) {
            w->state[at] = i;
            local[i] = at++;
        }
    restrict_rows(w, local);
    free(local);
    set_speed(w);
}

/* Brings what is known of the whole chain into the restricted one. */
static void load(struct walk *w)
{
    w->window = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        w->x[i] = w->whole[w->state[i]];
        w->y[i] = 0;
        if (w->x[i] > 0)
            w->window = i + 1;
    }
}

/* And back: the time spent is added, the probabilities are replaced. */
static void store(struct walk *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        w->whole[w->state[i]] = w->x[i];
        if (w->spent)
            w->whole_spent[w->state[i]] += w->spent[i];
    }
    if (w->spent)
        memset(w->spent, 0, w->n * sizeof *w->spent);
}

/* Restricts the chain anew if that saves a tenth of the work or more. Returns whether it did. */
static bool restrict_chain(struct walk *w)
{
    const bool first = !w->state;
    bool *seen = memory_new(w->chain->n_states, sizeof *seen);
    uint32_t n = mark_reachable(w, seen);
    double fastest = 0;
    for (uint32_t i = 0; i < w->n && !first; i++)
        if (seen[w->state[i]] && w->exit[i] > fastest)
            fastest = w->exit[i];
    bool anew = first || n < w->n - w->n / 10 || fastest * HEADROOM < 0.9 * w->q;
    if (anew)
        build(w, seen, n);
    free(seen);
    load(w);
    return anew;
}

/* ---- steps ---- */

/* Adds the present x to the results with these weights. */
static void add_present(struct walk *w, double weight, double time)
{
    for (uint32_t i = 0; i < w->window; i++) {
        w->sum[i] += weight * w->x[i];
        if (w->spent)
            w->spent[i] += time * w->x[i];
    }
}

/* What enters state i in a step, of all that is not there already. */
static double inflow(const struct chain *into, const double *x, uint32_t i)
{
    double sum = 0;
    for (uint64_t k = into->row[i], end = into->row[i + 1]; k < end; k++)
        sum += x[into->target[k]] * into->rate[k];
    return sum;
}

static void step_part(void *context, int part)
{
    struct walk *w = context;
    const uint32_t begin = (uint32_t)part * PART;
    const uint32_t end = w->window - begin < PART ? w->window : begin + PART;
    const double share = 1 / w->q, *const x = w->x;
    for (uint32_t i = begin; i < end; i++) {
        w->y[i] = w->stay[i] * x[i] + share * inflow(&w->into, x, i);
        if (w->weight > 0)
            w->sum[i] += w->weight * x[i];
        if (w->spent)
            w->spent[i] += w->time * x[i];
    }
}

/* y = x P, and x is added to the results with these weights. */
static void step(struct walk *w, double weight, double time)
{
    w->window = w->reach[w->window - 1] + 1;
    w->weight = weight;
    w->time = time;
    crew_run(w->crew, step_part, w, (int)((w->window + PART - 1) / PART));
}

/* After a step: x is the new one, and the window ends with a state that holds something. */
static void advance(struct walk *w)
{
    const double least = w->precision * WINDOW_SHARE;
    double *old = w->x;
    w->x = w->y;
    w->y = old;
    while (w->window > 1 && w->x[w->window - 1] <= least) {
        uint32_t last = --w->window;
        w->moved += w->x[last];
        w->x[last] = w->y[last] = 0;
    }
    w->steps++;
    w->solver->steps++;
}

/* The sum of |y - x|, less what is but rounding. */
static double change(const struct walk *w)
{
    double sum = 0;
    for (uint32_t i = 0; i < w->window; i++) {
        double by = fabs(w->y[i] - w->x[i]);
        sum += by > NOISE * w->x[i] ? by : 0;
    }
    return sum;
}

/* A bound of the sum of |x P - x|: the flows in and out of each state, with the rounding of these. */
static double drift(const struct walk *w)
{
    const double share = 1 / w->q, rounding = (w->most_in + 6) * DBL_EPSILON / 2;
    double sum = 0;
    for (uint32_t i = 0; i < w->window; i++) {
        double in = share * inflow(&w->into, w->x, i), out = share * w->exit[i] * w->x[i];
        sum += fabs(in - out) + rounding * (in + out);
    }
    return sum;
}

/*
 * Whether the chain will hardly move in so many steps more of the segment; w->rests if it will not in those after it,
 * either. By how much it moves is added to the error bound.
 */
static bool is_at_rest(struct walk *w, double steps, double later)
{
    const double by = change(w);
    if (by * steps > w->precision)
        return false;
    w->calm = true;
    w->rests = by * (steps + later) <= w->precision;
    w->moved += drift(w) * (w->rests ? steps + later : steps);
    return true;
}

static double bound_of(const struct walk *w)
{
    return w->moved + w->steps * (w->most_in + 4) * DBL_EPSILON / 2;
}

static bool is_bounded(const struct walk *w, double time, struct error *error)
{
    return bound_of(w) <= MOST_ERROR ||
           error_add(error, FAULT_SYSTEM, "rounding may have changed the probabilities at time %g by %.1g, so there is "
                     "no answer: the time is too long for the rates, of which the greatest is %.3g", time, bound_of(w),
                     w->q / HEADROOM);
}

/* Whether steps and their number are numbers. */
static bool is_in_range(const struct walk *w, double left, struct error *error)
{
    return (w->q >= LEAST_SPEED && w->q * left <= 1 / LEAST_SPEED && w->q <= 1 / LEAST_SPEED) ||
           error_add(error, FAULT_SYSTEM, "rates of %.3g and a time of %.3g are too far apart to compute with",
                     w->q / HEADROOM, left);
}

/* `left` is the share of the time that is still to come. */
static bool may_go_on(struct walk *w, double left, struct error *error)
{
    struct solver *s = w->solver;
    if (chain_stopped(s, error))
        return false;
    if (s->most_steps && s->steps >= s->most_steps)
        return error_add(error, FAULT_SYSTEM, "%llu steps of uniformisation were not enough: %.3g %% of the time is "
                         "left", (unsigned long long)s->steps, 100 * left);
    if (s->on_step)
        s->on_step(s->steps, left, s->context);
    return true;
}

/* What x(k) counts for the probabilities and the time spent; with that of all that follow, if it stays so. */
static void weigh(const struct walk *w, const struct poisson *poisson, uint64_t k, bool for_good, double *weight,
                  double *time)
{
    const uint64_t first = poisson->first, last = poisson->last, i = k < first ? 0 : k - first;
    *weight = k < first ? 0 : poisson->probability[i];
    *time = k < first ? 1 : poisson->above[i];
    if (for_good) {
        *weight = poisson->probability[i] + poisson->above[i];
        *time = k < first ? (double)(first - k) : 0;
        for (uint64_t j = last - first + 1; j-- > i;)
            *time += poisson->above[j];
    }
    *time /= w->q;
}

/* Moves x on by a segment of the time that is left of the whole. */
static bool run_segment(struct walk *w, double segment, double left, double whole, struct error *error)
{
    const double later = left - segment;
    struct poisson poisson;
    double weight, time;
    bool good = true, rests = false;
    uint64_t k = 0;
    if (!poisson_new(w->q * segment, w->precision * EMPTIED_SHARE, &poisson, error))
        return false;
    w->moved += 2 * poisson.cut + poisson.rounding;
    w->calm = false;
    memset(w->sum, 0, w->n * sizeof *w->sum);
    for (; good && !rests && k < poisson.last; k++) {
        weigh(w, &poisson, k, false, &weight, &time);
        step(w, weight, time);
        if (k % CHECK_STEPS == CHECK_STEPS - 1) {
            good = may_go_on(w, (left - segment * (double)k / (double)poisson.last) / whole, error);
            rests = is_at_rest(w, (double)(poisson.last - k), w->q * later);
        }
        advance(w);
    }
    weigh(w, &poisson, k, true, &weight, &time);
    add_present(w, weight, time);
    poisson_free(&poisson);
    if (w->rests && later > 0) /* the present x is then that at the end, and not what was on the way to it */
        return good;
    double *old = w->x;
    w->x = w->sum;
    w->sum = old;
    return good;
}

/* Whether doubling (see doubling.c) takes less work than uniformisation for the time that is left. */
static bool is_for_doubling(const struct walk *w, double left)
{
    const double n = w->n, steps = w->q * left, products = (w->spent ? 2 : 1) * doubling_times(w->q, left) + 40.0;
    return w->n <= MOST_DOUBLED && steps * (double)(w->into.n_transitions + 4 * w->n) > products * n * n * n;
}

static void run_doubling(struct walk *w, double left)
{
    const size_t n = w->n;
    double *rates = memory_new(n * n, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = w->into.row[i]; k < w->into.row[i + 1]; k++)
            rates[w->into.target[k] * n + i] = w->into.rate[k];
    doubling_solve(w->n, rates, left, w->crew, w->x, w->spent);
    int times = doubling_times(w->q, left);
    w->steps += times * (double)n;
    w->solver->steps += (uint64_t)times;
    free(rates);
}

/* Spends so much time in the present probabilities, which move no more. */
static void stay(struct walk *w, double left)
{
    for (uint32_t i = 0; i < w->n; i++)
        w->whole_spent[w->state[i]] += left * w->x[i];
}

/* Prepares for the next segment. Returns how many steps it may have, after one of so many. */
static double next_steps(struct walk *w, double steps)
{
    return restrict_chain(w) ? FIRST_SEGMENT : w->calm ? CALM_SEGMENT : fmin(2 * steps, LAST_SEGMENT);
}

/* All segments, from the present probabilities of the whole chain on. */
static bool run(struct walk *w, double time, struct error *error)
{
    double left = time, steps = FIRST_SEGMENT;
    bool good = true;
    restrict_chain(w);
    while (good && left > 0 && w->q > 0 && !w->rests) {
        if (!is_in_range(w, left, error))
            return false;
        if (is_for_doubling(w, left)) {
            run_doubling(w, left);
            store(w);
            return true;
        }
        double segment = w->q * left < 1.5 * steps ? left : steps / w->q;
        good = run_segment(w, segment, left, time, error) && is_bounded(w, time, error);
        left -= segment;
        store(w);
        if (good && left > 0 && !w->rests)
            steps = next_steps(w, steps);
    }
    if (good && w->spent && left > 0)
        stay(w, left);
    return good;
}

/*
 * Of each state: its probability at the time (0 or more), and the expected time spent in it until then; either may be
 * NULL. States that are `absorbing` (NULL: none) are never left. solver->precision is the error allowed for what is
 * cut off (0: TRANSIENT_PRECISION). solver->error_bound bounds the sum of all errors of the probabilities, and of the
 * times spent relative to `time`. Nothing is subtracted, so rounding is relative to each value as well: a sum of values
 * with weights up to g is within g solver->cut (times `time`, of times spent) and solver->rounding of itself, which is
 * much less where it is small. Fails if stopped, if most_steps (0: any number) are not enough, if rates and time are
 * out of the range of numbers, and if the error bound is above 1e-3, as it is after some 1e12 steps.
 */
bool transient_solve_until(const struct chain *chain, const bool *absorbing, double time, struct solver *solver,
                           double *probability, double *spent, struct error *error)
{
    assert(time >= 0 && time < INFINITY);
    struct walk w = {.chain = chain, .absorbing = absorbing, .solver = solver, .whole_spent = spent};
    w.precision = solver->precision > 0 ? solver->precision : TRANSIENT_PRECISION;
    w.whole = probability ? probability : memory_new(chain->n_states, sizeof *w.whole);
    memset(w.whole, 0, chain->n_states * sizeof *w.whole);
    if (spent)
        memset(spent, 0, chain->n_states * sizeof *spent);
    for (uint32_t i = 0; i < chain->n_initial; i++)
        w.whole[chain->initial[i]] += chain->initial_probability[i];
    w.crew = crew_new(chain_threads(solver));
    bool good = run(&w, time, error) && is_bounded(&w, time, error);
    solver->error_bound = bound_of(&w);
    solver->cut = w.moved;
    solver->rounding = w.steps * (w.most_in + STAY_ULPS) * DBL_EPSILON / 2;
    walk_free(&w);
    crew_free(w.crew);
    if (!probability)
        free(w.whole);
    return good;
}

/* The same for the chain as it is. */
bool transient_solve(const struct chain *chain, double time, struct solver *solver, double *probability,
                     double *spent, struct error *error)
{
    return transient_solve_until(chain, NULL, time, solver, probability, spent, error);
}
