"""Cost against a limit: every point against brute force, and drawn with its bound."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.rules import LatencyShare, MeanLatency, MeanOfSites, SiteCount
from sitewright.optimizer.study.moved_limit import Moved, least_costs
from tests import oracle
from tests.strategies import problems

LACKING = ("mean-latency", "risk")
RULE = {
    "mean-latency": lambda limit: MeanLatency(limit),
    "p90-latency": lambda limit: LatencyShare(within_ms=limit, at_least=0.9),
    "carbon": lambda limit: MeanOfSites("carbon", limit),
    "risk": lambda limit: MeanOfSites("hazard", limit),
    "sites": lambda limit: SiteCount(at_least=int(limit), at_most=int(limit)),
}


def with_latency(seed):
    """Six customers and four sites, latency, carbon and hazard apart from cost: they pull in different directions."""
    problem = generate("cornuejols", seed=seed, customers=6, sites=4, r=2.0)
    ms = np.random.default_rng(seed).integers(5, 60, (6, 4)).astype(float)
    more = {"latency": (("customer", "site"), ms), "carbon": ("site", [60.0, 500.0, 30.0, 300.0])}
    more |= {"pue": ("site", [1.2, 1.5, 1.1, 2.0]), "hazard": ("site", [1.0, 7.0, 4.0, 6.5])}
    return sw.Problem(problem.data.assign(more))


@pytest.mark.parametrize("against", RULE)
def test_each_point_costs_what_brute_force_says(against):
    """Fails if a point's plan is not the cheapest under its limit, breaks it, or a bound is no bound."""
    for seed in (1, 2):
        problem = with_latency(seed)
        answer = sw.frontier(problem, against, points=4, gap=1e-6)
        assert answer.settled and len(answer.points) >= 2
        for point in answer.points:
            truth = oracle.best(problem.with_rules(RULE[against](point.limit)))
            if truth is None:
                assert point.cost == np.inf and point.reached is None
                continue
            assert point.cost == pytest.approx(truth, rel=1e-5)
            assert point.bound <= truth * (1 + 1e-6)
            assert point.reached <= point.limit * (1 + 1e-6)
        costs = [p.cost for p in answer.points]
        if against != "sites":
            assert all(later <= earlier * (1 + 1e-9) for earlier, later in pairwise(costs))
            assert costs[-1] == pytest.approx(oracle.best(problem), rel=1e-5)


@pytest.mark.parametrize("against", ["mean-latency", "p90-latency"])
def test_limits_beyond_what_any_plan_keeps_are_proved_to_have_none(against):
    """Fails if a cut of a set that breaks the limit keeps out another that does not, or a tight limit has no answer."""
    for seed in (1, 2, 3):
        problem = with_latency(seed)
        ms = problem.numbers("latency")
        limits = np.linspace(ms.min(axis=1).mean() * 0.9, ms.mean(), 6).tolist()
        plan = sw.solve(problem)
        found = least_costs(Moved(problem, plan, (), RULE[against], 1e-6, None), limits, lambda: False)
        for limit, least in zip(limits, found, strict=True):
            truth = oracle.best(problem.with_rules(RULE[against](limit)))
            assert (least.low, least.high) == pytest.approx(
                (np.inf, np.inf) if truth is None else (truth, truth), rel=1e-5
            )


@settings(max_examples=15, deadline=None)
@given(problems())
def test_any_problem_with_a_plan_has_a_frontier_that_ends_at_its_cost(problem):
    """Fails where demand is 0, latency infinite, or the rules leave one plan alone."""
    truth = oracle.best(problem)
    if truth is None or not problem.numbers("demand").sum() > 0 or np.isinf(problem.numbers("latency")).any():
        return
    answer = sw.frontier(problem, points=3, gap=1e-6)
    assert answer.points[-1].cost == pytest.approx(truth, rel=1e-4, abs=1e-4)


def test_a_plan_served_from_where_carbon_is_not_known_is_on_no_frontier():
    """Fails if the cheapest plan, of which the mean is not known, makes all limits unknown."""
    problem = with_latency(1)
    cheapest = np.flatnonzero(sw.solve(problem).decision.open)
    carbon = problem.numbers("carbon").copy()
    carbon[cheapest[0]] = np.nan
    problem = sw.Problem(problem.data.assign(carbon=("site", carbon)))
    answer = sw.frontier(problem, "carbon", points=3, gap=1e-6)
    assert answer.settled and answer.unit == "g/kWh"
    for point in answer.points:
        truth = oracle.best(problem.with_rules(RULE["carbon"](point.limit)))
        assert point.cost == pytest.approx(truth, rel=1e-5)
    with pytest.raises(sw.InvalidProblem, match="known of some site"):
        sw.frontier(sw.Problem(problem.data.assign(carbon=("site", np.full(4, np.nan)))), "carbon")


@pytest.mark.parametrize("arguments", [{"against": "colour"}, {"points": 1}, *({"against": a} for a in LACKING)])
def test_a_wrong_argument_is_named(arguments):
    problem = generate("euclidean_ufl", seed=1, n=6)
    with pytest.raises(sw.InvalidProblem, match=next(iter(arguments))):
        sw.frontier(problem, **({"against": "sites"} | arguments))


def test_a_frontier_that_is_stopped_still_bounds_each_point():
    """Fails if points that nobody came to say nothing: no plan under a limit costs less than the cheapest of all."""
    cancel, problem = sw.CancelToken(), sw.load("europe-2015")
    found = sw.frontier(problem, points=4, cancel=cancel, on_progress=lambda e: e.stage == "done" and cancel.cancel())
    cheapest = min(point.cost for point in found.points)
    for point in found.points:
        assert 0.9 * cheapest < point.bound <= point.cost
