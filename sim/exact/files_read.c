/*
 * Chains from the explicit files of PRISM (https://www.prismmodelchecker.org/manual/Appendices/ExplicitModelFiles):
 *
 *     CHAIN.tra   states transitions        CHAIN.lab    0="init" 1="deadlock" 2="up"
 *                 source target rate [act]               state: label label …
 *                 …                                      …
 *     CHAIN.srew  states rewards
 *                 state value
 *                 …
 *
 * States and labels are numbers from 0. Lines that are empty or begin with # are passed by. A self-loop changes nothing
 * in continuous time and is left out. Two rows from one state to another that differ by their actions add up; two that
 * do not are a mistake.
 *
 * All that a file says is checked before it is used: figures are finite, rates above 0 and rewards not below, states
 * exist, rows are as many as the header promises. Memory grows with what has been read, not with what was promised.
 * The first fault ends the reading, with FILE:LINE:COLUMN and what was expected.
 *
 * Cost: linear in the files. Rows in the order of PRISM, by source and target, are checked in passing; others are
 * sorted by two passes of counting. 24 bytes a transition while reading, 12 afterwards.
 */
#include "exact/files.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_INDEX = 65535,      /* of a label */
    FREE_STATES = 1 << 16,   /* so many states need no transitions that lead there */
};

#define MOST_STATES      UINT64_C(4294967294)
#define MOST_TRANSITIONS (UINT64_C(1) << 40)

/* A row of the file of transitions. */
struct entry {
    uint32_t source, target;
    double   rate;
    uint32_t action; /* hash of its name, 0: none */
    uint32_t line;
};

/* The rows while they are read. */
struct entries {
    struct entry *list;
    uint64_t n, capacity, promised;
    bool     sorted;   /* by source, then target, with nothing twice */
};

/* ---- transitions ---- */

static bool read_header(struct scan *scan, uint64_t *states, uint64_t *transitions)
{
    enum scan_end end = scan_line(scan);
    if (end == SCAN_END)
        return scan_refuse_file(scan, "there is no chain in this file: expected a header, the numbers of states and of "
                                "transitions");
    return end == SCAN_LINE && scan_count(scan, "a number of states", 1, MOST_STATES, states) &&
           scan_count(scan, "a number of transitions", 0, MOST_TRANSITIONS, transitions) &&
           scan_line_end(scan, "the header, the numbers of states and of transitions");
}

/*
 * A state without a transition that leads there is never entered, so a chain hardly has more states than transitions.
 * Memory for states is only taken where that is so, or where it is little.
 */
static bool check_promise(struct scan *scan, uint64_t states, uint64_t transitions)
{
    if (states <= FREE_STATES || states - 1 <= transitions)
        return true;
    return scan_refuse(scan, scan->start, "%llu states cannot all be entered by %llu transitions",
                       (unsigned long long)states, (unsigned long long)transitions);
}

static struct entry *room(struct entries *entries)
{
    if (entries->n == entries->capacity) {
        uint64_t more = entries->capacity ? 2 * entries->capacity : 1024;
        entries->capacity = more < entries->promised ? more : entries->promised;
        entries->list = memory_grow(entries->list, entries->capacity, sizeof *entries->list);
    }
    return &entries->list[entries->n++];
}

/* FNV-1a; never 0. Two names of one value are taken for one, which happens once in 10^9 pairs. */
static uint32_t hash_of(const char *name, size_t length)
{
    uint32_t hash = 0x811C9DC5u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x01000193u;
    return hash ? hash : 1;
}

static void note_order(struct entries *entries, const struct entry *new)
{
    const struct entry *last = new - 1;
    if (entries->n > 1 && (new->source < last->source || (new->source == last->source && new->target <= last->target)))
        entries->sorted = false;
}

static bool read_entry(struct scan *scan, uint64_t states, struct entries *entries)
{
    uint64_t source = 0, target = 0;
    double rate = 0;
    const char *action, *at;
    size_t length;
    if (entries->n == entries->promised)
        return scan_refuse(scan, scan->start, "one row too many: the header says %llu transitions",
                           (unsigned long long)entries->promised);
    if (!scan_count(scan, "a state", 0, states - 1, &source) || !scan_count(scan, "a state", 0, states - 1, &target))
        return false;
    scan_is_end(scan);
    at = scan->at;
    if (!scan_number(scan, "a rate, a number above 0", &rate))
        return false;
    if (!(rate > 0))
        return scan_refuse(scan, at, "expected a rate, a number above 0, not %.*s", (int)(scan->at - at), at);
    scan_word(scan, &action, &length);
    if (!scan_line_end(scan, "the name of an action"))
        return false;
    struct entry *entry = room(entries);
    *entry = (struct entry){(uint32_t)source, (uint32_t)target, rate, length ? hash_of(action, length) : 0,
                            (uint32_t)scan->line};
    note_order(entries, entry);
    return true;
}

