/* Figures, and the folder of results. */
#include "test.h"

#include "base/utf8.h"
#include "report/report.h"
#include "report/sheet.h"
#include "report_study.h"

#include <dirent.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const figures[] = {"downtime", "exceedance", "tradeoff", "causes"};
static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/nines-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

/* Removes a folder and all below; returns how many of its files are temporary ones left behind. */
static int clear(const char *path)
{
    char below[1024];
    int left = 0;
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        left += strstr(entry->d_name, ".tmp") || strstr(entry->d_name, "drawing");
        left += entry->d_type == DT_DIR ? clear(below) : 0;
        if (entry->d_type != DT_DIR)
            unlink(below);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
    return left;
}

static char *read_file(const char *path)
{
    static char bytes[1 << 20];
    FILE *in = fopen(path, "r");
    size_t n = in ? fread(bytes, 1, sizeof bytes - 1, in) : 0;
    bytes[n] = '\0';
    if (in)
        fclose(in);
    return bytes;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The exit status of a program; -1 where it is not installed. */
static int run(char *const *arguments)
{
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1 /* O_WRONLY */, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1 /* O_WRONLY */, 0);
    int fault = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (fault)
        return -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static bool have(const char *program)
{
    char *arguments[] = {(char *)program, "--version", NULL};
    if (run(arguments) == 0)
        return true;
    printf("skipped: %s is not installed\n", program);
    return false;
}

static void check_pictures(bool xmllint)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char name[64];
        snprintf(name, sizeof name, "plots/%s.png", figures[i]);
        CU_ASSERT_EQUAL(memcmp(read_file(in_folder(name)), "\x89PNG\r\n\x1a\n", 8), 0);
        snprintf(name, sizeof name, "plots/%s.svg", figures[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(read_file(in_folder(name)), "</svg>"));
        char *arguments[] = {"xmllint", "--noout", (char *)in_folder(name), NULL};
        CU_ASSERT_TRUE(!xmllint || run(arguments) == 0);
    }
}

static void figures_are_drawn_for_any_study(void)
{
    static const struct sample_options samples[] = {
        {0}, {.topologies = 3}, {.strategies = 12}, {.long_names = true}, {.all_zero = true},
        {.strategies = 1}, {.troubled = true}, {.unsampled = true},
    };
    if (!have("gnuplot"))
        return;
    bool xmllint = have("xmllint");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct error error = {0};
        struct text warnings = {0};
        struct study *study = sample_study(&samples[i]);
        struct report_options options = {.version = "1.2.3", .warnings = &warnings};
        make_folder();
        CU_ASSERT_TRUE(report_plots(study, folder, &options, &error));
        CU_ASSERT_EQUAL(warnings.length, 0);
        CU_ASSERT_EQUAL(error.count, 0);
        check_pictures(xmllint);
        CU_ASSERT_EQUAL(clear(folder), 0);
        text_free(&warnings);
        error_free(&error);
        sample_free(study);
    }
}

/* As of a thousand strategies: more pixels than cairo takes, were there two to one of the sheet. */
static void a_tall_picture_is_drawn_smaller(void)
{
    char command[512];
    if (!have("gnuplot"))
        return;
    make_folder();
    snprintf(command, sizeof command, "width = 20; height = 26000; form = 'png'; figure = '%s/tall'; "
             "load 'scripts/plots/terminal.gp'; plot [0:1] x; unset output", folder);
    char *arguments[] = {"gnuplot", "-d", "-e", command, NULL};
    CU_ASSERT_EQUAL(run(arguments), 0);
    CU_ASSERT_EQUAL(memcmp(read_file(in_folder("tall.png")), "\x89PNG\r\n\x1a\n", 8), 0);
    CU_ASSERT_EQUAL(clear(folder), 0);
}

/* Names that a shell or gnuplot would carry out. */
static int count(const struct text *text, const char *what)
{
    int n = 0;
    for (const char *at = text->data; at && (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* A curve on the axis cannot be seen, so the legend says it; one that never varies is a step; two blocks a curve. */
static void curves_that_cannot_be_seen_are_told(void)
{
    double nothing = 0, always = 30;
    struct study *study = sample_study(&(struct sample_options){0});
    struct sheet sheet = {0};
    for (int c = 0; c < 2; c++)
        study->outcomes[2].curves[c] = (struct curve){&nothing, &nothing, 1, 0};
    study->outcomes[3].curves[0] = (struct curve){&nothing, &nothing, 1, 0};
    study->outcomes[4].curves[0] = (struct curve){&always, &nothing, 1, 0};
    sheet_exceedance(study, &sheet);
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"canary (downtime, lost always 0)\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"blue-green (downtime always 0)\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"rolling\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.data.data, " 100\n30 100\n30 0"));
    CU_ASSERT_EQUAL(count(&sheet.data, "-1 -1\n"), 2 * 5 * CURVES);
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_NOTE].data, "fewer than ten paths"));
    sheet_free(&sheet);
    sample_free(study);
}

