/*
 * The figure of points: duration against loss (tradeoff), with the front of the plans that no other beats in both.
 *
 * Of a few plans each has a color, its intervals and its name beside it. Of many only those of the front have, and the
 * others are grey dots. Where names would stand on points or on each other, there are numbers in their stead, and a key
 * below the panel.
 */
#include "report/pick.h"
#include "report/sheet.h"

#include "base/utf8.h"

#include <limits.h>
#include <math.h>

enum { SIDE = 20, AXIS = 94, FOOT = 52, HEADING = 34, PANEL = 400, PANEL_OF_MANY = 300, KEY_PITCH = 20, KEY_NUMBER = 26,
       KEY_GAP = 28, LOWER_EDGE = 6 };

/* Up to so many plans are all drawn in full; of more those of the front, of which so many are named. */
enum { FEW = 12, FRONT_NAMED = 16 };

/* The panel of one topology. */
struct panel {
    const struct study *study;
    struct group group;
    struct pick  pick;
    bool         few;
    struct box   box;
    struct axis  x, y;
    int         *drawn;  /* outcomes with a color and intervals */
    int          n_drawn;
    int         *named;  /* outcomes that have a name, or a number */
    int          n_named;
};

/* Where a name must not stand: points, intervals, the line of the front, and names that have their place. */
struct taken {
    struct arena *arena;
    struct box   *boxes;
    int           n, capacity;
};

static void take(struct taken *taken, struct box box)
{
    taken->boxes = arena_room(taken->arena, taken->boxes, taken->n, &taken->capacity, sizeof *taken->boxes);
    taken->boxes[taken->n++] = box;
}

static bool overlap(struct box a, struct box b)
{
    return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;
}

/*
 * The place of a name that is nearest to its point and free: right or left of it, then ever higher and lower. False:
 * there is none, and *box is one that is not free.
 */
static bool place_name(double x, double y, double width, struct box panel, const struct taken *taken, struct box *box)
{
    enum { HEIGHT = 16, DISTANCE = 11, TRIES = 80 };
    for (int i = 0; i < TRIES; i++) {
        bool left = i % 2;
        int rank = i / 2;
        double shift = (rank + 1) / 2 * (rank % 2 ? 9.0 : -9.0);
        box->left = left ? x - DISTANCE - width : x + DISTANCE;
        box->right = box->left + width;
        box->bottom = y + shift - HEIGHT / 2.0;
        box->top = box->bottom + HEIGHT;
        bool is_free = box->left > panel.left && box->right < panel.right && box->bottom > panel.bottom &&
                       box->top < panel.top;
        for (int k = 0; k < taken->n && is_free; k++)
            is_free = !overlap(*box, taken->boxes[k]);
        if (is_free)
            return true;
    }
    return false;
}

static const struct estimate *duration_of(const struct panel *panel, int outcome)
{
    return &panel->study->outcomes[outcome].measures[MEASURE_DURATION];
}

static const struct estimate *lost_of(const struct panel *panel, int outcome)
{
    return &panel->study->outcomes[outcome].measures[MEASURE_LOST];
}

static double x_of(const struct panel *panel, double duration)
{
    return axis_place(panel->x, duration, panel->box.left, panel->box.right);
}

static double y_of(const struct panel *panel, double lost)
{
    return axis_place(panel->y, fmax(lost, panel->y.least), panel->box.bottom, panel->box.top);
}

static bool is_drawn(const struct panel *panel, int outcome)
{
    return panel->few || pick_on_front(&panel->pick, outcome) || outcome == panel->study->best[panel->group.index];
}

/* Points, intervals and grey dots, as far as they are known. */
static void take_points(const struct panel *panel, struct taken *taken)
{
    for (int i = panel->group.first + 1; i < panel->group.end; i++) {
        const struct estimate *d = duration_of(panel, i), *l = lost_of(panel, i);
        double x = x_of(panel, d->mean), y = y_of(panel, l->mean);
        double size = is_drawn(panel, i) ? 7 : 4;
        if (!isfinite(d->mean) || !isfinite(l->mean))
            continue;
        take(taken, (struct box){x - size, x + size, y - size, y + size});
        if (!is_drawn(panel, i))
            continue;
        take(taken, (struct box){x - 3, x + 3, y_of(panel, l->low), y_of(panel, fmin(l->high, panel->y.greatest))});
        take(taken, (struct box){x_of(panel, d->low), x_of(panel, d->high), y - 3, y + 3});
    }
}

