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

from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.capacitated.descent import descend
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.root import rounded

# Nodes of a batch; steps for a node; nodes between two roundings.
BATCH, STEPS, EVERY = 8, 24, 24
# Bytes of open nodes beyond which the deepest are taken first.
MOST_BYTES = 2 << 30
# Pairs that a thread goes through in some tenths of a second.
PAIRS = 50_000_000


@dataclass(eq=False)
class _Node:
    point: Point
    depth: int
    column: int = -1  # decided last
    decided: int = 0
    before: float = -np.inf  # the parent's bound
    share: float = 0.5  # of the column in the parent's averaged choice


class Tree:
    """The open nodes of one search."""

    def __init__(self, instance: CapacitatedInstance, best: Incumbent, root: Point, *, threads: int) -> None:
        self.instance, self.best, self.threads = instance, best, threads
        self.nodes, self._serial = 0, 0
        self._heap: list[tuple[float, int, _Node]] = []
        self._stack: list[_Node] = []
        self._node_bytes = root.u.nbytes + root.state.nbytes + root.lam.nbytes + 500
        self._steps = int(np.clip(PAIRS // (1 + len(instance.near.site)), 1, STEPS))
        # Sum of what the bound rose by for each part of a column, and how often; closed, then open.
        self._rise, self._times = np.zeros((2, len(root.state))), np.zeros((2, len(root.state)))
        self._push(_Node(Point(root.u.copy(), root.lam.copy(), root.state.copy(), root.value), 0))

    @property
    def open(self) -> int:
        return len(self._heap) + len(self._stack)

    @property
    def bound(self) -> float:
        """No plan better than the cut-off costs less than this."""
        waiting = [self._heap[0][0]] if self._heap else []
        return min([*waiting, *(node.point.value for node in self._stack)], default=np.inf)

    def run(self, *, report: Callable[[float], None], stop: Callable[[], bool]) -> None:
        """Branch until no node is left, or `stop` says so."""
        with ThreadPoolExecutor(self.threads) as pool:
            while self.open and not stop():
                batch = self._take()
                report(min(self.bound, *(node.point.value for node in batch)) if batch else self.bound)
                for node, (children, leaf) in zip(
                    batch, pool.map(lambda node: self._process(node, stop), batch), strict=True
                ):
                    self._learn(node)
                    if leaf is not None:
                        self.best.take(leaf)
                    for child in children:
                        if child.point.value <= self.best.cutoff:
                            self._push(child)
                before, self.nodes = self.nodes, self.nodes + len(batch)
                if before // EVERY != self.nodes // EVERY and batch and batch[0].point.y is not None:
                    y = batch[0].point.y
                    descend(
                        self.best, rounded(self.instance, y, batch[0].point.state), y[: self.instance.n_sites] > 1e-3
                    )

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
            self._rise[node.decided, node.column] += (top - node.before) / max(part, 0.05)
            self._times[node.decided, node.column] += 1

    def _process(self, node: _Node, stop: Callable[[], bool]) -> tuple[list[_Node], NDArray[np.bool_] | None]:
        """Bound a node; return its children, and its open set if all its sites are decided or nearly so."""
        point, instance, best = node.point, self.instance, self.best
        m = instance.n_sites
        target = best.value if np.isfinite(best.value) else point.value + 0.1 * abs(point.value) + 1.0
        for _ in range(0, STEPS, self._steps):
            value = raise_bound(instance, point, steps=self._steps, cutoff=best.cutoff, target=target)
            if value > best.cutoff:
                return [], None
            if stop():
                return [node], None
        free = np.flatnonzero(point.state[:m] == -1)
        if not len(free):
            return [], point.state[:m] == 1
        assert point.y is not None
        column = self._branching(point, free)
        share = float(point.y[column])
        # The likelier child first: of equal bounds, the older is taken first.
        first = int(share > 0.5)
        children = [
            _Node(point.child(column, d), node.depth + 1, column, d, point.value, share) for d in (first, 1 - first)
        ]
        return children, None

    def _branching(self, point: Point, free: NDArray[np.int64]) -> int:
        """Return the column to decide: a half-used partner, for it decides many sites; else the best site."""
        assert point.y is not None
        m, y = self.instance.n_sites, point.y
        half = np.minimum(y, 1 - y)
        partners = m + np.flatnonzero(point.state[m:] == -1)
        if len(partners) and half[partners].max() > 0.01:
            return int(partners[np.argmax(half[partners])])
        if half[free].max() < 1e-6:
            return int(free[np.argmax(half[free])])
        known = self._rise.sum() / max(1.0, self._times.sum()) if self._times.sum() else 1.0
        # One more look at the mean of all: few looks say little.
        rise = (self._rise[:, free] + known) / (self._times[:, free] + 1)
        down, up = rise[0] * y[free], rise[1] * (1 - y[free])
        score = np.maximum(down, 1e-9 * known) * np.maximum(up, 1e-9 * known)
        return int(free[np.argmax(score)])
