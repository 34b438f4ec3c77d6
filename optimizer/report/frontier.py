"""What less latency, carbon or risk, or more sites, costs: the points of a frontier as a chart and rows."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.charts import Mark
from sitewright.optimizer.report.frame import Frame
from sitewright.optimizer.report.names import listed, site_names
from sitewright.optimizer.report.numbers import count, short
from sitewright.optimizer.report.section import Section
from sitewright.optimizer.study.axes import OF_SITES, Axis

if TYPE_CHECKING:
    from sitewright.optimizer.study.frontier import Frontier, Point


@dataclass(frozen=True)
class Row:
    """One limit: numbers for machines, and what is known in words."""

    limit: float
    reached: float | None
    cost: float
    bound: float
    sites: str
    known: str


@dataclass(frozen=True)
class FrontierView:
    """The chart in thousandths of its frame.

    `boxes` is where the cost between two points lies, `bars` where that of one does.
    """

    limited: str
    unit: str
    sentence: str
    alt: str
    boxes: str
    line: str
    bars: str
    points: tuple[Mark, ...]
    here: Mark | None
    x: tuple[Mark, ...]
    y: tuple[Mark, ...]
    rows: tuple[Row, ...]


def frontier_section(frontier: "Frontier", plan: Plan, problem: Problem) -> Section:
    """Return the section of a frontier; the plan of the report is marked on it."""
    data = frontier_view(frontier, plan, problem)
    less = {"carbon": "less carbon", "risk": "less hazard", "sites": "another number of sites"}
    title = f"What {less.get(frontier.against, 'less latency')} costs"
    return Section("frontier", title, "Frontier", template="sections/frontier.html", data=data)


def limited(against: str) -> str:
    """Return what is limited, in words."""
    if against == "sites":
        return "open sites"
    if against in OF_SITES:
        return f"mean {OF_SITES[against]} of what serves"
    if against == "mean-latency":
        return "mean round trip"
    return f"round trip of {against[1:3]} % of the demand"


def frontier_view(frontier: "Frontier", plan: Plan, problem: Problem) -> FrontierView:
    found = [p for p in frontier.points if math.isfinite(p.cost)]
    here = _reached(frontier.against, plan, problem)
    cost = sum(plan.cost_split.values())
    xs, ys = [p.limit for p in found], [p.cost for p in found]
    ys += [max(p.bound, 0.0) for p in found if math.isfinite(p.bound)]
    if here is not None:
        xs, ys = [*xs, here], [*ys, cost]
    frame = Frame.around(xs, ys)
    sites = frontier.unit == "sites"
    pairs = [] if sites else list(pairwise(found))
    digits = "g" if sites else ".1f"
    return FrontierView(
        limited=limited(frontier.against),
        unit=frontier.unit,
        sentence=_sentence(frontier, found),
        alt="; ".join(f"{p.limit:{digits}} {frontier.unit}: {short(p.cost)} EUR/yr" for p in found) or "no plan found",
        # A looser limit costs no more, a tighter one no less: between two points the cost lies between theirs.
        boxes="".join(
            f"M{frame.x(a.limit):.1f} {frame.y(a.cost):.1f}H{frame.x(b.limit):.1f}V{frame.y(max(b.bound, 0.0)):.1f}"
            f"H{frame.x(a.limit):.1f}z"
            for a, b in pairs
        ),
        line="" if sites else "M" + "L".join(f"{frame.x(p.limit):.1f} {frame.y(p.cost):.1f}" for p in found),
        bars="".join(
            f"M{frame.x(p.limit):.1f} {frame.y(p.cost):.1f}V{frame.y(max(p.bound, 0.0)):.1f}"
            for p in found
            if not p.settled
        ),
        points=tuple(
            Mark(frame.x(p.limit), f"{p.limit:{digits}} {frontier.unit}: {short(p.cost)}", "", 1000 - frame.y(p.cost))
            for p in found
        ),
        here=None if here is None else Mark(frame.x(here), "this plan", "here", 1000 - frame.y(cost)),
        x=frame.x_ticks("" if sites else f" {frontier.unit}", whole=sites),
        y=frame.y_ticks(),
        rows=tuple(_row(p, problem) for p in frontier.points),
    )


def _reached(against: str, plan: Plan, problem: Problem) -> float | None:
    if against in OF_SITES:
        reached = Axis(against).reached(problem, plan.decision) if problem.has(OF_SITES[against]) else math.nan
        return reached if math.isfinite(reached) else None
    if against == "sites":
        return float(len(plan.open_sites))
    figures = plan.latency.get("all", {})
    return figures.get("mean" if against == "mean-latency" else against[:3])


def _sentence(frontier: "Frontier", found: "list[Point]") -> str:
    proved = sum(p.settled for p in frontier.points)
    said = f"{count(len(frontier.points), 'limit')} on the {limited(frontier.against)}, {proved} of them settled. "
    if frontier.unit == "sites":
        said = f"Plans of least cost with exactly so many open sites; {proved} of {len(frontier.points)} are settled. "
    if found:
        ends = [found[0], found[-1]]
        words = [
            f"{_limit(p.limit, frontier.unit)} cost {'' if p.settled else 'at most '}{short(p.cost)} EUR a year"
            for p in ends[: len(found)]
        ]
        said += words[0][:1].upper() + ", ".join(words)[1:] + "."
    return said


def _limit(value: float, unit: str) -> str:
    return count(round(value), "site") if unit == "sites" else f"{short(value)} {unit}"


def _row(point: "Point", problem: Problem) -> Row:
    names = dict(zip(problem.sites.tolist(), site_names(problem).tolist(), strict=True))
    if math.isfinite(point.cost):
        known = "proved" if point.settled else "not proved"
    else:
        known = "no plan (proved)" if point.settled else "no plan in time"
    return Row(
        limit=point.limit,
        reached=point.reached,
        cost=point.cost,
        bound=point.bound,
        sites=listed([names.get(site, site) for site in point.open_sites]),
        known=known,
    )
