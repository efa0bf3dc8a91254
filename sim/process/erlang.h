/* process/erlang: fixed delays replaced by Erlang delays of the same mean. Includes process/. */
#ifndef NINES_PROCESS_ERLANG_H
#define NINES_PROCESS_ERLANG_H

#include "process/process.h"

struct process *process_erlang(const struct process *process, int phases);

#endif
