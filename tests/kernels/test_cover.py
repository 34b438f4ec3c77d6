"""Cover and dominance against sets."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import cover, dominated
from sitewright.kernels.cover import pack
from sitewright.kernels.cover import reference as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import ROWS, Place


@pytest.mark.parametrize("rows", [ROWS, 64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_the_bits_are_the_sets(name: str, dtype: str, rows: int, place: Place) -> None:
    """Fails if a bit is in the wrong place, a word's last customers are lost, or bits lie past the last customer."""
    matrix = MATRICES[name].astype(dtype)
    n, m = matrix.shape
    for radius in (-1.0, 1.0, 400.0, 1e300):
        found = cover(place.put(matrix, rows), radius, **place.options)
        sets = oracle.cover(matrix, radius)
        assert found.bits.shape == (m, -(-n // 64)) and found.bits.dtype == np.uint64
        assert [set(np.flatnonzero(row).tolist()) for row in found.mask()] == sets
        assert found.customers_of.tolist() == [len(s) for s in sets]
        assert found.sites_of.tolist() == [sum(i in s for s in sets) for i in range(n)]
        assert np.array_equal(found.bits, pack(found.mask()))
        back = found.by_customer()
        assert [[bool(back[i, j // 64] >> np.uint64(j % 64) & np.uint64(1)) for j in range(m)] for i in range(n)] == [
            [i in s for s in sets] for i in range(n)
        ]


@pytest.mark.parametrize("value", [0.1, 1e-50, -1e-50, 3.5e38, 1 / 3, -1 / 3])
def test_the_radius_is_compared_as_the_number_that_it_is(value: float, place: Place) -> None:
    """Fails if the radius is rounded to float32: the float32 of 0.1 lies above 0.1, so it is not within 0.1."""
    with np.errstate(over="ignore"):
        at = np.float32(value)
        near = np.array([[at, np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))]])
    found = cover(place.put(near), value, **place.options).mask()[:, 0]
    assert found.tolist() == [float(x) <= value for x in near[0]]


@settings(max_examples=150, deadline=None)
@given(matrices(customers=80), st.floats(-60, 1000), st.data())
def test_dominance_is_that_of_sets(matrix: NDArray[Any], radius: float, data: st.DataObject) -> None:
    """Fails if of equal rows none or all go, the weight is ignored, or an empty row is kept for nothing."""
    found = cover(matrix, radius)
    sets = oracle.cover(matrix, radius)
    weight = data.draw(st.lists(st.sampled_from([1.0, 2.0, -3.0]), min_size=len(sets), max_size=len(sets)))
    assert dominated(found.bits).tolist() == oracle.dominated(sets, [0.0] * len(sets))
    assert dominated(found.bits, weight).tolist() == oracle.dominated(sets, weight)


def test_each_backend_judges_dominance_alike(backend: str) -> None:
    """Fails if a backend breaks ties otherwise: rows 0 and 2 are equal, row 1 is inside both, row 3 is cheap."""
    bits = pack(np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], dtype=bool))
    assert dominated(bits, backend=backend).tolist() == [False, True, True, True, True]
    assert dominated(bits, [2, 2, 1, 1, 0], backend=backend).tolist() == [True, True, False, True, False]
    assert dominated(bits[:0], backend=backend).tolist() == []


@settings(max_examples=50, deadline=None)
@given(matrices(customers=20, sites=70), st.floats(0, 500))
def test_a_customer_whose_sites_include_all_of_another_needs_no_row(matrix: NDArray[Any], radius: float) -> None:
    """Fails if the bits the other way round, negated, do not say which customers come with others."""
    found = cover(matrix, radius)
    sites = [set(np.flatnonzero(column).tolist()) for column in found.mask().T]
    without = [set(range(matrix.shape[1])) - s for s in sites]
    assert dominated(~found.by_customer()).tolist() == oracle.dominated(without, [0.0] * len(sites))


def test_a_wrong_radius_or_weight_is_refused() -> None:
    """Fails if NaN covers nobody without a word, or a weight is left out."""
    for radius in (np.nan, np.inf, "far", [1.0]):
        with pytest.raises(InvalidProblem, match="'radius'"):
            cover(np.zeros((2, 2)), radius)  # type: ignore[arg-type]
    bits = cover(np.zeros((2, 2)), 1).bits
    for weight in ([1.0], [1.0, np.nan], [[1.0, 2.0]]):
        with pytest.raises(InvalidProblem, match="'weight'"):
            dominated(bits, weight)
