/*
 * The exact solver: known answers, and chains of any kind against dense linear algebra.
 *
 * Random chains have fixed seeds. Errors are relative to each state unless said otherwise.
 */
#include "test.h"

#include "chains.h"
#include "exact/components.h"
#include "exact/envelope.h"
#include "exact/gth.h"
#include "exact/multilevel.h"
#include "exact/passage.h"
#include "exact/poisson.h"
#include "exact/space.h"
#include "exact/stationary.h"
#include "exact/steady.h"
#include "exact/transient.h"
#include "models/terms.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The greatest |x - y| / y. */
static double distance(size_t n, const double *x, const double *y)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, y[i] != 0 ? fabs(x[i] - y[i]) / fabs(y[i]) : fabs(x[i]));
    return most;
}

/* The sum of |x - y|. */
static double gap(size_t n, const double *x, const double *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i] - y[i]);
    return sum;
}

/* ---- known answers ---- */

static void known_answers_are_reproduced(void)
{
    int n = 0;
    for (const struct truth *t = truths; t->chain; t++) {
        struct solver solver = {0};
        if (t->tolerance == 0)
            continue;
        double off = truth_exact(t, &solver);
        n++;
        CU_ASSERT_TRUE(off <= t->tolerance);
        CU_ASSERT_TRUE(solver.error_bound < 1e-9);
        if (!(off <= t->tolerance)) {
            struct process *p = t->chain();
            printf("%s, %s, query %d at %g: off by %g, bound %g (%s)\n", p->name, t->what, t->query, t->time, off,
                   solver.error_bound, t->source);
            process_free(p);
        }
    }
    CU_ASSERT_TRUE(n > 40);
}

/* The long-run share of a label of a process. */
static double share_of(struct process *p, const char *label, struct solver *solver)
{
    struct error error = {0};
    struct space space;
    double sum = NAN;
    if (space_build(p, NULL, &space, &error)) {
        const uint32_t n = space.chain.n_states;
        double *share = memory_new(n, sizeof *share), *holds = memory_new(n, sizeof *holds);
        expr wanted = p->labels[process_find_label(p, label)].condition;
        space_values(&space, &wanted, 1, &holds);
        if (steady_solve(&space.chain, solver, share, &error))
            sum = chain_weighted(n, share, holds);
        free(share);
        free(holds);
        space_free(&space);
    }
    CU_ASSERT_PTR_NULL(error.text.data);
    error_free(&error);
    process_free(p);
    return sum;
}

/* Haverkort, Hermanns, Katoen 2000, as computed by others; the size by PRISM. */
static void large_chains_are_solved_as_well(void)
{
    struct space space;
    struct process *p = chain_cluster(32);
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    CU_ASSERT_EQUAL(space.chain.n_states, 38676);
    CU_ASSERT_EQUAL(space.chain.n_transitions, 186400);
    space_free(&space);
    process_free(p);
    struct solver solver = {0};
    double premium = share_of(chain_cluster(64), "premium", &solver);
    CU_ASSERT_TRUE(fabs(premium - .9987027807085693) < 1e-13);
    CU_ASSERT_TRUE(solver.error_bound <= STATIONARY_PRECISION);
}

/* ---- chains given as matrices ---- */

static struct chain chain_of(uint32_t n, const double *rates)
{
    struct chain chain = {.n_states = n, .n_initial = 1};
    chain.row = memory_new((size_t)n + 1, sizeof *chain.row);
    chain.target = memory_new((size_t)n * n, sizeof *chain.target);
    chain.rate = memory_new((size_t)n * n, sizeof *chain.rate);
    chain.initial = memory_new(1, sizeof *chain.initial);
    chain.initial_probability = memory_new(1, sizeof *chain.initial_probability);
    chain.initial_probability[0] = 1;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            if (j != i && rates[(size_t)i * n + j] > 0) {
                chain.target[chain.n_transitions] = j;
                chain.rate[chain.n_transitions++] = rates[(size_t)i * n + j];
            }
        chain.row[i + 1] = chain.n_transitions;
    }
    return chain;
}

static double exit_of(uint32_t n, const double *rates, uint32_t i)
{
    double sum = 0;
    for (uint32_t j = 0; j < n; j++)
        sum += j == i ? 0 : rates[(size_t)i * n + j];
    return sum;
}

/* Each of n states leads to some others, at rates over so many orders of magnitude, and always to the next one. */
static double *random_rates(gsl_rng *r, uint32_t n, double orders)
{
    double *rates = memory_new((size_t)n * n, sizeof *rates);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (j == (i + 1) % n || (j != i && gsl_rng_uniform(r) < 0.3))
                rates[(size_t)i * n + j] = pow(10, -orders * gsl_rng_uniform(r));
    return rates;
}

/* Probabilities at t and times spent until t, by the exponential of [[Q, I], [0, 0]] t (van Loan 1978). */
static void dense_transient(uint32_t n, const double *rates, double t, double *probability, double *spent)
{
    gsl_matrix *a = gsl_matrix_calloc(2 * n, 2 * n), *e = gsl_matrix_alloc(2 * n, 2 * n);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            gsl_matrix_set(a, i, j, t * (i == j ? -exit_of(n, rates, i) : rates[(size_t)i * n + j]));
        gsl_matrix_set(a, i, n + i, t);
    }
    gsl_linalg_exponential_ss(a, e, GSL_PREC_DOUBLE);
    for (uint32_t j = 0; j < n; j++) {
        probability[j] = gsl_matrix_get(e, 0, j);
        spent[j] = gsl_matrix_get(e, 0, n + j);
    }
    gsl_matrix_free(a);
    gsl_matrix_free(e);
}

