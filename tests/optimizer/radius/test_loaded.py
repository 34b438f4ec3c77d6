"""p-center where capacities count: proved from the sites alone where that is enough, and searched for where not."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.rules import SiteCount
from tests import oracle


def test_the_european_case_is_proved_from_the_sites_alone():
    """Capacity, partners, a budget, a quota: the sites that cover all hold the load as well; no MIP over pairs."""
    problem = sw.load("europe-2015")
    plan = sw.solve(problem, objective="p-center", time_limit=30)
    assert plan.status is sw.Status.OPTIMAL
    # Nobody can be nearer than the nearest site that may open at all.
    least = np.where(problem.allowed, problem.numbers("latency"), np.inf).min(axis=1).max()
    assert plan.objective == pytest.approx(least)
    assert plan.verify(problem).accepted


@pytest.mark.parametrize("seed", range(8))
def test_tight_capacities_move_the_radius(seed):
    """Sites that cover all do not hold what is near to them: the radius lies above that of the sites alone.

    A search that trusted the sites would stop too early, one that trusted its first open set too late.
    """
    random = np.random.default_rng(seed)
    far = random.integers(1, 30, (6, 5)).astype(float)
    demand = random.integers(1, 6, 6).astype(float)
    capacity = np.full(5, demand.sum() / 1.9)
    problem = sw.Problem.from_arrays(
        service_cost=far,
        latency=far,
        fixed_cost=np.zeros(5),
        demand=demand,
        capacity=capacity,
        rules=[SiteCount(at_most=3)],
    )
    plan = sw.solve(problem, objective="p-center")
    assert plan.status is sw.Status.OPTIMAL and plan.verify(problem).accepted
    assert plan.objective == oracle.best_of_radius(problem, "p-center", None)
