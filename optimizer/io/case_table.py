"""Turn a table of text cells into checked arrays, by the columns that a case file must have."""

import math
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_columns import Column, stem
from sitewright.optimizer.io.tables import Table, row_of

Array = NDArray[np.float64] | NDArray[np.str_]

# A column that is wrong in every row says so this often, then gives the count of the rest.
MOST_FLAWS = 20
# How alike two names are, from 0 to 1, for one to be the other misspelt.
NEAR = 0.85


def check_columns(table: Table, columns: Sequence[Column], flaws: list[Flaw]) -> None:
    """Add a flaw for every column that is missing, misspelt or named in another unit."""
    known = {c.name: c for c in columns}
    absent = [c.name for c in columns if c.name not in table.header]
    stems = {stem(c.name): c for c in columns if c.number}
    mistaken = set()
    for name in table.header:
        if name in known:
            continue
        where, right, near = (
            f"{table.file}, column {name}",
            stems.get(stem(name)),
            get_close_matches(name, absent, 1, NEAR),
        )
        if name.lower() in known:
            mistaken.add(name.lower())
            flaws.append(Flaw(where, "be written in small letters", repr(name), f"name it {name.lower()!r}"))
        elif right is not None and (stem(name) != name or right.name in absent):
            mistaken.add(right.name)
            fix = f"convert the values and name the column {right.name!r}"
            flaws.append(Flaw(where, f"be in the unit of {right.name!r}", repr(name), fix))
        elif near:
            # Other columns are carried along; one that is misspelt would be, too, and what it says left out.
            mistaken.add(near[0])
            fix = f"name it {near[0]!r}, or less like it if it is something else"
            flaws.append(Flaw(where, f"be spelt {near[0]!r}", repr(name), fix))
    for c in columns:
        if c.default is None and c.name in absent and c.name not in mistaken:
            found = f"only {', '.join(table.header)}"
            flaws.append(Flaw(f"{table.file}, column {c.name}", "be present", found, f"add the column {c.name!r}"))
    if not table.rows:
        flaws.append(Flaw(table.file, "have at least one row", "a header alone", "add a row"))


def known_arrays(table: Table, columns: Sequence[Column], flaws: list[Flaw]) -> dict[str, Array]:
    """Return the known columns by their name in the file, defaults filled in; a bad cell is nan and has a flaw."""
    n = len(table.rows)
    arrays: dict[str, Array] = {}
    for c in columns:
        if c.name not in table.header:
            arrays[c.name] = np.full(n, c.default) if c.number else np.array([c.default or ""] * n, dtype=str)
            continue
        cells = table.column(c.name)
        found: list[Flaw] = []
        if c.number:
            arrays[c.name] = np.array([_number(table, k, cell, c, found) for k, cell in enumerate(cells)], dtype=float)
        else:
            arrays[c.name] = np.array([_word(table, k, cell, c, found) for k, cell in enumerate(cells)], dtype=str)
        flaws += _shortened(found, f"{table.file}, column {c.name}")
    return arrays


def extra_arrays(table: Table, columns: Sequence[Column]) -> Iterator[tuple[str, Array]]:
    """Yield the other columns: numbers if every filled cell is one (empty cells are nan), else text."""
    known = {c.name for c in columns}
    for name in table.header:
        if name and name not in known:
            cells = table.column(name)
            numbers = [parse_number(cell) if cell else math.nan for cell in cells]
            if any(cells) and all(v is not None for v in numbers):
                yield name, np.array(numbers, dtype=float)
            else:
                yield name, np.array(cells, dtype=str)


def check_ids(table: Table, ids: Sequence[str], flaws: list[Flaw], *, column: str = "id") -> None:
    """Add a flaw for every id that came before."""
    first: dict[str, int] = {}
    for k, label in enumerate(ids):
        if label in first:
            found = f"{label!r}, already in row {table.lines[first[label]]}"
            flaws.append(
                Flaw(row_of(table, k, column), "be an id that no other row has", found, "rename one, or merge")
            )
        elif label:
            first[label] = k


def check_labels(table: Table, column: str, cells: Sequence[str], known: Sequence[str], flaws: list[Flaw]) -> None:
    """Add a flaw for every label, of those separated by |, that is not known; an empty cell names none."""
    listed = list(filter(None, known))
    some = ", ".join(map(repr, listed[:8])) + (", …" if len(listed) > 8 else "") or "none"
    labels, found = set(listed), []
    for k, cell in enumerate(cells):
        for label in filter(None, cell.split("|")):
            if label not in labels:
                must = f"name what the case holds ({some})"
                found.append(Flaw(row_of(table, k, column), must, repr(label), "correct the label, or add it"))
    flaws += _shortened(found, f"{table.file}, column {column}")


def parse_number(cell: str) -> float | None:
    """Return the number that a cell holds, "inf" included; None for anything else, "nan" and "1_000" included."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return None if math.isnan(value) or "_" in cell else value


def _number(table: Table, row: int, cell: str, c: Column, flaws: list[Flaw]) -> float:
    if cell == "" and isinstance(c.blank, float):
        return c.blank
    value, where = parse_number(cell), row_of(table, row, c.name)
    if value is None:
        fix = "write a decimal point, and no thousands separator" if "," in cell else "give a number"
        flaws.append(Flaw(where, "be a number", repr(cell) if cell else "an empty cell", fix))
        return math.nan
    if math.isinf(value) and value > 0 and c.infinite:
        return value
    if not c.low <= value <= c.high or (c.above and value == c.low):
        must = f"be more than {c.low:g} and at most {c.high:g}" if c.above else f"lie between {c.low:g} and {c.high:g}"
        if c.high >= Column.high and value < c.high:
            must = f"be more than {c.low:g}" if c.above else f"be {c.low:g} or more"
        unit = f"; the unit is in the column's name, {c.name!r}" if stem(c.name) != c.name else ""
        flaws.append(Flaw(where, must, cell[:40], "correct the value" + unit))
        return math.nan
    return value


def _word(table: Table, row: int, cell: str, c: Column, flaws: list[Flaw]) -> str:
    if cell == "":
        if isinstance(c.blank, str):
            return c.blank
        flaws.append(Flaw(row_of(table, row, c.name), "not be empty", "an empty cell", "fill it in"))
    elif c.choices and cell not in c.choices:
        must = f"be one of {', '.join(c.choices)}"
        flaws.append(Flaw(row_of(table, row, c.name), must, repr(cell), "use one of them"))
    return cell


def _shortened(found: list[Flaw], where: str) -> list[Flaw]:
    if len(found) <= MOST_FLAWS:
        return found
    last = found[-1]
    more = f"{len(found) - MOST_FLAWS} more such cells"
    return [*found[:MOST_FLAWS], Flaw(where, last.must, more, last.fix)]
