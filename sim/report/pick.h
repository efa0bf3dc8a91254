/* report/pick: which plans are shown where there are too many for all. Internal to report/. */
#ifndef NINES_REPORT_PICK_H
#define NINES_REPORT_PICK_H

#include "report/common.h"

/* As many plans of a topology are shown whole; of more the best ones and some of the front. */
struct pick_limits {
    int all, best, front;
};

/* What is shown of one topology. */
struct pick {
    int  *shown;     /* outcomes: no release at all, then plans: as written, or of many the best first */
    int   n_shown;
    int   n_plans;   /* of the topology */
    bool  many;      /* more than the limit: some are left out */
    int  *front;     /* outcomes, by rising duration */
    int   n_front;
    bool *on_front;  /* by outcome, from the first of the topology */
    int   first;     /* outcome of the topology */
};

struct pick pick_plans(const struct study *study, const struct group *group, struct pick_limits limits,
                       struct arena *arena);
int         pick_distinct(const struct study *study, const int *front, int n_front, int *kept);
bool        pick_on_front(const struct pick *pick, int outcome);
void        pick_caption(struct text *text, const struct pick *pick, struct pick_limits limits);
bool       *front_marks(const struct study *study, struct arena *arena);

#endif
