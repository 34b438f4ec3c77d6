"""What a plan costs a year, by kind, as bars."""

from typing import TYPE_CHECKING

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.costs import cost_parts
from sitewright.optimizer.report.numbers import rounded, short
from sitewright.optimizer.report.plot.axes import COSTS, INK, axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cost(plan: Plan, problem: Problem, *, ax: "Axes | None" = None) -> "Axes":
    """Draw one bar for each kind of cost, EUR/yr, and return the axes."""
    ax = axes(ax)
    parts = cost_parts(plan, problem)[::-1]
    colours = [COSTS[min(k, len(COSTS) - 1)] for k in range(len(parts))][::-1]
    bars = ax.barh([part.name for part in parts], [part.value for part in parts], color=colours, height=0.62)
    ax.bar_label(bars, [short(part.value) for part in parts], padding=4, color=INK)
    ax.set(xlabel="EUR a year", xlim=(0, 1.15 * max(max(part.value for part in parts), 1e-9)))
    ax.xaxis.set_major_formatter(lambda value, _: rounded(value))
    plain(ax)
    return ax
