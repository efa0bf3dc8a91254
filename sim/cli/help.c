/* nines help: the tables of commands and options, for people. */
#include "cli/help.h"

#include "base/nearest.h"
#include "cli/terminal.h"

#include <string.h>

/* Where lines end at most, how narrow they are made, and where the meaning of a command, option or format begins. */
enum { WIDTH = 80, LEAST_WIDTH = 48, COLUMN = 26, FORMAT_COLUMN = 38 };

/* Returns the column that it leaves: 0. */
static int end_line(FILE *out)
{
    fputc('\n', out);
    return 0;
}

static int line_width(void)
{
    int columns = terminal_columns();
    return columns <= 0 || columns > WIDTH ? WIDTH : columns < LEAST_WIDTH ? LEAST_WIDTH : columns;
}

/* Writes words in the columns from `column` on; in the first line `at` columns are taken. Ends the line. */
static void wrap(const char *words, int at, int column, FILE *out)
{
    int width = line_width();
    bool begins = true; /* the next word stands at the column */
    if (column && at + 2 > column)
        at = end_line(out);
    while (*words) {
        int length = (int)strcspn(words, " \n");
        if (!begins && at + 1 + length > width) {
            at = end_line(out);
            begins = true;
        }
        at += fprintf(out, "%*s%.*s", begins ? column - at : 1, "", length, words);
        begins = false;
        words += length + (words[length] != '\0');
    }
    end_line(out);
}

static void print_entries(const char *title, const struct help_entry *entries, FILE *out)
{
    int column = 0;
    for (const struct help_entry *e = entries; e->name; e++)
        column = (int)strlen(e->name) + 4 > column ? (int)strlen(e->name) + 4 : column;
    fprintf(out, "\n%s\n", title);
    for (; entries->name; entries++)
        wrap(entries->meaning, fprintf(out, "  %s", entries->name), column, out);
}

static void print_option(const struct option *option, FILE *out)
{
    int at = option->letter ? fprintf(out, "  -%c, ", option->letter) : fprintf(out, "      ");
    at += fprintf(out, "--%s", option->name);
    if (option->argument)
        at += fprintf(out, " %s", option->argument);
    wrap(option->help, at, COLUMN, out);
    if (option->kind == OPTION_REPORT)
        for (const struct gate_format *f = gate_formats; f->name; f++)
            wrap(f->meaning, fprintf(out, "%*s%s", COLUMN, "", f->name), FORMAT_COLUMN, out);
}

/* Prints what `nines help` says. */
void help_print(FILE *out)
{
    wrap("nines predicts what a release costs in downtime before it is rolled out.", 0, 0, out);
    fputs("\nUsage: nines COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n", out);
    for (int i = 0; i < COMMANDS; i++)
        wrap(command_table[i].summary, fprintf(out, "  %s %s", command_table[i].name, command_table[i].arguments),
             COLUMN, out);
    end_line(out);
    wrap("'nines help COMMAND' lists the options of a command.", 0, 0, out);
    print_entries("Exit status:", help_statuses, out);
    print_entries("Environment:", help_environment, out);
}

/* Prints what `nines help COMMAND` says. */
void help_command(const struct subcommand *command, FILE *out)
{
    fprintf(out, "Usage: nines %s [OPTION]...%s%s\n\n", command->name, *command->arguments ? " " : "",
            command->arguments);
    const char *paragraph = command->description;
    while (*paragraph) {
        char one[1024];
        size_t length = strcspn(paragraph, "\n");
        snprintf(one, sizeof one, "%.*s", (int)length, paragraph);
        wrap(one, 0, 0, out);
        paragraph += length + (paragraph[length] == '\n');
    }
    fputs("\nOptions:\n", out);
    for (const struct option *o = option_table; o->name; o++)
        if (o->commands & help_bit(command))
            print_option(o, out);
}

static bool say_unknown(const char *topic, struct error *error)
{
    const char *names[COMMANDS + 1];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = command_table[i].name;
    names[COMMANDS] = "scenario";
    const char *nearest = nearest_name(topic, names, COMMANDS + 1);
    if (nearest)
        return error_add(error, FAULT_INPUT, "nines help: there is no topic '%s'; did you mean '%s'?", topic, nearest);
    return error_add(error, FAULT_INPUT, "nines help: there is no topic '%s'; topics are the commands and scenario",
                     topic);
}

int command_help(const struct options *options, struct error *error)
{
    const char *topic = options->n_arguments ? options->arguments[0] : NULL;
    if (options->manual)
        help_manual(stdout);
    else if (options->completion)
        help_completion(stdout);
    else if (!topic)
        help_print(stdout);
    else if (!strcmp(topic, "scenario"))
        scenario_print_fields(stdout);
    else if (command_find(topic) >= 0)
        help_command(&command_table[command_find(topic)], stdout);
    else
        say_unknown(topic, error);
    return STATUS_DONE;
}
