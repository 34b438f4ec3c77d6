r"""The best that each site can make of its capacity under prices u of the customers: a knapsack a site."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load_for
from sitewright.kernels._check import cost_matrix, sites, vector
from sitewright.kernels._memory import available, refuse_above
from sitewright.kernels.reduced import LARGEST
from sitewright.optimizer.errors import Flaw, InvalidProblem

__all__ = ["Knapsack", "knapsack", "knapsack_served"]

NODES = 20_000


@dataclass(frozen=True, eq=False)
class Knapsack:
    """Of every site; a customer is named by its number."""

    value: NDArray[np.float64]  # (sites,), EUR/yr, never above the exact value
    price: NDArray[np.float64]  # (sites,), EUR/MW/yr: what another MW of capacity would be worth; 0 where not full
    last: NDArray[np.int64]  # (sites,): the customer that is served in part, -1 if none
    part: NDArray[np.float64]  # (sites,): its share
    exact: NDArray[np.bool_]  # (sites,): False where the search for whole customers ended early, on a lower value
    taken: NDArray[np.bool_] | None  # (sites, customers): who is served, of the 0-1 knapsack


def knapsack(
    cost: Any,
    prices: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    *,
    whole: bool = False,
    nodes: int = NODES,
    backend: Backend = "cpu",
    threads: int | None = None,
) -> Knapsack:
    r"""Return each site's best choice of customers within its capacity.

    .. math:: v_j(u) = \min \left\{ \sum_i (c_{ij} - u_i) x_i : \sum_i d_i x_i \le q_j, \; 0 \le x_i \le 1 \right\}

    Continuous: customers by saving per MW until the capacity is used up, the last one in part (Dantzig, Operations
    Research 5, 1957), found by selection in linear time (Balas, Zemel, Operations Research 28, 1980). With `whole`,
    x is 0 or 1, by depth-first branch and bound with Dantzig's bound (Horowitz, Sahni, Journal of the ACM 21, 1974).

    Parameters
    ----------
    cost
        As in `reduced`. Shape (customers, sites).
    prices
        u in EUR/yr. Shape (customers,).
    demand
        d in MW, at least 0. Shape (customers,).
    capacity
        q in MW, at least 0; +inf is no limit. Shape (sites,).
    whole
        Customers are served whole or not at all: single sourcing.
    nodes
        With `whole`: most nodes of the search at one site; beyond them the continuous value stands, a valid bound.
    backend
        "cpu", "cuda" (by bisection on the price of capacity, since a card has no use for sorting) or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Knapsack

    Raises
    ------
    InvalidProblem
        If a shape or a number is wrong, or the backend cannot run here; `whole` does not run on a card.
    TooLarge
        If with `whole` the answer, a byte for each pair, needs more memory than is free.

    Notes
    -----
    A value is never above the exact one. Proof: it is the knapsack's Lagrangian dual at the price w found,
    :math:`-\sum_i \max(0, s_i - w d_i) - w q_j` with :math:`s_i = u_i - c_{ij}`, which is a lower bound whatever w >= 0
    is. The arithmetic is in float64; with delta = 2^-53, a computed difference is off by 3 delta s at most. Compare it
    with the exact dual at w' = w (1 + 4 delta). Where the computed difference is not positive, s <= w d (1 + 3 delta),
    so the exact one at w' is not positive either. Where it is, the exact one at w' is at most the computed one times
    1 + 4 delta, since what it is off by, 3 delta (s - w d) + 3 delta w d, loses its second part to the higher price. So
    the exact value is at least -(1 + 4 delta) times the sum of the computed terms; these have one sign, so that summing
    them loses (n + 2) delta at most. The value is lowered by 4 (n + 8) delta of itself, and by 2^-1073 a customer for
    products that underflow; w is 0 or between 1e-290 and 1e300, so nothing else does.

    With `whole`, a site whose search ends keeps the best sum found, lowered by 2e-12: sets that could add no more than
    10^-12 are not looked at. What fits is tested with the capacity widened by 2 (n + 2) delta, so that a set that fits
    exactly is never missed, and the set taken may exceed the capacity by that much.
    """
    c = cost_matrix("cost", cost)
    n, m = c.shape
    u = vector("prices", prices, size=n, low=-LARGEST, high=LARGEST)
    d = vector("demand", demand, size=n, low=0.0, high=LARGEST)
    q = vector("capacity", capacity, size=m, low=0.0)
    if whole and backend == "cuda":
        fix = "use backend='cpu', or whole=False for the continuous bound"
        raise InvalidProblem([Flaw("argument 'whole'", "be False on a card", "True", fix)])
    if isinstance(nodes, bool) or not isinstance(nodes, int | np.integer) or nodes < 1:
        raise InvalidProblem([Flaw("argument 'nodes'", "be a positive whole number", repr(nodes), f"try {NODES}")])
    if whole:
        refuse_above((m, n), np.dtype(np.bool_), None, available(), ["whole=False for the continuous bound"])
    module = load_for("knapsack", backend, c)
    value, price, last, part, exact, taken = module.run(c, u, d, q, int(nodes) if whole else 0, threads)
    low = value * (1 + 4 * (n + 8) * 2.0**-53) - (n + 1) * 2.0**-1073
    return Knapsack(low, price, last, part, exact, taken if whole else None)


def knapsack_served(
    cost: Any,
    prices: ArrayLike,
    demand: ArrayLike,
    packed: Knapsack,
    open: ArrayLike,
    *,
    backend: Backend = "cpu",
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Return how often the sites `open` serve each customer: one minus it is the subgradient of the bound.

    `packed` is what `knapsack` returned for the same cost, prices and demand. Shape (customers,).
    """
    c = cost_matrix("cost", cost)
    chosen = sites("open", open, c.shape[1])
    if packed.taken is not None:
        return np.asarray(packed.taken[chosen].sum(axis=0, dtype=np.float64))
    u = vector("prices", prices, size=c.shape[0], low=-LARGEST, high=LARGEST)
    d = vector("demand", demand, size=c.shape[0], low=0.0, high=LARGEST)
    module = load_for("knapsack", backend, c)
    result: NDArray[np.float64] = module.served(c, u, d, packed.price, packed.last, chosen, threads)
    here = packed.last[chosen] >= 0
    np.add.at(result, packed.last[chosen][here], packed.part[chosen][here])
    return result
