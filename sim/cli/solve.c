/* nines solve: exact answers; which kind is known by what is asked of. */
#include "cli/solve.h"

#include <string.h>

static bool is_chain(const char *path)
{
    size_t length = strlen(path);
    return length >= 4 && !strcmp(path + length - 4, ".tra");
}

int command_solve(const struct options *options, struct error *error)
{
    const char *path = options->arguments[0];
    if (is_chain(path))
        return solve_chain(options, error);
    error_add(error, FAULT_INPUT, "nines solve: '%s' is no chain: the name of one ends with .tra", path);
    return STATUS_DONE;
}
