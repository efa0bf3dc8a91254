/*
 * The rolling release of scenarios/checkout.yaml as a textbook simulates it: a program for this one model, with its
 * figures as constants and its plan as a table (nines plan --strategy rolling scenarios/checkout.yaml).
 *
 * The method is Gillespie's direct one with fixed delays besides: in every state draw how long it lasts from the sum of
 * all rates; if a fixed delay ends first, that is what happens (exponential clocks have no memory and are drawn
 * afresh), else one of the events is chosen in proportion to its rate. What takes no time is done at once, and counted
 * as an event too, since the engines count it.
 *
 * D. T. Gillespie, J. Comput. Phys. 22 (1976) 403-434.
 */
#include "scripts/bench/textbook.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MINUTE  60.0
#define HOUR    3600.0
#define DAY     86400.0
#define HORIZON (24 * HOUR)

enum { ZONES = 3, DATABASES = 2 };
enum site_name { STAGING, PROD, SITES };
enum version { OLD, NEW, VERSIONS };
enum being { UP, FAILED, STARTING, BEINGS };
enum trigger { NONE_YET, REACTING, GOING_BACK };

static const int zones[SITES] = {1, ZONES}, replicas[SITES] = {2, 12}, demand[SITES] = {1, 8};
static const double traffic[SITES] = {0.05, 1}, start_failure[SITES] = {0, 0.02};

/* ---- the plan and the ways back from it ---- */

enum kind { END, START, STOP, PAUSE, TEST };

struct step {
    enum kind      kind;
    enum site_name site;
    enum version   version;
    int            count;
    double         seconds;
};

static const struct step plan[] = {
    {START, STAGING, NEW, 1, 0}, {PAUSE, STAGING, 0, 0, 30}, {STOP, STAGING, OLD, 1, 0},
    {START, STAGING, NEW, 1, 0}, {PAUSE, STAGING, 0, 0, 30}, {STOP, STAGING, OLD, 1, 0},
    {TEST, STAGING, 0, 0, 20 * MINUTE},
    {STOP, PROD, OLD, 3, 0}, {START, PROD, NEW, 6, 0}, {PAUSE, PROD, 0, 0, 30},
    {STOP, PROD, OLD, 6, 0}, {START, PROD, NEW, 6, 0}, {PAUSE, PROD, 0, 0, 30},
    {STOP, PROD, OLD, 3, 0}, {END, PROD, 0, 0, 0},
};

/* By how many starts and stops of the plan have been made at the site. */
static const struct step ways_back[SITES][6][6] = {
    [STAGING] = {
        {{END, STAGING, 0, 0, 0}},
        {{STOP, STAGING, NEW, 1, 0}},
        {{START, STAGING, OLD, 1, 0}, {STOP, STAGING, NEW, 1, 0}},
        {{STOP, STAGING, NEW, 1, 0}, {START, STAGING, OLD, 1, 0}, {STOP, STAGING, NEW, 1, 0}},
        {{START, STAGING, OLD, 1, 0}, {STOP, STAGING, NEW, 1, 0},
         {START, STAGING, OLD, 1, 0}, {STOP, STAGING, NEW, 1, 0}},
    },
    [PROD] = {
        {{END, PROD, 0, 0, 0}},
        {{START, PROD, OLD, 3, 0}},
        {{STOP, PROD, NEW, 3, 0}, {START, PROD, OLD, 3, 0}, {STOP, PROD, NEW, 3, 0}},
        {{START, PROD, OLD, 6, 0}, {STOP, PROD, NEW, 3, 0}, {START, PROD, OLD, 3, 0},
         {STOP, PROD, NEW, 3, 0}},
        {{STOP, PROD, NEW, 6, 0}, {START, PROD, OLD, 6, 0}, {STOP, PROD, NEW, 3, 0},
         {START, PROD, OLD, 3, 0}, {STOP, PROD, NEW, 3, 0}},
        {{STOP, PROD, NEW, 3, 0}, {START, PROD, OLD, 6, 0}, {STOP, PROD, NEW, 6, 0},
         {START, PROD, OLD, 6, 0}, {STOP, PROD, NEW, 3, 0}},
    },
};

/* ---- the state ---- */

enum phase { RESTING, SWITCHING, DRAINING, WAITING_READY, PAUSING, TESTING, STUCK, DONE };

/* Somebody who goes along a list of steps. */
struct walk {
    const struct step *at;
    enum phase phase;
    double     due;   /* when the phase ends by itself, INFINITY: not */
    double     loss;  /* of the site's traffic */
};

struct site {
    int n[BEINGS][VERSIONS][ZONES]; /* instances */
    int sum[BEINGS][VERSIONS];      /* of all zones */
    int in_place, changes;
    struct walk back;
};

