r"""The Lagrangian bound where each customer has one site: a 0-1 knapsack a site, and one over the sites.

As in `relaxation`, with :math:`v_j` over whole customers and sites that open or do not, so that the bound is at least
that of shared demand, and with what each pair would change: :math:`v_j` with i taken, and without i, from the tables of
the customers before i and after i (Toth, Computing 25, 1980; the use of both as in Holmberg, Ronnqvist, Yuan, European
Journal of Operational Research 113, 1999). MW are counted in grains of a site's capacity, demands rounded down: what
fits still fits, so that a rounded knapsack is worth no less, and the bound holds. Over the sites, what they hold is
rounded down, and the excess that may be left out is rounded up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import knapsack
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.reduced import Reduced, row_prices

# Most grains of a site's capacity, and of what all sites hold beyond the demand.
GRAINS, BEYOND = 20_000, 200_000
# A step aims no higher than this part above the bound: a target far off throws the prices about.
NEAR = 0.001
# Steps to tell whether a number of sites needs a price, and how much higher they aim.
LOOK, AIM = 200, 0.02
# Entries of all tables together beyond which a step takes too long.
ENTRIES = 150_000_000

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Node:
    """Prices, decisions and pairs that `Whole` improves in place."""

    u: Floats  # (customers,)
    state: NDArray[np.int8]  # (columns,); see `relaxation`
    live: NDArray[np.bool_]  # (customers, sites): pairs that a plan below the cut-off may use
    value: float = -np.inf


def countable(a: CapacitatedInstance) -> bool:
    """Return whether tables of every site are small enough to be made some thousand times."""
    return len(a.demand) * int(_grains(a)[1].sum()) <= ENTRIES


class Whole:
    """The bound at any prices of customers, with the prices of the site rules as they are at a point."""

    def __init__(self, a: CapacitatedInstance, point: Point, cost: Floats) -> None:
        self.a, self.cost = a, cost
        self.grains, self.room = _grains(a)
        self.held, self.need = _held(a)
        self._size = max(len(cost), a.n_sites) + 1, int(max(self.room.max(), self.held.sum() - self.need, 0)) + 1
        self.price(point.lam)
        if len(a.rows) and point.lam[-1] < 0:
            # Sites that are counted whole may need no price of their number. At prices found with it, it seems so.
            free = point.lam.copy()
            free[-1] = 0.0
            if self._raised(free, point) >= self._raised(point.lam, point):
                self.price(free)

    def _raised(self, lam: Floats, point: Point) -> float:
        """Return the bound after some steps with prices of the site rules."""
        self.price(lam)
        node = Node(point.u.copy(), point.state.copy(), np.isfinite(self.cost))
        value = self.at(node)[0]
        if np.isfinite(value):
            self.climb(node, cutoff=np.inf, target=value + AIM * abs(value), steps=LOOK)
        return max(value, node.value)

    def price(self, lam: Floats) -> None:
        """Set the prices of the site rules."""
        self.extra, self.offset = self._paid(lam)
        a, none = self.a, lam.copy()
        self.unnumbered: tuple[Floats, float] | None = None
        if len(a.rows) and (a.sites.low > 1 or a.sites.high < a.n_sites):
            # The last row limits their number.
            self.below, none[-1] = bool(lam[-1] < 0), 0.0
            self.unnumbered = self._paid(none) if lam[-1] else None

    def _paid(self, lam: Floats) -> tuple[Floats, float]:
        """Return what the prices of the site rules add to each column, and to the bound."""
        rows = self.a.rows
        offset = -float(sum(x * (rows.upper[r] if x > 0 else rows.lower[r]) for r, x in enumerate(lam) if x))
        return row_prices(self.a, lam), offset

    def _priced(self, node: Node) -> tuple[Floats, float]:
        """Return the same, without the price of a number that a node keeps in any case: there it only costs."""
        if self.unnumbered is not None:
            sites, state = self.a.sites, node.state[: self.a.n_sites]
            if np.sum(state == 1) >= sites.low if self.below else np.sum(state != 0) <= sites.high:
                return self.unnumbered
        return self.extra, self.offset

    def usable(self, node: Node) -> Floats:
        """Return the costs of a node's pairs, +inf for others, shape (customers, sites), site by site in memory."""
        return np.asfortranarray(np.where(node.live, self.cost, np.inf))

    def at(self, node: Node) -> tuple[float, float, float, Floats]:
        """Return the bound, that with shares of sites, the price of a MW held by it, and the cost of each column."""
        a, cost = self.a, self.usable(node)
        rho, pick = np.empty(len(self.extra)), np.empty(len(self.extra))
        taken, line = np.empty(cost.shape[::-1], np.bool_), knapsack.first_line(*cost.shape)
        extra, offset = self._priced(node)
        price, table = a.sites.price + extra, np.empty(self._size)
        # Reduced costs tell nothing of a site that must be open, unless it is.
        knapsack.hold(self.held, self.need, node.state)
        value, shares, pi = knapsack.evaluate(
            cost, self.grains, self.room, self.held, self.need, price, node.u, node.state, table, rho, taken, pick, line
        )
        return float(value) + offset, float(shares) + offset, float(pi), rho

    def climb(self, node: Node, *, cutoff: float, target: float, steps: int) -> tuple[Floats, Floats]:
        """Raise a node's bound; return the averages of who is served from where, and of the columns chosen."""
        x, y = np.zeros(self.cost.shape[::-1]), np.zeros(len(self.extra))
        extra, offset = self._priced(node)
        value = offset + knapsack.climb(
            self.usable(node),
            self.grains,
            self.room,
            self.held,
            self.need,
            self.a.sites.price + extra,
            cutoff - offset,
            target - offset,
            NEAR,
            steps,
            node.state,
            node.u,
            x,
            y,
            np.empty(self._size),
        )
        node.value = max(node.value, float(value))
        return x, y

    def reduced(self, node: Node) -> Reduced:
        """Return the reduced costs at a node."""
        m = self.a.n_sites
        value, shares, pi, rho = self.at(node)
        state = node.state[:m]
        if value == np.inf:
            none = np.full(len(rho), np.inf)
            return Reduced(np.inf, state.copy(), none[:m], np.full(self.cost.shape, np.inf), none, 0.0)
        taking, leaving = np.empty(self.cost.shape), np.empty(self.cost.shape)
        knapsack.with_and_without(self.usable(node), self.grains, self.room, node.u, node.state, taking, leaving)
        site, is_open = rho[:m] - pi * self.held, state == 1
        # A site that is open in any case can lose all of what it gains.
        lost = np.where(is_open, leaving, np.minimum(np.maximum(-site, 0.0)[None], leaving))
        pair = np.where(is_open, 0.0, np.maximum(site, 0.0))[None] + taking + lost.sum(axis=1)[:, None] - lost
        # The price of a site is that of shares, the rest holds for whole sites, too.
        sure = np.where(is_open, leaving, 0.0)
        whole = taking + sure.sum(axis=1)[:, None] - sure
        below = value - shares
        pair = np.maximum(pair - below, whole)
        return Reduced(
            value,
            state.copy(),
            site - np.sign(site) * np.minimum(below, np.abs(site)),
            pair,
            rho - self._priced(node)[0],
            float(node.u.sum()),
        )


