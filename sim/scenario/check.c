/*
 * What must fit together in a scenario, and the figures that are derived from others. A check rests only on figures
 * that were read without a fault, so that one mistake is not told twice. Where one of the figures comes from an
 * override, that one is blamed: place_of_cause.
 */
#include "scenario/read.h"

#include "models/strategy.h"

#include <string.h>

/* A difference that rounding of decimal shares can make. */
static const double SHARE_SLACK = 1e-9;

/* The name of a list's entry for a message. */
static const char *called(struct reader *reader, const struct node *entry)
{
    const struct node *name = node_find(entry, "name");
    return name && name->kind == NODE_TEXT ? messages_shown(reader->messages, name->text) : "?";
}

static void check_unique(struct reader *reader, const struct node *list, const char *what)
{
    for (struct node *entry = list->first; entry; entry = entry->next) {
        const struct node *name = node_find(entry, "name");
        for (struct node *before = list->first; name && !name->bad && before != entry; before = before->next) {
            const struct node *other = node_find(before, "name");
            if (!other || other->bad || strcmp(name->text, other->text))
                continue;
            messages_add(reader->messages, place_of_cause(name->place, other->place), NULL,
                         "two %s are called `%s`", what, called(reader, entry));
            break;
        }
    }
}

/* What fails must come back, or the model is one of decay. mttr: 0, at once, is an answer. */
static void check_repair(struct reader *reader, const struct node *map, double mtbf, const char *what)
{
    const struct node *failure = node_find(map, "mtbf");
    if (node_usable(map, "mtbf") && mtbf > 0 && !node_find(map, "mttr"))
        messages_add(reader->messages, failure->key_place, NULL,
                     "`mtbf` without `mttr`: how long does it take to repair %s?", what);
}

static void check_service(struct reader *reader, const struct node *map, struct service *service)
{
    const struct node *demand = node_find(map, "demand");
    if (service->demand < 0)
        service->demand = service->replicas;
    else if (demand && !demand->bad && node_usable(map, "replicas") && service->demand > service->replicas)
        messages_add(reader->messages, place_of_cause(demand->place, node_find(map, "replicas")->place), NULL,
                     "`demand` is %.15g, more than the %d replicas can serve", service->demand, service->replicas);
    check_repair(reader, map, service->mtbf, "an instance");
}

static struct place place_of_released(const struct node *list, int service)
{
    return node_find(node_at(list, service), "released")->key_place;
}

static void find_released(struct reader *reader, const struct node *list, struct environment *environment)
{
    int found = -1;
    for (int i = 0; i < environment->n_services; i++) {
        if (!environment->services[i].released)
            continue;
        if (found >= 0)
            messages_add(reader->messages, place_of_cause(place_of_released(list, i), place_of_released(list, found)),
                         NULL, "a second service is released, `%s`: one service of an environment is",
                         called(reader, node_at(list, i)));
        found = found < 0 ? i : found;
    }
    environment->released = found < 0 ? 0 : found;
    environment->services[environment->released].released = true;
}

/* Defective instances that crash must come back, too. */
static void check_crashes(struct reader *reader, const struct node *service, const struct release *release)
{
    const struct node *crash = node_find(node_find(reader->root, "release"), "crash_mtbf");
    if (crash && release->crash_mtbf > 0 && service->kind == NODE_MAP && !node_find(service, "mttr"))
        messages_add(reader->messages, place_of_cause(service->place, crash->place), NULL,
                     "the released service `%s` needs `mttr`: `release.crash_mtbf` lets its instances fail",
                     called(reader, service));
}

static void check_environment(struct reader *reader, const struct node *map, struct environment *environment,
                              const struct release *release)
{
    const struct node *services = node_find(map, "services");
    check_repair(reader, node_find(map, "zones"), environment->zone_mtbf, "a zone");
    check_repair(reader, node_find(map, "ingress"), environment->ingress_mtbf, "the ingress");
    if (!environment->n_services)
        return;
    const struct node *entry = services->first;
    for (int i = 0; i < environment->n_services; i++, entry = entry->next)
        check_service(reader, entry, &environment->services[i]);
    check_unique(reader, services, "services of an environment");
    find_released(reader, services, environment);
    check_crashes(reader, node_at(services, environment->released), release);
}

