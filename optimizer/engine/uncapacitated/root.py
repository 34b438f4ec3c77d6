"""The root of the tree: a first open set, prices by the volume algorithm, and open sets rounded from its choices."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.uncapacitated.incumbent import Incumbent
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.matrix import sample
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix

# Steps between two looks at the clock, and at most; the end comes when `PATIENCE` rounds gain less than
# `WORTH` of the gap; draws in a row that may fail.
ROUND, MOST, PATIENCE, WORTH, DRAWS = 50, 3000, 6, 0.01, 8
# Pairs that a thread goes through in some tenths of a second.
PAIRS = 100_000_000


def first_plan(instance: Instance, incumbent: Incumbent, prefix: Prefix) -> None:
    """Add the best site to the one that serves all for least, again and again, and search from there."""
    usable = instance.state[: instance.n_sites] != 0
    start = instance.state[: instance.n_sites] == 1
    if not start.any() and usable.any():
        rows = sample(instance.cost, 5000)
        reach = np.where(np.isfinite(rows), rows, instance.big / len(rows)).sum(axis=0, dtype=np.float64)
        reach = reach * (len(instance.cost) / len(rows)) + instance.fixed
        start[np.argmin(np.where(usable, reach, np.inf))] = True
    incumbent.improve(start, prefix)


def round_choice(instance: Instance, incumbent: Incumbent, prefix: Prefix, y: NDArray[np.float64], seed: int) -> None:
    """Search from the columns that are chosen most, and from a draw of as many as are chosen on average."""
    share = y[: instance.n_sites]
    n = int(np.clip(round(share.sum()), max(1, instance.low), instance.high))
    most = np.zeros(instance.n_sites, dtype=bool)
    most[np.argsort(-share, kind="stable")[:n]] = True
    incumbent.improve(most, prefix)
    if incumbent.stop():
        return
    drawn = np.random.default_rng(seed).random(instance.n_sites) < share
    if drawn.any():
        incumbent.improve(drawn, prefix)


def climb(
    instance: Instance,
    prefix: Prefix,
    incumbent: Incumbent,
    point: Point,
    *,
    seed: int,
    report: Callable[[float], None],
    stop: Callable[[], bool],
) -> None:
    """Raise the bound of a point until it proves the incumbent or gains little more."""
    history: list[float] = []
    steps = int(np.clip(PAIRS // (1 + len(prefix.site)), 1, ROUND))
    for k in range(MOST // ROUND):
        # A target below the optimum would hold the prices back: aim a hair above the incumbent.
        goal = incumbent.value if np.isfinite(incumbent.value) else _guess(point.value, instance)
        goal += 5e-4 * abs(goal)
        for _ in range(0, ROUND, steps):
            if stop():
                return
            # Nothing is decided here, so that the bound is one of the prices alone, which anyone can recompute.
            value = raise_bound(instance, prefix, point, steps=steps, cutoff=np.inf, target=goal, factor=1.0)
            report(value)
            if value > incumbent.cutoff:
                return
        assert point.y is not None
        if k < 2 or k % 4 == 0 or not np.isfinite(incumbent.value):
            round_choice(instance, incumbent, prefix, point.y, seed + k)
        if k == 1:
            incumbent.iterate(prefix, seed=seed, patience=0.3)
        history.append(value)
        if len(history) > PATIENCE and history[-1] - history[-1 - PATIENCE] < WORTH * (incumbent.value - value):
            return


def polish(instance: Instance, prefix: Prefix, incumbent: Incumbent, point: Point, *, seed: int) -> None:
    """Draw open sets from the averaged choice until as many in a row as `DRAWS` were no better; kick the best."""
    if point.y is None or incumbent.stop() or point.value > incumbent.cutoff:
        return
    incumbent.iterate(prefix, seed=seed)
    failed = 0
    for k in range(MOST):
        before = incumbent.value
        if failed == DRAWS or incumbent.stop() or point.value > incumbent.cutoff:
            return
        round_choice(instance, incumbent, prefix, point.y, seed + 1000 + k)
        failed = 0 if incumbent.value < before else failed + 1


def _guess(value: float, instance: Instance) -> float:
    """Return a cost to aim at before any plan is known: a tenth above what is proved."""
    return value + 0.1 * abs(value) + 1.0 if np.isfinite(value) else instance.big
