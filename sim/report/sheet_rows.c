/* Figures of one row for each strategy: what it costs (downtime), and what took it (causes). */
#include "report/pick.h"
#include "report/sheet.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { PITCH = 26, BAR = 16, HEADING = 30, FOOT = 52, SIDE = 20, PANEL_GAP = 40, VALUE_GAP = 6, LEGEND = 34,
       ROW_HEADING_COLUMNS = 40, LEAST_PANEL = 300 };

/* Up to so many plans of a topology have a row; of more the best, and some of the front. */
static const struct pick_limits row_limits = {.all = 16, .best = 12, .front = 12};

/* A heading is written larger than a name. */
static const double HEADING_SIZE = 1.2;

/* The color of a cause, and whether white or black can be read on it. */
static const struct { unsigned color; bool dark; } cause_looks[CAUSES] = {
    [CAUSE_INGRESS] = {0x0072B2, true},   [CAUSE_MISROUTED] = {0xCC79A7, false},
    [CAUSE_CAPACITY] = {0xE69F00, false}, [CAUSE_ERRORS] = {0xD55E00, true},
    [CAUSE_SWITCHING] = {0x56B4E9, false}, [CAUSE_DEPENDENCIES] = {0x009E73, true},
};

static void add_label(struct text *label, const struct study *study, int i, const struct group *group)
{
    utf8_add_shortened(label, study->outcomes[i].name, NAME_COLUMNS);
    if (study->best[group->index] == i)
        text_add(label, " (best)");
}

/* The name of a topology above its rows: beside the panels, so it may not be long. */
static void add_heading(struct text *heading, const struct study *study, const struct group *group)
{
    if (study->scenario->n_topologies > 1)
        utf8_add_shortened(heading, group->topology->name, ROW_HEADING_COLUMNS);
}

/* Two panels beside each other, right of the names, over all rows. */
struct rows {
    struct arena arena;
    struct pick *picks;     /* by topology */
    int         *outcomes;  /* of all rows, from the top */
    int          n;
    struct box   first, second;
    double       names;     /* their right end */
    double       y;         /* of the row that comes next */
};

static void choose_rows(const struct study *study, struct rows *rows)
{
    rows->picks = arena_new(&rows->arena, (size_t)group_count(study), sizeof *rows->picks);
    rows->outcomes = arena_new(&rows->arena, (size_t)study->n_outcomes, sizeof *rows->outcomes);
    for (struct group group = {0}; group_next(study, &group);) {
        struct pick *pick = &rows->picks[group.index];
        *pick = pick_plans(study, &group, row_limits, &rows->arena);
        memcpy(rows->outcomes + rows->n, pick->shown, (size_t)pick->n_shown * sizeof *pick->shown);
        rows->n += pick->n_shown;
    }
}

static double label_pixels(const struct study *study, const struct rows *rows)
{
    double widest = 0;
    for (struct group group = {0}; group_next(study, &group);) {
        const struct pick *pick = &rows->picks[group.index];
        struct text heading = {0};
        add_heading(&heading, study, &group);
        widest = fmax(widest, heading.length ? HEADING_SIZE * text_pixels(heading.data) : 0);
        text_free(&heading);
        for (int k = 0; k < pick->n_shown; k++) {
            struct text label = {0};
            add_label(&label, study, pick->shown[k], &group);
            widest = fmax(widest, text_pixels(label.data));
            text_free(&label);
        }
    }
    return widest;
}

/* The panels have at least a width in which bars can be told apart: long names make the sheet wider. */
static struct rows rows_begin(const struct study *study, struct sheet *sheet, double foot)
{
    int headings = group_count(study) > 1 ? group_count(study) : 0;
    struct rows rows = {.n = 0};
    choose_rows(study, &rows);
    double height = PITCH * rows.n + HEADING * headings;
    double left = SIDE + label_pixels(study, &rows) + 8;
    double width = fmax((SHEET_WIDTH - left - PANEL_GAP - SIDE) / 2, LEAST_PANEL);
    sheet->width = left + 2 * width + PANEL_GAP + SIDE;
    sheet->height = TITLE_HEIGHT + height + foot;
    rows.first = (struct box){left, left + width, foot, foot + height};
    rows.names = left - 8;
    rows.y = foot + height;
    rows.second = rows.first;
    rows.second.left += width + PANEL_GAP;
    rows.second.right += width + PANEL_GAP;
    sheet_number(sheet, "bar", BAR);
    return rows;
}

