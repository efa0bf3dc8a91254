/* Plans: the exact steps of every strategy, forward and back, and which zones instances are put into and taken from. */
#include "world.h"

#include "models/placement.h"
#include "models/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_step(struct text *out, const struct step *s)
{
    text_add(out, "%s", out->length ? ", " : "");
    switch (s->kind) {
    case STEP_START:
        text_add(out, "start %d %s", s->count, version_names[s->version]);
        break;
    case STEP_STOP:
        text_add(out, "%s %d %s", s->at_once ? "vanish" : "stop", s->count, version_names[s->version]);
        break;
    case STEP_WAIT:
        text_add(out, "wait %g %s", s->seconds, s->why);
        break;
    case STEP_SHIFT:
        text_add(out, "shift %g%%", 100 * s->weight);
        break;
    case STEP_VERDICT:
        text_add(out, "verdict %g%%/%g%% %s", 100 * s->power, 100 * s->false_positive, s->why);
        break;
    default:
        text_add(out, "approve %g", s->seconds);
    }
}

static void expect_plan(const struct plan *plan, const char *want, int line)
{
    struct text out = {0};
    text_add(&out, "%s", "");
    for (int i = 0; i < plan->n_steps; i++)
        add_step(&out, &plan->steps[i]);
    expect_text(out.data, want, __FILE__, line);
    text_free(&out);
}

/* Both directions of a strategy with so many replicas; `now` is what is in place when it goes back, NULL: not asked. */
static void expect_steps(const char *strategy, int replicas, const struct in_place *now, const char *want, int line)
{
    struct arena arena = {0};
    const char *environments = arena_format(&arena, "[{name: p, services: [{name: w, replicas: %d}]}]", replicas);
    struct world *w = world_new(environments, "", strategy);
    struct plan plan = now ? strategy_plan_back(w->strategy, replicas, *now, &arena)
                           : strategy_plan(w->strategy, replicas, &arena);
    expect_plan(&plan, want, line);
    world_free(w);
    arena_free(&arena);
}

#define FORWARD(strategy, replicas, want) expect_steps(strategy, replicas, NULL, want, __LINE__)
#define BACK(strategy, replicas, old, new, weight, want)                                                               \
    expect_steps(strategy, replicas, &(struct in_place){{old, new}, weight}, want, __LINE__)

static void replica_i_begins_in_zone_i_mod_zones(void)
{
    struct arena arena = {0};
    for (int zones = 1; zones <= 5; zones++)
        for (int n = 0; n <= 13; n++) {
            struct placement p = placement_new(zones, &arena);
            int count[5] = {0};
            placement_spread(&p, OLD, n);
            for (int i = 0; i < n; i++)
                count[i % zones]++;
            for (int z = 0; z < zones; z++)
                EXPECT_COUNT(p.count[OLD][z], count[z]);
            EXPECT_COUNT(placement_total(&p, OLD), n);
            EXPECT_COUNT(placement_total(&p, NEW), 0);
        }
    arena_free(&arena);
}

/* The zone for the next launch (sign 1) or of the next to vanish (sign -1), by the words of the contract. */
static int next_zone(const int *count, int zones, int sign)
{
    int best = count[0] * sign;
    for (int z = 0; z < zones; z++)
        best = count[z] * sign < best ? count[z] * sign : best;
    for (int z = 0;; z++)
        if (count[z] * sign == best)
            return z;
}

static void set_counts(struct placement *p, enum version version, const int *counts)
{
    memcpy(p->count[version], counts, (size_t)p->zones * sizeof *counts);
}

static void instances_are_launched_where_fewest_are(void)
{
    struct arena arena = {0};
    struct placement p = placement_new(3, &arena);
    int by_zone[3];
    set_counts(&p, NEW, (int[]){1, 0, 1});
    set_counts(&p, OLD, (int[]){0, 9, 0}); /* the other version does not count */
    placement_launch(&p, NEW, 3, by_zone); /* zone 1, then 0 and 1 of three level zones */
    EXPECT_COUNT(by_zone[0], 1);
    EXPECT_COUNT(by_zone[1], 2);
    EXPECT_COUNT(by_zone[2], 0);
    EXPECT_COUNT(p.count[NEW][0], 2);
    EXPECT_COUNT(p.count[OLD][1], 9);
    arena_free(&arena);
}

static void instances_are_taken_from_where_most_are(void)
{
    struct arena arena = {0};
    struct placement p = placement_new(3, &arena);
    int by_zone[3];
    set_counts(&p, OLD, (int[]){2, 4, 3});
    placement_vanish(&p, OLD, 4, by_zone); /* 1 (4), 1 and then 2 of two with 3, then 0 of three with 2 */
    EXPECT_COUNT(by_zone[0], 1);
    EXPECT_COUNT(by_zone[1], 2);
    EXPECT_COUNT(by_zone[2], 1);
    placement_vanish(&p, OLD, 1, by_zone); /* 1, 2, 2 are left */
    EXPECT_COUNT(by_zone[0] + by_zone[2], 0);
    EXPECT_COUNT(by_zone[1], 1);
    arena_free(&arena);
}

