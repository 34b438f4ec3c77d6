"""Sites for several scenarios at once, against brute force over all open sets, and by hand."""

import itertools
import json

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.cli import run
from sitewright.optimizer.rules import LatencyShare, SurviveLoss
from sitewright.optimizer.study.scenario_set import Scenario, crossed, demand_scenarios, latency_scenarios
from tests import oracle


def measured(costs, chances, measure, alpha):
    """Return the measure of a cost: written apart from the optimizer's, by splitting outcomes finely."""
    if measure == "expected":
        return sum(c * p for c, p in zip(costs, chances, strict=True))
    if measure == "worst":
        return max(costs)
    levels = [z + sum(p * max(0.0, c - z) for c, p in zip(costs, chances, strict=True)) / (1 - alpha) for z in costs]
    return min(levels)  # Rockafellar and Uryasev: the least over thresholds, which lies at an outcome


def brute_force(problem, scenarios, measure, alpha):
    """Return the least measure over all open sets, or None."""
    parts, best = [s.of(problem) for s in scenarios], None
    for bits in itertools.product([False, True], repeat=problem.n_sites):
        is_open = np.array(bits)
        if is_open.any() and all(oracle.site_rules_hold(part, is_open) for part in parts):
            costs = [oracle.serve(part, is_open) for part in parts]
            if None not in costs:
                sites = oracle.site_costs(problem.data, is_open)
                value = sites + measured(costs, [s.probability for s in scenarios], measure, alpha)
                best = value if best is None else min(best, value)
    return best


@pytest.mark.parametrize("measure", ["expected", "cvar", "worst"])
@pytest.mark.parametrize("capacitated", [True, False], ids=["capacities", "no capacities"])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_sites_over_scenarios_are_those_of_brute_force(seed, capacitated, measure):
    """Proves: expected, tail and worst cost are exact, with rules within each scenario; breaks if they are mixed."""
    problem = generate("ruled", seed=seed + 40, customers=3, sites=4)
    data = problem.data if capacitated else problem.data.drop_vars(["capacity", "partner_commitment"])
    extra = [LatencyShare(within_ms=60.0, at_least=0.5), SurviveLoss(at_least=0.4)][: 1 + seed % 2]
    problem = sw.Problem(data.drop_vars("status"), (*problem.rules[:2], *extra))
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(3))
    scenarios = [Scenario(f"s{k}", chances[k], demand=rng.choice([0.3, 0.7, 1.0, 1.2], 3)) for k in range(3)]
    truth = brute_force(problem, scenarios, measure, 0.6)
    if truth is None:
        with pytest.raises(sw.Infeasible):
            sw.two_stage(problem, scenarios, measure=measure, alpha=0.6)
        return
    answer = sw.two_stage(problem, scenarios, measure=measure, alpha=0.6)
    assert answer.optimal and answer.value == pytest.approx(truth, rel=1e-6)
    assert answer.bound <= truth * (1 + 1e-6)
    assert not answer.findings(problem, scenarios)


def test_the_worst_case_may_ask_for_a_site_that_no_single_scenario_does():
    """Each scenario alone is cheapest with its own site; between them stands one that is never best and never bad."""
    cost = np.array([[0.0, 10.0, 6.0], [10.0, 0.0, 6.0]])
    problem = sw.Problem.from_arrays(service_cost=cost, fixed_cost=[20.0, 20.0, 20.0])
    scenarios = [Scenario("left", 0.5, demand=[1.0, 0.0]), Scenario("right", 0.5, demand=[0.0, 1.0])]
    answer = sw.two_stage(problem, scenarios, measure="worst")
    assert answer.open_sites == ("s2",) and answer.value == pytest.approx(26.0) and answer.optimal
    assert sw.two_stage(problem, scenarios).value == pytest.approx(25.0)


def test_latency_draws_follow_the_error_of_the_model():
    """Options of one metro share a draw, the median is 1, and ln has the deviation asked for."""
    ms = np.full((400, 3), 10.0)
    problem = sw.Problem.from_arrays(service_cost=ms, latency=ms, fixed_cost=np.ones(3), metro=["m", "m", "n"])
    draws = np.concatenate([s.latency for s in latency_scenarios(problem, 5, seed=3)])
    assert np.array_equal(draws[:, 0], draws[:, 1]) and not np.array_equal(draws[:, 0], draws[:, 2])
    assert np.log(draws).std() == pytest.approx(0.23, rel=0.05) and np.median(draws) == pytest.approx(1.0, abs=0.02)


def test_scenarios_of_segments_cross_and_keep_their_probabilities():
    """China-linked demand may grow where general demand does not."""
    ms = np.ones((2, 2))
    problem = sw.Problem.from_arrays(service_cost=ms, fixed_cost=[1.0, 1.0], segment=["china-linked", "general"])
    grown = demand_scenarios(problem, {"low": 0.5, "china": {"china-linked": 2.0}}, probabilities=[0.25, 0.75])
    both = crossed(grown, [Scenario("a", 0.5), Scenario("b", 0.5)])
    assert [s.probability for s in both] == [0.125, 0.125, 0.375, 0.375]
    assert both[3].of(problem).data["demand"].values.tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("scenarios", "text"),
    [
        ([Scenario("a", 0.5)], "add up to 1"),
        ([Scenario("a", 0.5), Scenario("a", 0.5)], "names of their own"),
        ([Scenario("a", 1.0, demand=-1.0)], "factors"),
        ([Scenario("a", 1.0, latency=2.0)], "penalty_rate"),
    ],
)
def test_what_is_wrong_with_scenarios_is_named(scenarios, text):
    """Probabilities that do not add up would weigh some scenario twice."""
    problem = sw.Problem.from_arrays(service_cost=[[1.0]], latency=[[1.0]], fixed_cost=[1.0])
    with pytest.raises(sw.InvalidProblem, match=text):
        sw.two_stage(problem, scenarios)


def test_the_command_says_what_each_scenario_costs(tmp_path, capsys):
    """A script reads the JSON; two factors without probabilities are equally likely."""
    file = tmp_path / "small.csv"
    file.write_text("customer,demand,a,b\nfixed_cost,,2,2\nx,1,1,9\ny,1,9,1\n")
    assert run(["scenarios", str(file), "--demand", "0.5", "--demand", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "sitewright-outlook/1" and document["value"] == pytest.approx(4 + 0.5 * 1 + 0.5 * 4)
    assert run(["scenarios", str(file), "--demand", "0.5:0.9", "--demand", "2:0.1", "--measure", "worst"]) == 0
    assert "open a, b: 8 EUR/yr (worst)" in capsys.readouterr().out
    assert run(["scenarios", str(file), "--demand", "much"]) == 2
