"""The fibre model against its oracle: the words of the model, pair by pair, by another distance formula."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.kernels import FibreNetwork, Places, great_circle_latency, latency
from sitewright.kernels.great_circle.reference import great_circle
from sitewright.kernels.latency.network import shortest_lengths
from sitewright.kernels.latency.reference import latency as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.places import whole

TOLERANCE_MS = {"float64": 1e-9, "float32": 0.001}
REGION_OF = {"DEU": "WEu", "FRA": "WEu", "CHN": "EAs", "JPN": "EAs", "USA": "NAm"}

CUSTOMERS = Places(
    [52.5, 48.9, 39.9, 31.2, 35.7, 40.7, 37.4, -90.0, 0.0, 52.5],
    [13.4, 2.4, 116.4, 121.5, 139.7, -74.0, -122.1, 0.0, 180.0, 13.4],
    ["DEU", "FRA", "CHN", "CHN", "JPN", "USA", "USA", "USA", "JPN", "CHN"],
)
SITES = Places([50.1, 39.9, 35.7, 37.4], [8.7, 116.4, 139.7, -122.1], ["DEU", "CHN", "JPN", "USA"])


def line(transit: int = 0) -> FibreNetwork:
    """Three hubs on the equator, 10 degrees apart; round numbers, so that a person can follow."""
    length = np.array([[0.0, 2000.0, 5000.0], [2000.0, 0.0, 3000.0], [5000.0, 3000.0, 0.0]])
    return FibreNetwork(
        hub_lat=np.zeros(3),
        hub_lon=np.array([0.0, 10.0, 20.0]),
        length=length,
        transit=np.array([transit]),
        region_of=REGION_OF,
        ingress_ms={"WEu": 7.0},
        access_mult=2.0,
        intra_km=400.0,
        inter_km=4000.0,
        base_ms=10.0,
    )


@st.composite
def networks(draw: st.DrawFn) -> FibreNetwork:
    """A random network. Hubs come from a seed: with two at one distance, rounding would choose the third leg."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 7))
    a = np.arange(1, n)
    b = np.array([rng.integers(0, k) for k in a], dtype=np.int64)
    return FibreNetwork(
        hub_lat=np.degrees(np.arcsin(rng.uniform(-1, 1, n))),
        hub_lon=rng.uniform(-180, 180, n),
        length=shortest_lengths(n, a, b, rng.uniform(100, 9000, n - 1)),
        transit=rng.permutation(n)[: draw(st.integers(1, n))],
        region_of=REGION_OF,
        ingress_ms={"WEu": 5.0, "NAm": -3.0},
        access_mult=draw(st.floats(1, 3)),
        intra_km=draw(st.floats(0, 8000)),
        inter_km=draw(st.floats(0, 12000)),
        base_ms=draw(st.floats(0, 20)),
    )


