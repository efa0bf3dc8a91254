/*
 * The states of a process, and the chain between them, as explicit files of PRISM (the formats stand in files_read.c):
 *
 *     NAME.tra         transitions, with the rates to 17 digits, so that they are read back as they are
 *     NAME.sta         the value of every variable in every state
 *     NAME.lab         the labels of the process after "init" and "deadlock", which PRISM asks for
 *     NAME.REWARD.srew the rate of each reward
 *     NAME.initial     where the chain begins, in the words that --initial takes
 *
 * and small ones as a graph for Graphviz. PRISM has no probabilities for where a chain begins, so the last file is not
 * one of its formats; where it may begin in several states, all of them are "init".
 *
 * Cost: a line a transition and a state; beside the files a double a state, and a bit per state and label.
 */
#include "exact/files.h"

#include "base/file.h"
#include "base/memory.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INIT, DEADLOCK, FIRST_LABEL };

/* Writes one file of the chain. */
typedef void write_part(const struct space *space, int number, FILE *out);

/* ---- names ---- */

/* A text inside double quotes of a file: what would end it or the line is an underscore. */
static void put_quoted(const char *text, FILE *out)
{
    for (; *text; text++)
        putc(*text == '"' || *text == '\\' || iscntrl((unsigned char)*text) ? '_' : *text, out);
}

/* A part of a file's name: letters, digits, dots, dashes and underscores, and no dot at its start. */
static void add_plain(struct text *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        bool plain = isalnum((unsigned char)*c) || *c == '-' || *c == '_' || (*c == '.' && c > name);
        text_add(out, "%c", plain ? *c : '_');
    }
}

/* How often the name, or one that looks the same in a file's name, stood among the rewards before. */
static int times_before(const struct process *process, int reward)
{
    int times = 0;
    struct text own = {0};
    add_plain(&own, process->rewards[reward].name);
    for (int i = 0; i < reward; i++) {
        struct text other = {0};
        add_plain(&other, process->rewards[i].name);
        times += !strcmp(own.data ? own.data : "", other.data ? other.data : "");
        text_free(&other);
    }
    text_free(&own);
    return times;
}

/* ---- the files ---- */

