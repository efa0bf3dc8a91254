/*
 * The one table of what a scenario may hold. The reader, the JSON Schema, `nines help scenario` and the overrides are
 * made from it: no key, bound, default or sentence of help stands anywhere else.
 */
#include "scenario/fields.h"

#include <stddef.h>
#include <string.h>

#define AT(owner, member) offsetof(struct owner, member)
#define ROOT(member)      offsetof(struct draft, scenario.member)

#define SECONDS_MOST  (10000 * 365 * 86400.0) /* ten thousand years */
#define INSTANCES_MOST FIELD_AMOUNT_MOST
#define ZONES_MOST     1000
#define CREWS_MOST     10000
#define SURGE_MOST     10 /* 1000% of the replicas */
#define PATHS_MOST     1e15
#define RELEASES_MOST  1e9
#define SEED_MOST      18446744073709551615.0

#define END_OF_FIELDS {.key = NULL}

#define POWER          "probability that the check fails if the release is defective"
#define FALSE_POSITIVE "probability that the check fails although the release is not defective"

static const struct field verdict_fields[] = {
    {"duration", KIND_DURATION, AT(verdict, duration), "0", 0, SECONDS_MOST, .help = "fixed time that the check takes"},
    {"power", KIND_SHARE, AT(verdict, power), NULL, 0, 1, FIELD_REQUIRED, .help = POWER},
    {"false_positive", KIND_SHARE, AT(verdict, false_positive), "0%", 0, 1, .help = FALSE_POSITIVE},
    END_OF_FIELDS,
};

static const struct section section_verdict = {
    "verdict", "a check", verdict_fields, sizeof(struct verdict), NULL, .given = AT(verdict, given)};

/* The same check where its figures may be lists. */
static const struct section section_verify = {
    "verify", "a check", verdict_fields, sizeof(struct verdict), NULL, .given = AT(verdict, given), .sweeps = true};

static const struct field analysis_fields[] = {
    {"power", KIND_SHARE, AT(verdict, power), NULL, 0, 1, FIELD_REQUIRED, .help = POWER},
    {"false_positive", KIND_SHARE, AT(verdict, false_positive), "0%", 0, 1, .help = FALSE_POSITIVE},
    END_OF_FIELDS,
};

static const struct section section_analysis = {
    "analysis", "an analysis", analysis_fields, sizeof(struct verdict), NULL, .given = AT(verdict, given),
    .sweeps = true};

static const struct field service_fields[] = {
    {"name", KIND_NAME, AT(service, name), NULL, 1, NAME_MOST, FIELD_REQUIRED, .help = "name of the service"},
    {"released", KIND_FLAG, AT(service, released), "the first service, if none says so", 0, 0, FIELD_DERIVED,
     .help = "whether this is the service that is released; the others are what it depends on"},
    {"replicas", KIND_COUNT, AT(service, replicas), NULL, 1, INSTANCES_MOST, FIELD_REQUIRED,
     .help = "number of instances"},
    {"demand", KIND_NUMBER, AT(service, demand), "the replicas", 0, INSTANCES_MOST, FIELD_DERIVED | FIELD_POSITIVE,
     .help = "how many instances' worth of traffic it gets, at most its replicas"},
    {"mtbf", KIND_DURATION, AT(service, mtbf), "0", 0, SECONDS_MOST,
     .help = "mean time from repair to failure of one instance; 0: it never fails"},
    {"mttr", KIND_DURATION, AT(service, mttr), "0", 0, SECONDS_MOST, .help = "mean time to repair of one instance"},
    {"repair_crews", KIND_COUNT, AT(service, repair_crews), "as many as there are failures", 1, CREWS_MOST,
     FIELD_DERIVED, .help = "how many instances are repaired at a time"},
    {"start", KIND_DURATION, AT(service, start), "30s", 0, SECONDS_MOST,
     .help = "mean time until a launched instance is ready"},
    {"start_failure", KIND_SHARE, AT(service, start_failure), "0%", 0, 1,
     .help = "probability that a start fails and begins again"},
    {"drain", KIND_DURATION, AT(service, drain), "30s", 0, SECONDS_MOST,
     .help = "fixed time that a stop takes after the instances have left"},
    END_OF_FIELDS,
};