struct state {
    gsl_rng     *rng;
    double       time;
    bool         defective, zone_up[ZONES], ingress_up, database_up[DATABASES];
    int          zones_up, databases_up;
    enum trigger trigger;
    struct site  site[SITES];
    struct walk  forward;
    long         events;
};

static void add(struct site *site, enum being being, enum version v, int zone, int count)
{
    site->n[being][v][zone] += count;
    site->sum[being][v] += count;
}

static void restore(struct site *site, enum site_name s)
{
    memset(site->n, 0, sizeof site->n);
    memset(site->sum, 0, sizeof site->sum);
    for (int z = 0; z < zones[s]; z++)
        add(site, UP, OLD, z, replicas[s] / zones[s]);
    site->in_place = replicas[s];
}

/* ---- going along the steps ---- */

static void launch(struct site *site, const struct step *step)
{
    for (int z = 0; z < zones[step->site]; z++)
        add(site, STARTING, step->version, z, step->count / zones[step->site]);
    site->in_place += step->count;
    site->changes++;
}

/* Those that are starting go first, then failed ones, then those that are up. */
static void vanish(struct site *site, const struct step *step)
{
    static const enum being order[BEINGS] = {STARTING, FAILED, UP};
    for (int z = 0; z < zones[step->site]; z++) {
        int left = step->count / zones[step->site];
        for (int i = 0; i < BEINGS; i++) {
            int there = site->n[order[i]][step->version][z], gone = there < left ? there : left;
            add(site, order[i], step->version, z, -gone);
            left -= gone;
        }
    }
    site->in_place -= step->count;
    site->changes++;
}

/* Begins the step that the walk is at. */
static void enter(struct state *s, struct walk *walk)
{
    const struct step *step = walk->at;
    struct site *site = &s->site[step->site];
    walk->due = INFINITY;
    switch (step->kind) {
    case END:
        walk->phase = DONE;
        break;
    case START:
        launch(site, step);
        s->events++;
        walk->phase = WAITING_READY;
        if (walk == &s->forward)
            walk->due = s->time + 10 * MINUTE;
        break;
    case STOP:
        walk->phase = SWITCHING;
        walk->loss = 0.1 * step->count / site->in_place;
        walk->due = s->time + 2;
        break;
    case PAUSE:
    case TEST:
        walk->phase = step->kind == PAUSE ? PAUSING : TESTING;
        walk->due = s->time + step->seconds;
    }
}

static void next(struct state *s, struct walk *walk)
{
    s->events++;
    walk->at++;
    enter(s, walk);
}

/* Ends the rollout: what it was at is left as it is. */
static void pull_trigger(struct state *s)
{
    s->trigger = REACTING;
    s->forward.due = INFINITY;
    s->forward.loss = 0;
}

/* The end of a fixed delay. */
static void end_phase(struct state *s, struct walk *walk)
{
    switch (walk->phase) {
    case SWITCHING:
        vanish(&s->site[walk->at->site], walk->at);
        s->events += 2;
        walk->phase = DRAINING;
        walk->loss = 0;
        walk->due = s->time + 30;
        break;
    case TESTING:
        s->events++;
        if (gsl_rng_uniform(s->rng) >= (s->defective ? 0.6 : 0.01)) {
            next(s, walk);
            break;
        }
        s->events++;
        pull_trigger(s);
        break;
    case WAITING_READY: /* for too long */
        s->events++;
        pull_trigger(s);
        break;
    default:
        next(s, walk);
    }
}

static void go_back(struct state *s)
{
    s->trigger = GOING_BACK;
    for (int i = 0; i < SITES; i++) {
        struct site *site = &s->site[i];
        bool begun = i == STAGING || s->forward.at->site == PROD;
        s->events++;
        site->back.at = ways_back[i][site->changes];
        if (begun && gsl_rng_uniform(s->rng) < 0.02)
            site->back.phase = STUCK;
        else
            enter(s, &site->back);
    }
}

static void recover(struct state *s, enum site_name i)
{
    restore(&s->site[i], i);
    s->site[i].back.phase = DONE;
}

/* An instance has become ready: perhaps the last that somebody waited for. */
static void look_ready(struct state *s, enum site_name i)
{
    struct site *site = &s->site[i];
    if (s->trigger == NONE_YET && s->forward.phase == WAITING_READY && s->forward.at->site == i &&
        site->sum[STARTING][NEW] == 0)
        next(s, &s->forward);
    if (site->back.phase == WAITING_READY && site->sum[STARTING][OLD] == 0)
        next(s, &site->back);
}

/* ---- what happens by chance ---- */

