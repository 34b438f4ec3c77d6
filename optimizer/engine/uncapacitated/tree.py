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

from sitewright.optimizer.engine.uncapacitated.bound import Point, raise_bound, shorten_rows
from sitewright.optimizer.engine.uncapacitated.incumbent import Incumbent
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix
from sitewright.optimizer.engine.uncapacitated.root import round_choice

# Nodes of a batch; steps for a node; nodes between two searches from its choices.
BATCH, STEPS, EVERY = 8, 40, 64
# Sites whose two children are tried by so many steps before one is branched on, where the root's gap is no wider than
# a part of the cost: where it is wide, all are much alike, and more nodes do better than better nodes.
TRIED, TRIAL, NARROW = 3, 10, 0.003
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
        self._node_bytes = 2 * root.u.nbytes + root.state.nbytes + root.lam.nbytes + 500
        gap = (incumbent.value - root.value) / max(1.0, abs(incumbent.value))
        self._narrow = bool(gap <= NARROW)
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

    def run(
        self, *, seed: int, report: Callable[[float], None], stop: Callable[[], bool], most: int | None = None
    ) -> None:
        """Branch until no node is left, `stop` says so, or so many nodes were bounded."""
        with ThreadPoolExecutor(self.threads) as pool:
            walk = EVERY
            while self.open and not stop() and (most is None or self.nodes < most):
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
                    if self.nodes >= walk:
                        self.incumbent.iterate(self.prefix, seed=seed + self.nodes, patience=0.3)
                        walk = 4 * self.nodes

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
        point = node.point
        for _ in range(0, STEPS, self._steps):
            if self._raise(point, self._steps) > self.incumbent.cutoff:
                return [], None
            if stop():
                return [node], None
        if point.here > -np.inf and np.isfinite(self.incumbent.value):
            shorten_rows(self.instance, self.live, point, self.incumbent.cutoff)
        if not (point.state[: self.instance.n_sites] == -1).any():
            return [], point
        return [_Node(child, node.depth + 1) for child in self._children(point, stop)], None

    def _raise(self, point: Point, steps: int) -> float:
        best = self.incumbent
        target = best.value if np.isfinite(best.value) else point.value + 0.1 * abs(point.value) + 1.0
        return raise_bound(self.instance, self.live, point, steps=steps, cutoff=best.cutoff, target=target)

    def _children(self, point: Point, stop: Callable[[], bool]) -> list[Point]:
        """Return the two children of the column whose children's bounds rise most, of those that are most in doubt."""
        assert point.y is not None
        columns = self._doubtful(point)
        best: list[Point] = []
        most = -np.inf
        for column in columns:
            # The likelier child first: of equal bounds, the older is taken first.
            first = int(point.y[column] > 0.5)
            pair = [point.child(column, d) for d in (first, 1 - first)]
            if len(columns) == 1 or stop():
                return best or pair
            rise = [min(self._raise(child, TRIAL), self.incumbent.cutoff) - point.value for child in pair]
            worth = max(rise[0], 1e-9 * abs(point.value)) * max(rise[1], 1e-9 * abs(point.value))
            if worth > most:
                best, most = pair, worth
            if all(child.value > self.incumbent.cutoff for child in pair):
                return []
        return best

    def _doubtful(self, point: Point) -> NDArray[np.int64]:
        """Return columns to decide: a half-used partner, for it decides many sites; else some half-open sites."""
        assert point.y is not None
        m = self.instance.n_sites
        half = np.minimum(point.y, 1 - point.y)
        partners = m + np.flatnonzero(point.state[m:] == -1)
        if len(partners) and half[partners].max() > 0.01:
            return partners[[np.argmax(half[partners])]]
        free = np.flatnonzero(point.state[:m] == -1)
        n = TRIED if self._narrow else 1
        return free[np.argsort(-half[free], kind="stable")[:n]]
