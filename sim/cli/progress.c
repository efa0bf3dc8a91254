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
    if (progress->paths_expected > 0 && progress->paths_expected >= progress->paths)
        text_add(out, " of %s%llu", target > 0 ? "about " : "", (unsigned long long)progress->paths_expected);
    text_add(out, " paths");
}

static void add_share(struct text *out, const struct progress *progress)
{
    if (progress->share > 0)
        text_add(out, "%.0f%%", floor(100 * progress->share));
}

static void add_who(struct text *out, const struct progress *progress)
{
    add_name(out, progress->widest_strategy);
    if (progress->widest_topology) {
        text_add(out, " in ");
        add_name(out, progress->widest_topology);
    }
}

/* The interval against its target. Where a number of paths is asked for, there is none to wait for. */
static void add_widest(struct text *out, const struct progress *progress, double target, bool who)
{
    who = who && progress->widest_strategy;
    if (!(target > 0))
        return;
    if (!progress->widest_strategy) {
        text_add(out, "%sfirst round", separator(out));
    } else if (isinf(progress->widest)) {
        text_add(out, "%stoo few yet to tell", separator(out));
        text_add(out, who ? " for " : "");
    } else if (progress->widest > 0) {
        text_add(out, "%sinterval +-%.2g%% (to be %.2g%%)", separator(out), 100 * progress->widest, 100 * target);
        text_add(out, who ? " of " : "");
    }
    if (who && progress->widest > 0)
        add_who(out, progress);
}

/* The time left if it goes on as it has; the speed where that is not foreseen. */
static void add_left(struct text *out, const struct progress *progress, double seconds)
{
    char duration[64];
    if (!progress->paths || seconds <= 0)
        return;
    if (!(progress->share > 0)) {
        text_add(out, "%s%.0f paths/s", separator(out), (double)progress->paths / seconds);
        return;
    }
    duration_print(ceil(seconds * (1 - progress->share) / progress->share), duration, sizeof duration);
    text_add(out, "%s%s left", separator(out), duration);
}

/*
 * Adds to `out` what there is to say of a study that has run for `seconds`, in fewer than `width` bytes: the paths so
 * far, the widest interval against the target and who has it, and the time left. What nothing tells yet is not guessed.
 * A narrow terminal gets less. A target of 0 means that the number of paths is given.
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
