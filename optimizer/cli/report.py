"""`sitewright report`: a plan as one HTML page for the person who decides."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.errors import Flaw, InvalidProblem

if TYPE_CHECKING:
    from sitewright.optimizer.explain import Explanation
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem


def report(
    plan: Path,
    case: str | None = None,
    /,
    source: Source = Source(),
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    compare: Annotated[list[Path] | None, Parameter(negative="")] = None,
    frontier: Path | None = None,
    explanation: Path | None = None,
    explain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a plan as one HTML file that needs no network: verdict, map, costs, latency, certainty, assumptions.

    What was asked beside it goes into the same file: another plan, a frontier, why these sites.

    Parameters
    ----------
    plan
        The JSON file that `sitewright solve -o` wrote.
    case
        The case or instance file that it belongs to, with the same reading options; may be left out for a bundled case
        and for a case folder of the plan's name, here or beside the plan.
    output
        Where to write it; the plan's name with .html if not given.
    compare
        Another plan of the same customers and sites to set beside it; may be given several times.
    frontier
        What `sitewright frontier CASE --json` wrote.
    explanation
        What `sitewright explain CASE --json` wrote: why these sites.
    explain
        Find out why these sites now, which takes as long as `sitewright explain`.
    """
    from sitewright.optimizer.io.plan_json import read_plan_json
    from sitewright.optimizer.io.write import check_targets, write_plan
    from sitewright.optimizer.objective import with_objective

    target = output if output is not None else plan.with_suffix(".html")
    if target.suffix != ".html":
        raise InvalidProblem([Flaw(f"output {target}", "end with .html", repr(target.suffix), "give it that ending")])
    check_targets([target])
    where = case if case is not None else _case_of(plan)
    problem = open_problem(where, source)
    made = read_plan_json(plan, problem)
    asked: dict[str, Any] = {"compare": _others(compare or [], problem)}
    meant = with_objective(problem, made.objective_kind, made.p, made.radius)
    if frontier is not None:
        from sitewright.optimizer.io.frontier_json import read_frontier_json

        asked["frontier"] = read_frontier_json(frontier, problem)
    if explanation is not None:
        from sitewright.optimizer.io.explanation_read import read_explanation_json

        asked["explanation"] = read_explanation_json(explanation, meant, made)
    elif explain:
        asked["explanation"] = _explained(meant, made)
    write_plan(made, problem, target, case=where, **asked)
    print(f"wrote {target}", file=sys.stderr)
    found = made.verify(problem)
    if not found.accepted:
        print(found, file=sys.stderr)
    return 0 if found.accepted else 1


def _others(files: Sequence[Path], problem: "Problem") -> dict[str, "Plan"]:
    """Return the other plans by the names of their files, which tell them apart."""
    from sitewright.optimizer.io.plan_json import read_plan_json

    names = [file.stem for file in files]
    words = [name if names.count(name) == 1 else str(file) for name, file in zip(names, files, strict=True)]
    return {name: read_plan_json(file, problem) for name, file in zip(words, files, strict=True)}


def _explained(problem: "Problem", plan: "Plan") -> "Explanation":
    """Find out why a plan of least cost is what it is; `problem` has its objective."""
    if plan.objective_kind != "cost":
        must, fix = "be left out: only plans of least cost are explained", "leave it out"
        raise InvalidProblem([Flaw("option '--explain'", must, plan.objective_kind, fix)])
    import sitewright
    from sitewright.optimizer.cli.effort import Effort

    with Effort(seed=plan.seed, threads=plan.threads).spent() as means:
        return sitewright.explain(problem, **means)


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
