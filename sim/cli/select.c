/* --slo, --set, --strategy, --topology, --seed and --precision, put to a scenario. */
#include "cli/select.h"

#include "base/nearest.h"
#include "cli/command.h"
#include "scenario/openslo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISSING = -1 };

/* Some strategies that follow each other; n 0: none. */
struct range {
    int first, n;
};

/*
 * Names for a message: of the plans of a sweep, which may be hundreds, that of the strategy as written stands for all.
 * Returns how many.
 */
static int written_names(const struct scenario *scenario, const char **names)
{
    int n = 0;
    for (int i = 0; i < scenario->n_strategies; i++) {
        const struct strategy *s = &scenario->strategies[i];
        const char *name = s->written ? s->written : s->name;
        if (!n || strcmp(names[n - 1], name) != 0)
            names[n++] = name;
    }
    return n;
}

/* The one plan of that name, or all of the strategy that is written under it. */
static struct range find_plans(const struct scenario *scenario, const char *name)
{
    struct range range = {0};
    for (int i = 0; i < scenario->n_strategies; i++)
        if (!strcmp(scenario->strategies[i].name, name))
            return (struct range){i, 1};
    for (int i = 0; i < scenario->n_strategies; i++) {
        const char *written = scenario->strategies[i].written;
        if (!written || strcmp(written, name) != 0)
            continue;
        range.first = range.n++ ? range.first : i;
    }
    return range;
}

/* The index of `name` among the names; MISSING, with an error, if it is not there. */
static int find_name(const char *what, const char *name, const char *const *names, int n, const char *command,
                     struct error *error)
{
    struct text list = {0};
    for (int i = 0; i < n; i++) {
        if (!strcmp(names[i], name)) {
            text_free(&list);
            return i;
        }
        text_add(&list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = nearest_name(name, names, n);
    text_add(&list, "%s", n ? "" : "none");
    error_add(error, FAULT_INPUT, "nines %s: there is no %s '%s'; %s%s%s", command, what, name,
              nearest ? "did you mean '" : "there is ", nearest ? nearest : list.data, nearest ? "'?" : "");
    text_free(&list);
    return MISSING;
}

/* Says that there is no such strategy; where the name is like that of a plan, the nearest plan is told. */
static bool refuse_strategy(struct scenario *scenario, const char *name, const char *command, struct error *error)
{
    const char **names = arena_new(&scenario->arena, (size_t)scenario->n_strategies, sizeof *names);
    int n = 0;
    for (; n < scenario->n_strategies && strchr(name, '='); n++)
        names[n] = scenario->strategies[n].name;
    if (!nearest_name(name, names, n))
        n = written_names(scenario, names);
    find_name("strategy", name, names, n, command, error);
    return false;
}

/* Leaves only the strategies of that name; false with an error if there is none. */
static bool select_strategies(struct scenario *scenario, const char *name, const char *command, struct error *error)
{
    struct range range = find_plans(scenario, name);
    if (!range.n)
        return refuse_strategy(scenario, name, command, error);
    scenario->strategies += range.first;
    scenario->n_strategies = range.n;
    return true;
}

/* Leaves only the topology of that name; false with an error if there is none. */
static bool select_topology(struct scenario *scenario, const char *name, const char *command, struct error *error)
{
    const char **names = arena_new(&scenario->arena, (size_t)scenario->n_topologies, sizeof *names);
    for (int i = 0; i < scenario->n_topologies; i++)
        names[i] = scenario->topologies[i].name;
    int t = find_name("topology", name, names, scenario->n_topologies, command, error);
    if (t == MISSING)
        return false;
    scenario->topologies += t;
    scenario->n_topologies = 1;
    return true;
}

/* Adds the warnings of the SLO to those of the scenario. */
static void add_warnings(struct scenario *scenario, const struct openslo *openslo)
{
    int n = scenario->n_warnings + openslo->n_warnings;
    const char **warnings = arena_new(&scenario->arena, (size_t)n + 1, sizeof *warnings);
    for (int i = 0; i < n; i++)
        warnings[i] = i < openslo->n_warnings ? arena_text(&scenario->arena, openslo->warnings[i])
                                              : scenario->warnings[i - openslo->n_warnings];
    scenario->warnings = warnings;
    scenario->n_warnings = n;
}

/* Reads a scenario with what --slo and --set say; of the same figure the latter counts. NULL with errors. */
struct scenario *select_read(const struct options *options, const char *file, struct error *error)
{
    struct openslo openslo;
    struct scenario *scenario = NULL;
    int n = options->n_overrides;
    if (!options->slo)
        return scenario_read(file, options->overrides, n, error);
    if (openslo_read(options->slo, &openslo, error)) {
        struct override *overrides = memory_new((size_t)n + 1, sizeof *overrides);
        overrides[0] = openslo_override(&openslo);
        if (n)
            memcpy(overrides + 1, options->overrides, (size_t)n * sizeof *overrides);
        scenario = scenario_read(file, overrides, n + 1, error);
        if (scenario)
            add_warnings(scenario, &openslo);
        free(overrides);
    }
    openslo_free(&openslo);
    return scenario;
}

/*
 * Reads the scenario that is the first argument, with what --slo and --set say, and leaves in it only the strategy, or
 * the plans of it, and the topology that are named; its seed and precision become those of the command line. NULL with
 * errors, of the reader or about the names. To be given to scenario_free.
 */
struct scenario *select_scenario(const struct options *options, struct error *error)
{
    struct scenario *scenario = select_read(options, options->arguments[0], error);
    if (!scenario)
        return NULL;
    const char *command = command_table[options->command].name;
    bool found = !options->strategy || select_strategies(scenario, options->strategy, command, error);
    if (options->topology)
        found = select_topology(scenario, options->topology, command, error) && found;
    if (!found) {
        scenario_free(scenario);
        return NULL;
    }
    if (options->seed.given)
        scenario->simulation.seed = options->seed.value;
    if (options->precision > 0)
        scenario->simulation.precision = options->precision;
    return scenario;
}

/* Writes to standard error what is allowed in the scenario but looks like a slip. */
void select_warn(const struct scenario *scenario)
{
    for (int i = 0; i < scenario->n_warnings; i++)
        fprintf(stderr, "nines: warning: %s\n", scenario->warnings[i]);
}