/* p Q = 0 with the last equation replaced by the sum, by LU. */
static void dense_steady(uint32_t n, const double *rates, double *probability)
{
    gsl_matrix *a = gsl_matrix_calloc(n, n);
    gsl_vector *b = gsl_vector_calloc(n), *x = gsl_vector_alloc(n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    int sign;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            gsl_matrix_set(a, j, i, j == n - 1 ? 1 : i == j ? -exit_of(n, rates, i) : rates[(size_t)i * n + j]);
    gsl_vector_set(b, n - 1, 1);
    gsl_linalg_LU_decomp(a, p, &sign);
    gsl_linalg_LU_solve(a, p, b, x);
    for (uint32_t i = 0; i < n; i++)
        probability[i] = gsl_vector_get(x, i);
    gsl_matrix_free(a);
    gsl_vector_free(b);
    gsl_vector_free(x);
    gsl_permutation_free(p);
}

static void random_chains_agree_with_the_matrix_exponential(void)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(r, 1);
    for (int k = 0; k < 60; k++) {
        const uint32_t n = 2 + (uint32_t)gsl_rng_uniform_int(r, 14);
        double p[16], spent[16], p_dense[16], spent_dense[16], t = pow(10, -2 + 4 * gsl_rng_uniform(r));
        double *rates = random_rates(r, n, 2);
        struct chain chain = chain_of(n, rates);
        struct solver solver = {0};
        struct error error = {0};
        dense_transient(n, rates, t, p_dense, spent_dense);
        CU_ASSERT_TRUE(transient_solve(&chain, t, &solver, p, spent, &error));
        CU_ASSERT_TRUE(gap(n, p, p_dense) < 1e-12);
        CU_ASSERT_TRUE(gap(n, spent, spent_dense) < 1e-12 * t);
        CU_ASSERT_TRUE(solver.error_bound < 1e-10);
        chain_free(&chain);
        free(rates);
    }
    gsl_rng_free(r);
}

static void random_chains_agree_with_dense_solves(void)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(r, 2);
    for (int k = 0; k < 60; k++) {
        const uint32_t n = 2 + (uint32_t)gsl_rng_uniform_int(r, 30);
        double p[32], dense[32], *rates = random_rates(r, n, 3);
        struct chain chain = chain_of(n, rates);
        struct solver solver = {0};
        struct error error = {0};
        dense_steady(n, rates, dense);
        CU_ASSERT_TRUE(steady_solve(&chain, &solver, p, &error));
        CU_ASSERT_TRUE(distance(n, p, dense) < 1e-10);
        chain_free(&chain);
        free(rates);
    }
    gsl_rng_free(r);
}

/* Mean times h solve Q h = -1 off the target; the probability by t is that of the chain with the target absorbing. */
static void passages_agree_with_dense_solves(void)
{
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(r, 3);
    for (int k = 0; k < 40; k++) {
        const uint32_t n = 3 + (uint32_t)gsl_rng_uniform_int(r, 12);
        double *rates = random_rates(r, n, 2), p[16], spent[16], mean, by, ever, t = 3;
        struct chain chain = chain_of(n, rates);
        struct solver solver = {0};
        struct error error = {0};
        bool target[16] = {false};
        target[n - 1] = true;
        for (uint32_t j = 0; j < n; j++)
            rates[(size_t)(n - 1) * n + j] = 0;
        dense_transient(n, rates, t, p, spent);
        CU_ASSERT_TRUE(passage_by(&chain, target, t, &solver, &by, &error));
        CU_ASSERT_TRUE(fabs(by - p[n - 1]) < 1e-12);
        CU_ASSERT_TRUE(passage_ever(&chain, target, &solver, &ever, &error));
        CU_ASSERT_EQUAL(ever, 1);
        CU_ASSERT_TRUE(passage_mean_time(&chain, target, &solver, &mean, &error));
        /* After 1e5 time units all is absorbed: the time spent elsewhere is the mean time. */
        CU_ASSERT_TRUE(transient_solve_until(&chain, target, 1e5, &solver, p, spent, &error));
        double elsewhere = 0;
        for (uint32_t j = 0; j + 1 < n; j++)
            elsewhere += spent[j];
        CU_ASSERT_TRUE(fabs(mean / elsewhere - 1) < 1e-11);
        chain_free(&chain);
        free(rates);
    }
    gsl_rng_free(r);
}

/* ---- hard chains ---- */

/* Rates over 15 orders of magnitude: a birth and death chain has its long run in closed form, and p(t) reaches it. */
static void stiff_chains_keep_their_digits(void)
{
    enum { N = 12 };
    double rates[N * N] = {0}, expected[N], p[N], sum = 0;
    for (int i = 0; i + 1 < N; i++) {
        rates[i * N + i + 1] = pow(10, -15 + 15.0 * i / (N - 2));
        rates[(i + 1) * N + i] = pow(10, -(i * 7 % 4));
    }
    for (int i = 0; i < N; i++) {
        expected[i] = i ? expected[i - 1] * rates[(i - 1) * N + i] / rates[i * N + i - 1] : 1;
        sum += expected[i];
    }
    for (int i = 0; i < N; i++)
        expected[i] /= sum;
    struct chain chain = chain_of(N, rates);
    struct solver solver = {0};
    struct error error = {0};
    CU_ASSERT_TRUE(steady_solve(&chain, &solver, p, &error));
    CU_ASSERT_TRUE(distance(N, p, expected) < 1e-14);
    CU_ASSERT_TRUE(transient_solve(&chain, 1e18, &solver, p, NULL, &error));
    CU_ASSERT_TRUE(distance(N, p, expected) < 1e-12);
    chain_free(&chain);
}

