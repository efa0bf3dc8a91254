/* The commands, in the order of help. */
#include "cli/command.h"

#include "base/nearest.h"

#include <string.h>

enum { ANY_NUMBER = 1 << 20 };

const struct subcommand command_table[COMMANDS] = {
    [COMMAND_RUN] = {
        "run", "SCENARIO", "simulate every strategy and say what each costs in downtime",
        "Samples rollouts of every strategy in every topology until the best of them is known, and what the scenario "
        "minimizes is known of it to the precision asked for, and prints a table. Strategies that are known not to win "
        "are dropped on the way. A SCENARIO of - is standard input, here and elsewhere.\n"
        "The results go into the folder results/NAME, where NAME is the scenario's, or into that of --output: "
        "summary.csv, distribution.csv, causes.csv, result.json, plan.json with the steps of the best strategy, and "
        "plots/ with the figures as SVG and PNG and, in plots/source, what they are drawn from. Without gnuplot there "
        "are no plots, only a warning.\n"
        "With --sensitivity each figure of the environments and the release is then moved down and up by a factor, one "
        "at a time, and every plan is run again on the same random numbers: durations and numbers times the factor, "
        "shares by it on their odds p / (1 - p). Figures that are 0, not given, or 100 % are not moved. A second table "
        "says what that does to the objective of the best plan and where another would be best; all of it is in "
        "sensitivity.csv and plots/sensitivity.\n"
        "Ctrl-C ends early and writes what there is into the folder partial of the results; a second Ctrl-C, a second "
        "later or more, kills.\n",
        1, 1, command_run,
    },
    [COMMAND_PLAN] = {
        "plan", "SCENARIO", "print the steps of the rollout, strategy by strategy",
        "Prints, for every topology and strategy, or for those named, the steps that the simulation takes. With "
        "--format json one plan is an object, as in plan.json, and several are a list of them.\n",
        1, 1, command_plan,
    },
    [COMMAND_GATE] = {
        "gate", "SCENARIO", "decide whether a release may go: does its plan keep the conditions?",
        "Samples the best plan, or the one named, until each condition of the scenario's gate and of --require is "
        "decided at the scenario's confidence, and stops. However often the paths are looked at on the way, the "
        "probability of any wrong ruling is at most what the confidence leaves.\n"
        "Prints a line per condition, with a check mark if it is kept, a cross if it is broken, and ? if that was not "
        "decided within max_paths or --time-limit; then the verdict.\n"
        "Exit status: 0 passed, 1 failed, 2 wrong usage or scenario, 3 could not be done, 4 undecided.\n",
        1, 1, command_gate,
    },
    [COMMAND_SOLVE] = {
        "solve", "SCENARIO|CHAIN.tra", "compute what 'nines run' samples, or answer questions to a Markov chain",
        "Of a scenario, computes the means and probabilities of every strategy without sampling, as those of a Markov "
        "chain, where that is small enough. Fixed delays become Erlang delays of --phases; several numbers of phases "
        "are extrapolated to none but fixed ones, and the distance to fewer of them is given as the error. CSV has the "
        "columns topology, strategy, measure, unit, mean, states, phases, error_bound.\n"
        "Of a file whose name ends with .tra, reads a continuous-time Markov chain in the explicit file formats of "
        "PRISM, and answers --steady-state, --reach, --mean-time and --reward in the order in which they stand, to the "
        "rounding of the arithmetic. Rates "
        "and times are in the unit of the file.\n"
        "With --method sample the same questions are answered by simulation, with 95 % intervals: paths for --reach, "
        "--mean-time and --by, cycles between two visits of a state for the long run.\n"
        "CSV has a row a question: query, value, error_bound; of a sampled answer also the ends of its interval, the "
        "number of paths, and why it may not be trusted.\n",
        1, 1, command_solve,
    },
    [COMMAND_VALIDATE] = {
        "validate", "SCENARIO...", "check scenario files",
        "Reads every file as 'nines run' does. Prints 'FILE: ok' for a good one, and file, line, column and fault of "
        "the others. What is allowed but looks like a slip is a warning and changes nothing else.\n",
        1, ANY_NUMBER, command_validate,
    },
    [COMMAND_EXPORT] = {
        "export", "SCENARIO", "print the stochastic process of one strategy, or its states",
        "Prints the process that the simulation runs for one strategy in one topology: its variables, guarded "
        "commands, rewards and labels, in the terms of the PRISM language. Where the scenario has several, --strategy "
        "and --topology say which.\n"
        "--format prism writes its states and transitions into DIR in the explicit file formats of PRISM: .tra, .sta, "
        ".lab, and one .srew a reward; --format dot prints them as a graph for Graphviz, if they are few. Fixed delays "
        "are then Erlang delays of --phases.\n",
        1, 1, command_export,
    },
    [COMMAND_SCHEMA] = {
        "schema", "", "print the JSON schema of scenario files",
        "Prints the JSON schema of scenario files, which an editor can use to complete and check them.\n",
        0, 0, command_schema,
    },
    [COMMAND_VERSION] = {
        "version", "", "print the version, and those of the libraries",
        "Prints the version of nines, the versions of the libraries it runs with, and the number of threads it uses "
        "unless told otherwise.\n",
        0, 0, command_version,
    },
    [COMMAND_HELP] = {
        "help", "[TOPIC]", "explain a command, or the fields of a scenario",
        "Explains the command of that name. 'nines help scenario' lists the fields of a scenario file with their units "
        "and defaults.\n",
        0, 1, command_help,
    },
};

/* The command of that name, or -1. */
int command_find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(command_table[i].name, name))
            return i;
    return -1;
}

/* The name of the command that is most like the one given, or NULL if none is. */
const char *command_nearest(const char *name)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = command_table[i].name;
    return nearest_name(name, names, COMMANDS);
}
