/*
 * Chains with known answers.
 *
 * Times are in the unit of the source (hours, minutes, seconds), which an engine need not know. `tolerance` is what a
 * solver is held to: the figures are given to 10 digits or more, and it leaves room for the rounding of long sums.
 *
 * A sampling engine is held to |z| < 4, where z is the distance of its estimate to the truth in standard errors: for a
 * probability those of the true one, else those of the sample; for a variance sqrt((m4 - m2²) / n). Long-run means are
 * taken over [t, 2 t], and rates at t over [t - t/1000, t + t/1000]: paths of the same number are the same path, so the
 * reward in between is a difference of two runs. The number of paths is chosen such that a hundred events or more carry
 * the estimate.
 */
#include "chains.h"

#include "engine/moments.h"
#include "models/terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int chain_move(struct process *p, const char *name, expr guard, enum delay delay, expr amount, int variable,
               expr value)
{
    int command = process_add_command(p, name, guard, delay, amount);
    process_add_branch(p, term_number(p, 1));
    process_add_update(p, variable, value);
    return command;
}

/* A label and a reward of the same name. */
static void watch(struct process *p, const char *name, expr condition)
{
    process_add_label(p, name, condition);
    process_add_reward(p, name, condition);
}

/* ---- fleets of like components ---- */

struct fleet {
    const char *name;
    int    n, needed, crews;
    double fail, repair;
    bool   cold;      /* only one component is in use, and only it fails */
    bool   absorbing; /* what is down stays down */
};

static struct process *fleet_new(const struct fleet *f)
{
    struct process *p = process_new(f->name);
    int failed = process_add_variable(p, "failed", 0, f->n, 0);
    expr count = term_variable(p, failed), one = term_number(p, 1), up = term_minus(p, term_number(p, f->n), count);
    expr down = term_less(p, up, term_number(p, f->needed)), works = f->absorbing ? term_not(p, down) : one;
    expr in_use = f->cold ? term(p, OP_MIN, up, one) : up;
    chain_move(p, "fail", works, DELAY_EXPONENTIAL, term_times(p, in_use, term_number(p, f->fail)), failed,
               term_plus(p, count, one));
    chain_move(p, "repair", works, DELAY_EXPONENTIAL,
               term_times(p, term(p, OP_MIN, count, term_number(p, f->crews)), term_number(p, f->repair)), failed,
               term_minus(p, count, one));
    watch(p, "down", down);
    watch(p, "up", term_not(p, down));
    return p;
}

