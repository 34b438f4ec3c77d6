"""TBED1 ``.plc``: ``customers sites``, demands, capacities, fixed costs, and UNIT costs, a row for each site.

Unlike in all other formats a cost is for one unit: it is multiplied by the customer's demand (Avella and Boccia,
Computational Optimization and Applications 43, 2009).
"""

import numpy as np

from sitewright.instances.formats.base import Counts, header, line_words
from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem

NAME = "plc"
DESCRIPTION = "TBED1 .plc (i300, i500, …): unit costs"
OPTIONS: frozenset[str] = frozenset()
COUNTS = 2  # numbers in the first line


def words(counts: Counts) -> float:
    """Return how many numbers a file with such a first line holds."""
    n, m = counts
    return 2 + n + 2 * m + n * m


def recognises(source: Source) -> bool:
    if source.name.lower().endswith(".plc"):
        return True
    counts = header(source)
    if len(counts) != COUNTS or len(source.text.split()) != words(counts):
        return False
    n, m = counts  # a line each of demands, capacities and fixed costs; Diaz and Fernandez' costs come first
    return [len(line) for line in line_words(source, 3, skip=1)] == [n, m, m]


def read(source: Source, options: Options) -> Problem:
    numbers = Numbers(source)
    n, m = numbers.size("customers"), numbers.size("sites")
    demand = numbers.take(n, "demands")
    capacity, fixed = numbers.take(m, "capacities"), numbers.take(m, "fixed costs")
    unit = numbers.table(m, n, "unit costs")
    numbers.end()
    cost = np.ascontiguousarray((unit * demand).T)
    return Problem.from_arrays(service_cost=cost, fixed_cost=fixed, demand=demand, capacity=capacity, name=source.stem)
