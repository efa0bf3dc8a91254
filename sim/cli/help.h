/* cli/help: what the tables of commands and options say, to people, to man and to bash. Includes cli/command. */
#ifndef NINES_CLI_HELP_H
#define NINES_CLI_HELP_H

#include "cli/command.h"

#include <stdio.h>

/* The exit statuses and the environment, for help and the manual; ended by a NULL name. */
struct help_entry {
    const char *name, *meaning;
};

extern const struct help_entry help_statuses[], help_environment[], help_examples[];

void help_print(FILE *out);
void help_command(const struct subcommand *command, FILE *out);
void help_manual(FILE *out);
void help_completion(FILE *out);
unsigned help_bit(const struct subcommand *command);

#endif
