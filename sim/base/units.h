/* base/units: durations, shares and counts as people write them. Includes nothing of ours. */
#ifndef NINES_BASE_UNITS_H
#define NINES_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the parsers take, as regular expressions of JSON Schema; a bare 0 aside, which is a duration too. */
#define DECIMAL_PATTERN  "([0-9]+(\\.[0-9]+)?|\\.[0-9]+)"
#define SHARE_PATTERN    "^" DECIMAL_PATTERN "%$"
#define DURATION_PATTERN                                                                                               \
    "^(?=[0-9.])(" DECIMAL_PATTERN "y)?(" DECIMAL_PATTERN "w)?(" DECIMAL_PATTERN "d)?(" DECIMAL_PATTERN "h)?"          \
    "(" DECIMAL_PATTERN "m)?(" DECIMAL_PATTERN "s)?(" DECIMAL_PATTERN "ms)?$"

bool duration_parse(const char *text, double *seconds, const char **expected);
bool share_parse(const char *text, double *share, const char **expected);
bool number_parse(const char *text, double *number);
bool whole_parse(const char *text, uint64_t *whole);
void duration_print(double seconds, char *out, size_t size);

#endif
