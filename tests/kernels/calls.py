"""One call of every kernel, for what must hold of all of them: threads, uploads, tiles, limits of memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.network import load_network
from sitewright.kernels import (
    FibreLatency,
    Places,
    ascent,
    cost,
    cover,
    gains,
    great_circle,
    great_circle_latency,
    knapsack,
    knapsack_served,
    latency,
    near_ends,
    nearest,
    order,
    reduced,
    served,
    survey,
)

COUNTRIES = np.array(["DEU", "CHN", "USA", "JPN"])


def places(n: int, seed: int) -> Places:
    rng = np.random.default_rng(seed)
    return Places(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), COUNTRIES[rng.integers(0, 4, n)])


def terms(n: int, m: int, latency: Any, **options: Any) -> Any:
    """Call `cost` with plain numbers around a latency."""
    customers, sites = np.linspace(0, 90, n), np.linspace(1, 2, m)
    prices = {"energy_price": sites, "network_price": sites, "haul_price": 0.1}
    late = {"penalty_rate": customers, "penalty_free": customers}
    return cost(latency=latency, demand=customers, **prices, **late, **options)


def _cost(home: Places, place: Places, **options: Any) -> Any:
    ms = great_circle_latency(home, place, dtype=options.get("dtype", np.float64))
    return terms(len(home), len(place), ms, allowed=ms < 150, **options)


def _fused(home: Places, place: Places, **options: Any) -> Any:
    return terms(len(home), len(place), FibreLatency(home, place, load_network()), **options)


MAKING: dict[str, Callable[..., Any]] = {
    "great_circle": lambda home, place, **o: great_circle(home.lat, home.lon, place.lat, place.lon, **o),
    "great_circle_latency": great_circle_latency,
    "latency": lambda home, place, **o: latency(home, place, load_network(), **o),
    "cost": _cost,
    "cost of a fibre latency": _fused,
}


def _few(m: int) -> list[int]:
    return list(range(0, m, 3))


def _knapsack(matrix: Any, whole: bool = False, **options: Any) -> list[Any]:
    n, m = matrix.shape
    u, d, q = np.linspace(100, 900, n), np.arange(n) % 5 + 1.0, np.linspace(1, n / 2, m)
    found = knapsack(matrix, u, d, q, whole=whole, nodes=200, **options)
    who = [found.taken] if found.taken is not None else []
    parts = [found.value, found.price, found.last, found.part, found.exact, *who]
    return [*parts, knapsack_served(matrix, u, d, found, _few(m), **options)]


def _reduced(matrix: Any, **options: Any) -> list[Any]:
    prices = np.linspace(100, 900, matrix.shape[0])
    return [reduced(matrix, prices, **options).value, served(matrix, prices, _few(matrix.shape[1]), **options)]


def _near_ends(matrix: Any, **options: Any) -> list[Any]:
    n, live = matrix.shape[0], range(1, matrix.shape[1])
    found = near_ends(matrix, live, rank=2, **options), near_ends(matrix, live, top=np.linspace(0, 900, n), **options)
    return [x for ends in found for x in vars(ends).values()]


READING: dict[str, Callable[..., list[NDArray[Any]]]] = {
    "nearest": lambda matrix, **o: list(vars(nearest(matrix, _few(matrix.shape[1]), **o)).values()),
    "nearest of one": lambda matrix, **o: list(vars(nearest(matrix, [0], **o)).values()),
    "gains": lambda matrix, **o: list(vars(gains(matrix, _few(matrix.shape[1]), **o)).values()),
    "reduced": _reduced,
    "knapsack": _knapsack,
    "whole knapsack": lambda matrix, **o: _knapsack(matrix, True, **o),
    "ascent": lambda matrix, **o: list(vars(ascent(matrix, np.linspace(0, 900, matrix.shape[1]), **o)).values()),
    "cover": lambda matrix, **o: [cover(matrix, 400.0, **o).bits],
    "order": lambda matrix, **o: [order(matrix, **o), order(matrix, 2, **o)],
    "near_ends": _near_ends,
    "survey": lambda matrix, **o: list(vars(survey(matrix, **o)).values()),
}
