/* The long statistical checks, all of them or those that are named: memory, intervals, scenarios, gates, winners. */
#include "tests/stat/stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    bool (*holds)(void);
} checks[] = {
    {"memory", memory_is_bounded}, /* first: a child begins with the memory of its parent */
    {"gates", gates_decide},
    {"winners", winners_are_best},
    {"intervals", intervals_cover},
    {"scenarios", scenarios_hold},
};

static bool is_asked(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    bool good = true;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (is_asked(argc, argv, checks[i].name)) {
            good &= checks[i].holds();
            printf("\n");
        }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
