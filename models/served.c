/*
 * The served share of an environment's requests.
 *
 * With o and m old and new instances serving, demand D, and e the share of errors of the new version (0 if it is
 * sound):
 *   pooled:   c = o + m; the pool takes f = min(1, c/D); the new version answers x = f·m/c = m / max(c, D)
 *   weighted: x = min(w, m/D); the old version answers min(1 - w, o/D)
 * and what is answered without error is (old + x·(1 - e)), times (1 - loss) while traffic is moved, times what the
 * services depended on can take, and 0 while the ingress is down or traffic is misrouted.
 *
 * The causes of loss are told apart in that order, each a share of what the ones before it left, so that they add up to
 * 1 - served.
 */
#include "models/served.h"

#include "models/terms.h"

#include <stdlib.h>

/* Rounding must not make an environment down that stands exactly at the limit: 95 of 100 served at 95 %. */
static const double ROUNDING = 1e-9;

/* What the controller's position says of the environment. */
struct position {
    expr weight, loss, misrouted, in_place;
    double most_in_place;
};

typedef double move_figure(const struct move *move);

static double figure_weight(const struct move *move)
{
    return move->before.weight;
}

static double figure_loss(const struct move *move)
{
    return move->loss;
}

static double figure_misrouted(const struct move *move)
{
    return move->kind == MOVE_MISROUTED;
}

static double figure_in_place(const struct move *move)
{
    return placement_total(&move->before, OLD) + placement_total(&move->before, NEW);
}

static expr table(struct process *p, const struct site *site, const char *name, double *values, int n, expr index)
{
    int number = expr_add_table(&p->graph, arena_format(&p->arena, "%s.%s", site->name, name), values, n);
    return expr_table(&p->graph, number, index);
}

/* A figure over the forward moves: that of the environment's own moves, `before` its plan and `after` it elsewhere. */
static expr over_forward(struct process *p, const struct site *site, const struct traffic *t, const char *name,
                         move_figure *figure, double before, double after)
{
    const struct moves *moves = &t->script->forward;
    const struct script_environment *part = &t->script->environments[t->environment];
    double *values = memory_new((size_t)moves->n_moves, sizeof *values);
    for (int i = 0; i < moves->n_moves; i++)
        values[i] = i < part->begin ? before : i < part->end ? figure(&moves->moves[i]) : after;
    expr result = table(p, site, name, values, moves->n_moves, t->step);
    free(values);
    return result;
}

/* A figure over the moves back; `rest` is its value when the environment is back. */
static expr over_back(struct process *p, const struct site *site, const struct traffic *t, const char *name,
                      move_figure *figure, double rest)
{
    const struct moves *moves = &t->script->environments[t->environment].back;
    double *values = memory_new((size_t)moves->n_moves, sizeof *values);
    for (int i = 0; i < moves->n_moves; i++)
        values[i] = i < BACK_FIRST ? rest : figure(&moves->moves[i]);
    expr result = table(p, site, arena_format(&p->arena, "back.%s", name), values, moves->n_moves, t->back);
    free(values);
    return result;
}

static double most(const struct moves *moves, int environment)
{
    double most = 0;
    for (int i = 0; i < moves->n_moves; i++)
        if (moves->moves[i].environment == environment && figure_in_place(&moves->moves[i]) > most)
            most = figure_in_place(&moves->moves[i]);
    return most;
}

