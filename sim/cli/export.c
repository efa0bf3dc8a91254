/* nines export: the stochastic process of one strategy in one topology. */
#include "cli/command.h"

#include "cli/folder.h"
#include "cli/select.h"
#include "cli/solving.h"
#include "cli/terminal.h"
#include "exact/files.h"
#include "models/rollout.h"
#include "process/erlang.h"
#include "process/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool say_which(const char *option, const struct text *names, struct error *error)
{
    return error_add(error, FAULT_INPUT, "nines export: say which --%s:%s", option,
                     names->data ? names->data : " none");
}

/* Names for a message; one with blanks stands in quotes, and of many only the first. */
static void add_choice(struct text *names, const char *name, int i, int n)
{
    enum { MOST_NAMED = 12 };
    if (i < MOST_NAMED)
        text_add(names, strchr(name, ' ') ? " '%s'" : " %s", name);
    else if (i == n - 1)
        text_add(names, " and %d more", n - MOST_NAMED);
}

/* Fails, with the names that there are, unless one strategy and one topology are left. */
static bool check_one(const struct scenario *scenario, struct error *error)
{
    struct text names = {0};
    bool one = scenario->n_strategies == 1 && scenario->n_topologies == 1;
    if (scenario->n_strategies != 1) {
        for (int i = 0; i < scenario->n_strategies; i++)
            add_choice(&names, scenario->strategies[i].name, i, scenario->n_strategies);
        say_which("strategy", &names, error);
    } else if (scenario->n_topologies != 1) {
        for (int i = 0; i < scenario->n_topologies; i++)
            add_choice(&names, scenario->topologies[i].name, i, scenario->n_topologies);
        say_which("topology", &names, error);
    }
    text_free(&names);
    return one;
}

static void print_text(const struct process *process)
{
    struct text text = {0};
    process_print(process, &text);
    fwrite(text.data, 1, text.length, stdout);
    text_free(&text);
}

static void show_states(uint32_t states, void *line)
{
    solving_count(states, "states", line);
}

/* The states of the process: as files in --output, or as a graph on standard output. */
static bool put_states(const struct process *process, const struct options *options, const char *name,
                       struct error *error)
{
    struct solving_line line = {.last = 0};
    struct space_options how = {
        .most_states = (uint32_t)options->max_states,
        .on_states = terminal_is(STDERR_FILENO) ? show_states : NULL,
        .context = &line,
    };
    struct process *chain = process_erlang(process, options->phases ? (int)options->phases : USUAL_PHASES);
    struct space space;
    bool good = space_build(chain, &how, &space, error);
    solving_clear(&line);
    if (good) {
        bool dot = !strcmp(options->format, "dot");
        good = dot ? files_print_dot(&space, stdout, error) : files_write(&space, options->output, name, error);
        if (good && !dot && space.chain.n_initial > 1)
            fprintf(stderr, "nines: note: it begins in one of %u states, by chance: %s.initial has their "
                    "probabilities, for nines solve --initial; the files of PRISM cannot hold them\n",
                    space.chain.n_initial, name);
        if (good && !dot)
            fprintf(stderr, "results: %s (%u states, %llu transitions)\n", options->output, space.chain.n_states,
                    (unsigned long long)space.chain.n_transitions);
        space_free(&space);
    }
    process_free(chain);
    return good;
}

/* Fails where an option would say nothing, or is missing. */
static bool check_options(const struct options *options, struct error *error)
{
    bool prism = options->format && !strcmp(options->format, "prism");
    bool text = !options->format || !strcmp(options->format, "text");
    if (prism && !options->output)
        return error_add(error, FAULT_INPUT, "nines export: --format prism needs --output DIR for its files");
    if (options->output && !prism)
        return error_add(error, FAULT_INPUT, "nines export: --output is for --format prism");
    if (text && (options->phases != NOT_GIVEN || options->max_states != NOT_GIVEN))
        return error_add(error, FAULT_INPUT, "nines export: --%s is for --format prism or dot",
                         options->phases != NOT_GIVEN ? "phases" : "max-states");
    return !prism || folder_check(options->output, error);
}

int command_export(const struct options *options, struct error *error)
{
    struct scenario *scenario = check_options(options, error) ? select_scenario(options, error) : NULL;
    if (scenario && check_one(scenario, error)) {
        struct rollout rollout;
        if (rollout_build(scenario->topologies, &scenario->release, scenario->strategies, scenario->available_at,
                          &rollout, error)) {
            if (!options->format || !strcmp(options->format, "text"))
                print_text(rollout.process);
            else
                put_states(rollout.process, options, scenario->strategies->name, error);
            rollout_free(&rollout);
        }
    }
    if (scenario)
        scenario_free(scenario);
    return STATUS_DONE;
}
