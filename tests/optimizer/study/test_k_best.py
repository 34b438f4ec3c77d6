"""The k best choices of sites: none is missing, none is wrong, and what all of them share is so."""

import time

import pytest
from hypothesis import given, settings

import sitewright as sw
from sitewright.instances import generate
from tests.optimizer.study.brute import all_choices
from tests.strategies import problems


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_k_best_are_those_of_brute_force(problem):
    """Fails if a cut is not valid, a set is listed twice or lost, or its cost is not the least for it."""
    truth = all_choices(problem)
    if not truth:
        return
    answer = sw.k_best(problem, 3)
    assert answer.complete
    assert [s.cost for s in answer.sets] == pytest.approx([c for c, _ in truth[:3]], rel=1e-5, abs=1e-5)
    costs = {sites: cost for cost, sites in truth}
    assert len({s.open_sites for s in answer.sets}) == len(answer.sets)
    for one in answer.sets:
        assert one.cost == pytest.approx(costs[one.open_sites], rel=1e-6, abs=1e-6)
    if len(truth) > 3:
        assert answer.others_cost <= truth[3][0] * (1 + 1e-5) + 1e-5


@settings(max_examples=40, deadline=None)
@given(problems())
def test_what_all_good_plans_share_is_what_brute_force_says(problem):
    """Fails if a site that a plan within the share does without is called a survivor, or the other way round."""
    truth = all_choices(problem)
    if not truth or truth[0][0] == 0:
        return
    answer = sw.k_best(problem, 99, within=0.3)
    limit = truth[0][0] * 1.3
    if any(abs(cost - limit) < 1e-4 * limit for cost, _ in truth):
        return  # on the edge, where tolerances decide
    good = [set(sites) for cost, sites in truth if cost <= limit]
    assert answer.complete and len(answer.sets) == len(good)
    for one in answer.survivors:
        assert one.in_all is all(one.site in sites for sites in good)


def test_single_sourced_and_uncapacitated_problems_are_listed_too():
    """Of the first, linear programs are only bounds; the second has no capacity to price."""
    for options in ({"single_source": True}, {}):
        problem = generate("cornuejols", seed=4, customers=8, sites=5, r=2.0, **options)
        if not options:
            problem = sw.Problem(problem.data.drop_vars("capacity"))
        answer, truth = sw.k_best(problem, 6), all_choices(problem)
        if not options:
            assert [s.cost for s in answer.sets] == pytest.approx([c for c, _ in truth[:6]], rel=1e-6)
        assert answer.complete
        assert [s.cost for s in answer.sets] == sorted(s.cost for s in answer.sets)


def test_europe_has_17_plans_within_2_percent_and_no_site_is_in_all_of_them():
    """The answer that the README gives; each of the plans is held to all rules by the checker's own code elsewhere."""
    answer = sw.k_best(sw.load("europe-2015"), 99, within=0.02)
    assert answer.complete and len(answer.sets) == 17
    assert answer.others_cost > answer.sets[0].cost * 1.02
    assert not any(s.in_all for s in answer.survivors)
    assert all(site.endswith("/own") for s in answer.sets for site in s.open_sites)
    # The plan's own search for ties looks at neighbours alone, by other code: here the next best set is one.
    first, second = answer.sets[:2]
    tie = sw.solve(sw.load("europe-2015")).ties[0]
    assert set(tie.closed) == set(first.open_sites) - set(second.open_sites)
    assert set(tie.opened) == set(second.open_sites) - set(first.open_sites)
    assert tie.extra_cost == pytest.approx(second.cost - first.cost)


def test_a_limit_leaves_the_list_open_and_says_so():
    """A list that was cut short must not be called complete."""
    problem = sw.load("southeast-asia-2015")
    token = sw.CancelToken()

    def stop(event):
        if event.stage == "k best":
            token.cancel()

    started = time.monotonic()
    answer = sw.k_best(problem, 500, within=0.5, on_progress=stop, cancel=token)
    assert not answer.complete and answer.sets and time.monotonic() - started < 20


@pytest.mark.parametrize("arguments", [{"k": 0}, {"k": 1.5}, {"within": -0.1}, {"within": float("nan")}])
def test_a_wrong_argument_is_named(arguments):
    with pytest.raises(sw.InvalidProblem, match=next(iter(arguments))):
        sw.k_best(generate("euclidean_ufl", seed=1, n=6), **arguments)
