/* scenario: a YAML file made into a scenario. Includes base/ and models/. */
#ifndef NINES_SCENARIO_SCENARIO_H
#define NINES_SCENARIO_SCENARIO_H

#include "base/error.h"
#include "base/memory.h"
#include "models/measure.h"
#include "models/model.h"

#include <stdint.h>
#include <stdio.h>

enum statistic { STATISTIC_MEAN, STATISTIC_QUANTILE, STATISTIC_MAX };
enum compare { COMPARE_LESS, COMPARE_LESS_EQUAL, COMPARE_GREATER, COMPARE_GREATER_EQUAL };

/* "duration.p95 <= 3h" */
struct condition {
    enum measure   measure;
    enum statistic statistic;
    double         quantile; /* 0.95 */
    enum compare   compare;
    double         limit;    /* in the measure's unit */
    const char    *text;     /* as written */
    int            line, column; /* in the file, from 1; line 0: given on the command line */
};

struct objective {
    enum measure      minimize; /* its mean */
    struct condition *subject_to;
    int               n_subject_to;
};

/* A service level objective: the share of requests to be served over a window. */
struct slo {
    bool   given;
    double target, window; /* seconds */
};

struct simulation {
    double   confidence, precision, indifference;
    uint64_t max_paths, seed;
};

struct scenario {
    struct arena       arena; /* owns all that follows, names included */
    const char        *name;
    const char        *file;
    const char       **warnings; /* what is allowed but looks like a slip, each with its place */
    int                n_warnings;
    uint64_t           hash;  /* of the file's bytes and the overrides: FNV-1a */
    double             horizon, available_at;
    struct topology   *topologies;
    int                n_topologies;
    struct release     release;
    struct strategy   *strategies;
    int                n_strategies;
    struct objective   objective;
    struct condition  *gate;
    int                n_gate;
    struct slo         slo;
    double             releases_per_window; /* ABSENT: not given */
    struct simulation  simulation;
};

/* A value given on the command line: "release.detect=3m", "strategies.canary.steps.0.hold=5m". */
struct override {
    const char *path, *value;
};

struct scenario *scenario_read(const char *file, const struct override *overrides, int n_overrides,
                               struct error *error);
struct scenario *scenario_parse(const char *bytes, size_t length, const char *file, const struct override *overrides,
                                int n_overrides, struct error *error);
bool scenario_condition(struct scenario *scenario, const char *text, const char *source, struct condition *condition,
                        struct error *error);
void scenario_free(struct scenario *scenario);
void scenario_print_schema(FILE *out);
void scenario_print_fields(FILE *out);

#endif
