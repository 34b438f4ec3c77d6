"""Order of the sites against a sort."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import order
from sitewright.kernels.order.cpu import FEW
from sitewright.kernels.order.reference import order as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_it_orders_as_a_sort_does(name: str, dtype: str, place: Place) -> None:
    """Fails if equal costs change places, +inf does not come last, or the first few are not the first of all."""
    matrix = MATRICES[name].astype(dtype)
    m = matrix.shape[1]
    for k in sorted({0, 1, min(3, m), m}):
        found = order(place.put(matrix), k, **place.options)
        assert found.dtype == np.int32
        assert found.tolist() == oracle(matrix, k).tolist()
    assert order(place.put(matrix), **place.options).tolist() == oracle(matrix, m).tolist()


@settings(max_examples=150, deadline=None)
@given(matrices(sites=FEW + 20), st.data())
def test_the_first_few_are_right_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails if the kept list and the sort differ where one takes over from the other."""
    k = data.draw(st.integers(0, matrix.shape[1]))
    assert order(matrix, k).tolist() == oracle(matrix, k).tolist()


@pytest.mark.parametrize("k", [-1, 4, 1.0, True, "2"])
def test_a_wrong_k_is_refused_with_the_range(k: Any) -> None:
    """Fails if k counts from the end, or asks for more sites than there are."""
    with pytest.raises(InvalidProblem, match="'k': must be a whole number from 0 to 3"):
        order(np.zeros((2, 3)), k)
