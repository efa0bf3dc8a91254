/*
 * Where a chain ends up, and how long that takes: as the long run of another chain.
 *
 * Let the chain begin anew whenever it enters one of the classes. What results, on the states before, is an irreducible
 * chain whose long run consists of independent cycles. With its stationary distribution p and the rate f(c) = sum over
 * i of p(i) rate(i, class c) at which cycles end in c,
 *
 *     P(it ends up in c) = f(c) / sum of all f,     mean time until then = 1 / sum of all f.
 *
 * So the solvers of stationary distributions, which lose nothing to subtraction and know how far they are from the
 * truth, also do this: a mean time of 1e15 is as exact as one of 1.
 *
 * Cost: the rows of the states before once more, and a stationary distribution.
 */
#include "exact/absorb.h"

#include "exact/stationary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OFF 0.1 /* of the rate of ends, from states below the floor */

struct renewal {
    const struct chain *whole;
    const uint32_t *class;
    uint32_t *found, *place;   /* the states before, breadth-first; initial ones first */
    uint32_t  n_seeds;
    double   *again;           /* of each initial one among them: the probability that a cycle begins there */
    struct chain chain;
    uint64_t  capacity;
};

static int compare_states(const void *one, const void *other)
{
    uint32_t x = *(const uint32_t *)one, y = *(const uint32_t *)other;
    return x < y ? -1 : x > y;
}

/* Adds rate to what row i, the last one, leads to; `slot` says where a target stands in it, if it is not stale. */
static void add_rate(struct renewal *r, uint32_t i, uint32_t target, double rate, uint64_t *slot)
{
    struct chain *chain = &r->chain;
    if (target == i || rate == 0)
        return;
    uint64_t at = slot[target];
    if (at >= chain->row[i] && at < chain->n_transitions && chain->target[at] == target) {
        chain->rate[at] += rate;
        return;
    }
    if (chain->n_transitions == r->capacity) {
        r->capacity = r->capacity + r->capacity / 2 + 64;
        chain->target = memory_grow(chain->target, r->capacity, sizeof *chain->target);
        chain->rate = memory_grow(chain->rate, r->capacity, sizeof *chain->rate);
    }
    slot[target] = chain->n_transitions;
    chain->target[chain->n_transitions] = target;
    chain->rate[chain->n_transitions++] = rate;
}

/* Targets rise within a row. `rate_of` has room for every state. */
static void sort_row(struct chain *chain, uint32_t i, double *rate_of)
{
    const size_t n = chain->n_transitions - chain->row[i];
    if (n == 0) /* perhaps of all rows, so that there are no arrays */
        return;
    uint32_t *target = &chain->target[chain->row[i]];
    double *rate = &chain->rate[chain->row[i]];
    for (size_t k = 0; k < n; k++)
        rate_of[target[k]] = rate[k];
    qsort(target, n, sizeof *target, compare_states);
    for (size_t k = 0; k < n; k++)
        rate[k] = rate_of[target[k]];
}

/* The chain that begins anew where the whole one would be absorbed. */
static void build(struct renewal *r, uint32_t n)
{
    const struct chain *whole = r->whole;
    struct chain *chain = &r->chain;
    uint64_t *slot = memory_new(n, sizeof *slot);
    double *rate_of = memory_new(n, sizeof *rate_of);
    chain->n_states = n;
    chain->row = memory_new((size_t)n + 1, sizeof *chain->row);
    for (uint32_t i = 0; i < n; i++) {
        chain->row[i] = chain->n_transitions;
        for (uint64_t k = whole->row[r->found[i]]; k < whole->row[r->found[i] + 1]; k++) {
            if (r->class[whole->target[k]] == ABSORB_TRANSIENT)
                add_rate(r, i, r->place[whole->target[k]], whole->rate[k], slot);
            for (uint32_t j = 0; r->class[whole->target[k]] != ABSORB_TRANSIENT && j < r->n_seeds; j++)
                add_rate(r, i, j, whole->rate[k] * r->again[j], slot);
        }
        sort_row(chain, i, rate_of);
        chain->row[i + 1] = chain->n_transitions;
    }
    free(slot);
    free(rate_of);
}

/* Adds to a sum without losing digits to many terms (Neumaier 1974). All is 0 or more. */
static void add_term(double *sum, double *lost, double term)
{
    double next = *sum + term;
    *lost += *sum >= term ? (*sum - next) + term : (term - next) + *sum;
    *sum = next;
}

