/* exact/files: chains in the explicit file formats of PRISM. Includes exact/chain, exact/scan, exact/space. */
#ifndef NINES_EXACT_FILES_H
#define NINES_EXACT_FILES_H

#include "exact/chain.h"
#include "exact/scan.h"
#include "exact/space.h"

enum {
    FILES_MOST_LABELS = 1000,
    FILES_MOST_DOT = 400,       /* states of a graph that can still be looked at */
    FILES_MOST_COMMANDS = 4096, /* transitions out of a state of a chain that is sampled */
};

/* A label as read; the names belong to the arena. */
struct file_label {
    const char *name;
    uint32_t    count;  /* of states in which it holds */
    const bool *holds;  /* per state */
};

/* Start with {0}. */
struct file_chain {
    struct arena       arena;
    struct chain       chain;
    struct file_label *labels;
    int                n_labels;
    double            *reward;  /* per state, per unit of time; NULL: no file of rewards was read */
};

/* Streams for files_parse; .labels and .rewards may have a NULL stream. */
struct file_sources {
    struct scan_source transitions, labels, rewards;
};

/* How a chain is walked where it is sampled. */
struct files_walk {
    const bool *absorbing; /* states that are not left; NULL: as the chain has it */
    bool        is_cycle;  /* a path begins in `from` and ends, in no state, when it is back there */
    uint32_t    from;
};

bool files_read(const char *transitions, const char *labels, const char *rewards, const char *initial,
                struct file_chain *out, struct error *error);
bool files_parse(const struct file_sources *sources, const char *initial, struct file_chain *out, struct error *error);
void files_free(struct file_chain *file_chain);
int  files_find_label(const struct file_chain *file_chain, const char *name);
bool files_write(const struct space *space, const char *folder, const char *name, struct error *error);
bool files_print_dot(const struct space *space, FILE *out, struct error *error);

struct process *files_process(const struct chain *chain, const struct files_walk *walk, struct error *error);
expr files_lookup(struct process *process, const char *name, const double *values, uint32_t n_states);

#endif