static void take_line(const struct panel *panel, struct taken *taken)
{
    for (int i = 0; i + 1 < panel->pick.n_front; i++) {
        int from = panel->pick.front[i], to = panel->pick.front[i + 1];
        double left = x_of(panel, duration_of(panel, from)->mean), right = x_of(panel, duration_of(panel, to)->mean);
        double top = y_of(panel, lost_of(panel, from)->mean), bottom = y_of(panel, lost_of(panel, to)->mean);
        take(taken, (struct box){left, right, top - 2, top + 2});
        take(taken, (struct box){right - 2, right + 2, bottom, top});
    }
}

/* "canary (best)", or with a number its own. */
static void add_name(struct text *text, const struct panel *panel, int outcome, int number)
{
    if (number) {
        text_add(text, "%d", number);
        return;
    }
    utf8_add_shortened(text, panel->study->outcomes[outcome].name, NAME_COLUMNS);
    if (outcome == panel->study->best[panel->group.index])
        text_add(text, " (best)");
}

static const char level_name[] = "no release at all";

/* The level of no release at all, where it can be seen; else NAN. */
static double level_of(const struct panel *panel)
{
    double level = lost_of(panel, panel->group.first)->mean;
    return level > 0 && level >= panel->y.least && level <= panel->y.greatest ? level : NAN;
}

static void take_level(const struct panel *panel, struct taken *taken)
{
    double at = y_of(panel, level_of(panel)) - 10;
    if (isfinite(level_of(panel)))
        take(taken, (struct box){panel->box.left, panel->box.left + 6 + text_pixels(level_name), at - 8, at + 8});
}

/*
 * Names, or numbers, beside their points, with a line to it where one does not stand beside it. Returns whether all
 * have a place of their own. Without a sheet nothing is drawn.
 */
static bool put_names(const struct panel *panel, bool numbered, struct sheet *sheet)
{
    struct arena arena = {0};
    struct taken taken = {.arena = &arena};
    bool all = true;
    take_level(panel, &taken);
    take_points(panel, &taken);
    take_line(panel, &taken);
    for (int i = 0; i < panel->n_named; i++) {
        struct text name = {0};
        struct box box;
        double x = x_of(panel, duration_of(panel, panel->named[i])->mean);
        double y = y_of(panel, lost_of(panel, panel->named[i])->mean);
        add_name(&name, panel, panel->named[i], numbered ? i + 1 : 0);
        all = place_name(x, y, text_pixels(name.data), panel->box, &taken, &box) && all;
        take(&taken, box);
        bool right = box.left > x;
        double end = right ? box.left - 2 : box.right + 2, middle = (box.bottom + box.top) / 2;
        if (sheet)
            sheet_text(sheet, right ? TEXT_LEFT : TEXT_RIGHT, right ? box.left : box.right, middle, name.data);
        if (sheet && fabs(middle - y) > 8)
            text_add(&sheet->marks, "%.1f %.1f %.1f %.1f\n", x, y, end - x, middle - y);
        text_free(&name);
    }
    arena_free(&arena);
    return all;
}

/* Chooses what is drawn in full. */
static void choose_drawn(struct panel *panel, struct arena *arena)
{
    int n = panel->pick.n_plans;
    panel->drawn = arena_new(arena, (size_t)n + 1, sizeof *panel->drawn);
    panel->named = arena_new(arena, (size_t)n + 1, sizeof *panel->named);
    for (int i = panel->group.first + 1; i < panel->group.end; i++)
        if (is_drawn(panel, i))
            panel->drawn[panel->n_drawn++] = i;
}

static double distance(const struct panel *panel, int a, int b)
{
    return hypot(x_of(panel, duration_of(panel, a)->mean) - x_of(panel, duration_of(panel, b)->mean),
                 y_of(panel, lost_of(panel, a)->mean) - y_of(panel, lost_of(panel, b)->mean));
}

/* How far the nearest plan that has a name is. */
static double distance_to_named(const struct panel *panel, int outcome)
{
    double least = INFINITY;
    for (int i = 0; i < panel->n_named; i++)
        least = fmin(least, distance(panel, outcome, panel->named[i]));
    return least;
}