static void rows_heading(const struct study *study, struct rows *rows, const struct group *group, struct sheet *sheet)
{
    struct text heading = {0};
    add_heading(&heading, study, group);
    if (!heading.length)
        return;
    rows->y -= HEADING;
    sheet_text(sheet, TEXT_HEADING, SIDE, rows->y + 9, heading.data);
    text_free(&heading);
}

static double rows_next(const struct study *study, struct rows *rows, const struct group *group, int i,
                        struct sheet *sheet)
{
    struct text label = {0};
    rows->y -= PITCH;
    double y = rows->y + PITCH / 2.0;
    add_label(&label, study, i, group);
    sheet_text(sheet, TEXT_RIGHT, rows->names, y, label.data);
    text_free(&label);
    return y;
}

/* The end of a bar with its interval, and the figure that stands right of it. */
struct bar {
    double end;
    char   value[QUANTITY_BYTES + 2];
};

/* The unit of figures beside bars of which the longest is `greatest`. */
static enum quantity_unit bar_unit(double greatest)
{
    return greatest < 1000 ? QUANTITY_ONLY_SECONDS : QUANTITY_SECONDS;
}

static double bar_end(const struct outcome *outcome, enum measure measure)
{
    const struct estimate *e = &outcome->measures[measure];
    return fmax(e->mean, isfinite(e->high) ? e->high : e->mean);
}

static struct bar bar_of(const struct outcome *outcome, enum measure measure, enum quantity_unit unit)
{
    struct bar bar = {.end = bar_end(outcome, measure)};
    char text[QUANTITY_BYTES];
    struct quantity q = estimate_quantity(measure, &outcome->measures[measure]);
    q.unit = unit;
    snprintf(bar.value, sizeof bar.value, "%s%s", estimate_print(q, outcome->measures[measure].solved, text),
             outcome->measures[measure].trusted ? "" : " ?");
    return bar;
}

/* Lengthens an axis of `width` pixels so that a figure right of a bar stands within it, as far as that is possible. */
static void make_room(struct axis *axis, double width, double end, const char *value)
{
    double room = fmax(width - VALUE_GAP - text_pixels(value), width / 4);
    axis->greatest = fmax(axis->greatest, end * width / room);
}

/* An axis from 0 with room for every bar and its figure; *unit becomes that of the figures. */
static struct axis bar_axis(const struct study *study, const struct rows *rows, enum measure measure, double width,
                            enum quantity_unit *unit)
{
    double greatest = 0;
    for (int r = 0; r < rows->n; r++)
        greatest = fmax(greatest, bar_end(&study->outcomes[rows->outcomes[r]], measure));
    *unit = bar_unit(greatest);
    struct axis axis = axis_from(greatest, 0);
    for (int r = 0; r < rows->n; r++) {
        struct bar bar = bar_of(&study->outcomes[rows->outcomes[r]], measure, *unit);
        make_room(&axis, width, bar.end, bar.value);
    }
    return axis;
}

/* A panel of bars. */
struct bars {
    enum measure       measure;
    struct box         box;
    struct axis        axis;
    enum quantity_unit unit;
    unsigned           color;
};

static struct bars bars_of(const struct study *study, const struct rows *rows, enum measure measure, struct box box,
                           unsigned color)
{
    struct bars bars = {.measure = measure, .box = box, .color = color};
    bars.axis = bar_axis(study, rows, measure, box.right - box.left, &bars.unit);
    return bars;
}

