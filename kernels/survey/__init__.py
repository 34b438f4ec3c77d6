"""What a solve must know of a matrix before it begins: how large its costs are, and whether they are whole numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix

__all__ = ["Survey", "survey"]


@dataclass(frozen=True, eq=False)
class Survey:
    """What `survey` found."""

    largest: NDArray[np.float64]  # (customers,): largest magnitude of a usable cost; 0 where no site is usable
    whole: bool  # all usable costs are whole numbers


def survey(cost: Any, *, backend: Backend = "cpu", threads: int | None = None) -> Survey:
    """Return the largest usable cost of every customer, and whether all usable costs are whole numbers.

    Parameters
    ----------
    cost
        Of any sign; +inf forbids the pair, NaN is not looked for. float32 or float64; a NumPy array, an array on a
        card, a dask array in row blocks, or an array of tiles. Shape (customers, sites).
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Survey

    Raises
    ------
    InvalidProblem
        If the shape is wrong, or the backend cannot run here.
    """
    c = cost_matrix("cost", cost)
    largest, broken = load_for("survey", backend, c).run(c, threads)
    return Survey(largest, not broken.any())
