/* cli/signals: Ctrl-C and SIGTERM ask for an early end first, and kill in the end. Includes nothing of ours. */
#ifndef NINES_CLI_SIGNALS_H
#define NINES_CLI_SIGNALS_H

#include <stdint.h>

/* A second signal is a repeat of the first, and not a second wish, for so long. */
#define SIGNALS_REPEAT INT64_C(1000000000) /* nanoseconds */

int64_t             signals_clock(void);
const volatile int *signals_catch(int64_t (*clock)(void));
const volatile int *signals_next(void);
int                 signals_release(void);

#endif
