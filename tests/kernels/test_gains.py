"""Gains against serving everyone anew after each move."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import gains, nearest
from sitewright.kernels.gains.groups import ROWS as GROUP_ROWS
from sitewright.kernels.gains.reference import service_cost
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def agrees(matrix: NDArray[Any], chosen: list[int], place: Place) -> None:
    near = nearest(place.put(matrix), chosen, **place.options)
    found = gains(place.put(matrix), chosen, near, **place.options)
    m = matrix.shape[1]
    now = service_cost(matrix, chosen)
    # Rounding of sums of costs: in the type of the matrix, over all customers.
    off = 4 * float(np.finfo(matrix.dtype).eps) * (1 + float(np.abs(matrix[np.isfinite(matrix)]).sum()))
    swap = found.swap()
    assert found.open.tolist() == chosen
    assert found.add.shape == (m,) and found.drop.shape == (len(chosen),) and swap.shape == (len(chosen), m)
    for j in range(m):
        assert found.add[j] == pytest.approx(now - service_cost(matrix, [*chosen, j]), abs=off)
    for r, closed in enumerate(chosen):
        rest = [k for k in chosen if k != closed]
        assert found.drop[r] == pytest.approx(service_cost(matrix, rest) - now, abs=off)
        for j in set(range(m)) - set(chosen):
            assert swap[r, j] == pytest.approx(now - service_cost(matrix, [*rest, j]), abs=off)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_each_move_changes_what_it_says(name: str, dtype: str, place: Place) -> None:
    """Fails if a customer is counted at the wrong open site, or what a swap keeps of an addition is."""
    matrix = MATRICES[name].astype(dtype)
    m = matrix.shape[1]
    for chosen in ([0], list(range(0, m, 2)), list(range(m))):
        agrees(matrix, chosen, place)


@settings(max_examples=100, deadline=None)
@given(matrices(sites=7), st.data())
def test_each_move_changes_what_it_says_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails on ties, a second site that is missing (+inf), negative costs, or an odd number of customers at a site."""
    matrix[:, 0] = np.where(np.isfinite(matrix[:, 0]), matrix[:, 0], 7.0)
    agrees(matrix, sorted({0} | data.draw(st.sets(st.integers(0, matrix.shape[1] - 1)))), Place("cpu"))


def test_a_site_with_more_customers_than_a_task_takes_loses_none(place: Place) -> None:
    """Fails if the tasks of one site do not add up: all customers are at site 0 but for the last."""
    n = 20 if place.name == "cuda" else 2 * GROUP_ROWS + 3
    matrix = np.tile([1.0, 3.0, 0.5], (n, 1))
    matrix[-1] = [9.0, 2.0, 5.0]
    found = gains(place.put(matrix, rows=GROUP_ROWS + 1), [0, 1], **place.options)
    assert found.add.tolist() == [0.0, 0.0, 0.5 * (n - 1)]
    assert found.drop.tolist() == [2.0 * (n - 1), 7.0]
    assert found.loss.tolist() == [[0.0, 2.0 * (n - 1), 0.0], [7.0, 0.0, 3.0]]


def test_without_another_site_closing_is_infinitely_dear_and_exchange_is_not(place: Place) -> None:
    """Fails if inf - inf gives NaN: customer 1 can be served by sites 1 and 2 only."""
    matrix = place.put(np.array([[1.0, 4.0, np.inf], [np.inf, 2.0, 5.0]]))
    found = gains(matrix, [0, 1], **place.options)
    assert found.drop.tolist() == [3.0, np.inf]
    assert found.swap()[:, 2].tolist() == [-3.0, -3.0]


def test_the_nearest_sites_of_another_set_are_refused() -> None:
    """Fails if gains are worked out from what was open a move ago."""
    matrix = MATRICES["some"]
    for near in (nearest(matrix, [0, 4]), nearest(matrix[:5], [0, 1])):
        with pytest.raises(InvalidProblem, match="'near': must be nearest"):
            gains(matrix, [0, 1], near)


def test_a_customer_that_no_open_site_can_serve_is_named(place: Place) -> None:
    """Fails if gains of an infinite cost come back as NaN."""
    matrix = place.put(np.array([[1.0, 2.0], [np.inf, 2.0]]))
    with pytest.raises(InvalidProblem, match="customer 1: must have an open site that can serve it"):
        gains(matrix, [0], **place.options)
    with pytest.raises(InvalidProblem, match="customer 0: must have an open site"):
        gains(matrix, [], **place.options)
