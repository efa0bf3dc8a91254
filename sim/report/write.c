/* The folder of results. */
#include "report/common.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct part {
    const char *name;
    void (*write)(const struct study *study, const struct report_options *options, FILE *out);
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

static const struct part parts[] = {
    {"summary.csv", write_summary},
    {"distribution.csv", write_distribution},
    {"causes.csv", write_causes},
    {"result.json", write_result},
};

static const struct part plan_part = {"plan.json", write_plan};

static bool write_part(const struct part *part, const struct study *study, const char *folder,
                       const struct report_options *options, struct error *error)
{
    struct text path = {0};
    struct file_writer writer;
    text_add(&path, "%s/%s", folder, part->name);
    bool done = file_begin(&writer, path.data, error);
    if (done) {
        part->write(study, options, writer.stream);
        done = file_finish(&writer, error);
    }
    text_free(&path);
    return done;
}

/* Without a winner there is no plan, and one of an earlier run must not be carried out in its stead. */
static bool remove_plan(const char *folder, const struct report_options *options, struct error *error)
{
    struct text path = {0};
    text_add(&path, "%s/%s", folder, plan_part.name);
    bool done = unlink(path.data) == 0 || errno == ENOENT ||
                error_add(error, FAULT_SYSTEM, "%s: cannot remove the plan of an earlier run: %s", path.data,
                          strerror(errno));
    if (done && options->warnings)
        text_add(options->warnings, "no strategy keeps every condition: no plan.json was written\n");
    text_free(&path);
    return done;
}

/*
 * Writes all results of a study into the folder, which is made if missing: summary.csv, distribution.csv, causes.csv,
 * result.json, plan.json and, last, the plots. Each file is whole or as it was. Returns false at the first that cannot
 * be written; what only costs a picture is told in options->warnings.
 */
bool report_write(const struct study *study, const char *folder, const struct report_options *options,
                  struct error *error)
{
    bool done = file_make_folder(folder, error);
    for (size_t i = 0; done && i < sizeof parts / sizeof *parts; i++)
        done = write_part(&parts[i], study, folder, options, error);
    if (done && study->winner >= 0)
        done = write_part(&plan_part, study, folder, options, error);
    else if (done)
        done = remove_plan(folder, options, error);
    return done && (options->no_plots || report_plots(study, folder, options, error));
}
