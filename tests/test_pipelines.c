/* The files for pipelines in scenarios/ci: YAML that can be read, and commands that the command line knows. */
#include "test.h"

#include "base/text.h"
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static const char command[] = "nines gate ";

enum { WORDS = 64 };

/* The command line, of which what ends a line in a shell is no part, is one that the program takes. */
static void check_command(const char *text, size_t length)
{
    struct text line = {0};
    struct options options = {0};
    struct error error = {0};
    char *argv[WORDS + 1] = {NULL};
    int argc = 0;
    text_add_bytes(&line, text, length);
    for (char *rest = line.data, *word; argc < WORDS && (word = strtok_r(rest, " \n\\", &rest));)
        argv[argc++] = word;
    CU_ASSERT_TRUE(options_parse(argc, argv, &options, &error));
    CU_ASSERT_TRUE(options.n_reports >= 2 && options.time_limit > 0);
    if (error.count)
        printf("    %s", error.text.data);
    options_free(&options);
    error_free(&error);
    text_free(&line);
}

/* Reads a file of YAML to its end; the number of commands in it. */
static int check_yaml(const char *path)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int commands = 0, type = YAML_NO_EVENT;
    FILE *in = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    CU_ASSERT_TRUE_FATAL(yaml_parser_initialize(&parser));
    yaml_parser_set_input_file(&parser, in);
    while (type != YAML_STREAM_END_EVENT && yaml_parser_parse(&parser, &event)) {
        type = event.type;
        const char *value = type == YAML_SCALAR_EVENT ? (const char *)event.data.scalar.value : "";
        if (!strncmp(value, command, strlen(command))) {
            check_command(value, strlen(value));
            commands++;
        }
        yaml_event_delete(&event);
    }
    CU_ASSERT_EQUAL(type, YAML_STREAM_END_EVENT);
    yaml_parser_delete(&parser);
    fclose(in);
    return commands;
}

static void yaml_has_commands_that_are_known(void)
{
    CU_ASSERT_EQUAL(check_yaml("scenarios/ci/github.yml"), 1);
    CU_ASSERT_EQUAL(check_yaml("scenarios/ci/gitlab-ci.yml"), 1);
}

/* Braces and brackets of the Jenkinsfile match, and its command is known; nothing here runs Groovy. */
static void the_jenkinsfile_has_a_command_that_is_known(void)
{
    char text[8192] = "", open[64];
    int depth = 0;
    FILE *in = fopen("scenarios/ci/Jenkinsfile", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    CU_ASSERT_TRUE(fread(text, 1, sizeof text - 1, in) > 0);
    fclose(in);
    const char *at = strstr(text, command), *end = at ? strstr(at, "'''") : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    check_command(at, (size_t)(end - at));
    for (const char *c = text; *c; c++)
        if (strchr("{(", *c) && depth < (int)sizeof open)
            open[depth++] = *c == '{' ? '}' : ')';
        else if (strchr("})", *c))
            CU_ASSERT_TRUE_FATAL(depth > 0 && open[--depth] == *c);
    CU_ASSERT_EQUAL(depth, 0);
}

static const struct test_case cases[] = {
    {"YAML has commands that are known", yaml_has_commands_that_are_known},
    {"the Jenkinsfile has a command that is known", the_jenkinsfile_has_a_command_that_is_known},
    {NULL, NULL},
};

const struct test_suite suite_pipelines = {"pipelines", cases};
