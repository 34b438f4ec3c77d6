"""Nearest and second nearest open sites against a sort."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import nearest
from sitewright.kernels.nearest.reference import nearest as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def agrees(matrix: NDArray[Any], chosen: list[int], place: Place) -> None:
    found = nearest(place.put(matrix), chosen, **place.options)
    for mine, right in zip(vars(found).values(), oracle(matrix, chosen), strict=True):
        assert mine.tolist() == right.tolist()
    assert found.site.dtype == found.second_site.dtype == np.int32
    assert found.cost.dtype == found.second_cost.dtype == matrix.dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_it_finds_what_a_sort_finds(name: str, dtype: str, place: Place) -> None:
    """Fails if a tie goes to the higher number, +inf counts as a site, or the second is lost when the first changes."""
    matrix = MATRICES[name].astype(dtype)
    m = matrix.shape[1]
    for chosen in ([], [m - 1], list(range(0, m, 2)), list(range(m))):
        agrees(matrix, chosen, place)


@settings(max_examples=200, deadline=None)
@given(matrices(sites=80), st.data())
def test_it_finds_what_a_sort_finds_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails if one of the two ways round (few sites open, many) differs from the other on any shape."""
    agrees(matrix, sorted(data.draw(st.sets(st.integers(0, matrix.shape[1] - 1)))), Place("cpu"))


def test_a_mask_and_numbers_mean_the_same(place: Place) -> None:
    """Fails if a mask is read as numbers 0 and 1, or numbers out of order change the answer."""
    matrix = place.put(MATRICES["forbidden"])
    by_mask = nearest(matrix, np.isin(np.arange(8), [2, 5, 7]), **place.options)
    by_number = nearest(matrix, [7, 2, 5], **place.options)
    for one, other in zip(vars(by_mask).values(), vars(by_number).values(), strict=True):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("wrong", [[0, 0], [-1], [3], [0.5], [True, False], [[0, 1]], ["a"]])
def test_a_wrong_set_of_open_sites_is_refused_with_the_range(wrong: Any) -> None:
    """Fails if a site is counted twice, counted from the end, or a short mask is taken."""
    with pytest.raises(InvalidProblem, match="'open': must be a mask of 3 sites, or different numbers from 0 to 2"):
        nearest(np.zeros((2, 3)), wrong)
