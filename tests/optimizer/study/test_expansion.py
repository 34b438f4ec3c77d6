"""Expansion over time, against brute force over every state of every period, and by hand."""

import itertools
import json

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.cli import run
from sitewright.optimizer.rules import SurviveLoss
from tests import oracle


def brute_force(problem, periods, extension, discount):
    """Return the least discounted cost over all sequences of states: each site closed, open, or open with a module."""
    states = list(itertools.product(range(2 + extension.at_most), repeat=problem.n_sites))
    price = [{s: cost_of(problem, period, extension, np.array(s)) for s in states} for period in periods]
    start = tuple(int(x) for x in problem.text("status") == "existing")
    best = {start: 0.0}
    for t, period in enumerate(periods):
        after = {}
        for (then, spent), now in itertools.product(best.items(), states):
            kept = all(n >= b for n, b in zip(now, then, strict=True)) or t == 0
            opened = sum(n > 0 and b == 0 for n, b in zip(now, then, strict=True))
            added = sum(max(n - 1, 0) - max(b - 1, 0) for n, b in zip(now, then, strict=True))
            few = opened <= (period.opens if period.opens is not None else 99)
            few &= added <= (period.extensions if period.extensions is not None else 99)
            if kept and few and price[t][now] is not None:
                total = spent + price[t][now] / (1 + discount) ** t
                after[now] = min(after.get(now, np.inf), total)
        best = after
    return min(best.values(), default=None)


def cost_of(problem, period, extension, state):
    """Return what one period costs in a state, or None if a rule or a limit is broken."""
    is_open, modules = state > 0, np.maximum(state - 1, 0)
    data = problem.data.copy()
    grown = np.broadcast_to(period.demand, problem.n_customers)
    data["demand"] = data["demand"] * grown
    data["service_cost"] = data["service_cost"] * np.where(grown == 0, 1.0, grown)[:, None]
    data["service_cost"] = data["service_cost"].where((grown > 0)[:, None] | np.isinf(data["service_cost"]), 0.0)
    data["capacity"] = data["capacity"] + extension.mw * modules
    part = sw.Problem(data, problem.rules)
    sites = oracle.site_costs(data, is_open) + extension.cost * modules.sum()
    if not is_open.any() or not oracle.site_rules_hold(part, is_open):
        return None
    if period.budget is not None and sites > period.budget:
        return None
    served = oracle.serve(part, is_open)
    return None if served is None else sites + served


@pytest.mark.parametrize("seed", range(10))
def test_the_cheapest_expansion_is_that_of_brute_force(seed):
    """Proves: steps, budgets, modules and discounting are exact; breaks if a site is closed that a later year needs."""
    problem = generate("ruled", seed=seed + 60, customers=3, sites=3)
    problem = sw.Problem(problem.data, problem.rules[:3])
    extension = sw.Extension(mw=4.0, cost=30.0)
    budget = 260.0 if seed % 2 else None
    periods = sw.growth_periods(problem, 3, growth=0.5, start=0.4, opens=1, extensions=1, budget=budget)
    truth = brute_force(problem, periods, extension, 0.1)
    if truth is None:
        with pytest.raises(sw.Infeasible):
            sw.expand(problem, periods, extension=extension, discount=0.1)
        return
    plan = sw.expand(problem, periods, extension=extension, discount=0.1, gap=1e-6)
    assert plan.optimal and plan.value == pytest.approx(truth, rel=1e-6)
    assert plan.bound <= truth * (1 + 1e-6)
    assert not plan.findings(problem, periods)


def growing(**more):
    """One customer of 1 MW, then 2, then 4; a small site that is cheap, and a large one."""
    given = {"service_cost": [[1.0, 1.0]], "fixed_cost": [3.0, 8.0], "capacity": [2.0, 4.0], "demand": [1.0]}
    return sw.Problem.from_arrays(**given | more)


def test_the_large_site_waits_until_it_is_needed():
    """Small for two years, then large beside it; opening large at once would cost 5 more in each of two years."""
    problem = growing()
    plan = sw.expand(problem, sw.growth_periods(problem, 3, growth=1.0))
    assert [p.opened for p in plan.periods] == [("s0",), (), ("s1",)]
    assert plan.value == pytest.approx((3 + 1) + (3 + 2) + (3 + 8 + 4))


def test_a_module_takes_the_place_of_a_second_site_where_it_is_cheaper():
    """Two MW more at the small site for 4 a year, against 8 for the large one."""
    problem = growing()
    periods = sw.growth_periods(problem, 3, growth=1.0)
    plan = sw.expand(problem, periods, extension=sw.Extension(mw=2.0, cost=4.0))
    assert plan.periods[-1].modules == {"s0": 1} and plan.periods[-1].open_sites == ("s0",)
    assert not plan.findings(problem, periods)


def test_segments_come_in_when_they_are_said_to():
    """China-linked customers first, general ones a year later, growing more slowly."""
    problem = growing(segment=["general"])
    years = sw.growth_periods(problem, 3, growth={"general": 0.5}, first={"general": 1})
    assert [np.asarray(y.demand).tolist() for y in years] == [[0.0], [1.5], [2.25]]


def test_what_an_expansion_cannot_hold_is_refused():
    """A rule that is dropped silently would be believed to hold."""
    problem = growing()
    with pytest.raises(sw.InvalidProblem, match="survive_loss"):
        sw.expand(problem.with_rules(SurviveLoss()), sw.growth_periods(problem, 2))
    with pytest.raises(sw.InvalidProblem, match="rate"):
        sw.expand(problem, sw.growth_periods(problem, 2), discount=-0.5)
    with pytest.raises(sw.Infeasible):
        sw.expand(problem, sw.growth_periods(problem, 2, start=9.0))


def test_the_command_shows_each_year(tmp_path, capsys):
    """A script reads the JSON; a person what opens when."""
    file = tmp_path / "growing.csv"
    file.write_text("customer,demand,s0,s1\nfixed_cost,,3,8\ncapacity,,2,4\nx,1,1,1\n")
    assert run(["expand", str(file), "--years", "3", "--growth", "1"]) == 0
    assert "year 2: opens s1" in capsys.readouterr().out
    assert run(["expand", str(file), "--years", "3", "--growth", "1", "--json", "--opens", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == pytest.approx(24.0)
    assert run(["expand", str(file), "--growth", "fast"]) == 2
