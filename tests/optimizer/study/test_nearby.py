"""Descent by cuts, and the rows that count sites: against all sets of a few sites."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sitewright.optimizer.model.columns import row, stack
from sitewright.optimizer.model.rounded import rounded_rows
from sitewright.optimizer.study.nearby import Nearby

ALL = np.array(list(product([False, True], repeat=6)))


@given(st.integers(0, 10_000))
def test_a_descent_ends_where_no_move_that_keeps_the_rows_says_less(seed):
    """Fails if a move is missed or priced wrongly, or a set that breaks a row or is not asked for is returned."""
    rng = np.random.default_rng(seed)
    partner = rng.integers(-1, 2, 6)
    some = row("some", np.arange(6), rng.integers(1, 4, 6), lower=3.0)
    rows = stack("sites", [some, row("two", [6, 7], 1.0, upper=1)])
    near = Nearby(rng.normal(0, 1, 3), rng.normal(0, 1, (3, 8)), partner, rows)

    def told(is_open):
        used = [float((is_open & (partner == p)).any()) for p in (0, 1)]
        return max(c + w @ [*is_open, *used] for c, w in zip(near.constants, near.weights, strict=True))

    def keeps(is_open):
        return rows.value[:6] @ is_open >= 3 and len(set(partner[is_open]) - {-1}) < 2

    def admits(is_open):
        return bool(is_open[0])

    good = [s for s in ALL if admits(s) and keeps(s)]
    if not good:
        return
    found = near.descend(good[-1], admits, set())
    assert found is not None and admits(found) and keeps(found)
    for other in good:
        swap = [int((other & ~found).sum()), int((found & ~other).sum())]
        assert max(swap) > 1 or told(other) >= told(found) - 1e-9


def test_a_set_that_was_seen_is_not_guessed_again():
    """Fails if the search could price one set twice, or end without the second best."""
    near = Nearby(np.zeros(1), np.array([[3.0, 2.0, 1.0]]), np.full(3, -1), row("one", [0, 1, 2], 1.0, lower=1.0))
    best = np.array([False, False, True])
    start = np.array([True, False, False])
    assert np.array_equal(near.descend(start, lambda s: True, set()), best)
    assert np.array_equal(near.descend(start, lambda s: True, {best.tobytes()}), start)


@given(
    st.lists(st.sampled_from([0.0, 2.0, 3.0, 5.5, 8.0]), min_size=6, max_size=6), st.floats(1, 20), st.integers(0, 1)
)
def test_every_set_that_holds_enough_keeps_the_rounded_rows(held, needed, lost):
    """Fails if rounding cuts off a set that holds the demand, whichever of its sites is lost."""
    sizes = np.array(held)
    rows = stack("need", rounded_rows("need", sizes, needed, lost))
    for is_open in ALL:
        left = np.sort(sizes[is_open])[: is_open.sum() - lost]
        if is_open.sum() >= lost and (sizes[is_open] > 0).sum() >= lost and left.sum() >= needed:
            value = np.add.reduceat(rows.value * is_open[rows.column], rows.start[:-1])
            assert (value >= rows.lower - 1e-9).all()