static void add_bar(struct sheet *sheet, struct text *block, const struct outcome *outcome, const struct bars *bars,
                    double y)
{
    const struct estimate *e = &outcome->measures[bars->measure];
    struct bar bar = bar_of(outcome, bars->measure, bars->unit);
    double factor = axis_factor(bars->axis);
    double low = fmax(0, isfinite(e->low) ? e->low : e->mean), high = isfinite(e->high) ? e->high : e->mean;
    text_add(block, "%.1f %.12g %.12g %.12g %u\n", y, e->mean * factor, low * factor, high * factor,
             outcome->strategy ? bars->color : GREY);
    sheet_text(sheet, TEXT_LEFT, axis_place(bars->axis, bar.end, bars->box.left, bars->box.right) + VALUE_GAP, y,
               bar.value);
}

static bool all_trusted(const struct study *study, const struct rows *rows)
{
    bool all = true;
    for (int r = 0; r < rows->n; r++) {
        const struct estimate *measures = study->outcomes[rows->outcomes[r]].measures;
        all = all && measures[MEASURE_DOWNTIME].trusted && measures[MEASURE_LOST].trusted;
    }
    return all;
}

/* Downtime and lost of every strategy, as bars with their intervals and figures. */
void sheet_downtime(const struct study *study, struct sheet *sheet)
{
    struct text second = {0}, more = {0};
    sheet->name = "downtime";
    struct rows rows = rows_begin(study, sheet, FOOT);
    struct bars downtime = bars_of(study, &rows, MEASURE_DOWNTIME, rows.first, 0x56B4E9);
    struct bars lost = bars_of(study, &rows, MEASURE_LOST, rows.second, 0xE69F00);
    for (struct group group = {0}; group_next(study, &group);) {
        rows_heading(study, &rows, &group, sheet);
        for (int k = 0; k < rows.picks[group.index].n_shown; k++) {
            int i = rows.picks[group.index].shown[k];
            const struct outcome *outcome = &study->outcomes[i];
            double y = rows_next(study, &rows, &group, i, sheet);
            add_bar(sheet, &sheet->data, outcome, &downtime, y);
            add_bar(sheet, &second, outcome, &lost, y);
        }
    }
    text_add(&sheet->data, "\n\n%s", second.length ? second.data : "");
    text_free(&second);
    sheet_box(sheet, "downtime", rows.first);
    sheet_box(sheet, "lost", rows.second);
    sheet_axis(sheet, "downtime", downtime.axis);
    sheet_axis(sheet, "lost", lost.axis);
    text_add(&more, "%s", all_trusted(study, &rows) ? "" : "; ? too few paths to trust the interval");
    pick_caption(&more, rows.picks, row_limits);
    sheet_title(sheet, study, "What a release costs: downtime and lost traffic by strategy", true, more.data);
    text_free(&more);
    arena_free(&rows.arena);
}

static void add_segment(struct text *block, double from, double to, double y, unsigned color)
{
    text_add(block, "%.12g %.12g %.1f %u\n", from, to, y, color);
}

/* The causes of one row: seconds in the first panel, shares and their figures in the second. */
static void add_causes(struct sheet *sheet, struct text *shares, const struct outcome *outcome, struct axis axis,
                       enum quantity_unit unit, const struct rows *rows, double y)
{
    double lost = outcome_lost(outcome), seconds = 0, factor = axis_factor(axis);
    double pixels = (rows->second.right - rows->second.left) / 100;
    char text[QUANTITY_BYTES];
    for (int c = 0; c < CAUSES && lost > 0; c++) {
        double share = 100 * outcome->causes[c] / lost, before = 100 * seconds / lost;
        if (outcome->causes[c] <= 0)
            continue;
        add_segment(&sheet->data, seconds * factor, (seconds + outcome->causes[c]) * factor, y, cause_looks[c].color);
        add_segment(shares, before, before + share, y, cause_looks[c].color);
        snprintf(text, sizeof text, "%.0f %%", share);
        if (share * pixels > text_pixels(text) + 4)
            sheet_text(sheet, cause_looks[c].dark ? TEXT_WHITE : TEXT_CENTER,
                       rows->second.left + (before + share / 2) * pixels, y, text);
        seconds += outcome->causes[c];
    }
    struct quantity q = estimate_quantity(MEASURE_LOST, &outcome->measures[MEASURE_LOST]); /* the digits of the table */
    q.unit = unit;
    bool solved = outcome->measures[MEASURE_LOST].solved;
    sheet_text(sheet, TEXT_LEFT, axis_place(axis, lost, rows->first.left, rows->first.right) + VALUE_GAP, y,
               solved ? estimate_print(q, true, text) : quantity_value(q, text));
    if (!(lost > 0))
        sheet_text(sheet, TEXT_NOTE, rows->second.left + 6, y, isnan(lost) ? "not simulated" : "nothing was lost");
}

