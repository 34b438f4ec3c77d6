"""Branch and bound on sites, then on pairs, where each customer has one site, with bounds of 0-1 knapsacks.

Sites and pairs are chosen by the averaged choice of the bound, as in `tree`, in whose order nodes are taken, too. Each
node rules out the pairs that cost too much by its prices, which raises its bound again. Where plans are hard to find
the search plunges: from the node of the lowest bound it goes on depth first for a while, since deep nodes say best who
fits where.
"""

import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated.whole import Floats, Node, Whole
from sitewright.optimizer.engine.uncapacitated.relaxation import propagate

# Nodes of a batch; steps at the root, at other nodes, and of these after pairs were ruled out; nodes between two
# searches for a plan.
BATCH, FIRST, STEPS, AGAIN, SEARCH = 8, 600, 100, 50, 4
# As much of a search that plunges, for so many nodes from the lowest bound on. It looks for a plan at every node.
PLUNGE, FEWER_NODES, FEWER_STEPS = 20, 2, 40
# A node's bound is raised on while a round gains this part of what is left.
GAIN = 0.15
# A share this near 0 or 1 counts as decided.
SURE = 0.02
# Bytes of open nodes beyond which a plunge does not end.
MOST_BYTES = 1 << 30

Pack = Callable[[NDArray[np.bool_], NDArray[np.int64]], None]


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A node, with its pairs as bits."""

    u: Floats
    state: NDArray[np.int8]
    pairs: NDArray[np.uint8]
    value: float


class WholeTree:
    """The open nodes of one search; `pack` is given open sites and the likeliest site of each customer.

    A `deep` search plunges.
    """

    def __init__(
        self,
        whole: Whole,
        root: Node,
        *,
        cutoff: Callable[[], float],
        pack: Pack,
        threads: int,
        deep: bool,
        first: int = FIRST,
    ) -> None:
        self.whole, self.cutoff, self.pack, self.threads, self.deep = whole, cutoff, pack, threads, deep
        self.first = first
        self.nodes, self._serial, self._plunged = 0, 0, 0  # how many were bounded, kept, and taken from one node on
        self._heap: list[tuple[float, int, _Waiting]] = []
        self._stack: list[_Waiting] = []
        self._node_bytes = root.u.nbytes + root.state.nbytes + root.live.size // 8 + 800
        self._push(root)

    @property
    def open(self) -> int:
        return len(self._heap) + len(self._stack)

    @property
    def bound(self) -> float:
        """No plan better than the cut-off costs less than this; +inf where no node is left."""
        waiting = [self._heap[0][0]] if self._heap else []
        return min([*waiting, *(node.value for node in self._stack)], default=np.inf)

    def run(self, *, report: Callable[[float], None], stop: Callable[[], bool]) -> None:
        """Branch until no node is left, or `stop` says so."""
        with ThreadPoolExecutor(self.threads) as pool:
            while self.open and not stop():
                batch = self._take()
                if batch:
                    report(min(self.bound, *(node.value for node in batch)))
                # All of a batch first: what is packed lowers the cut-off, and must not do so for some of it by chance.
                for children, plan in list(pool.map(self._process, batch)):
                    if plan is not None and (self.deep or not children or self.nodes % SEARCH == 0):
                        self.pack(*plan)
                    self.nodes += 1
                    for child in children:
                        self._push(child)

    def _push(self, node: Node) -> None:
        self._stack.append(_Waiting(node.u, node.state, np.packbits(node.live, axis=1), node.value))

    def _take(self) -> list[Node]:
        batch: list[Node] = []
        while self.open and len(batch) < (FEWER_NODES if self.deep else BATCH):
            if self._plunged >= PLUNGE * self.deep and self.open * self._node_bytes <= MOST_BYTES:
                while self._stack:
                    self._serial += 1
                    waiting = self._stack.pop()
                    heapq.heappush(self._heap, (waiting.value, self._serial, waiting))
            if not self._stack:
                if batch and self.deep:
                    break
                self._plunged = 0
                self._stack.append(heapq.heappop(self._heap)[2])
            node = self._stack.pop()
            self._plunged += 1
            if node.value <= self.cutoff():
                live = np.unpackbits(node.pairs, axis=1, count=self.whole.a.n_sites).astype(np.bool_)
                batch.append(Node(node.u.copy(), node.state.copy(), live, node.value))
        return batch

    def _process(self, node: Node) -> tuple[list[Node], tuple[NDArray[np.bool_], NDArray[np.int64]] | None]:
        """Bound a node; return its children, and the choice to look for a plan from."""
        m, cutoff = self.whole.a.n_sites, self.cutoff()
        usual, again = (FEWER_STEPS, FEWER_STEPS // 2) if self.deep else (STEPS, AGAIN)
        steps = usual if self.nodes else self.first
        while True:
            if not self._consistent(node):
                return [], None
            while True:
                before = node.value
                x, y = self.whole.climb(node, cutoff=cutoff, target=cutoff, steps=steps)
                if node.value > cutoff:
                    return [], None
                if node.value - before <= GAIN * (cutoff - node.value):
                    break
            pairs = int(node.live.sum())
            costs = self.whole.reduced(node)
            node.live &= node.value + costs.pair <= cutoff + 1e-9 * abs(cutoff)
            if node.live.sum() > 0.9 * pairs:
                break
            steps = again
        if not self._consistent(node):
            return [], None
        is_open = (node.state[:m] == 1) | ((node.state[:m] == -1) & (y[:m] > 0.5))
        x = np.where(node.live & is_open[None], x.T + 1e-9, 0.0)
        site = np.argmax(x, axis=1)
        plan = (is_open, site)
        return self._children(node, x, y[:m]), plan

    def _consistent(self, node: Node) -> bool:
        """Close sites that serve nobody, open those that someone needs; return False if no plan is left."""
        sites, m = self.whole.a.sites, self.whole.a.n_sites
        count = node.live.sum(axis=1)
        if not count.all():
            return False
        only = np.argmax(node.live[count == 1], axis=1)
        if np.any(node.state[only] == 0):
            return False
        node.state[only] = 1
        idle = ~node.live.any(axis=0) & (sites.price[:m] > 0) & (node.state[:m] == -1)
        if not len(sites.rows):
            # Where rules count sites, an idle one may be of use.
            node.state[:m][idle] = 0
        if not propagate(sites.row_arrays, node.state, sites.n_sites, sites.low, sites.high):
            return False
        node.live &= node.state[None, :m] != 0
        load = self.whole.a.demand[count == 1]
        held = np.bincount(only, load, minlength=m)
        return bool(node.live.any(axis=1).all() and np.all(held <= self.whole.a.capacity * (1 + 1e-9)))

    def _children(self, node: Node, x: Floats, y: Floats) -> list[Node]:
        """Return both choices of the site, or else of the pair, that is least decided; the last is looked at first."""
        free = np.flatnonzero(node.state[: len(y)] == -1)
        half = np.minimum(y[free], 1 - y[free])
        many = np.flatnonzero(node.live.sum(axis=1) > 1)
        if len(free) and (half.max() > SURE or not len(many)):
            return self._site(node, int(free[np.argmax(half)]))
        if not len(many):
            return []
        demand = self.whole.a.demand
        spread = (1 - x[many].max(axis=1) / np.maximum(x[many].sum(axis=1), 1e-12)) * (demand[many] + 1e-9)
        if len(free) and spread.max() <= SURE * demand[many].mean():
            return self._site(node, int(free[np.argmax(half)]))
        i = int(many[np.argmax(spread)])
        j = int(np.argmax(np.where(node.live[i], x[i], -1.0)))
        with_it, without = self._copy(node), self._copy(node)
        with_it.live[i] = False
        with_it.live[i, j] = True
        without.live[i, j] = False
        return [without, with_it]

    def _site(self, node: Node, j: int) -> list[Node]:
        both = [self._copy(node), self._copy(node)]
        for decided, child in enumerate(both):
            child.state[j] = decided
        both[0].live[:, j] = False
        return both

    @staticmethod
    def _copy(node: Node) -> Node:
        return Node(node.u.copy(), node.state.copy(), node.live.copy(), node.value)
