"""What the engine asks of the cost matrix, in memory, on a card or in row blocks on Dask: passes with small answers.

On a card or on Dask it stays where it is. What comes back are the near ends of the rows and vectors over customers; all
prices and steps use these alone, and so do searches where no matrix is in memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels._backends import lies
from sitewright.optimizer.blocks import in_blocks
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Rule


def usable_cost(problem: Problem) -> Any:
    """Return the cost matrix with +inf where a rule forbids the pair; float32 stays float32. Not to be written to."""
    cost: Any = problem.data["service_cost"].data
    if cost.dtype not in (np.float32, np.float64):
        cost = cost.astype(np.float64)
    if in_blocks(cost):
        return _masked(problem, cost)
    cost = np.ascontiguousarray(cost)
    return cost if problem.allowed.all() else np.where(problem.allowed, cost, np.array(np.inf, cost.dtype))


def at_hand(cost: Any) -> NDArray[Any]:
    """Return the matrix if it is in memory, else one of as many rows without columns."""
    return np.empty((cost.shape[0], 0), cost.dtype) if in_blocks(cost) else cost


def sample(cost: Any, rows: int) -> NDArray[Any]:
    """Return about so many rows, evenly spread."""
    step = max(1, cost.shape[0] // rows)
    if lies(cost) == "card":
        from sitewright.kernels._card import every

        return every(cost, step)
    return np.asarray(cost[::step])


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
