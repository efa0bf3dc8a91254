/* study/question: questions to a chain that was read from a file, and their answers. Includes engine/, exact/. */
#ifndef NINES_STUDY_QUESTION_H
#define NINES_STUDY_QUESTION_H

#include "engine/engine.h"
#include "exact/files.h"

#include <stdbool.h>
#include <stdint.h>

enum question_kind {
    QUESTION_STEADY_STATE, /* the long-run share of time in which the label holds */
    QUESTION_REACH,        /* the probability that it ever holds, or by a time */
    QUESTION_MEAN_TIME,    /* the mean time until it holds first */
    QUESTION_REWARD,       /* the reward earned per unit of time in the long run, or all of it by a time */
    QUESTIONS
};

extern const char *const question_names[QUESTIONS]; /* as on the command line */

struct question {
    enum question_kind kind;
    const char        *label; /* NULL for rewards */
    double             by;    /* in the unit of the chain; NAN: no end */
};

struct answer {
    double      value;        /* finite, but INFINITY where it is unbounded */
    bool        unbounded;    /* a mean time until a label holds that may never hold */
    double      error_bound;  /* absolute; of a sampled answer half its interval */
    double      low, high;    /* of a sampled answer: its interval */
    uint64_t    paths;        /* of a sampled answer: how many it rests on */
    bool        trusted;      /* false: the interval says nothing; note says why */
    const char *note;         /* a sentence, or NULL */
    bool        failed;       /* there is no answer */
};

/* How questions are sampled. */
struct question_sampling {
    uint64_t seed, paths;     /* paths: exactly so many a question; 0: until precise */
    double   precision;       /* half the interval over the value */
    double   confidence;
    int      threads;         /* 0: all */
    const struct engine *engine; /* NULL: the usual one */
    enum simd simd;           /* one that simd_runs() */
    const volatile int *stop; /* non-zero: end with what there is; may be NULL */
};

void question_print(const struct question *question, struct text *out);
bool question_check(const struct file_chain *chain, const char *file, const struct question *questions,
                    int n_questions, struct error *error);
bool question_check_answer(const struct question *question, const struct answer *answer, struct error *error);
bool question_solve(const struct file_chain *chain, const struct question *questions, int n_questions,
                    struct solver *solver, struct answer *answers, struct error *error);
bool question_sample(const struct file_chain *chain, const struct question *question,
                     const struct question_sampling *how, struct answer *answer, struct error *error);

#endif
