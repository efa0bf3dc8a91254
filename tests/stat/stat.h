/* tests/stat: long statistical checks; each prints a table and says whether it is good. */
#ifndef NINES_TESTS_STAT_STAT_H
#define NINES_TESTS_STAT_STAT_H

#include <stdbool.h>

bool memory_is_bounded(void);
bool intervals_cover(void);
bool scenarios_hold(void);
bool gates_decide(void);
bool winners_are_best(void);

#endif
