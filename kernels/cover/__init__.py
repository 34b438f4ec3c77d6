"""Who is within a radius of which site, a bit a pair; and which sites or customers that makes redundant."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend, load, load_for
from sitewright.kernels._check import cost_matrix, number, numbers, vector

__all__ = ["Cover", "cover", "dominated"]


@dataclass(frozen=True, eq=False)
class Cover:
    """Bit b of word w of a site says whether it covers customer 64 w + b; bits past the last customer are 0."""

    bits: NDArray[np.uint64]  # (sites, words)
    n_customers: int

    @property
    def customers_of(self) -> NDArray[np.int64]:
        """Return how many customers each site covers. Shape (sites,)."""
        return np.asarray(np.bitwise_count(self.bits).sum(axis=1, dtype=np.int64))

    @property
    def sites_of(self) -> NDArray[np.int64]:
        """Return how many sites cover each customer. Shape (customers,)."""
        return np.asarray(self.mask().sum(axis=0, dtype=np.int64))

    def mask(self) -> NDArray[np.bool_]:
        """Return the bits as bytes, eight times the memory. Shape (sites, customers)."""
        little = self.bits.astype("<u8", copy=False).view(np.uint8)
        return np.unpackbits(little, axis=1, bitorder="little")[:, : self.n_customers].astype(np.bool_)

    def by_customer(self) -> NDArray[np.uint64]:
        """Return the bits the other way round: which sites cover a customer. Shape (customers, words of sites)."""
        return pack(self.mask().T)


def pack(mask: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return each row of a mask as 64-bit words, the first entry in the lowest bit. Shape (rows, words)."""
    wide = np.zeros((mask.shape[0], -(-mask.shape[1] // 64) * 64), np.bool_)
    wide[:, : mask.shape[1]] = mask
    return np.packbits(wide, axis=1, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def cover(distance: Any, radius: float, *, backend: Backend = "cpu", threads: int | None = None) -> Cover:
    """Return which customers each site covers: those at most `radius` away.

    Parameters
    ----------
    distance
        Latency, distance or cost; +inf is never covered. float32 or float64; a NumPy array, an array on a card, a dask
        array in row blocks, or an array of tiles. Shape (customers, sites).
    radius
        In the unit of `distance`. Compared exactly: of a float32 matrix, each entry as the number that it is.
    backend
        "cpu", "cuda" or "dask".
    threads
        Of the CPU; all processors if not given. The result does not depend on it.

    Returns
    -------
    Cover

    Raises
    ------
    InvalidProblem
        If a shape or the radius is wrong, or the backend cannot run here.
    """
    d = cost_matrix("distance", distance)
    limit = number("radius", radius, low=-np.finfo(np.float64).max)
    kind = np.dtype(d.dtype).type
    with np.errstate(over="ignore"):
        edge = kind(limit)
    # The greatest number of the matrix's type that is within the radius: then all comparing is done in that type.
    # As Python's floats: against a float32, NumPy would round the limit too.
    if float(edge) > limit:
        edge = np.nextafter(edge, kind(-np.inf))
    return Cover(load_for("cover", backend, d).run(d, edge, threads), int(d.shape[0]))


def dominated(
    bits: NDArray[np.uint64], weight: ArrayLike | None = None, *, backend: Backend = "cpu", threads: int | None = None
) -> NDArray[np.bool_]:
    """Return the rows whose bits another row has as well, at no greater weight. Shape (rows,).

    Of rows that are equal in both, the first stays. For sites (weight: fixed cost), a dominated one may stay closed.
    For customers that must all be covered, use the bits `by_customer` the other way: customer k needs no row of its own
    if the sites of some other are among its own, so ``dominated(~bits)``.

    Parameters
    ----------
    bits
        As in `Cover`. Shape (rows, words).
    weight
        Shape (rows,); all equal if not given.
    backend
        "cpu" or "cuda" ("dask" holds the bits in memory, and so uses the CPU's code here).

    Raises
    ------
    InvalidProblem
        If a shape is wrong, or the backend cannot run here.
    """
    words = np.ascontiguousarray(bits, dtype=np.uint64)
    rows = np.zeros(len(words)) if weight is None else vector("weight", numbers("weight", weight), size=len(words))
    result: NDArray[np.bool_] = load("cover", backend).dominated(words, rows, threads)
    return result
