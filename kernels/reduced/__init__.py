r"""Reduced cost of every site under prices u of the customers: the pass that a Lagrangian bound repeats."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, sites, vector

__all__ = ["Reduced", "reduced", "served"]


@dataclass(frozen=True, eq=False)
class Reduced:
    """What `reduced` found, and the prices that it holds for."""

    value: NDArray[np.float64]  # (sites,), EUR/yr, never above the exact value
    prices: NDArray[np.float64]  # (customers,), as used: rounded to the type of the matrix


def reduced(cost: Any, prices: ArrayLike, *, backend: Backend = "cpu", threads: int | None = None) -> Reduced:
    r"""Return, for every site, what serving all customers that gain from it saves.

    .. math:: v_j(u) = \sum_i \min(0, c_{ij} - u_i)

    With it, and f_j the fixed costs, :math:`\sum_i u_i + \min_{y \in Y} \sum_j (f_j + v_j(u)) y_j` is at most the cost
    of any plan whose open sites y keep to Y (Cornuejols, Fisher, Nemhauser, Management Science 23, 1977, eq. 9).

    Parameters
    ----------
    cost
        EUR/yr of serving a customer's WHOLE demand; +inf forbids the pair. float32 or float64; a NumPy array, an array
        on a card, a dask array in row blocks, or an array of tiles. Shape (customers, sites).
    prices
        u in EUR/yr, finite. Shape (customers,). Of a float32 matrix, they are rounded to float32 first, and the bound
        must be taken with the rounded ones, which the result holds.
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Reduced

    Raises
    ------
    InvalidProblem
        If a shape or a price is wrong, or the backend cannot run here.

    Notes
    -----
    A value is never above the exact one, so the bound stays valid. Proof: with eps half a unit in the last place of
    the matrix's type, each difference is off by eps relative at most, and rounding keeps its sign; a difference or sum
    of floats that underflows is exact, and one that overflows is -inf, below everything. They are added in float64: a
    term goes through fewer than 2 n + 8 additions, whatever the blocks, with a rounding of delta = 2^-53 each. All
    terms are <= 0, so nothing cancels, and in magnitude computed >= exact (1 - eps) (1 - delta)^(2 n + 8). So the
    computed value times 1 + 4 eps + 4 (n + 8) delta, which itself is rounded three times, is at or below the exact one
    (n < 10^12).
    That the matrix itself was rounded is its maker's to allow for: `round_down` makes a float32 matrix that is nowhere
    above the float64 one, and v falls with c.
    """
    c = cost_matrix("cost", cost)
    u = vector("prices", prices, size=c.shape[0], low=-LARGEST, high=LARGEST).astype(c.dtype)
    value = load_for("reduced", backend, c).run(c, u, threads)
    eps = np.finfo(c.dtype).eps / 2
    margin = 4 * eps + 4 * (c.shape[0] + 8) * 2.0**-53
    return Reduced(np.nextafter(value * (1 + margin), -np.inf), u.astype(np.float64))


def served(
    cost: Any, prices: ArrayLike, open: ArrayLike, *, backend: Backend = "cpu", threads: int | None = None
) -> NDArray[np.int32]:
    """Return how many of the sites `open` each customer gains from: one minus it is the subgradient of the bound.

    Parameters as in `reduced`; `open` is a mask of the sites or their numbers. Shape (customers,).
    """
    c = cost_matrix("cost", cost)
    u = vector("prices", prices, size=c.shape[0], low=-LARGEST, high=LARGEST).astype(c.dtype)
    result: NDArray[np.int32] = load_for("reduced", backend, c).served(c, u, sites("open", open, c.shape[1]), threads)
    return result


# Prices beyond it would overflow float32; no cost comes near.
LARGEST = 1e38
