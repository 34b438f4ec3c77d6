"""The map of a plan: outlines, customers by demand, links, sites that are open or were considered."""

from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.map.paths import cut_lines, cut_rings
from sitewright.optimizer.report.map.projection import projection_for
from sitewright.optimizer.report.map.scene import COORDINATES, has_map
from sitewright.optimizer.report.outlines import outlines
from sitewright.optimizer.report.plot.axes import BORDER, INK, LAND, QUIET, SEA, SITES, axes
from sitewright.optimizer.report.sites import open_sites

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Area of the dot of the largest customer, points squared.
LARGEST = 160.0
MARGIN = 0.08


def map(plan: Plan, problem: Problem, *, ax: "Axes | None" = None, names: bool = True) -> "Axes":
    """Draw the map of a plan and return its axes.

    Parameters
    ----------
    names
        Write the names of the open sites beside them.

    Raises
    ------
    InvalidProblem
        If the problem has no coordinates.
    """
    if not has_map(problem):
        fix = f"give the problem {', '.join(COORDINATES)}"
        raise InvalidProblem([Flaw("the map of a plan", "have coordinates", "a problem without them", fix)])
    from matplotlib.collections import LineCollection, PolyCollection

    ax = axes(ax)
    lat, lon, site_lat, site_lon = (problem.numbers(name) for name in COORDINATES)
    flat = projection_for(np.append(lon, site_lon), np.append(lat, site_lat))
    home, place = flat.points(lon, lat), flat.points(site_lon, site_lat)
    both = np.concatenate([home, place])
    low, high = both.min(axis=0), both.max(axis=0)
    edge = MARGIN * float(np.maximum(high - low, 0.05).max())
    corners = (low[0] - edge, low[1] - edge, high[0] + edge, high[1] + edge)
    world, d = outlines(), plan.decision
    ax.add_collection(PolyCollection(list(cut_rings(flat.rings(world.land), corners)), facecolor=LAND))
    ax.add_collection(LineCollection(list(cut_lines(flat.lines(world.borders), corners)), color=BORDER, lw=0.6))
    elsewhere = place[~d.open]
    ax.scatter(
        elsewhere[:, 0], elsewhere[:, 1], s=9, facecolor="none", edgecolor=QUIET, lw=0.6, zorder=2, label="considered"
    )
    sites = open_sites(plan, problem)
    size = LARGEST * plan.demand / max(float(plan.demand.max()), 1e-300)
    for site in sites:
        mine, colour = d.customer[d.site == site.number], SITES[site.colour]
        ends = np.broadcast_to(place[site.number], (len(mine), 2))
        ax.add_collection(
            LineCollection(np.stack([home[mine], ends], axis=1).tolist(), color=colour, lw=0.5, alpha=0.4)
        )
        ax.scatter(
            home[mine, 0], home[mine, 1], s=np.maximum(size[mine], 3.0), color=colour, edgecolor=LAND, lw=0.4, zorder=3
        )
    for site in sites:
        x, y = place[site.number]
        ax.scatter(x, y, s=90, marker="D", color=SITES[site.colour], edgecolor="white", lw=1.2, zorder=4)
        if names:
            ax.annotate(site.name, (x, y), (8, -4), textcoords="offset points", color=INK, weight="bold", zorder=5)
    ax.set(xlim=(corners[0], corners[2]), ylim=(corners[3], corners[1]), aspect="equal", xticks=[], yticks=[])
    ax.set_facecolor(SEA)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax
