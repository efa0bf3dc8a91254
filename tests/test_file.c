/* Files that are whole or not there, JSON, and texts in UTF-8. */
#include "test.h"

#include "base/file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "report_study.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/nines-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Files in the folder; all are removed, and it too. */
static int clear_folder(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2) {
            n++;
            if (remove(in_folder(entry->d_name)) != 0)
                CU_FAIL("cannot clean up");
        }
    if (dir)
        closedir(dir);
    rmdir(folder);
    return n;
}

static bool holds(const char *path, const char *text)
{
    char bytes[256] = "";
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    size_t n = fread(bytes, 1, sizeof bytes - 1, in);
    fclose(in);
    return n == strlen(text) && !strcmp(bytes, text);
}

static void folders_are_made_down_to_the_last(void)
{
    struct error error = {0};
    make_folder();
    CU_ASSERT_TRUE(file_make_folder(in_folder("a/b//c/"), &error));
    CU_ASSERT_TRUE(file_make_folder(in_folder("a/b//c/"), &error));
    struct stat status;
    CU_ASSERT_TRUE(stat(in_folder("a/b/c"), &status) == 0 && S_ISDIR(status.st_mode));
    CU_ASSERT_TRUE(file_write(in_folder("file"), "x", 1, &error));
    CU_ASSERT_EQUAL(error.count, 0);
    CU_ASSERT_FALSE(file_make_folder(in_folder("file/below"), &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "file: cannot make the folder: Not a directory"));
    error_free(&error);
    rmdir(in_folder("a/b/c"));
    rmdir(in_folder("a/b"));
    CU_ASSERT_EQUAL(clear_folder(), 2);
}

static void a_file_appears_whole(void)
{
    struct error error = {0};
    struct file_writer writer;
    make_folder();
    CU_ASSERT_TRUE(file_write(in_folder("r"), "old", 3, &error));
    CU_ASSERT_TRUE_FATAL(file_begin(&writer, in_folder("r"), &error));
    fputs("new text", writer.stream);
    fflush(writer.stream);
    CU_ASSERT_TRUE(holds(in_folder("r"), "old"));
    CU_ASSERT_TRUE(file_finish(&writer, &error));
    CU_ASSERT_TRUE(holds(in_folder("r"), "new text"));
    CU_ASSERT_TRUE_FATAL(file_begin(&writer, in_folder("r"), &error));
    fputs("never", writer.stream);
    file_abandon(&writer);
    file_abandon(&writer);
    CU_ASSERT_TRUE(holds(in_folder("r"), "new text"));
    CU_ASSERT_EQUAL(error.count, 0);
    CU_ASSERT_EQUAL(clear_folder(), 1);
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

/* A limit on the size of files stands for the full disk: both fail in write(2), after one that is short. */
static void a_full_disk_leaves_nothing(void)
{
    static const struct { int bytes, limit; } examples[] = {{500000, 10000}, {5000, 4096}, {4097, 4096}, {10, 0}};
    struct rlimit old;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    int descriptors = open_descriptors();
    getrlimit(RLIMIT_FSIZE, &old);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct error error = {0};
        struct file_writer writer;
        make_folder();
        CU_ASSERT_TRUE(file_write(in_folder("r"), "old", 3, &error));
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)examples[i].limit, old.rlim_max});
        CU_ASSERT_TRUE_FATAL(file_begin(&writer, in_folder("r"), &error));
        for (int k = 0; k < examples[i].bytes; k++)
            putc('t', writer.stream);
        bool done = file_finish(&writer, &error);
        setrlimit(RLIMIT_FSIZE, &old);
        CU_ASSERT_FALSE(done);
        CU_ASSERT_EQUAL(error.count, 1);
        CU_ASSERT_TRUE(error.text.data && strstr(error.text.data, "/r: cannot write: File too large"));
        CU_ASSERT_TRUE(holds(in_folder("r"), "old"));
        error_free(&error);
        CU_ASSERT_EQUAL(clear_folder(), 1);
    }
    CU_ASSERT_EQUAL(open_descriptors(), descriptors);
    signal(SIGXFSZ, handler);
}

static void a_path_that_cannot_be_written_is_named(void)
{
    struct error error = {0};
    make_folder();
    CU_ASSERT_FALSE(file_write(in_folder("no/such/file"), "x", 1, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "no/such/file: cannot write: No such file or directory"));
    error_free(&error);
    mkdir(in_folder("r"), 0777);
    CU_ASSERT_FALSE(file_write(in_folder("r"), "x", 1, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "/r: cannot write: Is a directory"));
    error_free(&error);
    CU_ASSERT_EQUAL(clear_folder(), 1);
}

