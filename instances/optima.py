"""Published optima: a CSV with the columns instance and best_known, and set and proven_optimal where there are."""

import csv
from dataclasses import dataclass
from pathlib import Path

from sitewright.optimizer.errors import Flaw, InvalidProblem


@dataclass(frozen=True)
class Record:
    set: str
    instance: str
    value: float | None
    proven: bool


def read_optima(path: Path) -> list[Record]:
    """Read the table; a value that is no number is None."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidProblem([Flaw(str(path), "be a readable CSV", str(error), "check the path")]) from error
    if not rows or not {"instance", "best_known"} <= set(rows[0]):
        fix = "name the columns instance and best_known"
        raise InvalidProblem([Flaw(str(path), "have the columns instance and best_known", "others", fix)])
    return [
        Record(r.get("set") or "", r["instance"], _number(r["best_known"]), r.get("proven_optimal") == "yes")
        for r in rows
    ]


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
