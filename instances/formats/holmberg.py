"""Holmberg's and Yang's single-source format: ``m n``, m x (capacity, fixed), n demands, m x n total costs.

(Holmberg, Ronnqvist and Yuan, European Journal of Operational Research 113, 1999; Yang, Chu and Chen, ibid. 221, 2012.)
"""

import numpy as np

from sitewright.instances.formats import orlib_cap
from sitewright.instances.formats.base import Counts, header, pairs_first
from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SingleSource

NAME = "holmberg"
DESCRIPTION = "single-source location of Holmberg et al. and of Yang et al. (p1 … p71)"
OPTIONS: frozenset[str] = frozenset()
COUNTS = 2  # numbers in the first line


def words(counts: Counts) -> float:
    """Return how many numbers a file with such a first line holds."""
    m, n = counts
    return 2 + 2 * m + n + m * n


def recognises(source: Source) -> bool:
    counts = header(source)
    if len(counts) != COUNTS or len(source.text.split()) != words(counts) or not pairs_first(source):
        return False
    return not orlib_cap.demands_stand_alone(source, *counts) and orlib_cap.WORD not in source.text


def read(source: Source, options: Options) -> Problem:
    numbers = Numbers(source)
    m, n = numbers.size("sites"), numbers.size("customers")
    sites = numbers.table(m, 2, "capacities and fixed costs")
    demand = numbers.take(n, "demands")
    cost = numbers.table(m, n, "costs")
    numbers.end()
    return Problem.from_arrays(
        service_cost=np.ascontiguousarray(cost.T),
        fixed_cost=sites[:, 1],
        demand=demand,
        capacity=sites[:, 0],
        rules=(SingleSource(),),
        name=source.stem,
    )