/* After the defaults somebody must feel the downtime, and no more than all. */
static void check_users(struct reader *reader, const struct node *list, const struct topology *topology)
{
    double sum = 0;
    const struct node *last = NULL;
    struct place cause = {0};
    for (struct node *entry = list->first; entry; entry = entry->next) {
        const struct node *users = node_find(entry, "users");
        if (entry->bad || (users && users->bad))
            return;
        last = users ? users : last;
        cause = users ? place_of_cause(cause, users->place) : cause;
    }
    cause = place_of_cause(last ? last->place : list->place, cause);
    for (int i = 0; i < topology->n_environments; i++)
        sum += topology->environments[i].users;
    if (sum > 1 + SHARE_SLACK)
        messages_add(reader->messages, cause, NULL,
                     "the `users` of all environments add up to %.15g%%, above 100%%", sum * 100);
    else if (sum <= 0)
        messages_add(reader->messages, cause, NULL,
                     "no environment has users: give one its share of them, such as `users: 100%%`");
}

static void check_topology(struct reader *reader, const struct node *list, struct topology *topology,
                           const struct release *release)
{
    if (!topology->n_environments)
        return;
    const struct node *entry = list->first;
    for (int i = 0; i < topology->n_environments; i++, entry = entry->next) {
        struct environment *environment = &topology->environments[i];
        if (environment->users < 0)
            environment->users = topology->n_environments == 1 ? 1 : 0;
        if (environment->traffic < 0)
            environment->traffic = environment->users;
        check_environment(reader, entry, environment, release);
    }
    check_unique(reader, list, "environments");
    check_users(reader, list, topology);
}

static void check_topologies(struct reader *reader, struct draft *draft)
{
    const struct node *root = reader->root;
    const struct node *list = node_find(root, "topologies"), *single = node_find(root, "environments");
    struct scenario *scenario = &draft->scenario;
    if (list && single)
        messages_add(reader->messages, place_of_cause(list->key_place, single->key_place), NULL,
                     "`topologies` and `environments` exclude each other: the latter stands for one topology");
    if (!list && !single && !read_is_misspelt(reader, &section_scenario, NULL, root, "environments") &&
        !read_is_misspelt(reader, &section_scenario, NULL, root, "topologies"))
        messages_add(reader->messages, root->place, NULL, "a scenario needs `environments` or `topologies`");
    if (single) {
        check_topology(reader, single, &draft->single, &scenario->release);
        draft->single.name = "default";
    }
    if (!list || !scenario->n_topologies) {
        scenario->topologies = &draft->single;
        scenario->n_topologies = 1;
        return;
    }
    const struct node *entry = list->first;
    for (int i = 0; i < scenario->n_topologies; i++, entry = entry->next)
        check_topology(reader, node_find(entry, "environments"), &scenario->topologies[i], &scenario->release);
    check_unique(reader, list, "topologies");
}

static void check_steps(struct reader *reader, const struct node *map, const struct strategy *strategy)
{
    const struct node *list = node_find(map, "steps");
    if (!strategy->n_steps)
        return;
    const struct node *entry = list->first;
    for (int i = 1; i < strategy->n_steps; i++) {
        const struct node *before = entry;
        entry = entry->next;
        const struct node *less = node_find(before, "weight"), *more = node_find(entry, "weight");
        if (node_usable(before, "weight") && node_usable(entry, "weight") &&
            strategy->steps[i].weight < strategy->steps[i - 1].weight)
            messages_add(reader->messages, place_of_cause(more->place, less->place), NULL,
                         "the weight goes down, from %.15g%% to %.15g%%: each step has as much or more",
                         strategy->steps[i - 1].weight * 100, strategy->steps[i].weight * 100);
    }
}

