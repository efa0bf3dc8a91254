/* The figure of curves: the probability of more than a value (exceedance). */
#include "report/pick.h"
#include "report/sheet.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { SIDE = 20, AXIS = 84, FOOT = 52, HEADING = 34, PANEL = 230, PANEL_GAP = 62, KEY_PITCH = 22, KEY_LINE = 46 };

/* More curves than this cannot be told apart; of more plans some of the best and of the front have one. */
enum { MOST_CURVES = 12 };

struct legend {
    int    columns, rows;
    double column_width;
};

/* The strategies that have a curve in every panel, no release at all first. */
struct lines {
    struct arena arena;
    int *offset; /* of the outcome from the first of its topology */
    int  n;
};

static int group_size(const struct study *study)
{
    struct group group = {0};
    return group_next(study, &group) ? group.end - group.first : 0;
}

/* Whether some path had any of the measure. */
static bool has_any(const struct curve *curve)
{
    return curve->n_points > 0 && curve->value[curve->n_points - 1] > 0;
}

/* Whether no path of the strategy, in any topology, had any of the measure. */
static bool always_zero(const struct study *study, int strategy, int c)
{
    bool all = true;
    for (int i = strategy; i < study->n_outcomes; i += group_size(study)) {
        const struct curve *curve = &study->outcomes[i].curves[c];
        all = all && curve->n_points > 0 && !has_any(curve);
    }
    return all;
}

/* A curve that is 0 everywhere is not to be seen on a logarithmic axis. */
static void add_zeros(struct text *text, const struct study *study, int i)
{
    int n = 0;
    for (int c = 0; c < CURVES; c++)
        if (curve_measures[c] != MEASURE_DURATION && always_zero(study, i, c))
            text_add(text, "%s%s", n++ ? ", " : " (", measure_types[curve_measures[c]].name);
    if (n)
        text_add(text, " always 0)");
}

/* Marks what is picked in one topology or another, by offset; returns how many strategies. */
static int pick_lines(const struct study *study, struct pick_limits limits, bool *picked, struct pick *last,
                      struct arena *arena)
{
    int size = group_size(study), n = 0;
    memset(picked, 0, (size_t)size * sizeof *picked);
    for (struct group group = {0}; group_next(study, &group);) {
        *last = pick_plans(study, &group, limits, arena);
        for (int k = 1; k < last->n_shown; k++)
            picked[last->shown[k] - group.first] = true;
    }
    for (int i = 0; i < size; i++)
        n += picked[i];
    return n;
}

/* The panels share a legend, so each has all that is picked in any of them: as many of each as there is room for. */
static struct lines lines_of(const struct study *study, struct text *caption)
{
    struct lines lines = {.n = 0};
    struct pick pick;
    int size = group_size(study);
    struct pick_limits limits = {.all = MOST_CURVES, .best = MOST_CURVES / 2, .front = MOST_CURVES / 2};
    bool *picked = arena_new(&lines.arena, (size_t)size, sizeof *picked);
    lines.offset = arena_new(&lines.arena, (size_t)size, sizeof *lines.offset);
    while (pick_lines(study, limits, picked, &pick, &lines.arena) > MOST_CURVES && limits.best > 1)
        limits.front = --limits.best;
    picked[0] = true;
    for (int i = 0; i < size; i++)
        if (picked[i])
            lines.offset[lines.n++] = i;
    pick_caption(caption, &pick, limits);
    return lines;
}

static void add_name(struct text *text, const struct study *study, int i)
{
    if (study->outcomes[i].strategy)
        utf8_add_shortened(text, study->outcomes[i].name, NAME_COLUMNS);
    else
        text_add(text, "none: no release at all");
    add_zeros(text, study, i);
}

/* As many columns as the longest name allows. */
static struct legend legend_of(const struct study *study, const struct lines *lines)
{
    int n = lines->n;
    double widest = 0;
    for (int i = 0; i < n; i++) {
        struct text name = {0};
        add_name(&name, study, lines->offset[i]);
        widest = fmax(widest, text_pixels(name.data));
        text_free(&name);
    }
    struct legend legend = {.column_width = KEY_LINE + 8 + widest + 24};
    legend.columns = (int)((SHEET_WIDTH - 2 * SIDE) / legend.column_width);
    legend.columns = legend.columns > n ? n : legend.columns;
    legend.columns = legend.columns < 1 ? 1 : legend.columns;
    legend.rows = (n + legend.columns - 1) / legend.columns;
    return legend;
}

