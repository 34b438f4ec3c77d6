"""Override: what is measured goes over what is modelled."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._check import numbers
from sitewright.optimizer.errors import Flaw, InvalidProblem


def override(modelled: ArrayLike, measured: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the modelled latency with every measured value in its place, and where that was.

    Parameters
    ----------
    modelled
        ms. Shape (customers, sites).
    measured
        ms, NaN where nothing was measured. Shape (customers, sites). A measured matrix need not be a metric: in public
        data 78 % of the pairs have a faster way over a third host.

    Returns
    -------
    ndarray, ndarray
        ms, a new array, and True where it was measured. Shapes (customers, sites).

    Raises
    ------
    InvalidProblem
        If the shapes differ, or a measured value is not a positive number.
    """
    model, own = numbers("modelled", modelled), numbers("measured", measured)
    if model.ndim != 2:
        flaw = Flaw("argument 'modelled'", "be a matrix", f"shape {model.shape}", "give customers x sites")
        raise InvalidProblem([flaw])
    if model.shape != own.shape:
        fix = "transpose it" if own.shape == model.shape[::-1] else "give one value, or NaN, for each pair"
        raise InvalidProblem([Flaw("argument 'measured'", f"have shape {model.shape}", str(own.shape), fix)])
    known = ~np.isnan(own)
    bad = np.argwhere(known & ~((own > 0) & (own < np.inf)))
    if len(bad):
        i, j = bad[0]
        where = f"argument 'measured', pair ({i}, {j})"
        raise InvalidProblem([Flaw(where, "be a positive number of ms", str(own[i, j]), "correct it, or NaN")])
    return np.where(known, own, model), known
