/* Durations, shares, numbers, and the nearest name. */
#include "test.h"

#include "base/nearest.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void durations_are_read(void)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"0", 0},           {"0s", 0},        {"500ms", 0.5},    {"300ms", 0.3},      {"30s", 30},
                {"5m", 300},        {"1h30m", 5400},  {"1.5h", 5400},    {"30d", 2592000},    {"2w", 1209600},
                {"1y", 31536000},   {".5s", 0.5},     {"1d2h3m4s5ms", 93784.005},             {"1y2w", 32745600},
                {"1m0.25s", 60.25}, {"007s", 7},      {"0.1s", 0.1},     {"1000000y", 31536e9}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double seconds = -1;
        CU_ASSERT_TRUE(duration_parse(good[i].text, &seconds, NULL));
        CU_ASSERT_EQUAL(seconds, good[i].seconds);
    }
}

static void bad_durations_say_what_was_expected(void)
{
    static const struct {
        const char *text, *expected;
    } bad[] = {{"", "expected a number and a unit"},      {"30", "a duration needs a unit, such as 30s"},
               {"1h30", "a duration needs a unit"},       {"0.0", "a duration needs a unit"},
               {"-3s", "cannot be negative"},             {"-0", "cannot be negative"},
               {"+3s", "expected a number and a unit"},   {"30 s", "expected a number and a unit"},
               {"30s ", "expected a number and a unit"},  {" 30s", "expected a number and a unit"},
               {"nan", "expected a number and a unit"},   {"infs", "expected a number and a unit"},
               {"1e3s", "the units of a duration"},       {"0x10s", "the units of a duration"},
               {"30min", "the units of a duration"},      {"30S", "the units of a duration"},
               {"30m1h", "the greatest first"},           {"1h1h", "each once"},
               {"1.h", "expected a number and a unit"},   {"1,5h", "expected a number and a unit"},
               {".s", "expected a number and a unit"},    {"5%", "expected a number and a unit"},
               {"1111111111111111111111111111111111111111111111111111111111111111s", "too many digits"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *expected = "";
        double seconds = 7;
        CU_ASSERT_FALSE(duration_parse(bad[i].text, &seconds, &expected));
        CU_ASSERT_EQUAL(seconds, 7);
        CU_ASSERT_PTR_NOT_NULL(strstr(expected, bad[i].expected));
        CU_ASSERT_FALSE(duration_parse(bad[i].text, &seconds, NULL));
    }
}

static void durations_are_printed_shortly(void)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0"},           {0.5, "500ms"},    {0.0005, "0.5ms"}, {2.5, "2.5s"},    {30, "30s"},
                 {60, "1m"},         {90, "1m30s"},     {90.5, "1m30.5s"}, {5400, "1h30m"},  {86400, "1d"},
                 {604800, "7d"},     {2592000, "30d"},  {31536000, "1y"},  {63072000, "2y"}, {31536001, "365d1s"},
                 {93784, "1d2h3m4s"}, {-90, "-1m30s"},  {0.1, "100ms"},    {3600.1, "1h0.1s"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[48];
        duration_print(cases[i].seconds, out, sizeof out);
        CU_ASSERT_STRING_EQUAL(out, cases[i].text);
    }
}

/* Thirds from a nanosecond up to 1e15 seconds: no few decimals give them. */
static void a_printed_duration_is_read_back_exactly(void)
{
    int wrong = 0;
    for (double scale = 3e-9; scale < 1e12; scale *= 10)
        for (int i = 1; i < 2000; i += 7) {
            double seconds = scale * i / 3, again = -1;
            char out[48];
            duration_print(seconds, out, sizeof out);
            wrong += !duration_parse(out, &again, NULL) || again != seconds;
        }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void a_duration_is_printed_into_any_size(void)
{
    char out[8] = "xxxxxxx";
    duration_print(93784, out, 0);
    CU_ASSERT_STRING_EQUAL(out, "xxxxxxx");
    for (size_t size = 1; size <= 4; size++) {
        duration_print(-93784, out, size);
        CU_ASSERT_EQUAL(strlen(out), size - 1);
        CU_ASSERT_EQUAL(memcmp(out, "-1d2", size - 1), 0);
    }
    duration_print(NAN, out, sizeof out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "nan"));
    duration_print(INFINITY, out, sizeof out);
    CU_ASSERT_STRING_EQUAL(out, "inf");
    char wide[64];
    duration_print(1e300, wide, sizeof wide);
    CU_ASSERT_STRING_EQUAL(wide, "1.0000000000000001e+300s");
}

