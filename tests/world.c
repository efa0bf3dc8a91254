/* See world.h. What is asked for and not there (a variable, an event, the end of a path) fails the test and ends it. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20260731 };

/* Does not return: CUnit leaves the test. What the test holds stays allocated. */
static void die(const char *what, const char *name)
{
    char message[512];
    snprintf(message, sizeof message, "the test needs the %s %s", what, name);
    CU_assertImplementation(CU_FALSE, __LINE__, message, __FILE__, "", CU_TRUE);
    abort();
}

/* `environments` is a YAML list in flow style, `release` and `strategy` the inside of a map. */
struct world *world_new(const char *environments, const char *release, const char *strategy)
{
    struct world *w = memory_new(1, sizeof *w);
    struct error error = {0};
    const char *yaml = arena_format(&w->arena, "environments: %s\nrelease: {%s}\nstrategies: [{name: s, %s}]\n",
                                    environments, release, strategy);
    w->scenario = scenario_parse(yaml, strlen(yaml), "world.yaml", NULL, 0, &error);
    if (!w->scenario)
        die("scenario", error.text.data);
    w->topology = &w->scenario->topologies[0];
    w->strategy = &w->scenario->strategies[0];
    if (!rollout_build(w->topology, &w->scenario->release, w->strategy, w->scenario->available_at, &w->rollout,
                       &error) ||
        !rollout_build(w->topology, &w->scenario->release, NULL, w->scenario->available_at, &w->none, &error))
        die("process", error.text.data);
    w->process = w->rollout.process;
    w->script = script_new(w->topology, w->strategy, &w->arena);
    w->state = arena_new(&w->arena, (size_t)w->process->n_variables, sizeof *w->state);
    w->value = arena_new(&w->arena, (size_t)w->process->graph.n_nodes, sizeof *w->value);
    w->path.rewards = arena_new(&w->arena, (size_t)w->process->n_rewards, sizeof(double));
    w->path.first_time = arena_new(&w->arena, (size_t)w->process->n_labels, sizeof(double));
    w->path.at_end = arena_new(&w->arena, (size_t)w->process->n_labels, sizeof(bool));
    w->engine = under_test.engine->open(w->process, under_test.simd);
    world_reset(w);
    return w;
}

static void sample_free(struct sample *sample)
{
    free(sample->rewards);
    free(sample->first_time);
    free(sample->at_end);
    *sample = (struct sample){0};
}

void world_free(struct world *w)
{
    for (int i = 0; i < w->path.capacity; i++)
        free(w->path.events[i].state);
    free(w->path.events);
    sample_free(&w->sample);
    under_test.engine->close(w->engine);
    rollout_free(&w->rollout);
    rollout_free(&w->none);
    scenario_free(w->scenario);
    arena_free(&w->arena);
    free(w);
}

/* As the process begins. */
void world_reset(struct world *w)
{
    for (int i = 0; i < w->process->n_variables; i++)
        w->state[i] = w->process->variables[i].initial;
}

bool world_has(const struct world *w, const char *variable)
{
    return process_find_variable(w->process, variable) >= 0;
}

static int variable_of(const struct world *w, const char *name)
{
    int variable = process_find_variable(w->process, name);
    if (variable < 0)
        die("variable", name);
    return variable;
}

void world_set(struct world *w, const char *variable, int value)
{
    w->state[variable_of(w, variable)] = value;
}

int world_get(const struct world *w, const char *variable)
{
    return w->state[variable_of(w, variable)];
}

/* Puts the controller at the nth forward move of a kind, counted from 0; MOVE_NONE is the end. */
void world_at(struct world *w, enum move_kind kind, int nth)
{
    for (int i = 0; i < w->script.forward.n_moves; i++)
        if (w->script.forward.moves[i].kind == kind && nth-- == 0) {
            world_set(w, "step", i);
            return;
        }
    die("move", "of that kind");
}

