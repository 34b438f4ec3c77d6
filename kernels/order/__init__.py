"""The sites of every customer in order of cost: all of them, or the first few."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix
from sitewright.kernels._memory import available, refuse_above
from sitewright.optimizer.errors import Flaw, InvalidProblem

__all__ = ["order"]


def order(
    cost: Any, k: int | None = None, *, backend: Backend = "cpu", threads: int | None = None
) -> NDArray[np.int32]:
    """Return for every customer its sites by rising cost; of equal costs, the lower number first.

    Parameters
    ----------
    cost
        As in `nearest`; +inf comes last. Shape (customers, sites).
    k
        How many of the first to find; all if not given.
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    ndarray
        Site numbers. Shape (customers, k).

    Raises
    ------
    InvalidProblem
        If a shape or `k` is wrong, or the backend cannot run here.
    TooLarge
        If the answer, a number of 4 bytes for each, needs more memory than is free.
    """
    c = cost_matrix("cost", cost)
    m = int(c.shape[1])
    if k is not None and (isinstance(k, bool) or not isinstance(k, int | np.integer) or not 0 <= k <= m):
        must = f"be a whole number from 0 to {m}"
        raise InvalidProblem([Flaw("argument 'k'", must, repr(k), "leave it out for all sites")])
    few = m if k is None else int(k)
    refuse_above((int(c.shape[0]), few), np.dtype(np.int32), None, available(), ["k, for the first few alone"])
    result: NDArray[np.int32] = load_for("order", backend, c).run(c, few, threads)
    return result
