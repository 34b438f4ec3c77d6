"""`sitewright report`: a plan as one HTML page for the person who decides."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.errors import Flaw, InvalidProblem


def report(
    plan: Path,
    case: str | None = None,
    /,
    source: Source = Source(),
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
) -> int:
    """Write a plan as one HTML file that needs no network: verdict, map, costs, latency, certainty, assumptions.

    Parameters
    ----------
    plan
        The JSON file that `sitewright solve -o` wrote.
    case
        The case or instance file that it belongs to, with the same reading options; may be left out for a bundled case
        and for a case folder of the plan's name, here or beside the plan.
    output
        Where to write it; the plan's name with .html if not given.
    """
    from sitewright.optimizer.io.plan_json import read_plan_json
    from sitewright.optimizer.io.write import check_targets, write_plan

    target = output if output is not None else plan.with_suffix(".html")
    if target.suffix != ".html":
        raise InvalidProblem([Flaw(f"output {target}", "end with .html", repr(target.suffix), "give it that ending")])
    check_targets([target])
    where = case if case is not None else _case_of(plan)
    problem = open_problem(where, source)
    made = read_plan_json(plan, problem)
    write_plan(made, problem, target, case=where)
    print(f"wrote {target}", file=sys.stderr)
    found = made.verify(problem)
    if not found.accepted:
        print(found, file=sys.stderr)
    return 0 if found.accepted else 1


def _case_of(plan: Path) -> str:
    """Return the case that the plan names, as a folder here or beside the plan, or a bundled case."""
    from sitewright.instances.cases import bundled
    from sitewright.optimizer.io.plan_json import problem_name

    name = problem_name(plan)
    for folder in (Path(name), plan.parent / name):
        if (folder / "case.toml").is_file():
            return str(folder)
    if name in bundled():
        return name
    fix = f"say which: sitewright report {plan} CASE"
    raise InvalidProblem([Flaw(str(plan), "name a case that can be found", repr(name), fix)])