def _grains(a: CapacitatedInstance) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the grains of each customer at each site and of each site; whole MW are kept where they are few."""
    mw = _whole_mw(a)
    size = np.where(mw & (a.capacity <= GRAINS), 1.0, np.maximum(a.capacity, 1e-12) / GRAINS)
    # A hair more room and less need: rounding must not keep out what fits.
    room = np.floor(a.capacity / size * (1 + 1e-9) + 1e-9).astype(np.int64)
    grains = np.where((size == 1.0) & mw, a.demand[:, None], np.floor(a.demand[:, None] / size[None] * (1 - 1e-9)))
    return np.asfortranarray(np.minimum(grains, room.max() + 1).astype(np.int64)), room


def _held(a: CapacitatedInstance) -> tuple[NDArray[np.int64], int]:
    """Return the grains that each site holds, and those that the open ones must hold."""
    m, excess = a.n_sites, float(a.capacity.sum()) - a.need
    if _whole_mw(a) and excess <= BEYOND:
        return a.capacity.astype(np.int64), int(np.ceil(a.need * (1 - 1e-9)))
    size = max(excess, 1e-9 * a.need, 1e-12) / GRAINS
    # Rounding the sites down loses less than a grain each.
    return np.floor(a.capacity / size).astype(np.int64), int(np.floor(a.need / size * (1 - 1e-9))) - m


def _whole_mw(a: CapacitatedInstance) -> bool:
    return bool(np.all(a.demand % 1 == 0) and np.all(a.capacity % 1 == 0))
