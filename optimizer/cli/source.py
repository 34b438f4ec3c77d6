"""Where a command's problem comes from: a case folder, a bundled case, or an instance file of the field."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Source:
    """How an instance file is read; case folders need none of it."""

    format: Annotated[str | None, Parameter(help="Format of an instance file; detected where unambiguous.")] = None
    p: Annotated[int | None, Parameter(name=["--p", "-p"], help="Exactly so many sites open.")] = None
    single_source: Annotated[bool | None, Parameter(help="Each customer is served from one site alone.")] = None
    rounding: Annotated[
        Literal["floor", "nearest", "none"] | None, Parameter(help="Of Euclidean distances (TSPLIB).")
    ] = None
    capacity: Annotated[
        str | None, Parameter(help="'ignore', or a number for files that hold the word 'capacity'.")
    ] = None


def open_problem(where: str, source: Source) -> Problem:
    """Return the problem that `where` names."""
    path = Path(where)
    if path.is_file() and (path.parent / "case.toml").is_file():
        fix = f"give the folder: {path.parent}"
        raise InvalidProblem(
            [Flaw(where, "be a case folder, a bundled case or an instance file", "a file of a case", fix)]
        )
    if path.is_file():
        from sitewright.instances import read

        return read(
            path,
            format=source.format,
            p=source.p,
            single_source=source.single_source,
            rounding=source.rounding,
            capacity=source.capacity,
        )
    flaws = [
        Flaw(f"option '--{name}'", f"be left out: {where} is no instance file", repr(value), "leave it out")
        for name in ("format", "rounding", "capacity")
        if (value := getattr(source, name)) is not None
    ]
    if flaws:
        raise InvalidProblem(flaws)
    from sitewright.optimizer.io import load
    from sitewright.optimizer.rules import SingleSource

    problem = load(where)
    if source.single_source is None:
        return problem
    rules = tuple(rule for rule in problem.rules if not isinstance(rule, SingleSource))
    return replace(problem, rules=(*rules, SingleSource()) if source.single_source else rules)