/* Of the front the best plan, both ends, and then ever the one that is furthest from those, while names can be read. */
static void name_front(struct panel *panel, const int *front, int n_front)
{
    enum { APART = 18 };
    int best = panel->study->best[panel->group.index];
    const int first[] = {best, n_front ? front[0] : -1, n_front ? front[n_front - 1] : -1};
    for (int i = 0; i < 3; i++)
        if (first[i] >= 0 && !(distance_to_named(panel, first[i]) < APART))
            panel->named[panel->n_named++] = first[i];
    while (panel->n_named < FRONT_NAMED) {
        int furthest = -1;
        double most = APART;
        for (int i = 0; i < n_front; i++)
            if (distance_to_named(panel, front[i]) > most) {
                furthest = front[i];
                most = distance_to_named(panel, front[i]);
            }
        if (furthest < 0)
            break;
        panel->named[panel->n_named++] = furthest;
    }
}

/* Chooses what has a name: of a few plans all, of many some of the front, by rising duration. */
static void choose_named(struct panel *panel, struct arena *arena)
{
    int *front = arena_new(arena, (size_t)panel->pick.n_front + 1, sizeof *front);
    int n_front = pick_distinct(panel->study, panel->pick.front, panel->pick.n_front, front), n = 0;
    if (!panel->few)
        name_front(panel, front, n_front);
    for (int i = 0; i < panel->n_drawn && panel->few; i++)
        if (isfinite(duration_of(panel, panel->drawn[i])->mean) && isfinite(lost_of(panel, panel->drawn[i])->mean))
            panel->named[panel->n_named++] = panel->drawn[i];
    for (int i = 1; i < panel->n_named && !panel->few; i++) {
        int outcome = panel->named[i];
        for (n = i; n > 0 && duration_of(panel, panel->named[n - 1])->mean > duration_of(panel, outcome)->mean; n--)
            panel->named[n] = panel->named[n - 1];
        panel->named[n] = outcome;
    }
}

static void add_point(struct sheet *sheet, const struct panel *panel, int outcome)
{
    const struct estimate *d = duration_of(panel, outcome), *l = lost_of(panel, outcome);
    double fx = axis_factor(panel->x), fy = axis_factor(panel->y);
    bool best = outcome == panel->study->best[panel->group.index];
    unsigned color = panel->few ? palette[(outcome - panel->group.first - 1) % PALETTE] : palette[best];
    text_add(&sheet->data, "%.12g %.12g %.12g %.12g %.12g %.12g %u %d\n", d->mean * fx, d->low * fx, d->high * fx,
             l->mean * fy, fmax(l->low, panel->y.least) * fy, l->high * fy, color,
             panel->study->outcomes[outcome].feasible);
}

/* Each block begins with a point out of sight, since it may not be empty. */
static void add_dots(struct sheet *sheet, const struct panel *panel)
{
    double fx = axis_factor(panel->x), fy = axis_factor(panel->y);
    text_add(&sheet->others, "-1 -1 1\n");
    for (int i = panel->group.first + 1; i < panel->group.end; i++)
        if (!is_drawn(panel, i))
            text_add(&sheet->others, "%.12g %.12g %d\n", duration_of(panel, i)->mean * fx, lost_of(panel, i)->mean * fy,
                     panel->study->outcomes[i].feasible);
}

/* From each plan of the front to the next: what may be lost at least, if the rollout may take so long. */
static void add_front(struct sheet *sheet, const struct panel *panel)
{
    double fx = axis_factor(panel->x), fy = axis_factor(panel->y), before = NAN;
    text_add(&sheet->front, "-1 -1\n\n");
    for (int i = 0; i < panel->pick.n_front; i++) {
        double x = duration_of(panel, panel->pick.front[i])->mean * fx;
        double y = fmax(lost_of(panel, panel->pick.front[i])->mean, panel->y.least) * fy;
        if (i)
            text_add(&sheet->front, "%.12g %.12g\n", x, before);
        text_add(&sheet->front, "%.12g %.12g\n", x, y);
        before = y;
    }
}

/* The level of no release at all, as a line through the panel, and what it is. */
static void add_level(struct sheet *sheet, const struct panel *panel)
{
    double level = level_of(panel), fx = axis_factor(panel->x), fy = axis_factor(panel->y);
    if (isnan(level)) {
        text_add(&sheet->none, "-1 -1\n");
        return;
    }
    text_add(&sheet->none, "%.12g %.12g\n%.12g %.12g\n", panel->x.least * fx, level * fy, panel->x.greatest * fx,
             level * fy);
    sheet_text(sheet, TEXT_NOTE, panel->box.left + 6, y_of(panel, level) - 10, level_name);
}

