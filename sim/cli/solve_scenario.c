/* nines solve SCENARIO: every strategy without sampling. */
#include "cli/solve.h"

#include "cli/select.h"
#include "cli/show.h"
#include "cli/signals.h"
#include "cli/solving.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int usual_phases[] = {USUAL_PHASES};

/* Fails where an option would say nothing. */
static bool check_options(const struct options *options, struct error *error)
{
    const char *idle = options->n_questions          ? "a question"
                       : options->labels             ? "--labels"
                       : options->state_rewards      ? "--state-rewards"
                       : options->initial            ? "--initial"
                       : options->method             ? "--method"
                       : options->paths != NOT_GIVEN ? "--paths"
                       : options->engine             ? "--engine"
                       : options->simd               ? "--simd"
                       : options->precision != NOT_GIVEN     ? "--precision"
                       : options->seed.given          ? "--seed"
                                                     : NULL;
    return !idle || error_add(error, FAULT_INPUT,
                              "nines solve: %s is for a chain, a file whose name ends with .tra; to sample a scenario: "
                              "nines run", idle);
}

static struct study *solve(const struct scenario *scenario, const struct options *options, int *signal,
                           struct error *error)
{
    struct solving_line line = {.last = 0};
    bool shows = !options->quiet && terminal_is(STDERR_FILENO);
    struct solve_options how = {
        .phases = options->n_phases ? options->phase_list : usual_phases,
        .n_phases = options->n_phases ? options->n_phases : 1,
        .most_states = (uint32_t)options->max_states,
        .threads = (int)options->threads,
        .stop = signals_catch(signals_clock),
        .on_progress = shows ? solving_show : NULL,
        .context = &line,
    };
    struct study *study = study_solve(scenario, &how, error);
    *signal = signals_release();
    solving_clear(&line);
    return study;
}

/* A warning, shown and not obeyed: names come from the scenario. */
static void warn_unsolved(const struct outcome *outcome)
{
    struct text text = {0};
    text_add(&text, "nines: warning: %s in %s was not solved: %s\n", outcome->name, outcome->topology->name,
             outcome->unsolved);
    output_shown(text.data, text.length, stderr);
    text_free(&text);
}

/* What could not be solved, where the table has not said it; that nothing could be is an error. */
static void say_unsolved(const struct study *study, const struct options *options, struct error *error)
{
    bool table = !options->format || !strcmp(options->format, "table");
    int solved = 0;
    for (int i = 0; i < study->n_outcomes; i++) {
        solved += study->outcomes[i].strategy && study->outcomes[i].n_solutions;
        if (study->outcomes[i].unsolved && !table)
            warn_unsolved(&study->outcomes[i]);
    }
    if (study->partial)
        error_add(error, FAULT_SYSTEM, "nines solve: interrupted: what is missing was not solved");
    else if (!solved)
        error_add(error, FAULT_SYSTEM, "nines solve: no strategy could be solved");
}

int solve_scenario(const struct options *options, struct error *error)
{
    int signal = 0;
    struct study *study = NULL;
    struct scenario *scenario = check_options(options, error) ? select_scenario(options, error) : NULL;
    if (scenario && !options->quiet)
        select_warn(scenario);
    if (scenario)
        study = solve(scenario, options, &signal, error);
    if (study) {
        show_study(study, options);
        output_finish(error);
        say_unsolved(study, options, error);
        study_free(study);
    }
    if (scenario)
        scenario_free(scenario);
    return signal ? STATUS_SIGNAL + signal : STATUS_DONE;
}
