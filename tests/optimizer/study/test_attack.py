"""What is left of a plan after an attack, against linear programs, and by hand."""

import json
from itertools import combinations

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.cli import run
from sitewright.optimizer.rules import LatencyLimit, WorstAttack
from tests import oracle


def small(**more):
    """Two customers of 1 MW, three sites of 2, 1 and 1 MW; c0 is near s0 and s1, c1 near s0 and s2."""
    cost = [[1.0, 2.0, 9.0], [1.0, 9.0, 3.0]]
    given = {"fixed_cost": [1.0, 1.0, 1.0], "capacity": [2.0, 1.0, 1.0], "latency": cost, "status": ["forced"] * 3}
    return sw.Problem.from_arrays(service_cost=cost, **given | more)


def test_the_worst_site_is_the_one_that_the_others_replace_at_the_highest_cost():
    """Without s0, s1 and s2 serve their own customers for 2 + 3; without another, s0 serves all for 2."""
    problem = small()
    report = sw.attack(problem, sw.solve(problem))
    assert report.worst.lost == ("s0",) and report.worst.service_cost == 5.0 and report.worst.share == 1.0
    assert report.before.service_cost == 2.0
    assert [a.service_cost for a in report.attacks] == [5.0, 2.0, 2.0]


def test_what_cannot_be_served_counts_before_what_is_dear():
    """Two sites lost leave 1 MW at s1 or s2: half of the demand, which has no cost for all."""
    problem = small()
    report = sw.attack(problem, sw.solve(problem), sites=2, at_most_ms=5.0)
    assert [a.share for a in report.attacks] == [0.5, 0.5, 1.0]
    assert report.worst.service_cost is None and report.attacks[-1].lost == ("s1", "s2")


@pytest.mark.parametrize("seed", range(8))
def test_every_attack_is_valued_as_a_linear_program_does(seed):
    """Proves: flow and cost are right under law and capacity; breaks if an emergency keeps too many rules."""
    problem = generate("ruled", seed=seed, customers=5, sites=6)
    try:
        plan = sw.solve(problem)
    except sw.Infeasible:
        return
    report = sw.attack(problem, plan, at_most_ms=70.0)
    legal = tuple(r for r in problem.rules if r.name in ("residency", "legal_exclusion"))
    for one in report.attacks:
        left = plan.decision.open & ~np.isin(problem.sites, one.lost)
        good = oracle.emergency_pairs(problem, 70.0)[:, left]
        demand, capacity = problem.data["demand"].values, problem.data["capacity"].values[left]
        assert one.served_mw == pytest.approx(oracle.most_served(good, demand, capacity))
        assert (one.service_cost is None) == (one.served_mw < demand.sum() - 1e-6)
        if one.service_cost is not None:
            near = sw.Problem(problem.data, (*legal, LatencyLimit(at_most_ms=70.0)))
            assert one.service_cost == pytest.approx(oracle.serve(near, left))


def test_the_rule_and_the_report_speak_of_the_same_attacks():
    """A plan made under the rule must show in the report what the rule asked for."""
    problem = generate("cornuejols", seed=2, customers=20, sites=8, r=4.0)
    plan = sw.solve(problem, rules=[WorstAttack(sites=2, at_least=0.7)])
    report = sw.attack(problem, plan, sites=2)
    assert report.worst.share >= 0.7 - 1e-6
    assert len(report.attacks) == len(list(combinations(plan.open_sites, 2)))


def test_the_command_prints_the_worst_first_and_one_json_document(tmp_path, capsys):
    """A script reads the JSON; a person the first line."""
    file, plan = tmp_path / "small.csv", tmp_path / "plan.json"
    file.write_text("customer,demand,a,b\nfixed_cost,,2,2\ncapacity,,1,1\nx,1,1,9\ny,1,9,1\n")
    assert run(["solve", str(file), "-q", "-o", str(plan)]) == 0
    assert run(["attack", str(plan), str(file)]) == 0
    assert "without a: 50.00% of the demand" in capsys.readouterr().out
    assert run(["attack", str(plan), str(file), "--sites", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "sitewright-attack/1" and document["attacks"][0]["share"] == 0.0
    assert run(["attack", str(plan), str(file), "--sites", "3"]) == 2
