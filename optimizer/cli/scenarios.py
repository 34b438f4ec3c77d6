"""`sitewright scenarios`: choose sites that are best over several futures of demand and latency."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem

if TYPE_CHECKING:
    from sitewright.optimizer.study.scenario_set import Scenario


def scenarios(
    case: str,
    /,
    source: Source = Source(),
    *,
    demand: Annotated[list[str] | None, Parameter(negative="")] = None,
    latency_draws: int = 0,
    measure: Literal["expected", "cvar", "worst"] = "expected",
    alpha: float = 0.9,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
    time_limit: float | None = None,
    gap: float = 1e-6,
    seed: int = 0,
    threads: int = 2,
    solver: Literal["highs", "scip"] = "highs",
) -> int:
    """Choose the sites for all scenarios together; who is served from where follows in each.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    demand
        A factor on all demand, 1.3, or with its probability, 1.3:0.25. May be given several times; equally likely
        without probabilities.
    latency_draws
        So many draws of the latency model's own error, crossed with the demand.
    measure
        Least mean cost, least mean of the worst share 1 - alpha, or least worst cost.
    alpha
        Of cvar.
    json_
        Print the outlook as one JSON document on stdout, and nothing else there.
    time_limit
        Seconds.
    gap
        Relative gap at which the choice counts as optimal.
    seed
        Of the draws, and of everything else that is random.
    threads
        Threads of the MIP solver.
    solver
        MIP solver.
    """
    from sitewright.optimizer.report.numbers import percent
    from sitewright.optimizer.solver.process import close_idle
    from sitewright.optimizer.study.scenario_set import Scenario, crossed, latency_scenarios
    from sitewright.optimizer.study.two_stage import two_stage

    problem = open_problem(case, source)
    futures = _of_demand(demand or [])
    if latency_draws:
        futures = crossed(futures, latency_scenarios(problem, latency_draws, seed=seed))
    try:
        found = two_stage(
            problem,
            futures or (Scenario("as given", 1.0),),
            measure=measure,
            alpha=alpha,
            time_limit=time_limit,
            gap=gap,
            threads=threads,
            seed=seed,
            solver=solver,
        )
    finally:
        close_idle()
    if json_:
        sys.stdout.write(json.dumps(found.document(), allow_nan=False) + "\n")
    else:
        proof = f"at most {percent(found.gap)} above the best possible"
        if found.optimal:
            proof = f"proved, to {percent(found.gap)}" if found.gap >= 5e-9 else "proved"
        print(f"open {', '.join(found.open_sites)}: {found.value:,.0f} EUR/yr ({measure}), {proof}")
        print("by measure: " + ", ".join(f"{m} {found.measured(m):,.0f}" for m in ("expected", "cvar", "worst")))
        for one in found.outcomes:
            print(f"  {one.name} ({one.probability:.3g}): {found.site_cost + one.service_cost:,.0f} EUR/yr")
    return 0 if found.optimal else 4


def _of_demand(given: list[str]) -> "tuple[Scenario, ...]":
    from sitewright.optimizer.errors import Flaw, InvalidProblem
    from sitewright.optimizer.study.scenario_set import Scenario

    made = []
    for text in given or ["1"]:
        factor, _, chance = text.partition(":")
        try:
            probability = float(chance) if chance else 1.0 / max(1, len(given))
            made.append(Scenario(f"demand x {factor}", probability, demand=float(factor)))
        except ValueError:
            fix = "write 1.3, or 1.3:0.25 for its probability"
            raise InvalidProblem([Flaw("option '--demand'", "be a factor", repr(text), fix)]) from None
    return tuple(made)
