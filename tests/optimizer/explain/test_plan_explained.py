"""Why a plan is what it is: rules, regrets and ranges against brute force."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.explain.regret import Asked, questions, regrets
from sitewright.optimizer.explain.without import without
from sitewright.optimizer.study.change import changed
from tests import oracle
from tests.optimizer.study.brute import all_choices
from tests.strategies import problems


@settings(max_examples=30, deadline=None)
@given(problems())
def test_regrets_and_rules_cost_what_brute_force_says(problem):
    """Fails if a forced plan is not the best of its kind, or a rule's price is not what is saved without it."""
    truth = all_choices(problem)
    if not truth:
        return
    explanation, best = sw.explain(problem, patience=60), truth[0][0]
    partner = dict(zip(problem.sites.tolist(), problem.text("site_partner").tolist(), strict=True))
    assert len(explanation.regrets) == problem.n_sites + problem.n_partners and explanation.settled
    for regret in explanation.regrets:

        def has(sites, regret=regret):
            return regret.name in (sites if regret.kind == "site" else {partner[s] for s in sites})

        assert regret.used is has(explanation.plan.open_sites)
        left = [cost for cost, sites in truth if has(sites) is not regret.used]
        assert regret.high == pytest.approx(left[0] - best if left else inf, abs=1e-3)
    for binding in explanation.bindings:
        saved = best - oracle.best(without(problem, [binding.rule]))
        assert binding.low - 1e-3 <= saved <= binding.high + 1e-3
        assert binding.binds is bool(saved > 1e-3)


@settings(max_examples=25, deadline=None)
@given(problems())
def test_ranges_end_where_another_choice_is_as_cheap(problem):
    """Fails if the plan is beaten within the range that is called safe, or still best beyond its end."""
    if not all_choices(problem):
        return
    explanation = sw.explain(problem, patience=60)
    sites = explanation.plan.open_sites
    for one in (r for r in explanation.ranges if r.variable != "energy_price"):
        for change, beaten in ((one.low * 0.99, False), (one.high * 1.01 + 0.01, True)):
            if not np.isfinite(change) or (beaten and one.sign < 0 and change > one.value):
                continue
            changed = dict((s, c) for c, s in all_choices(_with_change(problem, one, change)))
            best = min(changed.values(), default=inf)
            assert (changed.get(sites, inf) > best + 1e-6 or sites not in changed) is beaten, one


def _with_change(problem, one, change):
    dim = "site" if one.variable == "fixed_cost" else "partner"
    values = problem.numbers(one.variable).copy()
    values[problem.data[dim].values.tolist().index(one.name)] += one.sign * min(
        change, one.value if one.sign < 0 else inf
    )
    return replace(problem, data=problem.data.assign({one.variable: (dim, values)}))


def test_a_person_can_follow_a_small_one():
    """Open both for 6. Without b: 12. A rule that asks for both costs nothing; b may cost 6 more."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0], rules=[sw.rules.SiteCount(at_least=2)]
    )
    explanation = sw.explain(replace(problem, rules=()), patience=60)
    assert [(r.name, r.used, r.low, r.high) for r in explanation.regrets] == [("s0", True, 6, 6), ("s1", True, 6, 6)]
    assert [(s.value, s.sign, s.low, s.high) for s in explanation.ranges] == [(2.0, 1, 6, 6)] * 2
    held = sw.explain(problem, patience=60)
    assert [b.binds for b in held.bindings] == [False]
    assert all(r.high == inf and r.open_sites is None for r in held.regrets)


def made_of_parts(seed):
    """Four customers and three sites whose service cost is made of energy, network and penalty."""
    rng = np.random.default_rng(seed)
    site, customer = ("site", 3), ("customer", 4)
    whole = {
        "demand": (customer, 1, 4),
        "fixed_cost": (site, 10, 40),
        "capacity": (site, 6, 20),
        "energy_price": (site, 5, 20),
        "network_price": (site, 1, 3),
        "penalty_rate": (customer, 0, 2),
        "penalty_free": (customer, 5, 9),
    }
    data = {name: (dim, rng.integers(low, high, n).astype(float)) for name, ((dim, n), low, high) in whole.items()}
    data |= {"haul_price": ((), 0.1), "latency": (("customer", "site"), rng.integers(1, 30, (4, 3)).astype(float))}
    coords = {"customer": list("abcd"), "site": ["s0", "s1", "s2"]}
    return sw.Problem(xr.Dataset(data, coords=coords))


def test_energy_prices_may_change_as_far_as_is_said():
    """Fails if another choice of sites is cheaper within the range, or the plan is still best where it ends."""
    ends = 0
    for seed in range(12):
        problem = made_of_parts(seed)
        if not all_choices(problem):
            continue
        explanation = sw.explain(problem, patience=60)
        for one in (r for r in explanation.ranges if r.variable == "energy_price"):
            for change, beaten in ((one.low * 0.99, False), (one.high * 1.01, True)):
                if not np.isfinite(change) or (one.sign < 0 and change > one.value):
                    continue
                ends += 1
                price = sw.Price("energy_price", one.value + one.sign * change, one.name)
                costs = {sites: cost for cost, sites in all_choices(changed(problem, prices=[price]))}
                mine = costs.get(explanation.plan.open_sites, inf)
                assert (mine > min(costs.values()) + 1e-6) is beaten, (seed, one)
    assert ends > 30


def test_what_a_stop_left_open_is_a_range():
    """A question that was never asked must not come back as "no plan has it so"."""
    problem = generate("cornuejols", seed=3, customers=10, sites=5, r=3.0)
    plan = sw.solve(problem)
    asked = Asked(problem, plan, 1e-6)
    for regret in regrets(asked, questions(problem), lambda: True):
        assert regret.low == 0.0 and regret.high > 0.0
