"""Knapsacks against sorting and against all subsets, both in rational numbers."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sitewright.kernels import knapsack, knapsack_served
from sitewright.kernels.knapsack import cpu
from sitewright.kernels.knapsack import reference as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels import exact
from tests.kernels.exact import hard_numbers
from tests.kernels.matrices import MATRICES, matrices
from tests.kernels.places import Place

Floats = NDArray[np.float64]


def instance(name: str, dtype: str) -> tuple[NDArray[Any], Floats, Floats, Floats]:
    """Prices that half the pairs gain from; demands with zeros and ties; capacities from none to enough."""
    matrix = MATRICES[name].astype(dtype)
    n, m = matrix.shape
    middle = np.median(matrix[np.isfinite(matrix)]) if matrix.size else 0.0
    prices = middle + np.linspace(-100, 400, n).round()
    demand = np.arange(n) % 4 * 0.75
    return matrix, prices, demand, np.linspace(0, 0.6 * demand.sum(), m)


def shares(matrix: NDArray[Any], u: Floats, d: Floats, price: float, last: int, part: float, j: int) -> Floats:
    """Who is served at site j by the words of `Knapsack`: better ratios whole, `last` in part."""
    saving = u - matrix[:, j].astype(np.float64)
    ratio = np.divide(saving, d, out=np.full(len(d), np.inf), where=d > 0)
    before = np.arange(len(d)) < last
    x = ((saving > 0) & ((ratio > price) | ((ratio == price) & before))).astype(np.float64)
    if last >= 0:
        x[last] = part
    return x


def agrees(matrix: NDArray[Any], u: Floats, d: Floats, q: Floats, place: Place) -> None:
    at = place.put(matrix)
    found = knapsack(at, u, d, q, **place.options)
    n, m = matrix.shape
    total = np.zeros(n)
    for j in range(m):
        saving = [float(s) for s in exact.savings(matrix, u, j)]
        right = oracle.continuous(saving, d, q[j])
        assert found.value[j] <= right + 1e-9 * abs(right)
        assert found.value[j] == pytest.approx(right, rel=1e-9, abs=1e-9)
        x = shares(matrix, u, d, found.price[j], found.last[j], found.part[j], j)
        assert x @ d <= q[j] * (1 + 1e-12) and -(x @ saving) == pytest.approx(right, rel=1e-9, abs=1e-9)
        total += x
    assert found.exact.all() and found.taken is None
    assert knapsack_served(at, u, d, found, range(m), **place.options) == pytest.approx(total, abs=1e-12)
    assert not knapsack_served(at, u, d, found, [], **place.options).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MATRICES)
def test_each_site_fills_up_by_saving_per_mw(name: str, dtype: str, place: Place) -> None:
    """Fails if the price is not the last ratio, a customer without demand takes room, or ties overfill a site."""
    agrees(*instance(name, dtype), place)


@settings(max_examples=200, deadline=None)
@given(matrices(sites=4, customers=12), st.data())
def test_each_site_fills_up_on_any_matrix(matrix: NDArray[Any], data: st.DataObject) -> None:
    """Fails if the selection loses an item: equal ratios, no demand, capacity that ends between two customers."""
    n, m = matrix.shape
    mw = st.sampled_from([0.0, 1.0, 2.0, 3.0]) | st.floats(0.01, 50)
    d = np.array(data.draw(st.lists(mw, min_size=n, max_size=n)))
    q = np.array(data.draw(st.lists(mw | st.just(np.inf), min_size=m, max_size=m)))
    u = np.array(data.draw(st.lists(st.integers(-60, 1000), min_size=n, max_size=n)), dtype=np.float64)
    agrees(matrix, u, d, q, Place("cpu"))


@pytest.mark.parametrize("name", ["no customers", "one pair", "some", "forbidden", "below zero"])
@pytest.mark.parametrize("place", [Place("cpu"), Place("dask"), Place("tiles")], ids=lambda p: p.name)
def test_whole_customers_are_chosen_as_by_trying_all(name: str, place: Place) -> None:
    """Fails if the search stops early, a block's customers get other numbers, or who is taken does not add up."""
    matrix, u, d, q = instance(name, "float64")
    at = place.put(matrix)
    found = knapsack(at, u, d, q, whole=True, **place.options)
    assert found.taken is not None and found.taken.shape == matrix.shape[::-1]
    for j in range(matrix.shape[1]):
        saving = [float(s) for s in exact.savings(matrix, u, j)]
        assert found.value[j] == pytest.approx(oracle.whole(saving, d, q[j]), rel=1e-9)
        assert found.taken[j] @ d <= q[j] * (1 + 1e-12)
        assert -np.dot(found.taken[j].astype(float), saving) == pytest.approx(found.value[j], rel=1e-9)
    assert found.exact.all()
    some = [0, matrix.shape[1] - 1] if matrix.shape[1] > 1 else [0]
    assert knapsack_served(at, u, d, found, some, **place.options).tolist() == found.taken[some].sum(axis=0).tolist()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 8), st.data())
