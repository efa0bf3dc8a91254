/*
 * What a rollout does on a path: step by step, when something triggers in the middle of a step, and on the way back.
 *
 * Where starts take no time all other delays are fixed, so that what a path must look like can be written down: the
 * instances of both versions and the served share, for as long as they last ("time: up old up new served"). A false
 * alarm comes at random; the moment it comes decides which way back is expected.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double DAY = 86400, FOREVER = 1e8;

static const char *const ROLLING = "type: rolling, max_surge: 1, max_unavailable: 0, min_ready: 10s";
static const char *const ROLLING_POOL =
    "[{name: p, traffic: 0%, switch: 2s, switch_loss: 30%, "
    "services: [{name: web, replicas: 2, start: 0, drain: 30s}]}]";
static const char *const RECREATE_POOL =
    "[{name: p, traffic: 0%, switch: 2s, switch_loss: 20%, "
    "services: [{name: web, replicas: 4, demand: 2, start: 0, drain: 30s}]}]";
static const char *const CANARY =
    "type: canary, steps: [{weight: 25%, hold: 100s}, {weight: 50%, hold: 200s}], min_ready: 10s";
static const char *const CANARY_SIDE =
    "[{name: p, traffic: 0%, switch: 4s, switch_loss: 40%, "
    "services: [{name: web, replicas: 4, start: 0, drain: 20s}]}]";
static const char *const BLUE_GREEN =
    "type: blue-green, min_ready: 10s, verify: {duration: 120s, power: 0%}, hold: 900s";
static const char *const BLUE_GREEN_SIDE =
    "[{name: p, traffic: 0%, switch: 5s, switch_loss: 50%, "
    "services: [{name: web, replicas: 2, start: 0, drain: 30s}]}]";

static void release_is(struct world *w, enum release_state release)
{
    world_set(w, "release", release);
}

static void expect_timeline(struct world *w, const char *environment, int from, double zero, const char *want, int line)
{
    char *got = world_timeline(w, environment, from, zero);
    expect_text(got, want, __FILE__, line);
    free(got);
}

#define TIMELINE(w, environment, want) expect_timeline(w, environment, 0, 0, want, __LINE__)

static void a_rolling_update_takes_the_time_it_should(void)
{
    struct world *w = world_new(ROLLING_POOL, "", ROLLING);
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, DAY);
    TIMELINE(w, "p", "0: 2 old 1 new 1; 10: 2 old 1 new 0.9; 12: 1 old 1 new 1; 42: 1 old 2 new 1; "
                     "52: 1 old 2 new 0.9; 54: 0 old 2 new 1; 84: 0 old 2 new 1 finished");
    EXPECT_NEAR(world_reward(w, "duration"), 84, 1e-9);
    EXPECT_NEAR(world_reward(w, "lost"), .1 * 4, 1e-9);
    EXPECT_NEAR(world_reward(w, "downtime"), 4, 1e-9);
    EXPECT_NEAR(world_reward(w, "extra"), (12 + 12) / 3600., 1e-9);
    world_free(w);
}

static void recreate_leaves_nothing_in_between(void)
{
    struct world *w = world_new(RECREATE_POOL, "", "type: recreate");
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, DAY);
    TIMELINE(w, "p", "0: 4 old 0 new 0.8; 2: 0 old 0 new 0; 32: 0 old 4 new 1 finished");
    EXPECT_NEAR(world_reward(w, "duration"), 32, 1e-9);
    EXPECT_NEAR(world_reward(w, "lost"), .2 * 2 + 30, 1e-9);
    EXPECT_NEAR(world_reward(w, "downtime"), 32, 1e-9);
    EXPECT_NEAR(world_reward(w, "extra"), 0, 0);
    world_free(w);
}

/* The release is defective and half of its answers are errors, so that the weight can be read from what is served. */
static void a_canary_goes_through_its_weights(void)
{
    struct world *w = world_new(CANARY_SIDE, "error_rate: 50%", CANARY);
    release_is(w, RELEASE_DEFECTIVE);
    world_run(w, 1, DAY);
    TIMELINE(w, "p", "0: 4 old 1 new 1; 10: 4 old 1 new 0.9; 14: 4 old 1 new 0.875; 114: 4 old 2 new 0.875; "
                     "124: 4 old 2 new 0.7875; 128: 4 old 2 new 0.75; 328: 4 old 4 new 0.75; 338: 4 old 4 new 0.6; "
                     "342: 0 old 4 new 0.5; 362: 0 old 4 new 0.5 finished");
    EXPECT_NEAR(world_reward(w, "duration"), 362, 1e-9);
    EXPECT_NEAR(world_reward(w, "extra"), (114 + 2 * 214 + 4 * 14) / 3600., 1e-9);
    EXPECT_COUNT(world_holds(w, "escaped"), 1);
    world_free(w);
}

static void blue_green_moves_all_at_once(void)
{
    struct world *w = world_new(BLUE_GREEN_SIDE, "error_rate: 40%", BLUE_GREEN);
    release_is(w, RELEASE_DEFECTIVE);
    world_run(w, 1, DAY);
    TIMELINE(w, "p", "0: 2 old 2 new 1; 130: 2 old 2 new 0.5; 135: 2 old 2 new 0.6; 1035: 0 old 2 new 0.6; "
                     "1065: 0 old 2 new 0.6 finished");
    EXPECT_NEAR(world_reward(w, "extra"), 2 * 1035 / 3600., 1e-9);
    world_free(w);
}

static void a_shift_to_the_present_weight_is_nothing(void)
{
    struct world *w = world_new("[{name: p, switch: 2s, switch_loss: 10%, switch_failure: 100%, switch_repair: 0, "
                                "services: [{name: web, replicas: 2, start: 0}]}]", "",
                                "type: canary, steps: [{weight: 100%, hold: 10s}]");
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, DAY);
    TIMELINE(w, "p", "0: 2 old 2 new 0.9; 2: 2 old 2 new 1; 12: 0 old 2 new 1; 42: 0 old 2 new 1 finished");
    world_free(w);
}

