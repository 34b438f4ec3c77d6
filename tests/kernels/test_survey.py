"""The survey of a matrix against Python."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from sitewright.kernels import survey
from sitewright.kernels.survey.reference import survey as oracle
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def agrees(matrix: NDArray[Any], place: Place) -> None:
    found = survey(place.put(matrix), **place.options)
    assert (found.largest.tolist(), found.whole) == oracle(matrix)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_it_finds_what_python_finds(name: str, dtype: str, place: Place) -> None:
    """Fails if +inf counts, a cost below zero is small, or one broken number among whole ones is overlooked."""
    matrix = MATRICES[name].astype(dtype)
    agrees(matrix, place)
    whole = np.floor(matrix)
    agrees(whole, place)
    if whole.size:
        whole[-1, -1] = 1e6 + 0.5
        agrees(whole, place)


def test_what_no_integer_holds_is_whole_all_the_same(place: Place) -> None:
    """Fails if a large number is made an integer to look at it, or a row of all +inf has a size."""
    agrees(np.array([[1e300, -3.0, np.inf], [np.inf, np.inf, np.inf], [-(2.0**60), 0.0, 7.0]]), place)


@settings(max_examples=100, deadline=None)
@given(matrices())
def test_it_finds_it_on_any_matrix(matrix: NDArray[Any]) -> None:
    """Fails on some shape or mix of numbers."""
    agrees(matrix, Place("cpu"))
