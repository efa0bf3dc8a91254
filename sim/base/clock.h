/* base/clock: time that passes. Includes nothing of ours. */
#ifndef NINES_BASE_CLOCK_H
#define NINES_BASE_CLOCK_H

double clock_seconds(void);

#endif
