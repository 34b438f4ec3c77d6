"""Proof: a tree of decisions whose leaves together cover all plans, with the prices that bound each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Proof:
    """What proves a bound without any solver's word; `sitewright.optimizer.verify.proof` recomputes it.

    Node 0 decides nothing. Two children decide one site more than their parent, one each way. An only child decides
    nothing itself: it starts from what the prices of its parent decided. A node without children is a leaf.

    Attributes
    ----------
    bound
        What the tree proves as its maker saw it, EUR/yr: the least bound of all leaves, and no more than the target.
    target
        Cost up to which the proof rules out plans, EUR/yr. Sites are decided on the way where their other choice
        would cost more.
    parent
        Place of each node's parent, before its own; -1 of node 0. Shape (nodes,).
    site
        Which site a node decides; -1 of node 0 and of an only child. Shape (nodes,).
    is_open
        Whether it opens. Shape (nodes,).
    customer_prices
        Price of serving each customer, EUR/yr. Shape (nodes, customers).
    row_prices
        Price of each row of the site rules and of the load rules, EUR/yr a unit, none negative; in the order of
        `sitewright.optimizer.verify.node`. Shape (nodes, rows).
    """

    bound: float
    target: float
    parent: NDArray[np.int64]
    site: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    customer_prices: NDArray[np.float64]
    row_prices: NDArray[np.float64]

    @property
    def nodes(self) -> int:
        return len(self.parent)

    @property
    def leaves(self) -> int:
        return self.nodes - len(set(self.parent.tolist()) - {-1})
