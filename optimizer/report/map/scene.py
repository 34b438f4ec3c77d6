"""Everything that a map shows, in whole units of an SVG: outlines, links, customers, sites. Knows no HTML."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.map.marks import Dots, Links, Places, customer_dots, links, other_places
from sitewright.optimizer.report.map.paths import line_path, ring_path
from sitewright.optimizer.report.map.projection import projection_for
from sitewright.optimizer.report.outlines import outlines

COORDINATES = ("customer_lat", "customer_lon", "site_lat", "site_lon")

# The longer side of what is shown at first, in units. A unit is a tenth of a pixel on a screen of usual size.
UNITS = 10_000
MARGIN = 0.07
# Frames from tall (a phone) to wide (a desk) show what lies around, and one may pan as far again as this.
TALLEST, WIDEST, AROUND = 0.7, 2.6, 0.15


@dataclass(frozen=True, eq=False)
class Scene:
    """A map.

    Attributes
    ----------
    view
        Left, top, width and height of what is shown at first.
    drawn
        The same of all that is drawn: outlines end there.
    land, borders
        SVG paths.
    links, dots
        Lines and customers, one path for each site and segment (and size of dot): what a filter hides is whole paths.
    places
        Where sites were considered or forbidden, and are not open.
    customers, sites
        Units of each customer and site. Shapes (customers, 2) and (sites, 2).
    scale
        Pixels of a dot's diameter for one square root of a MW.
    """

    view: tuple[int, int, int, int]
    drawn: tuple[int, int, int, int]
    land: str
    borders: str
    links: tuple[Links, ...]
    dots: tuple[Dots, ...]
    places: tuple[Places, ...]
    customers: NDArray[np.int64]
    sites: NDArray[np.int64]
    scale: float


def has_map(problem: Problem) -> bool:
    """Return whether the problem says where customers and sites are."""
    return all(problem.has(name) for name in COORDINATES)


def scene(plan: Plan, problem: Problem) -> Scene:
    """Return the map of a plan; the problem must have coordinates."""
    lat, lon, site_lat, site_lon = (problem.numbers(name) for name in COORDINATES)
    shown = problem.n_customers
    flat = projection_for(np.append(lon, site_lon), np.append(lat, site_lat))
    both = flat.points(np.append(lon, site_lon), np.append(lat, site_lat))
    low, high = both.min(axis=0), both.max(axis=0)
    size = np.maximum(high - low, 0.05)  # a single town is a map, too
    factor = UNITS / (float(size.max()) * (1 + 2 * MARGIN))
    middle = (low + high) / 2

    def units(points: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = (points - middle) * factor
        return moved

    width, height = (size * (factor * (1 + 2 * MARGIN))).tolist()
    view = _centred(width, height)
    tall, wide = max(height, width / TALLEST), max(width, height * WIDEST)
    drawn = _centred(wide * (1 + AROUND), tall * (1 + AROUND))
    corners = (drawn[0], drawn[1], drawn[0] + drawn[2], drawn[1] + drawn[3])
    world = outlines()
    whole = np.round(units(both)).astype(np.int64)
    customers, sites = whole[:shown], whole[shown:]
    dots, scale = customer_dots(plan, problem, customers)
    return Scene(
        view=view,
        drawn=drawn,
        land=ring_path(map(units, flat.rings(world.land)), corners),
        borders=line_path(map(units, flat.lines(world.borders)), corners),
        links=tuple(links(plan, problem, customers, sites)),
        dots=dots,
        places=tuple(other_places(plan, problem, sites)),
        customers=customers,
        sites=sites,
        scale=scale,
    )


def _centred(width: float, height: float) -> tuple[int, int, int, int]:
    return round(-width / 2), round(-height / 2), round(width), round(height)
