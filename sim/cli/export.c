/* nines export: the stochastic process of one strategy in one topology. */
#include "cli/command.h"

#include "cli/select.h"
#include "models/rollout.h"
#include "process/print.h"

#include <stdio.h>

static bool say_which(const char *option, const struct text *names, struct error *error)
{
    return error_add(error, FAULT_INPUT, "nines export: say which --%s:%s", option,
                     names->data ? names->data : " none");
}

/* Fails, with the names that there are, unless one strategy and one topology are left. */
static bool check_one(const struct scenario *scenario, struct error *error)
{
    struct text names = {0};
    bool one = scenario->n_strategies == 1 && scenario->n_topologies == 1;
    if (scenario->n_strategies != 1) {
        for (int i = 0; i < scenario->n_strategies; i++)
            text_add(&names, " %s", scenario->strategies[i].name);
        say_which("strategy", &names, error);
    } else if (scenario->n_topologies != 1) {
        for (int i = 0; i < scenario->n_topologies; i++)
            text_add(&names, " %s", scenario->topologies[i].name);
        say_which("topology", &names, error);
    }
    text_free(&names);
    return one;
}

int command_export(const struct options *options, struct error *error)
{
    struct scenario *scenario = select_scenario(options, error);
    if (scenario && check_one(scenario, error)) {
        struct rollout rollout;
        if (rollout_build(scenario->topologies, &scenario->release, scenario->strategies, scenario->available_at,
                          &rollout, error)) {
            struct text text = {0};
            process_print(rollout.process, &text);
            fwrite(text.data, 1, text.length, stdout);
            text_free(&text);
            rollout_free(&rollout);
        }
    }
    if (scenario)
        scenario_free(scenario);
    return STATUS_DONE;
}
