"""How far the customers are: the share of the demand within a round trip, by segment."""

from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.latency import distributions
from sitewright.optimizer.report.plot.axes import ACCENT, BAD, GOOD, QUIET, SITES, axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def latency(plan: Plan, problem: Problem, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the distribution of round trips of each segment, with the limits on it, and return the axes.

    Raises
    ------
    InvalidProblem
        If the problem has no latency.
    """
    found = distributions(plan, problem)
    if not found:
        fix = "add 'latency' to the data"
        raise InvalidProblem([Flaw("the latencies of a plan", "be in the data", "none", fix)])
    ax = axes(ax)
    worst = found[0].figures["worst"]
    drawn = set()
    for k, d in enumerate(found):
        colour = QUIET if d.segment == "all" and len(found) > 1 else (ACCENT if k == 0 else SITES[(k - 1) % len(SITES)])
        ax.step(np.append(0.0, d.ms), np.append(0.0, d.below), where="post", color=colour, label=d.segment)
        for limit in d.limits:
            if limit.ms <= 1.6 * worst and (limit.kind, limit.ms) not in drawn:
                drawn.add((limit.kind, limit.ms))
                ax.axvline(limit.ms, color=BAD if limit.kind == "limit" else GOOD, lw=1, ls="--")
                ax.annotate(
                    limit.sentence, (limit.ms, 0.99), (-9, 0), textcoords="offset points", rotation=90, size=8, va="top"
                )
    ax.set(xlabel="round trip, ms", ylabel="share of the demand", xlim=(0, None), ylim=(0, 1.02))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    if len(found) > 1:
        ax.legend(frameon=False, loc="center right")
    plain(ax)
    return ax
