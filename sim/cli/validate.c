/* nines validate: check scenario files. */
#include "cli/command.h"

#include "cli/select.h"

#include <stdio.h>

int command_validate(const struct options *options, struct error *error)
{
    for (int i = 0; i < options->n_arguments; i++) {
        const char *file = options->arguments[i];
        int before = error->count;
        struct scenario *scenario = scenario_read(file, options->overrides, options->n_overrides, error);
        if (scenario && error->count == before)
            printf("%s: ok\n", file);
        if (scenario && !options->quiet)
            select_warn(scenario);
        if (scenario)
            scenario_free(scenario);
    }
    return STATUS_DONE;
}
