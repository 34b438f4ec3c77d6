"""rtt.csv as a matrix: `rtt_ms` in the first cell, one row for each customer, one column for each site."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_columns import Column
from sitewright.optimizer.io.case_table import check_ids, check_labels, known_arrays
from sitewright.optimizer.io.tables import Table, row_of

CORNER = "rtt_ms"


def is_matrix(table: Table, customers: list[str], sites: list[str]) -> bool:
    """Whether the header names places, not the columns of a list of pairs."""
    return table.header[0] == CORNER or bool(set(table.header[1:]) & {*customers, *sites})


def read_matrix(table: Table, customers: list[str], sites: list[str], flaws: list[Flaw]) -> NDArray[np.float64]:
    """Return the round trips in ms, nan where a cell is empty or a place is not listed. Shape (customers, sites)."""
    matrix = np.full((len(customers), len(sites)), np.nan)
    corner, there = table.header[0], table.header[1:]
    here = [row[0] for row in table.rows]
    if corner != CORNER:
        fix = f"convert the values to ms and write {CORNER} there, or list pairs: customer, site, {CORNER}"
        flaws.append(Flaw(f"{table.file}, row 1, column 1", f"be {CORNER!r}", repr(corner), fix))
        return matrix
    if not table.rows:
        flaws.append(Flaw(table.file, "have at least one row", "a header alone", "add a row"))
    transposed = set(there) <= set(customers) and set(here) <= set(sites) and not set(there) & set(sites)
    if there and here and transposed:
        fix = "transpose it"
        flaws.append(Flaw(table.file, "have customers as rows and sites as columns", "them transposed", fix))
        return matrix
    check_ids(table, here, flaws, column=CORNER)
    for k in (k for k, label in enumerate(here) if not label):
        flaws.append(Flaw(row_of(table, k, CORNER), "name a customer", "an empty cell", "fill it in"))
    check_labels(table, CORNER, here, customers, flaws)
    known = set(sites)
    for name in there:
        if name and name not in known:
            fix = "correct the id, or delete the column"
            flaws.append(Flaw(f"{table.file}, row 1, column {name}", "name a site of sites.csv", repr(name), fix))
    columns = [Column(s, s, number=True, blank=np.nan, above=True, high=1e5) for s in sites if s in set(there)]
    found: list[Flaw] = []
    cells = known_arrays(table, columns, found)
    flaws += [replace(flaw, fix="give the round trip in ms, or leave the cell empty") for flaw in found]
    row = {label: i for i, label in enumerate(customers)}
    for j, site in enumerate(sites):
        if site in cells:
            for k, customer in enumerate(here):
                if customer in row:
                    matrix[row[customer], j] = cells[site][k]
    return matrix