static void any_mixture_of_launches_and_vanishings_keeps_to_the_rule(void)
{
    struct arena arena = {0};
    unsigned random = 12345;
    for (int round = 0; round < 300; round++) {
        int zones = 1 + round % 4, count[4] = {0};
        struct placement p = placement_new(zones, &arena);
        for (int turn = 0; turn < 12; turn++) {
            random = random * 1664525u + 1013904223u;
            bool launch = random >> 31 || placement_total(&p, NEW) < 4;
            int k = 1 + (int)(random >> 24 & 3), gone[4], expected[4] = {0};
            for (int i = 0; i < k; i++) {
                int z = next_zone(count, zones, launch ? 1 : -1);
                count[z] += launch ? 1 : -1;
                expected[z]++;
            }
            (launch ? placement_launch : placement_vanish)(&p, NEW, k, gone);
            if (memcmp(gone, expected, (size_t)zones * sizeof *gone) ||
                memcmp(p.count[NEW], count, (size_t)zones * sizeof *count))
                CU_FAIL("other zones than the contract's");
        }
    }
    arena_free(&arena);
}

static struct amount share(double value)
{
    return (struct amount){true, value};
}

static struct amount count(double value)
{
    return (struct amount){false, value};
}

static void expect_pace(struct amount surge, struct amount unavailable, int replicas, int s, int u, int line)
{
    struct pace pace = pace_resolve(surge, unavailable, replicas);
    expect_near("surge", pace.surge, s, 0, __FILE__, line);
    expect_near("unavailable", pace.unavailable, u, 0, __FILE__, line);
}

#define PACE(surge, unavailable, replicas, s, u) expect_pace(surge, unavailable, replicas, s, u, __LINE__)

static void surge_rounds_up_and_unavailable_down(void)
{
    PACE(share(.25), share(.25), 1, 1, 0);
    PACE(share(.25), share(.25), 3, 1, 0);
    PACE(share(.25), share(.25), 4, 1, 1);
    PACE(share(.25), share(.25), 10, 3, 2);
    PACE(share(.07), share(.07), 100, 7, 7); /* .07 * 100 is 7.000000000000001 in doubles */
    PACE(share(.29), share(.29), 100, 29, 29); /* and .29 * 100 is 28.999999999999996 */
    PACE(share(1), share(1), 7, 7, 7);
    PACE(share(.001), share(.999), 10, 1, 9);
}

static void counts_are_counts_and_two_zeros_make_one_unavailable(void)
{
    PACE(count(2), count(3), 10, 2, 3);
    PACE(count(0), count(0), 5, 0, 1);
    PACE(share(0), share(.1), 5, 0, 1); /* 10 % of 5 rounds down to 0 */
    PACE(share(0), share(0), 5, 0, 1);
    PACE(count(0), share(.5), 5, 0, 2);
    PACE(count(1), count(0), 5, 1, 0);
}

static void rolling_replaces_in_waves(void)
{
    const char *quarter = "type: rolling"; /* 25 % and 25 % are the defaults */
    FORWARD(quarter, 1, "start 1 new, stop 1 old");
    FORWARD(quarter, 3, "start 1 new, stop 1 old, start 1 new, stop 1 old, start 1 new, stop 1 old");
    FORWARD(quarter, 4, "stop 1 old, start 2 new, stop 2 old, start 2 new, stop 1 old");
    FORWARD(quarter, 10, "stop 2 old, start 5 new, stop 5 old, start 5 new, stop 3 old");
    FORWARD("type: rolling, max_surge: 0, max_unavailable: 0", 2, "stop 1 old, start 1 new, stop 1 old, start 1 new");
    FORWARD("type: rolling, max_surge: 2, max_unavailable: 0", 3, "start 2 new, stop 1 old, start 1 new, stop 2 old");
    FORWARD("type: rolling, max_surge: 9, max_unavailable: 9", 3, "start 3 new, stop 3 old");
    /* Below 1 a plain number can only be a share: 0.25 is 25 %, in quotes or not. */
    FORWARD("type: rolling, max_surge: 0.25, max_unavailable: 0", 10,
            "start 3 new, stop 3 old, start 3 new, stop 3 old, start 3 new, stop 1 old, start 1 new, stop 3 old");
    FORWARD("type: rolling, max_surge: 0, max_unavailable: '0.25'", 8,
            "stop 2 old, start 2 new, stop 2 old, start 2 new, stop 2 old, start 2 new, stop 2 old, start 2 new");
    FORWARD("type: rolling, max_surge: 1, max_unavailable: 0", 2, "start 1 new, stop 1 old, start 1 new, stop 1 old");
    FORWARD("type: rolling, max_surge: 100%, max_unavailable: 0", 3, "start 3 new, stop 3 old");
    FORWARD("type: rolling, min_ready: 30s", 4,
            "stop 1 old, start 2 new, wait 30 min_ready, stop 2 old, start 2 new, wait 30 min_ready, stop 1 old");
}

