"""Cuts of a covering problem, and the search for the cheapest cover behind them, held to trying all choices."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sitewright.optimizer.engine.radius.cuts import COSTS, cut_rows, find_cut, find_cuts, strengthen
from sitewright.optimizer.engine.radius.local import cheapest, grow
from sitewright.optimizer.engine.radius.prices import Links


def covers(mask):
    """Yield every choice of sites that covers all rows, as 0 and 1."""
    for choice in product((False, True), repeat=mask.shape[1]):
        if mask[:, list(choice)].any(axis=1).all():
            yield np.array(choice, dtype=float)


def no_triangle():
    """Three rows, each two of them covered by a site, no site for all: in fractions a half of each does."""
    return np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)


@st.composite
def masks(draw):
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    mask = np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))).reshape(n, m)
    mask[~mask.any(axis=1), 0] = True
    return mask


@settings(max_examples=150, deadline=None)
@given(mask=masks(), data=st.data())
def test_the_cheapest_cover_is_that_of_trying_all(mask, data):
    """A search that prunes too much prices covers too dear, and cuts made of it would cut off the best plans."""
    n, m = mask.shape
    cost = np.array(data.draw(st.lists(st.integers(0, 6), min_size=m, max_size=m)), dtype=float) / 4
    open_row = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    target = data.draw(st.sampled_from([0.5, 1.0, 100.0]))
    links, chosen = Links.of(mask), np.zeros(m, dtype=bool)
    found = cheapest(*links.arrays, cost, open_row, target, 10**6, chosen)
    expected = min(float(choice @ cost) for choice in covers(mask[open_row]))
    assert np.isclose(found, min(expected, target))
    if open_row.any() and expected < target - 1e-9:
        assert mask[open_row][:, chosen].any(axis=1).all()
        assert np.isclose(chosen @ cost, expected)


@settings(max_examples=150, deadline=None)
@given(mask=masks(), data=st.data())
def test_every_cover_keeps_a_cut_that_the_fractions_break(mask, data):
    """A cut that a cover breaks would prove radii that can be had to be out of reach."""
    n, m = mask.shape
    x = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5]), min_size=m, max_size=m)))
    cut = find_cut(mask, x, np.full(n, 0.3))
    if cut is not None:
        assert cut.price @ x[cut.sites] < COSTS
        for choice in covers(mask):
            assert cut.price @ choice[cut.sites] >= COSTS


def test_two_of_three_sites_are_needed_for_three_rows():
    """The least example of what fractions lack: without this cut, none is found at all."""
    cut = find_cut(no_triangle(), np.full(3, 0.5), np.full(3, 0.5))
    assert cut is not None
    assert cut.sites.tolist() == [0, 1, 2]
    assert np.allclose(cut.price, 0.5)


def test_sites_that_fractions_leave_out_get_a_price_too():
    """A site that x does not use but covers all must cost a whole cover; for free it would break the cut."""
    mask = np.column_stack([no_triangle(), np.ones(3, dtype=bool), [True, False, False]])
    cut = find_cut(mask, np.array([0.5, 0.5, 0.5, 0.0, 0.0]), np.full(3, 0.5))
    assert cut is not None
    price = np.zeros(5)
    price[cut.sites] = cut.price
    assert np.allclose(price[:4], [0.5, 0.5, 0.5, 1.0])
    assert price[4] <= 0.5 + 1e-9


def test_no_cut_parts_a_choice_that_is_a_cover():
    """The search would never end if it cut off what can be had."""
    assert find_cut(no_triangle(), np.array([1.0, 1.0, 0.0]), np.full(3, 0.5)) is None


def test_a_cluster_grows_along_what_the_rows_share():
    """Rows that have nothing to do with each other make clusters in which nothing is to be found."""
    mask = np.kron(np.eye(2, dtype=bool), no_triangle())
    links = Links.of(mask)
    assert sorted(grow(*links.arrays, np.full(6, 0.5), np.ones(6, dtype=bool), 4, 6)) == [3, 4, 5]
    assert len(find_cuts(links, mask, np.full(6, 0.5), np.full(6, 0.5), 6, np.random.default_rng(0))) == 2


def test_cuts_raise_the_bound_of_triangles_to_whole_sites():
    """Three triangles take 6 sites, 4.5 in fractions: the cuts must reach the LP, with the right sign and sites."""
    mask = np.kron(np.eye(3, dtype=bool), no_triangle())

    def relax(cuts):
        extra = cut_rows(cuts)
        dense = np.zeros((len(cuts), 9))
        for k in range(len(cuts)):
            part = slice(extra.start[k], extra.start[k + 1])
            dense[k, extra.column[part]] = extra.value[part]
        rows = -np.concatenate([mask.astype(float), dense])
        least = -np.concatenate([np.ones(9), extra.lower])
        solved = linprog(np.ones(9), A_ub=rows, b_ub=least, bounds=(0, 1))
        return solved.x, -solved.ineqlin.marginals

    bound, cuts = strengthen(mask, relax, 5.5, seed=0)
    assert len(cuts) == 3
    assert np.isclose(bound, 6.0, atol=1e-4)


def test_a_stop_leaves_no_bound():
    """What was stopped has proved nothing."""
    bound, cuts = strengthen(no_triangle(), lambda cuts: None, 5.0, seed=0)
    assert bound == -np.inf
    assert cuts == []
