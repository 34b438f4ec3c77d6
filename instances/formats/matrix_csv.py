"""A plain CSV: a matrix of service costs with labels.

::

    customer,demand,FRA,AMS
    fixed_cost,,100,120
    capacity,,50,
    Paris,10,4,6

A cell is the yearly cost of serving the customer's WHOLE demand; ``inf`` or an empty one forbids the pair. The rows
``fixed_cost`` (0 if left out) and ``capacity`` (no limit if left out, or where empty) speak of the sites.
`sitewright.instances.write` writes it.
"""

import csv
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.formats.base import line_words
from sitewright.instances.numbers import is_number
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.schema import HUGE

NAME = "csv"
DESCRIPTION = "plain CSV of a cost matrix: customer,demand, then a column for each site"
OPTIONS: frozenset[str] = frozenset()
SITE_ROWS = ("fixed_cost", "capacity")
MOST_FLAWS = 20


def recognises(source: Source) -> bool:
    first = "".join(line_words(source, 1)[0]).lower().replace('"', "").replace(";", ",")
    # Any table that calls itself CSV, so that a wrong header is named; the other formats have no commas up there.
    return first.startswith("customer,demand,") or (source.name.lower().endswith(".csv") and "," in first)


def read(source: Source, options: Options) -> Problem:
    rows = _rows(source)
    sites = [cell.strip() for cell in rows[0][1][2:]]
    flaws: list[Flaw] = []
    of_sites: dict[str, NDArray[np.float64]] = {}
    customers: dict[str, int] = {}
    demand, cost = [], []
    _check_sites(sites, f"{source.path}, row {rows[0][0]}", flaws)
    for k, cells in rows[1:]:
        where, label = f"{source.path}, row {k}", cells[0].strip()
        if len(cells) != len(sites) + 2:
            must = f"have {len(sites) + 2} cells, as the first row has"
            flaws.append(Flaw(where, must, str(len(cells)), "give one cell for each column"))
        elif label in SITE_ROWS and label not in of_sites:
            empty = "inf" if label == "capacity" else ""
            of_sites[label] = _numbers(cells[2:], sites, empty, where, flaws, infinite=label == "capacity")
        elif label in SITE_ROWS:
            flaws.append(Flaw(where, f"be the only row {label}", "a second one", "drop one of them"))
        else:
            if not label or label in customers:
                found = f"{label!r}, already in row {customers[label]}" if label else "an empty cell"
                flaws.append(Flaw(f"{where}, column 'customer'", "be an id of its own", found, "rename one"))
            customers[label] = k
            demand.append(_numbers(cells[1:2], ["demand"], "", where, flaws)[0])
            cost.append(_numbers(cells[2:], sites, "inf", where, flaws, infinite=True))
    if not customers and not flaws:
        flaws.append(Flaw(str(source.path), "have at least one customer", "none", "add a row for each customer"))
    if flaws:
        more = len(flaws) - MOST_FLAWS
        rest = [Flaw(str(source.path), "hold no flaw", f"{more} more", "mend these first")] if more > 0 else []
        raise InvalidProblem([*flaws[:MOST_FLAWS], *rest])
    return Problem.from_arrays(
        service_cost=np.array(cost),
        fixed_cost=of_sites.get("fixed_cost", np.zeros(len(sites))),
        demand=demand,
        capacity=of_sites.get("capacity"),
        customers=list(customers),
        sites=sites,
        name=source.stem,
    )


def _rows(source: Source) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the number of its last line in the file."""
    reader = csv.reader(StringIO(source.text, newline=""))
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise source.fail("be CSV", error, "correct the row", row=reader.line_num) from None
    k, head = rows[0]
    if len(head) < 3 or [cell.strip().lower() for cell in head[:2]] != ["customer", "demand"]:
        fix = "separate columns with commas, and name them"
        if head[0].strip().lower() == "site":
            fix = "transpose it: customers are rows, sites are columns"
        raise source.fail("start with customer,demand,SITE,…", repr(",".join(head)[:60]), fix, row=k)
    return rows


def _check_sites(sites: list[str], where: str, flaws: list[Flaw]) -> None:
    for k, site in enumerate(sites):
        if not site or site in sites[:k]:
            found = f"{site!r} twice" if site else "an empty cell"
            flaws.append(Flaw(f"{where}, column {k + 3}", "name a site of its own", found, "rename one"))


def _numbers(
    cells: list[str], columns: list[str], empty: str, where: str, flaws: list[Flaw], *, infinite: bool = False
) -> NDArray[np.float64]:
    """Return the cells as numbers, `empty` standing for an empty one; note each that is none, or out of range."""
    words = [cell.strip() or empty for cell in cells]
    try:
        values = np.array(words, dtype=np.float64)
        if not any("_" in word for word in words) and _in_range(values, infinite).all():
            return values
    except ValueError:
        pass
    for word, column in zip(words, columns, strict=True):
        found = repr(word[:40]) if word else "nothing"
        if not is_number(word) or np.isnan(float(word)):
            fix = "use a decimal point and no thousands separator"
            flaws.append(Flaw(f"{where}, column {column!r}", "be a number", found, fix))
        elif not _in_range(np.array(float(word)), infinite):
            must = f"lie between 0 and {HUGE:g}" + (" or be inf" if infinite else "")
            flaws.append(Flaw(f"{where}, column {column!r}", must, found, "correct the value"))
    return np.zeros(len(cells))


def _in_range(values: NDArray[np.float64], infinite: bool) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (values >= 0) & (values <= HUGE)
    return inside | (values == np.inf) if infinite else inside
