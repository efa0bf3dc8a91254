/*
 * The elimination of gth.c for chains whose states, as numbered, lead to near ones: walks, rings, bands, grids.
 *
 * States are taken out from the last to the first. When k is, rates change only between states below k that have had
 * to do with a state k or above, the front. So it is enough to keep, for each state i, the rates to and from the states
 * up to last(i), the greatest that leads to i or that i leads to: nothing else ever becomes other than 0. Numbered
 * breadth-first, a chain has small fronts if it is long and thin, and a ring of any size has fronts of two.
 *
 * Every probability is as right as that of gth.c, to about n ulps.
 *
 * Cost: the sum of the squares of the fronts, in multiplications; 16 bytes for each state of each front.
 *
 * A. George, J. W. H. Liu: Computer Solution of Large Sparse Positive Definite Systems. Prentice-Hall, 1981, ch. 4.
 */
#include "exact/envelope.h"

#include "exact/gth.h"
#include "exact/wide.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Some states of a front, rising, and a rate to or from each. */
struct side {
    uint32_t  n;
    uint32_t *state;
    double   *rate;
};

struct envelope {
    uint32_t  n;
    uint32_t *last;
    uint64_t *row;       /* where what is kept of a state begins: that with the next state, then the one after */
    double   *up, *down; /* the rate to that state, and from it */
    uint32_t *front, n_front;
    uint32_t *first_of, *next; /* lists of the states with that last */
    struct side in, out; /* of the state taken out */
    double   *share;     /* out.rate / exit */
    double   *exit;      /* of each state taken out */
    double    least_exit;
    bool      lost;      /* rates that a double cannot hold */
};

static uint32_t *find_last(const struct chain *chain)
{
    uint32_t *last = memory_grow(NULL, chain->n_states, sizeof *last);
    for (uint32_t i = 0; i < chain->n_states; i++)
        last[i] = i;
    for (uint32_t i = 0; i < chain->n_states; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++) {
            const uint32_t j = chain->target[k], low = i < j ? i : j, high = i < j ? j : i;
            last[low] = high > last[low] ? high : last[low];
        }
    return last;
}

/* Whether so many multiplications and bytes are enough. */
bool envelope_fits(const struct chain *chain, double most_work, double most_bytes)
{
    const uint32_t n = chain->n_states;
    uint32_t *last = find_last(chain);
    int64_t *change = memory_new((size_t)n + 1, sizeof *change), front = 0; /* of the front, from state to state */
    double work = 0, kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        change[i + 1]++; /* i is in the fronts of i + 1 to last(i) */
        if (last[i] < n - 1)
            change[last[i] + 1]--;
        kept += last[i] - i;
    }
    for (uint32_t k = 0; k < n; k++) {
        front += change[k];
        work += (double)front * (double)front;
    }
    free(last);
    free(change);
    return work <= most_work && kept * 2 * sizeof(double) <= most_bytes;
}

static void side_new(struct side *side, uint32_t n)
{
    side->state = memory_new(n, sizeof *side->state);
    side->rate = memory_new(n, sizeof *side->rate);
}

static void envelope_new(const struct chain *chain, struct envelope *e)
{
    const uint32_t n = chain->n_states;
    *e = (struct envelope){.n = n, .last = find_last(chain), .least_exit = INFINITY};
    e->row = memory_new((size_t)n + 1, sizeof *e->row);
    e->first_of = memory_grow(NULL, n, sizeof *e->first_of);
    e->next = memory_new(n, sizeof *e->next);
    memset(e->first_of, 0xff, n * sizeof *e->first_of);
    for (uint32_t i = 0; i < n; i++) {
        e->row[i + 1] = e->row[i] + (e->last[i] - i);
        e->next[i] = e->first_of[e->last[i]];
        e->first_of[e->last[i]] = i;
    }
    e->up = memory_new(e->row[n], sizeof *e->up);
    e->down = memory_new(e->row[n], sizeof *e->down);
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++) {
            const uint32_t j = chain->target[k];
            if (j > i)
                e->up[e->row[i] + (j - i - 1)] = chain->rate[k];
            else
                e->down[e->row[j] + (i - j - 1)] = chain->rate[k];
        }
    e->front = memory_new(n, sizeof *e->front);
    side_new(&e->in, n);
    side_new(&e->out, n);
    e->share = memory_new(n, sizeof *e->share);
    e->exit = memory_new(n, sizeof *e->exit);
}

static void envelope_free(struct envelope *e)
{
    free(e->last);
    free(e->row);
    free(e->first_of);
    free(e->next);
    free(e->up);
    free(e->down);
    free(e->front);
    free(e->in.state);
    free(e->in.rate);
    free(e->out.state);
    free(e->out.rate);
    free(e->share);
    free(e->exit);
}

/* The front of state k, from that of k + 1. */
static void move_front(struct envelope *e, uint32_t k)
{
    if (e->n_front > 0 && e->front[e->n_front - 1] == k)
        e->n_front--;
    for (uint32_t i = e->first_of[k]; i != NONE; i = e->next[i]) {
        if (i == k)
            continue;
        uint32_t at = e->n_front++;
        for (; at > 0 && e->front[at - 1] > i; at--)
            e->front[at] = e->front[at - 1];
        e->front[at] = i;
    }
}

