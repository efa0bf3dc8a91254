/*
 * The tornado: what becomes of the objective of the best plan when one figure is moved, the greatest effects on top.
 *
 * Each row has two bars from the line of the base, one for the lower value of the figure and one for the higher. Where
 * both are on one side of the line they would hide each other, so there each has half the height of the row. The value
 * of the figure stands at the end of its bar, beyond the interval.
 */
#include "report/sensitivity.h"
#include "report/sheet.h"

#include "base/utf8.h"

#include <math.h>

enum { ROWS = SENSITIVITY_ROWS, PITCH = 32, HALF = 9, LABEL_COLUMNS = 62, SIDE = 16, VALUE_GAP = 7, HEAD = 24,
       FOOT = 82, LEAST_PANEL = 380,
       TINY = 5 /* pixels: a narrower interval would only be a blot */ };

static const unsigned way_colors[WAYS] = {[DOWN] = 0x56B4E9, [UP] = 0xE69F00};

/* The unit in which the axis is written, and how it is called there. */
struct scale {
    double      factor;
    const char *unit;
};

/* What is drawn, from the study. */
struct tornado {
    const struct study       *study;
    const struct sensitivity *sensitivity;
    int                       n;
    double                    base;     /* the objective where nothing is moved */
    struct scale              scale;
    double                    least, greatest; /* of the axis, in the measure's unit */
    struct box                box;
};

static enum measure minimized(const struct tornado *t)
{
    return t->study->scenario->objective.minimize;
}

static struct scale scale_of(enum measure measure, double greatest)
{
    static const char *const times[] = {"", "s", "min", "h", "d"};
    struct axis axis = axis_from(greatest, 0);
    if (measure_types[measure].unit == UNIT_PROBABILITY)
        return (struct scale){100, "%"};
    if (measure_types[measure].unit == UNIT_INSTANCE_HOURS)
        return (struct scale){1, "instance-hours"};
    return (struct scale){axis_factor(axis), times[axis.unit]};
}

/* Where a value of the objective stands on the sheet. */
static double x_of(const struct tornado *t, double value)
{
    return t->box.left + (value - t->least) / (t->greatest - t->least) * (t->box.right - t->box.left);
}

static bool is_bar(const struct variation *v)
{
    return v->is_there && v->difference.mean != 0;
}

/* Which side of the line the bar is on, and the figure's value if there is no bar: opposite to the other one. */
static int side_of(const struct sensitive *row, int way)
{
    const struct variation *v = &row->ways[way], *other = &row->ways[WAYS - 1 - way];
    if (is_bar(v))
        return v->difference.mean > 0 ? 1 : -1;
    return is_bar(other) && other->difference.mean > 0 ? -1 : 1;
}

/* The end of the bar with its interval. */
static double end_of(const struct tornado *t, const struct sensitive *row, int way)
{
    const struct variation *v = &row->ways[way];
    if (!is_bar(v))
        return t->base;
    return t->base + (side_of(row, way) > 0 ? fmax(v->difference.high, 0) : fmin(v->difference.low, 0));
}

static bool on_one_side(const struct sensitive *row)
{
    return is_bar(&row->ways[DOWN]) && is_bar(&row->ways[UP]) && side_of(row, DOWN) == side_of(row, UP);
}

/* What stands at the end of a bar: the value of the figure, and what is to be said of it. */
static const char *value_text(const struct sensitive *row, int way, char out[QUANTITY_BYTES])
{
    char value[QUANTITY_BYTES];
    const struct variation *v = &row->ways[way];
    snprintf(out, QUANTITY_BYTES, "%.100s%s", figure_print(&row->figure, v->value, value),
             v->difference.trusted ? "" : " ?");
    return out;
}

