/* The command line below what transcripts show: the option table, progress, folders, signals. */
#include "test.h"

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <math.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 32 };

/* Reads a command line given as words parted by blanks. The texts live in `line`. */
static bool parse(char *line, struct options *options, struct error *error)
{
    char *argv[WORDS + 1] = {NULL};
    char *rest = line;
    int argc = 0;
    for (char *word; argc < WORDS && (word = strtok_r(rest, " ", &rest));)
        argv[argc++] = word;
    return options_parse(argc, argv, options, error);
}

static void options_are_read_in_every_form_and_place(void)
{
    char line[] = "nines run --seed=7 a.yaml -qothere --paths 1e6 --set a.b=1 --set=c==2 -v --threads 3";
    struct options options;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(line, &options, &error));
    CU_ASSERT_EQUAL(options.command, COMMAND_RUN);
    CU_ASSERT_TRUE(options.seed.given && options.seed.value == 7);
    CU_ASSERT_EQUAL(options.paths, 1000000);
    CU_ASSERT_EQUAL(options.threads, 3);
    CU_ASSERT_EQUAL(options.precision, NOT_GIVEN);
    CU_ASSERT_TRUE(options.quiet && options.verbose && !options.no_plots && !options.help);
    CU_ASSERT_STRING_EQUAL(options.output, "there");
    CU_ASSERT_EQUAL_FATAL(options.n_overrides, 2);
    CU_ASSERT_STRING_EQUAL(options.overrides[0].path, "a.b");
    CU_ASSERT_STRING_EQUAL(options.overrides[0].value, "1");
    CU_ASSERT_STRING_EQUAL(options.overrides[1].path, "c");
    CU_ASSERT_STRING_EQUAL(options.overrides[1].value, "=2");
    CU_ASSERT_EQUAL_FATAL(options.n_arguments, 1);
    CU_ASSERT_STRING_EQUAL(options.arguments[0], "a.yaml");
    options_free(&options);
}

static void after_two_dashes_there_are_only_arguments(void)
{
    char line[] = "nines validate -- --set - -- -q";
    struct options options;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(line, &options, &error));
    CU_ASSERT_EQUAL_FATAL(options.n_arguments, 4);
    CU_ASSERT_STRING_EQUAL(options.arguments[0], "--set");
    CU_ASSERT_STRING_EQUAL(options.arguments[2], "--");
    CU_ASSERT_STRING_EQUAL(options.arguments[3], "-q");
    options_free(&options);
}

static void the_last_of_repeated_options_holds(void)
{
    char line[] = "nines run a --precision 1% --precision 0.05 --seed 0 --format csv --format json -o x -o y";
    struct options options;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(line, &options, &error));
    CU_ASSERT_EQUAL(options.precision, 0.05);
    CU_ASSERT_TRUE(options.seed.given && options.seed.value == 0);
    CU_ASSERT_STRING_EQUAL(options.format, "json");
    CU_ASSERT_STRING_EQUAL(options.output, "y");
    options_free(&options);
}

/* As many as a scenario may have, and to the last digit. */
static void a_seed_has_64_bits(void)
{
    static const struct { const char *text; uint64_t seed; bool good; } examples[] = {
        {"9007199254740993", UINT64_C(9007199254740993), true}, {"18446744073709551615", UINT64_MAX, true},
        {"18446744073709551616", 0, false}, {"-1", 0, false}, {"1.5", 0, false}, {"1e3", 1000, true},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        char line[64];
        struct options options;
        struct error error = {0};
        snprintf(line, sizeof line, "nines run a --seed %s", examples[i].text);
        CU_ASSERT_EQUAL(parse(line, &options, &error), examples[i].good);
        CU_ASSERT_EQUAL(options.seed.given, examples[i].good);
        CU_ASSERT_TRUE(!examples[i].good || options.seed.value == examples[i].seed);
        options_free(&options);
        error_free(&error);
    }
}

