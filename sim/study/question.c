/*
 * Questions to a chain, and their exact answers. What the solvers do stands in sim/exact; here their results become
 * numbers with a bound of their error.
 *
 * The bounds. The long run, and passages without an end, are solved to a relative error of each probability, so a sum
 * of them, times rewards of 0 or more, has that relative error as well; some roundings are added, for the sum.
 * Probabilities at T, and the times spent in the states until T as shares of T, have an absolute error of their sum;
 * that times the greatest reward bounds the error of what is earned.
 */
#include "study/question.h"

#include "base/nearest.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "exact/passage.h"
#include "exact/steady.h"
#include "exact/transient.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define SUMMING (4 * DBL_EPSILON) /* relative: of a sum of products, of exit rates that are sums */

const char *const question_names[QUESTIONS] = {"steady-state", "reach", "mean-time", "reward"};

/* Adds the question in the words of the command line: "reach full by 7.5". */
void question_print(const struct question *question, struct text *out)
{
    char digits[QUANTITY_BYTES];
    text_add(out, "%s", question_names[question->kind]);
    if (question->label) {
        text_add(out, " ");
        utf8_add_printable(out, question->label);
    }
    if (!isnan(question->by))
        text_add(out, " by %s", quantity_exact(question->by, digits));
}

static bool refuse_label(const struct file_chain *chain, const char *file, const char *label, struct error *error)
{
    struct text out = {0};
    const char *names[FILES_MOST_LABELS], *nearest;
    for (int i = 0; i < chain->n_labels; i++)
        names[i] = chain->labels[i].name;
    nearest = nearest_name(label, names, chain->n_labels);
    utf8_add_printable(&out, file);
    text_add(&out, ": there is no label '");
    utf8_add_printable(&out, label);
    text_add(&out, "'; %s", chain->n_labels ? nearest ? "did you mean '" : "there is" : "--labels FILE names them");
    if (nearest) {
        utf8_add_printable(&out, nearest);
        text_add(&out, "'?");
    }
    for (int i = 0; i < chain->n_labels && !nearest; i++) {
        text_add(&out, i ? ", " : " ");
        utf8_add_printable(&out, names[i]);
    }
    error_add(error, FAULT_INPUT, "%s", out.data);
    text_free(&out);
    return false;
}

static bool refuse_rewards(const char *file, struct error *error)
{
    struct text out = {0};
    utf8_add_printable(&out, file);
    error_add(error, FAULT_INPUT, "%s: there are no rewards to ask for: --state-rewards FILE has them", out.data);
    text_free(&out);
    return false;
}

/* Whether the chain, of that file, has what the questions need: their labels, and rewards. */
bool question_check(const struct file_chain *chain, const char *file, const struct question *questions,
                    int n_questions, struct error *error)
{
    for (int i = 0; i < n_questions; i++) {
        const struct question *question = &questions[i];
        if (question->label && files_find_label(chain, question->label) < 0)
            return refuse_label(chain, file, question->label, error);
        if (question->kind == QUESTION_REWARD && !chain->reward)
            return refuse_rewards(file, error);
    }
    return true;
}

/* Fails if the answer is no number, because rates, rewards or times are too large, too small or too far apart. */
bool question_check_answer(const struct question *question, const struct answer *answer, struct error *error)
{
    if (answer->unbounded || (isfinite(answer->value) && !isnan(answer->error_bound)))
        return true;
    struct text name = {0};
    question_print(question, &name);
    error_add(error, FAULT_SYSTEM, "%s: there is no answer, since the rates, times or rewards of the chain are too "
              "large, too small or too far apart for the numbers of the machine", name.data);
    text_free(&name);
    return false;
}

/* The chain's long run, which several questions may need and which is solved once. */
struct long_run {
    double *probability; /* NULL: not yet solved */
    bool    failed;      /* which is said once */
    double  bound;       /* relative, */
    double  floor;       /* and beside it, absolute, of each state */
};

