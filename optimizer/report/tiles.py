"""The few numbers on the first screen."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.costs import Part
from sitewright.optimizer.report.numbers import percent, short
from sitewright.optimizer.report.sites import OpenSite


@dataclass(frozen=True)
class Tile:
    """A number with its name; `text` is the number as shown, `value` the whole of it."""

    name: str
    value: float
    text: str
    unit: str = ""


def tiles(plan: Plan, problem: Problem, costs: list[Part], sites: list[OpenSite]) -> list[Tile]:
    """Return cost, sites, latency, load and gap, as far as the data speak of them."""
    total = sum(part.value for part in costs)
    out = [Tile("Cost a year", total, short(total), "EUR"), Tile("Open sites", len(sites), str(len(sites)))]
    new = sum(site.status != "existing" for site in sites)
    if new < len(sites):
        out[1] = Tile("Open sites", len(sites), str(len(sites)), f"{new} new")
    everyone = plan.latency.get("all")
    if everyone:
        out.append(Tile("Mean latency", everyone["mean"], f"{everyone['mean']:.1f}", "ms"))
        out.append(Tile("95 % within", everyone["p95"], f"{everyone['p95']:.1f}", "ms"))
    if plan.share_covered is not None:
        out.append(Tile("Covered", plan.share_covered, percent(plan.share_covered)))
    load, room = sum(site.load for site in sites), sum(site.capacity for site in sites)
    if np.isfinite(room) and room > 0:
        out.append(Tile("Capacity used", load / room, f"{100 * load / room:.0f} %", f"of {room:,.0f} MW"))
    else:
        out.append(Tile("Load", load, short(load), "MW"))
    out.append(Tile("Gap", plan.gap, percent(plan.gap) if np.isfinite(plan.gap) else "unknown"))
    return out
