/* A study on standard output, as a table, CSV or JSON. */
#include "cli/show.h"

#include "base/version.h"
#include "cli/terminal.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

/* Prints the study in the --format asked for. What fails here fails standard output, which output_finish() checks. */
void show_study(const struct study *study, const struct options *options)
{
    struct table_options how = {
        .width = terminal_columns(),
        .color = terminal_wants_color(options->color),
        .verbose = options->verbose,
    };
    if (options->format && !strcmp(options->format, "csv"))
        report_summary_csv(study, stdout);
    else if (options->format && !strcmp(options->format, "json"))
        report_result_json(study, NINES_VERSION, stdout);
    else
        report_table(study, &how, stdout);
    if (study->sensitivity && (!options->format || !strcmp(options->format, "table")))
        report_sensitivity(study, &how, stdout);
}
