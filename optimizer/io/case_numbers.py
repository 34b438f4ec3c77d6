"""Numbers of case.toml that may say where they come from: ``{ value, unit, evidence, source }``, or bare."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sitewright.optimizer.errors import Flaw

# From the surest to the least sure.
EVIDENCE = ("measured", "modelled", "assumed", "unknown")
_KEYS = ("value", "unit", "evidence", "source")


@dataclass(frozen=True)
class Sourced:
    """A number, its unit, and where it comes from."""

    name: str
    value: float
    unit: str = ""
    evidence: str = "unknown"
    source: str = ""

    def attrs(self) -> dict[str, str]:
        return {"evidence": self.evidence, "source": self.source}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_number(
    where: str, value: object, flaws: list[Flaw], *, unit: str | None = None, low: float = -1e15, high: float = 1e15
) -> Sourced:
    """Return the number; a flaw is added, and its value is nan, if it is none, out of range or in another unit."""
    name = where.split(", ", 1)[-1]
    table: dict[str, Any] = value if isinstance(value, dict) else {"value": value}
    unknown_keys(where, table, _KEYS, flaws)
    given, evidence = table.get("value"), table.get("evidence", "unknown")
    if evidence not in EVIDENCE:
        flaws.append(Flaw(f"{where}, evidence", f"be one of {', '.join(EVIDENCE)}", repr(evidence), "use one of them"))
    if unit is not None and table.get("unit", unit) != unit:
        fix = f"convert the value and write unit = {unit!r}"
        flaws.append(Flaw(f"{where}, unit", f"be {unit!r}", repr(table["unit"]), fix))
    number = math.nan
    if isinstance(given, bool) or not isinstance(given, int | float):
        flaws.append(Flaw(where, "be a number", "no value" if given is None else repr(given), "give a number"))
    elif not low <= given <= high:
        flaws.append(Flaw(where, f"lie between {low:g} and {high:g}", repr(given), "correct the value"))
    else:
        number = float(given)
    return Sourced(name, number, str(table.get("unit", unit or "")), str(evidence), str(table.get("source", "")))


def weakest(words: Iterable[Mapping[str, str]]) -> str:
    """Return the evidence of a number made from others: that of the least sure of them."""
    return max((w.get("evidence", "unknown") for w in words), key=EVIDENCE.index)


def unknown_keys(where: str, table: Iterable[str], known: Iterable[str], flaws: list[Flaw]) -> None:
    """Add a flaw for every key that is not known: a misspelt name must not pass for an absent one."""
    known = list(known)
    for key in table:
        if key not in known:
            flaws.append(Flaw(f"{where}, {key}", f"be one of {', '.join(known)}", repr(key), "correct or delete it"))
