"""Diaz and Fernandez' single-source format: ``customers sites``, total costs, demands, fixed costs, capacities.

(Diaz and Fernandez, Journal of the Operational Research Society 53, 2002.) The costs come a row for each customer.
"""

import numpy as np

from sitewright.instances.formats import plc
from sitewright.instances.formats.base import Counts, header, pairs_first
from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SingleSource

NAME = "diaz-fernandez"
DESCRIPTION = "single-source location of Diaz and Fernandez (p1 … p57)"
OPTIONS: frozenset[str] = frozenset()
COUNTS = 2  # numbers in the first line


def words(counts: Counts) -> float:
    """Return how many numbers a file with such a first line holds."""
    n, m = counts
    return 2 + n * m + n + 2 * m


def recognises(source: Source) -> bool:
    counts = header(source)
    if len(counts) != COUNTS or len(source.text.split()) != words(counts):
        return False
    if counts[0] == counts[1]:  # other formats' files are as long then
        return not pairs_first(source)
    return not plc.recognises(source)


def read(source: Source, options: Options) -> Problem:
    numbers = Numbers(source)
    n, m = numbers.size("customers"), numbers.size("sites")
    cost = numbers.table(n, m, "costs")
    demand = numbers.take(n, "demands")
    fixed, capacity = numbers.take(m, "fixed costs"), numbers.take(m, "capacities")
    numbers.end()
    return Problem.from_arrays(
        service_cost=np.ascontiguousarray(cost),
        fixed_cost=fixed,
        demand=demand,
        capacity=capacity,
        rules=(SingleSource(),),
        name=source.stem,
    )
