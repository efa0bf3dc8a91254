/*
 * What the figures of a scenario matter, for people: a table of the greatest, and sentences on what else was found.
 *
 * A row is a figure with its value, and what becomes of the objective of the best plan when it is moved down and up. A
 * label that is longer than its column has a line of its own, so that paths are never cut: they are to be copied into
 * --set.
 */
#include "report/sensitivity.h"

#include "base/units.h"
#include "base/utf8.h"
#include "report/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, MOST_NAMED = 4, SETTING_DIGITS = 4, SETTING_BYTES = 10 };

const char *const why_left_out[MOBILITIES] = {
    [MOBILE_NONE] = "0 or not given",
    [MOBILE_CERTAIN] = "100 %, whose odds have no end",
    [MOBILE_STUCK] = "let go nowhere by the checks of the scenario",
};

static enum measure minimized(const struct study *study)
{
    return study->scenario->objective.minimize;
}

/* The unit in which the objective of the best plan and what is added to it are written. */
enum quantity_unit objective_unit(const struct study *study)
{
    struct group group = group_of(study, study->sensitivity->winner);
    enum quantity_unit unit = measure_unit_among(study, &group, minimized(study));
    for (int i = 0; i < study->sensitivity->n && unit == QUANTITY_ONLY_SECONDS; i++)
        if (sensitive_effect(&study->sensitivity->list[i]) >= 1000)
            unit = QUANTITY_SECONDS;
    return unit;
}

/* How many figures have an effect that can be told from none, `most` at most; they come first, the greatest effects. */
int sensitivity_shown(const struct sensitivity *sensitivity, int most)
{
    int n = 0;
    for (int i = 0; i < sensitivity->n && i < most; i++)
        if (sensitivity->list[i].ways[DOWN].told || sensitivity->list[i].ways[UP].told)
            n = i + 1;
    return n;
}

/* A value of the figure: "4 min", "2 %", "12". */
const char *figure_print(const struct figure *figure, double value, char out[QUANTITY_BYTES])
{
    enum quantity_unit unit = figure->field->kind == KIND_DURATION ? QUANTITY_SECONDS
                              : figure->field->kind == KIND_SHARE  ? QUANTITY_SHARE
                                                                   : QUANTITY_NUMBER;
    return quantity_plain(unit, value, out);
}

/* "release.detect = 4 min" */
void figure_label(const struct figure *figure, struct text *out)
{
    char value[QUANTITY_BYTES];
    utf8_add_printable(out, figure->path);
    text_add(out, " = %s", figure_print(figure, figure->value, value));
}

/* Whether three digits of it are known for certain: then more of them, and the interval, are noise. */
static bool is_known_well(const struct interval *d)
{
    return d->high - d->low < 0.01 * fabs(d->mean);
}

/* "0.61 s ± 0.02", or "0.612 s" where that is known well. */
static const char *interval_print(enum quantity_unit unit, const struct interval *d, char out[QUANTITY_BYTES])
{
    return is_known_well(d) ? quantity_plain(unit, d->mean, out)
                            : quantity_print((struct quantity){unit, d->mean, d->low, d->high}, out);
}

static bool makes_no_difference(const struct variation *v)
{
    return v->difference.mean == 0 && v->difference.low == 0 && v->difference.high == 0;
}

/*
 * "+0.61 s ± 0.02", "+0.612 s" where that is known well, "within 0.02 s" where it cannot be told from 0, "none" where
 * nothing differs, "-": not moved.
 */
const char *difference_print(enum quantity_unit unit, const struct variation *v, char out[QUANTITY_BYTES])
{
    char text[QUANTITY_BYTES];
    const struct interval *d = &v->difference;
    if (!v->is_there) {
        snprintf(out, QUANTITY_BYTES, "-");
    } else if (makes_no_difference(v)) {
        snprintf(out, QUANTITY_BYTES, "none");
    } else if (!v->told) {
        quantity_plain(unit, rounded_to(2, fmax(-d->low, d->high)), text);
        snprintf(out, QUANTITY_BYTES, "within %.100s%s", text, d->trusted ? "" : " ?");
    } else {
        interval_print(unit, d, text);
        snprintf(out, QUANTITY_BYTES, "%s%.100s%s", d->mean > 0 ? "+" : "", text, d->trusted ? "" : " ?");
    }
    return out;
}

/* ---- the table ---- */

/* "halved" and "doubled", or "÷ 3" and "× 3". */
static const char *way_name(double factor, int way, char out[QUANTITY_BYTES])
{
    if (factor == 2)
        snprintf(out, QUANTITY_BYTES, "%s", way == DOWN ? "halved" : "doubled");
    else
        snprintf(out, QUANTITY_BYTES, "%s %g", way == DOWN ? "÷" : "×", factor);
    return out;
}

