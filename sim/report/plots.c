/*
 * Figures through gnuplot: plots/<name>.svg and .png, and in plots/source all that they were drawn from.
 *
 * Everything is first made in a folder of its own and moved when it is whole, so that no picture is half drawn; the
 * pictures of an earlier run are removed first, so that none stands beside results that it does not show.
 */
#include "report/gnuplot.h"
#include "report/sheet.h"
#include "study/sensitivity.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USUAL_LIMIT = 30 };

static void (*const figures[])(const struct study *, struct sheet *) = {sheet_downtime, sheet_exceedance,
                                                                        sheet_tradeoff, sheet_causes,
                                                                        sheet_sensitivity};

static const char *const figure_names[] = {"downtime", "exceedance", "tradeoff", "causes", "sensitivity"};

/* A form, and what stands among the last bytes of a whole file. */
static const struct {
    const char *suffix, *end;
} forms[] = {{"svg", "</svg>"}, {"png", "IEND\xAE\x42\x60\x82"}};

enum { FIGURES = sizeof figures / sizeof *figures, FORMS = sizeof forms / sizeof *forms, LAST_BYTES = 12 };
enum { SENSITIVITY = FIGURES - 1 };

/* How many figures there are: that of the sensitivity, the last, only where it was asked for and anything was moved. */
static int figures_of_study(const struct study *study)
{
    return study->sensitivity && study->sensitivity->n ? FIGURES : SENSITIVITY;
}

static void warn(const struct report_options *options, const char *message)
{
    if (options->warnings)
        text_add(options->warnings, "%s\n", message);
}

static double limit_of(const struct report_options *options)
{
    return options->plot_limit > 0 ? options->plot_limit : USUAL_LIMIT;
}

static void warn_all(const struct report_options *options, const struct error *error)
{
    if (options->warnings)
        text_add(options->warnings, "%s", error->text.data);
}

static const char *path_of(struct text *path, const char *folder, const char *name, const char *suffix)
{
    path->length = 0;
    text_add(path, "%s/%s%s%s", folder, name, *suffix ? "." : "", suffix);
    return path->data;
}

static bool remove_file(const char *folder, const char *name, const char *suffix, struct error *error)
{
    struct text path = {0};
    path_of(&path, folder, name, suffix);
    bool done = unlink(path.data) == 0 || errno == ENOENT || errno == ENOTDIR ||
                error_add(error, FAULT_SYSTEM, "%s: cannot remove the figure of an earlier run: %s", path.data,
                          strerror(errno));
    text_free(&path);
    return done;
}

/* The name of a file that the pictures are drawn from, by its number from 0; false after the last. */
static bool source_name(int number, struct text *name)
{
    const struct plot_script *script = plot_scripts;
    int suffixes = 0;
    name->length = 0;
    for (; script->name && number > 0; number--)
        script++;
    while (sheet_suffixes[suffixes])
        suffixes++;
    if (script->name)
        text_add(name, "%s", script->name);
    else if (number < FIGURES * suffixes)
        text_add(name, "%s%s", figure_names[number / suffixes], sheet_suffixes[number % suffixes]);
    return name->length > 0;
}

static bool remove_sources(const char *folder, struct error *error)
{
    struct text name = {0};
    bool done = true;
    for (int i = 0; done && source_name(i, &name); i++)
        done = remove_file(folder, name.data, "", error);
    text_free(&name);
    return done;
}

static bool remove_pictures(const char *folder, struct error *error)
{
    bool done = true;
    for (int i = 0; i < FIGURES; i++)
        for (int k = 0; done && k < FORMS; k++)
            done = remove_file(folder, figure_names[i], forms[k].suffix, error);
    return done;
}

/*
 * Removes the pictures of an earlier run from folder/plots and what they were drawn from, and the folders if nothing
 * else is in them. What no run has written stays. Returns false if one of them is still there.
 */
bool report_plots_remove(const char *folder, struct error *error)
{
    struct text plots = {0}, sources = {0};
    path_of(&plots, folder, "plots", "");
    path_of(&sources, plots.data, "source", "");
    bool done = remove_pictures(plots.data, error) && remove_sources(sources.data, error);
    rmdir(sources.data);
    rmdir(plots.data);
    text_free(&plots);
    text_free(&sources);
    return done;
}

/* Makes a folder with a name that nobody foresees, and sets `path` to it. */
static bool make_drawing(const char *plots, struct text *path, struct error *error)
{
    if (!file_make_folder(plots, error))
        return false;
    path_of(path, plots, "drawing", "XXXXXX");
    return mkdtemp(path->data) ||
           error_add(error, FAULT_SYSTEM, "%s: cannot make the folder: %s", path->data, strerror(errno));
}

/* Removes the folder of drawing, and of what is in it only what this program and gnuplot put there. */
static void remove_drawing(const char *folder)
{
    struct error ignored = {0};
    remove_sources(folder, &ignored);
    remove_pictures(folder, &ignored);
    for (int i = 0; gnuplot_leaves[i]; i++)
        remove_file(folder, gnuplot_leaves[i], "", &ignored);
    rmdir(folder);
    error_free(&ignored);
}

static bool move(const char *from, const char *to, const char *name, const char *suffix, struct error *error)
{
    struct text old = {0}, new = {0};
    path_of(&old, from, name, suffix);
    path_of(&new, to, name, suffix);
    bool done = rename(old.data, new.data) == 0 ||
                error_add(error, FAULT_SYSTEM, "%s: cannot write: %s", new.data, strerror(errno));
    text_free(&old);
    text_free(&new);
    return done;
}

