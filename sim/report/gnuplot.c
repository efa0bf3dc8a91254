/*
 * Runs gnuplot on a script in a folder of its own: no shell, an argument vector, and all that it writes stays there.
 *
 * Its messages go into a file and not into a pipe, since whatever gnuplot may have started could keep a pipe open.
 */
#include "report/gnuplot.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char messages[] = "messages";

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* 0, or errno. */
static int start(pid_t *pid, const char *program, const char *folder, const char *script)
{
    /* -d: what stands in a ~/.gnuplot must not change the figures. */
    char *arguments[] = {(char *)program, "-d", (char *)script, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int fault = posix_spawnp(pid, program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return fault;
}

/* Waits for the end; kills the process by its id after `limit` seconds and returns false. */
static bool await(pid_t pid, double limit, int *status)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    double end = now() + limit;
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (now() > end) {
            kill(pid, SIGKILL);
            while (waitpid(pid, status, 0) < 0 && errno == EINTR)
                ;
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

/* The first line that says something: gnuplot shows the text at fault and a ^ below it before the message. */
static void add_first_message(const char *folder, struct text *message)
{
    struct text path = {0};
    char line[512], found[512] = "";
    text_add(&path, "%s/%s", folder, messages);
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
    utf8_add_printable(message, *found ? found : "it gave no message");
    text_free(&path);
}

/*
 * Runs `program` (looked for in PATH) on a script inside the folder, with the folder as its own, and gives it `limit`
 * seconds. Adds to `message` what went wrong, without a new line.
 */
enum gnuplot_end gnuplot_run(const char *program, const char *folder, const char *script, double limit,
                             struct text *message)
{
    pid_t pid;
    int status = 0;
    int fault = start(&pid, program, folder, script);
    if (fault == ENOENT) {
        text_add(message, "%s is not installed", program);
        return GNUPLOT_MISSING;
    }
    if (fault) {
        text_add(message, "%s: cannot run: %s", program, strerror(fault));
        return GNUPLOT_FAILED;
    }
    if (!await(pid, limit, &status)) {
        text_add(message, "%s: %s took more than %g s and was ended", program, script, limit);
        return GNUPLOT_HUNG;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return GNUPLOT_DONE;
    text_add(message, "%s: %s: ", program, script);
    if (WIFSIGNALED(status))
        text_add(message, "ended by signal %d", WTERMSIG(status));
    else
        add_first_message(folder, message);
    return GNUPLOT_FAILED;
}
