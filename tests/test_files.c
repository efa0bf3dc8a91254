/*
 * Chains in the explicit files of PRISM: what is read, every message to the letter, what is written and read back, and
 * questions to them, exact and sampled.
 *
 * Sampled answers have the seed SEED and |z| < 4, where the standard error is half the interval over 1.96.
 */
#include "test.h"

#include "chains.h"
#include "models/terms.h"
#include "process/erlang.h"
#include "report/answers.h"

#define LLVMFuzzerTestOneInput fuzz_chain_input
#include "tests/fuzz/fuzz_chain.c"

#include <glob.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED = 1 };

#define Z_LIMIT 4.0
#define FIGURES 1e-11 /* relative distance to published figures, of which some have no more digits */

/* Three files as texts; NULL: there is none. */
struct texts {
    const char *transitions, *labels, *rewards, *initial;
};

static struct scan_source source_of(const char *name, const char *text)
{
    return (struct scan_source){name, text ? stream_of(text, strlen(text)) : NULL};
}

static bool parse(const struct texts *texts, struct file_chain *chain, struct error *error)
{
    struct file_sources sources = {source_of("a.tra", texts->transitions), source_of("a.lab", texts->labels),
                                   source_of("a.srew", texts->rewards)};
    bool good = files_parse(&sources, texts->initial, chain, error);
    FILE *const streams[] = {sources.transitions.stream, sources.labels.stream, sources.rewards.stream};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i])
            fclose(streams[i]);
    return good;
}

/* ---- numbers ---- */

static void numbers_are_the_nearest_doubles(void)
{
    static const char *const rows[] = {
        "0", "-0", "1", "+1", ".5", "5.", "0.1", "1e22", "1e23", "1e-22", "9007199254740993", "9007199254740992",
        "1.7976931348623157e308", "4.9e-324", "2.2250738585072011e-308", "123456789012345678901234567890",
        "0.000000000000000000000000000000000000000123", "1e-400", "1e400", "1e99999999999", "1e-99999999999",
        "100000000000000000000000000000000000000000000000", "3.1415926535897932384626433832795028841971",
        "0.1000000000000000055511151231257827021181583404541015625", "8.5e+05", "1E5",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = 0;
        double number = NAN, expected = strtod(rows[i], NULL);
        CU_ASSERT_TRUE(number_exact(rows[i], &length, &number));
        CU_ASSERT_EQUAL(length, strlen(rows[i]));
        CU_ASSERT_TRUE(!memcmp(&number, &expected, sizeof number));
    }
}

static void random_numbers_are_the_nearest_doubles(void)
{
    uint64_t x = SEED;
    char text[64];
    for (int i = 0; i < 200000; i++) {
        size_t length = 0;
        double number = NAN;
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint64_t digits = x >> (x >> 58);
        int power = (int)(x % 61) - 30, decimals = (int)(x % 18);
        if (i % 2)
            snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, power);
        else
            snprintf(text, sizeof text, "%.*f", decimals, (double)(digits % 1000000007u) / 3e4);
        double expected = strtod(text, NULL);
        CU_ASSERT_TRUE_FATAL(number_exact(text, &length, &number) && length == strlen(text));
        CU_ASSERT_TRUE_FATAL(!memcmp(&number, &expected, sizeof number));
    }
}

static void what_is_no_number_is_refused(void)
{
    static const char *const rows[] = {"", "-", "+", ".", "-.", "e5", ".e5", "nan", "inf", "-inf", "x", "--1", "+-1"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length;
        double number;
        CU_ASSERT_FALSE(number_exact(rows[i], &length, &number));
    }
}

/* ---- reading ---- */

#define TWO "2 2\n0 1 0.5\n1 0 2\n"

static void what_prism_writes_is_read_as_it_is(void)
{
    static const struct texts texts = {
        "# exported\n3 7\n\n2 0 1.5e-3 repair\n0 1 2 fail\n0 1 0.5 wear\n1 1 7 idle\r\n1 2 .25\n\t2  2\t1  idle  \n"
        "0 2 1",
        "0=\"init\" 1=\"deadlock\" 7=\"up and running\"\n1: 0 7\n0: 7\n",
        "# Reward structure \"r\"\n# State rewards\n3 2\n2 1e1\n0 0.25\n", NULL};
    struct file_chain c = {.n_labels = 0};
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(&texts, &c, &error));
    CU_ASSERT_EQUAL_FATAL(c.chain.n_states, 3);
    CU_ASSERT_EQUAL_FATAL(c.chain.n_transitions, 4);
    static const uint64_t row[] = {0, 2, 3, 4};
    static const uint32_t target[] = {1, 2, 2, 0};
    static const double rate[] = {2.5, 1, .25, 1.5e-3};
    CU_ASSERT_TRUE(!memcmp(c.chain.row, row, sizeof row));
    CU_ASSERT_TRUE(!memcmp(c.chain.target, target, sizeof target));
    CU_ASSERT_TRUE(!memcmp(c.chain.rate, rate, sizeof rate));
    CU_ASSERT_EQUAL(c.n_labels, 3);
    int up = files_find_label(&c, "up and running");
    CU_ASSERT_EQUAL_FATAL(up, 2);
    CU_ASSERT_TRUE(c.labels[up].holds[0] && c.labels[up].holds[1] && !c.labels[up].holds[2]);
    CU_ASSERT_EQUAL(c.labels[up].count, 2);
    CU_ASSERT_FALSE(c.labels[1].holds[0] || c.labels[1].holds[1] || c.labels[1].holds[2]);
    CU_ASSERT_TRUE(c.reward[0] == .25 && c.reward[1] == 0 && c.reward[2] == 10);
    CU_ASSERT_EQUAL(c.chain.n_initial, 1);
    CU_ASSERT_EQUAL(c.chain.initial[0], 1);
    CU_ASSERT_EQUAL(c.chain.initial_probability[0], 1);
    files_free(&c);
}