/* The value of an expression in the present state. */
static double evaluate(struct world *w, expr e)
{
    const struct graph *g = &w->process->graph;
    for (int i = 0; i <= e; i++) {
        const struct node *node = &g->nodes[i];
        if (node->op == OP_CONSTANT) {
            w->value[i] = node->constant;
        } else if (node->op == OP_VARIABLE) {
            w->value[i] = w->state[node->a];
        } else if (node->op == OP_TABLE) {
            const struct table *table = &g->tables[node->b];
            int at = (int)fmin(fmax(w->value[node->a], 0), table->n_values - 1);
            w->value[i] = table->values[at];
        } else {
            int operand[3], n = graph_operands(node, operand);
            w->value[i] = graph_apply(node, w->value[operand[0]], n > 1 ? w->value[operand[1]] : 0,
                                      n > 2 ? w->value[operand[2]] : 0);
        }
    }
    return w->value[e];
}

double world_formula(struct world *w, const char *name)
{
    for (int i = 0; i < w->process->n_formulas; i++)
        if (!strcmp(w->process->formulas[i].name, name))
            return evaluate(w, w->process->formulas[i].value);
    die("formula", name);
    return NAN;
}

static const struct command *command_of(const struct world *w, const char *name)
{
    int command = process_find_command(w->process, name);
    if (command < 0)
        die("command", name);
    return &w->process->commands[command];
}

/* The rate of an exponential command, 0 if its guard is false. */
double world_rate(struct world *w, const char *command)
{
    const struct command *c = command_of(w, command);
    if (c->delay != DELAY_EXPONENTIAL)
        die("exponential command", command);
    return evaluate(w, c->guard) != 0 ? evaluate(w, c->amount) : 0;
}

/* The probability of a branch of a command. */
double world_chance(struct world *w, const char *command, int branch)
{
    const struct command *c = command_of(w, command);
    return evaluate(w, w->process->branches[c->first_branch + branch].probability);
}

/* The probability that a command, when it fires, changes the variable by so much. */
double world_chance_of(struct world *w, const char *command, const char *variable, int change)
{
    const struct command *c = command_of(w, command);
    int v = variable_of(w, variable);
    double sum = 0;
    for (int b = 0; b < c->n_branches; b++) {
        const struct branch *branch = &w->process->branches[c->first_branch + b];
        for (int u = 0; u < branch->n_updates; u++) {
            const struct update *update = &w->process->updates[branch->first_update + u];
            if (update->variable == v && evaluate(w, update->value) == w->state[v] + change)
                sum += evaluate(w, branch->probability);
        }
    }
    return sum;
}

/* What a reward earns per second. */
double world_earns(struct world *w, const char *reward)
{
    int r = process_find_reward(w->process, reward);
    if (r < 0)
        die("reward", reward);
    return evaluate(w, w->process->rewards[r].rate);
}

bool world_holds(struct world *w, const char *label)
{
    int l = process_find_label(w->process, label);
    if (l < 0)
        die("label", label);
    return evaluate(w, w->process->labels[l].condition) != 0;
}

static int sum_of(const struct world *w, const char *environment, enum version version, const char *what)
{
    char name[256];
    int sum = 0;
    for (int e = 0; e < w->topology->n_environments; e++) {
        const struct environment *env = &w->topology->environments[e];
        for (int z = 0; z < env->zones && !strcmp(env->name, environment); z++) {
            snprintf(name, sizeof name, "%s.%s.%s.%s.%d", environment, env->services[env->released].name,
                     version_names[version], what, z);
            sum += world_has(w, name) ? world_get(w, name) : 0;
        }
    }
    return sum;
}

/* Instances of the released service that are up, in all zones. */
int world_up(const struct world *w, const char *environment, enum version version)
{
    return sum_of(w, environment, version, "up");
}

int world_starting(const struct world *w, const char *environment, enum version version)
{
    return sum_of(w, environment, version, "starting");
}

static void record(struct world *w, double time, int command, int branch, const int *state)
{
    struct path *path = &w->path;
    size_t n = (size_t)w->process->n_variables;
    if (path->n_events == path->capacity) {
        int old = path->capacity;
        path->capacity = old ? 2 * old : 64;
        path->events = memory_grow(path->events, (size_t)path->capacity, sizeof *path->events);
        for (int i = old; i < path->capacity; i++)
            path->events[i].state = memory_new(n, sizeof(int));
    }
    struct event *event = &path->events[path->n_events++];
    event->time = time;
    event->command = command;
    event->branch = branch;
    memcpy(event->state, state, n * sizeof *state);
}

