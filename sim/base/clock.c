/* A clock for how long something takes. */
#include "base/clock.h"

#include <time.h>

/* Seconds of a clock that nobody sets, from some time in the past. */
double clock_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
