/* Every strategy in every topology, and no release at all, as processes to sample. */
#include "study/arms.h"

#include "process/erlang.h"

#include <stdlib.h>

/* Path numbers: strategies share them, 2 i for sound and 2 i + 1 for defective releases; no release has its own. */
static void add_strata(struct arm *arm, double defective)
{
    const double weight[STRATA] = {1 - defective, defective};
    const int release[STRATA] = {RELEASE_SOUND, RELEASE_DEFECTIVE};
    if (arm->rollout.release < 0) {
        arm->strata[arm->n_strata++] = (struct stratum){.weight = 1, .first = UINT64_C(1) << 63, .stride = 1};
        return;
    }
    for (int s = 0; s < STRATA; s++)
        if (weight[s] > 0)
            arm->strata[arm->n_strata++] =
                (struct stratum){.weight = weight[s], .release = release[s], .first = (uint64_t)s, .stride = STRATA};
}

/* Variables, rewards and labels keep their numbers. */
static void make_erlang(struct rollout *rollout, int phases)
{
    struct process *fixed = rollout->process;
    rollout->process = process_erlang(fixed, phases);
    process_free(fixed);
}

/*
 * Makes the study's outcomes, topology by topology, no release at all first and then the strategies in order, and an
 * arm with its rollout for each, with controls unless the estimator is plain; its fixed delays are Erlang delays of so
 * many phases, unless that is 0. Arms that come after the sampler was stopped have no process, and no path will be
 * drawn. Returns false with an error if a rollout cannot be built; arms_free() is due anyway.
 */
bool arms_build(struct study *study, int phases, enum estimator estimator, struct sampler *sampler,
                struct error *error)
{
    const struct scenario *scenario = study->scenario;
    int per_topology = scenario->n_strategies + 1;
    double horizon = estimator == ESTIMATOR_PLAIN ? 0 : scenario->horizon; /* 0: no controls */
    study->n_outcomes = scenario->n_topologies * per_topology;
    study->outcomes = arena_new(&study->arena, (size_t)study->n_outcomes, sizeof *study->outcomes);
    sampler->arms = memory_new((size_t)study->n_outcomes, sizeof *sampler->arms);
    for (int i = 0; i < study->n_outcomes; i++) {
        struct outcome *outcome = &study->outcomes[i];
        struct arm *arm = &sampler->arms[i];
        int s = i % per_topology;
        outcome->topology = &scenario->topologies[i / per_topology];
        outcome->strategy = s > 0 ? &scenario->strategies[s - 1] : NULL;
        outcome->name = s > 0 ? scenario->strategies[s - 1].name : "none";
        if (engine_stopped(sampler->stop))
            arm->rollout.release = s > 0 ? 0 : -1;
        else if (!rollout_build_controlled(outcome->topology, &scenario->release, outcome->strategy,
                                           scenario->available_at, horizon, &arm->rollout, error))
            return false;
        sampler->n_arms = i + 1;
        if (phases && arm->rollout.process)
            make_erlang(&arm->rollout, phases);
        arm->none = s > 0 ? &sampler->arms[i - s] : NULL;
        add_strata(arm, scenario->release.defective);
    }
    return true;
}

void arms_free(struct sampler *sampler)
{
    for (int a = 0; a < sampler->n_arms; a++) {
        struct arm *arm = &sampler->arms[a];
        for (int s = 0; s < arm->n_strata; s++)
            for (int h = 0; h < HISTOGRAMS; h++)
                histogram_free(&arm->strata[s].histograms[h]);
        rollout_free(&arm->rollout);
    }
    free(sampler->arms);
}
