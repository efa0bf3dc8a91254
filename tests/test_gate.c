/*
 * Rulings, the selection of the best plan, and gates.
 *
 * What they promise of samples is tested at length by make stat. Here: what is certain, on which side equality falls,
 * what ends a gate, and that nothing depends on the number of threads.
 */
#include "test.h"

#include "parse.h"

#include "study/estimate.h"
#include "study/gate.h"
#include "study/judge.h"
#include "study/select.h"

#include <math.h>
#include <string.h>

/* Canaries that hold for the whole horizon: one of weight w loses 300 p (1 - exp(-2 w)) s of a bad release. */
#define CANARY(name, weight) "  - {name: " name ", type: canary, steps: [{weight: " weight ", hold: 1h}]}\n"
#define CANARIES                                                                                                      \
    "scenario: canaries\nhorizon: 10m\nenvironments:\n"                                                               \
    "  - {name: prod, switch: 0s, services: [{name: web, replicas: 1, start: 0s, drain: 0s}]}\n"                      \
    "release: {defective: 30%, error_rate: 100%, detect: 5m}\nstrategies:\n"

static const char three[] = CANARIES CANARY("slow", "10%") CANARY("middle", "20%") CANARY("fast", "60%");
static const char twins[] = CANARIES CANARY("one", "10%") CANARY("other", "10%");
static const char single[] = CANARIES CANARY("only", "20%");

/* ---- rulings ---- */

static void what_is_spent_over_looks_adds_up_to_the_whole(void)
{
    double sum = 0;
    for (int look = 1; look <= 1000000; look++)
        sum += judge_spend(look);
    CU_ASSERT_TRUE(sum < 1);
    CU_ASSERT_DOUBLE_EQUAL(sum, 1, 2e-6);
    CU_ASSERT_EQUAL(judge_spend(1), 0.5);
}

/* An arm of one stratum with n paths of which so many are above the first watched value. */
static struct arm arm_above(uint64_t paths, uint64_t above)
{
    struct arm arm = {.n_strata = 1};
    arm.strata[0].weight = 1;
    arm.strata[0].tally.paths = paths;
    arm.strata[0].tally.above[0] = above;
    arm.rollout.greatest[MEASURE_DOWNTIME] = 1;
    return arm;
}

static enum ruling rule_above(const char *text, uint64_t paths, uint64_t above)
{
    struct error error = {0};
    struct watches watches = {.n = 0};
    struct statement statement;
    struct condition condition;
    struct scenario *s = parse(single, NULL, 0);
    struct arm arm = arm_above(paths, above);
    CU_ASSERT_TRUE(scenario_condition(s, text, "test", &condition, &error));
    CU_ASSERT_TRUE(judge_state(s, &condition, &arm, &watches, &statement, &error));
    CU_ASSERT_EQUAL(watches.n, 1);
    CU_ASSERT_EQUAL(watches.list[0].or_equal,
                    condition.compare == COMPARE_LESS || condition.compare == COMPARE_GREATER_EQUAL);
    enum ruling ruling = judge(&arm, &statement, 0.025, 600);
    scenario_free(s);
    return ruling;
}

/* The exact interval of 0 of 10 000 ends at 3.7e-4, that of 200 begins at 1.7 %: against 1 %. */
static void a_percentile_is_decided_by_the_paths_above_the_limit(void)
{
    static const char *const at_most[] = {"downtime.p99 <= 5s", "downtime.p99 < 5s"};
    static const char *const at_least[] = {"downtime.p99 > 5s", "downtime.p99 >= 5s"};
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(rule_above(at_most[i], 10000, 0), RULING_PASSED);
        CU_ASSERT_EQUAL(rule_above(at_most[i], 10000, 200), RULING_FAILED);
        CU_ASSERT_EQUAL(rule_above(at_most[i], 10000, 100), RULING_UNDECIDED);
        CU_ASSERT_EQUAL(rule_above(at_most[i], 0, 0), RULING_UNDECIDED);
        CU_ASSERT_EQUAL(rule_above(at_least[i], 10000, 0), RULING_FAILED);
        CU_ASSERT_EQUAL(rule_above(at_least[i], 10000, 200), RULING_PASSED);
        CU_ASSERT_EQUAL(rule_above(at_least[i], 10000, 100), RULING_UNDECIDED);
    }
}

