/*
 * The same questions to a chain, answered by sampling, through the engine that simulates rollouts.
 *
 * - reach L by T, reward by T: independent paths until T.
 * - reach L, mean time until L: paths until they are in L, or where L cannot be reached any more; which states these
 *   are follows from the graph of the chain. Such a path ends with probability 1.
 * - The long run: cycles. A chain that is back in a state it was in before begins anew, so what happens between two
 *   visits of one state, a cycle, is independent of all other cycles, and the long-run mean of f is
 *
 *       E[integral of f over a cycle] / E[length of a cycle]
 *
 *   (W. L. Smith 1955; M. A. Crane, D. L. Iglehart, Operations Research 23, 1975). A path is one cycle. No beginning
 *   has to be thrown away, and nobody has to guess when it is forgotten, which is what makes batch means of one long
 *   path doubtful. The interval is that of the ratio: with Z = Y - v T, whose mean is 0 at the true v, the standard
 *   error of v is that of the mean of Z over the mean of T. The state is the one that a short walk (PILOT_EVENTS
 *   events on random numbers of its own) saw most often, so that cycles are short.
 *
 *   Where the chain may end in several sets of states that it never leaves, the answer is the sum over them of the
 *   probability to end there times the long-run mean there, and the interval is put together from those of both.
 *
 * Intervals are not trusted where fewer than ten paths carry the variance (see engine/interval). For a path in [0, T] a
 * wider bound is then given; a cycle has no greatest length, so there the note says that the interval says nothing.
 *
 * What the graph of the chain decides is not sampled: a set that is never or surely reached, rewards that are the same
 * in all states.
 *
 * Sampling ends at the precision asked for, or at MOST_PATHS paths or MOST_EVENTS events, whichever comes first. Path i
 * is drawn from (seed, i) alone and taken into account in the order of i: the same bits for any number of threads.
 */
#include "study/question.h"

#include "engine/interval.h"
#include "engine/moments.h"
#include "exact/components.h"
#include "study/sample.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum {
    FIRST_ROUND = 256,
    MOST_ROUND = 1 << 16,
    CHUNK = 16,            /* paths that a thread takes at a time */
    MOST_PATHS = 1000000,  /* where their number is not given */
    PILOT_EVENTS = 20000,
    PART_SHIFT = 40,       /* paths of the parts of a question have numbers of their own */
};

#define MOST_EVENTS  UINT64_C(300000000)
#define WITHOUT_END  1e300 /* of a path that ends by itself */

static const char few_paths[] = "fewer than ten paths carry it: the interval is a safe bound, not an estimate";
static const char few_cycles[] = "fewer than ten cycles carry it: the interval cannot be trusted";
static const char not_precise[] = "the precision asked for was not reached";
static const char before_first[] = "interrupted before the first path was drawn";
static const char interrupted[] = "interrupted: fewer paths than were asked for";

/* ---- paths ---- */

/* Draws paths of one process, on all threads. */
struct drawer {
    const struct question_sampling *how;
    const struct engine *engine;
    struct process *process;
    double   horizon;
    uint64_t part;
    bool     wants_end;      /* end_state is asked for */
    int      threads;
    void   **runs;           /* of the engine, per thread */
    void    *opened;         /* the first of them, which others join */
    double  *rewards, *first_time; /* of the round: per path */
    int     *end_state;
    int      n_round;        /* paths of the round */
    uint64_t paths, events;
};

static const struct engine *engine_of(const struct question_sampling *how)
{
    return how->engine ? how->engine : engines[0];
}

static void drawer_open(struct drawer *drawer, const struct question_sampling *how, struct process *process,
                        double horizon, uint64_t part)
{
    *drawer = (struct drawer){.how = how, .engine = engine_of(how), .process = process, .horizon = horizon,
                              .part = part};
    drawer->threads = sampler_threads(how->threads);
    drawer->runs = memory_new((size_t)drawer->threads, sizeof *drawer->runs);
    drawer->rewards = memory_new((size_t)MOST_ROUND * (size_t)(process->n_rewards + 1), sizeof *drawer->rewards);
    drawer->first_time = memory_new((size_t)MOST_ROUND * (size_t)(process->n_labels + 1), sizeof *drawer->first_time);
    drawer->end_state = memory_new(MOST_ROUND, sizeof *drawer->end_state);
}

