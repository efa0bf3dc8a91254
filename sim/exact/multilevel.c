/*
 * The stationary distribution of a large irreducible chain: Gauss-Seidel sweeps, and aggregation over many levels for
 * what sweeps alone would take for ever.
 *
 * A sweep sets each probability to what flows in over the rate at which the state is left,
 *
 *     x(i) = sum over j of x(j) rate(j, i) / exit(i),
 *
 * with the newest values. All terms are positive, so a probability of 1e-30 is as exact as one of a half. Sweeps settle
 * quickly how neighbours stand to one another, and slowly how much there is in one region compared with another.
 *
 * That is what aggregation is for. States are put into groups of about three that lead to one another. Given how the
 * probability is shared within groups, the groups are a chain of their own: its rate from I to J is the sum of
 * x(i) rate(i, j) / X(I). Its stationary distribution, found in the same way on ever smaller chains, says how much each
 * group holds altogether, and all its members are scaled to that. Once x is right, nothing changes any more, since the
 * chain of the groups has the sums as its stationary distribution. Nearly decomposable chains and chains of weakly
 * coupled queues, on which sweeps creep, take some dozens of cycles. The smallest chain is solved by elimination.
 *
 * Groups are built once: each state is joined by those from which it is most probably entered next. What depends on x
 * are only the rates, which are computed anew in each cycle: the place of each transition in the coarser chain is kept.
 *
 * Sweeps run on all cores: a large chain is cut in a fixed number of parts, and a sweep sees the newest values of its
 * own part and those before the sweep of the others. So the bits do not depend on how many threads there are.
 *
 * Probabilities below 1e-290 are kept at 1e-290: 300 orders of magnitude are not enough for the tails of some chains.
 * So those below MULTILEVEL_LEAST are not to be relied on.
 *
 * Cost: a cycle takes the time of about 15 sweeps. Memory: the transitions twice more (transposed, and the coarser
 * levels) and 4 bytes for each on each level.
 *
 * G. Horton, S. Leutenegger: A multi-level solution algorithm for steady-state Markov chains. SIGMETRICS 1994.
 * U. Krieger: On a two-level multigrid solution method for finite Markov chains. Linear Algebra Appl. 223, 1995.
 * H. De Sterck and others: Multilevel adaptive aggregation for Markov chains. SIAM J. Scientific Computing 30, 2008.
 */
#include "exact/multilevel.h"

#include "exact/crew.h"
#include "exact/gth.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_LEVELS = 40,
    GROUP = 3,            /* states of a group, and one more that would be left alone */
    SWEEPS = 3,           /* before and after the coarser level */
    ELIMINATED = 300,     /* states of a level that is not made coarser, */
    MOST_ELIMINATED = 2000, /* and of a last one that is still eliminated */
    LAST_SWEEPS = 50,     /* on a last level that is not */
    PARTS = 8, MANY = 300000, /* of a chain with so many states or more */
    BLOCK = 4096,         /* states of one partial sum */
};

#define TINY 1e-290 /* no probability is below */
#define SLOW 1e-300 /* no rate of a coarser level is below */

#define NONE UINT32_MAX

struct level {
    uint32_t  n;
    uint64_t *row;      /* what leads into each state */
    uint32_t *from;
    double   *rate, *stay, *x; /* stay: the mean time until it is left, 1 / exit rate */
    double   *old;      /* x before the sweep, of a chain in parts; else NULL */
    uint32_t *group;    /* of each state: its state in the next level; NULL in the last one */
    uint32_t *first, *member; /* of each group: where its members begin */
    uint32_t *place;    /* of each transition: which one it adds to in the next level, or NONE */
    double   *per;      /* of each group: 1 / what it held before the next level was solved */
};

struct multilevel {
    struct chain  into;
    struct level  levels[MOST_LEVELS];
    int           n_levels;
    struct crew  *crew;
    double       *last;  /* x of the first level before a cycle, or before the last sweep */
};

/* ---- sweeps ---- */

/* Where a part of so many things begins. */
static uint32_t part_begin(uint32_t n, int part, int parts)
{
    return (uint32_t)((uint64_t)n * (uint64_t)part / (uint64_t)parts);
}

/* A large chain is worked on in parts, always the same ones. */
static int parts_of(const struct level *l)
{
    return l->old ? PARTS : 1;
}

/* What flows into a state, of its part (begin, and so many states) as it is now, else as it was before the sweep. */
static inline double inflow(const struct level *l, uint32_t i, uint32_t begin, uint32_t size, const double *old)
{
    double sum = 0;
    for (uint64_t k = l->row[i], stop = l->row[i + 1]; k < stop; k++) {
        const uint32_t j = l->from[k];
        sum += (j - begin < size ? l->x : old)[j] * l->rate[k];
    }
    return sum;
}

