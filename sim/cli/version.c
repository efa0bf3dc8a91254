/* nines version, nines schema: what needs no scenario. */
#include "cli/command.h"

#include "base/version.h"
#include "study/sample.h"

#include <csv.h>
#include <gsl/gsl_version.h>
#include <stdio.h>
#include <yaml.h>

int command_version(const struct options *options, struct error *error)
{
    (void)options, (void)error;
    printf("nines %s\n", NINES_VERSION);
    printf("GSL %s, libyaml %s, libcsv %d.%d.%d\n", gsl_version, yaml_get_version_string(), CSV_MAJOR, CSV_MINOR,
           CSV_RELEASE);
    printf("OpenMP threads: %d\n", sampler_threads(0));
    return STATUS_DONE;
}

int command_schema(const struct options *options, struct error *error)
{
    (void)options, (void)error;
    scenario_print_schema(stdout);
    return STATUS_DONE;
}
