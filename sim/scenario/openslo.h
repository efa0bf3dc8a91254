/* scenario/openslo: target and window of a service level objective in a file of OpenSLO. Includes scenario/scenario. */
#ifndef NINES_SCENARIO_OPENSLO_H
#define NINES_SCENARIO_OPENSLO_H

#include "scenario/scenario.h"

struct openslo {
    struct arena arena;     /* owns the texts */
    struct slo   slo;
    const char **warnings;  /* what was left aside, with its place */
    int          n_warnings;
};

bool openslo_read(const char *file, struct openslo *openslo, struct error *error);
bool openslo_parse(const char *bytes, size_t length, const char *file, struct openslo *openslo, struct error *error);
struct override openslo_override(struct openslo *openslo);
void openslo_free(struct openslo *openslo);

#endif
