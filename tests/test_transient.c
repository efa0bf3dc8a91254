/* Transient probabilities at the ends of what can be computed: long times, extreme rates, long sums. */
#include "test.h"

#include "exact/passage.h"
#include "exact/poisson.h"
#include "exact/transient.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MIXED = 500 }; /* states, more than are done by doubling */

/* States that lead to five others each at rate 1, so that all are forgotten after some steps; from 0 a leak to 1. */
static struct chain mixed_chain(double leak)
{
    struct chain chain = {.n_states = MIXED, .n_initial = 1};
    static const uint32_t jumps[] = {1, 38, 151, 237, 336};
    bool leads[MIXED];
    chain.row = memory_new(MIXED + 1, sizeof *chain.row);
    chain.target = memory_new((size_t)6 * MIXED, sizeof *chain.target);
    chain.rate = memory_new((size_t)6 * MIXED, sizeof *chain.rate);
    chain.initial = memory_new(1, sizeof *chain.initial);
    chain.initial_probability = memory_new(1, sizeof *chain.initial_probability);
    chain.initial_probability[0] = 1;
    for (uint32_t i = 0; i < MIXED; i++) {
        memset(leads, 0, sizeof leads);
        for (int k = 0; k < 5; k++)
            leads[(i + jumps[k]) % MIXED] = true;
        if (leak > 0)
            leads[1] = i == 0;
        for (uint32_t j = 0; j < MIXED; j++)
            if (leads[j] && j != i) {
                chain.target[chain.n_transitions] = j;
                chain.rate[chain.n_transitions++] = leak > 0 && j == 1 ? leak : 1;
            }
        chain.row[i + 1] = chain.n_transitions;
    }
    return chain;
}

/* What is surely over long before is 1, however long the time, and no more than a few steps are done for it. */
static void long_rest_costs_nothing(void)
{
    struct chain chain = mixed_chain(0);
    bool target[MIXED] = {[7] = true};
    for (double time = 1e6; time < 1e19; time *= 100) {
        struct solver solver = {.threads = 1};
        struct error error = {0};
        double p = NAN;
        CU_ASSERT_TRUE_FATAL(passage_by(&chain, target, time, &solver, &p, &error));
        CU_ASSERT_TRUE(fabs(p - 1) <= solver.error_bound);
        CU_ASSERT_TRUE(solver.error_bound < 1e-9);
        CU_ASSERT_TRUE(solver.steps < 1000000);
    }
    chain_free(&chain);
}

/* The time that is spent in all states is all of it, also of that which is not stepped through. */
static void all_of_a_long_time_is_spent(void)
{
    struct chain chain = mixed_chain(0);
    double p[MIXED], spent[MIXED], ones[MIXED];
    for (int i = 0; i < MIXED; i++)
        ones[i] = 1;
    for (double time = 1e3; time < 1e11; time *= 100) {
        struct solver solver = {.threads = 1};
        struct error error = {0};
        CU_ASSERT_TRUE_FATAL(transient_solve(&chain, time, &solver, p, spent, &error));
        CU_ASSERT_TRUE(fabs(chain_weighted(MIXED, p, ones) - 1) <= solver.error_bound);
        CU_ASSERT_TRUE(fabs(chain_weighted(MIXED, spent, ones) / time - 1) <= solver.error_bound);
        CU_ASSERT_TRUE(solver.error_bound < 1e-3);
        CU_ASSERT_TRUE(solver.steps < 1000000);
    }
    chain_free(&chain);
}

/* A leak that no step shows: its share is right within the bound, or there is no answer. */
static void a_slow_leak_is_not_taken_for_rest(void)
{
    const double leaks[] = {1e-18, 1e-30};
    int answers[2] = {0};
    for (int i = 0; i < 2; i++) {
        struct chain chain = mixed_chain(leaks[i]);
        bool target[MIXED] = {[1] = true};
        for (double time = 1e3; time < 1e17; time *= 100) {
            struct solver solver = {.threads = 1, .most_steps = 12000};
            struct error error = {0};
            double p = NAN, most = leaks[i] * time; /* in 0 all the time */
            if (passage_by(&chain, target, time, &solver, &p, &error)) {
                CU_ASSERT_TRUE(p > 0 && p <= most);
                CU_ASSERT_TRUE(most / MIXED - p <= solver.error_bound);
                answers[i]++;
            } else {
                CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "were not enough"));
                error_free(&error);
            }
        }
        chain_free(&chain);
    }
    CU_ASSERT_EQUAL(answers[0], 1);
    CU_ASSERT_TRUE(answers[1] >= 3);
}

