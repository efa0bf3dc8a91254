/* Figures of one row for each strategy: what it costs (downtime), and what took it (causes). */
#include "report/sheet.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { PITCH = 26, BAR = 16, HEADING = 30, FOOT = 52, SIDE = 20, PANEL_GAP = 40, VALUE = 112, LEGEND = 26 };

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

static double label_pixels(const struct study *study)
{
    double widest = 0;
    for (struct group group = {0}; group_next(study, &group);)
        for (int i = group.first; i < group.end; i++) {
            struct text label = {0};
            add_label(&label, study, i, &group);
            widest = fmax(widest, text_pixels(label.data));
            text_free(&label);
        }
    return widest;
}

/* Two panels beside each other, right of the names, over all rows. */
struct rows {
    struct box first, second;
    double     names;  /* their right end */
    double     y;      /* of the row that comes next */
};

static struct rows rows_begin(const struct study *study, struct sheet *sheet, double foot)
{
    int headings = group_count(study) > 1 ? group_count(study) : 0;
    double height = PITCH * study->n_outcomes + HEADING * headings;
    double left = SIDE + label_pixels(study) + 8, width = (SHEET_WIDTH - left - PANEL_GAP - SIDE) / 2;
    sheet->width = SHEET_WIDTH;
    sheet->height = TITLE_HEIGHT + height + foot;
    struct rows rows = {.first = {left, left + width, foot, foot + height}, .names = left - 8, .y = foot + height};
    rows.second = rows.first;
    rows.second.left += width + PANEL_GAP;
    rows.second.right += width + PANEL_GAP;
    sheet_number(sheet, "bar", BAR);
    return rows;
}

static void rows_heading(const struct study *study, struct rows *rows, const struct group *group, struct sheet *sheet)
{
    struct text name = {0};
    if (study->scenario->n_topologies < 2)
        return;
    rows->y -= HEADING;
    utf8_add_shortened(&name, group->topology->name, 2 * NAME_COLUMNS);
    sheet_text(sheet, TEXT_HEADING, SIDE, rows->y + 9, name.data);
    text_free(&name);
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

/* An axis whose end leaves room for the figure that stands right of the longest bar. */
static struct axis bar_axis(double greatest, double width)
{
    struct axis axis = axis_from(greatest, 0);
    axis.greatest *= width / (width - VALUE);
    return axis;
}

static double greatest_of(const struct study *study, enum measure measure)
{
    double greatest = 0;
    for (int i = 0; i < study->n_outcomes; i++)
        greatest = fmax(greatest, fmax(study->outcomes[i].measures[measure].high,
                                       study->outcomes[i].measures[measure].mean));
    return greatest;
}

static void add_bar(struct sheet *sheet, struct text *block, const struct outcome *outcome, enum measure measure,
                    struct axis axis, struct box box, double y, unsigned color)
{
    const struct estimate *e = &outcome->measures[measure];
    char text[QUANTITY_BYTES], value[QUANTITY_BYTES + 2];
    double factor = axis_factor(axis);
    double low = fmax(0, isfinite(e->low) ? e->low : e->mean), high = isfinite(e->high) ? e->high : e->mean;
    text_add(block, "%.1f %.12g %.12g %.12g %u\n", y, e->mean * factor, low * factor, high * factor,
             outcome->strategy ? color : GREY);
    struct quantity q = estimate_quantity(measure, e);
    q.unit = axis.greatest < 1000 ? QUANTITY_ONLY_SECONDS : QUANTITY_SECONDS;
    snprintf(value, sizeof value, "%s%s", quantity_print(q, text), e->trusted ? "" : " ?");
    sheet_text(sheet, TEXT_LEFT, axis_place(axis, fmax(high, e->mean), box.left, box.right) + 6, y, value);
}

static bool all_trusted(const struct study *study)
{
    bool all = true;
    for (int i = 0; i < study->n_outcomes; i++)
        all = all && study->outcomes[i].measures[MEASURE_DOWNTIME].trusted &&
              study->outcomes[i].measures[MEASURE_LOST].trusted;
    return all;
}

/* Downtime and lost of every strategy, as bars with their intervals and figures. */
void sheet_downtime(const struct study *study, struct sheet *sheet)
{
    struct text second = {0};
    sheet->name = "downtime";
    struct rows rows = rows_begin(study, sheet, FOOT);
    double width = rows.first.right - rows.first.left;
    struct axis downtime = bar_axis(greatest_of(study, MEASURE_DOWNTIME), width);
    struct axis lost = bar_axis(greatest_of(study, MEASURE_LOST), width);
    for (struct group group = {0}; group_next(study, &group);) {
        rows_heading(study, &rows, &group, sheet);
        for (int i = group.first; i < group.end; i++) {
            const struct outcome *outcome = &study->outcomes[i];
            double y = rows_next(study, &rows, &group, i, sheet);
            add_bar(sheet, &sheet->data, outcome, MEASURE_DOWNTIME, downtime, rows.first, y, 0x56B4E9);
            add_bar(sheet, &second, outcome, MEASURE_LOST, lost, rows.second, y, 0xE69F00);
        }
    }
    text_add(&sheet->data, "\n\n%s", second.length ? second.data : "");
    text_free(&second);
    sheet_box(sheet, "downtime", rows.first);
    sheet_box(sheet, "lost", rows.second);
    sheet_axis(sheet, "downtime", downtime);
    sheet_axis(sheet, "lost", lost);
    sheet_title(sheet, study, "What a release costs: downtime and lost traffic by strategy", true,
                all_trusted(study) ? "" : "; ? too few paths to trust the interval");
}

static void add_segment(struct text *block, double from, double to, double y, unsigned color)
{
    text_add(block, "%.12g %.12g %.1f %u\n", from, to, y, color);
}

/* The causes of one row: seconds in the first panel, shares and their figures in the second. */
static void add_causes(struct sheet *sheet, struct text *shares, const struct outcome *outcome, struct axis axis,
                       const struct rows *rows, double y)
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
    enum quantity_unit unit = axis.greatest < 1000 ? QUANTITY_ONLY_SECONDS : QUANTITY_SECONDS;
    sheet_text(sheet, TEXT_LEFT, axis_place(axis, lost, rows->first.left, rows->first.right) + 6, y,
               quantity_plain(unit, lost, text));
    if (!(lost > 0))
        sheet_text(sheet, TEXT_NOTE, rows->second.left + 6, y, isnan(lost) ? "not simulated" : "nothing was lost");
}

