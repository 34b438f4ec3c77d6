"""The open sites of a plan, one row each: for tables, the map and the bars of load."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.names import operators, site_names

# Colours that the style sheet has for sites; beyond, they come again.
COLOURS = 8


@dataclass(frozen=True)
class OpenSite:
    """What a report says of one open site.

    Attributes
    ----------
    number
        Position in the problem.
    load, capacity
        MW; the capacity may be infinite.
    fixed
        EUR/yr while open, the partner's fee for the site included.
    service
        EUR/yr of serving its customers.
    mean_ms, worst_ms
        Of its customers, weighted by demand; None without latency data.
    colour
        From 0 to COLOURS - 1: neighbours in the order of longitude differ.
    """

    number: int
    label: str
    name: str
    operator: str
    partner: str
    jurisdiction: str
    status: str
    load: float
    capacity: float
    fixed: float
    service: float
    customers: int
    mean_ms: float | None
    worst_ms: float | None
    colour: int

    @property
    def fullness(self) -> float | None:
        """Load as a share of the capacity; None where that is no limit."""
        return self.load / self.capacity if np.isfinite(self.capacity) and self.capacity > 0 else None


def open_sites(plan: Plan, problem: Problem) -> list[OpenSite]:
    """Return the open sites in the order of the problem."""
    d = plan.decision
    names, who, cost = site_names(problem), operators(problem), site_cost(problem)
    partner, place = problem.text("site_partner"), problem.text("jurisdiction")
    status, capacity = problem.text("status", "candidate"), problem.numbers("capacity", np.inf)
    mw = plan.demand[d.customer] * d.share
    load, paid = d.load(plan.demand), service_cost(problem, plan)
    ms = problem.data["latency"].values[d.customer, d.site].astype(float) if problem.has("latency") else None
    where = np.flatnonzero(d.open)
    colour = {int(j): k % COLOURS for k, j in enumerate(_along(where, problem))}
    out = []
    for j in map(int, where):
        mine = d.site == j
        total = float(mw[mine].sum())
        far = None if ms is None or total == 0 else ms[mine]
        out.append(
            OpenSite(
                number=j,
                label=str(plan.sites[j]),
                name=str(names[j]),
                operator=str(who[j]),
                partner=str(partner[j]),
                jurisdiction=str(place[j]),
                status=str(status[j]),
                load=float(load[j]),
                capacity=float(capacity[j]),
                fixed=float(cost[j]),
                service=float(paid[mine].sum()),
                customers=int(mine.sum()),
                mean_ms=None if far is None else float(mw[mine] @ far / total),
                worst_ms=None if far is None else float(far[mw[mine] > 0].max()),
                colour=colour[j],
            )
        )
    return out


def service_cost(problem: Problem, plan: Plan) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return what each link costs, EUR/yr. Shape (links,)."""
    d = plan.decision
    paid: np.ndarray[tuple[int], np.dtype[np.float64]]
    paid = problem.data["service_cost"].values[d.customer, d.site].astype(np.float64) * d.share
    return paid


def _along(where: "np.ndarray[tuple[int], np.dtype[np.int64]]", problem: Problem) -> list[int]:
    """Return the sites from west to east, so that neighbours get different colours."""
    if not problem.has("site_lon"):
        return [int(j) for j in where]
    return [int(j) for j in where[np.argsort(problem.numbers("site_lon")[where], kind="stable")]]
