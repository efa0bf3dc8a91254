/*
 * The stationary distribution of an irreducible chain, and how far it is from the truth.
 *
 * Small chains are eliminated (gth.c), which is exact but for rounding; so are large ones that are long and thin
 * (envelope.c): walks, rings, bands. Others begin with all probability in their first state and are swept
 * (multilevel.c): where states are numbered breadth-first, one sweep carries it everywhere, and a chain that is most of
 * the time near its start, as repairable systems are, is done after some dozens of sweeps. Where that would take too
 * long, cycles over many levels take over. Where those do not converge either, elimination has the last word if it can
 * be done at all.
 *
 * When to stop. What an iteration changes in a step says little: a slow one changes little and is far away. For
 * sweeps, T being the operator of a sweep, the ratios (T x)(i) / x(i) of the next sweep are weighted means of those of
 * this one, so the greatest relative change never grows; if it shrinks by the factor c in each sweep, what is still to
 * come is at most
 *
 *     change c / (1 - c)
 *
 * relative to each state. c is measured over several sweeps. But a mode that is very slow can hide below what sweeps
 * change visibly. So the last word is always a cycle's: it solves for how much each region holds, at all scales, and a
 * region that holds too much by a factor is corrected by that factor at once. Cycles have a c of their own, measured
 * likewise and never taken to be below a half.
 *
 * Relative errors of iterations are those of states above MULTILEVEL_LEAST (1e-50). A state below is only known to be
 * so. Elimination goes down to what a double can hold. solver->floor says which it was.
 *
 * Bounds of elimination hold; that of cycles is an estimate, since c is. c / (1 - c) was seen to be too small by a
 * factor of 1.4, so it is taken SAFETY times.
 *
 * Cost: see the three.
 */
#include "exact/stationary.h"

#include "exact/envelope.h"
#include "exact/gth.h"
#include "exact/multilevel.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum {
    MOST_ELIMINATED = 2000, /* states */
    WINDOW = 7,             /* sweeps over which their factor is measured; no multiple of a chain's parts */
    FEWEST_SWEEPS = 24,     /* before they are given up for cycles */
    MOST_AHEAD = 150,       /* sweeps that are still worth it, */
    MOST_SWEEPS = 700,      /* and of all */
    MOST_CYCLES = 1000,     /* and at most these many */
    PATIENCE = 60,          /* cycles in which the change must have halved */
};

#define QUICK_WORK  1e8 /* multiplications of an elimination that is done at once, */
#define MOST_WORK   4e9 /* and where cycles fail */
#define MOST_BYTES  5e8
#define NOISE (64 * DBL_EPSILON) /* a change that may be no more than rounding */
#define LEAST_FACTOR 0.5
#define SAFETY 4

/* Whether each state is entered from one of a lower number, the first aside. */
bool stationary_in_order(const struct chain *chain)
{
    bool *seen = memory_new(chain->n_states, sizeof *seen), good = true;
    seen[0] = true;
    for (uint32_t i = 0; i < chain->n_states && good; i++) {
        good = seen[i];
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            seen[chain->target[k]] = true;
    }
    free(seen);
    return good;
}

static bool fail_apart(struct error *error)
{
    return error_add(error, FAULT_SYSTEM, "the long run cannot be computed: the rates are too large or too far apart");
}

