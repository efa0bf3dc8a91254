/* scenario/fields: the one table of what a scenario may hold. Includes models/strategy, scenario/scenario.h. */
#ifndef NINES_SCENARIO_FIELDS_H
#define NINES_SCENARIO_FIELDS_H

#include "models/strategy.h"
#include "scenario/scenario.h"

enum field_kind {
    KIND_NAME,       /* const char * */
    KIND_DURATION,   /* double, seconds */
    KIND_SHARE,      /* double, 0 to 1 */
    KIND_NUMBER,     /* double */
    KIND_COUNT,      /* int */
    KIND_WHOLE,      /* uint64_t */
    KIND_AMOUNT,     /* struct amount; the greatest is that of a share */
    KIND_FLAG,       /* bool */
    KIND_TYPE,       /* const struct strategy_type * */
    KIND_MEASURE,    /* enum measure */
    KIND_CONDITIONS, /* struct condition * and its count */
    KIND_MAP,        /* the fields of a section, based at offset */
    KIND_LIST,       /* an array of a section's struct, and its count */
    KINDS
};

enum field_flags {
    FIELD_REQUIRED = 1, /* within the section, if the section is given and the field is one of the strategy's type */
    FIELD_POSITIVE = 2, /* the least value itself is not allowed */
    FIELD_DERIVED = 4,  /* by_default is a sentence; an absent figure is ABSENT (double) or zero (else) at first */
    FIELD_PLAIN_NAME = 8, /* a name that is fit for a folder: letters, digits, - _ . */
};

struct section;

struct field {
    const char           *key;
    enum field_kind       kind;
    size_t                offset;     /* from the start of the section's struct */
    const char           *by_default; /* as one would write it; NULL: zero, nothing, or required */
    double                least, greatest;
    unsigned              flags;
    const char           *help;
    const struct section *section;    /* of a map or list */
    size_t                n_offset;   /* of the number of a list's entries */
    const char           *types;      /* strategy types that use the field, one space between; NULL: all */
};

struct section {
    const char         *name;   /* in the schema: "environment" */
    const char         *called; /* in a message: "an environment" */
    const struct field *fields; /* ended by a NULL key */
    size_t              size;   /* of the struct that one entry of a list fills */
    const char         *bare;   /* the key that a single value stands for, or NULL */
    int                 given;  /* offset of a bool that says whether the section is there; -1: none */
    bool                sweeps; /* its figures may be lists of values, each of which makes a plan */
};

/* What the table fills: a scenario, and the topology that `environments` at the top stands for. */
struct draft {
    struct scenario scenario; /* first: the draft and the scenario have one address */
    struct topology single;
};

/* Nothing may be lost at 100%: then there is no budget to take from. */
#define SLO_TARGET_MOST 0.999999999

/* Limits that options share: shares of a mean. */
#define PRECISION_LEAST 0.0001
#define PRECISION_MOST  0.5

enum {
    FIELD_AMOUNT_MOST = 10000, /* the greatest count of an amount */
    NAME_MOST = 64,            /* characters of a name */
    PLAN_NAME_MOST = 128,      /* of the name of a plan of a sweep; longer than NAME_MOST where that cannot be */
    PLANS_MOST = 1000,         /* plans of a scenario */
};

/* What a name begins with, and what a FIELD_PLAIN_NAME is made of, as it does not begin with a dot. */
#define NAME_NEVER_FIRST      "=+-@"
#define NAME_PATTERN          "^ *[^ =+@-]"
#define PLAIN_NAME_PATTERN    "^[A-Za-z0-9_][A-Za-z0-9._-]*$"
#define PLAIN_NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

extern const struct section section_scenario, section_slo;
extern const char *const kind_names[KINDS];

extern const struct section section_strategy;

const struct field *field_find(const struct section *section, const char *key);
bool                field_belongs(const struct field *field, const char *type);
bool                field_sweeps(const struct section *section, const struct field *field);

#endif
