/* The program: reads the command line, runs the command, says what went wrong, and ends with the status. */
#include "cli/command.h"

#include "base/memory.h"
#include "cli/help.h"
#include "cli/terminal.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void end_without_memory(void)
{
    static const char message[] = "nines: out of memory\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(STATUS_FAILED);
    _exit(STATUS_FAILED);
}

static int run(const struct options *options, struct error *error)
{
    const struct subcommand *command = &command_table[options->command];
    if (!options->help)
        return command->run(options, error);
    help_command(command, stdout);
    return STATUS_DONE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct error error = {0};
    int status = STATUS_DONE;
    memory_on_failure(end_without_memory);
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_DFL); /* `nines … | head -1` ends quietly, whatever the parent made of the signal */
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error of write, like a full disk */
    if (output_check(&error) && options_parse(argc, argv, &options, &error))
        status = run(&options, &error);
    output_finish(&error);
    if (error.count) {
        output_shown(error.text.data, error.text.length, stderr);
        if (status < STATUS_SIGNAL) /* what a signal has ended is no failure of its own */
            status = error.fault == FAULT_SYSTEM ? STATUS_FAILED : STATUS_USAGE;
    }
    error_free(&error);
    options_free(&options);
    return status;
}
