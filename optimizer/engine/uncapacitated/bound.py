"""One point of the Lagrangian: prices, what they bound, and which columns are decided where they hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated import relaxation
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix


@dataclass(eq=False)
class Point:
    """Prices and decisions that `raise_bound` improves in place."""

    u: NDArray[np.float64]  # (customers,)
    lam: NDArray[np.float64]  # (rows,)
    state: NDArray[np.int8]  # (columns,)
    value: float = -np.inf  # the best bound so far
    here: float = -np.inf  # the bound of these very prices, which `rho` and reduced costs belong to
    y: NDArray[np.float64] | None = None  # (columns,): the averaged choice
    rho: NDArray[np.float64] | None = None  # (columns,): cost of each under the prices
    pace: NDArray[np.float64] | None = None  # see `relaxation.volume`
    slopes: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    ends: NDArray[np.int64] | None = None  # (customers,): where the rows end; all of them if None

    def child(self, column: int, decided: int) -> "Point":
        """Return the same prices with one more column decided."""
        state = self.state.copy()
        state[column] = decided
        ends = None if self.ends is None else self.ends.copy()
        return Point(self.u.copy(), self.lam.copy(), state, self.value, ends=ends)


def raise_bound(
    instance: Instance, prefix: Prefix, point: Point, *, steps: int, cutoff: float, target: float, factor: float = 0.3
) -> float:
    """Improve a point by so many steps of the volume algorithm, going on where it stopped; return its bound."""
    if point.y is None:
        m = len(instance.price)
        point.y, point.rho = np.zeros(m), np.zeros(m)
        point.slopes = np.zeros(len(point.u)), np.zeros(len(point.lam))
        point.pace = np.array([factor, *[0.0] * 7])
    assert point.slopes is not None
    value = relaxation.volume(
        *prefix.arrays,
        prefix.top,
        prefix.start[1:] if point.ends is None else point.ends,
        prefix.scale,
        np.full(len(point.lam), row_scale(instance)),
        instance.row_arrays,
        instance.price,
        instance.n_sites,
        instance.low,
        instance.high,
        cutoff,
        target,
        steps,
        point.state,
        point.u,
        point.lam,
        *point.slopes,
        point.y,
        point.rho,
        point.pace,
    )
    point.here = float(value)
    point.value = max(point.value, point.here)
    return point.value


def row_scale(instance: Instance) -> float:
    """Return how far the price of a row moves where that of a customer moves by 1.

    A site's fixed cost is paid by all its customers together, and a row's price is of the size of a fixed cost.
    """
    n_open = max(1, min(instance.high, instance.n_sites // 20))
    return max(1.0, len(instance.cost) / n_open)


def extras(instance: Instance, point: Point) -> NDArray[np.float64]:
    """Return by how much the bound rises at least if a plan opens the column. Shape (columns,)."""
    assert point.rho is not None and point.pace is not None
    count, worst, after = int(point.pace[2]), float(point.pace[3]), float(point.pace[4])
    rho, m = point.rho, instance.n_sites
    out: NDArray[np.float64] = np.maximum(rho, 0.0)
    if count == instance.high or (count == instance.low and worst > 0):
        out[:m] = np.maximum(rho[:m] - worst, 0.0) if np.isfinite(worst) else out[:m]
    elif count == instance.low and after < np.inf:
        pass  # an opened site comes on top of those taken
    out[point.state == 1] = 0.0
    return out


def shorten_rows(instance: Instance, prefix: Prefix, point: Point, cutoff: float) -> None:
    """Cut off the rows of a point, for good, where no plan below the cut-off serves a customer from so far.

    A plan that serves i from j costs at least :math:`L + c_{ij} - u_i`, and what opening j adds. `prefix` must hold
    all that such plans may use (`live_pairs`).
    """
    if point.ends is None:
        point.ends = prefix.start[1:].copy()
    room = cutoff - point.here - extras(instance, point)[: instance.n_sites]
    relaxation.cut_off(*prefix.arrays, point.u, point.state, room, point.ends)


def plain_bound(instance: Instance, prefix: Prefix, u: NDArray[np.float64]) -> float:
    """Return the bound of prices u alone at the root, without prices of the site rules: what the checker recomputes."""
    m = len(instance.price)
    rho, pick, end = np.empty(m), np.zeros(m, np.int8), np.empty(len(u), np.int64)
    lam = np.zeros(len(instance.rows))
    state = np.where(instance.state == 0, 0, -1).astype(np.int8)
    state[: instance.n_sites][instance.plain.forced] = 1
    found: Any = relaxation.evaluate(
        *prefix.arrays,
        prefix.start[1:],
        instance.row_arrays,
        instance.price,
        u,
        lam,
        state,
        instance.n_sites,
        instance.plain.low,
        instance.plain.high,
        rho,
        end,
        pick,
    )
    return float(found[0])