/* The legend of causes has those that there are, and the figures are those of the table. */
static void causes_are_those_that_there_are(void)
{
    struct study *study = sample_study(&(struct sample_options){0});
    struct sheet sheet = {0};
    sheet_causes(study, &sheet);
    CU_ASSERT_PTR_NULL(strstr(sheet.texts[TEXT_LEFT].data, "misrouted"));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "capacity"));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"53.4 s\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(sheet.texts[TEXT_LEFT].data, "\"1.10 s\""));
    sheet_free(&sheet);
    sample_free(study);
}

static void hostile_names_are_drawn_and_not_carried_out(void)
{
    static const char *const shown[] = {"a\"b&lt;c>&amp;d", "`touch executed`", "@x{/Symbol a}_2^3", "100%d%s%n",
                                        "größer_日本\\n\\", "#x $y ;z", "'a' . \"b\""};
    if (!have("gnuplot"))
        return;
    struct error error = {0};
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){.hostile_names = true, .strategies = 8});
    char *locale = getenv("LC_ALL") ? strdup(getenv("LC_ALL")) : NULL;
    setenv("LC_ALL", "C", 1); /* where gnuplot complains of UTF-8 */
    struct report_options options = {.version = "1.2.3", .warnings = &warnings};
    study->outcomes[2].name = "`touch executed`";
    study->outcomes[4].name = "\"; system('touch executed') #";
    make_folder();
    CU_ASSERT_TRUE(report_plots(study, folder, &options, &error));
    CU_ASSERT_EQUAL(warnings.length, 0);
    check_pictures(have("xmllint"));
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        char name[64];
        snprintf(name, sizeof name, "plots/%s.svg", figures[f]);
        const char *svg = read_file(in_folder(name));
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
            CU_ASSERT_PTR_NOT_NULL(strstr(svg, shown[i]));
    }
    if (locale)
        setenv("LC_ALL", locale, 1);
    else
        unsetenv("LC_ALL");
    free(locale);
    CU_ASSERT_FALSE(exists("executed"));
    CU_ASSERT_FALSE(exists(in_folder("plots/source/executed")));
    CU_ASSERT_FALSE(exists(in_folder("plots/executed")));
    CU_ASSERT_EQUAL(clear(folder), 0);
    text_free(&warnings);
    error_free(&error);
    sample_free(study);
}

static int count_of(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* A full circle keeps the conditions, an empty one does not; no symbol has the size 0, which some viewers refuse. */
static void symbols_of_the_svg_are_as_meant(void)
{
    if (!have("gnuplot"))
        return;
    struct error error = {0};
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){.troubled = true});
    struct report_options options = {.version = "1.2.3", .warnings = &warnings};
    make_folder();
    CU_ASSERT_TRUE(report_plots(study, folder, &options, &error));
    CU_ASSERT_EQUAL(warnings.length, 0);
    const char *svg = read_file(in_folder("plots/tradeoff.svg"));
    CU_ASSERT_EQUAL(count_of(svg, "<use xlink:href='#gpPt6' transform="), 3);
    CU_ASSERT_EQUAL(count_of(svg, "<use xlink:href='#gpPt5' transform="), 1);
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        char name[64];
        snprintf(name, sizeof name, "plots/%s.svg", figures[f]);
        CU_ASSERT_PTR_NULL(strstr(read_file(in_folder(name)), "scale(0.00)"));
    }
    CU_ASSERT_EQUAL(clear(folder), 0);
    text_free(&warnings);
    error_free(&error);
    sample_free(study);
}

/* Texts of a figure: what stands where, as the figure's data has it. */
struct placed {
    int    block; /* 0: left of the place, 1: right of it */
    double x, y;
    char   text[256];
};

