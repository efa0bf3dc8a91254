/* study/arms: the processes of a study. Includes study/sample, study/study. */
#ifndef NINES_STUDY_ARMS_H
#define NINES_STUDY_ARMS_H

#include "study/sample.h"
#include "study/study.h"

bool arms_build(struct study *study, int phases, enum estimator estimator, struct sampler *sampler,
                struct error *error);
void arms_free(struct sampler *sampler);

#endif
