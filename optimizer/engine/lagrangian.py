r"""Lower bound: Lagrangian relaxation of "every customer is served", by a deflected subgradient.

For prices u, with :math:`v_j(u)` the best of site j's continuous knapsack over :math:`c_{ij} - u_i` under its capacity,

.. math:: L(u) = \sum_i u_i + \min_{y \in Y} \sum_j (f_j + v_j(u)) y_j \le \text{cost of any plan}

(Cornuejols, Fisher, Nemhauser, Management Science 23, 1977; capacitated: Geoffrion, McBride, AIIE Trans. 10, 1978).
Y here holds status and one option per metro; `sitewright.optimizer.verify` recomputes the bound from u alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.engine.scenario_loads import ScenarioLoads
from sitewright.optimizer.errors import Infeasible
from sitewright.optimizer.model.build import site_model
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import OneOptionPerMetro, OneSizePerSite, SiteStatus
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RootBound:
    """The best prices found, their bound, and each site's cost under them."""

    multipliers: Floats  # (customers,)
    bound: float
    plain: float  # the bound of the same prices without `at_least`: what the checker recomputes
    worst: float  # cost of the dearest site taken, where the least number asks for it; 0 where it does not
    reduced: Floats  # (sites,): f_j + v_j(u)
    forced: NDArray[np.bool_]  # (sites,): by status
    closed: NDArray[np.bool_]  # (sites,): by status

    def proved_closed(self, cutoff: float) -> NDArray[np.bool_]:
        """Return the sites that no plan of at most `cutoff` opens. Shape (sites,).

        Opening a site that the relaxation leaves closed raises the bound by its reduced cost at least, less that of the
        dearest site taken, whose place it may take.
        """
        return self.closed | (~self.forced & (self.bound + self.extra > cutoff + 1e-7 * max(1.0, abs(cutoff))))

    @property
    def extra(self) -> Floats:
        """By how much the bound rises at least if a site opens. Shape (sites,)."""
        return np.where(self.forced, 0.0, np.maximum(self.reduced - self.worst, 0.0))


class Relaxation:
    """The Lagrangian of one problem: cost matrix with +inf for forbidden pairs, fixed costs, capacities.

    `at_least` sites are open in every plan; where scenarios share the sites, each has a knapsack of its own.
    """

    def __init__(self, problem: Problem, *, at_least: int = 0) -> None:
        self.at_least = at_least
        self.cost = np.where(problem.allowed, problem.data["service_cost"].values, np.inf).astype(np.float64)
        self.fixed = site_cost(problem)
        self.demand = problem.numbers("demand")
        self.capacity = problem.numbers("capacity", np.inf)
        self.blocks = [slice(None)]
        for rule in problem.all_rules:
            if isinstance(rule, ScenarioLoads):
                self.blocks = rule.blocks
                self.capacity = self.capacity / rule.n_scenarios
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
        else:
            alone = np.ones(problem.n_sites, dtype=bool)
        if any(isinstance(rule, OneSizePerSite) for rule in problem.all_rules):
            for sizes in problem.sizes:
                if alone[sizes].all():
                    self.group[sizes] = self.group[sizes[0]]

    def site_values(self, u: Floats) -> tuple[Floats, Floats]:
        """Return v_j(u), shape (sites,), and the shares that reach it, shape (customers, sites)."""
        reduced = np.minimum(self.cost - u[:, None], 0.0)
        shares = np.concatenate([self._fill(reduced[block], self.demand[block]) for block in self.blocks])
        return (reduced * shares).sum(axis=0), shares

    def _fill(self, reduced: Floats, demand: Floats) -> Floats:
        """Return the shares that fill each site's knapsack best. Shape of `reduced`."""
        shares = (reduced < 0).astype(np.float64)
        load = demand @ shares
        full = np.flatnonzero(load > self.capacity)
        if len(full):
            # Best ratio first until the capacity is used up; the last one in part. Customers without demand go first.
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(reduced[:, full] < 0, reduced[:, full] / demand[:, None], np.inf)
            order = np.argsort(ratio, axis=0)
            mw = demand[order]
            left = self.capacity[full] - (np.cumsum(mw, axis=0) - mw)
            part = np.clip(np.divide(left, mw, out=np.ones_like(mw), where=mw > 0), 0.0, 1.0)
            sorted_shares = np.empty_like(part)
            np.put_along_axis(sorted_shares, order, part, axis=0)
            shares[:, full] *= sorted_shares
        return shares

    def evaluate(self, u: Floats) -> tuple["RootBound", Floats]:
        """Return the bound at prices u, and how often each customer is served by the sites that reach it."""
        values, shares = self.site_values(u)
        reduced = self.fixed + values
        forced = np.flatnonzero(self.forced)
        order = np.lexsort((np.where(self.forced | self.closed, np.inf, reduced), self.group))
        first = np.ones(len(order), dtype=bool)
        first[1:] = self.group[order][1:] != self.group[order][:-1]
        best = order[first]
        best = best[~self.forced[best] & ~self.closed[best]]
        best = best[np.argsort(reduced[best], kind="stable")]
        gains = int((reduced[best] < 0).sum())
        asked = min(self.at_least - len(forced), len(best))
        take = np.concatenate([forced, best[: max(gains, asked)]])
        plain = float(u.sum() + reduced[np.concatenate([forced, best[:gains]])].sum())
        worst = max(0.0, float(reduced[best[asked - 1]])) if asked >= max(gains, 1) else 0.0
        bound = float(u.sum() + reduced[take].sum())
        return RootBound(u, bound, plain, worst, reduced, self.forced, self.closed), shares[:, take].sum(axis=1)


