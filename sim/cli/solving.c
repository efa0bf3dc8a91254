/* The line on the terminal while a study is solved: who, how many states there are, and how far the time has come. */
#include "cli/solving.h"

#include "base/utf8.h"
#include "cli/signals.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <unistd.h>

#define PAUSE INT64_C(200000000) /* nanoseconds between two writings */

/*
 * Adds to `out` whom the study is at, in at most width - 1 columns: "canary in default, 16 phases: 120000 states", then
 * "…: 120000 states, 43 % of the time".
 */
void solving_text(const struct solving *solving, int width, struct text *out)
{
    struct text line = {0}, end = {0};
    if (solving->phases)
        text_add(&end, ", %d phases", solving->phases);
    text_add(&end, ": %u states", solving->states);
    if (solving->left < 1)
        text_add(&end, ", %.0f %% of the time", 100 * (1 - solving->left));
    utf8_add_printable(&line, solving->strategy);
    text_add(&line, " in ");
    utf8_add_printable(&line, solving->topology);
    int room = width - 1 - (int)end.length;
    utf8_add_shortened(out, line.data, room > 1 ? room : 1);
    text_add_bytes(out, end.data, end.length);
    text_free(&line);
    text_free(&end);
}

/* Whether the line may be written again; then it is taken as written now. */
static bool is_due(struct solving_line *line)
{
    int64_t now = signals_clock();
    if (line->written && now - line->last < PAUSE)
        return false;
    line->last = now;
    line->written = true;
    return true;
}

/* "120000 states": for solvers and spaces that only count. */
void solving_count(uint64_t count, const char *what, struct solving_line *line)
{
    if (is_due(line))
        fprintf(stderr, "\r%llu %s\033[K", (unsigned long long)count, what);
}

/* Writes the line to standard error, if it is due. For solve_options.on_progress; the context is a solving_line. */
void solving_show(const struct solving *solving, void *context)
{
    if (!is_due(context))
        return;
    int width = terminal_width(STDERR_FILENO);
    struct text text = {0};
    solving_text(solving, width > 0 ? width : 80, &text);
    fprintf(stderr, "\r%s\033[K", text.data);
    text_free(&text);
}

/* Leaves the terminal's line empty. */
void solving_clear(struct solving_line *line)
{
    if (line->written)
        fputs("\r\033[K", stderr);
    line->written = false;
}
