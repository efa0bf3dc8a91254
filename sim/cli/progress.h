/* cli/progress: one line on the terminal while a study runs. Includes study/ and below. */
#ifndef NINES_CLI_PROGRESS_H
#define NINES_CLI_PROGRESS_H

#include "base/text.h"
#include "study/study.h"

#include <stdbool.h>

/* What is shown, and when it was shown last. Start with the target alone: .last is 0. */
struct progress_line {
    double target;  /* the relative precision asked for; 0: a number of paths is */
    double last;    /* seconds of the study at the last writing */
    bool   written; /* something stands in the terminal's line */
};

void progress_text(const struct progress *progress, double target, double seconds, int width, struct text *out);
bool progress_due(const struct progress_line *line, double seconds);
void progress_show(const struct progress *progress, void *line);
void progress_clear(struct progress_line *line);

#endif
