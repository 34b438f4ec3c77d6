"""A proof that is grown proves what it says, and one that was tampered with does not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.cli import run
from sitewright.optimizer.errors import TooLarge
from sitewright.optimizer.io.plan_json import plan_document, read_plan_json, write_plan_json
from tests import oracle
from tests.strategies import problems


@pytest.fixture(scope="module")
def proved():
    """The smallest bundled case: a mean latency, a budget, a quota, partners, residency, capacities."""
    problem = sw.load("southeast-asia-2015")
    return problem, sw.prove(problem, sw.solve(problem), gap=0.0)


def test_a_bundled_case_is_proved_without_a_solvers_word(proved):
    """The product's promise: whoever has the data can recompute that no plan is better."""
    problem, plan = proved
    report = plan.verify(problem)
    assert report.accepted, str(report)
    assert plan.certificate.root_bound < plan.objective * 0.99
    assert report.proved_bound >= plan.objective * (1 - 2e-7)
    assert "nodes of a tree" in report.what_is_proved


@pytest.mark.parametrize(
    "problem",
    [
        generate("cornuejols", customers=30, sites=12, r=4.0, seed=3),
        generate("euclidean_p_median", n=40, p=4, seed=2),
        generate("euclidean_ufl", n=40, x=20.0, seed=5),
    ],
    ids=["capacities", "p-median", "fixed costs"],
)
def test_instances_of_the_field_are_proved(problem):
    """Classes whose linear program has a gap need a real tree."""
    plan = sw.prove(problem, sw.solve(problem), gap=0.0)
    report = plan.verify(problem)
    assert report.accepted, str(report)
    assert report.proved_bound >= plan.objective * (1 - 2e-7)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_proof_of_any_rules_never_proves_too_much(problem):
    """Rules that the bounds leave out may cost sharpness, never validity."""
    best = oracle.best(problem)
    if best is None:
        return
    plan = sw.solve(problem)
    proof = sw.prove(problem, plan, gap=0.0).certificate.proof
    report = replace(plan, certificate=replace(plan.certificate, proof=proof)).verify(problem)
    assert report.accepted, str(report)
    assert report.proved_bound <= best + 1e-6 * max(1.0, abs(best))
    left_out = {"single_source", "minimum_use", "scrubbing", "backup", "survive_loss", "worst_attack", "joint_exposure"}
    if not left_out & {rule.name for rule in problem.all_rules}:
        assert report.proved_bound >= best - 1e-6 * max(1.0, abs(best))


def tampered(plan, **changes):
    return replace(plan, certificate=replace(plan.certificate, proof=replace(plan.certificate.proof, **changes)))


def without_node(proof, k):
    keep = np.arange(proof.nodes) != k
    parent = proof.parent[keep]
    return {
        "parent": parent - (parent > k),
        "site": proof.site[keep],
        "is_open": proof.is_open[keep],
        "customer_prices": proof.customer_prices[keep],
        "row_prices": proof.row_prices[keep],
    }


def last(proof):
    """Return the last node that decides a site: a leaf."""
    return int(np.flatnonzero(proof.site >= 0)[-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: {"bound": p.bound * 1.01, "target": p.target * 1.01}, "claims a bound"),
        (lambda p: {"customer_prices": p.customer_prices * 0.9}, "claims a bound"),
        (lambda p: {"row_prices": -p.row_prices - 1.0}, "negative on a row"),
        (lambda p: {"row_prices": p.row_prices[:, :-1]}, "row prices of shape"),
        (lambda p: {"customer_prices": p.customer_prices[:, :-1]}, "customers"),
        (lambda p: {"customer_prices": np.where(True, np.nan, p.customer_prices)}, "no number"),
        (lambda p: {"target": np.inf}, "target"),
        (lambda p: without_node(p, last(p)), "open and closed"),
        (lambda p: {"is_open": np.where(np.arange(p.nodes) == last(p), ~p.is_open, p.is_open)}, "open and closed"),
        (lambda p: {"site": np.where(np.arange(p.nodes) == last(p), -1, p.site)}, "open and closed"),
        (lambda p: {"site": p.site + 1000}, "none of the"),
        (lambda p: {"parent": np.arange(p.nodes)}, "parent"),
        (lambda p: {"parent": p.parent[:-1]}, "arrays of shapes"),
    ],
)
def test_a_proof_that_was_tampered_with_is_refused(proved, change, said):
    """A proof is data: whoever forges it must be found out."""
    problem, plan = proved
    report = tampered(plan, **change(plan.certificate.proof)).verify(problem)
    assert not report.accepted
    assert any(finding.rule == "proof" and said in finding.sentence for finding in report.findings), str(report)