/* Rates at the ends of what a double can hold: the answer is right, or an error. */
static void extreme_rates_are_solved_or_refused(void)
{
    static const struct {
        uint32_t n;
        double rates[9], expected[3];
        bool good;
    } cases[] = {
        {2, {0, 1e200, 1e-200, 0}, {0, 1}, true},
        {2, {0, 1e-200, 1e200, 0}, {1, 0}, true},
        {3, {0, 1, 0, 0, 0, 1e-200, 1e200, 0, 0}, {1e-200, 1, 0}, true},
        {3, {0, 1e-200, 1e-200, 1e-200, 0, 1e200, 1e200, 1e-200, 0}, {1, 0, 0}, true},
        {3, {0, 1e200, 1e-200, 1e200, 0, 1e-200, 0, 1e-300, 0}, {5e-101, 5e-101, 1}, true},
        {3, {0, 0, 1e-200, 1, 0, 1e200, 1e200, 1e-200, 0}, {1, 0, 0}, true},
        {3, {0, 1, 0, 0, 0, 1e-200, 1e-200, 1e200, 0}, {0}, false}, /* from 1 to 0 at 1e-600 */
        {2, {0, 1e308, 1e308, 0}, {0.5, 0.5}, true},
        {3, {0, 1e308, 1e308, 1e308, 0, 0, 1e308, 0, 0}, {0}, false}, /* left at more than a double holds */
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct chain chain = chain_of(cases[k].n, cases[k].rates);
        struct solver solver = {0};
        struct error error = {0};
        double p[3] = {0};
        bool good = steady_solve(&chain, &solver, p, &error);
        CU_ASSERT_EQUAL(good, cases[k].good);
        CU_ASSERT_EQUAL(good, error.count == 0);
        for (uint32_t i = 0; good && i < cases[k].n; i++)
            CU_ASSERT_TRUE(fabs(p[i] - cases[k].expected[i]) <= 1e-14 * cases[k].expected[i] + 1e-300);
        error_free(&error);
        chain_free(&chain);
    }
}

/* A walk on a line, up and down at such rates, that begins at 0. */
static struct chain walk_of(uint32_t n, double up, double down)
{
    struct chain chain = {.n_states = n, .n_initial = 1};
    chain.row = memory_new((size_t)n + 1, sizeof *chain.row);
    chain.target = memory_new((size_t)n * 2, sizeof *chain.target);
    chain.rate = memory_new((size_t)n * 2, sizeof *chain.rate);
    chain.initial = memory_new(1, sizeof *chain.initial);
    chain.initial_probability = memory_new(1, sizeof *chain.initial_probability);
    chain.initial_probability[0] = 1;
    for (uint32_t i = 0; i < n; i++) {
        for (int way = 0; way < 2; way++)
            if (way ? i + 1 < n : i > 0) {
                chain.target[chain.n_transitions] = way ? i + 1 : i - 1;
                chain.rate[chain.n_transitions++] = way ? up : down;
            }
        chain.row[i + 1] = chain.n_transitions;
    }
    return chain;
}

static struct chain two_way_ring_of(uint32_t n)
{
    struct chain chain = walk_of(n, 1, 1);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t one = (i + 1) % n, other = (i + n - 1) % n;
        chain.row[i + 1] = 2 * ((uint64_t)i + 1);
        chain.target[2 * i] = one < other ? one : other;
        chain.target[2 * i + 1] = one < other ? other : one;
        chain.rate[2 * i] = chain.rate[2 * i + 1] = 1;
    }
    chain.n_transitions = 2 * (uint64_t)n;
    return chain;
}

/* What iteration cannot tell from others below its floor is said to be unknown: by the floor, or by an error. */
static void rare_states_are_not_made_up(void)
{
    enum { N = 2500 };
    struct chain chain = walk_of(N, 0.5, 1);
    struct solver fine = {0}, iterating = {.precision = 3e-13}; /* which only iteration can promise */
    struct error error = {0};
    double *x = memory_new(N, sizeof *x), *y = memory_new(N, sizeof *y), mean;
    bool *target = memory_new(N, sizeof *target);
    CU_ASSERT_TRUE(steady_solve(&chain, &fine, x, &error));
    CU_ASSERT_TRUE(steady_solve(&chain, &iterating, y, &error));
    CU_ASSERT_EQUAL(iterating.floor, MULTILEVEL_LEAST);
    CU_ASSERT_TRUE(fine.floor < 1e-300);
    CU_ASSERT_TRUE(x[N - 1] <= fine.floor);
    for (int i = 0; i < N; i++) {
        CU_ASSERT_TRUE(fabs(x[i] - ldexp(0.5, -i)) <= fine.error_bound * x[i] + fine.floor);
        CU_ASSERT_TRUE(fabs(y[i] - ldexp(0.5, -i)) <= iterating.error_bound * y[i] + iterating.floor);
    }
    target[N - 1] = true;
    CU_ASSERT_FALSE(passage_mean_time(&chain, target, &fine, &mean, &error));
    CU_ASSERT_FALSE(passage_mean_time(&chain, target, &iterating, &mean, &error));
    CU_ASSERT_EQUAL(error.count, 2);
    error_free(&error);
    chain_free(&chain);
    free(x);
    free(y);
    free(target);
}

