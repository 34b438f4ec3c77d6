"""The root of the tree: prices by the volume algorithm, and open sets rounded from its choices."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.capacitated.descent import descend
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent, Mask
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance

# Steps between two looks at the clock, and at most; the end comes when `PATIENCE` rounds gain less than
# `WORTH` of the gap.
ROUND, MOST, PATIENCE, WORTH = 50, 1500, 3, 0.01
# Pairs that a thread goes through in some tenths of a second.
PAIRS = 50_000_000


def first_prices(instance: CapacitatedInstance) -> NDArray[np.float64]:
    """Start at what each customer's cheapest site costs: its service, and a share of the fixed cost at full load."""
    near, demand = instance.near, instance.demand
    share = np.maximum(instance.sites.fixed, 0.0) / np.maximum(instance.capacity, 1e-12)
    customer = np.repeat(np.arange(len(demand)), np.diff(near.start))
    whole = near.cost + share[near.site] * demand[customer]
    u = np.full(len(demand), np.inf)
    np.minimum.at(u, customer, whole)
    return np.where(np.isfinite(u), np.minimum(u, near.top), 0.0)


def rounded(instance: CapacitatedInstance, y: NDArray[np.float64], state: NDArray[np.int8]) -> Mask:
    """Return the sites that are chosen most: those half open, and more until they hold the demand."""
    m = instance.n_sites
    share = np.where(state[:m] == 1, 2.0, np.where(state[:m] == 0, -1.0, y[:m]))
    order = np.argsort(-share, kind="stable")
    order = order[share[order] >= 0]
    held = np.cumsum(instance.capacity[order])
    enough = int(np.searchsorted(held, instance.need)) + 1
    wanted = max(int((share > 0.5).sum()), enough, instance.sites.low)
    out = np.zeros(m, dtype=bool)
    out[order[: min(wanted, max(instance.sites.high, enough))]] = True
    return out


def round_choice(instance: CapacitatedInstance, best: Incumbent, point: Point, seed: int) -> None:
    """Search from the sites that are chosen most, and from a draw of as many as are chosen on average."""
    if point.y is None:
        return
    m = instance.n_sites
    share = point.y[:m]
    within = share > 0.01
    descend(best, rounded(instance, point.y, point.state), within)
    if best.stop():
        return
    drawn = np.random.default_rng(seed).random(m) < share
    y = np.where(drawn, 1.0 + share, share)
    descend(best, rounded(instance, y, point.state), within)


def climb(
    instance: CapacitatedInstance,
    best: Incumbent,
    point: Point,
    *,
    seed: int,
    report: Callable[[float], None],
    stop: Callable[[], bool],
) -> None:
    """Raise the bound of a point until it proves the incumbent or gains little more."""
    history: list[float] = []
    steps = int(np.clip(PAIRS // (1 + len(instance.near.site)), 1, ROUND))
    for k in range(MOST // ROUND):
        # A target below the optimum would hold the prices back: aim a hair above the incumbent.
        goal = best.value if np.isfinite(best.value) else point.value + 0.1 * abs(point.value) + 1.0
        if not np.isfinite(goal):
            goal = instance.sites.big
        goal += 5e-4 * abs(goal)
        value = point.value
        for _ in range(0, ROUND, steps):
            if stop():
                return
            # Nothing is decided here, so that the bound is one of the prices alone, which anyone can recompute.
            value = raise_bound(instance, point, steps=steps, cutoff=np.inf, target=goal, factor=1.0)
            report(value)
            if value > best.cutoff:
                return
        # Before, the averages say little, and a search from there is long.
        if k % 6 == 3:
            round_choice(instance, best, point, seed + k)
        history.append(value)
        gain = history[-1] - history[-1 - PATIENCE] if len(history) > PATIENCE else np.inf
        left = best.value - value if np.isfinite(best.value) else 1e-2 * abs(value)
        if k > 4 and gain < WORTH * left:
            break
    round_choice(instance, best, point, seed + 999)
