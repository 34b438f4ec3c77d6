"""Whole solves under rules on what is left after a loss, against brute force, and by hand."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.rules import Backup, SiteCount, SurviveLoss, WorstAttack
from tests.brute_force import solve_as_brute_force

RULES = {
    "backup": Backup(another="jurisdiction", at_most_ms=60.0),
    "a site": SurviveLoss(of="site", at_most_ms=75.0),
    "a partner": SurviveLoss(of="partner", at_least=0.9),
    "a jurisdiction": SurviveLoss(of="jurisdiction", at_least=0.7),
    "two sites": WorstAttack(sites=2, at_least=0.5),
}


@pytest.mark.parametrize("capacitated", [True, False], ids=["capacities", "no capacities"])
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", range(6))
def test_the_cheapest_resilient_plan_is_that_of_brute_force(seed, name, capacitated):
    """Proves: no cut takes the best plan away. Sensitivity: breaks if a cut is too strong, or one is never made."""
    problem = generate("ruled", seed=seed + 100)
    data = problem.data if capacitated else problem.data.drop_vars(["capacity", "partner_commitment"])
    problem = sw.Problem(data, (*problem.rules[:2], RULES[name]))
    solve_as_brute_force(problem)


def triangle(**data):
    """Three sites in a row, 10 ms apart, one customer at each; a site costs 5, and 1 a ms."""
    ms = 10.0 * np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    arrays = {"service_cost": ms, "latency": ms, "fixed_cost": [5.0, 5.0, 5.0], "jurisdiction": ["A", "A", "B"]}
    return sw.Problem.from_arrays(**arrays, **data)


def test_a_backup_in_another_jurisdiction_opens_a_second_site():
    """Two in A would do without it. With backups at home alone, each customer is served from the other jurisdiction."""
    near = sw.solve(triangle(), rules=[SiteCount(at_most=2), Backup(another="jurisdiction")])
    assert "s2" in near.open_sites and len(near.open_sites) == 2
    # Backups within 5 ms are the sites at home: c0 and c1 are served from s2, 20 and 10 ms away, c2 from s1, 10 ms.
    assert sw.solve(triangle(), rules=[Backup(another="jurisdiction", at_most_ms=5.0)]).objective == 15 + 20 + 10 + 10


def test_what_is_left_must_hold_the_demand():
    """Each site holds 2 MW of 3: two sites survive nothing, three survive the loss of any one."""
    problem = triangle(capacity=[2.0, 2.0, 2.0])
    assert len(sw.solve(problem, rules=[SurviveLoss()]).open_sites) == 3
    with pytest.raises(sw.Infeasible):
        sw.solve(problem, rules=[WorstAttack(sites=2, at_least=1.0)])
    assert sw.solve(problem, rules=[WorstAttack(sites=2, at_least=0.6)]).open_sites == ("s0", "s1", "s2")


@pytest.mark.parametrize("objective", ["p-center", "coverage", "set-cover", "p-median"])
def test_rules_of_resilience_hold_for_every_objective(objective):
    """One site would do for each objective; one that may be lost would not."""
    radius = {"radius": 25.0} if objective in ("coverage", "set-cover") else {}
    p = {} if objective == "set-cover" else {"p": 2}
    plan = sw.solve(triangle(), objective=objective, rules=[SurviveLoss(of="jurisdiction")], **p, **radius)
    assert len(plan.open_sites) == 2 and "s2" in plan.open_sites
    assert plan.verify(triangle().with_rules(SurviveLoss(of="jurisdiction"))).accepted


def test_a_limit_in_a_solve_by_cuts_tells_the_bound():
    """Plans of early rounds break rules: they must not be handed out as plans."""
    problem = generate("cornuejols", seed=5, customers=60, sites=30, r=4.0)
    with pytest.raises(sw.LimitReached) as caught:
        sw.solve(problem, rules=[SurviveLoss(), WorstAttack(sites=2, at_least=0.99)], time_limit=0.2)
    assert caught.value.bound < np.inf


def test_a_plan_that_loses_its_second_site_is_refused():
    """The checker removes each site in turn; a plan made without the rule must not pass under it."""
    problem = triangle(capacity=[9.0, 9.0, 9.0])
    plan = sw.solve(problem, rules=[SiteCount(at_most=1)])
    under = problem.with_rules(SiteCount(at_most=1), SurviveLoss())
    findings = [f.sentence for f in plan.verify(under).findings if f.rule == "survive_loss"]
    assert findings and "lost" in findings[0]


def test_a_stop_in_a_solve_by_cuts_hands_out_the_best_plan_that_breaks_nothing():
    """Fails if rounds end without a plan though one was found, or hand out a plan of a round that breaks the rules."""
    problem = generate("cornuejols", seed=5, customers=60, sites=30, r=4.0)
    problem = problem.with_rules(SurviveLoss(), WorstAttack(sites=2, at_least=0.8))
    token, first = sw.CancelToken(), []

    def stop(event):
        if np.isfinite(event.incumbent) and not first:
            first.append(event.incumbent)
            token.cancel()

    plan = sw.solve(problem, on_progress=stop, cancel=token)
    assert plan.status is sw.Status.FEASIBLE and plan.stop_reason == "cancelled"
    assert first[0] >= plan.objective > plan.bound > 0
    assert plan.verify(problem).accepted, str(plan.verify(problem))
