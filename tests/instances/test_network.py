"""The bundled fibre network."""

import csv
from importlib.resources import files

import numpy as np
import pytest

from sitewright.instances.network import load_network
from sitewright.kernels import Places, great_circle_latency, latency


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("sitewright.instances.network") / name).read_text("utf-8").splitlines()))


def test_it_holds_what_the_files_hold() -> None:
    """Fails if a hub, a region or a parameter gets lost on the way; Namibia's NAM must not become a missing value."""
    network = load_network()
    assert len(network.hub_lat) == 309 and len(network.transit) == 24
    assert len(network.region_of) == 243 and network.region_of["NAM"] == "SSA"
    assert set(network.ingress_ms) == set(network.region_of.values()) and len(network.ingress_ms) == 12
    assert (network.access_mult, network.base_ms) == (1.8831, 9.549)
    assert (network.intra_km, network.inter_km) == (7559.0396, 10692.7948)


def test_every_hub_reaches_every_hub() -> None:
    """Fails if a corridor is dropped, so that a part of the world falls off."""
    assert np.isfinite(load_network().length).all()


def test_the_shortest_corridor_weighs_what_the_study_gave_it() -> None:
    """Fails if an edge is weighed by one end's class: London-Paris is 343.8 km of land, class land_WEu, 463.3 km."""
    network, nodes = load_network(), [n["node"] for n in rows("hub_nodes.csv") if n["kind"] == "hub_metro"]
    assert network.length[nodes.index("London"), nodes.index("Paris")] == pytest.approx(463.3, abs=0.1)
    # No path between neighbours is longer than the corridor that joins them.
    edges = [e for e in rows("hub_edges.csv") if e["a"] in nodes and e["b"] in nodes]
    paths = np.array([network.length[nodes.index(e["a"]), nodes.index(e["b"])] for e in edges])
    assert np.all(paths <= np.array([float(e["fitted_eff_km"]) for e in edges]) + 0.3)


def test_no_pair_of_hubs_beats_light_in_fibre() -> None:
    """Fails if a corridor is shorter than the Earth allows. One country, so that no penalty hides it."""
    network = load_network()
    hubs = Places(network.hub_lat, network.hub_lon, ["DEU"] * 309)
    assert np.all(latency(hubs, hubs, network) >= great_circle_latency(hubs, hubs))


def test_no_round_trip_out_of_china_beats_light_in_fibre() -> None:
    """Fails if an ingress is so negative that it makes a round trip faster than light; four of them are below 0."""
    network, nodes = load_network(), [n for n in rows("hub_nodes.csv") if n["kind"] == "hub_metro"]
    some_country = {region: country for country, region in network.region_of.items()}
    hubs = Places(network.hub_lat, network.hub_lon, [some_country[n["region"]] for n in nodes])
    # Harbin, Urumqi, Kunming, Shanghai: near Russia, Central Asia, South-East Asia and the sea cables.
    china = Places([45.75, 43.80, 25.04, 31.22], [126.65, 87.60, 102.72, 121.46], ["CHN"] * 4)
    assert np.all(latency(china, hubs, network) >= great_circle_latency(china, hubs))
