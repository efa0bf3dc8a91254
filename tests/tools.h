/* tests/tools: other programs and libraries that read what is written here. */
#ifndef NINES_TESTS_TOOLS_H
#define NINES_TESTS_TOOLS_H

#include "base/text.h"

#include <stdbool.h>

/*
 * Runs a program on a text, which is its standard input; what it says, errors included, is added to `said`, which may
 * be NULL. The exit status; -1, and a line that says so, where the program is not installed.
 */
int tool_run(const char *const *arguments, const char *input, struct text *said);

/* Asks jq a question about a text, to which the answer is to be yes. */
void ask_jq(const char *text, const char *question);

/* The fields of a CSV file as libcsv's reader has them; all rows must have as many. */
struct fields {
    char  **field;
    size_t  n, rows, per_row;
    bool    ragged;
};

struct fields read_csv(const char *text);
void          fields_free(struct fields *fields);

#endif
