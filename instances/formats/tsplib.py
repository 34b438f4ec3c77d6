"""TSPLIB points as a p-median: customers and sites are the same points, distances Euclidean, p is the caller's.

Published p-median tables round distances DOWN, which is the default (rl1304, p = 5: 3 099 073); tables of p-centers
use real distances, ``rounding="none"``; TSPLIB's own EUC_2D (Reinelt, ORSA Journal on Computing 3, 1991) rounds to the
nearest, ``rounding="nearest"``.
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount

NAME = "tsplib"
DESCRIPTION = "TSPLIB points (rl1304, pcb3038, …) as a p-median; needs p"
OPTIONS = frozenset({"rounding"})
MARK = "NODE_COORD_SECTION"
PLANE = ("EUC_2D", "CEIL_2D")  # how a tour's lengths are rounded does not matter here
MOST_POINTS = 20_000  # 3.2 GB of distances
BLOCK = 256


def recognises(source: Source) -> bool:
    return MARK in source.text or "EDGE_WEIGHT_TYPE" in source.text


def read(source: Source, options: Options) -> Problem:
    head, found, body = source.text.partition(MARK)
    keys = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    kind = keys.get("EDGE_WEIGHT_TYPE", "EUC_2D")
    if not found:
        raise source.fail(f"have a {MARK}", "none", "give the distances as a CSV matrix")
    if kind not in PLANE:
        raise source.fail(f"have points in the plane ({', '.join(PLANE)})", kind, "give the distances as a CSV matrix")
    points = _points(source, keys.get("DIMENSION"), body.removesuffix("EOF"), head.count("\n") + 1)
    n = len(points)
    if options.p is None or not 1 <= options.p <= n:
        found_p = "none given" if options.p is None else options.p
        raise source.fail(f"come with p, the number of open sites, from 1 to {n}", found_p, "say p=…")
    return Problem.from_arrays(
        service_cost=_distances(points, options.rounding or "floor"),
        fixed_cost=np.zeros(n),
        rules=(SiteCount(at_least=options.p, at_most=options.p),),
        name=source.stem,
    )


def _points(source: Source, dimension: str | None, body: str, row: int) -> NDArray[np.float64]:
    """Return the coordinates. Shape (points, 2)."""
    numbers = Numbers(source, body, first_row=row)
    n, rest = divmod(len(numbers.values), 3)
    if rest or not n or (dimension is not None and dimension != str(n)):
        must = f"have {dimension or 'some'} points, each with index, x and y"
        last = numbers.row(len(numbers.values))
        raise source.fail(must, f"{len(numbers.values)} numbers", "give the whole file", row=last)
    if n > MOST_POINTS:
        raise source.fail(f"have at most {MOST_POINTS} points: the matrix is dense", n, "take a smaller instance")
    points = numbers.take(3 * n, "points", low=-np.inf).reshape(n, 3)
    labels, count = np.unique(points[:, 0], return_counts=True)
    if (count > 1).any():
        label = labels[np.argmax(count > 1)]
        last = int(np.flatnonzero(points[:, 0] == label)[-1])
        raise source.fail("number each point once", f"{label:g} again", "correct the number", row=numbers.row(3 * last))
    return points[:, 1:]


def _distances(points: NDArray[np.float64], rounding: str) -> NDArray[np.float64]:
    """Return all distances. Shape (points, points). Blocks of rows, so that nothing else is as big."""
    distance = np.empty((len(points), len(points)))
    for k in range(0, len(points), BLOCK):
        rows = distance[k : k + BLOCK]
        x, y = (points[k : k + BLOCK, None] - points[None]).transpose(2, 0, 1)
        np.sqrt(x * x + y * y, out=rows)  # right to the last bit where the sum is, so that floor is right for 3-4-5
        if rounding == "nearest":
            rows += 0.5
        if rounding != "none":
            np.floor(rows, out=rows)
    return distance
