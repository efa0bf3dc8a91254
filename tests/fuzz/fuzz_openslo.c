/*
 * The reader of OpenSLO files under libFuzzer. The input is a file.
 *
 * Beyond what the sanitizers see: either target and window or messages come out; messages are valid UTF-8 without
 * control characters; what is read is within the bounds of a scenario's `slo`, which takes it as it is.
 */
#include "scenario/openslo.h"
#include "scenario/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_shown(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t c = 0;
        int bytes = utf8_decode(text + at, length - at, &c);
        demand(bytes > 0);
        demand(!utf8_is_unprintable(c) || c == '\n' || c == '\t');
        at += (size_t)bytes;
    }
}

/* A scenario takes what was read, without losing a bit. */
static void check_override(struct openslo *openslo)
{
    static const char text[] = "environments: [{name: prod, services: [{name: web, replicas: 1}]}]\n"
                               "strategies: [{name: r, type: recreate}]\n";
    struct error error = {0};
    struct override override = openslo_override(openslo);
    struct scenario *scenario = scenario_parse(text, sizeof text - 1, "fuzz.yaml", &override, 1, &error);
    demand(scenario != NULL);
    demand(scenario->slo.given && !(fabs(scenario->slo.target - openslo->slo.target) > 0) &&
               !(fabs(scenario->slo.window - openslo->slo.window) > 0));
    scenario_free(scenario);
    error_free(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct openslo openslo;
    bool good = openslo_parse((const char *)data, size, "fuzz.yaml", &openslo, &error);
    demand(good == (error.count == 0));
    if (good)
        check_override(&openslo);
    else
        check_shown(error.text.data, error.text.length);
    for (int i = 0; i < openslo.n_warnings; i++)
        check_shown(openslo.warnings[i], strlen(openslo.warnings[i]));
    openslo_free(&openslo);
    error_free(&error);
    return 0;
}
