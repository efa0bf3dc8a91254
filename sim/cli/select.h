/* cli/select: the scenario of a command line, narrowed to what it names. Includes cli/options. */
#ifndef NINES_CLI_SELECT_H
#define NINES_CLI_SELECT_H

#include "cli/options.h"

struct scenario *select_read(const struct options *options, const char *file, struct error *error);
struct scenario *select_scenario(const struct options *options, struct error *error);
void             select_warn(const struct scenario *scenario);

#endif
