"""Branch and bound on the sites, with Lagrangian bounds that start from the parent's prices.

Sites are chosen by the averaged choice of the bound (Görtz, Klose, INFORMS Journal on Computing 24, 2012) and by what
deciding them raised the bound elsewhere in the tree. Open nodes wait in order of their bounds. They are taken in
batches of a fixed size, spread over the threads, and their children are put back in order: what is found does not
depend on the number of threads.
"""

import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound, steps_at_once
from sitewright.optimizer.engine.capacitated.descent import LIKELY, descend
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.root import rounded

# Nodes of a batch; steps for a node; nodes between two searches, at least and at most.
BATCH, STEPS, FEW, MANY = 8, 24, 16, 128
# Nodes between two crossings of plans, at least and at most; by how much more after one that found nothing, and a dive.
CROSSED, SELDOM, RARER, DIVES_RARER = 32, 1024, 1.25, 1.2
# Most that a step weighs in the averages, which few steps make.
WEIGHT = 0.2
# Part of the free sites that a dive decides at a time.
DARING = 0.7
# Bytes of open nodes beyond which the deepest are taken first.
MOST_BYTES = 2 << 30


@dataclass
class _Now:
    """When to look for plans: after `least` nodes, and ever more rarely while that finds nothing, up to `most`."""

    least: int
    most: int
    rarer: float
    at: float = 0.0
    wait: float = 0.0

    def due(self, nodes: int) -> bool:
        return nodes >= self.at

    def went(self, nodes: int, well: bool) -> None:
        self.wait = self.least if well or not self.wait else min(self.rarer * self.wait, self.most)
        self.at = nodes + self.wait


@dataclass(eq=False)
class _Node:
    instance: CapacitatedInstance
    point: Point
    depth: int
    column: int = -1  # decided last
    decided: int = 0
    before: float = -np.inf  # the parent's bound
    share: float = 0.5  # of the column in the parent's averaged choice


