"""A plan as GeoJSON (RFC 7946): open sites and customers as points, links as lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.atomic import write_whole
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

COORDINATES = ("customer_lat", "customer_lon", "site_lat", "site_lon")


def plan_geojson(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return a FeatureCollection.

    Raises
    ------
    InvalidProblem
        If the problem has no coordinates.
    """
    flaws = list(flaws_of_geojson(problem))
    if flaws:
        raise InvalidProblem(flaws)
    home = np.column_stack([problem.numbers("customer_lon"), problem.numbers("customer_lat")]).tolist()
    place = np.column_stack([problem.numbers("site_lon"), problem.numbers("site_lat")]).tolist()
    d, load = plan.decision, plan.decision.load(plan.demand)
    partner, capacity = problem.text("site_partner"), problem.numbers("capacity", np.inf)
    features = []
    for j in np.flatnonzero(d.open):
        properties = {"kind": "site", "id": str(plan.sites[j]), "load_mw": float(load[j]), "partner": str(partner[j])}
        if np.isfinite(capacity[j]):
            properties["capacity_mw"] = float(capacity[j])
        features.append(_feature("Point", place[j], properties))
    for i in range(problem.n_customers):
        properties = {"kind": "customer", "id": str(plan.customers[i]), "demand_mw": float(plan.demand[i])}
        features.append(_feature("Point", home[i], properties))
    for i, j, share in zip(d.customer, d.site, d.share, strict=True):
        properties = {
            "kind": "link",
            "customer": str(plan.customers[i]),
            "site": str(plan.sites[j]),
            "share": float(share),
        }
        if problem.has("latency"):
            properties["latency_ms"] = float(problem.data["latency"].values[i, j])
        features.append(_feature("LineString", [home[i], place[j]], properties))
    return {"type": "FeatureCollection", "features": features}


def flaws_of_geojson(problem: Problem) -> Iterator[Flaw]:
    """Yield what the problem lacks for a map."""
    missing = [name for name in COORDINATES if not problem.has(name)]
    if missing:
        yield Flaw(
            "GeoJSON output", f"have {', '.join(COORDINATES)}", f"no {', '.join(missing)}", "write JSON or NetCDF"
        )


def write_plan_geojson(plan: Plan, problem: Problem, target: Path) -> None:
    text = json.dumps(plan_geojson(plan, problem), allow_nan=False)
    write_whole(target, lambda file: file.write_text(text, encoding="utf-8"))


def _feature(shape: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
