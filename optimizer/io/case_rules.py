"""Turn the ``[[rules]]`` tables of case.toml into rules. Every rule of the registry is known by its name."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_numbers import Sourced, read_number, unknown_keys
from sitewright.optimizer.rules import RULES, Rule, SiteCount

_NUMBER_KEYS = {"value", "evidence", "source", "unit"}


def read_rules(tables: object, flaws: list[Flaw]) -> tuple[list[tuple[str, Rule]], list[Sourced]]:
    """Return where each rule stands and the rule, and the numbers that say where they come from.

    Parameters
    ----------
    tables
        What case.toml holds under ``rules``: a list of tables, each with ``type`` and the fields of that rule.
    flaws
        Gets what is wrong.
    """
    rules: list[tuple[str, Rule]] = []
    numbers: list[Sourced] = []
    if not isinstance(tables, list):
        flaws.append(Flaw("case.toml, rules", "be [[rules]] tables", type(tables).__name__, "write [[rules]]"))
        return rules, numbers
    known = {rule.name: rule for rule in RULES}
    for k, table in enumerate(tables, start=1):
        where = f"case.toml, [[rules]] number {k}"
        kind = table.get("type") if isinstance(table, dict) else None
        if not isinstance(kind, str) or kind not in known:
            found = "no type" if kind is None else repr(kind)
            flaws.append(Flaw(f"{where}, type", f"be one of {', '.join(known)}", found, "use one of them"))
            continue
        before, where = len(flaws), f"{where} ({kind})"
        given = {key: value for key, value in table.items() if key != "type"}
        values = _values(known[kind], given, where, flaws, numbers)
        if len(flaws) > before:
            continue
        rule = known[kind](**values)
        if isinstance(rule, SiteCount) and rule.at_most == 0 and not any(vars(rule.within).values()):
            flaws.append(Flaw(f"{where}, at_most", "be at least 1", "0", "let a site open"))
        rules.append((where, rule))
    return rules, numbers


def _values(
    cls: type, table: Mapping[str, Any], where: str, flaws: list[Flaw], numbers: list[Sourced]
) -> dict[str, Any]:
    """Return the arguments of the dataclass, checked one by one so that every message names its field."""
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    unknown_keys(where, table, [f.name for f in fields(cls)], flaws)
    for f in fields(cls):
        spot, hint = f"{where}, {f.name}", hints[f.name]
        if f.name not in table:
            if f.default is MISSING and f.default_factory is MISSING:
                flaws.append(Flaw(spot, "be present", "nothing", f"add {f.name}"))
            continue
        given = table[f.name]
        if isinstance(given, dict) and "value" in given and _NUMBER_KEYS.issuperset(given):
            numbers.append(read_number(spot, given, flaws, unit="ms" if f.name.endswith("_ms") else None))
            given = given["value"]
        if not is_dataclass(hint):
            _check(f.name, hint, given, spot, values, flaws)
        elif isinstance(given, dict):
            before = len(flaws)
            inner = _values(hint, given, spot, flaws, numbers)  # type: ignore[arg-type]
            if len(flaws) == before:
                values[f.name] = hint(**inner)  # type: ignore[operator]
        else:
            flaws.append(Flaw(spot, "be a table", repr(given), f"write {f.name} = {{ … }}"))
    return values


def _check(name: str, hint: Any, given: object, spot: str, values: dict[str, Any], flaws: list[Flaw]) -> None:
    """Put the value in `values` if it has the type of its field: strict, but a list is a tuple and 3 is 3.0."""
    try:
        # JSON's strict mode draws the line where TOML's types need it: no "3" for 3, no true for 1.
        values[name] = TypeAdapter(hint).validate_json(json.dumps(given, default=str), strict=True)
    except ValidationError as error:
        for one in error.errors():
            inner = ".".join(map(str, one["loc"]))
            must = one["msg"].removeprefix("Input should ")
            fix = "correct the value, see docs/case-format.md"
            flaws.append(Flaw(f"{spot}.{inner}" if inner else spot, must, repr(one["input"]), fix))