class Tree:
    """The open nodes of one search."""

    def __init__(self, parts: list[tuple[CapacitatedInstance, Point]], best: Incumbent, *, threads: int) -> None:
        self.best, self.threads = best, threads
        self.nodes, self._serial = 0, 0
        self._heap: list[tuple[float, int, _Node]] = []
        self._stack: list[_Node] = []
        self._dives, self._crossings = _Now(FEW, MANY, DIVES_RARER), _Now(CROSSED, SELDOM, RARER, at=CROSSED)
        instance, root = parts[0]
        self._node_bytes = root.u.nbytes + root.state.nbytes + root.lam.nbytes + 500
        self._steps = steps_at_once(instance, STEPS)
        # Sum of what the bound rose by for each part of a column, and how often; closed, then open.
        self._rise, self._times = np.zeros((2, len(root.state))), np.zeros((2, len(root.state)))
        for part, point in parts:
            self._push(_Node(part, Point(point.u.copy(), point.lam.copy(), point.state.copy(), point.value), 0))

    @property
    def open(self) -> int:
        return len(self._heap) + len(self._stack)

    @property
    def bound(self) -> float:
        """No plan better than the cut-off costs less than this."""
        waiting = [self._heap[0][0]] if self._heap else []
        return min([*waiting, *(node.point.value for node in self._stack)], default=np.inf)

    def run(
        self,
        *,
        report: Callable[[float], None],
        stop: Callable[[], bool],
        most: float = np.inf,
        dive: bool = True,
        cross: Callable[[Callable[[], bool]], None] = lambda stop: None,
    ) -> None:
        """Branch until no node is left, there were so many, or `stop` says so. `cross` may better the best plan."""
        with ThreadPoolExecutor(self.threads) as pool:
            while self.open and self.nodes < most and not stop():
                batch = self._take()
                report(min(self.bound, *(node.point.value for node in batch)) if batch else self.bound)
                done = list(pool.map(lambda node: self._process(node, stop), batch))
                for node, (children, leaf) in zip(batch, done, strict=True):
                    self._learn(node)
                    if leaf is not None:
                        self.best.take(leaf)
                    for child in children:
                        if child.point.value <= self.best.cutoff:
                            self._push(child)
                self.nodes += len(batch)
                deepest = max((node for node in batch if node.point.y is not None), key=lambda n: n.depth, default=None)
                if dive and deepest is not None and self._dives.due(self.nodes):
                    before = self.best.value
                    self._dive(deepest, stop)
                    self._dives.went(self.nodes, self.best.value < before)
                if self._crossings.due(self.nodes):
                    before = self.best.value
                    cross(stop)
                    self._crossings.went(self.nodes, self.best.value < before)

    def _push(self, node: _Node) -> None:
        # Without a plan there is nothing to prune by: the deepest first.
        if self.open * self._node_bytes > MOST_BYTES or not np.isfinite(self.best.value):
            self._stack.append(node)
            return
        self._serial += 1
        heapq.heappush(self._heap, (node.point.value, self._serial, node))

    def _take(self) -> list[_Node]:
        batch: list[_Node] = []
        while self.open and len(batch) < BATCH:
            node = self._stack.pop() if self._stack else heapq.heappop(self._heap)[2]
            if node.point.value <= self.best.cutoff:
                batch.append(node)
        return batch

    def _learn(self, node: _Node) -> None:
        if node.column >= 0 and np.isfinite(node.point.value) and node.point.value > node.before:
            part = 1.0 - node.share if node.decided else node.share
            top = min(node.point.value, self.best.cutoff)
            self._rise[node.decided, node.column] += max(0.0, top - node.before) / max(part, 0.05)
            self._times[node.decided, node.column] += 1

    def _process(self, node: _Node, stop: Callable[[], bool]) -> tuple[list[_Node], NDArray[np.bool_] | None]:
        """Bound a node; return its children, and its open set if all its sites are decided."""
        point, instance, best = node.point, node.instance, self.best
        for _ in range(0, STEPS, self._steps):
            value = self._raise(instance, point, self._steps)
            if value > best.cutoff:
                return [], None
            if stop():
                return [node], None
        free = np.flatnonzero(point.state[: instance.n_sites] == -1)
        if not len(free):
            return [], point.state[: instance.n_sites] == 1
        return self._children(node, self._branching(instance, point, free)), None

    def _dive(self, node: _Node, stop: Callable[[], bool]) -> None:
        """Decide what the averaged choice all but decides, bound, and so on; then search from what came of it."""
        assert node.point.y is not None
        instance, before, point, m = node.instance, node.point, node.point, node.instance.n_sites
        share = node.point.y[:m].copy()
        while not stop():
            free = np.flatnonzero(point.state[:m] == -1)
            assert point.y is not None
            y = point.y[free]
            half = np.minimum(y, 1 - y)
            sure = half <= max(0.05, float(np.quantile(half, DARING))) if len(free) else half > 1
            before = point
            point = Point(point.u.copy(), point.lam.copy(), point.state.copy(), point.value)
            point.state[free[sure]] = y[sure] > 0.5
            value = self._raise(instance, point, STEPS // 2)
            if not len(free) or value > self.best.cutoff or point.y is None:
                break
        assert before.y is not None
        descend(self.best, rounded(instance, before.y, before.state), share > LIKELY)

    def _raise(self, instance: CapacitatedInstance, point: Point, steps: int) -> float:
        best = self.best
        target = best.value if np.isfinite(best.value) else point.value + 0.1 * abs(point.value) + 1.0
        return raise_bound(instance, point, steps=steps, cutoff=best.cutoff, target=target, weight=WEIGHT)

    def _branching(self, instance: CapacitatedInstance, point: Point, free: NDArray[np.int64]) -> int:
        """Return the column to decide: a half-used partner, for it decides many sites; else the best site."""
        assert point.y is not None
        m, y = instance.n_sites, point.y
        half = np.minimum(y, 1 - y)
        partners = m + np.flatnonzero(point.state[m:] == -1)
        if len(partners) and half[partners].max() > 0.01:
            return int(partners[np.argmax(half[partners])])
        if half[free].max() < 1e-6:
            return int(free[np.argmax(half[free])])
        # One more look at the mean of all: few looks say little.
        known = self._rise.sum() / max(1.0, self._times.sum()) if self._times.sum() else 1.0
        rise = (self._rise[:, free] + known) / (self._times[:, free] + 1)
        score = np.maximum(rise[0] * y[free], 1e-9 * known) * np.maximum(rise[1] * (1 - y[free]), 1e-9 * known)
        return int(free[np.argmax(score)])

    def _children(self, node: _Node, column: int) -> list[_Node]:
        """Return both choices of a column, the likelier first: of equal bounds, the older is taken first."""
        point = node.point
        assert point.y is not None
        share = float(point.y[column])
        first = int(share > 0.5)
        both, part = (first, 1 - first), node.instance
        return [_Node(part, point.child(column, d), node.depth + 1, column, d, point.value, share) for d in both]
