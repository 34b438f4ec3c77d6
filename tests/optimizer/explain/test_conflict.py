"""Why a problem has no plan: conflicts against brute force, and relaxations that hold what they promise."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.explain.without import removable, without
from sitewright.optimizer.rules import (
    Budget,
    Capacity,
    LatencyLimit,
    LegalExclusion,
    MeanLatency,
    MeanOfSites,
    OneOptionPerMetro,
    SiteCount,
    SiteScope,
    SiteStatus,
)
from tests import oracle
from tests.strategies import problems


def small(*rules, **variables):
    """Two customers of 3 MW near their own site of 4 MW; a third site of 4 MW is far from both and cheap."""
    given = {"capacity": [4.0, 4.0, 4.0], "latency": [[5.0, 20.0, 30.0], [20.0, 5.0, 30.0]]} | variables
    cost, fixed = [[1.0, 9.0, 9.0], [9.0, 1.0, 9.0]], [10.0, 10.0, 4.0]
    return sw.Problem.from_arrays(service_cost=cost, fixed_cost=fixed, demand=[3.0, 3.0], rules=rules, **given)


def kept_by_some_plan(problem, keep):
    """Whether brute force finds a plan under these of the removable rules alone."""
    dropped = [r for r in removable(problem) if not any(r is k for k in keep)]
    return oracle.best(without(problem, dropped)) is not None


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_conflict_is_one_and_no_smaller_set_is(problem):
    """Fails if a named rule is not needed, or the named rules could be kept after all, or fewer would do."""
    conflict = sw.explain(problem, patience=60).conflict
    truth = oracle.best(problem)
    assert (conflict is None) == (truth is not None)
    if conflict is None:
        return
    assert not kept_by_some_plan(problem, conflict.rules)
    assert conflict.minimal and conflict.sentences
    for rule in conflict.rules:
        assert kept_by_some_plan(problem, [r for r in conflict.rules if r is not rule])
    if conflict.smallest and conflict.rules:
        for some in combinations(removable(problem), len(conflict.rules) - 1):
            assert kept_by_some_plan(problem, some)


@settings(max_examples=20, deadline=None)
@given(problems())
def test_each_relaxation_costs_what_brute_force_says(problem):
    """Fails if a relaxation is not enough, is dearer than it must be, or an eased rule is not kept by its plan."""
    conflict = sw.explain(problem, patience=60).conflict
    for relaxation in conflict.relaxations if conflict is not None else ():
        truth = oracle.best(without(problem, [relaxation.rule]))
        if relaxation.plan is None:
            assert truth is None and relaxation.decided
            continue
        if not relaxation.least:
            assert relaxation.plan.objective == pytest.approx(truth, rel=1e-3, abs=1e-6)
        if relaxation.eased is not None:
            eased = without(problem, [relaxation.rule]).with_rules(relaxation.eased)
            assert oracle.best(eased) == pytest.approx(relaxation.plan.objective, rel=2e-2, abs=1e-2)


def test_a_shortage_is_told_in_megawatts():
    """The sentence that a person needs: how much is asked for, and how much the rules leave."""
    conflict = sw.explain(small(SiteCount(at_most=1)), patience=60).conflict
    assert {type(r) for r in conflict.rules} == {Capacity, SiteCount}
    assert conflict.smallest and conflict.proof == "counting"
    assert "6 MW" in conflict.sentences[0] and "hold at most 4 MW" in conflict.sentences[0]
    assert any("let 2 sites open instead of 1" in r.change and r.least for r in conflict.relaxations)


def test_a_budget_is_told_what_it_must_be_at_least():
    """14 buys the cheapest two sites, 22 the cheapest plan: both are answers, to two questions."""
    conflict = sw.explain(small(Budget(12.0)), patience=60).conflict
    assert {type(r) for r in conflict.rules} == {Capacity, Budget}
    changes = {r.change: (r.plan.objective, r.least) for r in conflict.relaxations if isinstance(r.rule, Budget)}
    assert set(changes.values()) == {(22.0, False), (24.0, True)} or len(changes) == 1
    assert any("to 20 EUR/yr" in c or "to 14 EUR/yr" in c for c in changes)


def test_customers_without_any_site_are_named():
    conflict = sw.explain(small(LatencyLimit(4.0)), patience=60).conflict
    assert [type(r) for r in conflict.rules] == [LatencyLimit]
    assert "c0, c1" in conflict.sentences[0] and "5.0 to 5.0 ms away, the limit is 4 ms" in conflict.sentences[0]
    assert any(r.least and r.eased == LatencyLimit(5.0) for r in conflict.relaxations)


def test_a_mean_that_cannot_be_reached_is_told_the_best_there_is():
    """Only a solve can prove it: one site of two is 12.5 ms from both customers on average."""
    problem = small(MeanLatency(9.0), SiteCount(at_most=1), capacity=None)
    conflict = sw.explain(problem, patience=60).conflict
    assert {type(r) for r in conflict.rules} == {MeanLatency, SiteCount}
    assert any("12.500 ms at least, the limit is 9 ms" in s for s in conflict.sentences)


def test_carbon_that_cannot_be_reached_is_told_the_least_there_is():
    """Only a solve can prove it: clean s0 holds 4 of 6 MW, so the mean is (4 x 100 + 2 x 400) / 6 at least."""
    data = small(capacity=[4.0, 9.0, 9.0]).data.assign(carbon=("site", [100.0, 400.0, np.nan]))
    conflict = sw.explain(sw.Problem(data, (MeanOfSites("carbon", 150.0),)), patience=60).conflict
    assert {r.name for r in conflict.rules} == {"capacity", "mean_of_sites"}
    assert any("is 200 g/kWh at least, the limit is 150 g/kWh" in s for s in conflict.sentences)
    raised = [r for r in conflict.relaxations if isinstance(r.eased, MeanOfSites)]
    # What the cheapest plan without the limit needs: s1 alone.
    assert [r.eased.at_most for r in raised] == pytest.approx([400.0])


def test_a_limit_below_an_infinite_round_trip_is_given_up():
    """Fails if the limit that a customer without demand needs is taken for a number: it is none."""
    latency = [[float("inf"), 20.0, 30.0], [20.0, 5.0, 30.0]]
    only = LegalExclusion(sites=SiteScope(sites=("s1", "s2")))
    problem = small(LatencyLimit(15.0), only, latency=latency, capacity=None)
    relaxed = [r for r in sw.explain(problem, patience=60).conflict.relaxations if isinstance(r.rule, LatencyLimit)]
    assert relaxed and all(r.eased is None and "no finite length" in r.change for r in relaxed if not r.least)


def test_data_that_admit_no_plan_need_no_rule():
    problem = sw.Problem.from_arrays(service_cost=[[float("inf")]], fixed_cost=[1.0])
    conflict = sw.explain(problem, patience=60).conflict
    assert conflict.rules == () and "may use no site" in conflict.sentences[0]


def test_rules_keep_their_meaning_when_what_they_speak_by_goes():
    """Fails if dropping one option per metro, or statuses, changes whom a scope by metro or status names."""
    base = sw.Problem.from_arrays(
        service_cost=[[1.0, 1.0, 1.0]],
        fixed_cost=[1.0, 2.0, 3.0],
        metro=["m", "m", "n"],
        status=["existing", "candidate", "candidate"],
        rules=[LegalExclusion(sites=SiteScope(metros=("m",))), SiteCount(1, within=SiteScope(status=("existing",)))],
    )
    metro, status = (next(r for r in base.all_rules if isinstance(r, k)) for k in (OneOptionPerMetro, SiteStatus))
    for dropped in ([metro], [status], [metro, status]):
        free = without(base, dropped)
        assert free.allowed.tolist() == base.allowed.tolist()
        count = next(r for r in free.rules if isinstance(r, SiteCount))
        assert count.within.mask(free).tolist() == [True, False, False]


def test_a_feasible_problem_has_no_conflict():
    explanation = sw.explain(generate("cornuejols", seed=1, customers=10, sites=5), patience=60)
    assert explanation.conflict is None and explanation.plan.status is sw.Status.OPTIMAL
