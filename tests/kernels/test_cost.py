"""Service cost against a term-by-term sum in NumPy."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.kernels import FibreLatency, FibreNetwork, cost, latency
from sitewright.kernels.cost.reference import cost as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.calls import places, terms
from tests.kernels.places import whole

# Two customers, two sites. Customer 0 is late at site 1; customer 1 pays no penalty; pair (1, 0) cannot be reached.
TINY: dict[str, Any] = {
    "latency": np.array([[10.0, 50.0], [np.inf, 20.0]]),
    "demand": np.array([2.0, 3.0]),
    "energy_price": np.array([100.0, 200.0]),
    "network_price": np.array([10.0, 0.0]),
    "haul_price": 1.0,
    "penalty_rate": np.array([5.0, 7.0]),
    "penalty_free": np.array([40.0, 20.0]),
}


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Any]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    latency = rng.uniform(0, 300, (n, m)).round(draw(st.integers(0, 3)))
    latency[rng.random((n, m)) < 0.2] = np.inf
    return {
        "latency": latency,
        "demand": rng.uniform(0, 50, n) * (rng.random(n) < 0.8),
        "energy_price": rng.uniform(0, 1e6, m),
        "network_price": rng.uniform(0, 1e5, m),
        "haul_price": draw(st.sampled_from([0.0, 1.5, 1000.0])),
        "penalty_rate": rng.uniform(0, 1e4, n) * (rng.random(n) < 0.8),
        "penalty_free": rng.uniform(0, 200, n).round(),
        "allowed": draw(st.sampled_from([None, rng.random((n, m)) < 0.7])),
    }


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("latency_dtype", ["float64", "float32"])
def test_a_person_gets_the_same_figures(backend: str, dtype: str, latency_dtype: str) -> None:
    """Fails if a term is dropped, or charged on the wrong side of the free latency."""
    found = whole(cost(**{**TINY, "latency": TINY["latency"].astype(latency_dtype)}, backend=backend, dtype=dtype))
    assert found.dtype == dtype
    # 2 x (110 + 10), 2 x (200 + 50 + 5 x 10); unreachable, 3 x (200 + 20)
    assert found.tolist() == [[240.0, 600.0], [np.inf, 660.0]]


def test_a_forbidden_pair_costs_infinity(backend: str) -> None:
    """Fails if the mask is transposed, inverted or ignored."""
    found = whole(cost(**TINY, allowed=[[True, False], [True, True]], backend=backend))
    assert found.tolist() == [[240.0, np.inf], [np.inf, 660.0]]


def test_no_demand_at_an_unreachable_site_is_still_forbidden(backend: str) -> None:
    """Fails if 0 MW x inf ms gives NaN."""
    found = whole(cost(**{**TINY, "demand": np.zeros(2), "haul_price": 0.0}, backend=backend))
    assert found.tolist() == [[0.0, 0.0], [np.inf, 0.0]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_latency_worked_out_on_the_way_costs_what_a_given_one_does(
    backend: str, dtype: str, network: FibreNetwork
) -> None:
    """Fails if a block of the fused pass prices another block's latency, or the mask is left out there."""
    home, place = places(23, 1), places(9, 2)
    allowed = np.random.default_rng(3).random((23, 9)) < 0.8
    ms = latency(home, place, network, dtype=dtype)
    options = {"allowed": allowed, "dtype": dtype}
    found = whole(terms(23, 9, FibreLatency(home, place, network), backend=backend, **options))
    assert np.allclose(found, terms(23, 9, ms, **options), rtol=1e-5 if dtype == "float32" else 1e-12)
    assert np.array_equal(np.isinf(found), ~allowed)


def test_the_fused_pass_holds_no_second_matrix(network: FibreNetwork) -> None:
    """Fails if the latency is a matrix of its own on the way: the peak is the cost and a quarter, not double."""
    home, place = places(8000, 1), places(1000, 2)
    terms(8000, 1000, FibreLatency(home, place, network), threads=2)  # compiled before it is measured
    tracemalloc.start()
    found = terms(8000, 1000, FibreLatency(home, place, network), threads=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.25 * found.nbytes


@settings(max_examples=100, deadline=None)
@given(inputs(), st.sampled_from(["float64", "float32"]))
def test_it_agrees_with_the_sum_of_the_terms(data: dict[str, Any], dtype: str) -> None:
    """Fails if fusing the terms changes the sum by more than rounding, on any shape and mask."""
    found = cost(**{**data, "latency": data["latency"].astype(dtype)}, dtype=dtype)
    expected = oracle(**{**data, "latency": data["latency"].astype(dtype)})
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-6 if dtype == "float32" else 1e-13, atol=0)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"latency": [[1.0, 2.0], [np.nan, 3.0]]}, r"'latency', pair \(1, 0\)"),
        ({"latency": [[1.0, -2.0], [4.0, 3.0]]}, r"'latency', pair \(0, 1\)"),
        ({"latency": [1.0, 2.0]}, "'latency': must be a matrix"),
        ({"demand": [1.0]}, "'demand'"),
        ({"demand": [1.0, -1.0]}, "'demand', entry 1"),
        ({"energy_price": [1.0, np.inf]}, "'energy_price', entry 1"),
        ({"network_price": [1.0, np.nan]}, "'network_price', entry 1"),
        ({"haul_price": -1.0}, "'haul_price'"),
        ({"haul_price": [1.0]}, "'haul_price'"),
        ({"penalty_rate": [[1.0, 1.0]]}, "'penalty_rate'"),
        ({"penalty_free": ["a", "b"]}, "'penalty_free'"),
        ({"allowed": [[True, False]]}, "'allowed'"),
        ({"allowed": [[1, 0], [1, 1]]}, "'allowed'"),
    ],
)
def test_a_wrong_argument_is_named(change: dict[str, Any], names: str) -> None:
    """Fails if bad input yields an answer, or an error that does not say which argument."""
    with pytest.raises(InvalidProblem, match=names):
        cost(**{**TINY, **change})
