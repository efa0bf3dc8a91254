/*
 * Selection of the best plan of a topology, while paths are drawn.
 *
 * The plan that looks best after the first paths is the leader. From then on each other plan runs the leader's paths
 * along with its own, on the same random numbers, and the difference of their objectives is looked at after each round:
 * - if its interval is above 0, the plan is worse, and gets no more paths;
 * - if it is below 0, the leader is worse, and the plan that beats it most is the new leader;
 * - if it is above -d, where d is the indifference (a share of the leader's mean), the plan is no better than the
 *   leader by an amount that anybody asked for, and gets no more paths either; level is what is called so only if the
 *   interval is below d as well.
 * A plan that breaks a condition of subject_to is dropped likewise, by study/judge.c. (One that paths can only refute,
 * such as `duration.max <= 1h`, counts as kept until it is refuted.) What is left in the end is the leader.
 *
 * The risk. The best plan b may be lost in three ways: it is called worse than some leader, or no better than it, or it
 * is called infeasible; or a plan that is none is called feasible. Each comparison that involves b is between two
 * plans, so there are at most k - 1 of them among k plans, and each may err with the share 1/(k - 1) of the risk, spent
 * over the looks as in study/judge.c. With conditions, half of the risk is theirs, in equal parts for each plan and
 * condition. So with the asked probability the leader is feasible, and the best or within the indifference of it.
 *
 * This has the frame of S.-H. Kim, B. L. Nelson, A fully sequential procedure for indifference-zone selection in
 * simulation, ACM Trans. Modeling and Computer Simulation 11 (2001) 251-273: common random numbers, screening by
 * differences at every stage, an indifference zone, and Bonferroni's inequality over the rivals. Theirs screens by
 * triangular regions of a Brownian motion, which assume means of equal numbers of normal values. Here paths are
 * stratified, unequal in number and far from normal, so differences have the intervals of engine/interval.c, with a
 * risk spent over looks; constraints are decided as S. Andradottir, S.-H. Kim, Naval Research Logistics 57 (2010)
 * 403-421 propose, before and beside the comparisons.
 *
 * The leader's first paths, which made it leader, are not used for comparisons on the same paths: these begin anew with
 * each leader. Until they are there the plans' own means are compared, as if they were independent; that they are drawn
 * on the same numbers makes their difference less noisy than that, not more.
 *
 * Plans that give the same on every path differ by nothing that CONSTANT_PATHS can show, and are level.
 *
 * Cost: a comparison a plan and look; and the leader's paths, run once more for each rival that is still open unless
 * these come one after another (study/sample.c).
 */
#include "study/select.h"

#include "study/estimate.h"

#include <math.h>
#include <stdlib.h>

enum { RIVAL_PATHS = 200 }; /* a stratum: with fewer, means are compared */

/* Makes ready to select among the arms of the sampler, with at most that probability of a wrong result. */
bool select_open(struct selection *s, const struct scenario *scenario, struct sampler *sampler, double risk,
                 struct error *error)
{
    int n = scenario->objective.n_subject_to;
    *s = (struct selection){.scenario = scenario, .sampler = sampler, .risk = risk};
    s->per_topology = scenario->n_strategies + 1;
    s->standing = memory_new((size_t)sampler->n_arms, sizeof *s->standing);
    s->leader = memory_new((size_t)scenario->n_topologies, sizeof *s->leader);
    s->statements = memory_new((size_t)n * (size_t)scenario->n_topologies, sizeof *s->statements);
    s->rulings = memory_new((size_t)n * (size_t)sampler->n_arms, sizeof *s->rulings);
    sampler->watches.objective = scenario->objective.minimize;
    for (int t = 0; t < scenario->n_topologies; t++)
        s->leader[t] = -1;
    for (int i = 0; i < n * scenario->n_topologies; i++)
        if (!judge_state(scenario, &scenario->objective.subject_to[i % n],
                         &sampler->arms[i / n * s->per_topology], &sampler->watches, &s->statements[i], error))
            return false;
    return true;
}

void select_close(struct selection *s)
{
    free(s->standing);
    free(s->leader);
    free(s->statements);
    free(s->rulings);
}

static int leader_of(const struct selection *s, int arm)
{
    return s->leader[arm / s->per_topology];
}

bool select_is_leader(const struct selection *s, int arm)
{
    return leader_of(s, arm) == arm;
}

static bool may_win(const struct selection *s, int arm)
{
    return s->standing[arm] < STANDING_WORSE;
}

/* ---- constraints ---- */

/* The risk that may be spent at this look on each of n statements of which one wrong is too many. */
static double risk_of_each(const struct selection *s, double risk, int n)
{
    return risk * judge_spend(s->look) / (n > 0 ? n : 1);
}