static void the_command_line_says_where_a_chain_begins(void)
{
    static const char labels[] = "0=\"init\"\n0: 0\n1: 0\n";
    struct file_chain c = {.n_labels = 0};
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(&(struct texts){TWO, labels, NULL, "1"}, &c, &error));
    CU_ASSERT_EQUAL(c.chain.initial[0], 1);
    files_free(&c);
    CU_ASSERT_TRUE_FATAL(parse(&(struct texts){TWO, labels, NULL, "1=0.75,0=2.5e-1"}, &c, &error));
    CU_ASSERT_EQUAL_FATAL(c.chain.n_initial, 2);
    CU_ASSERT_TRUE(c.chain.initial[0] == 1 && c.chain.initial_probability[0] == .75);
    CU_ASSERT_TRUE(c.chain.initial[1] == 0 && c.chain.initial_probability[1] == .25);
    files_free(&c);
    CU_ASSERT_TRUE_FATAL(parse(&(struct texts){TWO, NULL, NULL, NULL}, &c, &error));
    CU_ASSERT_EQUAL(c.chain.initial[0], 0);
    files_free(&c);
}

/* ---- messages ---- */

#define TRA(text, message)     {{text, NULL, NULL, NULL}, message}
#define LAB(text, message)     {{TWO, text, NULL, NULL}, message}
#define SREW(text, message)    {{TWO, NULL, text, NULL}, message}
#define INITIAL(text, message) {{TWO, NULL, NULL, text}, message}
#define INITIAL_TAKES          "--initial takes a state from 0 to 1, or states with probabilities such as 0=0.9,3=0.1, "

