/*
 * How many instances of each version are in each zone.
 *
 * The counts (starting, up and failed together) follow from the steps alone and not from chance: an instance is
 * launched into the zone with the fewest of its version and taken from the zone with the most. So they are worked out
 * once, when a plan becomes a process, and not on every path.
 */
#include "models/placement.h"

#include <assert.h>
#include <string.h>

/* Nothing in place. */
struct placement placement_new(int zones, struct arena *arena)
{
    struct placement new = {.zones = zones};
    for (int v = 0; v < VERSIONS; v++)
        new.count[v] = arena_new(arena, (size_t)zones, sizeof *new.count[v]);
    return new;
}

/* The same with counts of its own. */
struct placement placement_copy(const struct placement *placement, struct arena *arena)
{
    struct placement new = placement_new(placement->zones, arena);
    for (int v = 0; v < VERSIONS; v++)
        memcpy(new.count[v], placement->count[v], (size_t)placement->zones * sizeof *new.count[v]);
    new.weight = placement->weight;
    return new;
}

/* True if counts and weight are equal. */
bool placement_same(const struct placement *a, const struct placement *b)
{
    bool same = a->zones == b->zones && a->weight == b->weight;
    for (int v = 0; v < VERSIONS && same; v++)
        same = !memcmp(a->count[v], b->count[v], (size_t)a->zones * sizeof *a->count[v]);
    return same;
}

/* Instances of a version in all zones. */
int placement_total(const struct placement *placement, enum version version)
{
    int total = 0;
    for (int z = 0; z < placement->zones; z++)
        total += placement->count[version][z];
    return total;
}

/* As at the beginning: instance i is in zone i mod zones. */
void placement_spread(struct placement *placement, enum version version, int instances)
{
    for (int z = 0; z < placement->zones; z++)
        placement->count[version][z] = instances / placement->zones + (z < instances % placement->zones);
}

/* Puts instances one after another into the zone with the fewest of the version (the first on a tie). */
void placement_launch(struct placement *placement, enum version version, int instances, int *by_zone)
{
    int *count = placement->count[version];
    memset(by_zone, 0, (size_t)placement->zones * sizeof *by_zone);
    for (int i = 0; i < instances; i++) {
        int zone = 0;
        for (int z = 1; z < placement->zones; z++)
            if (count[z] < count[zone])
                zone = z;
        count[zone]++;
        by_zone[zone]++;
    }
}

/* Takes instances one after another from the zone with the most of the version (the first on a tie). */
void placement_vanish(struct placement *placement, enum version version, int instances, int *by_zone)
{
    int *count = placement->count[version];
    assert(instances <= placement_total(placement, version));
    memset(by_zone, 0, (size_t)placement->zones * sizeof *by_zone);
    for (int i = 0; i < instances; i++) {
        int zone = 0;
        for (int z = 1; z < placement->zones; z++)
            if (count[z] > count[zone])
                zone = z;
        count[zone]--;
        by_zone[zone]++;
    }
}
