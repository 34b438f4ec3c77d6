"""The network itself: shortest lengths against Dijkstra, and what a network may not be."""

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitewright.kernels import FibreNetwork
from sitewright.kernels.latency.network import shortest_lengths
from sitewright.optimizer.errors import InvalidProblem

GOOD = {
    "hub_lat": np.zeros(2),
    "hub_lon": np.array([0.0, 10.0]),
    "length": np.array([[0.0, 5.0], [5.0, 0.0]]),
    "transit": np.array([0]),
    "region_of": {"DEU": "WEu"},
    "ingress_ms": {},
    "access_mult": 1.0,
    "intra_km": 0.0,
    "inter_km": 0.0,
    "base_ms": 0.0,
}


def dijkstra(n: int, edges: list[tuple[int, int, float]], start: int) -> list[float]:
    best = [np.inf] * n
    queue = [(0.0, start)]
    while queue:
        km, node = heapq.heappop(queue)
        if km >= best[node]:
            continue
        best[node] = km
        for a, b, w in edges:
            if node in (a, b):
                heapq.heappush(queue, (km + w, b if node == a else a))
    return best


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, float]]]:
    n = draw(st.integers(1, 7))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node, st.integers(1, 50).map(float)), max_size=14))


@given(graphs())
def test_shortest_lengths_agree_with_dijkstra(graph: tuple[int, list[tuple[int, int, float]]]) -> None:
    """Fails if parallel edges, loops or nodes that cannot be reached are mishandled."""
    n, edges = graph
    a, b, km = (np.array([e[k] for e in edges], dtype=t) for k, t in enumerate((np.int64, np.int64, np.float64)))
    assert shortest_lengths(n, a, b, km).tolist() == [dijkstra(n, edges, k) for k in range(n)]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"hub_lat": np.zeros(0)}, "hub_lat"),
        ({"hub_lon": np.array([0.0, 999.0])}, "hub_lon"),
        ({"length": np.zeros((2, 3))}, "length: must have shape"),
        ({"length": np.array([[0.0, -1.0], [-1.0, 0.0]])}, "length: must be at least 0"),
        ({"length": np.array([[0.0, np.nan], [np.nan, 0.0]])}, "length: must be at least 0"),
        ({"length": np.array([[0.0, 1.0], [2.0, 0.0]])}, "length: must be symmetric"),
        ({"transit": np.array([2])}, "transit"),
        ({"transit": np.array([], dtype=np.int64)}, "transit"),
        ({"ingress_ms": {"WEu": np.nan}}, "ingress_ms 'WEu'"),
        ({"access_mult": -1.0}, "access_mult"),
        ({"base_ms": np.nan}, "base_ms"),
    ],
)
def test_a_wrong_network_is_refused(change: dict[str, object], names: str) -> None:
    """Fails if a network that cannot be yields latencies."""
    FibreNetwork(**GOOD)  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match=names):
        FibreNetwork(**{**GOOD, **change})  # type: ignore[arg-type]
