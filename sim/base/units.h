/* base/units: durations, shares and counts as people write them. Includes nothing of ours. */
#ifndef NINES_BASE_UNITS_H
#define NINES_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>

bool duration_parse(const char *text, double *seconds, const char **expected);
bool share_parse(const char *text, double *share, const char **expected);
bool number_parse(const char *text, double *number);
void duration_print(double seconds, char *out, size_t size);

#endif