/* A short line and the name for each curve, in order; as a block of its own each, for the looks of its curve. */
static void add_legend(struct sheet *sheet, const struct study *study, const struct lines *lines,
                       struct legend legend)
{
    for (int i = 0; i < lines->n; i++) {
        struct text name = {0};
        double x = SIDE + (double)(i / legend.rows) * legend.column_width;
        double y = 14 + KEY_PITCH * (legend.rows - 1 - i % legend.rows);
        add_name(&name, study, lines->offset[i]);
        text_add(&sheet->marks, "%s%.1f %.1f\n%.1f %.1f\n", i ? "\n\n" : "", x, y, x + KEY_LINE, y);
        sheet_text(sheet, TEXT_LEFT, x + KEY_LINE + 8, y, name.data);
        text_free(&name);
    }
}

/* The value that nine in ten exceed: left of it the curve is level with the upper edge. */
static double first_fall(const struct curve *curve)
{
    for (int p = 0; p < curve->n_points; p++)
        if (curve->exceeded[p] < 0.9)
            return curve->value[p];
    return INFINITY;
}

/* From shortly before the first curve falls: those of durations stay at 100 % for long. */
static struct axis ends_axis(const struct study *study, const struct lines *lines, int c, double greatest)
{
    double first = INFINITY;
    for (struct group group = {0}; group_next(study, &group);)
        for (int i = 0; i < lines->n; i++)
            first = fmin(first, first_fall(&study->outcomes[group.first + lines->offset[i]].curves[c]));
    struct axis axis = axis_from(greatest, 0);
    axis.log = first > 0 && greatest > 5 * first;
    if (axis.log) {
        axis.least = first / 1.5;
        axis.unit = axis_from(sqrt(axis.least * greatest), 0).unit;
    }
    return axis;
}

/* What the axes must hold of a measure's curves. */
struct reach {
    double greatest, least, least_share; /* the latter two of those above 0 */
};

static void reach_curve(struct reach *reach, const struct curve *curve)
{
    for (int p = 0; p < curve->n_points; p++) {
        reach->greatest = fmax(reach->greatest, curve->value[p]);
        if (curve->value[p] > 0)
            reach->least = fmin(reach->least, curve->value[p]);
        if (curve->exceeded[p] > 0)
            reach->least_share = fmin(reach->least_share, curve->exceeded[p]);
    }
}

/* The axis of one measure over all topologies, and the least probability above 0. */
static struct axis curve_axis(const struct study *study, const struct lines *lines, int c, double *least_share)
{
    struct reach reach = {0, INFINITY, *least_share};
    for (struct group group = {0}; group_next(study, &group);)
        for (int i = 0; i < lines->n; i++)
            reach_curve(&reach, &study->outcomes[group.first + lines->offset[i]].curves[c]);
    *least_share = reach.least_share;
    struct axis axis = curve_measures[c] == MEASURE_DURATION
                           ? ends_axis(study, lines, c, reach.greatest)
                           : axis_from(reach.greatest, isfinite(reach.least) ? reach.least : 0);
    axis.greatest *= axis.log ? 1.3 : 1.04;
    return axis;
}

/* A block must not be empty: a point out of sight begins it. */
static void begin_block(struct text *block)
{
    text_add(block, "-1 -1\n\n");
}

/*
 * One curve in the axis's units, held inside the panel, so that it ends on the axis and not before it. Its steps are
 * drawn out here, as one line: gnuplot's own steps begin a dashed line anew at each. Two blocks: as far as it is sure,
 * and the rest. Returns whether there is a rest.
 */
