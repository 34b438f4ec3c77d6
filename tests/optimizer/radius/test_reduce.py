"""Dominance under site rules, the search by swaps, and covering with few customers at a time."""

from itertools import combinations, product

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.kernels.cover import pack
from sitewright.optimizer.engine.radius.reduce import reduce_cover
from sitewright.optimizer.engine.radius.swap import find_cover


def covers(mask, is_open):
    return bool(mask[:, is_open].any(axis=1).all())


@pytest.mark.parametrize("seed", range(30))
def test_what_is_left_admits_the_same_choices_by_group(seed):
    """A choice is, to the rules, how many sites of each group are open: the reduced problem covers with the same ones.

    Sensitivity: breaks if a site gives way to one of another group, or if two open sites cannot be told any more.
    """
    rng = np.random.default_rng(seed)
    n, m, groups = 5, 7, 1 + seed % 3
    mask = rng.random((n, m)) < 0.4
    group, out = rng.integers(0, groups, m), rng.random(m) < 0.1
    reduced = reduce_cover(pack(mask.T), n, group, out)

    full = set()
    for bits in product([False, True], repeat=m):
        is_open = np.array(bits) & ~out
        if covers(mask, is_open):
            full.add(tuple(np.bincount(group[is_open], minlength=groups)))
    small = set()
    for bits in product([False, True], repeat=len(reduced.sites)):
        kept = np.array(bits, dtype=bool)
        if not covers(reduced.mask, kept):
            continue
        for fill in product(*(range(len(members) + 1) for members in reduced.fillers)):
            counts = np.bincount(group[reduced.sites[kept]], minlength=groups)
            for members, k in zip(reduced.fillers, fill, strict=True):
                counts[group[members[0]]] += k
            small.add(tuple(counts))
    assert small == full


@pytest.mark.parametrize("seed", range(10))
def test_swaps_find_a_cover_where_one_was_hidden(seed):
    """Breaks if the gains that the search keeps in memory drift from what they stand for."""
    rng = np.random.default_rng(seed)
    rows, sites, p = 60, 90, 8
    mask = rng.random((rows, sites)) < 0.06
    mask[np.arange(rows), rng.permutation(sites)[:p][np.arange(rows) % p]] = True
    found = find_cover(mask, p, work=3e7, seed=seed)
    assert found is not None and found.sum() == p and covers(mask, found)


@pytest.mark.parametrize("seed", range(40))
def test_swaps_find_a_small_cover_just_where_trying_all_does(seed):
    """From nothing or from any choice; breaks if swaps come to repeat, or if a row counts as covered that is not."""
    rng = np.random.default_rng(seed)
    mask = rng.random((9, 8)) < 0.3
    p = 1 + seed % 5
    there = any(covers(mask, list(choice)) for choice in combinations(range(8), p))
    for first in (None, rng.permutation(8)[: 1 + seed % 8]):
        found = find_cover(mask, p, work=1e5, seed=seed, first=first)
        assert (found is not None) == there
        assert found is None or (found.sum() == p and covers(mask, found))


def test_a_cover_to_begin_with_is_kept():
    """Breaks if a search forgets where to begin: one swap leads from a cover to itself, and from nothing nowhere."""
    points = np.random.default_rng(3).random((150, 2))
    mask = np.hypot(*(points[:, None] - points).T) <= 0.17
    p = next(p for p in range(8, 30) if find_cover(mask, p, work=1e7, seed=0) is not None)
    known = np.flatnonzero(find_cover(mask, p, work=1e7, seed=0))
    assert find_cover(mask, p, work=1e7, most=1, seed=0) is None
    for first in (known, known[:-1]):
        assert find_cover(mask, p, work=1e7, most=1, seed=0, first=first) is not None


def test_a_search_by_swaps_ends_when_told():
    assert find_cover(np.eye(4, dtype=bool), 3, work=1e18, seed=0, stop=iter([False, True]).__next__) is None


def test_swaps_find_nothing_where_there_is_nothing():
    assert find_cover(np.eye(4, dtype=bool), 3, work=1e4, seed=0) is None
    assert find_cover(np.zeros((2, 3), dtype=bool), 3, work=1e4, seed=0) is None
    assert find_cover(np.eye(3, dtype=bool), 3, work=0.0, seed=0).all()


@pytest.fixture(scope="module")
def towns():
    """A hundred towns in the plane: enough for customers that are not active, and for fractions that are not whole."""
    far = generate("euclidean_p_median", seed=3, n=100, p=5).data["service_cost"].values
    return sw.Problem.from_arrays(service_cost=far, fixed_cost=np.ones(100), demand=1.0 + np.arange(100) % 7)


def test_objectives_agree_with_each_other(towns):
    """p sites reach everyone within the p-center's radius and not within less, whoever computes it."""
    center = sw.solve(towns, objective="p-center", p=6)
    assert center.status is sw.Status.OPTIMAL and center.verify(towns).accepted
    at, below = center.objective, float(np.nextafter(center.objective, 0))
    assert sw.solve(towns, objective="set-cover", radius=at).objective <= 6
    assert sw.solve(towns, objective="set-cover", radius=below).objective > 6
    everyone = sw.solve(towns, objective="coverage", p=6, radius=at)
    assert everyone.share_covered == 1.0 and everyone.verify(towns).accepted
    assert sw.solve(towns, objective="coverage", p=6, radius=below, gap=1e-9).share_covered < 1.0


def test_a_rule_that_binds_nothing_changes_nothing(towns):
    """With any rule beyond a count the search takes the other way, by MIPs alone; the answer is the same."""
    rule = sw.rules.MutualExclusion(sites=tuple(towns.sites[:5].tolist()), at_most=5)
    for objective, more in (
        ("p-center", {"p": 6}),
        ("coverage", {"p": 6, "radius": 2e3}),
        ("set-cover", {"radius": 3e3}),
    ):
        plain = sw.solve(towns, objective=objective, **more)
        ruled = sw.solve(towns, objective=objective, rules=[rule], **more)
        assert plain.objective == pytest.approx(ruled.objective, rel=1e-9)


def test_progress_closes_in_and_is_told_with_its_sign(towns):
    seen = []
    plan = sw.solve(towns, objective="coverage", p=4, radius=1.5e3, on_progress=seen.append)
    assert all(e.maximise and e.bound >= e.incumbent * (1 - 1e-9) for e in seen)
    assert seen[-1].incumbent == plan.objective > 0 and seen[-1].gap == pytest.approx(plan.gap, abs=1e-12)


def test_a_cancelled_solve_returns_its_best_plan_with_a_true_bound(towns):
    token = sw.CancelToken()

    def watch(event):
        if np.isfinite(event.incumbent):
            token.cancel()

    plan = sw.solve(towns, objective="p-center", p=6, cancel=token, on_progress=watch)
    assert plan.stop_reason == "cancelled" and plan.status is sw.Status.FEASIBLE
    assert plan.bound <= plan.objective and plan.verify(towns).accepted


def test_a_limit_before_any_plan_says_what_is_known(towns):
    token = sw.CancelToken()
    token.cancel()
    with pytest.raises(sw.LimitReached, match="opens fewer sites"):
        sw.solve(towns, objective="set-cover", radius=2e3, cancel=token)