/* What the options call them is what is found by these names. */
static void every_engine_and_width_can_be_chosen(void)
{
    for (int i = 0; engines[i]; i++)
        for (int k = 0; k < SIMDS; k++) {
            struct text line = {0};
            struct options options;
            struct error error = {0};
            text_add(&line, "nines run a --engine %s --simd %s", engines[i]->name, simd_names[k]);
            CU_ASSERT_EQUAL(parse(line.data, &options, &error), simd_runs((enum simd)k));
            CU_ASSERT_PTR_EQUAL(engine_find(options.engine), engines[i]);
            CU_ASSERT_EQUAL(simd_find(options.simd), (enum simd)k);
            options_free(&options);
            error_free(&error);
            text_free(&line);
        }
    CU_ASSERT_PTR_NULL(engine_find(NULL));
    CU_ASSERT_EQUAL(simd_find(NULL), SIMD_AUTO);
}

static void check_row(const struct option *o)
{
    CU_ASSERT_TRUE(o->commands != 0);
    CU_ASSERT_EQUAL(o->kind == OPTION_FLAG || (o->kind == OPTION_QUESTION && o->question == QUESTION_REWARD),
                    o->argument == NULL);
    CU_ASSERT_EQUAL(o->kind == OPTION_CHOICE, o->choices != NULL);
    CU_ASSERT_EQUAL(o->kind == OPTION_COUNT || o->kind == OPTION_SHARE || o->kind == OPTION_NUMBER ||
                        o->kind == OPTION_PHASES,
                    o->greatest > o->least);
    for (const struct option *other = o + 1; other->name; other++) {
        if (!(o->commands & other->commands))
            continue;
        CU_ASSERT_STRING_NOT_EQUAL(o->name, other->name);
        CU_ASSERT_TRUE(!o->letter || o->letter != other->letter);
    }
}

static void no_command_has_an_option_twice(void)
{
    for (const struct option *o = option_table; o->name; o++)
        check_row(o);
    for (int i = 0; i < COMMANDS; i++) {
        CU_ASSERT_EQUAL(command_find(command_table[i].name), i);
        CU_ASSERT_TRUE(command_table[i].run && command_table[i].least <= command_table[i].most);
    }
}

/* Checks what progress says after `seconds` of a study, on a terminal of that width. */
static void check_progress(const struct progress *progress, double target, double seconds, int width,
                           const char *expected)
{
    struct text text = {0};
    text_add(&text, "%s", "");
    progress_text(progress, target, seconds, width, &text);
    CU_ASSERT_STRING_EQUAL(text.data, expected);
    if (strcmp(text.data, expected) != 0)
        printf("    width %d: %s\n", width, text.data);
    CU_ASSERT_TRUE(text.length < (size_t)width || !text.length);
    text_free(&text);
}

static void progress_says_less_on_a_narrow_terminal(void)
{
    struct progress progress = {.paths = 25000, .paths_expected = 100000, .share = 0.25, .widest = 0.0473,
                                .widest_topology = "default", .widest_strategy = "canary"};
    check_progress(&progress, 0.02, 10, 120,
                   "25000 of about 100000 paths, interval +-4.7% (to be 2%) of canary in default, 30s left");
    check_progress(&progress, 0.02, 10, 80, "25000 of about 100000 paths, interval +-4.7% (to be 2%), 30s left");
    check_progress(&progress, 0.02, 10, 60, "25%, interval +-4.7% (to be 2%), 30s left");
    check_progress(&progress, 0.02, 10, 20, "25%, 30s left");
    check_progress(&progress, 0.02, 10, 10, "25%");
    check_progress(&progress, 0.02, 10, 4, "25%");
    check_progress(&progress, 0.02, 10, 3, "");
    check_progress(&progress, 0.02, 10, 0, "");
    check_progress(&progress, 0, 10, 80, "25000 of 100000 paths, 30s left");
    progress.widest_topology = NULL;
    check_progress(&progress, 0.02, 10, 120,
                   "25000 of about 100000 paths, interval +-4.7% (to be 2%) of canary, 30s left");
}

