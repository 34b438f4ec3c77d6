"""What the script of the page knows: the numbers behind the map, as plain lists."""

import math
from typing import Any

import numpy as np

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.customers import Customer
from sitewright.optimizer.report.map.scene import Scene
from sitewright.optimizer.report.names import operators, site_names
from sitewright.optimizer.report.sites import OpenSite


def script_data(scene: Scene, sites: list[OpenSite], customers: list[Customer], problem: Problem) -> dict[str, Any]:
    """Return sites in the order of the page, customers by falling demand, and the places that were not chosen."""
    index = {site.number: k for k, site in enumerate(sites)}
    segments = sorted({c.segment for c in customers})
    at = [scene.customers[c.number].tolist() for c in customers]
    sizes = {i: dot.size for dot in scene.dots for i in dot.members}
    return {
        "segments": segments,
        "sites": [
            {
                "x": int(scene.sites[s.number][0]),
                "y": int(scene.sites[s.number][1]),
                "name": s.name,
                "operator": s.operator if problem.has("site_partner") else "",
                "partner": s.partner,
                "place": s.jurisdiction,
                "status": s.status,
                "load": s.load,
                "capacity": _finite(s.capacity),
                "fixed": s.fixed,
                "service": s.service,
                "customers": s.customers,
                "mean": s.mean_ms,
                "worst": s.worst_ms,
                "colour": s.colour,
            }
            for s in sites
        ],
        "customers": {
            "x": [x for x, _ in at],
            "y": [y for _, y in at],
            "size": [sizes[c.number] for c in customers],
            "name": [c.name for c in customers],
            "country": [c.country for c in customers],
            "segment": [segments.index(c.segment) for c in customers],
            "residency": [c.residency for c in customers],
            "demand": [round(c.demand, 6) for c in customers],
            "links": [
                [[index[k.site], round(k.share, 6), None if k.ms is None else _finite(round(k.ms, 2))] for k in c.links]
                for c in customers
            ],
        },
        "places": list(_places(scene, problem)),
    }


def _places(scene: Scene, problem: Problem) -> Any:
    names, who = site_names(problem), operators(problem)
    status, capacity = problem.text("status", "candidate"), problem.numbers("capacity", math.inf)
    fixed = problem.numbers("fixed_cost")
    for group in scene.places:
        for members in group.members:
            x, y = scene.sites[members[0]].tolist()
            options = [[str(who[j]), str(status[j]), _finite(float(capacity[j])), float(fixed[j])] for j in members]
            yield {
                "x": x,
                "y": y,
                "name": str(names[members[0]]),
                "place": group.jurisdiction,
                "partners": list(group.partners),
                "forbidden": group.forbidden,
                "options": options,
            }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
