"""What less latency, carbon or risk, or another number of sites, costs: least cost under a limit that is moved."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.engine import solve
from sitewright.optimizer.engine.arguments import check_arguments
from sitewright.optimizer.errors import Flaw, Infeasible, InvalidProblem, LimitReached
from sitewright.optimizer.explain.binding import Halt
from sitewright.optimizer.explain.measured import measured
from sitewright.optimizer.explain.oracle import Means
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import CancelToken, OnProgress, Progress
from sitewright.optimizer.rules import Budget
from sitewright.optimizer.study.axes import AGAINST, Axis
from sitewright.optimizer.study.executor import executor_for
from sitewright.optimizer.study.moved_limit import Moved, least_costs

# Seconds to look for the least limit, where the frontier starts.
FOR_LEAST = 3.0
HAIR, TOKEN = 1e-7, 1e-3


@dataclass(frozen=True, eq=False)
class Point:
    """The cheapest plan under one limit.

    Attributes
    ----------
    limit
        Of what the frontier is against, in its unit; or exactly so many sites.
    reached
        What the plan has; None without a plan.
    cost, bound
        EUR/yr: the least cost under the limit lies between `bound` and `cost`. The cost is inf where a limit of time
        came first; both are inf where it is proved that there is no plan.
    open_sites
        Of the plan; none without.
    settled
        Whether the two are equal within the gap, or it is proved that there is no plan.
    """

    limit: float
    reached: float | None
    cost: float
    bound: float
    open_sites: tuple[str, ...]
    settled: bool


@dataclass(frozen=True, eq=False)
class Frontier:
    """Points by rising limit. Between two limits nothing is claimed but that cost does not rise with a looser limit."""

    problem_name: str
    against: str
    unit: str
    points: tuple[Point, ...]

    @property
    def settled(self) -> bool:
        return all(point.settled for point in self.points)

    def plot(self, ax: Any = None) -> Any:
        """Draw cost against the limit, with a bar from bound to cost where they differ. Returns the axes.

        Parameters
        ----------
        ax
            Matplotlib axes; a new figure's if not given, for which Matplotlib must be installed.
        """
        from sitewright.optimizer.report.plot.frontier import frontier

        return frontier(self, ax=ax)

    def _repr_html_(self) -> str:
        """What a notebook shows of a frontier."""
        from sitewright.optimizer.report.notebook_answers import frontier_html

        return frontier_html(self)


@dataclass(frozen=True, eq=False)
class Asked:
    """What all points share: the plan without a limit, others worth trying; `patience` is in seconds for one point."""

    problem: Problem
    plan: Plan
    others: tuple[Plan, ...]
    axis: Axis
    gap: float
    seed: int
    patience: float | None


def frontier(
    problem: Problem,
    against: str = "mean-latency",
    *,
    points: int = 20,
    p: int | None = None,
    time_limit: float | None = None,
    patience: float | None = 4.0,
    gap: float = 1e-4,
    threads: int = 2,
    seed: int = 0,
    cluster: str | None = None,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Frontier:
    """Return the exact least cost under a limit that is moved from the best there can be to that of the cheapest plan.

    Parameters
    ----------
    against
        "mean-latency" (weighted by demand), "p50-latency" … "p99-latency" (within which so much of the demand is
        served), "carbon" (mean of what serves, weighted by demand: of the grid, times the PUE), "risk" (natural hazard,
        likewise), or "sites" (exactly so many open, at most `points` of them from the fewest that the rules
        allow). A plan that is served from where the value is not known is on no frontier.
    points
        How many limits.
    p
        Exactly so many sites open.
    time_limit, patience
        Seconds for all points together, and for each; what is not settled by then has a bound below its cost.
    gap, seed, on_progress, cancel
        As in `sitewright.solve`, of each solve.
    threads
        So many solves at once.
    cluster
        Address of a Dask cluster that solves them, in place of threads here.

    Raises
    ------
    InvalidProblem
        If an argument is wrong, or the data lack what the frontier is against.
    Infeasible, LimitReached
        As `sitewright.solve`, of the problem without a limit.
    """
    check_arguments(problem, time_limit=time_limit, gap=gap, threads=threads, seed=seed, solver="highs")
    _check(problem, against, points)
    problem = with_objective(problem, "cost", p)
    means = Means(time_limit, gap, threads, seed, on_progress, cancel or CancelToken())
    cheapest, axis = means.solve(problem), Axis(against)
    most = None if against == "sites" else axis.largest(problem)
    if most is not None and not np.isfinite(axis.reached(problem, cheapest.decision)):
        problem = problem.with_rules(axis.rule(max(most * (1 + HAIR), 1e-9)))
        cheapest = means.solve(problem)
    tightest = None if against == "sites" else _tightest(problem, axis, means)
    limits = _limits(problem, axis, points, cheapest, tightest, means)

    def on_done(done: int, of: int) -> None:
        if on_progress is not None:
            elapsed = time.monotonic() - means.started
            on_progress(Progress(elapsed, f"point {done}/{of}", cheapest.objective, cheapest.bound))

    others = () if tightest is None else (tightest,)
    shared = Asked(problem, cheapest, others, axis, gap, seed, patience)
    if against == "sites" or any(rule.lazy for rule in problem.rules):
        work, parts = _solved, [[limit] for limit in limits]
    else:
        # Parts that are as hard as each other, each with limits from all over; on a cluster, each limit is a part.
        n = threads if cluster is None else len(limits)
        work, parts = _moved, [limits[k::n] for k in range(n) if limits[k::n]]
    found = executor_for(cluster, threads).map(work, shared, parts, stop=lambda: means.spent, on_done=on_done)
    # A limit only takes plans away: what bounds the cheapest plan bounds each point, however little was found there.
    bounded = [replace(q, bound=min(max(q.bound, cheapest.bound), q.cost)) for part in found for q in part]
    ordered = sorted(bounded, key=lambda point: point.limit)
    return Frontier(problem.name, against, axis.unit, tuple(ordered))


def _check(problem: Problem, against: str, points: int) -> None:
    flaws = []
    if against not in AGAINST:
        flaws.append(Flaw("argument 'against'", f"be one of {', '.join(AGAINST)}", repr(against), "use one of them"))
    else:
        needs = Axis(against).variable
        if needs is not None and not problem.has(needs):
            fix = f"add {needs!r}, or use 'sites'"
            flaws.append(Flaw("argument 'against'", "be of what the data hold", f"no {needs}", fix))
        elif needs is not None and Axis(against).largest(problem) is None:
            fix = f"fill in {needs!r}, or use 'sites'"
            flaws.append(Flaw("argument 'against'", "be known of some site", f"no number in {needs}", fix))
    if not isinstance(points, int | np.integer) or isinstance(points, bool) or points < 2:
        flaws.append(Flaw("argument 'points'", "be a whole number from 2", repr(points), "give 20"))
    if flaws:
        raise InvalidProblem(flaws)


def _limits(
    problem: Problem, axis: Axis, points: int, cheapest: Plan, tightest: Plan | None, means: Means
) -> list[float]:
    if axis.against == "sites":
        scope = np.ones(problem.n_sites)
        fewest = len(cheapest.open_sites)
        with suppress(Infeasible, LimitReached):
            fewest = len(means.briefly(10.0).solve(measured(problem, sites=scope * 1e6)).open_sites)
        return [float(k) for k in range(fewest, min(problem.n_sites, fewest + points - 1) + 1)]
    most = axis.reached(problem, cheapest.decision)
    least = most if tightest is None else min(most, axis.reached(problem, tightest.decision))
    # A limit of nothing is none that a rule takes; a hair more than what is reached admits it, however it is rounded.
    return sorted({max(float(x) * (1 + HAIR), 1e-9) for x in np.linspace(least, most, points)})


def _tightest(problem: Problem, axis: Axis, means: Means) -> Plan | None:
    """Return a plan that keeps about the least limit: where the frontier starts is no claim."""
    # Sites cost next to nothing, and the budget counts them so: a plan must keep it all the same.
    rules = [replace(r, at_most=r.at_most * TOKEN) if isinstance(r, Budget) else r for r in problem.rules]
    sites, partners = site_cost(problem) * TOKEN, problem.numbers("partner_fee") * TOKEN
    aim = measured(
        replace(problem, rules=tuple(rules)), sites=sites, partners=partners, pairs=axis.pairs(problem) * 1e3
    )
    with suppress(Infeasible, LimitReached):
        return means.briefly(FOR_LEAST).solve(aim, gap=1e-2)
    return None


def _moved(asked: Asked, limits: Sequence[float], stop: Callable[[], bool]) -> list[Point]:
    """Return points where each starts from the one before: the work of one thread, or of one worker of a cluster."""
    moved = Moved(asked.problem, asked.plan, asked.others, asked.axis.rule, asked.gap, asked.patience)
    points = []
    for limit, least in zip(limits, least_costs(moved, limits, stop), strict=True):
        settled = least.settled(asked.gap)
        if least.choice is None:
            points.append(Point(limit, None, np.inf, least.low, (), settled))
            continue
        decision = least.choice.decision
        sites = tuple(asked.problem.sites[decision.open].tolist())
        reached = asked.axis.reached(asked.problem, decision)
        points.append(Point(limit, reached, least.high, least.low, sites, settled))
    return points


def _solved(asked: Asked, limits: Sequence[float], stop: Callable[[], bool]) -> list[Point]:
    return [_point(asked, limit, stop) for limit in limits]


def _point(asked: Asked, limit: float, stop: Callable[[], bool]) -> Point:
    """Solve under one limit."""
    problem = asked.problem.with_rules(asked.axis.rule(limit))
    try:
        plan = solve(
            problem,
            gap=asked.gap,
            seed=asked.seed,
            threads=1,
            ties=False,
            time_limit=asked.patience,
            cancel=Halt(stop),
        )
    except Infeasible:
        return Point(limit, None, np.inf, np.inf, (), settled=True)
    except LimitReached as error:
        return Point(limit, None, np.inf, error.bound, (), settled=False)
    reached = asked.axis.reached(asked.problem, plan.decision)
    return Point(limit, reached, plan.objective, plan.bound, plan.open_sites, settled=plan.gap <= asked.gap)


def frontier_lines(answer: Frontier) -> Iterator[str]:
    """Yield the table for people."""
    digits = 4 if answer.unit == "points" else 2
    yield f"{answer.against:>14}{'reached':>10}{'cost EUR/yr':>15}{'bound':>15}  sites"
    for point in answer.points:
        if not np.isfinite(point.cost):
            why = "no plan (proved)" if point.settled else f"no plan found; none costs less than {point.bound:,.0f}"
            yield f"{point.limit:>14.{digits}f}  {why}"
            continue
        names = ", ".join(point.open_sites[:6]) + (", …" if len(point.open_sites) > 6 else "")
        reached = f"{point.limit:>14.{digits}f}{point.reached:>10.{digits}f}"
        yield f"{reached}{point.cost:>15,.0f}{point.bound:>15,.0f}  {names}"