static const struct broken {
    struct texts texts;
    const char  *message;
} broken[] = {
    TRA("", "a.tra:1: there is no chain in this file: expected a header, the numbers of states and of transitions"),
    TRA("# only\n\n", "a.tra:2: there is no chain in this file: expected a header, the numbers of states and of "
        "transitions"),
    TRA("0 1 0.5\n1 0 2\n", "a.tra:1:1: expected a number of states from 1 to 4294967294, not 0"),
    TRA("1 0 2\n", "a.tra:1:5: expected the end of the line after the header, the numbers of states and of "
        "transitions, not '2'"),
    TRA("3\n", "a.tra:1:2: expected a number of transitions, not the end of the line"),
    TRA("x 3\n", "a.tra:1:1: expected a number of states, not 'x'"),
    TRA("-2 3\n", "a.tra:1:1: expected a number of states, not '-2'"),
    TRA("2.0 3\n", "a.tra:1:1: expected a number of states, not '2.0'"),
    TRA("2 18446744073709551617\n", "a.tra:1:3: expected a number of transitions from 0 to 1099511627776, not "
        "18446744073709551617"),
    TRA("99999999999999999999999999999999999999999999999999 1\n",
        "a.tra:1:1: expected a number of states from 1 to 4294967294, not 9999999999999999999999999999999999999999…"),
    TRA("4294967295 1\n", "a.tra:1:1: expected a number of states from 1 to 4294967294, not 4294967295"),
    TRA("4000000000 1\n0 1 1\n", "a.tra:1:1: 4000000000 states cannot all be entered by 1 transitions"),
    TRA("2 1000000000\n0 1 1\n", "a.tra:2: the file is cut short: the header says 1000000000 transitions, and there "
        "are 1"),
    TRA("4000000000 1000000000000\n0 1 1\n", "a.tra:2: the file is cut short: the header says 1000000000000 "
        "transitions, and there are 1"),
    TRA("2 2\n0 1 0.5\n", "a.tra:2: the file is cut short: the header says 2 transitions, and there are 1"),
    TRA("2 2\n0 1 0.5\n1 0", "a.tra:3:4: expected a rate, a number above 0, not the end of the line"),
    TRA("2 2\n0 1 0.5\n1", "a.tra:3:2: expected a state, not the end of the line"),
    TRA("2 1\n0 1 0.5\n1 0 2\n", "a.tra:3:1: one row too many: the header says 1 transitions"),
    TRA("2 1\n0 2 0.5\n", "a.tra:2:3: expected a state from 0 to 1, not 2"),
    TRA("2 1\n7 0 0.5\n", "a.tra:2:1: expected a state from 0 to 1, not 7"),
    TRA("2 1\n-1 0 0.5\n", "a.tra:2:1: expected a state, not '-1'"),
    TRA("2 1\n0 1 -0.5\n", "a.tra:2:5: expected a rate, a number above 0, not -0.5"),
    TRA("2 1\n0 1 0\n", "a.tra:2:5: expected a rate, a number above 0, not 0"),
    TRA("2 1\n0 1 1e-999\n", "a.tra:2:5: expected a rate, a number above 0, not 1e-999"),
    TRA("2 1\n0 1 nan\n", "a.tra:2:5: expected a rate, a number above 0, not 'nan'"),
    TRA("2 1\n0 1 inf\n", "a.tra:2:5: expected a rate, a number above 0, not 'inf'"),
    TRA("2 1\n0 1 1e999\n", "a.tra:2:5: expected a rate, a number above 0, not '1e999'"),
    TRA("2 1\n0 1 0x1p3\n", "a.tra:2:5: expected a rate, a number above 0, not '0x1p3'"),
    TRA("2 1\n0 1 1,5\n", "a.tra:2:5: expected a rate, a number above 0, not '1,5'"),
    TRA("2 1\n0 1 1 a b\n", "a.tra:2:9: expected the end of the line after the name of an action, not 'b'"),
    TRA("3 3\n0 1 1\n# again\n0 2 1\n0 1 2\n", "a.tra:5: the transition from 0 to 1 stands here a second time"),
    TRA("3 3\n0 1 1 a\n0 1 1 b\n0 1 2 a\n", "a.tra:4: the transition from 0 to 1 stands here a second time"),
    TRA("2 2\n1 1 1\n1 1 1\n", "a.tra:3: the transition from 1 to 1 stands here a second time"),
    TRA("2 2\n0 1 1e308 a\n0 1 1e308 b\n", "a.tra:2: the rates from 0 to 1 add up to more than a number can be"),
    TRA("2 1\n0 1 \x1B[2J\n", "a.tra:2:5: expected a rate, a number above 0, not '\xEF\xBF\xBD[2J'"),

    LAB("", "a.lab:1: there is nothing in this file: expected a header such as 0=\"init\" 1=\"deadlock\""),
    LAB("0: 0\n", "a.lab:1:2: expected a header such as 0=\"init\" 1=\"deadlock\""),
    LAB("init\n", "a.lab:1:1: expected the number of a label, not 'init'"),
    LAB("0=init\n", "a.lab:1:3: expected the name of label 0 in double quotes"),
    LAB("0=\"init\n0: 0\n", "a.lab:1:4: expected a name that ends with a double quote"),
    LAB("0=\"\"\n", "a.lab:1:4: expected a name that ends with a double quote"),
    LAB("0=\"init\" 0=\"up\"\n", "a.lab:1:10: the label stands here a second time"),
    LAB("0=\"init\" 1=\"init\"\n", "a.lab:1:10: the label stands here a second time"),
    LAB("70000=\"init\"\n", "a.lab:1:1: expected the number of a label from 0 to 65535, not 70000"),
    LAB("0=\"init\"\n2: 0\n", "a.lab:2:1: expected a state from 0 to 1, not 2"),
    LAB("0=\"init\"\n18446744073709551616: 0\n", "a.lab:2:1: expected a state from 0 to 1, not 18446744073709551616"),
    LAB("0=\"init\"\n0 0\n", "a.lab:2:3: expected a colon after the state"),
    LAB("0=\"init\"\n0:\n", "a.lab:2:3: expected the number of a label, not the end of the line"),
    LAB("0=\"init\"\n0: 3\n", "a.lab:2:4: the header has no label 3"),
    LAB("0=\"init\"\n0: 0 0\n", "a.lab:2:6: label 0 stands here a second time"),
    LAB("0=\"init\"\n0: 0\n0: 0\n", "a.lab:3:1: state 0 stands here a second time"),
    LAB("0=\"init\"\n0: zero\n", "a.lab:2:4: expected the number of a label, not 'zero'"),
    LAB("0=\"init\"\n0: 0\n1: 0\n", "a.lab: the label \"init\" holds in 2 states: say where the chain begins with "
        "--initial, such as 0 or 0=0.9,3=0.1"),
    LAB("0=\"init\" 1=\"up\"\n0: 1\n", "a.lab: the label \"init\" holds in 0 states: say where the chain begins with "
        "--initial, such as 0 or 0=0.9,3=0.1"),

    SREW("", "a.srew:1: there is nothing in this file: expected a header, the numbers of states and of rewards"),
    SREW("0 5\n", "a.srew:1:1: expected a number of states from 1 to 4294967294, not 0"),
    SREW("3 1\n0 5\n", "a.srew:1:1: the header says 3 states, and the chain has 2"),
    SREW("2 3\n", "a.srew:1:3: expected a number of rewards from 0 to 2, not 3"),
    SREW("2 1 1\n", "a.srew:1:5: expected the end of the line after the header, the numbers of states and of rewards, "
         "not '1'"),
    SREW("2 2\n0 5\n", "a.srew:2: the file is cut short: the header says 2 rewards, and there are 1"),
    SREW("2 1\n0 5\n1 5\n", "a.srew:3:1: one row too many: the header says 1 rewards"),
    SREW("2 2\n0 5\n0 0\n", "a.srew:3:1: state 0 stands here a second time"),
    SREW("2 1\n2 5\n", "a.srew:2:1: expected a state from 0 to 1, not 2"),
    SREW("2 1\n0 -5\n", "a.srew:2:3: expected a reward, a number of 0 or more, not -5"),
    SREW("2 1\n0 nan\n", "a.srew:2:3: expected a reward, a number of 0 or more, not 'nan'"),
    SREW("2 1\n0\n", "a.srew:2:2: expected a reward, a number of 0 or more, not the end of the line"),
    SREW("2 1\n0 1 2\n", "a.srew:2:5: expected the end of the line after the reward, not '2'"),

    INITIAL("2", INITIAL_TAKES "not '2'"),
    INITIAL("-1", INITIAL_TAKES "not '-1'"),
    INITIAL("x", INITIAL_TAKES "not 'x'"),
    INITIAL("0,", INITIAL_TAKES "not '0,'"),
    INITIAL("0=0.5 1=0.5", INITIAL_TAKES "not '0=0.5 1=0.5'"),
    INITIAL("0=0.5,1=0.4", INITIAL_TAKES "not '0=0.5,1=0.4': the probabilities must add up to 1"),
    INITIAL("0=0.5,0=0.5", INITIAL_TAKES "not '0=0.5,0=0.5': a state stands there twice"),
    INITIAL("0=1.5", INITIAL_TAKES "not '0=1.5'"),
    INITIAL("99999999999999999999", INITIAL_TAKES "not '99999999999999999999'"),
};