static void drawer_close(struct drawer *drawer)
{
    for (int i = 0; i < drawer->threads; i++)
        if (drawer->runs[i])
            drawer->engine->close(drawer->runs[i]);
    free(drawer->runs);
    free(drawer->rewards);
    free(drawer->first_time);
    free(drawer->end_state);
    process_free(drawer->process);
}

static void note_state(void *context, double time, int command, int branch, const int *state)
{
    (void)time;
    (void)command;
    (void)branch;
    *(int *)context = state[0];
}

static bool is_stopped(const struct drawer *drawer)
{
    return engine_stopped(drawer->how->stop);
}

/* Draws the n paths of the round from `at` on. */
static bool draw_chunk(struct drawer *drawer, int at, int n, uint64_t *events, struct error *error)
{
    void **run = &drawer->runs[omp_get_thread_num()];
    const struct process *p = drawer->process;
    int step = drawer->wants_end ? 1 : n;
    if (!*run)
        *run = engine_enter(drawer->engine, &drawer->opened, p, drawer->how->simd);
    for (int i = at; i < at + n; i += step) {
        struct batch batch = {
            .seed = drawer->how->seed,
            .first = (drawer->part << PART_SHIFT) + drawer->paths + (uint64_t)i,
            .stride = 1,
            .n_paths = step,
            .horizon = drawer->horizon,
            .rewards = drawer->rewards + (size_t)i * (size_t)p->n_rewards,
            .first_time = drawer->first_time + (size_t)i * (size_t)p->n_labels,
            .observe = drawer->wants_end ? note_state : NULL,
            .context = &drawer->end_state[i],
        };
        drawer->end_state[i] = p->variables[0].initial;
        if (!drawer->engine->run(*run, &batch, error))
            return false;
        *events += batch.events;
    }
    return true;
}

/* Draws the next round. False: an error, or a stop, after which the round is empty. */
static bool draw_round(struct drawer *drawer, int n, struct error *error)
{
    uint64_t events = 0;
    bool good = true;
#pragma omp parallel for schedule(dynamic, 1) num_threads(drawer->threads) reduction(+ : events)
    for (int at = 0; at < n; at += CHUNK) {
        struct error own = {0};
        bool go;
#pragma omp atomic read
        go = good;
        if (go && !is_stopped(drawer) && draw_chunk(drawer, at, n - at < CHUNK ? n - at : CHUNK, &events, &own))
            continue;
#pragma omp critical
        {
            if (good && own.count)
                error_add(error, own.fault, "%.*s", (int)own.text.length - 1, own.text.data);
#pragma omp atomic write
            good = false;
        }
        error_free(&own);
    }
    drawer->n_round = good ? n : 0;
    drawer->paths += (uint64_t)drawer->n_round;
    drawer->events += events;
    return good;
}

/* How many paths the next round has: 0 if there is none. `half` is that of the interval so far. */
static int next_round(const struct drawer *drawer, double value, double half, bool trusted)
{
    uint64_t most = drawer->how->paths ? drawer->how->paths : MOST_PATHS, left = most - drawer->paths;
    uint64_t n = drawer->paths > FIRST_ROUND ? drawer->paths : FIRST_ROUND;
    bool precise = drawer->paths > 0 && trusted && half <= drawer->how->precision * fabs(value);
    if (!drawer->how->paths && (precise || drawer->events >= MOST_EVENTS))
        return 0;
    n = n < MOST_ROUND ? n : MOST_ROUND;
    return (int)(n < left ? n : left);
}

/* ---- the graph ---- */

/* Adds to the set what can be got to from the states of the queue, but not through states of `end` (may be NULL). */
static void spread(const struct chain *chain, const bool *end, bool *in, uint32_t *queue, uint32_t n_queue)
{
    while (n_queue) {
        uint32_t i = queue[--n_queue];
        uint64_t last = end && end[i] ? chain->row[i] : chain->row[i + 1];
        for (uint64_t k = chain->row[i]; k < last; k++)
            if (!in[chain->target[k]]) {
                in[chain->target[k]] = true;
                queue[n_queue++] = chain->target[k];
            }
    }
}

