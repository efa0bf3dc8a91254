/*
 * Machine repair as a textbook simulates it: ten machines fail, one crew repairs them. Gillespie's direct method: in
 * every state draw how long it lasts, then which of the two events ends it.
 *
 * D. T. Gillespie, J. Comput. Phys. 22 (1976) 403-434.
 */
#include "scripts/bench/textbook.h"

#include <gsl/gsl_randist.h>
#include <stdbool.h>

static void simulate(gsl_rng *rng, double *short_time, double *failed_time, double *n_events)
{
    double time = 0;
    int up = REPAIR_MACHINES;
    long events = 0;
    *short_time = *failed_time = 0;
    for (;;) {
        double fail = up / REPAIR_MTBF, repair = up < REPAIR_MACHINES ? 1 / REPAIR_MTTR : 0;
        double wait = gsl_ran_exponential(rng, 1 / (fail + repair));
        bool over = time + wait > REPAIR_HORIZON;
        if (over)
            wait = REPAIR_HORIZON - time;
        if (up < REPAIR_NEEDED)
            *short_time += wait;
        *failed_time += (REPAIR_MACHINES - up) * wait;
        if (over)
            break;
        time += wait;
        up += gsl_rng_uniform(rng) * (fail + repair) < fail ? -1 : 1;
        events++;
    }
    *n_events = (double)events;
}

/* There is one stratum. */
void repair_textbook(gsl_rng *rng, int stratum, int paths, struct tally *tally)
{
    (void)stratum;
    tally->paths += paths;
    for (int i = 0; i < paths; i++) {
        double short_time, failed_time, events;
        simulate(rng, &short_time, &failed_time, &events);
        total_add(&tally->value[0], short_time);
        total_add(&tally->value[1], failed_time);
        total_add(&tally->events, events);
    }
}