static void shares_are_read(void)
{
    static const struct {
        const char *text;
        double share;
    } good[] = {{"25%", 0.25}, {"0.25", 0.25}, {"0", 0},       {"100%", 1},     {"0.1%", 0.001},
                {"12%", 0.12}, {"1", 1},       {"250%", 2.5},  {"99.99%", 0.9999}, {".5", 0.5},
                {"1e-3", 0.001}, {"0.7%", 0.007}, {"57%", 0.57}};
    static const char *const bad[] = {"", "%", "-5%", "a lot", "5 %", "5%%", "nan", "inf", "0x1", "5%x", "1e",
                                      "1e999", "+5%"};
    double share = -1;
    const char *expected = "";
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CU_ASSERT_TRUE(share_parse(good[i].text, &share, &expected));
        CU_ASSERT_EQUAL(share, good[i].share);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_FALSE(share_parse(bad[i], &share, &expected));
        CU_ASSERT_STRING_EQUAL(expected, "expected a share, such as 25% or 0.25");
    }
}

static void numbers_are_read(void)
{
    static const struct {
        const char *text;
        double number;
    } good[] = {{"0", 0}, {"12", 12}, {"4.5", 4.5}, {"1e7", 1e7}, {"1E+7", 1e7}, {"25e-2", 0.25}, {"1e-999", 0}};
    static const char *const bad[] = {"", "-1", "+1", "nan", "inf", "infinity", "0x10", "1e", "1e+", "1.", ".", "1 ",
                                      " 1", "1_000", "1,5", "1e999", "1f", "1e5.5"};
    double number = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(number_parse(bad[i], &number));
    CU_ASSERT_EQUAL(number, 7);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CU_ASSERT_TRUE(number_parse(good[i].text, &number));
        CU_ASSERT_EQUAL(number, good[i].number);
    }
}

static void the_edit_distance_counts_edits(void)
{
    static const struct {
        const char *one, *other;
        int distance;
    } cases[] = {{"", "", 0},           {"", "abc", 3},         {"zones", "zones", 0}, {"zonse", "zones", 1},
                 {"zone", "zones", 1},  {"xzones", "zones", 1}, {"zomes", "zones", 1}, {"kitten", "sitting", 3},
                 {"ca", "abc", 3},      {"ab", "ba", 1},        {"abcd", "badc", 2},   {"Max-Surge", "max_surge", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(nearest_distance(cases[i].one, cases[i].other), cases[i].distance);
        CU_ASSERT_EQUAL(nearest_distance(cases[i].other, cases[i].one), cases[i].distance);
    }
    char far[66];
    memset(far, 'a', 65);
    far[65] = '\0';
    CU_ASSERT_EQUAL(nearest_distance(far, far), 65);
    far[64] = '\0';
    CU_ASSERT_EQUAL(nearest_distance(far, far), 0);
}

static void the_nearest_name_is_near(void)
{
    static const char *const names[] = {"max_surge", "max_unavailable", "min_ready", "mtbf", "mttr", "users"};
    CU_ASSERT_STRING_EQUAL(nearest_name("max_srge", names, 6), "max_surge");
    CU_ASSERT_STRING_EQUAL(nearest_name("maxSurge", names, 6), "max_surge");
    CU_ASSERT_STRING_EQUAL(nearest_name("MTTR", names, 6), "mttr");
    CU_ASSERT_STRING_EQUAL(nearest_name("unavailable", names, 6), "max_unavailable");
    CU_ASSERT_STRING_EQUAL(nearest_name("mtrf", names, 6), "mtbf");
    CU_ASSERT_PTR_NULL(nearest_name("colour", names, 6));
    CU_ASSERT_PTR_NULL(nearest_name("", names, 6));
    CU_ASSERT_PTR_NULL(nearest_name("users", names, 0));
}

static const struct test_case cases[] = {
    {"durations are read", durations_are_read},
    {"bad durations say what was expected", bad_durations_say_what_was_expected},
    {"durations are printed shortly", durations_are_printed_shortly},
    {"a printed duration is read back exactly", a_printed_duration_is_read_back_exactly},
    {"a duration is printed into any size", a_duration_is_printed_into_any_size},
    {"shares are read", shares_are_read},
    {"numbers are read", numbers_are_read},
    {"the edit distance counts edits", the_edit_distance_counts_edits},
    {"the nearest name is near", the_nearest_name_is_near},
    {NULL, NULL},
};

const struct test_suite suite_units = {"units", cases};
