"""Checks of arguments that the kernels' faces share. Each raises InvalidProblem naming the argument."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import lies
from sitewright.optimizer.errors import Flaw, InvalidProblem


def numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return the values as a contiguous float64 array of any shape; NaN and infinities pass."""
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        flaw = Flaw(f"argument {name!r}", "be numbers", f"{type(values).__name__} {values!r:.60}", "give numbers")
    raise InvalidProblem([flaw])


def vector(
    name: str, values: ArrayLike, *, size: int | None = None, low: float = -np.inf, high: float = np.inf
) -> NDArray[np.float64]:
    """Return a contiguous float64 vector with entries in [low, high]; the first bad entry is named."""
    array = numbers(name, values)
    if np.ndim(values) != 1 or (size is not None and len(array) != size):
        must = f"be a vector of {size}" if size is not None else "be a vector"
        raise InvalidProblem(
            [Flaw(f"argument {name!r}", must, f"shape {np.shape(values)}", "give one number for each")]
        )
    bad = np.flatnonzero(~((array >= low) & (array <= high)))
    if len(bad):
        must = f"lie between {low:g} and {high:g}"
        flaw = Flaw(f"argument {name!r}, entry {bad[0]}", must, str(array[bad[0]]), "correct the value")
        raise InvalidProblem([flaw])
    return array


def number(name: str, value: float, *, low: float, high: float = np.finfo(np.float64).max) -> float:
    """Return the value as a float in [low, high]."""
    if np.ndim(value) != 0:
        raise InvalidProblem(
            [Flaw(f"argument {name!r}", "be one number", f"shape {np.shape(value)}", "give one number")]
        )
    array = numbers(name, value)
    if not low <= float(array.ravel()[0]) <= high:
        must = f"lie between {low:g} and {high:g}"
        raise InvalidProblem([Flaw(f"argument {name!r}", must, repr(value), "correct the value")])
    return float(array.ravel()[0])


def float_type(dtype: Any) -> "np.dtype[Any]":
    """Return the dtype, which must be float32 or float64."""
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
        if kind in (np.dtype(np.float32), np.dtype(np.float64)):
            return kind
    except TypeError:
        pass
    raise InvalidProblem([Flaw("argument 'dtype'", "be float32 or float64", repr(dtype), "use np.float64")])


def cost_matrix(name: str, values: Any) -> Any:
    """Return a matrix to read: NumPy as C-contiguous float32 or float64; on a card, on Dask or in tiles, as it is."""
    floats = np.dtype(np.float32), np.dtype(np.float64)
    # An xarray.DataArray stands for what it holds.
    values = values.data if hasattr(values, "dims") else values
    if lies(values) != "numpy":
        if len(values.shape) == 2 and np.dtype(values.dtype) in floats:
            return values
        found = f"shape {tuple(values.shape)} of {values.dtype}"
        fix = "make one like it, or give a NumPy array"
        raise InvalidProblem([Flaw(f"argument {name!r}", "be a matrix of float32 or float64", found, fix)])
    array = np.asarray(values)
    if array.dtype not in floats:
        array = numbers(name, array)
    if array.ndim != 2:
        must = "be a matrix, customers by sites"
        raise InvalidProblem([Flaw(f"argument {name!r}", must, f"shape {np.shape(array)}", "give one row a customer")])
    return np.ascontiguousarray(array)


def sites(name: str, values: ArrayLike, n_sites: int) -> NDArray[np.int64]:
    """Return the columns of open sites, ascending: from a mask of all sites, or from their numbers."""
    array = np.asarray(values)
    if array.dtype == np.bool_ and array.shape == (n_sites,):
        return np.flatnonzero(array)
    if array.ndim == 1 and (array.dtype.kind in "iu" or not array.size):
        chosen = np.unique(array.astype(np.int64))
        if len(chosen) == len(array) and (not len(chosen) or (chosen[0] >= 0 and chosen[-1] < n_sites)):
            return chosen
    must = f"be a mask of {n_sites} sites, or different numbers from 0 to {n_sites - 1}"
    raise InvalidProblem([Flaw(f"argument {name!r}", must, f"{values!r:.60}", "give each open site once")])