#define FLEET(function, ...)                                                                                           \
    static struct process *function(void)                                                                              \
    {                                                                                                                  \
        return fleet_new(&(struct fleet){#function, __VA_ARGS__});                                                     \
    }

FLEET(seldom, 1, 1, 1, 1e-4, 0.03, false, false)
FLEET(often, 1, 1, 1, 0.01, 0.5, false, false)
FLEET(duplex_one_crew, 2, 1, 1, 0.001, 0.1, false, false)
FLEET(duplex_two_crews, 2, 1, 2, 0.001, 0.1, false, false)
FLEET(duplex_cold, 2, 1, 1, 0.001, 0.1, true, false)
FLEET(duplex_until_down, 2, 1, 1, 0.001, 0.1, false, true)
FLEET(three_of_five_one_crew, 5, 3, 1, 0.01, 0.5, false, false)
FLEET(three_of_five_two_crews, 5, 3, 2, 0.01, 0.5, false, false)
FLEET(three_of_five_five_crews, 5, 3, 5, 0.01, 0.5, false, false)
FLEET(three_of_five_one_crew_until_down, 5, 3, 1, 0.01, 0.5, false, true)
FLEET(three_of_five_two_crews_until_down, 5, 3, 2, 0.01, 0.5, false, true)
FLEET(three_of_five_five_crews_until_down, 5, 3, 5, 0.01, 0.5, false, true)

/* ---- a component that ages at two speeds ---- */

/*
 * It fails at the rate 0.2 while `on`; `on` ends at the rate 0.5 and comes back at 0.25. The time with `on` until it
 * fails is exponential, and in a second of it `on` ends 0.5 times, for 4 seconds each: the mean is (1 + 0.5 · 4) / 0.2.
 */
static struct process *modulated(void)
{
    struct process *p = process_new("modulated");
    int on = process_add_variable(p, "on", 0, 1, 1), failed = process_add_variable(p, "failed", 0, 1, 0);
    expr is_on = term_variable(p, on), has_failed = term_variable(p, failed);
    expr one = term_number(p, 1), zero = term_number(p, 0), alive = term_not(p, has_failed);
    chain_move(p, "off", term_and(p, alive, is_on), DELAY_EXPONENTIAL, term_number(p, 0.5), on, zero);
    chain_move(p, "on", term_and(p, alive, term_not(p, is_on)), DELAY_EXPONENTIAL, term_number(p, 0.25), on, one);
    chain_move(p, "fail", term_and(p, alive, is_on), DELAY_EXPONENTIAL, term_number(p, 0.2), failed, one);
    watch(p, "failed", has_failed);
    return p;
}

/* ---- queues ---- */

static struct process *queue_of_three(void)
{
    struct process *p = process_new("queue_of_three");
    int queue = process_add_variable(p, "queue", 0, 3, 0);
    expr n = term_variable(p, queue), one = term_number(p, 1);
    chain_move(p, "arrive", term_less(p, n, term_number(p, 3)), DELAY_EXPONENTIAL, term_number(p, 1.5), queue,
               term_plus(p, n, one));
    chain_move(p, "serve", term_less(p, term_number(p, 0), n), DELAY_EXPONENTIAL, term_number(p, 3), queue,
               term_minus(p, n, one));
    watch(p, "full", term_is(p, n, 3));
    process_add_reward(p, "queue", n);
    return p;
}

/* What leaves the first queue joins the second; what finds a queue full is lost. */
struct process *chain_tandem(int capacity)
{
    struct process *p = process_new("tandem");
    int first = process_add_variable(p, "first", 0, capacity, 0);
    int second = process_add_variable(p, "second", 0, capacity, 0);
    expr one = term_number(p, 1), most = term_number(p, capacity), q1 = term_variable(p, first);
    expr q2 = term_variable(p, second);
    chain_move(p, "arrive", term_less(p, q1, most), DELAY_EXPONENTIAL, term_number(p, 3), first, term_plus(p, q1, one));
    chain_move(p, "pass", term_less(p, term_number(p, 0), q1), DELAY_EXPONENTIAL, term_number(p, 2), first,
               term_minus(p, q1, one));
    process_add_update(p, second, term(p, OP_MIN, term_plus(p, q2, one), most));
    chain_move(p, "serve", term_less(p, term_number(p, 0), q2), DELAY_EXPONENTIAL, term_number(p, 6), second,
               term_minus(p, q2, one));
    watch(p, "second full", term_is(p, q2, capacity));
    return p;
}

static struct process *tandem_8(void)
{
    return chain_tandem(8);
}

static struct process *tandem_10(void)
{
    return chain_tandem(10);
}

/* ---- duplex with coverage ---- */

/* Hours. A fault of the first of two is covered with that probability; else both are down for a reboot of 5 minutes. */
static struct process *coverage(double covered)
{
    struct process *p = process_new("duplex with coverage");
    int up = process_add_variable(p, "up", 0, 2, 2), reboot = process_add_variable(p, "reboot", 0, 1, 0);
    expr n = term_variable(p, up), rebooting = term_variable(p, reboot), runs = term_not(p, rebooting);
    expr one = term_number(p, 1), uncovered = term_number(p, 1 - covered);
    process_add_command(p, "fail", runs, DELAY_EXPONENTIAL, term_times(p, n, term_number(p, 1e-4)));
    expr lost = term_if(p, term_is(p, n, 2), uncovered, term_number(p, 0));
    process_add_branch(p, term_minus(p, one, lost));
    process_add_update(p, up, term_minus(p, n, one));
    process_add_branch(p, lost);
    process_add_update(p, up, term_minus(p, n, one));
    process_add_update(p, reboot, one);
    chain_move(p, "reboot", rebooting, DELAY_EXPONENTIAL, term_number(p, 12), reboot, term_number(p, 0));
    chain_move(p, "repair", term_and(p, runs, term_less(p, n, term_number(p, 2))), DELAY_EXPONENTIAL,
               term_number(p, 0.5), up, term_plus(p, n, one));
    watch(p, "down", term_or(p, rebooting, term_is(p, n, 0)));
    return p;
}

static struct process *coverage_90(void)
{
    return coverage(0.9);
}

static struct process *coverage_99(void)
{
    return coverage(0.99);
}

/* ---- software rejuvenation ---- */

enum { FRESH, DEGRADED, FAILED, REJUVENATING };

/* Adds a timer of that mean: fixed (k = 0), or Erlang of k phases counted by `phase`. At its end `health` is `next`. */
static void add_timer(struct process *p, const char *name, expr guard, double mean, int k, int health, int phase,
                      int next)
{
    expr one = term_number(p, 1), h = term_variable(p, health), end = term_number(p, next);
    if (k == 0) {
        chain_move(p, name, guard, DELAY_FIXED, term_number(p, mean), health, end);
        return;
    }
    expr at = term_variable(p, phase), last = term_is(p, at, k - 1);
    chain_move(p, name, guard, DELAY_EXPONENTIAL, term_number(p, k / mean), health, term_if(p, last, end, h));
    process_add_update(p, phase, term_if(p, last, term_number(p, 0), term_plus(p, at, one)));
}

/* Minutes. The clock runs while the software does; a failure stops it, and it starts anew after the repair. */
static struct process *rejuvenation(int k)
{
    struct process *p = process_new(k ? "rejuvenation, Erlang" : "rejuvenation");
    int health = process_add_variable(p, "health", FRESH, REJUVENATING, FRESH);
    int phase = process_add_variable(p, "phase", 0, k > 1 ? k - 1 : 0, 0);
    expr h = term_variable(p, health), runs = term_less(p, h, term_number(p, FAILED));
    chain_move(p, "age", term_is(p, h, FRESH), DELAY_EXPONENTIAL, term_number(p, 1.0 / 14400), health,
               term_number(p, DEGRADED));
    chain_move(p, "fail", term_is(p, h, DEGRADED), DELAY_EXPONENTIAL, term_number(p, 1.0 / 129600), health,
               term_number(p, FAILED));
    process_add_update(p, phase, term_number(p, 0));
    add_timer(p, "clock", runs, 20160, k, health, phase, REJUVENATING);
    add_timer(p, "repair", term_is(p, h, FAILED), 360, k, health, phase, FRESH);
    add_timer(p, "rejuvenate", term_is(p, h, REJUVENATING), 10, k, health, phase, FRESH);
    watch(p, "up", runs);
    process_add_reward(p, "down", term_not(p, runs));
    return p;
}

static struct process *rejuvenation_fixed(void)
{
    return rejuvenation(0);
}

static struct process *rejuvenation_1(void)
{
    return rejuvenation(1);
}

static struct process *rejuvenation_10(void)
{
    return rejuvenation(10);
}

static struct process *rejuvenation_50(void)
{
    return rejuvenation(50);
}

static struct process *rejuvenation_200(void)
{
    return rejuvenation(200);
}

/* ---- workstation cluster ---- */

enum { CLASSES = 5, LEFT = 0, RIGHT, LEFT_SWITCH, RIGHT_SWITCH, BACKBONE };

/* Left alone, right alone, or both sides over the backbone hold `k` workstations that can talk. */
static expr cluster_offers(struct process *p, const expr up[CLASSES], int k)
{
    expr enough = term_number(p, k - 1);
    expr left = term_and(p, term_less(p, enough, up[LEFT]), up[LEFT_SWITCH]);
    expr right = term_and(p, term_less(p, enough, up[RIGHT]), up[RIGHT_SWITCH]);
    expr both = term_less(p, enough, term_plus(p, up[LEFT], up[RIGHT]));
    for (int c = LEFT_SWITCH; c < CLASSES; c++)
        both = term_and(p, both, up[c]);
    return term_or(p, term_or(p, left, right), both);
}

/* Hours. `unit` is the class under repair, or CLASSES while the repair unit is idle. */
struct process *chain_cluster(int n)
{
    static const char *const names[CLASSES] = {"left", "right", "left_switch", "right_switch", "backbone"};
    static const double mtbf[CLASSES] = {500, 500, 4000, 4000, 5000}, repair[CLASSES] = {2, 2, 0.25, 0.25, 0.125};
    struct process *p = process_new("workstation cluster");
    int unit = process_add_variable(p, "unit", 0, CLASSES, CLASSES), minimum = 3 * n / 4;
    expr up[CLASSES], one = term_number(p, 1), at = term_variable(p, unit);
    for (int c = 0; c < CLASSES; c++) {
        int all = c < LEFT_SWITCH ? n : 1, variable = process_add_variable(p, names[c], 0, all, all);
        up[c] = term_variable(p, variable);
        chain_move(p, arena_format(&p->arena, "%s.fail", names[c]), one, DELAY_EXPONENTIAL,
                   term_times(p, up[c], term_number(p, 1 / mtbf[c])), variable, term_minus(p, up[c], one));
        chain_move(p, arena_format(&p->arena, "%s.inspect", names[c]),
                   term_and(p, term_is(p, at, CLASSES), term_less(p, up[c], term_number(p, all))), DELAY_EXPONENTIAL,
                   term_number(p, 10), unit, term_number(p, c));
        chain_move(p, arena_format(&p->arena, "%s.repair", names[c]), term_is(p, at, c), DELAY_EXPONENTIAL,
                   term_number(p, repair[c]), variable, term_plus(p, up[c], one));
        process_add_update(p, unit, term_number(p, CLASSES));
    }
    expr premium = cluster_offers(p, up, n);
    watch(p, "premium", premium);
    watch(p, "not premium", term_not(p, premium));
    watch(p, "not minimum", term_not(p, cluster_offers(p, up, minimum)));
    return p;
}

static struct process *cluster_2(void)
{
    return chain_cluster(2);
}

static struct process *cluster_4(void)
{
    return chain_cluster(4);
}

/* ---- embedded control system ---- */

enum { BROKEN, REBOOTING, WORKS };

/* Input or output processor: it fails, or has a transient fault and reboots, as long as its devices suffice. */
static void add_io_processor(struct process *p, const char *name, int variable, expr devices_suffice)
{
    expr state = term_variable(p, variable);
    chain_move(p, arena_format(&p->arena, "%s.fail", name),
               term_and(p, devices_suffice, term_less(p, term_number(p, BROKEN), state)), DELAY_EXPONENTIAL,
               term_number(p, 1.0 / (365 * 86400)), variable, term_number(p, BROKEN));
    chain_move(p, arena_format(&p->arena, "%s.fault", name), term_and(p, devices_suffice, term_is(p, state, WORKS)),
               DELAY_EXPONENTIAL, term_number(p, 1.0 / 86400), variable, term_number(p, REBOOTING));
    chain_move(p, arena_format(&p->arena, "%s.reboot", name),
               term_and(p, devices_suffice, term_is(p, state, REBOOTING)), DELAY_EXPONENTIAL, term_number(p, 1.0 / 30),
               variable, term_number(p, WORKS));
}

struct controller {
    expr main, input_good, output_good; /* the main processor works; both ends work and have their devices */
    int  done, input, output, skipped;  /* the cycle's work is done; data and orders wait; cycles skipped in a row */
};

/* A cycle ends, and what the main processor finds decides the next one. Updates of the command added last. */
static void add_cycle_updates(struct process *p, const struct controller *c)
{
    expr waits = term_variable(p, c->input), ordered = term_variable(p, c->output), idle = term_not(p, c->main);
    expr acts = term_and(p, waits, c->main);
    process_add_update(p, c->done, term_and(p, acts, term_not(p, ordered)));
    process_add_update(p, c->input, term_or(p, c->input_good, term_and(p, waits, term_or(p, ordered, idle))));
    process_add_update(p, c->output, term_and(p, term_not(p, c->output_good), term_or(p, ordered, acts)));
}

static void add_cycle(struct process *p, const struct controller *c, expr going, int skips)
{
    expr skipped = term_variable(p, c->skipped), one = term_number(p, 1);
    expr next = term(p, OP_MIN, term_plus(p, skipped, one), term_number(p, skips + 1));
    chain_move(p, "cycle", going, DELAY_EXPONENTIAL, term_number(p, 1.0 / 60), c->skipped,
               term_if(p, term_variable(p, c->done), term_number(p, 0), next));
    add_cycle_updates(p, c);
}

/* What a reboot of the input or output processor lets go on; the updates follow those of its command. */
static void add_input_reboot(struct process *p, const struct controller *c)
{
    expr done = term_variable(p, c->done), ordered = term_variable(p, c->output);
    process_add_update(p, c->done, term_or(p, done, term_and(p, c->main, term_not(p, ordered))));
    process_add_update(p, c->input, term_number(p, 1));
    process_add_update(p, c->output, term_and(p, term_not(p, c->output_good), term_or(p, ordered, c->main)));
}

static void add_output_reboot(struct process *p, const struct controller *c)
{
    expr waits = term_variable(p, c->input), done = term_variable(p, c->done);
    process_add_update(p, c->done, term_or(p, done, term_and(p, waits, c->main)));
    process_add_update(p, c->input, term_or(p, c->input_good, term_and(p, waits, term_not(p, c->main))));
    process_add_update(p, c->output, term_number(p, 0));
}

/* Names the first cause of failure by variable `cause`, which also ends everything. */
static void add_causes(struct process *p, const expr condition[4], int cause)
{
    static const char *const names[4] = {"sensors", "actuators", "input/output", "main processor"};
    expr at = term_variable(p, cause), none = term_is(p, at, 0);
    for (int i = 0; i < 4; i++) {
        chain_move(p, names[i], term_and(p, none, condition[i]), DELAY_NOW, -1, cause, term_number(p, i + 1));
        watch(p, names[i], term_is(p, at, i + 1));
    }
}

/* Devices that fail one by one, as long as enough are left. */
static void add_devices(struct process *p, const char *name, int variable, expr guard, double mtbf)
{
    expr count = term_variable(p, variable);
    chain_move(p, name, guard, DELAY_EXPONENTIAL, term_times(p, count, term_number(p, 1 / mtbf)), variable,
               term_minus(p, count, term_number(p, 1)));
}

/* Seconds. Two sensors of three, one actuator of two; down after three skipped cycles in a row. */
static struct process *embedded(void)
{
    struct process *p = process_new("embedded control system");
    int sensors = process_add_variable(p, "sensors", 0, 3, 3);
    int actuators = process_add_variable(p, "actuators", 0, 2, 2);
    int input = process_add_variable(p, "input", BROKEN, WORKS, WORKS);
    int output = process_add_variable(p, "output", BROKEN, WORKS, WORKS);
    int main_works = process_add_variable(p, "main", 0, 1, 1), cause = process_add_variable(p, "cause", 0, 4, 0);
    expr going = term_is(p, term_variable(p, cause), 0), one = term_number(p, 1);
    expr sensing = term_less(p, one, term_variable(p, sensors));
    expr acting = term_less(p, term_number(p, 0), term_variable(p, actuators));
    expr input_works = term_is(p, term_variable(p, input), WORKS);
    expr output_works = term_is(p, term_variable(p, output), WORKS);
    const struct controller c = {
        .main = term_variable(p, main_works),
        .input_good = term_and(p, input_works, sensing),
        .output_good = term_and(p, output_works, acting),
        .done = process_add_variable(p, "done", 0, 1, 1),
        .input = process_add_variable(p, "data_waits", 0, 1, 1),
        .output = process_add_variable(p, "order_waits", 0, 1, 0),
        .skipped = process_add_variable(p, "skipped", 0, 3, 0),
    };
    add_devices(p, "sensor.fail", sensors, term_and(p, going, sensing), 30 * 86400);
    add_devices(p, "actuator.fail", actuators, term_and(p, going, acting), 60 * 86400);
    add_devices(p, "main.fail", main_works, term_and(p, going, c.main), 365 * 86400);
    add_io_processor(p, "input", input, term_and(p, going, sensing));
    add_input_reboot(p, &c);
    add_io_processor(p, "output", output, term_and(p, going, acting));
    add_output_reboot(p, &c);
    add_cycle(p, &c, going, 2);
    const expr failed[4] = {
        term_and(p, input_works, term_not(p, sensing)),
        term_and(p, output_works, term_not(p, acting)),
        term_is(p, term_variable(p, c.skipped), 3),
        term_not(p, c.main),
    };
    add_causes(p, failed, cause);
    return p;
}

/* ---- the table ---- */

#define CLOSED   "two states, closed form: Barlow, Proschan 1965"
#define TAKACS   "Takacs 1957"
#define DUPLEX   "birth and death, closed form: Barlow, Proschan 1965"
#define K_OF_N   "birth and death, closed form: Trivedi 2001"
#define QUEUE    "truncated queue: Kleinrock 1975"
#define GARVELS  "Garvels 2000"
#define TRIVEDI  "Trivedi 2001, example 8.23"
#define GERMAN   "German 2000, fig. 17.9"
#define CLUSTER  "Haverkort, Hermanns, Katoen 2000"
#define MUPPALA  "Muppala, Ciardo, Trivedi 1994"
#define TWO_SPEEDS "(1 + 0.5 / 0.25) / 0.2, from the mean time per second of `on`"

const struct truth truths[] = {
    {seldom, "up", QUERY_LABEL_AT, 10, 0, .99913647100580301544, 1e-10, 200000, CLOSED},
    {seldom, "up", QUERY_LABEL_AT, 100, 0, .99684150059388857861, 1e-10, 200000, CLOSED},
    {seldom, "down", QUERY_REWARD_MEAN, 100, 0, .22729237853450427263, 1e-9, 200000, CLOSED},
    {seldom, "down", QUERY_REWARD_MEAN, 1000, 0, 3.2118850785311513859, 1e-9, 200000, CLOSED},
    {seldom, "down", QUERY_REWARD_VARIANCE, 1000, 0, 205.40799622163735633, 0, 200000, CLOSED},
    {often, "down", QUERY_REWARD_MEAN, 100, 0, 1.922337562476, 1e-10, 200000, CLOSED},
    {often, "down", QUERY_REWARD_VARIANCE, 100, 0, 7.2444262927295138755, 0, 200000, CLOSED},
    {often, "down", QUERY_REWARD_BELOW, 100, 0, .3678794411714423, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 1, .53363515999379570, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 2, .66044293656773562, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 5, .87704643061983477, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 10, .98067468070169796, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 5.5827017405842, .9, 0, 200000, TAKACS},
    {often, "down", QUERY_REWARD_BELOW, 100, 11.688332141792, .99, 0, 200000, TAKACS},

    {duplex_one_crew, "down", QUERY_STEADY_RATE, 1e6, 0, 1.9603999215840031e-4, 1e-10, 200, DUPLEX},
    {duplex_two_crews, "down", QUERY_STEADY_RATE, 1e6, 0, 9.8029604940692089e-5, 1e-10, 200, DUPLEX},
    {duplex_cold, "down", QUERY_STEADY_RATE, 1e6, 0, 9.9000099000099e-5, 1e-10, 200, DUPLEX},
    {duplex_until_down, "down", QUERY_FIRST_MEAN, 1e9, 0, 51500, 1e-10, 5000, DUPLEX},
    {duplex_until_down, "down", QUERY_FIRST_VARIANCE, 1e9, 0, 2.65125e9, 0, 5000, DUPLEX},
    {duplex_until_down, "up", QUERY_LABEL_AT, 100, 0, .99824802444861141, 1e-10, 100000, DUPLEX},
    {duplex_until_down, "up", QUERY_LABEL_AT, 1000, 0, .98095123552630894, 1e-10, 100000, DUPLEX},
    {duplex_until_down, "up", QUERY_LABEL_AT, 10000, 0, .82363915088171766, 1e-10, 20000, DUPLEX},
    {duplex_one_crew, "down", QUERY_LABEL_BY, 1000, 0, 1 - .98095123552630894, 1e-10, 100000, DUPLEX},

    {three_of_five_one_crew, "down", QUERY_STEADY_RATE, 1e5, 0, 4.5068487820018884e-4, 1e-10, 100, K_OF_N},
    {three_of_five_two_crews, "down", QUERY_STEADY_RATE, 2e5, 0, 1.1087900882991214e-4, 1e-10, 60, K_OF_N},
    {three_of_five_five_crews, "down", QUERY_STEADY_RATE, 2e5, 0, 7.318594777284866e-5, 1e-10, 60, K_OF_N},
    {three_of_five_one_crew_until_down, "down", QUERY_FIRST_MEAN, 1e9, 0, 4911.6666667, 1e-10, 2000, K_OF_N},
    {three_of_five_two_crews_until_down, "down", QUERY_FIRST_MEAN, 1e9, 0, 9495, 1e-10, 2000, K_OF_N},
    {three_of_five_five_crews_until_down, "down", QUERY_FIRST_MEAN, 1e9, 0, 9495, 1e-10, 2000, K_OF_N},

    {modulated, "failed", QUERY_FIRST_MEAN, 1e9, 0, 15, 1e-10, 50000, TWO_SPEEDS},

    {queue_of_three, "full", QUERY_LABEL_BY, 7.5, 0, .6404780884740766, 1e-10, 100000, QUEUE},
    {queue_of_three, "full", QUERY_STEADY_RATE, 1e4, 0, 1.0 / 15, 1e-10, 20, QUEUE},
    {queue_of_three, "queue", QUERY_STEADY_RATE, 1e4, 0, 11.0 / 15, 1e-10, 20, QUEUE},
    {queue_of_three, "queue", QUERY_RATE_AT, 1, 0, .5929374064162124, 1e-10, 100000, QUEUE},
    {tandem_8, "second full", QUERY_STEADY_RATE, 1e4, 0, 6.2270099268e-5, 1e-9, 25, GARVELS},
    {tandem_10, "second full", QUERY_STEADY_RATE, 1e4, 0, 7.2511365304e-6, 1e-9, 0, GARVELS},

    {coverage_90, "down", QUERY_STEADY_RATE, 1e7, 0, 1.7459652309550146e-6, 1e-10, 50, TRIVEDI},
    {coverage_99, "down", QUERY_STEADY_RATE, 1e7, 0, 2.4656797865510322e-7, 1e-10, 100, TRIVEDI},

    {rejuvenation_fixed, "up", QUERY_STEADY_RATE, 5e6, 0, .99828457359048707, 0, 400, GERMAN},
    {rejuvenation_1, "up", QUERY_STEADY_RATE, 5e6, 0, .997986292324, 1e-11, 400, GERMAN},
    {rejuvenation_10, "up", QUERY_STEADY_RATE, 5e6, 0, .998244069516, 1e-11, 100, GERMAN},
    {rejuvenation_50, "up", QUERY_STEADY_RATE, 5e6, 0, .998276186348, 1e-11, 40, GERMAN},
    {rejuvenation_200, "up", QUERY_STEADY_RATE, 5e6, 0, .998282462673, 1e-11, 0, GERMAN},

    {cluster_2, "premium", QUERY_STEADY_RATE, 1e5, 0, .9999615335623628, 1e-12, 100, CLUSTER},
    {cluster_2, "not minimum", QUERY_STEADY_RATE, 1e5, 0, 2.339823364647013e-6, 1e-9, 0, CLUSTER},
    {cluster_4, "not minimum", QUERY_LABEL_BY, .2, 0, 2.575834331129808e-9, 1e-6, 0, CLUSTER},
    {cluster_4, "not minimum", QUERY_LABEL_BY, 20, 0, 1.3126420636755083e-5, 1e-8, 0, CLUSTER},
    {cluster_4, "not minimum", QUERY_LABEL_BY, 2000, 0, .0018221051490216614, 1e-9, 12000, CLUSTER},
    {cluster_4, "premium", QUERY_STEADY_RATE, 1e5, 0, .9999212408513793, 1e-12, 50, CLUSTER},
    {cluster_4, "not minimum", QUERY_STEADY_RATE, 1e5, 0, 3.7011298647145493e-6, 1e-9, 0, CLUSTER},
    {cluster_4, "not minimum", QUERY_REWARD_MEAN, 1000, 0, .003662017006365601, 1e-9, 0, CLUSTER},

    {embedded, "sensors", QUERY_LABEL_EVER, 1e10, 0, .6213837036832706, 1e-8, 60, MUPPALA},
    {embedded, "actuators", QUERY_LABEL_EVER, 1e10, 0, .08767819037331588, 1e-8, 60, MUPPALA},
    {embedded, "input/output", QUERY_LABEL_EVER, 1e10, 0, .24252058277362362, 1e-8, 60, MUPPALA},
    {embedded, "main processor", QUERY_LABEL_EVER, 1e10, 0, .048417523169789894, 1e-8, 60, MUPPALA},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL},
};

const int n_truths = sizeof truths / sizeof *truths - 1;

/* ---- sampling ---- */

enum { BLOCK = 500 };

/* The reward or first time (and whether the label holds at the end) of a block of paths up to a horizon. */
struct samples {
    struct process *process;
    struct contender contender;
    void   *opened;
    int     reward, label;
    double *rewards, *first_time;
    bool   *at_end;
};

static bool block_run(struct samples *s, uint64_t seed, int first, int n_paths, double horizon)
{
    struct error error = {0};
    struct batch batch = {
        .seed = seed, .first = (uint64_t)first, .stride = 1, .n_paths = n_paths, .horizon = horizon,
        .rewards = s->rewards, .first_time = s->first_time, .at_end = s->at_end,
    };
    bool good = s->contender.engine->run(s->opened, &batch, &error);
    error_free(&error);
    return good;
}

static double value_of(const struct samples *s, const struct truth *truth, int path)
{
    double reward = s->reward < 0 ? 0 : s->rewards[path * s->process->n_rewards + s->reward];
    double first = s->label < 0 ? 0 : s->first_time[path * s->process->n_labels + s->label];
    switch (truth->query) {
    case QUERY_REWARD_BELOW:
        return reward <= truth->limit;
    case QUERY_LABEL_AT:
        return s->at_end[path * s->process->n_labels + s->label];
    case QUERY_LABEL_BY:
    case QUERY_LABEL_EVER:
        return first <= truth->time;
    case QUERY_FIRST_MEAN:
    case QUERY_FIRST_VARIANCE:
        return first;
    default:
        return reward;
    }
}

/* Adds a block's values to the moments; where two horizons are asked for, the difference per unit of time. */
static bool block_add(struct samples *s, const struct truth *truth, uint64_t seed, int first, struct moments *moments)
{
    int n = truth->paths - first < BLOCK ? truth->paths - first : BLOCK;
    bool steady = truth->query == QUERY_STEADY_RATE, at = truth->query == QUERY_RATE_AT;
    double from = steady ? truth->time : truth->time * (1 - 1e-3), to = truth->time * (steady ? 2 : at ? 1 + 1e-3 : 1);
    double before[BLOCK] = {0};
    if (steady || at) {
        if (!block_run(s, seed, first, n, from))
            return false;
        for (int i = 0; i < n; i++)
            before[i] = value_of(s, truth, i);
    }
    if (!block_run(s, seed, first, n, to))
        return false;
    for (int i = 0; i < n; i++)
        moments_add(moments, (value_of(s, truth, i) - before[i]) / (steady || at ? to - from : 1));
    return true;
}

static double score(const struct truth *truth, const struct moments *m)
{
    double n = (double)m->n;
    switch (truth->query) {
    case QUERY_REWARD_BELOW:
    case QUERY_LABEL_AT:
    case QUERY_LABEL_BY:
    case QUERY_LABEL_EVER:
        return (m->mean - truth->value) / sqrt(truth->value * (1 - truth->value) / n);
    case QUERY_REWARD_VARIANCE:
    case QUERY_FIRST_VARIANCE:
        return (moments_variance(m) - truth->value) / sqrt((m->m4 / n - m->m2 / n * (m->m2 / n)) / n);
    default:
        return (m->mean - truth->value) / moments_error(m);
    }
}

/*
 * The distance of a sampling engine's estimate to the truth, in standard errors; NAN if the engine fails, or if the
 * chain has no reward or label of that name. The truth must have paths.
 */
double truth_sample(const struct truth *truth, struct contender contender, uint64_t seed)
{
    struct process *p = truth->chain();
    bool of_label = truth->query >= QUERY_LABEL_AT;
    struct samples s = {.process = p, .contender = contender, .reward = -1, .label = -1};
    s.opened = contender.engine->open(p, contender.simd);
    struct moments moments = {0};
    s.reward = of_label ? -1 : process_find_reward(p, truth->what);
    s.label = of_label ? process_find_label(p, truth->what) : -1;
    s.rewards = memory_new(BLOCK * (size_t)p->n_rewards, sizeof *s.rewards);
    s.first_time = memory_new(BLOCK * (size_t)p->n_labels, sizeof *s.first_time);
    s.at_end = memory_new(BLOCK * (size_t)p->n_labels, sizeof *s.at_end);
    bool good = s.reward >= 0 || s.label >= 0;
    for (int first = 0; good && first < truth->paths; first += BLOCK)
        good = block_add(&s, truth, seed, first, &moments);
    contender.engine->close(s.opened);
    process_free(p);
    free(s.rewards);
    free(s.first_time);
    free(s.at_end);
    return good ? score(truth, &moments) : NAN;
}
