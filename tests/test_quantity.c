/* Quantities as a person reads them. */
#include "test.h"

#include "base/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct example {
    struct quantity quantity;
    const char *text;
};

static void check(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[QUANTITY_BYTES];
        quantity_print(examples[i].quantity, text);
        CU_ASSERT_STRING_EQUAL(text, examples[i].text);
        if (strcmp(text, examples[i].text))
            printf("    \"%s\" for \"%s\"\n", text, examples[i].text);
    }
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof *(examples))

static void digits_follow_the_interval(void)
{
    static const struct example examples[] = {
        {{QUANTITY_SECONDS, 26.04, 25.54, 26.54}, "26.0 s ± 0.5"},
        {{QUANTITY_SECONDS, 26.04, 25.90, 26.18}, "26.04 s ± 0.14"},
        {{QUANTITY_SECONDS, 1.104, 1.084, 1.124}, "1.10 s ± 0.02"},
        {{QUANTITY_SECONDS, 25, 13, 37}, "25 s ± 12"},
        {{QUANTITY_SECONDS, 0.0124, 0.0121, 0.0127}, "12.4 ms ± 0.3"},
        {{QUANTITY_SECONDS, 84.3, 83.8, 84.8}, "1.405 min ± 0.008"},
        {{QUANTITY_SECONDS, -0.014, -0.053, 0.025}, "-14 ms ± 39"},
        {{QUANTITY_ONLY_SECONDS, 82.68, 81.92, 83.44}, "82.7 s ± 0.8"},
        {{QUANTITY_SECONDS, -0.004, -0.504, 0.496}, "0.0 s ± 0.5"},
        {{QUANTITY_SHARE, 0.123, 0.120, 0.126}, "12.3 % ± 0.3"},
        {{QUANTITY_INSTANCE_HOURS, 2.2326, 2.2276, 2.2376}, "2.233 instance-hours ± 0.005"},
        {{QUANTITY_NUMBER, 1234.5, 1034.5, 1434.5}, "1234 ± 200"},
        {{QUANTITY_SHARE, 3.2e-11, 3.0e-11, 3.4e-11}, "3.2e-09 % ± 2.0e-10"},
    };
    CHECK(examples);
}

static void intervals_that_lean_are_given_by_their_ends(void)
{
    static const struct example examples[] = {
        {{QUANTITY_SHARE, 0.0002, 0.00001, 0.00072}, "0.02 % (0.00 to 0.07)"},
        {{QUANTITY_SHARE, 0.00001, 0.0000003, 0.00070}, "0.001 % (0.000 to 0.070)"},
        {{QUANTITY_ONLY_SECONDS, 1.04, 0.84, 5.12}, "1.0 s (0.8 to 5.1)"},
        {{QUANTITY_ONLY_SECONDS, 25.1, 24.2, 53.4}, "25 s (24 to 53)"},
        {{QUANTITY_SECONDS, 11520, 11280, 12600}, "3 h 12 m (3 h 8 m to 3 h 30 m)"},
    };
    CHECK(examples);
}

static void what_was_never_seen_is_given_by_its_bound(void)
{
    static const struct example examples[] = {
        {{QUANTITY_SHARE, 0, 0, 2.99573e-5}, "< 0.003 %"},
        {{QUANTITY_SHARE, 0, 0, 3.01e-5}, "< 0.004 %"},
        {{QUANTITY_SHARE, 0, 0, 0.0951}, "< 10 %"},
        {{QUANTITY_SHARE, 1, 0.9997, 1}, "> 99.97 %"},
        {{QUANTITY_SECONDS, 0, 0, 0.42}, "< 0.5 s"},
        {{QUANTITY_SECONDS, 0, 0, 4000}, "< 1 h 7 m"},
        {{QUANTITY_SHARE, 0, 0, 0}, "0 %"},
    };
    CHECK(examples);
}