static void environments_come_one_after_another_with_test_and_soak(void)
{
    struct world *w = world_new(
        "[{name: t, test: {duration: 20m, power: 0%}, soak: 5m, services: [{name: web, replicas: 1, start: 0}]},"
        " {name: p, users: 100%, switch: 0, services: [{name: web, replicas: 1, start: 0, drain: 10s}]}]", "",
        "type: recreate");
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, DAY);
    TIMELINE(w, "t", "0: 1 old 0 new 1; 2: 0 old 0 new 0; 32: 0 old 1 new 1; 1542: 0 old 1 new 1 finished");
    TIMELINE(w, "p", "0: 1 old 0 new 1; 1532: 0 old 0 new 0; 1542: 0 old 1 new 1 finished");
    EXPECT_NEAR(world_reward(w, "lost"), 10, 1e-9); /* nobody uses the test environment */
    world_free(w);
}

static void approvals_take_an_exponential_time(void)
{
    struct world *w = world_new("[{name: p, approve: 10m, switch: 0, services: [{name: web, replicas: 1, start: 0, "
                                "drain: 0}]}]", "", "type: blue-green, approve: 20m");
    release_is(w, RELEASE_SOUND);
    world_sample(w, 1, 8000, FOREVER);
    EXPECT_MEAN(world_mean(w, "duration"), 1800, 4);
    EXPECT_MEAN(world_mean(w, "extra"), 1200 / 3600., 4); /* the second set waits to be approved */
    EXPECT_MEAN(world_share_by(w, "finished", 600), 1 - 2 * exp(-.5) + exp(-1), 4); /* two exponentials in a row */
    world_free(w);
}

static void instances_go_to_and_come_from_the_zones_they_should(void)
{
    struct world *w = world_new("[{name: p, zones: 3, switch: 1s, services: [{name: web, replicas: 4, start: 0}]}]", "",
                                "type: rolling, max_surge: 1, max_unavailable: 1, min_ready: 1s");
    static const struct {
        double time;
        int old[3], new[3];
    } at[] = {
        {.5, {2, 1, 1}, {0, 0, 0}},  /* stop 1 old: from zone 0 */
        {1.5, {1, 1, 1}, {0, 0, 0}}, /* start 2 new, into zones 0 and 1 */
        {31.5, {1, 1, 1}, {1, 1, 0}}, /* stop 2 old: of level zones 0, then 1 */
        {33.5, {0, 0, 1}, {1, 1, 0}}, /* start 2 new: zone 2, then 0 */
        {63.5, {0, 0, 1}, {2, 1, 1}},
        {65.5, {0, 0, 0}, {2, 1, 1}},
    };
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, DAY);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        int e = 0;
        while (e + 1 < w->path.n_events && world_time(w, e + 1) <= at[i].time)
            e++;
        world_look(w, e);
        for (int z = 0; z < 3; z++) {
            char name[2][32];
            snprintf(name[0], sizeof *name, "p.web.old.up.%d", z);
            snprintf(name[1], sizeof *name, "p.web.new.up.%d", z);
            expect_near(name[0], world_get(w, name[0]), at[i].old[z], 0, __FILE__, __LINE__);
            expect_near(name[1], world_get(w, name[1]), at[i].new[z], 0, __FILE__, __LINE__);
        }
    }
    world_free(w);
}

/* A failed switch serves nothing until it is repaired, which completes the shift. */
static void a_misrouted_switch_is_repaired_and_complete(void)
{
    struct world *w = world_new("[{name: p, traffic: 0%, switch: 4s, switch_failure: 20%, switch_repair: 100s, "
                                "services: [{name: web, replicas: 4, start: 0}]}]", "error_rate: 50%",
                                "type: canary, steps: [{weight: 25%, hold: 10s}]");
    int misrouted = 0, switches = 0, at[2] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, DAY);
        for (int e = 1; e < w->path.n_events; e++) {
            world_look(w, e);
            if (world_is(w, e, "route")) {
                switches++;
                misrouted += w->path.events[e].branch == 0;
                EXPECT_NEAR(world_formula(w, "p.served") == 0, w->path.events[e].branch == 0, 0);
            } else if (world_is(w, e, "repair_switch")) {
                double x = world_formula(w, "p.by_new");
                CU_ASSERT(x == .25 || x == 1);
                at[x == 1]++;
            }
        }
    }
    EXPECT_COUNT(at[0] + at[1], misrouted);
    CU_ASSERT(at[0] > 20 && at[1] > 20);
    EXPECT_COUNT(switches, 600);
    world_reset(w);
    release_is(w, RELEASE_DEFECTIVE);
    world_sample(w, 1, 8000, FOREVER);
    EXPECT_MEAN(world_mean(w, "lost to misrouted"), 2 * .2 * 100, 4);
    world_free(w);
}

/* What a path looks like from a trigger in (from, to) on; times are counted from the reaction. */
struct way_back {
    double from, to;
    const char *want;
    int line;
};

#define WAY(from, to, want) {from, to, want, __LINE__}

static void expect_ways_back(struct world *w, const struct way_back *ways, int n_ways, int n_paths)
{
    int *seen = memory_new((size_t)n_ways, sizeof *seen);
    for (int i = 0; i < n_paths; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, (uint64_t)i, FOREVER);
        int trigger = world_trigger(w, 1), back = world_trigger(w, 2);
        double time = trigger < 0 ? -1 : world_time(w, trigger);
        for (int k = 0; k < n_ways; k++)
            if (ways[k].from < time && time < ways[k].to) {
                seen[k]++;
                expect_timeline(w, "p", trigger, world_time(w, back), ways[k].want, ways[k].line);
            }
    }
    for (int k = 0; k < n_ways; k++)
        expect_near("paths that went back from there, being there", seen[k] > 0, 1, 0, __FILE__, ways[k].line);
    free(seen);
}

