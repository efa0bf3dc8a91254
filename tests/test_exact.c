/* The exact solver: known answers. */
#include "test.h"

#include "chains.h"
#include "exact/chain.h"

#include <math.h>
#include <stdio.h>

static void known_answers_are_reproduced(void)
{
    for (const struct truth *t = truths; t->chain; t++) {
        struct solver solver = {0};
        if (t->tolerance == 0)
            continue;
        double distance = truth_exact(t, &solver);
        CU_ASSERT_TRUE(distance <= t->tolerance);
        if (!(distance <= t->tolerance)) {
            struct process *p = t->chain();
            printf("%s, %s, query %d at %g: off by %g, bound %g (%s)\n", p->name, t->what, t->query, t->time, distance,
                   solver.error_bound, t->source);
            process_free(p);
        }
    }
}

const struct test_suite suite_exact = {
    "exact",
    (const struct test_case[]){
        {"known answers are reproduced", known_answers_are_reproduced},
        {NULL, NULL},
    },
};
