/*
 * The scenario reader under libFuzzer. The input is a file; after a zero byte (which a file cannot have) follow
 * overrides "path=value", each ended by a zero byte.
 *
 * Beyond what the sanitizers see: either a scenario or messages come out; messages are valid UTF-8 without control
 * characters; a scenario keeps the promises of models/model.h, and no two of its plans share a name.
 */
#include "scenario/fields.h"
#include "scenario/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_OVERRIDES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_messages(const struct error *error)
{
    demand(error->count > 0 && error->count <= 51 && error->fault == FAULT_INPUT);
    for (size_t at = 0; at < error->text.length;) {
        uint32_t c = 0;
        int bytes = utf8_decode(error->text.data + at, error->text.length - at, &c);
        demand(bytes > 0);
        demand(!utf8_is_unprintable(c) || c == '\n' || c == '\t');
        at += (size_t)bytes;
    }
}

static void check_environment(const struct environment *environment)
{
    int released = 0;
    demand(environment->name && environment->zones >= 1 && environment->n_services >= 1);
    for (int i = 0; i < environment->n_services; i++) {
        const struct service *service = &environment->services[i];
        demand(service->name && service->replicas >= 1 && service->demand > 0 && service->demand <= service->replicas);
        released += service->released;
    }
    demand(released == 1 && environment->services[environment->released].released);
}

static void check_scenario_kept(struct scenario *scenario)
{
    demand(scenario->name && scenario->horizon > 0 && scenario->n_topologies >= 1 && scenario->n_strategies >= 1);
    for (int i = 0; i < scenario->n_topologies; i++) {
        double users = 0;
        demand(scenario->topologies[i].name && scenario->topologies[i].n_environments >= 1);
        for (int j = 0; j < scenario->topologies[i].n_environments; j++) {
            check_environment(&scenario->topologies[i].environments[j]);
            users += scenario->topologies[i].environments[j].users;
        }
        demand(users > 0 && users < 1.000001);
    }
    demand(scenario->n_strategies <= PLANS_MOST);
    for (int i = 0; i < scenario->n_strategies; i++) {
        demand(scenario->strategies[i].name && scenario->strategies[i].type);
        for (int k = 0; k < i; k++)
            demand(strcmp(scenario->strategies[i].name, scenario->strategies[k].name) != 0);
    }
    for (int i = 0; i < scenario->n_gate; i++)
        demand(scenario->gate[i].text && scenario->gate[i].limit >= 0);
}

/* Takes "path=value" off the text; false if there is none. */
static bool take_override(char **text, const char *end, struct override *override)
{
    char *equals = *text < end ? strchr(*text, '=') : NULL;
    if (!equals)
        return false;
    *equals = '\0';
    *override = (struct override){*text, equals + 1};
    *text = equals + 1 + strlen(equals + 1) + 1;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct override overrides[MOST_OVERRIDES];
    struct error error = {0};
    int n = 0;
    char *text = memory_new(size + 1, 1);
    memcpy(text, data, size);
    size_t length = strlen(text);
    char *rest = text + length + 1;
    while (n < MOST_OVERRIDES && take_override(&rest, text + size, &overrides[n]))
        n++;
    struct scenario *scenario = scenario_parse(text, length, "fuzz.yaml", overrides, n, &error);
    demand(!scenario == (error.count > 0));
    if (scenario)
        check_scenario_kept(scenario);
    else
        check_messages(&error);
    scenario_free(scenario);
    error_free(&error);
    free(text);
    return 0;
}
