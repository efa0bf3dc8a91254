/*
 * What a gate found, for a person: a line per condition in columns, then the verdict.
 *
 * Where the width does not do, a condition gets a line to itself, above its figures: nothing of it is cut, since what
 * was asked is what the answer is about. A single long interval does not spread the columns of all others.
 */
#include "report/gate_common.h"
#include "report/terminal.h"

#include "base/utf8.h"

enum { MARK = 2, GAP = 2, USUAL_CONDITION = 32, USUAL_FOUND = 26, PARTS = 3 };

static const char limit_word[] = "limit ";

static const char *const paints[RULINGS] = {
    [RULING_UNDECIDED] = "\033[1;33m", [RULING_PASSED] = "\033[1;32m", [RULING_FAILED] = "\033[1;31m"};

/* The lines of the conditions, laid out. */
struct layout {
    const struct table_options *options;
    int  widths[PARTS]; /* of the condition, what was found, and the limit */
    bool beside;        /* what would help stands behind the figures, and not below them */
};

static void add_part(struct text *text, const struct finding *f, int part)
{
    text_add(text, "%s", "");
    if (part == 0)
        utf8_add_printable(text, f->condition->text);
    else if (part == 1)
        add_found(text, f);
    else
        add_limit(text, f);
}

static int part_columns(const struct finding *f, int part)
{
    struct text text = {0};
    add_part(&text, f, part);
    int columns = utf8_columns(text.data);
    text_free(&text);
    return columns;
}

static int help_columns(const struct finding *f)
{
    return f->help ? utf8_columns(f->help) : 0;
}

/* Columns that a part needs, of those that take no more than `most`. */
static int widest(const struct gate *gate, int part, int most)
{
    int width = 0;
    for (int i = 0; i < gate->n_findings; i++) {
        int columns = part_columns(&gate->findings[i], part);
        width = columns > width && columns <= most ? columns : width;
    }
    return width;
}

/* Columns of a line whose condition and figure are so wide. */
static int line_columns(const struct layout *layout, int condition, int found)
{
    return MARK + condition + GAP + found + GAP + utf8_columns(limit_word) + layout->widths[2];
}

static struct layout lay_out(const struct gate *gate, const struct table_options *options)
{
    int width = width_of(options);
    struct layout layout = {.options = options, .beside = true};
    for (int part = 0; part < PARTS; part++)
        layout.widths[part] = widest(gate, part, width);
    if (line_columns(&layout, layout.widths[0], layout.widths[1]) > width) {
        layout.widths[0] = widest(gate, 0, USUAL_CONDITION);
        layout.widths[1] = widest(gate, 1, USUAL_FOUND);
    }
    int whole = line_columns(&layout, layout.widths[0], layout.widths[1]);
    for (int i = 0; i < gate->n_findings; i++)
        layout.beside = layout.beside && whole + GAP + help_columns(&gate->findings[i]) <= width &&
                        part_columns(&gate->findings[i], 0) <= layout.widths[0] &&
                        part_columns(&gate->findings[i], 1) <= layout.widths[1];
    return layout;
}

static void put_part(const struct finding *f, int part, int width, FILE *out)
{
    struct text text = {0};
    add_part(&text, f, part);
    put_left(text.data, width, out);
    text_free(&text);
}

/* Whether the condition and its figures have room on one line. */
static bool fits(const struct layout *layout, const struct finding *f)
{
    int found = part_columns(f, 1) > layout->widths[1] ? part_columns(f, 1) : layout->widths[1];
    return part_columns(f, 0) <= layout->widths[0] &&
           line_columns(layout, layout->widths[0], found) <= width_of(layout->options);
}

/* The condition, and the columns behind it up to the figures, which are else on the next line. */
static void put_condition(const struct layout *layout, const struct finding *f, FILE *out)
{
    struct paint paint = paint_of(layout->options, paints[f->ruling]);
    fprintf(out, "%s%s%s ", paint.on, ruling_marks[f->ruling], paint.off);
    if (fits(layout, f)) {
        put_part(f, 0, layout->widths[0], out);
        return;
    }
    struct text text = {0};
    add_part(&text, f, 0);
    put_wrapped(text.data, width_of(layout->options) - MARK, out);
    fprintf(out, "\n%*s", MARK, "");
    text_free(&text);
}

/* What would help, behind the figures or on lines of its own. */
static void put_help(const struct layout *layout, const struct finding *f, FILE *out)
{
    struct paint dim = paint_of(layout->options, "\033[2m");
    struct text help = {0};
    utf8_add_printable(&help, f->help);
    fputs(dim.on, out);
    if (layout->beside) {
        fprintf(out, "%*s%s", GAP, "", help.data);
    } else {
        fprintf(out, "\n%*s", MARK, "");
        put_wrapped(help.data, width_of(layout->options) - MARK, out);
    }
    fputs(dim.off, out);
    text_free(&help);
}

static void put_finding(const struct layout *layout, const struct finding *f, FILE *out)
{
    put_condition(layout, f, out);
    put_spaces(GAP, out);
    put_part(f, 1, layout->widths[1], out);
    bool narrow = line_columns(layout, 0, part_columns(f, 1)) > width_of(layout->options);
    fprintf(out, "%s%*s%s", narrow ? "\n" : "", narrow ? MARK + GAP : GAP, "", limit_word);
    put_part(f, 2, f->help && layout->beside ? layout->widths[2] : 0, out);
    if (f->help)
        put_help(layout, f, out);
    putc('\n', out);
}

/* The verdict and what it took, in one sentence after the other. */
static void put_verdict(const struct gate_told *told, const struct table_options *options, FILE *out)
{
    struct text text = {0}, printable = {0};
    add_verdict(&text, told);
    text_add(&text, " ");
    add_effort(&text, told->gate);
    utf8_add_printable(&printable, text.data);
    put_painted(&printable, paint_of(options, paints[told->gate->verdict]), options, out);
    text_free(&text);
}

/* Its lines are as they are: some show the place in the scenario. */
static void put_fault(const struct gate_told *told, const struct table_options *options, FILE *out)
{
    struct text text = {0}, printable = {0};
    struct paint paint = paint_of(options, paints[RULING_FAILED]);
    add_fault(&text, told);
    utf8_add_lines(&printable, text.data, text.length);
    fprintf(out, "%sCould not run:%s\n%s\n", paint.on, paint.off, printable.data);
    text_free(&text);
    text_free(&printable);
}

/* Prints a line per condition, and one with the verdict. */
void report_gate_text(const struct gate_told *told, const struct table_options *options, FILE *out)
{
    if (!told->gate) {
        put_fault(told, options, out);
        return;
    }
    struct layout layout = lay_out(told->gate, options);
    for (int i = 0; i < told->gate->n_findings; i++)
        put_finding(&layout, &told->gate->findings[i], out);
    if (gate_doubts(told->gate)) {
        struct text note = {0};
        text_add(&note, "%s", trust_note);
        put_sentence(&note, options, out);
    }
    put_verdict(told, options, out);
}
