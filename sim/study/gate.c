/* Whether a plan keeps conditions, decided by sampling. */
#include "study/gate.h"

#include <stdlib.h>

const char *const ruling_names[RULINGS] = {"undecided", "passed", "failed"};

const char *const gate_end_names[GATE_ENDS] = {
    [GATE_DECIDED] = "decided",
    [GATE_MAX_PATHS] = "max_paths",
    [GATE_TIME_LIMIT] = "time_limit",
    [GATE_SIGNAL] = "signal",
};

struct gate *gate_run(const struct scenario *scenario, const struct gate_options *options, struct error *error)
{
    struct gate *gate = memory_new(1, sizeof *gate);
    (void)error;
    gate->scenario = scenario;
    gate->topology = &scenario->topologies[0];
    gate->strategy = &scenario->strategies[0];
    gate->n_findings = scenario->n_gate + options->n_required;
    gate->findings = arena_new(&gate->arena, (size_t)gate->n_findings, sizeof *gate->findings);
    for (int i = 0; i < gate->n_findings; i++)
        gate->findings[i].condition =
            i < scenario->n_gate ? &scenario->gate[i] : &options->required[i - scenario->n_gate];
    return gate;
}

/* Gives back the gate; NULL is allowed. */
void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    arena_free(&gate->arena);
    free(gate);
}
