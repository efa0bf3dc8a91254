/*
 * Answers to questions to a chain: a table, CSV, JSON. Values are given exactly, to as many digits as give the double
 * back; how many of them mean something is what the bound of the error, or the interval, says.
 */
#include "report/answers.h"

#include "base/json.h"
#include "base/quantity.h"
#include "base/utf8.h"

#include <csv.h>
#include <math.h>
#include <string.h>

static const char *exact_text(double value, char digits[QUANTITY_BYTES])
{
    return isfinite(value) ? quantity_exact(value, digits) : isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/* ---- for people ---- */

static int widest_question(const struct answer_sheet *sheet)
{
    int width = 0;
    for (int i = 0; i < sheet->n; i++) {
        struct text name = {0};
        question_print(&sheet->questions[i], &name);
        int columns = utf8_columns(name.data);
        width = columns > width ? columns : width;
        text_free(&name);
    }
    return width;
}

static void put_row(const struct answer_sheet *sheet, int i, int width, FILE *out)
{
    const struct answer *answer = &sheet->answers[i];
    char digits[QUANTITY_BYTES];
    struct text name = {0};
    question_print(&sheet->questions[i], &name);
    fprintf(out, "%s%*s  ", name.data, width - utf8_columns(name.data), "");
    if (sheet->sampled)
        fprintf(out, "%-12.6g  %-12.6g  %-12.6g  %llu%s\n", answer->value, answer->low, answer->high,
                (unsigned long long)answer->paths, answer->trusted ? "" : " ?");
    else
        fprintf(out, "%-22s  %.1e\n", exact_text(answer->value, digits), answer->error_bound);
    text_free(&name);
}

/* A table: a line a question, and below it what may not be trusted. */
void report_answers_table(const struct answer_sheet *sheet, FILE *out)
{
    static const char question[] = "question";
    int width = widest_question(sheet);
    struct text file = {0};
    width = width > (int)strlen(question) ? width : (int)strlen(question);
    utf8_add_printable(&file, sheet->file);
    fprintf(out, "%s: %u states, %llu transitions\n\n%-*s  ", file.data, sheet->chain->n_states,
            (unsigned long long)sheet->chain->n_transitions, width, question);
    fprintf(out, "%s\n", sheet->sampled ? "value         low           high          paths"
                                        : "value                   error at most");
    for (int i = 0; i < sheet->n; i++)
        put_row(sheet, i, width, out);
    for (int i = 0; i < sheet->n; i++) {
        struct text name = {0};
        question_print(&sheet->questions[i], &name);
        if (sheet->answers[i].note)
            fprintf(out, "\n%s: %s.", name.data, sheet->answers[i].note);
        text_free(&name);
    }
    for (int i = 0; i < sheet->n; i++)
        if (sheet->answers[i].note) {
            putc('\n', out);
            break;
        }
    text_free(&file);
}

/* ---- for machines ---- */

/* A row a question: query,value,error_bound; of sampled answers the interval, the paths and the note as well. */
void report_answers_csv(const struct answer_sheet *sheet, FILE *out)
{
    char digits[QUANTITY_BYTES];
    fprintf(out, "query,value,error_bound%s\n", sheet->sampled ? ",ci_low,ci_high,paths,note" : "");
    for (int i = 0; i < sheet->n; i++) {
        const struct answer *answer = &sheet->answers[i];
        struct text name = {0};
        question_print(&sheet->questions[i], &name);
        csv_fwrite(out, name.data, name.length);
        fprintf(out, ",%s", exact_text(answer->value, digits));
        fprintf(out, ",%s", exact_text(answer->error_bound, digits));
        if (sheet->sampled) {
            fprintf(out, ",%s", exact_text(answer->low, digits));
            fprintf(out, ",%s,%llu,", exact_text(answer->high, digits), (unsigned long long)answer->paths);
            csv_fwrite(out, answer->note ? answer->note : "", answer->note ? strlen(answer->note) : 0);
        }
        putc('\n', out);
        text_free(&name);
    }
}

static void put_answer(struct json *json, const struct question *question, const struct answer *answer, bool sampled)
{
    struct text name = {0};
    question_print(question, &name);
    json_object(json, NULL);
    json_text(json, "query", name.data);
    json_text(json, "kind", question_names[question->kind]);
    json_text(json, "label", question->label);
    json_number(json, "by", question->by);
    json_number(json, "value", answer->value);
    json_bool(json, "infinite", isinf(answer->value));
    json_number(json, "error_bound", answer->error_bound);
    if (sampled) {
        json_number(json, "low", answer->low);
        json_number(json, "high", answer->high);
        json_count(json, "paths", answer->paths);
        json_bool(json, "trusted", answer->trusted);
        json_text(json, "note", answer->note);
    }
    json_end(json);
    text_free(&name);
}

/* An object with the chain's size and a list of answers. What is infinite is null, and says so. */
void report_answers_json(const struct answer_sheet *sheet, FILE *out)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_text(&json, "chain", sheet->file);
    json_count(&json, "states", sheet->chain->n_states);
    json_count(&json, "transitions", sheet->chain->n_transitions);
    json_text(&json, "method", sheet->sampled ? "sample" : "exact");
    json_array(&json, "answers");
    for (int i = 0; i < sheet->n; i++)
        put_answer(&json, &sheet->questions[i], &sheet->answers[i], sheet->sampled);
    json_end(&json);
    json_end(&json);
}
