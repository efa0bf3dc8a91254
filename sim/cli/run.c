/* nines run: simulate, print, write the results. */
#include "cli/command.h"

#include "cli/folder.h"
#include "cli/progress.h"
#include "cli/select.h"
#include "cli/show.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "base/version.h"
#include "report/report.h"
#include "study/sensitivity.h"
#include "study/study.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Moves the figures of a study with a winner, with progress on a terminal; false, with an error, if that cannot be. */
static bool move_figures(struct study *study, const struct options *options, const volatile int *stop,
                         struct error *error)
{
    struct progress_line line = {0};
    bool shows = !options->quiet && terminal_is(STDERR_FILENO);
    struct sensitivity_options how = {
        .factor = options->factor == NOT_GIVEN ? SENSITIVITY_FACTOR : options->factor,
        .paths = (uint64_t)options->paths,
        .estimator = study->estimator,
        .phases = (int)options->phases,
        .engine = engine_find(options->engine),
        .simd = simd_find(options->simd),
        .stop = stop,
        .on_progress = shows ? progress_show : NULL,
        .context = &line,
    };
    bool good = sensitivity_run(study, &how, error);
    progress_clear(&line);
    return good;
}

/* Runs the study, with progress on a terminal. Signals are caught from now on. */
static struct study *simulate(const struct scenario *scenario, const struct options *options, struct error *error)
{
    struct progress_line line = {.target = options->paths == NOT_GIVEN ? scenario->simulation.precision : 0};
    bool shows = !options->quiet && terminal_is(STDERR_FILENO);
    struct study_options how = {
        .paths = (uint64_t)options->paths,
        .threads = (int)options->threads,
        .estimator = estimator_find(options->estimator),
        .engine = engine_find(options->engine),
        .simd = simd_find(options->simd),
        .phases = (int)options->phases,
        .stop = signals_catch(signals_clock),
        .on_progress = shows ? progress_show : NULL,
        .context = &line,
    };
    struct study *study = study_run(scenario, &how, error);
    progress_clear(&line);
    if (study && options->sensitivity && !study->partial && study->winner < 0)
        fputs("nines: warning: there is no best plan whose figures could be moved\n", stderr);
    else if (study && options->sensitivity && !study->partial)
        move_figures(study, options, how.stop, error);
    return study;
}

/* Writes each line of the warnings. */
static void warn(const struct text *warnings)
{
    for (const char *at = warnings->data; at && *at;) {
        int length = (int)strcspn(at, "\n");
        fputs("nines: warning: ", stderr);
        output_shown(at, (size_t)length, stderr);
        fputc('\n', stderr);
        at += length + (at[length] == '\n');
    }
}

/* Says where the results are, unless that is not asked for. */
static void say_where(const char *folder, const struct options *options, bool plots)
{
    if (options->quiet)
        return;
    struct text path = {0}, lines = {0};
    text_add(&lines, "results: %s\n", folder);
    text_add(&path, "%s/plots", folder);
    if (plots && !access(path.data, F_OK))
        text_add(&lines, "plots:   %s\n", path.data);
    output_shown(lines.data, lines.length, stderr);
    text_free(&lines);
    text_free(&path);
}

/* Says that a run was interrupted, and what that means for what it leaves. */
static void warn_partial(bool written, bool printed)
{
    fprintf(stderr, "nines: warning: interrupted: the results are partial%s%s\n",
            written ? "; those of the run before were left as they were" : "",
            printed ? "" : "; CSV has no place to say so and was not printed");
}

/*
 * The results are written before the table is printed, so that a reader who closes the pipe after ten lines has them;
 * the table is printed even if they could not be written, so that the hours of simulation are not lost.
 */
static void report(const struct study *study, const char *folder, const struct options *options, struct error *error)
{
    struct text warnings = {0};
    struct report_options how = {.version = NINES_VERSION, .no_plots = options->no_plots, .warnings = &warnings,
                                 .stop = signals_next()};
    bool written = report_write(study, folder, &how, error);
    bool csv = options->format && !strcmp(options->format, "csv");
    bool printed = !(csv && study->partial && written);
    if (printed)
        show_study(study, options);
    output_finish(error);
    warn(&warnings);
    if (study->partial)
        warn_partial(written, printed);
    if (written)
        say_where(folder, options, !how.no_plots && !warnings.length);
    text_free(&warnings);
}

int command_run(const struct options *options, struct error *error)
{
    struct study *study = NULL;
    struct text folder = {0};
    struct scenario *scenario = select_scenario(options, error);
    if (scenario && !options->quiet)
        select_warn(scenario);
    if (scenario)
        folder_of_results(scenario, options->output, &folder);
    if (scenario && folder_check(folder.data, error))
        study = simulate(scenario, options, error);
    if (study) {
        if (study->partial) /* no file there can be taken for one of a whole run, wherever it is copied from */
            text_add(&folder, "/partial");
        report(study, folder.data, options, error);
        study_free(study);
    }
    if (scenario)
        scenario_free(scenario);
    text_free(&folder);
    int signal = signals_release();
    return signal ? STATUS_SIGNAL + signal : STATUS_DONE;
}