static struct axis lost_axis(const struct panel *panels, int n)
{
    double greatest = 0, least = INFINITY;
    for (int t = 0; t < n; t++)
        for (int i = panels[t].group.first; i < panels[t].group.end; i++) {
            const struct estimate *e = lost_of(&panels[t], i);
            greatest = fmax(greatest, is_drawn(&panels[t], i) ? fmax(e->mean, e->high) : e->mean);
            least = fmin(least, e->mean);
        }
    struct axis axis = axis_from(greatest, 0);
    if (least > 0 && greatest > 15 * least) {
        axis.log = true;
        axis.least = least / 3;
        axis.greatest *= 2;
        axis.unit = axis_from(sqrt(axis.least * axis.greatest), 0).unit;
    } else {
        axis.greatest *= 1.15;
    }
    return axis;
}

static struct axis duration_axis(const struct panel *panels, int n)
{
    double greatest = 0;
    for (int t = 0; t < n; t++)
        for (int i = panels[t].group.first + 1; i < panels[t].group.end; i++) {
            const struct estimate *e = duration_of(&panels[t], i);
            greatest = fmax(greatest, is_drawn(&panels[t], i) ? fmax(e->mean, e->high) : e->mean);
        }
    struct axis axis = axis_from(greatest, 0);
    axis.greatest *= 1.15;
    return axis;
}

/* The numbers of a panel with what they stand for: columns as wide as the longest entry. */
struct key {
    bool   shown;
    int    columns, rows;
    double column_width;
};

/* How many other plans of the front stand on the same point. */
static int count_equal(const struct panel *panel, int outcome)
{
    int n = 0;
    for (int i = 0; i < panel->pick.n_front; i++) {
        int other = panel->pick.front[i];
        n += other != outcome && pick_on_front(&panel->pick, outcome) && !(distance(panel, outcome, other) > 0);
    }
    return n;
}

/* "rolling max_surge=10% and 2 equal: 29 min, 7.1 s". */
static void add_entry(struct text *text, const struct panel *panel, int outcome)
{
    char duration[QUANTITY_BYTES], lost[QUANTITY_BYTES];
    int equal = count_equal(panel, outcome);
    add_name(text, panel, outcome, 0);
    if (equal)
        text_add(text, " and %d equal", equal);
    text_add(text, ": %s, %s", quantity_plain(QUANTITY_SECONDS, duration_of(panel, outcome)->mean, duration),
             quantity_plain(QUANTITY_SECONDS, lost_of(panel, outcome)->mean, lost));
}

static struct key key_of(const struct panel *panels, int n)
{
    struct key key = {.columns = 1};
    double widest = 0;
    int most = 0;
    for (int t = 0; t < n; t++) {
        most = panels[t].n_named > most ? panels[t].n_named : most;
        for (int i = 0; i < panels[t].n_named; i++) {
            struct text entry = {0};
            add_entry(&entry, &panels[t], panels[t].named[i]);
            widest = fmax(widest, text_pixels(entry.data));
            text_free(&entry);
        }
    }
    key.column_width = KEY_NUMBER + widest + KEY_GAP;
    while (key.columns < most && (key.columns + 1) * key.column_width < SHEET_WIDTH - 2 * SIDE)
        key.columns++;
    key.rows = (most + key.columns - 1) / key.columns;
    return key;
}

static void add_key(struct sheet *sheet, const struct panel *panel, struct key key)
{
    for (int i = 0; i < panel->n_named && key.shown; i++) {
        struct text number = {0}, entry = {0};
        double x = SIDE + i / key.rows * key.column_width;
        double y = panel->box.bottom - FOOT - KEY_PITCH * (i % key.rows + 0.5);
        text_add(&number, "%d", i + 1);
        add_entry(&entry, panel, panel->named[i]);
        sheet_text(sheet, TEXT_RIGHT, x + KEY_NUMBER - 8, y, number.data);
        sheet_text(sheet, TEXT_LEFT, x + KEY_NUMBER, y, entry.data);
        text_free(&number);
        text_free(&entry);
    }
}

