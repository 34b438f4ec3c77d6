"""Kernels that read a matrix, which is made and taken to its place beforehand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sitewright.kernels import (
    ascent,
    cover,
    gains,
    knapsack,
    near_ends,
    nearest,
    order,
    reduced,
    served,
    survey,
    upload,
)


def matrix(backend: str, n: int, m: int, dtype: Any) -> Any:
    """Return costs from 0 to 1 in memory, on the card or in row blocks on Dask."""
    array = np.random.default_rng(1).random((n, m), dtype=dtype)
    if backend == "cuda":
        return upload(array)
    if backend == "dask":
        import dask.array

        return dask.array.from_array(array, chunks=(max(64, n // 4 // 64 * 64), m))
    return array


def _some(m: int) -> Any:
    return np.arange(0, m, max(1, m // 20))


def of_nearest(backend: str, *shape: Any) -> Callable[[], Any]:
    c, chosen = matrix(backend, *shape), _some(shape[1])
    return lambda: nearest(c, chosen, backend=backend)


def of_gains(backend: str, *shape: Any) -> Callable[[], Any]:
    c, chosen = matrix(backend, *shape), _some(shape[1])
    near = nearest(c, chosen, backend=backend)
    return lambda: gains(c, chosen, near, backend=backend)


def of_reduced(backend: str, *shape: Any) -> Callable[[], Any]:
    c, prices = matrix(backend, *shape), np.full(shape[0], 0.3)
    return lambda: reduced(c, prices, backend=backend)


def of_served(backend: str, *shape: Any) -> Callable[[], Any]:
    c, prices, chosen = matrix(backend, *shape), np.full(shape[0], 0.3), _some(shape[1])
    return lambda: served(c, prices, chosen, backend=backend)


def of_knapsack(backend: str, *shape: Any) -> Callable[[], Any]:
    n, m, _ = shape
    c, prices, demand = matrix(backend, *shape), np.full(n, 0.3), np.random.default_rng(2).uniform(1, 5, n)
    capacity = np.full(m, 5 * demand.sum() / m)
    return lambda: knapsack(c, prices, demand, capacity, backend=backend)


def of_ascent(backend: str, *shape: Any) -> Callable[[], Any]:
    c, fixed = matrix(backend, *shape), np.full(shape[1], 1.0)
    return lambda: ascent(c, fixed, passes=3, backend=backend)


def of_cover(backend: str, *shape: Any) -> Callable[[], Any]:
    c = matrix(backend, *shape)
    return lambda: cover(c, 0.2, backend=backend)


def of_order(backend: str, *shape: Any) -> Callable[[], Any]:
    c = matrix(backend, *shape)
    return lambda: order(c, 8, backend=backend)


def of_near_ends(backend: str, *shape: Any) -> Callable[[], Any]:
    c, live = matrix(backend, *shape), np.ones(shape[1], np.bool_)
    return lambda: near_ends(c, live, rank=12, backend=backend)


def of_survey(backend: str, *shape: Any) -> Callable[[], Any]:
    c = matrix(backend, *shape)
    return lambda: survey(c, backend=backend)


READING = {
    "nearest": of_nearest,
    "gains": of_gains,
    "reduced": of_reduced,
    "served": of_served,
    "knapsack": of_knapsack,
    "ascent": of_ascent,
    "cover": of_cover,
    "order": of_order,
    "near_ends": of_near_ends,
    "survey": of_survey,
}
