/* nines export: the stochastic process of one strategy in one topology. */
#include "cli/command.h"

#include "cli/select.h"
#include "models/rollout.h"
#include "process/print.h"

#include <stdio.h>

/* Fails, with the names that there are, unless one strategy and one topology are left. */
static bool check_one(const struct scenario *scenario, struct error *error)
{
    struct text names = {0};
    if (scenario->n_strategies != 1) {
        for (int i = 0; i < scenario->n_strategies; i++)
            text_add(&names, " %s", scenario->strategies[i].name);
        error_add(error, FAULT_INPUT, "nines export: say which --strategy:%s", names.data ? names.data : " there is none");
    } else if (scenario->n_topologies != 1) {
        for (int i = 0; i < scenario->n_topologies; i++)
            text_add(&names, " %s", scenario->topologies[i].name);
        error_add(error, FAULT_INPUT, "nines export: say which --topology:%s", names.data ? names.data : " there is none");
    }
    text_free(&names);
    return scenario->n_strategies == 1 && scenario->n_topologies == 1;
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