static void add_panel(struct sheet *sheet, const struct panel *panel, struct key key)
{
    add_level(sheet, panel);
    for (int i = 0; i < panel->n_drawn; i++)
        add_point(sheet, panel, panel->drawn[i]);
    if (!panel->n_drawn)
        text_add(&sheet->data, "-1 -1 -1 -1 -1 -1 0 1\n");
    add_dots(sheet, panel);
    add_front(sheet, panel);
    put_names(panel, key.shown, sheet);
    add_key(sheet, panel, key);
    text_add(&sheet->data, "\n\n");
    text_add(&sheet->none, "\n\n");
    text_add(&sheet->others, "\n\n");
    text_add(&sheet->front, "\n\n");
}

static void add_caption(struct sheet *sheet, const struct study *study, const struct panel *panels, int n)
{
    struct text more = {0};
    bool all = true, line = false;
    for (int i = 0; i < study->n_outcomes; i++)
        all = all && (study->outcomes[i].feasible || !study->outcomes[i].strategy);
    for (int t = 0; t < n; t++)
        line = line || panels[t].pick.n_front > 1;
    text_add(&more, "%s", line ? "; line: plans that no other beats in both" : "");
    if (!panels->few)
        text_add(&more, "; grey: the other plans, %d in all", panels->pick.n_plans);
    text_add(&more, "%s", all ? "" : "; hollow: breaks a condition");
    sheet_title(sheet, study, "What haste costs: duration against lost traffic", true, more.data);
    text_free(&more);
}

/* The panels, chosen and of that height, but not in their places yet. */
static struct panel *panels_of(const struct study *study, double height, struct arena *arena)
{
    int n = group_count(study);
    struct panel *panels = arena_new(arena, (size_t)n, sizeof *panels);
    for (struct group group = {0}; group_next(study, &group);) {
        struct panel *panel = &panels[group.index];
        *panel = (struct panel){.study = study, .group = group};
        panel->pick = pick_plans(study, &group, (struct pick_limits){.all = INT_MAX}, arena);
        panel->few = panel->pick.n_plans <= FEW;
        choose_drawn(panel, arena);
    }
    struct axis x = duration_axis(panels, n), y = lost_axis(panels, n);
    for (int t = 0; t < n; t++) {
        panels[t].x = x;
        panels[t].y = y;
        panels[t].box = (struct box){AXIS, SHEET_WIDTH - SIDE, 0, height};
        choose_named(&panels[t], arena);
    }
    return panels;
}

/* Whether the names of every panel have a place. */
static bool names_fit(const struct panel *panels, int n)
{
    bool fit = true;
    for (int t = 0; t < n && fit; t++)
        fit = put_names(&panels[t], false, NULL);
    return fit;
}

/* Mean duration against mean lost. */
void sheet_tradeoff(const struct study *study, struct sheet *sheet)
{
    struct arena arena = {0};
    int groups = group_count(study);
    double heading = groups > 1 ? HEADING : 0, height = groups > 1 ? PANEL_OF_MANY : PANEL;
    struct panel *panels = panels_of(study, height, &arena);
    struct key key = key_of(panels, groups);
    key.shown = !names_fit(panels, groups);
    double pitch = height + FOOT + heading + LOWER_EDGE + (key.shown ? KEY_PITCH * (key.rows + 0.5) : 0);
    sheet->name = "tradeoff";
    sheet->width = SHEET_WIDTH;
    sheet->height = TITLE_HEIGHT + groups * pitch + LOWER_EDGE;
    text_add(&sheet->marks, "-100 -100 1 1\n");
    for (int t = 0; t < groups; t++) {
        double top = sheet->height - TITLE_HEIGHT - heading - t * pitch;
        panels[t].box = (struct box){AXIS, SHEET_WIDTH - SIDE, top - height, top};
        sheet_heading(sheet, study, &panels[t].group, SIDE, top + 17);
        add_panel(sheet, &panels[t], key);
    }
    sheet_box(sheet, "panel", panels->box);
    sheet_axis(sheet, "duration", panels->x);
    sheet_axis(sheet, "lost", panels->y);
    sheet_count(sheet, "panels", groups);
    sheet_number(sheet, "pitch", pitch / sheet->height);
    add_caption(sheet, study, panels, groups);
    arena_free(&arena);
}
