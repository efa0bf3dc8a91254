/* scenario/figures: the figures of a scenario that can be moved, one at a time. Includes scenario/fields. */
#ifndef NINES_SCENARIO_FIGURES_H
#define NINES_SCENARIO_FIGURES_H

#include "scenario/fields.h"

/* Whether a figure can be moved, or why not. */
enum mobility {
    MOBILE,
    MOBILE_NONE,    /* it is 0 or not given: what never happens does not happen twice as often */
    MOBILE_CERTAIN, /* a share of 100 %: its odds are infinite */
    MOBILE_STUCK,   /* the checks of the scenario let it go nowhere */
    MOBILITIES
};

struct figure {
    const char         *path;  /* as --set takes it */
    const struct field *field;
    double              value; /* seconds, a share, or a number */
    enum mobility       mobility;
};

struct figures {
    struct figure *list;
    int            n;
};

/* A scenario in which one figure has another value. */
struct moved {
    struct scenario *scenario; /* NULL: it cannot be moved that way at all; to be given to scenario_free */
    double           value;
    bool             clipped;  /* less far than asked: the checks do not let it go on */
};

struct figures figures_of(const struct scenario *scenario, const struct topology *topology, struct arena *arena);
double         figure_times(const struct figure *figure, double factor);
struct moved   figure_move(const struct scenario *scenario, const struct figure *figure, double factor);

#endif
