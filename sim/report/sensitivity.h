/* report/sensitivity: what the figures of a scenario matter, in words. Internal to report/. */
#ifndef NINES_REPORT_SENSITIVITY_H
#define NINES_REPORT_SENSITIVITY_H

#include "base/json.h"
#include "report/common.h"
#include "study/sensitivity.h"

enum { SENSITIVITY_ROWS = 12 }; /* figures that are shown where not all are asked for */

extern const char *const why_left_out[MOBILITIES];

enum quantity_unit objective_unit(const struct study *study);
int                sensitivity_shown(const struct sensitivity *sensitivity, int most);
const char        *figure_print(const struct figure *figure, double value, char out[QUANTITY_BYTES]);
void               figure_label(const struct figure *figure, struct text *out);
const char        *difference_print(enum quantity_unit unit, const struct variation *v, char out[QUANTITY_BYTES]);
void               sensitivity_json(struct json *json, const struct study *study);

#endif
