r"""What opening, closing or exchanging one site would change: all moves of a local search in one pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, sites
from sitewright.kernels.nearest import Nearest, nearest
from sitewright.optimizer.errors import Flaw, InvalidProblem

__all__ = ["Gains", "gains"]


@dataclass(frozen=True, eq=False)
class Gains:
    """Changes of the service cost alone, EUR/yr: fixed costs are the caller's to add."""

    open: NDArray[np.int64]  # (open,): the open sites, ascending
    add: NDArray[np.float64]  # (sites,): saved by opening the site as well; 0 for an open one
    drop: NDArray[np.float64]  # (open,): lost by closing the site; +inf if a customer would have none left
    loss: NDArray[np.float64]  # (open, sites): lost beside `add` by closing the one in exchange for the other

    def swap(self) -> NDArray[np.float64]:
        """Return what each exchange saves. Shape (open, sites): close the first, open the second."""
        return self.add - self.loss


def gains(
    cost: Any, open: ArrayLike, near: Nearest | None = None, *, backend: Backend = "cpu", threads: int | None = None
) -> Gains:
    r"""Return what every added, dropped and exchanged site changes in the cost of serving all from the nearest one.

    With a_i and b_i the costs of i's nearest and second nearest open site, and r(i) the nearest:

    .. math:: add_j = \sum_i \max(0, a_i - c_{ij}), \quad drop_r = \sum_{i: r(i) = r} (b_i - a_i), \quad
        loss_{rj} = \sum_{i: r(i) = r} (\min(\max(c_{ij}, a_i), b_i) - a_i)

    Closing r and opening j saves :math:`add_j - loss_{rj}`: the "extra" of Resende and Werneck (Annals of Operations
    Research 150, 2007, section 3) is drop - loss, and with the loss nothing cancels where b_i is infinite.

    Parameters
    ----------
    cost
        As in `nearest`. Shape (customers, sites).
    open
        A mask of the sites, or the numbers of the open ones.
    near
        ``nearest(cost, open)``, if at hand.
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Gains

    Raises
    ------
    InvalidProblem
        If no open site can serve some customer (name one that can, or give the pair a high cost), `near` is of other
        sites, a shape is wrong, or the backend cannot run here.
    """
    c = cost_matrix("cost", cost)
    chosen = sites("open", open, c.shape[1])
    near = nearest(cost, chosen, backend=backend, threads=threads) if near is None else near
    if np.any(near.site < 0):
        i = int(np.flatnonzero(near.site < 0)[0])
        fix = "open a site that can, or give forbidden pairs a high cost instead of +inf"
        raise InvalidProblem([Flaw(f"customer {i}", "have an open site that can serve it", "none", fix)])
    # By a table: a search for each customer took as long as the kernel.
    number = np.full(c.shape[1], -1, np.int64)
    number[chosen] = np.arange(len(chosen))
    foreign = len(near.site) != c.shape[0] or near.site.max(initial=-1) >= c.shape[1]
    position = number[:0] if foreign else number[near.site]
    if foreign or np.any(position < 0):
        must, found = "be nearest(cost, open)", "another matrix's, or another set's"
        raise InvalidProblem([Flaw("argument 'near'", must, found, "leave it out, or find it anew")])
    module = load_for("gains", backend, c)
    add, loss = module.run(c, near.cost, near.second_cost, position, len(chosen), threads)
    step = near.second_cost.astype(np.float64) - near.cost
    drop = np.zeros(len(chosen))
    np.add.at(drop, position, step)
    return Gains(chosen, add, drop, loss)