def test_a_tree_that_is_cut_proves_its_weakest_leaf(proved):
    """Half a proof is half a proof: the leaves that are left count with what their own prices say."""
    problem, plan = proved
    proof = plan.certificate.proof
    root = {name: getattr(proof, name)[:1] for name in ("parent", "site", "is_open", "customer_prices", "row_prices")}
    report = tampered(plan, **root, bound=0.0).verify(problem)
    assert report.accepted
    assert plan.objective * 0.9 < report.proved_bound < plan.objective * 0.999


def test_a_proof_is_the_same_after_a_file(proved, tmp_path):
    """What is written must prove what was proved."""
    problem, plan = proved
    write_plan_json(plan, tmp_path / "plan.json")
    again = read_plan_json(tmp_path / "plan.json", problem)
    assert again.verify(problem).proved_bound == plan.verify(problem).proved_bound
    assert again.certificate.proof.leaves == plan.certificate.proof.leaves > 1


def test_a_file_with_a_site_that_is_unknown_is_refused(proved, tmp_path):
    """A proof of another case must not be read as one of this."""
    problem, plan = proved
    document = plan_document(plan)
    document["certificate"]["proof"]["nodes"][1]["site"] = "atlantis"
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(sw.InvalidProblem, match="'atlantis'"):
        read_plan_json(tmp_path / "plan.json", problem)


def test_a_limit_leaves_what_is_proved_so_far(proved):
    """Nothing of the user's is lost: a proof that is stopped holds for what it has."""
    problem, plan = proved
    short = sw.prove(problem, plan, time_limit=0.0)
    assert short.certificate.proof.nodes == 1
    assert short.verify(problem).accepted
    assert short.certificate.proof.bound < short.certificate.proof.target


def test_a_plan_that_breaks_a_rule_is_not_proved(proved):
    """A proof about a plan that does not stand would be worth nothing."""
    problem, plan = proved
    with pytest.raises(sw.InvalidProblem, match="accepted by the checker"):
        sw.prove(problem, replace(plan, objective=1.0))


def test_wrong_arguments_are_told(proved):
    """Each with what it must be."""
    problem, plan = proved
    with pytest.raises(sw.InvalidProblem) as error:
        sw.prove(problem, plan, gap=-1.0, time_limit=float("nan"))
    assert [flaw.where for flaw in error.value.flaws] == ["argument 'gap'", "argument 'time_limit'"]
    center = sw.solve(problem, objective="p-center", p=3, time_limit=20)
    with pytest.raises(sw.InvalidProblem, match="least cost or p-median"):
        sw.prove(problem, center)


def test_the_command_adds_the_proof_to_the_file(proved, tmp_path, capsys):
    """As the README has it: solve, prove, verify."""
    _, plan = proved
    file = tmp_path / "plan.json"
    write_plan_json(replace(plan, certificate=replace(plan.certificate, proof=None)), file)
    assert run(["prove", str(file), "southeast-asia-2015", "--gap", "1e-4", "-q"]) == 0
    assert "nodes of a tree" in capsys.readouterr().out
    assert run(["verify", str(file), "southeast-asia-2015"]) == 0
    assert run(["prove", str(file), "southeast-asia-2015", "--time-limit", "0", "-o", str(tmp_path / "b.json")]) == 4
    assert run(["prove", str(file), "southeast-asia-2015", "-o", str(tmp_path / "b.nc")]) == 2
    assert not (tmp_path / "b.nc").exists()


def test_a_case_that_does_not_fit_is_refused_before_it_is_begun(proved, monkeypatch):
    """A service must not be killed for want of memory."""
    problem, plan = proved
    monkeypatch.setattr("sitewright.optimizer.prove.available", lambda: 1000.0)
    with pytest.raises(TooLarge, match="120 x 80 pairs needs 450 KiB"):
        sw.prove(problem, plan)


def test_a_proof_does_not_grow_beyond_what_can_be_kept(proved, monkeypatch):
    """A tree without end must end with what it has, not with the memory."""
    problem, plan = proved
    monkeypatch.setattr("sitewright.optimizer.prove.grow.MOST_BYTES", 8 * 300 * 10)
    proof = sw.prove(problem, plan, gap=0.0).certificate.proof
    assert 8 <= proof.nodes <= 15
    assert proof.bound < proof.target
