/* tests/test: a suite is a table of cases; tests/main.c runs all suites. */
#ifndef NINES_TESTS_TEST_H
#define NINES_TESTS_TEST_H

#include <CUnit/CUnit.h>

struct test_case {
    const char *name; /* what it shows, as a sentence */
    void (*run)(void);
};

struct test_suite {
    const char *name;
    const struct test_case *cases; /* ended by a NULL name */
};

#endif
