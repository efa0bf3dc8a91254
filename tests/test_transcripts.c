/*
 * What the program prints, exactly: tests/cli/NAME.txt are transcripts of blocks such as
 *
 *     == an unknown command
 *     $ nines rum
 *     2> nines: there is no command 'rum'; did you mean 'run'?
 *     [2]
 *
 * A block is a title, commands for sh, and what comes of them: the lines of standard output as they are, those of
 * standard error after "2> ", and the exit status unless it is 0. Each block runs in an empty folder of its own, with
 * the program that was built beside this test first in PATH and $CASES naming tests/cli. Other lines before the first
 * block are comments. With REWRITE=1 in the environment the transcripts are written anew, to be read before a commit.
 */
#include "test.h"

#include "base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char folder[] = "tests/cli";

static bool starts(const char *line, const char *with)
{
    return !strncmp(line, with, strlen(with));
}

static const char *next_line(const char *at)
{
    at += strcspn(at, "\n");
    return at + (*at == '\n');
}

static bool read_file(const char *path, struct text *out)
{
    char bytes[4096];
    size_t n;
    FILE *in = fopen(path, "r");
    text_add(out, "%s", "");
    while (in && (n = fread(bytes, 1, sizeof bytes, in)) > 0)
        text_add_bytes(out, bytes, n);
    return in && !fclose(in);
}

