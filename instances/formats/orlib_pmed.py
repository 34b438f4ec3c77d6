"""OR-Library p-median: ``n edges p``, then edges ``i j length``; distances are shortest paths.

An edge may stand twice, and the LAST one counts (Beasley, European Journal of Operational Research 21, 1985); with the
shorter one, pmed1 would give 5718 instead of the published 5819.
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.formats.base import Counts, header
from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount

NAME = "orlib-pmed"
DESCRIPTION = "OR-Library p-median (pmed1 … pmed40): a graph and p"
OPTIONS: frozenset[str] = frozenset()
COUNTS = 3  # numbers in the first line
MOST_VERTICES = 5000  # all shortest paths take about two minutes


def words(counts: Counts) -> float:
    """Return how many numbers a file with such a first line holds."""
    return 3 + 3 * counts[1]


def recognises(source: Source) -> bool:
    counts = header(source)
    return len(counts) == COUNTS and len(source.text.split()) == words(counts)


def read(source: Source, options: Options) -> Problem:
    numbers = Numbers(source)
    n, edges, p = numbers.size("vertices"), numbers.size("edges"), numbers.size("open sites p")
    if n > MOST_VERTICES:
        raise source.fail(f"have at most {MOST_VERTICES} vertices", n, "give the distances as a CSV matrix", row=1)
    if p > n:
        raise source.fail(f"have a p of at most the {n} vertices", p, "correct p", row=1)
    table = numbers.table(edges, 3, "edges")
    numbers.end()
    ends = table[:, :2]
    bad = np.any((ends < 1) | (ends > n) | (ends != np.floor(ends)), axis=1)
    if bad.any():
        k = int(np.argmax(bad))
        row = numbers.row(3 + 3 * k)
        raise source.fail(f"name vertices from 1 to {n}", f"{ends[k, 0]:g} {ends[k, 1]:g}", "mend the edge", row=row)
    return Problem.from_arrays(
        service_cost=_shortest_paths(n, ends.astype(np.int64) - 1, table[:, 2]),
        fixed_cost=np.zeros(n),
        rules=(SiteCount(at_least=p, at_most=p),),
        name=source.stem,
    )


def _shortest_paths(n: int, ends: NDArray[np.int64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return all distances after Floyd and Warshall; +inf where there is no path. Shape (n, n)."""
    # Whole numbers below 2**24 are exact in float32, which is twice as fast.
    exact = np.all(lengths == np.floor(lengths)) and lengths.max() * n < 2**23
    distance = np.full((n, n), np.inf, dtype=np.float32 if exact else np.float64)
    for (a, b), length in zip(ends, lengths, strict=True):  # one by one: the last of repeated edges must win
        distance[a, b] = distance[b, a] = length
    np.fill_diagonal(distance, 0.0)
    via = np.empty_like(distance)
    for k in range(n):
        np.add(distance[:, k, None], distance[k], out=via)
        np.minimum(distance, via, out=distance)
    return distance.astype(np.float64)
