/* bench/textbook: simulations of one model each, written by hand. Includes GSL only. */
#ifndef NINES_BENCH_TEXTBOOK_H
#define NINES_BENCH_TEXTBOOK_H

#include <gsl/gsl_rng.h>

enum { WATCHED = 4 };

/* A figure of each path, added up, and its square. */
struct total {
    double sum, square;
};

/* What paths came to: the measures that are watched, and how many events they had. */
struct tally {
    double       paths;
    struct total value[WATCHED], events;
};

static inline void total_add(struct total *total, double value)
{
    total->sum += value;
    total->square += value * value;
}

/* Simulates so many paths of a stratum, and adds them to the tally. */
typedef void textbook_run(gsl_rng *rng, int stratum, int paths, struct tally *tally);

textbook_run repair_textbook, checkout_textbook;

/* The machine-repair chain, for both who write it down. */
enum { REPAIR_MACHINES = 10, REPAIR_NEEDED = 8 };
#define REPAIR_MTBF    10.0
#define REPAIR_MTTR    1.0
#define REPAIR_HORIZON 1000.0

#endif
