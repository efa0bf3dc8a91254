/* tests/world: a small scenario as a process, to be looked at in any state and to be run path by path. */
#ifndef NINES_TESTS_WORLD_H
#define NINES_TESTS_WORLD_H

#include "test.h"

#include "engines.h"
#include "models/rollout.h"
#include "models/script.h"
#include "scenario/scenario.h"

#include <math.h>

/* The state after an event; event 0 is the state that the path begins in, with command -1. */
struct event {
    double time;
    int    command, branch;
    int   *state;
};

/* One path, from the state that the world was in. */
struct path {
    struct event *events;
    int           n_events, capacity;
    double       *rewards;
    double       *first_time; /* per label */
    bool         *at_end;     /* per label */
    double        horizon;
};

/* Many paths, without their events. */
struct sample {
    int     n_paths;
    double *rewards;
    double *first_time;
    bool   *at_end;
};

/* A mean and its standard error. */
struct mean {
    double mean, error;
};

/* The first strategy of a scenario in its first topology. */
struct world {
    struct scenario *scenario;
    const struct topology *topology;
    const struct strategy *strategy;
    struct rollout   rollout, none;  /* none: no release at all */
    struct process  *process;        /* of the rollout */
    struct arena     arena;
    struct script    script;
    int             *state;          /* may be changed by world_set */
    double          *value;          /* per node */
    void            *engine;
    struct path      path;
    struct sample    sample;
};

struct world *world_new(const char *environments, const char *release, const char *strategy);
void world_free(struct world *world);

/* The state, and what holds in it. */
void   world_reset(struct world *world);
bool   world_has(const struct world *world, const char *variable);
void   world_set(struct world *world, const char *variable, int value);
int    world_get(const struct world *world, const char *variable);
void   world_at(struct world *world, enum move_kind kind, int nth);
double world_formula(struct world *world, const char *name);
double world_rate(struct world *world, const char *command);
double world_chance(struct world *world, const char *command, int branch);
double world_chance_of(struct world *world, const char *command, const char *variable, int change);
double world_earns(struct world *world, const char *reward);
bool   world_holds(struct world *world, const char *label);
int    world_up(const struct world *world, const char *environment, enum version version);
int    world_starting(const struct world *world, const char *environment, enum version version);

/* Paths from the present state. */
void   world_run(struct world *world, uint64_t number, double horizon);
void   world_look(struct world *world, int event);
bool   world_is(const struct world *world, int event, const char *command);
double world_time(const struct world *world, int event);
int    world_find(const struct world *world, const char *command, int from);
double world_reward(const struct world *world, const char *reward);
double world_first_time(const struct world *world, const char *label);
int    world_trigger(const struct world *world, int value);
char  *world_timeline(struct world *world, const char *environment, int from, double zero);

/* Many paths. */
void   world_sample(struct world *world, uint64_t first, int n_paths, double horizon);
struct mean world_mean(const struct world *world, const char *reward);
struct mean world_share(const struct world *world, const char *label);
struct mean world_share_by(const struct world *world, const char *label, double time);

/* Assertions that say what was found. */
#define EXPECT_NEAR(got, want, tolerance) expect_near(#got, got, want, tolerance, __FILE__, __LINE__)
#define EXPECT_TEXT(got, want) expect_text(got, want, __FILE__, __LINE__)
#define EXPECT_MEAN(found, want, z) expect_mean(#found, found, want, z, __FILE__, __LINE__)
#define EXPECT_COUNT(got, want) expect_near(#got, got, want, 0, __FILE__, __LINE__)

void expect_near(const char *what, double got, double want, double tolerance, const char *file, int line);
void expect_text(const char *got, const char *want, const char *file, int line);
void expect_mean(const char *what, struct mean found, double want, double z, const char *file, int line);

#endif
