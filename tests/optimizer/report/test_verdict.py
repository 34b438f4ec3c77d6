"""The verdict: what to do, what it brings, how sure it is, in one sentence each."""

from dataclasses import replace

import numpy as np

import sitewright as sw
from sitewright.optimizer.plan import Status, Tie
from sitewright.optimizer.report.verdict import change, verdict
from tests.optimizer.report.conftest import plan_with


def three(**variables):
    """Three sites; two of them are called alike."""
    data = sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0, 9.0], [9.0, 1.0, 9.0], [9.0, 9.0, 1.0]],
        fixed_cost=[2.0, 2.0, 2.0],
        sites=["a/own", "b/own", "b/colo"],
        **variables,
    ).data
    data["site_name"] = ("site", ["Aachen", "Basel", "Basel"])
    return data


def test_own_builds_and_partners_are_told_apart():
    data = three().assign_coords(partner=["colo"])
    data["site_partner"] = ("site", ["", "", "colo"])
    problem = sw.Problem(data)
    said = {
        tuple(o): verdict(plan_with(problem, np.array(o)), problem).what
        for o in ([1, 1, 0], [0, 0, 1], [1, 0, 1])
        for o in [tuple(map(bool, o))]
    }
    assert said == {
        (True, True, False): "Open Aachen and Basel, as own builds",
        (False, False, True): "Open Basel, with colo",
        (True, False, True): "Open Aachen (own build) and Basel (with colo)",
    }


def test_existing_sites_are_kept_or_closed_not_opened():
    """ "Open Dubai" of a site that has run for years makes the reader doubt the rest."""
    problem = sw.Problem(three(status=["existing", "existing", "candidate"]))
    assert verdict(plan_with(problem, np.array([True, False, True])), problem).what == (
        "Open Basel; keep 1 existing site; close Basel"
    )
    kept = verdict(plan_with(problem, np.array([True, True, False])), problem).what
    assert kept == "Keep 2 existing sites"


def test_certainty_names_the_gap_and_why_it_ended():
    problem = sw.Problem(three())
    plan = plan_with(problem, np.array([True, True, True]))
    assert verdict(plan, problem).certainty == "Not proved optimal (time limit): another plan may be up to 10 % cheaper"
    proved = replace(plan, status=Status.OPTIMAL, gap=3.5e-7)
    assert "costs less (to 0.000035 %)" in verdict(proved, problem).certainty
    nothing = replace(plan, gap=float("inf"), bound=float("-inf"))
    assert "nothing is known yet" in verdict(nothing, problem).certainty


def test_a_tie_is_part_of_the_verdict_and_alike_names_become_labels():
    problem = sw.Problem(three())
    tie = Tie(closed=("b/own",), opened=("b/colo",), extra_cost=1.0, model_error=2.0)
    plan = replace(plan_with(problem, np.array([True, True, False])), ties=(tie,))
    assert verdict(plan, problem).ties.startswith("b/colo instead of b/own is a tie")
    assert not verdict(replace(plan, ties=(replace(tie, model_error=0.5),)), problem).ties
    assert change(("a/own",), (), problem) == "leaving out Aachen"


def test_each_objective_brings_what_it_measures(europe):
    plan, problem = europe.plan, europe.problem
    assert verdict(plan, problem).brings == "41.2 M EUR a year, mean latency 28.3 ms (modelled)"
    said = {
        kind: verdict(replace(plan, objective_kind=kind, objective=11.0, radius=40.0), problem).brings
        for kind in ("p-median", "p-center", "coverage", "set-cover")
    }
    assert said == {
        "p-median": "mean latency 28.3 ms (modelled)",
        "p-center": "worst latency 11.0 ms (modelled)",
        "coverage": "11.0 MW (49.9 % of the demand) within 40 ms (modelled)",
        "set-cover": "11 sites with everyone within 40 ms (modelled)",
    }
