"""The parts of the report that are worked out anew: latency curves, limits, sources, how to do it again."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.cli import run
from sitewright.optimizer.report.charts import latency_curves
from sitewright.optimizer.report.latency import distributions
from sitewright.optimizer.report.limits import uses
from sitewright.optimizer.report.origin import origin
from sitewright.optimizer.report.sites import open_sites
from sitewright.optimizer.report.sources import by_evidence, inputs, rules


def test_the_curve_is_the_distribution(europe):
    """The median of the curve must be the median of the plan, and everyone is served in the end."""
    problem, plan = europe.problem, europe.plan
    for d in distributions(plan, problem):
        assert d.below[-1] == pytest.approx(1.0) and (np.diff(d.ms) > 0).all()
        assert d.within(d.figures["p50"]) >= 0.5 > d.within(d.figures["p50"] - 1e-9)
        assert d.within(d.figures["worst"]) == pytest.approx(1.0) and d.within(0.0) == 0.0
    everyone = distributions(plan, problem)[0]
    late = problem.data["latency"].values[plan.decision.customer, plan.decision.site] > 40.0
    mw = plan.demand[plan.decision.customer] * plan.decision.share
    assert everyone.within(40.0) == pytest.approx(mw[~late].sum() / mw.sum())


def test_limits_of_a_segment_are_those_that_hold_for_all_of_it(europe):
    found = {d.segment: [(x.kind, x.ms) for x in d.limits] for d in distributions(europe.plan, europe.problem)}
    assert found == {
        "all": [],
        "china-linked": [("limit", 120.0), ("share", 60.0), ("free", 40.0)],
        "general": [("limit", 120.0), ("free", 20.0)],
    }
    panels = latency_curves(distributions(europe.plan, europe.problem))
    # A limit of 120 ms lies far beyond the worst customer at 57 ms: words say it, the axis does not.
    assert [[m.words for m in panel.limits] for panel in panels] == [
        ["free up to 40 ms", "90% within 60 ms"],
        ["free up to 20 ms"],
    ]


def test_sites_add_up_to_the_plan(europe):
    sites = open_sites(europe.plan, europe.problem)
    assert sum(s.fixed + s.service for s in sites) == pytest.approx(europe.plan.objective)
    assert sum(s.customers for s in sites) == len(europe.plan.decision.customer)
    assert len({s.colour for s in sites}) == len(sites)


def test_each_input_says_where_it_comes_from(europe):
    """A number without a source is believed to be measured."""
    given = inputs(europe.problem)
    found = {(one.group, one.name): one for one in given}
    error = found["model", "model_error"]
    assert (error.value, error.unit, error.evidence) == ("9.9", "ms", "measured")
    demand = found["customers", "IT power that the customer needs"]
    assert demand.evidence == "modelled" and demand.value == "240 values"
    assert found["segment general", "penalty_rate"].value == "2,000"
    assert sum(by_evidence(given).values()) == len(given) and by_evidence(given)["assumed"] > 40
    assert any(group.startswith("rule 2") for group, _ in found)
    bare = inputs(sw.Problem.from_arrays(service_cost=[[1.0]], fixed_cost=[1.0]))
    assert {one.evidence for one in bare} == {"unknown"} and len(bare) == 3


def test_rules_that_were_asked_for_are_told_from_those_of_the_data(europe):
    asked = [name for name, _, wanted in rules(europe.problem) if wanted]
    assert asked == [rule.name for rule in europe.problem.rules]
    assert ("capacity", "no site holds more than its capacity", False) in rules(europe.problem)


def test_the_commands_do_it_again(europe, tmp_path, monkeypatch):
    """What the page says to type is typed here."""
    monkeypatch.chdir(tmp_path)
    told = origin(europe.plan, europe.problem)
    assert told.same_input and len(told.commands) == 3
    for command in told.commands:
        assert run(command.split()[1:]) == 0, command
    assert (tmp_path / "report.html").stat().st_size > 100_000
    quoted = origin(europe.plan, europe.problem, "my case; rm -rf x").commands[1]
    assert quoted == "sitewright verify plan.json 'my case; rm -rf x'"


def test_limits_say_what_is_used_and_what_is_left(europe):
    """The person who decides asks first which rule costs most: those at their limit are the ones to look at."""
    found = {use.rule: use for use in uses(europe.plan, europe.problem)}
    assert found["capacity"].at_limit and found["capacity"].used == "København is full"
    assert found["jurisdiction_quota"].at_limit and found["jurisdiction_quota"].used == "1 in DNK and NOR"
    assert not found["site_count"].at_limit and found["site_count"].left == "2 more sites"
    assert found["budget"].used == "25.7 M EUR/yr" and found["budget"].left == "19.3 M EUR/yr"
    assert found["latency_limit"].used == "worst 57.0 ms" and found["latency_limit"].left == "63.0 ms"
    assert found["partner_count"].left == "2 more partners" and found["latency_share"].used == "100 % within"
    order = [use.at_limit for use in uses(europe.plan, europe.problem)]
    assert order == sorted(order, reverse=True)


def test_each_limit_is_told_when_nothing_is_left():
    """A rule that is said to have room while it has none sends the reader to the wrong one."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]],
        fixed_cost=[2.0, 3.0],
        latency=[[3.0, 9.0], [9.0, 5.0]],
        demand=[1.0, 3.0],
        rules=[
            sw.rules.SiteCount(at_least=2),
            sw.rules.Budget(at_most=5.0),
            sw.rules.LatencyLimit(at_most_ms=5.0),
            sw.rules.MeanLatency(at_most_ms=4.5),
            sw.rules.LatencyShare(within_ms=4.0, at_least=0.25),
            sw.rules.MeanOfSites("carbon", at_most=325.0),
        ],
        carbon=[100.0, 400.0],
    )
    plan = sw.solve(problem)
    assert {use.rule: (use.used, use.at_limit) for use in uses(plan, problem)} == {
        "site_count": ("2 sites", True),
        "budget": ("5.00 EUR/yr", True),
        "latency_limit": ("worst 5.0 ms", True),
        "mean_latency": ("mean 4.5 ms", True),
        "latency_share": ("25 % within", True),
        "mean_of_sites": ("mean 325 g/kWh", True),
    }
