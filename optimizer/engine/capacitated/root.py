"""The root of the tree: prices by the volume algorithm, and open sets rounded from its choices."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound, steps_at_once
from sitewright.optimizer.engine.capacitated.descent import ANY, LIKELY, descend
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent, Mask
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance

# Steps between two looks at the clock, and at most. A climb ends where `PATIENCE` rounds gain less than `WORTH` of the
# gap, or `SETTLED` of the bound while there is no plan.
ROUND, MOST, PATIENCE, WORTH, SETTLED = 50, 3000, 3, 0.01, 1e-5
# By so much of the bound a climb aims higher while there is no plan: a target far off ends in steps that gain nothing.
AIM = 0.005
# Sets of sites drawn by the averaged choice where plans of whole customers are looked for.
DRAWS = 4
# Pairs up to which the sites chosen so far are served within a second or so.
SOON_SERVED = 1_000_000


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
    """Search from the sites that are chosen most; where open sets are packed, from draws of as many as well."""
    if point.y is None:
        return
    share, rng = point.y[: instance.n_sites], np.random.default_rng(seed)
    descend(best, rounded(instance, point.y, point.state), share > LIKELY, share > ANY)
    for _ in range(DRAWS if best.look is not None else 0):
        if best.stop():
            return
        drawn = rng.random(len(share)) < share
        descend(best, rounded(instance, np.where(drawn, 1.0 + share, share), point.state), share > ANY)


def climb(
    instance: CapacitatedInstance,
    best: Incumbent,
    point: Point,
    *,
    seed: int,
    report: Callable[[float], None],
    stop: Callable[[], bool],
) -> None:
    """Raise the bound of a point until it proves the incumbent or gains little more.

    A plan is looked for once the averages have settled: before, they say little, and a search from there is long. Then
    the climb begins anew from where it is, as long as that pays: steps that have become short may have stopped early. A
    climb that is stopped before there is a plan serves the sites chosen so far, if that does not take long.
    """
    history, searched, begun = [point.value], False, point.value
    steps = steps_at_once(instance, ROUND)
    for _ in range(MOST // ROUND):
        value = point.value
        # A target below the optimum would hold the prices back: aim a hair above the incumbent.
        goal = best.value + 5e-4 * abs(best.value)
        if not np.isfinite(goal):
            goal = value + AIM * abs(value) + 1.0 if np.isfinite(value) else instance.sites.big
        for _ in range(0, ROUND, steps):
            if stop():
                if not np.isfinite(best.value) and instance.unit.size <= SOON_SERVED:
                    round_choice(instance, best, point, seed)
                return
            # Nothing is decided here, so that the bound is one of the prices alone, which anyone can recompute.
            value = raise_bound(instance, point, steps=steps, cutoff=np.inf, target=goal, factor=1.0)
            report(value)
            if value > best.cutoff:
                return
        history.append(value)
        gain = value - history[-1 - PATIENCE] if len(history) > PATIENCE else np.inf
        left = best.value - value if np.isfinite(best.value) else 1e-2 * abs(value)
        if gain >= (WORTH * left if searched else SETTLED * abs(value)):
            continue
        if not searched:
            round_choice(instance, best, point, seed)
            searched = True
        elif value - begun < WORTH * left:
            break
        point.begin_anew()
        history, begun = [value], value
    if not searched or best.look is not None:
        round_choice(instance, best, point, seed + 1)