/* The states that the chain can be in until it is in one of `end` (may be NULL), those included. To be freed. */
static bool *find_reachable(const struct chain *chain, const bool *end)
{
    bool *in = memory_new(chain->n_states, sizeof *in);
    uint32_t *queue = memory_new(chain->n_states, sizeof *queue), n = 0;
    for (uint32_t i = 0; i < chain->n_initial; i++) {
        in[chain->initial[i]] = true;
        queue[n++] = chain->initial[i];
    }
    spread(chain, end, in, queue, n);
    free(queue);
    return in;
}

/* The states that can get to the target. To be freed. */
static bool *find_sources(const struct chain *chain, const bool *target)
{
    struct chain transposed;
    bool *in = memory_new(chain->n_states, sizeof *in);
    uint32_t *queue = memory_new(chain->n_states, sizeof *queue), n = 0;
    chain_transpose(chain, &transposed);
    for (uint32_t i = 0; i < chain->n_states; i++)
        if (target[i]) {
            in[i] = true;
            queue[n++] = i;
        }
    spread(&transposed, NULL, in, queue, n);
    chain_free(&transposed);
    free(queue);
    return in;
}

/* ---- passages and rewards ---- */

static void add_label(struct process *p, const bool *holds, uint32_t n_states)
{
    double *values = memory_new(n_states, sizeof *values);
    for (uint32_t i = 0; i < n_states; i++)
        values[i] = holds[i];
    process_add_label(p, "target", files_lookup(p, "target", values, n_states));
    free(values);
}

/* An answer from its interval; `few` is said of one that is not trusted. */
static void set_answer(struct answer *answer, const struct interval *interval, uint64_t paths,
                       const struct question_sampling *how, const char *few)
{
    double half = (interval->high - interval->low) / 2;
    bool imprecise = !how->paths && half > how->precision * fabs(interval->mean);
    *answer = (struct answer){
        .value = interval->mean,
        .low = interval->low,
        .high = interval->high,
        .error_bound = half,
        .paths = paths,
        .trusted = interval->trusted,
        .note = how->stop && *how->stop ? interrupted : !interval->trusted ? few : imprecise ? not_precise : NULL,
    };
}

/* Draws until precise; value(drawer, i) is that of path i of a round, and `greatest` the most it can be. */
static bool estimate_mean(struct drawer *drawer, double (*value)(const struct drawer *drawer, int i), double greatest,
                          struct answer *answer, struct error *error)
{
    struct moments moments = {0};
    struct interval interval = {0};
    double confidence = drawer->how->confidence;
    int n;
    while ((n = next_round(drawer, interval.mean, (interval.high - interval.low) / 2, interval.trusted))) {
        bool good = draw_round(drawer, n, error);
        for (int i = 0; i < drawer->n_round; i++)
            moments_add(&moments, value(drawer, i));
        if (!good)
            break;
        interval = interval_of_mean(&moments, confidence, 0, greatest);
    }
    if (error->count || !moments.n)
        return error->count ? false : error_add(error, FAULT_SYSTEM, "%s", before_first);
    set_answer(answer, &interval, drawer->paths, drawer->how, few_paths);
    return true;
}

static bool estimate_probability(struct drawer *drawer, struct answer *answer, struct error *error)
{
    struct interval interval = {0};
    uint64_t seen = 0;
    int n;
    while ((n = next_round(drawer, interval.mean, (interval.high - interval.low) / 2, interval.trusted))) {
        bool good = draw_round(drawer, n, error);
        for (int i = 0; i < drawer->n_round; i++)
            seen += isfinite(drawer->first_time[i]);
        if (!good)
            break;
        interval = interval_of_probability(seen, drawer->paths, drawer->how->confidence);
    }
    if (error->count || !drawer->paths)
        return error->count ? false : error_add(error, FAULT_SYSTEM, "%s", before_first);
    set_answer(answer, &interval, drawer->paths, drawer->how, few_paths);
    return true;
}

static double first_time_of(const struct drawer *drawer, int i)
{
    return drawer->first_time[i];
}

static double reward_of(const struct drawer *drawer, int i)
{
    return drawer->rewards[i];
}

/* An answer that needs no sampling. */
static void set_certain(struct answer *answer, double value)
{
    *answer = (struct answer){.value = value, .low = value, .high = value, .trusted = true};
}

