/*
 * A gate: whether the best plan, or one that is named, keeps conditions.
 *
 * Paths are drawn until every condition is decided (study/judge.c), the number of them growing by a factor from look to
 * look. Where the plan is not named, the best one is selected at the same time (study/select.c). The verdict is often
 * clear before the winner is: when all plans that may still win keep every condition, or all of them break one, it does
 * not matter which of them wins.
 *
 * The risk to be wrong is shared by all rulings: n conditions of k plans that may win get 1/(n k) of it each, so that
 * whichever plan it is in the end, its rulings are all right with the asked confidence. Where a plan has to be
 * selected, half of the risk is the selection's.
 */
#include "study/hearing.h"

#include "base/clock.h"
#include "study/arms.h"
#include "study/estimate.h"
#include "study/none.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    FIRST_PATHS = 512,   /* a stratum, until the first look */
    GROWTH = 2,
    NONE_PATHS = 16,     /* of no release, where it is sampled, to a plan's one: they cost little */
    MANY_PLANS = 32,
    NAMED_MOST = 5,
    LOOKS_UNSOLVED = 3,  /* a gate that is decided by so many takes less time than to solve no release */
};

/* The least part of a plan's new paths that a stratum gets, whatever the conditions ask for. */
static const double LEAST_PART = 0.1;

const char *const ruling_names[RULINGS] = {"undecided", "passed", "failed"};

const char *const gate_end_names[GATE_ENDS] = {
    [GATE_DECIDED] = "decided",
    [GATE_MAX_PATHS] = "max_paths",
    [GATE_TIME_LIMIT] = "time_limit",
    [GATE_SIGNAL] = "signal",
};

/* ---- rulings ---- */

static enum ruling *rulings_of(const struct hearing *r, int arm)
{
    return &r->rulings[arm * r->n];
}

static bool may_win(const struct hearing *r, int arm)
{
    return r->selection.standing[arm] == STANDING_OPEN;
}

/* The risk of one ruling at this look. */
static double risk_of_ruling(const struct hearing *r)
{
    double risk = 1 - r->scenario->simulation.confidence;
    if (!r->options->named)
        risk /= 2 * r->scenario->n_strategies;
    return risk / r->n * judge_spend(r->look);
}

static void rule(struct hearing *r, int arm)
{
    for (int i = 0; i < r->n; i++)
        if (rulings_of(r, arm)[i] == RULING_UNDECIDED)
            rulings_of(r, arm)[i] =
                judge(&r->sampler.arms[arm], &r->statements[i], risk_of_ruling(r), r->scenario->horizon);
}

/* Of several rulings: passed if all are, failed if one is. */
static enum ruling verdict_of(const enum ruling *rulings, int n)
{
    enum ruling verdict = RULING_PASSED;
    for (int i = 0; i < n; i++) {
        if (rulings[i] == RULING_FAILED)
            return RULING_FAILED;
        verdict = rulings[i] == RULING_UNDECIDED ? RULING_UNDECIDED : verdict;
    }
    return verdict;
}

/* Whether more paths may rule on something: where the arm has failed, not what they can only refute. */
static bool may_rule(const struct hearing *r, int arm)
{
    bool failed = verdict_of(rulings_of(r, arm), r->n) == RULING_FAILED;
    for (int i = 0; i < r->n; i++) {
        bool refutes = judge_only_refutes(&r->statements[i]);
        if (rulings_of(r, arm)[i] == RULING_UNDECIDED && !r->statements[i].unknown && !(failed && refutes))
            return true;
    }
    return false;
}

/* The arm that is judged: the named plan's, or the best as far as is known; -1: no plan keeps subject_to. */
static int judged_arm(const struct hearing *r)
{
    return r->options->named ? 1 : r->selection.leader[0];
}

