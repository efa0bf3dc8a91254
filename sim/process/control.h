/* process/control: rewards of mean 0, by which others are known better. Includes process/process. */
#ifndef NINES_PROCESS_CONTROL_H
#define NINES_PROCESS_CONTROL_H

#include "process/process.h"

int process_add_control(struct process *process, const char *name, expr outlook);

#endif