static void progress_says_nothing_that_it_does_not_know(void)
{
    struct progress progress = {.paths = 0, .paths_expected = 0};
    check_progress(&progress, 0.02, 0, 80, "0 paths, first round");
    progress.paths = 500;
    check_progress(&progress, 0.02, 2, 80, "500 paths, first round, 250 paths/s");
    check_progress(&progress, 0.02, 2, 30, "first round, 250 paths/s");
    check_progress(&progress, 0.02, 2, 20, "250 paths/s");
    check_progress(&progress, 0, 2, 80, "500 paths, 250 paths/s");
    progress.widest = INFINITY;
    progress.widest_strategy = "canary";
    check_progress(&progress, 0.02, 2, 80, "500 paths, too few yet to tell for canary, 250 paths/s");
    check_progress(&progress, 0.02, 2, 50, "500 paths, too few yet to tell, 250 paths/s");
    progress.paths_expected = 1000;
    progress.share = 0.5;
    progress.widest = NAN;
    check_progress(&progress, 0.02, 7200, 80, "500 of about 1000 paths, 2h left");
    progress.paths = 2000;
    progress.share = 0;
    check_progress(&progress, 0.02, 1, 80, "2000 paths, 2000 paths/s");
    progress.widest = 0.5;
    progress.widest_strategy = "a\033[2Jb";
    check_progress(&progress, 0.02, 0, 80, "2000 paths, interval +-50% (to be 2%) of a\xEF\xBF\xBD[2Jb");
}

static void progress_is_written_ten_times_a_second_at_most(void)
{
    struct progress_line line = {.target = 0.02};
    CU_ASSERT_TRUE(progress_due(&line, 0));
    line.written = true;
    line.last = 5;
    CU_ASSERT_FALSE(progress_due(&line, 5.09));
    CU_ASSERT_TRUE(progress_due(&line, 5.11));
}

static bool can_write(const char *folder)
{
    struct error error = {0};
    bool can = folder_check(folder, &error);
    CU_ASSERT_EQUAL(can, error.count == 0);
    CU_ASSERT_EQUAL(can, error.fault != FAULT_SYSTEM);
    error_free(&error);
    return can;
}

static void a_folder_is_checked_before_the_work(void)
{
    char place[] = "/tmp/nines-test-XXXXXX", path[128];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    CU_ASSERT_TRUE(can_write(place));
    CU_ASSERT_TRUE(can_write("not-there-yet/at/all"));
    CU_ASSERT_TRUE(can_write("."));
    snprintf(path, sizeof path, "%s//a/b//", place);
    CU_ASSERT_TRUE(can_write(path));
    CU_ASSERT_FALSE(can_write("/dev/null"));
    CU_ASSERT_FALSE(can_write("/dev/null/results"));
    CU_ASSERT_FALSE(can_write("/proc/results"));
    snprintf(path, sizeof path, "%s/%0100d", place, 0);
    memset(path + strlen(place) + 1, 'x', 100);
    CU_ASSERT_TRUE(can_write(path));
    CU_ASSERT_EQUAL(rmdir(place), 0); /* nothing was made in it */
}

/* Waits for a child and returns its exit status, or minus the signal that killed it. */
static int ended(pid_t child)
{
    int status = 0;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void remove_all(const char *place)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        execlp("rm", "rm", "-rf", place, (char *)NULL);
    CU_ASSERT_EQUAL(ended(child), 0);
}

/* The clock of the signals, as the tests have it. */
static int64_t fake_time;

static int64_t fake_clock(void)
{
    return fake_time;
}

static void the_first_signal_asks_and_the_second_kills(void)
{
    static const int pairs[][2] = {{SIGINT, SIGINT}, {SIGTERM, SIGTERM}, {SIGTERM, SIGINT}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        fflush(stdout);
        pid_t child = fork();
        if (!child) {
            signal(SIGINT, SIG_DFL);
            fake_time = 1;
            const volatile int *flag = signals_catch(fake_clock);
            bool unset = !*flag;
            raise(pairs[i][0]);
            if (!unset || *flag != pairs[i][0])
                _exit(1);
            fake_time += SIGNALS_REPEAT;
            raise(pairs[i][1]);
            _exit(2);
        }
        CU_ASSERT_EQUAL(ended(child), -pairs[i][1]);
    }
}