/* What is known of the verdict: that of all plans that may win, if it is the same. */
static enum ruling verdict(const struct hearing *r)
{
    int judged = judged_arm(r);
    if (judged < 0)
        return RULING_FAILED;
    enum ruling verdict = verdict_of(rulings_of(r, judged), r->n);
    if (r->options->named || select_is_decided(&r->selection, 0))
        return verdict;
    bool any_feasible = false; /* else none may win in the end, which is a failure */
    for (int a = 1; a < r->sampler.n_arms; a++) {
        if (!may_win(r, a))
            continue;
        any_feasible = any_feasible || select_is_feasible(&r->selection, a);
        if (verdict_of(rulings_of(r, a), r->n) != verdict)
            return RULING_UNDECIDED;
    }
    return any_feasible || verdict == RULING_FAILED ? verdict : RULING_UNDECIDED;
}

static bool is_decided(const struct hearing *r)
{
    int judged = judged_arm(r);
    return judged < 0 || (verdict(r) != RULING_UNDECIDED && !may_rule(r, judged));
}

static void look(struct hearing *r)
{
    r->look++;
    if (!r->options->named)
        select_look(&r->selection);
    for (int a = 1; a < r->sampler.n_arms; a++)
        if (may_win(r, a))
            rule(r, a);
}

/* ---- paths ---- */

/* Whether more paths of the arm may decide something. */
static bool is_asked(const struct hearing *r, int arm)
{
    if (!may_win(r, arm) || arm_drawn(&r->sampler.arms[arm]) >= r->scenario->simulation.max_paths)
        return false;
    return may_rule(r, arm) || !(r->options->named || select_is_settled(&r->selection, arm));
}

/* Solves no release; nobody looks at the clock meanwhile, only at signals. */
static void solve_none(struct hearing *r)
{
    r->sampler.stop = r->options->stop;
    none_solve(r->scenario, &r->sampler, 0, &r->gate->arena);
    r->sampler.stop = &r->stop;
}

/* Whether something is undecided of the arm that no release is a part of. */
static bool rests_on_none(const struct hearing *r, int arm)
{
    for (int i = 0; i < r->n; i++)
        if (rulings_of(r, arm)[i] == RULING_UNDECIDED && judge_rests_on_none(&r->statements[i]))
            return true;
    return false;
}

