/*
 * The model clause by clause, looked at in single states: at what rates things happen, what is served, what is counted.
 * The rates and formulas are those of the process that the engines run; what they must be is worked out here anew.
 */
#include "world.h"

#include <stdio.h>

static const double DAY = 86400;

/* A pool of 4 in 2 zones with everything that can fail; two services depended on. */
static const char *const POOL =
    "[{name: p, zones: {count: 2, mtbf: 100d, mttr: 1h}, ingress: {mtbf: 50d, mttr: 5m}, switch: 2s, switch_loss: 30%,"
    " services: [{name: web, replicas: 4, demand: 3, mtbf: 10d, mttr: 5m, repair_crews: 2, start: 50s,"
    "             start_failure: 20%, drain: 0},"
    "            {name: db, replicas: 3, demand: 2, mtbf: 20d, mttr: 10m, repair_crews: 1},"
    "            {name: cache, replicas: 2, demand: 2, mtbf: 5d, mttr: 1m}]}]";
static const char *const RELEASE =
    "defective: 30%, error_rate: 40%, crash_mtbf: 1h, start_failure: 50%, detect: 4m, false_alarm_mtbf: 30d";
static const char *const ROLLING = "type: rolling, max_surge: 2, max_unavailable: 1";
static const char *const CANARY =
    "type: canary, steps: [{weight: 25%, hold: 1m}, {weight: 50%, hold: 1m}], analysis: {power: 90%}";

static struct world *pool(void)
{
    return world_new(POOL, RELEASE, ROLLING);
}

static void set_old(struct world *w, int up0, int up1)
{
    world_set(w, "p.web.old.up.0", up0);
    world_set(w, "p.web.old.up.1", up1);
}

static void set_new(struct world *w, int up0, int up1)
{
    world_set(w, "p.web.new.up.0", up0);
    world_set(w, "p.web.new.up.1", up1);
}

static void all_begin_up_with_the_old_version_only(void)
{
    struct world *w = pool();
    static const struct {
        const char *name;
        int value;
    } begins[] = {
        {"p.web.old.up.0", 2},       {"p.web.old.up.1", 2},     {"p.web.old.failed.0", 0}, {"p.web.old.failed.1", 0},
        {"p.web.new.up.0", 0},       {"p.web.new.up.1", 0},     {"p.web.new.failed.0", 0}, {"p.web.new.failed.1", 0},
        {"p.web.old.starting.0", 0}, {"p.web.new.starting.0", 0}, {"p.web.new.starting.1", 0}, {"p.zone.up.0", 1},
        {"p.zone.up.1", 1},          {"p.ingress.up", 1},       {"p.db.up.0", 2},          {"p.db.up.1", 1},
        {"p.cache.up.0", 1},         {"p.cache.up.1", 1},       {"step", 0},               {"trigger", 0},
    };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        expect_near(begins[i].name, world_get(w, begins[i].name), begins[i].value, 0, __FILE__, __LINE__);
    EXPECT_NEAR(world_formula(w, "p.served"), 1 - .3 * 1 / 4, 1e-15); /* 1 of 4 is about to stop */
    EXPECT_NEAR(world_formula(w, "p.by_new"), 0, 0);
    EXPECT_NEAR(world_chance(w, "decide", 0), .3, 1e-15);
    world_run(w, 1, 0);
    EXPECT_TEXT(w->process->commands[w->path.events[1].command].name, "decide");
    EXPECT_COUNT(world_time(w, 1), 0);
    world_free(w);
}

static void instances_that_are_up_fail_and_defective_ones_also_crash(void)
{
    struct world *w = pool();
    set_old(w, 2, 1);
    set_new(w, 1, 2);
    world_set(w, "p.web.new.starting.0", 1); /* starting instances do not fail */
    for (int zone = 0; zone < 2; zone++) {   /* and that a zone is down changes nothing */
        world_set(w, "p.zone.up.1", !zone);
        world_set(w, "release", RELEASE_SOUND);
        EXPECT_NEAR(world_rate(w, "p.web.fail"), 6 / (10 * DAY), 1e-15);
        EXPECT_NEAR(world_chance_of(w, "p.web.fail", "p.web.new.up.1", -1), 2. / 6, 1e-12);
        EXPECT_NEAR(world_chance_of(w, "p.web.fail", "p.web.new.failed.1", 1), 2. / 6, 1e-12);
        world_set(w, "release", RELEASE_DEFECTIVE);
        double crash = 1 / (10 * DAY) + 1 / 3600., all = 3 / (10 * DAY) + 3 * crash;
        EXPECT_NEAR(world_rate(w, "p.web.fail"), all, 1e-15);
        EXPECT_NEAR(world_chance_of(w, "p.web.fail", "p.web.old.up.0", -1), 2 / (10 * DAY) / all, 1e-12);
        EXPECT_NEAR(world_chance_of(w, "p.web.fail", "p.web.new.up.1", -1), 2 * crash / all, 1e-12);
    }
    world_free(w);
}