/* As likely up as down, each of 5000 states is as probable as any other; so on a ring; at 3 : 1 the ratio is that. */
static void long_walks_are_solved(void)
{
    enum { N = 5000 };
    double *p = memory_new(N, sizeof *p), *uniform = memory_new(N, sizeof *uniform), mean;
    bool *target = memory_new(N, sizeof *target);
    struct chain walk = walk_of(N, 1, 1), drifting = walk_of(N, 3, 1), ring = two_way_ring_of(N);
    struct solver solver = {0};
    struct error error = {0};
    for (int i = 0; i < N; i++)
        uniform[i] = 1.0 / N;
    CU_ASSERT_TRUE(steady_solve(&walk, &solver, p, &error));
    CU_ASSERT_TRUE(distance(N, p, uniform) <= solver.error_bound);
    CU_ASSERT_TRUE(solver.error_bound < 1e-11);
    target[N - 1] = true;
    CU_ASSERT_TRUE(passage_mean_time(&walk, target, &solver, &mean, &error));
    CU_ASSERT_TRUE(fabs(mean / (N / 2.0 * (N - 1)) - 1) <= solver.error_bound); /* n (n + 1) / 2 for n steps */
    CU_ASSERT_TRUE(steady_solve(&drifting, &solver, p, &error)); /* the first state at 3^-4999 */
    CU_ASSERT_TRUE(fabs(p[N - 1] * 1.5 - 1) <= solver.error_bound);
    CU_ASSERT_TRUE(fabs(p[N - 501] / p[N - 1] / pow(3, -500) - 1) <= 2 * solver.error_bound);
    CU_ASSERT_EQUAL(p[0], 0);
    CU_ASSERT_TRUE(steady_solve(&ring, &solver, p, &error));
    CU_ASSERT_TRUE(distance(N, p, uniform) <= solver.error_bound);
    chain_free(&walk);
    chain_free(&drifting);
    chain_free(&ring);
    error_free(&error);
    free(p);
    free(uniform);
    free(target);
}

/*
 * The mean time to climb n steps at u against d: sum of (1 - (d/u)^k) / (u - d), k = 1..n, so with u = 1/2 and d = 1
 * it is 2 (2^(n+1) - 2 - n). No double can hold it for 1500 steps.
 */
static void mean_times_too_large_are_an_error(void)
{
    static const uint32_t steps[] = {10, 500, 900, 1100, 1500};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        const uint32_t n = steps[k];
        struct chain chain = walk_of(n + 1, 0.5, 1);
        struct solver solver = {0};
        struct error error = {0};
        bool *target = memory_new(n + 1, sizeof *target), good;
        double mean;
        target[n] = true;
        good = passage_mean_time(&chain, target, &solver, &mean, &error);
        CU_ASSERT_EQUAL(good, n < 1000);
        CU_ASSERT_TRUE(!good || fabs(mean / (2 * (ldexp(1, (int)n + 1) - 2 - n)) - 1) < 1e-12);
        CU_ASSERT_TRUE(good || strstr(error.text.data, "the end is too rare"));
        error_free(&error);
        double *rare = memory_new(n + 1, sizeof *rare);
        CU_ASSERT_TRUE(steady_solve(&chain, &solver, rare, &error));
        CU_ASSERT_TRUE(fabs(rare[n] - ldexp(0.5 / (1 - ldexp(0.5, -(int)n)), -(int)n)) <=
                       solver.error_bound * rare[n] + solver.floor);
        free(rare);
        chain_free(&chain);
        free(target);
    }
}

/* Two states at 1e8 jumps: p(t) = 1/3 + 2/3 exp(-3 q t), and the time spent follows from it. */
static void long_times_neither_overflow_nor_underflow(void)
{
    for (double t = 1e-12; t < 1e13; t *= 10) {
        double rates[4] = {0, 2, 1, 0}, p[2], spent[2];
        struct chain chain = chain_of(2, rates);
        struct solver solver = {0};
        struct error error = {0};
        CU_ASSERT_TRUE(transient_solve(&chain, t, &solver, p, spent, &error));
        double other = -2.0 / 3 * expm1(-3 * t), in_other = 2.0 / 3 * (t + expm1(-3 * t) / 3);
        CU_ASSERT_TRUE(fabs(p[1] / other - 1) < 1e-13);
        CU_ASSERT_TRUE(t < 1e-3 || fabs(spent[1] / in_other - 1) < 1e-12);
        CU_ASSERT_TRUE(fabs((spent[0] + spent[1]) / t - 1) < 1e-13);
        chain_free(&chain);
    }
}

/*
 * 500 phases of 4 ms and then, for a day, a component that fails at 1e-3 and is repaired at 1e-2: uniformised as a
 * whole it would take 22 million steps. Time down: l/s (t - 2) - l/s², s = l + m; that of each phase: 4 ms.
 */
