/* models/plan: a rollout as a list of steps, read by the simulator and by the executor alike. Includes base/ only. */
#ifndef NINES_MODELS_PLAN_H
#define NINES_MODELS_PLAN_H

#include "base/memory.h"

#include <stdbool.h>

enum version { OLD, NEW, VERSIONS };

enum routing {
    ROUTING_POOLED,   /* all instances share the traffic: rolling, recreate */
    ROUTING_WEIGHTED, /* the new version gets a share of its own: canary, blue-green */
};

enum step_kind { STEP_START, STEP_WAIT, STEP_STOP, STEP_SHIFT, STEP_VERDICT, STEP_APPROVE, STEP_KINDS };

extern const char *const step_kind_names[STEP_KINDS];
extern const char *const version_names[VERSIONS];

struct step {
    enum step_kind kind;
    enum version   version;               /* start, stop */
    int            count;                 /* start, stop: instances */
    bool           at_once;               /* stop: without moving traffic away first and without draining */
    double         weight;                /* shift: of the new version, from now on */
    double         seconds;               /* wait: fixed; approve: mean */
    double         power, false_positive; /* verdict */
    const char    *why;                   /* for people: "hold", "min_ready", "analysis" … */
};

/* The steps of one environment. */
struct plan {
    struct arena *arena;
    enum routing  routing;
    struct step  *steps;
    int           n_steps, capacity;
};

void plan_start(struct plan *plan, enum version version, int count);
void plan_stop(struct plan *plan, enum version version, int count);
void plan_vanish(struct plan *plan, enum version version, int count);
void plan_wait(struct plan *plan, double seconds, const char *why);
void plan_shift(struct plan *plan, double weight);
void plan_verdict(struct plan *plan, double power, double false_positive, const char *why);
void plan_approve(struct plan *plan, double mean);

#endif
