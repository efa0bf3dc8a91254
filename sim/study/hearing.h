/* study/hearing: a gate while it runs. Internal to study/gate*.c. Includes study/gate, study/select. */
#ifndef NINES_STUDY_HEARING_H
#define NINES_STUDY_HEARING_H

#include "study/gate.h"
#include "study/select.h"

/* A gate while it runs. Arm 0 is no release. */
struct hearing {
    const struct scenario     *scenario;
    const struct gate_options *options;
    struct gate      *gate;
    struct study      study;      /* for its outcomes */
    struct sampler    sampler;
    struct selection  selection;
    struct statement *statements; /* per condition */
    enum ruling      *rulings;    /* per arm and condition */
    int               n;          /* conditions */
    int               look;
    double            started;
    volatile int      stop;       /* time is up, or a signal came */
    bool              late;       /* it was the time */
};

uint64_t gate_drawn(const struct arm *arm);
void gate_fill_finding(struct hearing *hearing, int arm, int condition, enum ruling ruling);

#endif
