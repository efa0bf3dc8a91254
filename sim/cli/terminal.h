/* cli/terminal: standard output and standard error as a terminal, a file or a pipe. Includes base/. */
#ifndef NINES_CLI_TERMINAL_H
#define NINES_CLI_TERMINAL_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

bool terminal_is(int descriptor);
int  terminal_width(int descriptor);
int  terminal_columns(void);
bool terminal_wants_color(const char *when);
void output_shown(const char *text, size_t length, FILE *out);
bool output_check(struct error *error);
bool output_finish(struct error *error);

#endif
