#include "parse.h"

#include "test.h"

#include <string.h>

/* The scenario; a text that is none prints its faults and ends the test. */
struct scenario *parse(const char *text, const struct override *overrides, int n_overrides)
{
    struct error error = {0};
    struct scenario *s = scenario_parse(text, strlen(text), "test.yaml", overrides, n_overrides, &error);
    if (!s)
        printf("%s", error.text.data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    error_free(&error);
    return s;
}