static bool solve_long_run(const struct file_chain *chain, const struct question *question, struct solver *solver,
                           struct long_run *run, struct answer *answer, struct error *error)
{
    const bool *holds = question->label ? chain->labels[files_find_label(chain, question->label)].holds : NULL;
    if (run->failed)
        return false;
    if (!run->probability) {
        run->probability = memory_new(chain->chain.n_states, sizeof *run->probability);
        run->failed = !steady_solve(&chain->chain, solver, run->probability, error);
        if (run->failed)
            return false;
        run->bound = solver->error_bound;
        run->floor = solver->floor;
    }
    answer->value = holds ? chain_sum_where(chain->chain.n_states, holds, run->probability)
                          : chain_weighted(chain->chain.n_states, run->probability, chain->reward);
    answer->error_bound = (run->bound + SUMMING) * answer->value;
    for (uint32_t i = 0; run->floor > 0 && i < chain->chain.n_states; i++)
        answer->error_bound += run->floor * (holds ? holds[i] : chain->reward[i]);
    return true;
}

static bool solve_reward_by(const struct file_chain *chain, double time, struct solver *solver, struct answer *answer,
                            struct error *error)
{
    double *spent = memory_new(chain->chain.n_states, sizeof *spent), greatest = 0;
    bool good = transient_solve(&chain->chain, time, solver, NULL, spent, error);
    for (uint32_t i = 0; good && i < chain->chain.n_states; i++)
        greatest = fmax(greatest, chain->reward[i]);
    answer->value = good ? chain_weighted(chain->chain.n_states, spent, chain->reward) : 0;
    answer->error_bound = solver->cut * time * greatest + (solver->rounding + SUMMING) * answer->value;
    free(spent);
    return good;
}

static bool solve_passage(const struct file_chain *chain, const struct question *question, struct solver *solver,
                          struct answer *answer, struct error *error)
{
    const bool *target = chain->labels[files_find_label(chain, question->label)].holds;
    bool good;
    if (question->kind == QUESTION_MEAN_TIME)
        good = passage_mean_time(&chain->chain, target, solver, &answer->value, error);
    else if (isnan(question->by))
        good = passage_ever(&chain->chain, target, solver, &answer->value, error);
    else
        good = passage_by(&chain->chain, target, question->by, solver, &answer->value, error);
    answer->unbounded = question->kind == QUESTION_MEAN_TIME && answer->value == INFINITY; /* see passage_mean_time */
    answer->error_bound = solver->error_bound;
    if (isnan(question->by))
        answer->error_bound = answer->unbounded ? 0 : (solver->error_bound + SUMMING) * answer->value;
    if (question->kind == QUESTION_REACH && isnan(question->by))
        answer->error_bound += solver->floor;
    return good;
}

/*
 * The exact answers to questions that question_check has passed. A mean time is infinite where the label may never
 * hold. Where a solver does not converge or is stopped, or an answer is beyond what a number can be, there is an error,
 * the answer is marked as failed, and the others are still given. Returns whether all are.
 */
bool question_solve(const struct file_chain *chain, const struct question *questions, int n_questions,
                    struct solver *solver, struct answer *answers, struct error *error)
{
    struct long_run run = {0};
    bool all = true;
    for (int i = 0; i < n_questions; i++) {
        const struct question *question = &questions[i];
        bool good;
        answers[i] = (struct answer){.trusted = true};
        if (solver->stop && *solver->stop && !all)
            good = false; /* said once */
        else if (question->kind == QUESTION_REACH || question->kind == QUESTION_MEAN_TIME)
            good = solve_passage(chain, question, solver, &answers[i], error);
        else if (isnan(question->by))
            good = solve_long_run(chain, question, solver, &run, &answers[i], error);
        else
            good = solve_reward_by(chain, question->by, solver, &answers[i], error);
        answers[i].failed = !good || !question_check_answer(question, &answers[i], error);
        all = all && !answers[i].failed;
    }
    free(run.probability);
    return all;
}
