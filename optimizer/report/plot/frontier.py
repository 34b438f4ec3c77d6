"""What less latency, carbon or risk, or another number of sites, costs."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from sitewright.optimizer.report.frontier import limited
from sitewright.optimizer.report.numbers import rounded
from sitewright.optimizer.report.plot.axes import ACCENT, BAD, axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sitewright.optimizer.study.frontier import Frontier


def frontier(frontier: "Frontier", *, ax: "Axes | None" = None) -> "Axes":
    """Draw cost (EUR/yr) against the limit, with a bar from bound to cost where they differ, and return the axes.

    Between two limits the cost lies within the shade. Limits without a plan are left out.
    """
    ax = axes(ax)
    found = [p for p in frontier.points if math.isfinite(p.cost)]
    limits, costs = [p.limit for p in found], [p.cost for p in found]
    if frontier.unit != "sites":
        for one, other in pairwise(found):
            low = max(other.bound, 0.0)
            ax.fill_between([one.limit, other.limit], [low, low], [one.cost, one.cost], color=ACCENT, alpha=0.1, lw=0)
        ax.plot(limits, costs, color=ACCENT, lw=1, alpha=0.6)
    open_ = [p for p in found if not p.settled]
    ax.vlines([p.limit for p in open_], [max(p.bound, 0.0) for p in open_], [p.cost for p in open_], color=BAD, lw=2)
    ax.plot(limits, costs, "o", color=ACCENT)
    unit = "" if frontier.unit == "sites" else f", {frontier.unit}"
    ax.set(xlabel=f"{limited(frontier.against)}{unit}", ylabel="EUR a year")
    ax.yaxis.set_major_formatter(lambda value, _: rounded(value))
    plain(ax)
    return ax