enum event {
    STAGING_FAIL, STAGING_REPAIR, STAGING_READY, PROD_FAIL, PROD_REPAIR, PROD_READY, ZONE_FAIL, ZONE_REPAIR,
    INGRESS_FAIL, INGRESS_REPAIR, DATABASE_FAIL, DATABASE_REPAIR, DETECT, FALSE_ALARM, REACT, STAGING_RECOVER,
    PROD_RECOVER, EVENTS
};

/* What is served of prod's traffic, and the share of all traffic that the new version answers. */
struct service {
    double served, exposed;
};

static struct service serve(const struct state *s)
{
    const struct site *staging = &s->site[STAGING], *prod = &s->site[PROD];
    int up[VERSIONS] = {0, 0}, databases = 0;
    for (int z = 0; z < ZONES; z++)
        if (s->zone_up[z]) {
            up[OLD] += prod->n[UP][OLD][z];
            up[NEW] += prod->n[UP][NEW][z];
            databases += z < DATABASES && s->database_up[z];
        }
    int all = up[OLD] + up[NEW], most = all > demand[PROD] ? all : demand[PROD];
    int staging_up = staging->sum[UP][OLD] + staging->sum[UP][NEW];
    double loss = s->trigger == NONE_YET ? (s->forward.at->site == PROD ? s->forward.loss : 0) : prod->back.loss;
    double by_new = s->ingress_up ? (double)up[NEW] / most : 0, errors = s->defective ? 0.4 : 0;
    struct service service = {0, traffic[PROD] * by_new};
    if (staging_up > 0)
        service.exposed += traffic[STAGING] * staging->sum[UP][NEW] / staging_up;
    if (s->ingress_up && databases > 0)
        service.served = ((double)all / most - by_new * errors) * (1 - loss);
    return service;
}

static double site_rates(const struct site *site, enum site_name i, double *rate)
{
    rate[0] = (site->sum[UP][OLD] + site->sum[UP][NEW]) / (30 * DAY);
    rate[1] = (site->sum[FAILED][OLD] + site->sum[FAILED][NEW]) / (2 * MINUTE);
    rate[2] = (site->sum[STARTING][OLD] + site->sum[STARTING][NEW]) * (1 - start_failure[i]) / 40;
    return rate[0] + rate[1] + rate[2];
}

/* The rate of every event; returns their sum. */
static double rates(const struct state *s, double exposed, double *rate)
{
    bool open = s->trigger == NONE_YET;
    double sum = site_rates(&s->site[STAGING], STAGING, rate + STAGING_FAIL);
    sum += site_rates(&s->site[PROD], PROD, rate + PROD_FAIL);
    rate[ZONE_FAIL] = s->zones_up / (180 * DAY);
    rate[ZONE_REPAIR] = (ZONES - s->zones_up) / HOUR;
    rate[INGRESS_FAIL] = s->ingress_up ? 1 / (365 * DAY) : 0;
    rate[INGRESS_REPAIR] = s->ingress_up ? 0 : 1 / (5 * MINUTE);
    rate[DATABASE_FAIL] = s->databases_up / (90 * DAY);
    rate[DATABASE_REPAIR] = (DATABASES - s->databases_up) / (15 * MINUTE);
    rate[DETECT] = open && s->defective ? exposed / (4 * MINUTE) : 0;
    rate[FALSE_ALARM] = open && s->forward.phase != DONE ? 1 / (30 * DAY) : 0;
    rate[REACT] = s->trigger == REACTING ? 1 / MINUTE : 0;
    rate[STAGING_RECOVER] = s->site[STAGING].back.phase == STUCK ? 1 / (45 * MINUTE) : 0;
    rate[PROD_RECOVER] = s->site[PROD].back.phase == STUCK ? 1 / (45 * MINUTE) : 0;
    for (int i = ZONE_FAIL; i < EVENTS; i++)
        sum += rate[i];
    return sum;
}

/* One of the site's instances, each equally likely, goes from one being to another. */
static void change_one(struct state *s, enum site_name i, enum being from, enum being to)
{
    struct site *site = &s->site[i];
    int left = (int)gsl_rng_uniform_int(s->rng, (unsigned long)(site->sum[from][OLD] + site->sum[from][NEW]));
    for (int v = 0; v < VERSIONS; v++)
        for (int z = 0; z < zones[i]; z++) {
            if (left >= 0 && left < site->n[from][v][z]) {
                add(site, from, (enum version)v, z, -1);
                add(site, to, (enum version)v, z, 1);
                return;
            }
            left -= site->n[from][v][z];
        }
}

