"""Open an instance file, find its format, read it, and add what the caller asks for."""

from dataclasses import replace
from pathlib import Path

from sitewright.instances.formats import FORMATS, by_name
from sitewright.instances.formats.base import Format, header
from sitewright.instances.options import Options, exactly
from sitewright.instances.source import Source, open_source
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SingleSource, SiteCount


def read(
    path: str | Path,
    *,
    format: str | None = None,
    p: int | None = None,
    single_source: bool | None = None,
    rounding: str | None = None,
    capacity: str | float | None = None,
) -> Problem:
    """Read an instance file of the field; files packed with xz or gzip are unpacked.

    Parameters
    ----------
    path
        The file. Its name becomes the problem's.
    format
        Name of a format of `sitewright.instances.formats.FORMATS`; found from the content if not given.
    p
        Exactly so many sites open. TSPLIB files need it; it takes the place of the p that a pmed file holds.
    single_source
        True: each customer is served from one site alone. False: customers may be split, also where the format is one
        of the single-source problem. None: as the format has it.
    rounding
        Of Euclidean distances (TSPLIB): "floor" (default, as in the published p-median tables), "nearest" (as TSPLIB
        defines EUC_2D) or "none" (as in the published p-center tables).
    capacity
        "ignore" drops capacities. A number, of the customers' unit of demand, stands for the word ``capacity`` in
        OR-Library's capa, capb and capc; no other file takes one.

    Raises
    ------
    InvalidProblem
        If the file cannot be read, fits no format or several, holds impossible numbers, or if an option is wrong or
        means nothing for it.
    """
    options = Options.of(p=p, rounding=rounding, capacity=capacity)
    reader = None if format is None else by_name(format)
    source = open_source(Path(path))
    if reader is None:
        reader = _recognise(source)
    for name in ("rounding", "capacity"):
        if getattr(options, name) is not None and name not in reader.OPTIONS:
            must = f"be left out: the format {reader.NAME} of {path} has no use for it"
            raise InvalidProblem([Flaw(f"option {name!r}", must, repr(getattr(options, name)), "leave it out")])
    try:
        problem = reader.read(source, options)
    except InvalidProblem as error:
        raise InvalidProblem(_naming(source, flaw) for flaw in error.flaws) from None
    return _adapted(problem, options, single_source)


def _adapted(problem: Problem, options: Options, single_source: bool | None) -> Problem:
    """Return the problem with what was asked for on top of the file."""
    data, rules = problem.data, list(problem.rules)
    if options.ignore_capacity:
        data = data.drop_vars("capacity", errors="ignore")
    if options.p is not None:
        rules = [rule for rule in rules if not isinstance(rule, SiteCount)]
        rules.append(exactly(options.p, problem.n_sites))
    if single_source is not None:
        rules = [rule for rule in rules if not isinstance(rule, SingleSource)]
        rules += [SingleSource()] if single_source else []
    if data is problem.data and rules == list(problem.rules):
        return problem
    return replace(problem, data=data, rules=tuple(rules))


def _naming(source: Source, flaw: Flaw) -> Flaw:
    """Return the flaw with the file's path, where it does not name it yet."""
    if str(source.path) in flaw.where or flaw.where.startswith("option"):
        return flaw
    return replace(flaw, where=f"{source.path}, {flaw.where}")


def _recognise(source: Source) -> Format:
    fits = [reader for reader in FORMATS if reader.recognises(source)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        names = ", ".join(reader.NAME for reader in fits)
        fix = f"name the format: one of {names}"
        raise source.fail("fit one format", f"a layout that fits {names}", fix)
    first = source.text.lstrip().partition("\n")[0].strip()[:60]
    found = f"one that starts with {first!r}" if first else "a binary file"
    lengths = _lengths(source)
    if lengths:
        found += f" and holds {len(source.text.split())} numbers, where {lengths}"
    fix = "give the whole file, or name its format and the reader says what is wrong: "
    raise source.fail("be of a known format", found, fix + ", ".join(reader.NAME for reader in FORMATS))


def _lengths(source: Source) -> str:
    """Say how long a file with this first line is in each format that starts with counts."""
    counts, out = header(source), []
    for reader in FORMATS:
        if len(counts) == getattr(reader, "COUNTS", 0) > 0:
            out.append(f"{reader.NAME} has {reader.words(counts):g}")  # type: ignore[attr-defined]
    return ", ".join(out)
