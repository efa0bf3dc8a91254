/* nines solve CHAIN.tra: questions to a chain in the explicit files of PRISM. */
#include "cli/solve.h"

#include "cli/signals.h"
#include "cli/solving.h"
#include "cli/terminal.h"
#include "report/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_PRECISION  0.02
#define USUAL_CONFIDENCE 0.95

static bool is_sampled(const struct options *options)
{
    return options->method && !strcmp(options->method, "sample");
}

/* The name of an option that is for a scenario, or NULL. */
static const char *option_of_scenario(const struct options *options)
{
    return options->n_phases                  ? "phases"
           : options->max_states != NOT_GIVEN ? "max-states"
           : options->strategy                ? "strategy"
           : options->topology                ? "topology"
           : options->n_overrides             ? "set"
           : options->slo                     ? "slo"
                                              : NULL;
}

/* Fails where an option would say nothing. */
static bool check_options(const struct options *options, struct error *error)
{
    const char *scenario = option_of_scenario(options);
    const char *idle = options->paths != NOT_GIVEN ? "paths" : options->precision != NOT_GIVEN ? "precision"
                       : options->seed.given ? "seed"
                       : options->engine ? "engine" : options->simd ? "simd" : NULL;
    if (scenario)
        return error_add(error, FAULT_INPUT, "nines solve: --%s is for a scenario, not for a chain, a file whose name "
                         "ends with .tra", scenario);
    if (!options->n_questions)
        return error_add(error, FAULT_INPUT, "nines solve: ask for --steady-state, --reach, --mean-time or --reward");
    if (idle && !is_sampled(options))
        return error_add(error, FAULT_INPUT, "nines solve: --%s is for --method sample", idle);
    return true;
}

static bool sample(const struct file_chain *chain, const struct options *options, const volatile int *stop,
                   struct answer *answers, struct error *error)
{
    struct question_sampling how = {
        .seed = options->seed.given ? options->seed.value : 1,
        .paths = (uint64_t)options->paths,
        .precision = options->precision != NOT_GIVEN ? options->precision : USUAL_PRECISION,
        .confidence = USUAL_CONFIDENCE,
        .threads = (int)options->threads,
        .engine = engine_find(options->engine),
        .simd = simd_find(options->simd),
        .stop = stop,
    };
    for (int i = 0; i < options->n_questions; i++)
        if (!question_sample(chain, &options->questions[i], &how, &answers[i], error))
            return false;
    return true;
}

static void show_steps(uint64_t steps, double error, void *line)
{
    (void)error;
    solving_count(steps, "steps", line);
}

static bool solve(const struct file_chain *chain, const struct options *options, const volatile int *stop,
                  struct answer *answers, struct error *error)
{
    struct solving_line line = {.last = 0};
    bool shows = !options->quiet && terminal_is(STDERR_FILENO);
    struct solver solver = {
        .threads = (int)options->threads,
        .stop = stop,
        .on_step = shows ? show_steps : NULL,
        .context = &line,
    };
    bool good = question_solve(chain, options->questions, options->n_questions, &solver, answers, error);
    solving_clear(&line);
    return good;
}

/* The answers that there are; those that failed are in the error. */
static void print(const struct file_chain *chain, const struct options *options, struct answer *answers)
{
    int n = 0;
    for (int i = 0; i < options->n_questions; i++)
        if (!answers[i].failed) {
            options->questions[n] = options->questions[i];
            answers[n++] = answers[i];
        }
    if (n == 0)
        return;
    struct answer_sheet sheet = {
        .file = options->arguments[0],
        .chain = &chain->chain,
        .questions = options->questions,
        .answers = answers,
        .n = n,
        .sampled = is_sampled(options),
    };
    if (options->format && !strcmp(options->format, "csv"))
        report_answers_csv(&sheet, stdout);
    else if (options->format && !strcmp(options->format, "json"))
        report_answers_json(&sheet, stdout);
    else
        report_answers_table(&sheet, stdout);
}

/* Answers the questions of the command line, in their order. */
int solve_chain(const struct options *options, struct error *error)
{
    struct file_chain chain = {.n_labels = 0};
    struct answer *answers = memory_new((size_t)options->n_questions, sizeof *answers);
    int signal = 0;
    if (check_options(options, error) &&
        files_read(options->arguments[0], options->labels, options->state_rewards, options->initial, &chain, error) &&
        question_check(&chain, options->arguments[0], options->questions, options->n_questions, error)) {
        const volatile int *stop = signals_catch(signals_clock);
        bool sampled = is_sampled(options);
        bool all = sampled ? sample(&chain, options, stop, answers, error)
                           : solve(&chain, options, stop, answers, error);
        signal = signals_release();
        if (all || !sampled)
            print(&chain, options, answers);
    }
    files_free(&chain);
    free(answers);
    return signal ? STATUS_SIGNAL + signal : STATUS_DONE;
}
