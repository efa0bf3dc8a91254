/*
 * What the formats of a gate share: the words for what was found, and the escapes.
 *
 * The words may hold names from a user's file, as they are; who writes them escapes them as the format demands.
 */
#include "report/gate_common.h"

#include "base/utf8.h"
#include "report/terminal.h"

#include <math.h>
#include <string.h>

const char *const ruling_marks[RULINGS] = {[RULING_UNDECIDED] = "?", [RULING_PASSED] = "✓", [RULING_FAILED] = "✗"};

const char *const compare_signs[] = {
    [COMPARE_LESS] = "<", [COMPARE_LESS_EQUAL] = "<=", [COMPARE_GREATER] = ">", [COMPARE_GREATER_EQUAL] = ">="};

const char *const trust_note = "A figure with ? behind it rests on too few paths: its interval is a safe bound.";

static const char *const verdicts[RULINGS] = {"Undecided", "Passed", "Failed"};

static const char *const ends[GATE_ENDS] = {
    [GATE_DECIDED] = "",
    [GATE_MAX_PATHS] = ", when max_paths were drawn",
    [GATE_TIME_LIMIT] = ", when the time limit came",
    [GATE_SIGNAL] = ", when it was interrupted",
};

static const char *escape_of(uint32_t code, const struct escape *escapes)
{
    for (; escapes->as; escapes++)
        if (escapes->code == code)
            return escapes->as;
    return NULL;
}

/*
 * Writes a text with its escapes, which are ended by a NULL text. What is no valid UTF-8 or is not seen by a reader
 * becomes U+FFFD, unless there is an escape for it.
 */
void put_escaped(const char *bytes, const struct escape *escapes, FILE *out)
{
    struct text text = {0};
    text_add(&text, "%s", "");
    for (size_t left = strlen(bytes); left;) {
        uint32_t code;
        size_t n = utf8_next(bytes, left, &code);
        const char *as = escape_of(code, escapes);
        if (as)
            text_add(&text, "%s", as);
        else
            utf8_add(&text, utf8_is_unprintable(code) ? UTF8_REPLACEMENT : code);
        bytes += n;
        left -= n;
    }
    fputs(text.data, out);
    text_free(&text);
}

/* What the ruling counts as to the pipeline: an undecided one, which may be the user's to say. */
enum ruling gate_counts(const struct gate_told *told, enum ruling ruling)
{
    if (ruling != RULING_UNDECIDED || told->undecided == UNDECIDED_REPORT)
        return ruling;
    return told->undecided == UNDECIDED_PASS ? RULING_PASSED : RULING_FAILED;
}

/* How many conditions were ruled so. */
int gate_count(const struct gate *gate, enum ruling ruling)
{
    int n = 0;
    for (int i = 0; i < gate->n_findings; i++)
        n += gate->findings[i].ruling == ruling;
    return n;
}

/* Whether its interval is a safe bound: the figure is there, and stands on few paths. */
bool finding_is_bound(const struct finding *f)
{
    return !f->trusted && (isfinite(f->value) || isfinite(f->low) || isfinite(f->high));
}

/* Whether any figure is of that kind. */
bool gate_doubts(const struct gate *gate)
{
    for (int i = 0; i < gate->n_findings; i++)
        if (finding_is_bound(&gate->findings[i]))
            return true;
    return false;
}

/* Whether quantity_plain() says all of the limit: three digits, or hours and minutes, or days and hours. */
static bool is_plain(enum quantity_unit unit, double limit)
{
    double size = fabs(limit), scale = unit == QUANTITY_SHARE ? 0.01 : 1;
    if (unit == QUANTITY_SECONDS && size >= 3600)
        return fmod(size, size < 86400 ? 60 : 3600) == 0;
    if (unit == QUANTITY_SECONDS)
        scale = size < 0.1 ? 1e-3 : size < 60 ? 1 : 60;
    return fabs(rounded_to(3, size / scale) - size / scale) <= 1e-9 * size / scale;
}

/* The figure, in seconds if that is how its limit is told. */
struct quantity finding_quantity(const struct finding *f)
{
    enum quantity_unit unit = measure_quantity(f->condition->measure);
    double limit = f->condition->limit;
    if (unit == QUANTITY_SECONDS && (fabs(limit) < 60 || !is_plain(unit, limit)))
        unit = QUANTITY_ONLY_SECONDS;
    return (struct quantity){unit, f->value, f->low, f->high};
}

/* A figure for files; the digits beyond these are noise of the sampling. */
double finding_digits(double value)
{
    return rounded_to(DIGITS_OF_MEAN, value);
}

/* "mean", "max", "p99.9" */
const char *condition_statistic(const struct condition *condition, char out[QUANTITY_BYTES])
{
    if (condition->statistic == STATISTIC_QUANTILE)
        snprintf(out, QUANTITY_BYTES, "p%.12g", condition->quantile * 100);
    else
        snprintf(out, QUANTITY_BYTES, "%s", condition->statistic == STATISTIC_MAX ? "max" : "mean");
    return out;
}

