/*
 * The plan of a rollout, step by step: for people (`nines plan`) and for the executor (plan.json).
 *
 * Only the steps of a strategy have numbers, from 1 in each environment, the same in both forms. What an environment
 * asks for itself (approve, test, soak) stands around them. The way back stands below, by the number of the last step
 * that was done.
 */
#include "report/back.h"
#include "report/terminal.h"

#include "base/json.h"
#include "base/units.h"
#include "base/utf8.h"
#include "models/roll.h"

#include <inttypes.h>

enum {
    DURATION_BYTES = 64,
    WIDTH = 80,        /* of sentences */
    MOST_WAYS = 12,    /* that are shown: of more, so many of the first and of the last */
    FIRST_WAYS = 7,
    LAST_WAYS = 3,
};

static const char *routing_name(const struct strategy *strategy)
{
    return strategy->type->routing == ROUTING_POOLED ? "pooled" : "weighted";
}

/* How many at a time: recreate is a roll that takes all away and adds none. */
static struct pace pace_of(const struct strategy *strategy, int replicas)
{
    if (strategy->type == &strategy_recreate)
        return (struct pace){0, replicas};
    return pace_resolve(strategy->max_surge, strategy->max_unavailable, replicas);
}

static const char *duration(double seconds, char out[DURATION_BYTES])
{
    duration_print(seconds, out, DURATION_BYTES);
    return out;
}

static void print_name(const char *name, FILE *out)
{
    struct text text = {0};
    utf8_add_printable(&text, name);
    fputs(text.data, out);
    text_free(&text);
}

static void print_chances(double power, double false_positive, FILE *out)
{
    char caught[QUANTITY_BYTES], wrong[QUANTITY_BYTES];
    fprintf(out, "fails with %s if defective, %s if not", quantity_plain(QUANTITY_SHARE, power, caught),
            quantity_plain(QUANTITY_SHARE, false_positive, wrong));
}

static void print_step(int number, const struct step *step, FILE *out)
{
    char text[DURATION_BYTES], share[QUANTITY_BYTES];
    fprintf(out, "%4d  %-8s", number, step_kind_names[step->kind]);
    switch (step->kind) {
    case STEP_START:
    case STEP_STOP:
        fprintf(out, "%d %s", step->count, version_names[step->version]);
        break;
    case STEP_WAIT:
        fputs(duration(step->seconds, text), out);
        break;
    case STEP_SHIFT:
        fprintf(out, "%s to new", quantity_plain(QUANTITY_SHARE, step->weight, share));
        break;
    case STEP_VERDICT:
        print_chances(step->power, step->false_positive, out);
        break;
    case STEP_APPROVE:
        fprintf(out, "mean %s", duration(step->seconds, text));
        break;
    case STEP_KINDS:
        break;
    }
    if (step->why) {
        fputs("  ", out);
        print_name(step->why, out);
    }
    putc('\n', out);
}

static void print_step_back(const struct step *step, FILE *out)
{
    char share[QUANTITY_BYTES];
    if (step->kind == STEP_SHIFT)
        fprintf(out, "shift %s to old", quantity_plain(QUANTITY_SHARE, 1 - step->weight, share));
    else
        fprintf(out, "%s %d %s%s", step_kind_names[step->kind], step->count, version_names[step->version],
                step->at_once ? " at once" : "");
}

/* "stop 3 new, start 3 old": what is done, in order; "4 x (…)" where two steps repeat. */
static void print_way(const struct way *way, FILE *out)
{
    for (int i = 0, times; i < way->n_steps; i += times > 1 ? 2 * times : 1) {
        times = steps_repeat(&way->steps[i], way->n_steps - i);
        fputs(i ? ", " : "", out);
        if (times > 1)
            fprintf(out, "%d x (", times);
        print_step_back(&way->steps[i], out);
        if (times > 1) {
            fputs(", ", out);
            print_step_back(&way->steps[i + 1], out);
            putc(')', out);
        }
    }
    putc('\n', out);
}

static int count_ways(struct ways ways)
{
    int n = 0;
    while (ways_next(&ways))
        n++;
    ways_free(&ways);
    return n;
}

