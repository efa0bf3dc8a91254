/*
 * Figures through gnuplot: plots/<name>.svg and .png, and in plots/source all that they were drawn from.
 *
 * Everything is first made in a folder of its own and moved when it is whole, so that no picture is half drawn; the
 * pictures of an earlier run are removed first, so that none stands beside results that it does not show.
 */
#include "report/gnuplot.h"
#include "report/sheet.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USUAL_LIMIT = 30 };

static void (*const figures[])(const struct study *, struct sheet *) = {sheet_downtime, sheet_exceedance,
                                                                        sheet_tradeoff, sheet_causes};

static const char *const figure_names[] = {"downtime", "exceedance", "tradeoff", "causes"};

/* A form, and what stands among the last bytes of a whole file. */
static const struct {
    const char *suffix, *end;
} forms[] = {{"svg", "</svg>"}, {"png", "IEND\xAE\x42\x60\x82"}};

enum { FIGURES = sizeof figures / sizeof *figures, FORMS = sizeof forms / sizeof *forms, LAST_BYTES = 12 };

static void warn(const struct report_options *options, const char *message)
{
    if (options->warnings)
        text_add(options->warnings, "%s\n", message);
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

static bool remove_sources(const char *folder, struct error *error)
{
    bool done = true;
    for (const struct plot_script *script = plot_scripts; done && script->name; script++)
        done = remove_file(folder, script->name, "", error);
    for (int i = 0; i < FIGURES; i++)
        for (int k = 0; done && sheet_suffixes[k]; k++) {
            struct text name = {0};
            text_add(&name, "%s%s", figure_names[i], sheet_suffixes[k]);
            done = remove_file(folder, name.data, "", error);
            text_free(&name);
        }
    return done;
}

/*
 * Removes the pictures of an earlier run from folder/plots and what they were drawn from, and the folders if nothing
 * else is in them. What no run has written stays. Returns false if one of them is still there.
 */
bool report_plots_remove(const char *folder, struct error *error)
{
    struct text plots = {0}, sources = {0};
    bool done = true;
    path_of(&plots, folder, "plots", "");
    path_of(&sources, plots.data, "source", "");
    for (int i = 0; i < FIGURES; i++)
        for (int k = 0; done && k < FORMS; k++)
            done = remove_file(plots.data, figure_names[i], forms[k].suffix, error);
    done = done && remove_sources(sources.data, error);
    rmdir(sources.data);
    rmdir(plots.data);
    text_free(&plots);
    text_free(&sources);
    return done;
}

/* Removes a folder of files. */
static void remove_folder(const char *folder)
{
    struct text path = {0};
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            unlink(path_of(&path, folder, entry->d_name, ""));
    if (dir)
        closedir(dir);
    rmdir(folder);
    text_free(&path);
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
    for (int i = 0; done && i < FIGURES; i++) {
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

/* Moves the pictures of a figure up. gnuplot does not tell when it could not write all of one. */
static bool keep_pictures(int figure, const char *sources, const char *folder, struct error *error)
{
    for (int i = 0; i < FORMS; i++)
        if (!is_whole(sources, figure, i))
            return error_add(error, FAULT_SYSTEM, "%s/%s.%s: gnuplot wrote no whole picture; is the disk full?", folder,
                             figure_names[figure], forms[i].suffix);
    bool done = true;
    for (int i = 0; done && i < FORMS; i++)
        done = move(sources, folder, figure_names[figure], forms[i].suffix, error);
    return done;
}

/* Draws one figure in the folder of sources and moves the pictures up. A failure of gnuplot is a warning. */
static enum gnuplot_end draw(int figure, const char *sources, const char *folder, const struct report_options *options,
                             struct error *error)
{
    struct text script = {0}, message = {0};
    text_add(&script, "%s.gp", figure_names[figure]);
    enum gnuplot_end end = gnuplot_run(options->gnuplot ? options->gnuplot : "gnuplot", sources, script.data,
                                       options->plot_limit > 0 ? options->plot_limit : USUAL_LIMIT, &message);
    if (end == GNUPLOT_DONE)
        keep_pictures(figure, sources, folder, error);
    else if (end == GNUPLOT_MISSING)
        text_add(&message, ": no plots were drawn");
    else if (end == GNUPLOT_FAILED)
        text_add(&message, ": plots/%s was not drawn", figure_names[figure]);
    else if (end == GNUPLOT_HUNG)
        text_add(&message, ": plots/%s and those after it were not drawn", figure_names[figure]);
    if (message.length)
        warn(options, message.data);
    text_free(&script);
    text_free(&message);
    return end;
}

/* What the pictures were drawn from, for those who want to draw them otherwise: gnuplot downtime.gp in that folder. */
static void keep_sources(const char *from, const char *folder, const struct report_options *options)
{
    struct text path = {0};
    struct error error = {0};
    path_of(&path, folder, "source", "");
    DIR *dir = file_make_folder(path.data, &error) ? opendir(from) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strstr(entry->d_name, ".gp") || strstr(entry->d_name, ".dat"))
            move(from, path.data, entry->d_name, "", &error);
    if (dir)
        closedir(dir);
    if (error.count)
        warn_all(options, &error);
    text_free(&path);
    error_free(&error);
}

/*
 * Draws the figures into folder/plots. Returns false where the data or a picture cannot be written; a gnuplot that is
 * missing, fails or hangs costs its picture and a warning.
 */
bool report_plots(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error)
{
    struct text plots = {0}, sources = {0};
    path_of(&plots, folder, "plots", "");
    text_add(&sources, "%s/drawing.%ld", plots.data, (long)getpid());
    bool done = report_plots_remove(folder, error) && file_make_folder(sources.data, error) &&
                write_sources(study, sources.data, error);
    enum gnuplot_end end = GNUPLOT_DONE;
    for (int i = 0; done && end != GNUPLOT_MISSING && end != GNUPLOT_HUNG && i < FIGURES; i++) {
        int before = error->count;
        end = draw(i, sources.data, plots.data, options, error);
        done = error->count == before;
    }
    if (done)
        keep_sources(sources.data, plots.data, options);
    remove_folder(sources.data);
    text_free(&plots);
    text_free(&sources);
    return done;
}