static bool write_sources(const struct study *study, const char *folder, struct error *error)
{
    bool done = true;
    for (const struct plot_script *script = plot_scripts; done && script->name; script++) {
        struct text path = {0}, bytes = {0};
        for (const char *const *line = script->lines; *line; line++)
            text_add(&bytes, "%s", *line);
        done = file_write(path_of(&path, folder, script->name, ""), bytes.data, bytes.length, error);
        text_free(&path);
        text_free(&bytes);
    }
    for (int i = 0; done && i < figures_of_study(study); i++) {
        struct sheet sheet = {0};
        figures[i](study, &sheet);
        done = sheet_write(&sheet, folder, error);
        sheet_free(&sheet);
    }
    return done;
}

static bool is_whole(const char *folder, int figure, int form)
{
    struct text path = {0};
    char last[LAST_BYTES];
    FILE *in = fopen(path_of(&path, folder, figure_names[figure], forms[form].suffix), "rbe");
    bool whole = in && fseek(in, -LAST_BYTES, SEEK_END) == 0 && fread(last, LAST_BYTES, 1, in) == 1 &&
                 memmem(last, LAST_BYTES, forms[form].end, strlen(forms[form].end));
    if (in)
        fclose(in);
    text_free(&path);
    return whole;
}

/* Moves the pictures of a figure up that are whole; *broken becomes the first form that is not. False with an error. */
static bool keep_pictures(int figure, const char *sources, const char *folder, int *broken, struct error *error)
{
    bool done = true;
    for (int i = 0; done && i < FORMS; i++)
        if (is_whole(sources, figure, i))
            done = move(sources, folder, figure_names[figure], forms[i].suffix, error);
        else if (*broken < 0)
            *broken = i;
    return done;
}

static void add_consequence(struct text *message, enum gnuplot_end end, const char *figure)
{
    if (end == GNUPLOT_MISSING)
        text_add(message, ": no plots were drawn");
    else if (end == GNUPLOT_FAILED)
        text_add(message, ": plots/%s was not drawn", figure);
    else if (end == GNUPLOT_HUNG)
        text_add(message, ": plots/%s and those after it were not drawn", figure);
    else if (end == GNUPLOT_STOPPED)
        text_add(message, "interrupted: plots/%s and those after it were not drawn", figure);
}

/*
 * Draws one figure in the folder of sources and moves the pictures up. A failure of gnuplot is a warning; a picture
 * that is not whole though gnuplot told of no failure, as on a full disk, is an error.
 */
static enum gnuplot_end draw(int figure, const char *sources, const char *folder, const struct report_options *options,
                             struct error *error)
{
    struct text script = {0}, message = {0};
    int broken = -1;
    text_add(&script, "%s.gp", figure_names[figure]);
    enum gnuplot_end end = gnuplot_run(options->gnuplot ? options->gnuplot : "gnuplot", sources, script.data,
                                       limit_of(options), options->stop, &message);
    bool kept = keep_pictures(figure, sources, folder, &broken, error);
    if (end != GNUPLOT_FAILED || broken >= 0)
        add_consequence(&message, end, figure_names[figure]);
    if (message.length)
        warn(options, message.data);
    if (kept && end == GNUPLOT_DONE && broken >= 0)
        error_add(error, FAULT_SYSTEM, "%s/%s.%s: gnuplot wrote no whole picture; is the disk full?", folder,
                  figure_names[figure], forms[broken].suffix);
    text_free(&script);
    text_free(&message);
    return end;
}

static bool exists(const char *folder, const char *name)
{
    struct text path = {0};
    bool there = access(path_of(&path, folder, name, ""), F_OK) == 0;
    text_free(&path);
    return there;
}

/* What the pictures were drawn from, for those who want to draw them otherwise: gnuplot downtime.gp in that folder. */
static void keep_sources(const char *from, const char *folder, const struct report_options *options)
{
    struct text path = {0}, name = {0};
    struct error error = {0};
    path_of(&path, folder, "source", "");
    bool done = file_make_folder(path.data, &error);
    for (int i = 0; done && source_name(i, &name); i++)
        done = !exists(from, name.data) || move(from, path.data, name.data, "", &error);
    if (error.count)
        warn_all(options, &error);
    text_free(&path);
    text_free(&name);
    error_free(&error);
}

/* Draws all figures, as far as gnuplot comes. */
static bool draw_all(const struct study *study, const char *sources, const char *folder,
                     const struct report_options *options, struct error *error)
{
    enum gnuplot_end end = GNUPLOT_DONE;
    int before = error->count;
    int n = figures_of_study(study);
    for (int i = 0; i < n && (end == GNUPLOT_DONE || end == GNUPLOT_FAILED) && error->count == before; i++)
        end = draw(i, sources, folder, options, error);
    if (end == GNUPLOT_DONE && !gnuplot_has_font(sources, limit_of(options), options->stop))
        warn(options, "no font is installed: the plots have no letters");
    return error->count == before;
}

/*
 * Draws the figures into folder/plots. Returns false where the data or a picture cannot be written; a gnuplot that is
 * missing, fails or hangs costs its picture and a warning, and so does a wish to stop.
 */
bool report_plots(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error)
{
    struct text plots = {0}, sources = {0};
    path_of(&plots, folder, "plots", "");
    bool made = report_plots_remove(folder, error) && make_drawing(plots.data, &sources, error);
    bool done = made && write_sources(study, sources.data, error) &&
                draw_all(study, sources.data, plots.data, options, error);
    if (done)
        keep_sources(sources.data, plots.data, options);
    if (made)
        remove_drawing(sources.data);
    text_free(&plots);
    text_free(&sources);
    return done;
}
