/* scenario/bytes: the bytes of a file that a user has written. Includes base/, scenario/messages. */
#ifndef NINES_SCENARIO_BYTES_H
#define NINES_SCENARIO_BYTES_H

#include "scenario/messages.h"

#include <stdbool.h>

extern const char bytes_of_input[]; /* "standard input", in the place of a file's name */

const char *bytes_name(const char *file);
char       *bytes_read(const char *file, const char *what, size_t *length, struct error *error);
bool        bytes_fit(struct messages *messages, const char *what);

#endif
