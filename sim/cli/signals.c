/*
 * Ctrl-C and SIGTERM: during the study the first asks for its early end, the second ends the program at once. While
 * results are written, one more asks for no more than what must be written, and the one after it ends the program.
 *
 * One wish may come as several signals: timeout(1) sends SIGTERM to the process and to its group, a terminal and a
 * wrapper that passes it on both send SIGINT. So what comes within a second of the first is taken for the same wish,
 * also while the partial result is being written. Signals may reach several threads at once, hence the exchange.
 */
#include "cli/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <time.h>

static const int caught[] = {SIGINT, SIGTERM};
enum { CAUGHT = sizeof caught / sizeof *caught };

enum { STUDY, REPORT, PHASES };

static volatile int received[PHASES]; /* the signal that asked for the end of the phase, or 0 */
static volatile sig_atomic_t phase;
static _Atomic int64_t asked; /* when the last wish came; 0: none did */
static int64_t (*now)(void);

/* Nanoseconds of a clock that nobody sets, never 0. Safe in a handler, as POSIX lists clock_gettime. */
int64_t signals_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return INT64_C(1000000000) * time.tv_sec + time.tv_nsec + 1;
}

/* Calls only what POSIX lists as safe in a handler: clock_gettime, sigaction, raise. */
static void on_signal(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    int64_t last = 0, time = now();
    if (atomic_compare_exchange_strong(&asked, &last, time)) {
        received[phase] = number;
    } else if (time - last >= SIGNALS_REPEAT && phase == REPORT && !received[REPORT]) {
        received[REPORT] = number;
        asked = time;
    } else if (time - last >= SIGNALS_REPEAT) {
        sigaction(number, &action, NULL);
        raise(number); /* kills when the handler returns, until when the signal is blocked */
    }
}

/*
 * From now on the first SIGINT or SIGTERM only sets the flag that is returned, those within a second of it by the
 * clock (signals_clock) do nothing, and a later one kills. A signal that the parent had the program ignore, as nohup
 * and a shell's background jobs do, stays ignored.
 */
const volatile int *signals_catch(int64_t (*clock)(void))
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
    received[STUDY] = received[REPORT] = 0;
    phase = STUDY;
    asked = 0;
    now = clock;
    for (int i = 0; i < CAUGHT; i++)
        if (!sigaction(caught[i], NULL, &before) && before.sa_handler != SIG_IGN)
            sigaction(caught[i], &action, NULL);
    return &received[STUDY];
}

/* The study is over, and what is left is to write the results: a wish that comes from now on sets this flag. */
const volatile int *signals_next(void)
{
    phase = REPORT;
    return &received[REPORT];
}

/*
 * The work that was to be ended early is over. If no signal came, the next one kills; after one, the rule above still
 * holds, so that a repeat does not cost the partial result. Returns the first that came, or 0.
 */
int signals_release(void)
{
    struct sigaction before;
    int64_t first = 0;
    if (!atomic_compare_exchange_strong(&asked, &first, 1))
        return received[STUDY] ? received[STUDY] : received[REPORT];
    for (int i = 0; i < CAUGHT; i++)
        if (!sigaction(caught[i], NULL, &before) && before.sa_handler == on_signal)
            signal(caught[i], SIG_DFL);
    return 0;
}
