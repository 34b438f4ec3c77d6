"""Goertz and Klose's ``.cfl``: sections [DEPOTS], [CUSTOMERS] and [MATRIX], depots x customers, total costs.

(Goertz and Klose, INFORMS Journal on Computing 24, 2012.) A depot's variable cost is per unit of demand and is added.
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.numbers import Numbers
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem

NAME = "cfl"
DESCRIPTION = "Goertz-Klose .cfl (T300x300_5_1, …): total costs"
OPTIONS: frozenset[str] = frozenset()


def recognises(source: Source) -> bool:
    return source.text.lstrip().startswith("[CFLP-PROBLEMFILE]")


def read(source: Source, options: Options) -> Problem:
    depots = _columns(source, "[DEPOTS]", ("capacity", "fixcost", "varcost"))
    demand = _columns(source, "[CUSTOMERS]", ("demand",))[:, 0]
    matrix = _matrix(source)
    if matrix.shape != (len(depots), len(demand)):
        must = f"have a matrix of {len(depots)} depots x {len(demand)} customers"
        raise source.fail(must, f"{matrix.shape[0]} x {matrix.shape[1]}", "make the sections fit")
    cost = matrix.T + depots[:, 2] * demand[:, None]
    return Problem.from_arrays(
        service_cost=np.ascontiguousarray(cost),
        fixed_cost=depots[:, 1],
        demand=demand,
        capacity=depots[:, 0],
        name=source.stem,
    )


def _section(source: Source, title: str) -> tuple[int, str, str]:
    """Return the row after the title, the section's head line, and the text below it."""
    before, found, rest = source.text.partition(title)
    if not found:
        raise source.fail(f"have a section {title}", "none", "give the whole file")
    head, _, body = rest.lstrip().partition("\n")
    return before.count("\n") + 2, head, body


def _columns(source: Source, title: str, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the named columns of a section. Shape (rows, names)."""
    row, head, body = _section(source, title)
    known = head.split()
    if not set(names) <= set(known):
        raise source.fail(f"have the columns {', '.join(names)} in {title}", head[:60], "mend the head line", row=row)
    places = [known.index(name) for name in names]
    lines: list[str] = []
    for k, line in enumerate(body.splitlines(), row + 1):
        words = line.split()
        if line.startswith("["):
            break
        if words and len(words) <= max(places):
            raise source.fail(f"have {len(known)} columns in {title}", line[:60], "give the whole row", row=k)
        lines.append(" ".join(words[place] for place in places) if words else "")
    numbers = Numbers(source, "\n".join(lines), first_row=row + 1)
    count = sum(line != "" for line in lines)
    if not count:
        raise source.fail(f"have rows in {title}", "none", "give the whole file", row=row)
    return numbers.table(count, len(names), f"columns {', '.join(names)}")


def _matrix(source: Source) -> NDArray[np.float64]:
    row, head, body = _section(source, "[MATRIX]")
    sizes = Numbers(source, head.removeprefix("Dim"), first_row=row)
    shape = sizes.size("depots"), sizes.size("customers")
    numbers = Numbers(source, body, first_row=row + 1)
    matrix = numbers.table(*shape, "costs")
    numbers.end()
    return matrix