/* Makes the axis long enough for all bars, and then for what stands beyond their ends. */
static void set_axis(struct tornado *t)
{
    double width = t->box.right - t->box.left;
    char text[QUANTITY_BYTES];
    t->least = t->greatest = t->base;
    for (int i = 0; i < WAYS * t->n; i++) {
        t->least = fmin(t->least, end_of(t, &t->sensitivity->list[i / WAYS], i % WAYS));
        t->greatest = fmax(t->greatest, end_of(t, &t->sensitivity->list[i / WAYS], i % WAYS));
    }
    double span = t->greatest > t->least ? t->greatest - t->least : fmax(fabs(t->base), 1), most[2] = {0, 0};
    /* What the texts need beyond the longest bar on either side, as a share of the span. */
    for (int i = 0; i < WAYS * t->n; i++) {
        const struct sensitive *row = &t->sensitivity->list[i / WAYS];
        int side = side_of(row, i % WAYS);
        double end = end_of(t, row, i % WAYS), pixels = VALUE_GAP + text_pixels(value_text(row, i % WAYS, text));
        double beyond = side > 0 ? t->greatest - end : end - t->least, room = 1.5 * pixels / width - beyond / span;
        most[side > 0] = row->ways[i % WAYS].is_there ? fmax(most[side > 0], room) : most[side > 0];
    }
    t->least -= span * most[0] + 0.01 * span;
    t->greatest += span * most[1] + 0.01 * span;
}

static double label_pixels(const struct tornado *t)
{
    double widest = 0;
    for (int i = 0; i < t->n; i++) {
        struct text label = {0};
        figure_label(&t->sensitivity->list[i].figure, &label);
        widest = fmax(widest, text_pixels(label.data));
        text_free(&label);
    }
    return fmin(widest, SHEET_WIDTH - 2 * SIDE - LEAST_PANEL);
}

static void add_label(const struct tornado *t, int i, double y, struct sheet *sheet)
{
    struct text label = {0}, shown = {0};
    figure_label(&t->sensitivity->list[i].figure, &label);
    utf8_add_shortened(&shown, label.data, LABEL_COLUMNS);
    sheet_text(sheet, TEXT_RIGHT, t->box.left - 10, y, shown.data);
    text_free(&label);
    text_free(&shown);
}

static void add_way(const struct tornado *t, const struct sensitive *row, int way, double y, struct sheet *sheet,
                    struct text *intervals)
{
    const struct variation *v = &row->ways[way];
    const struct interval *d = &v->difference;
    double factor = t->scale.factor, half = HALF, end = x_of(t, end_of(t, row, way));
    char text[QUANTITY_BYTES];
    if (!v->is_there)
        return;
    if (on_one_side(row)) {
        half = HALF / 2.0;
        y += way == DOWN ? half : -half;
    }
    if (is_bar(v)) {
        text_add(&sheet->data, "%.12g %.12g %.1f %.1f %u\n", t->base * factor, (t->base + d->mean) * factor, y, half,
                 way_colors[way]);
        if (x_of(t, d->high) - x_of(t, d->low) >= TINY)
            text_add(intervals, "%.12g %.12g %.12g %.1f\n", (t->base + d->mean) * factor, (t->base + d->low) * factor,
                     (t->base + d->high) * factor, y);
    }
    if (on_one_side(row)) /* the texts are higher than half a bar */
        y += way == DOWN ? 2 : -2;
    if (side_of(row, way) > 0)
        sheet_text(sheet, TEXT_LEFT, end + VALUE_GAP, y, value_text(row, way, text));
    else
        sheet_text(sheet, TEXT_RIGHT, end - VALUE_GAP, y, value_text(row, way, text));
}

/* What the colors stand for, below the axis. */
static void add_legend(const struct tornado *t, struct sheet *sheet)
{
    char factor[64];
    double x = t->box.left, y = 18;
    const char *names[WAYS] = {"figure halved", "figure doubled"};
    for (int w = 0; w < WAYS; w++) {
        if (t->sensitivity->factor != 2) {
            snprintf(factor, sizeof factor, "figure %s %g", w == DOWN ? "÷" : "×", t->sensitivity->factor);
            names[w] = factor;
        }
        text_add(&sheet->marks, "%.1f %.1f %u\n", x + 7, y, way_colors[w]);
        sheet_text(sheet, TEXT_LEFT, x + 20, y, names[w]);
        x += 60 + text_pixels(names[w]);
    }
}

