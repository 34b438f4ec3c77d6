"""The tree that tells whether p sites can cover all rows, and the prices in it, held to counting."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.optimizer.engine.radius.prices import Links, climb, first_prices, settle
from sitewright.optimizer.engine.radius.tree import few_cover
from sitewright.optimizer.solver.answer import Outcome


def fewest(mask):
    """Return how many sites it takes, by trying all choices; infinitely many where a row has no site."""
    m = mask.shape[1]
    for k in range(m + 1):
        if any(mask[:, list(s)].any(axis=1).all() for s in combinations(range(m), k)):
            return k
    return np.inf


def ask(mask, p):
    return few_cover(mask, p, stop=lambda: False)


def climbed(mask, target, *, steps=500):
    links = Links.of(mask)
    on = np.ones(len(mask), bool), np.ones(mask.shape[1], bool)
    none, start = np.empty(0, np.int64), np.append(first_prices(links), 0.0)
    return links, climb(*links.arrays, *on, none, start, target, steps)


@st.composite
def masks(draw, most=9):
    n, m = draw(st.integers(1, 12)), draw(st.integers(1, most))
    return np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))).reshape(n, m)


def edges(n):
    """Rows are the edges of the complete graph on n sites: all but one must open; in fractions, half of each."""
    pairs = list(combinations(range(n), 2))
    mask = np.zeros((len(pairs), n), bool)
    for i, pair in enumerate(pairs):
        mask[i, list(pair)] = True
    return mask


@settings(max_examples=150, deadline=None)
@given(mask=masks(), p=st.integers(0, 9))
def test_the_tree_finds_a_cover_just_where_there_is_one(mask, p):
    """Wrong pruning, branching or dominance shows as a cover that is missed, or as one that is none."""
    outcome, sites = ask(mask, p)
    if fewest(mask) <= p:
        assert outcome is Outcome.OPTIMAL
        assert len(sites) <= p and mask[:, sites].any(axis=1).all()
    else:
        assert outcome is Outcome.INFEASIBLE


@pytest.mark.parametrize("n", [5, 8, 11])
def test_a_gap_of_the_fractions_is_closed_by_branching(n):
    """Prices prove n / 2, the truth is n - 1: all the rest is the tree's."""
    assert ask(edges(n), n - 2)[0] is Outcome.INFEASIBLE
    outcome, sites = ask(edges(n), n - 1)
    assert outcome is Outcome.OPTIMAL and len(sites) == n - 1


def test_points_in_the_plane_need_as_many_sites_as_found_one_by_one():
    """Many alike sites: the class that the pairs of rows are for. Both answers on either side of the least number."""
    points = np.random.default_rng(3).random((150, 2))
    mask = np.hypot(*(points[:, None] - points).T) <= 0.17
    answers = [ask(mask, p)[0] for p in range(8, 20)]
    first = answers.index(Outcome.OPTIMAL)
    assert first > 0 and set(answers[:first]) == {Outcome.INFEASIBLE} and set(answers[first:]) == {Outcome.OPTIMAL}
    # Greedily: of rows no two of which share a site, each needs one of its own.
    apart = []
    for row in mask:
        if not any((row & other).any() for other in apart):
            apart.append(row)
    assert len(apart) <= 8 + first


def test_a_stop_leaves_the_question_open():
    outcome, sites = few_cover(edges(8), 6, stop=lambda: True)
    assert outcome is Outcome.STOPPED and not len(sites)


def test_the_shares_of_the_tree_add_up_to_all_of_it():
    """What is told of progress never falls, and ends at 1 where nothing was found."""
    told = []
    few_cover(edges(9), 7, stop=lambda: False, say=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)


@settings(max_examples=100, deadline=None)
@given(mask=masks())
def test_prices_never_prove_more_than_is_true(mask):
    mask = mask[mask.any(axis=1)]
    if not len(mask):
        return
    least = fewest(mask)
    links, (bound, price, covered, _) = climbed(mask, 100.0)
    assert bound <= least + 1e-9
    assert bound == pytest.approx(price.sum() + np.minimum(0.0, 1.0 - price[:-1] @ mask).sum())
    assert covered == pytest.approx(price[:-1] @ mask)
    even = settle(*links.arrays, price[:-1])
    assert (even >= 0).all() and (even @ mask <= 1 + 1e-9).all()


def test_prices_come_near_to_the_fractions():
    """On a ring of 9 in which a site covers 2 neighbours, halves are best: 4.5."""
    ring = (np.arange(9)[:, None] - np.arange(9)) % 9 <= 1
    links, (bound, price, _, share) = climbed(ring, 9.0)
    assert bound == pytest.approx(4.5, abs=0.05)
    assert settle(*links.arrays, price[:-1]).sum() == pytest.approx(4.5, abs=0.05)
    assert share.sum() == pytest.approx(4.5, abs=0.3)
