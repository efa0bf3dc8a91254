/*
 * Whether all that is measured simulates the same: a speed means nothing if the figures are wrong.
 *
 * The textbook's means and events a path are held against those of the reference engine, stratum by stratum, and both
 * against the exact means where the chain is small; |z| must be below 4. Seeds are fixed, so that it holds always or
 * never. All other engines must give every path the rewards that the reference engine gives it, to 1e-9, in as many
 * events.
 */
#include "scripts/bench/bench.h"

#include "exact/space.h"
#include "exact/transient.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 10, TEXTBOOK_ROUNDS = 40 };
static const double MOST_Z = 4;

static double mean_of(const struct total *total, double n)
{
    return total->sum / n;
}

static double error_of(const struct total *total, double n)
{
    double mean = total->sum / n;
    return sqrt(fmax(0, total->square / n - mean * mean) / n);
}

/* Samples a stratum with the reference engine. Events are known of whole blocks only. */
static bool sample(const struct model *m, int stratum, struct tally *tally, struct error *error)
{
    const struct process *p = m->process;
    struct results results;
    void *opened = engine_reference.open(p, SIMD_AUTO);
    bool good = true;
    results_open(&results, m);
    for (int b = 0; good && b < ROUNDS * m->blocks[stratum]; b++) {
        good = model_run(m, &engine_reference, opened, stratum, (uint64_t)b, &results, error);
        for (int i = 0; good && i < BLOCK_PATHS; i++)
            for (int w = 0; w < m->n_watched; w++)
                total_add(&tally->value[w], results.rewards[i * p->n_rewards + process_find_reward(p, m->watched[w])]);
        tally->paths += BLOCK_PATHS;
    }
    tally->events.sum = (double)results.events;
    results_close(&results);
    engine_reference.close(opened);
    return good;
}

static bool exact_mean(const struct model *m, const char *reward, double *mean, struct error *error)
{
    struct space space;
    struct solver solver = {.threads = 1};
    if (!space_build(m->process, NULL, &space, error))
        return false;
    uint32_t n = space.chain.n_states;
    double *spent = memory_new(n, sizeof *spent), *rate = memory_new(n, sizeof *rate);
    space_values(&space, &m->process->rewards[process_find_reward(m->process, reward)].rate, 1, &rate);
    bool good = transient_solve(&space.chain, m->horizon, &solver, NULL, spent, error);
    *mean = chain_weighted(n, spent, rate);
    free(spent);
    free(rate);
    space_free(&space);
    return good;
}

/* One line: two means of the same thing. */
static bool compare(const struct model *m, int stratum, const char *what, const char *names[2], const double mean[2],
                    const double errors[2])
{
    double error = hypot(errors[0], errors[1]), z = error > 0 ? (mean[0] - mean[1]) / error : 0;
    bool good = error > 0 ? fabs(z) < MOST_Z : mean[0] == mean[1];
    fprintf(stderr, "%-9s %-9s %-8s %9s %12.6g +- %-8.2g %9s %12.6g +- %-8.2g z %5.2f%s\n", m->name,
            m->stratum[stratum], what, names[0], mean[0], errors[0], names[1], mean[1], errors[1], z,
            good ? "" : "  THEY DIFFER");
    return good;
}

static bool compare_textbook(const struct model *m, int stratum, const struct tally *reference, struct error *error)
{
    static const char *names[] = {"textbook", "reference"}, *of_textbook[] = {"textbook", "exact"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct tally own = {0};
    bool good = true;
    gsl_rng_set(rng, 1 + (unsigned long)stratum);
    m->textbook(rng, stratum, TEXTBOOK_ROUNDS * m->blocks[stratum] * BLOCK_PATHS, &own);
    gsl_rng_free(rng);
    for (int w = 0; w < m->n_watched; w++) {
        const struct total *a = &own.value[w], *b = &reference->value[w];
        double means[] = {mean_of(a, own.paths), mean_of(b, reference->paths)};
        double errors[] = {error_of(a, own.paths), error_of(b, reference->paths)};
        good &= compare(m, stratum, m->watched[w], names, means, errors);
        if (m->solvable) {
            if (!exact_mean(m, m->watched[w], &means[1], error))
                return false;
            good &= compare(m, stratum, m->watched[w], of_textbook, means, (double[]){errors[0], 0});
        }
    }
    double spread = error_of(&own.events, own.paths);
    double means[] = {mean_of(&own.events, own.paths), reference->events.sum / reference->paths};
    double errors[] = {spread, spread * sqrt(own.paths / reference->paths)};
    return good & compare(m, stratum, "events", names, means, errors);
}

static bool compare_reference(const struct model *m, int stratum, const struct tally *reference, struct error *error)
{
    static const char *names[] = {"reference", "exact"};
    bool good = true;
    for (int w = 0; w < m->n_watched; w++) {
        double exact, own = error_of(&reference->value[w], reference->paths);
        if (!exact_mean(m, m->watched[w], &exact, error))
            return false;
        good &= compare(m, stratum, m->watched[w], names,
                        (double[]){mean_of(&reference->value[w], reference->paths), exact}, (double[]){own, 0});
    }
    return good;
}

/* Whether the engine gives a block's paths what the reference engine gives them. */
static bool same_paths(const struct model *m, const struct engine *engine, enum simd simd, int stratum,
                       struct error *error)
{
    struct results ours, theirs;
    void *mine = engine->open(m->process, simd), *other = engine_reference.open(m->process, SIMD_AUTO);
    results_open(&ours, m);
    results_open(&theirs, m);
    bool good = model_run(m, engine, mine, stratum, 0, &ours, error) &&
                model_run(m, &engine_reference, other, stratum, 0, &theirs, error), same = ours.events == theirs.events;
    for (int i = 0; i < BLOCK_PATHS * m->process->n_rewards; i++)
        same &= fabs(ours.rewards[i] - theirs.rewards[i]) <= 1e-9 * fmax(1, fabs(theirs.rewards[i]));
    fprintf(stderr, "%-9s %-9s paths of %s %s: %s\n", m->name, m->stratum[stratum], engine->name, simd_names[simd],
            !good ? "FAILED" : same ? "those of reference" : "THEY ARE NOT THOSE OF REFERENCE");
    results_close(&ours);
    results_close(&theirs);
    engine->close(mine);
    engine_reference.close(other);
    return good && same;
}

/* Compares all, prints every comparison on standard error, and returns whether they hold. */
bool agree(const struct model *m, struct error *error)
{
    bool good = true;
    for (int s = 0; s < m->n_strata; s++) {
        struct tally reference = {0};
        if ((m->textbook || m->solvable) && !sample(m, s, &reference, error))
            return false;
        if (m->textbook)
            good &= compare_textbook(m, s, &reference, error);
        if (m->solvable)
            good &= compare_reference(m, s, &reference, error);
        for (int e = 0; engines[e]; e++)
            for (int v = SIMD_BASELINE; engines[e] != &engine_reference && v < SIMDS; v++)
                if (simd_runs((enum simd)v))
                    good &= same_paths(m, engines[e], (enum simd)v, s, error);
    }
    return good;
}