static void a_maximum_can_be_refuted_and_never_confirmed(void)
{
    CU_ASSERT_EQUAL(rule_above("downtime.max <= 5s", 1000000, 0), RULING_UNDECIDED);
    CU_ASSERT_EQUAL(rule_above("downtime.max <= 5s", 1000000, 1), RULING_FAILED);
    CU_ASSERT_EQUAL(rule_above("downtime.max > 5s", 1000000, 1), RULING_PASSED);
}

/* A mean that is known exactly, of 26 s: no release, solved. */
static enum ruling rule_solved(const char *text)
{
    struct error error = {0};
    struct watches watches = {.n = 0};
    struct statement statement;
    struct condition condition;
    struct scenario *s = parse(single, NULL, 0);
    struct solution solution = {.value = {[MEASURE_DOWNTIME] = 26}};
    struct arm arm = {.solution = &solution, .n_strata = 1};
    CU_ASSERT_TRUE(scenario_condition(s, text, "test", &condition, &error));
    CU_ASSERT_TRUE(judge_state(s, &condition, &arm, &watches, &statement, &error));
    enum ruling ruling = judge(&arm, &statement, 0.025, 600);
    scenario_free(s);
    return ruling;
}

static void equality_falls_on_its_side(void)
{
    CU_ASSERT_EQUAL(rule_solved("downtime <= 26s"), RULING_PASSED);
    CU_ASSERT_EQUAL(rule_solved("downtime < 26s"), RULING_FAILED);
    CU_ASSERT_EQUAL(rule_solved("downtime >= 26s"), RULING_PASSED);
    CU_ASSERT_EQUAL(rule_solved("downtime > 26s"), RULING_FAILED);
    CU_ASSERT_EQUAL(rule_solved("downtime <= 25s"), RULING_FAILED);
    CU_ASSERT_EQUAL(rule_solved("downtime > 25s"), RULING_PASSED);
}

