/*
 * The processes that engines are measured on: a small chain of which nothing can be saved, a larger one all of whose
 * commands matter in every state, and a rollout, which is what the engines are there for.
 */
#include "scripts/bench/bench.h"

#include "base/memory.h"
#include "models/terms.h"

#include <stdlib.h>
#include <string.h>

static void add_move(struct process *p, const char *name, expr guard, expr rate, int from, int to)
{
    process_add_command(p, name, guard, DELAY_EXPONENTIAL, rate);
    process_add_branch(p, term_number(p, 1));
    process_add_update(p, from, term_minus(p, term_variable(p, from), term_number(p, 1)));
    if (to >= 0)
        process_add_update(p, to, term_plus(p, term_variable(p, to), term_number(p, 1)));
}

/* Ten machines, one crew: as bench/repair.c has it. */
void model_repair(struct model *model)
{
    struct process *p = process_new("repair");
    int up = process_add_variable(p, "up", 0, REPAIR_MACHINES, REPAIR_MACHINES);
    expr n = term_variable(p, up), all = term_number(p, REPAIR_MACHINES), one = term_number(p, 1);
    add_move(p, "fail", one, term_times(p, n, term_number(p, 1 / REPAIR_MTBF)), up, -1);
    process_add_command(p, "repair", term_less(p, n, all), DELAY_EXPONENTIAL, term_number(p, 1 / REPAIR_MTTR));
    process_add_branch(p, one);
    process_add_update(p, up, term_plus(p, n, one));
    process_add_reward(p, "short", term_less(p, n, term_number(p, REPAIR_NEEDED)));
    process_add_reward(p, "failed", term_minus(p, all, n));
    *model = (struct model){
        .name = "repair", .process = p, .horizon = REPAIR_HORIZON, .n_strata = 1, .stratum = {"all"}, .blocks = {1},
        .n_watched = 2, .watched = {"short", "failed"}, .textbook = repair_textbook, .solvable = true};
}

enum { POOLS = 8, MACHINES = 6, MOST_MACHINES = 2 * MACHINES };

/* The machines of a pool fail, each by itself, and one or two crews repair them. */
static void add_pool(struct process *p, int i, int up, int failed)
{
    expr n_up = term_variable(p, up), n_failed = term_variable(p, failed), zero = term_number(p, 0);
    expr busy = term(p, OP_MIN, n_failed, term_number(p, 1 + i % 2));
    add_move(p, arena_format(&p->arena, "fail.%d", i), term_less(p, zero, n_up),
             term_times(p, n_up, term_number(p, 0.1 + 0.02 * i)), up, failed);
    add_move(p, arena_format(&p->arena, "repair.%d", i), term_less(p, zero, n_failed),
             term_times(p, busy, term_number(p, 1.2 - 0.05 * i)), failed, up);
}

/* A pool lends a machine to its neighbour if that has fewer up. */
static void add_lending(struct process *p, int from, const int *up, int to)
{
    expr mine = term_variable(p, up[from]), theirs = term_variable(p, up[to]);
    add_move(p, arena_format(&p->arena, "lend.%d", from), term_less(p, theirs, mine),
             term_times(p, term_minus(p, mine, theirs), term_number(p, 0.2 + 0.03 * from)), up[from], up[to]);
}

/*
 * Eight pools of machines that fail and are repaired, and lend each other machines in pairs: 24 exponential commands
 * over 16 variables. Every one of them is enabled most of the time and changes what others do and what is earned.
 */
