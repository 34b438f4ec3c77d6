"""Why a problem has no plan: the conflict, its sentences, and each rule that could give way."""

from collections.abc import Iterator
from dataclasses import replace

from sitewright.optimizer.errors import Infeasible, LimitReached
from sitewright.optimizer.explain.conflict import find_conflict, settle, smallest_conflict
from sitewright.optimizer.explain.conflict_answer import Conflict, Relaxation
from sitewright.optimizer.explain.ease import ease
from sitewright.optimizer.explain.least_ease import least_ease
from sitewright.optimizer.explain.oracle import Oracle
from sitewright.optimizer.explain.say import sentences
from sitewright.optimizer.explain.without import without
from sitewright.optimizer.rules.base import Rule

# Seconds for the proof that no smaller conflict exists: nice to know, not worth waiting for.
FOR_SMALLEST = 1.5
# A relaxation's cost to 0.01 % will do; of the least change, the change is the point.
GAP = 1e-4
FOR_LEAST, GAP_OF_LEAST = 1.5, 1e-2


def why_infeasible(oracle: Oracle) -> Conflict:
    """Return the conflict of a problem of which the oracle knows that it has no plan."""
    problem, means = oracle.problem, oracle.means
    found = find_conflict(oracle)
    # First, since every plan that comes out shows that a rule was needed.
    relaxations = [r for k in sorted(found) for r in _relax(oracle, oracle.rules[k])]
    oracle = replace(oracle, means=means.briefly(FOR_SMALLEST))
    smallest = smallest_conflict(oracle, settle(replace(oracle, means=means), found))
    rules = [oracle.rules[k] for k in sorted(smallest.rules)]
    if smallest.rules != found:
        known = {id(rule): [r for r in relaxations if r.rule is rule] for rule in rules}
        oracle = replace(oracle, means=means)
        relaxations = [r for rule in rules for r in known[id(rule)] or _relax(oracle, rule)]
    proofs = sorted((len(some), who) for some, who in oracle.refused.items() if some <= smallest.rules)
    return Conflict(
        problem.name,
        tuple(rules),
        tuple(sentences(problem, rules, means)),
        proofs[-1][1],
        smallest.minimal,
        smallest.smallest,
        tuple(sorted(relaxations, key=_cost)),
    )


def _cost(relaxation: Relaxation) -> float:
    return relaxation.plan.objective if relaxation.plan is not None else float("inf")


def _relax(oracle: Oracle, rule: Rule) -> Iterator[Relaxation]:
    """Solve without the rule, and say what it would have to be for the plan that is found; then ease it least."""
    problem, gap = oracle.problem, max(GAP, oracle.means.gap)
    free = without(problem, [rule])
    try:
        plan = oracle.means.briefly().solve(free, gap=gap)
    except Infeasible:
        yield Relaxation(rule, f"not enough alone: give up that {rule.sentence()}", None, None, decided=True)
        return
    except LimitReached as error:
        yield Relaxation(rule, f"not known ({error.stop_reason})", None, None, decided=False)
        return
    oracle.learn(plan)
    eased, change = ease(problem, rule, plan.decision)
    if eased is not None and any(eased.broken(problem, plan.decision)):
        eased = None
    least = least_ease(free, rule)
    if least is None or not any(least.broken(problem, plan.decision)):
        yield Relaxation(rule, change, eased, plan, decided=True, least=least is not None)
        return
    yield Relaxation(rule, change, eased, plan, decided=True)
    try:
        plan = oracle.means.briefly(FOR_LEAST).solve(free.with_rules(least), gap=max(gap, GAP_OF_LEAST))
    except (Infeasible, LimitReached):
        return  # the least that counting allows is not enough, and what is was not asked
    yield Relaxation(rule, ease(problem, rule, plan.decision)[1], least, plan, decided=True, least=True)
