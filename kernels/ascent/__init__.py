r"""Dual ascent: prices of the customers that bound an uncapacitated problem, in a few passes over the matrix."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, vector
from sitewright.optimizer.errors import Flaw, InvalidProblem

__all__ = ["Ascent", "ascent"]


@dataclass(frozen=True, eq=False)
class Ascent:
    """Prices, what is left of each fixed cost, and the bound."""

    prices: NDArray[np.float64]  # (customers,)
    slack: NDArray[np.float64]  # (sites,): f_j less what the customers pay; a site at 0 is a candidate to open
    bound: float  # at most the cost of any plan


def ascent(
    cost: Any, fixed_cost: ArrayLike, *, passes: int = 1000, backend: Backend = "cpu", threads: int | None = None
) -> Ascent:
    r"""Raise customers' prices in turn, each to its next cost level, as long as every fixed cost covers what is paid.

    .. math:: \max \sum_i u_i \quad \text{so that} \quad \sum_i \max(0, u_i - c_{ij}) \le f_j

    (Erlenkotter, A Dual-Based Procedure for Uncapacitated Facility Location, Operations Research 26, 1978, section 2.)

    Parameters
    ----------
    cost
        EUR/yr of serving a customer's WHOLE demand, of any sign; +inf forbids the pair, and each customer must have a
        site. float32 or float64; a NumPy array, an array on a card, a dask array in row blocks, or an array of tiles.
        Shape (customers, sites).
    fixed_cost
        f in EUR/yr, at least 0. Shape (sites,).
    passes
        Over the customers at most. Every result is a bound, the last the best.
    backend
        "cpu", "cuda" or "dask". The customers are taken in turn on all of them, so that all give the same.
    threads
        Not used: each customer's step depends on the one before.

    Returns
    -------
    Ascent

    Raises
    ------
    InvalidProblem
        If a shape, a fixed cost or `passes` is wrong, a customer has no site, or the backend cannot run here.

    Notes
    -----
    The bound holds although the arithmetic (float64 for both types of matrix) rounds. Proof: for any prices, with P_j
    what site j is paid exactly, :math:`\sum_i u_i - \sum_j \max(0, P_j - f_j)` is a bound. P_j exceeds f_j only by
    rounding. With delta = 2^-53, each payment to a site rounds its slack by delta f_j at most, and there are no more
    payments to it than steps; and each step of a customer changes its price by what it pays to within 4 delta M_i, at
    every site that it pays, with M_i the largest magnitude that its price had, at the start or at the end since it
    rises. The sum of the prices rounds by n delta of their magnitudes. Twice all that is taken off.
    """
    c = cost_matrix("cost", cost)
    fixed = vector("fixed_cost", fixed_cost, size=c.shape[1], low=0.0, high=np.finfo(np.float64).max)
    if isinstance(passes, bool) or not isinstance(passes, int | np.integer) or passes < 0:
        flaw = Flaw("argument 'passes'", "be a whole number, at least 0", repr(passes), "leave it out for 1000")
        raise InvalidProblem([flaw])
    start, prices, slack, steps = load_for("ascent", backend, c).run(c, fixed, passes)
    if not np.isfinite(start).all():
        i = int(np.flatnonzero(~np.isfinite(start))[0])
        raise InvalidProblem([Flaw(f"customer {i}", "have a site that can serve it", "+inf at all", "allow a pair")])
    n, m = c.shape
    with np.errstate(over="ignore", invalid="ignore"):
        largest = np.maximum(np.abs(start), np.abs(prices)).sum()
        lost = (steps + 1) * fixed.sum() + (n + 4 * m * (steps / max(n, 1) + 1)) * largest
        bound = float(prices.sum() - 2.0**-52 * lost)
    return Ascent(prices, slack, bound if np.isfinite(bound) else -np.inf)
