"""`sitewright verify`: check a plan by code that shares nothing with the solve."""

from pathlib import Path

from sitewright.optimizer.cli.source import Source, open_problem


def verify(plan: Path, case: str, /, source: Source = Source()) -> int:
    """Check a written plan against its case.

    Parameters
    ----------
    plan
        The JSON file that `sitewright solve -o` wrote.
    case
        The case or instance file that it belongs to, with the same reading options.
    """
    from sitewright.optimizer.io.plan_json import read_plan_json

    problem = open_problem(case, source)
    report = read_plan_json(plan, problem).verify(problem)
    print(report)
    return 0 if report.accepted else 1