static void put_transitions(const struct space *space, int number, FILE *out)
{
    const struct chain *chain = &space->chain;
    (void)number;
    fprintf(out, "%u %llu\n", chain->n_states, (unsigned long long)chain->n_transitions);
    for (uint32_t i = 0; i < chain->n_states; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            fprintf(out, "%u %u %.17g\n", i, chain->target[k], chain->rate[k]);
}

static void put_states(const struct space *space, int number, FILE *out)
{
    const struct process *process = space->process;
    int *values = memory_new((size_t)process->n_variables, sizeof *values);
    (void)number;
    for (int v = 0; v < process->n_variables; v++)
        fprintf(out, "%s%s", v ? "," : "(", process->variables[v].name);
    fputs(process->n_variables ? ")\n" : "()\n", out);
    for (uint32_t i = 0; i < space->chain.n_states; i++) {
        space_state(space, i, values);
        fprintf(out, "%u:(", i);
        for (int v = 0; v < process->n_variables; v++)
            fprintf(out, "%s%d", v ? "," : "", values[v]);
        fputs(")\n", out);
    }
    free(values);
}

static void put_initial(const struct space *space, int number, FILE *out)
{
    const struct chain *chain = &space->chain;
    (void)number;
    for (uint32_t i = 0; i < chain->n_initial; i++)
        fprintf(out, "%s%u=%.17g", i ? "," : "", chain->initial[i], chain->initial_probability[i]);
    putc('\n', out);
}

static bool is_initial(const struct chain *chain, uint32_t state)
{
    for (uint32_t i = 0; i < chain->n_initial; i++)
        if (chain->initial[i] == state)
            return true;
    return false;
}

/* The label's name, made different from those before it. */
static void put_label_name(const struct process *process, int label, FILE *out)
{
    int times = !strcmp(process->labels[label].name, "init") || !strcmp(process->labels[label].name, "deadlock");
    for (int i = 0; i < label; i++)
        times += !strcmp(process->labels[i].name, process->labels[label].name);
    fprintf(out, " %d=\"", FIRST_LABEL + label);
    put_quoted(process->labels[label].name, out);
    if (times)
        fprintf(out, "~%d", times + 1);
    putc('"', out);
}

/* One bit per label, `stride` bytes a state. */
static unsigned char *label_bits(const struct space *space, size_t stride)
{
    const struct process *process = space->process;
    size_t n = space->chain.n_states;
    unsigned char *bits = memory_new(n, stride);
    double *value = memory_new(n, sizeof *value);
    for (int l = 0; l < process->n_labels; l++) {
        space_values(space, &process->labels[l].condition, 1, &value);
        for (size_t i = 0; i < n; i++)
            if (value[i] != 0)
                bits[i * stride + (size_t)l / 8] |= (unsigned char)(1 << l % 8);
    }
    free(value);
    return bits;
}

static void put_labels(const struct space *space, int number, FILE *out)
{
    const struct process *process = space->process;
    const struct chain *chain = &space->chain;
    size_t stride = (size_t)process->n_labels / 8 + 1;
    unsigned char *bits = label_bits(space, stride);
    (void)number;
    fprintf(out, "%d=\"init\" %d=\"deadlock\"", INIT, DEADLOCK);
    for (int l = 0; l < process->n_labels; l++)
        put_label_name(process, l, out);
    putc('\n', out);
    for (uint32_t i = 0; i < chain->n_states; i++) {
        bool init = is_initial(chain, i), dead = chain->row[i] == chain->row[i + 1], any = init || dead;
        const unsigned char *own = bits + i * stride;
        for (size_t b = 0; b < stride; b++)
            any = any || own[b];
        if (!any)
            continue;
        fprintf(out, "%u:%s%s", i, init ? " 0" : "", dead ? " 1" : "");
        for (int l = 0; l < process->n_labels; l++)
            if (own[l / 8] >> l % 8 & 1)
                fprintf(out, " %d", FIRST_LABEL + l);
        putc('\n', out);
    }
    free(bits);
}

static void put_rewards(const struct space *space, int number, FILE *out)
{
    const struct reward *reward = &space->process->rewards[number];
    uint32_t n = space->chain.n_states, filled = 0;
    double *value = memory_new(n, sizeof *value);
    space_values(space, &reward->rate, 1, &value);
    for (uint32_t i = 0; i < n; i++)
        filled += value[i] != 0;
    fputs("# Reward structure \"", out);
    put_quoted(reward->name, out);
    fprintf(out, "\"\n# State rewards\n%u %u\n", n, filled);
    for (uint32_t i = 0; i < n; i++)
        if (value[i] != 0)
            fprintf(out, "%u %.17g\n", i, value[i]);
    free(value);
}

static bool write_one(const struct space *space, const char *path, write_part *put, int number, struct error *error)
{
    struct file_writer writer;
    if (!file_begin(&writer, path, error))
        return false;
    put(space, number, writer.stream);
    return file_finish(&writer, error);
}

/*
 * Writes the files into the folder, which is made if it is not there. Each file is whole or as it was before; after a
 * fault those that come later are not written.
 */
bool files_write(const struct space *space, const char *folder, const char *name, struct error *error)
{
    static const struct { const char *ending; write_part *put; } parts[] = {
        {"tra", put_transitions}, {"sta", put_states}, {"lab", put_labels}, {"initial", put_initial}};
    struct text start = {0}, path = {0};
    bool good = file_make_folder(folder, error);
    text_add(&start, "%s/", folder);
    add_plain(&start, name);
    for (size_t i = 0; good && i < sizeof parts / sizeof *parts; i++) {
        path.length = 0;
        text_add(&path, "%s.%s", start.data, parts[i].ending);
        good = write_one(space, path.data, parts[i].put, 0, error);
    }
    for (int r = 0; good && r < space->process->n_rewards; r++) {
        int times = times_before(space->process, r);
        path.length = 0;
        text_add(&path, "%s.", start.data);
        add_plain(&path, space->process->rewards[r].name);
        if (times)
            text_add(&path, "-%d", times + 1);
        text_add(&path, ".srew");
        good = write_one(space, path.data, put_rewards, r, error);
    }
    text_free(&start);
    text_free(&path);
    return good;
}

/* ---- a graph ---- */

/* Whether the variable has more than one value among the states; others say nothing about one. */
static bool *find_varying(const struct space *space)
{
    int n = space->process->n_variables;
    bool *varies = memory_new((size_t)n, sizeof *varies);
    int *first = memory_new((size_t)n, sizeof *first), *values = memory_new((size_t)n, sizeof *values);
    space_state(space, 0, first);
    for (uint32_t i = 1; i < space->chain.n_states; i++) {
        space_state(space, i, values);
        for (int v = 0; v < n; v++)
            varies[v] = varies[v] || values[v] != first[v];
    }
    free(first);
    free(values);
    return varies;
}

static void put_nodes(const struct space *space, FILE *out)
{
    const struct process *process = space->process;
    bool *varies = find_varying(space);
    int *values = memory_new((size_t)process->n_variables, sizeof *values);
    for (uint32_t i = 0; i < space->chain.n_states; i++) {
        space_state(space, i, values);
        fprintf(out, "    %u [label=\"%u", i, i);
        for (int v = 0; v < process->n_variables; v++)
            if (varies[v]) {
                fputs("\\n", out);
                put_quoted(process->variables[v].name, out);
                fprintf(out, " = %d", values[v]);
            }
        fprintf(out, "\"%s];\n", is_initial(&space->chain, i) ? ", penwidth=3" : "");
    }
    free(values);
    free(varies);
}

/*
 * Prints the chain as a graph for Graphviz: a node a state, with the variables that are not the same in all of them,
 * those it may begin in drawn bold; an edge a transition, with its rate. Refuses more than FILES_MOST_DOT states.
 */
bool files_print_dot(const struct space *space, FILE *out, struct error *error)
{
    const struct chain *chain = &space->chain;
    if (chain->n_states > FILES_MOST_DOT)
        return error_add(error, FAULT_INPUT, "a graph of %u states cannot be looked at: %d are the most; fewer "
                         "replicas, or fewer --phases, make it smaller", chain->n_states, FILES_MOST_DOT);
    fputs("digraph \"", out);
    put_quoted(space->process->name, out);
    fputs("\" {\n    node [shape=box, style=rounded];\n", out);
    put_nodes(space, out);
    for (uint32_t i = 0; i < chain->n_states; i++)
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++)
            fprintf(out, "    %u -> %u [label=\"%.6g\"];\n", i, chain->target[k], chain->rate[k]);
    fputs("}\n", out);
    return true;
}
