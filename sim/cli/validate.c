/* nines validate: check scenario files. */
#include "cli/command.h"

#include "cli/select.h"
#include "cli/terminal.h"

#include <string.h>

static void put_good(const char *file)
{
    output_shown(file, strlen(file), stdout);
    puts(": ok");
}

int command_validate(const struct options *options, struct error *error)
{
    for (int i = 0; i < options->n_arguments; i++) {
        const char *file = options->arguments[i];
        int before = error->count;
        struct scenario *scenario = select_read(options, file, error);
        if (scenario && error->count == before)
            put_good(file);
        if (scenario && !options->quiet)
            select_warn(scenario);
        if (scenario)
            scenario_free(scenario);
    }
    return STATUS_DONE;
}
