"""What a plan is worth after an attacker has removed the worst r of its sites. Every set of r open sites is tried.

What is left is measured twice: the share of the demand that can still be served (a maximum flow), and, where all of it
can, the least yearly cost of serving it. Law and capacities hold as ever, limits of latency of normal service do not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.assign import assign
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rerouting import Rerouting
from sitewright.optimizer.rules import LatencyLimit
from sitewright.optimizer.study.serving import serving_problem

# More sets than these take hours.
MOST_ATTACKS = 20_000


@dataclass(frozen=True)
class Attack:
    """One set of sites removed. `service_cost` is None where not all can be served; no attack at all has no `lost`."""

    lost: tuple[str, ...]
    served_mw: float
    share: float  # of the demand
    service_cost: float | None  # EUR/yr, of all customers, from the sites left

    @property
    def rank(self) -> tuple[float, float]:
        """Worst first: the least served, then the dearest."""
        return round(self.served_mw, 9), -np.inf if self.service_cost is None else -self.service_cost


@dataclass(frozen=True)
class AttackReport:
    """All attacks on a plan by `sites` sites, worst first, and the plan before any."""

    sites: int
    at_most_ms: float | None
    before: Attack
    attacks: tuple[Attack, ...]

    @property
    def worst(self) -> Attack:
        return self.attacks[0]

    def document(self) -> dict[str, Any]:
        """Return the report as plain JSON types. Money in EUR/yr, power in MW."""
        keys = ("lost", "served_mw", "share", "service_cost")
        listed = [{key: getattr(a, key) for key in keys} for a in (self.before, *self.attacks)]
        head = {"schema": "sitewright-attack/1", "sites": self.sites, "at_most_ms": self.at_most_ms}
        return head | {"before": listed[0], "attacks": listed[1:]}


def attack(problem: Problem, plan: Plan, *, sites: int = 1, at_most_ms: float | None = None) -> AttackReport:
    """Return what is left of a plan after each attack.

    Parameters
    ----------
    sites
        How many open sites an attacker removes at once.
    at_most_ms
        Round trip beyond which no one is served after an attack; no limit if not given.

    Raises
    ------
    InvalidProblem
        If `sites` is no number from 1 to the open sites, the limit is no time, or there are too many attacks to try.
    """
    is_open = plan.decision.open
    _check(problem, int(is_open.sum()), sites, at_most_ms)
    everyone = np.ones(problem.n_customers, dtype=bool)
    way = Rerouting.of(problem, at_most_ms=at_most_ms, who=everyone, at_least=1.0)
    bare = _bare(problem, at_most_ms)
    cost = np.where(way.reach, problem.data["service_cost"].values, np.inf)
    tried = [_after(problem, bare, way, cost, is_open, lost) for lost in _sets(is_open, sites)]
    before = _after(problem, bare, way, cost, is_open, ())
    return AttackReport(sites, at_most_ms, before, tuple(sorted(tried, key=lambda a: (a.rank, a.lost))))


def _check(problem: Problem, n_open: int, sites: object, at_most_ms: float | None) -> None:
    flaws = []
    whole = isinstance(sites, int | np.integer) and not isinstance(sites, bool)
    if not (whole and 1 <= sites <= n_open):  # type: ignore[operator]
        fix = f"choose a whole number from 1 to {n_open}"
        flaws.append(Flaw("argument 'sites'", f"lie between 1 and the {n_open} open sites", repr(sites), fix))
    elif comb(n_open, int(sites)) > MOST_ATTACKS:  # type: ignore[call-overload]
        found = f"{comb(n_open, int(sites)):,}"  # type: ignore[call-overload]
        flaws.append(Flaw("argument 'sites'", f"name at most {MOST_ATTACKS:,} attacks", found, "ask for fewer sites"))
    if at_most_ms is not None and not 0 < at_most_ms < np.inf:
        fix = "give the limit in ms"
        flaws.append(Flaw("argument 'at_most_ms'", "be a positive number of ms", repr(at_most_ms), fix))
    if at_most_ms is not None and not problem.has("latency"):
        flaws.append(Flaw("argument 'at_most_ms'", "come with latency data", "none", "leave it out"))
    if flaws:
        raise InvalidProblem(flaws)


def _sets(is_open: NDArray[np.bool_], sites: int) -> Iterator[tuple[int, ...]]:
    return combinations(np.flatnonzero(is_open).tolist(), sites)


def _bare(problem: Problem, at_most_ms: float | None) -> Problem:
    """Return the problem of serving from given sites in an emergency: nothing is asked of which sites are open."""
    law = tuple(rule for rule in problem.rules if rule.kind == "pair" and rule.holds_in_emergency)
    near = () if at_most_ms is None else (LatencyLimit(at_most_ms=at_most_ms),)
    return serving_problem(problem, (*law, *near))


def _after(
    problem: Problem,
    bare: Problem,
    way: Rerouting,
    cost: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    lost: tuple[int, ...],
) -> Attack:
    left = is_open.copy()
    left[list(lost)] = False
    short, total = way.shortfall(left), float(way.demand.sum())
    decision = None
    if not way.missing(short) and left.any():
        decision = assign(bare, left, cost)
    price = None
    if decision is not None:
        price = float(decision.share @ cost[decision.customer, decision.site])
    served = total - short.mw
    return Attack(tuple(problem.sites[list(lost)].tolist()), served, served / total if total else 1.0, price)