static void fast_beginnings_are_left_behind(void)
{
    enum { PHASES = 500, N = PHASES + 2 };
    const double l = 1e-3, m = 1e-2, t = 86400;
    double *rates = memory_new(N * N, sizeof *rates), p[N], spent[N], exit = l + m;
    for (int i = 0; i < PHASES; i++)
        rates[i * N + i + 1] = 250;
    rates[PHASES * N + PHASES + 1] = l;
    rates[(PHASES + 1) * N + PHASES] = m;
    struct chain chain = chain_of(N, rates);
    struct solver solver = {0};
    struct error error = {0};
    CU_ASSERT_TRUE(transient_solve(&chain, t, &solver, p, spent, &error));
    CU_ASSERT_TRUE(fabs(p[N - 1] * exit / l - 1) < 1e-11);
    CU_ASSERT_TRUE(fabs(spent[N - 1] / (l / exit * (t - 2) - l / exit / exit) - 1) < 1e-11);
    for (int i = 0; i < PHASES; i++)
        CU_ASSERT_TRUE(fabs(spent[i] * 250 - 1) < 1e-11);
    CU_ASSERT_TRUE(solver.steps < 20000);
    CU_ASSERT_TRUE(solver.error_bound < 1e-10);
    chain_free(&chain);
    free(rates);
}

/* A transient state leads at 1 : 3 to an absorbing state and to a pair; one state alone is a chain, too. */
static void several_ends_are_weighed(void)
{
    double rates[16] = {0, 1, 3, 0, [11] = 2, [14] = 6}, p[4], one;
    struct chain chain = chain_of(4, rates), alone = chain_of(1, &(double){0});
    struct solver solver = {0};
    struct error error = {0};
    CU_ASSERT_TRUE(steady_solve(&chain, &solver, p, &error));
    CU_ASSERT_TRUE(distance(4, p, (double[]){0, 0.25, 0.75 * 0.75, 0.75 * 0.25}) < 1e-15);
    bool target[4] = {false, false, false, true}, nowhere[4] = {false};
    double ever, mean;
    CU_ASSERT_TRUE(passage_ever(&chain, target, &solver, &ever, &error));
    CU_ASSERT_TRUE(fabs(ever - 0.75) < 1e-15);
    CU_ASSERT_TRUE(passage_mean_time(&chain, target, &solver, &mean, &error));
    CU_ASSERT_TRUE(isinf(mean));
    CU_ASSERT_TRUE(passage_ever(&chain, nowhere, &solver, &ever, &error));
    CU_ASSERT_EQUAL(ever, 0);
    CU_ASSERT_TRUE(steady_solve(&alone, &solver, &one, &error));
    CU_ASSERT_EQUAL(one, 1);
    CU_ASSERT_TRUE(transient_solve(&alone, 5, &solver, NULL, &one, &error));
    CU_ASSERT_EQUAL(one, 5);
    CU_ASSERT_TRUE(passage_mean_time(&alone, (bool[]){true}, &solver, &mean, &error));
    CU_ASSERT_EQUAL(mean, 0);
    chain_free(&chain);
    chain_free(&alone);
}

/* A hub leads to many ends at the same rate: half of them are pairs, and half single states. */
static void many_ends_are_weighed(void)
{
    enum { ENDS = 100000, N = 1 + ENDS + ENDS / 2 };
    struct chain chain = {.n_states = N, .n_initial = 1};
    chain.row = memory_new(N + 1, sizeof *chain.row);
    chain.target = memory_new(2 * N, sizeof *chain.target);
    chain.rate = memory_new(2 * N, sizeof *chain.rate);
    chain.initial = memory_new(1, sizeof *chain.initial);
    chain.initial_probability = memory_new(1, sizeof *chain.initial_probability);
    chain.initial_probability[0] = 1;
    for (uint32_t i = 0; i < ENDS; i++) {
        chain.target[i] = i + 1;
        chain.rate[i] = 0.1;
    }
    chain.n_transitions = chain.row[1] = ENDS;
    for (uint32_t i = 1; i < N; i++) {
        if (i <= ENDS / 2 || i > ENDS) { /* i and ENDS + i change places, at 1 and at 3 */
            chain.target[chain.n_transitions] = i > ENDS ? i - ENDS : i + ENDS;
            chain.rate[chain.n_transitions++] = i > ENDS ? 3 : 1;
        }
        chain.row[i + 1] = chain.n_transitions;
    }
    struct solver solver = {0};
    struct error error = {0};
    double *p = memory_new(N, sizeof *p);
    CU_ASSERT_TRUE(steady_solve(&chain, &solver, p, &error));
    CU_ASSERT_EQUAL(p[0], 0);
    for (uint32_t i = 1; i < N; i++) {
        double share = i > ENDS ? 0.25 : i > ENDS / 2 ? 1 : 0.75;
        CU_ASSERT_TRUE(fabs(p[i] * ENDS / share - 1) < 1e-14);
    }
    int stop = 1;
    solver.stop = &stop;
    CU_ASSERT_FALSE(steady_solve(&chain, &solver, p, &error));
    error_free(&error);
    chain_free(&chain);
    free(p);
}

