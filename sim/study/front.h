/* study/front: the plans of a topology that no other beats in both duration and lost. Includes study/study. */
#ifndef NINES_STUDY_FRONT_H
#define NINES_STUDY_FRONT_H

#include "study/study.h"

int front_find(const struct study *study, int first, int end, int *front);

#endif
