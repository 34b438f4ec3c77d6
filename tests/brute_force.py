"""A solve held to brute force: the same optimum, proved and accepted by the checker, or no plan where there is none."""

import pytest

import sitewright as sw
from tests import oracle


def solve_as_brute_force(problem: sw.Problem, *, rel: float = 1e-6, bound_rel: float = 1e-9) -> None:
    """Solve for cost; fail unless brute force finds the same value to `rel`, and none below the bound."""
    best = oracle.best(problem)
    if best is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem)
        return
    plan = sw.solve(problem)
    assert plan.status is sw.Status.OPTIMAL
    assert plan.objective == pytest.approx(best, rel=rel)
    assert plan.bound <= best * (1 + bound_rel)
    assert plan.verify(problem).accepted, str(plan.verify(problem))