static void check_refused(const char *expected, bool good, struct error *error)
{
    struct text message = {0};
    text_add(&message, "%s\n", expected);
    CU_ASSERT_FALSE(good);
    CU_ASSERT_EQUAL(error->count, 1);
    CU_ASSERT_EQUAL(error->fault, FAULT_INPUT);
    CU_ASSERT_STRING_EQUAL(error->text.data ? error->text.data : "", message.data);
    if (!error->text.data || strcmp(error->text.data, message.data) != 0)
        printf("expected %sgot      %s", message.data, error->text.data ? error->text.data : "nothing\n");
    text_free(&message);
}

static void broken_files_are_refused_with_their_place(void)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct file_chain chain = {.n_labels = 0};
        struct error error = {0};
        bool good = parse(&broken[i].texts, &chain, &error);
        check_refused(broken[i].message, good, &error);
        files_free(&chain);
        error_free(&error);
    }
}

/* A zero byte is no end of a text: bytes behind it count. */
static void a_zero_byte_is_no_number(void)
{
    static const char bytes[] = "2 1\n0 1 1\0002\n";
    struct file_sources sources = {{"a.tra", stream_of(bytes, sizeof bytes - 1)}, {NULL, NULL}, {NULL, NULL}};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    bool good = files_parse(&sources, NULL, &chain, &error);
    check_refused("a.tra:2:5: expected a rate, a number above 0, not '1\xEF\xBF\xBD" "2'", good, &error);
    fclose(sources.transitions.stream);
    files_free(&chain);
    error_free(&error);
}

static void a_line_without_an_end_is_not_read_forever(void)
{
    struct file_sources sources = {{"zero", fopen("/dev/zero", "r")}, {NULL, NULL}, {NULL, NULL}};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    bool good = files_parse(&sources, NULL, &chain, &error);
    check_refused("zero:1: the line has more than 16777216 bytes", good, &error);
    fclose(sources.transitions.stream);
    files_free(&chain);
    error_free(&error);
}

static void files_that_are_not_there_are_refused(void)
{
    static const struct {
        const char *tra, *lab, *srew, *message;
    } rows[] = {
        {"tests/explicit/none.tra", NULL, NULL,
         "tests/explicit/none.tra: cannot open the transitions: No such file or directory"},
        {"tests", NULL, NULL, "tests: this is a folder, not a file of transitions"},
        {"tests/explicit/queue.tra", "none.lab", NULL, "none.lab: cannot open the labels: No such file or directory"},
        {"tests/explicit/queue.tra", NULL, "none", "none: cannot open the state rewards: No such file or directory"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct file_chain chain = {.n_labels = 0};
        struct error error = {0};
        bool good = files_read(rows[i].tra, rows[i].lab, rows[i].srew, NULL, &chain, &error);
        check_refused(rows[i].message, good, &error);
        files_free(&chain);
        error_free(&error);
    }
}

static void the_corpus_of_the_fuzzer_is_replayed(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob("tests/fuzz/corpus/chain/*", 0, NULL, &files), 0);
    CU_ASSERT_TRUE(files.gl_pathc >= 10);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        static uint8_t bytes[1 << 16];
        FILE *in = fopen(files.gl_pathv[i], "r");
        CU_ASSERT_PTR_NOT_NULL_FATAL(in);
        fuzz_chain_input(bytes, fread(bytes, 1, sizeof bytes, in));
        fclose(in);
    }
    globfree(&files);
}

/* ---- written and read back ---- */

