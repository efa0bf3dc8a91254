/* cli/folder: the folder that results go into. Includes scenario/ and below. */
#ifndef NINES_CLI_FOLDER_H
#define NINES_CLI_FOLDER_H

#include "scenario/scenario.h"

void folder_of_results(const struct scenario *scenario, const char *asked, struct text *folder);
bool folder_check(const char *folder, struct error *error);

#endif