static void a_pool_goes_back_from_the_middle_of_any_step(void)
{
    static const char *const from_two =
        "-: 1 old 2 new 1; 0: 1 old 2 new 0.9; 2: 1 old 1 new 1; 32: 2 old 1 new 0.9; 34: 2 old 0 new 1; "
        "64: 2 old 0 new 1 rolled back";
    static const char *const from_one =
        "-: 2 old 1 new 1; 0: 2 old 1 new 0.9; 2: 2 old 0 new 1; 32: 2 old 0 new 1 rolled back";
    const struct way_back ways[] = {
        WAY(0, 10, from_one),  /* waiting min_ready */
        WAY(10, 12, from_one), /* moving traffic away: the loss ends with the trigger */
        /* draining */
        WAY(12, 42, "-: 1 old 1 new 1; 0: 2 old 1 new 0.9; 2: 2 old 0 new 1; 32: 2 old 0 new 1 rolled back"),
        WAY(42, 52, from_two),
        WAY(52, 54, from_two),
        WAY(54, 84, "-: 0 old 2 new 1; 0: 1 old 2 new 0.9; 2: 1 old 1 new 1; 32: 2 old 1 new 0.9; 34: 2 old 0 new 1; "
                    "64: 2 old 0 new 1 rolled back"),
    };
    struct world *w = world_new(ROLLING_POOL, "error_rate: 0%, false_alarm_mtbf: 60s, react: 20s, rollback_failure: 0%",
                                ROLLING);
    expect_ways_back(w, ways, sizeof ways / sizeof *ways, 300);
    world_free(w);
}

static void recreate_goes_back_from_the_middle_of_any_step(void)
{
    const struct way_back ways[] = {
        WAY(0, 2, "-: 4 old 0 new 1; 0: 4 old 0 new 1 rolled back"),
        WAY(2, 32, "-: 0 old 0 new 0; 0: 4 old 0 new 1 rolled back"),
    };
    struct world *w = world_new(RECREATE_POOL, "false_alarm_mtbf: 20s, react: 20s, rollback_failure: 0%",
                                "type: recreate");
    expect_ways_back(w, ways, sizeof ways / sizeof *ways, 100);
    world_free(w);
}

static void a_canary_goes_back_from_the_middle_of_any_step(void)
{
    static const char *const quarter = "-: 4 old 2 new 0.875; 0: 4 old 2 new 0.7875; 4: 4 old 0 new 1 rolled back";
    static const char *const unweighted = "-: 4 old 1 new 1; 0: 4 old 0 new 1 rolled back";
    static const char *const half = "-: 4 old 4 new 0.75; 0: 4 old 4 new 0.6; 4: 4 old 0 new 1 rolled back";
    const struct way_back ways[] = {
        WAY(0, 10, unweighted),
        WAY(10, 14, unweighted), /* switching: the weight is the old one, and the loss ends */
        WAY(14, 114, "-: 4 old 1 new 0.875; 0: 4 old 1 new 0.7875; 4: 4 old 0 new 1 rolled back"),
        WAY(114, 124, quarter),
        WAY(124, 128, quarter),
        WAY(128, 328, "-: 4 old 2 new 0.75; 0: 4 old 2 new 0.6; 4: 4 old 0 new 1 rolled back"),
        WAY(328, 338, half),
        WAY(338, 342, half),
        /* The old ones are started first; then the traffic; the new ones vanish at once and do not drain. */
        WAY(342, 362, "-: 0 old 4 new 0.5; 0: 4 old 4 new 0.3; 4: 4 old 0 new 1 rolled back"),
    };
    struct world *w = world_new(CANARY_SIDE, "error_rate: 50%, false_alarm_mtbf: 250s, react: 20s, "
                                             "rollback_failure: 0%", CANARY);
    expect_ways_back(w, ways, sizeof ways / sizeof *ways, 600);
    world_free(w);
}

static void blue_green_goes_back_from_the_middle_of_any_step(void)
{
    static const char *const before = "-: 2 old 2 new 1; 0: 2 old 0 new 1 rolled back";
    const struct way_back ways[] = {
        WAY(0, 10, before),
        WAY(10, 130, before),  /* verifying */
        WAY(130, 135, before), /* switching */
        WAY(135, 1035, "-: 2 old 2 new 0.6; 0: 2 old 2 new 0.3; 5: 2 old 0 new 1 rolled back"),
        WAY(1035, 1065, "-: 0 old 2 new 0.6; 0: 2 old 2 new 0.3; 5: 2 old 0 new 1 rolled back"),
    };
    struct world *w = world_new(BLUE_GREEN_SIDE, "error_rate: 40%, false_alarm_mtbf: 500s, react: 20s, "
                                                 "rollback_failure: 0%", BLUE_GREEN);
    expect_ways_back(w, ways, sizeof ways / sizeof *ways, 600);
    world_free(w);
    /* Awaiting the approval, for as long as it takes. */
    const struct way_back awaiting[] = {WAY(0, 1e9, before)};
    w = world_new(BLUE_GREEN_SIDE, "false_alarm_mtbf: 500s, react: 20s, rollback_failure: 0%",
                  "type: blue-green, approve: 3000d");
    expect_ways_back(w, awaiting, 1, 10);
    world_free(w);
}