/* Every row of a file, or the first fault. Rows of a chain end with the file, and must be as many as promised. */
static bool read_entries(struct scan *scan, uint64_t states, struct entries *entries)
{
    enum scan_end end;
    while ((end = scan_line(scan)) == SCAN_LINE)
        if (!read_entry(scan, states, entries))
            return false;
    if (end == SCAN_END && entries->n < entries->promised)
        return scan_refuse_file(scan, "the file is cut short: the header says %llu transitions, and there are %llu",
                                (unsigned long long)entries->promised, (unsigned long long)entries->n);
    return end == SCAN_END;
}

/* One stable pass of counting by source or by target. */
static void sort_by(struct entries *entries, uint64_t states, bool by_source)
{
    uint64_t *begin = memory_new(states + 1, sizeof *begin);
    struct entry *sorted = memory_grow(NULL, entries->n, sizeof *sorted);
    for (uint64_t i = 0; i < entries->n; i++)
        begin[(by_source ? entries->list[i].source : entries->list[i].target) + 1]++;
    for (uint64_t i = 0; i < states; i++)
        begin[i + 1] += begin[i];
    for (uint64_t i = 0; i < entries->n; i++)
        sorted[begin[by_source ? entries->list[i].source : entries->list[i].target]++] = entries->list[i];
    free(begin);
    free(entries->list);
    entries->list = sorted;
    entries->capacity = entries->n;
}

