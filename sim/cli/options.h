/* cli/options: the one table of options: parsing, help, completion and manual read it. Includes report/ and below. */
#ifndef NINES_CLI_OPTIONS_H
#define NINES_CLI_OPTIONS_H

#include "base/error.h"
#include "report/gates.h"
#include "scenario/scenario.h"
#include "study/question.h"
#include "study/study.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_id {
    COMMAND_RUN,
    COMMAND_PLAN,
    COMMAND_GATE,
    COMMAND_SOLVE,
    COMMAND_VALIDATE,
    COMMAND_EXPORT,
    COMMAND_SCHEMA,
    COMMAND_VERSION,
    COMMAND_HELP,
    COMMANDS
};

enum { NOT_GIVEN = 0 }; /* which no count and no share below can be; to those who compute it means: as usual */
enum { USUAL_PHASES = 16 }; /* of the Erlang delay that stands for a fixed one */

struct seed {
    bool     given;
    uint64_t value;
};

/* --report FORMAT=PATH */
struct report_to {
    const struct gate_format *format;
    const char *path;
};

/* A command line, read. The texts are those of argv. */
struct options {
    enum command_id   command;
    const char      **arguments; /* what is no option: files, a topic */
    int               n_arguments;
    struct override  *overrides;
    int               n_overrides;
    int64_t           threads, paths;                    /* NOT_GIVEN without the option */
    struct seed       seed;
    double            precision;                         /* NOT_GIVEN without the option */
    const char       *output, *strategy, *topology;      /* NULL without the option */
    const char       *format, *color, *completion;       /* NULL without the option */
    const char       *slo;                               /* NULL without the option */
    const char       *labels, *state_rewards, *initial;  /* NULL without the option */
    const char       *method, *estimator, *engine, *simd; /* NULL without the option */
    struct question  *questions;                         /* in the order of the command line */
    int               n_questions;
    const char      **required;                          /* conditions, as written */
    int               n_required;
    struct report_to *reports;
    int               n_reports;
    double            time_limit;                        /* seconds; NOT_GIVEN without the option */
    const char       *undecided;                         /* NULL without the option */
    int64_t           phases, max_states;                /* NOT_GIVEN without the option */
    int               phase_list[MOST_PHASES], n_phases; /* rising */
    bool              no_plots, quiet, verbose, help, manual;
};

/* How the value of an option is read, and where in struct options it goes. */
enum option_kind {
    OPTION_FLAG,     /* bool: takes no value */
    OPTION_NAME,     /* const char *: any text but the empty one */
    OPTION_FOLDER,   /* const char *: likewise */
    OPTION_FILE,     /* const char *: likewise */
    OPTION_CHOICE,   /* const char *: one of choices */
    OPTION_COUNT,    /* int64_t: a whole number from least to greatest; 1e6 will do */
    OPTION_SEED,     /* struct seed: a whole number of 64 bits */
    OPTION_SHARE,    /* double: 2% or 0.02, from least to greatest */
    OPTION_DURATION, /* double: 30s, above 0 */
    OPTION_OVERRIDE, /* PATH=VALUE, added to overrides */
    OPTION_REQUIRE,  /* a condition, added to required */
    OPTION_REPORT,   /* FORMAT=PATH, added to reports */
    OPTION_QUESTION, /* the label of a question, added to questions; without an argument: a question without a label */
    OPTION_PHASES,   /* phase_list: rising whole numbers with commas between, from least to greatest */
    OPTION_BY,       /* a time, which belongs to the question before it */
};

struct option {
    const char        *name;     /* without its dashes */
    char               letter;   /* 0: none */
    enum option_kind   kind;
    const char        *argument; /* what help calls the value; NULL: it takes none */
    unsigned           commands; /* bits 1 << command */
    const char        *help;
    size_t             offset;   /* into struct options */
    double             least, greatest;
    const char *const *choices;  /* ended by NULL */
    enum question_kind question; /* of OPTION_QUESTION */
};

/* In the order of help; ended by a NULL name. A name may stand there once for every command. */
extern const struct option option_table[];

bool options_parse(int argc, char **argv, struct options *options, struct error *error);
void options_free(struct options *options);

#endif