/* A folder that is taken away with all files in it. */
static void remove_folder(const char *folder)
{
    glob_t files;
    char pattern[128];
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (!glob(pattern, 0, NULL, &files))
        for (size_t i = 0; i < files.gl_pathc; i++)
            unlink(files.gl_pathv[i]);
    globfree(&files);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static bool read_back(const char *folder, const char *reward, const char *initial, struct file_chain *chain,
                      struct error *error)
{
    char tra[128], lab[128], srew[128];
    snprintf(tra, sizeof tra, "%s/a.tra", folder);
    snprintf(lab, sizeof lab, "%s/a.lab", folder);
    snprintf(srew, sizeof srew, "%s/a.%s.srew", folder, reward);
    return files_read(tra, lab, reward ? srew : NULL, initial, chain, error);
}

/* Writes a process's chain and reads it back. */
static void round_trip(const struct process *process, const char *reward, struct file_chain *chain)
{
    char folder[] = "/tmp/nines-test-XXXXXX";
    struct space_options how = {0};
    struct space space;
    struct error error = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_TRUE_FATAL(space_build(process, &how, &space, &error));
    CU_ASSERT_TRUE_FATAL(files_write(&space, folder, "a", &error));
    CU_ASSERT_TRUE_FATAL(read_back(folder, reward, NULL, chain, &error));
    size_t n = space.chain.n_states, m = space.chain.n_transitions;
    CU_ASSERT_EQUAL_FATAL(chain->chain.n_states, n);
    CU_ASSERT_EQUAL_FATAL(chain->chain.n_transitions, m);
    CU_ASSERT_TRUE(!memcmp(chain->chain.row, space.chain.row, (n + 1) * sizeof *space.chain.row));
    CU_ASSERT_TRUE(!memcmp(chain->chain.target, space.chain.target, m * sizeof *space.chain.target));
    CU_ASSERT_TRUE(!memcmp(chain->chain.rate, space.chain.rate, m * sizeof *space.chain.rate));
    CU_ASSERT_EQUAL(chain->chain.initial[0], space.chain.initial[0]);
    CU_ASSERT_EQUAL(chain->n_labels, process->n_labels + 2);
    space_free(&space);
    remove_folder(folder);
}

/* The question that a truth asks, if it is one that can be asked. */
static bool question_of(const struct truth *truth, struct question *question)
{
    switch (truth->query) {
    case QUERY_STEADY_RATE:
        *question = (struct question){QUESTION_REWARD, NULL, NAN};
        return true;
    case QUERY_REWARD_MEAN:
        *question = (struct question){QUESTION_REWARD, NULL, truth->time};
        return true;
    case QUERY_LABEL_BY:
        *question = (struct question){QUESTION_REACH, truth->what, truth->time};
        return true;
    case QUERY_FIRST_MEAN:
        *question = (struct question){QUESTION_MEAN_TIME, truth->what, NAN};
        return true;
    case QUERY_LABEL_EVER:
        *question = (struct question){QUESTION_REACH, truth->what, NAN};
        return true;
    default:
        return false;
    }
}

/* The file of a reward has its name, with underscores for blanks. */
static void file_name(const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s", name);
    for (char *c = out; *c; c++)
        *c = *c == ' ' || *c == '/' ? '_' : *c;
}

static void published_figures_come_from_files(void)
{
    int asked = 0;
    for (const struct truth *t = truths; t->chain; t++) {
        struct question question;
        struct solver solver = {.threads = 2};
        struct answer answer = {.value = NAN};
        struct file_chain chain = {.n_labels = 0};
        struct error error = {0};
        char reward[64];
        if (t->tolerance == 0 || !question_of(t, &question))
            continue;
        struct process *p = t->chain();
        file_name(t->what, reward, sizeof reward);
        round_trip(p, question.label ? NULL : reward, &chain);
        bool good = question_check(&chain, "a.tra", &question, 1, &error) &&
                    question_solve(&chain, &question, 1, &solver, &answer, &error);
        CU_ASSERT_TRUE(good);
        double distance = fabs(answer.value - t->value);
        CU_ASSERT_TRUE(distance <= FIGURES * fabs(t->value));
        CU_ASSERT_TRUE(answer.error_bound >= 0 && answer.error_bound <= 1e-6 * fmax(1, fabs(t->value)));
        if (!good || !(distance <= FIGURES * fabs(t->value)))
            printf("%s, %s: %.17g is not %.17g (%s) %s\n", p->name, t->what, answer.value, t->value, t->source,
                   error.text.data ? error.text.data : "");
        asked++;
        files_free(&chain);
        error_free(&error);
        process_free(p);
    }
    CU_ASSERT_TRUE(asked >= 35);
}

/* Two initial states with probabilities, through the file that says so. */
static void where_a_chain_begins_is_written(void)
{
    char folder[] = "/tmp/nines-test-XXXXXX", path[64], initial[128] = "";
    struct process *p = process_new("coin");
    int side = process_add_variable(p, "side", 0, 2, 0);
    expr at = term_variable(p, side);
    process_add_command(p, "toss", term_is(p, at, 0), DELAY_NOW, -1);
    process_add_branch(p, term_number(p, 0.1));
    process_add_update(p, side, term_number(p, 1));
    process_add_branch(p, term_number(p, 0.9));
    process_add_update(p, side, term_number(p, 2));
    chain_move(p, "turn", term_is(p, at, 1), DELAY_EXPONENTIAL, term_number(p, 1), side, term_number(p, 2));
    process_add_label(p, "say \"two\"", term_is(p, at, 2));
    process_add_label(p, "init", term_is(p, at, 1));
    process_add_reward(p, "../up", at);
    process_add_reward(p, ".._up", at);
    struct space space;
    struct error error = {0};
    struct file_chain chain = {.n_labels = 0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_TRUE_FATAL(space_build(p, &(struct space_options){0}, &space, &error));
    CU_ASSERT_TRUE_FATAL(files_write(&space, folder, "a", &error));
    snprintf(path, sizeof path, "%s/a.initial", folder);
    FILE *in = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(initial, sizeof initial, in));
    fclose(in);
    initial[strcspn(initial, "\n")] = '\0';
    CU_ASSERT_FALSE(read_back(folder, NULL, NULL, &chain, &error));
    error_free(&error);
    files_free(&chain);
    CU_ASSERT_TRUE_FATAL(read_back(folder, "_._up-2", initial, &chain, &error));
    CU_ASSERT_EQUAL_FATAL(chain.chain.n_initial, 2);
    CU_ASSERT_DOUBLE_EQUAL(chain.chain.initial_probability[0] + chain.chain.initial_probability[1], 1, 1e-15);
    CU_ASSERT_TRUE(files_find_label(&chain, "say _two_") >= 0);
    CU_ASSERT_TRUE(files_find_label(&chain, "init~2") >= 0);
    CU_ASSERT_EQUAL(chain.labels[files_find_label(&chain, "deadlock")].count, 1);
    files_free(&chain);
    space_free(&space);
    process_free(p);
    remove_folder(folder);
}

static void a_small_chain_is_a_graph(void)
{
    char *bytes = NULL;
    size_t size = 0;
    struct process *p = process_new("a \"pair\"");
    int up = process_add_variable(p, "up", 0, 1, 1);
    process_add_variable(p, "same", 3, 3, 3);
    expr at = term_variable(p, up);
    chain_move(p, "fail", at, DELAY_EXPONENTIAL, term_number(p, 0.125), up, term_number(p, 0));
    chain_move(p, "mend", term_not(p, at), DELAY_EXPONENTIAL, term_number(p, 2), up, term_number(p, 1));
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, &(struct space_options){0}, &space, &error));
    FILE *out = open_memstream(&bytes, &size);
    CU_ASSERT_TRUE(files_print_dot(&space, out, &error));
    fclose(out);
    CU_ASSERT_STRING_EQUAL(bytes, "digraph \"a _pair_\" {\n    node [shape=box, style=rounded];\n"
                           "    0 [label=\"0\\nup = 1\", penwidth=3];\n    1 [label=\"1\\nup = 0\"];\n"
                           "    0 -> 1 [label=\"0.125\"];\n    1 -> 0 [label=\"2\"];\n}\n");
    free(bytes);
    space_free(&space);
    process_free(p);
}

