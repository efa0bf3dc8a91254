/* The stationary distribution of an irreducible chain: eliminated if small, swept if large. */
#include "exact/stationary.h"

#include "exact/gth.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_ELIMINATED = 2000, WINDOW = 8, MOST_SWEEPS = 100000 };

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

static void eliminate(const struct chain *chain, double *probability)
{
    const size_t n = chain->n_states;
    double *rates = memory_new(n * n, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            rates[i * n + chain->target[k]] = chain->rate[k];
    gth_solve(chain->n_states, rates, probability);
    free(rates);
}

static double sweep(const struct chain *into, const double *exit, double *x, uint32_t first)
{
    double most = 0;
    for (uint32_t i = first; i < into->n_states; i++) {
        double sum = 0;
        for (uint64_t k = into->row[i]; k < into->row[i + 1]; k++)
            sum += x[into->target[k]] * into->rate[k];
        sum /= exit[i];
        double by = fabs(sum - x[i]) / sum;
        most = by > most ? by : most;
        x[i] = sum;
    }
    return most;
}

bool stationary_solve(const struct chain *chain, struct solver *solver, double *probability, struct error *error)
{
    const uint32_t n = chain->n_states;
    double precision = solver->precision > 0 ? solver->precision : STATIONARY_PRECISION;
    if (n <= MOST_ELIMINATED) {
        eliminate(chain, probability);
        solver->error_bound = n * DBL_EPSILON;
        return true;
    }
    struct chain into;
    chain_transpose(chain, &into);
    double *exit = chain_exit_rates(chain), before = INFINITY, bound = INFINITY, change = 0;
    for (uint32_t i = 1; i < n; i++)
        probability[i] = 0;
    probability[0] = 1;
    sweep(&into, exit, probability, 1);
    uint64_t k = 0;
    for (; k < MOST_SWEEPS && bound > precision; k++) {
        change = sweep(&into, exit, probability, 0);
        if (k % WINDOW == WINDOW - 1) {
            double c = pow(change / before, 1.0 / WINDOW);
            before = change;
            bound = c < 1 ? change * c / (1 - c) : INFINITY;
            double sum = 0;
            for (uint32_t i = 0; i < n; i++)
                sum += probability[i];
            for (uint32_t i = 0; i < n; i++)
                probability[i] /= sum;
        }
    }
    solver->steps += k;
    solver->error_bound = bound;
    chain_free(&into);
    free(exit);
    return bound <= precision || error_add(error, FAULT_SYSTEM, "not converged");
}