/* The line of the base, and its value above it. */
static void add_base(const struct tornado *t, struct sheet *sheet)
{
    struct text text = {0};
    char value[QUANTITY_BYTES];
    const struct outcome *winner = &t->study->outcomes[t->sensitivity->winner];
    struct quantity q = estimate_quantity(minimized(t), &winner->measures[minimized(t)]);
    q.unit = objective_unit(t->study);
    text_add(&text, "as it is: %s", quantity_value(q, value));
    double half = text_pixels(text.data) / 2;
    double x = fmin(fmax(x_of(t, t->base), t->box.left + half), t->box.right - half);
    sheet_text(sheet, TEXT_CENTER, x, t->box.top + 12, text.data);
    text_add(&sheet->none, "%.12g %.1f\n%.12g %.1f\n", t->base * t->scale.factor, t->box.bottom,
             t->base * t->scale.factor, t->box.top);
    text_free(&text);
}

/* Tics at 1, 2 or 5 times a power of ten, from 6 to 12 of them; none below 0 where the objective cannot be less. */
static void add_tics(const struct tornado *t, struct sheet *sheet)
{
    double span = (t->greatest - t->least) * t->scale.factor, power = pow(10, floor(log10(span / 6)));
    double times = span / 6 / power, step = power * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
    double from = measure_is_added(minimized(t)) ? t->least : fmax(t->least, 0);
    sheet_number(sheet, "tics_from", ceil(from * t->scale.factor / step) * step);
    sheet_number(sheet, "tics_step", step);
}

static void add_axis(const struct tornado *t, struct sheet *sheet)
{
    const struct outcome *winner = &t->study->outcomes[t->sensitivity->winner];
    struct text text = {0};
    text_add(&text, "mean %s of ", measure_types[minimized(t)].name);
    utf8_add_shortened(&text, winner->name, NAME_COLUMNS);
    text_add(&text, " (%s)", t->scale.unit);
    sheet_text(sheet, TEXT_CENTER, (t->box.left + t->box.right) / 2, 44, text.data);
    sheet_number(sheet, "least", t->least * t->scale.factor);
    sheet_number(sheet, "greatest", t->greatest * t->scale.factor);
    add_tics(t, sheet);
    text_free(&text);
}

static bool all_trusted(const struct tornado *t)
{
    bool all = true;
    for (int i = 0; i < WAYS * t->n; i++)
        all = all && t->sensitivity->list[i / WAYS].ways[i % WAYS].difference.trusted;
    return all;
}

/* What the figures of the study matter to its best plan. */
void sheet_sensitivity(const struct study *study, struct sheet *sheet)
{
    const struct sensitivity *s = study->sensitivity;
    struct tornado t = {.study = study, .sensitivity = s, .n = sensitivity_shown(s, ROWS)};
    struct text intervals = {0};
    sheet->name = "sensitivity";
    sheet->width = SHEET_WIDTH;
    t.base = study->outcomes[s->winner].measures[minimized(&t)].mean;
    t.box = (struct box){SIDE + label_pixels(&t) + 10, SHEET_WIDTH - SIDE, FOOT, FOOT + PITCH * fmax(t.n, 1)};
    sheet->height = t.box.top + HEAD + TITLE_HEIGHT;
    set_axis(&t);
    t.scale = scale_of(minimized(&t), t.greatest);
    /* A block of its own must not be empty: something out of sight begins it. */
    text_add(&sheet->data, "%.12g %.12g -100 1 0\n", t.base * t.scale.factor, t.base * t.scale.factor);
    text_add(&intervals, "%.12g %.12g %.12g -100\n", t.base * t.scale.factor, t.base * t.scale.factor,
             t.base * t.scale.factor);
    for (int i = 0; i < t.n; i++) {
        double y = t.box.top - PITCH * (i + 0.5);
        add_label(&t, i, y, sheet);
        for (int w = 0; w < WAYS; w++)
            add_way(&t, &s->list[i], w, y, sheet, &intervals);
    }
    text_add(&sheet->data, "\n\n%s", intervals.data);
    text_free(&intervals);
    sheet_box(sheet, "panel", t.box);
    add_base(&t, sheet);
    add_axis(&t, sheet);
    add_legend(&t, sheet);
    sheet_title(sheet, study, "What matters most: one figure moved at a time", true,
                !t.n ? "; no figure makes a difference that can be told from none"
                : all_trusted(&t) ? "" : "; ? too few paths to trust the interval");
}