static void without_an_mtbf_nothing_fails(void)
{
    struct world *w = world_new("[{name: p, services: [{name: web, replicas: 2}, {name: db, replicas: 1}]}]", "",
                                "type: recreate");
    static const char *const never[] = {"p.web.fail", "p.zone.fail", "p.ingress.fail", "p.db.fail"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        CU_ASSERT(process_find_command(w->process, never[i]) < 0);
    world_set(w, "release", RELEASE_SOUND);
    for (uint64_t i = 0; i < 20; i++) { /* and a path has no other events than the rollout's own */
        world_run(w, i, 1e9);
        EXPECT_COUNT(world_reward(w, "lost") > 0, 1);
        EXPECT_COUNT(world_first_time(w, "finished") < 1e6, 1);
    }
    world_free(w);
}

static void crews_repair_at_their_rate_over_zones_and_versions(void)
{
    struct world *w = pool();
    for (int a = 0; a <= 2; a++)
        for (int b = 0; b <= 2; b++)
            for (int c = 0; c <= 1; c++) {
                int failed = a + b + c;
                world_set(w, "p.web.old.failed.0", a);
                world_set(w, "p.web.new.failed.1", b);
                world_set(w, "p.web.new.failed.0", c);
                world_set(w, "p.zone.up.0", c);
                EXPECT_NEAR(world_rate(w, "p.web.repair"), (failed < 2 ? failed : 2) / 300., 1e-15);
                if (failed == 0)
                    continue;
                EXPECT_NEAR(world_chance_of(w, "p.web.repair", "p.web.old.failed.0", -1), (double)a / failed, 1e-12);
                EXPECT_NEAR(world_chance_of(w, "p.web.repair", "p.web.old.up.0", 1), (double)a / failed, 1e-12);
                EXPECT_NEAR(world_chance_of(w, "p.web.repair", "p.web.new.failed.1", -1), (double)b / failed, 1e-12);
            }
    world_free(w);
    w = world_new("[{name: p, services: [{name: web, replicas: 4, mtbf: 1d, mttr: 5m}]}]", "", ROLLING);
    world_set(w, "p.web.old.failed.0", 3);
    EXPECT_NEAR(world_rate(w, "p.web.repair"), 3 / 300., 1e-15); /* no crews given: all at once */
    world_free(w);
}

static void starting_instances_become_ready_in_any_zone(void)
{
    struct world *w = pool();
    world_set(w, "p.web.new.starting.0", 1);
    world_set(w, "p.web.new.starting.1", 2);
    world_set(w, "p.web.old.starting.1", 1);
    for (int zone = 0; zone < 2; zone++) {
        world_set(w, "p.zone.up.1", zone);
        world_set(w, "release", RELEASE_SOUND);
        EXPECT_NEAR(world_rate(w, "p.web.ready"), 4 * .8 / 50, 1e-12); /* one attempt of five begins again */
        EXPECT_NEAR(world_chance_of(w, "p.web.ready", "p.web.new.up.1", 1), .5, 1e-12);
        world_set(w, "release", RELEASE_DEFECTIVE);
        EXPECT_NEAR(world_rate(w, "p.web.ready"), 3 * .5 / 50 + .8 / 50, 1e-12);
        EXPECT_NEAR(world_chance_of(w, "p.web.ready", "p.web.old.starting.1", -1), .8 / 2.3, 1e-12);
    }
    world_free(w);
    w = world_new("[{name: p, services: [{name: web, replicas: 2, start: 50s, start_failure: 20%}]}]", "", ROLLING);
    world_set(w, "p.web.new.starting.0", 1);
    world_set(w, "release", RELEASE_DEFECTIVE); /* without release.start_failure the service's holds */
    EXPECT_NEAR(world_rate(w, "p.web.ready"), .8 / 50, 1e-12);
    world_free(w);
}

static void zones_and_ingress_go_down_and_up_by_themselves(void)
{
    struct world *w = pool();
    EXPECT_NEAR(world_rate(w, "p.zone.fail"), 2 / (100 * DAY), 1e-15);
    EXPECT_NEAR(world_rate(w, "p.ingress.fail"), 1 / (50 * DAY), 1e-15);
    EXPECT_NEAR(world_rate(w, "p.ingress.repair"), 0, 0);
    world_set(w, "p.zone.up.1", 0);
    world_set(w, "p.ingress.up", 0);
    EXPECT_NEAR(world_rate(w, "p.zone.fail"), 1 / (100 * DAY), 1e-15);
    EXPECT_NEAR(world_chance_of(w, "p.zone.fail", "p.zone.up.0", -1), 1, 1e-12);
    EXPECT_NEAR(world_rate(w, "p.zone.repair"), 1 / 3600., 1e-12);
    EXPECT_NEAR(world_chance_of(w, "p.zone.repair", "p.zone.up.1", 1), 1, 1e-12);
    EXPECT_NEAR(world_rate(w, "p.ingress.fail"), 0, 0);
    EXPECT_NEAR(world_rate(w, "p.ingress.repair"), 1 / 300., 1e-12);
    world_free(w);
}

static void services_depended_on_fail_and_come_back_likewise(void)
{
    struct world *w = pool();
    EXPECT_NEAR(world_rate(w, "p.db.fail"), 3 / (20 * DAY), 1e-15);
    world_set(w, "p.db.up.0", 0);
    world_set(w, "p.zone.up.0", 0);
    EXPECT_NEAR(world_rate(w, "p.db.fail"), 1 / (20 * DAY), 1e-15);
    EXPECT_NEAR(world_rate(w, "p.db.repair"), 1 / 600., 1e-12); /* two failed, one crew */
    EXPECT_NEAR(world_chance_of(w, "p.db.repair", "p.db.up.0", 1), 1, 1e-12);
    world_set(w, "p.cache.up.0", 0);
    world_set(w, "p.cache.up.1", 0);
    EXPECT_NEAR(world_rate(w, "p.cache.repair"), 2 / 60., 1e-12);
    world_free(w);
}

/* A repair that takes no time: things fail all the time, and nobody sees it. */
static void what_comes_back_at_once_is_never_missed(void)
{
    struct world *w = world_new(
        "[{name: p, zones: {count: 2, mtbf: 1h, mttr: 0}, ingress: {mtbf: 1h, mttr: 0}, switch: 0, services: ["
        "{name: web, replicas: 2, mtbf: 1h, mttr: 0, start: 0, drain: 0}, "
        "{name: db, replicas: 2, mtbf: 1h, mttr: 0, repair_crews: 1}]}]", "error_rate: 0%", ROLLING);
    static const char *const fails[] = {"p.zone.fail", "p.ingress.fail", "p.web.fail", "p.db.fail"};
    int seen[4] = {0};
    world_set(w, "release", RELEASE_SOUND);
    world_run(w, 1, 30 * DAY);
    for (int e = 1; e < w->path.n_events; e++)
        for (int k = 0; k < 4; k++)
            seen[k] += world_is(w, e, fails[k]);
    for (int k = 0; k < 4; k++)
        CU_ASSERT(seen[k] > 600); /* 720 and more are expected of each */
    EXPECT_NEAR(world_reward(w, "lost"), 0, 0);
    EXPECT_NEAR(world_reward(w, "downtime"), 0, 0);
    world_free(w);
}

static void a_pool_shares_the_traffic_among_all_instances(void)
{
    struct world *w = pool();
    world_at(w, MOVE_READY, 0);
    for (int i = 0; i < 3 * 3 * 3 * 3 * 4; i++) {
        int o0 = i % 3, o1 = i / 3 % 3, n0 = i / 9 % 3, n1 = i / 27 % 3, z0 = i / 81 % 2, z1 = i / 162;
        set_old(w, o0, o1);
        set_new(w, n0, n1);
        world_set(w, "p.zone.up.0", z0);
        world_set(w, "p.zone.up.1", z1);
        double dependencies = fmin(1, (z0 * 2 + z1) / 2.) * (z0 + z1) / 2.;
        int o = o0 * z0 + o1 * z1, m = n0 * z0 + n1 * z1;
        double c = o + m, f = fmin(1, c / 3), x = c > 0 ? f * m / c : 0;
        world_set(w, "release", RELEASE_SOUND);
        EXPECT_NEAR(world_formula(w, "p.by_new"), x, 1e-12);
        EXPECT_NEAR(world_formula(w, "p.served"), f * dependencies, 1e-12);
        world_set(w, "release", RELEASE_DEFECTIVE);
        EXPECT_NEAR(world_formula(w, "p.by_new"), x, 1e-12);
        EXPECT_NEAR(world_formula(w, "p.served"), (f - x * .4) * dependencies, 1e-12);
    }
    world_free(w);
}

static void pooled_shares_are_as_worked_out_by_hand(void)
{
    struct world *w = world_new("[{name: p, zones: 2, services: [{name: web, replicas: 4, demand: 3}]}]",
                                "error_rate: 40%", ROLLING);
    world_set(w, "release", RELEASE_DEFECTIVE);
    world_at(w, MOVE_READY, 0);
    set_old(w, 1, 1);
    set_new(w, 1, 1); /* 4 serve a demand of 3: half is the new version's */
    EXPECT_NEAR(world_formula(w, "p.by_new"), .5, 1e-12);
    EXPECT_NEAR(world_formula(w, "p.served"), .8, 1e-12);
    set_old(w, 1, 0);
    set_new(w, 0, 1); /* 2 of 3 */
    EXPECT_NEAR(world_formula(w, "p.by_new"), 1. / 3, 1e-12);
    EXPECT_NEAR(world_formula(w, "p.served"), 2. / 3 - .4 / 3, 1e-12);
    set_old(w, 0, 0);
    set_new(w, 0, 0);
    EXPECT_NEAR(world_formula(w, "p.by_new"), 0, 0);
    EXPECT_NEAR(world_formula(w, "p.served"), 0, 0);
    world_free(w);
}

static void weights_share_the_traffic_between_the_versions(void)
{
    struct world *w = world_new("[{name: p, services: [{name: web, replicas: 4, demand: 2.5}]}]", "error_rate: 40%",
                                CANARY);
    static const struct {
        enum move_kind kind;
        int nth;
        double weight;
    } at[] = {{MOVE_READY, 0, 0}, {MOVE_VERDICT, 0, .25}, {MOVE_VERDICT, 1, .5}, {MOVE_READY, 2, .5},
              {MOVE_VANISH, 0, 1}, {MOVE_NONE, 0, 1}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        for (int o = 0; o <= 4; o++)
            for (int m = 0; m <= 4; m++)
                for (int b = 0; b <= 1; b++) {
                    double weight = at[i].weight, x = fmin(weight, m / 2.5);
                    world_at(w, at[i].kind, at[i].nth);
                    world_set(w, "release", b ? RELEASE_DEFECTIVE : RELEASE_SOUND);
                    world_set(w, "p.web.old.up.0", o);
                    world_set(w, "p.web.new.up.0", m);
                    EXPECT_NEAR(world_formula(w, "p.by_new"), x, 1e-12);
                    EXPECT_NEAR(world_formula(w, "p.served"), x * (1 - .4 * b) + fmin(1 - weight, o / 2.5), 1e-12);
                }
    world_at(w, MOVE_VERDICT, 0); /* by hand: 1 of 2.5 takes its 25 %, 1 of 2.5 only 40 of the 75 % */
    world_set(w, "release", RELEASE_DEFECTIVE);
    world_set(w, "p.web.old.up.0", 1);
    world_set(w, "p.web.new.up.0", 1);
    EXPECT_NEAR(world_formula(w, "p.served"), .25 * .6 + .4, 1e-12);
    world_free(w);
}

/* Where nothing is missing nothing is lost, to the last bit: a path without loss must count as one of 0. */
static void nothing_is_lost_by_rounding(void)
{
    struct text steps = {0};
    for (int i = 0; i <= 200; i++)
        text_add(&steps, "%s{weight: %d.%d%%}", i ? ", " : "type: canary, steps: [", i / 2, i % 2 * 5);
    text_add(&steps, "]");
    struct world *w = world_new("[{name: p, users: 30%, services: [{name: web, replicas: 7, demand: 2.7}, "
                                "{name: db, replicas: 3, demand: 2.9}]}, {name: q, users: 70%, services: "
                                "[{name: web, replicas: 7}]}]", "", steps.data);
    world_set(w, "release", RELEASE_SOUND);
    world_set(w, "p.web.new.up.0", 7);
    world_set(w, "q.web.new.up.0", 7);
    for (int i = 0; i < w->script.forward.n_moves; i++) {
        world_set(w, "step", i);
        EXPECT_NEAR(world_earns(w, "lost"), 0, 0);
        EXPECT_NEAR(world_earns(w, "downtime"), 0, 0);
    }
    world_free(w);
    text_free(&steps);
}

static void requests_are_lost_while_traffic_is_moved_and_x_is_not_affected(void)
{
    struct world *w = pool(); /* stops 1 of 4, 1 of 6 and 2 of 6; there are no delays but switches */
    const double loss[] = {.3 * 1 / 4, .3 * 1 / 6, .3 * 2 / 6};
    world_set(w, "release", RELEASE_DEFECTIVE);
    set_old(w, 1, 1);
    set_new(w, 1, 1);
    for (int i = 0; i < 3; i++) {
        world_at(w, MOVE_DELAY, i);
        world_set(w, "trigger", 0);
        EXPECT_NEAR(world_formula(w, "p.served"), .8 * (1 - loss[i]), 1e-12);
        EXPECT_NEAR(world_formula(w, "p.by_new"), .5, 1e-12);
        world_set(w, "trigger", 1);
        EXPECT_NEAR(world_formula(w, "p.served"), .8, 1e-12);
    }
    world_free(w);
    w = world_new("[{name: p, switch_loss: 40%, services: [{name: web, replicas: 4}]}]", "error_rate: 50%",
                  "type: canary, steps: [{weight: 25%}, {weight: 75%}]");
    const double before[] = {0, .25, .75}, change[] = {.25, .5, .25};
    world_set(w, "release", RELEASE_DEFECTIVE);
    world_set(w, "p.web.new.up.0", 4);
    for (int i = 0; i < 3; i++) {
        world_at(w, MOVE_DELAY, i); /* at the old weight */
        EXPECT_NEAR(world_formula(w, "p.by_new"), before[i], 1e-12);
        EXPECT_NEAR(world_formula(w, "p.served"), (1 - .5 * before[i]) * (1 - .4 * change[i]), 1e-12);
    }
    world_free(w);
}

static void what_the_released_service_depends_on_limits_it(void)
{
    struct world *w = pool();
    world_at(w, MOVE_READY, 0);
    world_set(w, "release", RELEASE_DEFECTIVE);
    set_old(w, 1, 1);
    set_new(w, 1, 1);
    for (int i = 0; i < 3 * 2 * 2 * 2; i++) {
        int db0 = i % 3, db1 = i / 3 % 2, cache0 = i / 6 % 2, cache1 = i / 12;
        world_set(w, "p.db.up.0", db0);
        world_set(w, "p.db.up.1", db1);
        world_set(w, "p.cache.up.0", cache0);
        world_set(w, "p.cache.up.1", cache1);
        EXPECT_NEAR(world_formula(w, "p.served"), .8 * fmin(1, (db0 + db1) / 2.) * (cache0 + cache1) / 2., 1e-12);
        EXPECT_NEAR(world_formula(w, "p.by_new"), .5, 1e-12);
    }
    world_set(w, "p.zone.up.0", 0); /* takes half of the pool, db 0 and 1 and cache 0 with it */
    EXPECT_NEAR(world_formula(w, "p.by_new"), 1. / 3, 1e-12);
    EXPECT_NEAR(world_formula(w, "p.served"), (2. / 3 - .4 / 3) * .5 * .5, 1e-12);
    world_free(w);
}

static void nothing_is_served_without_ingress_or_route(void)
{
    struct world *w = world_new("[{name: p, switch: 2s, switch_failure: 5%, ingress: {mtbf: 1d, mttr: 1m}, "
                                "services: [{name: web, replicas: 2}]}]", "", CANARY);
    world_set(w, "release", RELEASE_SOUND);
    world_at(w, MOVE_VERDICT, 1);
    world_set(w, "p.web.new.up.0", 1);
    EXPECT_NEAR(world_formula(w, "p.served"), 1, 1e-12);
    EXPECT_NEAR(world_formula(w, "p.by_new"), .5, 1e-12);
    world_set(w, "p.ingress.up", 0);
    EXPECT_NEAR(world_formula(w, "p.served"), 0, 0);
    EXPECT_NEAR(world_formula(w, "p.by_new"), 0, 0);
    world_set(w, "p.ingress.up", 1);
    for (int i = 0; i < 3; i++)
        for (int triggered = 0; triggered <= 2; triggered++) {
            world_at(w, MOVE_MISROUTED, i);
            world_set(w, "trigger", triggered);
            EXPECT_NEAR(world_formula(w, "p.served"), 0, 0);
            EXPECT_NEAR(world_formula(w, "p.by_new"), 0, 0);
            EXPECT_NEAR(world_rate(w, "repair_switch"), 1 / 300., 1e-12);
        }
    world_free(w);
}

static void an_environment_is_down_below_the_limit_and_not_at_it(void)
{
    struct world *w = world_new("[{name: p, services: [{name: web, replicas: 5, mtbf: 1d, mttr: 1m}]}]\n"
                                "available_at: 80%", "", ROLLING);
    const double lost[] = {0, .2, .4};
    for (int down = 0; down <= 2; down++) {
        world_set(w, "p.web.old.up.0", 5 - down);
        EXPECT_NEAR(world_earns(w, "lost"), lost[down], 1e-12);
        EXPECT_NEAR(world_earns(w, "downtime"), down > 1, 0);
    }
    world_free(w);
    w = world_new("[{name: p, services: [{name: web, replicas: 100, demand: 100, mtbf: 1d, mttr: 1m}]}]", "", ROLLING);
    world_set(w, "p.web.old.up.0", 95); /* 95 % unless said */
    EXPECT_NEAR(world_earns(w, "downtime"), 0, 0);
    world_set(w, "p.web.old.up.0", 94);
    EXPECT_NEAR(world_earns(w, "downtime"), 1, 0);
    world_free(w);
    w = world_new("[{name: p, services: [{name: web, replicas: 10, mtbf: 1d, mttr: 1m}, "
                  "{name: db, replicas: 10, mtbf: 1d, mttr: 1m}]}]\navailable_at: 56%", "", ROLLING);
    world_set(w, "p.web.old.up.0", 8);
    world_set(w, "p.db.up.0", 7); /* 0.8 × 0.7 is 56 %, though in binary a little less */
    EXPECT_NEAR(world_earns(w, "downtime"), 0, 0);
    world_set(w, "p.db.up.0", 6);
    EXPECT_NEAR(world_earns(w, "downtime"), 1, 0);
    world_free(w);
}

/* Bounds per second, on which the interval of what was never seen rests. */
static void a_path_costs_no_more_than_its_bound(void)
{
    static const struct {
        const char *strategy;
        double instances; /* above the replicas, of both environments together */
    } cases[] = {{"type: recreate", 0}, {"type: rolling, max_surge: 1, max_unavailable: 0", 1 + 1},
                 {"type: rolling, max_surge: 3, max_unavailable: 2", 2 + 3}, {"type: blue-green", 2 + 4},
                 {"type: canary, steps: [{weight: 50%}]", 2 + 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *w = world_new("[{name: a, users: 40%, services: [{name: web, replicas: 2}]}, "
                                    "{name: b, users: 20%, services: [{name: web, replicas: 4}]}]", "",
                                    cases[i].strategy);
        EXPECT_NEAR(w->rollout.greatest[MEASURE_DOWNTIME], .6, 1e-12);
        EXPECT_NEAR(w->rollout.greatest[MEASURE_LOST], .6, 1e-12);
        EXPECT_NEAR(w->none.greatest[MEASURE_LOST], .6, 1e-12);
        EXPECT_NEAR(w->rollout.greatest[MEASURE_DURATION], 1, 0);
        EXPECT_NEAR(w->rollout.greatest[MEASURE_EXTRA], cases[i].instances / 3600, 1e-12);
        world_free(w);
    }
}

static const char *const TWO = "[{name: test, traffic: 5%, services: [{name: web, replicas: 2}]},"
                               " {name: west, users: 40%, services: [{name: web, replicas: 4}]},"
                               " {name: east, users: 60%, traffic: 50%, services: [{name: web, replicas: 4}]}]";

static void users_feel_the_downtime_of_their_environment(void)
{
    struct world *w = world_new(TWO, "", "type: recreate");
    world_set(w, "test.web.old.up.0", 0);
    EXPECT_NEAR(world_earns(w, "lost"), 0, 0);
    world_set(w, "west.web.old.up.0", 3);
    EXPECT_NEAR(world_earns(w, "lost"), .4 * .25, 1e-12);
    EXPECT_NEAR(world_earns(w, "downtime"), .4, 1e-12);
    world_set(w, "east.web.old.up.0", 1);
    EXPECT_NEAR(world_earns(w, "lost"), .4 * .25 + .6 * .75, 1e-12);
    EXPECT_NEAR(world_earns(w, "downtime"), 1, 1e-12);
    world_free(w);
}

static void detection_goes_with_the_monitored_traffic_of_the_new_version(void)
{
    struct world *w = world_new(TWO, "detect: 4m", "type: recreate");
    world_set(w, "release", RELEASE_DEFECTIVE);
    world_at(w, MOVE_NONE, 0);
    world_set(w, "test.web.old.up.0", 0);
    world_set(w, "test.web.new.up.0", 1);
    EXPECT_NEAR(world_rate(w, "detect"), .05 * .5 / 240, 1e-12); /* the test environment's, finished or not */
    world_set(w, "west.web.old.up.0", 3);
    world_set(w, "west.web.new.up.0", 1); /* its traffic is that of its users */
    world_set(w, "east.web.old.up.0", 1);
    world_set(w, "east.web.new.up.0", 3);
    EXPECT_NEAR(world_rate(w, "detect"), (.05 * .5 + .4 * .25 + .5 * .75) / 240, 1e-12);
    world_at(w, MOVE_READY, 2);
    EXPECT_NEAR(world_rate(w, "detect"), (.05 * .5 + .4 * .25 + .5 * .75) / 240, 1e-12);
    world_set(w, "release", RELEASE_SOUND);
    EXPECT_NEAR(world_rate(w, "detect"), 0, 0);
    world_set(w, "release", RELEASE_DEFECTIVE);
    for (int trigger = 1; trigger <= 2; trigger++) {
        world_set(w, "trigger", trigger);
        EXPECT_NEAR(world_rate(w, "detect"), 0, 0);
    }
    world_free(w);
}

static void false_alarms_come_until_the_rollout_has_finished(void)
{
    struct world *w = world_new(TWO, "false_alarm_mtbf: 2d", "type: recreate");
    int end = w->script.forward.n_moves - 1;
    for (int defective = 0; defective <= 1; defective++)
        for (int step = 0; step <= end; step++)
            for (int trigger = 0; trigger <= 2; trigger++) {
                world_set(w, "release", defective ? RELEASE_DEFECTIVE : RELEASE_SOUND);
                world_set(w, "step", step);
                world_set(w, "trigger", trigger);
                EXPECT_NEAR(world_rate(w, "false_alarm"), step < end && trigger == 0 ? 1 / (2 * DAY) : 0, 1e-15);
            }
    world_free(w);
}

static void false_alarms_come_as_often_as_they_should(void)
{
    struct world *w = world_new("[{name: p, traffic: 0%, soak: 1h, services: [{name: web, replicas: 1, start: 0, "
                                "drain: 0}]}]", "false_alarm_mtbf: 90m", "type: blue-green");
    for (int defective = 0; defective <= 1; defective++) {
        world_set(w, "release", defective ? RELEASE_DEFECTIVE : RELEASE_SOUND);
        world_sample(w, 1000, 4000, 3602); /* by the end of the soak, 2 s after the switch began */
        EXPECT_MEAN(world_share(w, "rollback"), 1 - exp(-3602 / 5400.), 4);
        EXPECT_MEAN(world_share(w, "false_rollback"), defective ? 0 : 1 - exp(-3602 / 5400.), 4);
        double at_end = world_share(w, "rollback").mean;
        world_sample(w, 1000, 4000, 100 * DAY); /* none after it has finished */
        EXPECT_NEAR(world_share(w, "rollback").mean, at_end, 0);
    }
    world_free(w);
}

static void verdicts_are_given_at_the_end_of_their_duration(void)
{
    struct world *w = world_new("[{name: p, traffic: 0%, test: {duration: 20m, power: 60%, false_positive: 10%}, "
                                "soak: 1h, services: [{name: web, replicas: 1, start: 0, drain: 0}]}]", "",
                                "type: recreate");
    for (int defective = 0; defective <= 1; defective++) {
        world_set(w, "release", defective ? RELEASE_DEFECTIVE : RELEASE_SOUND);
        world_sample(w, 1, 4000, DAY);
        EXPECT_MEAN(world_share(w, "rollback"), defective ? .6 : .1, 4);
        EXPECT_MEAN(world_share(w, "escaped"), defective ? .4 : 0, 4);
        EXPECT_COUNT(world_share_by(w, "rollback", 1201.999).mean, 0); /* 2 s of switching, 20 min of test */
        EXPECT_NEAR(world_share_by(w, "rollback", 1202.001).mean, world_share(w, "rollback").mean, 0);
    }
    world_free(w);
}

static void a_start_step_has_a_deadline_of_its_own(void)
{
    /* Two starts of one instance each with no time between; each fails its deadline with probability exp(-60/50). */
    struct world *w = world_new("[{name: p, switch: 0, services: [{name: web, replicas: 2, start: 50s, drain: 0}]}]",
                                "progress_deadline: 1m", "type: rolling, max_surge: 1, max_unavailable: 0");
    double late = exp(-60 / 50.);
    int second = 0;
    world_set(w, "release", RELEASE_SOUND);
    world_sample(w, 1, 6000, DAY);
    EXPECT_MEAN(world_share(w, "rollback"), 1 - (1 - late) * (1 - late), 4);
    EXPECT_MEAN(world_share_by(w, "rollback", 60.001), late, 4);
    for (uint64_t i = 1; i <= 300; i++) {
        world_run(w, i, DAY);
        int trigger = world_trigger(w, 1), begun = world_find(w, "p.launch", 0), again;
        while (begun >= 0 && (again = world_find(w, "p.launch", begun + 1)) >= 0 && again < trigger)
            begun = again, second++;
        if (trigger >= 0)
            EXPECT_NEAR(world_time(w, trigger) - world_time(w, begun), 60, 1e-9);
    }
    CU_ASSERT(second > 20);
    world_free(w);
}

static void there_is_at_most_one_trigger(void)
{
    struct world *w = world_new(
        "[{name: t, traffic: 40%, test: {duration: 2m, power: 30%, false_positive: 20%}, "
        "  services: [{name: web, replicas: 2, start: 20s}]},"
        " {name: p, users: 100%, switch_failure: 20%, services: [{name: web, replicas: 3, start: 40s}]}]",
        "defective: 70%, detect: 5m, false_alarm_mtbf: 20m, progress_deadline: 90s, react: 3m, rollback_failure: 20%",
        "type: canary, steps: [{weight: 30%, hold: 2m}], analysis: {power: 20%, false_positive: 10%}");
    static const char *const causes[] = {"detect", "false_alarm", "deadline", "judge"};
    int seen[4] = {0}, changes = 0, begun = 0;
    for (uint64_t i = 0; i < 400; i++) {
        world_run(w, i, DAY);
        int found = 0, trigger = process_find_variable(w->process, "trigger"), before = 0;
        for (int e = 1; e < w->path.n_events; e++) {
            int now = w->path.events[e].state[trigger];
            changes += now < before;
            begun += before == 0 && now > 0;
            for (int c = 0; c < 4 && before == 0 && now > 0; c++)
                seen[c] += world_is(w, e, causes[c]);
            for (int c = 0; c < 3; c++)
                found += world_is(w, e, causes[c]);
            found += world_is(w, e, "judge") && w->path.events[e].branch == 0;
            before = now;
        }
        CU_ASSERT(found <= 1);
    }
    EXPECT_COUNT(changes, 0); /* what was triggered stays so */
    EXPECT_COUNT(seen[0] + seen[1] + seen[2] + seen[3], begun);
    for (int c = 0; c < 4; c++)
        CU_ASSERT(seen[c] > 5); /* each cause was seen */
    world_free(w);
}

static const struct test_case cases[] = {
    {"all begin up, with the old version only", all_begin_up_with_the_old_version_only},
    {"instances that are up fail, and those of a defective version crash as well",
     instances_that_are_up_fail_and_defective_ones_also_crash},
    {"without an mtbf nothing fails", without_an_mtbf_nothing_fails},
    {"crews repair at their rate over zones and versions, each failed instance equally likely",
     crews_repair_at_their_rate_over_zones_and_versions},
    {"starting instances become ready, in a zone that is down as well", starting_instances_become_ready_in_any_zone},
    {"zones and the ingress go down and up by themselves", zones_and_ingress_go_down_and_up_by_themselves},
    {"services depended on fail and come back likewise", services_depended_on_fail_and_come_back_likewise},
    {"what comes back at once is never missed", what_comes_back_at_once_is_never_missed},
    {"a pool shares the traffic among all instances that serve", a_pool_shares_the_traffic_among_all_instances},
    {"pooled shares are as worked out by hand", pooled_shares_are_as_worked_out_by_hand},
    {"weights share the traffic between the versions", weights_share_the_traffic_between_the_versions},
    {"nothing is lost by rounding", nothing_is_lost_by_rounding},
    {"requests are lost while traffic is moved, and x is not affected",
     requests_are_lost_while_traffic_is_moved_and_x_is_not_affected},
    {"what the released service depends on limits it", what_the_released_service_depends_on_limits_it},
    {"nothing is served without the ingress or a route", nothing_is_served_without_ingress_or_route},
    {"an environment is down below the limit and not at it", an_environment_is_down_below_the_limit_and_not_at_it},
    {"a path costs no more than its bound", a_path_costs_no_more_than_its_bound},
    {"users feel the downtime of their environment", users_feel_the_downtime_of_their_environment},
    {"detection goes with the monitored traffic of a defective version",
     detection_goes_with_the_monitored_traffic_of_the_new_version},
    {"false alarms come until the rollout has finished, defective or not",
     false_alarms_come_until_the_rollout_has_finished},
    {"false alarms come as often as they should", false_alarms_come_as_often_as_they_should},
    {"verdicts are given at the end of their duration", verdicts_are_given_at_the_end_of_their_duration},
    {"a start step has a deadline of its own", a_start_step_has_a_deadline_of_its_own},
    {"there is at most one trigger", there_is_at_most_one_trigger},
    {NULL, NULL},
};

const struct test_suite suite_contract = {"contract", cases};
