/* tests/slurp: a file as a text. Includes nothing of ours. */
#ifndef NINES_TESTS_SLURP_H
#define NINES_TESTS_SLURP_H

#include <stddef.h>

char *slurp(const char *path, size_t *length);

#endif
