"""Where the prices of whole customers start: of several beginnings, the one from which the bound rises most.

All prices may rise together, by as much for each MW, at hardly any change of the bound: the sites are chosen to hold
the demand whatever the prices are. On that ridge short steps get stuck, at either end or in between, and where it is
best to begin differs from case to case.
"""

import numpy as np

from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.whole import Node, Whole

# Parts of the mean price of a MW that are taken off, and steps from each of these beginnings.
LOWER, STEPS = (0.0, 0.3, 0.6, 0.9, 1.0), 200


def best_start(whole: Whole, point: Point, *, cutoff: float, target: float) -> Node:
    """Return the best node of a point's decisions and lowered prices, after some steps from each."""
    demand, live = whole.a.demand, np.isfinite(whole.cost)
    mean = float(point.u.sum()) / max(float(demand.sum()), 1e-12)
    best: Node | None = None
    for part in LOWER:
        node = Node(point.u - part * mean * demand, point.state.copy(), live.copy())
        whole.climb(node, cutoff=cutoff, target=target, steps=STEPS)
        if best is None or node.value > best.value:
            best = node
        if best.value > cutoff:
            break
    assert best is not None
    return best