static void a_failed_verdict_goes_back_at_once_if_nobody_has_to_react(void)
{
    const struct way_back ways[] = {
        WAY(113.999, 114.001, "0: 4 old 1 new 0.7875; 4: 4 old 0 new 1 rolled back"),
    };
    struct world *w = world_new(CANARY_SIDE, "error_rate: 50%, rollback_failure: 0%",
                                "type: canary, steps: [{weight: 25%, hold: 100s}, {weight: 50%, hold: 200s}], "
                                "min_ready: 10s, analysis: {power: 100%}");
    expect_ways_back(w, ways, 1, 3);
    EXPECT_NEAR(world_reward(w, "duration"), 118, 1e-9);
    EXPECT_NEAR(world_first_time(w, "rollback"), 114, 1e-9);
    world_free(w);
}

static void detection_after_the_end_goes_back_too(void)
{
    struct world *w = world_new("[{name: p, switch_loss: 30%, services: [{name: web, replicas: 2, start: 0}]}]",
                                "error_rate: 0%, detect: 1h, react: 20s, rollback_failure: 0%", ROLLING);
    int seen = 0;
    for (uint64_t i = 0; i < 20; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1), back = world_trigger(w, 2);
        if (trigger < 0 || world_time(w, trigger) < 84)
            continue;
        seen++;
        expect_timeline(w, "p", trigger, world_time(w, back),
                        "-: 0 old 2 new 1 finished; 0: 1 old 2 new 0.9 finished; 2: 1 old 1 new 1 finished; "
                        "32: 2 old 1 new 0.9 finished; 34: 2 old 0 new 1 finished; "
                        "64: 2 old 0 new 1 finished rolled back", __LINE__);
        EXPECT_NEAR(world_reward(w, "duration"), 84, 1e-9); /* the end came first */
        EXPECT_COUNT(world_holds(w, "rollback"), 1);
        EXPECT_COUNT(world_holds(w, "escaped"), 0);
        EXPECT_COUNT(world_holds(w, "caught_early"), 0);
    }
    CU_ASSERT(seen > 10);
    world_free(w);
}

/* Where nothing follows the last instances that vanish, no drain and no test, what is in place is known as well. */
static void an_environment_that_ends_with_its_last_stop_goes_back_too(void)
{
    struct world *w = world_new("[{name: t, switch: 0, services: [{name: web, replicas: 2, start: 0, drain: 0}]},"
                                " {name: p, users: 100%, traffic: 0%, approve: 1h, switch: 0, services: "
                                "[{name: web, replicas: 2, start: 0, drain: 0}]}]",
                                "false_alarm_mtbf: 30m, detect: 1h, error_rate: 0%, react: 20s, rollback_failure: 0%",
                                "type: rolling, max_surge: 0, max_unavailable: 1");
    int early = 0;
    for (uint64_t i = 0; i < 100; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1);
        if (trigger < 0)
            continue;
        early += world_first_time(w, "finished") == INFINITY;
        world_look(w, trigger);
        EXPECT_COUNT(world_up(w, "t", NEW), 2);
        world_look(w, w->path.n_events - 1);
        EXPECT_COUNT(world_holds(w, "rolled_back"), 1);
        for (int e = 0; e < 2; e++) {
            EXPECT_COUNT(world_up(w, e ? "p" : "t", OLD), 2);
            EXPECT_COUNT(world_up(w, e ? "p" : "t", NEW), 0);
        }
    }
    CU_ASSERT(early > 20);
    world_free(w);
    w = world_new("[{name: p, switch: 0, services: [{name: web, replicas: 2, start: 0, drain: 0}]}]",
                  "error_rate: 0%, rollback_failure: 0%", "type: blue-green");
    release_is(w, RELEASE_DEFECTIVE);
    world_run(w, 1, FOREVER);
    world_look(w, world_trigger(w, 1));
    EXPECT_COUNT(world_holds(w, "finished"), 1);
    EXPECT_COUNT(world_up(w, "p", OLD), 0);
    world_look(w, w->path.n_events - 1);
    EXPECT_COUNT(world_up(w, "p", OLD), 2);
    EXPECT_COUNT(world_up(w, "p", NEW), 0);
    world_free(w);
}

/* A test environment that drains for 50 s, and production that drains for 10 s. */
static struct world *promotion(const char *release)
{
    return world_new("[{name: t, test: {duration: 100s, power: 0%}, services: [{name: web, replicas: 1, start: 0, "
                     "  drain: 50s}]},"
                     " {name: p, users: 100%, traffic: 0%, approve: 200s, soak: 60s, services: [{name: web, "
                     "  replicas: 1, start: 0, drain: 10s}]}]", release, "type: recreate");
}

/* The move that the path was at when the trigger came, and the environment it belongs to. */
static const struct move *move_at(struct world *w, int event)
{
    world_look(w, event);
    return &w->script.forward.moves[world_get(w, "step")];
}

static void each_environment_that_has_begun_goes_back_by_itself(void)
{
    struct world *w = promotion("error_rate: 0%, false_alarm_mtbf: 4m, react: 20s, rollback_failure: 0%");
    static const char *const back_t =
        "-: 0 old 1 new 1; 2: 0 old 0 new 0; 52: 1 old 0 new 1 rolled back";
    int in_test = 0, in_approval = 0, in_soak = 0;
    for (uint64_t i = 0; i < 300; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1);
        if (trigger < 0 || world_time(w, trigger) < 52)
            continue;
        double zero = world_time(w, world_trigger(w, 2));
        const struct move *move = move_at(w, trigger);
        bool early = move->environment == 0 || move->kind == MOVE_APPROVE;
        if (early) {
            expect_timeline(w, "p", trigger, zero, "-: 1 old 0 new 1; 52: 1 old 0 new 1 rolled back", __LINE__);
            in_test += move->environment == 0;
            in_approval += move->environment == 1;
        } else if (move->kind == MOVE_DELAY && move->seconds == 60) {
            expect_timeline(w, "p", trigger, zero, "-: 0 old 1 new 1; 2: 0 old 0 new 0; 12: 1 old 0 new 1; "
                                                   "52: 1 old 0 new 1 rolled back", __LINE__);
            in_soak++;
        } else {
            early = false;
        }
        expect_timeline(w, "t", trigger, zero, back_t, __LINE__);
        world_look(w, w->path.n_events - 1);
        EXPECT_COUNT(world_holds(w, "caught_early"), early);
        EXPECT_NEAR(world_reward(w, "duration"), zero + 52, 1e-6);
    }
    CU_ASSERT(in_test > 20 && in_approval > 20 && in_soak > 5);
    world_free(w);
}