/* Before the way back has begun, and while it is stuck, things are as `step` left them. */
static struct position position_of(struct process *p, const struct site *site, const struct traffic *t)
{
    const struct script_environment *part = &t->script->environments[t->environment];
    double n = site->environment->services[site->environment->released].replicas;
    expr here = term_or(p, term_is(p, t->back, BACK_IDLE), term_is(p, t->back, BACK_STUCK));
    double weight = t->routing == ROUTING_WEIGHTED ? 1 : 0;
    struct position at = {
        .weight = term_if(p, here, over_forward(p, site, t, "weight", figure_weight, 0, weight),
                          over_back(p, site, t, "weight", figure_weight, 0)),
        .loss = term_if(p, t->forward, over_forward(p, site, t, "loss", figure_loss, 0, 0),
                        over_back(p, site, t, "loss", figure_loss, 0)),
        .misrouted = term_or(p, over_forward(p, site, t, "misrouted", figure_misrouted, 0, 0),
                             over_back(p, site, t, "misrouted", figure_misrouted, 0)),
        .in_place = term_if(p, here, over_forward(p, site, t, "in_place", figure_in_place, n, n),
                            over_back(p, site, t, "in_place", figure_in_place, n)),
        .most_in_place = most(&t->script->forward, t->environment),
    };
    double most_back = most(&part->back, t->environment);
    if (most_back > at.most_in_place)
        at.most_in_place = most_back;
    return at;
}

/* Shares answered by both versions and by the new one, by routing. What nobody is short of is 1 to the last bit. */
static void answer(struct process *p, const struct site *site, enum routing routing, expr weight, expr *answered,
                   expr *by_new)
{
    expr demand = term_number(p, site->environment->services[site->environment->released].demand);
    expr o = site->serving[OLD], m = site->serving[NEW];
    if (routing == ROUTING_POOLED) {
        expr all = term_plus(p, o, m), pool = term(p, OP_MAX, all, demand);
        *answered = term_over(p, all, pool);
        *by_new = term_over(p, m, pool);
    } else {
        expr rest = term_minus(p, term_number(p, 1), weight);
        *by_new = term(p, OP_MIN, weight, term_over(p, m, demand));
        *answered = term_plus(p, term(p, OP_MIN, rest, term_over(p, o, demand)), *by_new);
    }
}

/* Adds the served share of an environment. Without traffic (NULL) only the old version is there, and nothing moves. */
void served_add(struct process *p, const struct site *site, const struct traffic *traffic, double available_at,
                struct served *served)
{
    expr zero = term_number(p, 0), one = term_number(p, 1), answered, by_new;
    struct position at = {zero, zero, zero, zero, 0};
    double n = site->environment->services[site->environment->released].replicas;
    if (traffic)
        at = position_of(p, site, traffic);
    answer(p, site, traffic ? traffic->routing : ROUTING_POOLED, at.weight, &answered,
           &by_new);
    expr ingress = term_minus(p, one, site->reachable);
    expr misrouted = term_times(p, site->reachable, at.misrouted);
    expr reached = term_times(p, site->reachable, term_minus(p, one, at.misrouted));
    expr errors = term_times(p, by_new, traffic ? traffic->errors : zero);
    expr good = term_times(p, reached, term_minus(p, answered, errors));
    expr kept = term_times(p, good, term_minus(p, one, at.loss));
    expr share = term_times(p, kept, site->dependencies);
    served->by_new = term_times(p, reached, by_new);
    served->lost = term_minus(p, one, share);
    served->down = term_less(p, share, term_number(p, available_at - ROUNDING));
    served->cause[CAUSE_INGRESS] = ingress;
    served->cause[CAUSE_MISROUTED] = misrouted;
    served->cause[CAUSE_CAPACITY] = term_times(p, reached, term_minus(p, one, answered));
    served->cause[CAUSE_ERRORS] = term_times(p, reached, errors);
    served->cause[CAUSE_SWITCHING] = term_times(p, good, at.loss);
    served->cause[CAUSE_DEPENDENCIES] = term_times(p, kept, term_minus(p, one, site->dependencies));
    served->extra = term(p, OP_MAX, zero, term_minus(p, at.in_place, term_number(p, n)));
    served->greatest_extra = at.most_in_place > n ? at.most_in_place - n : 0;
    process_add_formula(p, arena_format(&p->arena, "%s.served", site->name), share);
    process_add_formula(p, arena_format(&p->arena, "%s.by_new", site->name), served->by_new);
}