/* Whether the chain can be in a state that never gets to the target, and whether it can get there at all. */
static void look_ahead(const struct chain *chain, const bool *target, const bool *sources, bool *may_miss,
                       bool *may_hit)
{
    bool *reachable = find_reachable(chain, target);
    *may_miss = *may_hit = false;
    for (uint32_t i = 0; i < chain->n_states; i++) {
        *may_miss = *may_miss || (reachable[i] && !sources[i]);
        *may_hit = *may_hit || (reachable[i] && target[i]);
    }
    free(reachable);
}

/* Whether every path begins in the target. */
static bool begins_in(const struct chain *chain, const bool *target)
{
    for (uint32_t i = 0; i < chain->n_initial; i++)
        if (!target[chain->initial[i]])
            return false;
    return true;
}

static bool sample_passage(const struct file_chain *files, const struct question *question,
                           const struct question_sampling *how, struct answer *answer, struct error *error)
{
    const struct chain *chain = &files->chain;
    const bool *target = files->labels[files_find_label(files, question->label)].holds;
    bool *ends = find_sources(chain, target), may_miss, may_hit, good = true;
    look_ahead(chain, target, ends, &may_miss, &may_hit);
    for (uint32_t i = 0; i < chain->n_states; i++)
        ends[i] = target[i] || !ends[i]; /* from here on: where a path ends */
    if (begins_in(chain, target)) {
        set_certain(answer, question->kind == QUESTION_REACH);
    } else if (question->kind == QUESTION_MEAN_TIME && (may_miss || !may_hit)) {
        set_certain(answer, INFINITY);
        answer->unbounded = true;
    } else if (!may_hit) {
        set_certain(answer, 0);
    } else if (question->kind == QUESTION_REACH && isnan(question->by) && !may_miss) {
        set_certain(answer, 1);
    } else {
        struct drawer drawer;
        struct process *p = files_process(chain, &(struct files_walk){.absorbing = ends}, error);
        good = p != NULL;
        if (p) {
            add_label(p, target, chain->n_states);
            drawer_open(&drawer, how, p, isnan(question->by) ? WITHOUT_END : question->by, 0);
            good = question->kind == QUESTION_MEAN_TIME
                       ? estimate_mean(&drawer, first_time_of, INFINITY, answer, error)
                       : estimate_probability(&drawer, answer, error);
            drawer_close(&drawer);
        }
    }
    free(ends);
    return good;
}

static bool sample_reward_by(const struct file_chain *files, double time, const struct question_sampling *how,
                             struct answer *answer, struct error *error)
{
    const struct chain *chain = &files->chain;
    struct drawer drawer;
    double least = INFINITY, greatest = 0;
    bool *reachable = find_reachable(chain, NULL);
    for (uint32_t i = 0; i < chain->n_states; i++)
        if (reachable[i]) {
            least = fmin(least, files->reward[i]);
            greatest = fmax(greatest, files->reward[i]);
        }
    free(reachable);
    if (least == greatest || time == 0) {
        set_certain(answer, least * time);
        return true;
    }
    struct process *p = files_process(chain, &(struct files_walk){NULL, false, 0}, error);
    if (!p)
        return false;
    process_add_reward(p, "reward", files_lookup(p, "reward", files->reward, chain->n_states));
    drawer_open(&drawer, how, p, time, 0);
    bool good = estimate_mean(&drawer, reward_of, greatest * time, answer, error);
    drawer_close(&drawer);
    return good;
}

/* ---- the long run ---- */

/* Sums over cycles: Y is what a cycle earned, T its length, Z = Y - v T for the v of the first round. */
struct cycles {
    struct moments z, t, y;
    double v, zt; /* zt: sum of the products of the distances of z and t to their means */
};

static void cycles_add(struct cycles *cycles, double y, double t)
{
    double z = y - cycles->v * t, before = z - cycles->z.mean;
    moments_add(&cycles->z, z);
    moments_add(&cycles->y, y);
    moments_add(&cycles->t, t);
    cycles->zt += before * (t - cycles->t.mean);
}

static double ratio_of(const struct drawer *drawer)
{
    double y = 0, t = 0;
    for (int i = 0; i < drawer->n_round; i++) {
        y += drawer->rewards[2 * i];
        t += drawer->rewards[2 * i + 1];
    }
    return t > 0 ? y / t : 0;
}

