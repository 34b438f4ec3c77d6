"""Grow a proof: bound a node, decide what its prices decide, branch where it stays below the target."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.proof import Proof
from sitewright.optimizer.prove.ascent import Ascent, Prices
from sitewright.optimizer.prove.linear import linear_prices
from sitewright.optimizer.verify.decisions import Decisions
from sitewright.optimizer.verify.node import Bound, Nodes

# Steps at the root and at a node; digits of a price that are kept.
FIRST, STEPS, DIGITS = 600, 60, 10
# A node is bounded again before it is branched on where its own prices leave no more than this part of its free sites.
AGAIN = 0.7
# Bytes of a proof beyond which no one would read it.
MOST_BYTES = 1 << 30


@dataclass(eq=False)
class _Leaf:
    place: int
    decisions: Decisions
    prices: Prices
    proved: Bound
    value: float


class Grower:
    """One proof in the making: leaves wait in order of their bounds."""

    def __init__(self, nodes: Nodes, target: float, stop: Callable[[], bool]) -> None:
        self.nodes, self.target, self.stop = nodes, target, stop
        self._most = MOST_BYTES // (8 * (len(nodes.cost) + nodes.n_prices + len(nodes.facts.sites)))
        self._parent: list[int] = []
        self._site: list[int] = []
        self._open: list[bool] = []
        self._prices: list[Prices] = []
        self._heap: list[tuple[float, int, _Leaf]] = []
        self._stuck = np.inf

    @property
    def bound(self) -> float:
        """What the tree proves so far."""
        return min(self.target, self._stuck, self._heap[0][0] if self._heap else np.inf)

    @property
    def size(self) -> int:
        return len(self._parent)

    def run(self, start: Prices, *, report: Callable[[float], None]) -> None:
        """Branch until every leaf is above the target, `stop` says so, or the proof has grown too large to write."""
        root = self.nodes.counting.follow(self.nodes.counting.root)
        self._add(-1, -1, False, root, start, FIRST)
        while self._heap and not self.stop() and self.size < self._most:
            report(self.bound)
            _, _, leaf = heapq.heappop(self._heap)
            self._branch(leaf)
        report(self.bound)

    def _branch(self, leaf: _Leaf) -> None:
        decisions = self.nodes.settle(leaf.decisions, leaf.proved, self.target)
        if decisions is None:
            return
        free = int(decisions.free.sum())
        if leaf.decisions.free.any() and free <= AGAIN * leaf.decisions.free.sum():
            self._add(leaf.place, -1, False, decisions, leaf.prices, STEPS, leaf.value)
            return
        if not free:
            # Nothing left to decide: this is as far as the relaxation goes.
            self._stuck = min(self._stuck, leaf.value)
            return
        site = self._doubtful(decisions, leaf.prices)
        assert leaf.prices.choice is not None
        first = bool(leaf.prices.choice[site] > 0.5)
        for is_open in (first, not first):
            after = self.nodes.counting.follow(decisions.with_site(site, is_open))
            self._add(leaf.place, site, is_open, after, leaf.prices, STEPS, leaf.value)

    def _doubtful(self, decisions: Decisions, prices: Prices) -> int:
        """Return the free site whose averaged choice is nearest to a half."""
        assert prices.choice is not None
        half = np.where(decisions.free, np.minimum(prices.choice, 1 - prices.choice), -1.0)
        return int(np.argmax(half))

    def _add(
        self,
        parent: int,
        site: int,
        is_open: bool,
        decisions: Decisions | None,
        start: Prices,
        steps: int,
        before: float = -np.inf,
    ) -> None:
        """Bound a node and keep it; where a plan may be left below the target, it waits for its turn."""
        place, prices = self.size, start
        if decisions is not None:
            prices, proved = self._bound(decisions, start, steps)
            value = max(before, proved.value)
            if value < self.target:
                heapq.heappush(self._heap, (value, place, _Leaf(place, decisions, prices, proved, value)))
        self._parent.append(parent)
        self._site.append(site)
        self._open.append(is_open)
        self._prices.append(prices)

    def _bound(self, decisions: Decisions, start: Prices, steps: int) -> tuple[Prices, Bound]:
        """Return the best prices found for a node, and what they prove."""
        prices = Ascent(self.nodes, decisions).climb(start, self.target, steps=steps, stop=self.stop)
        proved = self._prove(decisions, prices)
        if proved.value < self.target and not decisions.free.any():
            exact = linear_prices(self.nodes, decisions, self.target, stop=self.stop)
            better = None if exact is None else self._prove(decisions, exact)
            if exact is not None and better is not None and better.value > proved.value:
                return exact, better
        return prices, proved

    def _prove(self, decisions: Decisions, prices: Prices) -> Bound:
        """Shorten the prices, and return what they prove."""
        prices.customer, prices.row = _short(prices.customer), _short(prices.row)
        return self.nodes.bound(decisions, prices.customer, prices.row)

    def proof(self) -> Proof:
        return Proof(
            self.bound,
            self.target,
            np.array(self._parent),
            np.array(self._site),
            np.array(self._open),
            np.array([prices.customer for prices in self._prices]),
            np.array([prices.row for prices in self._prices]),
        )


def _short(prices: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return prices with few digits: a proof is to be written down, and any price will do."""
    return np.array([float(f"{price:.{DIGITS}g}") for price in prices])
