/* study/select: which plan is best, decided while paths are drawn. Includes study/judge, study/sample. */
#ifndef NINES_STUDY_SELECT_H
#define NINES_STUDY_SELECT_H

#include "study/judge.h"

struct selection {
    const struct scenario *scenario;
    struct sampler   *sampler;
    double            risk;         /* to be wrong */
    int               per_topology; /* arms: no release, then the plans */
    int               look;         /* so many were taken */
    enum standing    *standing;     /* per arm; of no release nothing, of leaders open */
    int              *leader;       /* per topology: the arm that others are compared with; -1: all are infeasible */
    struct statement *statements;   /* per topology and condition of subject_to */
    enum ruling      *rulings;      /* per arm and statement */
};

bool select_open(struct selection *selection, const struct scenario *scenario, struct sampler *sampler, double risk,
                 struct error *error);
void select_close(struct selection *selection);
void select_look(struct selection *selection);
enum standing select_standing(const struct selection *selection, int arm);
bool select_is_feasible(const struct selection *selection, int arm);
bool select_is_leader(const struct selection *selection, int arm);
bool select_is_settled(const struct selection *selection, int arm);
bool select_is_decided(const struct selection *selection, int topology);
double select_growth(const struct selection *selection, int arm);

#endif