/* The rates at which cycles end in the classes, added to flow. Returns their sum. */
static double add_flows(const struct renewal *r, const double *stationary, double *flow, uint32_t n_classes)
{
    const struct chain *whole = r->whole;
    double sum = 0, sum_lost = 0, *lost = memory_new(n_classes, sizeof *lost);
    for (uint32_t i = 0; i < r->chain.n_states; i++)
        for (uint64_t k = whole->row[r->found[i]]; k < whole->row[r->found[i] + 1]; k++) {
            uint32_t class = r->class[whole->target[k]];
            if (class == ABSORB_TRANSIENT)
                continue;
            add_term(&flow[class], &lost[class], stationary[i] * whole->rate[k]);
            add_term(&sum, &sum_lost, stationary[i] * whole->rate[k]);
        }
    for (uint32_t c = 0; c < n_classes; c++)
        flow[c] += lost[c];
    free(lost);
    return sum + sum_lost;
}

/* Counts what begins in a class at once, and finds the others. Returns the probability of beginning before. */
static double begin(struct renewal *r, double *probability)
{
    const struct chain *whole = r->whole;
    double before = 0;
    for (uint32_t i = 0; i < whole->n_initial; i++) {
        uint32_t state = whole->initial[i];
        if (whole->initial_probability[i] == 0)
            continue;
        if (r->class[state] != ABSORB_TRANSIENT) {
            probability[r->class[state]] += whole->initial_probability[i];
            continue;
        }
        r->found[r->n_seeds] = state;
        r->again[r->n_seeds++] = whole->initial_probability[i];
        before += whole->initial_probability[i];
    }
    for (uint32_t i = 0; i < r->n_seeds; i++)
        r->again[i] /= before;
    return before;
}

/* Sets in flow how much the rates at which cycles end in the classes may be off if each state is, by the floor. */
static double add_floors(const struct renewal *r, uint32_t n_classes, double floor, double *stationary, double *flow)
{
    memset(flow, 0, n_classes * sizeof *flow);
    for (uint32_t i = 0; i < r->chain.n_states; i++)
        stationary[i] = floor;
    return add_flows(r, stationary, flow, n_classes);
}

static bool fail_rare(struct error *error)
{
    return error_add(error, FAULT_SYSTEM, "the end is too rare: the mean time until then is too large for a double, or "
                     "for the solver to know");
}

static bool solve(struct renewal *r, uint32_t n, double before, struct solver *solver, double *probability,
                  uint32_t n_classes, double *mean_time, struct error *error)
{
    double *stationary = memory_new(n, sizeof *stationary), *flow = memory_new(n_classes, sizeof *flow), off = 0;
    build(r, n);
    bool good = stationary_solve(&r->chain, solver, stationary, error);
    double all = good ? add_flows(r, stationary, flow, n_classes) : 1;
    for (uint32_t c = 0; c < n_classes; c++)
        probability[c] += before * (flow[c] / all);
    *mean_time = before / all;
    double all_off = good ? add_floors(r, n_classes, solver->floor, stationary, flow) : 0;
    for (uint32_t c = 0; c < n_classes; c++)
        off = fmax(off, before * (flow[c] / all));
    solver->floor = off;
    solver->error_bound += all_off / all;
    if (good && !(isfinite(*mean_time) && all_off / all < MOST_OFF))
        good = fail_rare(error);
    free(stationary);
    free(flow);
    return good;
}

/*
 * Each state is in a class, 0 or more, or ABSORB_TRANSIENT; from each reachable state of the latter kind some class can
 * be reached. Sets the probability that each class is the first to be entered, and the mean time until one is.
 * Initial states are listed once each. solver->error_bound is relative, of all that is set, and solver->floor what
 * the probabilities may be off beside. Fails as stationary_solve does, and where the mean time is beyond what can be
 * known.
 */
bool absorb_solve(const struct chain *chain, const uint32_t *class, uint32_t n_classes, struct solver *solver,
                  double *probability, double *mean_time, struct error *error)
{
    const uint32_t n = chain->n_states;
    struct renewal r = {.whole = chain, .class = class};
    bool *closed = memory_new(n, sizeof *closed), good = true;
    r.found = memory_new(n, sizeof *r.found);
    r.place = memory_new(n, sizeof *r.place);
    r.again = memory_new(chain->n_initial, sizeof *r.again);
    memset(probability, 0, n_classes * sizeof *probability);
    *mean_time = 0;
    solver->error_bound = 0;
    solver->floor = 0;
    for (uint32_t i = 0; i < n; i++)
        closed[i] = class[i] != ABSORB_TRANSIENT;
    double before = begin(&r, probability);
    if (r.n_seeds > 0) {
        uint32_t n_before = chain_reach(chain, closed, r.n_seeds, r.found, r.place);
        good = solve(&r, n_before, before, solver, probability, n_classes, mean_time, error);
    }
    free(closed);
    free(r.found);
    free(r.place);
    free(r.again);
    chain_free(&r.chain);
    return good;
}
