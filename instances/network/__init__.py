"""The bundled fibre network: hubs, corridors and the fitted parameters of the latency model."""

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from sitewright.kernels.latency.network import FibreNetwork, shortest_lengths


@cache
def load_network() -> FibreNetwork:
    """Return the bundled network; see instances/ATTRIBUTION.md for its sources."""
    parameter = {row["param"]: float(row["value_all_data"]) for row in _rows("latency_params.csv")}
    nodes, edges = _rows("hub_nodes.csv"), _rows("hub_edges.csv")
    index = {node["node"]: k for k, node in enumerate(nodes)}
    a = np.array([index[e["a"]] for e in edges], dtype=np.int64)
    b = np.array([index[e["b"]] for e in edges], dtype=np.int64)
    # An edge weighs its km times the mean multiplier of the classes of its two ends.
    km = np.array([float(e["km"]) * (parameter[e["class_a"]] + parameter[e["class_b"]]) / 2 for e in edges])
    length = shortest_lengths(len(nodes), a, b, km)
    # Sea junctions carry paths, but nobody connects there.
    hubs = np.array([k for k, node in enumerate(nodes) if node["kind"] == "hub_metro"], dtype=np.int64)
    transit = [k for k, h in enumerate(hubs) if nodes[h]["transit_hub"] == "1"]
    return FibreNetwork(
        hub_lat=np.array([float(nodes[h]["lat"]) for h in hubs]),
        hub_lon=np.array([float(nodes[h]["lon"]) for h in hubs]),
        length=np.ascontiguousarray(length[np.ix_(hubs, hubs)]),
        transit=np.array(transit, dtype=np.int64),
        region_of={row["iso3"]: row["region"] for row in _rows("latency_regions.csv")},
        ingress_ms={row["other_region"]: float(row["ingress_ms"]) for row in _rows("china_ingress_residual.csv")},
        access_mult=parameter["access_mult"],
        intra_km=parameter["pen_intra_km"],
        inter_km=parameter["pen_inter_km"],
        base_ms=parameter["a0_ms"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__name__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
