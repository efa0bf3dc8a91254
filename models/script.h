/* models/script: plans taken apart into moves, as the rollout's controller makes them. Includes models/placement. */
#ifndef NINES_MODELS_SCRIPT_H
#define NINES_MODELS_SCRIPT_H

#include "models/placement.h"
#include "models/strategy.h"

enum move_kind {
    MOVE_NONE,      /* nothing to do: the end, or a state of rest */
    MOVE_DELAY,     /* fixed time, maybe with loss */
    MOVE_APPROVE,   /* exponential time */
    MOVE_LAUNCH,    /* instances begin to start */
    MOVE_READY,     /* until none of the version is starting */
    MOVE_VANISH,    /* instances are gone */
    MOVE_ROUTE,     /* the switch fails (to the next move) or not (past it) */
    MOVE_MISROUTED, /* the environment serves nothing until repaired: exponential */
    MOVE_VERDICT,
};

struct move {
    enum move_kind   kind;
    int              environment;
    enum version     version;
    int             *by_zone;       /* launch, vanish */
    double           seconds;       /* delay: fixed; approve, misrouted: mean */
    double           loss;          /* delay: share of requests lost meanwhile */
    double           chance;        /* route: of a failure */
    double           power, false_positive;
    int              next;          /* the move after this one */
    struct placement before;        /* of the environment, when the move begins */
};

struct moves {
    struct move *moves;
    int          n_moves, capacity;
};

/* Moves of rest in the way back of an environment; the moves to go through follow. */
enum { BACK_IDLE, BACK_DONE, BACK_STUCK, BACK_RECOVERED, BACK_FIRST };

/* One environment's part. */
struct script_environment {
    int          begin, end;  /* moves of its plan in `forward`: [begin, end) */
    struct moves back;
    int         *back_entry;  /* per forward move: where in `back` it goes back from there */
    int          most[VERSIONS]; /* instances of a version in one zone, at any time */
    struct placement initial, last; /* in place before its plan and after it */
};

struct script {
    struct moves forward;     /* through all environments; the last move is the end */
    struct script_environment *environments;
};

struct script script_new(const struct topology *topology, const struct strategy *strategy, struct arena *arena);

#endif