/* A ring: each state leads to the next at such a rate. */
static struct chain ring_of(uint32_t n, const double *rate)
{
    struct chain chain = {.n_states = n, .n_transitions = n};
    chain.row = memory_new((size_t)n + 1, sizeof *chain.row);
    chain.target = memory_new(n, sizeof *chain.target);
    chain.rate = memory_new(n, sizeof *chain.rate);
    for (uint32_t i = 0; i < n; i++) {
        chain.row[i + 1] = i + 1;
        chain.target[i] = (i + 1) % n;
        chain.rate[i] = rate[i];
    }
    return chain;
}

/* The jumps of a ring have a period. */
static void periodic_chains_are_solved(void)
{
    enum { N = 3000 };
    double *p = memory_new(N, sizeof *p), *rate = memory_new(N, sizeof *rate);
    for (int i = 0; i < N; i++)
        rate[i] = i % 2 ? 1 : 3;
    struct chain chain = ring_of(N, rate);
    struct solver solver = {0};
    struct error error = {0};
    CU_ASSERT_TRUE(steady_solve(&chain, &solver, p, &error));
    for (int i = 0; i < N; i++)
        CU_ASSERT_TRUE(fabs(p[i] * N / (i % 2 ? 1.5 : 0.5) - 1) < 1e-11);
    chain_free(&chain);
    free(p);
    free(rate);
}

/*
 * A ring that is worked on in 8 parts, between which sweeps send the differences round and round: the changes repeat
 * and never shrink. It is solved or refused, within the steps allowed. A precision is asked for that only iteration
 * can promise.
 */
static void sweeps_that_go_in_circles_end(void)
{
    enum { N = 320000, MOST = 120 };
    double *p = memory_new(N, sizeof *p), *rate = memory_new(N, sizeof *rate), sum = 0;
    for (int i = 0; i < N; i++) {
        rate[i] = (i + 1) % (N / 8) ? 2 : 1 << (i / (N / 8)) % 5;
        sum += 1 / rate[i];
    }
    struct chain chain = ring_of(N, rate);
    struct solver solver = {.precision = 1e-12, .most_steps = MOST};
    struct error error = {0};
    bool good = steady_solve(&chain, &solver, p, &error);
    CU_ASSERT_TRUE(solver.steps <= MOST + 10);
    CU_ASSERT_EQUAL(good, error.count == 0);
    for (int i = 0; good && i < N; i++)
        CU_ASSERT_TRUE(fabs(p[i] * rate[i] * sum - 1) < 1e-11);
    error_free(&error);
    chain_free(&chain);
    free(p);
    free(rate);
}

/*
 * Two copies of a queue network that change places at 1e-13 and 3e-13 times per unit of time: sweeps alone would call
 * it converged at any ratio between them. The answer is the network's own, shared 3 : 1. A precision is asked for that
 * only iteration can promise.
 */
static void nearly_decomposable_chains_are_not_mistaken(void)
{
    struct error error = {0};
    struct solver solver = {.precision = 3e-13};
    double *p[2] = {0};
    uint32_t n[2];
    for (int copies = 1; copies <= 2; copies++) {
        struct process *network = chain_tandem(49);
        struct space space;
        if (copies == 2) {
            int copy = process_add_variable(network, "copy", 0, 1, 0);
            expr is = term_variable(network, copy);
            chain_move(network, "swap", term_number(network, 1), DELAY_EXPONENTIAL,
                       term_if(network, is, term_number(network, 3e-13), term_number(network, 1e-13)), copy,
                       term_not(network, is));
        }
        CU_ASSERT_TRUE_FATAL(space_build(network, NULL, &space, &error));
        n[copies - 1] = space.chain.n_states;
        p[copies - 1] = memory_new(space.chain.n_states, sizeof **p);
        CU_ASSERT_TRUE(steady_solve(&space.chain, &solver, p[copies - 1], &error));
        if (copies == 2) {
            double in[2] = {0};
            int state[3];
            for (uint32_t i = 0; i < space.chain.n_states; i++) {
                space_state(&space, i, state);
                in[state[2]] += p[1][i];
            }
            CU_ASSERT_TRUE(fabs(in[0] - 0.75) < 1e-11);
            CU_ASSERT_TRUE(fabs(p[1][0] / p[0][0] / 0.75 - 1) < 1e-10);
        }
        space_free(&space);
        process_free(network);
    }
    CU_ASSERT_EQUAL(n[1], 2 * n[0]);
    free(p[0]);
    free(p[1]);
}

/* Tandem queues, on which sweeps creep: all 2601 states against elimination, down to 1e-40. */
static void large_chains_agree_with_elimination(void)
{
    struct process *p = chain_tandem(50);
    struct space space;
    struct error error = {0};
    struct solver solver = {.precision = 3e-13}; /* which only iteration can promise */
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    const size_t n = space.chain.n_states;
    double *x = memory_new(n, sizeof *x), *y = memory_new(n, sizeof *y), *rates = memory_new(n * n, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = space.chain.row[i]; k < space.chain.row[i + 1]; k++)
            rates[i * n + space.chain.target[k]] = space.chain.rate[k];
    CU_ASSERT_TRUE(gth_solve((uint32_t)n, rates, y, &solver.floor));
    CU_ASSERT_TRUE(steady_solve(&space.chain, &solver, x, &error));
    double most = 0, least = 1;
    for (size_t i = 0; i < n; i++) {
        most = y[i] > MULTILEVEL_LEAST ? fmax(most, fabs(x[i] - y[i]) / y[i]) : most;
        least = fmin(least, y[i]);
    }
    CU_ASSERT_TRUE(solver.steps > 0);
    CU_ASSERT_TRUE(most <= solver.error_bound);
    CU_ASSERT_TRUE(least < 1e-20);
    free(x);
    free(y);
    free(rates);
    space_free(&space);
    process_free(p);
}