static void sweep_part(void *context, int part)
{
    struct level *l = context;
    const uint32_t begin = part_begin(l->n, part, parts_of(l)), end = part_begin(l->n, part + 1, parts_of(l));
    double *const x = l->x, *const old = l->old ? l->old : x;
    for (uint32_t i = begin; i < end; i++) {
        double new = inflow(l, i, begin, end - begin, old) * l->stay[i];
        x[i] = new > TINY ? new : TINY;
    }
}

static void copy_part(void *context, int part)
{
    struct level *l = context;
    const uint32_t begin = part_begin(l->n, part, parts_of(l)), end = part_begin(l->n, part + 1, parts_of(l));
    memcpy(l->old + begin, l->x + begin, (end - begin) * sizeof *l->x);
}

static void sweep(struct level *l, struct crew *crew)
{
    if (l->old)
        crew_run(crew, copy_part, l, parts_of(l));
    crew_run(crew, sweep_part, l, parts_of(l));
}

/* Makes x add up to 1. The sum is taken in blocks, which rounds less than one by one. */
static void normalise(struct level *l)
{
    double sum = 0;
    for (uint32_t b = 0; b < l->n; b += BLOCK) {
        double part = 0;
        for (uint32_t i = b; i < l->n && i < b + BLOCK; i++)
            part += l->x[i];
        sum += part;
    }
    for (uint32_t i = 0; i < l->n; i++)
        l->x[i] /= sum;
}

/* ---- groups ---- */

/* How probably a transition into a state is the next one of the state that it comes from. */
static double strength(const struct level *l, uint64_t k)
{
    return l->rate[k] * l->stay[l->from[k]];
}

/* The state outside all groups from which one of the members is entered most probably; NONE if there is none. */
static uint32_t closest(const struct level *l, const uint32_t *members, int n)
{
    uint32_t best = NONE;
    double most = 0;
    for (int m = 0; m < n; m++)
        for (uint64_t k = l->row[members[m]]; k < l->row[members[m] + 1]; k++)
            if (l->group[l->from[k]] == NONE && strength(l, k) > most) {
                most = strength(l, k);
                best = l->from[k];
            }
    return best;
}

/* The group that a state left alone joins, or a new one. */
static uint32_t group_to_join(const struct level *l, uint32_t state, const uint8_t *size, uint32_t n_groups)
{
    uint32_t best = n_groups;
    double most = 0;
    for (uint64_t k = l->row[state]; k < l->row[state + 1]; k++) {
        uint32_t group = l->group[l->from[k]];
        if (group != NONE && size[group] <= GROUP && strength(l, k) > most) {
            most = strength(l, k);
            best = group;
        }
    }
    return best;
}

/* Puts all states into groups. Returns how many there are. */
static uint32_t make_groups(struct level *l)
{
    uint8_t *size = memory_new(l->n, sizeof *size);
    uint32_t n = 0;
    l->group = memory_grow(NULL, l->n, sizeof *l->group);
    for (uint32_t i = 0; i < l->n; i++)
        l->group[i] = NONE;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t members[GROUP] = {i};
        int n_members = 1;
        if (l->group[i] != NONE)
            continue;
        l->group[i] = n;
        while (n_members < GROUP && (members[n_members] = closest(l, members, n_members)) != NONE)
            l->group[members[n_members++]] = n;
        if (n_members == 1)
            l->group[i] = NONE;
        else
            size[n++] = (uint8_t)n_members;
    }
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->group[i] != NONE)
            continue;
        l->group[i] = group_to_join(l, i, size, n);
        n += l->group[i] == n;
        size[l->group[i]]++;
    }
    free(size);
    return n;
}

static void list_members(struct level *l, uint32_t n_groups)
{
    l->first = memory_new((size_t)n_groups + 2, sizeof *l->first);
    l->member = memory_new(l->n, sizeof *l->member);
    uint32_t *begin = l->first + 1; /* moves up to the end of its group as that is filled */
    for (uint32_t i = 0; i < l->n; i++)
        begin[l->group[i] + 1]++;
    for (uint32_t g = 0; g < n_groups; g++)
        begin[g + 1] += begin[g];
    for (uint32_t i = 0; i < l->n; i++)
        l->member[begin[l->group[i]]++] = i;
}

/*
 * Which transitions there are between groups, and which of those each transition belongs to. Fails if they are more
 * than `place` can number.
 */
