"""A changed problem, and the plans before and after side by side."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sitewright as sw
from sitewright.optimizer.rules import SiteCount
from sitewright.optimizer.study.change import Price, changed
from tests import oracle
from tests.optimizer.study.brute import all_choices
from tests.strategies import problems


@settings(max_examples=50, deadline=None)
@given(problems(), st.integers(0, 3), st.booleans())
def test_a_forced_site_gives_the_best_plan_with_it_so(problem, j, opened):
    """Fails if a forced site is not forced, or the cheapest plan that has it so is missed."""
    site = str(problem.sites[j % problem.n_sites])
    truth = all_choices(problem)
    if not truth:
        return
    left = [cost for cost, sites in truth if (site in sites) is opened]
    answer = sw.what_if(problem, **{"opens" if opened else "closes": [site]})
    assert answer.before.objective == pytest.approx(truth[0][0], rel=1e-5, abs=1e-5)
    if not left:
        assert answer.comparison is None and answer.conflict is not None
        return
    assert answer.comparison.after.objective == pytest.approx(left[0], rel=1e-5, abs=1e-5)
    assert answer.comparison.cost["total"] == pytest.approx(left[0] - truth[0][0], abs=1e-3)
    low, high = answer.comparison.range
    assert low - 1e-3 <= left[0] - truth[0][0] <= high + 1e-3


def test_a_price_changes_what_it_names_and_nothing_else():
    """A changed energy price must be in the service cost, of that site alone, and the base left as it was."""
    problem = sw.load("southeast-asia-2015")
    j = problem.sites.tolist().index("singapore-sgp/own")
    before = problem.data["service_cost"].values.copy()
    dearer = changed(problem, prices=[Price("energy_price", 2.0, "singapore-sgp/own", factor=True)])
    rise = dearer.data["service_cost"].values - before
    expected = problem.numbers("demand") * problem.numbers("energy_price")[j]
    assert np.allclose(rise[:, j], expected, rtol=1e-9)
    assert not np.delete(rise, j, axis=1).any()
    assert np.array_equal(problem.data["service_cost"].values, before)
    fees = changed(problem, prices=[Price("partner_fee", 7.0, "carrier"), Price("fixed_cost", 0.5, "SGP", factor=True)])
    assert fees.numbers("partner_fee")[problem.partners.tolist().index("carrier")] == 7.0
    half = fees.numbers("fixed_cost") < problem.numbers("fixed_cost")
    assert np.array_equal(half, problem.text("jurisdiction") == "SGP")


def test_partners_are_asked_for_and_left_out():
    problem = sw.load("southeast-asia-2015")
    rules = changed(problem, partners=["jv"], no_partners=["carrier"]).rules[len(problem.rules) :]
    assert [(r.at_least, r.at_most, r.within.partners) for r in rules] == [(1, None, ("jv",)), (0, 0, ("carrier",))]


def test_two_plans_of_a_small_problem_differ_by_what_a_person_sees():
    """Open both for 6, or the first alone for 12: 8 more to serve y, 2 less to have b open."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0], latency=[[1.0, 5.0], [5.0, 1.0]]
    )
    one, other = sw.solve(problem), sw.solve(problem, rules=[SiteCount(at_most=1)])
    change = sw.compare(one, other)
    assert (change.opened, change.closed) == ((), ("s1",))
    assert change.cost == {"fixed": -2.0, "partner": 0.0, "service": 8.0, "total": 6.0}
    assert change.load == {"s0": (1.0, 2.0), "s1": (1.0, 0.0)}
    assert (change.moved_mw, change.moved_customers) == (1.0, 1)
    assert change.latency["all"]["mean"] == 2.0
    assert change.range == pytest.approx((6.0, 6.0))
    assert oracle.best(problem) == 6.0


def test_plans_of_other_sites_are_not_compared():
    plans = [sw.solve(sw.Problem.from_arrays(service_cost=[[1.0] * n], fixed_cost=[1.0] * n)) for n in (1, 2)]
    with pytest.raises(sw.InvalidProblem, match="sites"):
        sw.compare(*plans)
