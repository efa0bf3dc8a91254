/*
 * The answer on a terminal: for each topology a table of its strategies, then in sentences who costs least, what was
 * ruled out, and what of it may not be trusted.
 *
 * Where the width does not do, long names are shortened, as far as they can still be told apart; then the columns are
 * parted into tables below each other, the most needed in the first. Figures keep their intervals: a mean without one
 * says nothing. Of more plans than somebody reads, those are shown that may be chosen (report/pick), and what is said
 * of the others is counted (report/many).
 */
#include "report/pick.h"
#include "report/terminal.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 8, LEAST_NAME = 16, GAP = 2, MARK = 2 };

/* Up to so many plans are shown; of more so many of the best, and so many along the front. */
enum { ALL_SHOWN = 16, BEST_SHOWN = 12, FRONT_SHOWN = 12 };

enum figure { FIGURE_MEAN, FIGURE_BARE_MEAN, FIGURE_P50_P95 };

struct column {
    enum measure measure;
    enum figure  figure;
    const char  *heading, *below; /* two lines of heading */
    int          rank;            /* columns of a high rank stand in the first table */
};

static const struct column usual_columns[] = {
    {MEASURE_DOWNTIME, FIGURE_MEAN, "downtime", "", 4},
    {MEASURE_LOST, FIGURE_MEAN, "lost", "", 6},
    {MEASURE_ADDED_LOST, FIGURE_MEAN, "added lost", "", 1},
    {MEASURE_DURATION, FIGURE_P50_P95, "duration", "p50 / p95", 3},
    {MEASURE_ROLLBACK, FIGURE_MEAN, "rollback", "", 5},
    {MEASURE_EXTRA, FIGURE_BARE_MEAN, "extra", "inst-h", 2},
};

enum { USUAL_COLUMNS = sizeof usual_columns / sizeof *usual_columns };

/* The tables of one topology, laid out. */
struct layout {
    struct arena   arena;
    struct pick    pick;                /* whose plans are the rows */
    bool           marks_front;
    bool           one_table;           /* columns that do not fit are left out */
    bool           whole_names;         /* the plans of a sweep differ in the middle of their names */
    struct column  columns[MOST_COLUMNS];
    enum quantity_unit units[MOST_COLUMNS];
    const char   **cells[MOST_COLUMNS]; /* by row */
    int            widths[MOST_COLUMNS];
    int            table[MOST_COLUMNS]; /* from 1 */
    const char   **names;               /* by row */
    int            n_rows, n_columns, n_tables, name_width;
};

/* Both percentiles in the unit that suits the greater: "28.9 / 43.4 min". */
static const char *percentiles_text(struct arena *arena, const struct estimate *e)
{
    static const struct { double below, seconds; const char *name; } units[] = {
        {120, 1, "s"}, {36000, 60, "min"}, {10 * 86400, 3600, "h"}, {INFINITY, 86400, "d"}};
    char low[QUANTITY_BYTES], high[QUANTITY_BYTES];
    int i = 0;
    if (!isfinite(e->p50) || !isfinite(e->p95))
        return "-";
    while (e->p95 >= units[i].below)
        i++;
    return arena_format(arena, "%s / %s %s", quantity_plain(QUANTITY_NUMBER, e->p50 / units[i].seconds, low),
                        quantity_plain(QUANTITY_NUMBER, e->p95 / units[i].seconds, high), units[i].name);
}

static const char *cell_text(struct arena *arena, const struct outcome *outcome, struct column column,
                             enum quantity_unit unit)
{
    char text[QUANTITY_BYTES];
    if (!outcome_has(outcome, column.measure))
        return "";
    const struct estimate *e = &outcome->measures[column.measure];
    if (column.figure == FIGURE_P50_P95)
        return percentiles_text(arena, e);
    struct quantity q = estimate_quantity(column.measure, e);
    q.unit = unit;
    if (column.figure == FIGURE_BARE_MEAN)
        quantity_plain(q.unit, q.value, text);
    else
        estimate_print(q, e->solved, text);
    return arena_format(arena, "%s%s", text, e->trusted ? "" : " ?");
}

