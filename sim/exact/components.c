/*
 * Strongly connected components by Tarjan's algorithm, with its recursion made a loop: a chain of millions of states
 * in a row would overrun the stack.
 *
 * A component that nothing leaves is a bottom component: the chain ends up in one of them and then stays. Components
 * are numbered as they are completed, so a transition never leads to a component of a higher number: that of lower
 * numbers comes later on every path.
 *
 * R. Tarjan: Depth-first search and linear graph algorithms. SIAM J. Computing 1, 1972.
 *
 * Cost: each state and each transition once; 24 bytes a state while it works.
 */
#include "exact/components.h"

#include <stdlib.h>

enum { UNSEEN = 0 };

struct search {
    const struct chain *chain;
    struct components *components;
    uint32_t *order;    /* when a state was first seen, from 1; UNSEEN */
    uint32_t *low;      /* the earliest state on the stack that it is known to reach */
    uint32_t *stack, n_stack;  /* seen, and in no component yet */
    uint32_t *path, n_path;    /* from the root to the state being looked at */
    uint64_t *edge;     /* per state of the path: the transition to be looked at next */
    uint32_t  n_seen;
};

static void enter(struct search *s, uint32_t state)
{
    s->order[state] = s->low[state] = ++s->n_seen;
    s->stack[s->n_stack++] = state;
    s->edge[s->n_path] = s->chain->row[state];
    s->path[s->n_path++] = state;
}

/* All that the last state of the path leads to is known: if it is the root of a component, that is complete. */
static void leave(struct search *s)
{
    struct components *c = s->components;
    uint32_t state = s->path[--s->n_path], member;
    if (s->n_path > 0) {
        uint32_t before = s->path[s->n_path - 1];
        s->low[before] = s->low[state] < s->low[before] ? s->low[state] : s->low[before];
    }
    if (s->low[state] != s->order[state])
        return;
    do {
        member = s->stack[--s->n_stack];
        c->of[member] = c->n;
    } while (member != state);
    c->n++;
}

static void search_from(struct search *s, uint32_t root)
{
    const uint32_t none = UINT32_MAX;
    enter(s, root);
    while (s->n_path > 0) {
        uint32_t state = s->path[s->n_path - 1];
        uint64_t *edge = &s->edge[s->n_path - 1];
        if (*edge == s->chain->row[state + 1]) {
            leave(s);
            continue;
        }
        uint32_t next = s->chain->target[(*edge)++];
        if (s->order[next] == UNSEEN)
            enter(s, next);
        else if (s->components->of[next] == none && s->order[next] < s->low[state])
            s->low[state] = s->order[next];
    }
}

static void find_bottoms(const struct chain *chain, struct components *components)
{
    components->bottom = memory_new(components->n, sizeof *components->bottom);
    for (uint32_t i = 0; i < components->n; i++)
        components->bottom[i] = true;
    for (uint32_t i = 0; i < chain->n_states; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            if (components->of[chain->target[k]] != components->of[i])
                components->bottom[components->of[i]] = false;
}

/* Finds the components of a chain; give them to components_free. */
void components_find(const struct chain *chain, struct components *components)
{
    const uint32_t n = chain->n_states;
    struct search s = {.chain = chain, .components = components};
    *components = (struct components){.of = memory_grow(NULL, n, sizeof *components->of)};
    for (uint32_t i = 0; i < n; i++)
        components->of[i] = UINT32_MAX;
    s.order = memory_new(n, sizeof *s.order);
    s.low = memory_new(n, sizeof *s.low);
    s.stack = memory_new(n, sizeof *s.stack);
    s.path = memory_new(n, sizeof *s.path);
    s.edge = memory_new(n, sizeof *s.edge);
    for (uint32_t i = 0; i < n; i++)
        if (s.order[i] == UNSEEN)
            search_from(&s, i);
    find_bottoms(chain, components);
    free(s.order);
    free(s.low);
    free(s.stack);
    free(s.path);
    free(s.edge);
}

/* Gives back their memory. */
void components_free(struct components *components)
{
    free(components->of);
    free(components->bottom);
    *components = (struct components){0};
}
