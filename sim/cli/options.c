/* The command line: what may stand there, and how it is read. */
#include "cli/options.h"

#include "base/nearest.h"
#include "base/units.h"
#include "cli/command.h"
#include "scenario/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN = 1 << COMMAND_RUN,
    PLAN = 1 << COMMAND_PLAN,
    GATE = 1 << COMMAND_GATE,
    SOLVE = 1 << COMMAND_SOLVE,
    VALIDATE = 1 << COMMAND_VALIDATE,
    EXPORT = 1 << COMMAND_EXPORT,
    HELP = 1 << COMMAND_HELP,
    EVERY = (1 << COMMANDS) - 1,
    MAX_OPTIONS = 64, /* only for the nearest name */
};

static const char *const run_formats[] = {"table", "csv", "json", NULL};
static const char *const plan_formats[] = {"table", "json", NULL};
static const char *const export_formats[] = {"text", "prism", "dot", NULL};
static const char *const methods[] = {"exact", "sample", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const shells[] = {"bash", NULL};
static const char *const engine_names[] = {"lanes", "reference", NULL};

#define AT(member) .offset = offsetof(struct options, member)

const struct option option_table[] = {
    {"set", 0, OPTION_OVERRIDE, "PATH=VALUE", RUN | PLAN | GATE | SOLVE | VALIDATE | EXPORT,
     "set a value of the scenario, such as release.detect=3m; may be repeated", AT(overrides)},
    {"slo", 0, OPTION_FILE, "FILE", RUN | PLAN | GATE | SOLVE | VALIDATE | EXPORT,
     "take target and window from this OpenSLO file, in place of the scenario's slo", AT(slo)},
    {"strategy", 0, OPTION_NAME, "NAME", RUN | PLAN | SOLVE | EXPORT,
     "only this strategy; of a sweep all its plans, or the one of that name", AT(strategy)},
    {"strategy", 0, OPTION_NAME, "NAME", GATE,
     "judge this strategy instead of the best; of a sweep the best of its plans, or the one of that name",
     AT(strategy)},
    {"topology", 0, OPTION_NAME, "NAME", RUN | PLAN | GATE | SOLVE | EXPORT, "only this topology", AT(topology)},
    {"require", 0, OPTION_REQUIRE, "CONDITION", GATE,
     "a condition beside the scenario's own, such as \"downtime.p99 <= 5m\"; may be repeated", AT(required)},
    {"time-limit", 0, OPTION_DURATION, "TIME", GATE, "undecided after so long, such as 30s", AT(time_limit)},
    {"undecided", 0, OPTION_CHOICE, "AS", GATE,
     "what an undecided gate counts as: report (the default: exit status 4), pass (0) or fail (1)", AT(undecided),
     .choices = undecided_names},
    {"report", 0, OPTION_REPORT, "FORMAT=PATH", GATE,
     "also write the verdict into a file; may be repeated. The formats:",
     AT(reports)},
    {"labels", 0, OPTION_FILE, "FILE", SOLVE, "the labels of the chain's states (.lab)", AT(labels)},
    {"state-rewards", 0, OPTION_FILE, "FILE", SOLVE, "the rewards of the chain's states (.srew)", AT(state_rewards)},
    {"initial", 0, OPTION_NAME, "STATE", SOLVE,
     "where the chain begins, such as 0 or 0=0.9,3=0.1, instead of the state with the label init, or 0",
     AT(initial)},
    {"steady-state", 0, OPTION_QUESTION, "LABEL", SOLVE,
     "ask for the long-run share of time in which the label holds; this and the next three may be repeated",
     AT(questions), .question = QUESTION_STEADY_STATE},
    {"reach", 0, OPTION_QUESTION, "LABEL", SOLVE,
     "ask for the probability that the label ever holds, or that it holds at some time up to --by",
     AT(questions), .question = QUESTION_REACH},
    {"mean-time", 0, OPTION_QUESTION, "LABEL", SOLVE, "ask for the mean time until the label first holds",
     AT(questions), .question = QUESTION_MEAN_TIME},
    {"reward", 0, OPTION_QUESTION, NULL, SOLVE,
     "ask for the reward earned per unit of time in the long run, or for all that is earned up to --by",
     AT(questions), .question = QUESTION_REWARD},
    {"by", 0, OPTION_BY, "TIME", SOLVE,
     "the end of the --reach or --reward before it: a number, in the chain's own unit of time", AT(questions)},
    {"method", 0, OPTION_CHOICE, "METHOD", SOLVE, "exact (the default), or sample: by simulation, with intervals",
     AT(method), .choices = methods},
    {"paths", 0, OPTION_COUNT, "N", SOLVE, "sample exactly N paths a question; 1e6 will do", AT(paths), .least = 1,
     .greatest = 1e12},
    {"precision", 0, OPTION_SHARE, "SHARE", SOLVE,
     "sample until half the 95 % interval is this share of the value (2 % unless given)", AT(precision),
     .least = 1e-6, .greatest = 1},
    {"seed", 0, OPTION_SEED, "N", SOLVE, "seed of the random numbers (1 unless given)", AT(seed)},
    {"phases", 0, OPTION_PHASES, "K[,K...]", SOLVE,
     "make fixed delays Erlang delays of K phases (16 unless given); several, such as 8,16,32, are extrapolated",
     AT(phase_list), .least = 1, .greatest = 1000},
    {"phases", 0, OPTION_COUNT, "K", RUN,
     "make fixed delays Erlang delays of K phases, to compare with nines solve --phases K", AT(phases), .least = 1,
     .greatest = 1000},
    {"phases", 0, OPTION_COUNT, "K", EXPORT,
     "for prism and dot: make fixed delays Erlang delays of K phases (16 unless given)", AT(phases), .least = 1,
     .greatest = 1000},
    {"max-states", 0, OPTION_COUNT, "N", SOLVE | EXPORT, "give up beyond N states (20 million unless given)",
     AT(max_states), .least = 1, .greatest = 4e9},
    {"paths", 0, OPTION_COUNT, "N", RUN, "simulate exactly N rollouts of every strategy; 1e6 will do", AT(paths),
     .least = 2, .greatest = 1e12},
    {"precision", 0, OPTION_SHARE, "SHARE", RUN,
     "stop when half the confidence interval is this share of the mean, such as 2%, instead of the scenario's",
     AT(precision), .least = PRECISION_LEAST, .greatest = PRECISION_MOST},
    {"sensitivity", 0, OPTION_FLAG, NULL, RUN,
     "move each figure of the environments and the release, one at a time, to see which matter most (on 4096 paths of "
     "each plan, or as --paths says)", AT(sensitivity)},
    {"sensitivity-factor", 0, OPTION_NUMBER, "FACTOR", RUN,
     "by how much figures are moved, down and up (2 unless given: halved and doubled); shares on their odds",
     AT(factor), .least = 1.01, .greatest = 1000},
    {"seed", 0, OPTION_SEED, "N", RUN | GATE, "seed of the random numbers, instead of the scenario's", AT(seed)},
    {"threads", 0, OPTION_COUNT, "N", RUN | GATE | SOLVE, "number of threads; the results do not depend on it",
     AT(threads), .least = 1, .greatest = 1024},
    {"estimator", 0, OPTION_CHOICE, "ESTIMATOR", RUN,
     "how means of downtime and lost are estimated: smoothed (the default: less what chance has added, where that is "
     "known, which takes fewer paths) or plain", AT(estimator), .choices = estimator_names},
    {"engine", 0, OPTION_CHOICE, "ENGINE", RUN | GATE | SOLVE,
     "what draws the paths: lanes, many at once, or reference, one by one; the results do not depend on it, and "
     "without it the faster one is taken", AT(engine), .choices = engine_names},
    {"simd", 0, OPTION_CHOICE, "VECTORS", RUN | GATE | SOLVE,
     "the vectors of the lanes: auto (the default: the widest there are), baseline, avx2 or avx512; the results do not "
     "depend on them", AT(simd), .choices = simd_names},
    {"output", 'o', OPTION_FOLDER, "DIR", RUN, "write the results into DIR instead of results/NAME", AT(output)},
    {"output", 'o', OPTION_FOLDER, "DIR", EXPORT, "for prism: write the files into DIR", AT(output)},
    {"format", 0, OPTION_CHOICE, "FORMAT", RUN | SOLVE, "what to print: table (the default), csv or json", AT(format),
     .choices = run_formats},
    {"format", 0, OPTION_CHOICE, "FORMAT", PLAN, "what to print: table (the default) or json", AT(format),
     .choices = plan_formats},
    {"format", 0, OPTION_CHOICE, "FORMAT", EXPORT,
     "text (the default): the process; prism: its states and transitions as files; dot: the same as a graph",
     AT(format), .choices = export_formats},
    {"no-plots", 0, OPTION_FLAG, NULL, RUN, "write no plots, and remove those of an earlier run", AT(no_plots)},
    {"color", 0, OPTION_CHOICE, "WHEN", RUN | GATE | SOLVE,
     "color: auto (the default: on a terminal, unless NO_COLOR is set), always or never", AT(color),
     .choices = colors},
    {"quiet", 'q', OPTION_FLAG, NULL, RUN | GATE | SOLVE | VALIDATE,
     "say nothing on standard error but what is wrong", AT(quiet)},
    {"verbose", 'v', OPTION_FLAG, NULL, RUN | SOLVE, "say more in the table", AT(verbose)},
    {"completion", 0, OPTION_CHOICE, "SHELL", HELP, "print what makes a shell complete the command line: bash",
     AT(completion), .choices = shells},
    {"manual", 0, OPTION_FLAG, NULL, HELP, "print the manual page, in troff", AT(manual)},
    {"help", 'h', OPTION_FLAG, NULL, EVERY, "explain the command", AT(help)},
    {.name = NULL},
};

/* A command line while it is read. */
struct reader {
    char          **argv;
    int             argc, next;
    struct options *options;
    struct error   *error;
};

static const char *command_name(const struct reader *reader)
{
    return command_table[reader->options->command].name;
}

/* The option of that name (or letter, if there is no name) that the command has, or NULL. */
static const struct option *find(const char *name, size_t length, char letter, unsigned commands)
{
    for (const struct option *o = option_table; o->name; o++) {
        bool same = name ? strlen(o->name) == length && !memcmp(o->name, name, length) : o->letter == letter;
        if (same && o->commands & commands)
            return o;
    }
    return NULL;
}

/* Where the value of the option goes. */
static void *place(const struct reader *reader, const struct option *option)
{
    return (char *)reader->options + option->offset;
}

/* One message about the command line, after the command's name. Returns false. */
static bool say(const struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool say(const struct reader *reader, const char *format, ...)
{
    struct text text = {0};
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    error_add(reader->error, FAULT_INPUT, "nines %s: %s", command_name(reader), text.data);
    text_free(&text);
    return false;
}

static bool say_unknown_name(const struct reader *reader, const char *name, size_t length)
{
    char asked[64];
    snprintf(asked, sizeof asked, "%.*s", (int)length, name);
    const char *names[MAX_OPTIONS];
    int n = 0;
    for (const struct option *o = option_table; o->name && n < MAX_OPTIONS; o++)
        if (o->commands & 1u << reader->options->command)
            names[n++] = o->name;
    const char *nearest = nearest_name(asked, names, n);
    if (nearest)
        return say(reader, "there is no option --%s; did you mean --%s?", asked, nearest);
    return say(reader, "there is no option --%s; see 'nines help %s'", asked, command_name(reader));
}

static bool say_of_no_use(const struct reader *reader, const struct option *option)
{
    return say(reader, "--%s is of no use here; see 'nines help %s'", option->name, command_name(reader));
}

static bool take_count(const struct reader *reader, const struct option *option, const char *value)
{
    uint64_t number;
    if (value[0] == '-' && whole_parse(value + 1, &number))
        return say(reader, "--%s cannot be negative, as %s is", option->name, value);
    if (!whole_parse(value, &number))
        return say(reader, "--%s takes a whole number, not '%s'", option->name, value);
    if ((double)number < option->least || (double)number > option->greatest)
        return say(reader, "--%s goes from %.16g to %.16g, not %s", option->name, option->least, option->greatest,
                   value);
    *(int64_t *)place(reader, option) = (int64_t)number;
    return true;
}

/* "8,16,32" */
static bool take_phases(const struct reader *reader, const struct option *option, const char *value)
{
    struct options *options = reader->options;
    options->n_phases = 0;
    for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char one[16];
        double number;
        snprintf(one, sizeof one, "%.*s", (int)strcspn(at, ","), at);
        if (options->n_phases == MOST_PHASES)
            return say(reader, "--%s takes %d numbers at most", option->name, MOST_PHASES);
        if (!number_parse(one, &number) || number != floor(number) || number < option->least ||
            number > option->greatest)
            return say(reader, "--%s takes whole numbers from %g to %g, such as 16 or 8,16,32, not '%s'", option->name,
                       option->least, option->greatest, value);
        if (options->n_phases && number <= options->phase_list[options->n_phases - 1])
            return say(reader, "--%s takes numbers that rise, not '%s'", option->name, value);
        options->phase_list[options->n_phases++] = (int)number;
    }
    return true;
}

static bool take_seed(const struct reader *reader, const struct option *option, const char *value)
{
    struct seed *seed = place(reader, option);
    seed->given = whole_parse(value, &seed->value);
    return seed->given || say(reader, "--%s takes a whole number from 0 to %llu, not '%s'", option->name,
                              (unsigned long long)UINT64_MAX, value);
}

static bool take_share(const struct reader *reader, const struct option *option, const char *value)
{
    double share;
    const char *expected = NULL;
    if (!share_parse(value, &share, &expected))
        return say(reader, "--%s takes a share such as 2%% or 0.02, not '%s'", option->name, value);
    if (!(share >= option->least && share <= option->greatest))
        return say(reader, "--%s goes from %g%% to %g%%, not %s%s", option->name, option->least * 100,
                   option->greatest * 100, value, share > 1 && !strchr(value, '%') ? "; write % for percent" : "");
    *(double *)place(reader, option) = share;
    return true;
}

static bool take_choice(const struct reader *reader, const struct option *option, const char *value)
{
    struct text list = {0};
    for (int i = 0; option->choices[i]; i++) {
        if (!strcmp(option->choices[i], value)) {
            *(const char **)place(reader, option) = option->choices[i];
            text_free(&list);
            return true;
        }
        text_add(&list, "%s%s", i == 0 ? "" : option->choices[i + 1] ? ", " : " or ", option->choices[i]);
    }
    say(reader, "--%s takes %s, not '%s'", option->name, list.data, value);
    text_free(&list);
    return false;
}

static bool take_name(const struct reader *reader, const struct option *option, const char *value)
{
    if (!*value)
        return say(reader, "--%s is empty", option->name);
    if (option->kind == OPTION_NAME && *(const char **)place(reader, option)) /* not the last one in silence */
        return say(reader, "--%s is given twice; it takes one name, and without it all are taken", option->name);
    *(const char **)place(reader, option) = value;
    return true;
}

/* Cuts PATH=VALUE in two where it stands, in argv. */
static bool take_override(const struct reader *reader, const struct option *option, char *value)
{
    struct options *options = reader->options;
    char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return say(reader, "--%s takes PATH=VALUE, such as release.detect=3m, not '%s'", option->name, value);
    *equals = '\0';
    options->overrides[options->n_overrides++] = (struct override){value, equals + 1};
    return true;
}

static bool take_condition(const struct reader *reader, const struct option *option, const char *value)
{
    struct options *options = reader->options;
    if (!*value)
        return say(reader, "--%s is empty", option->name);
    options->required[options->n_required++] = value;
    return true;
}

static bool take_duration(const struct reader *reader, const struct option *option, const char *value)
{
    double seconds;
    if (!duration_parse(value, &seconds, NULL) || seconds <= 0)
        return say(reader, "--%s takes a time above 0, such as 30s, not '%s'", option->name, value);
    *(double *)place(reader, option) = seconds;
    return true;
}

/* FORMAT=PATH */
static bool take_report(const struct reader *reader, const struct option *option, const char *value)
{
    struct options *options = reader->options;
    const char *equals = strchr(value, '='), *names[MAX_OPTIONS];
    size_t length = strcspn(value, "=");
    int n = 0;
    const struct gate_format *format = gate_format_find(value, length);
    if (format && equals && !strcmp(equals, "=-"))
        return say(reader, "--%s writes a file; standard output has the verdict for people", option->name);
    if (format && equals && equals[1]) {
        options->reports[options->n_reports++] = (struct report_to){format, equals + 1};
        return true;
    }
    if (format || !equals)
        return say(reader, "--%s takes FORMAT=PATH, such as junit=gate.xml, not '%s'", option->name, value);
    struct text name = {0};
    text_add_bytes(&name, value, length);
    for (const struct gate_format *f = gate_formats; f->name; f++)
        names[n++] = f->name;
    const char *nearest = nearest_name(name.data ? name.data : "", names, n);
    say(reader, "there is no format '%s' for --%s; %s%s%s", name.data ? name.data : "", option->name,
        nearest ? "did you mean '" : "see 'nines help gate'", nearest ? nearest : "", nearest ? "'?" : "");
    text_free(&name);
    return false;
}

static bool take_question(const struct reader *reader, const struct option *option, const char *label)
{
    struct options *options = reader->options;
    if (label && !*label)
        return say(reader, "--%s is empty", option->name);
    options->questions[options->n_questions++] = (struct question){option->question, label, NAN};
    return true;
}

static bool take_by(const struct reader *reader, const struct option *option, const char *value)
{
    struct options *options = reader->options;
    struct question *last = options->n_questions ? &options->questions[options->n_questions - 1] : NULL;
    double time;
    if (!last || (last->kind != QUESTION_REACH && last->kind != QUESTION_REWARD))
        return say(reader, "--%s belongs to the --reach or --reward before it", option->name);
    if (!isnan(last->by))
        return say(reader, "--%s stands twice behind one question; repeat the question", option->name);
    if (!number_parse(value, &time) || !isfinite(time))
        return say(reader, "--%s takes a number of 0 or more, in the chain's own unit of time, not '%s'", option->name,
                   value);
    last->by = time;
    return true;
}

static bool take_number(const struct reader *reader, const struct option *option, const char *value)
{
    double number;
    if (!number_parse(value, &number) || !(number >= option->least && number <= option->greatest))
        return say(reader, "--%s takes a number from %g to %g, not '%s'", option->name, option->least,
                   option->greatest, value);
    *(double *)place(reader, option) = number;
    return true;
}

/* An option that may be repeated: its value is added to a list. */
static bool take_added(const struct reader *reader, const struct option *option, char *value)
{
    switch (option->kind) {
    case OPTION_OVERRIDE:
        return take_override(reader, option, value);
    case OPTION_REQUIRE:
        return take_condition(reader, option, value);
    case OPTION_REPORT:
        return take_report(reader, option, value);
    case OPTION_QUESTION:
        return take_question(reader, option, value);
    case OPTION_BY:
        return take_by(reader, option, value);
    default:
        return false;
    }
}

static bool take(const struct reader *reader, const struct option *option, char *value)
{
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)place(reader, option) = true;
        return true;
    case OPTION_NAME:
    case OPTION_FOLDER:
    case OPTION_FILE:
        return take_name(reader, option, value);
    case OPTION_CHOICE:
        return take_choice(reader, option, value);
    case OPTION_COUNT:
        return take_count(reader, option, value);
    case OPTION_SEED:
        return take_seed(reader, option, value);
    case OPTION_SHARE:
        return take_share(reader, option, value);
    case OPTION_NUMBER:
        return take_number(reader, option, value);
    case OPTION_DURATION:
        return take_duration(reader, option, value);
    case OPTION_PHASES:
        return take_phases(reader, option, value);
    default:
        return take_added(reader, option, value);
    }
}