/* A line for each way: the steps after which it is taken, and its own. The last holds from its step on. */
static void print_back(const struct strategy *strategy, int replicas, const struct plan *plan, FILE *out)
{
    struct ways ways = {.strategy = strategy, .replicas = replicas, .plan = plan};
    int n = count_ways(ways);
    fputs("  way back after step\n", out);
    for (int i = 0; ways_next(&ways); i++) {
        char steps[32];
        bool last = ways.way.to == plan->n_steps, left_out = n > MOST_WAYS && i >= FIRST_WAYS && i < n - LAST_WAYS;
        if (left_out && i == FIRST_WAYS)
            fprintf(out, "%9s  and so on: --format json has all %d ways\n", "...", n);
        if (left_out)
            continue;
        if (last)
            snprintf(steps, sizeof steps, "%d on", ways.way.from);
        else if (ways.way.from == ways.way.to)
            snprintf(steps, sizeof steps, "%d", ways.way.from);
        else
            snprintf(steps, sizeof steps, "%d-%d", ways.way.from, ways.way.to);
        fprintf(out, "%9s  ", steps);
        print_way(&ways.way, out);
    }
    ways_free(&ways);
}

/* When the ways back are taken, and what may go wrong with them. */
static void print_rollback(const struct release *release, FILE *out)
{
    char text[DURATION_BYTES], share[QUANTITY_BYTES];
    struct text sentence = {0};
    text_add(&sentence, "An alert, a failed verdict or test, or a start of more than %s ends the rollout. ",
             duration(release->progress_deadline, text));
    if (release->react > 0)
        text_add(&sentence, "After a mean of %s ", duration(release->react, text));
    text_add(&sentence, "%s environment that has begun goes its way back, all at the same time.",
             release->react > 0 ? "every" : "Every");
    if (release->rollback_failure > 0)
        text_add(&sentence, " In %s of the cases one is stuck there until people have restored it (mean %s).",
                 quantity_plain(QUANTITY_SHARE, release->rollback_failure, share),
                 duration(release->manual_recovery, text));
    putc('\n', out);
    put_wrapped(sentence.data, WIDTH, out);
    putc('\n', out);
    text_free(&sentence);
}

static void print_environment(const struct environment *environment, const struct strategy *strategy,
                              struct arena *arena, FILE *out)
{
    const struct service *service = &environment->services[environment->released];
    struct plan plan = strategy_plan(strategy, service->replicas, arena);
    char text[DURATION_BYTES];
    putc('\n', out);
    print_name(environment->name, out);
    fputs(": ", out);
    print_name(service->name, out);
    fprintf(out, ", %d replica%s\n", service->replicas, service->replicas == 1 ? "" : "s");
    if (environment->approve > 0)
        fprintf(out, "   -  %-8smean %s\n", "approve", duration(environment->approve, text));
    for (int i = 0; i < plan.n_steps; i++)
        print_step(i + 1, &plan.steps[i], out);
    if (environment->test.given) {
        fprintf(out, "   -  %-8s%s, ", "test", duration(environment->test.duration, text));
        print_chances(environment->test.power, environment->test.false_positive, out);
        putc('\n', out);
    }
    if (environment->soak > 0)
        fprintf(out, "   -  %-8s%s\n", "soak", duration(environment->soak, text));
    print_back(strategy, service->replicas, &plan, out);
}

/* Prints the steps of a strategy in each environment of a topology, as a numbered list, and below it the way back. */
void report_plan_text(const struct scenario *scenario, const struct strategy *strategy,
                      const struct topology *topology, FILE *out)
{
    struct arena arena = {0};
    print_name(scenario->name, out);
    fputs(": ", out);
    print_name(strategy->name, out);
    fprintf(out, " (%s, %s routing), topology ", strategy->type->name, routing_name(strategy));
    print_name(topology->name, out);
    putc('\n', out);
    for (int i = 0; i < topology->n_environments; i++)
        print_environment(&topology->environments[i], strategy, &arena, out);
    print_rollback(&scenario->release, out);
    arena_free(&arena);
}

/* Only the figures that the action has. A step of a way back has the number 0, which is not written. */
static void write_step(struct json *json, int number, const struct step *step)
{
    json_object(json, NULL);
    if (number)
        json_number(json, "number", number);
    json_text(json, "action", step_kind_names[step->kind]);
    if (step->kind == STEP_START || step->kind == STEP_STOP) {
        json_text(json, "version", version_names[step->version]);
        json_number(json, "count", step->count);
        if (step->at_once)
            json_bool(json, "at_once", true);
    } else if (step->kind == STEP_WAIT || step->kind == STEP_APPROVE) {
        json_number(json, "seconds", step->seconds);
    } else if (step->kind == STEP_SHIFT) {
        json_number(json, "weight", step->weight);
    } else {
        json_number(json, "power", step->power);
        json_number(json, "false_positive", step->false_positive);
    }
    if (step->why)
        json_text(json, "why", step->why);
    json_end(json);
}