static void what_has_not_begun_is_never_stuck(void)
{
    struct world *w = promotion("error_rate: 0%, false_alarm_mtbf: 4m, rollback_failure: 100%, manual_recovery: 30m");
    int both = 0, one = 0;
    for (uint64_t i = 0; i < 300; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1);
        if (trigger < 0)
            continue;
        const struct move *move = move_at(w, trigger);
        bool begun = move->environment == 1 && move->kind != MOVE_APPROVE;
        int t = world_find(w, "t.recover", 0), p = world_find(w, "p.recover", 0);
        EXPECT_COUNT(t > 0, 1);
        EXPECT_COUNT(p > 0, begun);
        both += begun;
        one += !begun;
        if (begun) /* rolled back when both are, each in its own time */
            EXPECT_NEAR(world_first_time(w, "rolled_back"), world_time(w, t > p ? t : p), 0);
    }
    CU_ASSERT(both > 20 && one > 20);
    world_free(w);
}

static void stuck_is_as_it_was_until_people_have_brought_it_back(void)
{
    struct world *w = world_new(CANARY_SIDE, "error_rate: 50%, false_alarm_mtbf: 250s, react: 20s, "
                                             "rollback_failure: 100%, manual_recovery: 30m", CANARY);
    static const struct way_back ways[] = {
        WAY(0, 14, "-: 4 old 1 new 1; 0: 4 old 0 new 1 rolled back"),
        WAY(14, 114, "-: 4 old 1 new 0.875; 0: 4 old 0 new 1 rolled back"),
        WAY(124, 128, "-: 4 old 2 new 0.875; 0: 4 old 0 new 1 rolled back"),
        WAY(338, 342, "-: 4 old 4 new 0.75; 0: 4 old 0 new 1 rolled back"),
        WAY(342, 362, "-: 0 old 4 new 0.5; 0: 4 old 0 new 1 rolled back"),
    };
    int seen[5] = {0};
    for (uint64_t i = 0; i < 600; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1), back = world_trigger(w, 2), recover = world_find(w, "p.recover", 0);
        for (int k = 0; k < 5 && trigger >= 0; k++) {
            double time = world_time(w, trigger);
            if (time <= ways[k].from || time >= ways[k].to)
                continue;
            seen[k]++;
            expect_timeline(w, "p", trigger, world_time(w, recover), ways[k].want, ways[k].line);
            world_look(w, back + 1); /* stuck: what is in place still counts, in one place as before */
            EXPECT_COUNT(world_holds(w, "stuck"), 1);
            EXPECT_NEAR(world_earns(w, "extra"),
                        fmax(0, world_up(w, "p", OLD) + world_up(w, "p", NEW) - 4) / 3600., 1e-12);
            world_look(w, w->path.n_events - 1);
            EXPECT_COUNT(world_holds(w, "stuck"), 1); /* and it is remembered */
            EXPECT_NEAR(world_earns(w, "extra"), 0, 0);
            EXPECT_NEAR(world_earns(w, "lost"), 0, 0);
        }
    }
    for (int k = 0; k < 5; k++)
        CU_ASSERT(seen[k] > 0);
    world_free(w);
}

static void recovery_takes_its_mean_time_and_repairs_everything(void)
{
    struct world *w = world_new("[{name: p, zones: 3, services: [{name: web, replicas: 4, mtbf: 10m, mttr: 5m, "
                                "start: 5m}]}]", "false_alarm_mtbf: 5m, rollback_failure: 100%, manual_recovery: 30m, "
                                "progress_deadline: 1h", "type: rolling, max_surge: 1, max_unavailable: 1");
    static const char *const zero[] = {"p.web.old.failed", "p.web.old.starting", "p.web.new.up", "p.web.new.failed",
                                       "p.web.new.starting"};
    double sum = 0, squares = 0;
    int n = 0, troubled = 0;
    for (uint64_t i = 0; i < 500; i++) {
        world_reset(w);
        release_is(w, RELEASE_SOUND);
        world_run(w, i, DAY);
        int recover = world_find(w, "p.recover", 0);
        if (recover < 0)
            continue;
        double wait = world_time(w, recover) - world_time(w, world_trigger(w, 2));
        sum += wait;
        squares += wait * wait;
        n++;
        world_look(w, recover - 1);
        troubled += world_up(w, "p", OLD) < 4 && world_up(w, "p", NEW) > 0;
        world_look(w, recover);
        for (int z = 0; z < 3; z++) {
            char name[64];
            snprintf(name, sizeof name, "p.web.old.up.%d", z);
            EXPECT_COUNT(world_get(w, name), z == 0 ? 2 : 1);
            for (size_t k = 0; k < sizeof zero / sizeof *zero; k++) {
                snprintf(name, sizeof name, "%s.%d", zero[k], z);
                EXPECT_COUNT(world_get(w, name), 0);
            }
        }
        EXPECT_NEAR(world_rate(w, "p.web.fail"), 4 / 600., 1e-12); /* faults go on */
    }
    struct mean found = {sum / n, sqrt((squares / n - sum / n * sum / n) / n)};
    EXPECT_MEAN(found, 1800, 4);
    CU_ASSERT(n > 400 && troubled > 100);
    world_free(w);
}

