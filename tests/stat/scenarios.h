/* The intervals of scenarios that are run until precise. */
#ifndef NINES_TESTS_STAT_SCENARIOS_H
#define NINES_TESTS_STAT_SCENARIOS_H

#include <stdbool.h>

bool scenarios_hold(void);

#endif