/* Names of the causes below the panels, each with a square of its color. */
static void add_cause_legend(struct sheet *sheet, double y)
{
    double x = SIDE + 8;
    for (int c = 0; c < CAUSES; c++) {
        text_add(&sheet->marks, "%.1f %.1f %u\n", x, y, cause_looks[c].color);
        sheet_text(sheet, TEXT_LEFT, x + 13, y, cause_types[c].name);
        x += 42 + text_pixels(cause_types[c].name);
    }
}

/* What took the requests: the parts of lost, of every strategy and of no release at all. */
void sheet_causes(const struct study *study, struct sheet *sheet)
{
    struct text shares = {0};
    double greatest = 0;
    sheet->name = "causes";
    struct rows rows = rows_begin(study, sheet, FOOT + LEGEND);
    for (int i = 0; i < study->n_outcomes; i++)
        greatest = fmax(greatest, outcome_lost(&study->outcomes[i]));
    struct axis axis = bar_axis(greatest, rows.first.right - rows.first.left + VALUE / 3.0);
    /* A block of its own must not be empty: a segment out of sight begins it. */
    add_segment(&sheet->data, -2, -1, 0, 0);
    add_segment(&shares, -2, -1, 0, 0);
    for (struct group group = {0}; group_next(study, &group);) {
        rows_heading(study, &rows, &group, sheet);
        for (int i = group.first; i < group.end; i++) {
            double y = rows_next(study, &rows, &group, i, sheet);
            add_causes(sheet, &shares, &study->outcomes[i], axis, &rows, y);
        }
    }
    text_add(&sheet->data, "\n\n%s", shares.data);
    text_free(&shares);
    sheet_box(sheet, "seconds", rows.first);
    sheet_box(sheet, "shares", rows.second);
    sheet_axis(sheet, "seconds", axis);
    add_cause_legend(sheet, 18);
    sheet_title(sheet, study, "What takes the requests: causes of lost traffic by strategy", false, "");
}