static const struct section section_service = {
    "service", "a service", service_fields, sizeof(struct service), NULL, .given = -1};

static const struct field zones_fields[] = {
    {"count", KIND_COUNT, AT(environment, zones), "1", 1, ZONES_MOST, .help = "number of zones"},
    {"mtbf", KIND_DURATION, AT(environment, zone_mtbf), "0", 0, SECONDS_MOST,
     .help = "mean time from repair to failure of one zone; 0: it never fails"},
    {"mttr", KIND_DURATION, AT(environment, zone_mttr), "0", 0, SECONDS_MOST,
     .help = "mean time to repair of one zone"},
    END_OF_FIELDS,
};

static const struct section section_zones = {
    "zones", "`zones`", zones_fields, sizeof(struct environment), "count", .given = -1};

static const struct field ingress_fields[] = {
    {"mtbf", KIND_DURATION, AT(environment, ingress_mtbf), "0", 0, SECONDS_MOST,
     .help = "mean time from repair to failure of the ingress; 0: it never fails"},
    {"mttr", KIND_DURATION, AT(environment, ingress_mttr), "0", 0, SECONDS_MOST,
     .help = "mean time to repair of the ingress"},
    END_OF_FIELDS,
};

static const struct section section_ingress = {
    "ingress", "`ingress`", ingress_fields, sizeof(struct environment), NULL, .given = -1};

static const struct field environment_fields[] = {
    {"name", KIND_NAME, AT(environment, name), NULL, 1, NAME_MOST, FIELD_REQUIRED, .help = "name of the environment"},
    {"users", KIND_SHARE, AT(environment, users), "100% for the only environment, else 0%", 0, 1, FIELD_DERIVED,
     .help = "share of all users who feel its downtime"},
    {"traffic", KIND_SHARE, AT(environment, traffic), "its users", 0, 1, FIELD_DERIVED,
     .help = "monitored traffic relative to all of production: drives detection"},
    {"zones", KIND_MAP, 0, .section = &section_zones,
     .help = "zones that fail as a whole; replica i is in zone i modulo count; a single number is the count"},
    {"ingress", KIND_MAP, 0, .section = &section_ingress,
     .help = "what all traffic comes through; while it is down nothing is served"},
    {"approve", KIND_DURATION, AT(environment, approve), "0", 0, SECONDS_MOST,
     .help = "mean time until somebody lets the rollout go on into this environment"},
    {"test", KIND_MAP, AT(environment, test), .section = &section_verdict,
     .help = "check after the rollout of this environment"},
    {"soak", KIND_DURATION, AT(environment, soak), "0", 0, SECONDS_MOST, .help = "fixed wait after the test"},
    {"switch", KIND_DURATION, AT(environment, switch_time), "2s", 0, SECONDS_MOST,
     .help = "fixed time that a change of routing takes"},
    {"switch_loss", KIND_SHARE, AT(environment, switch_loss), "0%", 0, 1,
     .help = "share of the traffic being moved that is lost meanwhile"},
    {"switch_failure", KIND_SHARE, AT(environment, switch_failure), "0%", 0, 1,
     .help = "probability that a shift of weight leaves the environment serving nothing"},
    {"switch_repair", KIND_DURATION, AT(environment, switch_repair), "5m", 0, SECONDS_MOST,
     .help = "mean time to repair of such a failure"},
    {"services", KIND_LIST, AT(environment, services), NULL, 0, 0, FIELD_REQUIRED, .section = &section_service,
     .n_offset = AT(environment, n_services), .help = "the service that is released and those it depends on"},
    END_OF_FIELDS,
};

