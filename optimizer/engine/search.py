"""Upper bound: greedy adding, then add, drop and swap moves until none helps. Site rules are kept all the way.

A move is priced as if capacity did not bind (each customer at its cheapest open site); what the search hands on is
then assigned exactly. Gains come from the cheapest and second cheapest open site of each customer (Teitz, Bart 1968).
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import partners_used, site_cost
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem

Mask = NDArray[np.bool_]

# Stands for "not served": far above any real cost, far below where float64 loses cents.
UNSERVED = 1e15


class Search:
    """Local search over open sets of one problem. `cost` has +inf for forbidden pairs, shape (customers, sites)."""

    def __init__(self, problem: Problem, cost: NDArray[np.float64], *, keep_rules: bool = True) -> None:
        self.problem = problem
        self.cost = np.where(np.isfinite(cost), cost, UNSERVED)
        self.fixed = site_cost(problem)
        self.fee = problem.numbers("partner_fee")
        total = problem.numbers("demand").sum()
        self.cover = np.minimum(problem.numbers("capacity", np.inf), total)
        self.need = total * (1 - 1e-9) if keep_rules else 0.0
        self.rules = [rule for rule in problem.all_rules if rule.kind == "site"] if keep_rules else []

    def keeps_rules(self, is_open: Mask) -> bool:
        """Return whether an open set keeps every site rule and can hold all demand."""
        if not is_open.any() or self.cover[is_open].sum() < self.need:
            return False
        none = np.empty(0, dtype=np.int64)
        decision = Decision(is_open, none, none, np.empty(0))
        return not any(True for rule in self.rules for _ in rule.broken(self.problem, decision))

    def price(self, is_open: Mask) -> float:
        """Return the cost of an open set when capacity does not bind."""
        if not is_open.any():
            return np.inf
        fees = self.fee[partners_used(self.problem, is_open)].sum()
        return float(self.fixed[is_open].sum() + fees + self.cost[:, is_open].min(axis=1).sum())

    def improve(self, is_open: Mask, *, banned: Mask | None = None, stop: Callable[[], bool] = lambda: False) -> Mask:
        """Return a local optimum reached from `is_open`, which must keep the rules. `banned` sites stay as they are."""
        now, value = is_open.copy(), self.price(is_open)
        while not stop():
            for gain, opens, closes in self._moves(now, banned):
                if gain <= 1e-9 * max(1.0, abs(value)):
                    return now
                trial = now.copy()
                trial[opens], trial[closes] = True, False
                if self.keeps_rules(trial) and (price := self.price(trial)) < value - 1e-9 * abs(value):
                    now, value = trial, price
                    break
            else:
                return now
        return now

    def _moves(self, is_open: Mask, banned: Mask | None) -> Iterator[tuple[float, list[int], list[int]]]:
        """Yield (gain without partner fees saved or due, sites to open, sites to close), best first."""
        opens = np.flatnonzero(is_open)
        part = self.cost[:, opens]
        order = np.argsort(part, axis=1)[:, :2]
        rows = np.arange(len(part))
        first = part[rows, order[:, 0]]
        second = part[rows, order[:, 1]] if len(opens) > 1 else np.full(len(part), UNSERVED)
        owner = opens[order[:, 0]]
        free = ~is_open if banned is None else ~is_open & ~banned
        outside = np.flatnonzero(free)
        inside = opens if banned is None else opens[~banned[opens]]
        # A fee saved can make a move good that looks bad here: be generous, `improve` prices exactly.
        slack = float(self.fee.max(initial=0.0))
        found: list[tuple[float, list[int], list[int]]] = []
        add = np.maximum(first[:, None] - self.cost[:, outside], 0.0).sum(axis=0) - self.fixed[outside]
        found += [(float(g), [int(k)], []) for g, k in zip(add, outside, strict=True)]
        for j in inside:
            without = np.where(owner == j, second, first)
            loss = float((without - first).sum())
            found.append((float(self.fixed[j]) - loss + slack, [], [int(j)]))
            gain = np.maximum(without[:, None] - self.cost[:, outside], 0.0).sum(axis=0)
            swap = gain - self.fixed[outside] + self.fixed[j] - loss + slack
            best = np.argsort(-swap)[:40]
            found += [(float(swap[b]), [int(outside[b])], [int(j)]) for b in best if swap[b] > 0]
        yield from sorted((f for f in found if f[0] > 0), key=lambda f: -f[0])