static void on_event(void *context, double time, int command, int branch, const int *state)
{
    record(context, time, command, branch, state);
}

static void run_batch(struct world *w, struct batch *batch)
{
    struct error error = {0};
    if (!under_test.engine->run(w->engine, batch, &error))
        die("path, because of:", error.text.data);
}

/* Runs one path and keeps its events. The present state stays as it is. */
void world_run(struct world *w, uint64_t number, double horizon)
{
    struct batch batch = {
        .seed = SEED, .first = number, .stride = 1, .n_paths = 1, .horizon = horizon, .initial = w->state,
        .rewards = w->path.rewards, .first_time = w->path.first_time, .at_end = w->path.at_end, .observe = on_event,
        .context = w,
    };
    w->path.n_events = 0;
    w->path.horizon = horizon;
    record(w, 0, -1, 0, w->state);
    run_batch(w, &batch);
}

/* When an event of the path was. */
double world_time(const struct world *w, int event)
{
    if (event < 0 || event >= w->path.n_events)
        die("event", "that it looked for");
    return w->path.events[event].time;
}

/* Makes the state after an event of the path the present one. */
void world_look(struct world *w, int event)
{
    world_time(w, event);
    memcpy(w->state, w->path.events[event].state, (size_t)w->process->n_variables * sizeof *w->state);
}

bool world_is(const struct world *w, int event, const char *command)
{
    int c = w->path.events[event].command;
    return c >= 0 && !strcmp(w->process->commands[c].name, command);
}

/* The next event of a command, or -1; that of no event (from -1) is none. */
int world_find(const struct world *w, const char *command, int from)
{
    for (int i = from < 0 ? w->path.n_events : from; i < w->path.n_events; i++)
        if (world_is(w, i, command))
            return i;
    return -1;
}

/* What the path earned. */
double world_reward(const struct world *w, const char *reward)
{
    int r = process_find_reward(w->process, reward);
    if (r < 0)
        die("reward", reward);
    return w->path.rewards[r];
}

double world_first_time(const struct world *w, const char *label)
{
    int l = process_find_label(w->process, label);
    if (l < 0)
        die("label", label);
    return w->path.first_time[l];
}

/* The event by which `trigger` got the value (1: triggered, 2: going back), or -1. */
int world_trigger(const struct world *w, int value)
{
    int variable = variable_of(w, "trigger");
    for (int i = 0; i < w->path.n_events; i++)
        if (w->path.events[i].state[variable] >= value)
            return i;
    return -1;
}

static void add_counts(struct world *w, const char *environment, struct text *out)
{
    for (int v = 0; v < VERSIONS; v++) {
        int starting = world_starting(w, environment, (enum version)v);
        text_add(out, "%d", world_up(w, environment, (enum version)v));
        if (starting > 0)
            text_add(out, "+%d", starting);
        text_add(out, " %s ", version_names[v]);
    }
}

/*
 * What one environment was like from an event on: "time: up[+starting] old up[+starting] new served", for each change
 * that lasts. Times are counted from `zero`; what is before it has the time "-". free() it.
 */
char *world_timeline(struct world *w, const char *environment, int from, double zero)
{
    struct text out = {0}, now = {0}, last = {0};
    char formula[256];
    snprintf(formula, sizeof formula, "%s.served", environment);
    text_add(&last, "%s", "");
    for (int i = from; i < w->path.n_events; i++) {
        double time = w->path.events[i].time;
        double end = i + 1 < w->path.n_events ? w->path.events[i + 1].time : w->path.horizon;
        if (end <= time)
            continue;
        world_look(w, i);
        now.length = 0;
        add_counts(w, environment, &now);
        text_add(&now, "%.6g%s%s", world_formula(w, formula), world_holds(w, "finished") ? " finished" : "",
                 world_holds(w, "rolled_back") ? " rolled back" : "");
        if (!strcmp(now.data, last.data))
            continue;
        if (time < zero)
            text_add(&out, "%s-: %s", out.length ? "; " : "", now.data);
        else
            text_add(&out, "%s%.6g: %s", out.length ? "; " : "", time - zero, now.data);
        last.length = 0;
        text_add(&last, "%s", now.data);
    }
    text_free(&now);
    text_free(&last);
    return out.data ? out.data : strdup("");
}