/* Rounding in 1e19 steps might have moved everything. */
static void a_bound_that_says_nothing_is_no_answer(void)
{
    struct chain chain = mixed_chain(0);
    struct solver solver = {.threads = 1};
    struct error error = {0};
    double p[MIXED];
    CU_ASSERT_FALSE(transient_solve(&chain, 1e19, &solver, p, NULL, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data ? error.text.data : "", "so there is no answer"));
    error_free(&error);
    chain_free(&chain);
}

/* Rates and times whose product is no number, either way. */
static void what_is_out_of_range_is_refused(void)
{
    static const double rates[][2] = {{1e308, 1}, {1e305, 1e305}, {1e-300, 1e-300}, {1e-5, 1e307}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct chain chain = {.n_states = 2, .n_transitions = 2, .n_initial = 1};
        uint64_t row[] = {0, 1, 2};
        uint32_t targets[] = {1, 0}, initial = 0;
        double both[] = {rates[i][0], rates[i][1]}, p[2], one = 1;
        struct solver solver = {.threads = 1};
        struct error error = {0};
        chain.row = row;
        chain.target = targets;
        chain.rate = both;
        chain.initial = &initial;
        chain.initial_probability = &one;
        CU_ASSERT_FALSE(transient_solve(&chain, 10, &solver, p, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data ? error.text.data : "", "too far apart to compute with"));
        error_free(&error);
    }
}

static void no_poisson_number_fills_the_memory(void)
{
    static const double means[] = {-1, 1e11, 1e300, INFINITY, NAN};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        struct poisson poisson;
        struct error error = {0};
        CU_ASSERT_FALSE(poisson_new(means[i], 1e-20, &poisson, &error));
        CU_ASSERT_PTR_NULL(poisson.probability);
        CU_ASSERT_EQUAL(error.count, 1);
        error_free(&error);
    }
}

/* A plain sum of a million thirds, or tenths, is off in the eleventh digit. */
static void long_sums_keep_their_digits(void)
{
    enum { N = 1000000 };
    double *value = memory_new(N, sizeof *value), *ones = memory_new(N, sizeof *ones), plain = 0;
    bool *in = memory_new(N, sizeof *in);
    struct chain star = {.n_states = 2, .n_transitions = N, .rate = value};
    uint64_t row[] = {0, N, N};
    for (int i = 0; i < N; i++) {
        value[i] = 0.1;
        ones[i] = 1;
        in[i] = i % 2;
        plain += value[i];
    }
    star.row = row;
    double *exit = chain_exit_rates(&star);
    CU_ASSERT_TRUE(fabs(plain - 1e5) > 1e-7);
    CU_ASSERT_TRUE(fabs(exit[0] - 1e5) < 3e-11);
    CU_ASSERT_EQUAL(exit[1], 0);
    CU_ASSERT_TRUE(fabs(chain_weighted(N, value, ones) - 1e5) < 3e-11);
    CU_ASSERT_TRUE(fabs(chain_sum_where(N, in, value) - 5e4) < 3e-11);
    free(exit);
    free(in);
    free(ones);
    free(value);
}

static void no_solver_takes_threads_without_end(void)
{
    struct solver few = {.threads = 1}, many = {.threads = 1000000}, all = {0};
    CU_ASSERT_EQUAL(chain_threads(&few), 1);
    CU_ASSERT_TRUE(chain_threads(&many) >= 1 && chain_threads(&many) <= 4 * omp_get_num_procs());
    CU_ASSERT_TRUE(chain_threads(&all) >= 1 && chain_threads(&all) <= chain_threads(&many));
}

const struct test_suite suite_transient = {
    "transient",
    (const struct test_case[]){
        {"long rest costs nothing", long_rest_costs_nothing},
        {"all of a long time is spent", all_of_a_long_time_is_spent},
        {"a slow leak is not taken for rest", a_slow_leak_is_not_taken_for_rest},
        {"a bound that says nothing is no answer", a_bound_that_says_nothing_is_no_answer},
        {"what is out of range is refused", what_is_out_of_range_is_refused},
        {"no Poisson number fills the memory", no_poisson_number_fills_the_memory},
        {"long sums keep their digits", long_sums_keep_their_digits},
        {"no solver takes threads without end", no_solver_takes_threads_without_end},
        {NULL, NULL},
    },
};