/* One of the things that are up, or down, is so no more. */
static void flip_one(struct state *s, bool *up, int *n_up, int n, bool now)
{
    int left = (int)gsl_rng_uniform_int(s->rng, (unsigned long)(now ? n - *n_up : *n_up));
    for (int i = 0; i < n; i++)
        if (up[i] != now && left-- == 0) {
            up[i] = now;
            *n_up += now ? 1 : -1;
            return;
        }
}

/* The three events of a site: an instance fails, is repaired, becomes ready. */
static void happen_at(struct state *s, enum site_name i, int event)
{
    static const enum being from[] = {UP, FAILED, STARTING}, to[] = {FAILED, UP, UP};
    change_one(s, i, from[event], to[event]);
    if (from[event] == STARTING)
        look_ready(s, i);
}

static void happen(struct state *s, enum event event)
{
    s->events++;
    if (event < PROD_FAIL)
        happen_at(s, STAGING, event - STAGING_FAIL);
    else if (event < ZONE_FAIL)
        happen_at(s, PROD, event - PROD_FAIL);
    else if (event == ZONE_FAIL || event == ZONE_REPAIR)
        flip_one(s, s->zone_up, &s->zones_up, ZONES, event == ZONE_REPAIR);
    else if (event == INGRESS_FAIL || event == INGRESS_REPAIR)
        s->ingress_up = event == INGRESS_REPAIR;
    else if (event == DATABASE_FAIL || event == DATABASE_REPAIR)
        flip_one(s, s->database_up, &s->databases_up, DATABASES, event == DATABASE_REPAIR);
    else if (event == DETECT || event == FALSE_ALARM)
        pull_trigger(s);
    else if (event == REACT)
        go_back(s);
    else
        recover(s, event == STAGING_RECOVER ? STAGING : PROD);
}

/* ---- a path ---- */

/* What is watched, in the order of model_checkout(). */
enum { DOWNTIME, LOST, DURATION, EXTRA };

static void pass(const struct state *s, double served, double wait, double *value)
{
    bool rolled_back = s->trigger == GOING_BACK && s->site[STAGING].back.phase == DONE &&
                       s->site[PROD].back.phase == DONE;
    for (int i = 0; i < SITES; i++)
        if (s->site[i].in_place > replicas[i])
            value[EXTRA] += (s->site[i].in_place - replicas[i]) * wait / HOUR;
    if (served < 0.95 - 1e-9)
        value[DOWNTIME] += wait;
    value[LOST] += (1 - served) * wait;
    if (s->forward.phase != DONE && !rolled_back)
        value[DURATION] += wait;
}

/* Whoever's fixed delay ends first. */
static struct walk *first_due(struct state *s)
{
    struct walk *first = &s->forward;
    for (int i = 0; i < SITES; i++)
        if (s->site[i].back.due < first->due)
            first = &s->site[i].back;
    return first;
}

static void begin(struct state *s, gsl_rng *rng, bool defective)
{
    memset(s, 0, sizeof *s);
    s->rng = rng;
    s->defective = defective;
    for (int z = 0; z < ZONES; z++)
        s->zone_up[z] = true;
    for (int d = 0; d < DATABASES; d++)
        s->database_up[d] = true;
    s->zones_up = ZONES;
    s->databases_up = DATABASES;
    s->ingress_up = true;
    for (int i = 0; i < SITES; i++) {
        restore(&s->site[i], (enum site_name)i);
        s->site[i].back.due = INFINITY;
    }
    s->forward.at = plan;
    enter(s, &s->forward);
}

static void simulate(struct state *s, double *value)
{
    for (;;) {
        double rate[EVENTS];
        struct service now = serve(s);
        double sum = rates(s, now.exposed, rate), wait = gsl_ran_exponential(s->rng, 1 / sum);
        struct walk *walk = first_due(s);
        bool by_chance = s->time + wait < walk->due;
        double end = by_chance ? s->time + wait : walk->due;
        pass(s, now.served, (end < HORIZON ? end : HORIZON) - s->time, value);
        if (end > HORIZON)
            return;
        s->time = end;
        if (by_chance) {
            double left = gsl_rng_uniform(s->rng) * sum;
            int event = 0;
            while (event < EVENTS - 1 && left >= rate[event])
                left -= rate[event++];
            happen(s, (enum event)event);
        } else {
            end_phase(s, walk);
        }
    }
}

/* Stratum 0 is sound, 1 is defective. */
void checkout_textbook(gsl_rng *rng, int stratum, int paths, struct tally *tally)
{
    tally->paths += paths;
    for (int i = 0; i < paths; i++) {
        struct state state;
        double value[WATCHED] = {0};
        begin(&state, rng, stratum == 1);
        simulate(&state, value);
        for (int w = 0; w < WATCHED; w++)
            total_add(&tally->value[w], value[w]);
        total_add(&tally->events, (double)state.events);
    }
}
