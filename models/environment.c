/*
 * What happens in an environment by itself: instances fail, come back and become ready; zones and the ingress go down
 * and up; so do the instances of the services that the released one depends on.
 *
 * Variables count instances per zone; the commands are per service, and their branches choose the zone in proportion.
 * Zones of services depended on matter only where zones fail: else one count serves all. A command for what cannot
 * happen (no mtbf) is not written, so its variables are not there either.
 *
 * With F failed and c crews the total rate of repair is min(F, c) / mttr, and each failed instance is equally likely:
 * one command for both versions and all zones, with branches in proportion to the counts.
 */
#include "models/environment.h"

#include "models/terms.h"

/* A part of a command's rate and the change that it stands for: one instance from one count to another. */
struct flow {
    expr rate;
    int  from, to; /* variables; -1: none */
};

struct flows {
    struct flow *list;
    int          n, capacity;
    struct arena arena;
};

static struct flows flows_new(int capacity)
{
    struct flows flows = {.capacity = capacity};
    flows.list = arena_new(&flows.arena, (size_t)capacity, sizeof *flows.list);
    return flows;
}

static void flow_add(struct process *p, struct flows *flows, expr rate, int from, int to)
{
    double constant;
    if (expr_is_constant(&p->graph, rate, &constant) && constant == 0)
        return;
    flows->list[flows->n++] = (struct flow){rate, from, to};
}

/* A command of that total rate whose branches are the flows, in proportion to their rates. Takes the flows' memory. */
static void command_of_flows(struct process *p, const char *name, struct flows *flows, expr guard, enum delay delay,
                             expr rate)
{
    expr sum = term_number(p, 0);
    for (int i = 0; i < flows->n; i++)
        sum = term_plus(p, sum, flows->list[i].rate);
    if (flows->n > 0)
        process_add_command(p, name, guard < 0 ? term_less(p, term_number(p, 0), sum) : guard, delay,
                            rate < 0 ? sum : rate);
    for (int i = 0; i < flows->n; i++) {
        const struct flow *f = &flows->list[i];
        process_add_branch(p, flows->n == 1 ? term_number(p, 1) : term_over(p, f->rate, sum));
        if (f->from >= 0)
            process_add_update(p, f->from, term_minus(p, term_variable(p, f->from), term_number(p, 1)));
        if (f->to >= 0)
            process_add_update(p, f->to, term_plus(p, term_variable(p, f->to), term_number(p, 1)));
    }
    arena_free(&flows->arena);
}

/* A command without branches yet that fires after an exponential delay of that mean, or at once if the mean is 0. */
int process_add_mean(struct process *p, const char *name, expr guard, double mean)
{
    return mean > 0 ? process_add_command(p, name, guard, DELAY_EXPONENTIAL, term_number(p, 1 / mean))
                    : process_add_command(p, name, guard, DELAY_NOW, -1);
}

static int add_count(struct process *p, const char *site, const char *what, int zone, int most, int initial)
{
    const char *name = zone < 0 ? arena_format(&p->arena, "%s.%s", site, what)
                                : arena_format(&p->arena, "%s.%s.%d", site, what, zone);
    return process_add_variable(p, name, 0, most, initial);
}

/* Zones and ingress: up or down, each by itself. */
static void add_zones(struct process *p, struct site *site)
{
    const struct environment *e = site->environment;
    struct flows down = flows_new(e->zones), up = flows_new(e->zones);
    expr failing = term_number(p, 1 / (e->zone_mtbf > 0 ? e->zone_mtbf : 1)), one = term_number(p, 1);
    site->zone_up = arena_new(&p->arena, (size_t)e->zones, sizeof *site->zone_up);
    for (int z = 0; z < e->zones; z++) {
        site->zone_up[z] = e->zone_mtbf > 0 ? add_count(p, site->name, "zone.up", z, 1, 1) : -1;
        if (e->zone_mtbf <= 0)
            continue;
        expr is_up = term_variable(p, site->zone_up[z]);
        expr repair = term_times(p, term_minus(p, one, is_up), term_number(p, e->zone_mttr > 0 ? 1 / e->zone_mttr : 1));
        flow_add(p, &down, term_times(p, is_up, failing), site->zone_up[z], -1);
        flow_add(p, &up, repair, -1, site->zone_up[z]);
    }
    command_of_flows(p, arena_format(&p->arena, "%s.zone.fail", site->name), &down, one, DELAY_EXPONENTIAL, -1);
    command_of_flows(p, arena_format(&p->arena, "%s.zone.repair", site->name), &up, e->zone_mttr > 0 ? one : -1,
                     e->zone_mttr > 0 ? DELAY_EXPONENTIAL : DELAY_NOW, -1);
}