static void json_keeps_its_commas(void)
{
    FILE *out = sample_begin();
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_number(&json, "a", 0.1);
    json_array(&json, "b");
    json_end(&json);
    json_array(&json, "c");
    json_number(&json, NULL, NAN);
    json_count(&json, NULL, UINT64_MAX);
    json_object(&json, NULL);
    json_bool(&json, "d", true);
    json_end(&json);
    json_end(&json);
    json_text(&json, "e", NULL);
    json_number(&json, "f", -INFINITY);
    json_end(&json);
    char *text = sample_end(out);
    CU_ASSERT_STRING_EQUAL(text, "{\n  \"a\": 0.1,\n  \"b\": [],\n  \"c\": [\n    null,\n    18446744073709551615,\n"
                                 "    {\n"
                                 "      \"d\": true\n    }\n  ],\n  \"e\": null,\n  \"f\": null\n}\n");
    free(text);
}

static void json_texts_are_escaped_and_valid(void)
{
    static const struct { const char *text, *json; } examples[] = {
        {"a\"b\\c\n\t\x01", "\"a\\\"b\\\\c\\n\\t\\u0001\"\n"},
        {"größer 日本 \xF0\x9F\x9A\x80", "\"größer 日本 \xF0\x9F\x9A\x80\"\n"},
        {"\xFF|\xC0\xAF|\xED\xA0\x80|\xE2\x82", "\"\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD"
                                                "\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
        {"", "\"\"\n"},
        {"\x7F\xC2\x9B" "2J\xC2\xA0", "\"\\u007f\\u009b2J\xC2\xA0\"\n"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        FILE *out = sample_begin();
        struct json json = {.out = out};
        json_text(&json, NULL, examples[i].text);
        putc('\n', out);
        char *text = sample_end(out);
        CU_ASSERT_STRING_EQUAL(text, examples[i].json);
        free(text);
    }
}

static void utf8_knows_its_width(void)
{
    CU_ASSERT_EQUAL(utf8_columns("26.0 s ± 0.5"), 12);
    CU_ASSERT_EQUAL(utf8_columns("日本"), 4);
    CU_ASSERT_EQUAL(utf8_columns("e\xCC\x81"), 1);
    CU_ASSERT_EQUAL(utf8_columns("\xFF"), 1);
}

static void utf8_shows_nothing_that_moves_the_cursor(void)
{
    struct text text = {0};
    utf8_add_printable(&text, "a\x1B[31mb\xE2\x80\xAE");
    CU_ASSERT_STRING_EQUAL(text.data, "a\xEF\xBF\xBD[31mb\xEF\xBF\xBD");
    text_free(&text);
}

static void lines_of_messages_are_shown_safely(void)
{
    struct text text = {0};
    static const char bytes[] = "a\tb\n\x1B]0;x\x07 \xC2\x9B \xE2\x80\x8B \xFF \xC3\xA9";
    utf8_add_lines(&text, bytes, sizeof bytes - 1);
    CU_ASSERT_STRING_EQUAL(text.data, "a\tb\n\xEF\xBF\xBD]0;x\xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD "
                                      "\xC3\xA9");
    text_free(&text);
}

static void utf8_shortens_in_the_middle(void)
{
    static const char *const names[] = {"canary-eu-fast", "日本日本日本日本", "a日b日c日d日e"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int columns = 5; columns < 20; columns++) {
            struct text text = {0};
            utf8_add_shortened(&text, names[i], columns);
            CU_ASSERT_TRUE(utf8_columns(text.data) <= columns);
            CU_ASSERT_TRUE(utf8_columns(names[i]) > columns || !strcmp(text.data, names[i]));
            text_free(&text);
        }
    struct text text = {0};
    utf8_add_shortened(&text, "canary-eu-fast", 9);
    CU_ASSERT_STRING_EQUAL(text.data, "cana…fast");
    text_free(&text);
}

static const struct test_case cases[] = {
    {"folders are made down to the last", folders_are_made_down_to_the_last},
    {"a file appears whole", a_file_appears_whole},
    {"a full disk leaves nothing", a_full_disk_leaves_nothing},
    {"a path that cannot be written is named", a_path_that_cannot_be_written_is_named},
    {"JSON keeps its commas", json_keeps_its_commas},
    {"JSON texts are escaped and valid", json_texts_are_escaped_and_valid},
    {"UTF-8 knows its width", utf8_knows_its_width},
    {"UTF-8 shows nothing that moves the cursor", utf8_shows_nothing_that_moves_the_cursor},
    {"lines of messages are shown safely", lines_of_messages_are_shown_safely},
    {"UTF-8 shortens in the middle", utf8_shortens_in_the_middle},
    {NULL, NULL},
};

const struct test_suite suite_file = {"file", cases};