static void rolling_back_keeps_the_pace_but_not_min_ready(void)
{
    const char *quarter = "type: rolling, min_ready: 30s";
    BACK(quarter, 4, 0, 4, 0, "stop 1 new, start 2 old, stop 2 new, start 2 old, stop 1 new");
    BACK(quarter, 4, 1, 4, 0, "stop 2 new, start 2 old, stop 1 new, start 1 old, stop 1 new");
    BACK(quarter, 4, 3, 2, 0, "stop 1 new, start 1 old, stop 1 new");
    BACK(quarter, 4, 3, 0, 0, "start 1 old");
    BACK(quarter, 4, 4, 0, 0, "");
    BACK(quarter, 4, 4, 1, 0, "stop 1 new");
    BACK("type: rolling, max_surge: 1, max_unavailable: 0", 3, 2, 2, 0, "stop 1 new, start 1 old, stop 1 new");
}

static void recreate_stops_all_and_starts_all(void)
{
    FORWARD("type: recreate", 3, "stop 3 old, start 3 new");
    BACK("type: recreate", 3, 0, 3, 0, "stop 3 new, start 3 old");
    BACK("type: recreate", 3, 0, 0, 0, "start 3 old");
    BACK("type: recreate", 3, 3, 0, 0, "");
}

/* Section 4.5, word for word. */
static void write_roll(struct text *out, enum version version, int a, int b, int n, int s, int u, double min_ready)
{
    const char *here = version_names[version], *other = version_names[!version];
    while (b < n) {
        int m = s + u < n - b ? s + u : n - b;
        int stop = a + b + m - (n + s) > 0 ? a + b + m - (n + s) : 0;
        if (stop > 0)
            text_add(out, "%sstop %d %s", out->length ? ", " : "", stop, other);
        text_add(out, "%sstart %d %s", out->length ? ", " : "", m, here);
        if (min_ready > 0)
            text_add(out, ", wait %g min_ready", min_ready);
        a -= stop;
        b += m;
    }
    if (a > 0)
        text_add(out, "%sstop %d %s", out->length ? ", " : "", a, other);
}

static void rolling_is_the_contract_for_all_small_cases(void)
{
    struct arena arena = {0};
    for (int n = 1; n <= 5; n++)
        for (int s = 0; s <= 4; s++)
            for (int u = s == 0; u <= 6; u++)
                for (int b = 0; b <= n; b++)
                    for (int a = 0; a + b <= n + s && a <= n; a++) {
                        struct plan plan = {.arena = &arena, .routing = ROUTING_POOLED};
                        struct text want = {0};
                        text_add(&want, "%s", "");
                        enum version version = (a + b) % 2 ? OLD : NEW;
                        struct in_place now = {.count = {[OLD] = version == OLD ? b : a,
                                                         [NEW] = version == OLD ? a : b}};
                        roll_towards(&plan, version, now, n, (struct pace){s, u}, n == 2 ? 5 : 0);
                        write_roll(&want, version, a, b, n, s, u, n == 2 ? 5 : 0);
                        expect_plan(&plan, want.data, __LINE__);
                        text_free(&want);
                    }
    arena_free(&arena);
}

static void canary_goes_through_its_weights_and_starts_the_rest(void)
{
    /* A first step without traffic starts one, too: it is looked at before anybody gets to it. */
    FORWARD("type: canary, steps: [{weight: 0%, hold: 10m}]", 4,
            "start 1 new, shift 0%, wait 600 hold, start 3 new, shift 100%, stop 4 old");
    FORWARD("type: canary, steps: [{weight: 5%, hold: 10m}, {weight: 25%, hold: 10m}, {weight: 50%}], "
            "analysis: {power: 90%, false_positive: 2%}", 10,
            "start 1 new, shift 5%, wait 600 hold, verdict 90%/2% analysis, "
            "start 2 new, shift 25%, wait 600 hold, verdict 90%/2% analysis, "
            "start 2 new, shift 50%, verdict 90%/2% analysis, "
            "start 5 new, shift 100%, stop 10 old");
    FORWARD("type: canary, steps: [{weight: 20%, hold: 1s}]", 10,
            "start 2 new, shift 20%, wait 1 hold, start 8 new, shift 100%, stop 10 old");
    FORWARD("type: canary, steps: [{weight: 7%, hold: 1s}]", 100,
            "start 7 new, shift 7%, wait 1 hold, start 93 new, shift 100%, stop 100 old");
}