static bool add_curve(struct sheet *sheet, const struct curve *curve, struct axis axis, double least)
{
    double factor = axis_factor(axis), before = -1;
    bool sure = true;
    begin_block(&sheet->data);
    if (has_any(curve) && curve->value[0] > axis.least) { /* nothing is below the least value */
        before = 100;
        text_add(&sheet->data, "%.12g 100\n", axis.least * factor);
    }
    for (int p = 0; p < curve->n_points; p++) {
        double value = fmax(curve->value[p], axis.least) * factor, share = fmax(100 * curve->exceeded[p], least);
        if (curve->exceeded[p] <= 0 && before < 0)
            continue;
        if (before > share)
            text_add(&sheet->data, "%.12g %.12g\n", value, before);
        if (sure && curve->exceeded[p] < curve->sure) {
            text_add(&sheet->data, "\n\n");
            begin_block(&sheet->data);
            if (before > share)
                text_add(&sheet->data, "%.12g %.12g\n", value, before);
            sure = false;
        }
        text_add(&sheet->data, "%.12g %.12g\n", value, share);
        before = share;
    }
    if (sure) {
        text_add(&sheet->data, "\n\n");
        begin_block(&sheet->data);
    }
    return !sure;
}

/* Returns whether part of a curve is not sure. */
static bool add_panel_curves(struct sheet *sheet, const struct study *study, const struct lines *lines, int first,
                             int c, struct axis axis, double least, struct box box)
{
    bool any = false, unsure = false;
    for (int i = 0; i < lines->n; i++) {
        const struct curve *curve = &study->outcomes[first + lines->offset[i]].curves[c];
        any = any || has_any(curve);
        unsure = add_curve(sheet, curve, axis, least) || unsure;
        text_add(&sheet->data, "\n\n");
    }
    if (!any)
        sheet_text(sheet, TEXT_CENTER, (box.left + box.right) / 2, (box.bottom + box.top) / 2,
                   c == CURVES - 1 ? "no data" : "no path had any");
    return unsure;
}

/* The probability of more than each value of downtime, lost and duration. */
void sheet_exceedance(const struct study *study, struct sheet *sheet)
{
    struct text more = {0};
    text_add(&more, "%s", "");
    struct lines lines = lines_of(study, &more);
    struct legend legend = legend_of(study, &lines);
    int groups = group_count(study);
    double heading = groups > 1 ? HEADING : 0, pitch = PANEL + FOOT + heading;
    double foot = 14 + KEY_PITCH * legend.rows, width = (SHEET_WIDTH - AXIS - SIDE - 2.0 * PANEL_GAP) / CURVES;
    struct axis axes[CURVES];
    double least = 1;
    bool unsure = false;
    sheet->name = "exceedance";
    sheet->width = SHEET_WIDTH;
    sheet->height = TITLE_HEIGHT + groups * pitch + foot;
    for (int c = 0; c < CURVES; c++)
        axes[c] = curve_axis(study, &lines, c, &least);
    least = 100 * fmin(0.1, pow(10, floor(log10(least) + 1e-9)));
    for (struct group group = {0}; group_next(study, &group);) {
        double top = sheet->height - TITLE_HEIGHT - heading - group.index * pitch;
        sheet_heading(sheet, study, &group, SIDE, top + 17);
        for (int c = 0; c < CURVES; c++) {
            double left = AXIS + c * (width + PANEL_GAP);
            struct box box = {left, left + width, top - PANEL, top};
            const char *name = measure_types[curve_measures[c]].name;
            if (group.index == 0) {
                sheet_box(sheet, name, box);
                sheet_axis(sheet, name, axes[c]);
            }
            unsure = add_panel_curves(sheet, study, &lines, group.first, c, axes[c], least, box) || unsure;
        }
    }
    sheet_count(sheet, "panels", groups);
    sheet_count(sheet, "curves", lines.n);
    sheet_number(sheet, "pitch", pitch / sheet->height);
    sheet_number(sheet, "least", least);
    add_legend(sheet, study, &lines, legend);
    text_add(&more, "%s", unsure ? "; thin: may rest on fewer than ten paths" : "");
    sheet_title(sheet, study, "How often it gets bad: probability of more than a value", false, more.data);
    text_free(&more);
    arena_free(&lines.arena);
}