static void add_ingress(struct process *p, struct site *site)
{
    const struct environment *e = site->environment;
    site->ingress_up = -1;
    site->reachable = term_number(p, 1);
    if (e->ingress_mtbf <= 0)
        return;
    site->ingress_up = add_count(p, site->name, "ingress.up", -1, 1, 1);
    site->reachable = term_variable(p, site->ingress_up);
    process_add_mean(p, arena_format(&p->arena, "%s.ingress.fail", site->name), site->reachable, e->ingress_mtbf);
    process_add_branch(p, term_number(p, 1));
    process_add_update(p, site->ingress_up, term_number(p, 0));
    process_add_mean(p, arena_format(&p->arena, "%s.ingress.repair", site->name), term_not(p, site->reachable),
                     e->ingress_mttr);
    process_add_branch(p, term_number(p, 1));
    process_add_update(p, site->ingress_up, term_number(p, 1));
}

/* A repair command: `failed` instances come back at the rate of the crews that are busy. */
static void add_repair(struct process *p, const char *name, const struct service *s, struct flows *back, expr failed)
{
    expr busy = s->repair_crews > 0 ? term(p, OP_MIN, failed, term_number(p, s->repair_crews)) : failed;
    if (s->mttr > 0)
        command_of_flows(p, name, back, term_number(p, 1), DELAY_EXPONENTIAL,
                         term_times(p, busy, term_number(p, 1 / s->mttr)));
    else
        command_of_flows(p, name, back, -1, DELAY_NOW, -1);
}

/* A service depended on: its instances fail and come back. Returns the share of its demand that it can take. */
static expr add_dependency(struct process *p, const struct site *site, const struct service *s)
{
    const char *name = arena_format(&p->arena, "%s.%s", site->name, s->name);
    int zones = site->zone_up[0] >= 0 ? site->zones : 1;
    struct flows fail = flows_new(zones), back = flows_new(zones);
    expr serving = term_number(p, 0), failed = term_number(p, 0);
    for (int z = 0; z < zones; z++) {
        int n = s->replicas / zones + (z < s->replicas % zones);
        int up = s->mtbf > 0 && n > 0 ? add_count(p, name, "up", z, n, n) : -1;
        expr count = up >= 0 ? term_variable(p, up) : term_number(p, n);
        expr is_up = site->zone_up[z] >= 0 ? term_variable(p, site->zone_up[z]) : term_number(p, 1);
        serving = term_plus(p, serving, term_times(p, count, is_up));
        if (up < 0)
            continue;
        expr down = term_minus(p, term_number(p, n), count);
        failed = term_plus(p, failed, down);
        flow_add(p, &fail, term_times(p, count, term_number(p, 1 / s->mtbf)), up, -1);
        flow_add(p, &back, down, -1, up);
    }
    command_of_flows(p, arena_format(&p->arena, "%s.fail", name), &fail, term_number(p, 1), DELAY_EXPONENTIAL, -1);
    add_repair(p, arena_format(&p->arena, "%s.repair", name), s, &back, failed);
    process_add_formula(p, arena_format(&p->arena, "%s.serving", name), serving);
    return term(p, OP_MIN, term_number(p, 1), term_over(p, serving, term_number(p, s->demand)));
}

static void add_groups(struct process *p, struct site *site, const struct site_bounds *bounds, const char *name)
{
    const struct service *s = &site->environment->services[site->environment->released];
    for (int v = 0; v < VERSIONS; v++) {
        bool fails = s->mtbf > 0 || (v == NEW && bounds->release && bounds->release->crash_mtbf > 0);
        bool starts = v == NEW ? bounds->release != NULL : bounds->back;
        site->group[v] = arena_new(&p->arena, (size_t)site->zones, sizeof *site->group[v]);
        for (int z = 0; z < site->zones; z++) {
            struct group *g = &site->group[v][z];
            int most = bounds->most[v], initial = v == OLD ? bounds->initial->count[OLD][z] : 0;
            const char *version = arena_format(&p->arena, "%s.%s", name, version_names[v]);
            *g = (struct group){-1, -1, -1};
            if (most == 0)
                continue;
            g->up = add_count(p, version, "up", z, most, initial);
            g->failed = fails ? add_count(p, version, "failed", z, most, 0) : -1;
            g->starting = starts ? add_count(p, version, "starting", z, most, 0) : -1;
        }
    }
}

static void add_sums(struct process *p, struct site *site, const char *name)
{
    for (int v = 0; v < VERSIONS; v++) {
        site->serving[v] = site->starting[v] = term_number(p, 0);
        for (int z = 0; z < site->zones; z++) {
            expr up = term_variable(p, site->group[v][z].up);
            if (site->zone_up[z] >= 0)
                up = term_times(p, up, term_variable(p, site->zone_up[z]));
            site->serving[v] = term_plus(p, site->serving[v], up);
            site->starting[v] = term_plus(p, site->starting[v], term_variable(p, site->group[v][z].starting));
        }
        process_add_formula(p, arena_format(&p->arena, "%s.%s.serving", name, version_names[v]), site->serving[v]);
        process_add_formula(p, arena_format(&p->arena, "%s.%s.all_starting", name, version_names[v]),
                            site->starting[v]);
    }
}

