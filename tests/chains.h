/* tests/chains: chains with known answers, one table for every engine. Includes tests/engines. */
#ifndef NINES_TESTS_CHAINS_H
#define NINES_TESTS_CHAINS_H

#include "engines.h"

/* What is asked of a chain. */
enum query {
    QUERY_REWARD_MEAN,     /* of the reward over [0, time] */
    QUERY_REWARD_VARIANCE, /* of the same */
    QUERY_REWARD_BELOW,    /* probability that it is at most `limit` */
    QUERY_RATE_AT,         /* mean of the reward's rate at `time` */
    QUERY_STEADY_RATE,     /* mean of the reward's rate in the long run; at `time` the start is forgotten */
    QUERY_LABEL_AT,        /* probability that the label holds at `time` */
    QUERY_LABEL_BY,        /* probability that it held at some time up to `time` */
    QUERY_LABEL_EVER,      /* probability that it ever holds; by `time` that is decided */
    QUERY_FIRST_MEAN,      /* of the first time that it holds; `time`: it holds long before */
    QUERY_FIRST_VARIANCE,  /* of the same */
};

struct truth {
    struct process *(*chain)(void); /* give to process_free */
    const char *what;      /* name of the reward or label */
    enum query  query;
    double      time, limit;
    double      value;
    double      tolerance; /* relative, of an engine that computes; 0: only sampling can answer */
    int         paths;     /* of an engine that samples; 0: too rare to be seen */
    const char *source;
};

extern const struct truth truths[]; /* ended by a chain of NULL */
extern const int n_truths;

struct solver;
double truth_exact(const struct truth *truth, struct solver *solver);
double truth_sample(const struct truth *truth, struct contender contender, uint64_t seed);

/* The workstation cluster of two sides of n, and the tandem queue of that capacity: chains of any size. */
struct process *chain_cluster(int n);
struct process *chain_tandem(int capacity);

/* A command with one branch that sets one variable. Returns its index. */
int chain_move(struct process *p, const char *name, expr guard, enum delay delay, expr amount, int variable,
               expr value);

#endif
