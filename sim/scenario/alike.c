/*
 * Plans of a sweep that are the same: shares are rounded to instances, so a surge of 25 % and one of 26 % of four
 * replicas is one instance. Such plans are kept, since all that was asked for shall be in the results, but their
 * time is spent twice, which is said.
 *
 * Two plans are the same if their steps are, and their ways back from each of these, for every number of replicas that
 * is released anywhere. Ways back are many, so they are looked at only where the steps are the same.
 */
#include "scenario/read.h"

#include "models/strategy.h"

#include <stdint.h>
#include <string.h>

enum { MOST_NAMED = 3 };

static const uint64_t HASH_START = UINT64_C(0xCBF29CE484222325); /* FNV-1a, as of the file */

static uint64_t hash_number(uint64_t hash, double number)
{
    unsigned char bytes[sizeof number];
    memcpy(bytes, &number, sizeof number);
    for (size_t i = 0; i < sizeof bytes; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static uint64_t hash_steps(uint64_t hash, const struct plan *plan)
{
    for (int i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        const double figures[] = {s->kind, s->version, s->count, s->at_once, s->weight, s->seconds, s->power,
                                  s->false_positive};
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
            hash = hash_number(hash, figures[k]);
    }
    return hash_number(hash, plan->n_steps);
}

static uint64_t hash_ways_back(uint64_t hash, const struct strategy *strategy, int replicas, const struct plan *plan)
{
    struct in_place now = {.count = {[OLD] = replicas}};
    for (int i = 0; i < plan->n_steps; i++) {
        struct arena arena = {0};
        now = in_place_after(now, &plan->steps[i]);
        struct plan back = strategy_plan_back(strategy, replicas, now, &arena);
        hash = hash_steps(hash, &back);
        arena_free(&arena);
    }
    return hash;
}

/* A number that plans which are the same in every environment share, and no others do, as good as surely. */
static uint64_t hash_strategy(const struct scenario *scenario, const struct strategy *strategy, bool ways_back)
{
    uint64_t hash = HASH_START;
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int e = 0; e < scenario->topologies[t].n_environments; e++) {
            const struct environment *environment = &scenario->topologies[t].environments[e];
            int replicas = environment->services[environment->released].replicas;
            struct arena arena = {0};
            struct plan plan = strategy_plan(strategy, replicas, &arena);
            hash = ways_back ? hash_ways_back(hash, strategy, replicas, &plan) : hash_steps(hash, &plan);
            arena_free(&arena);
        }
    return hash;
}

/* One strategy as written: its plans, and of each the first that it is the same as; -1: there is none. */
struct family {
    const struct scenario *scenario;
    int       first, n;
    uint64_t *steps, *back;     /* hashes; back is 0 until it is needed */
    int      *same;
};

static uint64_t back_of(struct family *family, int i)
{
    if (!family->back[i])
        family->back[i] = hash_strategy(family->scenario, &family->scenario->strategies[family->first + i], true);
    return family->back[i];
}

static void find_same(struct family *family)
{
    for (int i = 0; i < family->n; i++) {
        family->steps[i] = hash_strategy(family->scenario, &family->scenario->strategies[family->first + i], false);
        family->same[i] = -1;
        for (int k = 0; k < i && family->same[i] < 0; k++)
            if (family->same[k] < 0 && family->steps[k] == family->steps[i] &&
                back_of(family, k) == back_of(family, i))
                family->same[i] = k;
    }
}

/* One warning for all plans of a strategy: "the plans `a` and `b` are the same …, and so are 12 others". */
static void add_warning(struct reader *reader, const struct family *family, struct place place)
{
    const struct strategy *plans = &family->scenario->strategies[family->first];
    struct text pairs = {0};
    int n = 0;
    for (int i = 0; i < family->n; i++) {
        if (family->same[i] < 0 || n++ >= MOST_NAMED)
            continue;
        text_add(&pairs, "%s`%s` as `%s`", n > 1 ? ", " : "", messages_shown(reader->messages, plans[i].name),
                 messages_shown(reader->messages, plans[family->same[i]].name));
    }
    if (n > MOST_NAMED)
        text_add(&pairs, ", and %d more", n - MOST_NAMED);
    if (n)
        messages_add(reader->messages, place, "each is simulated all the same; leave one of them out to save its time",
                     "of the %d plans of `%s` %d %s the same as another in every environment: %s", family->n,
                     messages_shown(reader->messages, plans->written), n, n == 1 ? "is" : "are", pairs.data);
    text_free(&pairs);
}

/* How many plans from that strategy on are those of one strategy as written. */
static int family_size(const struct scenario *scenario, int first)
{
    const struct strategy *s = scenario->strategies;
    int n = 1;
    while (s[first].written && first + n < scenario->n_strategies && s[first + n].written &&
           !strcmp(s[first].written, s[first + n].written))
        n++;
    return n;
}

/* Says which plans of a sweep are the same. Nothing may be wrong with the scenario. */
void doubt_sweeps(struct reader *reader, const struct scenario *scenario)
{
    const struct node *list = node_find(reader->root, "strategies");
    for (int first = 0, n; first < scenario->n_strategies; first += n) {
        struct arena arena = {0};
        n = family_size(scenario, first);
        struct family family = {.scenario = scenario, .first = first, .n = n};
        family.steps = arena_new(&arena, (size_t)n, sizeof *family.steps);
        family.back = arena_new(&arena, (size_t)n, sizeof *family.back);
        family.same = arena_new(&arena, (size_t)n, sizeof *family.same);
        if (n > 1) {
            find_same(&family);
            add_warning(reader, &family, node_at(list, first)->place);
        }
        arena_free(&arena);
    }
}
