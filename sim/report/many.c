/*
 * What a table says below its rows where it has too many plans to say it of each: how many, and where the others are
 * to be found.
 */
#include "report/terminal.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

static const char *plans(int n)
{
    return n == 1 ? "plan" : "plans";
}

/* What the marks of the rows mean, and how many plans are in no row. */
void put_left_out(const struct study *study, const struct pick *pick, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    int left_out = pick->n_plans - (pick->n_shown - 1), front_shown = 0;
    for (int i = 0; i < pick->n_shown; i++)
        front_shown += pick_on_front(pick, pick->shown[i]);
    text_add(&text, "+ No other plan takes as little time and loses as little: %d %s", pick->n_front,
             plans(pick->n_front));
    if (front_shown < pick->n_front)
        text_add(&text, ", %d of which are shown", front_shown);
    text_add(&text, ".");
    put_sentence(&text, options, out);
    if (left_out) {
        text_add(&text, "%d of %d plans are left out; -v shows all%s.", left_out, pick->n_plans,
                 study->solved ? "" : ", and so does summary.csv");
        put_sentence(&text, options, out);
    }
    text_free(&text);
}

/* How many plans break that condition before any other. */
static int count_breaking(const struct study *study, const struct group *group, const char *condition)
{
    int n = 0;
    for (int i = group->first; i < group->end; i++) {
        const struct outcome *o = &study->outcomes[i];
        n += o->strategy && !o->feasible && o->infeasible_because && !strcmp(o->infeasible_because, condition);
    }
    return n;
}

/* "37 of 200 plans are ruled out: 30 break duration.p95 <= 1h, 7 break extra <= 2." */
void put_infeasible_counts(const struct study *study, const struct group *group, const struct table_options *options,
                           FILE *out)
{
    const struct objective *objective = &study->scenario->objective;
    struct text text = {0}, each = {0};
    int all = 0, unjudged = 0, unsolved = 0;
    for (int i = 0; i < objective->n_subject_to; i++) {
        int n = count_breaking(study, group, objective->subject_to[i].text);
        all += n;
        if (n) {
            text_add(&each, "%s%d %s ", each.length ? ", " : "", n, n == 1 ? "breaks" : "break");
            utf8_add_printable(&each, objective->subject_to[i].text);
        }
    }
    for (int i = group->first; i < group->end; i++) {
        unsolved += study->outcomes[i].unsolved != NULL;
        unjudged += study->outcomes[i].unjudged && !study->outcomes[i].unsolved;
    }
    if (all) {
        text_add(&text, "%d of %d plans %s ruled out: %s.", all, group->end - group->first - 1, all == 1 ? "is" : "are",
                 each.data);
        put_sentence(&text, options, out);
    }
    if (unjudged) {
        text_add(&text, "%d %s not judged: the run was interrupted too early.", unjudged, plans(unjudged));
        put_sentence(&text, options, out);
    }
    if (unsolved) {
        text_add(&text, "%d %s not solved; -v says why.", unsolved, plans(unsolved));
        put_sentence(&text, options, out);
    }
    text_free(&text);
    text_free(&each);
}

/* That so many plans have figures with a `?`. */
void put_untrusted_count(int n, const struct table_options *options, FILE *out)
{
    struct text text = {0};
    text_add(&text, "? Too few paths carry some figures of %d %s; -v says which, and what they rest on.", n, plans(n));
    if (n)
        put_sentence(&text, options, out);
    text_free(&text);
}

/* "Ended after the paths asked for: 200 plans (± 1 % to ± 12 %)." */
void put_stop_counts(const struct study *study, const struct group *group, const struct table_options *options,
                     FILE *out)
{
    for (int stop = STOP_PRECISE + 1; stop < STOP_SOLVED; stop++) {
        struct text text = {0};
        double least = INFINITY, greatest = 0;
        char from[QUANTITY_BYTES], to[QUANTITY_BYTES];
        int n = 0;
        for (int i = group->first; i < group->end; i++) {
            const struct outcome *o = &study->outcomes[i];
            if (!o->strategy || (int)o->stop != stop)
                continue;
            n++;
            least = fmin(least, o->precision);
            greatest = fmax(greatest, o->precision);
        }
        add_stop_reason(&text, stop, study->scenario->simulation.precision);
        text_add(&text, ": %d %s", n, plans(n));
        if (stop != STOP_CONSTANT && isfinite(least))
            text_add(&text, " (± %s to %s)", quantity_plain(QUANTITY_SHARE, least, from),
                     greatest > 1 ? "more than 100 %" : quantity_plain(QUANTITY_SHARE, greatest, to));
        text_add(&text, ".");
        if (n)
            put_sentence(&text, options, out);
        text_free(&text);
    }
}