static const struct section section_environment = {
    "environment", "an environment", environment_fields, sizeof(struct environment), NULL, .given = -1};

static const struct field topology_fields[] = {
    {"name", KIND_NAME, AT(topology, name), NULL, 1, NAME_MOST, FIELD_REQUIRED, .help = "name of the topology"},
    {"environments", KIND_LIST, AT(topology, environments), NULL, 0, 0, FIELD_REQUIRED,
     .section = &section_environment, .n_offset = AT(topology, n_environments),
     .help = "its environments, in the order of promotion"},
    END_OF_FIELDS,
};

static const struct section section_topology = {
    "topology", "a topology", topology_fields, sizeof(struct topology), NULL, .given = -1};

static const struct field release_fields[] = {
    {"defective", KIND_SHARE, AT(release, defective), "15%", 0, 1, .help = "probability that the release is defective"},
    {"error_rate", KIND_SHARE, AT(release, error_rate), "100%", 0, 1,
     .help = "share of its requests that a defective version fails"},
    {"detect", KIND_DURATION, AT(release, detect), "5m", 0, SECONDS_MOST,
     .help = "mean time to detection of a defect with all production traffic on the new version"},
    {"crash_mtbf", KIND_DURATION, AT(release, crash_mtbf), "0", 0, SECONDS_MOST,
     .help = "mean time to an extra failure of a defective instance; 0: none"},
    {"start_failure", KIND_SHARE, AT(release, start_failure), "the service's", 0, 1, FIELD_DERIVED,
     .help = "probability that a start of a defective version fails and begins again"},
    {"false_alarm_mtbf", KIND_DURATION, AT(release, false_alarm_mtbf), "0", 0, SECONDS_MOST,
     .help = "mean time between alarms without a defect; 0: none"},
    {"react", KIND_DURATION, AT(release, react), "0", 0, SECONDS_MOST,
     .help = "mean time from the trigger to the start of the rollback"},
    {"rollback_failure", KIND_SHARE, AT(release, rollback_failure), "2%", 0, 1,
     .help = "probability that a rollback of an environment is stuck until people step in"},
    {"manual_recovery", KIND_DURATION, AT(release, manual_recovery), "45m", 0, SECONDS_MOST,
     .help = "mean time until people have recovered from a stuck rollback"},
    {"progress_deadline", KIND_DURATION, AT(release, progress_deadline), "10m", 0, SECONDS_MOST, FIELD_POSITIVE,
     .help = "a start of new instances that takes longer triggers the rollback"},
    END_OF_FIELDS,
};

static const struct section section_release = {
    "release", "`release`", release_fields, sizeof(struct release), NULL, .given = -1};

static const struct field step_fields[] = {
    {"weight", KIND_SHARE, AT(canary_step, weight), NULL, 0, 1, FIELD_REQUIRED,
     .help = "share of the traffic for the new version, not less than in the step before"},
    {"hold", KIND_DURATION, AT(canary_step, hold), "0", 0, SECONDS_MOST, .help = "fixed wait at this weight"},
    {"replicas", KIND_COUNT, AT(canary_step, replicas), "as the weight asks", 1, INSTANCES_MOST, FIELD_DERIVED,
     .help = "number of new instances from this step on, at most the service's replicas"},
    END_OF_FIELDS,
};

static const struct section section_step = {
    "step", "a canary step", step_fields, sizeof(struct canary_step), NULL, .given = -1, .sweeps = true};

