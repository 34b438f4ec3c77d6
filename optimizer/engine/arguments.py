"""What a caller may give to `solve`, checked before anything is computed."""

from collections.abc import Iterator

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.process import SOLVERS


def check_arguments(
    problem: object, *, time_limit: object, gap: object, threads: object, seed: object, solver: object
) -> None:
    """Raise InvalidProblem with all that is wrong, whatever its type."""
    flaws = list(_flaws(problem, time_limit, gap, threads, seed, solver))
    if flaws:
        raise InvalidProblem(flaws)


def _flaws(
    problem: object, time_limit: object, gap: object, threads: object, seed: object, solver: object
) -> Iterator[Flaw]:
    if not isinstance(problem, Problem):
        fix = "call sitewright.load, sitewright.read or Problem.from_arrays first"
        yield Flaw("argument 'problem'", "be a Problem", repr(problem)[:60], fix)
    if time_limit is not None and not (_is_number(time_limit) and 0 < time_limit < np.inf):  # type: ignore[operator]
        yield Flaw("argument 'time_limit'", "be a positive number of seconds", repr(time_limit), "give seconds")
    if not (_is_number(gap) and 0 <= gap < 1):  # type: ignore[operator]
        yield Flaw("argument 'gap'", "lie between 0 and 1", repr(gap), "give 0.0001 for 0.01 %")
    if not (_is_whole(threads) and threads >= 1):  # type: ignore[operator]
        yield Flaw("argument 'threads'", "be a whole number from 1", repr(threads), "give a number of threads")
    if not (_is_whole(seed) and 0 <= seed < 2**31):  # type: ignore[operator]
        yield Flaw("argument 'seed'", "be a whole number from 0 to 2147483647", repr(seed), "give another seed")
    if solver not in SOLVERS:
        yield Flaw("argument 'solver'", f"be one of {', '.join(SOLVERS)}", repr(solver), "choose one of them")


def check_solver(problem: Problem, solver: str) -> None:
    """Raise InvalidProblem if the solver would give wrong answers here.

    CP-SAT discretises continuous variables, and has returned a wrong optimum of a problem with shared demand.
    """
    if solver != "cp-sat":
        return
    single = np.zeros(problem.n_customers, dtype=bool)
    for rule in problem.all_rules:
        mask = rule.single_source(problem)
        if mask is not None:
            single |= mask
    if not single.all():
        found = f"{int((~single).sum())} customers whose demand may be shared"
        must = "be another than 'cp-sat', which takes whole numbers alone"
        fix = "use highs or scip, or single-source every customer"
        raise InvalidProblem([Flaw("argument 'solver'", must, found, fix)])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
