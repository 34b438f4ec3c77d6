"""`sitewright expand`: which sites open in which year, as demand grows."""

import json
import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem


def expand(
    case: str,
    /,
    source: Source = Source(),
    *,
    years: int = 3,
    growth: Annotated[list[str] | None, Parameter(negative="")] = None,
    start: float = 1.0,
    first: Annotated[list[str] | None, Parameter(negative="")] = None,
    opens: int | None = None,
    budget: float | None = None,
    module_mw: float | None = None,
    module_cost: float = 0.0,
    modules: int = 1,
    extensions: int | None = None,
    discount: float = 0.0,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
    time_limit: float | None = None,
    gap: float = 1e-4,
    seed: int = 0,
    threads: int = 2,
    solver: Literal["highs", "scip"] = "highs",
) -> int:
    """Choose what opens, and what is extended, in each year; sites stay once they are open.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    years
        How many.
    growth
        Rate of growth a year, 0.64, or of a segment, china-linked=0.64; may be given several times.
        0.64 if not given.
    start
        What the demand of the case is multiplied by in the first year.
    first
        The year, from 0, in which a segment comes in: general=1. May be given several times.
    opens
        Most sites opened in a year.
    budget
        Most that sites, partners and modules cost in a year.
    module_mw
        Size of a module by which an open site may be extended; none if not given.
    module_cost
        Yearly cost of a module.
    modules
        Most modules a site.
    extensions
        Most modules added in a year.
    discount
        Rate a year at which later money counts less.
    json_
        Print the expansion as one JSON document on stdout, and nothing else there.
    time_limit
        Seconds.
    gap
        Relative gap at which the expansion counts as optimal.
    seed
        Seed of everything random.
    threads
        Threads of the MIP solver.
    solver
        MIP solver.
    """
    from sitewright.optimizer.report.numbers import percent
    from sitewright.optimizer.solver.process import close_idle
    from sitewright.optimizer.study.expansion import expand as solve
    from sitewright.optimizer.study.periods import Extension, growth_periods

    problem = open_problem(case, source)
    rates = _by_segment("growth", growth or ["0.64"])
    begins = {name: int(year) for name, year in _by_segment("first", first or []).items() if name}
    plan = growth_periods(
        problem,
        years,
        growth=rates[""] if set(rates) == {""} else rates,
        start=start,
        first=begins,
        opens=opens,
        extensions=extensions,
        budget=budget,
    )
    extension = None if module_mw is None else Extension(module_mw, module_cost, modules)
    try:
        found = solve(
            problem,
            plan,
            extension=extension,
            discount=discount,
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
        print(f"{found.value:,.0f} EUR over {years} years, discounted; {proof}")
        for one in found.periods:
            more = "".join(f", {site} + {n}" for site, n in one.modules.items())
            opened = ", ".join(one.opened) or "nothing"
            print(f"{one.name}: opens {opened}; {len(one.open_sites)} open{more}; {one.cost:,.0f} EUR/yr")
    return 0 if found.optimal else 4


def _by_segment(option: str, given: list[str]) -> dict[str, float]:
    """Return the numbers by segment, "" for one that is for all."""
    from sitewright.optimizer.errors import Flaw, InvalidProblem

    made = {}
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            made[name] = float(number)
        except ValueError:
            fix = "write 0.64, or china-linked=0.64"
            raise InvalidProblem([Flaw(f"option '--{option}'", "be a number", repr(text), fix)]) from None
    return made