/* States lead to some near ones, at rates over so many orders of magnitude, and back to the start that often. */
static double *banded_rates(gsl_rng *r, uint32_t n, uint32_t band, double orders, double back)
{
    double *rates = memory_new((size_t)n * n, sizeof *rates);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i > band ? i - band : 0; j < n && j <= i + band; j++)
            if (j != i && (j == i + 1 || i == j + 1 || gsl_rng_uniform(r) < 0.6))
                rates[(size_t)i * n + j] = pow(10, -orders * gsl_rng_uniform(r));
    for (uint32_t i = 1; i < n; i++)
        if (gsl_rng_uniform(r) < back)
            rates[(size_t)i * n] = pow(10, -orders * gsl_rng_uniform(r));
    return rates;
}

/* By whichever way is chosen, and where a precision is asked for that only iteration can promise, or refuse. */
static void check_large(const struct chain *chain, const double *dense)
{
    const uint32_t n = chain->n_states;
    struct solver solver = {0}, iterating = {.precision = 3e-13};
    struct error error = {0};
    double *p = memory_new(n, sizeof *p);
    CU_ASSERT_TRUE(steady_solve(chain, &solver, p, &error));
    CU_ASSERT_TRUE(distance(n, p, dense) < 1e-12);
    bool good = steady_solve(chain, &iterating, p, &error);
    CU_ASSERT_EQUAL(good, error.count == 0);
    for (uint32_t i = 0; good && i < n; i++)
        CU_ASSERT_TRUE(fabs(p[i] - dense[i]) <= iterating.error_bound * dense[i] + iterating.floor);
    error_free(&error);
    free(p);
}

static void banded_chains_agree_with_dense_elimination(void)
{
    enum { LARGE = 2050, SMALL = 400 };
    gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(r, 4);
    double *p = memory_new(LARGE, sizeof *p), *dense = memory_new(LARGE, sizeof *dense);
    for (int k = 0; k < 12; k++) {
        const uint32_t n = k < 2 ? LARGE : SMALL, band = 1 + (uint32_t)gsl_rng_uniform_int(r, 8);
        double orders = 12 * gsl_rng_uniform(r), *rates = banded_rates(r, n, band, orders, k % 3 * 0.1);
        struct chain chain = chain_of(n, rates);
        struct solver solver = {0};
        bool stopped;
        CU_ASSERT_TRUE(envelope_solve(&chain, &solver, p, &stopped));
        CU_ASSERT_TRUE(gth_solve(n, rates, dense, &solver.floor));
        CU_ASSERT_TRUE(distance(n, p, dense) < 1e-12);
        if (n == LARGE)
            check_large(&chain, dense);
        chain_free(&chain);
        free(rates);
    }
    gsl_rng_free(r);
    free(p);
    free(dense);
}

/* ---- how it is done does not matter ---- */

static bool same_bits(size_t n, const double *x, const double *y)
{
    return !memcmp(x, y, n * sizeof *x);
}

static void bits_do_not_depend_on_the_threads(void)
{
    struct process *p = chain_cluster(96);
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    const uint32_t n = space.chain.n_states;
    double *x[2], *y[2], *z[2];
    for (int k = 0; k < 2; k++) {
        struct solver solver = {.threads = 1 + 2 * k, .precision = 1e-4};
        x[k] = memory_new(n, sizeof **x);
        y[k] = memory_new(n, sizeof **y);
        z[k] = memory_new(n, sizeof **z);
        CU_ASSERT_TRUE(steady_solve(&space.chain, &solver, x[k], &error));
        solver.precision = 1e-250; /* keeps all states in the window */
        CU_ASSERT_TRUE(transient_solve(&space.chain, 2, &solver, y[k], z[k], &error));
    }
    CU_ASSERT_TRUE(same_bits(n, x[0], x[1]));
    CU_ASSERT_TRUE(same_bits(n, y[0], y[1]));
    CU_ASSERT_TRUE(same_bits(n, z[0], z[1]));
    for (int k = 0; k < 2; k++) {
        free(x[k]);
        free(y[k]);
        free(z[k]);
    }
    space_free(&space);
    process_free(p);
}

/* What is emptied and restricted on the way is below what the bound says. */
static void cutting_off_stays_within_the_bound(void)
{
    static const double times[] = {0.2, 20, 500};
    struct process *p = chain_cluster(16);
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    const uint32_t n = space.chain.n_states;
    double *all = memory_new(n, sizeof *all), *cut = memory_new(n, sizeof *cut);
    for (size_t k = 0; k < sizeof times / sizeof *times; k++)
        for (double precision = 1e-4; precision > 1e-20; precision *= 1e-5) {
            struct solver exact = {.precision = 1e-290}, rough = {.precision = precision};
            CU_ASSERT_TRUE(transient_solve(&space.chain, times[k], &exact, all, NULL, &error));
            CU_ASSERT_TRUE(transient_solve(&space.chain, times[k], &rough, cut, NULL, &error));
            CU_ASSERT_TRUE(gap(n, all, cut) <= rough.error_bound);
            CU_ASSERT_TRUE(rough.error_bound < 10 * precision + 1e-10);
        }
    free(all);
    free(cut);
    space_free(&space);
    process_free(p);
}

