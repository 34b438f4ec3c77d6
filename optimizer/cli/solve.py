"""`sitewright solve`: choose the sites of a case or an instance file, and prove how good the choice is."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sitewright.optimizer.cli.interrupt import ctrl_c
from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.progress import CancelToken, Progress


def solve(
    case: str,
    /,
    source: Source = Source(),
    *,
    objective: Literal["cost", "p-median", "p-center", "coverage", "set-cover"] = "cost",
    radius: float | None = None,
    output: Annotated[list[Path] | None, Parameter(name=["--output", "-o"], negative="")] = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
    time_limit: float | None = None,
    gap: float = 1e-6,
    seed: int = 0,
    threads: int = 2,
    solver: Literal["highs", "scip", "cp-sat"] = "highs",
    backend: Literal["cpu", "cuda"] = "cpu",
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Solve a case folder, a bundled case, or an instance file.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case (see `sitewright instances`), or an instance file.
    objective
        What a plan is measured by: least cost; least mean latency of exactly --p sites, weighted by demand, where
        opening is free (p-median); least worst latency (p-center); most demand within --radius (coverage); or fewest
        sites with everyone within it (set-cover).
    radius
        In ms, of coverage and set-cover; in the unit of the service cost, without latency data.
    output
        Write the plan there: .json, .nc (NetCDF), .geojson or .html (the report). May be given several times.
    json_
        Print the plan as one JSON document on stdout, and nothing else there.
    time_limit
        Seconds after which the best plan so far is returned.
    gap
        Relative gap at which the plan counts as optimal.
    seed
        Seed of everything random.
    threads
        Threads of the MIP solver.
    solver
        MIP solver; cp-sat only where every customer is served from one site.
    backend
        cuda: passes over the costs run on a CUDA card, for least cost and p-median without capacities or rules over
        loads.
    quiet
        No progress, no tables.
    """
    from rich.console import Console

    import sitewright
    from sitewright.optimizer.cli.console import ProgressPrinter, show_plan
    from sitewright.optimizer.errors import Flaw, InvalidProblem
    from sitewright.optimizer.io.plan_json import plan_document
    from sitewright.optimizer.io.write import check_targets, write_plan
    from sitewright.optimizer.plan import Status
    from sitewright.optimizer.solver.process import close_idle

    targets = list(output or [])
    check_targets(targets)
    problem = open_problem(case, source)
    check_targets(targets, problem)
    cancel, printer = CancelToken(), ProgressPrinter(time_limit)
    events: list[Progress] = []

    def on_progress(event: Progress) -> None:
        events.append(event)
        if not quiet:
            printer(event)

    with ctrl_c(cancel):
        try:
            plan = sitewright.solve(
                problem,
                objective=objective,
                p=source.p,
                radius=radius,
                time_limit=time_limit,
                gap=gap,
                threads=threads,
                seed=seed,
                solver=solver,
                backend=backend,
                on_progress=on_progress,
                cancel=cancel,
            )
        finally:
            printer.close()
            close_idle()
    plan = replace(plan, events=tuple(events))  # the report shows how bound and plan came together
    if cancel.cancelled and not targets:
        # An interrupted solve must not lose its plan.
        targets = [Path(f"{problem.name}-interrupted.json")]
    written: list[Path] = []
    flaws: list[Flaw] = []
    for target in targets:
        try:
            write_plan(plan, problem, target, case=case)
            written.append(target)
        except InvalidProblem as error:
            flaws += error.flaws  # the plan is shown, and written elsewhere, all the same
    # A log file has no width; a site must not be cut there.
    console = Console(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else 140)
    if not quiet:
        show_plan(plan, problem, console)
        for target in written:
            console.print(f"wrote {target}", highlight=False)
    if json_:
        sys.stdout.write(json.dumps(plan_document(plan), allow_nan=False) + "\n")
    if flaws:
        raise InvalidProblem(flaws)
    if plan.status is Status.OPTIMAL:
        return 0
    return {"cancelled": 130, "time limit": 4}.get(plan.stop_reason, 1)
