"""Two plans side by side: what opens, what it costs, who moves."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.plan import Plan


@dataclass(frozen=True, eq=False)
class Comparison:
    """The change from one plan to another, "after" less "before".

    Attributes
    ----------
    opened, closed
        Sites that only the second plan, only the first plan has open.
    cost
        Change of each kind of cost, EUR/yr; "total" is their sum. Each plan's at its own prices.
    range
        Least and most that the least costs of the two problems can differ, EUR/yr, given the bounds of both plans; None
        where they are not plans of least cost.
    latency
        Change by segment and figure, ms.
    load
        Of each site that either plan has open: MW before, MW after.
    moved_mw, moved_customers
        Demand that is served from elsewhere, MW, and how many customers that is.
    """

    before: Plan
    after: Plan
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    cost: Mapping[str, float]
    range: tuple[float, float] | None
    latency: Mapping[str, Mapping[str, float]]
    load: Mapping[str, tuple[float, float]]
    moved_mw: float
    moved_customers: int

    def _repr_html_(self) -> str:
        """What a notebook shows of a comparison."""
        from sitewright.optimizer.report.notebook_answers import comparison_html

        return comparison_html(self)


def compare(before: Plan, after: Plan) -> Comparison:
    """Compare two plans of the same customers and sites.

    Raises
    ------
    InvalidProblem
        If the plans are of other customers or other sites.
    """
    flaws = []
    for name in ("customers", "sites"):
        one, other = getattr(before, name), getattr(after, name)
        if not np.array_equal(one, other):
            found = f"{len(one)} and {len(other)} {name}, or other names"
            flaws.append(Flaw("the plans", f"be of the same {name}", found, "compare plans of one case"))
    if flaws:
        raise InvalidProblem(flaws)
    a, b = before.decision, after.decision
    kinds = list(dict.fromkeys([*before.cost_split, *after.cost_split]))
    cost = {k: after.cost_split.get(k, 0.0) - before.cost_split.get(k, 0.0) for k in kinds}
    loads = a.load(before.demand), b.load(after.demand)
    shares = np.zeros((len(before.customers), len(before.sites)))
    np.add.at(shares, (b.customer, b.site), b.share)
    np.add.at(shares, (a.customer, a.site), -a.share)
    moved = np.maximum(shares, 0.0).sum(axis=1)
    return Comparison(
        before,
        after,
        tuple(before.sites[b.open & ~a.open].tolist()),
        tuple(before.sites[a.open & ~b.open].tolist()),
        cost | {"total": sum(cost.values())},
        _range(before, after),
        {
            segment: {f: after.latency[segment][f] - ms for f, ms in figures.items()}
            for segment, figures in before.latency.items()
            if segment in after.latency
        },
        {str(before.sites[j]): (float(loads[0][j]), float(loads[1][j])) for j in np.flatnonzero(a.open | b.open)},
        float(moved @ after.demand),
        int((moved > 1e-6).sum()),
    )


def _range(before: Plan, after: Plan) -> tuple[float, float] | None:
    if before.objective_kind != "cost" or after.objective_kind != "cost":
        return None
    return after.bound - before.objective, after.objective - before.bound


def comparison_lines(c: Comparison, names: tuple[str, str] = ("before", "after")) -> list[str]:
    """Return the comparison for people."""
    lines = [f"{'':24}{names[0]:>16}{names[1]:>16}{'change':>14}"]

    def line(name: str, one: float, other: float, form: str) -> None:
        lines.append(f"{name:<24}{one:>16{form}}{other:>16{form}}{other - one:>+14{form}}")

    total = sum(c.before.cost_split.values()), sum(c.after.cost_split.values())
    line("cost EUR/yr", *total, ",.0f")
    for kind in c.cost:
        if kind != "total":
            line(f"  {kind}", c.before.cost_split.get(kind, 0.0), c.after.cost_split.get(kind, 0.0), ",.0f")
    for segment in c.latency:
        for figure in ("mean", "p95"):
            one, other = c.before.latency[segment][figure], c.after.latency[segment][figure]
            line(f"{segment} {figure} ms", one, other, ".1f")
    for site, (one, other) in c.load.items():
        mark = "+" if site in c.opened else "-" if site in c.closed else " "
        line(f"{mark} {site} MW"[:24], one, other, ".2f")
    lines.append(f"{c.moved_customers} customers ({c.moved_mw:.2f} MW) are served from elsewhere")
    for name, plan in zip(names, (c.before, c.after), strict=True):
        if plan.gap > plan.gap_asked:
            between = f"between {plan.bound:,.0f} and {plan.objective:,.0f}"
            lines.append(f"{name}: not proved optimal; the best possible lies {between}")
    return lines
