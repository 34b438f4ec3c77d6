"""Can p sites cover all rows? A branch and bound on pairs of rows, with prices in each node.

Two rows are covered by one site, or no site covers both: the first makes the sites of both a row of its own, which
replaces the two; the second takes those sites away (after Ryan and Foster's integer programming approach to scheduling,
1981). The bound rises on both sides, where opening one site of many alike or not would move it on one side only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.dominance import outdone_sites, spare_rows
from sitewright.optimizer.engine.radius.prices import Links, best_pair, candidates, climb, first_prices
from sitewright.optimizer.solver.answer import Outcome

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# How a certificate names what the tree proves.
TREE = "branch and bound"

# Steps of the prices: at the root, in a node, and to try a pair.
ROOT_STEPS, STEPS, TRY_STEPS = 2000, 300, 20
# Pairs tried in a node, and the rows of highest price that they are looked for among.
TRIES, DEAREST = 20, 40
# Sites are compared with each other again when this share of them is gone.
GONE = 0.05
# Prices are climbed to again when a bound has left no more than this share of the sites.
WORTH = 0.7
# A count is a whole number: that much above p is above.
ABOVE = 1e-6


@dataclass(frozen=True, eq=False)
class Node:
    """A covering problem that is left: `mask` of shape (rows, sites), `sites` by number, `opened` on the way here."""

    mask: Mask
    sites: Ints
    price: Floats
    opened: tuple[int, ...]
    compared: int  # how many sites there were when they were last compared
    share: float  # of the whole tree


def few_cover(
    mask: Mask,
    p: int,
    *,
    stop: Callable[[], bool],
    nodes: float = np.inf,
    say: Callable[[float], None] = lambda share: None,
) -> tuple[Outcome, Ints]:
    """Tell whether p sites can cover all rows, and which.

    Parameters
    ----------
    mask
        Which site covers which row. Shape (rows, sites).
    nodes
        After how many to stop.
    say
        Told now and then which share of the tree is done.
    """
    every = np.arange(mask.shape[1])
    root = Node(
        mask, every, first_prices(Links.of(mask)) if mask.any(axis=1).all() else np.zeros(len(mask)), (), -1, 1.0
    )
    stack, done, none = [root], 0.0, np.empty(0, dtype=np.int64)
    while stack:
        nodes -= 1
        if nodes < 0 or stop():
            return Outcome.STOPPED, none
        node = stack.pop()
        children = _branch(node, p, ROOT_STEPS if node.share == 1.0 else STEPS)
        if isinstance(children, tuple):
            return Outcome.OPTIMAL, np.array(children, dtype=np.int64)
        done += node.share - sum(child.share for child in children)
        say(done)
        stack += children
    return Outcome.INFEASIBLE, none


def _branch(node: Node, p: int, steps: int) -> list[Node] | tuple[int, ...]:
    """Return the children that may hold a cover, or the open sites of one."""
    while True:
        small = _shrink(node, p)
        if small is None:
            return []
        node = small
        if not len(node.mask):
            return node.opened
        links = Links.of(node.mask)
        target = p - len(node.opened) + ABOVE
        on = np.ones(len(node.mask), dtype=bool), np.ones(len(node.sites), dtype=bool)
        none = np.empty(0, dtype=np.int64)
        bound, price, covered, x = climb(*links.arrays, *on, none, np.append(node.price, 0.0), target, steps)
        price = price[:-1]
        if bound > target:
            return []
        # A site whose use lifts the bound above p is out; one whose absence does is open.
        useless, needed = 1.0 - covered > target - bound, covered - 1.0 > target - bound
        left = ~useless & ~needed
        bare = ~node.mask[:, needed].any(axis=1)
        opened = node.opened + tuple(node.sites[needed].tolist())
        n_before = len(node.sites)
        node = Node(node.mask[bare][:, left], node.sites[left], price[bare], opened, node.compared, node.share)
        if not needed.any() and len(node.sites) > WORTH * n_before:
            break
    if len(node.sites) < n_before:
        links, x = Links.of(node.mask), x[left]
    if np.diff(links.row_start).min(initial=2) < 2:
        return [node]
    dearest = np.argsort(-node.price, kind="stable")[:DEAREST]
    pairs = candidates(*links.arrays, node.price, x, dearest, TRIES)
    joint, bounds, prices = best_pair(*links.arrays, node.price, pairs, bound, target, TRY_STEPS)
    if not len(joint):
        return _by_site(node, int(np.argmax(x)))
    children = []
    if bounds[1] <= target:
        rest = np.ones(len(node.sites), dtype=bool)
        rest[joint] = False
        children.append(
            Node(node.mask[:, rest], node.sites[rest], prices[1, :-1], node.opened, node.compared, node.share / 2)
        )
    if bounds[0] <= target:
        keep = ~node.mask[:, joint].all(axis=1)
        row = np.zeros((1, len(node.sites)), dtype=bool)
        row[0, joint] = True
        price = np.append(prices[0, :-1][keep], prices[0, -1])
        mask = np.concatenate([node.mask[keep], row])
        # Sites that only the replaced rows told apart are now alike: worth comparing.
        children.append(Node(mask, node.sites, price, node.opened, -1, node.share / 2))
    return children


def _by_site(node: Node, site: int) -> list[Node]:
    """Branch on one site, open or closed: where all rows have all sites in common with each other or none."""
    closed, bare = np.arange(len(node.sites)) != site, ~node.mask[:, site]
    opened = (*node.opened, int(node.sites[site]))
    return [
        Node(node.mask[:, closed], node.sites[closed], node.price, node.opened, node.compared, node.share / 2),
        Node(node.mask[bare][:, closed], node.sites[closed], node.price[bare], opened, -1, node.share / 2),
    ]


def _shrink(node: Node, p: int) -> Node | None:
    """Open the only sites of rows, drop implied rows and outdone sites; None if no cover is left."""
    mask, sites, price, opened, compared = node.mask, node.sites, node.price, node.opened, node.compared
    while True:
        count = np.count_nonzero(mask, axis=1)
        if not count.all() or len(opened) > p:
            return None
        if (count == 1).any():
            only = np.unique(mask[count == 1].argmax(axis=1))
            opened = opened + tuple(sites[only].tolist())
            bare = ~mask[:, only].any(axis=1)
            rest = np.ones(len(sites), dtype=bool)
            rest[only] = False
            mask, sites, price, compared = mask[bare][:, rest], sites[rest], price[bare], -1
        elif not len(mask) or 0 <= compared <= len(sites) / (1 - GONE):
            return Node(mask, sites, price, opened, compared, node.share)
        else:
            spare = spare_rows(mask)
            mask, price = mask[~spare], price[~spare]
            outdone = outdone_sites(mask, np.zeros(len(sites), dtype=np.int64))
            mask, sites = mask[:, ~outdone], sites[~outdone]
            compared = len(sites)
