/* nines gate: may the release go? */
#include "cli/command.h"

#include "base/version.h"
#include "cli/progress.h"
#include "cli/select.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "report/gates.h"
#include "study/gate.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum undecided undecided_find(const char *name)
{
    int i = 0;
    while (name && strcmp(undecided_names[i], name) != 0)
        i++;
    return (enum undecided)i;
}

/* The conditions of --require; NULL, with an error, if one is none. */
static struct condition *read_required(struct scenario *scenario, const struct options *options, struct error *error)
{
    struct condition *required = arena_new(&scenario->arena, (size_t)options->n_required, sizeof *required);
    bool good = true;
    for (int i = 0; i < options->n_required; i++)
        good = scenario_condition(scenario, options->required[i], "--require", &required[i], error) && good;
    if (good && scenario->n_gate + options->n_required == 0)
        good = error_add(error, FAULT_INPUT, "nines gate: there is nothing to decide: the scenario has no `gate`, and "
                                             "there is no --require");
    return good ? required : NULL;
}

static struct gate *decide(const struct scenario *scenario, const struct condition *required,
                           const struct options *options, struct error *error)
{
    struct progress_line line = {0};
    bool shows = !options->quiet && terminal_is(STDERR_FILENO);
    struct gate_options how = {
        .required = required,
        .n_required = options->n_required,
        .named = options->strategy && scenario->n_strategies == 1, /* and not all plans of a sweep */
        .time_limit = options->time_limit,
        .threads = (int)options->threads,
        .engine = engine_find(options->engine),
        .simd = simd_find(options->simd),
        .stop = signals_catch(signals_clock),
        .on_progress = shows ? progress_show : NULL,
        .context = &line,
    };
    struct gate *gate = gate_run(scenario, &how, error);
    progress_clear(&line);
    return gate;
}

static int status_of(const struct gate *gate, enum undecided undecided)
{
    if (gate->verdict == RULING_FAILED)
        return STATUS_GATE_FAILED;
    if (gate->verdict == RULING_PASSED || undecided == UNDECIDED_PASS)
        return STATUS_DONE;
    return undecided == UNDECIDED_FAIL ? STATUS_GATE_FAILED : STATUS_UNDECIDED;
}

/* All reports that are asked for; those after one that cannot be written are written nevertheless. */
static void write_reports(const struct gate_told *told, const struct options *options, struct error *error)
{
    for (int i = 0; i < options->n_reports; i++)
        report_gate_write(told, options->reports[i].format, options->reports[i].path, error);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return !strcmp(a, b) || (!stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev &&
                             one.st_ino == other.st_ino);
}

/* Whether no report would take the place of another, or of the scenario. */
static bool check_paths(const struct options *options, struct error *error)
{
    for (int i = 0; i < options->n_reports; i++) {
        const char *path = options->reports[i].path;
        if (is_same_file(path, options->arguments[0]))
            return error_add(error, FAULT_INPUT, "nines gate: --report would write over the scenario, %s", path);
        for (int k = 0; k < i; k++)
            if (is_same_file(path, options->reports[k].path))
                return error_add(error, FAULT_INPUT, "nines gate: two reports cannot both be %s", path);
    }
    return true;
}

/* Whether all reports can be begun where they are asked for. */
static bool check_reports(const struct options *options, struct error *error)
{
    bool good = true;
    for (int i = 0; i < options->n_reports; i++)
        good = report_gate_check(options->reports[i].path, error) && good;
    return good;
}

int command_gate(const struct options *options, struct error *error)
{
    struct gate *gate = NULL;
    struct error known = {0}; /* what was said already */
    if (!check_paths(options, error))
        return STATUS_USAGE;
    struct scenario *scenario = select_scenario(options, error);
    struct condition *required = scenario ? read_required(scenario, options, error) : NULL;
    if (scenario && !options->quiet)
        select_warn(scenario);
    bool refused = required && !check_reports(options, error);
    if (required && !refused)
        gate = decide(scenario, required, options, error);
    struct text fault = {0};
    if (!gate)
        text_add(&fault, "%s", error->text.data ? error->text.data : "");
    struct gate_told told = {gate, options->arguments[0], gate ? NULL : fault.data, undecided_find(options->undecided),
                             NINES_VERSION};
    int status = STATUS_FAILED;
    if (gate) {
        struct table_options how = {.width = terminal_columns(), .color = terminal_wants_color(options->color)};
        status = status_of(gate, told.undecided);
        report_gate_text(&told, &how, stdout);
    }
    write_reports(&told, options, refused ? &known : error);
    error_free(&known);
    text_free(&fault);
    gate_free(gate);
    scenario_free(scenario);
    int signal = signals_release();
    return signal ? STATUS_SIGNAL + signal : status;
}
