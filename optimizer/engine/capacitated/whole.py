r"""The Lagrangian bound where each customer has one site: a 0-1 knapsack a site, by dynamic programming.

As in `relaxation`, with :math:`v_j` over whole customers, so that the bound is at least that of shared demand, and with
what each pair would change: :math:`v_j` with i taken, and without i, from the tables of the customers before i and
after i (Toth, Computing 25, 1980; the use of both as in Holmberg, Ronnqvist, Yuan, European Journal of Operational
Research 113, 1999). MW are counted in grains of a site's capacity, demands rounded down: what fits still fits, so that
a rounded knapsack is worth no less, and the bound holds.
"""

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import relaxation
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.reduced import Reduced, row_prices

CLOSED = 0
# Most grains of a site's capacity; steps at most, and after how many without a gain they become shorter.
GRAINS, MOST, PATIENCE = 20_000, 1000, 10
# A step aims no higher than this part above the bound: a target far off throws the prices about.
NEAR = 0.02
# Entries of all tables together beyond which a step takes too long.
ENTRIES = 50_000_000

Floats = NDArray[np.float64]

_FAST = {"nogil": True, "cache": True}


@njit(**_FAST)
def tables(saving, weight, room, best):  # type: ignore[no-untyped-def]
    """Fill best[k, c] with the most saved by the first k items within c grains."""
    best[0, : room + 1] = 0.0
    for k in range(len(saving)):
        w, s = weight[k], saving[k]
        for c in range(room + 1):
            x = best[k, c]
            if c >= w and best[k, c - w] + s > x:
                x = best[k, c - w] + s
            best[k + 1, c] = x


@njit(**_FAST)
def gather(j, cost, u, grains, room, who, saving, weight):  # type: ignore[no-untyped-def]
    """List the customers that site j saves with; return (how many, their grains)."""
    k, total = 0, 0
    for i in range(len(u)):
        s = u[i] - cost[i, j]
        if s > 0.0 and grains[i, j] <= room:
            who[k], saving[k], weight[k] = i, s, grains[i, j]
            total += grains[i, j]
            k += 1
    return k, total


@njit(**_FAST)
def pack(cost, grains, room, u, state, best, value, taken):  # type: ignore[no-untyped-def]
    """Fill in what each site saves at most, and whom it takes for that."""
    n, m = cost.shape
    who, saving, weight = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    value[:] = 0.0
    taken[:] = False
    for j in range(m):
        if state[j] == CLOSED:
            continue
        k, total = gather(j, cost, u, grains, room[j], who, saving, weight)
        if total <= room[j]:
            for a in range(k):
                value[j] += saving[a]
                taken[j, who[a]] = True
            continue
        tables(saving[:k], weight[:k], room[j], best)
        c = room[j]
        value[j] = best[k, c]
        for a in range(k - 1, -1, -1):
            if best[a + 1, c] > best[a, c]:
                taken[j, who[a]] = True
                c -= weight[a]


@njit(**_FAST)
def with_and_without(cost, grains, room, u, state, taking, leaving):  # type: ignore[no-untyped-def]
    """Fill in by how much each site's knapsack costs more if it takes a customer, and if it leaves it."""
    n, m = cost.shape
    who, saving, weight = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for j in range(m):
        taking[:, j] = np.inf
        leaving[:, j] = 0.0
        if state[j] == CLOSED:
            continue
        k, _total = gather(j, cost, u, grains, room[j], who, saving, weight)
        q = room[j]
        place[:] = -1
        for a in range(k):
            place[who[a]] = a
        ahead, behind = np.empty((k + 1, q + 1)), np.empty((k + 1, q + 1))
        tables(saving[:k], weight[:k], q, ahead)
        tables(saving[:k][::-1], weight[:k][::-1], q, behind)
        whole = ahead[k, q]
        for i in range(n):
            if cost[i, j] == np.inf or grains[i, j] > q:
                continue
            a, w = place[i], grains[i, j]
            s = u[i] - cost[i, j]
            if a < 0:
                taking[i, j] = max(0.0, whole - s - ahead[k, q - w])
                continue
            rest = k - 1 - a
            more, less = 0.0, 0.0
            for c in range(q + 1):
                x = ahead[a, c]
                less = max(less, x + behind[rest, q - c])
                if c <= q - w:
                    more = max(more, x + behind[rest, q - w - c])
            taking[i, j] = max(0.0, whole - s - more)
            leaving[i, j] = max(0.0, whole - less)


def countable(a: CapacitatedInstance) -> bool:
    """Return whether tables of every site are small enough to be made some thousand times."""
    return len(a.demand) * int(_grains(a)[1].sum()) <= ENTRIES


