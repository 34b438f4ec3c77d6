"""The axes that a figure is drawn on, and the colours it shares with the report."""

from typing import TYPE_CHECKING

from sitewright.optimizer.errors import SitewrightError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of sites, by `sitewright.optimizer.report.sites.OpenSite.colour`; told apart by people who do not see red and green.
SITES = ("#1f6fd1", "#d2660a", "#0b8577", "#7d1a5e", "#5b8200", "#6a4fc9", "#b5402c", "#1f7f9f")
# Of the kinds of cost, in their order.
COSTS = ("#1c4f99", "#6a4fc9", "#3f86d9", "#8ab8ea", "#d2660a")
INK, QUIET, LINE, SEA, LAND, BORDER = "#1a1f26", "#5a6472", "#d9d8d3", "#e6edf2", "#fbfaf6", "#d3d0c6"
ACCENT, GOOD, BAD = "#1c5cc4", "#14703f", "#b3261e"


def axes(ax: "Axes | None") -> "Axes":
    """Return the axes given, or those of a new figure.

    Raises
    ------
    SitewrightError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise SitewrightError("figures need matplotlib: pip install 'sitewright[plot]'") from error
    made: Axes = pyplot.figure(layout="constrained").add_subplot()
    return made


def plain(ax: "Axes") -> None:
    """Take away the lines of the frame that say nothing."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(LINE)
    ax.tick_params(colors=QUIET)
