"""Cuts: inequalities between what customers get from sites and which sites open, as bare arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Cuts:
    """For each cut, the MW its customers get from its sites, and `value` of each such site that opens, stay in `most`.

    Every plan keeps them, so that they hold in each node of the tree.
    """

    customers: NDArray[np.bool_]  # (cuts, customers)
    sites: NDArray[np.bool_]  # (cuts, sites)
    value: NDArray[np.float64]  # (cuts, sites), MW; 0 where a cut leaves a site out
    most: NDArray[np.float64]  # (cuts,), MW

    def __len__(self) -> int:
        return len(self.most)

    @property
    def by_site(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Where the cuts of each site begin, which they are, and what they give for it."""
        site, cut = np.nonzero(self.sites.T)
        start = np.searchsorted(site, np.arange(self.sites.shape[1] + 1))
        return start, cut, self.value[cut, site]

    def some(self, keep: NDArray[np.bool_]) -> "Cuts":
        """Return those that a mask of shape (cuts,) keeps."""
        return Cuts(self.customers[keep], self.sites[keep], self.value[keep], self.most[keep])

    def and_more(self, more: "Cuts") -> "Cuts":
        """Return these, then others."""
        pairs = zip(self._fields, more._fields, strict=True)
        return Cuts(*(np.concatenate(pair) for pair in pairs))

    @property
    def _fields(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
        return self.customers, self.sites, self.value, self.most


def no_cuts(n_customers: int, n_sites: int) -> Cuts:
    """Return none."""
    none = np.zeros((0, n_sites))
    return Cuts(np.zeros((0, n_customers), bool), none.astype(bool), none, np.zeros(0))