/* The interval of the ratio, within what f can be. */
static struct interval cycles_interval(const struct cycles *c, double confidence, double least, double greatest)
{
    double n = (double)c->t.n, v = c->y.mean / c->t.mean, d = v - c->v;
    struct interval interval = {.mean = v, .effective = moments_effective(&c->z)};
    double squares = c->z.m2 - 2 * d * c->zt + d * d * c->t.m2;
    interval.error = n > 1 ? sqrt(fmax(squares, 0) / (n - 1) / n) / c->t.mean : 0;
    interval.trusted = interval.effective >= INTERVAL_EFFECTIVE_LEAST;
    if (interval.error > 0) {
        double half = interval.error * gsl_cdf_tdist_Pinv(0.5 + confidence / 2, n - 1);
        interval.low = fmax(v - half, least);
        interval.high = fmin(v + half, greatest);
    } else {
        interval.low = least;
        interval.high = greatest;
    }
    return interval;
}

/* Counts the visits of every state. */
static void count_visit(void *context, double time, int command, int branch, const int *state)
{
    uint32_t *visits = context;
    (void)time;
    (void)command;
    (void)branch;
    visits[state[0]]++;
}

/* The state that a walk from `from` is in most often. */
static bool find_usual(const struct chain *chain, uint32_t from, const struct question_sampling *how, uint64_t part,
                       uint32_t *usual, struct error *error)
{
    struct chain beginning = *chain;
    double exit = 0;
    beginning.n_initial = 1;
    beginning.initial = &from;
    beginning.initial_probability = &(double){1};
    struct process *p = files_process(&beginning, &(struct files_walk){NULL, false, 0}, error);
    if (!p)
        return false;
    uint32_t *visits = memory_new((size_t)chain->n_states + 2, sizeof *visits);
    const struct engine *engine = engine_of(how);
    void *opened = engine->open(p, how->simd);
    for (uint64_t k = chain->row[from]; k < chain->row[from + 1]; k++)
        exit += chain->rate[k];
    struct batch batch = {.seed = how->seed, .first = part << PART_SHIFT, .stride = 1, .n_paths = 1,
                          .rewards = &(double){0}, .horizon = PILOT_EVENTS / 64.0 / exit,
                          .observe = count_visit, .context = visits};
    bool good = true;
    while (good && batch.events < PILOT_EVENTS && batch.horizon < WITHOUT_END && !(how->stop && *how->stop)) {
        batch.events = 0;
        batch.horizon *= 2;
        good = engine->run(opened, &batch, error);
    }
    *usual = from;
    for (uint32_t i = 0; i < chain->n_states; i++)
        if (visits[i] > visits[*usual])
            *usual = i;
    engine->close(opened);
    process_free(p);
    free(visits);
    return good;
}

/* The long-run mean of f in a set of states that is never left, one of which is `member`. */
static bool sample_cycles(const struct chain *chain, const double *f, uint32_t member, double least, double greatest,
                          const struct question_sampling *how, uint64_t part, struct interval *interval,
                          uint64_t *paths, struct error *error)
{
    uint32_t from = member;
    struct cycles cycles = {.v = 0};
    struct drawer drawer;
    int n;
    if (!find_usual(chain, member, how, part, &from, error))
        return false;
    struct process *p = files_process(chain, &(struct files_walk){NULL, true, from}, error);
    if (!p)
        return false;
    double *ones = memory_new(chain->n_states, sizeof *ones);
    for (uint32_t i = 0; i < chain->n_states; i++)
        ones[i] = 1;
    process_add_reward(p, "earned", files_lookup(p, "earned", f, chain->n_states));
    process_add_reward(p, "length", files_lookup(p, "length", ones, chain->n_states));
    free(ones);
    drawer_open(&drawer, how, p, WITHOUT_END, part + 1);
    *interval = (struct interval){.mean = 0};
    while ((n = next_round(&drawer, interval->mean, (interval->high - interval->low) / 2, interval->trusted))) {
        bool good = draw_round(&drawer, n, error);
        if (!cycles.t.n)
            cycles.v = ratio_of(&drawer);
        for (int i = 0; i < drawer.n_round; i++)
            cycles_add(&cycles, drawer.rewards[2 * i], drawer.rewards[2 * i + 1]);
        if (!good)
            break;
        *interval = cycles_interval(&cycles, how->confidence, least, greatest);
    }
    *paths += drawer.paths;
    drawer_close(&drawer);
    if (!error->count && !cycles.t.n)
        return error_add(error, FAULT_SYSTEM, "%s", before_first);
    return !error->count;
}

