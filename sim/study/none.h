/* study/none: no release at all, solved. Includes scenario/, study/sample. */
#ifndef NINES_STUDY_NONE_H
#define NINES_STUDY_NONE_H

#include "scenario/scenario.h"
#include "study/sample.h"

void none_solve(const struct scenario *scenario, struct sampler *sampler, uint64_t paths, struct arena *arena);

#endif
