r"""Lower bound: Lagrangian relaxation of "every customer is served", by a deflected subgradient.

For prices u, with :math:`v_j(u)` the best of site j's continuous knapsack over :math:`c_{ij} - u_i` under its capacity,

.. math:: L(u) = \sum_i u_i + \min_{y \in Y} \sum_j (f_j + v_j(u)) y_j \le \text{cost of any plan}

(Cornuejols, Fisher, Nemhauser, Management Science 23, 1977; capacitated: Geoffrion, McBride, AIIE Trans. 10, 1978).
Y here holds status and one option per metro; `sitewright.optimizer.verify` recomputes the bound from u alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import OneOptionPerMetro, SiteStatus

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RootBound:
    """The best prices found, their bound, and each site's cost under them."""

    multipliers: Floats  # (customers,)
    bound: float
    reduced: Floats  # (sites,): f_j + v_j(u)
    forced: NDArray[np.bool_]  # (sites,): by status
    closed: NDArray[np.bool_]  # (sites,): by status

    def proved_closed(self, cutoff: float) -> NDArray[np.bool_]:
        """Return the sites that no plan of at most `cutoff` opens. Shape (sites,).

        Opening a site that the relaxation leaves closed raises the bound by its reduced cost at least.
        """
        margin = 1e-7 * max(1.0, abs(cutoff))
        return self.closed | (~self.forced & (self.bound + np.maximum(self.reduced, 0.0) > cutoff + margin))


class Relaxation:
    """The Lagrangian of one problem: cost matrix with +inf for forbidden pairs, fixed costs, capacities."""

    def __init__(self, problem: Problem) -> None:
        self.cost = np.where(problem.allowed, problem.data["service_cost"].values, np.inf).astype(np.float64)
        self.fixed = site_cost(problem)
        self.demand = problem.numbers("demand")
        self.capacity = problem.numbers("capacity", np.inf)
        self.forced = np.zeros(problem.n_sites, dtype=bool)
        self.closed = np.zeros(problem.n_sites, dtype=bool)
        for rule in problem.all_rules:
            if isinstance(rule, SiteStatus):
                self.forced |= rule.must_open(problem)
                self.closed |= rule.must_close(problem)
        # Sites of one metro share a number; a site without a metro has its own.
        self.group = np.arange(problem.n_sites)
        if any(isinstance(rule, OneOptionPerMetro) for rule in problem.all_rules):
            names, member = np.unique(problem.text("metro"), return_inverse=True)
            alone = names[member] == ""
            self.group = np.where(alone, len(names) + np.arange(problem.n_sites), member)

    def site_values(self, u: Floats) -> tuple[Floats, Floats]:
        """Return v_j(u), shape (sites,), and the shares that reach it, shape (customers, sites)."""
        reduced = np.minimum(self.cost - u[:, None], 0.0)
        shares = (reduced < 0).astype(np.float64)
        load = self.demand @ shares
        full = np.flatnonzero(load > self.capacity)
        if len(full):
            # Best ratio first until the capacity is used up; the last one in part. Customers without demand go first.
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(reduced[:, full] < 0, reduced[:, full] / self.demand[:, None], np.inf)
            order = np.argsort(ratio, axis=0)
            mw = self.demand[order]
            left = self.capacity[full] - (np.cumsum(mw, axis=0) - mw)
            part = np.clip(np.divide(left, mw, out=np.ones_like(mw), where=mw > 0), 0.0, 1.0)
            sorted_shares = np.empty_like(part)
            np.put_along_axis(sorted_shares, order, part, axis=0)
            shares[:, full] *= sorted_shares
        return (reduced * shares).sum(axis=0), shares

    def evaluate(self, u: Floats) -> tuple[float, Floats, NDArray[np.bool_], Floats]:
        """Return L(u), each site's cost under u, the sites that reach it, and how often each customer is served."""
        values, shares = self.site_values(u)
        reduced = self.fixed + values
        take = self.forced.copy()
        order = np.lexsort((np.where(self.forced | self.closed, np.inf, reduced), self.group))
        first = np.ones(len(order), dtype=bool)
        first[1:] = self.group[order][1:] != self.group[order][:-1]
        best = order[first]
        take[best[(reduced[best] < 0) & ~self.forced[best] & ~self.closed[best]]] = True
        return float(u.sum() + reduced[take].sum()), reduced, take, shares[:, take].sum(axis=1)


def root_bound(
    problem: Problem,
    *,
    target: float,
    start: Floats | None = None,
    iterations: int = 200,
    stop: Callable[[], bool] = lambda: False,
    on_bound: Callable[[float], None] = lambda bound: None,
) -> RootBound:
    """Improve the prices `start`, or each customer's cheapest costs, aiming at `target` (an incumbent, or a guess)."""
    relaxation = Relaxation(problem)
    usable = np.where(relaxation.closed, np.inf, relaxation.cost)
    u = usable.min(axis=1)
    second = np.partition(usable, 1, axis=1)[:, 1] if usable.shape[1] > 1 else u
    u = np.where(np.isfinite(second), (u + second) / 2, u) if start is None else start
    bound, reduced, _, served = relaxation.evaluate(u)
    best = RootBound(u, bound, reduced, relaxation.forced, relaxation.closed)
    step, stalled, direction, before = 1.0, 0, 1.0 - served, bound
    for k in range(iterations):
        if k % 40 == 39:
            if best.bound - before < 1e-5 * abs(best.bound):
                break  # what is left to gain here costs more than the MIP needs for it
            before = best.bound
        if stop() or step < 1e-3:
            break
        slope = 1.0 - served
        direction = 0.7 * slope + 0.3 * direction
        norm = float(direction @ direction)
        if norm < 1e-12 or target - best.bound < 1e-9 * abs(target):
            break
        goal = max(target, best.bound + 1e-3 * abs(best.bound))
        u = u + step * (goal - bound) / norm * direction
        bound, reduced, _, served = relaxation.evaluate(u)
        if bound > best.bound:
            best, stalled = RootBound(u, bound, reduced, relaxation.forced, relaxation.closed), 0
        else:
            stalled += 1
            if stalled >= 12:
                step, stalled, u, bound = step / 2, 0, best.multipliers, best.bound
                bound, reduced, _, served = relaxation.evaluate(u)
        if k % 20 == 0:
            on_bound(best.bound)
    on_bound(best.bound)
    return best