/* The ends of an interval of which not both are known, or whose figure is not: "at least 3 s". */
static void add_ends(struct text *text, struct quantity q)
{
    char low[QUANTITY_BYTES], high[QUANTITY_BYTES];
    quantity_plain(q.unit, q.low, low);
    quantity_plain(q.unit, q.high, high);
    if (isfinite(q.low) && isfinite(q.high))
        text_add(text, "%s to %s", low, high);
    else if (isfinite(q.low) || isfinite(q.high))
        text_add(text, "at %s %s", isfinite(q.low) ? "least" : "most", isfinite(q.low) ? low : high);
    else
        text_add(text, "not known");
}

/* The figure with its interval: "24.8 s ± 0.4", "3 s (at least 2 s) ?", "not known". */
void add_found(struct text *text, const struct finding *f)
{
    struct quantity q = finding_quantity(f);
    char printed[QUANTITY_BYTES];
    bool half_known = isfinite(q.value) && isfinite(q.low) != isfinite(q.high);
    if (isfinite(q.value))
        text_add(text, "%s", half_known ? quantity_plain(q.unit, q.value, printed) : quantity_print(q, printed));
    if (half_known)
        text_add(text, " (");
    if (half_known || !isfinite(q.value))
        add_ends(text, q);
    text_add(text, "%s%s", half_known ? ")" : "", finding_is_bound(f) ? " ?" : "");
}

/* "5 min", for a column that says that it is the limit; all its digits where that would round it: "1.004 s". */
void add_limit(struct text *text, const struct finding *f)
{
    char limit[QUANTITY_BYTES];
    enum measure measure = f->condition->measure;
    enum quantity_unit unit = measure_quantity(measure);
    if (is_plain(unit, f->condition->limit))
        text_add(text, "%s", quantity_plain(unit, f->condition->limit, limit));
    else if (unit == QUANTITY_SHARE)
        text_add(text, "%s %%", quantity_exact(finding_digits(f->condition->limit * 100), limit));
    else
        text_add(text, "%s %s", quantity_exact(f->condition->limit, limit), measure_types[measure].unit_name);
}

/* "24.8 s ± 0.4, limit 2 s. More paths would help." */
void add_finding(struct text *text, const struct finding *f)
{
    add_found(text, f);
    text_add(text, ", limit ");
    add_limit(text, f);
    if (f->help)
        text_add(text, ". %s", f->help);
}

/* "canary in three-zones", or without the topology where there is but one. */
void add_plan(struct text *text, const struct gate *gate)
{
    text_add(text, "%s", gate->strategy->name);
    if (gate->scenario->n_topologies > 1)
        text_add(text, " in %s", gate->topology->name);
}

/* "1 of 3 conditions broken, 1 undecided, when max_paths were drawn". */
static void add_counts(struct text *text, const struct gate *gate)
{
    int kept = gate_count(gate, RULING_PASSED), broken = gate_count(gate, RULING_FAILED);
    int open = gate->n_findings - kept - broken;
    text_add(text, "%d of %d condition%s %s", broken ? broken : kept, gate->n_findings,
             gate->n_findings == 1 ? "" : "s", broken ? "broken" : "kept");
    if (open)
        text_add(text, ", %d undecided%s", open, ends[gate->end]);
}

/* The verdict in a sentence, with the plan and what is known of it; of a gate that could run. */
void add_verdict(struct text *text, const struct gate_told *told)
{
    const struct gate *gate = told->gate;
    text_add(text, "%s: ", verdicts[gate->verdict]);
    if (gate->topology && gate->strategy) {
        add_plan(text, gate);
        text_add(text, ", %s: ", gate->named ? "as named" : gate->best ? "the best plan" : "the plan that leads");
        add_counts(text, gate);
    } else if (gate->verdict != RULING_FAILED) {
        text_add(text, "ended before any plan was looked at");
    } else {
        text_add(text, "no plan keeps the objective's subject_to");
    }
    if (gate->note)
        text_add(text, "; %s", gate->note);
    text_add(text, gate->note && *gate->note && strchr(".!?", gate->note[strlen(gate->note) - 1]) ? "" : ".");
    if (gate->verdict == RULING_UNDECIDED && told->undecided != UNDECIDED_REPORT)
        text_add(text, " This counts as %s, as asked.", ruling_names[gate_counts(told, gate->verdict)]);
}

/* "120 000 paths in 1.9 s, at 95 % confidence, seed 1." */
void add_effort(struct text *text, const struct gate *gate)
{
    char duration[QUANTITY_BYTES], confidence[QUANTITY_BYTES];
    add_grouped(text, (double)gate->paths);
    text_add(text, " path%s in %s, at %s confidence, seed %llu.", gate->paths == 1 ? "" : "s",
             quantity_plain(QUANTITY_SECONDS, gate->seconds, duration),
             quantity_plain(QUANTITY_SHARE, gate->confidence, confidence), (unsigned long long)gate->seed);
}

/* Why there is no gate, without the new line at its end. */
void add_fault(struct text *text, const struct gate_told *told)
{
    const char *fault = told->fault && *told->fault ? told->fault : "for a reason that is not known";
    size_t length = strlen(fault);
    while (length > 1 && fault[length - 1] == '\n')
        length--;
    text_add_bytes(text, fault, length);
}
