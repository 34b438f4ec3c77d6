"""`sitewright check`: read a case or an instance file and say what is wrong with it, before any solve."""

import sys

from sitewright.optimizer.cli.source import Source, open_problem


def check(case: str, /, source: Source = Source()) -> int:
    """Check a case or an instance file without solving it.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    """
    from sitewright.optimizer.engine.presolve import impossible
    from sitewright.optimizer.errors import Infeasible

    problem = open_problem(case, source)
    reasons = list(impossible(problem))
    if reasons:
        raise Infeasible(reasons, proof="counting")
    allowed = problem.allowed
    print(f"{problem.name}: {problem.n_customers} customers, {problem.n_sites} sites, {problem.n_partners} partners")
    print(f"{allowed.sum()} of {allowed.size} pairs allowed; demand {problem.numbers('demand').sum():.6g} MW")
    for rule in problem.all_rules:
        print(f"  {rule.name}: {rule.sentence()}")
    print("no flaw found; counting finds no reason against a plan", file=sys.stderr)
    return 0
