r"""What can still be served when sites are lost: a maximum flow of demand, and the customers that prove it is one.

Customers reach sites (a pair may be used or not), sites hold so many MW. By the theorem of Ford and Fulkerson (Canadian
Journal of Mathematics 8, 1956) the most that can be served falls short of all demand by

.. math:: \max_C \; d(C) - \sum_{j \in N(C)} q_j

over sets C of customers, where N(C) are the sites that any of them reaches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE
from sitewright.optimizer.model.columns import Rows, row
from sitewright.optimizer.model.rounded import impossible_row, rounded_rows
from sitewright.optimizer.problem import Problem

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Lost = NDArray[np.int64]  # the sites of one loss


@dataclass(frozen=True, eq=False)
class Shortfall:
    """MW that cannot be served, and the customers C that prove it. Shape (customers,)."""

    mw: float
    proof: Mask


@dataclass(frozen=True, eq=False)
class Rerouting:
    """Who may be served from where once sites are lost.

    Attributes
    ----------
    reach
        Pairs that may be used in an emergency. Shape (customers, sites).
    demand
        MW that must still be served; 0 for customers that the rule leaves out. Shape (customers,).
    capacity
        MW. Shape (sites,).
    least
        MW that must still be served after each loss.
    """

    reach: Mask
    demand: Floats
    capacity: Floats
    least: float

    @classmethod
    def of(cls, problem: Problem, *, at_most_ms: float | None, who: Mask, at_least: float) -> "Rerouting":
        """Return what holds in an emergency: law and capacity as ever, and the emergency's own limit of latency."""
        reach = emergency_pairs(problem, at_most_ms)
        demand = np.where(who, problem.numbers("demand"), 0.0)
        return cls(reach, demand, problem.numbers("capacity", np.inf), at_least * float(demand.sum()))

    def shortfall(self, left: Mask) -> Shortfall:
        """Return what the sites that are left cannot serve, by a maximum flow."""
        sites = np.flatnonzero(left)
        # Customers that reach the same sites flow as one.
        kinds, kind = np.unique(self.reach[:, sites], axis=0, return_inverse=True)
        demand: Floats = np.bincount(kind.ravel(), self.demand, minlength=len(kinds)).astype(np.float64)
        unmet, cut = _max_flow(kinds, demand, self.capacity[sites])
        return Shortfall(float(unmet.sum()), cut[kind.ravel()] & (self.demand > 0))

    def struck(self, is_open: Mask, events: Iterable[Lost]) -> Iterator[tuple[Lost, Shortfall]]:
        """Yield each loss that leaves too little, and its shortfall, once where several leave the same."""
        tried = set()
        for lost in events:
            left = is_open.copy()
            left[lost] = False
            if left.tobytes() not in tried:
                tried.add(left.tobytes())
                short = self.shortfall(left)
                if self.missing(short):
                    yield lost, short

    def missing(self, short: Shortfall) -> float:
        """Return the MW by which what is left serves less than it must; 0 within tolerance."""
        missing = self.least - (float(self.demand.sum()) - short.mw)
        return missing if missing > TOLERANCE * max(1.0, self.least) else 0.0

    def held(self, proof: Mask) -> Floats:
        """Return the most that each site, if it is left, can serve of the customers of a proof. Shape (sites,)."""
        return np.minimum(self.capacity, self.demand[proof] @ self.reach[proof])

    def needed(self, proof: Mask) -> float:
        """Return the MW of the customers of a proof that must be served after each loss."""
        return self.least - float(self.demand[~proof].sum())


def emergency_pairs(problem: Problem, at_most_ms: float | None) -> Mask:
    """Return which pairs may be used in an emergency: those that law allows, within its own limit of latency.

    Shape (customers, sites).
    """
    reach: Mask = np.isfinite(problem.data["service_cost"].values)
    for rule in problem.all_rules:
        if rule.holds_in_emergency:
            forbids = rule.forbids(problem)
            if forbids is not None:
                reach &= ~forbids
    if at_most_ms is not None:
        reach &= problem.data["latency"].values <= at_most_ms
    return reach


def loss_rows(rule: str, way: Rerouting, proof: Mask, losses: Iterable[Lost]) -> Iterator[Rows]:
    """Yield, for each loss, the row that the open sites that are left hold what the customers of a proof need."""
    held, needed = way.held(proof), way.needed(proof)
    for lost in losses:
        value = np.minimum(held, needed) / needed
        value[lost] = 0.0
        sites = np.flatnonzero(value)
        if len(sites):
            yield row(rule, sites, value[sites], lower=1.0 - TOLERANCE / 2)
        else:
            yield impossible_row(rule)


def count_rows(rule: str, way: Rerouting, proof: Mask, lost: int) -> Iterator[Rows]:
    """Yield rows on how many sites must be open where at least the `lost` largest of them, whichever they are, fail."""
    needed = way.needed(proof)
    # A rule counts as kept within tolerance.
    yield from rounded_rows(rule, way.held(proof), needed * (1 - TOLERANCE), lost)


def _max_flow(reach: Mask, demand: Floats, capacity: Floats) -> tuple[Floats, Mask]:
    """Return the demand left over by a maximum flow, and the kinds of customers on its side of the least cut.

    Augmenting paths, shortest first (Edmonds, Karp, Journal of the ACM 19, 1972).
    """
    dust = 1e-12 * max(1.0, float(demand.sum()))
    flow = np.zeros(reach.shape)
    unmet, room = demand.copy(), np.minimum(capacity, demand.sum())
    for site in np.argsort(room, kind="stable"):
        # A first flow; those that reach few sites go first.
        users = np.flatnonzero(reach[:, site])
        for user in users[np.argsort(reach[users].sum(axis=1), kind="stable")]:
            step = min(unmet[user], room[site])
            flow[user, site] += step
            unmet[user] -= step
            room[site] -= step
    while True:
        seen = unmet > dust
        found = np.zeros(reach.shape[1], dtype=bool)
        from_kind = np.full(reach.shape[1], -1)
        from_site = np.full(reach.shape[0], -1)
        front, end = np.flatnonzero(seen), -1
        while len(front) and end < 0:
            new = np.flatnonzero(reach[front].any(axis=0) & ~found)
            from_kind[new] = front[np.argmax(reach[np.ix_(front, new)], axis=0)] if len(new) else -1
            found[new] = True
            ends = new[room[new] > dust]
            if len(ends):
                end = int(ends[0])
                break
            back = np.flatnonzero((flow[:, new] > dust).any(axis=1) & ~seen) if len(new) else new
            if len(back):
                from_site[back] = new[np.argmax(flow[np.ix_(back, new)], axis=1)]
            seen[back] = True
            front = back
        if end < 0:
            return np.where(unmet > dust, unmet, 0.0), seen
        path, at = [], end
        while at >= 0:
            k = int(from_kind[at])
            path.append((k, at))
            at = int(from_site[k])
        first = path[-1][0]
        step = min(room[end], unmet[first], *(flow[k, from_site[k]] for k, _ in path[:-1]))
        unmet[first] -= step
        room[end] -= step
        for k, into in path:
            flow[k, into] += step
            if from_site[k] >= 0:
                flow[k, from_site[k]] -= step
