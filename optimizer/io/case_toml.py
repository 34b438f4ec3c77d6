"""Read case.toml: who made the case, the model's numbers with their sources, the rules."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_numbers import EVIDENCE, Sourced, read_number, unknown_keys
from sitewright.optimizer.io.case_rules import read_rules
from sitewright.optimizer.io.tables import read_text
from sitewright.optimizer.rules import Rule

SCHEMA = 1
# What is said to who has the tables and no case.toml yet.
LEAST = "; two lines are enough: [model] and haul_price = 600.0 (EUR/MW/ms/yr, what a ms of backbone costs)"
LATENCIES = ("fibre", "great-circle", "given")
_TABLES = ("customers", "sites", "partners", "rtt")


@dataclass(frozen=True)
class CaseFile:
    """What case.toml says.

    Attributes
    ----------
    name, title, year, currency, story, attribution
        For people.
    latency
        Where latency comes from: the fibre model, the great circle, or rtt.csv for every pair.
    haul_price
        EUR/MW/ms/yr.
    model_error
        Median absolute error of the latency, ms; None if the case does not say.
    penalties
        Rate (EUR/MW/ms/yr) and free latency (ms) of each segment.
    columns
        Evidence and source of the columns, by table and column.
    rules
        Where each rule stands, and the rule.
    numbers
        Every number of the file with its source.
    """

    name: str
    title: str
    year: int
    currency: str
    story: str
    attribution: str
    latency: str
    haul_price: Sourced
    model_error: Sourced | None
    penalties: Mapping[str, tuple[Sourced, Sourced]]
    columns: Mapping[tuple[str, str], Mapping[str, str]]
    rules: tuple[tuple[str, Rule], ...]
    numbers: tuple[Sourced, ...]

    def attrs(self) -> dict[str, Any]:
        """Return what the problem's dataset says of its origin; `numbers` is JSON, so that NetCDF can hold it."""
        attrs: dict[str, Any] = {"title": self.title, "year": self.year, "currency": self.currency, "story": self.story}
        attrs |= {"attribution": self.attribution, "numbers": json.dumps([n.as_dict() for n in self.numbers])}
        return attrs | ({} if self.model_error is None else {"model_error_ms": self.model_error.value})


def read_case_toml(path: Path, flaws: list[Flaw]) -> CaseFile | None:
    """Return what the file says; None if it cannot be read as TOML. Flaws are added to `flaws`."""
    text = read_text(path, flaws, least=LEAST)
    if text is None:
        return None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        flaws.append(Flaw(path.name, "be TOML", str(error), "correct the line"))
        return None
    unknown_keys("case.toml", document, ("case", "model", "segments", "columns", "assumptions", "rules"), flaws)
    tables = {key: _table(document, key, flaws) for key in ("case", "model", "segments", "columns", "assumptions")}
    head = _head(tables["case"], path.parent.name, flaws)
    latency, haul, error_ms = _model(tables["model"], flaws)
    numbers = [haul] + ([error_ms] if error_ms else [])
    penalties = {}
    for segment, table in tables["segments"].items():
        pair = _penalty(segment, table, flaws)
        penalties[segment] = pair
        numbers += pair
    for name, value in tables["assumptions"].items():
        numbers.append(read_number(f"case.toml, [assumptions] {name}", value, flaws))
    rules, of_rules = read_rules(document.get("rules", []), flaws)
    columns = _columns(tables["columns"], flaws)
    return CaseFile(
        **head,
        latency=latency,
        haul_price=haul,
        model_error=error_ms,
        penalties=penalties,
        columns=columns,
        rules=tuple(rules),
        numbers=(*numbers, *of_rules),
    )


def _table(document: Mapping[str, Any], key: str, flaws: list[Flaw]) -> Mapping[str, Any]:
    table = document.get(key, {})
    if isinstance(table, dict):
        return table
    flaws.append(Flaw(f"case.toml, {key}", "be a table", repr(table), f"write [{key}]"))
    return {}