void model_pools(struct model *model)
{
    struct process *p = process_new("pools");
    int up[POOLS], failed[POOLS];
    expr full = term_number(p, MACHINES), served = term_number(p, 0), down = served, idle = served;
    for (int i = 0; i < POOLS; i++) {
        up[i] = process_add_variable(p, arena_format(&p->arena, "up.%d", i), 0, MOST_MACHINES, MACHINES);
        failed[i] = process_add_variable(p, arena_format(&p->arena, "failed.%d", i), 0, MOST_MACHINES, 0);
    }
    for (int i = 0; i < POOLS; i++)
        add_pool(p, i, up[i], failed[i]);
    for (int i = 0; i < POOLS; i++)
        add_lending(p, i, up, i ^ 1);
    for (int i = 0; i < POOLS; i++) {
        expr n = term_variable(p, up[i]);
        served = term_plus(p, served, term(p, OP_MIN, term_number(p, 1), term_over(p, n, full)));
        idle = term_plus(p, idle, term_variable(p, failed[i]));
        down = term_or(p, down, term_less(p, n, term_number(p, 2)));
    }
    process_add_reward(p, "lost", term_minus(p, term_number(p, 1), term_over(p, served, term_number(p, POOLS))));
    process_add_reward(p, "down", down);
    process_add_reward(p, "failed", idle);
    process_add_label(p, "down", down);
    *model = (struct model){.name = "pools", .process = p, .horizon = 100, .n_strata = 1, .stratum = {"all"},
                            .blocks = {1}, .n_watched = 3, .watched = {"lost", "down", "failed"}};
}

static const struct strategy *find_strategy(const struct scenario *scenario, const char *name)
{
    for (int i = 0; i < scenario->n_strategies; i++)
        if (!strcmp(scenario->strategies[i].name, name))
            return &scenario->strategies[i];
    return NULL;
}

/* The rolling release of scenarios/checkout.yaml: of 25 blocks of releases 3 are defective, which is its 12 %. */
bool model_checkout(struct model *model, struct error *error)
{
    static const char file[] = "scenarios/checkout.yaml";
    *model = (struct model){.name = "checkout", .n_strata = BENCH_STRATA, .stratum = {"sound", "defective"},
                            .blocks = {22, 3}, .n_watched = 4,
                            .watched = {"downtime", "lost", "duration", "extra"}, .textbook = checkout_textbook};
    struct scenario *s = model->scenario = scenario_read(file, NULL, 0, error);
    if (!s)
        return false;
    const struct strategy *rolling = find_strategy(s, "rolling");
    if (!rolling)
        return error_add(error, FAULT_INPUT, "%s: there is no strategy 'rolling'", file);
    if (!rollout_build(&s->topologies[0], &s->release, rolling, s->available_at, &model->rollout, error))
        return false;
    struct process *p = model->process = model->rollout.process;
    model->horizon = s->horizon;
    for (int stratum = 0; stratum < BENCH_STRATA; stratum++) {
        int *initial = model->initial[stratum] = memory_new((size_t)p->n_variables, sizeof *initial);
        for (int v = 0; v < p->n_variables; v++)
            initial[v] = p->variables[v].initial;
        initial[model->rollout.release] = stratum == 0 ? RELEASE_SOUND : RELEASE_DEFECTIVE;
    }
    return true;
}

void model_free(struct model *model)
{
    for (int s = 0; s < BENCH_STRATA; s++)
        free(model->initial[s]);
    process_free(model->process);
    scenario_free(model->scenario);
}

/* Room for what a block of any stratum gives. */
void results_open(struct results *results, const struct model *model)
{
    const struct process *p = model->process;
    *results = (struct results){
        .rewards = memory_new((size_t)(p->n_rewards + 1) * BLOCK_PATHS, sizeof *results->rewards),
        .at_end = memory_new((size_t)(p->n_labels + 1) * BLOCK_PATHS, sizeof *results->at_end)};
}

void results_close(struct results *results)
{
    free(results->rewards);
    free(results->at_end);
}

/* Runs a block of paths of a stratum, as a study does: strata take turns in the numbers of paths. Adds its events. */
bool model_run(const struct model *model, const struct engine *engine, void *opened, int stratum, uint64_t block,
               struct results *results, struct error *error)
{
    struct batch batch = {
        .seed = 1,
        .first = block * BLOCK_PATHS * (uint64_t)model->n_strata + (uint64_t)stratum,
        .stride = (uint64_t)model->n_strata,
        .n_paths = BLOCK_PATHS,
        .horizon = model->horizon,
        .initial = model->initial[stratum],
        .rewards = results->rewards,
        .at_end = results->at_end,
    };
    bool good = engine->run(opened, &batch, error);
    results->events += batch.events;
    return good;
}