static int texts_of(const char *figure, struct placed *texts, int most)
{
    char name[64];
    snprintf(name, sizeof name, "plots/source/%s-texts.dat", figure);
    int n = 0, block = 0, empty = 0;
    char *rest = read_file(in_folder(name));
    for (char *line; n < most && (line = strsep(&rest, "\n"));) {
        empty = *line ? 0 : empty + 1;
        block += empty == 2;
        texts[n].block = block;
        n += sscanf(line, "%lf %lf \"%255[^\"]\"", &texts[n].x, &texts[n].y, texts[n].text) == 3;
    }
    return n;
}

static void draw_without_gnuplot(const struct study *study)
{
    struct error error = {0};
    struct report_options options = {.version = "1", .gnuplot = "/no/such/gnuplot"};
    make_folder();
    CU_ASSERT_TRUE(report_plots(study, folder, &options, &error));
    CU_ASSERT_EQUAL(error.count, 0);
}

static void figures_beside_bars_end_on_the_sheet(void)
{
    static struct placed texts[200];
    struct study *study = sample_study(&(struct sample_options){.topologies = 2});
    for (int i = 0; i < study->n_outcomes; i++) {
        struct estimate *lost = &study->outcomes[i].measures[MEASURE_LOST];
        lost->low = lost->mean * 0.9987;
        lost->high = lost->mean * 1.0246;
        lost->trusted = false;
    }
    draw_without_gnuplot(study);
    int n = texts_of("downtime", texts, 200), values = 0;
    for (int i = 0; i < n; i++) {
        values += texts[i].block == 0 && strstr(texts[i].text, " s (");
        CU_ASSERT_TRUE(texts[i].block != 0 || texts[i].x + 7 * utf8_columns(texts[i].text) <= 1000);
    }
    CU_ASSERT_TRUE(values >= 10);
    CU_ASSERT_EQUAL(clear(folder), 0);
    sample_free(study);
}

/* The name of the left one would stand across the interval of the right one. */
static void names_of_points_do_not_cross_intervals(void)
{
    static struct placed texts[100];
    struct study *study = sample_study(&(struct sample_options){.strategies = 2});
    struct estimate *left = study->outcomes[1].measures, *right = study->outcomes[2].measures;
    left[MEASURE_DURATION].mean = 1440;
    right[MEASURE_DURATION].mean = 1560;
    left[MEASURE_LOST].mean = left[MEASURE_LOST].low = left[MEASURE_LOST].high = 53;
    right[MEASURE_LOST].mean = 30;
    right[MEASURE_LOST].low = 20;
    right[MEASURE_LOST].high = 70;
    draw_without_gnuplot(study);
    int n = texts_of("tradeoff", texts, 100), found = 0;
    for (int i = 0; i < n; i++)
        if (!strcmp(texts[i].text, "rolling")) {
            CU_ASSERT_EQUAL(texts[i].block, 1);
            found++;
        }
    CU_ASSERT_EQUAL(found, 1);
    CU_ASSERT_EQUAL(clear(folder), 0);
    sample_free(study);
}

static void the_folder_holds_all_results(void)
{
    static const char *const names[] = {"summary.csv", "distribution.csv", "causes.csv", "result.json", "plan.json"};
    struct error error = {0};
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){0});
    struct report_options options = {.version = "1.2.3", .no_plots = true, .warnings = &warnings};
    char below[128];
    make_folder();
    snprintf(below, sizeof below, "%s/results/checkout", folder);
    CU_ASSERT_TRUE(report_write(study, below, &options, &error));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", below, names[i]);
        CU_ASSERT_TRUE(*read_file(path) != '\0');
    }
    study->winner = study->best[0] = -1;
    CU_ASSERT_EQUAL(warnings.length, 0);
    CU_ASSERT_TRUE(report_write(study, below, &options, &error));
    CU_ASSERT_FALSE(exists(in_folder("results/checkout/plan.json")));
    CU_ASSERT_STRING_EQUAL(warnings.data, "no strategy keeps every condition: no plan.json was written\n");
    CU_ASSERT_EQUAL(error.count, 0);
    CU_ASSERT_EQUAL(clear(folder), 0);
    text_free(&warnings);
    sample_free(study);
}

