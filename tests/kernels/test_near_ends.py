"""The near ends of the rows against a sort."""

from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import near_ends
from sitewright.kernels.near_ends.reference import near_ends as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def agrees(matrix: NDArray[Any], live: list[int], place: Place, rank: int | None = None, top: Any = None) -> None:
    before = None if top is None else top.copy()
    found = near_ends(place.put(matrix), live, rank=rank, top=top, **place.options)
    sites, costs, tops = oracle(matrix, live, rank, before)
    assert found.start.tolist() == np.cumsum([0, *map(len, sites)]).tolist()
    assert found.site.tolist() == list(chain(*sites)) and found.cost.tolist() == list(chain(*costs))
    assert found.top.tolist() == tops
    assert found.site.dtype == np.int32 and found.cost.dtype == matrix.dtype and found.start.dtype == np.int64
    assert top is None or np.array_equal(top, before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_it_finds_the_first_of_a_sort(name: str, dtype: str, place: Place) -> None:
    """Fails if ties change places or are cut apart, +inf or a dead site is in, or a rank is that of the live alone."""
    matrix = MATRICES[name].astype(dtype)
    n, m = matrix.shape
    for rank, live in ((m // 2, list(range(m))), (0, list(range(0, m, 2))), (m, list(range(m))), (1, [])):
        if place.name != "cuda" or n < 100 or rank == m // 2:  # many rows take the simulator seconds
            agrees(matrix, live, place, rank=rank)
    tops = np.resize([np.inf, 400.0, -np.inf, float(np.median(matrix)) if matrix.size else 0.0], n)
    agrees(matrix, list(range(1, m)), place, top=tops)


@settings(max_examples=200, deadline=None)
@given(matrices(sites=40), st.data())
def test_it_finds_them_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails if rows of all +inf, or none of whose sites live, shift the pairs of those that follow."""
    n, m = matrix.shape
    live = sorted(data.draw(st.sets(st.integers(0, m - 1))))
    agrees(matrix, live, Place("cpu"), rank=data.draw(st.integers(0, m + 1)))
    some = st.floats(-100, 1000) | st.just(np.inf)
    agrees(matrix, live, Place("cpu"), top=np.array(data.draw(st.lists(some, min_size=n, max_size=n))))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bits_keep_the_order_of_floats(dtype: str, place: Place) -> None:
    """Fails if the rank of a number is lost at a change of sign or exponent, at a zero of either sign, or at +inf."""
    tiny, huge = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
    row = np.array([1.5, -0.0, np.inf, -huge, 0.0, -tiny, 1.0, huge, tiny, -1.5, -1.0, np.inf, 1.0], dtype)
    matrix = np.stack([row, row[::-1], np.full(len(row), np.inf, dtype)])
    for rank in (0, 2, 3, 5, 9, 11, 12):
        agrees(matrix, list(range(len(row))), place, rank=rank)


def test_a_wrong_argument_is_named() -> None:
    """Fails if a rank counts from the end, or rows are cut at numbers of others."""
    matrix = np.zeros((2, 3))
    for rank in (-1, 1.5, True):
        with pytest.raises(InvalidProblem, match="'rank'"):
            near_ends(matrix, [0], rank=rank)  # type: ignore[arg-type]
    for top in ([1.0], [1.0, np.nan], [[1.0, 2.0]]):
        with pytest.raises(InvalidProblem, match="'top'"):
            near_ends(matrix, [0], top=top)
    for both in ({}, {"rank": 1, "top": [1.0, 1.0]}):
        with pytest.raises(InvalidProblem, match="'rank' and 'top': must be one of them"):
            near_ends(matrix, [0], **both)  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="'live'"):
        near_ends(matrix, [3], rank=1)
