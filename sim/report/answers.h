/* report/answers: the answers to questions to a chain. Includes study/. */
#ifndef NINES_REPORT_ANSWERS_H
#define NINES_REPORT_ANSWERS_H

#include "study/question.h"

#include <stdio.h>

struct answer_sheet {
    const char            *file;
    const struct chain    *chain;
    const struct question *questions;
    const struct answer   *answers;
    int                    n;
    bool                   sampled; /* with intervals, at 95 % */
};

void report_answers_table(const struct answer_sheet *sheet, FILE *out);
void report_answers_csv(const struct answer_sheet *sheet, FILE *out);
void report_answers_json(const struct answer_sheet *sheet, FILE *out);

#endif