static void a_large_chain_is_no_graph(void)
{
    struct process *p = process_new("line");
    int at = process_add_variable(p, "at", 0, 1000, 0);
    expr here = term_variable(p, at);
    chain_move(p, "go", term_less(p, here, term_number(p, 1000)), DELAY_EXPONENTIAL, term_number(p, 1), at,
               term_plus(p, here, term_number(p, 1)));
    struct space space;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(space_build(p, &(struct space_options){0}, &space, &error));
    bool good = files_print_dot(&space, stdout, &error);
    check_refused("a graph of 1001 states cannot be looked at: 400 are the most; fewer replicas, or fewer --phases, "
                  "make it smaller", good, &error);
    error_free(&error);
    space_free(&space);
    process_free(p);
}

static void a_disk_that_cannot_be_written_is_said(void)
{
    struct process *p = process_new("one");
    struct space space;
    struct error error = {0};
    process_add_variable(p, "x", 0, 0, 0);
    CU_ASSERT_TRUE_FATAL(space_build(p, &(struct space_options){0}, &space, &error));
    CU_ASSERT_FALSE(files_write(&space, "/dev/null", "a", &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    error_free(&error);
    space_free(&space);
    process_free(p);
}

/* ---- sampled answers ---- */

static void read_queue(struct file_chain *chain)
{
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(files_read("tests/explicit/queue.tra", "tests/explicit/queue.lab", "tests/explicit/queue.srew",
                                    NULL, chain, &error));
}

static void parse_chain(const struct texts *texts, struct file_chain *chain)
{
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(parse(texts, chain, &error));
}

/* Samples an answer, which must be near the exact one, and trusted. Returns z². */
static double check_sampled(const struct file_chain *chain, struct question question, uint64_t paths)
{
    struct question_sampling how = {.seed = SEED, .paths = paths, .precision = 0.02, .confidence = 0.95, .threads = 2};
    struct solver solver = {.threads = 2};
    struct answer exact, sampled;
    struct error error = {0};
    CU_ASSERT_TRUE_FATAL(question_solve(chain, &question, 1, &solver, &exact, &error));
    CU_ASSERT_TRUE_FATAL(question_sample(chain, &question, &how, &sampled, &error));
    double z = (sampled.value - exact.value) / (sampled.error_bound / 1.96);
    CU_ASSERT_TRUE(fabs(z) < Z_LIMIT);
    CU_ASSERT_TRUE(sampled.trusted && !sampled.note);
    CU_ASSERT_TRUE(sampled.low <= sampled.value && sampled.value <= sampled.high);
    if (!(fabs(z) < Z_LIMIT) || !sampled.trusted)
        printf("%s %s by %g: exact %g, sampled %g (%g to %g, %llu paths), z = %g\n", question_names[question.kind],
               question.label ? question.label : "", question.by, exact.value, sampled.value, sampled.low, sampled.high,
               (unsigned long long)sampled.paths, z);
    return z * z;
}

static void sampled_answers_agree_with_exact_ones(void)
{
    static const struct question questions[] = {
        {QUESTION_STEADY_STATE, "full", NAN}, {QUESTION_REACH, "full", 7.5}, {QUESTION_REACH, "full", .5},
        {QUESTION_MEAN_TIME, "full", NAN},    {QUESTION_REWARD, NULL, NAN},  {QUESTION_REWARD, NULL, 1},
        {QUESTION_REWARD, NULL, 20},
    };
    enum { N = sizeof questions / sizeof *questions };
    struct file_chain chain = {.n_labels = 0};
    double squares = 0;
    read_queue(&chain);
    for (int i = 0; i < N; i++)
        squares += check_sampled(&chain, questions[i], 40000);
    CU_ASSERT_TRUE(squares > 0.1 * N && squares < 3 * N);
    files_free(&chain);
}

/* From state 0 to one of two sets that are never left, or to a state that is not left at all. */
#define FORK "6 7\n0 1 1\n0 3 2\n0 5 1\n1 2 1\n2 1 3\n3 4 1\n4 3 1\n"
#define FORK_LABELS "0=\"init\" 1=\"a\" 2=\"end\" 3=\"never\"\n0: 0\n1: 1\n3: 1\n5: 2\n"

static void a_chain_may_end_in_several_sets(void)
{
    struct file_chain chain = {.n_labels = 0};
    parse_chain(&(struct texts){FORK, FORK_LABELS, "6 2\n2 4\n5 1\n", "0=0.5,1=0.25,4=0.25"}, &chain);
    double squares = 0;
    squares += check_sampled(&chain, (struct question){QUESTION_STEADY_STATE, "a", NAN}, 20000);
    squares += check_sampled(&chain, (struct question){QUESTION_STEADY_STATE, "end", NAN}, 20000);
    squares += check_sampled(&chain, (struct question){QUESTION_REWARD, NULL, NAN}, 20000);
    squares += check_sampled(&chain, (struct question){QUESTION_REACH, "end", NAN}, 20000);
    squares += check_sampled(&chain, (struct question){QUESTION_REACH, "a", 1}, 20000);
    CU_ASSERT_TRUE(squares > 0.1 && squares < 15);
    files_free(&chain);
}

/* What follows from the graph alone is not sampled. */
static void what_is_certain_is_not_sampled(void)
{
    static const struct {
        enum question_kind kind;
        const char *label;
        double value;
    } rows[] = {
        {QUESTION_REACH, "never", 0},          {QUESTION_MEAN_TIME, "never", INFINITY},
        {QUESTION_MEAN_TIME, "end", INFINITY}, {QUESTION_REACH, "init", 1},
        {QUESTION_MEAN_TIME, "init", 0},       {QUESTION_STEADY_STATE, "never", 0},
    };
    struct question_sampling how = {.seed = SEED, .paths = 100, .precision = 0.02, .confidence = 0.95, .threads = 1};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    parse_chain(&(struct texts){FORK, FORK_LABELS, NULL, "0"}, &chain);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question question = {rows[i].kind, rows[i].label, NAN};
        struct answer answer;
        CU_ASSERT_TRUE_FATAL(question_sample(&chain, &question, &how, &answer, &error));
        CU_ASSERT_EQUAL(answer.value, rows[i].value);
    }
    files_free(&chain);
}

/* The path through the target counts, not what comes behind it. */
static void a_target_that_is_passed_by_is_reached(void)
{
    struct file_chain chain = {.n_labels = 0};
    parse_chain(&(struct texts){"3 2\n0 1 2\n1 2 1\n", "1=\"broken\"\n1: 1\n", NULL, "0"}, &chain);
    check_sampled(&chain, (struct question){QUESTION_MEAN_TIME, "broken", NAN}, 20000);
    files_free(&chain);
}

static void what_was_hardly_seen_is_not_trusted(void)
{
    struct question_sampling how = {.seed = SEED, .paths = 1000, .precision = 0.02, .confidence = 0.95, .threads = 2};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    struct answer answer;
    parse_chain(&(struct texts){"3 4\n0 1 1\n1 0 9999999\n1 2 1\n2 0 1\n", "1=\"rare\"\n2: 1\n", NULL, NULL}, &chain);
    CU_ASSERT_TRUE(question_sample(&chain, &(struct question){QUESTION_STEADY_STATE, "rare", NAN}, &how, &answer,
                                   &error));
    CU_ASSERT_FALSE(answer.trusted);
    CU_ASSERT_PTR_NOT_NULL(answer.note);
    CU_ASSERT_TRUE(answer.low == 0 && answer.high == 1);
    CU_ASSERT_TRUE(question_sample(&chain, &(struct question){QUESTION_REACH, "rare", 10}, &how, &answer, &error));
    CU_ASSERT_FALSE(answer.trusted);
    CU_ASSERT_PTR_NOT_NULL(answer.note);
    CU_ASSERT_TRUE(answer.low == 0 && answer.high > 1e-6 && answer.high < 0.01);
    files_free(&chain);
}

static void samples_do_not_depend_on_threads(void)
{
    static const struct question questions[] = {
        {QUESTION_STEADY_STATE, "full", NAN}, {QUESTION_REACH, "full", 7.5}, {QUESTION_MEAN_TIME, "full", NAN},
        {QUESTION_REWARD, NULL, 1}};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    read_queue(&chain);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct question_sampling how = {.seed = 7, .precision = 0.05, .confidence = 0.95, .threads = 1};
        struct answer one, three;
        CU_ASSERT_TRUE(question_sample(&chain, &questions[i], &how, &one, &error));
        how.threads = 3;
        CU_ASSERT_TRUE(question_sample(&chain, &questions[i], &how, &three, &error));
        CU_ASSERT_TRUE(one.value == three.value && one.low == three.low && one.paths == three.paths);
        CU_ASSERT_TRUE(one.error_bound <= 0.05 * one.value);
    }
    files_free(&chain);
}

