/* base/error: what went wrong, said where it is known. Includes base/text only. */
#ifndef NINES_BASE_ERROR_H
#define NINES_BASE_ERROR_H

#include "base/text.h"

#include <stdbool.h>

/* The kinds differ in the exit status: the user's input is wrong (2), or the program could not do it (3). */
enum fault { FAULT_NONE, FAULT_INPUT, FAULT_SYSTEM };

/* Start with {0}. Several messages may be collected: one line each, or more where a source line is shown. */
struct error {
    enum fault  fault;
    int         count;
    struct text text; /* messages, each ended by a newline */
};

bool error_add(struct error *error, enum fault fault, const char *format, ...) __attribute__((format(printf, 3, 4)));
void error_free(struct error *error);

#endif