static void look_at_constraints(struct selection *s, int arm)
{
    int n = s->scenario->objective.n_subject_to, plans = s->per_topology - 1;
    const struct statement *statements = s->statements + arm / s->per_topology * n;
    double risk = risk_of_each(s, s->risk / 2, n * plans);
    for (int i = 0; i < n; i++) {
        enum ruling *ruling = &s->rulings[arm * n + i];
        if (*ruling == RULING_UNDECIDED)
            *ruling = judge(&s->sampler->arms[arm], &statements[i], risk, s->scenario->horizon);
        if (*ruling == RULING_FAILED)
            s->standing[arm] = STANDING_INFEASIBLE;
    }
}

/* Whether all conditions are known to be kept, or, of those that paths can only refute, are not refuted. */
bool select_is_feasible(const struct selection *s, int arm)
{
    int n = s->scenario->objective.n_subject_to;
    const struct statement *statements = s->statements + arm / s->per_topology * n;
    for (int i = 0; i < n; i++) {
        enum ruling ruling = s->rulings[arm * n + i];
        if (ruling == RULING_FAILED || (ruling == RULING_UNDECIDED && !judge_only_refutes(&statements[i])))
            return false;
    }
    return true;
}

/* ---- differences ---- */

static struct interval objective_at(const struct selection *s, const struct arm *arm, double confidence)
{
    enum measure m = s->scenario->objective.minimize;
    struct way way = estimate_way(arm, m, confidence, s->scenario->horizon);
    return estimate_interval(arm, m, way, confidence, s->scenario->horizon);
}

/*
 * The difference of two means that are taken to be independent. What a release adds is compared where that is what both
 * means are made of: no release is the same for both.
 */
static struct interval difference_of_means(const struct selection *s, const struct arm *own, const struct arm *other,
                                           double confidence)
{
    const double weights[] = {1, -1};
    enum measure m = s->scenario->objective.minimize;
    int absolute = measure_absolute(m);
    struct interval parts[2];
    if (absolute < 0) {
        parts[0] = objective_at(s, own, confidence);
        parts[1] = objective_at(s, other, confidence);
        return interval_combine(parts, weights, 2);
    }
    enum measure added = measure_added((enum measure)absolute);
    const struct arm *arms[] = {own, other};
    for (int i = 0; i < 2; i++) {
        struct way way = estimate_way(arms[i], added, confidence, s->scenario->horizon);
        way.paired = true;
        parts[i] = estimate_interval(arms[i], added, way, confidence, s->scenario->horizon);
    }
    return interval_combine(parts, weights, 2);
}

/* The difference to the rival on the same paths; not a number if there are too few of them. */
static struct interval difference_on_paths(const struct selection *s, const struct arm *arm, double confidence)
{
    struct interval parts[STRATA];
    double weights[STRATA];
    for (int i = 0; i < arm->n_strata; i++) {
        if (arm->strata[i].tally.rival.n < RIVAL_PATHS)
            return (struct interval){NAN, NAN, NAN, NAN, 0, false};
        parts[i] = estimate_rival(arm, &arm->strata[i], s->scenario->objective.minimize, confidence,
                                  s->scenario->horizon);
        weights[i] = arm->strata[i].weight;
    }
    return interval_combine(parts, weights, arm->n_strata);
}

/* How much more the arm costs than the leader of its topology, which it is not: the narrower of two intervals. */
static struct interval difference_to_leader(const struct selection *s, int a, double confidence)
{
    const struct arm *arm = &s->sampler->arms[a], *leader = &s->sampler->arms[leader_of(s, a)];
    struct interval means = difference_of_means(s, arm, leader, confidence);
    if (arm->rival != leader)
        return means;
    struct interval paths = difference_on_paths(s, arm, confidence);
    return paths.high - paths.low < means.high - means.low ? paths : means;
}

/* Every path gave the same objective as with the leader, and there were many. */
static bool is_same(const struct arm *arm)
{
    uint64_t paths = 0;
    for (int i = 0; i < arm->n_strata; i++) {
        const struct moments *rival = &arm->strata[i].tally.rival;
        if (rival->m2 > 0 || rival->mean < 0 || rival->mean > 0)
            return false;
        paths += rival->n;
    }
    return arm->rival && paths >= CONSTANT_PATHS;
}

/* What is not worth telling apart, in the unit of the objective. */
static double indifference(const struct selection *s, int leader)
{
    const struct simulation *sim = &s->scenario->simulation;
    return sim->indifference * fabs(estimate_objective(s->scenario, &s->sampler->arms[leader]).mean);
}