/* A second wish ends what draws, a third one the program. */
static void while_results_are_written_the_third_kills(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        signal(SIGINT, SIG_DFL);
        fake_time = 1;
        signals_catch(fake_clock);
        raise(SIGINT);
        const volatile int *flag = signals_next();
        raise(SIGINT);
        bool unset = !*flag;
        fake_time += SIGNALS_REPEAT;
        raise(SIGTERM);
        raise(SIGTERM);
        if (!unset || *flag != SIGTERM)
            _exit(1);
        fake_time += SIGNALS_REPEAT;
        raise(SIGINT);
        _exit(2);
    }
    CU_ASSERT_EQUAL(ended(child), -SIGINT);
}

/* As from timeout(1), which signals the process and then its group: also after the study, while results are written. */
static void a_repeated_signal_is_one_wish(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        signal(SIGINT, SIG_DFL);
        fake_time = 5;
        const volatile int *flag = signals_catch(fake_clock);
        raise(SIGTERM);
        raise(SIGTERM);
        fake_time += SIGNALS_REPEAT - 1;
        raise(SIGINT);
        bool kept = *flag == SIGTERM && signals_release() == SIGTERM;
        raise(SIGTERM);
        if (!kept)
            _exit(1);
        fake_time += 1;
        raise(SIGINT);
        _exit(2);
    }
    CU_ASSERT_EQUAL(ended(child), -SIGINT);
}

static void after_the_study_the_first_signal_kills(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        signal(SIGINT, SIG_DFL);
        fake_time = 1;
        signals_catch(fake_clock);
        if (signals_release())
            _exit(1);
        raise(SIGTERM);
        _exit(2);
    }
    CU_ASSERT_EQUAL(ended(child), -SIGTERM);
}

static void an_ignored_signal_stays_ignored(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        signal(SIGINT, SIG_IGN);
        const volatile int *flag = signals_catch(signals_clock);
        raise(SIGINT);
        int during = *flag;
        int signal_received = signals_release();
        raise(SIGINT);
        _exit(during || signal_received ? 1 : 0);
    }
    CU_ASSERT_EQUAL(ended(child), 0);
}

/* The program that was built beside this test. */
static const char *program_path(void)
{
    static char program[PATH_MAX + 8];
    ssize_t length = readlink("/proc/self/exe", program, PATH_MAX);
    CU_ASSERT_TRUE_FATAL(length > 0);
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    strcpy(strrchr(program, '/'), "/nines");
    return program;
}

/* Starts the program that was built beside this test, in `where`, with that standard output. */
static pid_t start_program(const char *const *arguments, const char *where, int out)
{
    const char *program = program_path();
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        int null = open("/dev/null", O_RDWR);
        signal(SIGINT, SIG_DFL);
        if (chdir(where) || dup2(null, STDIN_FILENO) < 0 || dup2(out < 0 ? null : out, STDOUT_FILENO) < 0 ||
            dup2(null, STDERR_FILENO) < 0)
            _exit(126);
        alarm(100);
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    return child;
}

static void a_reader_that_goes_away_ends_the_program(void)
{
    static const char *const arguments[] = {"nines", "help", "--manual", NULL};
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    close(ends[0]);
    CU_ASSERT_EQUAL(ended(start_program(arguments, ".", ends[1])), -SIGPIPE);
    close(ends[1]);
}

/* Waits until the process catches the signal, or has ended. */
static void wait_until_caught(pid_t child, int number)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)child);
    for (bool caught = false; !caught;) {
        unsigned long long mask = 0;
        FILE *in = fopen(path, "r");
        bool alive = in != NULL;
        while (in && fgets(line, sizeof line, in)) {
            sscanf(line, "SigCgt: %llx", &mask);
            alive = alive && !strstr(line, "zombie");
        }
        if (in)
            fclose(in);
        caught = !alive || mask >> (number - 1) & 1;
        if (!caught)
            usleep(1000);
    }
}

/*
 * A run that would take minutes, of so many seconds a path, ended by that signal, sent so often: its status; its folder
 * is `place`/out, and what it printed, as CSV, goes to `out`.
 */
static int interrupt(const char *place, const char *horizon, int number, int times, int out)
{
    char scenario[PATH_MAX];
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("tests/cli/small.yaml", scenario));
    const char *const arguments[] = {"nines", "run", scenario, "--paths", "1e8", "-o", "out", "--no-plots", "--format",
                                     "csv", "--set", horizon, NULL};
    pid_t child = start_program(arguments, place, out);
    wait_until_caught(child, number);
    for (int i = 0; i < times; i++) {
        kill(child, number);
        usleep(1000); /* two that wait to be taken are one */
    }
    return ended(child);
}