static int by_action(const void *one, const void *other)
{
    const struct entry *a = one, *b = other;
    if (a->action != b->action)
        return a->action < b->action ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static bool is_same_pair(const struct entry *a, const struct entry *b)
{
    return a->source == b->source && a->target == b->target;
}

/* Adds the rates of rows that differ by their actions; fails where two do not. The rows are sorted. */
static bool merge(struct scan *scan, struct entries *entries)
{
    uint64_t kept = 0;
    for (uint64_t first = 0, end; first < entries->n; first = end) {
        for (end = first + 1; end < entries->n && is_same_pair(&entries->list[first], &entries->list[end]);)
            end++;
        qsort(entries->list + first, end - first, sizeof *entries->list, by_action);
        struct entry sum = entries->list[first];
        for (uint64_t i = first + 1; i < end; i++) {
            const struct entry *entry = &entries->list[i];
            if (entry->action == entries->list[i - 1].action) {
                scan->line = entry->line;
                return scan_refuse_file(scan, "the transition from %u to %u stands here a second time", entry->source,
                                        entry->target);
            }
            sum.rate += entry->rate;
        }
        if (!isfinite(sum.rate)) {
            scan->line = sum.line;
            return scan_refuse_file(scan, "the rates from %u to %u add up to more than a number can be", sum.source,
                                    sum.target);
        }
        entries->list[kept++] = sum;
    }
    entries->n = kept;
    return true;
}

/* The rows of a chain from sorted entries; self-loops are left out. */
static void fill_chain(const struct entries *entries, uint64_t states, struct chain *chain)
{
    uint64_t loops = 0, at = 0;
    for (uint64_t i = 0; i < entries->n; i++)
        loops += entries->list[i].source == entries->list[i].target;
    chain->n_states = (uint32_t)states;
    chain->n_transitions = entries->n - loops;
    chain->row = memory_new(states + 1, sizeof *chain->row);
    chain->target = memory_grow(NULL, chain->n_transitions, sizeof *chain->target);
    chain->rate = memory_grow(NULL, chain->n_transitions, sizeof *chain->rate);
    for (uint64_t i = 0; i < entries->n; i++) {
        const struct entry *entry = &entries->list[i];
        if (entry->source == entry->target)
            continue;
        chain->row[entry->source + 1]++;
        chain->target[at] = entry->target;
        chain->rate[at++] = entry->rate;
    }
    for (uint64_t i = 0; i < states; i++)
        chain->row[i + 1] += chain->row[i];
}

static bool read_transitions(struct scan_source source, struct chain *chain, struct error *error)
{
    struct scan scan;
    struct entries entries = {.sorted = true};
    uint64_t states = 0;
    scan_begin(&scan, source, error);
    bool good = read_header(&scan, &states, &entries.promised) && check_promise(&scan, states, entries.promised) &&
                read_entries(&scan, states, &entries);
    if (good && !entries.sorted) {
        sort_by(&entries, states, false);
        sort_by(&entries, states, true);
        good = merge(&scan, &entries);
    }
    if (good)
        fill_chain(&entries, states, chain);
    free(entries.list);
    scan_free(&scan);
    return good;
}

/* ---- labels ---- */

/* The labels while they are read. */
struct label_reader {
    struct scan        scan;
    struct file_chain *chain;
    int               *of_index;  /* MOST_INDEX + 1: the label of an index of the file, or -1 */
    bool             **holds;     /* per label; NULL: nowhere yet */
    bool              *seen;      /* per state: it had a row */
};

static bool read_label_name(struct label_reader *reader, const char *at, uint64_t index)
{
    struct scan *scan = &reader->scan;
    struct file_chain *chain = reader->chain;
    const char *name = scan->at;
    if (!scan_byte(scan, '"'))
        return scan_refuse(scan, scan->at, "expected the name of label %llu in double quotes",
                           (unsigned long long)index);
    name = scan->at;
    while (scan->at < scan->end && *scan->at != '"' && *scan->at)
        scan->at++;
    if (scan->at == scan->end || !*scan->at || scan->at == name)
        return scan_refuse(scan, name, "expected a name that ends with a double quote");
    char *copy = arena_format(&chain->arena, "%.*s", (int)(scan->at++ - name), name);
    if (reader->of_index[index] >= 0 || files_find_label(chain, copy) >= 0)
        return scan_refuse(scan, at, "the label stands here a second time");
    if (chain->n_labels == FILES_MOST_LABELS)
        return scan_refuse(scan, at, "more than %d labels", FILES_MOST_LABELS);
    reader->of_index[index] = chain->n_labels;
    chain->labels[chain->n_labels++] = (struct file_label){.name = copy};
    return true;
}

static bool read_label_names(struct label_reader *reader)
{
    struct scan *scan = &reader->scan;
    static const char expected[] = "a header such as 0=\"init\" 1=\"deadlock\"";
    enum scan_end end = scan_line(scan);
    if (end == SCAN_END)
        return scan_refuse_file(scan, "there is nothing in this file: expected %s", expected);
    if (end == SCAN_FAULT)
        return false;
    do {
        uint64_t index = 0;
        const char *at = scan->at;
        if (!scan_count(scan, "the number of a label", 0, MOST_INDEX, &index))
            return false;
        if (!scan_byte(scan, '='))
            return scan_refuse(scan, scan->at, "expected %s", expected);
        if (!read_label_name(reader, at, index))
            return false;
    } while (!scan_is_end(scan));
    return true;
}

static bool read_label_row(struct label_reader *reader)
{
    struct scan *scan = &reader->scan;
    struct file_chain *chain = reader->chain;
    uint64_t state = 0, index = 0;
    if (!scan_count(scan, "a state", 0, chain->chain.n_states - 1, &state))
        return false;
    if (!scan_byte(scan, ':'))
        return scan_refuse(scan, scan->at, "expected a colon after the state");
    if (reader->seen[state])
        return scan_refuse(scan, scan->start, "state %llu stands here a second time", (unsigned long long)state);
    reader->seen[state] = true;
    do {
        scan_is_end(scan);
        const char *at = scan->at;
        if (!scan_count(scan, "the number of a label", 0, MOST_INDEX, &index))
            return false;
        int label = reader->of_index[index];
        if (label < 0)
            return scan_refuse(scan, at, "the header has no label %llu", (unsigned long long)index);
        if (!reader->holds[label])
            reader->holds[label] = arena_new(&chain->arena, chain->chain.n_states, sizeof **reader->holds);
        if (reader->holds[label][state])
            return scan_refuse(scan, at, "label %llu stands here a second time", (unsigned long long)index);
        reader->holds[label][state] = true;
        chain->labels[label].count++;
    } while (!scan_is_end(scan));
    return true;
}

static bool read_label_rows(struct label_reader *reader)
{
    enum scan_end end;
    bool *nowhere = arena_new(&reader->chain->arena, reader->chain->chain.n_states, sizeof *nowhere);
    while ((end = scan_line(&reader->scan)) == SCAN_LINE)
        if (!read_label_row(reader))
            return false;
    for (int i = 0; i < reader->chain->n_labels; i++)
        reader->chain->labels[i].holds = reader->holds[i] ? reader->holds[i] : nowhere;
    return end == SCAN_END;
}

static bool read_labels(struct scan_source source, struct file_chain *chain, struct error *error)
{
    struct label_reader reader = {.chain = chain};
    chain->labels = arena_new(&chain->arena, FILES_MOST_LABELS, sizeof *chain->labels);
    reader.of_index = memory_grow(NULL, MOST_INDEX + 1, sizeof *reader.of_index);
    for (int i = 0; i <= MOST_INDEX; i++)
        reader.of_index[i] = -1;
    reader.holds = memory_new(FILES_MOST_LABELS, sizeof *reader.holds);
    reader.seen = memory_new(chain->chain.n_states, sizeof *reader.seen);
    scan_begin(&reader.scan, source, error);
    bool good = read_label_names(&reader) && read_label_rows(&reader);
    scan_free(&reader.scan);
    free(reader.of_index);
    free(reader.holds);
    free(reader.seen);
    return good;
}

/* ---- rewards ---- */

static bool read_reward_header(struct scan *scan, uint64_t states, uint64_t *rewards)
{
    uint64_t found = 0;
    enum scan_end end = scan_line(scan);
    if (end == SCAN_END)
        return scan_refuse_file(scan, "there is nothing in this file: expected a header, the numbers of states and of "
                                "rewards");
    if (end == SCAN_FAULT || !scan_count(scan, "a number of states", 1, MOST_STATES, &found))
        return false;
    if (found != states)
        return scan_refuse(scan, scan->start, "the header says %llu states, and the chain has %llu",
                           (unsigned long long)found, (unsigned long long)states);
    return scan_count(scan, "a number of rewards", 0, states, rewards) &&
           scan_line_end(scan, "the header, the numbers of states and of rewards");
}

static bool read_reward(struct scan *scan, uint64_t states, double *reward)
{
    uint64_t state = 0;
    double value = 0;
    if (!scan_count(scan, "a state", 0, states - 1, &state))
        return false;
    scan_is_end(scan);
    const char *at = scan->at;
    if (!scan_number(scan, "a reward, a number of 0 or more", &value))
        return false;
    if (!(value >= 0))
        return scan_refuse(scan, at, "expected a reward, a number of 0 or more, not %.*s", (int)(scan->at - at), at);
    if (!scan_line_end(scan, "the reward"))
        return false;
    if (!isnan(reward[state]))
        return scan_refuse(scan, scan->start, "state %llu stands here a second time", (unsigned long long)state);
    reward[state] = value;
    return true;
}

static bool read_reward_rows(struct scan *scan, uint64_t states, uint64_t promised, double *reward)
{
    enum scan_end end;
    uint64_t n = 0;
    for (; (end = scan_line(scan)) == SCAN_LINE; n++) {
        if (n == promised)
            return scan_refuse(scan, scan->start, "one row too many: the header says %llu rewards",
                               (unsigned long long)promised);
        if (!read_reward(scan, states, reward))
            return false;
    }
    if (end == SCAN_END && n < promised)
        return scan_refuse_file(scan, "the file is cut short: the header says %llu rewards, and there are %llu",
                                (unsigned long long)promised, (unsigned long long)n);
    return end == SCAN_END;
}

static bool read_rewards(struct scan_source source, struct file_chain *chain, struct error *error)
{
    struct scan scan;
    uint64_t states = chain->chain.n_states, promised = 0;
    chain->reward = arena_new(&chain->arena, states, sizeof *chain->reward);
    for (uint64_t i = 0; i < states; i++)
        chain->reward[i] = NAN; /* not yet given */
    scan_begin(&scan, source, error);
    bool good = read_reward_header(&scan, states, &promised) &&
                read_reward_rows(&scan, states, promised, chain->reward);
    for (uint64_t i = 0; i < states; i++)
        if (isnan(chain->reward[i]))
            chain->reward[i] = 0;
    scan_free(&scan);
    return good;
}

/* ---- where it begins ---- */

static bool refuse_initial(const struct chain *chain, const char *text, const char *why, struct error *error)
{
    struct text shown = {0};
    utf8_add_printable(&shown, text);
    error_add(error, FAULT_INPUT, "--initial takes a state from 0 to %u, or states with probabilities such as "
              "0=0.9,3=0.1, not '%s'%s%s", chain->n_states - 1, shown.data, *why ? ": " : "", why);
    text_free(&shown);
    return false;
}

/* "STATE", or "=PROBABILITY" behind it. Moves *text on; false if it is none. */
static bool take_initial(const char **text, uint32_t n_states, uint32_t *state, double *probability)
{
    uint64_t value = 0;
    size_t length = strspn(*text, "0123456789");
    for (size_t i = 0; i < length && value < n_states; i++)
        value = 10 * value + (uint64_t)((*text)[i] - '0');
    if (!length || value >= n_states)
        return false;
    *text += length;
    *state = (uint32_t)value;
    if (**text != '=')
        return true;
    ++*text;
    bool good = number_exact(*text, &length, probability) && *probability > 0 && *probability <= 1;
    *text += good ? length : 0;
    return good;
}

static void begin_in(struct chain *chain, uint32_t capacity)
{
    chain->initial = memory_new(capacity, sizeof *chain->initial);
    chain->initial_probability = memory_new(capacity, sizeof *chain->initial_probability);
}

/* The states as on the command line. */
static bool set_initial(struct chain *chain, const char *text, struct error *error)
{
    const char *at = text;
    double sum = 0;
    uint32_t capacity = 1;
    for (const char *c = text; *c; c++)
        capacity += *c == ',';
    begin_in(chain, capacity);
    do {
        double probability = 1;
        uint32_t state = 0;
        if (!take_initial(&at, chain->n_states, &state, &probability) || (*at && *at != ','))
            return refuse_initial(chain, text, "", error);
        for (uint32_t i = 0; i < chain->n_initial; i++)
            if (chain->initial[i] == state)
                return refuse_initial(chain, text, "a state stands there twice", error);
        chain->initial[chain->n_initial] = state;
        chain->initial_probability[chain->n_initial++] = probability;
        sum += probability;
    } while (*at++);
    if (fabs(sum - 1) > 1e-9)
        return refuse_initial(chain, text, "the probabilities must add up to 1", error);
    return true;
}

static bool refuse_label_init(const char *labels, uint32_t count, struct error *error)
{
    struct text shown = {0};
    utf8_add_printable(&shown, labels);
    error_add(error, FAULT_INPUT, "%s: the label \"init\" holds in %u states: say where the chain begins with "
              "--initial, such as 0 or 0=0.9,3=0.1", shown.data, count);
    text_free(&shown);
    return false;
}

/* The one state with the label "init", or state 0 where there is no such label. */
static bool find_initial(struct file_chain *chain, const char *labels, struct error *error)
{
    int label = files_find_label(chain, "init");
    uint32_t state = 0;
    if (label >= 0 && chain->labels[label].count != 1)
        return refuse_label_init(labels, chain->labels[label].count, error);
    while (label >= 0 && !chain->labels[label].holds[state])
        state++;
    begin_in(&chain->chain, 1);
    chain->chain.n_initial = 1;
    chain->chain.initial[0] = state;
    chain->chain.initial_probability[0] = 1;
    return true;
}

/* ---- all of it ---- */

/* The index of the label, or -1. */
int files_find_label(const struct file_chain *file_chain, const char *name)
{
    for (int i = 0; i < file_chain->n_labels; i++)
        if (!strcmp(file_chain->labels[i].name, name))
            return i;
    return -1;
}

/*
 * Reads a chain from streams. `initial` is where it begins: "3", or "0=0.9,3=0.1"; NULL: in the state with the label
 * "init", or else in state 0. Fails with one message at the first fault. Afterwards, in either case, files_free.
 */
bool files_parse(const struct file_sources *sources, const char *initial, struct file_chain *out, struct error *error)
{
    if (!read_transitions(sources->transitions, &out->chain, error) ||
        (sources->labels.stream && !read_labels(sources->labels, out, error)) ||
        (sources->rewards.stream && !read_rewards(sources->rewards, out, error)))
        return false;
    return initial ? set_initial(&out->chain, initial, error) : find_initial(out, sources->labels.name, error);
}

/* Like files_parse, of files by name; `labels` and `rewards` may be NULL. */
bool files_read(const char *transitions, const char *labels, const char *rewards, const char *initial,
                struct file_chain *out, struct error *error)
{
    struct file_sources sources = {{0}, {0}, {0}};
    bool good = scan_open(transitions, "transitions", &sources.transitions, error) &&
                (!labels || scan_open(labels, "labels", &sources.labels, error)) &&
                (!rewards || scan_open(rewards, "state rewards", &sources.rewards, error)) &&
                files_parse(&sources, initial, out, error);
    FILE *const streams[] = {sources.transitions.stream, sources.labels.stream, sources.rewards.stream};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i])
            fclose(streams[i]);
    return good;
}

void files_free(struct file_chain *file_chain)
{
    chain_free(&file_chain->chain);
    arena_free(&file_chain->arena);
    *file_chain = (struct file_chain){.n_labels = 0};
}
