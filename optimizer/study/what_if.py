"""What if this site were open, that one closed, the partner another, the price another: the plan then, as a change."""

from collections.abc import Sequence
from dataclasses import dataclass

from sitewright.optimizer.engine.arguments import check_arguments
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.explain.conflict_answer import Conflict
from sitewright.optimizer.explain.infeasible import why_infeasible
from sitewright.optimizer.explain.oracle import Means, Oracle
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress
from sitewright.optimizer.study.change import Price, changed
from sitewright.optimizer.study.comparison import Comparison, compare
from sitewright.optimizer.study.prices import Pricing

__all__ = ["Price", "WhatIf", "what_if"]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """The plan before and after a change.

    Attributes
    ----------
    problem
        The changed problem, to which the second plan belongs.
    comparison
        The change of the plan; None if there is none any more.
    conflict
        Why there is no plan any more; None if there is one.
    kept_cost
        What the sites of the first plan cost in the changed problem, with the best assignment, EUR/yr; None if they
        break its rules. What the second plan costs less is what it is worth to choose anew.
    """

    problem: Problem
    before: Plan
    comparison: Comparison | None
    conflict: Conflict | None
    kept_cost: float | None


def what_if(
    problem: Problem,
    *,
    opens: Sequence[str] = (),
    closes: Sequence[str] = (),
    partners: Sequence[str] = (),
    no_partners: Sequence[str] = (),
    prices: Sequence[Price] = (),
    p: int | None = None,
    base: Plan | None = None,
    time_limit: float | None = None,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> WhatIf:
    """Solve a problem as it is and with changes, and compare the plans.

    Parameters
    ----------
    opens, closes
        Sites that must be open, must be closed.
    partners, no_partners
        Partners that must be used ("" is an own build), may not be used.
    prices
        Other numbers.
    p
        Exactly so many sites open.
    base
        The plan of the problem as it is, if at hand.
    time_limit
        Seconds for both solves together.
    gap, threads, seed, on_progress, cancel
        As in `sitewright.solve`.

    Raises
    ------
    InvalidProblem
        If an argument is wrong.
    Infeasible, LimitReached
        As `sitewright.solve`, of the problem as it is; LimitReached of the changed one, too.
    """
    check_arguments(problem, time_limit=time_limit, gap=gap, threads=threads, seed=seed, solver="highs")
    problem = with_objective(problem, "cost", p)
    other = changed(problem, opens=opens, closes=closes, partners=partners, no_partners=no_partners, prices=prices)
    means = Means(time_limit, gap, threads, seed, on_progress, cancel or CancelToken())
    before = means.solve(problem) if base is None else base
    oracle = Oracle(other, means)
    if not oracle.quickly(oracle.everything):
        try:
            after = means.solve(other)
        except Infeasible as error:
            oracle.refused[oracle.everything] = error.proof
        else:
            return WhatIf(other, before, compare(before, after), None, _kept(other, before))
    return WhatIf(other, before, None, why_infeasible(oracle), None)


def _kept(problem: Problem, before: Plan) -> float | None:
    cost, decision, _ = Pricing(problem).price(before.decision.open)
    if decision is None or any(True for rule in problem.all_rules for _ in rule.broken(problem, decision)):
        return None
    return cost
