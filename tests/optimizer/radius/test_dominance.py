"""Spare rows and outdone sites held to sets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.optimizer.engine.radius.dominance import outdone_sites, spare_rows


@st.composite
def masks(draw):
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    return np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))).reshape(n, m)


def sets(mask):
    return [frozenset(np.flatnonzero(row).tolist()) for row in mask]


@settings(max_examples=200, deadline=None)
@given(mask=masks())
def test_a_row_is_spare_just_where_it_holds_all_sites_of_another(mask):
    """Breaks if of equal rows none or all are kept, or if the rarest site misses a pair; a row without sites counts."""
    rows = sets(mask)
    want = [
        any(other < row or (other == row and k < i) for k, other in enumerate(rows) if k != i)
        for i, row in enumerate(rows)
    ]
    assert spare_rows(mask).tolist() == want


@settings(max_examples=200, deadline=None)
@given(mask=masks(), data=st.data())
def test_a_site_is_outdone_just_by_one_of_its_group_that_covers_as_much(mask, data):
    """Breaks if groups are mixed, of equal sites none or all stay, or a site that covers nobody is kept for nothing."""
    sites = sets(mask.T)
    group = data.draw(st.lists(st.integers(0, 1), min_size=len(sites), max_size=len(sites)))
    want = [
        any(
            group[k] == group[j] and (site < other or (site == other and k < j))
            for k, other in enumerate(sites)
            if k != j
        )
        for j, site in enumerate(sites)
    ]
    assert outdone_sites(mask, np.array(group)).tolist() == want
