"""Dual ascent over row blocks: the slack goes from block to block, so the steps are those of the whole matrix."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.ascent import cpu


def run(cost: Any, fixed: NDArray[np.float64], passes: int) -> tuple[Any, Any, Any, int]:
    """Return (prices at the start, prices, slack, passes times customers)."""
    spans = _tiles.spans(cost)
    prices = _tiles.each(cost, cpu.start)
    first = np.concatenate([np.zeros(0), *prices])
    blocked = [~np.isfinite(p) for p in prices]
    slack, done = fixed.copy(), 0
    for _ in range(passes):
        done += 1
        moved = 0
        for k, span in enumerate(spans):
            if blocked[k].all():
                continue
            prices[k], blocked[k], slack, count = _turn(cost, k, span, prices[k], blocked[k], slack)
            moved += count
        if not moved:
            break
    return first, np.concatenate([np.zeros(0), *prices]), slack, done * int(cost.shape[0])


def _turn(cost: Any, k: int, span: tuple[int, int], *state: Any) -> Any:
    if hasattr(cost, "__dask_graph__"):
        import dask

        return dask.delayed(cpu.turn, nout=4, pure=False)(cost.to_delayed()[k, 0], *state).compute()
    return cpu.turn(np.ascontiguousarray(cost[span[0] : span[1]]), *state)