def _head(table: Mapping[str, Any], folder: str, flaws: list[Flaw]) -> dict[str, Any]:
    kinds: dict[str, type] = {"schema": int, "name": str, "title": str, "year": int, "currency": str, "story": str}
    unknown_keys("case.toml, [case]", table, (*kinds, "attribution"), flaws)
    for key, kind in kinds.items():
        if key in table and (not isinstance(table[key], kind) or isinstance(table[key], bool)):
            must = "be text" if kind is str else "be a whole number"
            flaws.append(Flaw(f"case.toml, [case] {key}", must, repr(table[key]), "correct the value"))
    if table.get("schema", SCHEMA) != SCHEMA:
        fix = f"write schema = {SCHEMA}, or use another version of sitewright"
        flaws.append(Flaw("case.toml, [case] schema", f"be {SCHEMA}", repr(table["schema"]), fix))
    if table.get("currency", "EUR") != "EUR":
        fix = "convert all sums to EUR: the columns' names say EUR"
        flaws.append(Flaw("case.toml, [case] currency", "be 'EUR'", repr(table["currency"]), fix))
    credits = table.get("attribution", [])
    lines = credits if isinstance(credits, list) else [credits]
    return {
        "name": str(table.get("name", folder)),
        "title": str(table.get("title", table.get("name", folder))),
        "year": table["year"] if isinstance(table.get("year"), int) else 0,
        "currency": "EUR",
        "story": str(table.get("story", "")).strip(),
        "attribution": "\n".join(map(str, lines)),
    }


def _model(table: Mapping[str, Any], flaws: list[Flaw]) -> tuple[str, Sourced, Sourced | None]:
    unknown_keys("case.toml, [model]", table, ("latency", "haul_price", "model_error"), flaws)
    latency = table.get("latency", "fibre")
    if latency not in LATENCIES:
        must = f"be one of {', '.join(LATENCIES)}"
        flaws.append(Flaw("case.toml, [model] latency", must, repr(latency), "use one of them"))
    where = "case.toml, [model] haul_price"
    if "haul_price" not in table:
        fix = 'add haul_price = { value = 0.0, unit = "EUR/MW/ms/yr", evidence = "assumed", source = "…" }'
        flaws.append(Flaw(where, "be present", "nothing", fix))
    haul = read_number(where, table.get("haul_price", 0.0), flaws, unit="EUR/MW/ms/yr", low=0)
    error = None
    if "model_error" in table:
        error = read_number("case.toml, [model] model_error", table["model_error"], flaws, unit="ms", low=0)
    return str(latency), haul, error


def _penalty(segment: str, table: object, flaws: list[Flaw]) -> tuple[Sourced, Sourced]:
    where = f"case.toml, [segments.{segment}]"
    known = ("penalty_rate", "penalty_free")
    given = table if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        flaws.append(Flaw(where, "be a table", repr(table), f"write [segments.{segment}] with {' and '.join(known)}"))
    unknown_keys(where, given, known, flaws)
    for key in known:
        if isinstance(table, dict) and key not in given:
            flaws.append(Flaw(f"{where} {key}", "be present", "nothing", f"add {key}"))
    rate = read_number(f"{where} penalty_rate", given.get("penalty_rate", 0.0), flaws, unit="EUR/MW/ms/yr", low=0)
    free = read_number(f"{where} penalty_free", given.get("penalty_free", 0.0), flaws, unit="ms", low=0)
    return rate, free


def _columns(table: Mapping[str, Any], flaws: list[Flaw]) -> dict[tuple[str, str], Mapping[str, str]]:
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    unknown_keys("case.toml, [columns]", table, _TABLES, flaws)
    for file, columns in table.items():
        for name, words in columns.items() if isinstance(columns, dict) else ():
            where = f"case.toml, [columns.{file}] {name}"
            given = words if isinstance(words, dict) else {}
            unknown_keys(where, given, ("evidence", "source"), flaws)
            evidence = given.get("evidence", "unknown")
            if evidence not in EVIDENCE or not isinstance(words, dict):
                fix = 'write { evidence = "assumed", source = "…" }'
                flaws.append(Flaw(where, f"have evidence of {', '.join(EVIDENCE)}", repr(words), fix))
            found[file, name] = {"evidence": str(evidence), "source": str(given.get("source", ""))}
    return found