/* Makes an empty file in the folder, and the folder that it is in. */
static void put_file(const char *name)
{
    char *path = strdup(in_folder(name));
    *strrchr(path, '/') = '\0';
    mkdir(path, 0777);
    free(path);
    FILE *out = fopen(in_folder(name), "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fclose(out);
}

/* Pictures beside results that they do not show would be believed. */
static void old_pictures_do_not_outlive_their_results(void)
{
    static const char *const old[] = {"plots/downtime.svg", "plots/causes.png", "plots/tradeoff.svg",
                                      "plots/exceedance.png", "plots/source/common.gp",
                                      "plots/source/downtime-data.dat", "plots/source/causes-numbers.gp"};
    static const char *const mine[] = {"plots/downtime.pdf", "plots/source/mine.gp", "plots/mine.svg"};
    struct error error = {0};
    struct study *study = sample_study(&(struct sample_options){0});
    struct report_options options = {.version = "1.2.3", .no_plots = true};
    make_folder();
    for (int foreign = 1; foreign >= 0; foreign--) {
        for (size_t i = 0; i < sizeof old / sizeof *old; i++)
            put_file(old[i]);
        for (size_t i = 0; i < sizeof mine / sizeof *mine && foreign; i++)
            put_file(mine[i]);
        CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
        for (size_t i = 0; i < sizeof old / sizeof *old; i++)
            CU_ASSERT_FALSE(exists(in_folder(old[i])));
        for (size_t i = 0; i < sizeof mine / sizeof *mine && foreign; i++)
            CU_ASSERT_EQUAL(unlink(in_folder(mine[i])), 0);
        CU_ASSERT_EQUAL(exists(in_folder("plots")), foreign);
    }
    CU_ASSERT_EQUAL(error.count, 0);
    mkdir(in_folder("plots"), 0777);
    mkdir(in_folder("plots/downtime.svg"), 0777);
    CU_ASSERT_FALSE(report_write(study, folder, &options, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "plots/downtime.svg: cannot remove the figure of an earlier run: "));
    error_free(&error);
    CU_ASSERT_EQUAL(clear(folder), 0);
    sample_free(study);
}

static void results_that_cannot_be_written_are_told(void)
{
    struct error error = {0};
    struct study *study = sample_study(&(struct sample_options){0});
    struct report_options options = {.version = "1.2.3", .no_plots = true};
    struct rlimit old, small;
    static const char *const names[] = {"summary.csv", "distribution.csv", "causes.csv", "result.json", "plan.json"};
    enum { NAMES = sizeof names / sizeof *names };
    char *before[NAMES];
    make_folder();
    CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
    for (int i = 0; i < NAMES; i++)
        before[i] = strdup(read_file(in_folder(names[i])));
    put_file("plots/downtime.svg");
    study->outcomes[0].measures[MEASURE_LOST].mean = 7;
    study->outcomes[0].paths = 2;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){4096, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    bool done = report_write(study, folder, &options, &error);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    CU_ASSERT_FALSE(done);
    CU_ASSERT_EQUAL(error.count, 1);
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, ".csv: cannot write: File too large"));
    for (int i = 0; i < NAMES; i++) {
        CU_ASSERT_STRING_EQUAL(read_file(in_folder(names[i])), before[i]);
        free(before[i]);
    }
    CU_ASSERT_TRUE(exists(in_folder("plots/downtime.svg")));
    error_free(&error);
    CU_ASSERT_FALSE(report_write(study, in_folder("summary.csv"), &options, &error));
    CU_ASSERT_EQUAL(error.count, 1);
    error_free(&error);
    CU_ASSERT_EQUAL(clear(folder), 0);
    sample_free(study);
}

static void what_was_not_simulated_is_not_drawn(void)
{
    struct error error = {0};
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){.unsampled = true});
    struct report_options options = {.version = "1", .gnuplot = "/no/such/gnuplot", .warnings = &warnings};
    make_folder();
    CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(read_file(in_folder("plots/source/causes-texts.dat")), "\"not simulated\""));
    CU_ASSERT_PTR_NULL(strstr(read_file(in_folder("plots/source/causes-texts.dat")), "\"nothing was lost\""));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char name[64];
        snprintf(name, sizeof name, "plots/source/%s-texts.dat", figures[i]);
        CU_ASSERT_PTR_NULL(strstr(read_file(in_folder(name)), "nan"));
        snprintf(name, sizeof name, "plots/source/%s-numbers.gp", figures[i]);
        CU_ASSERT_PTR_NULL(strstr(read_file(in_folder(name)), "nan"));
    }
    CU_ASSERT_TRUE(exists(in_folder("plan.json")));
    warnings.length = 0;
    study->winner = study->best[0] = -1;
    study->outcomes[1].feasible = false;
    CU_ASSERT_TRUE(report_write(study, folder, &options, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings.data, "interrupted before there was a winner: no plan.json was written\n"));
    CU_ASSERT_EQUAL(error.count, 0);
    CU_ASSERT_EQUAL(clear(folder), 0);
    text_free(&warnings);
    sample_free(study);
}

