"""`sitewright attack`: what a plan is worth after an attacker has removed the worst of its sites."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem


def attack(
    plan: Path,
    case: str,
    /,
    source: Source = Source(),
    *,
    sites: int = 1,
    at_most_ms: float | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Remove every set of open sites from a plan, and say what the others can still serve, and at what cost.

    Parameters
    ----------
    plan
        The JSON file that `sitewright solve -o` wrote.
    case
        The case or instance file that it belongs to, with the same reading options.
    sites
        How many sites an attacker removes at once.
    at_most_ms
        Round trip beyond which no one is served after an attack.
    json_
        Print the report as one JSON document on stdout, and nothing else there.
    """
    from sitewright.optimizer.io.plan_json import read_plan_json
    from sitewright.optimizer.solver.process import close_idle
    from sitewright.optimizer.study.attack import attack as report_of

    problem = open_problem(case, source)
    try:
        report = report_of(problem, read_plan_json(plan, problem), sites=sites, at_most_ms=at_most_ms)
    finally:
        close_idle()
    if json_:
        sys.stdout.write(json.dumps(report.document(), allow_nan=False) + "\n")
        return 0
    print(f"before: {_words(report.before.share, report.before.service_cost)}")
    for one in report.attacks[:10]:
        print(f"without {', '.join(one.lost)}: {_words(one.share, one.service_cost)}")
    if len(report.attacks) > 10:
        print(f"and {len(report.attacks) - 10} more attacks, none worse")
    return 0


def _words(share: float, cost: float | None) -> str:
    served = f"{share:.2%} of the demand can be served"
    return served if cost is None else f"{served}, for {cost:,.0f} EUR/yr of service"