static const struct field strategy_fields[] = {
    {"name", KIND_NAME, AT(strategy, name), NULL, 1, NAME_MOST, FIELD_REQUIRED, .help = "name of the strategy"},
    {"type", KIND_TYPE, AT(strategy, type), NULL, 0, 0, FIELD_REQUIRED, .help = "how it rolls out"},
    {"max_surge", KIND_AMOUNT, AT(strategy, max_surge), "25%", 0, SURGE_MOST, .types = "rolling",
     .help = "instances above the replicas, a count or a share of them rounded up"},
    {"max_unavailable", KIND_AMOUNT, AT(strategy, max_unavailable), "25%", 0, 1, .types = "rolling",
     .help = "instances that may be missing, a count or a share of the replicas rounded down"},
    {"min_ready", KIND_DURATION, AT(strategy, min_ready), "0", 0, SECONDS_MOST, .types = "rolling canary blue-green",
     .help = "fixed wait after new instances have become ready"},
    {"steps", KIND_LIST, AT(strategy, steps), NULL, 0, 0, FIELD_REQUIRED, .section = &section_step,
     .n_offset = AT(strategy, n_steps), .types = "canary", .help = "the weights to go through"},
    {"verify", KIND_MAP, AT(strategy, verify), .section = &section_verify, .types = "blue-green",
     .help = "check of the new version before it gets traffic"},
    {"approve", KIND_DURATION, AT(strategy, approve), "0", 0, SECONDS_MOST, .types = "blue-green",
     .help = "mean time until somebody lets the traffic be switched"},
    {"hold", KIND_DURATION, AT(strategy, hold), "0", 0, SECONDS_MOST, .types = "blue-green",
     .help = "fixed time for which the old version is kept after the switch"},
    {"analysis", KIND_MAP, AT(strategy, analysis), .section = &section_analysis, .types = "canary blue-green",
     .help = "check after each hold"},
    END_OF_FIELDS,
};

const struct section section_strategy = {
    "strategy", "a strategy", strategy_fields, sizeof(struct strategy), NULL, .given = -1, .sweeps = true};

static const struct field objective_fields[] = {
    {"minimize", KIND_MEASURE, AT(objective, minimize), "lost",
     .help = "the measure whose mean the best plan has least; of equals the shortest is the best, then the one with "
             "the fewest extra instances"},
    {"subject_to", KIND_CONDITIONS, AT(objective, subject_to), .n_offset = AT(objective, n_subject_to),
     .help = "conditions that a plan must keep to be chosen"},
    END_OF_FIELDS,
};

static const struct section section_objective = {
    "objective", "`objective`", objective_fields, sizeof(struct objective), NULL, .given = -1};

static const struct field slo_fields[] = {
    {"target", KIND_SHARE, AT(slo, target), NULL, 0, SLO_TARGET_MOST, FIELD_REQUIRED | FIELD_POSITIVE,
     .help = "share of the requests to be served, such as 99.95%; the rest is the error budget"},
    {"window", KIND_DURATION, AT(slo, window), NULL, 0, SECONDS_MOST, FIELD_REQUIRED | FIELD_POSITIVE,
     .help = "time over which the target holds, such as 30d"},
    END_OF_FIELDS,
};

const struct section section_slo = {"slo", "`slo`", slo_fields, sizeof(struct slo), NULL, .given = AT(slo, given)};

static const struct field simulation_fields[] = {
    {"confidence", KIND_SHARE, AT(simulation, confidence), "95%", 0.5, 0.9999, .help = "confidence of every interval"},
    {"precision", KIND_SHARE, AT(simulation, precision), "2%", PRECISION_LEAST, PRECISION_MOST,
     .help = "sampling ends when half the interval of the objective is this share of its mean"},
    {"indifference", KIND_SHARE, AT(simulation, indifference), "1%", 0, 0.5,
     .help = "plans whose objective differs by less than this share of the best are level, and not told apart"},
    {"max_paths", KIND_WHOLE, AT(simulation, max_paths), "10000000", 2, PATHS_MOST,
     .help = "paths of one strategy after which sampling ends in any case"},
    {"seed", KIND_WHOLE, AT(simulation, seed), "1", 0, SEED_MOST, .help = "the same seed gives the same result"},
    END_OF_FIELDS,
};

static const struct section section_simulation = {
    "simulation", "`simulation`", simulation_fields, sizeof(struct simulation), NULL, .given = -1};