def test_whole_customers_never_cost_more_than_exactly(n: int, data: st.DataObject) -> None:
    """Fails if rounding makes the search miss a set that fits: demands like 0.1 + 0.2 at a capacity of their sum."""
    mw = st.sampled_from([0.1, 0.2, 0.3, 0.7, 1.0, 0.0]) | st.floats(0.01, 2)
    d = np.array(data.draw(st.lists(mw, min_size=n, max_size=n)))
    chosen = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    # The exact sum of some demands, rounded up: that set fits.
    total = sum((Fraction(x) for x, c in zip(d, chosen, strict=True) if c), Fraction(0))
    q = np.array([float(total) if Fraction(float(total)) >= total else np.nextafter(float(total), np.inf)])
    matrix, u = data.draw(hard_numbers((n, 1), low=-10.0)), data.draw(hard_numbers((n,), low=-10.0))
    found = knapsack(matrix, u, d, q, whole=True)
    assert Fraction(float(found.value[0])) <= exact.whole_knapsack(exact.savings(matrix, u, 0), d, q[0])


def test_a_set_that_fits_to_the_last_bit_is_found() -> None:
    """Fails if what is left of the capacity, rounded at each step, ends short of the last customer of a full set."""
    rng = np.random.default_rng(5)
    for _ in range(100):
        d = rng.integers(1, 10, 5) / 10
        total = sum(map(Fraction, d[: rng.integers(2, 5)].tolist()), Fraction(0))
        q = float(total) if Fraction(float(total)) >= total else np.nextafter(float(total), np.inf)
        u = d * rng.choice([1.0, 1.001], 5)
        found = knapsack(np.zeros((5, 1)), u, d, [q], whole=True)
        assert Fraction(float(found.value[0])) <= exact.whole_knapsack(list(map(Fraction, u.tolist())), d, q)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 9), st.sampled_from(["float32", "float64"]), st.data())
def test_no_rounding_lifts_a_value_above_the_exact_one(n: int, dtype: str, data: st.DataObject) -> None:
    """Fails if the margin is too small: equal ratios, a sliver of capacity, denormals, prices per MW near overflow."""
    matrix, u = data.draw(hard_numbers((n, 2))).astype(dtype), data.draw(hard_numbers((n,)))
    d = data.draw(hard_numbers((n,), low=0.0))
    q = data.draw(hard_numbers((2,), low=0.0))
    found = knapsack(matrix, u, d, q)
    for j in range(2):
        right = exact.knapsack(exact.savings(matrix, u, j), d, q[j])
        assert found.value[j] == -np.inf or Fraction(float(found.value[j])) <= right


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_thousand_equal_ratios_at_a_sliver_of_capacity_stay_valid(dtype: str, place: Place) -> None:
    """Fails if errors of customers that are not served count: their savings are a billion times the value."""
    n = 20 if place.name == "cuda" else 1000
    rng = np.random.default_rng(3)
    d = rng.uniform(1, 2, n)
    u = d / 3
    matrix = np.zeros((n, 1), dtype)
    for q in (1e-9, 1.0 + 1e-9):
        found = knapsack(place.put(matrix, rows=300), u, d, [q], **place.options)
        right = exact.knapsack(exact.savings(matrix, u, 0), d, q)
        assert Fraction(float(found.value[0])) <= right
        assert found.value[0] == pytest.approx(float(right), rel=1e-11)


