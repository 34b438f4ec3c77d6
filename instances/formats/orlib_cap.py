"""OR-Library warehouse location: ``m n``, m x (capacity, fixed), then for each customer its demand and m costs.

A cost is for the customer's WHOLE demand. In capa, capb and capc the word ``capacity`` stands for a number that the
paper varies (Beasley, European Journal of Operational Research 33, 1988): give it with ``capacity=``. UflLib's M files
have this layout too, with capacities of 0.

No file says that it is of the uncapacitated set: there each capacity is the total demand and can bind nothing (cap71),
or 0 (M), or the word (capa). So capacities stand as they are, except that zeros everywhere mean none;
``capacity="ignore"`` makes any file of this format uncapacitated.
"""

import numpy as np

from sitewright.instances.formats.base import Counts, header, line_words, pairs_first
from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem

NAME = "orlib-cap"
DESCRIPTION = "OR-Library capacitated and uncapacitated warehouse location (cap41 … capc), UflLib M"
OPTIONS = frozenset({"capacity"})
COUNTS = 2  # numbers in the first line
WORD = "capacity"
PUBLISHED = {"capa": "8000, 10000, 12000, 14000", "capb": "5000, 6000, 7000, 8000", "capc": "5000, 5750, 6500, 7250"}


def words(counts: Counts) -> float:
    """Return how many numbers a file with such a first line holds."""
    m, n = counts
    return 2 + 2 * m + n * (1 + m)


def recognises(source: Source) -> bool:
    counts = header(source)
    if len(counts) != COUNTS or len(source.text.split()) != words(counts) or not pairs_first(source):
        return False
    return demands_stand_alone(source, *counts)


def demands_stand_alone(source: Source, m: float, n: float) -> bool:
    """Whether, after m lines of sites, a demand comes before each customer's costs, and not all demands first.

    Holmberg's files hold equally many numbers; their line breaks tell the two apart.
    """
    first, second = (len(line) for line in line_words(source, 2, skip=1 + m))
    return first == 1 + m != n or (first == 1 and second != 1) or (first == 1 and m == 1 != n)


def read(source: Source, options: Options) -> Problem:
    text = source.text
    if WORD in text:
        text = text.replace(WORD, repr(_level(source, options)))
    elif options.capacity is not None:
        fix = "drop the option: the file holds its capacities"
        raise source.fail(f"hold the word {WORD!r} for capacity={options.capacity:g}", "none", fix)
    numbers = Numbers(source, text)
    m, n = numbers.size("sites"), numbers.size("customers")
    sites = numbers.table(m, 2, "capacities and fixed costs")
    rows = numbers.table(n, 1 + m, "demands and costs")
    numbers.end()
    demand, capacity = rows[:, 0], sites[:, 0]
    none = options.ignore_capacity or np.all(capacity == 0)
    return Problem.from_arrays(
        service_cost=np.ascontiguousarray(rows[:, 1:]),
        fixed_cost=sites[:, 1],
        demand=demand,
        capacity=None if none else capacity,
        name=source.stem,
    )


def _level(source: Source, options: Options) -> float:
    if options.capacity is not None:
        return options.capacity
    if options.ignore_capacity:
        return 0.0
    row = next(k for k, line in enumerate(source.text.splitlines(), 1) if WORD in line)
    known = PUBLISHED.get(source.stem, "; ".join(f"{name} {levels}" for name, levels in PUBLISHED.items()))
    fix = f"say capacity=… (published: {known}), or capacity='ignore' for the uncapacitated problem"
    raise source.fail(f"come with a number for the word {WORD!r}", "none given", fix, row=row)
