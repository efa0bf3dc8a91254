/* What help and the manual both say, beside the tables of commands and options. */
#include "cli/help.h"

const struct help_entry help_statuses[] = {
    {"0", "done; of 'nines gate': passed"},
    {"1", "'nines gate': a condition is broken"},
    {"2", "wrong usage, or a scenario that cannot be used"},
    {"3", "could not do it: a file, a full disk, a missing tool, no memory, an internal fault"},
    {"4", "'nines gate': undecided, unless --undecided says what that counts as"},
    {"130, 143", "ended by Ctrl-C or SIGTERM; the results of 'nines run' are in a folder 'partial'"},
    {NULL, NULL},
};

const struct help_entry help_environment[] = {
    {"NO_COLOR", "if set and not empty: no color, unless --color always is given"},
    {"COLUMNS", "how wide tables and help are, instead of what the terminal says"},
    {"OMP_NUM_THREADS", "number of threads where --threads is not given"},
    {NULL, NULL},
};

const struct help_entry help_examples[] = {
    {"nines run scenarios/checkout.yaml", "simulate, print the table, write results/checkout/"},
    {"nines run checkout.yaml --set release.detect=3m --seed 7", "what if defects were found in three minutes?"},
    {"nines run checkout.yaml --format csv | head", "the figures, for a spreadsheet"},
    {"nines plan checkout.yaml --strategy canary", "what the canary rollout does, step by step"},
    {"nines gate release.yaml --report junit=gate.xml", "may it go? The exit status says it, and gate.xml"},
    {"nines solve one-machine.yaml --phases 8,16,32", "the same without sampling, where it is small enough"},
    {NULL, NULL},
};

/* The bit of the command in option.commands. */
unsigned help_bit(const struct subcommand *command)
{
    return 1u << (command - command_table);
}