/* The parts of the arm's strata in what is not known yet: as the variance that they have in undecided conditions. */
static void find_parts(const struct hearing *r, int a, double *part)
{
    const struct arm *arm = &r->sampler.arms[a];
    double sum = 0;
    for (int s = 0; s < arm->n_strata; s++)
        part[s] = 0;
    for (int i = 0; i < r->n; i++)
        for (int s = 0; s < arm->n_strata && rulings_of(r, a)[i] == RULING_UNDECIDED; s++)
            part[s] += judge_part(arm, s, &r->statements[i], r->scenario->horizon);
    for (int s = 0; s < arm->n_strata; s++)
        sum += part[s];
    for (int s = 0; s < arm->n_strata; s++)
        part[s] = sum > 0 ? fmax(part[s] / sum, LEAST_PART) : 1.0 / arm->n_strata;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What the arm draws until the next look. */
static void want_more(struct hearing *r, int a)
{
    struct arm *arm = &r->sampler.arms[a];
    uint64_t had = arm_drawn(arm), left = r->scenario->simulation.max_paths - had;
    uint64_t more = least_of((GROWTH - 1) * had, left);
    double part[STRATA], sum = 0;
    find_parts(r, a, part);
    for (int s = 0; s < arm->n_strata; s++)
        sum += part[s];
    for (int s = 0; s < arm->n_strata; s++)
        arm->strata[s].wanted = arm->strata[s].tally.paths + (uint64_t)ceil(part[s] / sum * (double)more);
    struct stratum *none = &arm->none->strata[0];
    if (!arm->none->solution && rests_on_none(r, a) && none->wanted < NONE_PATHS * (had + more))
        none->wanted = least_of(NONE_PATHS * (had + more), r->scenario->simulation.max_paths);
}

/* What is drawn until the next look; false: no more may be. */
static bool want_next(struct hearing *r)
{
    bool any = false;
    for (int a = 1; a < r->sampler.n_arms; a++)
        if (is_asked(r, a)) {
            want_more(r, a);
            any = true;
        }
    return any;
}

static void want_first(struct hearing *r)
{
    uint64_t most = r->scenario->simulation.max_paths;
    for (int a = 0; a < r->sampler.n_arms; a++) {
        struct arm *arm = &r->sampler.arms[a];
        uint64_t paths = arm->none || !rests_on_none(r, 1) ? FIRST_PATHS : NONE_PATHS * FIRST_PATHS;
        for (int s = 0; s < arm->n_strata; s++)
            arm->strata[s].wanted = least_of(paths, most / (uint64_t)arm->n_strata);
    }
}

/* Ends the paths when the time is up, or a signal came. `paths` were drawn since the last look. */
static void watch_clock(uint64_t paths, void *context)
{
    struct hearing *r = context;
    struct progress progress = {.paths = paths, .seconds = clock_seconds() - r->started};
    r->late = r->options->time_limit > 0 && progress.seconds > r->options->time_limit;
    if (r->late || engine_stopped(r->options->stop))
        __atomic_store_n(&r->stop, 1, __ATOMIC_RELAXED);
    for (int a = 0; a < r->sampler.n_arms; a++)
        progress.paths += arm_drawn(&r->sampler.arms[a]);
    if (r->options->on_progress && paths)
        r->options->on_progress(&progress, r->options->context);
}

/* Whether something is undecided that no release is a part of. */
static bool any_rests_on_none(const struct hearing *r)
{
    for (int a = 1; a < r->sampler.n_arms; a++)
        if (is_asked(r, a) && rests_on_none(r, a))
            return true;
    return false;
}

/* Draws and looks until all is decided, or no more may be drawn. Returns false with an error. */
static bool draw_and_look(struct hearing *r, struct error *error)
{
    want_first(r);
    do {
        watch_clock(0, r);
        if (!sampler_run(&r->sampler, error)) {
            r->gate->end = r->late ? GATE_TIME_LIMIT : GATE_SIGNAL;
            return error->count == 0;
        }
        look(r);
        r->gate->end = is_decided(r) ? GATE_DECIDED : GATE_MAX_PATHS;
        if (r->look == LOOKS_UNSOLVED && r->gate->end != GATE_DECIDED && !r->options->sample_all &&
            !r->sampler.arms[0].solution && any_rests_on_none(r))
            solve_none(r);
        if (!r->options->engine)
            sampler_use(&r->sampler, &engine_lanes); /* where many plans drew their first paths one by one */
    } while (r->gate->end != GATE_DECIDED && want_next(r));
    return true;
}

/* ---- what is told ---- */

/* Names of plans that are so: level with the judged one, or not told from it. */
static const char *others(struct hearing *r, enum standing standing)
{
    const char *names = NULL;
    int n = 0;
    for (int a = 1; a < r->sampler.n_arms; a++) {
        if (a == judged_arm(r) || r->selection.standing[a] != standing)
            continue;
        const char *name = r->scenario->strategies[a - 1].name;
        if (n++ >= NAMED_MOST)
            continue;
        names = names ? arena_format(&r->gate->arena, "%s, %s", names, name) : name;
    }
    return n > NAMED_MOST ? arena_format(&r->gate->arena, "%s and %d more", names, n - NAMED_MOST) : names;
}

static const char *note_on_plan(struct hearing *r)
{
    if (r->options->named || judged_arm(r) < 0)
        return NULL;
    const char *level = others(r, STANDING_LEVEL), *open = others(r, STANDING_OPEN);
    const char *note = level ? arena_format(&r->gate->arena, "level with it: %s", level) : NULL;
    if (!open)
        return note;
    return arena_format(&r->gate->arena, "%s%s%s: %s", note ? note : "", note ? "; " : "",
                        verdict(r) == RULING_UNDECIDED ? "not told from it" : "may be better, with the same verdict",
                        open);
}

static void conclude(struct hearing *r)
{
    struct gate *gate = r->gate;
    int judged = judged_arm(r);
    if (judged >= 0) {
        gate->topology = &r->scenario->topologies[0];
        gate->strategy = &r->scenario->strategies[judged - 1];
    }
    gate->best = judged >= 0 && !gate->named && select_is_decided(&r->selection, 0);
    gate->verdict = r->look ? verdict(r) : RULING_UNDECIDED;
    gate->note = r->look ? note_on_plan(r) : NULL;
    for (int i = 0; i < r->n; i++)
        gate_fill_finding(r, r->look ? judged : -1, i, judged < 0 ? RULING_UNDECIDED : rulings_of(r, judged)[i]);
    for (int a = 0; a < r->sampler.n_arms; a++)
        gate->paths += arm_drawn(&r->sampler.arms[a]);
    gate->seconds = clock_seconds() - r->started;
}

/* ---- the run ---- */

static const struct condition *condition_at(const struct hearing *r, int i)
{
    const struct scenario *s = r->scenario;
    return i < s->n_gate ? &s->gate[i] : &r->options->required[i - s->n_gate];
}

/* States all conditions, those of subject_to as well; no release is solved first where one needs it. */
static bool state_conditions(struct hearing *r, struct error *error)
{
    const struct scenario *s = r->scenario;
    bool needs_none = false;
    for (int i = 0; i < r->n; i++)
        needs_none = needs_none || judge_needs_none(condition_at(r, i));
    for (int i = 0; i < s->objective.n_subject_to; i++)
        needs_none = needs_none || judge_needs_none(&s->objective.subject_to[i]);
    if (needs_none)
        solve_none(r);
    if (!select_open(&r->selection, s, &r->sampler, (1 - s->simulation.confidence) / 2, error))
        return false;
    for (int i = 0; i < r->n; i++) {
        const struct condition *c = condition_at(r, i);
        if (!judge_state(s, c, &r->sampler.arms[0], &r->sampler.watches, &r->statements[i], error))
            return false;
    }
    return true;
}

static void open_run(struct hearing *r)
{
    struct gate *gate = r->gate;
    const struct gate_options *options = r->options;
    gate->scenario = r->study.scenario = r->scenario;
    gate->named = options->named;
    gate->confidence = r->scenario->simulation.confidence;
    gate->seed = r->scenario->simulation.seed;
    gate->threads = sampler_threads(options->threads);
    gate->n_findings = r->n;
    gate->findings = arena_new(&gate->arena, (size_t)r->n, sizeof *gate->findings);
    r->statements = arena_new(&gate->arena, (size_t)r->n, sizeof *r->statements);
    r->rulings = arena_new(&gate->arena, (size_t)(r->n * (r->scenario->n_strategies + 1)), sizeof *r->rulings);
    r->sampler = (struct sampler){
        .engine = options->engine                             ? options->engine
                  : r->scenario->n_strategies > MANY_PLANS ? &engine_reference
                                                           : &engine_lanes,
        .simd = options->simd,
        .seed = gate->seed,
        .horizon = r->scenario->horizon,
        .threads = gate->threads,
        .stop = &r->stop,
        .on_block = watch_clock,
        .context = r,
    };
}

/*
 * Decides the conditions of the scenario's gate and those required, of its one topology: of its one strategy if that is
 * named, else of the best. Returns NULL with an error if there are too many conditions or topologies, or a process
 * broke its own rules. The scenario and the conditions must outlive the gate.
 */
struct gate *gate_run(const struct scenario *scenario, const struct gate_options *options, struct error *error)
{
    struct gate *gate = memory_new(1, sizeof *gate);
    struct hearing r = {.scenario = scenario, .options = options, .gate = gate, .started = clock_seconds()};
    r.n = scenario->n_gate + options->n_required;
    gsl_set_error_handler_off();
    open_run(&r);
    bool good = scenario->n_topologies == 1 ||
                error_add(error, FAULT_INPUT,
                          "nines gate: the scenario has %d topologies; --topology says which one it is about",
                          scenario->n_topologies);
    good = good && arms_build(&r.study, 0, ESTIMATOR_SMOOTHED, &r.sampler, error) &&
           state_conditions(&r, error);
    good = good && draw_and_look(&r, error);
    if (good)
        conclude(&r);
    select_close(&r.selection);
    sampler_close(&r.sampler);
    arms_free(&r.sampler);
    arena_free(&r.study.arena);
    if (good)
        return gate;
    gate_free(gate);
    return NULL;
}

/* Gives back the gate; NULL is allowed. */
void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    arena_free(&gate->arena);
    free(gate);
}
