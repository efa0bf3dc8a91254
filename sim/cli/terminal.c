/* What standard output and standard error are connected to. */
#include "cli/terminal.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Whether the descriptor is a terminal that can rewrite a line and show color. */
bool terminal_is(int descriptor)
{
    const char *term = getenv("TERM");
    return isatty(descriptor) && term && strcmp(term, "dumb") != 0;
}

/* The columns of the terminal as it is now, or 0 if the descriptor is none or does not say. */
int terminal_width(int descriptor)
{
    struct winsize size;
    return isatty(descriptor) && !ioctl(descriptor, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

/*
 * The columns for what goes to standard output: those that COLUMNS asks for, or else those of the terminal. 0: neither
 * says.
 */
int terminal_columns(void)
{
    const char *asked = getenv("COLUMNS");
    size_t digits = asked ? strspn(asked, "0123456789") : 0;
    int columns = digits && digits < 6 && !asked[digits] ? atoi(asked) : 0;
    return columns > 0 ? columns : terminal_width(STDOUT_FILENO);
}

/*
 * Whether to print in color: `when` is "always", "never", "auto" or NULL, which is "auto": on a terminal, unless
 * NO_COLOR is set to anything but the empty text (https://no-color.org).
 */
bool terminal_wants_color(const char *when)
{
    if (when && strcmp(when, "auto") != 0)
        return !strcmp(when, "always");
    const char *no_color = getenv("NO_COLOR");
    return terminal_is(STDOUT_FILENO) && !(no_color && *no_color);
}

/* Writes a text that may hold names of files and words of the command line, so that a terminal obeys none of them. */
void output_shown(const char *text, size_t length, FILE *out)
{
    struct text shown = {0};
    utf8_add_lines(&shown, text, length);
    fwrite(shown.data, 1, shown.length, out);
    text_free(&shown);
}

static int output_fault; /* errno of the first write that failed: stdio forgets it */

static ssize_t write_output(void *cookie, const char *bytes, size_t length)
{
    (void)cookie;
    for (size_t done = 0; done < length && !output_fault;) {
        ssize_t written = write(STDOUT_FILENO, bytes + done, length - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            output_fault = errno;
    }
    return output_fault ? 0 : (ssize_t)length;
}

/*
 * To be called before any file is opened: a file opened while standard output is closed would get its number, and what
 * is printed would go into that file. Fails if standard output is closed; opens /dev/null in the place of the others.
 * From now on stdout remembers what went wrong.
 */
bool output_check(struct error *error)
{
    bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0 && errno == EBADF;
    for (int descriptor; (descriptor = open("/dev/null", O_RDWR)) >= 0;)
        if (descriptor > STDERR_FILENO) {
            close(descriptor);
            break;
        }
    FILE *out = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_output});
    if (out) {
        setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
        stdout = out;
    }
    return !closed || error_add(error, FAULT_SYSTEM, "nines: standard output is closed");
}

/*
 * Writes what is still to be written to standard output. Fails if that, or anything before, could not be written; what
 * was left is then forgotten, so that it is said once.
 */
bool output_finish(struct error *error)
{
    if (!fflush(stdout) && !ferror(stdout))
        return true;
    error_add(error, FAULT_SYSTEM, "nines: cannot write to standard output: %s",
              strerror(output_fault ? output_fault : EIO));
    __fpurge(stdout);
    clearerr(stdout);
    return false;
}