static bool eliminate(const struct chain *chain, struct solver *solver, double *probability, struct error *error)
{
    const size_t n = chain->n_states;
    double *rates = memory_new(n * n, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            rates[i * n + chain->target[k]] = chain->rate[k];
    bool good = gth_solve(chain->n_states, rates, probability, &solver->floor) || fail_apart(error);
    free(rates);
    return good;
}

static bool eliminate_large(const struct chain *chain, struct solver *solver, double *probability,
                            struct error *error)
{
    bool stopped;
    solver->error_bound = chain->n_states * DBL_EPSILON;
    if (envelope_solve(chain, solver, probability, &stopped))
        return true;
    return stopped ? !chain_stopped(solver, error) : fail_apart(error);
}

/* Whether the rate at which each state is left is a number. */
static bool are_finite(const struct chain *chain)
{
    double *exit = chain_exit_rates(chain);
    bool good = true;
    for (uint32_t i = 0; i < chain->n_states; i++)
        good = good && isfinite(exit[i]);
    free(exit);
    return good;
}

/* What is still to come after a change, if it shrinks by that factor each time. */
static double to_come(double change, double factor)
{
    return factor < 1 ? change * factor / (1 - factor) : INFINITY;
}

static bool may_go_on(struct solver *solver, int steps, double change, struct error *error)
{
    solver->steps += (uint64_t)steps;
    if (chain_stopped(solver, error))
        return false;
    if (solver->on_step)
        solver->on_step(solver->steps, change, solver->context);
    return true;
}

/* Whether reaching the precision would take more sweeps than are worth it; so if they do not get nearer at all. */
static bool is_far(double error_left, double factor, double precision)
{
    return !(factor < 1) || !(log(precision / error_left) / log(factor) < MOST_AHEAD);
}

/* Sweeps until that is good enough, or would take too long. Fails only if stopped. */
static bool run_sweeps(struct multilevel *m, struct solver *solver, double precision, struct error *error)
{
    double before = INFINITY, change = INFINITY;
    for (int n = WINDOW; n <= MOST_SWEEPS; n += WINDOW) {
        change = multilevel_sweeps(m, WINDOW);
        if (!may_go_on(solver, WINDOW, change, error))
            return false;
        double factor = before < INFINITY ? pow(change / before, 1.0 / WINDOW) : 1;
        double error_left = to_come(change, factor);
        if (change < NOISE || error_left < precision)
            return true;
        if (solver->most_steps && solver->steps >= solver->most_steps)
            return true;
        if (n >= FEWEST_SWEEPS && is_far(error_left, factor, precision))
            return true;
        before = change;
    }
    return true;
}

static bool fail_slow(const struct solver *solver, double change, double left, struct error *error)
{
    return error_add(error, FAULT_SYSTEM, "the long run has not converged after %llu steps: the last one changed a "
                     "probability by %.2g of itself, and it may be off by %.2g", (unsigned long long)solver->steps,
                     change, left);
}

/* Cycles until the error is small. Sets solver->error_bound. */
static bool run_cycles(struct multilevel *m, struct solver *solver, double precision, struct error *error)
{
    double before = INFINITY, factor = LEAST_FACTOR, left = INFINITY, milestone = INFINITY, change = 0;
    int reached = 0;
    for (int n = 0; n < MOST_CYCLES && n - reached < PATIENCE; n++) {
        if (solver->most_steps && solver->steps >= solver->most_steps)
            break;
        change = multilevel_cycle(m);
        if (!may_go_on(solver, 1, change, error))
            return false;
        if (!isfinite(change))
            return fail_apart(error);
        double latest = before < INFINITY ? change / before : LEAST_FACTOR;
        factor = fmax(LEAST_FACTOR, change < NOISE ? factor : fmax(latest, sqrt(latest * factor)));
        left = SAFETY * to_come(change, factor);
        solver->error_bound = fmax(left, SAFETY * NOISE);
        if (left < precision)
            return true;
        if (change < milestone / 2) {
            milestone = change;
            reached = n;
        }
        before = change;
    }
    return fail_slow(solver, change, left, error);
}

static bool iterate(const struct chain *chain, struct solver *solver, double precision, double *probability,
                    struct error *error)
{
    solver->floor = MULTILEVEL_LEAST;
    for (uint32_t i = 0; i < chain->n_states; i++)
        probability[i] = i == 0 ? 1 : 0;
    for (uint32_t i = 0; i < chain->n_states; i++) { /* forward: each state sends on what it has */
        double exit = 0;
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            exit += chain->rate[k];
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            if (chain->target[k] > i)
                probability[chain->target[k]] += fmax(probability[i] * (chain->rate[k] / exit), DBL_MIN);
    }
    struct multilevel *m = multilevel_new(chain, probability, chain_threads(solver));
    bool good = run_sweeps(m, solver, precision, error) && run_cycles(m, solver, precision, error);
    multilevel_free(m);
    return good;
}

/* Elimination is right to n ulps; who asks for more can only have iteration. */
static bool solve_large(const struct chain *chain, struct solver *solver, double precision, double *probability,
                        struct error *error)
{
    bool enough = solver->precision <= 0 || chain->n_states * DBL_EPSILON <= precision;
    if (enough && envelope_fits(chain, QUICK_WORK, MOST_BYTES))
        return eliminate_large(chain, solver, probability, error);
    bool other_way = enough && !solver->most_steps && envelope_fits(chain, MOST_WORK, MOST_BYTES);
    struct error slow = {0};
    if (iterate(chain, solver, precision, probability, other_way ? &slow : error))
        return true;
    error_free(&slow);
    return other_way && !chain_stopped(solver, error) && eliminate_large(chain, solver, probability, error);
}

/*
 * Sets the stationary distribution of an irreducible chain; a large one should be numbered breadth-first from a state
 * that is not rare. solver->precision is the relative error asked for (0: STATIONARY_PRECISION, or what elimination
 * gives); solver->error_bound is set to what is left, relative to each state, and solver->floor to what is left beside,
 * absolutely: a state that is said to be below it may be anything below it. Fails if the precision is not reached, if
 * rates are too far apart for doubles, or if stopped.
 */
bool stationary_solve(const struct chain *chain, struct solver *solver, double *probability, struct error *error)
{
    const uint32_t n = chain->n_states;
    double precision = solver->precision > 0 ? solver->precision : STATIONARY_PRECISION;
    assert(n > 0);
    if (!are_finite(chain))
        return fail_apart(error);
    if (n > MOST_ELIMINATED)
        return solve_large(chain, solver, precision, probability, error);
    solver->error_bound = n * DBL_EPSILON;
    return eliminate(chain, solver, probability, error);
}
