/* The completion of the command line in bash, written from the tables of commands and options. */
#include "cli/help.h"

#include <string.h>

static const char head[] =
    "# bash completion for nines; written by 'nines help --completion bash'.\n"
    "_nines()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words='' kind=''\n"
    "    # \"--format=csv\" comes as three words\n"
    "    if [[ $current == = ]]; then\n"
    "        current=''\n"
    "    elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then\n"
    "        previous=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    if ((COMP_CWORD == 1)); then\n";

static const char tail[] =
    "    if [[ $kind == folders ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n"
    "    elif [[ $kind == files ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
    "    elif [[ $kind == words ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "    else\n"
    "        COMPREPLY=()\n"
    "    fi\n"
    "}\n"
    "complete -F _nines nines\n";

static void put_commands(const char *quote_before, FILE *out)
{
    fputs(quote_before, out);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "%s%s", i ? " " : "", command_table[i].name);
}

/* One case for the value of an option: "run --output | run -o) kind=folders ;;". */
static void put_value(const struct subcommand *command, const struct option *option, FILE *out)
{
    fprintf(out, "        '%s --%s'", command->name, option->name);
    if (option->letter)
        fprintf(out, " | '%s -%c'", command->name, option->letter);
    fputs(") ", out);
    if (option->kind == OPTION_CHOICE) {
        fputs("kind=words words='", out);
        for (int i = 0; option->choices[i]; i++)
            fprintf(out, "%s%s", i ? " " : "", option->choices[i]);
        fputs("'", out);
    } else if (option->kind == OPTION_REPORT) { /* the path behind it is completed as any file */
        fputs("kind=words words='", out);
        for (const struct gate_format *f = gate_formats; f->name; f++)
            fprintf(out, "%s%s=", f == gate_formats ? "" : " ", f->name);
        fputs("'; compopt -o nospace 2>/dev/null", out);
    } else {
        bool is_file = option->kind == OPTION_FILE;
        fprintf(out, "kind=%s", option->kind == OPTION_FOLDER ? "folders" : is_file ? "files" : "nothing");
    }
    fputs(" ;;\n", out);
}

/* What else may stand there: options where a word begins with "-", else what the command takes. */
static void put_words(const struct subcommand *command, FILE *out)
{
    fprintf(out, "        '%s -'*) kind=words words='", command->name);
    const char *space = "";
    for (const struct option *o = option_table; o->name; o++)
        if (o->commands & help_bit(command)) {
            fprintf(out, "%s--%s", space, o->name);
            space = " ";
        }
    fputs("' ;;\n", out);
    if (!strcmp(command->name, "help")) {
        put_commands("        'help '*) kind=words words='", out);
        fputs(" scenario' ;;\n", out);
    } else if (command->most) {
        fprintf(out, "        '%s '*) kind=files ;;\n", command->name);
    }
}

/* Prints the completion script. */
void help_completion(FILE *out)
{
    fputs(head, out);
    put_commands("        kind=words words='", out);
    fputs("'\n    fi\n    [[ $kind ]] || case \"${COMP_WORDS[1]} $previous\" in\n", out);
    for (int i = 0; i < COMMANDS; i++)
        for (const struct option *o = option_table; o->name; o++)
            if (o->argument && o->commands & help_bit(&command_table[i]))
                put_value(&command_table[i], o, out);
    fputs("    esac\n    [[ $kind ]] || case \"${COMP_WORDS[1]} $current\" in\n", out);
    for (int i = 0; i < COMMANDS; i++)
        put_words(&command_table[i], out);
    fputs("    esac\n", out);
    fputs(tail, out);
}
