/* study/none: no release at all, solved. Includes study/solution, scenario/. */
#ifndef NINES_STUDY_NONE_H
#define NINES_STUDY_NONE_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "study/solution.h"

bool none_solve(const struct scenario *scenario, const struct topology *topology,
                const struct solution_options *limits, struct solution *sum, struct error *error);

#endif