static bool occurs(const struct study *study, const struct rows *rows, int cause)
{
    for (int r = 0; r < rows->n; r++)
        if (study->outcomes[rows->outcomes[r]].causes[cause] > 0)
            return true;
    return false;
}

/* Names of the causes that there are, below the panels, each with a square of its color. */
static void add_cause_legend(struct sheet *sheet, const struct study *study, const struct rows *rows, double y)
{
    double x = SIDE + 8;
    text_add(&sheet->marks, "-100 -100 0\n"); /* out of sight: there may be none */
    for (int c = 0; c < CAUSES; c++) {
        if (!occurs(study, rows, c))
            continue;
        text_add(&sheet->marks, "%.1f %.1f %u\n", x, y, cause_looks[c].color);
        sheet_text(sheet, TEXT_LEFT, x + 13, y, cause_types[c].name);
        x += 42 + text_pixels(cause_types[c].name);
    }
}

/* An axis for the seconds of all causes; *unit becomes that of the figures. */
static struct axis cause_axis(const struct study *study, const struct rows *rows, enum quantity_unit *unit)
{
    double greatest = 0;
    for (int r = 0; r < rows->n; r++)
        greatest = fmax(greatest, outcome_lost(&study->outcomes[rows->outcomes[r]]));
    *unit = bar_unit(greatest);
    struct axis axis = axis_from(greatest, 0);
    for (int r = 0; r < rows->n; r++) {
        char value[QUANTITY_BYTES];
        double lost = outcome_lost(&study->outcomes[rows->outcomes[r]]);
        make_room(&axis, rows->first.right - rows->first.left, lost, quantity_plain(*unit, lost, value));
    }
    return axis;
}

/* What took the requests: the parts of lost, of every strategy and of no release at all. */
void sheet_causes(const struct study *study, struct sheet *sheet)
{
    struct text shares = {0}, more = {0};
    enum quantity_unit unit;
    sheet->name = "causes";
    struct rows rows = rows_begin(study, sheet, FOOT + LEGEND);
    struct axis axis = cause_axis(study, &rows, &unit);
    /* A block of its own must not be empty: a segment out of sight begins it. */
    add_segment(&sheet->data, -2, -1, 0, 0);
    add_segment(&shares, -2, -1, 0, 0);
    for (struct group group = {0}; group_next(study, &group);) {
        rows_heading(study, &rows, &group, sheet);
        for (int k = 0; k < rows.picks[group.index].n_shown; k++) {
            int i = rows.picks[group.index].shown[k];
            double y = rows_next(study, &rows, &group, i, sheet);
            add_causes(sheet, &shares, &study->outcomes[i], axis, unit, &rows, y);
        }
    }
    text_add(&sheet->data, "\n\n%s", shares.data);
    text_free(&shares);
    sheet_box(sheet, "seconds", rows.first);
    sheet_box(sheet, "shares", rows.second);
    sheet_axis(sheet, "seconds", axis);
    add_cause_legend(sheet, study, &rows, 18);
    text_add(&more, "%s", "");
    pick_caption(&more, rows.picks, row_limits);
    sheet_title(sheet, study, "What takes the requests: causes of lost traffic by strategy", false, more.data);
    text_free(&more);
    arena_free(&rows.arena);
}
