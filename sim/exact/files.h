/* exact/files: chains in the explicit file formats of PRISM. Includes exact/chain, exact/space. */
#ifndef NINES_EXACT_FILES_H
#define NINES_EXACT_FILES_H

#include "exact/chain.h"
#include "exact/space.h"

/* A label or a state reward as read: names belong to the arena. */
struct file_label {
    const char *name;
    bool       *holds;
};

struct file_chain {
    struct arena       arena;
    struct chain       chain;
    struct file_label *labels;
    int                n_labels;
    double            *reward;  /* per state, or NULL */
};

/* `labels`, `rewards` may be NULL. initial: -1: the label "init" where there is one, else state 0. */
bool files_read(const char *transitions, const char *labels, const char *rewards, int64_t initial,
                struct file_chain *out, struct error *error);
void files_free(struct file_chain *file_chain);
bool files_write(const struct space *space, const char *folder, const char *name, struct error *error);
bool files_write_dot(const struct space *space, const char *path, struct error *error);
/* The same chain as a process of one variable, for engines that sample. */
struct process *files_process(const struct file_chain *file_chain);

#endif
