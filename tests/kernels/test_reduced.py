"""Reduced costs against extended precision, and against rational numbers for the promise that they are never above."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import reduced, served
from sitewright.kernels.reduced import reference as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels import exact
from tests.kernels.exact import hard_numbers
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def agrees(matrix: NDArray[Any], prices: NDArray[Any], place: Place) -> None:
    found = reduced(place.put(matrix), prices, **place.options)
    right = oracle.reduced(matrix, found.prices)
    # What rounding may lose, and what is taken off for it.
    loss = 4 * np.finfo(matrix.dtype).eps + 8 * (len(matrix) + 8) * 2.0**-53
    assert found.value.shape == (matrix.shape[1],) and found.value.dtype == np.float64
    assert np.all(found.value <= right)
    assert np.all(found.value >= right * (1 + loss) - 1e-300)
    assert np.array_equal(found.prices, prices.astype(matrix.dtype).astype(np.float64))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_it_is_the_sum_of_the_negative_differences(name: str, dtype: str, place: Place) -> None:
    """Fails if a row is lost between the fours, a tile's rows meet another's prices, or +inf adds to a sum."""
    matrix = MATRICES[name].astype(dtype)
    n, m = matrix.shape
    for prices in (np.zeros(n), np.full(n, 500.0), np.linspace(-300, 900, n)):
        agrees(matrix, prices, place)
        for chosen in ([], [m - 1], list(range(m))):
            found = served(place.put(matrix), prices, chosen, **place.options)
            assert found.dtype == np.int32
            assert found.tolist() == oracle.served(matrix, prices.astype(dtype), chosen).tolist()


@settings(max_examples=150, deadline=None)
@given(matrices(sites=12, customers=12), st.data())
def test_it_is_that_sum_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails on any shape that the fours of rows or the tiles of columns do not divide."""
    n, m = matrix.shape
    prices = np.array(data.draw(st.lists(st.floats(-100, 1000), min_size=n, max_size=n)))
    agrees(matrix, prices, Place("cpu"))
    chosen = sorted(data.draw(st.sets(st.integers(0, m - 1))))
    right = oracle.served(matrix, prices.astype(matrix.dtype), chosen)
    assert served(matrix, prices, chosen).tolist() == right.tolist()


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.sampled_from(["float32", "float64"]), st.data())
def test_no_rounding_lifts_a_value_above_the_exact_one(n: int, dtype: str, data: st.DataObject) -> None:
    """Fails if the margin is too small somewhere: cancellation, denormals, magnitudes apart, near overflow."""
    matrix = data.draw(hard_numbers((n, 3))).astype(dtype)
    found = reduced(matrix, data.draw(hard_numbers((n,))))
    for value, right in zip(found.value, exact.reduced(matrix, found.prices), strict=True):
        assert value == -np.inf or Fraction(float(value)) <= right


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_rounding_of_a_long_sum_lifts_it_above_the_exact_one(dtype: str, place: Place) -> None:
    """Fails if the margin does not grow with the sum: 3000 terms, each rounded to the side that hurts."""
    n = 3000
    # One large saving first: each of the small ones is then lost in part, in the same direction.
    matrix = np.zeros((n, 2), dtype)
    prices = np.full(n, 1 + 2.0**-30)
    prices[0] = 2.0**52
    matrix[:, 1] = np.linspace(-1, 1, n)
    if place.name == "cuda":
        matrix, prices = matrix[:100], prices[:100]
    found = reduced(place.put(matrix, rows=700), prices, **place.options)
    right = exact.reduced(matrix, found.prices)
    assert all(Fraction(float(v)) <= e for v, e in zip(found.value, right, strict=True))
    assert np.allclose(found.value, [float(e) for e in right], rtol=1e-6)


@pytest.mark.parametrize("call", [reduced, lambda c, u: served(c, u, [0])])
def test_a_wrong_argument_is_named(call: Any) -> None:
    """Fails if bad prices yield a bound, or a matrix of the wrong shape is read past its end."""
    for prices in ([1.0], [1.0, np.nan], [1.0, np.inf], [1.0, 2e38], [[1.0, 2.0]]):
        with pytest.raises(InvalidProblem, match="'prices'"):
            call(np.zeros((2, 2)), prices)
    for cost in ([1.0, 2.0], np.zeros((2, 2, 2)), [["a", "b"]]):
        with pytest.raises(InvalidProblem, match="'cost'"):
            call(cost, [1.0, 2.0])
