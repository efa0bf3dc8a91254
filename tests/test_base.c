/* Memory, texts and errors. */
#include "test.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

static void arena_gives_zeroed_memory_of_any_size(void)
{
    struct arena arena = {0};
    for (size_t n = 1; n < 200000; n *= 3) {
        char *bytes = arena_new(&arena, n, 1);
        for (size_t i = 0; i < n; i++)
            if (bytes[i]) {
                CU_FAIL("memory is not zeroed");
                break;
            }
        memset(bytes, 255, n);
    }
    CU_ASSERT_STRING_EQUAL(arena_format(&arena, "%s-%d", "a", 7), "a-7");
    arena_free(&arena);
}

static void errors_collect_and_the_graver_fault_wins(void)
{
    struct error error = {0};
    CU_ASSERT_FALSE(error_add(&error, FAULT_SYSTEM, "first %d", 1));
    CU_ASSERT_FALSE(error_add(&error, FAULT_INPUT, "second"));
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_EQUAL(error.count, 2);
    CU_ASSERT_STRING_EQUAL(error.text.data, "first 1\nsecond\n");
    error_free(&error);
}

static const struct test_case cases[] = {
    {"an arena gives zeroed memory of any size", arena_gives_zeroed_memory_of_any_size},
    {"errors collect, and the graver fault wins", errors_collect_and_the_graver_fault_wins},
    {NULL, NULL},
};

const struct test_suite suite_base = {"base", cases};
