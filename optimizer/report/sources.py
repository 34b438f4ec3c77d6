"""What was assumed: every input of a problem with where it comes from, and every rule."""

import json
from collections import Counter
from dataclasses import dataclass

from sitewright.optimizer import schema
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.numbers import percent

# From the surest to the least sure.
EVIDENCE = ("measured", "modelled", "assumed", "unknown")

# Made from other inputs, which have rows of their own.
_MADE = ("service_cost", "energy_price", "penalty_rate", "penalty_free", "haul_price")


@dataclass(frozen=True)
class Input:
    """One input: a number of the model, or a column of a table.

    `group` is the part of the case it stands in; `value` is a number as text, or how many values there are; `source`
    says where it comes from.
    """

    group: str
    name: str
    value: str
    unit: str
    evidence: str
    source: str


def inputs(problem: Problem) -> list[Input]:
    """Return the columns, then the numbers of case.toml, in their order."""
    return [*_columns(problem), *_numbers(problem)]


def by_evidence(given: list[Input]) -> dict[str, int]:
    """Return how many inputs there are of each evidence, all four named."""
    found = Counter(one.evidence for one in given)
    return {evidence: found[evidence] for evidence in EVIDENCE}


def rules(problem: Problem) -> list[tuple[str, str, bool]]:
    """Return name, sentence and whether it was asked for (the others follow from the data) of every rule."""
    asked = set(map(id, problem.rules))
    return [(rule.name, rule.sentence(), id(rule) in asked) for rule in problem.all_rules]


def _columns(problem: Problem) -> list[Input]:
    out = []
    case = "numbers" in problem.data.attrs
    for key in map(str, problem.data.data_vars):
        array, known = problem.data[key], schema.VARIABLES.get(key)
        evidence = array.attrs.get("evidence")
        # Names and other words for people are no inputs, unless the case says where they come from.
        if (evidence is None and (known is None or known.is_text)) or (case and key in _MADE):
            continue
        name = str(array.attrs.get("long_name", key))
        group = {("customer", "site"): "pairs", (): "model"}.get(
            tuple(map(str, array.dims)), f"{(*array.dims, '')[0]}s"
        )
        value = f"{array.size:,} values" if array.dims else f"{float(array.values):g}"
        source = str(array.attrs.get("source", "")) + _row_by_row(problem, key)
        unit = str(array.attrs.get("units", ""))
        if key == "latency" and "latency_source" in problem.data:
            measured = float((problem.data["latency_source"].values.astype(str) == "measured").mean())
            if 0 < measured < 1:
                source += f"; {percent(measured)} of the pairs are measured"
        out.append(Input(group, name, value, unit, _evidence(evidence), source.strip("; ")))
    return out


def _row_by_row(problem: Problem, key: str) -> str:
    """Say what a column beside this one, named for it, tells of each row."""
    beside = next((f"{k}_evidence" for k in (key, key.split("_")[0]) if f"{k}_evidence" in problem.data), None)
    if beside is None:
        return ""
    found = Counter(problem.data[beside].values.astype(str).tolist())
    return "; row by row: " + ", ".join(f"{evidence} {n}" for evidence, n in found.most_common())


def _numbers(problem: Problem) -> list[Input]:
    """Return the numbers that a case file gave with their sources; `attrs` holds them as JSON."""
    given = json.loads(problem.data.attrs.get("numbers", "[]"))
    return [
        Input(*_split(n["name"]), f"{n['value']:,.10g}", n["unit"], _evidence(n["evidence"]), n["source"])
        for n in given
        if n["value"] is not None
    ]


def _split(name: str) -> tuple[str, str]:
    """Return part and key of a place in case.toml: ``[segments.general] penalty_rate``, ``[[rules]] number 2, p``."""
    group, _, key = name.replace("[[rules]] number", "rule").rpartition(", " if "]]" in name else "] ")
    return group.lstrip("[").replace("segments.", "segment ") or "model", key.strip()


def _evidence(said: object) -> str:
    return str(said) if said in EVIDENCE else "unknown"
