"""The nearest and the second nearest open site of every customer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, sites

__all__ = ["Nearest", "nearest"]


@dataclass(frozen=True, eq=False)
class Nearest:
    """Site numbers, -1 where no open site can serve; costs in the matrix's type, +inf there. Shape (customers,)."""

    site: NDArray[np.int32]
    cost: NDArray[Any]
    second_site: NDArray[np.int32]
    second_cost: NDArray[Any]


def nearest(cost: Any, open: ArrayLike, *, backend: Backend = "cpu", threads: int | None = None) -> Nearest:
    """Return for every customer the cheapest open site and the next one, with their costs.

    Parameters
    ----------
    cost
        Cost or latency, of any sign; +inf forbids the pair, NaN is not looked for. float32 or float64; a NumPy array,
        an array on a card, a dask array in row blocks, or an array of tiles. Shape (customers, sites).
    open
        A mask of the sites, or the numbers of the open ones.
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Nearest
        Of sites that cost the same, the one with the lower number comes first.

    Raises
    ------
    InvalidProblem
        If a shape or a site is wrong, or the backend cannot run here.
    """
    c = cost_matrix("cost", cost)
    chosen = sites("open", open, c.shape[1])
    return Nearest(*load_for("nearest", backend, c).run(c, chosen.astype(np.int32), threads))
