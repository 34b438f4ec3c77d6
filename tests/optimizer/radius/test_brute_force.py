"""p-center, coverage and set cover against brute force over all open sets, with every rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.rules import SiteCount
from tests import oracle, strategies

OBJECTIVES = ("p-center", "coverage", "set-cover")


def without_loads(problem):
    """The problem without capacities and rules on loads: then the open sites decide who is served from where."""
    data = problem.data.drop_vars(["capacity", "partner_commitment"], errors="ignore")
    return sw.Problem(data, tuple(rule for rule in problem.rules if rule.kind != "load"), problem.name)


def check(problem, objective, p, radius):
    radius = None if objective == "p-center" else radius
    ruled = problem if p is None else problem.with_rules(SiteCount(at_least=p, at_most=p))
    truth = oracle.best_of_radius(ruled, objective, radius)
    if truth is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem, objective=objective, p=p, radius=radius)
        return
    plan = sw.solve(problem, objective=objective, p=p, radius=radius)
    assert plan.status is sw.Status.OPTIMAL
    assert plan.objective == pytest.approx(truth, rel=1e-6, abs=1e-6)
    assert plan.bound == pytest.approx(truth, rel=1e-5, abs=1e-6)
    report = plan.verify(problem)
    assert report.accepted, str(report)
    if objective == "coverage":
        assert report.proved_bound >= truth - 1e-9
    else:
        assert report.proved_bound <= truth


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(20))
def test_a_ruled_problem_is_solved_like_brute_force(objective, seed):
    """Proves: value and infeasibility are right under all site and pair rules. Sensitivity: a dominance that ignores a
    rule, or a bound past the optimum, shows here."""
    problem = without_loads(generate("ruled", seed=seed, customers=5, sites=6))
    check(problem, objective, 2 + seed % 3 if objective != "set-cover" else None, 20.0 + 3 * seed)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(4))
def test_rules_on_loads_are_kept_too(objective, seed):
    """With capacities the nearest open site may be full: the assignment has to be found as well."""
    problem = generate("ruled", seed=seed, customers=3, sites=4)
    check(problem, objective, 2 if objective != "set-cover" else None, 30.0 + 10 * seed)


@settings(max_examples=40, deadline=None)
@given(
    problem=strategies.problems(max_customers=4, max_sites=5).map(without_loads),
    objective=st.sampled_from(OBJECTIVES),
    p=st.integers(1, 3),
    radius=st.integers(2, 60).map(lambda k: k / 2),
)
def test_any_tiny_problem_is_solved_like_brute_force(problem, objective, p, radius):
    """float32 data, pairs without a way, partners, scopes: none may change the answer."""
    p = min(p, problem.n_sites)
    check(problem, objective, p if objective != "set-cover" else None, radius)
