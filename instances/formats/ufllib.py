"""UflLib's simple format: ``FILE: name``, ``sites customers 0``, then for each site its index, fixed cost and costs.

(Hoefer, UflLib, Max Planck Institute for Informatics, 2003.) Demands are 1, there are no capacities.
"""

import numpy as np

from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem

NAME = "ufllib"
DESCRIPTION = "UflLib simple format (BildeKrarup, Euclid, Gap, KoerkelGhosh, …)"
OPTIONS: frozenset[str] = frozenset()


def recognises(source: Source) -> bool:
    return source.text.lstrip()[:5].upper() == "FILE:"


def read(source: Source, options: Options) -> Problem:
    text = source.text
    blank = text[: len(text) - len(text.lstrip())].count("\n")
    title, _, body = text.lstrip().partition("\n")
    numbers = Numbers(source, body, first_row=2 + blank)
    m, n = numbers.size("sites"), numbers.size("customers")
    numbers.take(1, "closing 0 of the sizes")
    table = numbers.table(m, 2 + n, "sites: index, fixed cost, costs")
    numbers.end()
    wrong = table[:, 0] != np.arange(1, m + 1)
    if wrong.any():
        k = int(np.argmax(wrong))
        row = numbers.row(3 + k * (2 + n))
        raise source.fail(f"have site {k + 1} here", f"index {table[k, 0]:g}", "give every site its row", row=row)
    return Problem.from_arrays(
        service_cost=np.ascontiguousarray(table[:, 2:].T),
        fixed_cost=table[:, 1],
        name=title.partition(":")[2].strip() or source.stem,
    )