static void a_stopped_sample_answers_with_what_there_is(void)
{
    volatile int stop = 1;
    struct question_sampling how = {.seed = 7, .precision = 0.05, .confidence = 0.95, .threads = 1, .stop = &stop};
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    struct answer answer;
    read_queue(&chain);
    CU_ASSERT_FALSE(question_sample(&chain, &(struct question){QUESTION_REACH, "full", 1}, &how, &answer, &error));
    CU_ASSERT_EQUAL(error.fault, FAULT_SYSTEM);
    CU_ASSERT_STRING_EQUAL(error.text.data, "interrupted before the first path was drawn\n");
    error_free(&error);
    files_free(&chain);
}

/* A reward or a mean time beyond all numbers is refused, exact or sampled; one that the graph knows is infinite. */
static void what_is_no_number_is_no_answer(void)
{
    struct question earned = {QUESTION_REWARD, NULL, 1e10}, passage = {QUESTION_MEAN_TIME, "b", NAN};
    struct question_sampling how = {.seed = SEED, .paths = 100, .precision = 0.02, .confidence = 0.95, .threads = 1};
    struct file_chain chain = {.n_labels = 0};
    struct solver solver = {.threads = 1};
    struct error error = {0};
    struct answer answer;
    parse_chain(&(struct texts){"2 2\n0 1 1\n1 0 1\n", NULL, "2 2\n0 1e308\n1 1e308\n", "0"}, &chain);
    CU_ASSERT_FALSE(question_solve(&chain, &earned, 1, &solver, &answer, &error));
    CU_ASSERT_FALSE(question_sample(&chain, &earned, &how, &answer, &error));
    CU_ASSERT_EQUAL(error.count, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text.data, "reward by 10000000000: there is no answer"));
    error_free(&error);
    files_free(&chain);
    parse_chain(&(struct texts){"3 1\n0 1 1\n", "1=\"b\"\n2: 1\n", NULL, "0"}, &chain);
    CU_ASSERT_TRUE(question_solve(&chain, &passage, 1, &solver, &answer, &error));
    CU_ASSERT_TRUE(answer.unbounded && answer.value == INFINITY && answer.error_bound == 0);
    CU_ASSERT_TRUE(question_sample(&chain, &passage, &how, &answer, &error));
    CU_ASSERT_TRUE(answer.unbounded && answer.value == INFINITY);
    files_free(&chain);
}