/* Reads the value that follows an option as its own word, if it did not come with it, and takes it. */
static bool take_with_value(struct reader *reader, const struct option *option, char *value)
{
    if (!value && option->argument) {
        if (reader->next == reader->argc)
            return say(reader, "--%s needs %s", option->name, option->argument);
        value = reader->argv[reader->next++];
    }
    return take(reader, option, value);
}

/* --name, --name value, --name=value. */
static bool read_long(struct reader *reader, char *name)
{
    size_t length = strcspn(name, "=");
    char *value = name[length] ? name + length + 1 : NULL;
    const struct option *option = find(name, length, 0, 1u << reader->options->command);
    if (!option) {
        option = find(name, length, 0, EVERY);
        return option ? say_of_no_use(reader, option) : say_unknown_name(reader, name, length);
    }
    if (value && !option->argument)
        return say(reader, "--%s takes no value", option->name);
    return take_with_value(reader, option, value);
}

/* -q, -qv, -o value, -ovalue. */
static bool read_letters(struct reader *reader, char *letters)
{
    for (char *at = letters; *at; at++) {
        const struct option *option = find(NULL, 0, *at, 1u << reader->options->command);
        if (!option) {
            option = find(NULL, 0, *at, EVERY);
            return option ? say_of_no_use(reader, option)
                          : say(reader, "there is no option -%s; see 'nines help %s'", at, command_name(reader));
        }
        if (option->argument)
            return take_with_value(reader, option, at[1] ? at + 1 : NULL);
        if (!take(reader, option, NULL))
            return false;
    }
    return true;
}

