"""The near end of every customer's row: its cheapest sites, in order. All that a search for prices looks at."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, numbers, sites
from sitewright.optimizer.errors import Flaw, InvalidProblem

__all__ = ["NearEnds", "near_ends"]


@dataclass(frozen=True, eq=False)
class NearEnds:
    """The pairs, customer by customer, and how far they reach."""

    start: NDArray[np.int64]  # (customers + 1,): where each customer's pairs begin
    site: NDArray[np.int32]  # (pairs,)
    cost: NDArray[Any]  # (pairs,), in the matrix's type, ascending for each customer
    top: NDArray[np.float64]  # (customers,): every live site that costs no more is here; +inf where all are


def near_ends(
    cost: Any,
    live: ArrayLike,
    *,
    rank: int | None = None,
    top: ArrayLike | None = None,
    backend: Backend = "cpu",
    threads: int | None = None,
) -> NearEnds:
    """Return for every customer the live sites up to its site of a rank, or up to a cost, by rising cost.

    Parameters
    ----------
    cost
        Of any sign; +inf forbids the pair, NaN is not looked for. float32 or float64; a NumPy array, an array on a
        card, a dask array in row blocks, or an array of tiles. Shape (customers, sites).
    live
        A mask of the sites that count, or their numbers. A rank counts the others too.
    rank
        0 is a customer's cheapest site of all; beyond the last are all. Sites that cost the same as the one of that
        rank are in. Give it or `top`.
    top
        The cost up to which sites are wanted. Shape (customers,).
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    NearEnds
        Of sites that cost the same, the one with the lower number comes first.

    Raises
    ------
    InvalidProblem
        If a shape, a site or the rank is wrong, or the backend cannot run here.
    """
    c = cost_matrix("cost", cost)
    n, m = int(c.shape[0]), int(c.shape[1])
    is_live = np.zeros(m, np.bool_)
    is_live[sites("live", live, m)] = True
    if (rank is None) == (top is None):
        found = "both" if top is not None else "neither"
        raise InvalidProblem([Flaw("arguments 'rank' and 'top'", "be one of them", found, "give one")])
    if top is None:
        if isinstance(rank, bool) or not isinstance(rank, int | np.integer) or rank < 0:
            fix = "give 0 for the cheapest site alone"
            raise InvalidProblem([Flaw("argument 'rank'", "be a whole number from 0", repr(rank), fix)])
        # Beyond the last site, each row is wanted whole.
        tops, counted = (np.full(n, np.inf), None) if rank >= m else (None, int(rank))
    else:
        tops, counted = numbers("top", top), None
        if tops.shape != (n,) or np.isnan(tops).any():
            must = f"be {n} numbers, +inf for all sites"
            raise InvalidProblem([Flaw("argument 'top'", must, f"shape {tops.shape}", "give one for each customer")])
        tops = tops.copy()
    return NearEnds(*load_for("near_ends", backend, c).run(c, is_live, counted, tops, threads))