/* The sets of states that the chain may end in, and what is known of f there. */
struct ends {
    struct components components;
    bool            *reachable;
    struct interval *interval;   /* per component: the long-run mean of f; of those that are reached and never left */
    uint32_t        *member;     /* per component: its first state */
    double          *least, *greatest; /* per component: of f */
    uint32_t         n;          /* sets */
    uint32_t         last;       /* one of them */
};

/* Whether the chain may end there. */
static bool ends_counts(const struct ends *ends, uint32_t component)
{
    return ends->components.bottom[component] && ends->reachable[ends->member[component]];
}

static void ends_find(const struct chain *chain, const double *f, struct ends *ends)
{
    components_find(chain, &ends->components);
    ends->reachable = find_reachable(chain, NULL);
    size_t n = ends->components.n;
    ends->interval = memory_new(n, sizeof *ends->interval);
    ends->member = memory_new(n, sizeof *ends->member);
    ends->least = memory_new(n, sizeof *ends->least);
    ends->greatest = memory_new(n, sizeof *ends->greatest);
    for (size_t c = 0; c < n; c++) {
        ends->member[c] = UINT32_MAX;
        ends->least[c] = INFINITY;
        ends->greatest[c] = -INFINITY;
    }
    for (uint32_t i = 0; i < chain->n_states; i++) {
        uint32_t c = ends->components.of[i];
        if (ends->member[c] == UINT32_MAX) {
            ends->member[c] = i;
            ends->n += ends_counts(ends, c);
            ends->last = ends_counts(ends, c) ? c : ends->last;
        }
        ends->least[c] = fmin(ends->least[c], f[i]);
        ends->greatest[c] = fmax(ends->greatest[c], f[i]);
    }
}

static void ends_free(struct ends *ends)
{
    components_free(&ends->components);
    free(ends->reachable);
    free(ends->interval);
    free(ends->member);
    free(ends->least);
    free(ends->greatest);
}

/* The long-run mean in each set: known where f is the same in all its states, else sampled. */
static bool ends_sample(const struct chain *chain, const double *f, const struct question_sampling *how,
                        struct ends *ends, uint64_t *paths, struct error *error)
{
    uint64_t part = 1;
    for (uint32_t c = 0; c < ends->components.n; c++) {
        double value = ends->least[c];
        if (!ends_counts(ends, c))
            continue;
        ends->interval[c] = (struct interval){value, value, value, 0, INFINITY, true};
        if (ends->greatest[c] > value &&
            !sample_cycles(chain, f, ends->member[c], value, ends->greatest[c], how, part, &ends->interval[c], paths,
                           error))
            return false;
        part += 2;
    }
    return true;
}

/* Adds a path that ended there to its set's weight, and the mean there to the moments. */
static void ends_add(const struct ends *ends, int state, double *weight, struct moments *moments)
{
    uint32_t c = ends->components.of[state];
    weight[c]++;
    moments_add(moments, ends->interval[c].mean);
}

/*
 * The interval of the sum over the sets of the probability to end there times the mean there: that of the path's mean,
 * as if the means were known, and those of the means about 0, weighted by the probabilities.
 */
static struct interval ends_combine(const struct ends *ends, const struct moments *moments, const double *weight,
                                    const struct interval *between)
{
    uint32_t n = ends->components.n;
    struct interval *parts = memory_new((size_t)n + 1, sizeof *parts);
    double *weights = memory_new((size_t)n + 1, sizeof *weights);
    for (uint32_t c = 0; c < n; c++) {
        weights[c] = weight[c] / (double)moments->n;
        parts[c] = ends->interval[c];
        parts[c].low -= parts[c].mean;
        parts[c].high -= parts[c].mean;
        parts[c].mean = 0;
    }
    parts[n] = *between;
    weights[n] = 1;
    struct interval result = interval_combine(parts, weights, (int)n + 1);
    free(parts);
    free(weights);
    return result;
}