def test_customers_at_one_ratio_are_served_in_their_order(place: Place) -> None:
    """Fails if of equal ratios a later customer comes first, or what is left goes to one that would not fill it."""
    d = np.tile([1.0, 2.0, 3.0, 4.0], 5)
    # Saving equals demand at every site; the first site takes 10 MW of each four, and three and a half fours.
    found = knapsack(place.put(np.zeros((20, 3))), d, d, [35.5, 0.5, 50.0], **place.options)
    assert found.last.tolist() == [14, 0, -1]
    assert found.part.tolist() == pytest.approx([2.5 / 3, 0.5, 0.0])
    assert found.price.tolist() == [1.0, 1.0, 0.0]
    right = [*[1.0] * 14, 2.5 / 3, *[0.0] * 5]
    assert knapsack_served(place.put(np.zeros((20, 3))), d, d, found, [0], **place.options) == pytest.approx(right)


def test_candidates_of_a_few_sites_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the sites of a later batch get the lists of the first: all at once, or one site at a time."""
    matrix, u, d, q = instance("tall", "float64")
    for place in (Place("cpu"), Place("tiles")):
        at = place.put(matrix)
        whole = knapsack(at, u, d, q, **place.options)
        with monkeypatch.context() as patch:
            patch.setattr(cpu, "MOST", 1)
            parts = knapsack(at, u, d, q, **place.options)
        assert whole.last.tolist() == parts.last.tolist() and (whole.last >= 0).sum() > 1
        assert whole.value.tolist() == parts.value.tolist() and whole.price.tolist() == parts.price.tolist()


def test_a_search_that_runs_out_of_nodes_says_so_and_stays_a_bound() -> None:
    """Fails if an unproved sum is passed off as the optimum: even demands, odd capacity, and nothing fits exactly."""
    n = 60
    d, u = np.full(n, 2.0) + np.arange(n) % 7 * 2, np.full(n, 2.0) + np.arange(n) % 7 * 2
    found = knapsack(np.zeros((n, 1)), u, d, [101.0], whole=True, nodes=50)
    assert not found.exact[0]
    # Saving equals demand: the continuous optimum is the capacity, the whole one is one less.
    assert found.value[0] == pytest.approx(-101.0) and found.value[0] <= -101.0
    assert found.taken is not None and found.taken[0] @ d <= 101


def test_whole_customers_on_a_card_are_refused_with_the_ways_out() -> None:
    """Fails if a card silently gives the continuous knapsack instead."""
    with pytest.raises(InvalidProblem, match=r"'whole': must be False on a card.*backend='cpu'"):
        knapsack(np.zeros((1, 1)), [1.0], [1.0], [1.0], whole=True, backend="cuda")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"prices": [1.0]}, "'prices'"),
        ({"prices": [1.0, np.nan]}, "'prices', entry 1"),
        ({"demand": [1.0, -1.0]}, "'demand', entry 1"),
        ({"demand": [1.0, np.inf]}, "'demand', entry 1"),
        ({"capacity": [1.0]}, "'capacity'"),
        ({"capacity": [1.0, 2.0, -1.0]}, "'capacity', entry 2"),
        ({"nodes": 0}, "'nodes': must be a positive whole number"),
    ],
)
def test_a_wrong_argument_is_named(change: dict[str, Any], names: str) -> None:
    """Fails if bad input yields a bound."""
    right: dict[str, Any] = {"prices": [1.0, 1.0], "demand": [1.0, 1.0], "capacity": [1.0, 1.0, np.inf]}
    assert knapsack(np.zeros((2, 3)), **right).value == pytest.approx([-1.0, -1.0, -2.0])
    with pytest.raises(InvalidProblem, match=names):
        knapsack(np.zeros((2, 3)), **right | change)