/* A solved study knows no percentiles: there the mean stands. */
static struct column as_known(struct column column, const struct study *study)
{
    if (study->solved && column.figure == FIGURE_P50_P95) {
        column.figure = FIGURE_MEAN;
        column.below = "mean";
    }
    return column;
}

/* The usual columns, with that of the objective before them where it is none of these. */
static void choose_columns(struct layout *layout, const struct study *study)
{
    enum measure minimized = study->scenario->objective.minimize;
    bool found = false;
    for (int i = 0; i < USUAL_COLUMNS; i++)
        found = found || (usual_columns[i].measure == minimized && usual_columns[i].figure != FIGURE_P50_P95);
    if (!found)
        layout->columns[layout->n_columns++] =
            (struct column){.measure = minimized, .heading = measure_types[minimized].name, .below = "mean"};
    for (int i = 0; i < USUAL_COLUMNS; i++)
        layout->columns[layout->n_columns++] = as_known(usual_columns[i], study);
    for (int i = 0; i < layout->n_columns; i++)
        if (layout->columns[i].measure == minimized && layout->columns[i].figure != FIGURE_P50_P95) {
            layout->columns[i].rank = MOST_COLUMNS;
            layout->columns[i].figure = FIGURE_MEAN;
        }
    for (int i = 0; i < layout->n_columns && layout->one_table; i++) /* which plans are shown goes by both */
        if (layout->columns[i].measure == MEASURE_DURATION && layout->columns[i].rank < MOST_COLUMNS)
            layout->columns[i].rank = MOST_COLUMNS - 1;
}

