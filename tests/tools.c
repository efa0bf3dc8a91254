/* Other programs and libraries that read what is written here. */
#include "tools.h"

#include "test.h"

#include "base/memory.h"

#include <csv.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A file that has no name any more, with that text in it, to be read from its start. */
static FILE *file_of(const char *text)
{
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    rewind(file);
    return file;
}

static int run(const char *program, const char *const *arguments, int in, int out)
{
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    int fault = posix_spawnp(&pid, program, &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (fault)
        return -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int tool_run(const char *const *arguments, const char *input, struct text *said)
{
    FILE *in = file_of(input), *out = file_of("");
    char unpacked[128], bytes[4096];
    int status = run(arguments[0], arguments, fileno(in), fileno(out));
    snprintf(unpacked, sizeof unpacked, "build/tools/%s", arguments[0]); /* by scripts/deps.sh */
    if (status < 0)
        status = run(unpacked, arguments, fileno(in), fileno(out));
    if (status < 0)
        printf("skipped: %s is not installed\n", arguments[0]);
    rewind(out);
    for (size_t n; said && (n = fread(bytes, 1, sizeof bytes, out)) > 0;)
        text_add_bytes(said, bytes, n);
    if (said)
        text_add_bytes(said, "", 0);
    fclose(in);
    fclose(out);
    return status;
}

void ask_jq(const char *text, const char *question)
{
    const char *const arguments[] = {"jq", "-e", question, NULL};
    int status = tool_run(arguments, text, NULL);
    CU_ASSERT_TRUE(status <= 0);
    if (status > 0)
        printf("    jq says no to %s\n", question);
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct fields *fields = context;
    fields->field = memory_grow(fields->field, fields->n + 1, sizeof *fields->field);
    fields->field[fields->n++] = strndup(bytes ? bytes : "", length);
}

static void on_row(int end, void *context)
{
    struct fields *fields = context;
    (void)end;
    fields->rows++;
    if (fields->rows == 1)
        fields->per_row = fields->n;
    fields->ragged = fields->ragged || fields->n != fields->rows * fields->per_row;
}

struct fields read_csv(const char *text)
{
    struct fields fields = {0};
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    CU_ASSERT_EQUAL(csv_parse(&parser, text, strlen(text), on_field, on_row, &fields), strlen(text));
    CU_ASSERT_EQUAL(csv_fini(&parser, on_field, on_row, &fields), 0);
    csv_free(&parser);
    CU_ASSERT_FALSE(fields.ragged);
    return fields;
}

void fields_free(struct fields *fields)
{
    for (size_t i = 0; i < fields->n; i++)
        free(fields->field[i]);
    free(fields->field);
}