/* Runs paths from the present state and keeps what they earned and what held. */
void world_sample(struct world *w, uint64_t first, int n_paths, double horizon)
{
    size_t n = (size_t)n_paths;
    sample_free(&w->sample);
    w->sample.n_paths = n_paths;
    w->sample.rewards = memory_new(n * (size_t)w->process->n_rewards, sizeof(double));
    w->sample.first_time = memory_new(n * (size_t)w->process->n_labels, sizeof(double));
    w->sample.at_end = memory_new(n * (size_t)w->process->n_labels, sizeof(bool));
    struct batch batch = {
        .seed = SEED, .first = first, .stride = 1, .n_paths = n_paths, .horizon = horizon, .initial = w->state,
        .rewards = w->sample.rewards, .first_time = w->sample.first_time, .at_end = w->sample.at_end,
    };
    run_batch(w, &batch);
}

struct mean world_mean(const struct world *w, const char *reward)
{
    int r = process_find_reward(w->process, reward), n = w->sample.n_paths;
    struct moments {
        double sum, squares;
    } m = {0, 0};
    if (r < 0)
        die("reward", reward);
    for (int i = 0; i < n; i++)
        m.sum += w->sample.rewards[i * w->process->n_rewards + r];
    for (int i = 0; i < n; i++)
        m.squares += pow(w->sample.rewards[i * w->process->n_rewards + r] - m.sum / n, 2);
    return (struct mean){m.sum / n, sqrt(m.squares / (n - 1) / n)};
}

static struct mean share(int seen, int n)
{
    double p = (double)seen / n;
    return (struct mean){p, sqrt(fmax(p * (1 - p), 1.0 / n) / n)};
}

/* The share of paths on which a label held at the horizon. */
struct mean world_share(const struct world *w, const char *label)
{
    int l = process_find_label(w->process, label), seen = 0;
    if (l < 0)
        die("label", label);
    for (int i = 0; i < w->sample.n_paths; i++)
        seen += w->sample.at_end[i * w->process->n_labels + l];
    return share(seen, w->sample.n_paths);
}

/* The share of paths on which a label held at or before the time. */
struct mean world_share_by(const struct world *w, const char *label, double time)
{
    int l = process_find_label(w->process, label), seen = 0;
    if (l < 0)
        die("label", label);
    for (int i = 0; i < w->sample.n_paths; i++)
        seen += w->sample.first_time[i * w->process->n_labels + l] <= time;
    return share(seen, w->sample.n_paths);
}

static void conclude(bool good, const char *message, const char *file, int line)
{
    CU_assertImplementation(good ? CU_TRUE : CU_FALSE, (unsigned)line, message, file, "", CU_FALSE);
}

void expect_near(const char *what, double got, double want, double tolerance, const char *file, int line)
{
    char message[512];
    snprintf(message, sizeof message, "%s is %.12g, not %.12g", what, got, want);
    conclude(fabs(got - want) <= tolerance, message, file, line);
}

/* Both texts may be NULL; only then are they the same. */
void expect_text(const char *got, const char *want, const char *file, int line)
{
    struct text message = {0};
    text_add(&message, "got\n        %s\n      not\n        %s", got ? got : "(nothing)", want ? want : "(nothing)");
    conclude(got && want && !strcmp(got, want), message.data, file, line);
    text_free(&message);
}

void expect_mean(const char *what, struct mean found, double want, double z, const char *file, int line)
{
    char message[512];
    double distance = found.mean - want, off = found.error > 0 ? distance / found.error : distance == 0 ? 0 : INFINITY;
    snprintf(message, sizeof message, "%s is %.9g +- %.3g, not %.9g: z = %.2f", what, found.mean, found.error, want,
             off);
    conclude(fabs(off) < z, message, file, line);
}
