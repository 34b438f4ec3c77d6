"""Near ends in slow Python: the oracle."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray


def near_ends(
    cost: NDArray[Any], live: Sequence[int], rank: int | None, top: Sequence[float] | None
) -> tuple[list[list[int]], list[list[float]], list[float]]:
    """Return each customer's sites, their costs, and how far they reach."""
    site, near, tops = [], [], []
    for i, row in enumerate(cost.tolist()):
        if top is not None:
            limit = float(top[i])
        else:
            assert rank is not None
            limit = sorted(row)[rank] if rank < len(row) else float("inf")
        usable = sorted((x, j) for j, x in enumerate(row) if j in live and x != float("inf"))
        kept = [(x, j) for x, j in usable if x <= limit]
        site.append([j for _, j in kept])
        near.append([x for x, _ in kept])
        tops.append(float("inf") if len(kept) == len(usable) else limit)
    return site, near, tops
