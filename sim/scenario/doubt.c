/*
 * What is allowed in a scenario but is a slip more often than not: a percent sign that was forgotten, two figures that
 * were swapped, a figure that has no effect. Each becomes a warning. It runs on a scenario with which nothing is wrong.
 */
#include "scenario/read.h"

static const double SHARE_SLACK = 1e-9;

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* mtbf and mttr of whatever the map describes, called `what`; `crashes`: it fails in another way, too. */
static void doubt_repair(struct reader *reader, const struct node *map, double mtbf, double mttr, bool crashes,
                         const char *what)
{
    const struct node *repair = node_find(map, "mttr"), *failure = node_find(map, "mtbf");
    if (repair && !failure && !crashes && mttr > 0)
        messages_add(reader->messages, repair->key_place, NULL,
                     "`mttr` without `mtbf`: %s never fails, so this has no effect", what);
    else if (repair && failure && mtbf > 0 && mttr > mtbf)
        messages_add(reader->messages, place_of_cause(repair->place, failure->place), NULL,
                     "`mttr` is longer than `mtbf`: %s would be away for most of the time; were they swapped?", what);
}

static void doubt_environment(struct reader *reader, const struct node *map, const struct environment *environment,
                              const struct release *release)
{
    const struct node *entry = node_find(map, "services")->first;
    doubt_repair(reader, node_find(map, "zones"), environment->zone_mtbf, environment->zone_mttr, false, "a zone");
    doubt_repair(reader, node_find(map, "ingress"), environment->ingress_mtbf, environment->ingress_mttr, false,
                 "the ingress");
    for (int i = 0; i < environment->n_services; i++, entry = entry->next) {
        const struct service *service = &environment->services[i];
        bool crashes = i == environment->released && release->crash_mtbf > 0;
        doubt_repair(reader, entry, service->mtbf, service->mttr, crashes, "an instance");
    }
}

/* Users that no environment has: downtime and lost are weighted by them. */
static void doubt_users(struct reader *reader, const struct node *list, const struct topology *topology)
{
    double sum = 0;
    struct place place = {0};
    for (int i = 0; i < topology->n_environments; i++)
        sum += topology->environments[i].users;
    for (const struct node *entry = list->first; entry; entry = entry->next) {
        const struct node *users = node_find(entry, "users");
        place = users ? place_of_cause(users->place, place) : place;
    }
    if (sum < 1 - SHARE_SLACK)
        messages_add(reader->messages, place, NULL,
                     "`users` add up to %.15g%%: every downtime is weighted by that; write 100%% if these are all",
                     sum * 100);
}

static void doubt_topology(struct reader *reader, const struct node *list, const struct topology *topology,
                           const struct release *release)
{
    const struct node *entry = list->first;
    for (int i = 0; i < topology->n_environments; i++, entry = entry->next)
        doubt_environment(reader, entry, &topology->environments[i], release);
    doubt_users(reader, list, topology);
}

/* The most replicas that are replaced in any environment. */
static int most_replicas(const struct scenario *scenario)
{
    int replicas = 0;
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int e = 0; e < scenario->topologies[t].n_environments; e++) {
            const struct environment *environment = &scenario->topologies[t].environments[e];
            replicas = most(replicas, environment->services[environment->released].replicas);
        }
    return replicas;
}

static void doubt_amount(struct reader *reader, const struct node *map, const char *key, struct amount amount,
                         int replicas)
{
    const struct node *node = node_find(map, key);
    if (node && !amount.is_share && amount.value > replicas)
        messages_add(reader->messages, node->place,
                     arena_format(&reader->messages->arena, "write `%.15g%%` if a share of them is meant",
                                  amount.value),
                     "`%s` is %.15g instances, more than the %d that there are to replace", key, amount.value,
                     replicas);
}

static void doubt_rolling(struct reader *reader, const struct node *map, const struct strategy *strategy, int replicas)
{
    const struct node *surge = node_find(map, "max_surge"), *unavailable = node_find(map, "max_unavailable");
    doubt_amount(reader, map, "max_surge", strategy->max_surge, replicas);
    doubt_amount(reader, map, "max_unavailable", strategy->max_unavailable, replicas);
    if (surge && unavailable && strategy->max_surge.value <= 0 && strategy->max_unavailable.value <= 0)
        messages_add(reader->messages, place_of_cause(surge->place, unavailable->place), NULL,
                     "with `max_surge` and `max_unavailable` of 0 nothing could be replaced: one may be unavailable");
}

static void doubt_steps(struct reader *reader, const struct node *map, const struct strategy *strategy, int replicas)
{
    const struct node *entry = strategy->n_steps ? node_find(map, "steps")->first : NULL;
    int before = 0;
    for (int i = 0; i < strategy->n_steps; i++, entry = entry->next) {
        const struct node *node = node_find(entry, "replicas");
        int asked = strategy->steps[i].replicas;
        if (asked > replicas)
            messages_add(reader->messages, node->place, NULL, "a step with %d replicas: there are only %d", asked,
                         replicas);
        else if (asked && asked < before)
            messages_add(reader->messages, node->place, NULL,
                         "the step has %d replicas, fewer than the %d of a step before: none are stopped, so it has %d",
                         asked, before, before);
        before = most(before, asked);
    }
}

static void doubt_budget(struct reader *reader, const struct scenario *scenario)
{
    const struct node *releases = node_find(reader->root, "releases_per_window");
    if (releases && !scenario->slo.given)
        messages_add(reader->messages, releases->key_place, NULL,
                     "`releases_per_window` without `slo`: there is no window, so this has no effect");
}

/* Says what looks like a slip. reader->root is the map that filled the draft, with which nothing is wrong. */
void doubt_scenario(struct reader *reader, const struct draft *draft)
{
    const struct scenario *scenario = &draft->scenario;
    const struct node *topologies = node_find(reader->root, "topologies");
    const struct node *entry = topologies ? topologies->first : NULL;
    int replicas = most_replicas(scenario);
    doubt_budget(reader, scenario);
    for (int t = 0; t < scenario->n_topologies; t++, entry = entry ? entry->next : NULL)
        doubt_topology(reader, node_find(entry ? entry : reader->root, "environments"), &scenario->topologies[t],
                       &scenario->release);
    entry = node_find(reader->root, "strategies")->first;
    for (int i = 0; i < scenario->n_strategies; i++, entry = entry->next) {
        doubt_rolling(reader, entry, &scenario->strategies[i], replicas);
        doubt_steps(reader, entry, &scenario->strategies[i], replicas);
    }
    doubt_sweeps(reader, scenario);
}