/* The program under test, and where the transcripts are, for sh. */
static void set_environment(void)
{
    char program[PATH_MAX] = "", path[PATH_MAX * 2], *cases = realpath(folder, NULL);
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0 || !cases)
        _exit(126);
    *strrchr(program, '/') = '\0'; /* build/VARIANT/tests/run */
    *strrchr(program, '/') = '\0';
    snprintf(path, sizeof path, "%s:%s", program, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("CASES", cases, 1);
    setenv("LC_ALL", "C", 1);
    setenv("OMP_NUM_THREADS", "2", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLUMNS");
    free(cases);
}

static void become_shell(const char *commands, const char *where)
{
    char *arguments[] = {"sh", "-c", (char *)commands, NULL};
    set_environment();
    if (!freopen("/dev/null", "r", stdin) || chdir(where) || !freopen("../out", "w", stdout) ||
        !freopen("../err", "w", stderr))
        _exit(126);
    alarm(100); /* a block that hangs fails */
    execv("/bin/sh", arguments);
    _exit(127);
}

static void add_lines(struct text *out, const char *path, const char *before)
{
    struct text text = {0};
    CU_ASSERT_TRUE(read_file(path, &text));
    for (const char *at = text.data; *at; at = next_line(at))
        text_add(out, "%s%.*s\n", before, (int)strcspn(at, "\n"), at);
    text_free(&text);
}

static void remove_folder(const char *where)
{
    pid_t child = fork();
    if (!child)
        execlp("rm", "rm", "-rf", where, (char *)NULL);
    waitpid(child, NULL, 0);
}

/* Runs the commands and adds what comes of them. */
static void run(const char *commands, struct text *out)
{
    char place[] = "/tmp/nines-test-XXXXXX", inside[64], path[64];
    int status = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    snprintf(inside, sizeof inside, "%s/here", place);
    CU_ASSERT_EQUAL_FATAL(mkdir(inside, 0777), 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        become_shell(commands, inside);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    snprintf(path, sizeof path, "%s/out", place);
    add_lines(out, path, "");
    snprintf(path, sizeof path, "%s/err", place);
    add_lines(out, path, "2> ");
    if (WIFSIGNALED(status))
        text_add(out, "[signal %d]\n", WTERMSIG(status));
    else if (WEXITSTATUS(status))
        text_add(out, "[%d]\n", WEXITSTATUS(status));
    remove_folder(place);
}

static void add_first_difference(struct text *out, const char *expected, const char *actual)
{
    while (*expected && *actual && next_line(expected) - expected == next_line(actual) - actual &&
           !strncmp(expected, actual, (size_t)(next_line(expected) - expected)))
        expected = next_line(expected), actual = next_line(actual);
    text_add(out, "expected '%.*s', got '%.*s'", (int)strcspn(expected, "\n"), expected, (int)strcspn(actual, "\n"),
             actual);
}

/* Runs the block that begins at `block`, adds it anew to `written`, and returns where the next begins. */
static const char *check_block(const char *path, int line, const char *block, struct text *written)
{
    struct text commands = {0}, expected = {0}, actual = {0}, message = {0};
    const char *at = next_line(block);
    text_add(&commands, "%s", "");
    text_add(&expected, "%s", "");
    text_add(&actual, "%s", "");
    for (; starts(at, "$ "); at = next_line(at))
        text_add(&commands, "%.*s\n", (int)strcspn(at, "\n") - 2, at + 2);
    text_add_bytes(written, block, (size_t)(at - block));
    const char *end = at;
    while (*end && !starts(end, "== "))
        end = next_line(end);
    text_add_bytes(&expected, at, (size_t)(end - at));
    while (expected.length > 1 && !strcmp(expected.data + expected.length - 2, "\n\n"))
        expected.data[--expected.length] = '\0';
    if (!strcmp(expected.data, "\n"))
        expected.data[--expected.length] = '\0';
    run(commands.data, &actual);
    text_add(written, "%s%s", actual.data, *end ? "\n" : "");
    text_add(&message, "%.*s: ", (int)strcspn(block, "\n") - 3, block + 3);
    add_first_difference(&message, expected.data, actual.data);
    CU_assertImplementation(!strcmp(expected.data, actual.data), (unsigned)line, message.data, path, "", CU_FALSE);
    text_free(&commands);
    text_free(&expected);
    text_free(&actual);
    text_free(&message);
    return end;
}

/* Runs the transcript that the current test is named after. */
static void transcript(void)
{
    char path[PATH_MAX];
    struct text text = {0}, written = {0};
    int line = 1, blocks = 0;
    snprintf(path, sizeof path, "%s/%s.txt", folder, CU_get_current_test()->pName);
    CU_ASSERT_TRUE_FATAL(read_file(path, &text));
    text_add(&written, "%s", "");
    for (const char *at = text.data, *next; *at; at = next) {
        if (starts(at, "== ")) {
            next = check_block(path, line, at, &written);
            blocks++;
        } else {
            next = next_line(at);
            text_add_bytes(&written, at, (size_t)(next - at));
        }
        for (const char *c = at; c < next; c++)
            line += *c == '\n';
    }
    CU_ASSERT_TRUE(blocks > 0);
    FILE *out = getenv("REWRITE") ? fopen(path, "w") : NULL;
    if (out) {
        fputs(written.data, out);
        fclose(out);
    }
    text_free(&text);
    text_free(&written);
}

static void every_transcript_is_listed(void);

static const struct test_case cases[] = {
    {"usage", transcript},
    {"gate-reports", transcript},
    {"help", transcript},
    {"output", transcript},
    {"scenario", transcript},
    {"run", transcript},
    {"gate", transcript},
    {"sensitivity", transcript},
    {"sweep", transcript},
    {"solve", transcript},
    {"budget", transcript},
    {"scripts", transcript},
    {"every transcript is listed", every_transcript_is_listed},
    {NULL, NULL},
};

static void every_transcript_is_listed(void)
{
    struct dirent *entry;
    DIR *listing = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(listing);
    while ((entry = readdir(listing))) {
        size_t length = strlen(entry->d_name);
        bool listed = length < 4 || strcmp(entry->d_name + length - 4, ".txt") != 0;
        for (const struct test_case *c = cases; c->name; c++)
            listed = listed || (strlen(c->name) == length - 4 && starts(entry->d_name, c->name));
        CU_assertImplementation(listed, __LINE__, entry->d_name, __FILE__, "", CU_FALSE);
    }
    closedir(listing);
}

const struct test_suite suite_transcripts = {"transcripts", cases};
