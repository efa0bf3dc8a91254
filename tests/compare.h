/* tests/compare: one engine held to another, bit for bit. Includes engine/, tests/engines, tests/random_process. */
#ifndef NINES_TESTS_COMPARE_H
#define NINES_TESTS_COMPARE_H

#include "engines.h"
#include "random_process.h"

/* Which paths of a process are run, and what is asked of them. */
struct trial {
    uint64_t   seed, first, stride;
    int        n_paths;
    double     horizon;
    const int *initial;
    bool       without_first_time, without_at_end;
};

/* After how many events to stop. */
struct limit {
    int64_t left;
    double  time; /* of the first one too many */
    volatile int stop;
};

/* How much of a process is compared. */
struct effort {
    int n_trials;
    int most_paths;      /* in a trial */
    int events_per_path; /* in the mean; trials of more are made shorter */
    int longer;          /* so many times, a few trials of one path or two */
};

enum { CYCLE_EVENTS = 1250000 }; /* of a path: enough to come to an endless cycle */

/* What came of a trial. */
struct outcome {
    const struct process *process;
    struct trial trial;
    bool     good, unfinished;
    uint64_t events;
    double  *rewards, *first_time; /* with a margin behind, which is to stay as it was */
    bool    *at_end;
    struct error error;
    const volatile int *stop; /* as of a batch */
    struct limit *limit;      /* of what is run next, or NULL; it is looked at event by event then */
};

struct outcome outcome_new(const struct process *process, const struct trial *trial);
void outcome_free(struct outcome *outcome);
void outcome_run(struct outcome *outcome, const struct engine *engine, void *run, int from, int n_paths);
bool outcome_same(const struct outcome *expected, const struct outcome *got, struct text *difference);

bool compare_trial(const struct process *process, const struct trial *trial, const struct contender *list, int n,
                   struct dice *dice, struct text *report);
bool compare_process(const struct process *process, const struct effort *effort, const struct contender *list, int n,
                     struct dice *dice, struct text *report);
bool compare_cycles(const struct process *process);

#endif