static void values_without_an_interval_have_three_digits(void)
{
    static const struct example examples[] = {
        {{QUANTITY_SECONDS, 84, NAN, NAN}, "1.4 min"},
        {{QUANTITY_SECONDS, 11520, NAN, NAN}, "3 h 12 m"},
        {{QUANTITY_SECONDS, 7199.9, NAN, NAN}, "2 h"},
        {{QUANTITY_SECONDS, 86400, NAN, NAN}, "1 d"},
        {{QUANTITY_SECONDS, 100000, NAN, NAN}, "1 d 4 h"},
        {{QUANTITY_SECONDS, 0, NAN, NAN}, "0 s"},
        {{QUANTITY_SECONDS, 0.2, NAN, NAN}, "0.2 s"},
        {{QUANTITY_SECONDS, 30, 30, 30}, "30 s"},
        {{QUANTITY_SHARE, 0.0031, NAN, NAN}, "0.31 %"},
        {{QUANTITY_SHARE, 1, NAN, NAN}, "100 %"},
        {{QUANTITY_SHARE, 0.12345, NAN, NAN}, "12.3 %"},
        {{QUANTITY_INSTANCE_HOURS, 2.2, NAN, NAN}, "2.2 instance-hours"},
        {{QUANTITY_NUMBER, NAN, NAN, NAN}, "-"},
        {{QUANTITY_SECONDS, INFINITY, NAN, NAN}, "inf"},
    };
    CHECK(examples);
}

static void durations_on_the_clock_follow_the_interval_too(void)
{
    static const struct example examples[] = {
        {{QUANTITY_SECONDS, 11520, 11280, 11760}, "3 h 12 m ± 4 m"},
        {{QUANTITY_SECONDS, 11520.4, 11512.4, 11528.4}, "3 h 12 m 0 s ± 8 s"},
        {{QUANTITY_SECONDS, 200000, 180000, 220000}, "2 d 8 h ± 6 h"},
    };
    CHECK(examples);
}

static void exact_numbers_come_back(void)
{
    static const double numbers[] = {0, 0.1, 1.0 / 3, 0.99999999999999989, 1e300, -5e-324, 150000, 123456789.125};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[QUANTITY_BYTES];
        CU_ASSERT_EQUAL(strtod(quantity_exact(numbers[i], text), NULL), numbers[i]);
    }
    char text[QUANTITY_BYTES];
    CU_ASSERT_STRING_EQUAL(quantity_exact(0.1, text), "0.1");
    CU_ASSERT_STRING_EQUAL(quantity_exact(0.99999999999999989, text), "0.9999999999999999");
}

static void any_number_fits(void)
{
    static const double numbers[] = {0, 1e-300, 3e-9, 0.07, 59.999, 3599.9, 1e9, 1e300, NAN, INFINITY};
    const size_t n = sizeof numbers / sizeof *numbers;
    for (int unit = QUANTITY_SECONDS; unit <= QUANTITY_NUMBER; unit++)
        for (size_t i = 0; i < n * n * n * 2; i++) {
            char text[QUANTITY_BYTES];
            double sign = i < n * n * n ? 1 : -1;
            struct quantity q = {unit, sign * numbers[i % n], numbers[i / n % n], numbers[i / n / n % n]};
            quantity_print(q, text);
            CU_ASSERT_TRUE(strlen(text) > 0 && strlen(text) < QUANTITY_BYTES);
        }
}

static const struct test_case cases[] = {
    {"digits follow the interval", digits_follow_the_interval},
    {"intervals that lean are given by their ends", intervals_that_lean_are_given_by_their_ends},
    {"what was never seen is given by its bound", what_was_never_seen_is_given_by_its_bound},
    {"values without an interval have three digits", values_without_an_interval_have_three_digits},
    {"durations on the clock follow the interval too", durations_on_the_clock_follow_the_interval_too},
    {"exact numbers come back", exact_numbers_come_back},
    {"any number fits its buffer", any_number_fits},
    {NULL, NULL},
};

const struct test_suite suite_quantity = {"quantity", cases};
