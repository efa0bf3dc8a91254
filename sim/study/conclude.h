/* study/conclude: from figures to a decision. Includes study/study. */
#ifndef NINES_STUDY_CONCLUDE_H
#define NINES_STUDY_CONCLUDE_H

#include "study/study.h"

void conclude_feasible(const struct study *study, struct outcome *outcome,
                       double (*statistic)(const struct condition *condition, const void *context),
                       const void *context);
void conclude_study(struct study *study);

#endif
