/*
 * Events per second of every engine on one core, with every width of vectors that the processor has, and of textbook
 * simulations of the same models.
 *
 *     run [REPETITIONS [SECONDS]]
 *
 * SECONDS (0.6) is about how long each of the REPETITIONS (5) takes, after a warm-up. They are interleaved, so that
 * what disturbs the machine disturbs all alike, and the time is the thread's own on the processor. First it is checked
 * that all simulate the same (bench/agree.c); the checks go to standard error. To standard output goes a line of CSV
 * each: model, variant, unit, and the value of every repetition. The exit status is 1 if a check fails.
 */
#include "scripts/bench/bench.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_VARIANTS = 16, MOST_REPETITIONS = 99 };

/* Something that simulates a model: an engine, or else the textbook. */
struct variant {
    char     name[40];
    const struct engine *engine; /* NULL: the textbook */
    void    *opened;
    gsl_rng *rng;
    uint64_t block;              /* the next */
    int      rounds;             /* that take about the time asked for */
    double   rate[MOST_REPETITIONS];
};

struct bench {
    struct model   model;
    struct results results;
    struct variant variants[MOST_VARIANTS];
    int            n_variants;
    struct error   error;
};

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void add_variant(struct bench *b, const struct engine *engine, enum simd simd)
{
    struct variant *v = &b->variants[b->n_variants++];
    *v = (struct variant){.engine = engine};
    if (!engine) {
        snprintf(v->name, sizeof v->name, "textbook");
        v->rng = gsl_rng_alloc(gsl_rng_mt19937);
    } else {
        bool wide = simd != SIMD_AUTO;
        snprintf(v->name, sizeof v->name, "%s%s%s", engine->name, wide ? " " : "", wide ? simd_names[simd] : "");
        v->opened = engine->open(b->model.process, simd);
    }
}

/* The reference engine has no vectors to choose. */
static void add_variants(struct bench *b)
{
    if (b->model.textbook)
        add_variant(b, NULL, SIMD_AUTO);
    add_variant(b, &engine_reference, SIMD_AUTO);
    for (int e = 0; engines[e]; e++)
        for (int s = SIMD_BASELINE; engines[e] != &engine_reference && s < SIMDS; s++)
            if (simd_runs((enum simd)s) && b->n_variants < MOST_VARIANTS)
                add_variant(b, engines[e], (enum simd)s);
}

static void close_variants(struct bench *b)
{
    for (int i = 0; i < b->n_variants; i++) {
        struct variant *v = &b->variants[i];
        if (v->opened)
            v->engine->close(v->opened);
        if (v->rng)
            gsl_rng_free(v->rng);
    }
}

/* A round of all strata in their proportions. Returns its events; 0 with an error if it fails. */
static double run_round(struct bench *b, struct variant *v)
{
    const struct model *m = &b->model;
    struct tally tally = {0};
    b->results.events = 0;
    for (int s = 0; s < m->n_strata; s++)
        for (int i = 0; i < m->blocks[s]; i++) {
            if (!v->engine)
                m->textbook(v->rng, s, BLOCK_PATHS, &tally);
            else if (!model_run(m, v->engine, v->opened, s, v->block++, &b->results, &b->error))
                return 0;
        }
    return v->engine ? (double)b->results.events : tally.events.sum;
}

/* Events per second of so many rounds; 0 if one fails. */
static double rate_of(struct bench *b, struct variant *v, int rounds, double *seconds)
{
    double events = 0, begin = processor_seconds();
    for (int i = 0; i < rounds; i++) {
        double of_round = run_round(b, v);
        if (of_round <= 0)
            return 0;
        events += of_round;
    }
    *seconds = processor_seconds() - begin;
    return events / *seconds;
}

/* Runs each variant until caches and clocks are warm, and finds how many rounds take so long. */
static bool warm_up(struct bench *b, double seconds)
{
    for (int i = 0; i < b->n_variants; i++) {
        struct variant *v = &b->variants[i];
        double took = 0;
        for (v->rounds = 1; took < seconds / 4; v->rounds *= 2)
            if (rate_of(b, v, v->rounds, &took) <= 0)
                return false;
        v->rounds = (int)fmax(1, round(seconds / took * v->rounds / 2));
    }
    return true;
}

static bool measure(struct bench *b, int repetitions, double seconds)
{
    double took;
    if (!warm_up(b, seconds))
        return false;
    for (int r = 0; r < repetitions; r++)
        for (int i = 0; i < b->n_variants; i++) {
            struct variant *v = &b->variants[i];
            v->rate[r] = rate_of(b, v, v->rounds, &took);
            if (v->rate[r] <= 0)
                return false;
        }
    for (int i = 0; i < b->n_variants; i++) {
        printf("%s,%s,events/s", b->model.name, b->variants[i].name);
        for (int r = 0; r < repetitions; r++)
            printf(",%.0f", b->variants[i].rate[r]);
        putchar('\n');
    }
    fflush(stdout);
    return true;
}

static bool bench_model(struct bench *b, int repetitions, double seconds)
{
    results_open(&b->results, &b->model);
    add_variants(b);
    bool good = agree(&b->model, &b->error) && measure(b, repetitions, seconds);
    close_variants(b);
    results_close(&b->results);
    return good;
}

/* The models in turn: 0 to 2. */
static bool open_model(struct bench *b, int which)
{
    *b = (struct bench){0};
    if (which == 2)
        return model_checkout(&b->model, &b->error);
    (which == 0 ? model_repair : model_pools)(&b->model);
    return process_check(b->model.process, &b->error);
}

int main(int argc, char **argv)
{
    int repetitions = argc > 1 ? atoi(argv[1]) : 5, status = EXIT_SUCCESS;
    double seconds = argc > 2 ? atof(argv[2]) : 0.6;
    if (repetitions < 1 || repetitions > MOST_REPETITIONS || !(seconds > 0)) {
        fputs("usage: run [REPETITIONS [SECONDS]]\n", stderr);
        return 2;
    }
    gsl_set_error_handler_off();
    for (int which = 0; which < 3; which++) {
        struct bench b;
        if (!open_model(&b, which) || !bench_model(&b, repetitions, seconds))
            status = EXIT_FAILURE;
        if (b.error.count)
            fputs(b.error.text.data, stderr);
        error_free(&b.error);
        model_free(&b.model);
    }
    return status;
}