static void write_test(struct json *json, const struct verdict *test)
{
    if (!test->given) {
        json_text(json, "test", NULL);
        return;
    }
    json_object(json, "test");
    json_number(json, "duration", test->duration);
    json_number(json, "power", test->power);
    json_number(json, "false_positive", test->false_positive);
    json_end(json);
}

/* Two steps that repeat are written once, as the steps of an action "repeat". */
static void write_way(struct json *json, const struct way *way)
{
    json_object(json, NULL);
    json_number(json, "from_step", way->from);
    json_number(json, "to_step", way->to);
    json_array(json, "steps");
    for (int i = 0, times; i < way->n_steps; i += times > 1 ? 2 * times : 1) {
        times = steps_repeat(&way->steps[i], way->n_steps - i);
        if (times > 1) {
            json_object(json, NULL);
            json_text(json, "action", "repeat");
            json_number(json, "times", times);
            json_array(json, "steps");
            write_step(json, 0, &way->steps[i]);
            write_step(json, 0, &way->steps[i + 1]);
            json_end(json);
            json_end(json);
        } else {
            write_step(json, 0, &way->steps[i]);
        }
    }
    json_end(json);
    json_end(json);
}

static void write_back(struct json *json, const struct strategy *strategy, int replicas, const struct plan *plan)
{
    struct ways ways = {.strategy = strategy, .replicas = replicas, .plan = plan};
    json_object(json, "back");
    json_text(json, "routing", routing_name(strategy));
    if (strategy->type->routing == ROUTING_POOLED) {
        struct pace pace = pace_of(strategy, replicas);
        json_number(json, "max_surge", pace.surge);
        json_number(json, "max_unavailable", pace.unavailable);
    }
    json_array(json, "ways");
    while (ways_next(&ways))
        write_way(json, &ways.way);
    json_end(json);
    json_end(json);
    ways_free(&ways);
}

static void write_environment(struct json *json, const struct environment *environment,
                              const struct strategy *strategy, struct arena *arena)
{
    const struct service *service = &environment->services[environment->released];
    struct plan plan = strategy_plan(strategy, service->replicas, arena);
    json_object(json, NULL);
    json_text(json, "name", environment->name);
    json_text(json, "service", service->name);
    json_number(json, "replicas", service->replicas);
    json_number(json, "demand", service->demand);
    json_number(json, "drain", service->drain);
    json_number(json, "switch", environment->switch_time);
    json_number(json, "approve", environment->approve);
    write_test(json, &environment->test);
    json_number(json, "soak", environment->soak);
    json_array(json, "steps");
    for (int i = 0; i < plan.n_steps; i++)
        write_step(json, i + 1, &plan.steps[i]);
    json_end(json);
    write_back(json, strategy, service->replicas, &plan);
    json_end(json);
}

/*
 * The same for the executor. Durations are in seconds, weights and probabilities from 0 to 1. `approve` of an
 * environment is the mean that was simulated, 0 where nobody need approve; `back` says how to go back from wherever
 * the rollout stands: weighted (start the missing old ones, shift to 0, stop all new ones), or pooled at that pace;
 * and, in `ways`, with which steps once the steps from `from_step` to `to_step` are done.
 */
void report_plan_json(const struct scenario *scenario, const struct strategy *strategy,
                      const struct topology *topology, const char *version, FILE *out)
{
    struct arena arena = {0};
    struct json json = {.out = out};
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, scenario->hash);
    json_object(&json, NULL);
    json_count(&json, "schema_version", REPORT_SCHEMA_VERSION);
    json_text(&json, "nines", version);
    json_text(&json, "scenario", scenario->name);
    json_text(&json, "hash", hash);
    json_text(&json, "topology", topology->name);
    json_object(&json, "strategy");
    json_text(&json, "name", strategy->name);
    json_text(&json, "type", strategy->type->name);
    json_text(&json, "routing", routing_name(strategy));
    json_end(&json);
    json_object(&json, "release");
    json_number(&json, "react", scenario->release.react);
    json_number(&json, "rollback_failure", scenario->release.rollback_failure);
    json_number(&json, "manual_recovery", scenario->release.manual_recovery);
    json_number(&json, "progress_deadline", scenario->release.progress_deadline);
    json_end(&json);
    json_array(&json, "environments");
    for (int i = 0; i < topology->n_environments; i++)
        write_environment(&json, &topology->environments[i], strategy, &arena);
    json_end(&json);
    json_end(&json);
    arena_free(&arena);
}