static void canary_starts_the_replicas_that_it_is_told(void)
{
    FORWARD("type: canary, steps: [{weight: 12%, hold: 5m}, {weight: 50%, hold: 8m, replicas: 2}], min_ready: 10s", 6,
            "start 1 new, wait 10 min_ready, shift 12%, wait 300 hold, start 1 new, wait 10 min_ready, shift 50%, "
            "wait 480 hold, start 4 new, wait 10 min_ready, shift 100%, stop 6 old");
    FORWARD("type: canary, steps: [{weight: 10%, hold: 5m, replicas: 9}], min_ready: 10s", 3,
            "start 3 new, wait 10 min_ready, shift 10%, wait 300 hold, shift 100%, stop 3 old");
}

static void canary_waits_min_ready_only_if_any_were_started(void)
{
    FORWARD("type: canary, steps: [{weight: 10%, hold: 1m, replicas: 3}, {weight: 50%, hold: 1m}], min_ready: 10s", 4,
            "start 3 new, wait 10 min_ready, shift 10%, wait 60 hold, shift 50%, wait 60 hold, start 1 new, "
            "wait 10 min_ready, shift 100%, stop 4 old");
}

static void blue_green_has_its_options_in_order(void)
{
    FORWARD("type: blue-green", 3, "start 3 new, shift 100%, stop 3 old");
    FORWARD("type: blue-green, hold: 30m", 3, "start 3 new, shift 100%, wait 1800 hold, stop 3 old");
    FORWARD("type: blue-green, verify: {power: 40%}", 3, "start 3 new, verdict 40%/0% verify, shift 100%, stop 3 old");
    FORWARD("type: blue-green, approve: 4m", 2, "start 2 new, approve 240, shift 100%, stop 2 old");
    FORWARD("type: blue-green, analysis: {power: 55%, false_positive: 2%}", 2,
            "start 2 new, shift 100%, verdict 55%/2% analysis, stop 2 old");
    FORWARD("type: blue-green, min_ready: 30s, verify: {duration: 2m, power: 40%, false_positive: 1%}, approve: 4m, "
            "hold: 15m, analysis: {power: 55%, false_positive: 2%}", 3,
            "start 3 new, wait 30 min_ready, wait 120 verify, verdict 40%/1% verify, approve 240, shift 100%, "
            "wait 900 hold, verdict 55%/2% analysis, stop 3 old");
}

static void weighted_strategies_go_back_by_weight(void)
{
    for (int i = 0; i < 2; i++) {
        const char *strategy = i ? "type: blue-green, min_ready: 30s"
                                 : "type: canary, steps: [{weight: 12%, hold: 1m}], min_ready: 30s";
        BACK(strategy, 6, 0, 6, 1, "start 6 old, shift 0%, vanish 6 new");
        BACK(strategy, 6, 6, 2, .12, "shift 0%, vanish 2 new");
        BACK(strategy, 6, 2, 6, 1, "start 4 old, shift 0%, vanish 6 new");
    }
}

static const struct test_case cases[] = {
    {"replica i begins in zone i mod zones", replica_i_begins_in_zone_i_mod_zones},
    {"instances are launched where fewest of the version are, lowest zone on a tie",
     instances_are_launched_where_fewest_are},
    {"instances are taken from where most of the version are, lowest zone on a tie",
     instances_are_taken_from_where_most_are},
    {"any mixture of launches and vanishings keeps to the rule",
     any_mixture_of_launches_and_vanishings_keeps_to_the_rule},
    {"surge rounds up and unavailable down", surge_rounds_up_and_unavailable_down},
    {"counts are counts, and two zeros make one unavailable", counts_are_counts_and_two_zeros_make_one_unavailable},
    {"rolling replaces in waves", rolling_replaces_in_waves},
    {"rolling back keeps the pace but not min_ready", rolling_back_keeps_the_pace_but_not_min_ready},
    {"recreate stops all and starts all", recreate_stops_all_and_starts_all},
    {"rolling is the contract's rule for all small cases", rolling_is_the_contract_for_all_small_cases},
    {"canary goes through its weights and starts the rest", canary_goes_through_its_weights_and_starts_the_rest},
    {"canary starts the replicas that it is told, at most all", canary_starts_the_replicas_that_it_is_told},
    {"canary waits min_ready only if any were started", canary_waits_min_ready_only_if_any_were_started},
    {"blue-green has its options in order", blue_green_has_its_options_in_order},
    {"weighted strategies go back by weight", weighted_strategies_go_back_by_weight},
    {NULL, NULL},
};

const struct test_suite suite_plan = {"plan", cases};
