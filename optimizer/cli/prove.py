"""`sitewright prove`: give a plan a proof that anyone can recompute."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sitewright.optimizer.cli.interrupt import ctrl_c
from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.progress import CancelToken, Progress


def prove(
    plan: Path,
    case: str,
    /,
    source: Source = Source(),
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    gap: float | None = None,
    time_limit: float | None = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
) -> int:
    """Add a proof to a written plan: a tree of decisions with prices, which `sitewright verify` recomputes.

    Without it, what a solve proves beyond its first bound is the word of the solver that closed it.

    Parameters
    ----------
    plan
        The JSON file that `sitewright solve -o` wrote.
    case
        The case or instance file that it belongs to, with the same reading options.
    output
        Write the plan with its proof there, as JSON; into the file that was read if not given.
    gap
        Relative gap to prove; that of the plan if not given, but no less than 1e-7.
    time_limit
        Seconds, after which what is proved so far is written.
    quiet
        No progress.
    """
    import sitewright
    from sitewright.optimizer.cli.console import ProgressPrinter
    from sitewright.optimizer.errors import Flaw, InvalidProblem
    from sitewright.optimizer.io.plan_json import read_plan_json, write_plan_json
    from sitewright.optimizer.io.write import check_targets
    from sitewright.optimizer.solver.process import close_idle

    target = plan if output is None else output
    if target.suffix != ".json":
        fix = "give a .json file: no other holds a proof"
        raise InvalidProblem([Flaw("option '--output'", "end in .json", repr(str(target)), fix)])
    check_targets([target])
    problem = open_problem(case, source)
    before = read_plan_json(plan, problem)
    cancel, printer = CancelToken(), ProgressPrinter(time_limit)

    def on_progress(event: Progress) -> None:
        if not quiet:
            printer(event)

    with ctrl_c(cancel):
        try:
            proved = sitewright.prove(
                problem, before, gap=gap, time_limit=time_limit, on_progress=on_progress, cancel=cancel
            )
        finally:
            printer.close()
            close_idle()
    proof = proved.certificate.proof
    assert proof is not None
    write_plan_json(proved, target)
    print(f"{proof.leaves:,} leaves of {proof.nodes:,} nodes; wrote {target}", file=sys.stderr)
    print(proved.verify(problem))
    if proof.bound >= proof.target:
        return 0
    return 130 if cancel.cancelled else 4