/* What leads into state k from its front, and out of it. */
static void find_sides(struct envelope *e, uint32_t k)
{
    e->in.n = e->out.n = 0;
    e->exit[k] = 0;
    for (uint32_t f = 0; f < e->n_front; f++) {
        const uint32_t i = e->front[f];
        const uint64_t at = e->row[i] + (k - i - 1);
        e->in.state[e->in.n] = e->out.state[e->out.n] = i;
        e->in.rate[e->in.n] = e->up[at];
        e->out.rate[e->out.n] = e->down[at];
        e->in.n += e->up[at] > 0;
        e->out.n += e->down[at] > 0;
        e->exit[k] += e->down[at];
    }
}

/* The rate from i to j. */
static double *rate_of(const struct envelope *e, uint32_t i, uint32_t j)
{
    return i < j ? &e->up[e->row[i] + (j - i - 1)] : &e->down[e->row[j] + (i - j - 1)];
}

/* Where products may be below what a double can hold. */
static void add_carefully(struct envelope *e, double exit)
{
    for (uint32_t i = 0; i < e->in.n; i++)
        for (uint32_t j = 0; j < e->out.n; j++)
            if (e->in.state[i] != e->out.state[j])
                e->lost |= !wide_add_product(rate_of(e, e->in.state[i], e->out.state[j]), e->in.rate[i],
                                             e->out.rate[j], exit);
}

/* Adds factor times rate to what is kept of `state` with those of the states that are greater. */
static void add_row(const struct envelope *e, double *kept, uint32_t state, double factor, const struct side *side,
                    uint32_t from, const double *rate)
{
    double *row = &kept[e->row[state]];
    for (uint32_t j = from; j < side->n; j++)
        row[side->state[j] - state - 1] += factor * rate[j];
}

/* Takes state k out. Fails if it is left for nowhere. */
static bool eliminate(struct envelope *e, uint32_t k)
{
    double least_in = INFINITY, least_share = 1;
    move_front(e, k);
    find_sides(e, k);
    if (!(e->exit[k] > 0))
        return false;
    e->least_exit = fmin(e->least_exit, e->exit[k]);
    for (uint32_t j = 0; j < e->out.n; j++) {
        e->share[j] = e->out.rate[j] / e->exit[k];
        least_share = fmin(least_share, e->share[j]);
    }
    for (uint32_t i = 0; i < e->in.n; i++)
        least_in = fmin(least_in, e->in.rate[i]);
    if (!(least_share >= DBL_MIN && least_in * least_share >= DBL_MIN)) {
        add_carefully(e, e->exit[k]);
        return true;
    }
    for (uint32_t i = 0, j = 0; i < e->in.n; i++) {
        while (j < e->out.n && e->out.state[j] <= e->in.state[i])
            j++;
        add_row(e, e->up, e->in.state[i], e->in.rate[i], &e->out, j, e->share);
    }
    for (uint32_t j = 0, i = 0; j < e->out.n; j++) {
        while (i < e->in.n && e->in.state[i] <= e->out.state[j])
            i++;
        add_row(e, e->down, e->out.state[j], e->share[j], &e->in, i, e->in.rate);
    }
    return true;
}

/* Each probability from those before. Returns whether all are above 0. */
static bool substitute(const struct envelope *e, double *probability)
{
    struct wide *p = memory_new(e->n, sizeof *p), sum = {0};
    bool good = true;
    for (uint32_t i = 0; i < e->n; i++) {
        p[i] = i == 0 ? wide_scaled(1, 0) : wide_over(p[i], e->exit[i]);
        sum = wide_plus(sum, p[i]);
        good &= p[i].part > 0;
        for (uint32_t j = i + 1; j <= e->last[i]; j++)
            if (e->up[e->row[i] + (j - i - 1)] > 0)
                p[j] = wide_plus(p[j], wide_times(p[i], e->up[e->row[i] + (j - i - 1)]));
    }
    for (uint32_t i = 0; i < e->n; i++)
        probability[i] = wide_share(p[i], sum);
    free(p);
    return good;
}

/*
 * The stationary distribution of an irreducible chain, numbered so that envelope_fits. Sets solver->floor as
 * gth_solve does. Returns false if rates are too far apart for doubles, or, with *stopped, if solver->stop.
 */
bool envelope_solve(const struct chain *chain, struct solver *solver, double *probability, bool *stopped)
{
    struct envelope e;
    bool good = true;
    envelope_new(chain, &e);
    *stopped = false;
    for (uint32_t k = e.n - 1; k > 0 && good && !*stopped; k--) {
        good = eliminate(&e, k);
        *stopped = solver->stop && *solver->stop;
    }
    solver->floor = gth_floor(e.n, e.least_exit, e.lost);
    good = good && !*stopped && solver->floor <= GTH_MOST_FLOOR && substitute(&e, probability);
    envelope_free(&e);
    return good;
}