static void a_label_that_is_not_there_is_refused(void)
{
    struct file_chain chain = {.n_labels = 0};
    struct error error = {0};
    read_queue(&chain);
    bool good = question_check(&chain, "a.tra", &(struct question){QUESTION_REACH, "ful", NAN}, 1, &error);
    check_refused("a.tra: there is no label 'ful'; did you mean 'full'?", good, &error);
    error_free(&error);
    good = question_check(&chain, "a.tra", &(struct question){QUESTION_REACH, "zzzzzzz", NAN}, 1, &error);
    check_refused("a.tra: there is no label 'zzzzzzz'; there is init, deadlock, full", good, &error);
    error_free(&error);
    files_free(&chain);
    parse_chain(&(struct texts){TWO, NULL, NULL, NULL}, &chain);
    good = question_check(&chain, "a.tra", &(struct question){QUESTION_REACH, "up", NAN}, 1, &error);
    check_refused("a.tra: there is no label 'up'; --labels FILE names them", good, &error);
    error_free(&error);
    good = question_check(&chain, "a.tra", &(struct question){QUESTION_REWARD, NULL, NAN}, 1, &error);
    check_refused("a.tra: there are no rewards to ask for: --state-rewards FILE has them", good, &error);
    error_free(&error);
    files_free(&chain);
}

static const struct test_case cases[] = {
    {"numbers are the nearest doubles", numbers_are_the_nearest_doubles},
    {"random numbers are the nearest doubles", random_numbers_are_the_nearest_doubles},
    {"what is no number is refused", what_is_no_number_is_refused},
    {"what PRISM writes is read as it is", what_prism_writes_is_read_as_it_is},
    {"the command line says where a chain begins", the_command_line_says_where_a_chain_begins},
    {"broken files are refused with their place", broken_files_are_refused_with_their_place},
    {"a zero byte is no number", a_zero_byte_is_no_number},
    {"a line without an end is not read forever", a_line_without_an_end_is_not_read_forever},
    {"files that are not there are refused", files_that_are_not_there_are_refused},
    {"the corpus of the fuzzer is replayed", the_corpus_of_the_fuzzer_is_replayed},
    {"published figures come from files", published_figures_come_from_files},
    {"where a chain begins is written", where_a_chain_begins_is_written},
    {"a small chain is a graph", a_small_chain_is_a_graph},
    {"a large chain is no graph", a_large_chain_is_no_graph},
    {"a disk that cannot be written is said", a_disk_that_cannot_be_written_is_said},
    {"sampled answers agree with exact ones", sampled_answers_agree_with_exact_ones},
    {"a chain may end in several sets", a_chain_may_end_in_several_sets},
    {"what is certain is not sampled", what_is_certain_is_not_sampled},
    {"a target that is passed by is reached", a_target_that_is_passed_by_is_reached},
    {"what was hardly seen is not trusted", what_was_hardly_seen_is_not_trusted},
    {"samples do not depend on threads", samples_do_not_depend_on_threads},
    {"a stopped sample answers with what there is", a_stopped_sample_answers_with_what_there_is},
    {"what is no number is no answer", what_is_no_number_is_no_answer},
    {"a label that is not there is refused", a_label_that_is_not_there_is_refused},
    {NULL, NULL},
};

const struct test_suite suite_files = {"files", cases};
