/* cli/solving: one line on the terminal while a study is solved. Includes study/ and below. */
#ifndef NINES_CLI_SOLVING_H
#define NINES_CLI_SOLVING_H

#include "base/text.h"
#include "study/study.h"

#include <stdbool.h>
#include <stdint.h>

/* When the line was written last. Start with {0}. */
struct solving_line {
    int64_t last;    /* nanoseconds */
    bool    written; /* something stands in the terminal's line */
};

void solving_text(const struct solving *solving, int width, struct text *out);
void solving_show(const struct solving *solving, void *line);
void solving_count(uint64_t count, const char *what, struct solving_line *line);
void solving_clear(struct solving_line *line);

#endif
