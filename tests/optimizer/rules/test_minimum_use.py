"""The least load of a site: against brute force, by hand, and where it is refused."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer import rules as R
from sitewright.optimizer.explain.without import without
from tests import oracle
from tests.brute_force import solve_as_brute_force


def used(seed: int) -> sw.Problem:
    """Every kind of rule, and sites that must be worth it; whole customers in every third case."""
    problem = generate("ruled", seed=seed)
    rng = np.random.default_rng(seed + 7)
    where = R.SiteScope() if seed % 2 else R.SiteScope(sites=("s0", "s2", "s4"))
    rule = R.MinimumUse(share=float(rng.choice([0.3, 0.6, 0.9])), mw=float(rng.choice([0.0, 4.0])), within=where)
    return problem.with_rules(rule, *([R.SingleSource()] if seed % 3 == 0 else []))


@pytest.mark.parametrize("seed", range(30))
def test_with_minimum_use_the_plan_is_what_brute_force_finds(seed: int) -> None:
    """Fails if a bound or a search takes it that more open sites never hurt."""
    solve_as_brute_force(used(seed), bound_rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_a_p_center_with_minimum_use_is_what_brute_force_finds(seed: int) -> None:
    """Fails where the sites alone prove a radius at which their loads are too small."""
    problem = used(seed).with_rules(R.SiteCount(at_most=3))
    best = oracle.best_of_radius(problem, "p-center")
    if best is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem, objective="p-center")
        return
    assert sw.solve(problem, objective="p-center").objective == best


def two_sites(*rules: R.Rule) -> sw.Problem:
    """Each customer has a site next door; the two are worth opening only if nothing is asked of them."""
    return sw.Problem.from_arrays(
        service_cost=[[1.0, 30.0], [30.0, 1.0]],
        fixed_cost=[5.0, 5.0],
        demand=[6.0, 2.0],
        capacity=[10.0, 8.0],
        rules=rules,
    )


def test_a_site_that_would_be_too_small_stays_closed_or_takes_from_its_neighbour() -> None:
    """By hand: 2 MW of 8 are less than 40 %; 1.2 of 6 MW move from the neighbour, at 29 more for all 6."""
    assert sw.solve(two_sites()).objective == pytest.approx(12.0)
    plan = sw.solve(two_sites(R.MinimumUse(share=0.4)))
    assert plan.objective == pytest.approx(12.0 + 0.2 * 29)
    assert plan.decision.load(plan.demand) == pytest.approx([4.8, 3.2])
    assert sw.solve(two_sites(R.MinimumUse(mw=5.0))).open_sites == ("s0",)


def test_capacities_that_are_lifted_ask_for_no_more_use() -> None:
    """Else a problem without its capacities would allow less than with them."""
    problem = two_sites(R.MinimumUse(share=0.5))
    free = without(problem, [rule for rule in problem.all_rules if isinstance(rule, R.Capacity)])
    assert free.numbers("capacity").tolist() == [10.0, 8.0]
    assert [rule.mw for rule in free.rules if isinstance(rule, R.MinimumUse)] == [5.0, 4.0]


def test_a_share_of_no_limit_is_a_flaw_and_several_futures_are_refused() -> None:
    """Half of infinitely much would close every site; a rule that is not held must not be taken for one that is."""
    with pytest.raises(sw.InvalidProblem, match="finite capacity"):
        sw.Problem.from_arrays(service_cost=[[1.0]], fixed_cost=[1.0], rules=(R.MinimumUse(share=0.5),))
    with pytest.raises(sw.InvalidProblem, match="minimum_use"):
        sw.two_stage(two_sites(R.MinimumUse(mw=1.0)), [sw.Scenario("as it is", 1.0)])
