/* The folder of results. */
#include "report/common.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct part {
    const char *name;
    void (*write)(const struct study *study, const struct report_options *options, FILE *out);
    bool (*is_there)(const struct study *study); /* NULL: always */
};

static void write_summary(const struct study *study, const struct report_options *options, FILE *out)
{
    (void)options;
    report_summary_csv(study, out);
}

static void write_distribution(const struct study *study, const struct report_options *options, FILE *out)
{
    (void)options;
    report_distribution_csv(study, out);
}

static void write_causes(const struct study *study, const struct report_options *options, FILE *out)
{
    (void)options;
    report_causes_csv(study, out);
}

static void write_result(const struct study *study, const struct report_options *options, FILE *out)
{
    report_result_json(study, options->version, out);
}

static void write_plan(const struct study *study, const struct report_options *options, FILE *out)
{
    const struct outcome *winner = &study->outcomes[study->winner];
    report_plan_json(study->scenario, winner->strategy, winner->topology, options->version, out);
}

static bool has_plan(const struct study *study)
{
    return study->winner >= 0;
}

static void write_sensitivity(const struct study *study, const struct report_options *options, FILE *out)
{
    (void)options;
    report_sensitivity_csv(study, out);
}

static bool has_sensitivity(const struct study *study)
{
    return study->sensitivity != NULL;
}

static const struct part parts[] = {
    {"summary.csv", write_summary, NULL}, {"distribution.csv", write_distribution, NULL},
    {"causes.csv", write_causes, NULL},   {"sensitivity.csv", write_sensitivity, has_sensitivity},
    {"result.json", write_result, NULL},  {"plan.json", write_plan, has_plan},
};

enum { PARTS = sizeof parts / sizeof *parts };

static bool is_there(const struct part *part, const struct study *study)
{
    return !part->is_there || part->is_there(study);
}

/* Begins a file and writes it, all but its name. On a fault there is no such file. */
static bool begin_part(struct file_writer *writer, const struct part *part, const struct study *study,
                       const char *folder, const struct report_options *options, struct error *error)
{
    struct text path = {0};
    text_add(&path, "%s/%s", folder, part->name);
    bool done = file_begin(writer, path.data, error);
    text_free(&path);
    if (!done)
        return false;
    part->write(study, options, writer->stream);
    fflush(writer->stream);
    return !writer->fault || file_finish(writer, error);
}

/* What an earlier run had must not be taken for this one's: its plan would be carried out. */
static bool remove_part(const struct part *part, const char *folder, struct error *error)
{
    struct text path = {0};
    text_add(&path, "%s/%s", folder, part->name);
    bool done = unlink(path.data) == 0 || errno == ENOENT ||
                error_add(error, FAULT_SYSTEM, "%s: cannot remove the file of an earlier run: %s", path.data,
                          strerror(errno));
    text_free(&path);
    return done;
}

static bool remove_others(const struct study *study, const char *folder, const struct report_options *options,
                          struct error *error)
{
    bool done = true;
    for (int i = 0; done && i < PARTS; i++)
        done = is_there(&parts[i], study) || remove_part(&parts[i], folder, error);
    if (done && !has_plan(study) && options->warnings)
        text_add(options->warnings, "%s: no plan.json was written\n",
                 all_judged(study, 0, study->n_outcomes) ? "no strategy keeps every condition"
                                                         : "interrupted before there was a winner");
    return done;
}

/*
 * Writes all results of a study into the folder, which is made if missing: the parts above and, last, the plots. The
 * files are written beside the old ones first and take their names when all of them are on the disk, so that a full one
 * leaves the results of the run before as they were, pictures included. Pictures of the run before, which would show
 * other figures, are removed whether or not new ones are asked for. Returns false at the first fault; what only costs a
 * picture is told in options->warnings.
 */
bool report_write(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error)
{
    struct file_writer writers[PARTS] = {0};
    bool done = file_make_folder(folder, error);
    for (int i = 0; done && i < PARTS; i++)
        done = !is_there(&parts[i], study) || begin_part(&writers[i], &parts[i], study, folder, options, error);
    done = done && report_plots_remove(folder, error) && remove_others(study, folder, options, error);
    for (int i = 0; done && i < PARTS; i++)
        done = !is_there(&parts[i], study) || file_finish(&writers[i], error);
    for (int i = 0; i < PARTS; i++)
        file_abandon(&writers[i]);
    return done && (options->no_plots || report_plots(study, folder, options, error));
}
