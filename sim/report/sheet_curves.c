/*
 * Figures of curves and points: the probability of more than a value (exceedance), and duration against loss
 * (tradeoff).
 */
#include "report/sheet.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { SIDE = 20, AXIS = 84, FOOT = 52, HEADING = 34, PANEL = 230, PANEL_GAP = 62, KEY_PITCH = 22, KEY_LINE = 46,
       POINT_PANEL = 400, POINT_PANEL_OF_MANY = 300 };

struct legend {
    int    columns, rows;
    double column_width;
};

static void add_name(struct text *text, const struct study *study, int i, int best)
{
    if (!study->outcomes[i].strategy) {
        text_add(text, "none: no release at all");
        return;
    }
    utf8_add_shortened(text, study->outcomes[i].name, NAME_COLUMNS);
    if (i == best)
        text_add(text, " (best)");
}

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

/* As many columns as the longest name allows. */
static struct legend legend_of(const struct study *study)
{
    int n = group_size(study);
    double widest = 0;
    for (int i = 0; i < n; i++) {
        struct text name = {0};
        add_name(&name, study, i, -1);
        add_zeros(&name, study, i);
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
static void add_legend(struct sheet *sheet, const struct study *study, struct legend legend)
{
    for (int i = 0; i < group_size(study); i++) {
        struct text name = {0};
        double x = SIDE + (double)(i / legend.rows) * legend.column_width;
        double y = 14 + KEY_PITCH * (legend.rows - 1 - i % legend.rows);
        add_name(&name, study, i, -1);
        add_zeros(&name, study, i);
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
static struct axis ends_axis(const struct study *study, int c, double greatest)
{
    double first = INFINITY;
    for (int i = 0; i < study->n_outcomes; i++)
        first = fmin(first, first_fall(&study->outcomes[i].curves[c]));
    struct axis axis = axis_from(greatest, 0);
    axis.log = first > 0 && greatest > 5 * first;
    if (axis.log) {
        axis.least = first / 1.5;
        axis.unit = axis_from(sqrt(axis.least * greatest), 0).unit;
    }
    return axis;
}

/* The axis of one measure over all topologies, and the least probability above 0. */
static struct axis curve_axis(const struct study *study, int c, double *least_share)
{
    double greatest = 0, least = INFINITY;
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct curve *curve = &study->outcomes[i].curves[c];
        for (int p = 0; p < curve->n_points; p++) {
            greatest = fmax(greatest, curve->value[p]);
            if (curve->value[p] > 0)
                least = fmin(least, curve->value[p]);
            if (curve->exceeded[p] > 0)
                *least_share = fmin(*least_share, curve->exceeded[p]);
        }
    }
    struct axis axis = curve_measures[c] == MEASURE_DURATION ? ends_axis(study, c, greatest)
                                                             : axis_from(greatest, isfinite(least) ? least : 0);
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
static bool add_panel_curves(struct sheet *sheet, const struct study *study, const struct group *group, int c,
                             struct axis axis, double least, struct box box)
{
    bool any = false, unsure = false;
    for (int i = group->first; i < group->end; i++) {
        const struct curve *curve = &study->outcomes[i].curves[c];
        any = any || has_any(curve);
        unsure = add_curve(sheet, curve, axis, least) || unsure;
        text_add(&sheet->data, "\n\n");
    }
    if (!any)
        sheet_text(sheet, TEXT_CENTER, (box.left + box.right) / 2, (box.bottom + box.top) / 2,
                   c == CURVES - 1 ? "no data" : "no path had any");
    return unsure;
}

/* A heading above the panel of a topology, where there are several. */
static void add_heading(struct sheet *sheet, const struct study *study, const struct group *group, double y)
{
    struct text name = {0};
    if (study->scenario->n_topologies < 2)
        return;
    utf8_add_shortened(&name, group->topology->name, 2 * NAME_COLUMNS);
    sheet_text(sheet, TEXT_HEADING, SIDE, y, name.data);
    text_free(&name);
}

/* The probability of more than each value of downtime, lost and duration. */
void sheet_exceedance(const struct study *study, struct sheet *sheet)
{
    struct legend legend = legend_of(study);
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
        axes[c] = curve_axis(study, c, &least);
    least = 100 * fmin(0.1, pow(10, floor(log10(least) + 1e-9)));
    for (struct group group = {0}; group_next(study, &group);) {
        double top = sheet->height - TITLE_HEIGHT - heading - group.index * pitch;
        add_heading(sheet, study, &group, top + 17);
        for (int c = 0; c < CURVES; c++) {
            double left = AXIS + c * (width + PANEL_GAP);
            struct box box = {left, left + width, top - PANEL, top};
            const char *name = measure_types[curve_measures[c]].name;
            if (group.index == 0) {
                sheet_box(sheet, name, box);
                sheet_axis(sheet, name, axes[c]);
            }
            unsure = add_panel_curves(sheet, study, &group, c, axes[c], least, box) || unsure;
        }
    }
    sheet_count(sheet, "panels", groups);
    sheet_count(sheet, "curves", group_size(study));
    sheet_number(sheet, "pitch", pitch / sheet->height);
    sheet_number(sheet, "least", least);
    add_legend(sheet, study, legend);
    sheet_title(sheet, study, "How often it gets bad: probability of more than a value", false,
                unsure ? "; thin: may rest on fewer than ten paths" : "");
}

static bool overlap(struct box a, struct box b)
{
    return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;
}

/* The place of a name that is nearest to its point and free: right or left of it, then ever higher and lower. */
static struct box place_name(double x, double y, double width, struct box panel, const struct box *taken, int n)
{
    enum { HEIGHT = 16, DISTANCE = 11, TRIES = 80 };
    struct box box = {0};
    for (int i = 0; i < TRIES; i++) {
        bool left = i % 2;
        int rank = i / 2;
        double shift = (rank + 1) / 2 * (rank % 2 ? 9.0 : -9.0);
        box.left = left ? x - DISTANCE - width : x + DISTANCE;
        box.right = box.left + width;
        box.bottom = y + shift - HEIGHT / 2.0;
        box.top = box.bottom + HEIGHT;
        bool is_free = box.left > panel.left && box.right < panel.right && box.bottom > panel.bottom &&
                       box.top < panel.top;
        for (int k = 0; k < n && is_free; k++)
            is_free = !overlap(box, taken[k]);
        if (is_free)
            return box;
    }
    return box;
}

/* Where a name must not stand: points, intervals, and names that have their place. */
struct taken {
    struct box *boxes;
    int         n, capacity;
};

static void take(struct taken *taken, struct arena *arena, struct box box)
{
    taken->boxes = arena_room(arena, taken->boxes, taken->n, &taken->capacity, sizeof *taken->boxes);
    taken->boxes[taken->n++] = box;
}

/* One point of the panel: where it stands, and with it its interval of lost. */
struct point {
    double x, y, low, high; /* in pixels */
};

static struct point add_point(struct sheet *sheet, const struct outcome *outcome, unsigned color, struct axis x,
                              struct axis y, struct box panel)
{
    const struct estimate *d = &outcome->measures[MEASURE_DURATION], *l = &outcome->measures[MEASURE_LOST];
    double fx = axis_factor(x), fy = axis_factor(y);
    double low = fmax(l->low, y.least), high = fmin(l->high, y.greatest);
    text_add(&sheet->data, "%.12g %.12g %.12g %.12g %.12g %.12g %u %d\n", d->mean * fx, d->low * fx, d->high * fx,
             l->mean * fy, low * fy, l->high * fy, color, outcome->feasible);
    return (struct point){axis_place(x, d->mean, panel.left, panel.right),
                          axis_place(y, fmax(l->mean, y.least), panel.bottom, panel.top),
                          axis_place(y, fmax(low, y.least), panel.bottom, panel.top),
                          axis_place(y, fmax(high, y.least), panel.bottom, panel.top)};
}

/* The name of a point, with a line to it where it does not stand beside it. */
static void add_point_name(struct sheet *sheet, const char *name, struct point point, struct box panel,
                           struct taken *taken, struct arena *arena)
{
    struct box box = place_name(point.x, point.y, text_pixels(name), panel, taken->boxes, taken->n);
    take(taken, arena, box);
    bool right = box.left > point.x;
    double end = right ? box.left - 2 : box.right + 2, middle = (box.bottom + box.top) / 2;
    sheet_text(sheet, right ? TEXT_LEFT : TEXT_RIGHT, right ? box.left : box.right, middle, name);
    if (fabs(middle - point.y) > 8)
        text_add(&sheet->marks, "%.1f %.1f %.1f %.1f\n", point.x, point.y, end - point.x, middle - point.y);
}

/* The points of one topology and their names. */
static void add_points(struct sheet *sheet, const struct study *study, const struct group *group, struct axis x,
                       struct axis y, struct box panel, struct taken *taken, struct arena *arena)
{
    int n = group->end - group->first - 1;
    struct point *points = arena_new(arena, (size_t)n + 1, sizeof *points);
    for (int i = 0; i < n; i++) {
        points[i] = add_point(sheet, &study->outcomes[group->first + 1 + i], palette[i % PALETTE], x, y, panel);
        take(taken, arena, (struct box){points[i].x - 7, points[i].x + 7, points[i].y - 7, points[i].y + 7});
        take(taken, arena, (struct box){points[i].x - 3, points[i].x + 3, points[i].low, points[i].high});
    }
    for (int i = 0; i < n; i++) {
        struct text name = {0};
        add_name(&name, study, group->first + 1 + i, study->best[group->index]);
        add_point_name(sheet, name.data, points[i], panel, taken, arena);
        text_free(&name);
    }
}

/* The level of no release at all, as a line through the panel, and what it is. */
static void add_level(struct sheet *sheet, const struct outcome *none, struct axis x, struct axis y, struct box panel,
                      struct taken *taken, struct arena *arena)
{
    static const char name[] = "no release at all";
    double level = none->measures[MEASURE_LOST].mean, fx = axis_factor(x), fy = axis_factor(y);
    if (!(level > 0 && level >= y.least && level <= y.greatest)) {
        text_add(&sheet->none, "-1 -1\n");
        return;
    }
    text_add(&sheet->none, "%.12g %.12g\n%.12g %.12g\n", x.least * fx, level * fy, x.greatest * fx, level * fy);
    double at = axis_place(y, level, panel.bottom, panel.top) - 10;
    sheet_text(sheet, TEXT_NOTE, panel.left + 6, at, name);
    take(taken, arena, (struct box){panel.left, panel.left + 6 + text_pixels(name), at - 8, at + 8});
}

static struct axis lost_axis(const struct study *study)
{
    double greatest = 0, least = INFINITY;
    for (int i = 0; i < study->n_outcomes; i++) {
        const struct estimate *e = &study->outcomes[i].measures[MEASURE_LOST];
        greatest = fmax(greatest, fmax(e->mean, e->high));
        least = fmin(least, e->mean);
    }
    struct axis axis = axis_from(greatest, 0);
    if (least > 0 && greatest > 15 * least) {
        axis.log = true;
        axis.least = least / 3;
        axis.greatest *= 2;
    } else {
        axis.greatest *= 1.15;
    }
    return axis;
}

static struct axis duration_axis(const struct study *study)
{
    double greatest = 0;
    for (int i = 0; i < study->n_outcomes; i++)
        if (study->outcomes[i].strategy)
            greatest = fmax(greatest, fmax(study->outcomes[i].measures[MEASURE_DURATION].mean,
                                           study->outcomes[i].measures[MEASURE_DURATION].high));
    struct axis axis = axis_from(greatest, 0);
    axis.greatest *= 1.15;
    return axis;
}

/* Mean duration against mean lost. */
void sheet_tradeoff(const struct study *study, struct sheet *sheet)
{
    int groups = group_count(study);
    double heading = groups > 1 ? HEADING : 0, panel = groups > 1 ? POINT_PANEL_OF_MANY : POINT_PANEL;
    double pitch = panel + FOOT + heading + 6;
    struct axis x = duration_axis(study), y = lost_axis(study);
    bool all = true;
    sheet->name = "tradeoff";
    sheet->width = SHEET_WIDTH;
    sheet->height = TITLE_HEIGHT + groups * pitch + 6;
    text_add(&sheet->marks, "-100 -100 1 1\n");
    for (struct group group = {0}; group_next(study, &group);) {
        double top = sheet->height - TITLE_HEIGHT - heading - group.index * pitch;
        struct box box = {AXIS + 10, SHEET_WIDTH - SIDE, top - panel, top};
        if (group.index == 0)
            sheet_box(sheet, "panel", box);
        add_heading(sheet, study, &group, top + 17);
        struct arena arena = {0};
        struct taken taken = {0};
        add_level(sheet, &study->outcomes[group.first], x, y, box, &taken, &arena);
        add_points(sheet, study, &group, x, y, box, &taken, &arena);
        arena_free(&arena);
        text_add(&sheet->data, "\n\n");
        text_add(&sheet->none, "\n\n");
        for (int i = group.first; i < group.end; i++)
            all = all && (study->outcomes[i].feasible || !study->outcomes[i].strategy);
    }
    sheet_axis(sheet, "duration", x);
    sheet_axis(sheet, "lost", y);
    sheet_count(sheet, "panels", groups);
    sheet_number(sheet, "pitch", pitch / sheet->height);
    sheet_title(sheet, study, "What haste costs: duration against lost traffic", true,
                all ? "" : "; hollow: breaks a condition");
}
