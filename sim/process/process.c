/*
 * A process is built call by call: a branch goes to the command added last, updates and impulses to the branch added
 * last.
 */
#include "process/process.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An empty process. */
struct process *process_new(const char *name)
{
    struct process *process = memory_new(1, sizeof *process);
    process->name = arena_text(&process->arena, name);
    return process;
}

/* Gives back the process; NULL is allowed. */
void process_free(struct process *process)
{
    if (!process)
        return;
    graph_free(&process->graph);
    free(process->variables);
    free(process->commands);
    free(process->branches);
    free(process->updates);
    free(process->impulses);
    free(process->rewards);
    free(process->labels);
    free(process->formulas);
    arena_free(&process->arena);
    free(process);
}

/* Room for one more: capacities are the powers of two, so they need not be kept. */
static void *room(void *array, int n, size_t size)
{
    if (n == 0)
        return memory_grow(array, 4, size);
    if (n >= 4 && (n & (n - 1)) == 0)
        return memory_grow(array, 2 * (size_t)n, size);
    return array;
}

/* The name, or the name with a number behind it if it is taken: names of a scenario may run into each other. */
static const char *unique(struct process *process, const char *name,
                          int (*find)(const struct process *process, const char *name))
{
    const char *new = name;
    for (int i = 2; find(process, new) >= 0; i++)
        new = arena_format(&process->arena, "%s~%d", name, i);
    return arena_text(&process->arena, new);
}

/* A variable in [least, greatest], which begins at `initial`. Returns its index. */
int process_add_variable(struct process *process, const char *name, int least, int greatest, int initial)
{
    process->variables = room(process->variables, process->n_variables, sizeof *process->variables);
    process->variables[process->n_variables] =
        (struct variable){unique(process, name, process_find_variable), least, greatest, initial};
    return process->n_variables++;
}

/* FNV-1a, folded to 32 bits. */
static uint32_t stream_of(const char *name)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    return (uint32_t)(hash ^ hash >> 32);
}

static bool stream_is_taken(const struct process *process, uint32_t stream)
{
    for (int i = 0; i < process->n_commands; i++)
        if (process->commands[i].stream == stream)
            return true;
    return false;
}

/* A command without branches yet. Its stream of random numbers follows from its name. Returns its index. */
int process_add_command(struct process *process, const char *name, expr guard, enum delay delay, expr amount)
{
    uint32_t stream = stream_of(name);
    while (stream_is_taken(process, stream))
        stream++;
    process->commands = room(process->commands, process->n_commands, sizeof *process->commands);
    process->commands[process->n_commands] = (struct command){
        .name = unique(process, name, process_find_command),
        .guard = guard,
        .delay = delay,
        .amount = amount,
        .first_branch = process->n_branches,
        .stream = stream,
    };
    return process->n_commands++;
}

/* A branch of the command added last. */
void process_add_branch(struct process *process, expr probability)
{
    assert(process->n_commands > 0);
    process->branches = room(process->branches, process->n_branches, sizeof *process->branches);
    process->branches[process->n_branches++] = (struct branch){
        .probability = probability, .first_update = process->n_updates, .first_impulse = process->n_impulses};
    process->commands[process->n_commands - 1].n_branches++;
}

/* An update of the branch added last: all values are read before any is written. */
void process_add_update(struct process *process, int variable, expr value)
{
    assert(process->n_branches > 0);
    process->updates = room(process->updates, process->n_updates, sizeof *process->updates);
    process->updates[process->n_updates++] = (struct update){variable, value};
    process->branches[process->n_branches - 1].n_updates++;
}

/* An impulse of the branch added last, to a reward of that index, which may be added later. */
void process_add_impulse(struct process *process, int reward, expr amount)
{
    assert(process->n_branches > 0);
    process->impulses = room(process->impulses, process->n_impulses, sizeof *process->impulses);
    process->impulses[process->n_impulses++] = (struct impulse){reward, amount};
    process->branches[process->n_branches - 1].n_impulses++;
}

/* An impulse of any branch, behind those that it has. Cost: the branches and impulses that come after. */
void process_insert_impulse(struct process *process, int branch, int reward, expr amount)
{
    struct branch *to = &process->branches[branch];
    int place = to->first_impulse + to->n_impulses;
    process->impulses = room(process->impulses, process->n_impulses, sizeof *process->impulses);
    for (int i = process->n_impulses++; i > place; i--)
        process->impulses[i] = process->impulses[i - 1];
    process->impulses[place] = (struct impulse){reward, amount};
    to->n_impulses++;
    for (int b = branch + 1; b < process->n_branches; b++)
        process->branches[b].first_impulse++;
}

/* A reward earned at `rate` per second. Returns its index. */
int process_add_reward(struct process *process, const char *name, expr rate)
{
    process->rewards = room(process->rewards, process->n_rewards, sizeof *process->rewards);
    process->rewards[process->n_rewards] = (struct reward){arena_text(&process->arena, name), rate};
    return process->n_rewards++;
}

/* A condition that can be asked for. Returns its index. */
int process_add_label(struct process *process, const char *name, expr condition)
{
    process->labels = room(process->labels, process->n_labels, sizeof *process->labels);
    process->labels[process->n_labels] = (struct label){arena_text(&process->arena, name), condition};
    return process->n_labels++;
}

/* A name under which the expression is printed. */
void process_add_formula(struct process *process, const char *name, expr value)
{
    process->formulas = room(process->formulas, process->n_formulas, sizeof *process->formulas);
    process->formulas[process->n_formulas++] = (struct formula){arena_text(&process->arena, name), value};
}

#define DEFINE_FIND(what, array, count)                                                                                \
    /* The index of the one with that name, or -1. */                                                                  \
    int process_find_##what(const struct process *process, const char *name)                                          \
    {                                                                                                                  \
        for (int i = 0; i < process->count; i++)                                                                       \
            if (!strcmp(process->array[i].name, name))                                                                 \
                return i;                                                                                              \
        return -1;                                                                                                     \
    }

DEFINE_FIND(variable, variables, n_variables)
DEFINE_FIND(command, commands, n_commands)
DEFINE_FIND(reward, rewards, n_rewards)
DEFINE_FIND(label, labels, n_labels)