static bool read_words(struct reader *reader)
{
    struct options *options = reader->options;
    bool only_arguments = false;
    while (reader->next < reader->argc) {
        char *word = reader->argv[reader->next++];
        if (only_arguments || word[0] != '-' || !word[1])
            options->arguments[options->n_arguments++] = word;
        else if (!strcmp(word, "--"))
            only_arguments = true;
        else if (!(word[1] == '-' ? read_long(reader, word + 2) : read_letters(reader, word + 1)))
            return false;
    }
    return true;
}

static bool read_command(const char *word, enum command_id *command, struct error *error)
{
    if (!strcmp(word, "--help") || !strcmp(word, "-h"))
        word = "help";
    else if (!strcmp(word, "--version"))
        word = "version";
    if (word[0] == '-')
        return error_add(error, FAULT_INPUT, "nines: the command comes first, before %s; see 'nines help'", word);
    int found = command_find(word);
    if (found >= 0) {
        *command = (enum command_id)found;
        return true;
    }
    const char *nearest = command_nearest(word);
    if (nearest)
        return error_add(error, FAULT_INPUT, "nines: there is no command '%s'; did you mean '%s'?", word, nearest);
    return error_add(error, FAULT_INPUT, "nines: there is no command '%s'; see 'nines help'", word);
}