@st.composite
def places(draw: st.DrawFn) -> Places:
    latitude = st.floats(-90, 90) | st.sampled_from([-90.0, 0.0, 90.0])
    longitude = st.floats(-180, 180) | st.sampled_from([-180.0, 0.0, 180.0])
    rows = draw(st.lists(st.tuples(latitude, longitude, st.sampled_from(sorted(REGION_OF))), max_size=4))
    return Places([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def clear_cut(side: Places, network: FibreNetwork) -> bool:
    """Whether the legs of all places are beyond doubt: no hub at the limit, no two hubs at one distance."""
    for km in np.sort(great_circle(side.lat, side.lon, network.hub_lat, network.hub_lon), axis=1):
        limit = max(2.5 * km[0], 150.0)
        if any(abs(x - limit) < 1e-6 for x in km) or any(b - a < 1e-6 for a, b in pairwise(km)):
            return False
    return True


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_it_agrees_with_the_words_of_the_model(backend: str, dtype: str, network: FibreNetwork) -> None:
    """Fails if a leg, the hub matrix, a penalty, a transit hub or the ingress is wrong on the bundled network."""
    found = whole(latency(CUSTOMERS, SITES, network, backend=backend, dtype=dtype))
    assert found.dtype == dtype
    assert np.abs(found - oracle(CUSTOMERS, SITES, network)).max() < TOLERANCE_MS[dtype]


def globe() -> Places:
    """Poles, the date line from both sides, antipodes of cities and hubs, places at hubs, and some of everywhere."""
    cities = [(90.0, 0.0), (-90.0, 77.0), (0.0, 180.0), (0.0, -180.0), (51.5, -0.1), (1.3, 103.8), (-33.9, 151.2)]
    cities += [(64.1, -21.9), (21.3, -157.9), (1e-7, 1e-7), (39.9, 116.4)]
    antipodes = [(-lat, lon - 180 if lon > 0 else lon + 180) for lat, lon in cities]
    rng = np.random.default_rng(11)
    drawn = zip(np.degrees(np.arcsin(rng.uniform(-1, 1, 12))), rng.uniform(-180, 180, 12), strict=True)
    lat, lon = np.array([*cities, *antipodes, *drawn]).T
    return Places(lat, lon, np.array(sorted(REGION_OF))[np.arange(len(lat)) % len(REGION_OF)])


def test_float32_is_within_a_twentieth_of_a_millisecond_over_the_globe(backend: str, network: FibreNetwork) -> None:
    """Fails if float32 loses digits at antipodes, poles or far from every hub, in either model of latency."""
    world = globe() if backend == "cpu" else Places(*(v[::3] for v in vars(globe()).values()))
    for kernel, right in (
        (lambda **o: latency(world, world, network, **o), oracle(world, world, network)),
        (
            lambda **o: great_circle_latency(world, world, **o),
            great_circle(world.lat, world.lon, world.lat, world.lon) * 2 / 199.86,
        ),
    ):
        assert np.abs(whole(kernel(dtype=np.float32, backend=backend)) - right).max() < 0.05
        assert np.abs(whole(kernel(dtype=np.float64, backend=backend)) - right).max() < 1e-9


@settings(max_examples=100, deadline=None)
@given(places(), places(), networks(), st.sampled_from(["float64", "float32"]))
def test_it_agrees_on_any_network(customers: Places, sites: Places, network: FibreNetwork, dtype: str) -> None:
    """Fails if networks of one or two hubs, or an odd number of transit hubs, are read past their end."""
    found = latency(customers, sites, network, dtype=dtype)
    assert found.shape == (len(customers), len(sites))
    if clear_cut(customers, network) and clear_cut(sites, network):
        assert np.all(np.abs(found - oracle(customers, sites, network)) < TOLERANCE_MS[dtype])


def test_two_places_at_their_hubs_can_be_priced_by_hand(backend: str) -> None:
    """Fails if the formula changes: each leg weighs max(0 km, 1) x 2, and the hubs are 2000 km apart."""
    home, place = Places([0.0], [0.0], ["DEU"]), Places([0.0], [10.0], ["DEU"])
    direct = 10 + 2 * (2 + 2000 + 2) / 199.86
    assert whole(latency(home, place, line(), backend=backend))[0, 0] == pytest.approx(direct, abs=1e-9)


@pytest.mark.parametrize(
    ("second_hub", "place", "joined"),
    [
        (10.0, 10 / 3.4, True),  # 2.4 times the distance of the nearest hub
        (10.0, 10 / 3.6, False),  # 2.6 times
        (1.4, 0.1, True),  # 13 times, but 145 km
        (1.5, 0.1, False),  # 156 km
    ],
)
def test_a_second_hub_counts_if_it_is_near_enough(backend: str, second_hub: float, place: float, joined: bool) -> None:
    """Fails if either limit of the access legs changes: the way over hub 0 is 2000 km longer."""
    net = FibreNetwork(**{**vars(line()), "hub_lon": np.array([0.0, second_hub, 60.0])})
    home, at_second = Places([0.0], [place], ["DEU"]), Places([0.0], [second_hub], ["DEU"])
    degree_km = np.pi * 6371.0088 / 180
    km = 2 * (second_hub - place) * degree_km if joined else 2 * place * degree_km + 2000
    # The site stands at hub 1: its own leg weighs 1 km x 2.
    expected = 10 + 2 * (km + 2) / 199.86
    assert whole(latency(home, at_second, net, backend=backend))[0, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("country", "site_country", "km", "extra_ms"),
    [
        ("DEU", "FRA", 5004 + 400, 0),  # one region
        ("DEU", "USA", 5004 + 4000, 0),  # across
        ("CHN", "DEU", 5004 + 4000, 7),  # out of mainland China
        ("DEU", "CHN", 5004 + 4000, 7),  # into mainland China
        ("CHN", "CHN", 5004, 0),  # inside mainland China: no penalty, no ingress
        ("JPN", "CHN", 5004 + 400, 0),  # a region without a correction
    ],
)
def test_penalties_depend_on_both_countries(
    backend: str, country: str, site_country: str, km: float, extra_ms: float
) -> None:
    """Fails if a penalty is mistaken for another, or the ingress is added for one direction only."""
    # The transit hub is far off the way, so only the direct path counts: via hub 2 costs 3000 km more.
    far = line()
    detour = FibreNetwork(**{**vars(far), "length": far.length + 20000 * (1 - np.eye(3)), "transit": np.array([1])})
    home, place = Places([0.0], [0.0], [country]), Places([0.0], [20.0], [site_country])
    expected = 10 + 2 * (km + 20000) / 199.86 + extra_ms
    assert whole(latency(home, place, detour, backend=backend))[0, 0] == pytest.approx(expected, abs=1e-9)


def test_a_transit_hub_on_the_way_spares_the_penalty(backend: str) -> None:
    """Fails if `via` is left out or is given the penalty: hub 1 lies on the path from hub 0 to hub 2."""
    home, place = Places([0.0], [0.0], ["DEU"]), Places([0.0], [20.0], ["USA"])
    assert whole(latency(home, place, line(transit=1), backend=backend))[0, 0] == pytest.approx(10 + 2 * 5004 / 199.86)


def test_places_are_never_on_the_way_of_others(network: FibreNetwork) -> None:
    """Fails if customers or sites become nodes of the graph: then paths hop through cheap access legs."""
    alone = latency(CUSTOMERS, Places(SITES.lat[:1], SITES.lon[:1], SITES.country[:1]), network)
    assert np.array_equal(alone[:, 0], latency(CUSTOMERS, SITES, network)[:, 0])


def test_it_is_the_same_in_both_directions(network: FibreNetwork) -> None:
    """Fails if one side's legs, penalty or ingress are treated otherwise than the other's."""
    assert np.allclose(latency(CUSTOMERS, SITES, network), latency(SITES, CUSTOMERS, network).T, rtol=0, atol=1e-9)


def test_no_path_is_infinite(backend: str) -> None:
    """Fails if hubs without a path between them yield NaN, or a time."""
    cut = FibreNetwork(**{**vars(line()), "length": np.where(np.eye(3) > 0, 0.0, np.inf)})
    home, place = Places([0.0], [0.0], ["DEU"]), Places([0.0, 0.0], [0.0, 20.0], ["DEU", "DEU"])
    found = whole(latency(home, place, cut, backend=backend))[0]
    assert np.isfinite(found[0]) and found[1] == np.inf


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 2), (2, 0)])
def test_empty_sides_give_empty_matrices(backend: str, n: int, m: int, network: FibreNetwork) -> None:
    """Fails if a kernel is launched on nothing."""
    one = Places([1.0, 2.0], [1.0, 2.0], ["DEU", "DEU"])
    home, place = (Places(one.lat[:k], one.lon[:k], one.country[:k]) for k in (n, m))
    assert whole(latency(home, place, network, backend=backend)).shape == (n, m)
    assert whole(great_circle_latency(home, place, backend=backend)).shape == (n, m)


def test_a_country_without_a_region_is_named(network: FibreNetwork) -> None:
    """Fails if an unknown country yields a latency, or the error names only the first of two."""
    with pytest.raises(InvalidProblem) as caught:
        latency(CUSTOMERS, Places([0.0] * 3, [0.0] * 3, ["DEU", "Germany", ""]), network)
    assert [flaw.where for flaw in caught.value.flaws] == ["argument 'sites', place 2", "argument 'sites', place 1"]


def test_the_fallback_is_the_great_circle_at_two_thirds_of_light_speed(backend: str) -> None:
    """Fails if the fallback hides another term: a quarter of the Earth takes 100.15 ms there and back."""
    found = whole(great_circle_latency(Places([0.0], [0.0], [""]), Places([90.0], [0.0], [""]), backend=backend))
    assert found[0, 0] == pytest.approx(np.pi / 2 * 6371.0088 * 2 / 199.86, rel=1e-12)


def test_places_of_unequal_length_are_refused() -> None:
    """Fails if a place without a country is let through."""
    with pytest.raises(InvalidProblem, match="'country'"):
        Places([0.0, 1.0], [0.0, 1.0], ["DEU"])