class _Bound:
    """The bound at any prices, with the prices of the site rules as they are."""

    def __init__(self, a: CapacitatedInstance, point: Point, cost: Floats) -> None:
        self.a, self.cost, self.state = a, cost, point.state.copy()
        self.grains, self.room = _grains(a)
        rows, lam = a.rows, point.lam
        self.extra = row_prices(a, lam)
        self.offset = -float(sum(x * (rows.upper[r] if x > 0 else rows.lower[r]) for r, x in enumerate(lam) if x))
        n, m = cost.shape
        self._best = np.empty((n + 1, int(self.room.max()) + 1))
        self._value, self._taken, self._pick = np.empty(m), np.empty((m, n), np.bool_), np.zeros(len(self.extra))

    def at(self, u: Floats) -> tuple[float, float, Floats, Floats]:
        """Return the bound, the price of a MW held, the cost of each column, and one less how often each is served."""
        a, m = self.a, self.a.n_sites
        pack(self.cost, self.grains, self.room, u, self.state, self._best, self._value, self._taken)
        rho = a.sites.price + self.extra
        rho[:m] -= self._value
        order, spare = np.empty(m, np.int64), np.empty(m)
        value, pi = relaxation.choose(rho, self.state, a.capacity, a.need, order, spare, self._pick)
        return float(u.sum() + value) + self.offset, float(pi), rho, 1.0 - self._pick[:m] @ self._taken

    def climb(self, u: Floats, *, cutoff: float, target: float, stop: Callable[[], bool]) -> tuple[float, Floats]:
        """Return the best bound from prices u on, and its prices; sites are decided as the cut-off allows."""
        a = self.a
        if not relaxation.hold(a.capacity, a.need, self.state):
            return np.inf, u
        best, pi, rho, g = self.at(u)
        v, factor, stalled = g, 0.5, 0
        for _ in range(MOST):
            relaxation.fix(best, rho, pi, a.capacity, self.state, cutoff)
            norm = float(v @ v)
            if norm < 1e-12 or best > cutoff or factor < 1e-3 or stop():
                break
            goal = min(target, best + NEAR * max(1.0, abs(best)))
            t = u + factor * (goal - best) / norm * v
            value, its_pi, its_rho, g = self.at(t)
            both = float(v @ g)
            if value > best:
                best, u, pi, rho, stalled = value, t, its_pi, its_rho, 0
                factor = min(1.2 * factor, 2.0) if both > 0 else factor
                if best == np.inf:
                    break
            else:
                stalled += 1
                if stalled == PATIENCE:
                    factor, stalled = 0.66 * factor, 0
            # The weight that makes the average shortest, within limits.
            spread = norm - 2 * both + float(g @ g)
            weight = min(max((norm - both) / spread, 0.02), 0.3) if spread > 1e-12 else 0.3
            v = weight * g + (1 - weight) * v
        return best, u


def whole_costs(
    a: CapacitatedInstance,
    point: Point,
    cost: Floats,
    *,
    cutoff: float,
    target: float,
    stop: Callable[[], bool] = lambda: False,
) -> Reduced:
    """Raise the bound from a point's prices, and return the reduced costs at the best.

    `cost`, shape (customers, sites), has +inf for pairs that no plan below the cut-off uses.
    """
    run, m = _Bound(a, point, cost), a.n_sites
    value, u = run.climb(point.u.copy(), cutoff=cutoff, target=target, stop=stop)
    if value < np.inf:
        value, pi, rho, _ = run.at(u)
    if value == np.inf:
        none = np.full(len(a.sites.price), np.inf)
        return Reduced(np.inf, run.state[:m].copy(), none[:m], np.full(cost.shape, np.inf), none, 0.0)
    state, taking, leaving = run.state, np.empty(cost.shape), np.empty(cost.shape)
    with_and_without(cost, run.grains, run.room, u, state, taking, leaving)
    site, is_open = rho[:m] - pi * a.capacity, state[:m] == 1
    # A site that is open in any case can lose all of what it gains.
    lost = np.where(is_open, leaving, np.minimum(np.maximum(-site, 0.0)[None], leaving))
    others = lost.sum(axis=1)[:, None] - lost
    pair = np.where(is_open, 0.0, np.maximum(site, 0.0))[None] + taking + others
    return Reduced(value, state[:m].copy(), site, pair, rho - run.extra, float(u.sum()))


def _grains(a: CapacitatedInstance) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the grains of each customer at each site and of each site; whole MW are kept where they are few."""
    mw = np.all(a.demand % 1 == 0) and np.all(a.capacity % 1 == 0)
    size = np.where(mw & (a.capacity <= GRAINS), 1.0, np.maximum(a.capacity, 1e-12) / GRAINS)
    # A hair more room and less need: rounding must not keep out what fits.
    room = np.floor(a.capacity / size * (1 + 1e-9) + 1e-9).astype(np.int64)
    grains = np.floor(a.demand[:, None] / size[None] * (1 - 1e-9) + (1e-9 if mw else 0.0))
    return np.minimum(grains, room.max() + 1).astype(np.int64), room
