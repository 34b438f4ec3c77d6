"""Rounding down to float32: nowhere above, never lower than need be, and bounds that carry over."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.kernels import ascent, reduced, round_down
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels import exact
from tests.kernels.exact import HARD, hard_numbers


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=False) | st.sampled_from([*HARD, 1e300, -1e300, 3.4028235e38, 3.4028236e38])))
def test_each_entry_is_the_greatest_float32_that_is_not_above(values: list[float]) -> None:
    """Fails if an entry is rounded to nearest, overflows to infinity, or falls by more than one float32."""
    low = round_down(np.array(values))
    assert low.dtype == np.float32
    with np.errstate(over="ignore"):
        above = np.nextafter(low, np.float32(np.inf))
    for x, y, z in zip(values, low.tolist(), above.tolist(), strict=True):
        assert y <= x and (z > x or x == np.inf)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (4, 3), (), (2, 2, 2)])
def test_any_shape_keeps_its_shape(shape: tuple[int, ...]) -> None:
    """Fails if an empty matrix, or a number alone, is not let through."""
    assert round_down(np.full(shape, 0.1)).shape == shape
    assert (round_down(np.full(shape, 0.1)) < 0.1).all()


def test_float32_stays_what_it_is() -> None:
    """Fails if a matrix that needs no rounding is copied through float64, at three times its memory."""
    matrix = np.full((2, 2), 0.1, np.float32)
    assert round_down(matrix) is matrix


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_bounds_from_the_rounded_matrix_hold_for_the_exact_one(n: int, m: int, data: st.DataObject) -> None:
    """Fails if half the memory costs the proof: reduced costs and dual ascent against the float64 problem."""
    matrix, u = data.draw(hard_numbers((n, m))), data.draw(hard_numbers((n,)))
    found = reduced(round_down(matrix), u)
    for value, right in zip(found.value, exact.reduced(matrix, found.prices), strict=True):
        assert value == -np.inf or Fraction(float(value)) <= right
    fixed = data.draw(hard_numbers((m,), low=0.0))
    least = exact.least_cost(matrix, fixed)
    assert least is not None and Fraction(ascent(round_down(matrix), fixed).bound) <= least


def test_what_is_no_number_is_refused() -> None:
    """Fails if words are rounded."""
    with pytest.raises(InvalidProblem, match="'cost': must be numbers"):
        round_down([["a"]])
