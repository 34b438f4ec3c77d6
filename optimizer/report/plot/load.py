"""Load of each open site against its capacity."""

from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.plot.axes import INK, LINE, SITES, axes, plain
from sitewright.optimizer.report.sites import open_sites

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def load(plan: Plan, problem: Problem, *, ax: "Axes | None" = None) -> "Axes":
    """Draw one bar for each open site, MW, within the frame of its capacity, and return the axes."""
    ax = axes(ax)
    sites = open_sites(plan, problem)[::-1]
    rows = range(len(sites))
    room = [site.capacity if np.isfinite(site.capacity) else 0.0 for site in sites]
    ax.barh(rows, room, color="none", edgecolor=LINE, height=0.62)
    bars = ax.barh(rows, [site.load for site in sites], color=[SITES[site.colour] for site in sites], height=0.62)
    words = [f"{site.load:.1f}" + (f" of {r:g}" if r else "") for site, r in zip(sites, room, strict=True)]
    ax.bar_label(bars, words, padding=4, color=INK)
    most = max([*room, *(site.load for site in sites), 1e-9])
    ax.set(xlabel="MW", yticks=list(rows), yticklabels=[site.name for site in sites], xlim=(0, 1.2 * most))
    plain(ax)
    return ax
