/* cli/command: the table of commands; each has its own file. Includes cli/options. */
#ifndef NINES_CLI_COMMAND_H
#define NINES_CLI_COMMAND_H

#include "cli/options.h"

enum {
    STATUS_DONE = 0,
    STATUS_GATE_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_FAILED = 3,
    STATUS_UNDECIDED = 4, /* of a gate */
    STATUS_SIGNAL = 128,
};

struct subcommand {
    const char *name;
    const char *arguments;   /* as in "nines run [OPTION]... SCENARIO"; "" without any */
    const char *summary;     /* one sentence */
    const char *description; /* for help and the manual; paragraphs end with a newline */
    int         least, most; /* number of arguments */
    int       (*run)(const struct options *options, struct error *error);
};

extern const struct subcommand command_table[COMMANDS];

int command_find(const char *name);
const char *command_nearest(const char *name);

int command_run(const struct options *options, struct error *error);
int command_plan(const struct options *options, struct error *error);
int command_gate(const struct options *options, struct error *error);
int command_solve(const struct options *options, struct error *error);
int command_validate(const struct options *options, struct error *error);
int command_export(const struct options *options, struct error *error);
int command_schema(const struct options *options, struct error *error);
int command_version(const struct options *options, struct error *error);
int command_help(const struct options *options, struct error *error);

#endif
