r"""Prices that raise the bound of one node: the volume algorithm on the checker's own Lagrangian.

Steps along an average of the slopes, while the same average of the choices of sites nears a solution of the linear
program, and says which site is in doubt (Barahona, Anbil, Mathematical Programming 87, 2000). Only the sites that are
not closed are looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels.knapsack import Knapsack, knapsack
from sitewright.optimizer.verify.decisions import Decisions
from sitewright.optimizer.verify.node import Nodes
from sitewright.optimizer.verify.site_choice import choose, with_fees

Floats = NDArray[np.float64]

# Steps without a gain after which steps get shorter, and by how much; longer after a gain in the right direction.
PATIENCE, SHORTER, LONGER = 8, 0.66, 1.1
# Weight of a new slope in the average, at most and at least.
NEW, OLD = 0.1, 0.01


@dataclass(eq=False)
class Prices:
    """Of the customers and of the rows, the bound they give, and the averaged choice of sites."""

    customer: Floats  # (customers,), EUR/yr
    row: Floats  # (rows,), EUR/yr a unit, none negative
    value: float = -np.inf
    choice: Floats | None = None  # (sites,)


class Ascent:
    """One node: its sites that may be open, and what a step costs."""

    def __init__(self, nodes: Nodes, decisions: Decisions) -> None:
        self.nodes = nodes
        self.sites = np.flatnonzero(~decisions.closed)
        self.kept = nodes.kept.decided(decisions.forced, decisions.closed)
        self.cost = np.ascontiguousarray(nodes.cost[:, self.sites])
        self.weights = [np.ascontiguousarray(weight[:, self.sites]) for weight in nodes.weights]
        self.demand, self.capacity = nodes.facts.demand, nodes.capacity[self.sites]
        self.of_rows = nodes.row_matrix[:, self.sites]
        self.fixed = nodes.fixed + nodes.site_fee
        self.scale = np.concatenate([_spread(self.cost), self._row_scale()])

    def _row_scale(self) -> Floats:
        """Return how far the price of each row moves where that of a customer moves by its spread.

        A site's cost is paid by all its customers together, and the price of a row is of the size of a site's cost.
        """
        n = len(self.demand)
        spread = float(_spread(self.cost).mean())
        n_open = max(1, min(self.kept.at_most, len(self.sites) // 5))
        of_sites = [spread * n / n_open / max(1e-12, float(np.abs(row.of_site).max())) for row in self.nodes.priced]
        of_pairs = [spread * n / max(1e-12, float(np.abs(weight).max(axis=1).sum())) for weight in self.nodes.weights]
        return np.array([*of_sites, *of_pairs])

    def evaluate(self, customer: Floats, row: Floats) -> tuple[float, Floats, Floats]:
        """Return the bound of prices, its slope in each price, shape (prices,), and the sites it chooses, (sites,)."""
        n_rows = len(self.of_rows)
        lam, mu = row[:n_rows], row[n_rows:]
        cost = self.cost
        for price, weight in zip(mu, self.weights, strict=True):
            cost = cost + price * weight if price > 0 else cost
        packed = knapsack(cost, customer, self.demand, self.capacity, threads=1)
        each = np.zeros(len(self.fixed))
        each[self.sites] = self.fixed[self.sites] + packed.value + lam @ self.of_rows
        each = with_fees(each, self.kept)
        taken = choose(each, self.kept)
        value = float(customer.sum() - row @ self.nodes.limits + each[taken].sum())
        where = np.searchsorted(self.sites, taken)
        share = self._shares(cost, customer, packed, where)
        slope = np.concatenate(
            [
                1.0 - share.sum(axis=1),
                self.of_rows[:, where].sum(axis=1) - self.nodes.limits[:n_rows],
                [float((weight[:, where] * share).sum()) for weight in self.weights] - self.nodes.limits[n_rows:],
            ]
        )
        chosen = np.zeros(len(self.fixed))
        chosen[taken] = 1.0
        return value, slope, chosen

    def _shares(self, cost: Floats, customer: Floats, packed: Knapsack, where: NDArray[np.int64]) -> Floats:
        """Return how much of each customer the sites taken serve. Shape (customers, sites taken)."""
        saving = customer[:, None] - cost[:, where]
        price, last, part = packed.price[where], packed.last[where], packed.part[where]
        share: Floats = (saving > price * self.demand[:, None]).astype(np.float64)
        full = np.flatnonzero(last >= 0)
        share[last[full], full] = part[full]
        return share

    def climb(self, start: Prices, target: float, *, steps: int, stop: Callable[[], bool]) -> Prices:
        """Return better prices after so many steps, or fewer if the bound passes `target` or `stop` says so."""
        n = len(start.customer)
        stranded = np.flatnonzero(~np.isfinite(self.cost).any(axis=1))
        if len(stranded):
            # Nobody may serve it: whatever price it is asked, no plan is cheaper.
            customer = start.customer.copy()
            customer[stranded[0]] += 1.0 + 10 * abs(target) + abs(start.value if np.isfinite(start.value) else 0.0)
            return Prices(customer, start.row, np.inf, start.choice)
        at = np.concatenate([start.customer, start.row])
        best, slope, choice = self.evaluate(at[:n], at[n:])
        average, y = slope.copy(), choice.copy()
        factor, failed = 0.5, 0
        square = self.scale**2
        for _ in range(steps):
            if best > target or stop():
                break
            # A row without a price that is kept with room to spare moves nowhere.
            move = np.where((at <= 0) & (average < 0) & (np.arange(len(at)) >= n), 0.0, average)
            norm = float(square @ (move * move))
            if norm <= 0:
                break
            goal = target + 5e-4 * abs(target)
            there = at + factor * (goal - best) / norm * square * move
            there[n:] = np.maximum(there[n:], 0.0)
            value, slope, choice = self.evaluate(there[:n], there[n:])
            weight = _weight(average, slope, square)
            if value > best + 1e-9 * abs(best):
                factor = min(2.0, factor * LONGER) if float(square @ (slope * average)) > 0 else factor
                at, best, failed = there, value, 0
            else:
                failed += 1
                if failed % PATIENCE == 0:
                    factor *= SHORTER
            average = weight * slope + (1 - weight) * average
            y = weight * choice + (1 - weight) * y
        return Prices(at[:n], at[n:], best, y)


def _weight(average: Floats, slope: Floats, square: Floats) -> float:
    """Return the weight of a new slope that makes the average shortest, within limits."""
    apart = slope - average
    size = float(square @ (apart * apart))
    if size <= 0:
        return NEW
    return float(np.clip(-float(square @ (average * apart)) / size, OLD, NEW))


def _spread(cost: Floats) -> Floats:
    """Return how far apart each customer's near sites are, at least a thousandth of the mean. Shape (customers,)."""
    k = min(10, cost.shape[1])
    near = np.partition(cost, k - 1, axis=1)[:, :k]
    least = near.min(axis=1)
    spread: Floats = np.where(np.isfinite(near), near, least[:, None]).max(axis=1) - np.where(
        np.isfinite(least), least, 0.0
    )
    return np.maximum(spread, 1e-3 * max(float(spread.mean()), 1e-9))
