"""The columns of the MIP: open[j], use[p], serve[k] for each live pair, and further ones; blocks of rows over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Columns:
    """Where each variable stands. Live pairs are sorted by customer, then by site.

    Attributes
    ----------
    n_sites, n_partners
        Column j is open[j]; column ``n_sites + p`` is use[p].
    pair_customer, pair_site
        The live pairs; pair k is column ``n_sites + n_partners + k``. Shape (pairs,).
    n_further
        Columns after the pairs, for whoever builds a model with more to say.
    """

    n_sites: int
    n_partners: int
    pair_customer: NDArray[np.int64]
    pair_site: NDArray[np.int64]
    n_further: int = 0

    @property
    def first_pair(self) -> int:
        return self.n_sites + self.n_partners

    @property
    def n_columns(self) -> int:
        return self.first_further + self.n_further

    @property
    def first_further(self) -> int:
        return self.first_pair + len(self.pair_customer)

    @cached_property
    def serve(self) -> NDArray[np.int64]:
        """Column of each live pair."""
        return np.arange(self.first_pair, self.first_further)

    def use(self, partner: int) -> int:
        return self.n_sites + partner


@dataclass(frozen=True, eq=False)
class Rows:
    """A block of rows ``lower <= A x <= upper`` in CSR form; `rule` names where they come from."""

    rule: str
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    start: NDArray[np.int64]  # row r holds entries start[r]:start[r+1]
    column: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lower)


def row(rule: str, column: ArrayLike, value: ArrayLike, *, lower: float = -np.inf, upper: float = np.inf) -> Rows:
    """Return a block of one row."""
    columns = np.atleast_1d(np.asarray(column, dtype=np.int64))
    values = np.broadcast_to(np.asarray(value, dtype=np.float64), columns.shape)
    return Rows(rule, np.array([lower]), np.array([upper]), np.array([0, len(columns)]), columns, values)


def stack(rule: str, blocks: Iterable[Rows]) -> Rows:
    """Return the blocks as one."""
    blocks = list(blocks)
    if not blocks:
        none = np.empty(0)
        return Rows(rule, none, none, np.zeros(1, np.int64), np.empty(0, np.int64), none)
    counts = np.concatenate([np.diff(b.start) for b in blocks])
    return Rows(
        rule,
        np.concatenate([b.lower for b in blocks]),
        np.concatenate([b.upper for b in blocks]),
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate([b.column for b in blocks]),
        np.concatenate([b.value for b in blocks]),
    )