static void poisson_probabilities_are_right(void)
{
    for (double mean = 1e-3; mean < 2e8; mean *= 7) {
        struct poisson poisson;
        double sum = 0;
        CU_ASSERT_TRUE_FATAL(poisson_new(mean, 1e-20, &poisson, NULL));
        CU_ASSERT_TRUE(poisson.cut <= 1e-20);
        for (uint64_t i = 0; i <= poisson.last - poisson.first; i++)
            sum += poisson.probability[i];
        CU_ASSERT_TRUE(fabs(sum - 1) < 1e-13);
        for (uint64_t k = poisson.first; k <= poisson.last; k += 1 + (poisson.last - poisson.first) / 7) {
            double p = poisson.probability[k - poisson.first], above = poisson.above[k - poisson.first];
            /* exp(k log m - m - log k!) loses digits of m log m, so it cannot be held to more */
            double expected = gsl_ran_poisson_pdf((unsigned)k, mean), slack = 1e-12 + 1e-15 * mean * log(mean + 2);
            CU_ASSERT_TRUE(expected < 1e-300 || fabs(p / expected - 1) < slack);
            CU_ASSERT_TRUE(mean > 1e6 || fabs(above - gsl_cdf_poisson_Q((unsigned)k, mean)) < 1e-12);
        }
        poisson_free(&poisson);
    }
}

/* ---- components ---- */

static void components_are_found_however_deep(void)
{
    enum { N = 2000000, LOOP = 500000 };
    struct chain chain = {.n_states = N, .n_transitions = N};
    struct components components;
    chain.row = memory_new(N + 1, sizeof *chain.row);
    chain.target = memory_new(N, sizeof *chain.target);
    for (uint32_t i = 0; i < N; i++) { /* a long way into a long loop */
        chain.row[i + 1] = i + 1;
        chain.target[i] = i + 1 < N ? i + 1 : N - LOOP;
    }
    components_find(&chain, &components);
    CU_ASSERT_EQUAL(components.n, N - LOOP + 1);
    CU_ASSERT_EQUAL(components.of[N - 1], 0);
    CU_ASSERT_EQUAL(components.of[N - LOOP], 0);
    CU_ASSERT_EQUAL(components.of[0], N - LOOP);
    CU_ASSERT_TRUE(components.bottom[0]);
    CU_ASSERT_FALSE(components.bottom[1]);
    components_free(&components);
    chain_free(&chain);
}

/* ---- giving up ---- */

static void giving_up_is_an_error(void)
{
    struct process *p = chain_cluster(16);
    struct space space;
    struct error error = {0};
    int stop = 1;
    CU_ASSERT_TRUE_FATAL(space_build(p, NULL, &space, &error));
    double *x = memory_new(space.chain.n_states, sizeof *x);
    struct solver stopped = {.stop = &stop}, hasty = {.most_steps = 10}, greedy = {.precision = 1e-17};
    CU_ASSERT_FALSE(steady_solve(&space.chain, &stopped, x, &error));
    CU_ASSERT_FALSE(transient_solve(&space.chain, 1000, &stopped, x, NULL, &error));
    CU_ASSERT_FALSE(transient_solve(&space.chain, 1000, &hasty, x, NULL, &error));
    CU_ASSERT_FALSE(steady_solve(&space.chain, &greedy, x, &error));
    CU_ASSERT_EQUAL(error.count, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "has not converged"));
    error_free(&error);
    free(x);
    space_free(&space);
    process_free(p);
}

const struct test_suite suite_exact = {
    "exact",
    (const struct test_case[]){
        {"known answers are reproduced", known_answers_are_reproduced},
        {"large chains are solved as well", large_chains_are_solved_as_well},
        {"random chains agree with the matrix exponential", random_chains_agree_with_the_matrix_exponential},
        {"random chains agree with dense solves", random_chains_agree_with_dense_solves},
        {"passages agree with dense solves", passages_agree_with_dense_solves},
        {"stiff chains keep their digits", stiff_chains_keep_their_digits},
        {"extreme rates are solved or refused", extreme_rates_are_solved_or_refused},
        {"rare states are not made up", rare_states_are_not_made_up},
        {"long walks are solved", long_walks_are_solved},
        {"banded chains agree with dense elimination", banded_chains_agree_with_dense_elimination},
        {"mean times too large are an error", mean_times_too_large_are_an_error},
        {"long times neither overflow nor underflow", long_times_neither_overflow_nor_underflow},
        {"fast beginnings are left behind", fast_beginnings_are_left_behind},
        {"several ends are weighed", several_ends_are_weighed},
        {"many ends are weighed", many_ends_are_weighed},
        {"periodic chains are solved", periodic_chains_are_solved},
        {"sweeps that go in circles end", sweeps_that_go_in_circles_end},
        {"nearly decomposable chains are not mistaken", nearly_decomposable_chains_are_not_mistaken},
        {"large chains agree with elimination", large_chains_agree_with_elimination},
        {"bits do not depend on the threads", bits_do_not_depend_on_the_threads},
        {"cutting off stays within the bound", cutting_off_stays_within_the_bound},
        {"Poisson probabilities are right", poisson_probabilities_are_right},
        {"components are found however deep", components_are_found_however_deep},
        {"giving up is an error", giving_up_is_an_error},
        {NULL, NULL},
    },
};