/* The rollback waits for the repair, which completes the shift, and then moves the traffic from the new weight. */
static void a_misrouted_environment_goes_back_after_its_repair(void)
{
    struct world *w = world_new("[{name: p, traffic: 0%, switch: 4s, switch_failure: 60%, switch_repair: 100s, "
                                "services: [{name: web, replicas: 4, start: 0}]}]",
                                "error_rate: 50%, false_alarm_mtbf: 200s, react: 50s, rollback_failure: 0%",
                                "type: canary, steps: [{weight: 25%, hold: 10s}]");
    int waited = 0, repaired_first = 0, failed_again = 0;
    for (uint64_t i = 0; i < 600; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1);
        if (trigger < 0 || move_at(w, trigger)->kind != MOVE_MISROUTED)
            continue;
        double aim = w->script.forward.moves[world_get(w, "step") + 1].before.weight;
        int repair = world_find(w, "repair_switch", trigger), back = world_trigger(w, 2);
        int go = world_find(w, "p.go_back", trigger);
        for (int e = trigger; e < repair; e++) {
            world_look(w, e);
            EXPECT_NEAR(world_formula(w, "p.served"), 0, 0);
        }
        EXPECT_NEAR(world_time(w, go), world_time(w, repair > back ? repair : back), 0);
        CU_ASSERT(go > repair && go > back);
        world_look(w, repair);
        EXPECT_NEAR(world_formula(w, "p.by_new"), aim, 1e-12);
        waited += repair > back;
        repaired_first += repair < back;
        int again = world_find(w, "p.back.repair_switch", go), end = w->path.n_events - 1;
        if (again > 0) { /* the way back may fail as well; then the new ones vanish when that is repaired */
            failed_again++;
            world_look(w, again - 1);
            EXPECT_NEAR(world_formula(w, "p.served"), 0, 0);
            EXPECT_NEAR(world_time(w, end), world_time(w, again), 0);
        } else {
            EXPECT_NEAR(world_time(w, end), world_time(w, go) + 4, 1e-6);
        }
        world_look(w, end);
        EXPECT_COUNT(world_holds(w, "rolled_back"), 1);
        EXPECT_COUNT(world_up(w, "p", NEW), 0);
        EXPECT_COUNT(world_up(w, "p", OLD), 4);
    }
    CU_ASSERT(waited > 30 && repaired_first > 10 && failed_again > 20);
    world_free(w);
}

static void a_misrouted_environment_does_not_hold_up_the_others(void)
{
    struct world *w = world_new("[{name: t, switch: 1s, services: [{name: web, replicas: 1, start: 0, drain: 0}]},"
                                " {name: p, users: 100%, traffic: 0%, switch: 1s, switch_failure: 100%, "
                                "  switch_repair: 1h, services: [{name: web, replicas: 1, start: 0, drain: 0}]}]",
                                "error_rate: 0%, false_alarm_mtbf: 10m, rollback_failure: 0%", "type: blue-green");
    int seen = 0;
    for (uint64_t i = 0; i < 50; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, FOREVER);
        int trigger = world_trigger(w, 1), repair = world_find(w, "repair_switch", trigger);
        if (trigger < 0 || move_at(w, trigger)->kind != MOVE_MISROUTED)
            continue;
        double time = world_time(w, trigger);
        int t = world_find(w, "t.go_back", trigger), gone = world_find(w, "t.back.vanish", trigger);
        EXPECT_NEAR(world_time(w, t), time, 0);
        EXPECT_NEAR(world_time(w, gone), time + 1, 1e-6);
        EXPECT_NEAR(world_time(w, world_find(w, "p.go_back", trigger)), world_time(w, repair), 0);
        seen++;
    }
    CU_ASSERT(seen > 20);
    world_free(w);
}

/* Nothing of the plan is begun or finished after a trigger, but starting instances go on starting. */
static void after_a_trigger_only_starting_goes_on(void)
{
    struct world *w = world_new(
        "[{name: t, approve: 1m, test: {duration: 2m, power: 30%, false_positive: 20%}, soak: 1m, "
        "  services: [{name: web, replicas: 2, start: 20s}]},"
        " {name: p, users: 100%, switch_failure: 20%, services: [{name: web, replicas: 3, start: 40s}]}]",
        "detect: 5m, false_alarm_mtbf: 5m, progress_deadline: 30s, react: 10m, rollback_failure: 0%",
        "type: canary, steps: [{weight: 30%, hold: 2m}], analysis: {power: 20%, false_positive: 10%}");
    static const char *const allowed[] = {"t.web.ready", "p.web.ready", "repair_switch", "react"};
    int ready = 0;
    for (uint64_t i = 0; i < 400; i++) {
        world_reset(w);
        release_is(w, i % 2 ? RELEASE_DEFECTIVE : RELEASE_SOUND);
        world_run(w, i, DAY);
        int trigger = world_trigger(w, 1), back = world_trigger(w, 2);
        for (int e = trigger + 1; trigger >= 0 && e <= back; e++) {
            bool good = false;
            for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++)
                good = good || world_is(w, e, allowed[k]);
            EXPECT_TEXT(good ? "allowed" : w->process->commands[w->path.events[e].command].name, "allowed");
            ready += world_is(w, e, "t.web.ready") || world_is(w, e, "p.web.ready");
        }
    }
    CU_ASSERT(ready > 100);
    world_free(w);
}