/* Where paths end, and what that makes of the means there. The drawer's process ends in the sets. */
static bool estimate_ends(struct drawer *drawer, const struct ends *ends, struct interval *result, struct error *error)
{
    struct moments moments = {0};
    struct interval between = {0};
    double *weight = memory_new(ends->components.n, sizeof *weight), least = INFINITY, greatest = -INFINITY;
    int n;
    for (uint32_t c = 0; c < ends->components.n; c++)
        if (ends_counts(ends, c)) {
            least = fmin(least, ends->interval[c].mean);
            greatest = fmax(greatest, ends->interval[c].mean);
        }
    while ((n = next_round(drawer, between.mean, (between.high - between.low) / 2, between.trusted))) {
        bool good = draw_round(drawer, n, error);
        for (int i = 0; i < drawer->n_round; i++)
            ends_add(ends, drawer->end_state[i], weight, &moments);
        if (!good)
            break;
        between = interval_of_mean(&moments, drawer->how->confidence, least, greatest);
    }
    if (moments.n)
        *result = ends_combine(ends, &moments, weight, &between);
    else if (!error->count)
        error_add(error, FAULT_SYSTEM, "%s", before_first);
    free(weight);
    return !error->count;
}

static bool sample_ends(const struct chain *chain, const struct question_sampling *how, const struct ends *ends,
                        struct interval *result, uint64_t *paths, struct error *error)
{
    bool *absorbing = memory_new(chain->n_states, sizeof *absorbing), good = false;
    struct drawer drawer;
    for (uint32_t i = 0; i < chain->n_states; i++)
        absorbing[i] = ends->components.bottom[ends->components.of[i]];
    struct process *p = files_process(chain, &(struct files_walk){.absorbing = absorbing}, error);
    if (p) {
        drawer_open(&drawer, how, p, WITHOUT_END, 0);
        drawer.wants_end = true;
        good = estimate_ends(&drawer, ends, result, error);
        *paths += drawer.paths;
        drawer_close(&drawer);
    }
    free(absorbing);
    return good;
}

static bool sample_long_run(const struct chain *chain, const double *f, const struct question_sampling *how,
                            struct answer *answer, struct error *error)
{
    struct ends ends = {.n = 0};
    struct interval result = {0};
    uint64_t paths = 0;
    ends_find(chain, f, &ends);
    struct question_sampling part = *how;
    if (ends.n > 1) /* errors of the means there add up to no more than that of where it ends, in squares */
        part.precision /= sqrt(2);
    bool good = ends_sample(chain, f, &part, &ends, &paths, error);
    if (good && ends.n == 1)
        result = ends.interval[ends.last];
    else if (good)
        good = sample_ends(chain, &part, &ends, &result, &paths, error);
    if (good)
        set_answer(answer, &result, paths, how, few_cycles);
    ends_free(&ends);
    return good;
}

static bool sample_question(const struct file_chain *chain, const struct question *question,
                            const struct question_sampling *how, struct answer *answer, struct error *error)
{
    if (question->kind == QUESTION_REACH || question->kind == QUESTION_MEAN_TIME)
        return sample_passage(chain, question, how, answer, error);
    if (!isnan(question->by))
        return sample_reward_by(chain, question->by, how, answer, error);
    double *f = memory_new(chain->chain.n_states, sizeof *f);
    const bool *holds = question->label ? chain->labels[files_find_label(chain, question->label)].holds : NULL;
    for (uint32_t i = 0; i < chain->chain.n_states; i++)
        f[i] = holds ? holds[i] : chain->reward[i];
    bool good = sample_long_run(&chain->chain, f, how, answer, error);
    free(f);
    return good;
}

/*
 * An answer by sampling, with an interval at how->confidence, to a question that question_check has passed. What the
 * graph of the chain decides needs no path, and is certain.
 * Interrupted, it answers with what there is. Fails where the answer is beyond what a number can be.
 */
bool question_sample(const struct file_chain *chain, const struct question *question,
                     const struct question_sampling *how, struct answer *answer, struct error *error)
{
    *answer = (struct answer){.trusted = true};
    return sample_question(chain, question, how, answer, error) && question_check_answer(question, answer, error);
}