static bool list_transitions(struct level *l, struct level *next, uint32_t n_groups)
{
    uint64_t *seen = memory_new(n_groups, sizeof *seen), n = 0, capacity = l->row[l->n] / 2 + 16;
    l->place = memory_grow(NULL, l->row[l->n], sizeof *l->place);
    next->row = memory_new((size_t)n_groups + 1, sizeof *next->row);
    next->from = memory_grow(NULL, capacity, sizeof *next->from);
    for (uint32_t g = 0; g < n_groups; g++) {
        const uint64_t begin = n;
        for (uint32_t m = l->first[g]; m < l->first[g + 1]; m++)
            for (uint64_t k = l->row[l->member[m]]; k < l->row[l->member[m] + 1]; k++) {
                const uint32_t other = l->group[l->from[k]];
                if (other == g) {
                    l->place[k] = NONE;
                    continue;
                }
                if (seen[other] < begin || seen[other] >= n || next->from[seen[other]] != other) {
                    if (n == NONE) {
                        free(seen);
                        return false;
                    }
                    if (n == capacity)
                        next->from = memory_grow(next->from, capacity += capacity / 2, sizeof *next->from);
                    seen[other] = n;
                    next->from[n++] = other;
                }
                l->place[k] = (uint32_t)seen[other];
            }
        next->row[g + 1] = n;
    }
    next->from = memory_grow(next->from, n, sizeof *next->from);
    free(seen);
    return true;
}

static void level_alloc(struct level *l, uint32_t n)
{
    l->n = n;
    l->stay = memory_new(n, sizeof *l->stay);
    l->x = memory_new(n, sizeof *l->x);
    l->old = n >= MANY ? memory_new(n, sizeof *l->old) : NULL;
}

/* The rates into a group, by how the probability is shared within groups at present. */
static void aggregate_into(const struct level *l, struct level *next, uint32_t g)
{
    const uint64_t begin = next->row[g];
    double *const rate = next->rate;
    for (uint64_t k = begin; k < next->row[g + 1]; k++)
        rate[k] = 0;
    for (uint32_t m = l->first[g]; m < l->first[g + 1]; m++)
        for (uint64_t k = l->row[l->member[m]], end = l->row[l->member[m] + 1]; k < end; k++) {
            const bool inside = l->place[k] == NONE; /* no branch, which could not be foreseen */
            rate[inside ? begin : l->place[k]] += inside ? 0 : l->x[l->from[k]] * l->rate[k];
        }
    for (uint64_t k = begin; k < next->row[g + 1]; k++) {
        const double mean = rate[k] * l->per[next->from[k]];
        rate[k] = mean > SLOW ? mean : SLOW;
    }
}

static void sum_part(void *context, int part)
{
    struct level *l = context, *next = l + 1;
    const uint32_t end = part_begin(next->n, part + 1, parts_of(l));
    for (uint32_t g = part_begin(next->n, part, parts_of(l)); g < end; g++) {
        double sum = 0;
        for (uint32_t m = l->first[g]; m < l->first[g + 1]; m++)
            sum += l->x[l->member[m]];
        next->x[g] = sum;
        l->per[g] = 1 / sum;
    }
}

static void aggregate_part(void *context, int part)
{
    struct level *l = context, *next = l + 1;
    const uint32_t end = part_begin(next->n, part + 1, parts_of(l));
    for (uint32_t g = part_begin(next->n, part, parts_of(l)); g < end; g++)
        aggregate_into(l, next, g);
}

/* The chain of the groups of a level becomes the next one. */
static void aggregate(struct level *l, struct crew *crew)
{
    struct level *next = l + 1;
    crew_run(crew, sum_part, l, parts_of(l));
    crew_run(crew, aggregate_part, l, parts_of(l));
    memset(next->stay, 0, next->n * sizeof *next->stay);
    for (uint64_t k = 0; k < next->row[next->n]; k++)
        next->stay[next->from[k]] += next->rate[k];
    for (uint32_t g = 0; g < next->n; g++)
        next->stay[g] = 1 / next->stay[g];
}

/* Makes a level the last one. */
static void drop_groups(struct level *l, struct level *next)
{
    free(l->group);
    free(l->first);
    free(l->member);
    free(l->place);
    l->group = l->first = l->member = l->place = NULL;
    free(next->row);
    free(next->from);
    *next = (struct level){0};
}

/* Levels of ever fewer states, until elimination can do it or no more states find together. */
static void build_levels(struct multilevel *m)
{
    while (m->levels[m->n_levels - 1].n > ELIMINATED && m->n_levels < MOST_LEVELS) {
        struct level *l = &m->levels[m->n_levels - 1], *next = l + 1;
        uint32_t n = make_groups(l);
        if (n > l->n - l->n / 5) {
            drop_groups(l, next);
            return;
        }
        list_members(l, n);
        if (!list_transitions(l, next, n)) {
            drop_groups(l, next);
            return;
        }
        level_alloc(next, n);
        next->rate = memory_new(next->row[n], sizeof *next->rate);
        l->per = memory_new(n, sizeof *l->per);
        aggregate(l, m->crew);
        m->n_levels++;
    }
}