static void add_winner(struct text *text, const struct study *study)
{
    const struct outcome *winner = &study->outcomes[study->sensitivity->winner];
    utf8_add_printable(text, winner->name);
    if (study->scenario->n_topologies > 1) {
        text_add(text, " in ");
        utf8_add_printable(text, winner->topology->name);
    }
}

static void put_title(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    struct text text = {0};
    char down[QUANTITY_BYTES], up[QUANTITY_BYTES];
    text_add(&text, "What matters most: %s of ", measure_types[minimized(study)].name);
    add_winner(&text, study);
    text_add(&text, ", each figure %s and %s by itself", way_name(s->factor, DOWN, down),
             way_name(s->factor, UP, up));
    put_painted(&text, paint_of(options, "\033[1m"), options, out);
    putc('\n', out);
}

/* Columns of the table. */
struct layout {
    int label, ways[WAYS];
};

static struct layout lay_out(const struct study *study, int shown, enum quantity_unit unit, int width)
{
    const struct sensitivity *s = study->sensitivity;
    struct layout layout = {0, {0}};
    char text[QUANTITY_BYTES];
    for (int i = 0; i < shown; i++) {
        struct text label = {0};
        figure_label(&s->list[i].figure, &label);
        int columns = utf8_columns(label.data);
        layout.label = columns > layout.label ? columns : layout.label;
        text_free(&label);
        for (int w = 0; w < WAYS; w++) {
            columns = utf8_columns(difference_print(unit, &s->list[i].ways[w], text));
            layout.ways[w] = columns > layout.ways[w] ? columns : layout.ways[w];
        }
    }
    for (int w = 0; w < WAYS; w++) {
        int columns = utf8_columns(way_name(s->factor, w, text));
        layout.ways[w] = columns > layout.ways[w] ? columns : layout.ways[w];
    }
    int room = width - layout.ways[DOWN] - layout.ways[UP] - 2 * GAP;
    layout.label = layout.label > room ? (room > 0 ? room : 0) : layout.label;
    return layout;
}

static void put_cells(const char *const cells[WAYS], const struct layout *layout, FILE *out)
{
    for (int w = 0; w < WAYS; w++) {
        put_spaces(GAP, out);
        put_right(cells[w], layout->ways[w], out);
    }
    putc('\n', out);
}

static void put_rows(const struct study *study, int shown, const struct table_options *options, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    enum quantity_unit unit = objective_unit(study);
    struct layout layout = lay_out(study, shown, unit, width_of(options));
    struct paint dim = paint_of(options, "\033[2m");
    char down[QUANTITY_BYTES], up[QUANTITY_BYTES];
    fputs(dim.on, out);
    put_spaces(layout.label, out);
    put_cells((const char *[]){way_name(s->factor, DOWN, down), way_name(s->factor, UP, up)}, &layout, out);
    fputs(dim.off, out);
    for (int i = 0; i < shown; i++) {
        struct text label = {0};
        figure_label(&s->list[i].figure, &label);
        bool fits = utf8_columns(label.data) <= layout.label;
        put_left(label.data, fits ? layout.label : 0, out);
        if (!fits) {
            putc('\n', out);
            put_spaces(layout.label, out);
        }
        text_free(&label);
        put_cells((const char *[]){difference_print(unit, &s->list[i].ways[DOWN], down),
                                   difference_print(unit, &s->list[i].ways[UP], up)}, &layout, out);
    }
    putc('\n', out);
}

/* ---- sentences ---- */

/* "a, b and 3 more": the paths of the figures from `first` on, a few of them or all. */
static void add_paths(struct text *text, const struct sensitivity *s, int first, bool all)
{
    int n = s->n - first, most = all || n == MOST_NAMED + 1 ? n : MOST_NAMED;
    for (int i = 0; i < n && i < most; i++) {
        text_add(text, i ? ", " : "");
        utf8_add_printable(text, s->list[first + i].figure.path);
    }
    if (n > most)
        text_add(text, " and %d more", n - most);
}

/* "release.detect=8m", as --set takes it; of a value with many digits the first few. */
static void add_setting(struct text *text, const struct sensitive *sensitive, const struct variation *v)
{
    char value[QUANTITY_BYTES];
    double few = rounded_to(SETTING_DIGITS, v->value);
    utf8_add_printable(text, sensitive->figure.path);
    if (sensitive->figure.field->kind == KIND_SHARE) {
        text_add(text, "=%.*g%%", SETTING_DIGITS, 100 * v->value);
    } else if (sensitive->figure.field->kind == KIND_DURATION) {
        duration_print(v->value, value, sizeof value);
        if (strlen(value) > SETTING_BYTES)
            duration_print(few, value, sizeof value);
        text_add(text, "=%s", value);
    } else {
        text_add(text, "=%s", quantity_exact(few, value));
    }
}

