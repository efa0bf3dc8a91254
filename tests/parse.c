#include "parse.h"

#include "test.h"

#include <string.h>

/* Faults, zones, an ingress, a dependency, defects, verdicts: a little of all, two strategies, two topologies. */
const char busy_scenario[] =
    "scenario: busy\n"
    "horizon: 6h\n"
    "topologies:\n"
    "  - name: one\n"
    "    environments:\n"
    "      - {name: prod, services: [{name: web, replicas: 3, demand: 2, mtbf: 1d, mttr: 10m, start: 40s}]}\n"
    "  - name: two.regions\n"
    "    environments:\n"
    "      - {name: stage, users: 0%, traffic: 5%, services: [{name: web, replicas: 1}],\n"
    "         test: {duration: 5m, power: 50%, false_positive: 5%}}\n"
    "      - name: prod\n"
    "        users: 100%\n"
    "        zones: {count: 2, mtbf: 5d, mttr: 30m}\n"
    "        ingress: {mtbf: 20d, mttr: 5m}\n"
    "        switch: 2s\n"
    "        switch_loss: 10%\n"
    "        services:\n"
    "          - {name: web, released: true, replicas: 4, demand: 2, mtbf: 1d, mttr: 10m, start_failure: 5%}\n"
    "          - {name: db, replicas: 2, demand: 1, mtbf: 2d, mttr: 15m}\n"
    "release: {defective: 20%, error_rate: 40%, detect: 5m, false_alarm_mtbf: 2d, react: 1m, rollback_failure: 5%}\n"
    "strategies:\n"
    "  - {name: rolling, type: rolling}\n"
    "  - {name: canary, type: canary, steps: [{weight: 10%, hold: 10m}], analysis: {power: 80%, false_positive: 2%}}\n"
    "simulation: {precision: 10%, max_paths: 4000, seed: 1}\n";

/* The scenario; a text that is none prints its faults and ends the test. */
struct scenario *parse(const char *text, const struct override *overrides, int n_overrides)
{
    struct error error = {0};
    struct scenario *s = scenario_parse(text, strlen(text), "test.yaml", overrides, n_overrides, &error);
    if (!s)
        printf("%s", error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    error_free(&error);
    return s;
}
