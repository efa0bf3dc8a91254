/* cli/solve: what `nines solve` can be asked of, each in its own file. Includes cli/command. */
#ifndef NINES_CLI_SOLVE_H
#define NINES_CLI_SOLVE_H

#include "cli/command.h"

int solve_scenario(const struct options *options, struct error *error);
int solve_chain(const struct options *options, struct error *error);

#endif
