/* study/rounds: which arms need more paths, and how many. Includes study/sample, study/study. */
#ifndef NINES_STUDY_ROUNDS_H
#define NINES_STUDY_ROUNDS_H

#include "study/sample.h"
#include "study/study.h"

struct rounds {
    const struct scenario *scenario;
    struct sampler *sampler;
    uint64_t        exactly; /* paths a strategy; 0: until precise */
    double          z;       /* quantile of the normal distribution for the confidence */
    bool           *done;    /* per arm: it needs no more paths */
    enum stop      *stop;    /* per arm: why */
};

void rounds_open(struct rounds *rounds, const struct scenario *scenario, struct sampler *sampler, uint64_t exactly);
void rounds_close(struct rounds *rounds);
void rounds_pilot(struct rounds *rounds);
bool rounds_more(struct rounds *rounds);
uint64_t rounds_foresee(const struct rounds *rounds);

#endif
