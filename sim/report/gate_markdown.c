/*
 * A gate as a table in Markdown, for $GITHUB_STEP_SUMMARY or a comment.
 *
 * Conditions stand as code, in which nothing but the end of the code and, in a table, the bar means anything;
 * sentences, in which names may stand, are escaped.
 *
 * Reference: GitHub Flavored Markdown Spec 0.29, sections 2.4 "Backslash escapes", 4.10 "Tables", 6.3 "Code spans".
 */
#include "report/gate_common.h"

#include <string.h>

/* Without those that mean something only where a line begins, where no user's text stands. */
static const struct escape escapes[] = {
    {'\\', "\\\\"}, {'`', "\\`"},   {'*', "\\*"},   {'_', "\\_"}, {'[', "\\["}, {']', "\\]"}, {'|', "\\|"},
    {'~', "\\~"},   {'$', "\\$"},   {'@', "\\@"},   {'#', "\\#"}, {'!', "\\!"}, {'&', "&amp;"},
    {'<', "&lt;"},  {'>', "&gt;"}, {'\n', "<br>"}, {0, NULL},
};

/* A new line in a code would end the row; the sign for it does not. */
static const struct escape code_escapes[] = {{'|', "\\|"}, {'\n', "␊"}, {0, NULL}};

/* The most back quotes in a row; a code is quoted by one more than it has. */
static int longest_quotes(const char *text)
{
    int longest = 0;
    while (*text) {
        int n = (int)strspn(text, "`");
        longest = n > longest ? n : longest;
        text += n ? n : 1;
    }
    return longest;
}

static void put_quotes(int n, FILE *out)
{
    while (n-- > 0)
        putc('`', out);
}

static void put_code(const char *text, FILE *out)
{
    int quotes = longest_quotes(text) + 1;
    const char *blank = quotes > 1 ? " " : ""; /* taken away by the reader; parts the quotes from those of the text */
    put_quotes(quotes, out);
    fputs(blank, out);
    put_escaped(text, code_escapes, out);
    fputs(blank, out);
    put_quotes(quotes, out);
}

/* Lines that are as they are. */
static void put_block(const char *text, FILE *out)
{
    static const struct escape lines[] = {{'\n', "\n"}, {'\t', "\t"}, {0, NULL}};
    int quotes = longest_quotes(text) < 3 ? 3 : longest_quotes(text) + 1;
    put_quotes(quotes, out);
    putc('\n', out);
    put_escaped(text, lines, out);
    putc('\n', out);
    put_quotes(quotes, out);
    putc('\n', out);
}

/* A cell with what was added to the text, which is emptied. */
static void put_cell(struct text *text, FILE *out)
{
    fputs(" | ", out);
    put_escaped(text->data ? text->data : "", escapes, out);
    text_free(text);
}

static void put_row(const struct finding *f, FILE *out)
{
    struct text text = {0};
    fprintf(out, "| %s %s | ", ruling_marks[f->ruling], ruling_names[f->ruling]);
    put_code(f->condition->text, out);
    add_found(&text, f);
    put_cell(&text, out);
    add_limit(&text, f);
    put_cell(&text, out);
    text_add(&text, "%s", f->help ? f->help : "");
    put_cell(&text, out);
    fputs(" |\n", out);
}

static void put_paragraph(struct text *text, FILE *out)
{
    putc('\n', out);
    put_escaped(text->data, escapes, out);
    putc('\n', out);
    text_free(text);
}

static void put_findings(const struct gate_told *told, FILE *out)
{
    const struct gate *gate = told->gate;
    struct text text = {0};
    add_verdict(&text, told);
    put_paragraph(&text, out);
    fputs("\n| verdict | condition | found | limit | what would help |\n|---|---|---|---|---|\n", out);
    for (int i = 0; i < gate->n_findings; i++)
        put_row(&gate->findings[i], out);
    if (gate_doubts(gate)) {
        text_add(&text, "%s", trust_note);
        put_paragraph(&text, out);
    }
    add_effort(&text, gate);
    put_paragraph(&text, out);
}

/* The report. */
void gate_markdown(const struct gate_told *told, FILE *out)
{
    struct text text = {0};
    fprintf(out, "### %s nines gate: ", told->gate ? ruling_marks[told->gate->verdict] : "✗");
    text_add(&text, "%s", told->gate ? told->gate->scenario->name : told->file);
    put_escaped(text.data, escapes, out);
    putc('\n', out);
    text_free(&text);
    if (told->gate) {
        put_findings(told, out);
    } else {
        add_fault(&text, told);
        fputs("\nCould not run:\n\n", out);
        put_block(text.data, out);
        text_free(&text);
    }
}
