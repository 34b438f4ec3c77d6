"""Problems that a person solves in their head, and what is refused."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.rules import Budget, LegalExclusion, MutualExclusion, SiteCount
from sitewright.optimizer.rules.scope import CustomerScope, SiteScope

# Five towns on a line, at 0, 1, 2, 10 and 11 ms; any may hold the site.
PLACES = np.array([0.0, 1.0, 2.0, 10.0, 11.0])


def line(**more):
    far = np.abs(PLACES[:, None] - PLACES)
    demand = [1.0, 2.0, 3.0, 4.0, 5.0]
    labels = {"customers": list("abcde"), "sites": list("ABCDE")}
    cost = far * np.array(demand)[:, None]
    return sw.Problem.from_arrays(
        service_cost=cost, latency=far, fixed_cost=[3, 3, 3, 3, 3], demand=demand, **labels, **more
    )


def test_two_centers_stand_in_the_middle_of_the_two_groups():
    plan = sw.solve(line(), objective="p-center", p=2)
    assert plan.open_sites[0] == "B" and plan.open_sites[1] in "DE"
    assert (plan.objective, plan.bound, plan.unit) == (1.0, 1.0, "ms")
    assert plan.latency["all"]["worst"] == 1.0
    assert plan.certificate.root_bound == 1.0, "three towns more than 1 ms apart need three sites: weights prove it"


def test_one_site_covers_the_heavier_group():
    plan = sw.solve(line(), objective="coverage", p=1, radius=1.0)
    assert (plan.objective, plan.unit) == (9.0, "MW")
    assert plan.bound == pytest.approx(9.0, rel=1e-9) and plan.bound >= 9.0
    assert plan.share_covered == 9 / 15 and plan.status is sw.Status.OPTIMAL
    assert set(plan.open_sites) <= {"D", "E"}
    assert len(plan.assignment["link"]) == 5, "who is not covered is served all the same"


def test_two_sites_have_everyone_within_a_millisecond_and_three_within_less():
    plan = sw.solve(line(), objective="set-cover", radius=1.0)
    assert (plan.objective, plan.bound, plan.unit) == (2.0, 2.0, "sites")
    assert sw.solve(line(), objective="set-cover", radius=0.5).objective == 5.0


def test_the_nearest_site_serves_and_of_equally_near_ones_the_cheapest():
    problem = sw.Problem.from_arrays(
        service_cost=[[9.0, 4.0, 5.0]], latency=[[1.0, 1.0, 2.0]], fixed_cost=[0, 0, 0], demand=[1.0]
    )
    plan = sw.solve(problem, objective="p-center", p=3)
    assert plan.assignment["site"].values.tolist() == ["s1"]


def test_a_budget_takes_the_place_of_p():
    plan = sw.solve(line(), objective="p-center", rules=[Budget(at_most=7.0)])
    assert plan.objective == 1.0 and len(plan.open_sites) <= 2


def test_sites_that_a_rule_tells_apart_do_not_stand_in_for_each_other():
    """B covers all that A and C do, but may not open with D and E: dropping A and C for it would be wrong."""
    rules = [MutualExclusion(sites=("B", "D")), MutualExclusion(sites=("B", "E"))]
    plan = sw.solve(line(), objective="set-cover", radius=1.0, rules=rules)
    assert plan.objective == 3.0 and "B" not in plan.open_sites


def test_forbidden_pairs_count_as_out_of_reach():
    """Town e may be served from A alone."""
    law = LegalExclusion(customers=CustomerScope(customers=("e",)), sites=SiteScope(sites=("B", "C", "D", "E")))
    plan = sw.solve(line(), objective="p-center", p=2, rules=[law])
    assert plan.objective == 11.0 and "A" in plan.open_sites
    covered = sw.solve(line(), objective="coverage", p=1, radius=1.0, rules=[law])
    assert covered.open_sites == ("A",) and covered.objective == 3.0
    with pytest.raises(sw.Infeasible, match="e"):
        sw.solve(line(), objective="set-cover", radius=10.0, rules=[law])


def test_residency_keeps_data_at_home():
    """The customers' data may not leave the EU, where only E lies."""
    data = line().data.assign(
        residency=("customer", ["", "", "", "", "eu"]), regime=("site", ["X", "X", "X", "X", "EU"])
    )
    problem = sw.Problem(data, (sw.rules.Residency(allowed={"eu": ("EU",)}),))
    plan = sw.solve(problem, objective="p-center", p=2)
    assert plan.open_sites == ("B", "E") and plan.objective == 1.0
    assert plan.verify(problem).accepted


def test_without_latency_service_costs_are_the_distances():
    problem = sw.Problem.from_arrays(service_cost=np.abs(PLACES[:, None] - PLACES), fixed_cost=np.zeros(5))
    plan = sw.solve(problem, objective="p-center", p=2)
    assert plan.objective == 1.0 and plan.unit == "EUR/yr" and plan.verify(problem).accepted


def test_a_full_site_sends_its_customers_elsewhere():
    """D and E hold 9 MW in all, and a p-center with capacities must heed it."""
    problem = line(capacity=[9.0, 9.0, 9.0, 5.0, 4.0])
    plan = sw.solve(problem, objective="p-center", p=2)
    assert plan.objective == 9.0 and plan.verify(problem).accepted


def test_too_few_sites_for_the_law_are_infeasible():
    alone = [
        LegalExclusion(customers=CustomerScope(customers=(c,)), sites=SiteScope(sites=tuple(set("ABCDE") - {s})))
        for c, s in (("a", "A"), ("c", "C"), ("e", "E"))
    ]
    for objective, more in (("p-center", {}), ("coverage", {"radius": 1.0})):
        with pytest.raises(sw.Infeasible):
            sw.solve(line(), objective=objective, p=2, rules=alone, **more)
    with pytest.raises(sw.Infeasible):
        sw.solve(line(), objective="set-cover", radius=5.0, rules=[*alone, SiteCount(at_most=2)])


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("'p'", {"objective": "p-center"}),
        ("'p'", {"objective": "coverage", "radius": 1.0}),
        ("'radius'", {"objective": "coverage", "p": 1}),
        ("'radius'", {"objective": "set-cover"}),
        ("'radius'", {"objective": "set-cover", "radius": 0.0}),
        ("'radius'", {"objective": "set-cover", "radius": float("nan")}),
        ("'radius'", {"objective": "p-center", "p": 1, "radius": 1.0}),
        ("'radius'", {"radius": 1.0}),
    ],
)
def test_a_wrong_argument_is_named(field, arguments):
    with pytest.raises(sw.InvalidProblem, match=field):
        sw.solve(line(), **arguments)


class Soon(sw.CancelToken):
    """Cancels itself when asked for the third time."""

    asked = 0

    @property
    def cancelled(self):
        self.asked += 1
        return self.asked > 2


def test_a_stop_before_all_are_covered_gives_no_plan():
    """Six towns 10 ms apart need six sites; the few opened by then would serve the others from too far away."""
    far = 10.0 * np.abs(np.arange(6)[:, None] - np.arange(6))
    problem = sw.Problem.from_arrays(service_cost=far, fixed_cost=np.ones(6))
    with pytest.raises(sw.LimitReached):
        sw.solve(problem, objective="set-cover", radius=1.0, cancel=Soon())