static const struct field scenario_fields[] = {
    {"scenario", KIND_NAME, ROOT(name), "the file's name without its extension", 1, NAME_MOST,
     FIELD_DERIVED | FIELD_PLAIN_NAME, .help = "name of the scenario and of the folder of its results"},
    {"horizon", KIND_DURATION, ROOT(horizon), "24h", 0, SECONDS_MOST, FIELD_POSITIVE,
     .help = "time from the first step for which everything is measured"},
    {"available_at", KIND_SHARE, ROOT(available_at), "95%", 0, 1, FIELD_POSITIVE,
     .help = "an environment is down while it serves less than this share of its traffic"},
    {"environments", KIND_LIST, AT(draft, single.environments), .section = &section_environment,
     .n_offset = AT(draft, single.n_environments), .help = "the environments, in the order of promotion"},
    {"topologies", KIND_LIST, ROOT(topologies), .section = &section_topology, .n_offset = ROOT(n_topologies),
     .help = "in place of environments: several sets of them to compare"},
    {"release", KIND_MAP, ROOT(release), .section = &section_release, .help = "what is known of the release"},
    {"strategies", KIND_LIST, ROOT(strategies), NULL, 0, 0, FIELD_REQUIRED, .section = &section_strategy,
     .n_offset = ROOT(n_strategies), .help = "the strategies to compare"},
    {"objective", KIND_MAP, ROOT(objective), .section = &section_objective, .help = "what makes a plan the best"},
    {"gate", KIND_CONDITIONS, ROOT(gate), .n_offset = ROOT(n_gate),
     .help = "conditions that the best plan must keep for the gate to pass"},
    {"slo", KIND_MAP, ROOT(slo), .section = &section_slo,
     .help = "the service level objective whose error budget releases take from"},
    {"releases_per_window", KIND_NUMBER, ROOT(releases_per_window), "not told", 0, RELEASES_MOST,
     FIELD_DERIVED | FIELD_POSITIVE, .help = "number of releases in a window of the slo"},
    {"simulation", KIND_MAP, ROOT(simulation), .section = &section_simulation, .help = "how long to sample"},
    END_OF_FIELDS,
};

const struct section section_scenario = {
    "scenario", "a scenario", scenario_fields, sizeof(struct draft), NULL, .given = -1};

const char *const kind_names[KINDS] = {
    [KIND_NAME] = "text",     [KIND_DURATION] = "duration", [KIND_SHARE] = "share",     [KIND_NUMBER] = "number",
    [KIND_COUNT] = "count",   [KIND_WHOLE] = "count",       [KIND_AMOUNT] = "amount",   [KIND_FLAG] = "flag",
    [KIND_TYPE] = "type",     [KIND_MEASURE] = "measure",   [KIND_CONDITIONS] = "conditions",
    [KIND_MAP] = "map",       [KIND_LIST] = "list",
};

/* The field of that key, or NULL. */
const struct field *field_find(const struct section *section, const char *key)
{
    for (const struct field *field = section->fields; field->key; field++)
        if (!strcmp(field->key, key))
            return field;
    return NULL;
}

/* Whether strategies of that type use the field; type NULL: no strategy or not known. */
bool field_belongs(const struct field *field, const char *type)
{
    if (!field->types || !type)
        return true;
    size_t length = strlen(type);
    for (const char *word = field->types; word; word = strchr(word, ' ') ? strchr(word, ' ') + 1 : NULL)
        if (strcspn(word, " ") == length && !memcmp(word, type, length))
            return true;
    return false;
}

/* Whether the field of that section may be a list of values: a figure of a strategy, and none of its names. */
bool field_sweeps(const struct section *section, const struct field *field)
{
    switch (field->kind) {
    case KIND_DURATION:
    case KIND_SHARE:
    case KIND_NUMBER:
    case KIND_COUNT:
    case KIND_WHOLE:
    case KIND_AMOUNT:
        return section->sweeps;
    default:
        return false;
    }
}