static bool svg_was_there;

/* Runs report_plots with a program in gnuplot's stead, and gives its warnings. */
static char *warnings_and_errors_of(const char *program, const char *script, double limit, struct error *error)
{
    struct text warnings = {0};
    struct study *study = sample_study(&(struct sample_options){0});
    char path[128];
    make_folder();
    snprintf(path, sizeof path, "%s/%s", folder, program);
    if (script) {
        FILE *out = fopen(path, "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(out);
        fputs(script, out);
        fclose(out);
        chmod(path, 0700);
    }
    put_file("plots/downtime.svg");
    struct report_options options = {.version = "1", .gnuplot = path, .plot_limit = limit, .warnings = &warnings};
    bool done = report_plots(study, folder, &options, error);
    CU_ASSERT_EQUAL(done, error->count == 0);
    /* Of its figures the one that is whole, and no picture of an earlier run, which was empty. */
    svg_was_there = exists(in_folder("plots/downtime.svg"));
    CU_ASSERT_EQUAL(svg_was_there, *read_file(in_folder("plots/downtime.svg")) != '\0');
    CU_ASSERT_EQUAL(clear(folder), 0);
    sample_free(study);
    return warnings.data;
}

/* The same where nothing must fail. */
static char *warnings_of(const char *program, const char *script, double limit)
{
    struct error error = {0};
    char *warnings = warnings_and_errors_of(program, script, limit, &error);
    CU_ASSERT_EQUAL(error.count, 0);
    error_free(&error);
    return warnings;
}

static int count_lines(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void a_missing_gnuplot_costs_one_warning(void)
{
    char *warnings = warnings_of("no-such-program", NULL, 0);
    CU_ASSERT_EQUAL(count_lines(warnings), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "no-such-program is not installed: no plots were drawn\n"));
    free(warnings);
}

static void a_gnuplot_that_fails_is_quoted(void)
{
    char *warnings = warnings_of("fails", "#!/bin/sh\necho >&2\necho 'no display' >&2\necho more >&2\nexit 1\n", 0);
    CU_ASSERT_EQUAL(count_lines(warnings), 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/fails: downtime.gp: no display: plots/downtime was not drawn\n"));
    free(warnings);
    warnings = warnings_of("dies", "#!/bin/sh\nkill -SEGV $$\n", 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/dies: causes.gp: ended by signal 11: plots/causes was not drawn\n"));
    free(warnings);
}

/* On a full disk gnuplot writes what it can and says that all is well. */
static void half_a_picture_is_not_kept(void)
{
    static const char *const scripts[] = {
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\n>downtime.svg\n>downtime.png\n",
        "#!/bin/sh\nprintf '<svg><path d=\"M 0 0 L 1' >downtime.svg\nprintf '\\211PNG\\r\\n' >downtime.png\n",
        "#!/bin/sh\nprintf '<svg>......</svg>\\n' >downtime.svg\nprintf '\\211PNG\\r\\n\\032\\n....IHDR'"
        " >downtime.png\n",
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct error error = {0};
        char *warnings = warnings_and_errors_of("half", scripts[i], 0, &error);
        CU_ASSERT_PTR_NULL(warnings);
        CU_ASSERT_EQUAL(error.count, 1);
        CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, i < 3 ? "/downtime.svg: gnuplot wrote no whole picture"
                                                             : "/downtime.png: gnuplot wrote no whole picture"));
        error_free(&error);
    }
}

/* A gnuplot that draws, and what else it does. */
#define DRAWS "#!/bin/sh\nf=${2%.gp}\nprintf '<svg>......</svg>\\n' >$f.svg\n" \
              "printf '....IEND\\256\\102\\140\\202' >$f.png\n"

static void a_gnuplot_without_its_interpreter_is_not_called_missing(void)
{
    char *warnings = warnings_of("lost", "#!/no/such/interpreter\n", 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/lost: cannot run: No such file or directory: plots/downtime was not"));
    free(warnings);
}

/* A picture of a thousand strategies may be too large for one form. */
static void a_picture_is_kept_though_the_other_form_failed(void)
{
    char *warnings = warnings_of("tall", DRAWS "rm $f.png\necho too large >&2\nexit 1\n", 0);
    CU_ASSERT_TRUE(svg_was_there);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/tall: downtime.gp: too large: plots/downtime was not drawn\n"));
    free(warnings);
}

static void what_gnuplot_says_is_passed_on(void)
{
    char *warnings = warnings_of("warns", DRAWS "echo 'warning: odd' >&2\n", 0);
    CU_ASSERT_EQUAL(count_lines(warnings), 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/warns: downtime.gp: warning: odd\n"));
    free(warnings);
}

static void pictures_without_letters_are_told(void)
{
    char config[64] = "/tmp/nines-test-XXXXXX";
    if (!have("fc-match"))
        return;
    int file = mkstemp(config);
    CU_ASSERT_TRUE_FATAL(file >= 0 && write(file, "<fontconfig/>\n", 14) == 14);
    close(file);
    setenv("FONTCONFIG_FILE", config, 1);
    char *warnings = warnings_of("draws", DRAWS, 0);
    unsetenv("FONTCONFIG_FILE");
    CU_ASSERT_PTR_NOT_NULL(warnings && strstr(warnings, "no font is installed: the plots have no letters\n"));
    free(warnings);
    unlink(config);
    CU_ASSERT_PTR_NULL(warnings_of("draws", DRAWS, 0));
}

/* Neither by a name that is foreseen, nor in the folder of drawing itself. */
static void nothing_of_others_is_removed(void)
{
    struct error error = {0};
    struct study *study = sample_study(&(struct sample_options){0});
    struct report_options options = {.version = "1", .gnuplot = "/no/such/gnuplot"};
    char link[256];
    make_folder();
    put_file("plots/x");
    put_file("mine/downtime.gp");
    put_file("mine/diary");
    snprintf(link, sizeof link, "%s/plots/drawing.%ld", folder, (long)getpid());
    CU_ASSERT_EQUAL(symlink("../mine", link), 0);
    CU_ASSERT_TRUE(report_plots(study, folder, &options, &error));
    CU_ASSERT_TRUE(exists(in_folder("mine/downtime.gp")));
    CU_ASSERT_TRUE(exists(in_folder("mine/diary")));
    CU_ASSERT_TRUE(exists(in_folder("plots/source/downtime.gp")));
    CU_ASSERT_EQUAL(unlink(link), 0);
    CU_ASSERT_EQUAL(clear(folder), 0);
    error_free(&error);
    sample_free(study);
}

static void a_gnuplot_that_hangs_is_ended(void)
{
    char *warnings = warnings_of("hangs", "#!/bin/sh\nexec sleep 600\n", 0.1);
    CU_ASSERT_EQUAL(count_lines(warnings), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(warnings, "/hangs: downtime.gp took more than 0.1 s and was ended"));
    free(warnings);
}

static const struct test_case cases[] = {
    {"curves that cannot be seen are told", curves_that_cannot_be_seen_are_told},
    {"causes are those that there are", causes_are_those_that_there_are},
    {"figures are drawn for any study", figures_are_drawn_for_any_study},
    {"a tall picture is drawn smaller", a_tall_picture_is_drawn_smaller},
    {"hostile names are drawn and not carried out", hostile_names_are_drawn_and_not_carried_out},
    {"symbols of the SVG are as meant", symbols_of_the_svg_are_as_meant},
    {"figures beside bars end on the sheet", figures_beside_bars_end_on_the_sheet},
    {"names of points do not cross intervals", names_of_points_do_not_cross_intervals},
    {"what was not simulated is not drawn", what_was_not_simulated_is_not_drawn},
    {"the folder holds all results", the_folder_holds_all_results},
    {"old pictures do not outlive their results", old_pictures_do_not_outlive_their_results},
    {"results that cannot be written are told", results_that_cannot_be_written_are_told},
    {"a missing gnuplot costs one warning", a_missing_gnuplot_costs_one_warning},
    {"a gnuplot that fails is quoted", a_gnuplot_that_fails_is_quoted},
    {"half a picture is not kept", half_a_picture_is_not_kept},
    {"a gnuplot without its interpreter is not called missing",
     a_gnuplot_without_its_interpreter_is_not_called_missing},
    {"a picture is kept though the other form failed", a_picture_is_kept_though_the_other_form_failed},
    {"what gnuplot says is passed on", what_gnuplot_says_is_passed_on},
    {"pictures without letters are told", pictures_without_letters_are_told},
    {"nothing of others is removed", nothing_of_others_is_removed},
    {"a gnuplot that hangs is ended", a_gnuplot_that_hangs_is_ended},
    {NULL, NULL},
};

const struct test_suite suite_plots = {"plots", cases};
