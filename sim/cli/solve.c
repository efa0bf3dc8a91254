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
    return is_chain(options->arguments[0]) ? solve_chain(options, error) : solve_scenario(options, error);
}
