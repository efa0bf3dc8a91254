/* The manual page nines.1, in troff, written from the tables of commands and options. */
#include "cli/help.h"

#include "base/version.h"

/* Writes a text so that troff takes it as it is. A newline begins a paragraph. */
static void put(const char *text, FILE *out)
{
    bool begins = true; /* where a line begins, "." is a request */
    for (; *text; text++) {
        if (begins && *text == '.')
            fputs("\\&", out);
        begins = *text == '\n';
        if (begins)
            fputs(text[1] ? "\n.PP\n" : "", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\'')
            fputs("\\(aq", out);
        else
            fputc(*text, out);
    }
}

static void put_entries(const char *title, const struct help_entry *entries, FILE *out)
{
    fprintf(out, ".SH %s\n", title);
    for (; entries->name; entries++) {
        fputs(".TP\n.B ", out);
        put(entries->name, out);
        fputs("\n", out);
        put(entries->meaning, out);
        fputs("\n", out);
    }
}

/* A list within the meaning of an option. */
static void put_formats(FILE *out)
{
    fputs(".RS\n", out);
    for (const struct gate_format *f = gate_formats; f->name; f++) {
        fprintf(out, ".TP 12\n\\fB%s\\fR\n", f->name);
        put(f->meaning, out);
        fputs("\n", out);
    }
    fputs(".RE\n", out);
}

static void put_option(const struct option *option, FILE *out)
{
    fputs(".TP\n\\fB", out);
    if (option->letter)
        fprintf(out, "\\-%c\\fR, \\fB", option->letter);
    fputs("\\-\\-", out);
    put(option->name, out);
    fputs("\\fR", out);
    if (option->argument) {
        fputs(" \\fI", out);
        put(option->argument, out);
        fputs("\\fR", out);
    }
    fputs("\n", out);
    put(option->help, out);
    fputs("\n", out);
    if (option->kind == OPTION_REPORT)
        put_formats(out);
}

static void put_command(const struct subcommand *command, FILE *out)
{
    fprintf(out, ".SS nines %s [OPTION]... ", command->name);
    put(command->arguments, out);
    fputs("\n", out);
    put(command->description, out);
    fputs("\n", out);
    for (const struct option *o = option_table; o->name; o++)
        if (o->commands & help_bit(command) && o->commands != (1u << COMMANDS) - 1)
            put_option(o, out);
}

/* Prints the manual page. */
void help_manual(FILE *out)
{
    fprintf(out, ".\\\" Written by 'nines help --manual'.\n.TH NINES 1 \"\" \"nines %s\" \"User Commands\"\n",
            NINES_VERSION);
    fputs(".SH NAME\nnines \\- predict what a release costs in downtime before it is rolled out\n"
          ".SH SYNOPSIS\n.B nines\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
          ".SH DESCRIPTION\n", out);
    put("nines reads a scenario: environments with their instances, zones and faults; a release that may be "
        "defective; and strategies to roll it out: rolling, canary, blue-green, recreate. It simulates "
        "rollouts as paths of a Markov process, and says with confidence intervals what each strategy costs "
        "in downtime, how often it is rolled back, and which costs least.\n"
        "Options may stand before or after the arguments. Results go to standard output, everything else to "
        "standard error.", out);
    fputs("\n.SH COMMANDS\nEvery command has the option \\fB\\-h\\fR, \\fB\\-\\-help\\fR, which explains it.\n", out);
    for (int i = 0; i < COMMANDS; i++)
        put_command(&command_table[i], out);
    put_entries("EXIT STATUS", help_statuses, out);
    put_entries("ENVIRONMENT", help_environment, out);
    put_entries("EXAMPLES", help_examples, out);
    fputs(".SH LICENSE\nGNU General Public License, version 3 or later.\n", out);
}
