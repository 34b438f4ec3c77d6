"""A plan that was tampered with is refused, with a sentence that names what is wrong."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sitewright as sw
from sitewright.optimizer import verify
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.io.plan_json import plan_document, read_plan_json, write_plan_json
from sitewright.optimizer.plan import Tie


@pytest.fixture(scope="module")
def case():
    problem = sw.load("europe-2015")
    return problem, sw.solve(problem)


def close_a_site(problem, plan):
    is_open = plan.decision.open.copy()
    is_open[np.flatnonzero(is_open)[0]] = False
    return replace(plan, decision=replace(plan.decision, open=is_open))


def move_load(problem, plan):
    site = np.full_like(plan.decision.site, np.flatnonzero(plan.decision.open)[0])
    return replace(plan, decision=replace(plan.decision, site=site))


def forget_a_customer(problem, plan):
    d = plan.decision
    return replace(plan, decision=Decision(d.open, d.customer[1:], d.site[1:], d.share[1:]))


def halve_a_share(problem, plan):
    share = plan.decision.share.copy()
    share[0] /= 2
    return replace(plan, decision=replace(plan.decision, share=share))


def share_that_is(value):
    def change(problem, plan):
        share = plan.decision.share.copy()
        share[0] = value
        return replace(plan, decision=replace(plan.decision, share=share))

    return change


def lend_a_customer(problem, plan):
    """One site serves 150 % of a customer, the other -50 %: the sum is right."""
    d, (a, b) = plan.decision, np.flatnonzero(plan.decision.open)[:2]
    mine = d.customer == d.customer[0]
    i, j, share = d.customer[~mine], d.site[~mine], d.share[~mine]
    return replace(
        plan,
        decision=Decision(
            d.open, np.append(i, [d.customer[0]] * 2), np.append(j, [a, b]), np.append(share, [1.5, -0.5])
        ),
    )


def name_a_link_twice(problem, plan):
    d, share = plan.decision, plan.decision.share.copy()
    share[0] /= 2
    twice = [np.append(x, x[0]) for x in (d.customer, d.site, share)]
    return replace(plan, decision=Decision(d.open, *twice))


def serve_nothing_from_a_closed_site(problem, plan):
    d = plan.decision
    j = np.flatnonzero(~d.open)[0]
    return replace(
        plan, decision=Decision(d.open, np.append(d.customer, 0), np.append(d.site, j), np.append(d.share, 0.0))
    )


def certified(**changes):
    return lambda problem, plan: replace(plan, certificate=replace(plan.certificate, **changes))


def tie(closed, opened, extra):
    return lambda problem, plan: replace(plan, ties=(Tie(closed, opened, extra, 1.0),))


def open_a_neighbour(problem, plan):
    is_open = plan.decision.open.copy()
    metro = problem.text("metro")
    j = np.flatnonzero(is_open)[0]
    is_open[np.flatnonzero((metro == metro[j]) & ~is_open)[0]] = True
    return replace(plan, decision=replace(plan.decision, open=is_open))


TAMPERED = {
    "service": close_a_site,
    "capacity": move_load,
    "service ": forget_a_customer,
    "service  ": halve_a_share,
    "one_option_per_metro": open_a_neighbour,
    "objective": lambda problem, plan: replace(plan, objective=plan.objective * 0.99),
    "cost split, energy": lambda problem, plan: replace(plan, cost_split={**plan.cost_split, "energy": 0.0}),
    "gap": lambda problem, plan: replace(plan, gap=plan.gap + 0.5),
    "status": lambda problem, plan: replace(plan, bound=plan.objective * 0.9, gap=1 - 0.9),
    "open sites": lambda problem, plan: replace(plan, open_sites=plan.open_sites[1:]),
    "partners": lambda problem, plan: replace(plan, partners=("colo",)),
    "certificate": lambda problem, plan: replace(
        plan, certificate=replace(plan.certificate, root_bound=plan.objective * 0.999)
    ),
    "certificate ": lambda problem, plan: replace(
        plan, certificate=replace(plan.certificate, multipliers=plan.certificate.multipliers * 0.1)
    ),
    "assignment": share_that_is(float("nan")),
    "assignment ": share_that_is(float("inf")),
    "assignment  ": name_a_link_twice,
    "service   ": lend_a_customer,
    "service    ": serve_nothing_from_a_closed_site,
    "certificate  ": certified(solver_bound=1e300),
    "certificate   ": certified(solver=""),
    "certificate    ": certified(root_bound=-np.inf, solver_bound=-np.inf),
    "certificate     ": lambda problem, plan: certified(multipliers=np.full(problem.n_customers, np.nan))(
        problem, plan
    ),
    "cost split, fixed": lambda problem, plan: replace(plan, cost_split={**plan.cost_split, "fixed": None}),
    "bound": lambda problem, plan: replace(plan, bound=float("nan")),
    "labels": lambda problem, plan: replace(plan, sites=plan.sites[::-1].copy()),
    "load": lambda problem, plan: replace(plan, said_load={plan.open_sites[0]: 0.0}),
    "ties": tie(("oslo-nor/own",), ("atlantis/own",), 1.0),
    "ties ": tie(("oslo-nor/own",), ("helsinki-fin/own",), -1e6),
    "input": lambda problem, plan: replace(plan, input_hash="0" * 64),
    "latency": lambda problem, plan: replace(plan, latency={"all": {**plan.latency["all"], "mean": 1.0}}),
}


def test_the_honest_plan_is_accepted(case):
    problem, plan = case
    report = plan.verify(problem)
    assert report.accepted, str(report)
    assert report.proved_bound > 0.85 * plan.objective


@pytest.mark.parametrize("rule", TAMPERED)
def test_a_tampered_plan_is_refused(case, rule):
    """Sensitivity: without the check of that name the plan would pass."""
    problem, plan = case
    report = TAMPERED[rule](problem, plan).verify(problem)
    assert not report.accepted
    assert rule.strip() in {f.rule for f in report.findings}


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("one share a link", lambda d: d["assignment"]["share"].pop()),
        ("one share a link", lambda d: d["assignment"].update(share=[[1.0]])),
        ("sites of the problem", lambda d: d["assignment"]["site"].__setitem__(0, "atlantis/own")),
        ("every part", lambda d: d.update(status="excellent")),
        ("every part", lambda d: d.pop("certificate")),
    ],
)
def test_a_file_that_contradicts_itself_is_not_read(case, tmp_path, message, change):
    """Who reads the file with other tools reads all of it: no part may say otherwise than the plan."""
    problem, plan = case
    document = plan_document(plan)
    change(document)
    (tmp_path / "plan.json").write_text(json.dumps(document))
    with pytest.raises(sw.InvalidProblem, match=message):
        read_plan_json(tmp_path / "plan.json", problem)


def test_residency_broken_is_named(case):
    """The same plan under another law: data that may not live there are found."""
    problem, plan = case
    regime = np.where(plan.decision.open, "OTHER", problem.text("regime"))
    data = problem.data.assign(regime=("site", regime))
    report = plan.verify(sw.Problem(data, problem.rules, problem.name))
    assert "residency" in {f.rule for f in report.findings}


def test_a_partner_fee_dropped_is_named():
    problem = sw.load("southeast-asia-2015")
    plan = sw.solve(problem)
    assert plan.partners
    split = {**plan.cost_split, "partner": 0.0}
    tampered = replace(plan, cost_split=split, objective=sum(split.values()))
    assert "cost split, partner" in {f.rule for f in tampered.verify(problem).findings}


def test_the_checker_imports_nothing_of_what_it_checks():
    """An error shared by both sides would be invisible."""
    allowed = ("sitewright.optimizer.verify", "sitewright.optimizer.fingerprint", "sitewright.optimizer.errors")
    for file in Path(verify.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text())
        typing_only = {
            id(n)
            for c in ast.walk(tree)
            if isinstance(c, ast.If) and "TYPE_CHECKING" in ast.dump(c.test)
            for n in ast.walk(c)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and id(node) not in typing_only and "sitewright" in (node.module or ""):
                assert node.module.startswith(allowed), f"{file.name} imports {node.module}"


def test_an_infinite_way_is_no_finite_one(tmp_path):
    """A customer on an infinite way makes the mean infinite: such a plan is accepted, kept in a file, and no other."""
    cost = np.array([[1.0, 5.0], [1.0, 5.0]])
    latency = np.array([[np.inf, 3.0], [3.0, 3.0]])
    problem = sw.Problem.from_arrays(service_cost=cost, fixed_cost=[0.0, 9.0], demand=[1.0, 1.0], latency=latency)
    plan = sw.solve(problem)
    assert plan.latency["all"]["mean"] == np.inf
    assert plan.verify(problem).accepted, str(plan.verify(problem))
    write_plan_json(plan, tmp_path / "plan.json")
    assert read_plan_json(tmp_path / "plan.json", problem).latency == plan.latency
    wrong = replace(plan, latency={"all": plan.latency["all"] | {"mean": 3.0}})
    assert any(finding.rule == "latency" for finding in wrong.verify(problem).findings)


def test_a_partner_who_offers_no_site_is_seen_by_the_checker():
    """The solve knows that its sites stay closed; a checker that did not refused the plan."""
    data = xr.Dataset(
        {
            "demand": ("customer", [1.0]),
            "fixed_cost": ("site", [1.0, 0.0]),
            "service_cost": (("customer", "site"), [[1.0, 1.0]]),
            "site_partner": ("site", ["", "a"]),
            "partner_fee": ("partner", [0.0]),
            "partner_max_sites": ("partner", [0.0]),
        },
        coords={"customer": ["c"], "site": ["s", "t"], "partner": ["a"]},
    )
    problem = sw.Problem(data)
    plan = sw.solve(problem)
    assert plan.open_sites == ("s",)
    assert plan.verify(problem).accepted, str(plan.verify(problem))