/* Names the columns for which there was no room. */
static void put_missing_columns(const struct layout *layout, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    for (int c = 0; c < layout->n_columns && layout->one_table; c++)
        if (layout->table[c] != 1)
            text_add(&text, "%s%s", text.length ? ", " : "Left out for want of width: ", layout->columns[c].heading);
    if (text.length) {
        text_add(&text, ".");
        put_sentence(&text, options, out);
    }
    text_free(&text);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Whether the names, shortened to the width, are as many as in full. */
static bool names_differ(const struct layout *layout, int width)
{
    struct arena arena = {0};
    const char **names = arena_new(&arena, (size_t)layout->n_rows, sizeof *names);
    bool differ = true;
    for (int i = 0; i < layout->n_rows; i++) {
        struct text name = {0};
        utf8_add_shortened(&name, layout->names[i], width);
        names[i] = arena_text(&arena, name.data);
        text_free(&name);
    }
    qsort(names, (size_t)layout->n_rows, sizeof *names, by_text);
    for (int i = 1; i < layout->n_rows; i++)
        differ = differ && strcmp(names[i - 1], names[i]) != 0;
    arena_free(&arena);
    return differ;
}

/* The width that names are shortened to at most, so that the widest column still stands beside them. */
static int least_name_width(const struct layout *layout, int width)
{
    int widest = 0, least = LEAST_NAME;
    for (int c = 0; c < layout->n_columns; c++)
        widest = layout->widths[c] > widest ? layout->widths[c] : widest;
    int most = width - MARK - GAP - widest;
    if (layout->whole_names && least < most)
        return layout->name_width < most ? layout->name_width : most;
    while (least < layout->name_width && least < most && !names_differ(layout, least))
        least++;
    return least < layout->name_width ? least : layout->name_width;
}

static int table_width(const struct layout *layout, int table)
{
    int width = MARK + layout->name_width;
    for (int c = 0; c < layout->n_columns; c++)
        if (layout->table[c] == table)
            width += GAP + layout->widths[c];
    return width;
}

/* The column of the highest rank that stands in no table and fits into that one; -1: there is none. */
static int next_column(const struct layout *layout, int table, int width)
{
    int used = table_width(layout, table), best = -1;
    bool empty = used == MARK + layout->name_width;
    for (int c = 0; c < layout->n_columns; c++)
        if (!layout->table[c] && (empty || used + GAP + layout->widths[c] <= width) &&
            (best < 0 || layout->columns[c].rank > layout->columns[best].rank))
            best = c;
    return best;
}

static bool all_placed(const struct layout *layout)
{
    bool all = true;
    for (int c = 0; c < layout->n_columns; c++)
        all = all && layout->table[c];
    return all;
}

/* Parts the columns into as many tables as are needed. */
static void part(struct layout *layout, int width)
{
    memset(layout->table, 0, sizeof layout->table);
    for (layout->n_tables = 0; !all_placed(layout);) {
        layout->n_tables++;
        for (int c; (c = next_column(layout, layout->n_tables, width)) >= 0;)
            layout->table[c] = layout->n_tables;
    }
}

/* Shortens names and parts, in this order and as far as needed; gives the names what room is left. */
static void fit(struct layout *layout, int width)
{
    int wanted = layout->name_width, widest = 0;
    layout->name_width = least_name_width(layout, width);
    layout->n_tables = 1;
    for (int c = 0; c < layout->n_columns; c++)
        layout->table[c] = 1;
    if (table_width(layout, 1) > width)
        part(layout, width);
    if (layout->one_table)
        layout->n_tables = 1;
    for (int t = 1; t <= layout->n_tables; t++)
        widest = table_width(layout, t) > widest ? table_width(layout, t) : widest;
    int room = layout->name_width + width - widest;
    layout->name_width = room >= wanted ? wanted : room > layout->name_width ? room : layout->name_width;
}

static void choose_rows(struct layout *layout, const struct study *study, const struct group *group, bool all)
{
    struct pick_limits limits = {.all = all ? INT_MAX : ALL_SHOWN, .best = BEST_SHOWN, .front = FRONT_SHOWN};
    layout->pick = pick_plans(study, group, limits, &layout->arena);
    layout->marks_front = layout->pick.n_plans > ALL_SHOWN;
    layout->one_table = layout->pick.many;
    layout->n_rows = layout->pick.n_shown;
    for (int i = 1; i < layout->n_rows; i++)
        layout->whole_names = layout->whole_names || study->outcomes[layout->pick.shown[i]].strategy->written;
}

static void lay_out(struct layout *layout, const struct study *study, const struct group *group,
                    const struct table_options *options)
{
    *layout = (struct layout){.n_rows = 0};
    choose_rows(layout, study, group, options->verbose);
    choose_columns(layout, study);
    int n = layout->n_rows;
    const int *shown = layout->pick.shown;
    layout->names = arena_new(&layout->arena, (size_t)n, sizeof *layout->names);
    for (int i = 0; i < n; i++) {
        layout->names[i] = study->outcomes[shown[i]].name;
        int columns = utf8_columns(layout->names[i]);
        layout->name_width = columns > layout->name_width ? columns : layout->name_width;
    }
    for (int c = 0; c < layout->n_columns; c++) {
        int heading = utf8_columns(layout->columns[c].heading), below = utf8_columns(layout->columns[c].below);
        layout->widths[c] = heading > below ? heading : below;
        layout->cells[c] = arena_new(&layout->arena, (size_t)n, sizeof *layout->cells[c]);
        layout->units[c] = measure_unit_among(study, group, layout->columns[c].measure);
        if (layout->units[c] == QUANTITY_INSTANCE_HOURS)
            layout->units[c] = QUANTITY_NUMBER; /* it stands in the heading */
        for (int i = 0; i < n; i++) {
            layout->cells[c][i] = cell_text(&layout->arena, &study->outcomes[shown[i]], layout->columns[c],
                                            layout->units[c]);
            int columns = utf8_columns(layout->cells[c][i]);
            layout->widths[c] = columns > layout->widths[c] ? columns : layout->widths[c];
        }
    }
    fit(layout, width_of(options));
}

static void put_heading(const struct layout *layout, int table, struct paint paint, FILE *out)
{
    for (int line = 0; line < 2; line++) {
        struct text text = {0};
        text_add(&text, "%*s", MARK + layout->name_width, "");
        for (int c = 0; c < layout->n_columns; c++) {
            const char *heading = line ? layout->columns[c].below : layout->columns[c].heading;
            if (layout->table[c] == table)
                text_add(&text, "%*s%s", GAP + layout->widths[c] - utf8_columns(heading), "", heading);
        }
        while (text.length && text.data[text.length - 1] == ' ')
            text.data[--text.length] = '\0';
        if (text.length)
            fprintf(out, "%s%s%s\n", paint.on, text.data, paint.off);
        text_free(&text);
    }
}

/* After the first table, a row without figures is left out. */
static void put_row(const struct layout *layout, int table, int row, char mark, struct paint paint, FILE *out)
{
    struct text name = {0};
    int last = 0;
    for (int c = 0; c < layout->n_columns; c++)
        if (layout->table[c] == table && *layout->cells[c][row])
            last = c + 1;
    if (!last && table > 1)
        return;
    utf8_add_shortened(&name, layout->names[row], layout->name_width);
    fprintf(out, "%s%c ", paint.on, mark);
    put_left(name.data, last ? layout->name_width : 0, out);
    for (int c = 0; c < last; c++)
        if (layout->table[c] == table) {
            put_spaces(GAP, out);
            put_right(layout->cells[c][row], layout->widths[c], out);
        }
    fprintf(out, "%s\n", paint.off);
    text_free(&name);
}

/* "1.10 s lost (± 0.02)": the figures that stand in the table. */
static void add_objective(struct text *text, enum measure measure, const struct estimate *estimate,
                          enum quantity_unit unit)
{
    static const char *const words[MEASURES] = {
        [MEASURE_DOWNTIME] = "of downtime",
        [MEASURE_LOST] = "lost",
        [MEASURE_ADDED_DOWNTIME] = "of added downtime",
        [MEASURE_ADDED_LOST] = "lost in addition",
        [MEASURE_DURATION] = "of duration",
        [MEASURE_ROLLBACK] = "chance of a rollback",
        [MEASURE_FALSE_ROLLBACK] = "chance of a false rollback",
        [MEASURE_CAUGHT_EARLY] = "chance to be caught early",
        [MEASURE_STUCK] = "chance to be stuck",
        [MEASURE_ESCAPED] = "chance to escape",
        [MEASURE_EXTRA] = "of extra instances",
    };
    char value[QUANTITY_BYTES], interval[QUANTITY_BYTES];
    struct quantity q = estimate_quantity(measure, estimate);
    q.unit = unit;
    if (estimate->solved) {
        text_add(text, "%s %s", estimate_print(q, true, value), words[measure]);
        return;
    }
    text_add(text, "%s %s", quantity_value(q, value), words[measure]);
    if (*quantity_interval(q, interval))
        text_add(text, " (%s)", interval);
}

static void add_name(struct text *text, const struct study *study, const struct outcome *outcome, bool with_topology)
{
    utf8_add_printable(text, outcome->name);
    if (with_topology && study->scenario->n_topologies > 1) {
        text_add(text, " in ");
        utf8_add_printable(text, outcome->topology->name);
    }
}

/* Whether a strategy of that topology, or of any (NULL), could not be solved. */
static bool any_unsolved(const struct study *study, const struct topology *topology)
{
    for (int i = 0; i < study->n_outcomes; i++)
        if (study->outcomes[i].unsolved && (!topology || study->outcomes[i].topology == topology))
            return true;
    return false;
}

/* What stands level with the winner, which may be a hundred plans: of a long list only the first names. */
static void add_note(struct text *text, const char *note, bool whole)
{
    enum { LONG = 400 };
    struct text cut = {0};
    const char *end = strlen(note) > LONG && !whole ? strstr(note + LONG, ", ") : NULL;
    if (end)
        text_add_bytes(&cut, note, (size_t)(end - note));
    utf8_add_printable(text, end ? cut.data : note);
    text_add(text, end ? " and others, all of which -v names" : "");
    text_free(&cut);
}

static void put_best(const struct study *study, int best, bool overall, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    enum measure minimized = study->scenario->objective.minimize;
    if (best < 0) {
        text_add(&text, overall ? "No strategy keeps every condition in any topology: there is no winner."
                                : "No strategy keeps every condition: there is no winner.");
    } else {
        add_name(&text, study, &study->outcomes[best], overall);
        bool among_all = overall && study->scenario->n_topologies > 1;
        text_add(&text, " costs least%s%s: ", study->partial ? " so far" : "",
                 any_unsolved(study, among_all ? NULL : study->outcomes[best].topology) ? " of those solved"
                 : among_all                                                           ? " of all"
                                                                                       : "");
        struct group group = group_of(study, best);
        add_objective(&text, minimized, &study->outcomes[best].measures[minimized],
                      measure_unit_among(study, &group, minimized));
        text_add(&text, ".");
    }
    put_painted(&text, paint_of(options, "\033[1m"), options, out);
    bool is_winner = overall || study->scenario->n_topologies == 1;
    if (is_winner && best >= 0 && study->winner_note) {
        add_note(&text, study->winner_note, options->verbose);
        put_sentence(&text, options, out);
    }
}

static void put_no_winner_yet(bool partial, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    text_add(&text, partial ? "Interrupted before there was a winner." : "No strategy could be solved.");
    put_painted(&text, paint_of(options, "\033[1m"), options, out);
}

static void put_infeasible(const struct study *study, const struct group *group, const struct table_options *options,
                           FILE *out)
{
    for (int i = group->first; i < group->end; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        struct text text = {0};
        if (!outcome->strategy || outcome->feasible || outcome->unsolved)
            continue;
        utf8_add_printable(&text, outcome->name);
        text_add(&text, outcome->unjudged ? " was not judged: the run was interrupted too early." :
                                            " is ruled out: it breaks ");
        if (!outcome->unjudged) {
            utf8_add_printable(&text, outcome->infeasible_because ? outcome->infeasible_because : "a condition");
            text_add(&text, ".");
        }
        put_sentence(&text, options, out);
    }
}

static bool is_shown(const struct layout *layout, enum measure measure)
{
    for (int c = 0; c < layout->n_columns; c++)
        if (layout->columns[c].measure == measure)
            return true;
    return false;
}

static bool same_note(const struct estimate *a, const struct estimate *b)
{
    return a->note && b->note ? !strcmp(a->note, b->note) : a->note == b->note;
}

static bool note_due(const struct layout *layout, const struct outcome *outcome, enum measure measure, bool verbose)
{
    return !outcome->measures[measure].trusted && outcome_has(outcome, measure) &&
           (verbose || is_shown(layout, measure));
}

/* Adds the measures from `first` on that share its note, and remembers that they were said. */
static void add_noted(struct text *text, const struct layout *layout, const struct outcome *outcome, int first,
                      bool verbose, bool said[MEASURES])
{
    for (int m = first; m < MEASURES; m++) {
        if (!note_due(layout, outcome, m, verbose) || !same_note(&outcome->measures[first], &outcome->measures[m]))
            continue;
        text_add(text, "%s%s", m == first ? "" : ", ", measure_types[m].name);
        said[m] = true;
    }
}

/* "? canary (rollback, stuck): too few paths …": the measures of one outcome that share a note stand together. */
static void put_notes(const struct layout *layout, const struct outcome *outcome, const struct table_options *options,
                      FILE *out)
{
    bool said[MEASURES] = {false};
    for (int m = 0; m < MEASURES; m++) {
        const char *note = outcome->measures[m].note;
        struct text text = {0};
        if (said[m] || !note_due(layout, outcome, m, options->verbose))
            continue;
        text_add(&text, "? ");
        utf8_add_printable(&text, outcome->name);
        text_add(&text, " (");
        add_noted(&text, layout, outcome, m, options->verbose, said);
        text_add(&text, "): ");
        utf8_add_printable(&text, note ? note : "too few paths saw what the interval rests on.");
        put_sentence(&text, options, out);
    }
}

enum { STOPPED_MOST = 8 }; /* that are named */

/* Adds who was ended for that reason, with the precision that was reached; returns how many. */
static int add_stopped(struct text *text, const struct study *study, const struct group *group, enum stop stop)
{
    char share[QUANTITY_BYTES];
    int n = 0;
    for (int i = group->first; i < group->end; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        if (!outcome->strategy || outcome->stop != stop)
            continue;
        if (n++ >= STOPPED_MOST)
            continue;
        text_add(text, n > 1 ? ", " : ": ");
        utf8_add_printable(text, outcome->name);
        if (stop != STOP_CONSTANT && isfinite(outcome->precision) && outcome->precision > 1)
            text_add(text, " (more than ± 100 %%)");
        else if (stop != STOP_CONSTANT && isfinite(outcome->precision))
            text_add(text, " (± %s)", quantity_plain(QUANTITY_SHARE, outcome->precision, share));
    }
    if (n > STOPPED_MOST)
        text_add(text, " and %d more", n - STOPPED_MOST);
    return n;
}

/* Why sampling ended where it was not the precision, one line a reason. */
static void put_stops(const struct study *study, const struct group *group, const struct table_options *options,
                      FILE *out)
{
    for (int stop = STOP_PRECISE + 1; stop < STOP_SOLVED; stop++) {
        struct text text = {0};
        add_stop_reason(&text, stop, study->scenario->simulation.precision);
        int n = add_stopped(&text, study, group, stop);
        text_add(&text, ".");
        if (n)
            put_sentence(&text, options, out);
        text_free(&text);
    }
}

static void put_table(const struct study *study, const struct group *group, const struct layout *layout, int table,
                      const struct table_options *options, FILE *out)
{
    int best = study->best[group->index];
    put_heading(layout, table, paint_of(options, "\033[2m"), out);
    for (int row = 0; row < layout->n_rows; row++) {
        int i = layout->pick.shown[row];
        const struct outcome *outcome = &study->outcomes[i];
        bool on_front = layout->marks_front && pick_on_front(&layout->pick, i);
        bool dim = !outcome->strategy || !outcome->feasible;
        struct paint paint = i == best ? paint_of(options, "\033[1;32m")
                             : dim     ? paint_of(options, "\033[2m")
                                       : (struct paint){"", ""};
        put_row(layout, table, row, i == best ? '*' : on_front ? '+' : ' ', paint, out);
    }
}

static void put_unsolved(const struct study *study, const struct group *group, const struct table_options *options,
                         FILE *out)
{
    for (int i = group->first; i < group->end; i++) {
        struct text text = {0};
        if (!study->outcomes[i].unsolved)
            continue;
        utf8_add_printable(&text, study->outcomes[i].name);
        text_add(&text, " was not solved: ");
        utf8_add_printable(&text, study->outcomes[i].unsolved);
        text_add(&text, ".");
        put_sentence(&text, options, out);
    }
}

/* "none: 42 states; canary: 14 840 states at 8, 16, 32 phases …": what stands in place of intervals. */
static void put_solved(const struct study *study, const struct group *group, const struct table_options *options,
                       FILE *out)
{
    struct text text = {0};
    for (int i = group->first; i < group->end; i++) {
        const struct outcome *outcome = &study->outcomes[i];
        if (!outcome->n_solutions)
            continue;
        const struct solution *last = &outcome->solutions[outcome->n_solutions - 1];
        text_add(&text, "%s", text.length ? "; " : "Solved: ");
        utf8_add_printable(&text, outcome->name);
        text_add(&text, " ");
        add_grouped(&text, (double)last->states);
        text_add(&text, last->states == 1 ? " state" : " states");
        for (int k = 0; k < outcome->n_solutions && last->phases; k++)
            text_add(&text, "%s%d", k ? ", " : " at ", outcome->solutions[k].phases);
        text_add(&text, last->phases ? " phases" : "");
    }
    text_add(&text, ".");
    if (text.length > 1)
        put_sentence(&text, options, out);
    text_free(&text);
}

/* What is to be said of each plan. */
static void put_each(const struct layout *layout, const struct study *study, const struct group *group,
                     const struct table_options *options, FILE *out)
{
    put_infeasible(study, group, options, out);
    for (int i = group->first; i < group->end; i++)
        put_notes(layout, &study->outcomes[i], options, out);
    put_stops(study, group, options, out);
    put_unsolved(study, group, options, out);
    if (study->solved)
        put_solved(study, group, options, out);
}

/* The same where it would be a page: how many plans it is said of. */
static void put_counts(const struct layout *layout, const struct study *study, const struct group *group,
                       const struct table_options *options, FILE *out)
{
    int untrusted = 0;
    for (int i = group->first; i < group->end; i++) {
        bool due = false;
        for (int m = 0; m < MEASURES; m++)
            due = due || note_due(layout, &study->outcomes[i], m, false);
        untrusted += due;
    }
    put_infeasible_counts(study, group, options, out);
    put_untrusted_count(untrusted, options, out);
    put_stop_counts(study, group, options, out);
}

static void put_group(const struct study *study, const struct group *group, const struct table_options *options,
                      FILE *out)
{
    struct layout layout;
    int best = study->best[group->index];
    lay_out(&layout, study, group, options);
    if (study->scenario->n_topologies > 1) {
        struct text name = {0};
        struct paint bold = paint_of(options, "\033[1m");
        utf8_add_printable(&name, group->topology->name);
        fprintf(out, "%s%s%s\n", bold.on, name.data, bold.off);
        text_free(&name);
    }
    for (int table = 1; table <= layout.n_tables; table++) {
        if (table > 1)
            putc('\n', out);
        put_table(study, group, &layout, table, options, out);
    }
    if (options->verbose)
        put_details(study, group, options, out);
    else
        putc('\n', out);
    if (best < 0 && !all_judged(study, group->first, group->end))
        put_no_winner_yet(study->partial, options, out);
    else
        put_best(study, best, false, options, out);
    put_budget(study, group, options, out);
    if (layout.marks_front)
        put_left_out(study, &layout.pick, options, out);
    put_missing_columns(&layout, options, out);
    if (layout.pick.many)
        put_counts(&layout, study, group, options, out);
    else
        put_each(&layout, study, group, options, out);
    putc('\n', out);
    arena_free(&layout.arena);
}

/* Conditions that only paths can tell about. */
static void put_unjudged(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct objective *objective = &study->scenario->objective;
    struct text text = {0};
    for (int i = 0; i < objective->n_subject_to && study->solved; i++)
        if (objective->subject_to[i].statistic != STATISTIC_MEAN)
            text_add(&text, "%s%s", text.length ? ", " : "Not judged, since it takes paths (nines run): ",
                     objective->subject_to[i].text);
    if (text.length) {
        text_add(&text, ".");
        put_sentence(&text, options, out);
    }
    text_free(&text);
}

static void put_effort(const struct study *study, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    char duration[QUANTITY_BYTES];
    if (study->solved) {
        text_add(&text, "Solved in %s on %d thread%s.", quantity_plain(QUANTITY_SECONDS, study->seconds, duration),
                 study->threads, study->threads == 1 ? "" : "s");
        put_sentence(&text, options, out);
        return;
    }
    add_grouped(&text, (double)study->paths);
    text_add(&text, " paths in %s on %d thread%s", quantity_plain(QUANTITY_SECONDS, study->seconds, duration),
             study->threads, study->threads == 1 ? "" : "s");
    if (study->seconds > 0) {
        double rate = (double)study->paths / study->seconds;
        double unit = rate >= 100 ? pow(10, floor(log10(rate)) - 2) : 1;
        text_add(&text, ": ");
        add_grouped(&text, round(rate / unit) * unit);
        text_add(&text, " paths/s");
    }
    text_add(&text, ".");
    put_sentence(&text, options, out);
}

static void put_title(const struct study *study, const struct table_options *options, FILE *out)
{
    const struct scenario *scenario = study->scenario;
    struct text text = {0};
    char horizon[QUANTITY_BYTES], confidence[QUANTITY_BYTES];
    utf8_add_printable(&text, scenario->name);
    text_add(&text, ": means over %s", quantity_plain(QUANTITY_SECONDS, scenario->horizon, horizon));
    if (!study->solved)
        text_add(&text, " with %s intervals, seed %llu",
                 quantity_plain(QUANTITY_SHARE, scenario->simulation.confidence, confidence),
                 (unsigned long long)study->seed);
    put_sentence(&text, options, out);
    putc('\n', out);
}

/* Prints the study for a person. `*` marks the best strategy of a topology, `?` an estimate that may not be trusted. */
void report_table(const struct study *study, const struct table_options *options, FILE *out)
{
    struct group group = {0};
    put_title(study, options, out);
    while (group_next(study, &group))
        put_group(study, &group, options, out);
    if (study->scenario->n_topologies > 1 && (study->winner >= 0 || all_judged(study, 0, study->n_outcomes)))
        put_best(study, study->winner, true, options, out);
    put_unjudged(study, options, out);
    if (study->partial) {
        struct text text = {0};
        text_add(&text, "Partial result: the run was interrupted, so %s.",
                 study->solved ? "not all was solved" : "the intervals are wider than asked");
        put_painted(&text, paint_of(options, "\033[1;33m"), options, out);
    }
    put_effort(study, options, out);
}
