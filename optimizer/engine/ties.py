"""Plans that differ by one site and cost hardly more: what the model's own error cannot tell apart.

The error of a comparison: were the modelled latency off by its median absolute error for every customer that changes
site, all in the same direction, the costs would move by the sum of demand x price of a ms x error. That is the widest
reading of the error, so "no tie" is the safer claim here than "tie".
"""

from collections.abc import Callable

import numpy as np

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import assign
from sitewright.optimizer.engine.search import Search
from sitewright.optimizer.plan import Tie
from sitewright.optimizer.problem import Problem

# Candidates assigned exactly for each open site.
PER_SITE = 3


def find_ties(problem: Problem, best: Decision, search: Search, *, stop: Callable[[], bool]) -> tuple[Tie, ...]:
    """Return the cheapest neighbour found for each open site that may close, cheapest first."""
    error_ms = problem.data.attrs.get("model_error_ms")
    if error_ms is None or not problem.has("haul_price"):
        return ()
    objective = sum(cost_split(problem, best).values())
    ties = []
    for j in np.flatnonzero(best.open):
        without = best.open.copy()
        without[j] = False
        outside = np.flatnonzero(~best.open)
        trials = [without, *(_with(without, int(k)) for k in outside)]
        prices = np.array([search.price(t) for t in trials])
        found: list[tuple[float, Decision]] = []
        for t in np.argsort(prices, kind="stable"):
            if stop() or len(found) == PER_SITE:
                break
            if search.keeps_rules(trials[t]):
                other = assign(problem, trials[t], search.cost, stop=stop)
                if other is not None:
                    found.append((sum(cost_split(problem, other).values()), other))
        if found:
            cost, other = min(found, key=lambda f: f[0])
            opened = tuple(problem.sites[other.open & ~best.open].tolist())
            closed = tuple(problem.sites[best.open & ~other.open].tolist())
            ties.append(Tie(closed, opened, cost - objective, _error(problem, best, other, float(error_ms))))
    return tuple(sorted(ties, key=lambda t: t.extra_cost))


def _with(
    is_open: "np.ndarray[tuple[int], np.dtype[np.bool_]]", k: int
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    out = is_open.copy()
    out[k] = True
    return out


def _error(problem: Problem, a: Decision, b: Decision, error_ms: float) -> float:
    """Return the EUR/yr by which the comparison of two plans may be off."""
    shares = np.zeros((problem.n_customers, problem.n_sites))
    np.add.at(shares, (a.customer, a.site), a.share)
    np.add.at(shares, (b.customer, b.site), -b.share)
    moved = np.abs(shares).sum(axis=1) / 2
    per_ms = float(problem.data["haul_price"]) + problem.numbers("penalty_rate")
    return float(problem.numbers("demand") @ (moved * per_ms)) * error_ms
