/* The error budget in words: what it is, what faults take of it, and what releases by the best plan do. */
#include "report/terminal.h"

#include "base/utf8.h"
#include "study/budget.h"

#include <math.h>

static void add_estimate(struct text *text, enum quantity_unit unit, const struct estimate *e)
{
    char out[QUANTITY_BYTES];
    struct quantity q = {unit, e->mean, e->low, e->high};
    text_add(text, "%s%s", estimate_print(q, e->solved, out), e->trusted ? "" : " ?");
}

/* How many there may be can have no end, as far as is known: then it is the lower end that tells. */
static void add_releases(struct text *text, const struct estimate *e)
{
    char number[QUANTITY_BYTES];
    if (isfinite(e->mean) && isfinite(e->high) && e->high > 0) {
        add_estimate(text, QUANTITY_NUMBER, e);
        return;
    }
    if (isinf(e->mean))
        text_add(text, "any number of releases");
    else
        text_add(text, "%s", e->high > 0 ? quantity_plain(QUANTITY_NUMBER, e->mean, number) : "none");
    if (isfinite(e->low) && e->low < e->high)
        text_add(text, " (%s at least)", quantity_plain(QUANTITY_NUMBER, e->low, number));
    text_add(text, "%s", e->trusted ? "" : " ?");
}

static void add_plan(struct text *text, const struct scenario *scenario, const struct outcome *best)
{
    char number[QUANTITY_BYTES];
    const struct estimate *share = &best->measures[MEASURE_BUDGET_SHARE];
    text_add(text, " A release by ");
    utf8_add_printable(text, best->name);
    text_add(text, " takes ");
    add_estimate(text, QUANTITY_SHARE, share);
    if (isfinite(share->p95))
        text_add(text, " (p95 %s)", quantity_plain(QUANTITY_SHARE, share->p95, number));
    text_add(text, ".");
    if (scenario->releases_per_window > 0) {
        bool one = fabs(scenario->releases_per_window - 1) < 1e-9;
        text_add(text, " With %s such release%s a window takes ",
                 quantity_plain(QUANTITY_NUMBER, scenario->releases_per_window, number), one ? "" : "s");
        add_estimate(text, QUANTITY_SHARE, &best->window);
        text_add(text, ".");
    }
    text_add(text, " A window can pay for ");
    add_releases(text, &best->measures[MEASURE_RELEASES_AFFORDABLE]);
    text_add(text, ".");
}

/* A paragraph on the budget of one topology, if there is one. */
void put_budget(const struct study *study, const struct group *group, const struct table_options *options, FILE *out)
{
    const struct slo *slo = &study->scenario->slo;
    const struct outcome *none = &study->outcomes[group->first];
    int best = study->best[group->index];
    char window[QUANTITY_BYTES], budget[QUANTITY_BYTES];
    struct text text = {0};
    if (!slo->given)
        return;
    text_add(&text, "Error budget: %s of full downtime in a window of %s (%.12g %%).",
             quantity_plain(QUANTITY_SECONDS, budget_seconds(slo), budget),
             quantity_plain(QUANTITY_SECONDS, slo->window, window), slo->target * 100);
    if (isfinite(none->window.mean)) {
        text_add(&text, " Without any release faults take ");
        add_estimate(&text, QUANTITY_SHARE, &none->window);
        text_add(&text, " of it.");
    }
    if (best >= 0)
        add_plan(&text, study->scenario, &study->outcomes[best]);
    put_sentence(&text, options, out);
}