/* Nothing that cannot be told from a whole result is left or printed. */
static void check_partial(const char *horizon, int number, int times, int status)
{
    char place[] = "/tmp/nines-test-XXXXXX", path[64], bytes[65536] = "";
    int printed[2];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    CU_ASSERT_EQUAL_FATAL(pipe(printed), 0);
    CU_ASSERT_EQUAL(interrupt(place, horizon, number, times, printed[1]), status);
    close(printed[1]);
    CU_ASSERT_EQUAL(read(printed[0], bytes, sizeof bytes), 0);
    close(printed[0]);
    snprintf(path, sizeof path, "%s/out/summary.csv", place);
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/out/partial/summary.csv", place);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/out/partial/result.json", place);
    FILE *in = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL(in);
    if (in) {
        bytes[fread(bytes, 1, sizeof bytes - 1, in)] = '\0';
        fclose(in);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(bytes, "\"partial\": true"));
    remove_all(place);
}

static void an_interrupted_run_leaves_a_partial_result(void)
{
    check_partial("horizon=6h", SIGINT, 1, 130);
    check_partial("horizon=6h", SIGTERM, 1, 143);
    check_partial("horizon=10000y", SIGTERM, 3, 143);
}

/* Where the thread sanitizer runs, no file may be limited: it needs some itself. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NEEDS_FILES
#endif
#endif

static void check_full_disk(rlim_t limit)
{
#ifndef NEEDS_FILES
    char place[] = "/tmp/nines-test-XXXXXX", scenario[PATH_MAX], path[64];
    struct rlimit before, small;
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("tests/cli/small.yaml", scenario));
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = limit;
    const char *const arguments[] = {"nines", "run", scenario, "--paths", "300", "-o", "out", "--no-plots", NULL};
    fflush(stdout); /* the limit is that of this process, too */
    setrlimit(RLIMIT_FSIZE, &small);
    pid_t child = start_program(arguments, place, -1);
    setrlimit(RLIMIT_FSIZE, &before);
    CU_ASSERT_EQUAL(ended(child), 3);
    snprintf(path, sizeof path, "%s/out", place);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(rmdir(place), 0);
#else
    (void)limit;
#endif
}

/* None of the first write is taken, or a part of it, which no call fails for. */
static void a_full_disk_leaves_no_half_file(void)
{
    check_full_disk(0);
    check_full_disk(1500);
}

/* The number in a file, when it is there. */
static int await_number(const char *path)
{
    int number = 0;
    while (number <= 0) {
        FILE *in = fopen(path, "r");
        if (!in || fscanf(in, "%d\n", &number) != 1)
            number = 0;
        if (in)
            fclose(in);
        usleep(1000);
    }
    return number;
}

