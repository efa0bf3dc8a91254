/* One line on standard error, rewritten while a study runs. */
#include "cli/progress.h"

#include "base/units.h"
#include "base/utf8.h"
#include "cli/terminal.h"

#include <math.h>
#include <unistd.h>

#define PAUSE 0.1 /* seconds between two writings, at least */

enum part { PART_PATHS = 1, PART_SHARE = 2, PART_WIDEST = 4, PART_WHO = 8, PART_LEFT = 16 };

/* From what a wide terminal shows to what a narrow one does. */
static const unsigned layouts[] = {
    PART_PATHS | PART_WIDEST | PART_WHO | PART_LEFT,
    PART_PATHS | PART_WIDEST | PART_LEFT,
    PART_SHARE | PART_WIDEST | PART_LEFT,
    PART_SHARE | PART_LEFT,
    PART_SHARE,
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static const char *separator(const struct text *out)
{
    return out->length ? ", " : "";
}

static void add_name(struct text *out, const char *name)
{
    utf8_add_printable(out, name);
}

static void add_paths(struct text *out, const struct progress *progress, double target)
{
    text_add(out, "%llu", (unsigned long long)progress->paths);
    if (progress->paths_expected >= progress->paths && progress->paths_expected > 0)
        text_add(out, " of %s%llu", target > 0 ? "about " : "", (unsigned long long)progress->paths_expected);
    text_add(out, " paths");
}

static void add_share(struct text *out, const struct progress *progress)
{
    if (progress->paths_expected > 0)
        text_add(out, "%.0f%%", floor(100 * fmin(1, (double)progress->paths / (double)progress->paths_expected)));
}

static void add_widest(struct text *out, const struct progress *progress, double target, bool who)
{
    if (!(progress->widest > 0) || !isfinite(progress->widest))
        return;
    text_add(out, "%sinterval +-%.2g%%", separator(out), 100 * progress->widest);
    if (target > 0)
        text_add(out, " (to be %.2g%%)", 100 * target);
    if (!who || !progress->widest_strategy)
        return;
    text_add(out, " of ");
    add_name(out, progress->widest_strategy);
    if (progress->widest_topology) {
        text_add(out, " in ");
        add_name(out, progress->widest_topology);
    }
}

static void add_left(struct text *out, const struct progress *progress, double seconds)
{
    if (!progress->paths || progress->paths_expected < progress->paths || seconds <= 0)
        return;
    double left = seconds * (double)(progress->paths_expected - progress->paths) / (double)progress->paths;
    char duration[64];
    duration_print(ceil(left), duration, sizeof duration);
    text_add(out, "%s%s left", separator(out), duration);
}

/*
 * Adds to `out` what there is to say of a study that has run for `seconds`, in fewer than `width` bytes: the paths so
 * far, the widest interval against the target and who has it, and the time left if it goes on as it has. A narrow
 * terminal gets less. A target of 0 means that the number of paths is given.
 */
void progress_text(const struct progress *progress, double target, double seconds, int width, struct text *out)
{
    size_t most = width > 1 ? (size_t)width - 1 : 0;
    for (int i = 0; i < LAYOUTS; i++) {
        struct text line = {0};
        if (layouts[i] & PART_PATHS)
            add_paths(&line, progress, target);
        if (layouts[i] & PART_SHARE)
            add_share(&line, progress);
        if (layouts[i] & PART_WIDEST)
            add_widest(&line, progress, target, layouts[i] & PART_WHO);
        if (layouts[i] & PART_LEFT)
            add_left(&line, progress, seconds);
        bool fits = line.length <= most;
        if (fits && line.length)
            text_add_bytes(out, line.data, line.length);
        text_free(&line);
        if (fits)
            return;
    }
}

/* Whether the line may be written again at that time of the study. */
bool progress_due(const struct progress_line *line, double seconds)
{
    return !line->written || seconds - line->last >= PAUSE;
}

/* Writes the line to standard error, if it is due. For study_options.on_progress; the context is a progress_line. */
void progress_show(const struct progress *progress, void *context)
{
    struct progress_line *line = context;
    if (!progress_due(line, progress->seconds))
        return;
    int width = terminal_width(STDERR_FILENO);
    struct text text = {0};
    progress_text(progress, line->target, progress->seconds, width > 0 ? width : 80, &text);
    fprintf(stderr, "\r%s\033[K", text.data ? text.data : "");
    text_free(&text);
    line->last = progress->seconds;
    line->written = true;
}

/* Leaves the terminal's line empty. */
void progress_clear(struct progress_line *line)
{
    if (line->written)
        fputs("\r\033[K", stderr);
    line->written = false;
}
