"""Rounds of cuts at the root: what the averages of the pairs chosen miss is priced, until that gains little more."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound, steps_at_once
from sitewright.optimizer.engine.capacitated.flow_cover import flow_covers
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.root import round_choice

# Rounds at most, and steps of each; a round that gains less than this part of what all have gained is the last.
ROUNDS, STEPS, WORTH = 10, 200, 0.03
# By so much of the bound a round aims higher.
AIM = 0.001
# Part of the gap that cuts must close: each node takes longer with them.
KEPT = 0.2
# Pairs beyond which their averages take too much memory.
MOST_PAIRS = 20_000_000
# Steps between two looks at the clock, at most.
MOMENT = 50


def strengthen(
    instance: CapacitatedInstance,
    best: Incumbent,
    point: Point,
    *,
    seed: int,
    report: Callable[[float], None],
    stop: Callable[[], bool],
) -> CapacitatedInstance:
    """Return the instance with cuts, if these are worth it, and give the point the prices with theirs.

    Better averages lead to better plans: these are looked for in any case.
    """
    n, m, rows, begun = len(instance.demand), instance.n_sites, len(instance.rows), point.value
    if not instance.shared or n * m > MOST_PAIRS:
        return instance
    cut, lam, here = instance, point.lam, point
    for k in range(ROUNDS):
        here, before = Point(here.u.copy(), lam.copy(), point.state.copy(), here.value), here.value
        here.x = np.zeros((m, n), np.float32)
        if not _climb(cut, best, here, report=report, stop=stop):
            point.value = here.value
            return instance
        assert here.y is not None
        new = flow_covers(here.x, here.y[:m], instance.demand, instance.capacity)
        if k == ROUNDS - 1 or not len(new) or (k > 0 and here.value - before < WORTH * (here.value - begun)):
            break
        active = here.lam[rows:] > 0
        lam = np.concatenate([here.lam[:rows], here.lam[rows:][active], np.zeros(len(new))])
        cuts = cut.cuts.some(active).and_more(new)
        cut = replace(instance, cuts=cuts)
    if not len(cut.cuts):
        return instance
    round_choice(instance, best, here, seed)
    point.value = here.value
    if here.value - begun < KEPT * (best.value - begun):
        return instance
    active = here.lam[rows:] > 0
    point.u, point.lam, point.y = here.u, np.concatenate([here.lam[:rows], here.lam[rows:][active]]), None
    return replace(cut, cuts=cut.cuts.some(active))


def _climb(
    instance: CapacitatedInstance,
    best: Incumbent,
    point: Point,
    *,
    report: Callable[[float], None],
    stop: Callable[[], bool],
) -> bool:
    """Raise a point's bound for a round; return False if that proves the best plan or is stopped."""
    target = min(best.value, point.value + AIM * abs(point.value))
    steps = steps_at_once(instance, MOMENT)
    for _ in range(0, STEPS, steps):
        if stop():
            return False
        report(raise_bound(instance, point, steps=steps, cutoff=np.inf, target=target))
        if point.value > best.cutoff:
            return False
    return True
