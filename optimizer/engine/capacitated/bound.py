"""One point of the Lagrangian: prices, what they bound, and which columns are decided where they hold."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import relaxation
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.uncapacitated.relaxation import forget, propagate

# The step factor of a point that has not been raised before, or begins anew; most that a step weighs in its averages.
PACE, WEIGHT = 0.3, 0.1
# Pairs that a thread goes through in some tenths of a second.
PAIRS = 50_000_000
# How far the price of a cut moves, by what moves a customer's mean MW as far.
CUT = 0.05


@dataclass(eq=False)
class Point:
    """Prices and decisions that `raise_bound` improves in place."""

    u: NDArray[np.float64]  # (customers,)
    lam: NDArray[np.float64]  # (rows and cuts,)
    state: NDArray[np.int8]  # (columns,)
    value: float = -np.inf  # the best bound so far
    y: NDArray[np.float64] | None = None  # (columns,): the averaged choice
    rho: NDArray[np.float64] | None = None  # (columns,): cost of each under the prices
    pace: NDArray[np.float64] | None = None  # see `relaxation.volume`
    slopes: NDArray[np.float64] | None = None  # (customers, rows and cuts,): averaged
    # (sites, customers): the averaged choice of pairs, unless empty
    x: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))

    def child(self, column: int, decided: int) -> "Point":
        """Return the same prices with one more column decided."""
        state = self.state.copy()
        state[column] = decided
        return Point(self.u.copy(), self.lam.copy(), state, self.value)

    def begin_anew(self) -> None:
        """Forget the averages and the length of the steps, but not the prices."""
        if self.pace is not None:
            self.pace[:2] = PACE, -WEIGHT


def steps_at_once(instance: CapacitatedInstance, most: int) -> int:
    """Return how many steps may go by between two looks at the clock, `most` at most."""
    return int(np.clip(PAIRS // (1 + len(instance.near.site)), 1, most))


def raise_bound(
    instance: CapacitatedInstance,
    point: Point,
    *,
    steps: int,
    cutoff: float,
    target: float,
    factor: float = PACE,
    weight: float = WEIGHT,
) -> float:
    """Improve a point by so many steps of the volume algorithm, going on where it stopped; return its bound.

    A point that has not been raised before begins with the step factor, and with averages that give a step so much
    weight at most.
    """
    sites = instance.sites
    if point.y is None:
        m = len(sites.price)
        point.y, point.rho = np.zeros(m), np.zeros(m)
        point.slopes = np.zeros(len(point.u) + len(point.lam))
        point.pace = np.array([factor, -weight, 0.0])
    assert point.slopes is not None
    if not propagate(sites.row_arrays, point.state, sites.n_sites, sites.low, sites.high):
        point.value = np.inf
        return np.inf
    forget(instance.row_arrays, point.state, point.lam[: len(instance.rows)])
    with instance.workplaces.one() as work:
        value, decided = relaxation.volume(
            instance.problem,
            instance.row_arrays,
            instance.cut_arrays,
            price_scale(instance),
            instance.near.top,
            instance.shared,
            cutoff,
            target,
            steps,
            point.state,
            point.u,
            point.lam,
            (point.slopes, point.y, point.x),
            point.rho,
            point.pace,
            work,
        )
    if decided and not propagate(sites.row_arrays, point.state, sites.n_sites, sites.low, sites.high):
        value = np.inf
    point.value = max(point.value, float(value))
    return point.value


def price_scale(instance: CapacitatedInstance) -> NDArray[np.float64]:
    """Return how far the prices move where that of a customer moves by 1. Shape (customers, rows and cuts,)."""
    n, rows = len(instance.demand), len(instance.rows)
    out = np.concatenate([instance.near.scale, np.full(instance.n_prices, row_scale(instance))])
    if len(instance.cuts):
        # A cut is in MW, and moves the costs of all its customers.
        out[n + rows :] = CUT / float(instance.demand[instance.demand > 0].mean()) ** 2
    return out


def row_scale(instance: CapacitatedInstance) -> float:
    """Return how far the price of a row moves where that of a customer moves by 1.

    A site's fixed cost is paid by all its customers together, and a row's price is of the size of a fixed cost.
    """
    return max(1.0, len(instance.demand) / max(1, min(instance.sites.high, instance.n_sites // 5)))


def plain_bound(instance: CapacitatedInstance, u: NDArray[np.float64], *, slack: float) -> float:
    """Return the bound of prices u alone at the root, without prices of the site rules: what the checker recomputes.

    `slack` is the part of the need that the checker lets a plan fall short of.
    """
    sites = instance.sites
    m, none = len(sites.price), np.zeros(instance.n_prices)
    with instance.workplaces.one() as work:
        value, _ = relaxation.evaluate(
            (instance.near.arrays, instance.demand, instance.capacity, instance.need * (1 - slack), sites.price),
            instance.row_arrays,
            instance.cut_arrays,
            np.minimum(u, instance.near.top),
            none,
            sites.state,
            work,
            np.empty(m),
            np.zeros(m),
        )
    return float(value)
