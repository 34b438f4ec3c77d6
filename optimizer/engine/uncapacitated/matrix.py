"""What the engine asks of the cost matrix, in memory or in row blocks on Dask: some passes, whose answers are small.

On Dask the blocks stay where they are. What comes back are the near ends of the rows and vectors over customers; all
prices, steps and searches use these alone.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.optimizer.blocks import in_blocks
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix, build_prefix, ranked, spread
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Rule

# Rows of a matrix in memory that are looked at together.
ROWS = 65536


def usable_cost(problem: Problem) -> Any:
    """Return the cost matrix with +inf where a rule forbids the pair; float32 stays float32. Not to be written to."""
    cost: Any = problem.data["service_cost"].data
    if cost.dtype not in (np.float32, np.float64):
        cost = cost.astype(np.float64)
    if in_blocks(cost):
        return _masked(problem, cost)
    return cost if problem.allowed.all() else np.where(problem.allowed, cost, np.array(np.inf, cost.dtype))


def at_hand(cost: Any) -> NDArray[Any]:
    """Return the matrix if it is in memory, else one of as many rows without columns."""
    return np.empty((cost.shape[0], 0), cost.dtype) if in_blocks(cost) else cost


def near_ends(
    cost: Any,
    live: NDArray[np.bool_],
    *,
    rank: int | None = None,
    top: NDArray[np.float64] | None = None,
    scale: NDArray[np.float64] | None = None,
    threads: int | None = None,
) -> Prefix:
    """Return the pairs of each customer up to its site of a rank, or up to a cost `top`, shape (customers,)."""
    if not in_blocks(cost):
        top = ranked(cost, int(rank or 0), threads=threads) if top is None else top
        return build_prefix(cost, live, top, scale=scale, threads=threads)
    tops = np.full(cost.shape[0], np.nan) if top is None else top
    parts = _tiles.each(cost, _near_of_tile, tops, extra=(live, rank or 0))
    count, site, near, tops = (np.concatenate([part[k] for part in parts]) for k in range(4))
    start = np.concatenate([[0], np.cumsum(count)])
    return Prefix(start, site, near, tops, spread(start, near) if scale is None else scale, cost.shape[1])


def sample(cost: Any, rows: int) -> NDArray[Any]:
    """Return about so many rows, evenly spread."""
    return np.asarray(cost[:: max(1, cost.shape[0] // rows)])


def by_tile(cost: Any, function: Callable[..., Any]) -> list[Any]:
    """Return ``function(some rows)`` for all rows, in order."""
    if in_blocks(cost):
        return _tiles.each(cost, _called, extra=(function,))
    return [function(part) for part in np.array_split(cost, max(1, len(cost) // ROWS))]


def _called(tile: NDArray[Any], function: Callable[..., Any], threads: int | None) -> Any:
    return function(tile)


def _near_of_tile(
    tile: NDArray[Any], top: NDArray[np.float64], live: NDArray[np.bool_], rank: int, threads: int | None
) -> tuple[NDArray[Any], ...]:
    tile = np.ascontiguousarray(tile)
    top = ranked(tile, rank, threads=threads) if np.isnan(top).any() else top
    near = build_prefix(tile, live, top, threads=threads)
    return np.diff(near.start), near.site, near.cost, near.top


def _masked(problem: Problem, cost: Any) -> Any:
    """Return the matrix on Dask with +inf where a pair rule forbids; the masks are made block by block, beside it."""
    rules = [rule for rule in problem.all_rules if type(rule).forbids is not Rule.forbids]
    if not rules:
        return cost
    import dask
    import dask.array

    others = problem.data.drop_vars("service_cost")
    parts = []
    for block, (first, end) in zip(cost.to_delayed()[:, 0], _tiles.spans(cost), strict=True):
        part = others.isel(customer=slice(first, end))
        masked = dask.delayed(_mask, pure=False)(block, part, rules)
        parts.append(dask.array.from_delayed(masked, (end - first, cost.shape[1]), cost.dtype))
    return dask.array.concatenate(parts)


def _mask(tile: NDArray[Any], data: Any, rules: list[Rule]) -> NDArray[Any]:
    part = object.__new__(Problem)  # unchecked: the whole was checked
    for name, value in {"data": data, "rules": (), "name": ""}.items():
        object.__setattr__(part, name, value)
    out = tile.copy()
    for rule in rules:
        forbids = rule.forbids(part)
        if forbids is not None:
            out[forbids] = np.inf
    return out