static void equal_watches_are_shared_and_too_many_refused(void)
{
    struct error error = {0};
    struct watches watches = {.n = 0};
    struct statement statement;
    struct condition c = {.measure = MEASURE_LOST, .statistic = STATISTIC_QUANTILE, .quantile = 0.9};
    struct scenario *s = parse(single, NULL, 0);
    struct arm none = {.n_strata = 1};
    for (int i = 0; i < 2 * MOST_WATCHES; i++) {
        c.limit = i % MOST_WATCHES;
        CU_ASSERT_TRUE(judge_state(s, &c, &none, &watches, &statement, &error));
        CU_ASSERT_EQUAL(statement.watch, i % MOST_WATCHES);
    }
    c.limit = 1e6;
    CU_ASSERT_FALSE(judge_state(s, &c, &none, &watches, &statement, &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_INPUT);
    error_free(&error);
    scenario_free(s);
}

/* ---- selection ---- */

static struct study *select_best(struct scenario *scenario)
{
    struct error error = {0};
    struct study_options options = {.threads = 2};
    struct study *study = study_run(scenario, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study);
    CU_ASSERT_TRUE(study->selected);
    return study;
}

static void the_best_plan_is_found_and_others_are_dropped(void)
{
    struct scenario *s = parse(three, NULL, 0);
    struct study *study = select_best(s);
    CU_ASSERT_EQUAL(study->winner, 1);
    CU_ASSERT_STRING_EQUAL(study->winner_note, "With 95 % confidence no other plan costs as little");
    CU_ASSERT_EQUAL(study->outcomes[2].standing, STANDING_WORSE);
    CU_ASSERT_EQUAL(study->outcomes[3].standing, STANDING_WORSE);
    study_free(study);
    scenario_free(s);
}

/* With 7 % of rollbacks asked for the slow one, of 5.4 %, may not win. */
static void a_plan_that_breaks_a_condition_is_dropped(void)
{
    const struct override least = {"objective.subject_to", "[\"rollback >= 7%\", \"duration.p50 <= 10m\"]"};
    struct scenario *s = parse(three, &least, 1);
    struct study *study = select_best(s);
    CU_ASSERT_EQUAL(study->winner, 2);
    CU_ASSERT_EQUAL(study->outcomes[1].standing, STANDING_INFEASIBLE);
    CU_ASSERT_FALSE(study->outcomes[1].feasible);
    CU_ASSERT_STRING_EQUAL(study->outcomes[1].infeasible_because, "rollback >= 7%");
    CU_ASSERT_EQUAL(study->outcomes[3].standing, STANDING_WORSE);
    study_free(study);
    scenario_free(s);
}

static void no_plan_wins_that_breaks_a_condition(void)
{
    const struct override least = {"objective.subject_to", "[\"rollback >= 90%\"]"};
    struct scenario *s = parse(three, &least, 1);
    struct study *study = select_best(s);
    CU_ASSERT_EQUAL(study->winner, -1);
    for (int i = 1; i < study->n_outcomes; i++) {
        CU_ASSERT_EQUAL(study->outcomes[i].standing, STANDING_INFEASIBLE);
        CU_ASSERT_TRUE(study->outcomes[i].paths < 100000);
    }
    study_free(study);
    scenario_free(s);
}

/* The same paths, the same cost: no number of them would tell which is better. */
static void plans_that_are_the_same_are_level(void)
{
    struct scenario *s = parse(twins, NULL, 0);
    struct study *study = select_best(s);
    CU_ASSERT_TRUE(study->winner > 0);
    CU_ASSERT_EQUAL(study->outcomes[3 - study->winner].standing, STANDING_LEVEL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(study->winner_note);
    CU_ASSERT_TRUE(strstr(study->winner_note, "level with it, within 1 %") != NULL);
    CU_ASSERT_TRUE(study->paths < 1000000);
    study_free(study);
    scenario_free(s);
}

/* The difference to a rival is that of the plans' own means where all of their paths were run together. */
static void a_rival_is_compared_on_the_same_paths(void)
{
    struct scenario *s = parse(three, NULL, 0);
    struct error error = {0};
    struct arm arms[2] = {{.n_strata = 1}, {.n_strata = 1, .rival = &arms[0]}};
    struct sampler sampler = {.engine = engines[0], .arms = arms, .n_arms = 2, .seed = 1, .horizon = s->horizon,
                              .threads = 2, .watches = {.objective = MEASURE_LOST}};
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_TRUE_FATAL(rollout_build(&s->topologies[0], &s->release, &s->strategies[i], s->available_at,
                                           &arms[i].rollout, &error));
        arms[i].strata[0] = (struct stratum){.weight = 1, .release = RELEASE_DEFECTIVE, .first = 1, .stride = 2,
                                             .wanted = 5000};
    }
    CU_ASSERT_TRUE(sampler_run(&sampler, &error));
    const struct tally *one = &arms[0].strata[0].tally, *other = &arms[1].strata[0].tally;
    CU_ASSERT_EQUAL(other->rival.n, 5000);
    CU_ASSERT_EQUAL(one->rival.n, 0);
    CU_ASSERT_DOUBLE_EQUAL(other->rival.mean,
                           other->moments[MEASURE_LOST].mean - one->moments[MEASURE_LOST].mean, 1e-9);
    CU_ASSERT_TRUE(other->rival.mean > 0);
    sampler_set_rival(&arms[1], NULL);
    CU_ASSERT_EQUAL(other->rival.n, 0);
    sampler_close(&sampler);
    for (int i = 0; i < 2; i++) {
        for (int h = 0; h < HISTOGRAMS; h++)
            histogram_free(&arms[i].strata[0].histograms[h]);
        rollout_free(&arms[i].rollout);
    }
    scenario_free(s);
}

/* ---- gates ---- */

/* A gate of one condition; NULL, with an error, if it cannot be run. */
static struct gate *open_gate(struct scenario *s, const char *text, struct gate_options options, struct error *error)
{
    struct condition *condition = arena_new(&s->arena, 1, sizeof *condition);
    CU_ASSERT_TRUE(scenario_condition(s, text, "test", condition, error));
    options.required = condition;
    options.n_required = 1;
    return gate_run(s, &options, error);
}

static struct gate *run_gate(struct scenario *s, const char *text, struct gate_options options)
{
    struct error error = {0};
    struct gate *gate = open_gate(s, text, options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gate);
    CU_ASSERT_EQUAL(gate->n_findings, 1);
    CU_ASSERT_STRING_EQUAL(gate->findings[0].condition->text, text);
    return gate;
}

/* rollback is 0.3 (1 - exp(-0.4)) = 9.89 %. */
static void a_clear_case_is_decided_at_the_first_look(void)
{
    static const struct { const char *text; enum ruling verdict; } cases[] = {
        {"rollback <= 30%", RULING_PASSED}, {"rollback <= 1%", RULING_FAILED}, {"rollback >= 1%", RULING_PASSED},
        {"duration.p10 >= 1s", RULING_PASSED}, {"duration.p99 <= 1s", RULING_FAILED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scenario *s = parse(single, NULL, 0);
        struct gate *gate = run_gate(s, cases[i].text, (struct gate_options){.named = true});
        CU_ASSERT_EQUAL(gate->verdict, cases[i].verdict);
        CU_ASSERT_EQUAL(gate->findings[0].ruling, cases[i].verdict);
        CU_ASSERT_EQUAL(gate->end, GATE_DECIDED);
        CU_ASSERT_EQUAL(gate->findings[0].paths, 1024);
        CU_ASSERT_PTR_NULL(gate->findings[0].help);
        gate_free(gate);
        scenario_free(s);
    }
}

static void what_is_at_the_limit_stays_undecided(void)
{
    const struct override most = {"simulation.max_paths", "20000"};
    struct scenario *s = parse(single, &most, 1);
    struct gate *gate = run_gate(s, "rollback <= 9.89%", (struct gate_options){.named = true});
    CU_ASSERT_EQUAL(gate->verdict, RULING_UNDECIDED);
    CU_ASSERT_EQUAL(gate->end, GATE_MAX_PATHS);
    CU_ASSERT_TRUE(gate->findings[0].paths <= 20001);
    CU_ASSERT_TRUE(gate->findings[0].low < 0.0989 && 0.0989 < gate->findings[0].high);
    CU_ASSERT_PTR_NOT_NULL(gate->findings[0].help);
    gate_free(gate);
    scenario_free(s);
}

static void time_and_signals_end_a_gate(void)
{
    static const volatile int stopped = 1;
    struct scenario *s = parse(single, NULL, 0);
    struct gate *late = run_gate(s, "rollback <= 9.8911%", (struct gate_options){.named = true, .time_limit = 1e-9});
    CU_ASSERT_EQUAL(late->end, GATE_TIME_LIMIT);
    CU_ASSERT_EQUAL(late->verdict, RULING_UNDECIDED);
    struct gate *stop = run_gate(s, "rollback <= 30%", (struct gate_options){.named = true, .stop = &stopped});
    CU_ASSERT_EQUAL(stop->end, GATE_SIGNAL);
    CU_ASSERT_EQUAL(stop->verdict, RULING_UNDECIDED);
    gate_free(late);
    gate_free(stop);
    scenario_free(s);
}

/* All three keep it, so it need not be known which is best; and of the best it is said which it is. */
static void the_best_plan_is_judged(void)
{
    struct scenario *s = parse(three, NULL, 0);
    struct gate *gate = run_gate(s, "lost <= 5m", (struct gate_options){.threads = 2});
    CU_ASSERT_EQUAL(gate->verdict, RULING_PASSED);
    CU_ASSERT_FALSE(gate->named);
    CU_ASSERT_STRING_EQUAL(gate->strategy->name, "slow");
    gate_free(gate);
    gate = run_gate(s, "rollback >= 7%", (struct gate_options){.threads = 2}); /* the others would pass */
    CU_ASSERT_EQUAL(gate->verdict, RULING_FAILED);
    CU_ASSERT_STRING_EQUAL(gate->strategy->name, "slow");
    gate_free(gate);
    scenario_free(s);
}

static void no_plan_that_may_win_fails_the_gate(void)
{
    const struct override least = {"objective.subject_to", "[\"rollback >= 90%\"]"};
    struct scenario *s = parse(three, &least, 1);
    struct gate *gate = run_gate(s, "lost <= 5m", (struct gate_options){.threads = 2});
    CU_ASSERT_EQUAL(gate->verdict, RULING_FAILED);
    CU_ASSERT_EQUAL(gate->findings[0].ruling, RULING_UNDECIDED);
    CU_ASSERT_PTR_NULL(gate->strategy);
    CU_ASSERT_PTR_NULL(gate->note);
    gate_free(gate);
    scenario_free(s);
}

static void a_gate_is_about_one_topology(void)
{
    struct scenario *s = parse(single, NULL, 0);
    struct error error = {0};
    struct topology two[] = {s->topologies[0], s->topologies[0]};
    struct topology *one = s->topologies;
    s->topologies = two;
    s->n_topologies = 2;
    CU_ASSERT_PTR_NULL(open_gate(s, "lost <= 5m", (struct gate_options){.named = true}, &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_INPUT);
    CU_ASSERT_TRUE(strstr(error.text.data, "--topology") != NULL);
    error_free(&error);
    s->topologies = one;
    s->n_topologies = 1;
    scenario_free(s);
}

static void a_gate_does_not_depend_on_threads(void)
{
    struct scenario *s = parse(three, NULL, 0);
    struct gate *first = run_gate(s, "rollback <= 5.6%", (struct gate_options){.threads = 1});
    for (int threads = 2; threads <= 3; threads++) {
        struct gate *gate = run_gate(s, "rollback <= 5.6%", (struct gate_options){.threads = threads});
        CU_ASSERT_EQUAL(gate->verdict, first->verdict);
        CU_ASSERT_EQUAL(gate->paths, first->paths);
        CU_ASSERT_EQUAL(gate->findings[0].value, first->findings[0].value);
        CU_ASSERT_EQUAL(gate->findings[0].low, first->findings[0].low);
        CU_ASSERT_EQUAL(gate->findings[0].high, first->findings[0].high);
        gate_free(gate);
    }
    gate_free(first);
    scenario_free(s);
}

static const struct test_case cases[] = {
    {"what is spent over looks adds up to the whole", what_is_spent_over_looks_adds_up_to_the_whole},
    {"a percentile is decided by the paths above the limit", a_percentile_is_decided_by_the_paths_above_the_limit},
    {"a maximum can be refuted and never confirmed", a_maximum_can_be_refuted_and_never_confirmed},
    {"equality falls on its side", equality_falls_on_its_side},
    {"equal watches are shared, and too many refused", equal_watches_are_shared_and_too_many_refused},
    {"the best plan is found, and others are dropped", the_best_plan_is_found_and_others_are_dropped},
    {"a plan that breaks a condition is dropped", a_plan_that_breaks_a_condition_is_dropped},
    {"no plan wins that breaks a condition", no_plan_wins_that_breaks_a_condition},
    {"plans that are the same are level", plans_that_are_the_same_are_level},
    {"a rival is compared on the same paths", a_rival_is_compared_on_the_same_paths},
    {"a clear case is decided at the first look", a_clear_case_is_decided_at_the_first_look},
    {"what is at the limit stays undecided", what_is_at_the_limit_stays_undecided},
    {"time and signals end a gate", time_and_signals_end_a_gate},
    {"the best plan is judged", the_best_plan_is_judged},
    {"no plan that may win fails the gate", no_plan_that_may_win_fails_the_gate},
    {"a gate is about one topology", a_gate_is_about_one_topology},
    {"a gate does not depend on threads", a_gate_does_not_depend_on_threads},
    {NULL, NULL},
};

const struct test_suite suite_gate = {"gate", cases};
