/*
 * A figure as gnuplot reads it: numbers, data, and texts with their places.
 *
 * Names come from a user's file and may hold anything: quotes, back quotes, gnuplot's own mark-up. So no name ever
 * stands in a script: the scripts are constant, and names are quoted fields of a data file, which gnuplot draws as they
 * are (the terminals are set to noenhanced). To keep such texts out of titles, keys and tics as well, all of them are
 * placed here, in pixels, on a layer that covers the whole sheet.
 */
#include "report/sheet.h"

#include "base/file.h"
#include "base/utf8.h"

#include <math.h>

/* Okabe and Ito, Color Universal Design (2008), less black, dark ones first; told apart with any colour vision. */
const unsigned palette[PALETTE] = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000};

const char *const sheet_suffixes[] = {"-numbers.gp", "-texts.dat", "-data.dat", "-marks.dat", "-none.dat",
                                      "-front.dat", "-others.dat", NULL};

static const struct { double seconds, below; } time_units[] = {
    {0, 0}, {1, 300}, {60, 3 * 3600}, {3600, 4 * 86400}, {86400, INFINITY}};

/* Sets a number for the script. */
void sheet_number(struct sheet *sheet, const char *name, double value)
{
    text_add(&sheet->numbers, "%s = %#.12g\n", name, value);
}

/* Sets a number that counts something. */
void sheet_count(struct sheet *sheet, const char *name, int value)
{
    text_add(&sheet->numbers, "%s = %d\n", name, value);
}

/* Sets name_left and so on, as shares of the sheet. */
void sheet_box(struct sheet *sheet, const char *name, struct box box)
{
    text_add(&sheet->numbers, "%s_left = %#.12g\n%s_right = %#.12g\n%s_bottom = %#.12g\n%s_top = %#.12g\n", name,
             box.left / sheet->width, name, box.right / sheet->width, name, box.bottom / sheet->height, name,
             box.top / sheet->height);
}

double axis_factor(struct axis axis)
{
    return 1 / time_units[axis.unit].seconds;
}

/* Sets name_least, name_greatest (in the axis's unit), name_log and name_unit. */
void sheet_axis(struct sheet *sheet, const char *name, struct axis axis)
{
    double factor = axis_factor(axis);
    text_add(&sheet->numbers, "%s_least = %#.12g\n%s_greatest = %#.12g\n%s_log = %d\n%s_unit = %d\n", name,
             axis.least * factor, name, axis.greatest * factor, name, axis.log, name, axis.unit);
}

/* Title and what it is about, at the top of the sheet; `more` is added to that. */
void sheet_title(struct sheet *sheet, const struct study *study, const char *title, bool intervals, const char *more)
{
    struct text text = {0};
    char share[QUANTITY_BYTES];
    const struct scenario *scenario = study->scenario;
    sheet_text(sheet, TEXT_TITLE, 16, sheet->height - 20, title);
    utf8_add_shortened(&text, scenario->name, 60);
    text_add(&text, ", over %s", quantity_plain(QUANTITY_SECONDS, scenario->horizon, share));
    if (intervals)
        text_add(&text, ", with %s intervals",
                 quantity_plain(QUANTITY_SHARE, scenario->simulation.confidence, share));
    text_add(&text, "%s%s", more, study->partial ? "; partial result, the run was interrupted" : "");
    sheet_text(sheet, TEXT_NOTE, 16, sheet->height - 42, text.data);
    text_free(&text);
}

/*
 * Places a text, unless its place is that of a figure that is not known. What gnuplot could take in a quoted field for
 * other than itself is written in octal.
 */
void sheet_text(struct sheet *sheet, enum text_style style, double x, double y, const char *text)
{
    struct text printable = {0}, *out = &sheet->texts[style];
    if (!isfinite(x) || !isfinite(y))
        return;
    utf8_add_printable(&printable, text);
    text_add(out, "%.1f %.1f \"", x, y);
    for (const char *c = printable.data; *c; c++)
        if (*c == '"' || *c == '\\')
            text_add(out, "\\%03o", (unsigned)*c);
        else
            text_add_bytes(out, c, 1);
    text_add(out, "\"\n");
    text_free(&printable);
}

/* The name of a topology above its panel, where there are several. */
void sheet_heading(struct sheet *sheet, const struct study *study, const struct group *group, double x, double y)
{
    struct text name = {0};
    if (study->scenario->n_topologies < 2)
        return;
    utf8_add_shortened(&name, group->topology->name, HEADING_COLUMNS);
    sheet_text(sheet, TEXT_HEADING, x, y, name.data);
    text_free(&name);
}

void sheet_free(struct sheet *sheet)
{
    text_free(&sheet->numbers);
    text_free(&sheet->data);
    text_free(&sheet->marks);
    text_free(&sheet->none);
    text_free(&sheet->front);
    text_free(&sheet->others);
    for (int i = 0; i < TEXT_STYLES; i++)
        text_free(&sheet->texts[i]);
}

static bool write_part(const struct sheet *sheet, const char *folder, const char *suffix, const struct text *part,
                       struct error *error)
{
    struct text path = {0};
    text_add(&path, "%s/%s%s", folder, sheet->name, suffix);
    bool done = file_write(path.data, part->data ? part->data : "", part->length, error);
    text_free(&path);
    return done;
}

/* Writes the figure's data into the folder. */
bool sheet_write(const struct sheet *sheet, const char *folder, struct error *error)
{
    struct text texts = {0}, numbers = {0};
    /* Each block begins with a text out of sight: an empty block would not count as one. */
    for (int i = 0; i < TEXT_STYLES; i++)
        text_add(&texts, "%s-1000 -1000 \"\"\n%s", i ? "\n\n" : "", sheet->texts[i].length ? sheet->texts[i].data : "");
    text_add(&numbers, "colors = %d\narray palette[%d] = [", PALETTE, PALETTE);
    for (int i = 0; i < PALETTE; i++)
        text_add(&numbers, "%s%u", i ? ", " : "", palette[i]);
    text_add(&numbers, "]\n");
    text_add(&numbers, "width = %#.12g\nheight = %#.12g\n%s", sheet->width, sheet->height,
             sheet->numbers.length ? sheet->numbers.data : "");
    const struct text *const parts[] = {&numbers, &texts, &sheet->data, &sheet->marks, &sheet->none,
                                         &sheet->front, &sheet->others};
    bool done = true;
    for (int i = 0; done && sheet_suffixes[i]; i++)
        done = write_part(sheet, folder, sheet_suffixes[i], parts[i], error);
    text_free(&texts);
    text_free(&numbers);
    return done;
}

/* How wide a text stands at the usual size, about: fonts differ. */
double text_pixels(const char *text)
{
    return 7.2 * utf8_columns(text);
}

/* Where a value lies between two ends of an axis. */
double axis_place(struct axis axis, double seconds, double from, double to)
{
    double share = axis.log ? log(seconds / axis.least) / log(axis.greatest / axis.least)
                            : (seconds - axis.least) / (axis.greatest - axis.least);
    return from + share * (to - from);
}

/* From 0, or logarithmic where the values span more than two orders of magnitude. */
struct axis axis_from(double greatest, double least_positive)
{
    struct axis axis = {0, greatest > 0 ? greatest : 1, false, 1};
    if (least_positive > 0 && greatest > 100 * least_positive) {
        axis.log = true;
        axis.least = fmax(least_positive, greatest * 1e-5);
    }
    double typical = axis.log ? sqrt(axis.least * axis.greatest) : axis.greatest;
    while (typical >= time_units[axis.unit].below)
        axis.unit++;
    return axis;
}
