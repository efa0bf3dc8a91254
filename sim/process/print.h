/* process/print: a process as readable text. Includes process/process. */
#ifndef NINES_PROCESS_PRINT_H
#define NINES_PROCESS_PRINT_H

#include "process/process.h"

void process_print(const struct process *process, struct text *out);
void process_print_expr(const struct process *process, expr e, struct text *out);

#endif