/* ---- cycles ---- */

static void solve_last(struct level *l, struct crew *crew)
{
    const size_t n = l->n;
    if (n > MOST_ELIMINATED) {
        for (int i = 0; i < LAST_SWEEPS; i++)
            sweep(l, crew);
        return;
    }
    double *rates = memory_new(n * n, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = l->row[i]; k < l->row[i + 1]; k++)
            rates[l->from[k] * n + i] = l->rate[k];
    double floor;
    if (!gth_solve(l->n, rates, l->x, &floor))
        l->x[0] = NAN; /* spreads, and is seen in the difference */
    free(rates);
}

/* What the next level says of a group is spread over its members. */
static void spread_part(void *context, int part)
{
    struct level *l = context, *next = l + 1;
    const uint32_t end = part_begin(l->n, part + 1, parts_of(l));
    for (uint32_t i = part_begin(l->n, part, parts_of(l)); i < end; i++)
        l->x[i] *= next->x[l->group[i]] * l->per[l->group[i]];
}

static void cycle(struct multilevel *m, int number)
{
    struct level *l = &m->levels[number], *next = l + 1;
    if (number == m->n_levels - 1) {
        solve_last(l, m->crew);
        return;
    }
    for (int i = 0; i < SWEEPS; i++)
        sweep(l, m->crew);
    aggregate(l, m->crew);
    cycle(m, number + 1);
    normalise(next);
    crew_run(m->crew, spread_part, l, parts_of(l));
    for (int i = 0; i < SWEEPS; i++)
        sweep(l, m->crew);
}

/* The greatest relative difference of x to what it was; infinite if that is no number. */
static double difference(const struct level *l, const double *last)
{
    double most = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        double by = fabs(l->x[i] - last[i]);
        if (!isfinite(by))
            return INFINITY;
        if (by > most * l->x[i] && l->x[i] > MULTILEVEL_LEAST)
            most = by / l->x[i];
    }
    return most;
}

/*
 * Prepares to improve `probability`, which must begin with a value above 0 for each state, and stays the caller's. The
 * chain is irreducible and has two states or more.
 */
struct multilevel *multilevel_new(const struct chain *chain, double *probability, int threads)
{
    struct multilevel *m = memory_new(1, sizeof *m);
    struct level *first = &m->levels[0];
    m->crew = crew_new(chain->n_states >= MANY ? threads : 1);
    m->n_levels = 1;
    chain_transpose(chain, &m->into);
    *first = (struct level){.n = chain->n_states, .row = m->into.row, .from = m->into.target, .rate = m->into.rate};
    first->stay = chain_exit_rates(chain);
    for (uint32_t i = 0; i < first->n; i++)
        first->stay[i] = 1 / first->stay[i];
    first->x = probability;
    first->old = first->n >= MANY ? memory_new(first->n, sizeof *first->old) : NULL;
    m->last = memory_new(first->n, sizeof *m->last);
    normalise(first);
    return m;
}

/* Gives it back. */
void multilevel_free(struct multilevel *m)
{
    for (int i = 0; i < m->n_levels; i++) {
        struct level *l = &m->levels[i];
        free(l->stay);
        free(l->old);
        free(l->group);
        free(l->first);
        free(l->member);
        free(l->place);
        free(l->per);
        if (i == 0)
            continue;
        free(l->row);
        free(l->from);
        free(l->rate);
        free(l->x);
    }
    crew_free(m->crew);
    chain_free(&m->into);
    free(m->last);
    free(m);
}

/* So many sweeps, 1 or more. Returns the greatest relative change of a state above MULTILEVEL_LEAST by the last. */
double multilevel_sweeps(struct multilevel *m, int count)
{
    struct level *first = &m->levels[0];
    for (int i = 0; i < count; i++) {
        if (i == count - 1)
            memcpy(m->last, first->x, first->n * sizeof *first->x);
        sweep(first, m->crew);
    }
    return difference(first, m->last);
}

/* One cycle over all levels, which the first one builds; then x adds up to 1. Returns as multilevel_sweeps does. */
double multilevel_cycle(struct multilevel *m)
{
    struct level *first = &m->levels[0];
    if (m->n_levels == 1)
        build_levels(m);
    normalise(first);
    memcpy(m->last, first->x, first->n * sizeof *first->x);
    cycle(m, 0);
    normalise(first);
    return difference(first, m->last);
}
