"""Decision: which sites are open and who is served from where. Bare arrays; knows no labels and no solver."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Relative slack within which a rule counts as kept; MIP solvers work to 1e-6 on scaled rows.
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Decision:
    """What was decided.

    Attributes
    ----------
    open
        Whether a site is open. Shape (sites,).
    customer, site, share
        Customer `customer[k]` has the share `share[k]` in (0, 1] of its demand served from `site[k]`. Shape (links,),
        in order of customer, then site; a pair stands at most once.
    """

    open: NDArray[np.bool_]
    customer: NDArray[np.int64]
    site: NDArray[np.int64]
    share: NDArray[np.float64]

    def load(self, demand: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the MW served from each site. Shape (sites,)."""
        mw = demand[self.customer] * self.share
        return np.bincount(self.site, mw, minlength=len(self.open)).astype(np.float64)

    def sources(self, n_customers: int) -> NDArray[np.int64]:
        """Return the number of sites that serve each customer. Shape (customers,)."""
        return np.bincount(self.customer, minlength=n_customers)