static void a_start_that_misses_its_deadline_goes_back_and_the_way_back_has_none(void)
{
    const struct way_back pooled[] = {WAY(599.999, 600.001,
        "-: 2 old 0+2 new 0.5; 0: 2 old 0+2 new 0.425; 2: 2 old 0 new 0.5; 32: 2+2 old 0 new 0.5")};
    const struct way_back weighted[] = {WAY(599.999, 600.001, "-: 4 old 0+4 new 1; 0: 4 old 0 new 1 rolled back")};
    const char *environments = "[{name: p, switch: 0, services: [{name: web, replicas: 4, start: 100y, drain: 30s}]}]";
    struct world *w = world_new(environments, "react: 1h, rollback_failure: 0%", "type: blue-green");
    expect_ways_back(w, weighted, 1, 1);
    world_free(w);
    environments = "[{name: p, switch: 2s, switch_loss: 30%, services: [{name: web, replicas: 4, start: 10000y, "
                   "drain: 30s}]}]";
    w = world_new(environments, "react: 1h, progress_deadline: 568s, rollback_failure: 0%",
                  "type: rolling, max_surge: 0, max_unavailable: 2");
    expect_ways_back(w, pooled, 1, 1); /* the start began after 32 s; the old ones are waited for, however long */
    EXPECT_NEAR(world_reward(w, "duration"), FOREVER, 1e-3);
    world_free(w);
}

/* No instance ever becomes ready, whatever a start takes: the deadline ends it, at 600 s. */
static void a_start_that_always_fails_meets_its_deadline(void)
{
    static const struct {
        const char *start, *service, *release;
        enum release_state state;
        bool ready;
    } cases[] = {
        {"40s", "100%", "", RELEASE_SOUND, false},
        {"0", "100%", "", RELEASE_SOUND, false},
        {"40s", "0%", "start_failure: 100%, ", RELEASE_DEFECTIVE, false},
        {"0", "20%", "start_failure: 100%, ", RELEASE_DEFECTIVE, false},
        {"0", "20%", "start_failure: 100%, ", RELEASE_SOUND, true},
        {"0", "100%", "start_failure: 0%, ", RELEASE_DEFECTIVE, true}, /* 0 % is not the same as absent */
    };
    const struct way_back never[] = {WAY(599.999, 600.001, "0: 2 old 0 new 1 rolled back")};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct world *w = world_new(
            arena_format(&arena, "[{name: p, traffic: 0%%, services: [{name: web, replicas: 2, start: %s, "
                         "start_failure: %s}]}]", cases[i].start, cases[i].service),
            arena_format(&arena, "%serror_rate: 0%%, rollback_failure: 0%%", cases[i].release), "type: blue-green");
        release_is(w, cases[i].state);
        world_run(w, 1, DAY);
        world_look(w, w->path.n_events - 1);
        EXPECT_COUNT(world_first_time(w, "finished") < INFINITY, cases[i].ready);
        EXPECT_COUNT(world_holds(w, "rollback"), !cases[i].ready);
        if (!cases[i].ready) {
            EXPECT_NEAR(world_first_time(w, "rollback"), 600, 1e-9);
            EXPECT_NEAR(world_reward(w, "duration"), 600, 1e-9);
        }
        if (!cases[i].ready && cases[i].state == RELEASE_DEFECTIVE)
            expect_ways_back(w, never, 1, 1);
        world_free(w);
        arena_free(&arena);
    }
}

/* The old ones are ready after their own time, though half of the new ones, which hardly ever start, are in place. */
static void the_way_back_does_not_wait_for_new_instances(void)
{
    struct world *w = world_new("[{name: p, services: [{name: web, replicas: 4, start: 10s, drain: 0}]}]",
                                "start_failure: 99.9%, progress_deadline: 1s, rollback_failure: 0%",
                                "type: rolling, max_surge: 2, max_unavailable: 2");
    double sum = 0, squares = 0;
    int n = 0;
    for (uint64_t i = 0; i < 200; i++) {
        world_reset(w);
        release_is(w, RELEASE_DEFECTIVE);
        world_run(w, i, DAY);
        int launch = world_find(w, "p.back.launch", 0), started = world_find(w, "p.back.started", 0);
        double wait = world_time(w, started) - world_time(w, launch);
        world_look(w, launch);
        EXPECT_COUNT(world_starting(w, "p", OLD), 2);
        EXPECT_COUNT(world_starting(w, "p", NEW) + world_up(w, "p", NEW), 2);
        sum += wait;
        squares += wait * wait;
        n++;
    }
    struct mean found = {sum / n, sqrt((squares / n - sum / n * sum / n) / n)};
    EXPECT_MEAN(found, 10 * (1 + 1. / 2), 4);
    world_free(w);
}

/* Of what vanishes in a zone the starting ones go first, then the failed ones, then those that are up. */
static void the_least_useful_vanish_first(void)
{
    struct world *w = world_new("[{name: p, zones: 2, switch: 0, services: [{name: web, replicas: 4, mtbf: 30d, "
                                "mttr: 5d, start: 5d, drain: 30s}]}]", "rollback_failure: 0%",
                                "type: rolling, max_surge: 0, max_unavailable: 2");
    /* Of 2 new ones in each zone the way back begins by taking one from each. */
    static const struct {
        int before[2][3], after[2][3]; /* per zone: starting, failed, up */
    } cases[] = {
        {{{1, 1, 0}, {1, 0, 1}}, {{0, 1, 0}, {0, 0, 1}}},
        {{{0, 1, 1}, {0, 0, 2}}, {{0, 0, 1}, {0, 0, 1}}},
        {{{2, 0, 0}, {0, 2, 0}}, {{1, 0, 0}, {0, 1, 0}}},
    };
    static const char *const what[] = {"starting", "failed", "up"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64];
        world_reset(w);
        release_is(w, RELEASE_SOUND);
        world_at(w, MOVE_READY, 1); /* all four new ones are in place */
        world_set(w, "trigger", 2);
        for (int z = 0; z < 2; z++)
            for (int k = 0; k < 3; k++) {
                snprintf(name, sizeof name, "p.web.new.%s.%d", what[k], z);
                world_set(w, name, cases[i].before[z][k]);
                snprintf(name, sizeof name, "p.web.old.%s.%d", what[k], z);
                world_set(w, name, 0);
            }
        world_run(w, 1, 0);
        world_look(w, w->path.n_events - 1);
        for (int z = 0; z < 2; z++)
            for (int k = 0; k < 3; k++) {
                snprintf(name, sizeof name, "p.web.new.%s.%d", what[k], z);
                expect_near(name, world_get(w, name), cases[i].after[z][k], 0, __FILE__, __LINE__);
            }
    }
    world_free(w);
}

