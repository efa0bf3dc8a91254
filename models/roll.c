/*
 * Rolling: some of one version are stopped, some of the other started, until n of the other are in place.
 *
 * At no time are there more than n + surge instances, and at most `unavailable` of n are taken away before their
 * successors are ready. This is how a Kubernetes Deployment is replaced, but in waves: the next ones are stopped when
 * all of the last wave are ready, and not one by one as they become ready.
 */
#include "models/roll.h"

#include <math.h>

enum { MOST = 1000000000 };

static const double ROUNDING = 1e-9; /* 7 % of 100 is 7, though 0.07 * 100 is a little more */

static int clip(double count)
{
    return count > MOST ? MOST : (int)count;
}

/* Counts from counts or shares of the replicas: surge rounds up, unavailable down, and one of them is at least 1. */
struct pace pace_resolve(struct amount surge, struct amount unavailable, int replicas)
{
    struct pace pace = {
        .surge = clip(surge.is_share ? ceil(surge.value * replicas - ROUNDING) : surge.value),
        .unavailable = clip(unavailable.is_share ? floor(unavailable.value * replicas + ROUNDING) : unavailable.value),
    };
    if (pace.surge == 0 && pace.unavailable == 0)
        pace.unavailable = 1;
    return pace;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Writes the steps towards `version` from what is in place now; `min_ready` seconds are waited after each start. */
void roll_towards(struct plan *plan, enum version version, struct in_place now, int replicas, struct pace pace,
                  double min_ready)
{
    enum version other = version == NEW ? OLD : NEW;
    int here = now.count[version], there = now.count[other];
    while (here < replicas) {
        int more = least(pace.surge + least(pace.unavailable, replicas), replicas - here);
        int fewer = there + here + more - (replicas + pace.surge);
        if (fewer > 0) {
            plan_stop(plan, other, fewer);
            there -= fewer;
        }
        plan_start(plan, version, more);
        here += more;
        plan_wait(plan, min_ready, "min_ready");
    }
    plan_stop(plan, other, there);
}