/* Both gnuplot and what it has started end, and the folder that they worked in is gone; the figures are there. */
static void a_signal_while_drawing_leaves_nothing_behind(void)
{
    static const char script[] = "#!/bin/sh\nsleep 600 &\necho $! >\"$HERE/new\"\n"
                                 "mv \"$HERE/new\" \"$HERE/pid\"\nwait\n";
    char place[] = "/tmp/nines-test-XXXXXX", scenario[PATH_MAX], path[PATH_MAX], *before = strdup(getenv("PATH"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath("tests/cli/small.yaml", scenario));
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    snprintf(path, sizeof path, "%s/gnuplot", place);
    FILE *out = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fputs(script, out);
    fclose(out);
    chmod(path, 0700);
    snprintf(path, sizeof path, "%s:%s", place, before);
    setenv("PATH", path, 1);
    setenv("HERE", place, 1);
    const char *const arguments[] = {"nines", "run", scenario, "--paths", "300", "-o", "out", NULL};
    pid_t child = start_program(arguments, place, -1);
    setenv("PATH", before, 1);
    free(before);
    snprintf(path, sizeof path, "%s/pid", place);
    int sleeper = await_number(path);
    kill(child, SIGTERM);
    CU_ASSERT_EQUAL(ended(child), 143);
    for (int i = 0; i < 5000 && kill(sleeper, 0) == 0; i++) /* whoever adopted it has yet to bury it */
        usleep(1000);
    CU_ASSERT_EQUAL(kill(sleeper, 0), -1);
    snprintf(path, sizeof path, "%s/out/summary.csv", place);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    glob_t left;
    snprintf(path, sizeof path, "%s/out/plots/drawing*", place);
    CU_ASSERT_EQUAL(glob(path, 0, NULL, &left), GLOB_NOMATCH);
    remove_all(place);
}

/* Runs the program on a terminal of its own and returns what it wrote there. */
static void run_on_terminal(const char *const *arguments, struct text *out)
{
    char bytes[4096];
    struct winsize size = {.ws_row = 24, .ws_col = 70};
    int terminal;
    ssize_t n;
    const char *program = program_path();
    fflush(stdout);
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (!child) {
        setenv("TERM", "xterm", 1);
        alarm(100);
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    text_add(out, "%s", "");
    while ((n = read(terminal, bytes, sizeof bytes)) > 0)
        text_add_bytes(out, bytes, (size_t)n);
    close(terminal);
    CU_ASSERT_EQUAL(ended(child), 0);
}

static void progress_is_shown_on_a_terminal_and_cleared(void)
{
    char place[] = "/tmp/nines-test-XXXXXX";
    const char *const loud[] = {"nines", "run", "tests/cli/small.yaml", "--paths", "20000", "--no-plots", "-o", place,
                                NULL};
    const char *const quiet[] = {"nines", "run", "tests/cli/small.yaml", "--paths", "2000", "--no-plots", "-q",
                                 "-o", place, "--color", "never", NULL};
    struct text text = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    run_on_terminal(loud, &text);
    const char *first = strstr(text.data, "\r"), *last = strstr(text.data, "\r\033[K");
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_PTR_NOT_NULL_FATAL(last);
    CU_ASSERT_PTR_NOT_NULL(strstr(first, " paths"));
    for (const char *at = last; (at = strstr(at, "\r\033[K")); at++)
        last = at;
    CU_ASSERT_PTR_NULL(strstr(last, " left"));
    text_free(&text);
    run_on_terminal(quiet, &text);
    CU_ASSERT_PTR_NULL(strchr(text.data, '\033'));
    text_free(&text);
    remove_all(place);
}

static const struct test_case cases[] = {
    {"options are read in every form and place", options_are_read_in_every_form_and_place},
    {"after two dashes there are only arguments", after_two_dashes_there_are_only_arguments},
    {"the last of repeated options holds", the_last_of_repeated_options_holds},
    {"every engine and width can be chosen", every_engine_and_width_can_be_chosen},
    {"a seed has 64 bits", a_seed_has_64_bits},
    {"no command has an option twice", no_command_has_an_option_twice},
    {"progress says less on a narrow terminal", progress_says_less_on_a_narrow_terminal},
    {"progress says nothing that it does not know", progress_says_nothing_that_it_does_not_know},
    {"progress is written ten times a second at most", progress_is_written_ten_times_a_second_at_most},
    {"a folder is checked before the work", a_folder_is_checked_before_the_work},
    {"the first signal asks and the second kills", the_first_signal_asks_and_the_second_kills},
    {"while results are written the third kills", while_results_are_written_the_third_kills},
    {"a repeated signal is one wish", a_repeated_signal_is_one_wish},
    {"after the study the first signal kills", after_the_study_the_first_signal_kills},
    {"an ignored signal stays ignored", an_ignored_signal_stays_ignored},
    {"a reader that goes away ends the program", a_reader_that_goes_away_ends_the_program},
    {"an interrupted run leaves a partial result", an_interrupted_run_leaves_a_partial_result},
    {"a signal while drawing leaves nothing behind", a_signal_while_drawing_leaves_nothing_behind},
    {"a full disk leaves no half file", a_full_disk_leaves_no_half_file},
    {"progress is shown on a terminal and cleared", progress_is_shown_on_a_terminal_and_cleared},
    {NULL, NULL},
};

const struct test_suite suite_cli = {"cli", cases};
