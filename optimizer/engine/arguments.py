"""What a caller may give to `solve`, checked before anything is computed."""

from collections.abc import Iterator

import numpy as np

from sitewright.kernels._backends import must_run
from sitewright.kernels._upload import must_fit
from sitewright.optimizer.blocks import in_blocks
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


def check_backend(problem: Problem, backend: object, objective: str, *, ties: bool) -> None:
    """Raise InvalidProblem if the matrices do not lie where the backend reads, or it cannot run or solve this problem.

    Raise TooLarge if it would need more memory than the card has.
    """
    on_dask = [n for n in ("service_cost", "latency") if n in problem.data and in_blocks(problem.data[n])]
    if backend not in ("cpu", "cuda", "dask"):
        flaw = Flaw("argument 'backend'", "be 'cpu', 'cuda' or 'dask'", repr(backend), "use one of them")
        raise InvalidProblem([flaw])
    flaws = []
    if backend != "dask" and on_dask:
        fix = "pass backend='dask', or load them: Problem(problem.data.compute(), problem.rules)"
        found = f"{backend!r}, {on_dask}"
        flaws.append(Flaw("argument 'backend'", "be 'dask' where matrices lie on Dask", found, fix))
    if backend == "dask" and "service_cost" not in on_dask:
        fix = "pass backend='cpu', or a service_cost made by dask.array"
        flaws.append(Flaw("variable 'service_cost'", "lie on Dask for backend 'dask'", "an array in memory", fix))
    if backend != "cpu":
        binding = [r.name for r in problem.all_rules if r.binds_loads(problem) or r.lazy]
        if objective not in ("cost", "p-median") or binding:
            must = f"be of the kind that backend {backend!r} solves: cost or p-median without rules over loads"
            fix = "load the matrices and pass backend='cpu'" if on_dask else "pass backend='cpu'"
            flaws.append(Flaw("the problem", must, ", ".join([objective, *binding]), fix))
    if backend == "dask" and ties and "model_error_ms" in problem.data.attrs:
        fix = "pass ties=False, and do not read its plan as one without ties"
        flaws.append(Flaw("argument 'ties'", "be False with backend 'dask'", "True, and the error is known", fix))
    if flaws:
        raise InvalidProblem(flaws)
    if backend == "cuda":
        must_run("cuda")
        kind = problem.data["service_cost"].dtype
        shape = problem.n_customers, problem.n_sites
        must_fit(shape, kind if kind == np.float32 else np.dtype(np.float64))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
