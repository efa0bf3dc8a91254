/*
 * The readers of explicit chains under libFuzzer. The input is three files, transitions, labels and rewards, parted by
 * a byte 0xFE; what is not there is not read. A fourth part is what --initial says.
 *
 * Beyond what the sanitizers see: either a chain or one message comes out; the message is valid UTF-8 without control
 * characters, and has a place; a chain keeps the promises of exact/chain.h and exact/files.h.
 */
#include "base/utf8.h"
#include "exact/files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4, PARTED = 0xFE };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand_of_chain(bool holds)
{
    if (!holds)
        abort();
}

static void check_message(const struct error *error)
{
    demand_of_chain(error->count == 1 && error->fault == FAULT_INPUT);
    demand_of_chain(error->text.length > 1 && error->text.data[error->text.length - 1] == '\n');
    for (size_t at = 0; at + 1 < error->text.length;) {
        uint32_t c = 0;
        int bytes = utf8_decode(error->text.data + at, error->text.length - at, &c);
        demand_of_chain(bytes > 0 && c >= 0x20 && c != 0x7F);
        at += (size_t)bytes;
    }
    bool has_place = !strncmp(error->text.data, "fuzz.", 5) || !strncmp(error->text.data, "--initial", 9);
    demand_of_chain(has_place);
}

static void check_rows(const struct chain *chain)
{
    demand_of_chain(chain->n_states >= 1 && chain->row[0] == 0 && chain->row[chain->n_states] == chain->n_transitions);
    for (uint32_t i = 0; i < chain->n_states; i++) {
        demand_of_chain(chain->row[i] <= chain->row[i + 1]);
        for (uint64_t k = chain->row[i]; k < chain->row[i + 1]; k++) {
            demand_of_chain(chain->target[k] < chain->n_states && chain->target[k] != i);
            demand_of_chain(k == chain->row[i] || chain->target[k] > chain->target[k - 1]);
            demand_of_chain(chain->rate[k] > 0 && isfinite(chain->rate[k]));
        }
    }
}

static void check_chain(const struct file_chain *file_chain)
{
    const struct chain *chain = &file_chain->chain;
    double sum = 0;
    check_rows(chain);
    demand_of_chain(chain->n_initial >= 1);
    for (uint32_t i = 0; i < chain->n_initial; i++) {
        demand_of_chain(chain->initial[i] < chain->n_states);
        sum += chain->initial_probability[i];
    }
    demand_of_chain(fabs(sum - 1) < 1e-8);
    for (int l = 0; l < file_chain->n_labels; l++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < chain->n_states; i++)
            count += file_chain->labels[l].holds[i];
        demand_of_chain(count == file_chain->labels[l].count && *file_chain->labels[l].name);
    }
    for (uint32_t i = 0; file_chain->reward && i < chain->n_states; i++)
        demand_of_chain(file_chain->reward[i] >= 0 && isfinite(file_chain->reward[i]));
}

static FILE *stream_of(const char *bytes, size_t length)
{
    FILE *stream = length ? fmemopen((void *)bytes, length, "r") : fopen("/dev/null", "r");
    demand_of_chain(stream != NULL);
    return stream;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[PARTS] = {"fuzz.tra", "fuzz.lab", "fuzz.srew", ""};
    struct scan_source sources[PARTS] = {{0}};
    char *initial = NULL;
    const char *at = (const char *)data, *end = at + size;
    for (int i = 0; i < PARTS && at; i++) {
        const char *next = at < end ? memchr(at, PARTED, (size_t)(end - at)) : NULL;
        size_t length = (size_t)((next ? next : end) - at);
        if (i == PARTS - 1)
            initial = strndup(at, length);
        else
            sources[i] = (struct scan_source){names[i], stream_of(at, length)};
        at = next ? next + 1 : NULL;
    }
    struct error error = {0};
    struct file_chain chain = {.n_labels = 0};
    bool good = files_parse(&(struct file_sources){sources[0], sources[1], sources[2]}, initial, &chain, &error);
    demand_of_chain(good == (error.count == 0));
    if (good)
        check_chain(&chain);
    else
        check_message(&error);
    for (int i = 0; i < PARTS; i++)
        if (sources[i].stream)
            fclose(sources[i].stream);
    files_free(&chain);
    error_free(&error);
    free(initial);
    return 0;
}
