/* --set, --strategy, --topology, --seed and --precision, put to a scenario. */
#include "cli/select.h"

#include "base/nearest.h"
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

/* The index of `name` among the names, which is an error if there is none. */
static int find_name(const char *what, const char *name, const char *const *names, int n, const struct options *options,
                     struct error *error)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return i;
    const char *nearest = nearest_name(name, names, n), *command = command_table[options->command].name;
    if (nearest) {
        error_add(error, FAULT_INPUT, "nines %s: there is no %s '%s'; did you mean '%s'?", command, what, name, nearest);
        return -1;
    }
    struct text list = {0};
    for (int i = 0; i < n; i++)
        text_add(&list, "%s%s", i ? ", " : "", names[i]);
    error_add(error, FAULT_INPUT, "nines %s: there is no %s '%s'; there is %s", command, what, name,
              list.data ? list.data : "none");
    text_free(&list);
    return -1;
}

static bool narrow_strategies(struct scenario *scenario, const struct options *options, struct error *error)
{
    if (!options->strategy)
        return true;
    const char **names = arena_new(&scenario->arena, (size_t)scenario->n_strategies, sizeof *names);
    for (int i = 0; i < scenario->n_strategies; i++)
        names[i] = scenario->strategies[i].name;
    int found = find_name("strategy", options->strategy, names, scenario->n_strategies, options, error);
    if (found < 0)
        return false;
    scenario->strategies += found;
    scenario->n_strategies = 1;
    return true;
}

static bool narrow_topologies(struct scenario *scenario, const struct options *options, struct error *error)
{
    if (!options->topology)
        return true;
    const char **names = arena_new(&scenario->arena, (size_t)scenario->n_topologies, sizeof *names);
    for (int i = 0; i < scenario->n_topologies; i++)
        names[i] = scenario->topologies[i].name;
    int found = find_name("topology", options->topology, names, scenario->n_topologies, options, error);
    if (found < 0)
        return false;
    scenario->topologies += found;
    scenario->n_topologies = 1;
    return true;
}

/*
 * Reads the scenario that is the first argument, with what --set says, and leaves in it only the strategy and the
 * topology that are named; its seed and precision become those of the command line. NULL with errors, of the reader or
 * about the names. To be given to scenario_free.
 */
struct scenario *select_scenario(const struct options *options, struct error *error)
{
    struct scenario *scenario = scenario_read(options->arguments[0], options->overrides, options->n_overrides, error);
    if (!scenario)
        return NULL;
    bool strategy = narrow_strategies(scenario, options, error);
    bool topology = narrow_topologies(scenario, options, error);
    if (!strategy || !topology) {
        scenario_free(scenario);
        return NULL;
    }
    if (options->seed != NOT_GIVEN)
        scenario->simulation.seed = (uint64_t)options->seed;
    if (options->precision > 0)
        scenario->simulation.precision = options->precision;
    return scenario;
}
