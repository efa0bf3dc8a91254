/*
 * Speed of the exact solver on the workstation cluster with sides of 64, 128 and 256 (tests/chains.c): building the
 * chain, its steady state, and the probability of not minimum by 20 hours. Each size runs in a process of its own, so
 * that its peak of memory is its own.
 *
 *     run [THREADS [SIZE...]]
 *
 * A line of CSV a size goes to standard output. error: of premium, against the published figure.
 */
#include "exact/passage.h"
#include "exact/space.h"
#include "exact/steady.h"
#include "tests/chains.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Haverkort, Hermanns, Katoen 2000; computed by others. */
static const struct {
    int    size;
    double premium;
} published[] = {{64, .9987027807085693}, {128, .9979378910934943}, {256, .9969655519759322}};

struct timed {
    double seconds;
    struct solver solver;
};

static double *values_of(const struct space *space, const char *label)
{
    double *values = memory_new(space->chain.n_states, sizeof *values);
    const struct process *p = space->process;
    space_values(space, &p->labels[process_find_label(p, label)].condition, 1, &values);
    return values;
}

static double megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static double premium(const struct space *space, struct timed *timed, struct error *error)
{
    double *share = memory_new(space->chain.n_states, sizeof *share), *holds = values_of(space, "premium");
    double begin = omp_get_wtime(), sum = NAN;
    if (steady_solve(&space->chain, &timed->solver, share, error))
        sum = chain_weighted(space->chain.n_states, share, holds);
    timed->seconds = omp_get_wtime() - begin;
    free(share);
    free(holds);
    return sum;
}

static double not_minimum(const struct space *space, struct timed *timed, struct error *error)
{
    double *holds = values_of(space, "not minimum"), result = NAN, begin = omp_get_wtime();
    bool *target = memory_new(space->chain.n_states, sizeof *target);
    for (uint32_t i = 0; i < space->chain.n_states; i++)
        target[i] = holds[i] != 0;
    if (!passage_by(&space->chain, target, 20, &timed->solver, &result, error))
        result = NAN;
    timed->seconds = omp_get_wtime() - begin;
    free(target);
    free(holds);
    return result;
}

static int measure(int size, int threads)
{
    struct process *p = chain_cluster(size);
    struct space space;
    struct error error = {0};
    struct timed steady = {.solver.threads = threads}, passage = {.solver.threads = threads};
    double begin = omp_get_wtime(), known = NAN;
    bool good = space_build(p, NULL, &space, &error);
    double build = omp_get_wtime() - begin;
    const double n = space.chain.n_states, rows = 12.0 * (double)space.chain.n_transitions / 1048576;
    double besides = (megabytes() - rows) * 1048576 / n;
    double long_run = good ? premium(&space, &steady, &error) : NAN;
    double by = good ? not_minimum(&space, &passage, &error) : NAN;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        known = published[i].size == size ? published[i].premium : known;
    if (error.text.data)
        fputs(error.text.data, stderr);
    printf("%d,%d,%.0f,%llu,%.3f,%.0f,%.0f,%.16g,%.1e,%.1e,%llu,%.3f,%.3f,%.16g,%.1e,%llu,%.3f,%.4f,%.0f\n", size,
           threads, n, (unsigned long long)space.chain.n_transitions, build, n / build, besides, long_run,
           fabs(long_run - known), steady.solver.error_bound, (unsigned long long)steady.solver.steps, steady.seconds,
           1000 * steady.seconds / (double)steady.solver.steps, by, passage.solver.error_bound,
           (unsigned long long)passage.solver.steps, passage.seconds,
           1000 * passage.seconds / (double)passage.solver.steps, megabytes());
    good = !error.text.data;
    error_free(&error);
    space_free(&space);
    process_free(p);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {"64", "128", "256"};
    const int threads = argc > 1 ? atoi(argv[1]) : omp_get_max_threads(), n = argc > 2 ? argc - 2 : 3;
    int status = EXIT_SUCCESS;
    puts("size,threads,states,transitions,build_s,states_per_second,bytes_a_state_beside_rows,premium,error,bound,"
         "iterations,steady_s,ms_an_iteration,not_minimum_by_20,bound,steps,transient_s,ms_a_step,peak_MB");
    fflush(stdout);
    for (int i = 0; i < n; i++) {
        pid_t child = fork();
        if (child == 0)
            return measure(atoi(argc > 2 ? argv[i + 2] : usual[i]), threads);
        int result = 0;
        if (child < 0 || waitpid(child, &result, 0) < 0 || result != 0)
            status = EXIT_FAILURE;
    }
    return status;
}
