/* cli/show: a study on standard output. Includes cli/options. */
#ifndef NINES_CLI_SHOW_H
#define NINES_CLI_SHOW_H

#include "cli/options.h"

void show_study(const struct study *study, const struct options *options);

#endif
