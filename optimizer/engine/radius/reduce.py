"""A covering problem made small: customers that others speak for, and sites that others outdo, are left out.

Exact under any site rules. A site gives way to one that covers all it covers, but only to one that the rules cannot
tell from it (`SiteRows.group`): then the two can change places. A plan may open both; to leave room for that, the sites
of a group that are left out come back as one whole-number column that covers nobody, a filler.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.dominance import outdone_sites, spare_rows

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Rows, then sites, and again: what later rounds still leave out is not worth their time.
ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Reduced:
    """What is left: `mask` says which kept site covers which kept row, shape (rows, sites)."""

    rows: Ints
    sites: Ints
    mask: Mask
    fillers: tuple[Ints, ...]  # the sites that each filler stands for


def reduce_cover(bits: NDArray[np.uint64], n_rows: int, group: Ints, out: Mask) -> Reduced:
    """Return the reduced problem.

    Parameters
    ----------
    bits
        Who covers which row, as in `sitewright.kernels.Cover`. Shape (sites, words).
    group
        Sites of one number are alike to the rules. Shape (sites,).
    out
        Sites that stay closed: no column, nor part of a filler. Shape (sites,).
    """
    candidates = np.flatnonzero(~out)
    sites = candidates[_distinct(bits[candidates], group[candidates])]
    rows, mask = np.arange(n_rows), _mask(bits[sites], n_rows)
    for _ in range(ROUNDS):
        spare = spare_rows(mask)
        rows, mask = rows[~spare], mask[~spare]
        outdone = outdone_sites(mask, group[sites])
        sites, mask = sites[~outdone], mask[:, ~outdone]
        if not outdone.any():
            break
    return Reduced(rows, sites, mask, _fillers(np.setdiff1d(candidates, sites), group))


def reduce_sites(bits: NDArray[np.uint64], n_rows: int, group: Ints, out: Mask) -> tuple[Ints, tuple[Ints, ...]]:
    """Return the sites that no other outdoes, and the fillers; all rows stay. Arguments as of `reduce_cover`."""
    candidates = np.flatnonzero(~out)
    sites = candidates[_distinct(bits[candidates], group[candidates])]
    sites = sites[~outdone_sites(_mask(bits[sites], n_rows), group[sites])]
    return sites, _fillers(np.setdiff1d(candidates, sites), group)


def _fillers(left_out: Ints, group: Ints) -> tuple[Ints, ...]:
    numbers, member = np.unique(group[left_out], return_inverse=True)
    return tuple(left_out[member == k] for k in range(len(numbers)))


def _distinct(bits: NDArray[np.uint64], group: Ints) -> Ints:
    """Return the position of one site for each group and set of rows covered."""
    keys = np.ascontiguousarray(np.column_stack([group.astype(np.uint64), bits]))
    _, first = np.unique(keys.view(np.dtype((np.void, keys.shape[1] * 8))).ravel(), return_index=True)
    return np.sort(first)


def _mask(bits: NDArray[np.uint64], n_rows: int) -> Mask:
    """Return which site covers which row. Shape (rows, sites)."""
    little = bits.astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(little, axis=1, bitorder="little")[:, :n_rows].T.astype(bool)
