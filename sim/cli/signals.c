/* Ctrl-C and SIGTERM. */
#include "cli/signals.h"

#include <signal.h>

static const int caught[] = {SIGINT, SIGTERM};
enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile int received;

/* Calls only what POSIX lists as safe in a handler: sigaction. */
static void kill_from_now_on(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &action, NULL);
}

static void on_signal(int number)
{
    received = number;
    kill_from_now_on();
}

/*
 * From now on the first SIGINT or SIGTERM only sets the flag that is returned, and the next one kills. A signal that
 * the parent had the program ignore, as nohup and a shell's background jobs do, stays ignored.
 */
const volatile int *signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
    received = 0;
    for (int i = 0; i < CAUGHT; i++)
        if (!sigaction(caught[i], NULL, &before) && before.sa_handler != SIG_IGN)
            sigaction(caught[i], &action, NULL);
    return &received;
}

/* From now on signals kill. Returns the one that came, or 0. */
int signals_release(void)
{
    struct sigaction before;
    for (int i = 0; i < CAUGHT; i++)
        if (!sigaction(caught[i], NULL, &before) && before.sa_handler == on_signal)
            signal(caught[i], SIG_DFL);
    return received;
}