def least_open(problem: Problem, *, time_limit: float | None = None) -> int:
    """Return how many sites are open in every plan: the least number that the site rules and the demand allow.

    Raises
    ------
    Infeasible
        If no open set keeps the site rules.
    """
    n = problem.n_sites
    model = site_model(problem, np.zeros(n), closed=np.zeros(n, dtype=bool))
    count = np.concatenate([np.ones(n), np.zeros(problem.n_partners)])
    answer = solve_model(replace(model, cost=count), time_limit=time_limit)
    if answer.outcome is Outcome.INFEASIBLE:
        rules = "; ".join(r.sentence() for r in problem.all_rules if r.kind == "site")
        raise Infeasible([f"no set of open sites keeps the site rules and holds the demand ({rules})"], proof="highs")
    return max(0, int(np.ceil(answer.bound - 1e-6))) if np.isfinite(answer.bound) else 0


def root_bound(
    problem: Problem,
    *,
    target: float,
    start: Floats | None = None,
    at_least: int = 0,
    iterations: int = 200,
    stop: Callable[[], bool] = lambda: False,
    on_bound: Callable[[float], None] = lambda bound: None,
) -> RootBound:
    """Improve the prices `start`, or each customer's cheapest costs, aiming at `target` (an incumbent, or a guess).

    `at_least` sites are open in every plan.
    """
    relaxation = Relaxation(problem, at_least=at_least)
    usable = np.where(relaxation.closed, np.inf, relaxation.cost)
    u = usable.min(axis=1)
    second = np.partition(usable, 1, axis=1)[:, 1] if usable.shape[1] > 1 else u
    u = np.where(np.isfinite(second), (u + second) / 2, u) if start is None else start
    best, served = relaxation.evaluate(u)
    bound = best.bound
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
        here, served = relaxation.evaluate(u)
        bound = here.bound
        if bound > best.bound:
            best, stalled = here, 0
        else:
            stalled += 1
            if stalled >= 12:
                step, stalled, u, bound = step / 2, 0, best.multipliers, best.bound
                _, served = relaxation.evaluate(u)
        if k % 20 == 0:
            on_bound(best.bound)
    on_bound(best.bound)
    return best