static void duration_ends_with_the_end_or_the_way_back_or_the_horizon(void)
{
    struct world *w = world_new(ROLLING_POOL, "false_alarm_mtbf: 60s, react: 20s, rollback_failure: 20%", ROLLING);
    int neither = 0, finished = 0, back = 0;
    for (uint64_t i = 0; i < 300; i++) {
        world_reset(w);
        release_is(w, RELEASE_SOUND);
        world_run(w, i, 150);
        double end = fmin(world_first_time(w, "finished"), world_first_time(w, "rolled_back"));
        EXPECT_NEAR(world_reward(w, "duration"), fmin(end, 150), 1e-9);
        neither += isinf(end);
        finished += world_first_time(w, "finished") < 150;
        back += world_first_time(w, "rolled_back") < 150;
        world_look(w, w->path.n_events - 1);
        EXPECT_COUNT(world_holds(w, "false_rollback"), world_trigger(w, 1) >= 0);
        EXPECT_COUNT(world_holds(w, "escaped"), 0);
    }
    CU_ASSERT(neither > 10 && finished > 10 && back > 10);
    world_free(w);
}

static void extra_counts_what_is_in_place_in_whatever_state(void)
{
    /* Two environments with a second set each that never gets ready within the horizon, and faults besides. */
    struct world *w = world_new("[{name: a, users: 50%, services: [{name: web, replicas: 3, start: 100y, mtbf: 1m, "
                                "mttr: 1m}]}, {name: b, users: 50%, services: [{name: web, replicas: 2}]}]",
                                "progress_deadline: 1000d, rollback_failure: 0%", "type: blue-green");
    release_is(w, RELEASE_SOUND);
    world_run(w, 1, 7200);
    EXPECT_NEAR(world_reward(w, "extra"), 3 * 2, 1e-9);
    world_free(w);
}

static void a_release_escapes_if_it_is_defective_and_nothing_triggers(void)
{
    struct world *w = world_new(RECREATE_POOL, "defective: 30%", "type: recreate");
    world_sample(w, 1, 4000, 100);
    EXPECT_MEAN(world_share(w, "escaped"), .3, 4);
    EXPECT_NEAR(world_share(w, "rollback").mean, 0, 0);
    world_free(w);
}

static const struct test_case cases[] = {
    {"a rolling update takes the time it should", a_rolling_update_takes_the_time_it_should},
    {"recreate leaves nothing in between", recreate_leaves_nothing_in_between},
    {"a canary goes through its weights", a_canary_goes_through_its_weights},
    {"blue-green moves all at once", blue_green_moves_all_at_once},
    {"a shift to the present weight is nothing", a_shift_to_the_present_weight_is_nothing},
    {"environments come one after another, with test and soak", environments_come_one_after_another_with_test_and_soak},
    {"approvals take an exponential time", approvals_take_an_exponential_time},
    {"instances go to and come from the zones they should", instances_go_to_and_come_from_the_zones_they_should},
    {"a misrouted switch serves nothing until its repair, which completes it",
     a_misrouted_switch_is_repaired_and_complete},
    {"a pool goes back from the middle of any step", a_pool_goes_back_from_the_middle_of_any_step},
    {"recreate goes back from the middle of any step", recreate_goes_back_from_the_middle_of_any_step},
    {"a canary goes back from the middle of any step", a_canary_goes_back_from_the_middle_of_any_step},
    {"blue-green goes back from the middle of any step", blue_green_goes_back_from_the_middle_of_any_step},
    {"a failed verdict goes back at once if nobody has to react",
     a_failed_verdict_goes_back_at_once_if_nobody_has_to_react},
    {"detection after the end goes back too", detection_after_the_end_goes_back_too},
    {"an environment that ends with its last stop goes back too",
     an_environment_that_ends_with_its_last_stop_goes_back_too},
    {"each environment that has begun goes back by itself", each_environment_that_has_begun_goes_back_by_itself},
    {"what has not begun is never stuck", what_has_not_begun_is_never_stuck},
    {"what is stuck is as it was until people have brought it back",
     stuck_is_as_it_was_until_people_have_brought_it_back},
    {"recovery takes its mean time and repairs everything", recovery_takes_its_mean_time_and_repairs_everything},
    {"a misrouted environment goes back after its repair", a_misrouted_environment_goes_back_after_its_repair},
    {"a misrouted environment does not hold up the others", a_misrouted_environment_does_not_hold_up_the_others},
    {"after a trigger only starting goes on", after_a_trigger_only_starting_goes_on},
    {"a start that misses its deadline goes back, and the way back has no deadline",
     a_start_that_misses_its_deadline_goes_back_and_the_way_back_has_none},
    {"a start that always fails meets its deadline", a_start_that_always_fails_meets_its_deadline},
    {"the way back does not wait for new instances that are starting", the_way_back_does_not_wait_for_new_instances},
    {"the least useful vanish first", the_least_useful_vanish_first},
    {"duration ends with the end, or the way back, or the horizon",
     duration_ends_with_the_end_or_the_way_back_or_the_horizon},
    {"extra counts what is in place, in whatever state", extra_counts_what_is_in_place_in_whatever_state},
    {"a release escapes if it is defective and nothing triggers",
     a_release_escapes_if_it_is_defective_and_nothing_triggers},
    {NULL, NULL},
};

const struct test_suite suite_path = {"path", cases};