/* "With release.detect=8m canary breaks duration.p95 <= 3h, and blue-green is best." */
static void put_rival(const struct study *study, const struct sensitive *sensitive, const struct variation *v,
                      const struct table_options *options, FILE *out)
{
    struct text text = {0};
    char gap[QUANTITY_BYTES];
    text_add(&text, "With ");
    add_setting(&text, sensitive, v);
    text_add(&text, " ");
    if (v->broken) {
        utf8_add_printable(&text, study->outcomes[study->sensitivity->winner].name);
        text_add(&text, " breaks ");
        utf8_add_printable(&text, v->broken);
        text_add(&text, ", and ");
    }
    if (v->rival >= 0)
        utf8_add_printable(&text, study->outcomes[v->rival].name);
    else
        text_add(&text, "so does every other plan");
    if (v->rivalry == RIVALRY_WORSE)
        text_add(&text, " costs less, by %s",
                 interval_print(objective_unit(study), &v->gap, gap));
    else if (v->rivalry == RIVALRY_LEVEL)
        text_add(&text, " is level with it");
    else if (v->rival >= 0)
        text_add(&text, " is best");
    text_add(&text, "%s.", v->rivalry == RIVALRY_WORSE && !v->gap.trusted ? " ?" : "");
    put_sentence(&text, options, out);
}

/* Where another plan would be chosen. */
static void put_rivals(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    struct text text = {0};
    int n = 0;
    for (int i = 0; i < s->n; i++)
        for (int w = 0; w < WAYS; w++) {
            const struct variation *v = &s->list[i].ways[w];
            if (!v->is_there || v->rivalry == RIVALRY_BEST)
                continue;
            put_rival(study, &s->list[i], v, options, out);
            n++;
        }
    if (n || study->scenario->n_strategies == 1 || !s->n)
        return;
    utf8_add_printable(&text, study->outcomes[s->winner].name);
    text_add(&text, " stays the best plan at each of these values%s.",
             study->winner_note ? ", as far as it is" : "");
    put_sentence(&text, options, out);
}

/* What was moved less far than asked. */
static void put_clipped(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    struct text text = {0};
    int n = 0;
    for (int i = 0; i < s->n; i++)
        for (int w = 0; w < WAYS; w++) {
            const struct variation *v = &s->list[i].ways[w];
            if (!v->is_there || !v->clipped)
                continue;
            text_add(&text, n++ ? ", " : "Moved only as far as the checks of the scenario allow: ");
            add_setting(&text, &s->list[i], v);
        }
    text_add(&text, ".");
    if (n)
        put_sentence(&text, options, out);
    text_free(&text);
}

/* The figures that are not shown, since others matter more or since none can be told of them. */
static void put_rest(const struct sensitivity *s, int shown, const struct table_options *options, FILE *out)
{
    int told = sensitivity_shown(s, s->n);
    struct text text = {0};
    if (told > shown) {
        text_add(&text, "%d more move%s it less; -v shows %s.", told - shown, told - shown == 1 ? "s" : "",
                 told - shown == 1 ? "it" : "them");
        put_sentence(&text, options, out);
    }
    if (told == s->n)
        return;
    text_add(&text, "No difference that can be told from none: ");
    add_paths(&text, s, told, options->verbose);
    text_add(&text, ".");
    put_sentence(&text, options, out);
}

static void put_not_moved(const struct sensitivity *s, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    for (int why = MOBILE + 1; why < MOBILITIES; why++)
        if (s->left_out[why].n)
            text_add(&text, "%s%s (%d)", text.length ? "; " : "Not moved: ", why_left_out[why], s->left_out[why].n);
    text_add(&text, ".");
    if (text.length > 1)
        put_sentence(&text, options, out);
    text_free(&text);
}

/* Prints which figures of the study matter most. */
void report_sensitivity(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct sensitivity *s = study->sensitivity;
    int shown = sensitivity_shown(s, options->verbose ? s->n : SENSITIVITY_ROWS);
    struct text effort = {0};
    char duration[QUANTITY_BYTES];
    putc('\n', out);
    put_title(study, options, out);
    if (shown)
        put_rows(study, shown, options, out);
    put_rivals(study, options, out);
    put_clipped(study, options, out);
    put_rest(s, shown, options, out);
    put_not_moved(s, options, out);
    text_add(&effort, "%d figure%s moved in %s, ", s->n, s->n == 1 ? "" : "s",
             quantity_plain(QUANTITY_SECONDS, s->seconds, duration));
    add_grouped(&effort, (double)s->paths);
    text_add(&effort, " paths of each plan at each value.");
    put_sentence(&effort, options, out);
}
