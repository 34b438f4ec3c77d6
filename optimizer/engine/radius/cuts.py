"""Cuts of a covering problem: of few rows at a time, what every cover of them keeps but a choice in fractions breaks.

Prices of sites by which any cover of some tens of rows costs 1 give a row of the LP. Such rows close most of what the
LP lacks where a site covers few rows; their clusters lie where the choice in fractions ties them together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.local import grow, lift, separate
from sitewright.optimizer.engine.radius.prices import Links
from sitewright.optimizer.model.columns import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# How a certificate names what the LP with cuts proves.
CUTS = "local cuts"

# Rows in a cluster, round by round; steps for the prices of one, and nodes of a search among its sites.
SIZES, STEPS, NODES = (15, 20, 25, 30), 400, 20_000

# A choice that costs less than that breaks a cut; a cut with that much room is let go.
BROKEN, LOOSE = 1 - 1e-3, 0.05

# What a cover costs at least by the prices of a cut, roundings taken off.
COSTS = 1 - 1e-6

# Rounds, and the share of what is missing that PATIENCE rounds must bring.
ROUNDS, PATIENCE, WORTH = 40, 5, 0.04


@dataclass(frozen=True, eq=False)
class Cut:
    """Sites, and a price of each: any cover opens sites of at least COSTS together. Shapes (some sites,)."""

    sites: Ints
    price: Floats


def cut_rows(cuts: Sequence[Cut]) -> Rows:
    """Return the cuts as rows of a model whose first columns are the sites."""
    sizes = np.array([0, *(len(cut.sites) for cut in cuts)])
    column = np.concatenate([np.empty(0, dtype=np.int64), *(cut.sites for cut in cuts)])
    price = np.concatenate([np.empty(0), *(cut.price for cut in cuts)])
    return Rows("cut", np.full(len(cuts), COSTS), np.full(len(cuts), np.inf), np.cumsum(sizes), column, price)


def find_cut(mask: Mask, x: Floats, price: Floats) -> Cut | None:
    """Return a cut of a few rows that the choice x breaks, or None.

    Parameters
    ----------
    mask
        Which site covers which of the rows. Shape (rows, sites).
    x
        Shape (sites,).
    price
        Of the rows, in the LP: where to begin. Shape (rows,).
    """
    near = np.flatnonzero(mask.any(axis=0))
    packed = np.packbits(mask[:, near].T, axis=1)
    traces, which = np.unique(packed, axis=0, return_inverse=True)
    which = which.ravel()
    each = np.unpackbits(traces, axis=1, count=len(mask)).astype(bool).T
    share = np.bincount(which, weights=x[near], minlength=each.shape[1])
    used = share > 1e-6
    part = np.ascontiguousarray(each[:, used])
    if not part.any(axis=1).all():
        return None
    least, prices = separate(part, share[used], price @ part + 1e-3, STEPS, NODES)
    if not least < BROKEN:
        return None
    full = np.ones(len(used))
    full[used] = prices
    rest = np.flatnonzero(~used)
    lift(np.ascontiguousarray(each), full, rest[np.argsort(-each[:, rest].sum(axis=0), kind="stable")], NODES)
    full = full[which]
    return Cut(near[full > 0], full[full > 0])


def find_cuts(links: Links, mask: Mask, x: Floats, price: Floats, size: int, rng: np.random.Generator) -> list[Cut]:
    """Return cuts that the choice x breaks, of clusters around all rows."""
    worth = np.zeros(len(mask), dtype=bool)
    covered = mask @ x
    worth[covered < 1.3] = True
    # Where sites cover many rows, most rows are near to twins: those with a price span more sites.
    if len(links.row_sites) > 10 * len(mask):
        worth &= price > 1e-9
    seen, cuts = np.zeros(len(mask), dtype=bool), []
    for row in rng.permutation(np.flatnonzero(worth)):
        if not seen[row]:
            cluster = grow(*links.arrays, x, worth, row, size)
            # Later ones may overlap in what was taken last; of a cluster that could not grow, no other is to be had.
            seen[cluster[: size // 3] if len(cluster) == size else cluster] = True
            cut = find_cut(mask[cluster], x, price[cluster])
            cuts += [] if cut is None else [cut]
    return cuts


def strengthen(
    mask: Mask, relax: Callable[[list[Cut]], tuple[Floats, Floats] | None], target: float, *, seed: int
) -> tuple[float, list[Cut]]:
    """Return what the LP proves once it has cuts, and these.

    Parameters
    ----------
    mask
        Which site covers which row. Shape (rows, sites).
    relax
        Solves the LP with cuts: returns the choice of sites and the prices of the rows, then those of the cuts; None
        when stopped.
    target
        A bound above that is enough.
    """
    links, rng = Links.of(mask), np.random.default_rng(seed)
    cuts: list[Cut] = []
    bounds: list[float] = []
    for turn in range(ROUNDS):
        solved = relax(cuts)
        if solved is None:
            break
        x, price = solved
        bounds.append(float(x.sum()))
        slow = turn > PATIENCE and bounds[-1] - bounds[-1 - PATIENCE] < WORTH * (target - bounds[-1])
        if bounds[-1] > target or slow:
            break
        cuts = [cut for cut in cuts if cut.price @ x[cut.sites] < COSTS + LOOSE]
        new = find_cuts(links, mask, x, price[: len(mask)], SIZES[min(turn // 4, len(SIZES) - 1)], rng)
        if not new:
            break
        cuts += new
    return max(bounds, default=-np.inf), cuts
