"""The first branching, on the number of open sites: few numbers are worth a look, and each has a better bound.

Where the averaged choice opens 57.4 sites, a plan opens 57 or 58: what is half open all over the map has to come to a
whole number. Each number that may be better gets prices of its own, and so do all below and all beyond.
"""

from collections.abc import Callable

import numpy as np

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound, steps_at_once
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance

Part = tuple[CapacitatedInstance, Point]

# Steps for each number, and between two looks at what they bound; numbers on either side of the best plan's.
STEPS, ROUND, BESIDE = 400, 50, 2
# Pairs beyond which so many steps take minutes.
MOST_PAIRS = 10_000_000
# The nodes of a tree are taken to grow with this power of its gap.
POWER = 8


def by_number(instance: CapacitatedInstance, best: Incumbent, root: Point, *, stop: Callable[[], bool]) -> list[Part]:
    """Return the problem in parts, each of another number of sites, without those that cannot be better.

    It is returned whole where that promises no shorter proof, before there is a plan, and where it is very large.
    """
    whole = [(instance, root)]
    if not np.isfinite(best.value) or len(instance.near.site) > MOST_PAIRS:
        return whole
    parts, work = [], 0.0
    for low, high in numbers(instance, int(best.open.sum())):
        part, point = part_of(instance, root, low, high)
        if not may_be_better(part, best, point, stop):
            continue
        parts.append((part, point))
        work += ((best.value - point.value) / (best.value - root.value)) ** POWER
        if work >= 1.0 or stop():
            return whole
    return parts


def numbers(instance: CapacitatedInstance, middle: int) -> list[tuple[int, int]]:
    """Return the least and the largest number of each part, those around the best plan's first."""
    low, high = instance.sites.low, min(instance.sites.high, instance.n_sites)
    first, last = max(low, middle - BESIDE), min(high, middle + BESIDE)
    parts = [(number, number) for number in range(first, last + 1)]
    parts += [(low, first - 1)] if low < first else []
    parts += [(last + 1, high)] if last < high else []
    return sorted(parts, key=lambda part: min(abs(number - middle) for number in part))


def part_of(instance: CapacitatedInstance, root: Point, low: int, high: int) -> Part:
    """Return the problem of so many sites, and the root's prices there."""
    lam = np.insert(root.lam, len(instance.rows), 0.0)
    return instance.numbered(low, high), Point(root.u.copy(), lam, root.state.copy(), root.value)


def may_be_better(part: CapacitatedInstance, best: Incumbent, point: Point, stop: Callable[[], bool]) -> bool:
    """Raise the bound of a part; return False if it cannot be better than the best plan."""
    steps = steps_at_once(part, ROUND)
    for _ in range(0, STEPS, steps):
        if stop():
            break
        value = raise_bound(part, point, steps=steps, cutoff=best.cutoff, target=best.value, factor=1.0)
        if value > best.cutoff:
            return False
    return True
