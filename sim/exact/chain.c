/* Chains and what all solvers do with them. */
#include "exact/chain.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_A_CORE = 4 }; /* more bring nothing, and each takes memory */

/* Gives back the chain's memory. */
void chain_free(struct chain *chain)
{
    free(chain->row);
    free(chain->target);
    free(chain->rate);
    free(chain->initial);
    free(chain->initial_probability);
    *chain = (struct chain){0};
}

/*
 * The chain by what leads into each state: row i lists the states from which i is entered, rising, and at which rates.
 * No initial states are set. Cost: two passes over the transitions, and as much memory as the rows again.
 */
void chain_transpose(const struct chain *chain, struct chain *transposed)
{
    const uint32_t n = chain->n_states;
    *transposed = (struct chain){.n_states = n, .n_transitions = chain->n_transitions};
    transposed->row = memory_new((size_t)n + 2, sizeof *transposed->row);
    transposed->target = memory_grow(NULL, chain->n_transitions, sizeof *transposed->target);
    transposed->rate = memory_grow(NULL, chain->n_transitions, sizeof *transposed->rate);
    uint64_t *begin = transposed->row + 1; /* moves up to the end of its row as the row is filled */
    for (uint64_t k = 0; k < chain->n_transitions; k++)
        begin[chain->target[k] + 1]++;
    for (uint32_t i = 0; i < n; i++)
        begin[i + 1] += begin[i];
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++) {
            uint64_t at = begin[chain->target[k]]++;
            transposed->target[at] = i;
            transposed->rate[at] = chain->rate[k];
        }
}

/*
 * Finds breadth-first what can be reached from the first n_seeds states of `found`, without entering a state that is
 * closed (NULL: none is). `found` lists the states in the order in which they were found, and place[state] is where it
 * stands there, or CHAIN_NOWHERE; both have room for all states. Returns how many were found.
 */
uint32_t chain_reach(const struct chain *chain, const bool *closed, uint32_t n_seeds, uint32_t *found,
                     uint32_t *place)
{
    uint32_t n = n_seeds;
    for (uint32_t i = 0; i < chain->n_states; i++)
        place[i] = CHAIN_NOWHERE;
    for (uint32_t i = 0; i < n_seeds; i++)
        place[found[i]] = i;
    for (uint32_t at = 0; at < n; at++)
        for (uint64_t k = chain->row[found[at]]; k < chain->row[found[at] + 1]; k++) {
            uint32_t next = chain->target[k];
            if (place[next] != CHAIN_NOWHERE || (closed && closed[next]))
                continue;
            place[next] = n;
            found[n++] = next;
        }
    return n;
}

/* A sum that keeps what it loses (Neumaier 1974): a plain one of millions loses digits. */
struct sum {
    double plain, lost;
};

static void sum_add(struct sum *sum, double term)
{
    double next = sum->plain + term;
    sum->lost += fabs(sum->plain) >= fabs(term) ? (sum->plain - next) + term : (term - next) + sum->plain;
    sum->plain = next;
}

/* Beyond all numbers there is nothing lost, and no number that was. */
static double sum_value(const struct sum *sum)
{
    return isfinite(sum->plain) ? sum->plain + sum->lost : sum->plain;
}

/*
 * The rate at which each state is left: the sum of its row, to within 2^-52 of itself however long it is. To be freed
 * by the caller.
 */
double *chain_exit_rates(const struct chain *chain)
{
    double *exit = memory_new(chain->n_states, sizeof *exit);
    for (uint32_t i = 0; i < chain->n_states; i++) {
        struct sum sum = {0};
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            sum_add(&sum, chain->rate[k]);
        exit[i] = sum_value(&sum);
    }
    return exit;
}

/*
 * The sum of weight times value, all 0 or more, over states. Rounding makes an error of at most 2^-51 of it, however
 * many there are.
 */
double chain_weighted(uint32_t n_states, const double *weight, const double *value)
{
    struct sum sum = {0};
    for (uint32_t i = 0; i < n_states; i++)
        sum_add(&sum, weight[i] * value[i]);
    return sum_value(&sum);
}

/* The sum of the values of those states that are in the set, as exact as chain_weighted. */
double chain_sum_where(uint32_t n_states, const bool *in, const double *value)
{
    struct sum sum = {0};
    for (uint32_t i = 0; i < n_states; i++)
        if (in[i])
            sum_add(&sum, value[i]);
    return sum_value(&sum);
}

/* The number of threads that a solver may use: those asked for, but no more than are of any use. */
int chain_threads(const struct solver *solver)
{
    int threads = solver->threads > 0 ? solver->threads : omp_get_max_threads();
    int most = THREADS_A_CORE * omp_get_num_procs();
    most = most < omp_get_thread_limit() ? most : omp_get_thread_limit();
    return threads < most ? threads : most;
}

/* True, with an error, if the solver is to give up. */
bool chain_stopped(const struct solver *solver, struct error *error)
{
    if (!solver->stop || !*solver->stop)
        return false;
    error_add(error, FAULT_SYSTEM, "the solver was stopped after %llu steps", (unsigned long long)solver->steps);
    return true;
}
