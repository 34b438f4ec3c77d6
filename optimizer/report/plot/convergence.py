"""How bound and incumbent came together during a solve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.report.convergence import span
from sitewright.optimizer.report.numbers import rounded
from sitewright.optimizer.report.plot.axes import ACCENT, GOOD, QUIET, axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def convergence(events: Sequence[Progress], *, ax: "Axes | None" = None) -> "Axes":
    """Draw the best plan and the bound over the seconds of a solve, and return the axes.

    Parameters
    ----------
    events
        What ``solve(…, on_progress=events.append)`` collected.

    Raises
    ------
    InvalidProblem
        If there are none.
    """
    if not events:
        fix = "collect them: solve(…, on_progress=events.append)"
        raise InvalidProblem([Flaw("argument 'events'", "hold events of a solve", "none", fix)])
    ax = axes(ax)
    seconds = np.array([event.elapsed for event in events])
    for name, values, colour in (
        ("best plan", [event.incumbent for event in events], ACCENT),
        ("bound", [event.bound for event in events], GOOD),
    ):
        there = np.isfinite(values)
        if there.any():
            ax.step(seconds[there], np.asarray(values)[there], where="post", color=colour, lw=2, label=name)
    stages = [k for k, e in enumerate(events) if e.stage not in ("presolve", "done") and e.stage != events[k - 1].stage]
    low, high = span(events)
    edge = max(0.08 * (high - low), 1e-9 * abs(high), 1e-12)
    ax.set_ylim(low - edge, high + edge)
    end, said = float(seconds[-1]), -1.0
    for k in stages:
        if seconds[k] < said + 0.03 * end:
            continue  # its word would stand on the one before
        said = float(seconds[k])
        ax.axvline(seconds[k], color=QUIET, lw=0.5, alpha=0.5)
        ax.annotate(
            events[k].stage,
            (seconds[k], 1.0),
            (2, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            size=7,
            color=QUIET,
            rotation=90,
            va="top",
        )
    ax.set(xlabel="seconds", xlim=(0, max(float(seconds[-1]), 1e-3)))
    ax.yaxis.set_major_formatter(lambda value, _: rounded(value))
    ax.legend(frameon=False, loc="lower right")
    plain(ax)
    return ax
