/* nines plan: the steps of the rollout. */
#include "cli/command.h"

#include "cli/select.h"
#include "report/plan.h"

#include <stdio.h>
#include <string.h>

int command_plan(const struct options *options, struct error *error)
{
    struct scenario *scenario = select_scenario(options, error);
    if (!scenario)
        return STATUS_DONE;
    bool json = options->format && !strcmp(options->format, "json");
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int s = 0; s < scenario->n_strategies; s++) {
            const struct topology *topology = &scenario->topologies[t];
            const struct strategy *strategy = &scenario->strategies[s];
            if (json) {
                report_plan_json(scenario, topology, strategy, stdout);
                continue;
            }
            if (t || s)
                fputc('\n', stdout);
            report_plan_text(scenario, topology, strategy, stdout);
        }
    scenario_free(scenario);
    return STATUS_DONE;
}