/* As in study/judge.c, each end of a difference of means may be wrong at half of the risk. */
static double confidence_of_comparisons(const struct selection *s)
{
    double risk = s->scenario->objective.n_subject_to ? s->risk / 2 : s->risk;
    return 1 - risk_of_each(s, risk, s->per_topology - 2);
}

/* ---- looks ---- */

/* The arm of the topology that may win and has the least mean, those known to be feasible first; or -1. */
static int find_leader(const struct selection *s, int topology)
{
    int best = -1;
    double least = INFINITY;
    bool feasible = false;
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++) {
        if (!may_win(s, a))
            continue;
        double mean = estimate_objective(s->scenario, &s->sampler->arms[a]).mean;
        bool is = select_is_feasible(s, a);
        if (best >= 0 && !(is > feasible || (is == feasible && mean < least)))
            continue;
        best = a;
        least = mean;
        feasible = is;
    }
    return best;
}

/*
 * Compares the topology's plans with their leader, which must be known to be feasible for any to be dropped. Returns
 * the plan that beats it most, or -1.
 */
static int compare(struct selection *s, int topology)
{
    int leader = s->leader[topology], better = -1;
    bool feasible = select_is_feasible(s, leader);
    double d = indifference(s, leader), confidence = confidence_of_comparisons(s), least = 0;
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++) {
        if (a == leader || s->standing[a] != STANDING_OPEN)
            continue;
        struct interval difference = difference_to_leader(s, a, confidence);
        if (feasible && difference.low > 0) {
            s->standing[a] = STANDING_WORSE;
        } else if (feasible && (difference.low > -d || is_same(&s->sampler->arms[a]))) {
            bool level = difference.high < d || is_same(&s->sampler->arms[a]);
            s->standing[a] = level ? STANDING_LEVEL : STANDING_BEHIND;
        } else if (difference.high < 0 && difference.mean < least && select_is_feasible(s, a)) {
            better = a;
            least = difference.mean;
        }
    }
    return better;
}

/* Those that were level with the leader before, or behind it, may be better than the new one, or worse. */
static void compare_anew(struct selection *s, int topology)
{
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++)
        if (s->standing[a] == STANDING_LEVEL || s->standing[a] == STANDING_BEHIND)
            s->standing[a] = STANDING_OPEN;
}

static void look_at_topology(struct selection *s, int topology)
{
    int *leader = &s->leader[topology];
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++)
        if (may_win(s, a))
            look_at_constraints(s, a);
    if (*leader < 0 || s->standing[*leader] == STANDING_INFEASIBLE)
        *leader = find_leader(s, topology);
    int better = *leader >= 0 ? compare(s, topology) : -1;
    if (better >= 0) {
        s->standing[*leader] = STANDING_WORSE;
        *leader = better;
        compare_anew(s, topology);
    }
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++)
        if (*leader >= 0)
            sampler_set_rival(&s->sampler->arms[a], a == *leader ? NULL : &s->sampler->arms[*leader]);
}

/* Looks at all plans once more, after paths were drawn. */
void select_look(struct selection *s)
{
    s->look++;
    for (int t = 0; t < s->scenario->n_topologies; t++)
        look_at_topology(s, t);
}

/* Nothing is asked of the arm any more, or, of the leader and those level with it, nothing but its own mean. */
bool select_is_settled(const struct selection *s, int arm)
{
    if (!may_win(s, arm))
        return true;
    if (select_is_leader(s, arm))
        return select_is_feasible(s, arm);
    return s->standing[arm] != STANDING_OPEN;
}

/* The best plan of the topology is known, with those level with it; or that there is none. */
bool select_is_decided(const struct selection *s, int topology)
{
    for (int a = topology * s->per_topology + 1; a < (topology + 1) * s->per_topology; a++)
        if (!select_is_settled(s, a))
            return false;
    return true;
}

/* What is known of the arm. */
enum standing select_standing(const struct selection *s, int arm)
{
    int topology = arm / s->per_topology;
    if (arm % s->per_topology && select_is_leader(s, arm) && select_is_decided(s, topology))
        return STANDING_BEST;
    return s->standing[arm];
}

/* How many times the paths an open arm needs until all is told of it, as far as is known: 1.25 to 4. */
double select_growth(const struct selection *s, int arm)
{
    int leader = leader_of(s, arm);
    double least = select_is_feasible(s, arm) ? 1.25 : 2;
    if (leader < 0 || arm == leader)
        return least;
    struct interval difference = difference_to_leader(s, arm, confidence_of_comparisons(s));
    double d = indifference(s, leader), below = difference.mean - difference.low;
    double far = fmax(difference.mean + d, -difference.mean), ratio = below / fmax(far, 1e-300);
    return fmin(fmax(1.1 * ratio * ratio, least), 4);
}
