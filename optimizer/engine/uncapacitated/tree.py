"""Branch and bound on the sites, with Lagrangian bounds that start from the parent's prices.

(Posta, Ferland, Michelon, Mathematical Programming Computation 6, 2014, do so with a bundle method.) Open nodes wait in
order of their bounds. They are taken in batches of a fixed size, spread over the threads, and their children are put
back in order: what is found does not depend on the number of threads.
"""

import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.uncapacitated.incumbent import Incumbent
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix
from sitewright.optimizer.engine.uncapacitated.root import round_choice

# Nodes of a batch; steps for a node; nodes between two roundings.
BATCH, STEPS, EVERY = 8, 40, 64
# Bytes of open nodes beyond which the deepest are taken first.
MOST_BYTES = 2 << 30
# Pairs that a thread goes through in some tenths of a second.
PAIRS = 100_000_000


@dataclass(eq=False)
class _Node:
    point: Point
    depth: int


class Tree:
    """The open nodes of one search."""

    def __init__(
        self, instance: Instance, prefix: Prefix, live: Prefix, incumbent: Incumbent, root: Point, *, threads: int
    ) -> None:
        """Begin at the root's point; `prefix` is for searches, `live` for bounds."""
        self.instance, self.prefix, self.live, self.incumbent, self.threads = instance, prefix, live, incumbent, threads
        self.nodes, self._serial = 0, 0
        self._heap: list[tuple[float, int, _Node]] = []
        self._stack: list[_Node] = []
        self._node_bytes = root.u.nbytes + root.state.nbytes + root.lam.nbytes + 500
        # So few steps between two looks at the clock that it is not kept waiting for a second.
        self._steps = int(np.clip(PAIRS // (1 + len(live.site)), 1, STEPS))
        self._push(_Node(Point(root.u.copy(), root.lam.copy(), root.state.copy(), root.value), 0))

    @property
    def open(self) -> int:
        return len(self._heap) + len(self._stack)

    @property
    def bound(self) -> float:
        """No plan better than the cut-off costs less than this."""
        waiting = [self._heap[0][0]] if self._heap else []
        return min([*waiting, *(node.point.value for node in self._stack)], default=np.inf)

    def run(self, *, seed: int, report: Callable[[float], None], stop: Callable[[], bool]) -> None:
        """Branch until no node is left, or `stop` says so."""
        with ThreadPoolExecutor(self.threads) as pool:
            while self.open and not stop():
                batch = self._take()
                waiting = min(self.bound, *(node.point.value for node in batch)) if batch else self.bound
                report(waiting)
                for children, leaf in pool.map(lambda node: self._process(node, stop), batch):
                    if leaf is not None:
                        self.incumbent.take(leaf.state[: self.instance.n_sites] == 1)
                    for child in children:
                        if child.point.value <= self.incumbent.cutoff:
                            self._push(child)
                before, self.nodes = self.nodes, self.nodes + len(batch)
                if before // EVERY != self.nodes // EVERY and batch and batch[0].point.y is not None:
                    round_choice(self.instance, self.incumbent, self.prefix, batch[0].point.y, seed + self.nodes)

    def _push(self, node: _Node) -> None:
        if self.open * self._node_bytes > MOST_BYTES:
            self._stack.append(node)
            return
        self._serial += 1
        heapq.heappush(self._heap, (node.point.value, self._serial, node))

    def _take(self) -> list[_Node]:
        batch: list[_Node] = []
        while self.open and len(batch) < BATCH:
            node = self._stack.pop() if self._stack else heapq.heappop(self._heap)[2]
            if node.point.value <= self.incumbent.cutoff:
                batch.append(node)
        return batch

    def _process(self, node: _Node, stop: Callable[[], bool]) -> tuple[list[_Node], Point | None]:
        """Bound a node; return its children, and itself if all its sites are decided."""
        point, instance, best = node.point, self.instance, self.incumbent
        for _ in range(0, STEPS, self._steps):
            value = raise_bound(
                instance,
                self.live,
                point,
                steps=self._steps,
                cutoff=best.cutoff,
                target=best.value if np.isfinite(best.value) else point.value + 0.1 * abs(point.value) + 1.0,
            )
            if value > best.cutoff:
                return [], None
            if stop():
                return [node], None
        free = np.flatnonzero(point.state[: instance.n_sites] == -1)
        if not len(free):
            return [], point
        column = self._branching(point, free)
        assert point.y is not None
        # The likelier child first: of equal bounds, the older is taken first.
        first = int(point.y[column] > 0.5)
        return [_Node(point.child(column, d), node.depth + 1) for d in (first, 1 - first)], None

    def _branching(self, point: Point, free: NDArray[np.int64]) -> int:
        """Return the column to decide: a half-used partner, for it decides many sites; else a half-open site."""
        assert point.y is not None
        m = self.instance.n_sites
        half = np.minimum(point.y, 1 - point.y)
        partners = m + np.flatnonzero(point.state[m:] == -1)
        if len(partners) and half[partners].max() > 0.01:
            return int(partners[np.argmax(half[partners])])
        return int(free[np.argmax(half[free])])