static void check_strategies(struct reader *reader, const struct scenario *scenario)
{
    const struct node *list = node_find(reader->root, "strategies");
    if (!scenario->n_strategies)
        return;
    const struct node *entry = list->first;
    for (int i = 0; i < scenario->n_strategies; i++, entry = entry->next) {
        const struct node *name = node_find(entry, "name");
        if (name && !name->bad && !strcmp(name->text, "none"))
            messages_add(reader->messages, name->place, NULL,
                         "`none` stands for no release at all: choose another name");
        check_steps(reader, entry, &scenario->strategies[i]);
        if (name && name->written)
            scenario->strategies[i].written = arena_text(reader->arena, name->written);
    }
    check_unique(reader, list, "strategies");
}

static void check_conditions(struct reader *reader, const struct node *list, const struct condition *conditions,
                             const struct slo *slo)
{
    int i = 0;
    for (struct node *node = list && list->kind == NODE_LIST ? list->first : NULL; node; node = node->next)
        check_condition(reader, node, &conditions[i++], slo);
}

/* Conditions on the error budget need one. An `slo` that could not be read has been told of. */
static void check_budget(struct reader *reader, const struct scenario *scenario)
{
    const struct node *root = reader->root;
    if (read_is_misspelt(reader, &section_scenario, NULL, root, "slo"))
        return;
    check_conditions(reader, node_find(root, "gate"), scenario->gate, &scenario->slo);
    check_conditions(reader, node_find(node_find(root, "objective"), "subject_to"), scenario->objective.subject_to,
                     &scenario->slo);
}

/*
 * How large the process of a strategy in a topology is, about: for each zone of each environment its services, and an
 * entry for each step of the whole plan. Without a strategy it is that of no release.
 */
static int64_t process_size(const struct topology *topology, const struct strategy *strategy)
{
    int64_t steps = 0, size = 0;
    for (int i = 0; strategy && i < topology->n_environments; i++) {
        const struct environment *e = &topology->environments[i];
        struct arena scratch = {0};
        steps += strategy_plan(strategy, e->services[e->released].replicas, &scratch).n_steps;
        arena_free(&scratch);
    }
    for (int i = 0; i < topology->n_environments; i++)
        size += topology->environments[i].zones * (topology->environments[i].n_services + steps);
    return size;
}

/*
 * Refuses what would take minutes and gigabytes to build before the first path is drawn: the ways back from n steps in
 * different zones are O(n²), and all processes of a study are there at once. Measured: a process of SIZE_MOST takes up
 * to 3 s and 100 MB.
 */
static void check_size(struct reader *reader, const struct scenario *scenario)
{
    enum { SIZE_MOST = 10000, SUM_MOST = 50000 };
    const struct node *list = node_find(reader->root, "strategies");
    int64_t sum = 0;
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int s = -1; s < scenario->n_strategies && sum <= SUM_MOST; s++) {
            int64_t size = process_size(&scenario->topologies[t], s < 0 ? NULL : &scenario->strategies[s]);
            const struct node *at = s < 0 ? reader->root : node_at(list, s);
            sum += size;
            if (size <= SIZE_MOST)
                continue;
            messages_add(reader->messages, at->place,
                         s < 0 ? "have fewer zones or services" : "take more instances at a time, or fewer zones",
                         "too large to simulate: %s%s%s, zones × (services + steps) are %lld, above %d",
                         s < 0 ? "the environments" : "strategy `", s < 0 ? "" : called(reader, at),
                         s < 0 ? "" : "`", (long long)size, SIZE_MOST);
            return;
        }
    if (sum > SUM_MOST)
        messages_add(reader->messages, list->place, "take more instances at a time, fewer zones, or fewer strategies",
                     "too large to simulate: zones × (services + steps) of all strategies in all topologies are above "
                     "%d", SUM_MOST);
}

/* Derives what is derived and says what does not fit together. reader->root is the map that filled the draft. */
void check_scenario(struct reader *reader, struct draft *draft)
{
    check_topologies(reader, draft);
    check_strategies(reader, &draft->scenario);
    check_budget(reader, &draft->scenario);
    if (!reader->messages->count)
        check_size(reader, &draft->scenario);
}
