/*
 * Runs gnuplot on a script in a folder of its own: no shell, an argument vector, and all that it writes stays there.
 *
 * Its messages go into a file and not into a pipe, since whatever gnuplot may have started could keep a pipe open. It
 * has a process group of its own: a Ctrl-C on the terminal reaches only this program, which ends gnuplot and whatever
 * that has started, and clears up.
 */
#include "report/gnuplot.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char output_name[] = "output", messages_name[] = "messages";

/* What gnuplot_run leaves in the folder beside what the scripts write; ended by NULL. */
const char *const gnuplot_leaves[] = {output_name, messages_name, NULL};

/*
 * The environment with another locale: names are UTF-8 whatever the user's is, and elsewhere gnuplot complains of the
 * degree sign. To be freed; the texts are those of the environment.
 */
static char **environment_of_child(void)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **new = memory_new(n + 2, sizeof *new);
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], locale, strlen("LC_ALL=")) != 0)
            new[kept++] = environ[i];
    new[kept] = locale;
    return new;
}

/* 0, or errno. */
static int start(pid_t *pid, char *const *arguments, const char *folder)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages_name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    char **environment = environment_of_child();
    int fault = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments, environment);
    free(environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return fault;
}

/* Waits for the end, or ends the process group when the time is over or the flag is set. */
static enum gnuplot_end await(pid_t pid, double limit, const volatile int *stop, int *status)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    double end = clock_seconds() + limit;
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        bool stopped = stop && *stop;
        if (stopped || clock_seconds() > end) {
            kill(-pid, SIGKILL);
            while (waitpid(pid, status, 0) < 0 && errno == EINTR)
                ;
            return stopped ? GNUPLOT_STOPPED : GNUPLOT_HUNG;
        }
        nanosleep(&pause, NULL);
    }
    return WIFEXITED(*status) && WEXITSTATUS(*status) == 0 ? GNUPLOT_DONE : GNUPLOT_FAILED;
}

/* The first line that says something: gnuplot shows the text at fault and a ^ below it before the message. */
static bool add_first_message(const char *folder, const char *before, struct text *message)
{
    struct text path = {0};
    char line[512], found[512] = "";
    text_add(&path, "%s/%s", folder, messages_name);
    FILE *in = fopen(path.data, "r");
    while (in && fgets(line, sizeof line, in)) {
        bool is_message = strstr(line, ".gp\" line ") != NULL;
        line[strcspn(line, "\n")] = '\0';
        if (is_message || (!*found && strspn(line, " \t^") < strlen(line)))
            strcpy(found, line);
        if (is_message)
            break;
    }
    if (in)
        fclose(in);
    if (*found) {
        text_add(message, "%s", before);
        utf8_add_printable(message, found);
    }
    text_free(&path);
    return *found;
}

/* Whether there is a file of that name: in a folder of PATH, if it has no folder itself. */
static bool is_there(const char *program)
{
    const char *folders = getenv("PATH");
    bool found = false;
    if (strchr(program, '/'))
        return access(program, F_OK) == 0;
    while (folders && *folders && !found) {
        struct text path = {0};
        int length = (int)strcspn(folders, ":");
        text_add(&path, "%.*s%s%s", length, folders, length ? "/" : "", program);
        found = access(path.data, F_OK) == 0;
        folders += length + (folders[length] == ':');
        text_free(&path);
    }
    return found;
}

/*
 * The font that "sans" stands for, in plots without which there are pictures without a letter. False if there is none;
 * true if there is, or nobody to ask. `folder` as of gnuplot_run.
 */
bool gnuplot_has_font(const char *folder, double limit, const volatile int *stop)
{
    char *arguments[] = {"fc-match", "--format=%{file}", "sans", NULL};
    struct text path = {0};
    struct stat written;
    pid_t pid;
    int status;
    if (start(&pid, arguments, folder) || await(pid, limit, stop, &status) != GNUPLOT_DONE)
        return true;
    text_add(&path, "%s/%s", folder, output_name);
    bool found = stat(path.data, &written) != 0 || written.st_size > 0;
    text_free(&path);
    return found;
}

static enum gnuplot_end explain_start(int fault, const char *program, const char *folder, struct text *message)
{
    if (fault == ENOENT && !access(folder, F_OK) && !is_there(program)) {
        text_add(message, "%s is not installed", program);
        return GNUPLOT_MISSING;
    }
    text_add(message, "%s: cannot run: %s", program, strerror(fault));
    return GNUPLOT_FAILED;
}

/*
 * Runs `program` (looked for in PATH) on a script inside the folder, with the folder as its own, and gives it `limit`
 * seconds; it is ended when *stop becomes non-zero (stop may be NULL). Adds to `message` what went wrong, or what
 * gnuplot had to say though all went well, without a new line.
 */
enum gnuplot_end gnuplot_run(const char *program, const char *folder, const char *script, double limit,
                             const volatile int *stop, struct text *message)
{
    /* -d: what stands in a ~/.gnuplot must not change the figures. */
    char *arguments[] = {(char *)program, "-d", (char *)script, NULL};
    struct text before = {0};
    pid_t pid;
    int status = 0, fault = start(&pid, arguments, folder);
    if (fault)
        return explain_start(fault, program, folder, message);
    enum gnuplot_end end = await(pid, limit, stop, &status);
    text_add(&before, "%s: %s: ", program, script);
    if (end == GNUPLOT_HUNG)
        text_add(message, "%s: %s took more than %g s and was ended", program, script, limit);
    else if (end == GNUPLOT_FAILED && WIFSIGNALED(status))
        text_add(message, "%sended by signal %d", before.data, WTERMSIG(status));
    else if (end != GNUPLOT_STOPPED && !add_first_message(folder, before.data, message) && end == GNUPLOT_FAILED)
        text_add(message, "%sit gave no message", before.data);
    text_free(&before);
    return end;
}
