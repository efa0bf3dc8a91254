/* cli/signals: Ctrl-C and SIGTERM ask for an early end first, and kill the second time. Includes nothing of ours. */
#ifndef NINES_CLI_SIGNALS_H
#define NINES_CLI_SIGNALS_H

const volatile int *signals_catch(void);
int signals_release(void);

#endif
