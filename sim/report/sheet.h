/* report/sheet: one figure as data files for gnuplot. Internal to report/. */
#ifndef NINES_REPORT_SHEET_H
#define NINES_REPORT_SHEET_H

#include "report/common.h"

/* How a text stands on the sheet; the numbers are the blocks of the file of texts. */
enum text_style { TEXT_LEFT, TEXT_RIGHT, TEXT_CENTER, TEXT_TITLE, TEXT_HEADING, TEXT_NOTE, TEXT_WHITE, TEXT_STYLES };

/* Lengths are in pixels, with the origin at the lower left; texts are written there whatever the axes are. */
struct sheet {
    const char  *name;              /* of the figure: "downtime" */
    double       width, height;
    struct text  numbers;           /* assignments for gnuplot: numbers only, never a text of the user's */
    struct text  data, marks, none, front, others; /* what is plotted */
    struct text  texts[TEXT_STYLES];
};

/* A rectangle on the sheet. */
struct box {
    double left, right, bottom, top;
};

/* An axis in the unit that suits it. */
struct axis {
    double least, greatest; /* in seconds */
    bool   log;
    int    unit;            /* 1: s, 2: min, 3: h, 4: d */
};

extern const unsigned palette[];
extern const char *const sheet_suffixes[]; /* of the files of a figure; ended by NULL */
enum { PALETTE = 7, GREY = 0x999999, NAME_COLUMNS = 64, HEADING_COLUMNS = 88, SHEET_WIDTH = 1000, TITLE_HEIGHT = 62 };

void        sheet_number(struct sheet *sheet, const char *name, double value);
void        sheet_count(struct sheet *sheet, const char *name, int value);
void        sheet_box(struct sheet *sheet, const char *name, struct box box);
void        sheet_axis(struct sheet *sheet, const char *name, struct axis axis);
void        sheet_text(struct sheet *sheet, enum text_style style, double x, double y, const char *text);
void        sheet_title(struct sheet *sheet, const struct study *study, const char *title, bool intervals,
                        const char *more);
void        sheet_heading(struct sheet *sheet, const struct study *study, const struct group *group, double x,
                          double y);
void        sheet_free(struct sheet *sheet);
bool        sheet_write(const struct sheet *sheet, const char *folder, struct error *error);
double      text_pixels(const char *text);
double      axis_place(struct axis axis, double seconds, double from, double to);
struct axis axis_from(double greatest, double least_positive);
double      axis_factor(struct axis axis);

void sheet_downtime(const struct study *study, struct sheet *sheet);
void sheet_exceedance(const struct study *study, struct sheet *sheet);
void sheet_tradeoff(const struct study *study, struct sheet *sheet);
void sheet_causes(const struct study *study, struct sheet *sheet);
void sheet_sensitivity(const struct study *study, struct sheet *sheet);

#endif
