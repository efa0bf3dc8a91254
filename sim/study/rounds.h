/* study/rounds: which arms need more paths, and how many. Includes study/sample, study/select, study/study. */
#ifndef NINES_STUDY_ROUNDS_H
#define NINES_STUDY_ROUNDS_H

#include "study/sample.h"
#include "study/select.h"
#include "study/study.h"

struct rounds {
    const struct scenario *scenario;
    struct sampler *sampler;
    struct selection *selection; /* NULL where every strategy draws the same number of paths */
    uint64_t        exactly; /* paths a strategy; 0: until precise */
    double          z;       /* quantile of the normal distribution for the confidence */
    bool           *done;    /* per arm: it needs no more paths */
    enum stop      *stop;    /* per arm: why */
};

/* A study at its end; 0: there is nothing to tell it from. */
struct foreseen {
    uint64_t paths;
    double   events;
};

void rounds_open(struct rounds *rounds, const struct scenario *scenario, struct sampler *sampler,
                 struct selection *selection, uint64_t exactly);
void rounds_close(struct rounds *rounds);
void rounds_pilot(struct rounds *rounds);
bool rounds_more(struct rounds *rounds);
struct foreseen rounds_foresee(const struct rounds *rounds);

#endif
