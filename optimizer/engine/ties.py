"""Plans that differ by one site and cost hardly more: what the model's own error cannot tell apart.

The error of a comparison: were the modelled latency off by its median absolute error for every customer that changes
site, all in the same direction, the costs would move by the sum of demand x price of a ms x error. That is the widest
reading of the error, so "no tie" is the safer claim here than "tie".
"""

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.assign import assign, is_free
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import capacitated
from sitewright.optimizer.engine.search import Search
from sitewright.optimizer.plan import Tie
from sitewright.optimizer.problem import Problem

Mask = NDArray[np.bool_]


def find_ties(problem: Problem, best: Decision, cost: NDArray[Any], *, stop: Callable[[], bool]) -> tuple[Tie, ...]:
    """Return the cheapest neighbour for each open site that may close, cheapest first.

    A neighbour closes the site, and opens one other or none. `cost` has +inf for forbidden pairs, shape
    (customers, sites). If `stop` ends the search, the sites not looked at are missing.
    """
    error_ms = problem.data.attrs.get("model_error_ms")
    if error_ms is None or not problem.has("haul_price"):
        return ()
    objective = sum(cost_split(problem, best).values())
    search, ties = Search(problem, cost), []
    transport = None if is_free(problem) else _transport(problem, cost, stop)
    for j in np.flatnonzero(best.open):
        found = _neighbour(problem, best.open, int(j), search, transport, stop)
        if found is not None:
            value, other = found
            opened = tuple(problem.sites[other.open & ~best.open].tolist())
            closed = tuple(problem.sites[best.open & ~other.open].tolist())
            ties.append(Tie(closed, opened, value - objective, _error(problem, best, other, float(error_ms))))
    return tuple(sorted(ties, key=lambda t: t.extra_cost))


def _neighbour(
    problem: Problem, is_open: Mask, j: int, search: Search, transport: Incumbent | None, stop: Callable[[], bool]
) -> tuple[float, Decision] | None:
    """Return the cheapest neighbour without site j, and its cost; None if there is none.

    Best first: a set waits at what it costs without capacities, then at what it costs with them, and at last all its
    rules are kept. No other is cheaper once the next one waits at more than that.
    """
    lazy = [rule for rule in problem.rules if rule.lazy]
    best: tuple[float, Decision] | None = None
    waiting: list[tuple[float, int, bool]] = []
    sets: list[Mask] = []
    for k in (-1, *np.flatnonzero(~is_open)):
        trial = is_open.copy()
        trial[j] = False
        if k >= 0:
            trial[k] = True
        if search.keeps_rules(trial):
            heapq.heappush(waiting, (search.price(trial), len(sets), transport is None))
            sets.append(trial)
    while waiting and not stop():
        at_least, t, priced = heapq.heappop(waiting)
        if best is not None and at_least >= best[0]:
            break
        if not priced:
            assert transport is not None
            served = transport.serve(sets[t])
            if served is not None:
                heapq.heappush(waiting, (transport.price(sets[t], served.cost()), t, True))
            continue
        decision = assign(problem, sets[t], search.cost, stop=stop)
        if decision is not None and not any(True for rule in lazy for _ in rule.broken(problem, decision)):
            value = sum(cost_split(problem, decision).values())
            if best is None or value < best[0]:
                best = value, decision
    return best


def _transport(problem: Problem, cost: NDArray[Any], stop: Callable[[], bool]) -> Incumbent:
    """Return what serves an open set for least under capacities alone."""
    return Incumbent(
        capacitated(problem, cost, threads=1),
        0.0,
        keeps=lambda _: True,
        partner_of=problem.partner_of,
        report=lambda *_: None,
        stop=stop,
    )


def _error(problem: Problem, a: Decision, b: Decision, error_ms: float) -> float:
    """Return the EUR/yr by which the comparison of two plans may be off."""
    shares = np.zeros((problem.n_customers, problem.n_sites))
    np.add.at(shares, (a.customer, a.site), a.share)
    np.add.at(shares, (b.customer, b.site), -b.share)
    moved = np.abs(shares).sum(axis=1) / 2
    per_ms = float(problem.data["haul_price"]) + problem.numbers("penalty_rate")
    return float(problem.numbers("demand") @ (moved * per_ms)) * error_ms
