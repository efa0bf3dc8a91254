/* nines plan: the steps of the rollout. */
#include "cli/command.h"

#include "cli/select.h"
#include "base/version.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

int command_plan(const struct options *options, struct error *error)
{
    struct scenario *scenario = select_scenario(options, error);
    if (!scenario)
        return STATUS_DONE;
    select_warn(scenario);
    bool json = options->format && !strcmp(options->format, "json");
    bool list = json && scenario->n_topologies * scenario->n_strategies > 1;
    for (int t = 0; t < scenario->n_topologies; t++)
        for (int s = 0; s < scenario->n_strategies; s++) {
            const struct topology *topology = &scenario->topologies[t];
            const struct strategy *strategy = &scenario->strategies[s];
            if (json) {
                if (list)
                    fputs(t || s ? ",\n" : "[\n", stdout);
                report_plan_json(scenario, strategy, topology, NINES_VERSION, stdout);
                continue;
            }
            if (t || s)
                fputc('\n', stdout);
            report_plan_text(scenario, strategy, topology, stdout);
        }
    if (list)
        fputs("]\n", stdout);
    scenario_free(scenario);
    return STATUS_DONE;
}