static bool check_together(const struct reader *reader)
{
    const struct options *options = reader->options;
    const struct subcommand *command = &command_table[options->command];
    if (options->help)
        return true;
    if (options->paths != NOT_GIVEN && options->precision != NOT_GIVEN)
        return say(reader, "--paths and --precision exclude each other");
    if (options->factor != NOT_GIVEN && !options->sensitivity)
        return say(reader, "--sensitivity-factor belongs to --sensitivity");
    if (!simd_runs(simd_find(options->simd)))
        return say(reader, "--simd %s: this processor does not have them", options->simd);
    if (options->n_arguments < command->least)
        return say(reader, "needs %s; see 'nines help %s'", command->arguments, command->name);
    if (options->n_arguments > command->most)
        return say(reader, "'%s' is one argument too many; see 'nines help %s'", options->arguments[command->most],
                   command->name);
    return true;
}

/*
 * Reads a command line: the command, then options and arguments in any order; after "--" only arguments. The text of
 * argv is cut up on the way and must outlive the options. Fails with one message, of FAULT_INPUT, at the first word
 * that cannot be; the options are to be given to options_free in either case.
 */
bool options_parse(int argc, char **argv, struct options *options, struct error *error)
{
    *options = (struct options){0};
    if (argc < 2)
        return error_add(error, FAULT_INPUT, "nines: which command? See 'nines help'");
    if (!read_command(argv[1], &options->command, error))
        return false;
    options->arguments = memory_new((size_t)argc, sizeof *options->arguments);
    options->overrides = memory_new((size_t)argc, sizeof *options->overrides);
    options->questions = memory_new((size_t)argc, sizeof *options->questions);
    options->required = memory_new((size_t)argc, sizeof *options->required);
    options->reports = memory_new((size_t)argc, sizeof *options->reports);
    struct reader reader = {argv, argc, 2, options, error};
    return read_words(&reader) && check_together(&reader);
}

/* Gives the memory back. */
void options_free(struct options *options)
{
    free(options->arguments);
    free(options->overrides);
    free(options->questions);
    free(options->required);
    free(options->reports);
    *options = (struct options){0};
}
