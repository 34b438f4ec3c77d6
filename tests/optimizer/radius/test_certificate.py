"""The certificates of p-center, coverage and set cover: what they prove, and that false ones are refused."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sitewright as sw
from sitewright.optimizer.errors import InvalidProblem
from sitewright.optimizer.io.plan_json import read_plan_json, write_plan_json
from sitewright.optimizer.rules import SiteCount
from sitewright.optimizer.verify.cover_bound import fewest_sites, most_covered, none_within


def ring(n=9):
    """Customers and sites on a circle, next neighbours 1 ms apart: a site reaches three within 1 ms."""
    step = np.abs(np.arange(n)[:, None] - np.arange(n))
    far = np.minimum(step, n - step).astype(float)
    return sw.Problem.from_arrays(
        service_cost=far, latency=far, fixed_cost=np.ones(n), demand=np.arange(1.0, n + 1), name="ring"
    )


ASKED = {
    "p-center": {"p": 3},
    "coverage": {"p": 2, "radius": 1.0},
    "set-cover": {"radius": 1.0},
}


@pytest.fixture(scope="module")
def plans():
    return {kind: sw.solve(ring(), objective=kind, **more) for kind, more in ASKED.items()}


@pytest.mark.parametrize("kind", ASKED)
def test_an_honest_plan_is_accepted_and_said_in_its_own_words(plans, kind):
    report = plans[kind].verify(ring())
    assert report.accepted, str(report)
    words = {"p-center": "nearer than 1.00", "coverage": "covers more than", "set-cover": "fewer sites than 3.00"}
    assert words[kind] in report.what_is_proved
    assert "cost" not in report.what_is_proved


@pytest.mark.parametrize("kind", ASKED)
def test_a_plan_survives_json(plans, kind, tmp_path):
    write_plan_json(plans[kind], tmp_path / "plan.json")
    again = read_plan_json(tmp_path / "plan.json", ring())
    assert (again.objective, again.bound, again.radius, again.unit) == (
        plans[kind].objective,
        plans[kind].bound,
        plans[kind].radius,
        plans[kind].unit,
    )
    assert again.verify(ring()).accepted


def weights(plan, change):
    certificate = replace(plan.certificate, multipliers=change(plan.certificate.multipliers.copy()))
    return replace(plan, certificate=certificate)


def another_site(plan):
    is_open = np.roll(plan.decision.open, 1)
    names = tuple(plan.sites[is_open].tolist())
    return replace(plan, decision=replace(plan.decision, open=is_open), open_sites=names)


def far_away(plan):
    """Everyone from the first open site."""
    site = np.full_like(plan.decision.site, np.flatnonzero(plan.decision.open)[0])
    return replace(plan, decision=replace(plan.decision, site=site))


TAMPERED = {
    "certificate": [
        ("p-center", lambda plan: weights(plan, lambda w: w * 0.0)),
        ("p-center", lambda plan: weights(plan, lambda w: np.eye(1, len(w))[0])),
        ("p-center", lambda plan: weights(plan, lambda w: w[1:])),
        ("p-center", lambda plan: weights(plan, lambda w: -w)),
        ("p-center", lambda plan: replace(plan, certificate=replace(plan.certificate, root_bound=1.5))),
        ("set-cover", lambda plan: weights(plan, lambda w: w * 0.5)),
        ("set-cover", lambda plan: weights(plan, lambda w: w * np.nan)),
        ("set-cover", lambda plan: replace(plan, certificate=replace(plan.certificate, root_bound=4.0))),
        ("coverage", lambda plan: weights(plan, lambda w: w * 0.0)),
        ("coverage", lambda plan: replace(plan, certificate=replace(plan.certificate, root_bound=20.0))),
    ],
    "objective": [
        ("p-center", lambda plan: replace(plan, objective=0.5)),
        ("set-cover", lambda plan: replace(plan, objective=2.0)),
        ("coverage", lambda plan: replace(plan, objective=plan.objective + 1)),
        ("p-center", far_away),
        ("coverage", far_away),
    ],
    "radius": [("set-cover", far_away), ("set-cover", lambda plan: replace(plan, radius=0.5))],
    "service": [(kind, another_site) for kind in ASKED],
    "gap": [("coverage", lambda plan: replace(plan, bound=plan.bound * 1.5))],
}
CASES = [(finding, kind, k) for finding, tries in TAMPERED.items() for k, (kind, _) in enumerate(tries)]


@pytest.mark.parametrize(("finding", "kind", "k"), CASES)
def test_a_tampered_plan_is_refused(plans, finding, kind, k):
    """Sensitivity: without the check of that name the plan would pass."""
    plan = TAMPERED[finding][k][1](plans[kind])
    found = {f.rule for f in plan.verify(ring()).findings}
    assert finding in found


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    n=st.integers(2, 5),
    m=st.integers(2, 5),
    p=st.integers(1, 3),
    radius=st.integers(1, 9).map(float),
)
def test_no_weights_prove_what_is_false(data, n, m, p, radius):
    """Whatever weights a certificate holds: what follows from them is true of every open set."""
    p = min(p, m)
    far = np.array(data.draw(st.lists(st.integers(1, 9), min_size=n * m, max_size=n * m)), float).reshape(n, m)
    far[far == 9] = np.inf
    demand = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), float)
    w = np.array(data.draw(st.lists(st.floats(0, 3), min_size=n, max_size=n)))
    problem = sw.Problem.from_arrays(
        service_cost=far, fixed_cost=np.zeros(m), demand=demand, rules=[SiteCount(at_least=p, at_most=p)]
    )
    sets = [list(s) for s in combinations(range(m), p)]
    strictly = [s for s in sets if (far[:, s].min(axis=1) < radius).all()]
    within = [s for s in sets if (far[:, s].min(axis=1) <= radius).all()]
    assert not (none_within(problem, w, radius) and strictly)
    assert not (within and fewest_sites(problem, w, radius) > p)
    most = max(demand[far[:, s].min(axis=1) <= radius].sum() for s in sets)
    assert most_covered(problem, w, radius) >= most


def test_fewest_sites_rounds_up():
    """Weights of a half prove more than 4 of 9: at least 5 sites."""
    odd = ring()
    assert fewest_sites(odd, np.full(9, 1 / 3), 1.0) == 3
    pairs = np.where(np.isin(odd.data["latency"].values, [0.0]), 0.0, 9.0)
    pairs[np.arange(9), (np.arange(9) + 1) % 9] = 0.0
    problem = sw.Problem.from_arrays(service_cost=pairs, fixed_cost=np.zeros(9))
    assert fewest_sites(problem, np.full(9, 0.5), 1.0) == 5


def test_weights_must_be_weights():
    for bad in (np.ones(3), -np.ones(9), np.full(9, np.inf)):
        with pytest.raises(InvalidProblem, match="multipliers"):
            fewest_sites(ring(), bad, 1.0)
