"""Dual ascent: prices that the exact problem allows, a bound that no plan is below, and nothing left to raise."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import Ascent, ascent
from sitewright.kernels.ascent.reference import best_bound
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels import exact
from tests.kernels.exact import hard_numbers
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place


def holds(matrix: NDArray[Any], fixed: NDArray[np.float64], found: Ascent) -> None:
    """Check what every dual solution must be, in rational numbers."""
    paid = [sum(exact.savings(matrix, found.prices, j), Fraction(0)) for j in range(matrix.shape[1])]
    over = sum((max(Fraction(0), p - Fraction(float(f))) for p, f in zip(paid, fixed, strict=True)), Fraction(0))
    assert over <= 1e-9 * (1 + fixed.sum() + np.abs(found.prices).sum())
    assert [float(Fraction(float(f)) - p) for p, f in zip(paid, fixed, strict=True)] == pytest.approx(
        found.slack.tolist(), abs=1e-9 * (1 + fixed.sum() + np.abs(found.prices).sum())
    )
    assert (found.slack >= 0).all()
    # The bound that these prices prove, without any rounding.
    assert Fraction(found.bound) <= sum(map(Fraction, found.prices.tolist()), Fraction(0)) - over
    assert found.bound == pytest.approx(found.prices.sum(), rel=1e-9, abs=1e-9)


def fixed_costs(m: int) -> NDArray[np.float64]:
    return np.linspace(0, 900, m).round()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_every_backend_takes_the_same_steps(name: str, dtype: str, place: Place) -> None:
    """Fails if blocks or lanes take customers in another order: then prices differ, valid or not."""
    matrix = MATRICES[name].astype(dtype)
    fixed = fixed_costs(matrix.shape[1])
    for passes in (0, 1, 1000):
        found = ascent(place.put(matrix), fixed, passes=passes, **place.options)
        first = ascent(matrix, fixed, passes=passes)
        assert found.prices.tolist() == first.prices.tolist()
        assert found.slack.tolist() == first.slack.tolist()
        assert found.bound == first.bound
    holds(matrix, fixed, found)


@settings(max_examples=100, deadline=None)
@given(matrices(sites=5, customers=6), st.data())
def test_the_bound_is_below_every_plan_and_no_price_can_rise(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails if a site is paid more than its fixed cost, or a customer stops while all its sites have slack."""
    matrix[:, 0] = np.where(np.isfinite(matrix[:, 0]), matrix[:, 0], 7.0)
    m = matrix.shape[1]
    fixed = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0]) | st.floats(0, 2000), min_size=m, max_size=m)))
    found = ascent(matrix, fixed)
    holds(matrix, fixed, found)
    least = exact.least_cost(matrix, fixed)
    assert least is not None and Fraction(found.bound) <= least
    if len(matrix):
        assert found.bound <= best_bound(matrix, fixed) * (1 + 1e-9) + 1e-6
    for i, u in enumerate(found.prices):
        within = matrix[i].astype(np.float64) <= u
        assert found.slack[within].min() <= 1e-9 * (1 + fixed.sum())


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.sampled_from(["float32", "float64"]), st.data())
def test_no_rounding_lifts_the_bound_above_the_least_plan(n: int, m: int, dtype: str, data: st.DataObject) -> None:
    """Fails if what rounding loses exceeds what is taken off: magnitudes apart, denormals, costs below zero."""
    matrix = data.draw(hard_numbers((n, m))).astype(dtype)
    fixed = data.draw(hard_numbers((m,), low=0.0))
    found = ascent(matrix, fixed)
    paid = [sum(exact.savings(matrix, found.prices, j), Fraction(0)) for j in range(m)]
    over = sum((max(Fraction(0), p - Fraction(float(f))) for p, f in zip(paid, fixed, strict=True)), Fraction(0))
    assert Fraction(found.bound) <= sum(map(Fraction, found.prices.tolist()), Fraction(0)) - over
    least = exact.least_cost(matrix, fixed)
    assert least is not None and Fraction(found.bound) <= least


def test_sums_beyond_all_floats_end_as_no_bound() -> None:
    """Fails if an overflow comes back as NaN or +inf, which would close every gap."""
    assert ascent(np.full((3, 2), 1e308), [1e308, 1e308]).bound == -np.inf


def test_more_passes_never_lower_a_price() -> None:
    """Fails if an unfinished ascent is no bound, or a later step takes back an earlier one."""
    matrix, fixed = MATRICES["forbidden"], fixed_costs(8) + 100
    steps = [ascent(matrix, fixed, passes=p).prices for p in range(6)]
    assert all((b >= a).all() for a, b in pairwise(steps))
    assert steps[-1].sum() > steps[0].sum()


def test_a_customer_without_a_site_is_named(place: Place) -> None:
    """Fails if an infinite price comes back as a bound."""
    with pytest.raises(InvalidProblem, match="customer 1: must have a site that can serve it"):
        ascent(place.put(np.array([[1.0, 2.0], [np.inf, np.inf]])), [1.0, 1.0], **place.options)


@pytest.mark.parametrize("passes", [-1, 1.5, True, "2"])
def test_a_wrong_number_of_passes_is_named(passes: Any) -> None:
    """Fails if it ends in a TypeError, or in no pass at all."""
    with pytest.raises(InvalidProblem, match="'passes': must be a whole number"):
        ascent(np.zeros((2, 2)), [1.0, 1.0], passes=passes)


@pytest.mark.parametrize("fixed", [[1.0], [1.0, -1.0], [1.0, np.inf], [1.0, np.nan]])
def test_a_wrong_fixed_cost_is_named(fixed: list[float]) -> None:
    """Fails if bad input yields a bound."""
    with pytest.raises(InvalidProblem, match="'fixed_cost'"):
        ascent(np.zeros((2, 2)), fixed)