/* Instances of the released service fail; those of a defective version also crash. */
static void add_faults(struct process *p, struct site *site, const struct site_bounds *bounds, const char *name)
{
    const struct service *s = &site->environment->services[site->environment->released];
    double crash = bounds->release ? bounds->release->crash_mtbf : 0;
    expr usual = term_number(p, s->mtbf > 0 ? 1 / s->mtbf : 0);
    expr rate[VERSIONS] = {usual, usual};
    if (crash > 0)
        rate[NEW] = term_plus(p, usual, term_times(p, bounds->defective, term_number(p, 1 / crash)));
    struct flows fail = flows_new(VERSIONS * site->zones), back = flows_new(VERSIONS * site->zones);
    expr failed = term_number(p, 0);
    for (int v = 0; v < VERSIONS; v++)
        for (int z = 0; z < site->zones; z++) {
            const struct group *g = &site->group[v][z];
            expr down = term_variable(p, g->failed);
            flow_add(p, &fail, term_times(p, term_variable(p, g->up), rate[v]), g->up, g->failed);
            flow_add(p, &back, down, g->failed, g->up);
            failed = term_plus(p, failed, down);
        }
    command_of_flows(p, arena_format(&p->arena, "%s.fail", name), &fail, term_number(p, 1), DELAY_EXPONENTIAL, -1);
    add_repair(p, arena_format(&p->arena, "%s.repair", name), s, &back, failed);
}

/*
 * Launched instances become ready. An attempt that fails and begins again changes nothing, so only successes are
 * rates.
 */
static void add_ready(struct process *p, struct site *site, const struct site_bounds *bounds, const char *name)
{
    const struct service *s = &site->environment->services[site->environment->released];
    double each = s->start > 0 ? 1 / s->start : 1;
    expr usual = term_number(p, (1 - s->start_failure) * each);
    expr rate[VERSIONS] = {usual, usual};
    if (bounds->release && bounds->release->start_failure >= 0)
        rate[NEW] = term_if(p, bounds->defective, term_number(p, (1 - bounds->release->start_failure) * each), usual);
    struct flows ready = flows_new(VERSIONS * site->zones);
    for (int v = 0; v < VERSIONS; v++)
        for (int z = 0; z < site->zones; z++) {
            const struct group *g = &site->group[v][z];
            flow_add(p, &ready, term_times(p, term_variable(p, g->starting), rate[v]), g->starting, g->up);
        }
    command_of_flows(p, arena_format(&p->arena, "%s.ready", name), &ready, s->start > 0 ? term_number(p, 1) : -1,
                     s->start > 0 ? DELAY_EXPONENTIAL : DELAY_NOW, -1);
}

/* Adds an environment to a process: its variables, and the commands for what happens by itself. */
void site_add(struct process *p, const struct environment *environment, const struct site_bounds *bounds,
              struct site *site)
{
    const struct service *released = &environment->services[environment->released];
    *site = (struct site){.environment = environment, .name = environment->name, .zones = environment->zones};
    const char *name = arena_format(&p->arena, "%s.%s", environment->name, released->name);
    add_zones(p, site);
    add_ingress(p, site);
    add_groups(p, site, bounds, name);
    add_sums(p, site, name);
    add_faults(p, site, bounds, name);
    add_ready(p, site, bounds, name);
    site->dependencies = term_number(p, 1);
    for (int i = 0; i < environment->n_services && environment->users > 0; i++) /* without users nobody asks for them */
        if (i != environment->released)
            site->dependencies =
                term_times(p, site->dependencies, add_dependency(p, site, &environment->services[i]));
}

/* Updates for the branch added last: so many instances of the version begin to start in each zone. */
void site_launch(struct process *p, const struct site *site, enum version version, const expr *by_zone)
{
    for (int z = 0; z < site->zones; z++) {
        int starting = site->group[version][z].starting;
        if (starting >= 0)
            process_add_update(p, starting, term_plus(p, term_variable(p, starting), by_zone[z]));
    }
}

/*
 * Updates for the branch added last: so many instances are gone from each zone, starting ones first, then failed
 * ones.
 */
void site_vanish(struct process *p, const struct site *site, enum version version, const expr *by_zone)
{
    for (int z = 0; z < site->zones; z++) {
        const struct group *g = &site->group[version][z];
        expr gone = by_zone[z];
        const int order[] = {g->starting, g->failed};
        for (int i = 0; i < 2; i++) {
            if (order[i] < 0)
                continue;
            expr count = term_variable(p, order[i]), taken = term(p, OP_MIN, count, gone);
            process_add_update(p, order[i], term_minus(p, count, taken));
            gone = term_minus(p, gone, taken);
        }
        if (g->up >= 0)
            process_add_update(p, g->up, term_minus(p, term_variable(p, g->up), gone));
    }
}
