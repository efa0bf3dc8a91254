/*
 * The long run of any chain: it ends up in one of its bottom components and is there as the stationary distribution of
 * that component says, hence
 *
 *     long-run share of state i = P(the chain ends up in its component) · stationary distribution there (i).
 *
 * Cost: the components (components.c), one system of equations for where the chain ends up if that is not certain
 * (absorb.c), and the stationary distribution of each component that it may end up in (stationary.c).
 */
#include "exact/steady.h"

#include "exact/absorb.h"
#include "exact/components.h"
#include "exact/stationary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The transitions among some states, which none leaves; `place` says where a state stands among them. */
static void part_new(const struct chain *chain, const uint32_t *state, uint32_t n, const uint32_t *place,
                     struct chain *part)
{
    *part = (struct chain){.n_states = n};
    part->row = memory_new((size_t)n + 1, sizeof *part->row);
    for (uint32_t i = 0; i < n; i++)
        part->row[i + 1] = part->row[i] + (chain->row[state[i] + 1] - chain->row[state[i]]);
    part->n_transitions = part->row[n];
    part->target = memory_grow(NULL, part->n_transitions, sizeof *part->target);
    part->rate = memory_grow(NULL, part->n_transitions, sizeof *part->rate);
    for (uint32_t i = 0; i < n; i++)
        for (uint64_t k = part->row[i], from = chain->row[state[i]]; k < part->row[i + 1]; k++, from++) {
            part->target[k] = place[chain->target[from]];
            part->rate[k] = chain->rate[from];
        }
}

struct run {
    const struct chain *chain;
    struct solver *solver;
    double   *probability;
    uint32_t *found, *place; /* room for all states; places are CHAIN_NOWHERE before their component is added */
};

/* The component of a state, breadth-first. Unlike chain_reach, it touches nothing else. */
static uint32_t reach(struct run *run, uint32_t state)
{
    const struct chain *chain = run->chain;
    uint32_t n = 1;
    run->found[0] = state;
    run->place[state] = 0;
    for (uint32_t at = 0; at < n; at++)
        for (uint64_t k = chain->row[run->found[at]]; k < chain->row[run->found[at] + 1]; k++) {
            const uint32_t next = chain->target[k];
            if (run->place[next] != CHAIN_NOWHERE)
                continue;
            run->place[next] = n;
            run->found[n++] = next;
        }
    return n;
}

/* Adds the component of that state, times its weight. */
static bool add_component(struct run *run, uint32_t state, double weight, struct error *error)
{
    const struct chain *chain = run->chain;
    struct chain part = {0};
    const uint32_t n = reach(run, state);
    if (chain_stopped(run->solver, error))
        return false;
    if (n == 1) {
        run->probability[state] = weight;
        run->solver->error_bound = run->solver->floor = 0;
        return true;
    }
    double *stationary = memory_new(n, sizeof *stationary);
    if (n < chain->n_states || !stationary_in_order(chain))
        part_new(chain, run->found, n, run->place, &part);
    bool good = stationary_solve(part.row ? &part : chain, run->solver, stationary, error);
    for (uint32_t i = 0; good && i < n; i++)
        run->probability[part.row ? run->found[i] : i] = weight * stationary[i];
    chain_free(&part);
    free(stationary);
    return good;
}

/* Adds the components that the chain may end up in. Sets the solver's bounds. */
static bool add_components(struct run *run, uint32_t n, const uint32_t *first, const double *weight,
                           struct error *error)
{
    double bound = 0, floor = 0;
    bool good = true;
    run->found = memory_new(run->chain->n_states, sizeof *run->found);
    run->place = memory_grow(NULL, run->chain->n_states, sizeof *run->place);
    for (uint32_t i = 0; i < run->chain->n_states; i++)
        run->place[i] = CHAIN_NOWHERE;
    for (uint32_t c = 0; good && c < n; c++) {
        if (weight[c] == 0)
            continue;
        good = add_component(run, first[c], weight[c], error);
        bound = fmax(bound, run->solver->error_bound);
        floor = fmax(floor, run->solver->floor);
    }
    run->solver->error_bound = bound;
    run->solver->floor = floor;
    free(run->found);
    free(run->place);
    return good;
}

/* Numbers the bottom components as classes; returns how many there are. first[class] is a state of each. */
static uint32_t find_classes(const struct chain *chain, uint32_t *class, uint32_t *first)
{
    struct components components;
    components_find(chain, &components);
    uint32_t *of_component = memory_new(components.n, sizeof *of_component), n = 0;
    for (uint32_t c = 0; c < components.n; c++)
        of_component[c] = ABSORB_TRANSIENT;
    for (uint32_t i = 0; i < chain->n_states; i++) {
        uint32_t c = components.of[i];
        if (components.bottom[c] && of_component[c] == ABSORB_TRANSIENT) {
            first[n] = i;
            of_component[c] = n++;
        }
        class[i] = of_component[c];
    }
    components_free(&components);
    free(of_component);
    return n;
}

/*
 * Sets the long-run share of time of each state. solver->precision is the relative error asked for (0:
 * STATIONARY_PRECISION), solver->error_bound what was reached, of every state, and solver->floor what each may be off
 * beside, absolutely. Fails as stationary_solve does.
 */
bool steady_solve(const struct chain *chain, struct solver *solver, double *probability, struct error *error)
{
    uint32_t *class = memory_new(chain->n_states, sizeof *class);
    uint32_t *first = memory_new(chain->n_states, sizeof *first);
    uint32_t n = find_classes(chain, class, first);
    double *weight = memory_new(n, sizeof *weight), time, weight_bound = 0, weight_floor = 0;
    struct run run = {.chain = chain, .solver = solver, .probability = probability};
    bool good = true;
    memset(probability, 0, chain->n_states * sizeof *probability);
    weight[0] = 1;
    if (n > 1) {
        good = absorb_solve(chain, class, n, solver, weight, &time, error);
        weight_bound = solver->error_bound;
        weight_floor = solver->floor;
    }
    good = good && add_components(&run, n, first, weight, error);
    solver->error_bound += weight_bound;
    solver->floor += weight_floor;
    free(class);
    free(first);
    free(weight);
    return good;
}
